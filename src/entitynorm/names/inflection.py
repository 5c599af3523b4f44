"""Case forms of names in Russian, Ukrainian and Belarusian: from a word of a text to its dictionary forms.

A text says «Козинку», «Харкова», «Гладковым»; the gazetteer says «Козинка», «Харків», «Гладков». No dictionary lists
the names of villages and people, so endings decide: every declension is a paradigm in ``data/inflection/<lang>.yaml``

* ``lemma``: ending of the nominative; ``forms``: endings of the other cases, separated by spaces, "-" for none;
* ``after``: classes of letters (``letters`` of the file, ``vowels``, ``consonants``) that may come before the ending,
  or ``stems``: longer ends of stems, or ``words``: a closed list of dictionary forms;
* ``unless``: ends of stems that belong to another paradigm;
* ``alter``: where an ending is marked ``~`` the stem's last letter changes (Козинка, Козинці) or the form is wanting;
* ``usual``: 1 for the most usual reading of a form, more for rarer ones (``behind`` is added to all of a file);
* ``sexed``: cases that tell a bearer's sex; ``oblique``: no nominative looks like that, other cases do.

Paradigms become, once, a dictionary from ends of forms to rules, so reading a word is a handful of look-ups (start at
`lemmas`). Gender is never guessed: «Зеленская» is no form of «Зеленский». Not covered: the vocative, plurals of names
that have a singular, stress.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import product
from typing import Any, Literal

import yaml

from entitynorm.errors import DataError
from entitynorm.resources import data_dir

Gender = Literal["m", "f", "n"]
LANGUAGES = ("ru", "uk", "be")
CASES = ("nom", "gen", "loc", "acc", "dat", "ins")
"""Most frequent in running text first: that is the order among readings of one rank."""
MOST_LEMMAS = 16
SHORTEST = 4
"""Words with fewer letters are read only where the tables list them (``short``): endings say nothing about «она»."""

_VOWELS = "аеёиоуыэюяєіїў"
_CONSONANTS = "бвгґджзйклмнпрстфхцчшщ"
_FIXED_TAILS = ("-на-", "-над-", "-под-", "-при-")
_APOSTROPHES = str.maketrans("’ʼ`", "'''")


@dataclass(frozen=True, slots=True)
class Lemma:
    """A dictionary form, casefolded, that a word may be a case form of."""

    text: str
    lang: str
    paradigm: str
    """Id of the paradigm in the language's table; "itself" for words too short to be read."""
    gender: Gender | None
    """Class of declension; None in the plural, for words that do not decline and for short words."""
    number: Literal["sg", "pl"]


@dataclass(frozen=True, slots=True, eq=False)
class Paradigm:
    """One declension of one language, as the table gives it; the module's docstring explains the fields."""

    id: str
    lang: str
    part: str
    gender: Gender | None
    number: Literal["sg", "pl"]
    usual: int
    sample: str
    lemma: str
    stems: tuple[str, ...]
    unless: tuple[str, ...]
    words: tuple[str, ...]
    alter: Mapping[str, str]
    endings: tuple[tuple[str, str, bool], ...]
    """(case, ending, whether the stem's last letter changes), the nominative first."""
    sexed: frozenset[str]
    oblique: bool

    def owns(self, word: str) -> bool:
        """Whether the casefolded word can be this paradigm's nominative."""
        if self.words:
            return word in self.words
        if self.oblique:
            return False
        heads = tuple(stem + self.lemma for stem in self.stems)
        return word.endswith(heads) and not word.endswith(self.barred)

    @property
    def barred(self) -> tuple[str, ...]:
        return tuple(stem + self.lemma for stem in self.unless)


@dataclass(frozen=True, slots=True)
class _Language:
    paradigms: tuple[Paradigm, ...]
    foreign: frozenset[str]
    short: tuple[tuple[str, str], ...]
    """(paradigm id, dictionary form)."""


# (order, ending of the lemma, lemma endings refused, paradigm, case)
_Rule = tuple[int, str, tuple[str, ...], Paradigm, str]


