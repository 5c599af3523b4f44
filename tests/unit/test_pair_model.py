"""The learning of sound costs, on little languages made up for the purpose."""

from __future__ import annotations

import importlib.util
import random
import sys
from itertools import pairwise, product
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

SCRIPT = Path(__file__).parents[2] / "learning" / "pair_model.py"
pytestmark = pytest.mark.skipif(not SCRIPT.is_file(), reason="the scripts of learning/ are not here")


@pytest.fixture(scope="module")
def model() -> ModuleType:
    spec = importlib.util.spec_from_file_location("pair_model", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["pair_model"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def spoken(count: int) -> tuple[list[str], list[str]]:
    """Words, and the same words where p has become f, and u is dropped one time in two."""
    rng = random.Random(1)
    words = ["".join(rng.choices("apuntr", k=rng.randint(3, 8))) for _ in range(count)]
    heard = ["".join("f" if c == "p" else c for c in w if c != "u" or rng.random() < 0.5) or "a" for w in words]
    return words, heard


def test_what_was_put_in_is_found(model: ModuleType) -> None:
    words, heard = spoken(1500)
    counts = model.learn(model.first_guess(), words, heard, np.ones(len(words)), 8)
    pair, left, _ = counts.probabilities().against_chance()
    index = model.PHONES.index
    assert pair[index("p")].argmax() == index("f")
    assert np.exp(left[index("u")]) == pytest.approx(0.5, abs=0.05)
    assert np.exp(left[index("n")]) < 0.01


def test_no_round_makes_it_worse(model: ModuleType) -> None:
    words, heard = spoken(300)
    given, weights = model.batches(words, heard), np.ones(len(words))
    told, now = [], model.first_guess()
    for _ in range(6):
        now = model.expected(now, given, weights).probabilities()
        told.append(model.evidence(now, words, heard).mean())
    # What rises is the likelihood; evidence is measured against chance, which moves a little too.
    assert all(after > before - 1e-4 for before, after in pairwise(told))
    assert told[-1] > told[0] + 0.1


def test_the_probabilities_of_all_steps_make_one(model: ModuleType) -> None:
    words, heard = spoken(50)
    counts = model.learn(model.first_guess(), words, heard, np.ones(len(words)), 2)
    assert counts.probabilities().total() == pytest.approx(1)
    assert model.first_guess().total() == pytest.approx(1)


def test_evidence_is_the_sum_over_all_alignments(model: ModuleType) -> None:
    """Against a walk through every alignment of two short words."""
    words, heard = spoken(50)
    steps = model.learn(model.first_guess(), words, heard, np.ones(len(words)), 2).probabilities()
    index = model.PHONES.index

    def every(x: str, y: str) -> float:
        if not x and not y:
            return 1.0
        total = 0.0
        if x:
            total += steps.left[index(x[0])] * every(x[1:], y)
        if y:
            total += steps.right[index(y[0])] * every(x, y[1:])
        if x and y:
            total += steps.pair[index(x[0]), index(y[0])] * every(x[1:], y[1:])
        return float(total)

    some = ["a", "pun", "trap", "nu"]
    pairs = list(product(some, some))
    qx, qy = steps.phones()
    expected = [
        np.log(every(x, y)) - sum(np.log(qx[index(c)]) for c in x) - sum(np.log(qy[index(c)]) for c in y)
        for x, y in pairs
    ]
    np.testing.assert_allclose(model.evidence(steps, [x for x, _ in pairs], [y for _, y in pairs]), expected)
