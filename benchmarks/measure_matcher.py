"""One matcher against one list, in a process of its own.

usage: python benchmarks/measure_matcher.py MATCHER FOLDER [--seconds N]

FOLDER holds the gazetteer.jsonl and queries.tsv of generate_names.py. Prints one JSON object: build time, memory,
speed, and which answers were right. names_at_scale.py starts one such process for each matcher and size, so that
memory is one matcher's own.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import resource
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from matchers import MATCHERS, Answer, Matcher, compile_gazetteer, spellings

_MEGABYTE = 1 << 20
_LISTED_ASKED = 5_000
"""Listed names that the speed of the exact tier is taken on."""


@dataclass(slots=True)
class Measured:
    """The figures of one matcher at one size."""

    matcher: str
    version: str
    build_seconds: float
    peak_mb: float
    index_mb: float | None
    exact_per_second: float
    fuzzy_per_second: float
    asked: dict[str, int] = field(default_factory=dict)
    first: dict[str, int] = field(default_factory=dict)
    """Queries of each kind whose entity came first."""
    among_ten: dict[str, int] = field(default_factory=dict)
    threshold: float | None = None
    """The score that gives the most right answers, for a matcher that does not decide itself."""
    right: dict[str, int] = field(default_factory=dict)
    """Queries of each kind decided rightly, NIL for absent names included."""
    wrong: dict[str, int] = field(default_factory=dict)
    """Queries of each kind linked to a wrong entity."""
    extra: dict[str, float] = field(default_factory=dict)


Asked = tuple[str, str | None, str]
"""Text, right id, kind."""


def read_queries(folder: Path) -> list[Asked]:
    """The queries, the kinds taking turns, so that any number of first ones holds each alike."""
    by_kind: dict[str, list[Asked]] = {}
    for line in (folder / "queries.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        text, right, kind = line.split("\t")
        by_kind.setdefault(kind, []).append((text, None if right == "NIL" else right, kind))
    longest = max(map(len, by_kind.values()))
    return [some[n] for n in range(longest) for some in by_kind.values() if n < len(some)]


def timed(matcher: Matcher, texts: Sequence[str], seconds: float) -> tuple[list[Answer], float]:
    """Answers to as many texts as the time allows, and the CPU seconds they took."""
    answers: list[Answer] = []
    start = time.process_time()
    for k in range(0, len(texts), matcher.batch):
        answers += matcher.find(texts[k : k + matcher.batch])
        if time.process_time() - start > seconds:
            break
    return answers, time.process_time() - start


def measure(name: str, folder: Path, seconds: float) -> Measured:
    """Build, ask, count."""
    matcher = MATCHERS[name]()
    extra = compile_gazetteer(folder) if name == "entitynorm, compiled" else {}
    start = time.process_time()
    matcher.build(folder)
    built = time.process_time() - start
    size = matcher.index_bytes()
    step = max(1, sum(1 for _ in spellings(folder)) // _LISTED_ASKED)
    listed = [text for n, (text, _) in enumerate(spellings(folder)) if n % step == 0]
    exact, exact_seconds = timed(matcher, listed, seconds / 10)
    queries = read_queries(folder)
    plain = [q for q in queries if q[2] in ("exact", "folded")]
    fuzzy = [q for q in queries if q[2] not in ("exact", "folded")]
    answers, fuzzy_seconds = timed(matcher, [text for text, _, _ in fuzzy], seconds)
    plain_answers, _ = timed(matcher, [text for text, _, _ in plain], seconds / 3)
    asked = list(zip((*fuzzy[: len(answers)], *plain[: len(plain_answers)]), answers + plain_answers, strict=True))
    out = Measured(
        matcher=name,
        version=importlib.metadata.version(matcher.package) if matcher.package != "entitynorm" else _own_version(),
        build_seconds=built,
        peak_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        index_mb=None if size is None else size / _MEGABYTE,
        exact_per_second=len(exact) / exact_seconds,
        fuzzy_per_second=len(answers) / fuzzy_seconds,
        extra=extra,
    )
    count(out, asked, matcher.decides)
    return out


def _own_version() -> str:
    import entitynorm

    return entitynorm.__version__


def count(out: Measured, asked: Sequence[tuple[Asked, Answer]], decides: bool) -> None:
    """Fill in which answers were right."""
    best = best_threshold(asked)
    out.threshold = None if decides else best
    if decides:  # the figures that the peers are given: those of the threshold found on these very queries
        present = [(right, _above(answer, best)) for (_, right, _), answer in asked if right is not None]
        absent = [_above(answer, best) for (_, right, _), answer in asked if right is None]
        out.extra["best_threshold"] = best
        out.extra["found_at_best"] = sum(right == decided for right, decided in present) / max(1, len(present))
        out.extra["apart_at_best"] = absent.count(None) / max(1, len(absent))
    for (_, right, kind), answer in asked:
        ids = [entity for entity, _ in answer.ranked]
        decided = answer.decided if decides else _above(answer, out.threshold or 0.0)
        for figures, holds in (
            (out.asked, True),
            (out.first, right is not None and ids[:1] == [right]),
            (out.among_ten, right in ids),
            (out.right, decided == right),
            (out.wrong, decided is not None and decided != right),
        ):
            figures[kind] = figures.get(kind, 0) + holds


def _above(answer: Answer, threshold: float) -> str | None:
    return answer.ranked[0][0] if answer.ranked and answer.ranked[0][1] >= threshold else None


def best_threshold(asked: Sequence[tuple[Asked, Answer]]) -> float:
    """The threshold with the best mean of found and kept apart on these very queries: its best setting."""
    present = sum(right is not None for (_, right, _), _ in asked) or 1
    absent = len(asked) - present or 1
    tops = ((right, answer.ranked[0]) for (_, right, _), answer in asked if answer.ranked)
    ranked = sorted(((score, (e == r) / present - (r is None) / absent) for r, (e, score) in tops), reverse=True)
    gained = best = 0.0
    threshold = float("inf")
    for n, (score, gain) in enumerate(ranked):
        gained += gain
        if gained > best and (n + 1 == len(ranked) or ranked[n + 1][0] < score):
            best, threshold = gained, score
    return threshold


def main() -> None:
    """Measure one matcher and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("matcher", choices=MATCHERS)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seconds", type=float, default=60.0, help="most CPU seconds (default: %(default)s)")
    options = parser.parse_args()
    print(json.dumps(asdict(measure(options.matcher, options.folder, options.seconds))))


if __name__ == "__main__":
    main()
