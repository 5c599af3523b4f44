"""Quality and speed against peers in one process and one run; writes its section of RESULTS.md beside this file.

usage: python benchmarks/run.py

Peers: rapidfuzz scorers over unidecode for single names (both come with entitynorm), and flashtext for running text
where it is installed (``pip install flashtext``). Times are CPU seconds of this process; read them as ratios. Every
run asserts the number of right answers of the release, so that a faster wrong answer is no gain.
"""

from __future__ import annotations

import csv
import importlib.util
import json
import platform
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz, process
from rapidfuzz.distance import JaroWinkler
from results_page import put_section
from unidecode import unidecode

import entitynorm
from entitynorm.evaluation import PredictedLink, evaluate, read_gold

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
NAME_SETS = {
    "cases": (ROOT / "tests/cases/names.tsv", ROOT / "tests/cases/names_gazetteer.jsonl", 153),
    "abroad": (ROOT / "tests/golden/abroad/names.tsv", ROOT / "tests/golden/abroad/names_gazetteer.jsonl", 245),
}
TEXT_SETS = {
    "seeds": (ROOT / "seeds", ROOT / "seeds/gold/mentions.jsonl", ROOT / "data/aliases.yaml"),
    "own": (ROOT / "tests/golden/own", None, None),
    "abroad": (ROOT / "tests/golden/abroad", None, None),
}


def cpu(call: Callable[[], Any]) -> tuple[Any, float]:
    start = time.process_time()
    result = call()
    return result, time.process_time() - start


def names(label: str) -> list[str]:
    path, gazetteer, least = NAME_SETS[label]
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t"))
    linker = entitynorm.load(gazetteer)
    linker.resolve("warm up")
    ours, ours_time = cpu(lambda: [linker.resolve(row["query"]).id or "NIL" for row in rows])
    right = sum(answer == row["expected"] for answer, row in zip(ours, rows, strict=True))
    assert right >= least, f"{label}: {right} right answers, {least} expected"
    entities = list(linker.gazetteer)
    choices = [(unidecode(text).lower(), e.id) for e in entities for text in (e.name, *(a.text for a in e.aliases))]
    texts = [text for text, _ in choices]
    out = [line(f"entitynorm, {label}", rows, ours, ours_time, ours_time)]
    for peer, scorer, scale in (
        ("WRatio", fuzz.WRatio, 100.0),
        ("token_sort_ratio", fuzz.token_sort_ratio, 100.0),
        ("Jaro-Winkler", JaroWinkler.normalized_similarity, 1.0),
    ):
        found, peer_time = cpu(
            lambda s=scorer: [process.extractOne(unidecode(r["query"]).lower(), texts, scorer=s) for r in rows]
        )
        best = max(
            (
                [choices[f[2]][1] if f and f[1] >= cut * scale else "NIL" for f in found]
                for cut in (k / 100 for k in range(50, 101))
            ),
            key=lambda answers: sum(a == r["expected"] for a, r in zip(answers, rows, strict=True)),
        )
        out.append(line(f"{peer} over unidecode, {label}, its best threshold", rows, best, peer_time, ours_time))
    return out


def line(label: str, rows: list[dict[str, str]], answers: list[str], seconds: float, ours: float) -> str:
    yes = [(a, r["expected"]) for a, r in zip(answers, rows, strict=True) if r["expected"] != "NIL"]
    no = [(a, r["expected"]) for a, r in zip(answers, rows, strict=True) if r["expected"] == "NIL"]
    found, kept = sum(a == e for a, e in yes), sum(a == e for a, e in no)
    shares = [f"{n}/{len(of)} = {n / len(of):.2f}" for n, of in ((found, yes), (kept, no))]
    return f"| {label} | {shares[0]} | {shares[1]} | {seconds / ours:.2f} |"


def texts(label: str) -> str:
    folder, gold, gazetteer = TEXT_SETS[label]
    gold = gold or folder / "mentions.jsonl"
    linker = entitynorm.load(gazetteer or folder / "gazetteer.jsonl")
    linker.link("warm up")
    contents = {p.name: p.read_bytes().decode("utf-8") for p in sorted(folder.glob("*.txt"))}
    documents, seconds = cpu(lambda: {name: linker.link(text) for name, text in contents.items()})
    predicted = {
        name: [PredictedLink(m.start, m.end, m.surface, m.id, m.type or "") for m in document.mentions if m.id]
        for name, document in documents.items()
    }
    score = evaluate(
        read_gold(enumerate(gold.read_text(encoding="utf-8").splitlines(), 1), str(gold)), predicted, contents
    ).total
    size = sum(map(len, contents.values()))
    again = cpu(lambda: [linker.link(text) for text in contents.values()])[1]
    ratio = flashtext_ratio(linker, list(contents.values()), again)
    figures = f"{score.precision:.3f} | {score.recall:.3f} | {score.f1:.3f}"
    speeds = f"{1e6 * seconds / size:.0f} | {1e6 * again / size:.0f} | {ratio}"
    return f"| {label} | {len(contents)} | {figures} | {speeds} |"


def flashtext_ratio(linker: entitynorm.Linker, contents: list[str], ours: float) -> str:
    if importlib.util.find_spec("flashtext") is None:
        return "not installed"
    from flashtext import KeywordProcessor

    processor = KeywordProcessor()
    for entity in linker.gazetteer:
        for name in (entity.name, *(a.text for a in entity.aliases)):
            processor.add_keyword(name, entity.id)
    _, seconds = cpu(lambda: [processor.extract_keywords(text, span_info=True) for text in contents])
    return f"{ours / seconds:.0f}"


def main() -> None:
    rows = [row for label in NAME_SETS for row in names(label)]
    table = [texts(label) for label in TEXT_SETS]
    versions = {"entitynorm": entitynorm.__version__, "python": platform.python_version()}
    report = f"""Written by `python benchmarks/run.py` ({json.dumps(versions)}).
CPU time, one process; ratios are comparable within a run only.

## Single names

"Found": spellings resolved to their entity. "Kept apart": look-alikes answered with NIL. Both sets are
among what the scorer is fitted on (`learning/fit_scorer.py`), so these figures are not those of unseen names: the
scorer before it saw "abroad" found 0.92 of it and kept 0.92 apart, and written rules alone began at 0.72 and 0.97.

| matcher and set | found | kept apart | CPU time, entitynorm = 1 |
| --- | --- | --- | --- |
{chr(10).join(rows)}

## Running text

Scored as `entitynorm evaluate` does. The seeds and "own" were used while the rules were written ("own" began at an F1
of 0.86), "abroad" was read for general gaps only (it began at 0.87). First pass and second pass (names seen before) in
CPU microseconds a character; flashtext finds listed spellings only.

| set | texts | precision | recall | F1 | first pass | second pass | CPU time, flashtext = 1 |
| --- | --- | --- | --- | --- | --- | --- | --- |
{chr(10).join(table)}
"""
    put_section("quality", report)
    print(report)


if __name__ == "__main__":
    main()
