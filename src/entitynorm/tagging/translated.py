"""Windows that say a listed name in the words of another language, phrase by phrase (Forces armées royales).

Chains of single words (`entitynorm.tagging.leads`) miss names whose words mean what they mean together only, or weigh
little. Here the ideas of a name are counted: from a capitalised word for one of them on, as far as more of them follow.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

import numpy as np

from entitynorm.names.structure import parse, slots_of
from entitynorm.names.types import entity_class
from entitynorm.names.units import Unit
from entitynorm.retrieval.index import NameIndex
from entitynorm.tagging.leads import Bools, Window
from entitynorm.tagging.scan import Scan

_LONGEST = 12
"""Words of a window."""
_LEAST = 0.6
"""Share of the ideas of a name that a window has to have, and two at least."""
_HEADS = frozenset({"concept", "type"})


class Translations:
    """Finds windows in Romance texts that have the ideas of the names of one short list."""

    def __init__(self, index: NameIndex) -> None:
        self.index = index

    @cached_property
    def _names(self) -> dict[str, list[tuple[int, int]]]:
        """Idea -> the names that have it: number of the name, place of the idea in it."""
        out: dict[str, list[tuple[int, int]]] = {}
        for alias, ideas in enumerate(self._ideas):
            for place, some in enumerate(ideas):
                for idea in some:
                    out.setdefault(idea, []).append((alias, place))
        return out

    @cached_property
    def _ideas(self) -> list[list[frozenset[str]]]:
        """The ideas of each name, a set for each of its words; of people, places and single words none."""
        out: list[list[frozenset[str]]] = []
        for alias in range(self.index.aliases):
            kind = entity_class(self.index.entity_type(self.index.entity_of(alias)))
            text = self.index.alias_text(alias)
            named = kind not in ("PERSON", "PLACE") and " " in text
            ideas = [_ideas_of(u) for u in parse(text).units if u.role != "function"] if named else []
            out.append(ideas if sum(map(bool, ideas)) > 1 else [])
        return out

    def windows(self, scan: Scan, joins: Bools) -> Iterator[Window]:
        """The windows of a block."""
        text, start, end = scan.text, scan.start, scan.end
        for n in np.flatnonzero(scan.upper & scan.romance).tolist():
            if _HEADS.isdisjoint(slots_of(text[start[n] : end[n]])):
                continue
            last = n
            while last + 1 < len(scan) and last - n < _LONGEST and joins[last + 1]:
                last += 1
            if last > n:
                tokens = {int(end[k] - start[n]): k for k in range(n, last + 1)}
                for stop in self._stops(parse(text[start[n] : end[last]]).units):
                    if stop in tokens:
                        yield n, tokens[stop]

    def _stops(self, units: Sequence[Unit]) -> set[int]:
        """Where names end that begin with the first of these units."""
        met: dict[int, set[int]] = {}
        stops: dict[int, int] = {}
        for k, unit in enumerate(units):
            places: dict[int, int] = {}  # each word answers one word of a name, the first that is left
            for idea in _ideas_of(unit):
                for alias, place in self._names.get(idea, ()):
                    if (alias in met or not k) and place not in met.get(alias, ()):
                        places[alias] = min(place, places.get(alias, place))
            for alias, place in places.items():
                found = met.setdefault(alias, set())
                found.add(place)
                if k and len(found) >= _LEAST * len(self._ideas[alias]):
                    stops[alias] = unit.end
        return set(stops.values())


def _ideas_of(unit: Unit) -> frozenset[str]:
    """What a word says in whatever language."""
    if unit.role == "number":
        return frozenset({f"number:{unit.phrase}"})
    return unit.concepts | unit.types | {f"country:{c}" for c in unit.countries}
