"""Which of several namesakes a text means: what the rest of the document says for each, weighed together.

A span whose best candidates are equally good as names is decided by the document (one sense per discourse: Gale,
Church and Yarowsky 1992; places near each other: Leidner 2007). Every namesake collects evidence, and the
probabilities are their share of it (softmax), so that the replay of a candidate's evidence is its score:

- ``named``: it, or what it lies in, is named unmistakably elsewhere in the text
- ``beside``: the region it lies in stands right after it (Alexandria, Virginia)
- ``near``: other places of the text are near it
- ``country``: the text around the span speaks of its country
- ``prominence``: how much smaller its ``weight`` is than that of the most prominent namesake, in powers of ten

Spans with the region beside them are decided first; the rest speak for each other, each as far as it is decided, in two
rounds.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from entitynorm.model import Candidate, Evidence
from entitynorm.names.types import entity_class
from entitynorm.scoring import is_ambiguous, is_identical, probability

if TYPE_CHECKING:
    from entitynorm.context import Context
    from entitynorm.spans import Span

_NAMED, _WITHIN, _BESIDE, _NEAR, _COUNTRY, _TENTH = 4.0, 2.5, 6.0, 8.0, 3.0, -1.0
"""Log-odds of the evidence; written, not fitted."""
_NEIGHBOURS = 3
"""Places of the text, the nearest, that speak for a namesake."""
_VOICES = 25
"""Other surface forms before and after a span whose places are heard."""
_FAR_IN_TEXT = 2000
"""Code points over which the voice of a place falls to half."""
_ABOUT = 200.0
"""Kilometres at which nearness has fallen to half."""
_REGION = 600.0
"""Kilometres from the middle of a region within which a place may lie in it, where the gazetteer does not say."""
_LEAST_ODDS = 5.0
_BETWEEN = (", ", " (")


Point = tuple[float, float]
"""Latitude and longitude in degrees."""


@dataclass(frozen=True, slots=True)
class _Place:
    """A place that a surface form of the text may mean."""

    name: str
    point: Point
    share: float
    """How probable it is."""


def distance_km(a_lat: float, a_lon: float, b_lat: float, b_lon: float) -> float:
    """Kilometres between two points, all in degrees (see `distances_km`).

    >>> round(distance_km(50.47, 35.72, 50.60, 36.60))
    64
    """
    return float(distances_km((a_lat, a_lon), np.array([(b_lat, b_lon)]))[0])


class _Heard:
    """The places of a text as arrays, by the surface forms that may mean them, in text order."""

    def __init__(self, said: Mapping[str, Sequence[_Place]], at: Mapping[str, Collection[int]]) -> None:
        self.surfaces = sorted(surface for surface, places in said.items() if places)
        where = sorted((position, n) for n, surface in enumerate(self.surfaces) for position in at[surface])
        self.positions = [position for position, _ in where]
        """Where a surface form stands, in text order; and which."""
        self.which = [n for _, n in where]
        places = [place for surface in self.surfaces for place in said[surface]]
        self.ends = np.concatenate(([0], np.cumsum([len(said[s]) for s in self.surfaces]))).astype(np.int64)
        self.names = [place.name for place in places]
        self.points = np.array([place.point for place in places], np.float64).reshape(-1, 2)
        self.shares = np.array([place.share for place in places])

    def around(self, position: int, own: str) -> _Around:
        """The places of other surface forms that stand near, as rows of the arrays."""
        middle = bisect_left(self.positions, position)
        away: dict[int, int] = {}
        for step in (-1, 1):
            heard, k = 0, middle - 1 if step < 0 else middle
            while 0 <= k < len(self.positions) and heard < _VOICES:
                n = self.which[k]
                if self.surfaces[n] != own:
                    heard += n not in away
                    distance = abs(self.positions[k] - position)
                    away[n] = min(distance, away.get(n, distance))
                k += step
        sizes = np.array([self.ends[n + 1] - self.ends[n] for n in away], np.int64)
        rows = [np.arange(self.ends[n], self.ends[n + 1]) for n in away]
        together = np.concatenate(rows) if rows else np.zeros(0, np.int64)
        far = np.repeat(np.array(list(away.values()), np.int64), sizes)
        return _Around(together, np.cumsum(sizes) - sizes, self.shares[together] / (1 + far / _FAR_IN_TEXT))


class _Around(NamedTuple):
    """Places near a span: their rows, where each surface form begins among them, and how loudly each is heard."""

    rows: NDArray[np.int64]
    begins: NDArray[np.int64]
    loudness: NDArray[np.float64]


_NOTHING_HEARD = _Heard({}, {})
_NOTHING_AROUND = _NOTHING_HEARD.around(0, "")


class Senses:
    """Decides between namesakes in one text."""

    def __init__(self, context: Context, spans: Sequence[Span]) -> None:
        self._context = context
        self._spans = list(spans)
        self._starts = {span.start: span for span in spans}
        self._named = dict(context.named)
        self._places: dict[str, Point | None] = {}
        self._said: dict[str, list[_Place]] = {}
        """Surface form -> the places that it may be, as far as is decided."""
        self._at: dict[str, set[int]] = {}
        """Surface form -> where it stands."""
        self._heard, self._around = _NOTHING_HEARD, _NOTHING_AROUND

    def decided(self) -> list[Span]:
        """The spans, those between namesakes decided as far as the text allows."""
        rivals = {n: found for n, span in enumerate(self._spans) if len(found := self._rivals(span)) > 1}
        if not rivals:
            return self._spans
        for span, candidate in self._context.certain:
            self._say(span, [candidate])
        for n, found in rivals.items():
            self._say(self._spans[n], found, 1 / len(found))
        beside = {n: found for n, found in rivals.items() if self._region(self._spans[n]) is not None}
        for round_ in (beside, rivals, rivals):
            self._heard = _Heard(self._said, self._at)
            decided = [(n, self._decide(self._spans[n], found)) for n, found in round_.items() if n in rivals]
            for n, span in decided:
                self._say(span, span.candidates[: len(rivals[n])])
                if round_ is beside:
                    self._spans[n] = span
                    self._named[span.candidates[0].id] = self._named.get(span.candidates[0].id, 0) + 1
            if round_ is beside:
                rivals = {n: found for n, found in rivals.items() if n not in beside}
        for n, span in decided:
            self._spans[n] = span
        return self._spans

    def _say(self, span: Span, candidates: Sequence[Candidate], share: float | None = None) -> None:
        """Remember where a surface form may lie."""
        surface = self._context.text[span.start : span.end]
        found = []
        for candidate in candidates:
            point = self._point(candidate)
            if point is not None:
                found.append(_Place(candidate.name, point, candidate.score if share is None else share))
        self._said[surface] = found
        self._at.setdefault(surface, set()).add(span.start)

    def _point(self, candidate: Candidate) -> Point | None:
        if candidate.id not in self._places:
            point = None
            if entity_class(candidate.type) in ("PLACE", "FACILITY"):
                entity = self._context.gazetteer.get(candidate.id)
                if entity is not None and entity.lat is not None and entity.lon is not None:
                    point = (entity.lat, entity.lon)
            self._places[candidate.id] = point
        return self._places[candidate.id]

    def _rivals(self, span: Span) -> list[Candidate]:
        scorer = self._context.scorer
        if is_identical(span.candidates[0]):
            # One that is only less prominent may be meant all the same: the text has a say before prominence decides.
            return [c for c in span.candidates if c.evidence[0].feature == "identical"]
        if not is_ambiguous(span.candidates, scorer):
            return []
        best = span.candidates[0].score
        return [c for c in span.candidates if c.score >= scorer.threshold and best - c.score < scorer.margin]

    def _region(self, span: Span) -> Span | None:
        """The span that stands right after, as a region does (Paris, Texas)."""
        between = self._context.text[span.end : span.end + 2]
        return self._starts.get(span.end + 2) if between in _BETWEEN else None

    def _decide(self, span: Span, rivals: Sequence[Candidate]) -> Span:
        most = max((self._weight(c) or 0.0 for c in rivals), default=0.0)
        self._around = self._heard.around(span.start, self._context.text[span.start : span.end])
        found = [self._evidence(span, candidate, most) for candidate in rivals]
        odds = [sum(e.value * e.weight for e in items) for items in found]
        top = max(odds)
        shares = [math.exp(o - top) for o in odds]
        new: dict[str, Candidate] = {}
        for n, candidate in enumerate(rivals):
            others = math.log(max(sum(shares[:n]) + sum(shares[n + 1 :]), 1e-300)) + top
            items = (*found[n], Evidence("rivals", 1.0, -others, f"{len(rivals) - 1} namesakes"))
            new[candidate.id] = Candidate(
                candidate.id, candidate.name, candidate.type, probability(items), candidate.alias, items
            )
        return span.with_candidates([new.get(c.id, c) for c in span.candidates])

    def _weight(self, candidate: Candidate) -> float | None:
        place = self._context.resolver.place_of(candidate.id)
        return None if place is None else place[0].index.weight(place[1])

    def _evidence(self, span: Span, candidate: Candidate, most: float) -> list[Evidence]:
        score = min(max(candidate.score, 1e-3), 1 - 1e-3)
        odds = max(-_LEAST_ODDS, min(_LEAST_ODDS, math.log(score / (1 - score))))
        if candidate.evidence[0].feature == "identical":
            odds = _LEAST_ODDS
        out = [Evidence("spelled", 1.0, odds, f"as a name: {candidate.alias!r}")]
        context = self._context
        ancestors = context.gazetteer.ancestors(candidate.id)
        if self._named.get(candidate.id):
            out.append(Evidence("named", 1.0, _NAMED, "the text names it elsewhere"))
        elif any(self._named.get(a) for a in ancestors):
            out.append(Evidence("named", 1.0, _WITHIN, "the text names what it lies in"))
        out += self._by_place(span, candidate, frozenset(ancestors))
        countries = context.resolver.facts(candidate.id).countries
        if countries:
            share = context.country_share(span, countries)
            if share != 0.5:
                detail = f"{', '.join(sorted(countries))} in the text around"
                out.append(Evidence("country", abs(share - 0.5) * 2, math.copysign(_COUNTRY, share - 0.5), detail))
        weight = self._weight(candidate)
        if most > 0 and weight is not None and weight < most:
            behind = min(1.0, math.log10(most / max(weight, 1.0)) / 4)
            out.append(Evidence("prominence", behind, 4 * _TENTH, f"weight {weight:g} against {most:g}"))
        elif most > 0 and weight is None:
            out.append(Evidence("prominence", 1.0, 1.5 * _TENTH, "no weight is known"))
        return out

    def _by_place(self, span: Span, candidate: Candidate, ancestors: frozenset[str]) -> list[Evidence]:
        out: list[Evidence] = []
        region, here = self._region(span), self._point(candidate)
        if region is not None:
            name = region.candidates[0].name
            if any(c.id in ancestors for c in region.candidates):
                out.append(Evidence("beside", 1.0, _BESIDE, f"{name} stands beside it"))
            elif here is not None:
                points = [p for c in region.candidates if (p := self._point(c)) is not None]
                apart = min((distance_km(*here, *p) for p in points), default=math.inf)
                if apart < _REGION:
                    value = 1 / (1 + 3 * apart / _REGION)
                    out.append(Evidence("beside", value, _BESIDE, f"{name}, {apart:.0f} km away, stands beside it"))
        if here is not None:
            near = self._near(here)
            if near is not None:
                out.append(Evidence("near", near[0], _NEAR, near[1]))
        return out

    def _near(self, here: Point) -> tuple[float, str] | None:
        """How near the nearest few places around a span are, in [0, 1]; None where no other is named."""
        around, heard = self._around, self._heard
        if not len(around.rows):
            return None
        apart = distances_km(here, heard.points[around.rows])
        value = around.loudness / (1 + apart / _ABOUT)
        nearest = np.sort(np.maximum.reduceat(value, around.begins))[::-1][:_NEIGHBOURS]
        top = int(value.argmax())
        return float(nearest.mean()), f"{heard.names[int(around.rows[top])]} is {apart[top]:.0f} km away"


def distances_km(here: Point, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Kilometres from one point to many (rows of latitude and longitude), all in degrees, on the sphere (haversine)."""
    lat, lon = np.radians(points[:, 0]), np.radians(points[:, 1])
    a, b = math.radians(here[0]), math.radians(here[1])
    half = np.sin((lat - a) / 2) ** 2 + math.cos(a) * np.cos(lat) * np.sin((lon - b) / 2) ** 2
    found: NDArray[np.float64] = 12742.0 * np.arcsin(np.minimum(1.0, np.sqrt(half)))
    return found
