"""Case forms in Latin letters (Polish, Czech, Slovak, Slovene, Croatian): a word's tail against one merged table.

A text says Armenii, Darwinem, Londýně or v Londonu; the gazetteer says Armenia, Darwin, Londýn, London. Foreign
texts say Martina, Kennedy and Emily, and mean no case form at all: words of fewer than `SHORTEST` letters are not
read unless the tables list them, dictionary forms are bounded in number and ranked, and the word as it stands is
never among them (any word may be a nominative in Latin letters). Endings without their accents are read as well
(Parksove for Parksové) and rank one lower; an accent that is there must be right. Left alone: the vocative, plurals of
names that have a singular.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import itemgetter

from entitynorm.names.paradigms import RANK, Language, Paradigm, inflect

MOST_LEMMAS = 12
SHORTEST = 5
"""Words with fewer letters are read only where a table lists their dictionary form, or where they end in an accent."""
LEAST = 4
"""Letters of a dictionary form, unless its paradigm says otherwise."""

_VOWELS = frozenset("aeiouyáéíóúýäöüąęěůôâêîûàèìòùåæø")
_RANK_AND_TEXT = itemgetter(0, 1)
_ASCII = frozenset("abcdefghijklmnopqrstuvwxyz")
_STROKES = {"ł": "l", "đ": "d", "ø": "o", "ħ": "h", "ŧ": "t"}

# (order where the form is written without its accents, ending of the lemma, what of it tells lemmas apart, ending of
# the form, lemma endings refused, least letters, paradigm, case)
_Rule = tuple[int, str, str, str, tuple[str, ...], int, Paradigm, str]
Reading = tuple[int, str, Paradigm, str]
"""(order, dictionary form, paradigm, case)."""


def _plain_letters() -> dict[int, str]:
    letters = map(chr, range(0x00E0, 0x0250))
    bases = {letter: unicodedata.normalize("NFD", letter)[0] for letter in letters}
    return {ord(letter): base for letter, base in (bases | _STROKES).items() if base.isascii()}


_PLAIN = _plain_letters()
_CONSONANTS = {letter: base for letter, base in _PLAIN.items() if base not in "aeiouy"}


def plain(word: str) -> str:
    """A casefolded word without its accents, of the same length: what is no accented letter stays.

    >>> plain("łódź"), plain("straße")
    ('lodz', 'straße')
    """
    return word if word.isascii() else word.translate(_PLAIN)


@dataclass(frozen=True, slots=True)
class Table:
    """The rules of some languages, by the accentless end of the form they read."""

    by_ending: Mapping[str, tuple[_Rule, ...]]
    by_word: Mapping[str, tuple[_Rule, ...]]
    """Forms of closed lists; the rule's endings are the whole words."""
    longest: int


def build(languages: tuple[Language, ...]) -> Table:
    """One table of several languages: where two read an ending alike, the more usual reading stands for both."""
    endings: dict[str, dict[tuple[object, ...], _Rule]] = {}
    words: dict[str, dict[tuple[object, ...], _Rule]] = {}
    paradigms = [(paradigm, language) for language in languages for paradigm in language.paradigms]
    for number, (paradigm, language) in enumerate(paradigms):
        for stem in paradigm.stems:
            # Among stems the longest that fits is meant: Budapeszcie comes from -szt, never from -t after sz.
            longer = tuple(other + paradigm.lemma for other in paradigm.stems if other != stem and other.endswith(stem))
            if not stem.endswith(paradigm.unless):
                _add(endings, paradigm, stem + paradigm.lemma, (*paradigm.barred, *longer), number)
        for word in paradigm.words + tuple(word for key, word in language.short if key == paradigm.id):
            _add(words, paradigm, word, (), number)
    return Table(
        {key: _settled(rules.values()) for key, rules in endings.items()},
        {key: _settled(rules.values()) for key, rules in words.items()},
        max(map(len, endings)),
    )


def _add(
    table: dict[str, dict[tuple[object, ...], _Rule]],
    paradigm: Paradigm,
    head: str,
    unless: tuple[str, ...],
    number: int,
) -> None:
    barred = tuple(end for end in unless if end.endswith(head))
    for case, form in inflect(paradigm, head):
        if form == head:
            continue
        rank = _order(paradigm, head, form, number) + (0 if form.isascii() else RANK)
        rule = (rank, head, _key(head), form, barred, paradigm.least or LEAST, paradigm, case)
        rules = table.setdefault(plain(form), {})
        key = (head, form, paradigm.gender, paradigm.number, paradigm.derived)
        if key not in rules or rule[0] < rules[key][0]:
            rules[key] = rule


def _order(paradigm: Paradigm, head: str, form: str, number: int) -> int:
    """Sorts readings by rank of the paradigm; then those by the longer ending first, which says more (Nixonovi is of
    Nixon, not of Nixonova), those of fewer accents (Kremla of Kreml, not of Kremł), and by the order of tables."""
    ending = len(form) - len(head) + len(paradigm.lemma)
    accents = sum(not letter.isascii() for letter in head)
    return paradigm.usual * RANK + (6 - min(6, max(0, ending))) * 1000 + min(2, accents) * 300 + number


def _settled(rules: Iterable[_Rule]) -> tuple[_Rule, ...]:
    return tuple(sorted(rules, key=lambda rule: rule[:4]))


def _key(head: str) -> str:
    """An ending of a lemma without the accents of its consonants and of its last letter."""
    return head[:-1].translate(_CONSONANTS) + plain(head[-1:])


def readings(word: str, table: Table) -> list[Reading]:
    """The readings of a casefolded word that differ in more than accents, most usual first; `MOST_LEMMAS` at most.

    The word itself is none of them. Kozine may be of Kozina or Kožina where a text leaves accents out: one of them says
    it. A vowel inside is another matter (Krakowie of Kraków, not of Krakow).
    """
    bare = plain(word)
    length = len(word)
    found: list[tuple[int, str, str, Paradigm, str]] = []
    if listed := table.by_word.get(bare):
        for rank, head, key, form, _, _, paradigm, case in listed:
            if word in (bare, form):
                found.append((rank if word == bare else rank - RANK, head, key, paradigm, case))
    if length >= SHORTEST or (length == LEAST and word[-1] not in _ASCII):
        rules_of = table.by_ending.get
        for start in range(max(1, length - table.longest), length):
            if rules := rules_of(bare[start:]):
                stem, tail, bare_stem = word[:start], word[start:], bare[:start]
                stripped = tail == bare[start:]
                for rank, head, key, form, barred, least, paradigm, case in rules:
                    if not stripped and tail != form:
                        continue
                    text = stem + head
                    if len(text) < least or (barred and text.endswith(barred)):
                        continue
                    if len(text) < 5 and _VOWELS.isdisjoint(text):
                        continue
                    found.append((rank if stripped else rank - RANK, text, bare_stem + key, paradigm, case))
    if len(found) > 1:
        found.sort(key=_RANK_AND_TEXT)
    seen: set[tuple[str, str | None, str]] = set()
    kept: list[Reading] = []
    for rank, text, key, paradigm, case in found:
        identity = (key, paradigm.gender, paradigm.derived)
        if identity not in seen and text != word:
            seen.add(identity)
            kept.append((rank, text, paradigm, case))
            if len(kept) == MOST_LEMMAS:
                break
    return kept
