"""Names as they are spelled, found in running text at any size of the gazetteer: a trie kept as hashes.

Every run of tokens that begins a name is a key, by its hash (`entitynorm.tagging.scan`); of each key is known which
aliases end there and whether a longer name goes on. All token starts of a block are looked up at once, and those that
go on are lengthened by a token until none does. A radix directory finds a key in about one step.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from entitynorm.retrieval.distinct import among, distinct
from entitynorm.tagging.hash_table import HashTable, bits_for, directory
from entitynorm.tagging.scan import SEPARATOR, Hashes, Ints, Scan
from entitynorm.text.tokens import Gap

MOST_TOKENS = 16
"""Tokens of a name up to which it is found as it is spelled."""
GOES_ON, SMALL, CAPITALS = 1, 2, 4
"""Flags of a key: longer names begin with it; an alias that it spells begins small; all that it spells are acronyms."""
_CHUNK = 200_000
_LONGEST_ACRONYM = 6
_ABBREVIATION = 4
"""Letters of a token that a full stop inside a name may follow (St. Petersburg, U.S.)."""


@dataclass(frozen=True, slots=True, eq=False)
class Hits:
    """Runs of tokens spelled like an alias, those of a start together, the shorter first."""

    first: Ints
    count: Ints
    key: Ints
    """Position of the key in the trie."""


def build(texts: Sequence[str]) -> dict[str, NDArray[Any]]:
    """The arrays of a trie over aliases, numbered by their order."""
    ends_hash: list[Hashes] = []
    ends_alias: list[Ints] = []
    ends_flags: list[NDArray[np.uint8]] = []
    begin: list[Hashes] = []
    small_words: list[Hashes] = []
    small_starts: list[Hashes] = []
    first = 0
    while first < len(texts):
        last, size = first, 0
        while last < len(texts) and (last == first or size < _CHUNK):
            size += len(texts[last]) + 1
            last += 1
        block = texts[first:last]
        scan = Scan(SEPARATOR.join(block))
        if len(scan):
            bounds = np.cumsum([len(t) + 1 for t in block])
            alias = np.searchsorted(bounds, scan.start, "right")
            head = np.flatnonzero(np.concatenate(([True], alias[1:] != alias[:-1])))
            place = np.arange(len(alias)) - np.repeat(head, np.diff(np.append(head, len(alias))))
            token = np.arange(len(alias))
            hashes = scan.hash(token - place, token)
            final = np.concatenate((alias[1:] != alias[:-1], [True]))
            kept = place < MOST_TOKENS
            small_words.append(distinct(scan.stems(np.flatnonzero(scan.small))))
            small = scan.small[token - place]
            acronym = (place == 0) & scan.capitals(token) & (scan.letters > 1) & (scan.letters <= _LONGEST_ACRONYM)
            flags = np.where(small, SMALL, 0) | np.where(acronym, CAPITALS, 0)
            starts_small = final & kept & small
            small_starts.append(scan.hashes[(token - place)[starts_small]])
            ends_hash.append(hashes[final & kept])
            ends_alias.append(alias[final & kept] + first)
            ends_flags.append(flags[final & kept].astype(np.uint8))
            begin.append(hashes[~final & kept])
        first = last
    arrays = _sorted(ends_hash, ends_alias, ends_flags, begin)
    arrays["trie_small"] = distinct(np.concatenate([np.zeros(0, np.uint64), *small_words]))
    arrays["trie_small_start"] = distinct(np.concatenate([np.zeros(0, np.uint64), *small_starts]))
    return arrays


def _sorted(
    hashes: list[Hashes], aliases: list[Ints], flags: list[NDArray[np.uint8]], begin: list[Hashes]
) -> dict[str, NDArray[Any]]:
    none = np.zeros(0, np.uint64)
    ends = np.concatenate([none, *hashes])
    alias = np.concatenate([np.zeros(0, np.int64), *aliases]).astype(np.uint32)
    flag = np.concatenate([np.zeros(0, np.uint8), *flags])
    order = np.lexsort((alias, ends))
    ends, alias, flag = ends[order], alias[order], flag[order]
    starts = np.concatenate([none, *begin])
    starts.sort()
    keys = np.concatenate((ends, starts))
    keys.sort()
    keys = keys[np.concatenate(([True], keys[1:] != keys[:-1]))] if len(keys) else keys
    low = np.searchsorted(ends, keys, "left")
    high = np.searchsorted(ends, keys, "right")
    found = np.zeros(len(keys), np.uint8)
    if len(starts):
        at = np.searchsorted(starts, keys)
        found |= np.where(starts[np.minimum(at, len(starts) - 1)] == keys, GOES_ON, 0).astype(np.uint8)
    there = np.flatnonzero(high > low)
    if len(there):
        edges = low[there]
        found[there] |= np.bitwise_or.reduceat(flag & SMALL, edges)
        found[there] |= np.bitwise_and.reduceat(flag & CAPITALS, edges)
    return {
        "trie_key": keys,
        "trie_flags": found,
        "trie_ends": np.append(low, len(ends)).astype(np.uint32),
        "trie_alias": alias,
        "trie_bucket": directory(keys, bits_for(len(keys))),
    }


class Trie:
    """The aliases of an index as they are spelled."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        self.table = HashTable(np.asarray(arrays["trie_key"]), np.asarray(arrays["trie_bucket"]))
        self.flags = np.asarray(arrays["trie_flags"])
        self._ends, self._alias = np.asarray(arrays["trie_ends"]), np.asarray(arrays["trie_alias"])
        self._small = np.asarray(arrays["trie_small"])
        starts = np.asarray(arrays["trie_small_start"])
        self._may_be_small = np.zeros(1 << 16, np.bool_)
        self._may_be_small[(starts >> np.uint64(48)).astype(np.int64)] = True
        self._some_small = len(starts) > 0

    def written_small(self, scan: Scan, tokens: Ints) -> NDArray[np.bool_]:
        """Whether each token begins like a word that some name writes small."""
        if not len(self._small):
            return np.zeros(len(tokens), np.bool_)
        return among(scan.stems(tokens), self._small)

    def spelled(self, key: int) -> list[int]:
        """The aliases that a key spells."""
        found: list[int] = self._alias[int(self._ends[key]) : int(self._ends[key + 1])].tolist()
        return found

    def hits(self, scan: Scan) -> Hits:
        """Every run of tokens that is spelled like an alias and written in its case."""
        if not len(scan) or not len(self.table.keys):
            nothing = np.zeros(0, np.int64)
            return Hits(nothing, nothing, nothing)
        as_name = ~scan.small
        may_begin = as_name
        if self._some_small:  # a token written small begins a name only where some alias does so too
            may_begin = as_name | self._may_be_small.take((scan.hashes >> np.uint64(48)).view(np.int64))
        first = may_begin.nonzero()[0]
        key = self.table.find(scan.hash(first, first))
        firsts, counts, keys = [], [], []
        for length in range(1, MOST_TOKENS + 1):
            there = (key >= 0).nonzero()[0]
            first, key = first.take(there), key.take(there)
            firsts.append(first)
            counts.append(np.full(len(first), length))
            keys.append(key)
            first = first.compress(self.flags.take(key) & GOES_ON)
            first = first[: first.searchsorted(len(scan) - length)]
            first = first.compress(joinable(scan, tokens=first + length))
            if not len(first):
                break
            key = self.table.find(scan.hash(first, first + length))
        first, count, key = np.concatenate(firsts), np.concatenate(counts), np.concatenate(keys)
        ends = self._ends.take(key + 1) > self._ends.take(key)
        first, count, key = first.compress(ends), count.compress(ends), key.compress(ends)
        flags = self.flags.take(key)
        fits = as_name.take(first) | (flags & SMALL > 0)
        alone = count == 1
        fits &= ~(alone & scan.unspaced.take(first))  # one letter of a word names nothing
        acronyms = (alone & (flags & CAPITALS > 0)).nonzero()[0]
        fits[acronyms] &= scan.capitals(first[acronyms])
        first, count, key = first.compress(fits), count.compress(fits), key.compress(fits)
        order = np.argsort(first * (MOST_TOKENS + 1) + count)
        return Hits(first.take(order), count.take(order), key.take(order))


def joinable(scan: Scan, letters: int = _ABBREVIATION, tokens: Ints | None = None) -> NDArray[np.bool_]:
    """Whether each token may stand in one name with the token before it, as far as what is between them goes.

    ``letters``: how many a capitalised token may have that a full stop follows inside a name.
    ``tokens``: those to look at; all unless given.
    """
    gap = scan.gap if tokens is None else scan.gaps(tokens)
    out = gap <= Gap.JOIN
    stops = ((gap == Gap.STOP) | (gap == Gap.COMMA)).nonzero()[0]
    if len(stops):
        after = stops if tokens is None else tokens.take(stops)
        before = after - 1
        allowed = (scan.letters.take(before) <= letters) & scan.upper.take(before)
        allowed |= scan.start.take(after) - scan.end.take(before) == 1  # glued
        allowed |= gap.take(stops) == Gap.COMMA
        out[stops] = allowed
    return out
