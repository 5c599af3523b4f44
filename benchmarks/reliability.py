"""How far the scores of ``resolve`` are probabilities, and how well the threshold sits, on sets of look-ups.

usage: python benchmarks/reliability.py FOLDER... [-o FOLDER] [--limit N]

Each FOLDER is one set: gazetteer.jsonl (entity records, or id, type, canonical and names) and queries.jsonl (query and
id, null for a name of no entity) or the queries.tsv of generate_names.py. For each set and for all together: the
expected calibration error (how far the scores of the best candidates lie from the share of them that is right, mean of
ten bins weighted by size), F1 of the decisions, and F1 at the threshold that would have been best. Writes
reliability.json, reliability.svg and a section of RESULTS.md; figures only, nothing of the sets' data.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from measure_matcher import read_queries
from plots import Axis, chart
from results_page import put_section, table

import entitynorm
from entitynorm.io.files import atomic_write, iter_lines

HERE = Path(__file__).resolve().parent
BINS = 10
_LEAST_IN_BIN = 20
"""Answers that a bin needs to be drawn."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one query."""

    score: float | None
    """The score of the best candidate; None where there is none."""
    hit: bool
    """Whether the best candidate is the right entity."""
    wanted: bool
    """Whether there is a right entity."""
    linked: bool
    right: bool
    """Whether the decision is a link to the right entity."""


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    return (json.loads(line) for _, line in iter_lines(path) if line.strip())


def entity_record(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of a gazetteer as an entity record; what else it holds falls."""
    if "canonical" not in row:
        return dict(row)
    record: dict[str, Any] = {"id": row["id"], "type": row["type"], "name": row["canonical"]}
    record["aliases"] = [name for name in row["names"] if name["text"] != row["canonical"]]
    if row.get("population"):
        record["weight"] = row["population"]
    return record


def asked(folder: Path) -> list[tuple[str, str | None]]:
    """The queries of a set, each with its right id."""
    if (folder / "queries.tsv").exists():
        return [(text, right) for text, right, _ in read_queries(folder)]
    return [(row["query"], row["id"]) for row in _rows(folder / "queries.jsonl")]


def outcomes(folder: Path, limit: int | None) -> list[Outcome]:
    """Resolve every query of a set."""
    linker = entitynorm.load(entity_record(row) for row in _rows(folder / "gazetteer.jsonl"))
    queries = asked(folder)[:limit]
    out = []
    for (_, right), link in zip(queries, linker.resolve_many(text for text, _ in queries), strict=True):
        best = link.candidates[0] if link.candidates else None
        out.append(
            Outcome(
                score=best.score if best else None,
                hit=best is not None and best.id == right,
                wanted=right is not None,
                linked=link.id is not None,
                right=right is not None and link.id == right,
            )
        )
    return out


# ----------------------------------------------------------------------------------------------------- figures


def bins(some: Sequence[Outcome]) -> list[tuple[float, float, int]]:
    """(mean score, share of hits, number) of each bin of scores that holds any."""
    held: list[list[Outcome]] = [[] for _ in range(BINS)]
    for one in some:
        if one.score is not None:
            held[min(BINS - 1, int(one.score * BINS))].append(one)
    return [(sum(o.score or 0.0 for o in b) / len(b), sum(o.hit for o in b) / len(b), len(b)) for b in held if b]


def calibration_error(some: Sequence[Outcome]) -> float:
    """The expected calibration error, from 0 (scores are probabilities) to 1."""
    parts = bins(some)
    total = sum(number for _, _, number in parts)
    return sum(abs(score - share) * number for score, share, number in parts) / total if total else 0.0


def f1(right: int, linked: int, wanted: int) -> float:
    """F1 of so many right links among those made and those wanted."""
    return 2 * right / (linked + wanted) if linked + wanted else 0.0


def f1_decided(some: Sequence[Outcome]) -> float:
    """F1 of the decisions as they are."""
    return f1(sum(o.right for o in some), sum(o.linked for o in some), sum(o.wanted for o in some))


def best_threshold(some: Sequence[Outcome]) -> tuple[float, float]:
    """(F1, threshold) of linking every best candidate that reaches the threshold, where F1 is highest."""
    wanted = sum(o.wanted for o in some)
    ranked = sorted(((o.score, o.hit) for o in some if o.score is not None), reverse=True)
    best, threshold, right = 0.0, 1.0, 0
    for n, (score, hit) in enumerate(ranked, 1):
        right += hit
        if (n == len(ranked) or ranked[n][0] < score) and f1(right, n, wanted) > best:
            best, threshold = f1(right, n, wanted), score
    return best, threshold


def figures(name: str, some: Sequence[Outcome]) -> dict[str, Any]:
    """All figures of one set."""
    best, threshold = best_threshold(some)
    return {
        "set": name,
        "queries": len(some),
        "calibration_error": round(calibration_error(some), 4),
        "f1": round(f1_decided(some), 4),
        "best_f1": round(best, 4),
        "best_threshold": round(threshold, 4),
        "bins": [[round(score, 4), round(share, 4), number] for score, share, number in bins(some)],
    }


# ---------------------------------------------------------------------------------------------------- the page


def section(results: Sequence[Mapping[str, Any]]) -> str:
    """The section of RESULTS.md."""
    head = ("set", "queries", "calibration error", "F1", "best F1", "at threshold", "lost by the threshold")
    rows = [
        [
            one["set"],
            f"{one['queries']:,}",
            f"{one['calibration_error']:.3f}",
            f"{one['f1']:.3f}",
            f"{one['best_f1']:.3f}",
            f"{one['best_threshold']:.2f}",
            f"{one['best_f1'] - one['f1']:.3f}",
        ]
        for one in results
    ]
    return f"""## Reliability

Written by `python benchmarks/reliability.py` over sets of look-ups (entitynorm {entitynorm.__version__}). Calibration
error: how far scores lie from the share of right ones, mean of {BINS} bins weighted by size; F1 of the decisions
against F1 at the threshold that would have been best for the set.

{table(head, rows)}

![Reliability](reliability.svg)"""


def picture(results: Sequence[Mapping[str, Any]]) -> str:
    """Scores against shares of right ones; bins of few answers are left out."""
    scores, shares = Axis("mean score of the best candidates", 0.0, 1.0), Axis("share that is right", 0.0, 1.0)
    lines = {
        one["set"]: [(score, share) for score, share, number in one["bins"] if number >= _LEAST_IN_BIN]
        for one in results
    }
    return chart("Reliability of scores", scores, shares, lines, diagonal=True)


def main(given: Sequence[str] | None = None) -> None:
    """Resolve every set and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+", metavar="FOLDER", help="a set of look-ups")
    parser.add_argument("-o", "--output", type=Path, default=HERE, metavar="FOLDER", help="where the figures go")
    parser.add_argument("--limit", type=int, help="ask only so many queries of each set")
    options = parser.parse_args(given)
    pooled: list[Outcome] = []
    results = []
    for folder in options.folders:
        some = outcomes(folder, options.limit)
        pooled += some
        results.append(figures(folder.name, some))
    results.insert(0, figures("all", pooled))
    options.output.mkdir(parents=True, exist_ok=True)
    atomic_write(options.output / "reliability.json", json.dumps(results, ensure_ascii=False) + "\n")
    atomic_write(options.output / "reliability.svg", picture(results))
    put_section("reliability", section(results), options.output / "RESULTS.md")
    print(section(results))


if __name__ == "__main__":
    main()
