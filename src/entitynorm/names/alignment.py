"""Which unit of one name answers which unit of another, and how well."""

from __future__ import annotations

from entitynorm.names.lexicon import PLACE_SENSES, lexicon
from entitynorm.names.units import Unit
from entitynorm.names.words import ROMANISATION, SPELLING, UNLIKE, Likeness, likeness

_OTHER_STATE = 0.6
_NEAR_ENOUGH = 0.8
"""Concepts less near than this (security, protection) are different words of different names."""


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
                if shared[0] == "country":
                    value = _OTHER_STATE  # an emirate is no state, and a republic no kingdom
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
    if not a.senses or not b.senses:
        return None
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
