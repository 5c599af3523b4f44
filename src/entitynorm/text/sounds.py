"""Readings: what a written word may sound like, so that spellings of one name meet across languages and scripts.

A word becomes a few *readings*, short strings over a 25-letter phone alphabet, the most plausible first
(tables and their sources: ``data/sounds.yaml`` and ``data/sounds_scripts.yaml``). Two spellings could be the same name
when they share a reading; `key` gives the one coarse string that all such spellings have in common. To follow the
algorithm, start at `readings`; `wide_readings` is the same for many words at once and for more habits of spelling.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from itertools import product
from operator import itemgetter
from typing import NamedTuple

from entitynorm.text.folding import fold_text
from entitynorm.text.sound_tables import PHONES, Profile, Script, Substitution, public, substitution
from entitynorm.text.sound_tables import tables as _tables
from entitynorm.text.tokens import script_of
from entitynorm.text.translit import latinise

VOWELS = frozenset("aeiou")
PLAIN_SCRIPTS = frozenset({"Latn", "Zyyy"})
"""Scripts of words that `plain_letters` reads."""
_MAX_READINGS = 8
_COST = itemgetter(1)
MAX_WIDE = 6
"""Wide readings of one word at most."""
_DOUBLED = tuple((phone * 2, phone) for phone in PHONES)
_GLIDE = re.compile(r"i(?:(?<=.i)(?=[aeou])|(?<=^i)(?=[ei]))", re.MULTILINE)
_NOT_PHONE = re.compile(f"[^{PHONES}\n]")
# Marks belong to their letter: the tie of ALA-LC (i͡a) does not cut a word.
_WORD = re.compile("[^\\W_](?:[^\\W_]|[\u0300-\u036f]|['’ʼʻʹ`´′”](?=[^\\W_]))*")
_CYRILLIC = re.compile("[\u0400-\u052f]")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
_APOSTROPHES = re.compile("['’ʼʻʹ`´′]")
# Letters drawn alike in Latin and Cyrillic, for words that mix the two scripts by a slip of the keyboard.
_TO_CYRILLIC = str.maketrans("aceopxyikm", "асеорхуікм")
_TO_LATIN = str.maketrans("асеорхуікмвнт", "aceopxyikmbht")
_HIRAGANA = str.maketrans({chr(c): chr(c + 0x60) for c in range(0x3041, 0x3097)})


class Reading(NamedTuple):
    """One way to read a word aloud, and how far-fetched it is (0 = the plain one)."""

    phones: str
    cost: float


def _finish(phones: str) -> str:
    """Raw phones of one word, or of many words on lines of their own, brought to their final form."""
    phones = _NOT_PHONE.sub("", public(phones))
    return _single(_GLIDE.sub("", _single(phones)))


def _single(phones: str) -> str:
    """Doubled phones made one: plain replacements over a long text cost a tenth of a pattern."""
    for doubled, phone in _DOUBLED:
        while doubled in phones:
            phones = phones.replace(doubled, phone)
    return phones


def _one_script(word: str) -> str:
    """Undo a mixture of look-alike Latin and Cyrillic letters in favour of the script most letters belong to."""
    if word.isascii():
        return word
    cyrillic = sum("\u0400" <= c <= "\u052f" for c in word)
    latin = sum(c.isascii() and c.isalpha() for c in word)
    if not cyrillic or not latin:
        return word
    return word.translate(_TO_CYRILLIC if cyrillic >= latin else _TO_LATIN)


def _letters(text: str) -> str:
    """Case folded, marks gone but where they decide the sound; of a word, or of words on lines of their own."""
    lowered = _INVISIBLE.sub("", text.lower())
    if lowered.isascii():
        return lowered
    return unicodedata.normalize("NFC", lowered).translate(_plain_letters)


class _PlainLetters(dict[int, str]):
    """What letters are written as without marks; filled when a letter is first met."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        # The voicing marks of kana (ト, ド) are no accents.
        kept = code < 0x80 or letter in _tables().marked or "\u3040" <= letter <= "\u30ff"
        found = self[code] = letter if kept else fold_text(letter)
        return found


_plain_letters = _PlainLetters()


def _read(text: str, profile: Profile) -> list[str]:
    for pattern, reading in profile.patterns:
        text = pattern.sub(reading, text)
    return [table(text) for table in profile.variants]


