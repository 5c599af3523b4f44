"""Rows of different lengths, one behind the other in one array."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def ragged(counts: NDArray[np.integer[Any]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For rows of so many elements each: the row of every element, and its place in the row.

    >>> [values.tolist() for values in ragged(np.array([2, 0, 1]))]
    [[0, 0, 2], [0, 1, 0]]
    """
    counts = counts.astype(np.int64)
    row = np.repeat(np.arange(len(counts)), counts)
    return row, np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)
