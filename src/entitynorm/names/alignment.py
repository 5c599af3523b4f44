"""Which unit of one name answers which unit of another, and how well."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from entitynorm.names.lexicon import PLACE_SENSES, lexicon
from entitynorm.names.structure import Unit, first_sounds
from entitynorm.names.words import ROMANISATION, SAME, SPELLING, SPELLING_ENDING, UNLIKE, Likeness, likeness

_NEAR_ENOUGH = 0.8
"""Concepts less near than this (security, protection) are different words of different names."""
_LEXICAL = frozenset({"type", "title", "country", "concept"})


_LEAST_FOR_LEXICAL_SLIP = 6
"""Letters a lexicon word needs before a slip in it is forgiven (Rapid Suport Forces)."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Unit ``i`` of the query answers unit ``j`` of the alias."""

    i: int
    j: int
    likeness: Likeness


@dataclass(frozen=True, slots=True)
class Alignment:
    """One-to-one pairs, and what is left over on either side (function words left out)."""

    pairs: tuple[Pair, ...]
    extra: tuple[int, ...]
    """Units of the query that nothing in the alias answers."""
    missing: tuple[int, ...]
    """Units of the alias that the query lacks."""


def _typed(a: Unit, b: Unit) -> Likeness:
    if a.types & b.types:
        return Likeness(0.97, "type word", f"{a.phrase}~{b.phrase}")
    best = UNLIKE
    for x in a.types:
        for y in b.types:
            ours, theirs = lexicon().type_word(x).senses, lexicon().type_word(y).senses
            shared = [s for s in ours if s in theirs]
            if shared:
                # The first sense of a type word is its usual one: "region" is a province first, a district second.
                if shared[0] not in PLACE_SENSES and shared[0] not in (x, y):
                    continue  # a thermal plant is no nuclear plant; a "power plant" may be either
                value = 0.95 if ours[0] == theirs[0] else 0.75
                if value > best.value:
                    best = Likeness(value, "type word", f"{a.phrase}~{b.phrase} ({shared[0]})")
    return best


def _other_given(a: Unit, b: Unit) -> Likeness:
    """Given names of different classes: kin across languages (Alexander, Aleksandar) of one gender, or other people."""
    table = lexicon()
    if any(table.near(x, y, "given") >= 0.5 for x in a.given for y in b.given):
        return Likeness(0.85, "given name", f"{a.phrase}~{b.phrase}")
    genders = ({table.entry("given", x).gender for x in unit.given} - {"u"} for unit in (a, b))
    if len(set.union(*genders)) == 1 and len(a.words) == len(b.words) == 1:
        found = likeness(a.words[0], b.words[0], False)
        if found.kind in (ROMANISATION, SPELLING):
            return Likeness(min(0.8, found.value), "given name", found.detail)
    return UNLIKE


def known_likeness(a: Unit, b: Unit, translate: bool) -> Likeness | None:
    """What the lexicon says of two units; None where it has no say."""
    if translate and a.concepts & b.concepts:
        return Likeness(0.97, "translation", f"{a.phrase}~{b.phrase}")
    if a.countries & b.countries:
        return Likeness(0.97, "country", f"{a.phrase}~{b.phrase}")
    titles_a, titles_b = ({s.id for s in u.senses if s.slot == "title"} for u in (a, b))
    if titles_a & titles_b:
        return Likeness(0.97, "title", f"{a.phrase}~{b.phrase}")
    if a.types and b.types:
        typed = _typed(a, b)
        if typed.value:
            return typed
    near = max((lexicon().near(x, y) for x in a.concepts for y in b.concepts), default=0.0) if translate else 0.0
    if near >= _NEAR_ENOUGH:
        return Likeness(near, "near concept", f"{a.phrase}~{b.phrase}")
    if a.given and b.given:
        if a.given & b.given:
            return Likeness(0.93, "given name", f"{a.phrase}~{b.phrase}")
        return _other_given(a, b)
    return None


def unit_likeness(a: Unit, b: Unit, entity_type: str | None, adjectives: bool, translate: bool = True) -> Likeness:
    """How alike two units are; symmetric in value.

    ``translate``: whether words of one idea answer each other. A name of one word is not translated: Суспільне and
    Громадське both mean "public" and are two broadcasters.

    ``adjectives``: whether a place name may answer its adjective (Grayvoron ~ Graivoronsky), which is so
    only beside a type word.
    """
    if a.phrase == b.phrase:
        return Likeness(1.0, "same", a.phrase)
    if entity_type in (None, "PERSON") and "initial" in (a.role, b.role):
        if first_sounds(a) & first_sounds(b) and not (a.role == b.role == "initial"):
            return Likeness(0.75, "initial", f"{a.phrase}~{b.phrase}")
        return UNLIKE
    known = known_likeness(a, b, translate)
    if known is not None:
        return known
    if len(a.words) != 1 or len(b.words) != 1 or "number" in (a.role, b.role):
        return UNLIKE
    lexical_a, lexical_b = a.role in _LEXICAL, b.role in _LEXICAL
    if lexical_a and lexical_b and (translate or not a.concepts & b.concepts):
        return UNLIKE  # two words the lexicon knows as different do not meet by sound
    found = likeness(a.words[0], b.words[0], adjectives and entity_type != "PERSON")
    slip = found.kind in (SPELLING, SPELLING_ENDING)
    if slip and (lexical_a or lexical_b) and min(len(a.phrase), len(b.phrase)) < _LEAST_FOR_LEXICAL_SLIP:
        return UNLIKE
    if found.kind != SAME and ((a.given and lexical_b) or (b.given and lexical_a)):
        return UNLIKE  # Георгій is no case form of Georgia
    if found.kind == SPELLING_ENDING and entity_type in ("PLACE", "FACILITY"):
        return UNLIKE
    if (
        entity_type == "PERSON"
        and found.value < 1
        and a.words[0].genders
        and b.words[0].genders
        and not (a.words[0].genders & b.words[0].genders)
    ):
        return UNLIKE
    return found


def _content_words(units: Sequence[Unit]) -> int:
    return sum(len(u.words) for u in units if u.role not in ("function", "type", "title"))


def align(
    query: Sequence[Unit], alias: Sequence[Unit], weights: Sequence[float], entity_type: str | None, adjectives: bool
) -> Alignment:
    """Pair units greedily, the likest and weightiest first; order plays no part."""
    translate = max(map(_content_words, (query, alias))) > 1
    pairs: list[tuple[float, float, int, int, int, Likeness]] = []
    for i, a in enumerate(query):
        if a.role == "function":
            continue
        for j, b in enumerate(alias):
            if b.role != "function":
                found = unit_likeness(a, b, entity_type, adjectives, translate)
                if found.value > 0.5:
                    pairs.append((-found.value, -weights[j], abs(i - j), i, j, found))
    pairs.sort(key=lambda p: p[:5])
    taken_i: set[int] = set()
    taken_j: set[int] = set()
    chosen: list[Pair] = []
    for *_, i, j, found in pairs:
        if i not in taken_i and j not in taken_j:
            taken_i.add(i)
            taken_j.add(j)
            chosen.append(Pair(i, j, found))
    chosen.sort(key=lambda p: p.i)
    return Alignment(
        tuple(chosen),
        tuple(i for i, u in enumerate(query) if i not in taken_i and u.role != "function"),
        tuple(j for j, u in enumerate(alias) if j not in taken_j and u.role != "function"),
    )
