"""The memoryless stochastic edit distance of Ristad and Yianilos (1998), learned by expectation maximisation.

A pair of words comes about in steps: each writes a pair of phones, or a phone of x alone, or a phone of y alone. The
probabilities of all steps together make one. What is learned is told as evidence: how much likelier than chance.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

PHONES = "aeioubpdtgkhfvzsZScCJmnlr"
COUNT = len(PHONES)
LONGEST = 18
_CHANCE = 0.05
"""The share of pairs believed to be no pairs at all: two names of one person, or words matched wrongly."""
_SMOOTHING = 0.3
"""Added to the count of each step, so that nothing is impossible because it was not seen."""
_LEAST = 1e-290

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Steps:
    """A number for each step: a pair of phones, a phone of x alone, a phone of y alone. Counts, or probabilities."""

    pair: Floats
    left: Floats
    right: Floats

    def total(self) -> float:
        return float(self.pair.sum() + self.left.sum() + self.right.sum())

    def plus(self, other: Steps, weight: float) -> Steps:
        return Steps(
            self.pair + weight * other.pair, self.left + weight * other.left, self.right + weight * other.right
        )

    def probabilities(self) -> Steps:
        """Counts made into probabilities, smoothed."""
        pair, left, right = self.pair + _SMOOTHING, self.left + _SMOOTHING, self.right + _SMOOTHING
        total = pair.sum() + left.sum() + right.sum()
        return Steps(pair / total, left / total, right / total)

    def both_ways(self) -> Steps:
        """The same for x and y changed round, half and half."""
        alone = (self.left + self.right) / 2
        return Steps((self.pair + self.pair.T) / 2, alone, alone)

    def phones(self) -> tuple[Floats, Floats]:
        """How common each phone is on each side."""
        x, y = self.pair.sum(1) + self.left, self.pair.sum(0) + self.right
        return x / x.sum(), y / y.sum()

    def against_chance(self) -> tuple[Floats, Floats, Floats]:
        """Logarithms: of a pair against its two phones meeting by chance, of a phone alone against the phone."""
        x, y = self.phones()
        return np.log(self.pair / np.outer(x, y)), np.log(self.left / x), np.log(self.right / y)


def first_guess() -> Steps:
    """Before anything is learned: a phone stands for itself, and anything else happens now and then."""
    alone = np.full(COUNT, 0.05 / COUNT)
    return Steps(np.full((COUNT, COUNT), 0.1 / COUNT**2) + np.eye(COUNT) * 0.8 / COUNT, alone, alone)


class Batch(NamedTuple):
    """Words of similar length as numbers, one pair a column; the ends are filled with COUNT."""

    rows: Ints
    x: Ints
    y: Ints
    nx: Ints
    ny: Ints


def _encode(words: Sequence[str]) -> tuple[Ints, Ints]:
    index = {phone: n for n, phone in enumerate(PHONES)}
    codes = np.full((LONGEST, len(words)), COUNT, np.int64)
    for k, word in enumerate(words):
        codes[: len(word), k] = [index[c] for c in word]
    return codes, np.array([len(w) for w in words], np.int64)


def batches(xs: Sequence[str], ys: Sequence[str], size: int = 4000) -> list[Batch]:
    """All pairs, in batches of similar lengths so that short words do not pay for long ones."""
    return list(_batches(*_encode(xs), *_encode(ys), size))


def _batches(x: Ints, nx: Ints, y: Ints, ny: Ints, size: int) -> Iterator[Batch]:
    order = np.lexsort((ny, nx))
    for start in range(0, len(order), size):
        rows = order[start : start + size]
        yield Batch(rows, x[: nx[rows].max(), rows], y[: ny[rows].max(), rows], nx[rows], ny[rows])


def _at_each_place(model: Steps, batch: Batch) -> tuple[Floats, Floats, Floats]:
    """The probability of each step at each place of each pair; the filling has none."""
    pair = np.zeros((COUNT + 1, COUNT + 1))
    pair[:COUNT, :COUNT] = model.pair
    return (
        pair[batch.x[:, None], batch.y[None]],
        np.append(model.left, 0.0)[batch.x],
        np.append(model.right, 0.0)[batch.y],
    )


def _forward(pair: Floats, left: Floats, right: Floats) -> Floats:
    """f[i, j]: the probability of the first i phones of x with the first j of y, over all alignments."""
    a, b = len(left), len(right)
    f = np.zeros((a + 1, b + 1, left.shape[1]))
    f[0, 0] = 1
    for i in range(a + 1):
        for j in range(b + 1):
            if i:
                f[i, j] += f[i - 1, j] * left[i - 1]
            if j:
                f[i, j] += f[i, j - 1] * right[j - 1]
            if i and j:
                f[i, j] += f[i - 1, j - 1] * pair[i - 1, j - 1]
    return f


def _backward(pair: Floats, left: Floats, right: Floats, batch: Batch) -> Floats:
    """g[i, j]: the probability of all that follows the first i phones of x and the first j of y."""
    a, b = len(left), len(right)
    g = np.zeros((a + 1, b + 1, left.shape[1]))
    g[batch.nx, batch.ny, np.arange(left.shape[1])] = 1
    for i in range(a, -1, -1):
        for j in range(b, -1, -1):
            if i < a:
                g[i, j] += g[i + 1, j] * left[i]
            if j < b:
                g[i, j] += g[i, j + 1] * right[j]
            if i < a and j < b:
                g[i, j] += g[i + 1, j + 1] * pair[i, j]
    return g


def evidence(model: Steps, xs: Sequence[str], ys: Sequence[str]) -> Floats:
    """How much likelier each pair is under the model than its two words are apart, as a logarithm."""
    qx, qy = (np.log(np.append(q, 1.0)) for q in model.phones())
    out = np.empty(len(xs))
    for batch in batches(xs, ys):
        f = _forward(*_at_each_place(model, batch))
        whole = f[batch.nx, batch.ny, np.arange(len(batch.rows))]
        out[batch.rows] = np.log(np.maximum(whole, _LEAST)) - qx[batch.x].sum(0) - qy[batch.y].sum(0)
    return out


def expected(model: Steps, given: Sequence[Batch], weights: Floats) -> Steps:
    """How often each step was taken in the given pairs, as far as the model can tell.

    A pair counts for less the likelier it is that chance put its words together.
    """
    size = COUNT + 1
    pairs, lefts, rights = np.zeros(size * size), np.zeros(size), np.zeros(size)
    qx, qy = (np.append(q, 1.0) for q in model.phones())
    for batch in given:
        pair, left, right = _at_each_place(model, batch)
        f, g = _forward(pair, left, right), _backward(pair, left, right, batch)
        whole = np.maximum(f[batch.nx, batch.ny, np.arange(len(batch.rows))], _LEAST)
        chance = qx[batch.x].prod(0) * qy[batch.y].prod(0)
        share = weights[batch.rows] / (whole + _CHANCE / (1 - _CHANCE) * chance)
        code = batch.x[:, None] * size + batch.y[None]
        pairs += np.bincount(code.ravel(), (f[:-1, :-1] * pair * g[1:, 1:] * share).ravel(), size * size)
        lefts += np.bincount(batch.x.ravel(), ((f[:-1] * g[1:]).sum(1) * left * share).ravel(), size)
        rights += np.bincount(batch.y.ravel(), ((f[:, :-1] * g[:, 1:]).sum(0) * right * share).ravel(), size)
    return Steps(pairs.reshape(size, size)[:COUNT, :COUNT], lefts[:COUNT], rights[:COUNT])


def learn(model: Steps, xs: Sequence[str], ys: Sequence[str], weights: Floats, rounds: int) -> Steps:
    """Expectation maximisation from a first model; returns the counts of the last round."""
    given = batches(xs, ys)
    counts = expected(model, given, weights)
    for _ in range(rounds - 1):
        counts = expected(counts.probabilities(), given, weights)
    return counts
