"""Stretches of a text and what they may name; which of those that overlap stand."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from entitynorm.model import Candidate
from entitynorm.names.meanings import role_of
from entitynorm.names.structure import senses_of, slots_of
from entitynorm.names.types import entity_class
from entitynorm.resolver import Resolver
from entitynorm.scored import features_of

CERTAIN = 0.9
"""Least score of a mention that speaks for others of the same entity."""
_COMMON_PART = frozenset({"generic", "concept_missing"})


class Reading(NamedTuple):
    """What a surface form may name, best first; and what rules ask of it wherever it stands, told once."""

    candidates: tuple[Candidate, ...] = ()
    blocked: frozenset[str] = frozenset()
    """The folded words of longer forms that are blocked for one of them."""
    institution: bool = False
    """An organisation is among them."""
    resembled: bool = False
    """An organisation is among them that is not spelled so: whose it is may follow, or more of its name."""
    place: bool = False
    """A place or facility is among them."""
    common: bool = False
    """Common words alone answer one of them (see `is_common_part`)."""
    calendar: bool = False
    """The surface form is the name of a month or day."""
    loud: bool = False
    """The surface form is a small word in capitals."""


NO_READING = Reading()


def reading_of(surface: str, candidates: tuple[Candidate, ...], resolver: Resolver) -> Reading:
    """The reading of a surface form that these candidates answer."""
    if not candidates:
        return NO_READING
    classes = {entity_class(c.type) for c in candidates}
    return Reading(
        candidates,
        blocked=frozenset().union(*(resolver.blocked_words(c.id) for c in candidates)),
        institution="ORG" in classes,
        resembled=any(entity_class(c.type) == "ORG" and c.score < 1.0 for c in candidates),
        place=not classes.isdisjoint(("PLACE", "FACILITY")),
        common=any(map(is_common_part, candidates)),
        calendar="calendar" in slots_of(surface),
        loud=surface.isupper() and surface.isalpha() and role_of(senses_of(surface)) == "function",
    )


def is_common_part(candidate: Candidate) -> bool:
    """Whether common words alone, and not all of them, answer a candidate («Свободный берег», for a brigade)."""
    return candidate.score < 1.0 and features_of(candidate) >= _COMMON_PART


class Span(NamedTuple):
    """A stretch of a text, in code points, and what it may name, best first."""

    start: int
    end: int
    candidates: tuple[Candidate, ...]
    partial: bool = False
    """Only part of a name (a surname alone): the document may complete it."""

    @property
    def priority(self) -> float:
        """Score times covered letters; what decides between overlapping spans. Namesakes count together."""
        if len(self.candidates) == 1:
            return self.candidates[0].score * (self.end - self.start)
        return min(1.0, sum([c.score for c in self.candidates])) * (self.end - self.start)

    def with_candidates(self, candidates: Sequence[Candidate]) -> Span:
        """The same span with its candidates ranked anew."""
        return self._replace(candidates=tuple(sorted(candidates, key=lambda c: (-c.score, c.id))))


def most_covered(spans: Sequence[Span]) -> list[Span]:
    """Settle overlaps: score times covered letters decides, then the leftmost; the result is in text order."""
    taken: list[Span] = []  # always in text order, so that only two neighbours can stand in the way
    starts: list[int] = []
    for _, start, end, n in sorted([(-span.priority, span.start, span.end, n) for n, span in enumerate(spans)]):
        k = bisect_left(starts, start)
        if (not k or taken[k - 1].end <= start) and (k == len(taken) or end <= starts[k]):
            taken.insert(k, spans[n])
            starts.insert(k, start)
    return taken