@dataclass(frozen=True, slots=True)
class _Table:
    by_ending: Mapping[str, tuple[_Rule, ...]]
    by_word: Mapping[str, tuple[_Rule, ...]]
    """Forms of closed lists; the rule's ending is the whole dictionary form."""
    longest: int


# --- reading the tables ----------------------------------------------------------------------------


def _load(name: str) -> dict[str, Any]:
    # BaseLoader keeps every scalar a string: an unquoted `no` or `on` among endings must not become a boolean.
    path = data_dir() / "inflection" / name
    try:
        with path.open(encoding="utf-8") as stream:
            table = yaml.load(stream, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())
        raise DataError(f"{path}: cannot be read as YAML ({reason}); reinstall entitynorm") from error
    if not isinstance(table, dict) or table.get("schema") != "1":
        raise DataError(f"{path}: expected a mapping with `schema: 1`; reinstall entitynorm or correct the file")
    return table


@cache
def _language(lang: str) -> _Language:
    table = _load(f"{lang}.yaml")
    try:
        classes = {"vowels": _VOWELS, "consonants": _CONSONANTS} | table["letters"]
        paradigms = tuple(_paradigm(entry, lang, int(table["behind"]), classes) for entry in table["paradigms"])
        known = {paradigm.id for paradigm in paradigms}
        short = tuple((key, word) for key, words in table["short"].items() for word in words)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DataError(f"inflection/{lang}.yaml: missing or wrong field ({error!r}); correct the table") from error
    if len(known) != len(paradigms):
        raise DataError(f"inflection/{lang}.yaml: a paradigm id occurs twice; give each paradigm its own id")
    if strange := {key for key, _ in short} - known:
        raise DataError(f"inflection/{lang}.yaml: `short` names no paradigm: {sorted(strange)}; use ids of the list")
    return _Language(paradigms, frozenset(table["foreign_letters"]), short)


def _paradigm(entry: Mapping[str, Any], lang: str, behind: int, classes: Mapping[str, str]) -> Paradigm:
    """One entry of the table; raises DataError naming the paradigm when its conditions make no sense."""
    place = f"inflection/{lang}.yaml: {entry['id']}"
    if sum(key in entry for key in ("after", "stems", "words")) != 1:
        raise DataError(f"{place}: expected exactly one of `after`, `stems`, `words`; correct the table")
    lemma, words = entry["lemma"], tuple(entry.get("words", ()))
    if odd := [word for word in words if not word.endswith(lemma)]:
        raise DataError(f"{place}: {odd[0]!r} does not end in {lemma!r}; correct `words` or `lemma`")
    letters = "".join(classes[name] for name in entry["after"].split()) if "after" in entry else ""
    endings = [("nom", lemma, False)]
    for case, listed in entry["forms"].items():
        if case not in CASES:
            raise DataError(f"{place}: unknown case {case!r}; use one of {', '.join(CASES)}")
        endings += [(case, "" if e == "-" else e.removeprefix("~"), e.startswith("~")) for e in listed.split()]
    every_case = CASES if entry["part"] == "surname" else ()
    return Paradigm(
        id=entry["id"],
        lang=lang,
        part=entry["part"],
        gender=None if entry["gender"] == "null" else entry["gender"],
        number=entry["number"],
        usual=int(entry["usual"]) + behind,
        sample=entry["sample"],
        lemma=lemma,
        stems=tuple(dict.fromkeys(letters)) if letters else tuple(entry.get("stems", ())),
        unless=tuple(entry.get("unless", ())),
        words=words,
        alter=entry.get("alter", {}),
        endings=tuple(endings),
        sexed=frozenset(entry.get("sexed", every_case)),
        oblique="oblique" in entry,
    )


def _inflect(paradigm: Paradigm, word: str) -> Iterator[tuple[str, str]]:
    """(case, form) for each form of a dictionary form that the paradigm owns."""
    stem = word[: len(word) - len(paradigm.lemma)]
    for case, ending, altered in paradigm.endings:
        if not altered:
            yield case, stem + ending
        elif changed := paradigm.alter.get(stem[-1:].lower()):
            yield case, stem[:-1] + changed + ending


