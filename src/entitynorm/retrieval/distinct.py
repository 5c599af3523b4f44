"""Sorted numbers, each once, and looking others up among them."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Number = TypeVar("Number", bound=np.generic)


def distinct(values: NDArray[Number]) -> NDArray[Number]:
    """The values in ascending order, each once; the array given is sorted in place.

    `numpy.unique` gives the same several times as slowly for millions of hashes, and loads masked arrays to do so,
    which takes as long as reading a paragraph.

    >>> distinct(np.array([3, 1, 3])).tolist()
    [1, 3]
    """
    values.sort()
    if not len(values):
        return values
    found: NDArray[Number] = values[np.concatenate(([True], values[1:] != values[:-1]))]
    return found


def among(values: NDArray[Number], known: NDArray[Number]) -> NDArray[np.bool_]:
    """Whether each value is one of ``known``, which is in ascending order and not empty; as fast as a binary search.

    >>> among(np.array([2, 3, 9]), np.array([1, 3])).tolist()
    [False, True, False]
    """
    nearest = np.minimum(np.searchsorted(known, values), len(known) - 1)
    same: NDArray[np.bool_] = known[nearest] == values
    return same
