"""Labelled names: each row of cases/names.tsv against a gazetteer of one canonical and one native name per entity."""

import csv
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import entitynorm

CASES = Path(__file__).parent / "cases"
with (CASES / "names.tsv").open(encoding="utf-8", newline="") as stream:
    ROWS = list(csv.DictReader(stream, delimiter="\t"))


@cache
def linker() -> entitynorm.Linker:
    return entitynorm.load(CASES / "names_gazetteer.jsonl")


def cases() -> Iterator[Any]:
    """A row whose note begins with "known failure" is expected to fail; the day it passes, the note has to go."""
    for row in ROWS:
        known = [pytest.mark.xfail(strict=True)] if row["note"].startswith("known failure") else []
        yield pytest.param(row, marks=known, id=f"{row['query']} -> {row['expected']}")


@pytest.mark.parametrize("row", list(cases()))
def test_name(row: dict[str, str]) -> None:
    link = linker().resolve(row["query"])
    assert (link.id or "NIL") == row["expected"], linker().explain(row["query"], link.id) if link.id else link