def _latin(word: str, style: str) -> list[tuple[str, float]]:
    tables = _tables()
    out = [(phones, 0.0) for phones in _read(word, tables.base)]
    for profile in tables.profiles:
        if profile.wide:
            continue
        if profile.when.search(word) and (profile.evidence is None or profile.evidence.search(style)):
            out += [(phones, profile.cost + 0.02 * n) for n, phones in enumerate(_read(word, profile))]
    return out


def _alternatives(word: str) -> tuple[int, ...]:
    """Which letters of a word in Cyrillic can be read in another way than the usual one: rows of the table."""
    return tuple(
        n
        for n, (letter, _, _, not_with, only_with) in enumerate(_tables().alternatives)
        if letter in word
        and not any(c in word for c in not_with)
        and (not only_with or any(c in word for c in only_with))
    )


@cache
def _cyrillic(alternatives: tuple[int, ...]) -> tuple[tuple[Substitution, float], ...]:
    """The ways to read words in Cyrillic with these alternatives, and what each costs, the usual one first."""
    tables = _tables()
    choices: dict[str, list[tuple[str, str, float]]] = {}
    for letter, reading, cost, *_ in map(tables.alternatives.__getitem__, alternatives):
        choices.setdefault(letter, [(letter, tables.cyrillic[letter], 0.0)]).append((letter, reading, cost))
    return tuple(
        (
            substitution({**tables.cyrillic, **{letter: reading for letter, reading, _ in choice}}),
            sum(cost for _, _, cost in choice),
        )
        for choice in product(*choices.values())
    )


def _other_script(text: str, script: Script) -> list[tuple[str, float]]:
    """Readings of one word, or of many words of one script on lines of their own."""
    if script.katakana:
        text = text.translate(_HIRAGANA)
    if script.strip:
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    if script.decompose:
        text = unicodedata.normalize("NFD", text)
    out = []
    if script.latinise:
        text = "\n".join(latinise(word).lower().replace(" ", "") for word in text.split("\n"))
        profiles = {profile.id: profile for profile in _tables().profiles}
        for variant in script.variants:
            out.append((_read(text, profiles.get(variant.profile, _tables().base))[0], variant.cost))
        return out
    for variant in script.variants:
        read = text
        for pattern, reading in variant.patterns:
            read = pattern.sub(reading, read)
        out.append((variant.letters(read), variant.cost))
    return out


def _ranked(raw: Sequence[tuple[str, float]], most: int) -> tuple[Reading, ...]:
    """Finished phones with their costs, the cheapest first, and what their suffixes may be as well."""
    best: dict[str, float] = {}
    for phones, cost in sorted(raw, key=_COST):
        best.setdefault(phones, cost)
    suffixes = _tables().suffixes
    endings = _tables().suffix_endings
    for phones, cost in [item for item in best.items() if item[0].endswith(endings)]:
        for ending, reading, extra, least in suffixes:
            if phones.endswith(ending) and len(phones) - len(ending) >= least - 1:
                best.setdefault(phones[: -len(ending)] + reading, cost + extra)
    best.pop("", None)
    return tuple(map(Reading._make, sorted(best.items(), key=_COST)[:most]))


@lru_cache(maxsize=16_384)
def readings(word: str, style: str = "") -> tuple[Reading, ...]:
    """The readings of one word, most plausible first; at most eight, empty for a word without sounds.

    ``style`` is the whole name in lower case, where a habit of spelling may show itself in another word:
    "Selenskyj" alone might be read with s, beside "Wolodymyr" it is German and reads z.

    >>> [r.phones for r in readings("Грайворон")]
    ['graivoron', 'hraivoron']
    >>> readings("Grajworon")[0].phones, readings("Hraivoron")[0].phones
    ('graivoron', 'hraivoron')
    """
    letters = _letters(_one_script(word)).replace("\n", "")
    script = script_of(letters)
    letters = _APOSTROPHES.sub("", letters)
    if script == "Cyrl":
        raw = [(table(letters), cost) for table, cost in _cyrillic(_alternatives(letters))]
    elif script in _tables().scripts:
        raw = _other_script(letters, _tables().scripts[script])
    else:
        if script != "Latn":
            letters = latinise(letters).lower()
        raw = _latin(letters, style or letters)
    return _ranked([(_finish(phones), cost) for phones, cost in raw], _MAX_READINGS)


