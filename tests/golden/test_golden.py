"""Texts with their gold: what is found may not become worse. A failure lists the mentions gained and lost."""

import csv
from pathlib import Path

import pytest

import entitynorm
from entitynorm.evaluation import Evaluation, PredictedLink, evaluate, read_gold
from entitynorm.io.files import read_text

ROOT = Path(__file__).parent.parent.parent


def score(texts: Path, gold: Path, gazetteer: Path) -> Evaluation:
    mentions = read_gold(enumerate(gold.read_text(encoding="utf-8").splitlines(), start=1), str(gold))
    linker = entitynorm.load(gazetteer)
    found: dict[str, list[PredictedLink]] = {}
    contents: dict[str, str] = {}
    for path in sorted(texts.glob("*.txt")):
        contents[path.name] = path.read_bytes().decode("utf-8")
        document = linker.link(contents[path.name])
        found[path.name] = [
            PredictedLink(m.start, m.end, m.surface, m.id, m.type or "") for m in document.mentions if m.id
        ]
    return evaluate(mentions, found, contents)


@pytest.mark.parametrize(
    ("folder", "gold", "gazetteer", "least_precision", "least_f1"),
    [
        ("seeds", "gold/mentions.jsonl", "../data/aliases.yaml", 0.995, 0.995),
        ("tests/golden/own", "mentions.jsonl", "gazetteer.jsonl", 0.955, 0.95),
        ("tests/golden/abroad", "mentions.jsonl", "gazetteer.jsonl", 0.965, 0.935),
        ("tests/golden/slavic", "mentions.jsonl", "gazetteer.jsonl", 0.95, 0.9),
        ("tests/golden/theatres", "mentions.jsonl", "gazetteer.jsonl", 0.905, 0.9),
        ("tests/golden/slavic_press", "mentions.jsonl", "gazetteer.jsonl", 0.965, 0.945),
        ("tests/golden/dispatches", "mentions.jsonl", "gazetteer.jsonl", 0.93, 0.91),
        ("tests/golden/newsrooms", "mentions.jsonl", "gazetteer.jsonl", 0.94, 0.91),
    ],
)
def test_gold(folder: str, gold: str, gazetteer: str, least_precision: float, least_f1: float) -> None:
    place = ROOT / folder
    if not (place / gold).exists():
        pytest.skip("no gold here: an installed copy")
    result = score(place, place / gold, place / gazetteer)
    errors = "\n".join(map(str, result.errors))
    assert result.total.precision >= least_precision, errors
    assert result.total.f1 >= least_f1, errors


def test_seeds_are_the_bytes_that_the_gold_counts() -> None:
    gold = ROOT / "seeds" / "gold" / "mentions.jsonl"
    if not gold.exists():
        pytest.skip("no seeds here: an installed copy")
    for mention in read_gold(enumerate(gold.read_text(encoding="utf-8").splitlines(), start=1), str(gold)):
        text = read_text(ROOT / "seeds" / mention.doc, what="article")
        assert text[mention.start : mention.end] == mention.text


def test_names_from_abroad() -> None:
    """Spellings that the rules may not lose: how many are found, and how many look-alikes are kept apart."""
    folder = ROOT / "tests" / "golden" / "abroad"
    linker = entitynorm.load(folder / "names_gazetteer.jsonl")
    with (folder / "names.tsv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t"))
    wrong = [row for row in rows if (linker.resolve(row["query"]).id or "NIL") != row["expected"]]
    lost = [row["query"] for row in wrong if row["expected"] != "NIL"]
    taken = [row["query"] for row in wrong if row["expected"] == "NIL"]
    assert len(lost) <= 14, lost
    assert len(taken) <= 6, taken
