"""Labelled names: each row of cases/names.tsv against a gazetteer of one canonical and one native name per entity."""

import csv
from functools import cache
from pathlib import Path

import pytest

import entitynorm

CASES = Path(__file__).parent / "cases"
with (CASES / "names.tsv").open(encoding="utf-8", newline="") as stream:
    ROWS = list(csv.DictReader(stream, delimiter="\t"))


@cache
def linker() -> entitynorm.Linker:
    return entitynorm.load(CASES / "names_gazetteer.jsonl")


@pytest.mark.parametrize("row", ROWS, ids=lambda r: f"{r['query']} -> {r['expected']}")
def test_name(row: dict[str, str]) -> None:
    link = linker().resolve(row["query"])
    assert (link.id or "NIL") == row["expected"], linker().explain(row["query"], link.id) if link.id else link