def wide_readings(words: Sequence[str]) -> list[tuple[Reading, ...]]:
    """The readings of many words by every habit of spelling, at most `MAX_WIDE` each; for finding, not for deciding.

    Words are lower case (see `entitynorm.text.terms`). All words that a habit applies to are read in one pass, so that
    a million words cost seconds.

    >>> [[r.phones for r in found][:2] for found in wide_readings(["wang", "xiaoping"])]
    [['vang'], ['ksaoping', 'haoping']]
    """
    tables = _tables()
    raw: list[list[tuple[str, float]]] = [[] for _ in words]
    by_script: dict[str, list[int]] = defaultdict(list)
    letters: list[str] = []
    for n, word in enumerate(words):
        if word.isascii():
            letters.append(word if "\n" not in word else word.replace("\n", ""))
            by_script["Latn"].append(n)
        else:
            plain = _APOSTROPHES.sub("", _letters(_one_script(word))).replace("\n", "")
            letters.append(plain)
            by_script[script_of(plain)].append(n)

    def take(read: Callable[[str], list[tuple[str, float]]], chosen: list[int]) -> None:
        if not chosen:
            return
        for phones, cost in read("\n".join([letters[n] for n in chosen])):
            for n, one in zip(chosen, _finish(phones).split("\n"), strict=True):
                raw[n].append((one, cost))

    for script, chosen in by_script.items():
        if script == "Cyrl":
            alike = defaultdict(list)
            for n in chosen:
                alike[_alternatives(letters[n])].append(n)
            for alternatives, some in alike.items():
                ways = _cyrillic(alternatives)
                take(lambda text, w=ways: [(table(text), cost) for table, cost in w], some)  # type: ignore[misc]
        elif script in tables.scripts:
            take(lambda text, s=script: _other_script(text, tables.scripts[s]), chosen)  # type: ignore[misc]
        else:
            if script != "Latn":
                for n in chosen:
                    letters[n] = latinise(letters[n]).lower().replace("\n", "")
            take(lambda text: [(phones, 0.0) for phones in _read(text, tables.base)], chosen)
            for profile in tables.profiles:
                extra = 0.02 if profile.evidence is not None else 0.0
                fitting = [n for n in chosen if profile.when.search(letters[n])]
                take(
                    lambda text, p=profile, e=extra: [  # type: ignore[misc]
                        (phones, p.cost + e + 0.02 * k) for k, phones in enumerate(_read(text, p))
                    ],
                    fitting,
                )
    return [_ranked(found, MAX_WIDE) for found in raw]


def plain_table() -> Substitution:
    """What the plainest reading of a word in Latin letters takes its letters for."""
    return _tables().base.variants[0]


def plain_letters(words: Sequence[str]) -> str:
    """Many lower-case words in Latin letters on lines of their own, with such marks only as `plain_table` knows."""
    lines = "\n".join(words)
    if lines.count("\n") >= max(1, len(words)):  # a line break in a word
        words = [word.replace("\n", "") for word in words]
        lines = "\n".join(words)
    if lines.isascii():
        return lines
    odd = [n for n, word in enumerate(words) if not word.isascii()]
    marked = "\n".join([words[n] for n in odd])
    if _CYRILLIC.search(marked):
        marked = "\n".join(map(_one_script, marked.split("\n")))
    read = list(words)
    for n, word in zip(odd, _APOSTROPHES.sub("", _letters(marked)).split("\n"), strict=True):
        read[n] = word
    return "\n".join(read)


def without_foreign_ending(word: str) -> list[tuple[str, float]]:
    """(word, cost) for each ending of another language that a folded Latin word may carry (Putinas, Lavrovs).

    >>> without_foreign_ending("putinas")
    [('putin', 0.08), ('putina', 0.08)]
    """
    endings = _tables().foreign_endings
    return [(word.removesuffix(e), cost) for e, least, cost in endings if word.endswith(e) and len(word) >= least]


_KEY = str.maketrans({"h": "g", "f": "v", "J": "Z"})


def phone_key(phones: str) -> str:
    """The coarse form of one reading: g and h are one, and so are f and v, дж and ж.

    >>> phone_key("graivoron") == phone_key("hraivoron")
    True
    """
    return _single(phones.translate(_KEY))


def key(name: str) -> str:
    """One string, equal for spellings that could be the same name in Russian, Ukrainian or Latin letters.

    It is made from the plainest reading of each word; `readings` has the finer ones.

    >>> {key(n) for n in ("Grayvoron", "Graivoron", "Hraivoron", "Grajworon", "Грайворон")}
    {'graivoron'}
    """
    words = _WORD.findall(name)
    plain = (readings(word, name.lower()) for word in words)
    return " ".join(phone_key(r[0].phones) for r in plain if r)


@lru_cache(maxsize=16_384)
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
