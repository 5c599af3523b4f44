"""Two names against each other, without a list: speed and agreement of entitynorm and its peers.

usage: python benchmarks/pair_matchers.py MATCHER PAIRS.tsv [--seconds N]

PAIRS.tsv has lines of first, second, type, same (1 or 0), as names_at_scale.py writes them. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

Score = Callable[[str, str, str], float]


def _entitynorm() -> tuple[Score, str, float | None]:
    import entitynorm

    def score(a: str, b: str, kind: str) -> float:
        found = entitynorm.compare(a, b, type=kind)
        return found.score + found.same  # its own decision is the threshold 1

    return score, entitynorm.__version__, 1.0


def _logic_v2() -> tuple[Score, str, float | None]:
    model: Any = import_module("followthemoney").model
    algorithm: Any = import_module("nomenklatura.matching").get_algorithm("logic-v2")
    config = algorithm.default_config()
    schemata = {"PERSON": "Person", "PLACE": "LegalEntity", "ORG": "Organization"}

    def entity(name: str, kind: str) -> Any:
        made = model.make_entity(schemata[kind])
        made.id = name
        made.add("name", name)
        return made

    version = importlib.metadata.version("nomenklatura")
    return (lambda a, b, kind: float(algorithm.compare(entity(a, kind), entity(b, kind), config).score), version, 0.7)


def _rapidfuzz(scorer: str) -> tuple[Score, str, float | None]:
    from unidecode import unidecode

    fuzz, distance = import_module("rapidfuzz.fuzz"), import_module("rapidfuzz.distance")
    score: Any = getattr(fuzz, scorer, None) or getattr(distance, scorer).similarity
    version = importlib.metadata.version("rapidfuzz")
    return (lambda a, b, _: float(score(unidecode(a).lower(), unidecode(b).lower())), version, None)


MATCHERS: dict[str, Callable[[], tuple[Score, str, float | None]]] = {
    "entitynorm compare": _entitynorm,
    "nomenklatura logic-v2": _logic_v2,
    "rapidfuzz WRatio": lambda: _rapidfuzz("WRatio"),
    "rapidfuzz JaroWinkler": lambda: _rapidfuzz("JaroWinkler"),
    "rapidfuzz token_sort_ratio": lambda: _rapidfuzz("token_sort_ratio"),
}
"""For each the score of a pair, the version, and the threshold it comes with (None: it has none)."""


def agreement(scores: list[float], same: list[bool], threshold: float) -> float:
    """The share of pairs that a threshold puts on the right side."""
    return sum((score >= threshold) == right for score, right in zip(scores, same, strict=True)) / len(same)


def measure(name: str, path: Path, seconds: float) -> dict[str, Any]:
    """Score as many pairs as the time allows, and count."""
    score, version, threshold = MATCHERS[name]()
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
    score("Anna Nowak", "A. Nowak", "PERSON")  # makes what is made at the first question
    scores: list[float] = []
    start = time.process_time()
    for first, second, kind, _ in rows:
        scores.append(score(first, second, kind))
        if time.process_time() - start > seconds:
            break
    used = time.process_time() - start
    same = [row[3] == "1" for row in rows[: len(scores)]]
    best = max(sorted(set(scores)), key=lambda cut: agreement(scores, same, cut))
    return {
        "matcher": name,
        "version": version,
        "pairs": len(scores),
        "pairs_per_second": len(scores) / used,
        "agreement": None if threshold is None else agreement(scores, same, threshold),
        "agreement_at_best": agreement(scores, same, best),
    }


def main() -> None:
    """Measure one matcher and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("matcher", choices=MATCHERS)
    parser.add_argument("pairs", type=Path)
    parser.add_argument("--seconds", type=float, default=60.0, help="most CPU seconds (default: %(default)s)")
    options = parser.parse_args()
    print(json.dumps(measure(options.matcher, options.pairs, options.seconds)))


if __name__ == "__main__":
    main()
