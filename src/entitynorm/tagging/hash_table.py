"""Hashes looked up among sorted ones: a directory of leading bits finds each in about one step."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from entitynorm.tagging.borders import Ints

Hashes = NDArray[np.uint64]
_FEW = 256
"""Hashes up to which halving all keys costs less than the many array operations of the directory."""


def directory(keys: Hashes, bits: int) -> NDArray[np.uint32]:
    """For each value of the leading bits the place of the first key with it."""
    buckets = (keys >> np.uint64(64 - bits)).astype(np.int64)
    out = np.zeros((1 << bits) + 1, np.uint32)
    np.cumsum(np.bincount(buckets, minlength=1 << bits), out=out[1:])
    return out


def bits_for(count: int) -> int:
    """Leading bits of the directory of so many keys."""
    return max(4, count.bit_length())


class HashTable:
    """Different hashes in ascending order, with their directory."""

    def __init__(self, keys: Hashes, bucket: NDArray[np.uint32] | None = None) -> None:
        """``bucket``: the `directory` of the keys, where it was made before."""
        self.keys = keys
        self._bucket = directory(keys, bits_for(len(keys))) if bucket is None else bucket
        self._shift = np.uint64(64 - (len(self._bucket) - 1).bit_length() + 1)

    def find(self, hashes: Hashes) -> Ints:
        """The position of each hash among the keys, or -1.

        >>> table = HashTable(np.array([3, 5], np.uint64))
        >>> table.find(np.array([5, 4], np.uint64)).tolist()
        [1, -1]
        """
        if len(hashes) < _FEW:
            place = np.minimum(self.keys.searchsorted(hashes), max(len(self.keys) - 1, 0))
            return np.where(self.keys.take(place) == hashes, place, -1) if len(self.keys) else place - 1
        bucket = (hashes >> self._shift).view(np.int64)
        low, high = self._bucket.take(bucket), self._bucket.take(bucket + 1)
        out = np.full(len(hashes), -1, np.int64)
        live = (low < high).nonzero()[0]
        low, high, wanted = low.take(live).astype(np.int64), high.take(live), hashes.take(live)
        while len(live):
            key = self.keys.take(low)
            hit = key == wanted
            out[live[hit]] = low[hit]
            low += 1
            on = ((key < wanted) & (low < high)).nonzero()[0]
            live, low, high, wanted = live.take(on), low.take(on), high.take(on), wanted.take(on)
        return out