@cache
def _table(langs: tuple[str, ...]) -> _Table:
    """All rules of some languages, by the end of the form they read."""
    endings: dict[str, dict[_Rule, None]] = {}
    words: dict[str, dict[_Rule, None]] = {}
    paradigms = [(paradigm, language) for language in map(_language, langs) for paradigm in language.paradigms]
    for number, (paradigm, language) in enumerate(paradigms):
        for stem in paradigm.stems:
            if stem.endswith(paradigm.unless):
                continue
            head = stem + paradigm.lemma
            barred = tuple(end for end in paradigm.barred if end.endswith(head))
            for case, form in _inflect(paradigm, head):
                if paradigm.oblique and form == head:
                    continue
                endings.setdefault(form, {})[_order(paradigm, case, number), head, barred, paradigm, case] = None
        for word in paradigm.words + tuple(word for key, word in language.short if key == paradigm.id):
            for case, form in _inflect(paradigm, word):
                words.setdefault(form, {})[_order(paradigm, case, number), word, (), paradigm, case] = None
    return _Table(
        {key: tuple(rules) for key, rules in endings.items()},
        {key: tuple(rules) for key, rules in words.items()},
        max(map(len, endings)),
    )


def _order(paradigm: Paradigm, case: str, number: int) -> int:
    """Sorts readings by rank of the paradigm, frequency of the case, order of tables; one number a rule and case."""
    return (paradigm.usual * len(CASES) + CASES.index(case)) * 1000 + number


# --- from a form to its dictionary forms -----------------------------------------------------------


def languages(word: str, lang: str | None = None) -> tuple[str, ...]:
    """Languages whose alphabet can write a casefolded word; only ``lang`` when it is one of them.

    A Russian text prints Ukrainian names as well, so a language that cannot write the word does not narrow the choice.

    >>> languages("київ", "ru"), languages("быков"), languages("kyiv")
    (('uk',), ('ru', 'be'), ())
    """
    if not any("\u0400" <= letter <= "\u052f" for letter in word):
        return ()
    fitting = tuple(known for known in LANGUAGES if _language(known).foreign.isdisjoint(word))
    return (lang,) if lang is not None and lang in fitting else fitting


def _fold(word: str) -> str:
    return unicodedata.normalize("NFC", word).casefold().translate(_APOSTROPHES)


def _readings(word: str, langs: tuple[str, ...]) -> list[tuple[int, str, Paradigm, str]]:
    """(order, dictionary form, paradigm, case) for all rules that read a casefolded word, most usual first."""
    table = _table(langs)
    found = [(rule[0], rule[1], rule[3], rule[4]) for rule in table.by_word.get(word, ())]
    length = len(word)
    if length >= SHORTEST:
        rules_of = table.by_ending.get
        for start in range(max(0, length - table.longest), length):
            if rules := rules_of(word[start:]):
                stem = word[:start]
                for order, head, barred, paradigm, case in rules:
                    text = stem + head
                    if barred and text.endswith(barred):
                        continue
                    if len(text) < 5 and (len(text) < 3 or not any(letter in _VOWELS for letter in text)):
                        continue
                    found.append((order, text, paradigm, case))
        found.sort(key=_rank)
    return found


def _rank(reading: tuple[int, str, Paradigm, str]) -> tuple[int, str]:
    return reading[0], reading[1]


def lemmas(word: str, lang: str | None = None) -> tuple[Lemma, ...]:
    """All dictionary forms that one Cyrillic word may be a case form of, most usual first, at most `MOST_LEMMAS`.

    The word itself is among them only when it may be a nominative. Without ``lang`` every language counts that can
    write the word; a dictionary form that several languages share is given once. The answer is what endings allow, not
    what exists: compare it with a gazetteer. Apostrophes come back as ``'``; words in other scripts have no lemmas.

    >>> [(lemma.text, lemma.gender) for lemma in lemmas("Козинку", "ru")]
    [('козинка', 'f'), ('козинок', 'm')]
    """
    folded = _fold(word)
    langs = languages(folded, lang)
    if not langs:
        return ()
    found = _unique(_readings(folded, langs))
    if len(folded) < SHORTEST and not found:
        return (Lemma(folded, langs[0], "itself", None, "sg"),)
    if "-" in folded and len(folded) >= SHORTEST:
        found = _hyphenated(folded, langs, found)
    return tuple(found[:MOST_LEMMAS])


