"""What a romanisation scheme is, and how one is kept as text; `entitynorm.text.scheme_reader` reads their files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

CYRILLIC = "\u0400-\u0481\u048a-\u052f\u1c80-\u1c8a\ua640-\ua66e\ua680-\ua69d"
"""The ranges of Cyrillic letters, for use inside a character class."""
APOSTROPHE = "ʼ"
"""How an apostrophe that is a letter (Ukrainian, Belarusian) is keyed in a scheme."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of a scheme: where it stands (``mapping.г``, ``prev_mapping.е.аеё``) and its spellings, best first."""

    place: str
    outs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scheme:
    """A way to write one language in Latin letters, as one authority or one press lays it down.

    The context tables are keyed by the letters themselves: previous + letter, letter + next, neighbour + letter +
    neighbour, with ``^`` for the start of a word and ``$`` for its end.
    """

    id: str
    authority: str
    year: int
    lang: str
    source: Mapping[str, str]
    notes: str
    mapping: Mapping[str, Rule]
    prev_mapping: Mapping[str, Rule]
    next_mapping: Mapping[str, Rule]
    between_mapping: Mapping[str, Rule]
    ending_mapping: Mapping[str, Rule]
    samples: tuple[tuple[str, tuple[str, ...]], ...]
    longest_group: int
    longest_ending: int


_TABLES = ("mapping", "prev_mapping", "next_mapping", "between_mapping", "ending_mapping")


def scheme_row(scheme: Scheme) -> str:
    """A scheme as text that `read_scheme_row` makes an equal one of."""
    values: dict[str, Any] = {field.name: getattr(scheme, field.name) for field in fields(Scheme)}
    for name in _TABLES:
        values[name] = {key: [rule.place, rule.outs] for key, rule in values[name].items()}
    return json.dumps(values, ensure_ascii=False)


def read_scheme_row(row: str) -> Scheme:
    """The scheme that `scheme_row` wrote."""
    values = json.loads(row)
    for name in _TABLES:
        values[name] = {key: Rule(place, tuple(outs)) for key, (place, outs) in values[name].items()}
    values["samples"] = tuple((native, tuple(romanised)) for native, romanised in values["samples"])
    return Scheme(**values)
