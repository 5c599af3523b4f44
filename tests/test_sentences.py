"""Sentences with their mentions: each line of cases/sentences.txt, linked with the packaged gazetteer."""

from pathlib import Path

import pytest

import entitynorm
from entitynorm.io.formats import parse_marked, to_marked

CASES = Path(__file__).parent / "cases" / "sentences.txt"


def sentences() -> list[tuple[str, str]]:
    out: list[tuple[str, str]] = []
    rule = ""
    for line in CASES.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            rule = line[3:]
        elif line and not line.startswith("#"):
            out.append((rule, line))
    return out


@pytest.mark.parametrize(("rule", "marked"), sentences())
def test_sentence(rule: str, marked: str) -> None:
    text, _ = parse_marked(marked)
    assert to_marked(entitynorm.link(text)) == marked, rule
