"""Case forms of names: from a word of a text to its dictionary forms, and back.

A text says «Козинку», «Харкова», «Гладковым», Armenii, Darwinem, v Londonu; the gazetteer says «Козинка», «Харків»,
«Гладков», Armenia, Darwin, London. No dictionary lists the names of villages and people, so endings decide: every
declension is a paradigm in ``data/inflection/<lang>.yaml`` (`entitynorm.names.paradigms` explains the fields).

Paradigms become a table from ends of forms to rules (`entitynorm.names.declensions`), so reading a word is a handful of
look-ups (start at `lemmas`). Russian, Ukrainian and Belarusian are tried for any word in Cyrillic; Bulgarian and
Macedonian, which have articles in the place of cases, when they are asked for; the others for words in Latin letters
(`entitynorm.names.latin`). Gender is never guessed: «Зеленская» is no form of «Зеленский». Not covered: the vocative
(but in Bulgarian and Macedonian), plurals of names that have a singular, stress.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Iterable
from functools import lru_cache
from itertools import product
from typing import Literal

from entitynorm.names import latin
from entitynorm.names.adjectives import adjective_bases, latin_genders
from entitynorm.names.declensions import cyrillic_table, foreign_letters, language, latin_table
from entitynorm.names.paradigms import CASES, RANK, Gender, Lemma, Paradigm, fold
from entitynorm.names.paradigms import inflect as _inflect

__all__ = (
    "CASES",
    "LANGUAGES",
    "LATIN",
    "MOST_LEMMAS",
    "SHORTEST",
    "Gender",
    "Lemma",
    "adjective_bases",
    "declines_in_latin",
    "forms",
    "genders",
    "languages",
    "lemmas",
)

LANGUAGES = ("ru", "uk", "be")
"""Tried for every word in Cyrillic."""
ASKED = ("bg", "mk")
"""Tried only when named: their letters are those of Russian, and a Russian text must not be read by their rules."""
LATIN = ("pl", "cs", "sl", "sk", "hr")
"""Tried for words in Latin letters."""
MOST_LEMMAS = 16
SHORTEST = 4
"""Words with fewer letters are read only where the tables list them (``short``): endings say nothing about «она»."""

_SAME_TABLE = {"sr": "hr", "bs": "hr", "cnr": "hr"}
_VOWELS = "аеёиоуыэюяєіїў"
_FIXED_TAILS = ("-на-", "-над-", "-под-", "-при-")
_APOSTROPHES = str.maketrans("’ʼ`", "'''")

_Reading = latin.Reading


# --- from a form to its dictionary forms -----------------------------------------------------------


def languages(word: str, lang: str | None = None) -> tuple[str, ...]:
    """Languages whose alphabet can write a casefolded word; only ``lang`` when it is one of them.

    A Russian text prints Ukrainian names as well, so a language that cannot write the word does not narrow the choice.

    >>> languages("київ", "ru"), languages("быков"), languages("kyiv")
    (('uk',), ('ru', 'be'), ())
    """
    if not any("\u0400" <= letter <= "\u052f" for letter in word):
        return ()
    fitting = tuple(known for known in LANGUAGES if foreign_letters(known).isdisjoint(word))
    if lang in ASKED and foreign_letters(lang).isdisjoint(word):
        return (lang,)
    return (lang,) if lang is not None and lang in fitting else fitting


def _cyrillic(word: str, lang: str | None, named: Collection[str] | None) -> tuple[str, ...]:
    """Languages to read a casefolded word by: what `languages` says, narrowed to those named that can write it."""
    fitting = languages(word, lang)
    if named is None or not fitting:
        return fitting
    known = (one for one in (*LANGUAGES, *ASKED) if one in named)
    return tuple(one for one in known if foreign_letters(one).isdisjoint(word)) or fitting


def _latin(lang: str | None, named: Collection[str] | None) -> tuple[str, ...]:
    """Languages to read a word in Latin letters by: those named that have a table; nothing named, all of them."""
    if named is None:
        if lang is None:
            return LATIN
        named = (lang,)
    wanted = {_SAME_TABLE.get(one, one) for one in named}
    return tuple(one for one in LATIN if one in wanted)


def _readings(word: str, langs: tuple[str, ...]) -> list[_Reading]:
    """(order, dictionary form, paradigm, case) for all rules that read a casefolded word, most usual first."""
    table = cyrillic_table(langs)
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


def _rank(reading: _Reading) -> tuple[int, str]:
    return reading[0], reading[1]


def lemmas(word: str, lang: str | None = None, *, languages: Collection[str] | None = None) -> tuple[Lemma, ...]:
    """All dictionary forms that one word may be a case form of, most usual first, at most `MOST_LEMMAS`.

    ``languages``: those a text can be in, when that is known. Cyrillic is read by those of them that can write the word
    (by Russian, Ukrainian and Belarusian when there are none), Latin letters by those that have a table: for an
    English text there are no case forms. ``lang`` names a single one. A dictionary form that several languages share is
    given once. The answer is what endings allow, not what exists: compare it with a gazetteer. In Cyrillic the
    word itself is among them when it may be a nominative, in Latin letters never; there the answers number
    `latin.MOST_LEMMAS` at most. Apostrophes come back as ``'``; words in other scripts have no lemmas.

    >>> [(lemma.text, lemma.gender) for lemma in lemmas("Козинку", "ru")]
    [('козинка', 'f'), ('козинок', 'm')]
    >>> [(lemma.text, lemma.derived) for lemma in lemmas("Parksové", languages=["cs"])]
    [('parksová', ''), ('parks', 'feminine'), ('parksa', 'feminine')]
    """
    return _lemmas(fold(word), lang, None if languages is None else tuple(languages))


@lru_cache(maxsize=16_384)
def _lemmas(folded: str, lang: str | None, languages: tuple[str, ...] | None) -> tuple[Lemma, ...]:
    langs = () if folded.isascii() else _cyrillic(folded, lang, languages)
    if not langs:
        return _latin_lemmas(folded, _latin(lang, languages))
    found = _unique(_readings(folded, langs))
    if len(folded) < SHORTEST and not found:
        return (Lemma(folded, langs[0], "itself", None, "sg"),)
    if "-" in folded and len(folded) >= SHORTEST:
        found = _hyphenated(folded, langs, found)
    return tuple(found[:MOST_LEMMAS])


def _latin_lemmas(word: str, langs: tuple[str, ...]) -> tuple[Lemma, ...]:
    # Only Latin letters have endings here; beyond them lie other scripts, before them digits and signs.
    if not langs or not "a" <= latin.plain(word[-1:]) <= "z":
        return ()
    table = latin_table(langs)
    found = [_lemma(rank, text, of) for rank, text, of, _ in latin.readings(word, table)]
    if "-" in word:
        found = _agreeing(word, lambda part: latin.readings(part, table), found, lambda one, other: True)
        found = found[: latin.MOST_LEMMAS]
    return tuple(found)


def _unique(readings: Iterable[_Reading]) -> list[Lemma]:
    seen: set[tuple[str, str | None, str, str]] = set()
    kept: list[Lemma] = []
    for rank, text, paradigm, _ in readings:
        key = (text, paradigm.gender, paradigm.number, paradigm.derived)
        if key not in seen:
            seen.add(key)
            kept.append(_lemma(rank, text, paradigm))
            if len(kept) == MOST_LEMMAS:
                break
    return kept


def _lemma(rank: int, text: str, of: Paradigm) -> Lemma:
    return Lemma(text, of.lang, of.id, of.gender, of.number, rank // RANK, of.derived)


def _hyphenated(word: str, langs: tuple[str, ...], whole: list[Lemma]) -> list[Lemma]:
    """Adds names that decline inside: Ростове-на-Дону in the first part only, Каменца-Подольского in both."""
    for tail in _FIXED_TAILS:
        head, hyphen, rest = word.partition(tail)
        if hyphen:
            return [lemma._replace(text=lemma.text + tail + rest) for lemma in _unique(_readings(head, langs))]
    return _agreeing(word, lambda part: _readings(part, langs), whole, lambda one, other: one.lang == other.lang)


def _agreeing(
    word: str,
    read: Callable[[str], list[_Reading]],
    whole: list[Lemma],
    related: Callable[[Paradigm, Paradigm], bool],
) -> list[Lemma]:
    """Adds compounds whose two parts stand in one case, gender and number (Jeana-Marca)."""
    head, _, last = word.rpartition("-")
    both = []
    for (rank, text, one, case), (_, first, other, other_case) in product(read(last), read(head)):
        agree = (one.gender, one.number) == (other.gender, other.number) and related(one, other)
        if agree and case == other_case != "nom":
            both.append(_lemma(rank, f"{first}-{text}", one))
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
    owners = [paradigm for paradigm in language(lang).paradigms if _owns(paradigm, word.casefold(), lang)]
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
    return paradigm.owns(word) if len(word) >= SHORTEST - 1 else (paradigm.id, word) in language(lang).short


# --- what a surname tells of its bearer ------------------------------------------------------------


def declines_in_latin(lang: str) -> bool | None:
    """Whether a language, by its code (pl, cs-CZ), declines names in Latin letters; None where the code names none.

    >>> [declines_in_latin(code) for code in ("pl", "sr-Latn", "en-GB", "und")]
    [True, True, False, None]
    """
    code = lang.casefold().replace("_", "-").partition("-")[0]
    return None if code in ("", "und", "mul") else _SAME_TABLE.get(code, code) in LATIN


def genders(word: str, lang: str | None = None) -> frozenset[Gender]:
    """Which sexes the bearer of a surname can have, by its form in Cyrillic or Latin letters; empty when it tells none.

    «Гладкова» is a woman, or a man in the genitive; «Зеленського» is a man; Шевченко or Melnyk may be anyone.

    >>> [sorted(genders(name)) for name in ("Гладкова", "Зеленская", "Zelenskyy", "Melnyk")]
    [['f', 'm'], ['f'], ['m'], []]
    """
    folded = fold(word)
    langs = languages(folded, lang)
    if not langs:
        return latin_genders(folded.replace("'", ""))
    told: set[Gender] = set()
    for _, _, paradigm, case in _readings(folded, langs):
        if case in paradigm.sexed and paradigm.gender is not None:
            told.add(paradigm.gender)
    return frozenset(told)
