"""Readings: what a written word may sound like, so that spellings of one name meet across languages and scripts.

A word becomes a few *readings*, short strings over a 25-letter phone alphabet, the most plausible first
(tables and their sources: ``data/sounds.yaml``). Two spellings could be the same name when they share a reading;
`key` gives the one coarse string that all such spellings have in common. To follow the algorithm, start at `readings`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import product
from typing import Any

from entitynorm.resources import data_dir, load_table
from entitynorm.text.folding import fold_text
from entitynorm.text.tokens import script_of
from entitynorm.text.translit import latinise

VOWELS = frozenset("aeiou")
_MAX_READINGS = 8
_DOUBLE = re.compile(r"(.)\1+")
_GLIDE = re.compile(r"(?<=.)i(?=[aeou])|^i(?=[ei])")
_NOT_PHONE = re.compile("[^aeioubpdtgkhfvzsZScCJmnlr]")
# Marks belong to their letter: the tie of ALA-LC (i͡a) does not cut a word.
_WORD = re.compile("[^\\W_](?:[^\\W_]|[\u0300-\u036f]|['’ʼʻʹ`´′”](?=[^\\W_]))*")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
# Letters drawn alike in Latin and Cyrillic, for words that mix the two scripts by a slip of the keyboard.
_TO_CYRILLIC = str.maketrans("aceopxyikm", "асеорхуікм")
_TO_LATIN = str.maketrans("асеорхуікмвнт", "aceopxyikmbht")


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a word aloud, and how far-fetched it is (0 = the plain one)."""

    phones: str
    cost: float


@dataclass(frozen=True, slots=True)
class _Profile:
    id: str
    cost: float
    when: re.Pattern[str]
    evidence: re.Pattern[str] | None
    variants: tuple[tuple[re.Pattern[str], dict[str, str]], ...]
    patterns: tuple[tuple[re.Pattern[str], str], ...]


@dataclass(frozen=True, slots=True)
class _Tables:
    cyrillic: dict[str, str]
    cyrillic_groups: re.Pattern[str]
    alternatives: tuple[tuple[str, str, float, str, str], ...]
    marked: frozenset[str]
    base: _Profile
    profiles: tuple[_Profile, ...]
    suffixes: tuple[tuple[str, str, float, int], ...]
    closeness: dict[str, float]
    gaps: dict[str, float]
    initials: dict[str, tuple[str, ...]]


def _groups(letters: dict[str, str]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(letters, key=lambda g: (-len(g), g)))))


def _profile(spec: dict[str, Any], base: dict[str, str]) -> _Profile:
    letters = {**base, **spec.get("letters", {})}
    tables = [letters, *({**letters, **v["letters"]} for v in spec.get("variants", ()))]
    return _Profile(
        id=spec["id"],
        cost=float(spec["cost"]),
        when=re.compile(spec["when"]),
        evidence=re.compile(spec["evidence"]) if "evidence" in spec else None,
        variants=tuple((_groups(t), t) for t in tables),
        patterns=tuple((re.compile(p["pattern"]), p["reading"]) for p in spec.get("patterns", ())),
    )


@cache
def _tables() -> _Tables:
    raw = load_table(data_dir() / "sounds.yaml", "sounds-1")
    cyrillic, latin = raw["cyrillic"], raw["latin"]
    base = {**latin["base"], **latin["marked"]}
    return _Tables(
        cyrillic=cyrillic["letters"],
        cyrillic_groups=_groups(cyrillic["letters"]),
        alternatives=tuple(
            (a["letter"], a["reading"], float(a["cost"]), a.get("not_with", ""), a.get("only_with", ""))
            for a in cyrillic["alternatives"]
        ),
        marked=frozenset(latin["marked"]),
        base=_profile({"id": "base", "cost": 0, "when": ""}, base),
        profiles=tuple(_profile(p, base) for p in latin["profiles"]),
        suffixes=tuple((s["ending"], s["reading"], float(s["cost"]), int(s["least"])) for s in raw["suffix_variants"]),
        closeness={k: float(v) for pair, v in raw["closeness"].items() for k in (pair, pair[::-1])},
        gaps={k: float(v) for k, v in raw["gaps"].items()},
        initials={k: tuple(v) for k, v in raw["initials"].items()},
    )


def _finish(phones: str) -> str:
    phones = _NOT_PHONE.sub("", phones)
    phones = _DOUBLE.sub(r"\1", phones)
    phones = _GLIDE.sub("", phones)
    return _DOUBLE.sub(r"\1", phones)


def _one_script(word: str) -> str:
    """Undo a mixture of look-alike Latin and Cyrillic letters in favour of the script most letters belong to."""
    if word.isascii():
        return word
    cyrillic = sum("\u0400" <= c <= "\u052f" for c in word)
    latin = sum(c.isascii() and c.isalpha() for c in word)
    if not cyrillic or not latin:
        return word
    return word.translate(_TO_CYRILLIC if cyrillic >= latin else _TO_LATIN)


def _letters(word: str) -> str:
    """Case folded, marks gone but where they decide the sound."""
    lowered = _INVISIBLE.sub("", word.lower())
    if lowered.isascii():
        return lowered
    marked = _tables().marked
    return "".join(c if c in marked else fold_text(c) for c in unicodedata.normalize("NFC", lowered))


def _replace(groups: re.Pattern[str], table: dict[str, str], word: str) -> str:
    return groups.sub(lambda match: table[match.group()], word)


def _read(word: str, profile: _Profile) -> list[str]:
    for pattern, reading in profile.patterns:
        word = pattern.sub(reading, word)
    return [_replace(groups, table, word) for groups, table in profile.variants]


