"""What is heard is decided as `Linker.resolve` decides: the same scorer, with features worked out by arrays."""

from __future__ import annotations

from itertools import cycle
from pathlib import Path

import numpy as np
import pytest

import entitynorm
from entitynorm.comparing import Layer
from entitynorm.learned import learned_scorer
from entitynorm.linker import Linker
from entitynorm.names.structure import parse
from entitynorm.retrieval.search import Reached
from entitynorm.screening.candidates import candidates
from entitynorm.screening.likeness import align
from entitynorm.screening.listed import Listed
from entitynorm.screening.scoring import PairScorer
from entitynorm.screening.windows import Worded, windows
from entitynorm.tagging.scan import Scan
from entitynorm.tagging.trie import joinable

GOLDEN = Path(__file__).parent.parent.parent / "golden"
HABITS = cycle(
    [("kh", "h"), ("y", "i"), ("v", "w"), ("zh", "j"), ("u", "oo"), ("i", "y"), ("k", "q"), ("e", "a"), ("s", "ss")]
)
AGREE, NEAR = 0.97, 1.0
"""Least share of pairs that both accept or both refuse, and greatest mean difference of log-odds."""


@pytest.fixture(scope="module")
def linker() -> Linker:
    if not GOLDEN.is_dir():
        pytest.skip("no golden sets here: an installed copy")
    seen: dict[str, entitynorm.Entity] = {}
    for path in sorted(GOLDEN.glob("*/gazetteer.jsonl")):
        for entity in entitynorm.load(path).gazetteer:
            seen.setdefault(entity.id, entity)
    return entitynorm.load(list(seen.values()))


def respelled(name: str) -> str:
    """The name with one habit of spelling in place of another, behind its first letter."""
    for _ in range(9):
        old, new = next(HABITS)
        if old in name[1:]:
            return name[0] + name[1:].replace(old, new, 1)
    return name


def test_pairs_score_as_names_do(linker: Linker) -> None:
    layer = linker._resolver.layers[0]
    names = [name for entity in linker.gazetteer if (name := entity.name).isascii() and name[0].isupper()]
    text = "\n\n".join(map(respelled, names))
    scan = Scan(text)
    none = np.zeros(len(scan), np.int64)
    first, last = windows(scan, joinable(scan), none, single=True)
    listed = Listed(layer.index)
    words = Worded(scan, first, last)
    aligned = align(listed, words, *candidates(listed, words, words.begin, words.end))
    odds = PairScorer(listed, learned_scorer()).log_odds(words, aligned)
    assert len(odds) > len(names) / 2
    differences, agreed = [], []
    for window, alias, quick in zip(aligned.window.tolist(), aligned.alias.tolist(), odds.tolist(), strict=True):
        surface = text[scan.start[first[window]] : scan.end[last[window]]]
        slow = full(layer, surface, alias)
        if slow is not None:
            differences.append(abs(quick - slow))
            agreed.append((quick > 0) == (slow > 0))
    assert np.mean(agreed) >= AGREE
    assert np.mean(differences) <= NEAR


def full(layer: Layer, surface: str, alias: int) -> float | None:
    """The log-odds of a name and one alias by all that is known of both."""
    scored = layer.compared(parse(surface), [Reached(alias, 1.0, "terms")])
    return scored[0].log_odds if scored else None