def _unique(readings: Iterable[tuple[int, str, Paradigm, str]]) -> list[Lemma]:
    seen: set[tuple[str, str | None, str]] = set()
    kept: list[Lemma] = []
    for _, text, paradigm, _ in readings:
        key = (text, paradigm.gender, paradigm.number)
        if key not in seen:
            seen.add(key)
            kept.append(Lemma(text, paradigm.lang, paradigm.id, paradigm.gender, paradigm.number))
            if len(kept) == MOST_LEMMAS:
                break
    return kept


def _hyphenated(word: str, langs: tuple[str, ...], whole: list[Lemma]) -> list[Lemma]:
    """Adds names that decline inside: Ростове-на-Дону in the first part only, Каменца-Подольского in both."""
    for tail in _FIXED_TAILS:
        head, hyphen, rest = word.partition(tail)
        if hyphen:
            return [replace(lemma, text=lemma.text + tail + rest) for lemma in _unique(_readings(head, langs))]
    head, _, last = word.rpartition("-")
    both = []
    for (_, text, one, case), (_, first, other, other_case) in product(_readings(last, langs), _readings(head, langs)):
        agree = (one.lang, one.gender, one.number) == (other.lang, other.gender, other.number)
        if agree and case == other_case != "nom":
            both.append(Lemma(f"{first}-{text}", one.lang, one.id, one.gender, one.number))
    merged = {(lemma.text, lemma.gender, lemma.number): lemma for lemma in [*whole[:4], *both, *whole[4:]]}
    return list(merged.values())


# --- from a dictionary form to its forms -----------------------------------------------------------


def forms(word: str, lang: str, *, kind: Literal["person", "place"] | None = None) -> dict[str, tuple[str, ...]]:
    """Case -> forms of a dictionary form, the usual one first; empty when no paradigm of the language owns the word,
    or its alphabet cannot write it.

    A surname and a place decline apart (Пушкиным, but городом Пушкином), as do their accusatives: ``kind`` chooses,
    without it both are given.
    Capitals are kept. Every form leads back: the casefolded word is among ``lemmas(form, lang)``.

    >>> forms("Козинка", "uk")["loc"], forms("Гладков", "ru", kind="person")["ins"]
    (('Козинці',), ('Гладковым',))
    """
    if lang not in LANGUAGES:
        raise ValueError(f"no inflection tables for language {lang!r}; expected one of {', '.join(LANGUAGES)}")
    word = unicodedata.normalize("NFC", word).translate(_APOSTROPHES)
    if lang not in languages(word.casefold()):
        return {}
    owners = [paradigm for paradigm in _language(lang).paradigms if _owns(paradigm, word.casefold(), lang)]
    owners.sort(key=lambda paradigm: (not paradigm.words, paradigm.usual))
    names = [paradigm for paradigm in owners if paradigm.part == "surname"][:1] if kind != "place" else []
    others = [paradigm for paradigm in owners if paradigm.part != "surname"][:1]
    chosen = names if kind == "person" and names else others if owners and owners[0].words else others + names
    found: dict[str, dict[str, None]] = {}
    for paradigm in chosen:
        for case, form in _inflect(paradigm, word):
            found.setdefault(case, {})[form.upper() if word.isupper() and len(word) > 1 else form] = None
    table = {case: tuple(found[case]) for case in CASES if case in found}
    if kind and set(table.get("acc", ())) == {word, *table.get("gen", ())[:1]}:
        table["acc"] = (word,) if kind == "place" else table["gen"][:1]
    return table


def _owns(paradigm: Paradigm, word: str, lang: str) -> bool:
    return paradigm.owns(word) if len(word) >= SHORTEST - 1 else (paradigm.id, word) in _language(lang).short


# --- adjectives of place names ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Adjectives:
    marks: tuple[str, ...]
    endings: frozenset[str]
    longest: int
    suffixes: Mapping[str, tuple[str, ...]]
    stems: Mapping[str, tuple[str, ...]]
    other: frozenset[str]