def _latin(word: str, style: str) -> list[tuple[str, float]]:
    tables = _tables()
    out = [(phones, 0.0) for phones in _read(word, tables.base)]
    for profile in tables.profiles:
        if profile.when.search(word) and (profile.evidence is None or profile.evidence.search(style)):
            out += [(phones, profile.cost + 0.02 * n) for n, phones in enumerate(_read(word, profile))]
    return out


def _cyrillic(word: str) -> list[tuple[str, float]]:
    tables = _tables()
    choices: dict[str, list[tuple[str, str, float]]] = {}
    for letter, reading, cost, not_with, only_with in tables.alternatives:
        fits = not any(c in word for c in not_with) and (not only_with or any(c in word for c in only_with))
        if letter in word and fits:
            choices.setdefault(letter, [(letter, tables.cyrillic[letter], 0.0)]).append((letter, reading, cost))
    out = []
    for choice in product(*choices.values()):
        table = {**tables.cyrillic, **{letter: reading for letter, reading, _ in choice}}
        phones = _replace(tables.cyrillic_groups, table, word)
        out.append((phones, sum(cost for _, _, cost in choice)))
    return out


@lru_cache(maxsize=65_536)
def readings(word: str, style: str = "") -> tuple[Reading, ...]:
    """The readings of one word, most plausible first; at most eight, empty for a word without sounds.

    ``style`` is the whole name in lower case, where a habit of spelling may show itself in another word:
    "Selenskyj" alone might be read with s, beside "Wolodymyr" it is German and reads z.

    >>> [r.phones for r in readings("Грайворон")]
    ['graivoron', 'hraivoron']
    >>> readings("Grajworon")[0].phones, readings("Hraivoron")[0].phones
    ('graivoron', 'hraivoron')
    """
    letters = _letters(_one_script(word))
    script = script_of(letters)
    letters = re.sub("['’ʼʻʹ`´′]", "", letters)
    if script == "Cyrl":
        raw = _cyrillic(letters)
    else:
        if script != "Latn":
            letters = latinise(letters).lower()
        raw = _latin(letters, style or letters)
    best: dict[str, float] = {}
    for phones, cost in sorted(raw, key=lambda r: r[1]):
        best.setdefault(_finish(phones), cost)
    for phones, cost in list(best.items()):
        for ending, reading, extra, least in _tables().suffixes:
            if phones.endswith(ending) and len(phones) - len(ending) >= least - 1:
                best.setdefault(phones[: -len(ending)] + reading, cost + extra)
    best.pop("", None)
    ranked = sorted(best.items(), key=lambda item: item[1])[:_MAX_READINGS]
    return tuple(Reading(phones, cost) for phones, cost in ranked)


_KEY = str.maketrans({"h": "g", "f": "v", "J": "Z"})


def phone_key(phones: str) -> str:
    """The coarse form of one reading: g and h are one, and so are f and v, дж and ж.

    >>> phone_key("graivoron") == phone_key("hraivoron")
    True
    """
    return _DOUBLE.sub(r"\1", phones.translate(_KEY))


def key(name: str) -> str:
    """One string, equal for spellings that could be the same name in Russian, Ukrainian or Latin letters.

    It is made from the plainest reading of each word; `readings` has the finer ones.

    >>> {key(n) for n in ("Grayvoron", "Graivoron", "Hraivoron", "Grajworon", "Грайворон")}
    {'graivoron'}
    """
    words = _WORD.findall(name)
    plain = (readings(word, name.lower()) for word in words)
    return " ".join(phone_key(r[0].phones) for r in plain if r)


@lru_cache(maxsize=262_144)
def distance(a: str, b: str) -> float:
    """How far two readings are apart: the least cost of slips that turn one into the other (0 = equal).

    A weighted edit distance (optimal string alignment): letters that are taken for each other cost less than
    others, a vowel lost beside a vowel less than a consonant. Symmetric.
    """
    if a == b:
        return 0.0
    tables = _tables()
    close, gaps = tables.closeness, tables.gaps

    def gap(word: str, i: int) -> float:
        if word[i] not in VOWELS:
            return gaps["consonant"]
        if (i and word[i - 1] in VOWELS) or (i + 1 < len(word) and word[i + 1] in VOWELS):
            return gaps["vowel_beside_vowel"]
        return gaps["final_vowel"] if i == len(word) - 1 else gaps["vowel"]

    gap_a = [gap(a, i) for i in range(len(a))]
    gap_b = [gap(b, j) for j in range(len(b))]
    before: list[float] = []
    row = [0.0]
    for g in gap_b:
        row.append(row[-1] + g)
    for i, x in enumerate(a):
        new = [row[0] + gap_a[i]]
        for j, y in enumerate(b):
            cost = row[j] + (0.0 if x == y else close.get(x + y, 1.0))
            cost = min(cost, row[j + 1] + gap_a[i], new[j] + gap_b[j])
            if i and j and x == b[j - 1] and y == a[i - 1] and x != y:
                cost = min(cost, before[j - 1] + gaps["swap"])
            new.append(cost)
        before, row = row, new
    return row[-1]


def latin_initials(letter: str) -> tuple[str, ...]:
    """What a Cyrillic initial becomes in a Latin acronym, the usual form first; ("",) for letters that have none."""
    return _tables().initials.get(letter, ("",))


@cache
def initial_pairs() -> frozenset[str]:
    """Two letters that stand for one Cyrillic initial (Yu., Zh.), in lower case."""
    return frozenset(form.lower() for forms in _tables().initials.values() for form in forms if len(form) == 2)
