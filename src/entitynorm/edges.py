"""Where a mention begins and ends: what beside a window belongs to the name that it answers, and what does not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from entitynorm.model import Candidate
from entitynorm.names.structure import parse
from entitynorm.names.types import entity_class
from entitynorm.names.units import Unit
from entitynorm.neighbours import LONGEST_FORM, is_legal_form
from entitynorm.surroundings import Surroundings

Spells = Callable[[Sequence[str]], Sequence[bool]]
"""Whether each of several texts is spelled like some alias."""


def edges(
    text: str, start: int, end: int, best: Candidate, surroundings: Surroundings, spells: Spells
) -> tuple[int, int]:
    """The borders of the mention that a window of a text is of its best candidate, as code points."""
    if text[end : end + 1] == ".":
        end += _owns_its_dot(parse(text[start:end]).units[-1], best)
    kind = entity_class(best.type)
    if kind == "PERSON":
        begin = surroundings.with_given(start, end)
        if begin == start > 1 and text[start - 2].islower() and " " in best.alias:
            begin -= _particle_before(text, start, parse(text[start:end]).units[0], best)
        end = surroundings.with_surname(start, surroundings.with_initials(start, end))
        start = begin
    elif text[start].islower() and kind in ("PLACE", "FACILITY"):
        led = _led_by_type(parse(text[start:end]).units)
        if led and not spells([text[start + led : end]])[0]:  # la région de Mopti is no Mopti
            start += led
    start += text[start] == "#"  # the sign of a hashtag is no part of the name
    return start, end


def _owns_its_dot(last: Unit, best: Candidate) -> bool:
    """Whether a full stop behind the last word belongs to it: Corp., Inc., but not GmbH."""
    shortened = any(s.form == "abbreviation" for s in last.senses)
    legal = is_legal_form(last.senses) and last.words[0].shape == "title" and len(last.phrase) < LONGEST_FORM
    return best.alias.endswith(".") or shortened or legal


def _particle_before(text: str, start: int, first: Unit, best: Candidate) -> int:
    """Code points of a particle before a surname that the alias has there too (M. de | Mistura)."""
    units = parse(best.alias).units
    for before, unit in pairwise(units):
        if unit.phrase == first.phrase and before.role == "function":
            own = best.alias[before.start : unit.start]
            if own.endswith(" ") and text[:start].casefold().endswith(f" {own.casefold()}"):
                return len(own)
    return 0


def _led_by_type(units: Sequence[Unit]) -> int:
    """Code points of a small type word that a preposition ties to a name: it describes (península de | Afungi)."""
    if units[0].role != "type" or units[0].capitalised or len(units) < 3 or units[1].role != "function":
        return 0
    name = next((u for u in units[1:] if u.role != "function"), units[0])
    tied = any(s.form == "preposition" for s in units[1].senses) and units[1].words[0].script == "Latn"
    return name.start if tied and name.capitalised else 0
