"""Figures of a running service, in the text format that Prometheus reads.

Labels come from fixed lists (routes, statuses, outcomes), never from requests: no client can make more of them.
"""

from __future__ import annotations

import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})

Labels = tuple[tuple[str, str], ...]


class Metrics:
    """Counters of one service; everything happens on its event loop."""

    def __init__(self) -> None:
        self.started_at = time.time()
        self.in_flight = 0
        self._requests: Counter[Labels] = Counter()
        self._buckets: dict[str, list[int]] = {}
        self._seconds: dict[str, float] = {}
        self._cache: Counter[str] = Counter()
        self._names: Counter[str] = Counter()
        self._mentions: Counter[str] = Counter()
        self._texts = 0
        self._characters = 0
        self._reloads: Counter[str] = Counter()

    def request(self, route: str, method: str, status: int, seconds: float) -> None:
        """A request was answered."""
        known = method if method in _METHODS else "other"
        self._requests[("route", route), ("method", known), ("status", str(status))] += 1
        buckets = self._buckets.setdefault(route, [0] * (len(_BOUNDS) + 1))
        buckets[bisect_left(_BOUNDS, seconds)] += 1
        self._seconds[route] = self._seconds.get(route, 0.0) + seconds

    def cache(self, *, hits: int, misses: int) -> None:
        """Names were asked for, of which some had been answered before."""
        self._cache["hit"] += hits
        self._cache["miss"] += misses

    def name(self, outcome: str) -> None:
        """A name was answered: linked, or the reason why not."""
        self._names[outcome] += 1

    def text(self, characters: int, outcomes: Mapping[str, int]) -> None:
        """A text was linked."""
        self._texts += 1
        self._characters += characters
        self._mentions.update(outcomes)

    def reload(self, result: str) -> None:
        """The gazetteer was read again, or could not be."""
        self._reloads[result] += 1

    def render(self, *, entities: int, loaded_at: float, kept: int) -> str:
        """Everything, as text."""
        lines: list[str] = []

        def add(name: str, kind: str, about: str, rows: Iterator[tuple[str, float]]) -> None:
            lines.extend((f"# HELP entitynorm_{name} {about}", f"# TYPE entitynorm_{name} {kind}"))
            lines.extend(f"entitynorm_{name}{labels} {_number(value)}" for labels, value in rows)

        def by(counter: Mapping[str, int], label: str) -> Iterator[tuple[str, float]]:
            return ((f'{{{label}="{key}"}}', counter[key]) for key in sorted(counter))

        def one(value: float) -> Iterator[tuple[str, float]]:
            return iter([("", value)])

        requests = ((_labels(key), self._requests[key]) for key in sorted(self._requests))
        add("requests_total", "counter", "Requests answered.", requests)
        add("request_seconds", "histogram", "Time from the first byte to the last.", self._histogram())
        add("requests_in_flight", "gauge", "Requests being worked on.", one(self.in_flight))
        add("names_total", "counter", "Names answered, by outcome.", by(self._names, "outcome"))
        add("answers_total", "counter", "Names looked up, by whether the answer was kept.", by(self._cache, "cache"))
        add("answers_kept", "gauge", "Answers kept.", one(kept))
        add("texts_total", "counter", "Texts linked.", one(self._texts))
        add("text_characters_total", "counter", "Code points of these texts.", one(self._characters))
        add("mentions_total", "counter", "Mentions found in texts, by outcome.", by(self._mentions, "outcome"))
        add("entities", "gauge", "Entities of the gazetteer.", one(entities))
        add("gazetteer_loaded_timestamp_seconds", "gauge", "When the gazetteer was read.", one(loaded_at))
        add("reloads_total", "counter", "Times the gazetteer was read again.", by(self._reloads, "result"))
        add("start_timestamp_seconds", "gauge", "When the service started.", one(self.started_at))
        return "\n".join(lines) + "\n"

    def _histogram(self) -> Iterator[tuple[str, float]]:
        for route in sorted(self._buckets):
            total = 0
            for bound, count in zip((*map(str, _BOUNDS), "+Inf"), self._buckets[route], strict=True):
                total += count
                yield f'_bucket{{route="{route}",le="{bound}"}}', total
            yield f'_sum{{route="{route}"}}', self._seconds[route]
            yield f'_count{{route="{route}"}}', total


def _labels(labels: Labels) -> str:
    return "{" + ",".join(f'{key}="{value}"' for key, value in labels) + "}"


def _number(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:.6f}"
