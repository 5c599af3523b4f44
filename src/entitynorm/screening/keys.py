"""Values by hashes of 32 bits: one sorted array, and a directory that finds a key in about one step."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from entitynorm.retrieval.distinct import distinct
from entitynorm.retrieval.heard import Ints
from entitynorm.retrieval.phones import Words
from entitynorm.retrieval.ragged import ragged
from entitynorm.tagging.codepoints import MIX
from entitynorm.tagging.hash_table import bits_for, directory

_HALF, _LOW = np.uint64(32), np.uint64(0xFFFFFFFF)


def mixed(hashes: Words, family: int = 0) -> Words:
    """Hashes whose leading 32 bits depend on all others; those of another family are other ones."""
    found = hashes * MIX
    found ^= found >> _HALF
    found += np.uint64(family)
    found *= MIX
    return found


class Postings:
    """Numbers by keys, some of them more than once."""

    def __init__(
        self, keys: Words, values: NDArray[np.integer[Any]], most: int, owner: NDArray[np.integer[Any]] | None = None
    ) -> None:
        """``keys`` as `mixed` gives them; values are below 2^32. A key of more than ``most`` values has none.

        Of values with the same ``owner``, which stand together, one counts.
        """
        packed = distinct((keys & ~_LOW) | values.astype(np.uint64))
        key = packed >> _HALF
        heads = np.flatnonzero(np.append(True, key[1:] != key[:-1])) if len(key) else np.zeros(0, np.int64)
        size = np.diff(np.append(heads, len(key)))
        crowd = size
        if owner is not None and len(key):
            whose = owner.take((packed & _LOW).view(np.int64))
            new = np.append(True, (whose[1:] != whose[:-1]) | (key[1:] != key[:-1]))
            crowd = np.add.reduceat(new.astype(np.int64), heads)
        self._packed = packed[np.repeat(crowd <= most, size)]
        bits = bits_for(len(self._packed))
        self._shift = np.uint64(64 - bits)
        self._bucket = directory(self._packed, bits)

    def find(self, keys: Words) -> tuple[Ints, Ints]:
        """(place of the key, value) of all that is found."""
        bucket = (keys >> self._shift).view(np.int64)
        low = self._bucket.take(bucket)
        count = self._bucket.take(bucket + 1) - low
        there = np.flatnonzero(count)
        row, place = ragged(count.take(there))
        place += low.take(there).take(row)
        packed, which = self._packed.take(place), there.take(row)
        same = np.flatnonzero((packed ^ keys.take(which)) >> _HALF == 0)
        values: NDArray[np.int64] = (packed.take(same) & _LOW).view(np.int64)
        return which.take(same), values