@dataclass(frozen=True, slots=True)
class _LatinSurnames:
    endings: Mapping[str, Gender]
    unless: tuple[str, ...]
    other: frozenset[str]
    slavic: frozenset[str]


@cache
def _adjectives() -> tuple[tuple[_Adjectives, ...], _LatinSurnames]:
    table = _load("adjectives.yaml")
    try:
        groups = tuple(
            _Adjectives(
                marks=tuple(group["marks"]),
                endings=frozenset(group["endings"]),
                longest=max(map(len, group["endings"])),
                suffixes={suffix: tuple(bases) for suffix, bases in group["suffixes"].items()},
                stems={stem: tuple(bases) for stem, bases in group["stems"].items()},
                other=frozenset(group["other"]),
            )
            for group in table["groups"]
        )
        surnames = table["surnames"]
        sexes: tuple[Gender, ...] = ("f", "m")
        endings = {ending: sex for sex in sexes for ending in surnames[sex]}
        latin = _LatinSurnames(
            endings, tuple(surnames["unless"]), *(frozenset(surnames[key]) for key in ("other", "slavic"))
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DataError(f"inflection/adjectives.yaml: missing or wrong field ({error!r}); correct the table") from error
    return groups, latin


def adjective_bases(word: str) -> tuple[str, ...]:
    """Place names, casefolded, that an adjective in -sk- may come from, most usual first; empty for other words.

    A region is named by an adjective (Белгородская, Sumska) and the gazetteer knows the town (Белгород, Sumy). Any case
    form will do. What the suffix allows is listed, whether it exists or not: compare the answer with a gazetteer.

    >>> adjective_bases("Белгородской")[0], adjective_bases("Zaporizka")[0], adjective_bases("Козинка")
    ('белгород', 'zaporizhzhia', ())
    """
    folded = _fold(word)
    cyrillic = any("\u0400" <= letter <= "\u052f" for letter in folded)
    if not cyrillic:
        folded = folded.replace("'", "")
    groups, _ = _adjectives()
    for group in groups:
        if folded in group.other:
            return ()
        for size in range(min(group.longest, len(folded) - 4), 0, -1):
            stem = folded[:-size]
            if stem.endswith(group.marks) and folded[-size:] in group.endings:
                return _bases(stem, group)
    return ()


def _bases(stem: str, group: _Adjectives) -> tuple[str, ...]:
    last = stem.rpartition("-")[2]
    if last in group.stems:
        head = stem[: len(stem) - len(last)]
        return tuple(head + base for base in group.stems[last])
    for size in range(min(6, len(stem) - 1), 1, -1):
        if (bases := group.suffixes.get(stem[-size:])) is not None:
            found = dict.fromkeys(stem[:-size] + base for base in bases)
            return tuple(base for base in found if len(base) >= 3)
    return ()


# --- what a surname tells of its bearer ------------------------------------------------------------


def genders(word: str, lang: str | None = None) -> frozenset[Gender]:
    """Which sexes the bearer of a surname can have, by its form in Cyrillic or Latin letters; empty when it tells none.

    «Гладкова» is a woman, or a man in the genitive; «Зеленського» is a man; Шевченко or Melnyk may be anyone.

    >>> [sorted(genders(name)) for name in ("Гладкова", "Зеленская", "Zelenskyy", "Melnyk")]
    [['f', 'm'], ['f'], ['m'], []]
    """
    folded = _fold(word)
    langs = languages(folded, lang)
    if not langs:
        return _latin_genders(folded.replace("'", ""))
    told: set[Gender] = set()
    for _, _, paradigm, case in _readings(folded, langs):
        if case in paradigm.sexed and paradigm.gender is not None:
            told.add(paradigm.gender)
    return frozenset(told)


def _latin_genders(word: str) -> frozenset[Gender]:
    _, latin = _adjectives()
    last = word.rpartition("-")[2]
    man = last.removesuffix("a")
    if man not in latin.slavic and (last in latin.other or man.endswith(latin.unless)):
        return frozenset()
    for size in range(min(6, len(last) - 2), 1, -1):
        if gender := latin.endings.get(last[-size:]):
            return frozenset((gender,))
    return frozenset()
