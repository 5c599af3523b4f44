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

from entitynorm.tagging.scan import SEPARATOR, Hashes, Ints, Scan
from entitynorm.text.tokens import Gap

MOST_TOKENS = 16
"""Tokens of a name up to which it is found as it is spelled."""
GOES_ON, SMALL, CAPITALS = 1, 2, 4
"""Flags of a key: longer names begin with it; an alias that it spells begins small; all that it spells are acronyms."""
_CHUNK = 200_000
_STEM = 5
"""Letters by which a word that names write small is met again in a case form (обороны, обороной)."""
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


def _directory(keys: Hashes, bits: int) -> NDArray[np.uint32]:
    """For each value of the leading bits the place of the first key with it."""
    buckets = (keys >> np.uint64(64 - bits)).astype(np.int64)
    out = np.zeros((1 << bits) + 1, np.uint32)
    np.cumsum(np.bincount(buckets, minlength=1 << bits), out=out[1:])
    return out


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
            hashes = scan.hash(scan.start[np.arange(len(alias)) - place], scan.end)
            final = np.concatenate((alias[1:] != alias[:-1], [True]))
            kept = place < MOST_TOKENS
            letters = scan.letter_count[scan.end] - scan.letter_count[scan.start]
            plain = ~scan.upper & ~scan.caseless
            small_words.append(np.unique(stems(scan, np.flatnonzero(plain))))
            small = plain[np.arange(len(alias)) - place]
            acronym = (place == 0) & scan.capitals(np.arange(len(scan))) & (letters > 1) & (letters <= _LONGEST_ACRONYM)
            flags = np.where(small, SMALL, 0) | np.where(acronym, CAPITALS, 0)
            starts_small = final & kept & small
            small_starts.append(scan.hash(scan.start, scan.end)[(np.arange(len(alias)) - place)[starts_small]])
            ends_hash.append(hashes[final & kept])
            ends_alias.append(alias[final & kept] + first)
            ends_flags.append(flags[final & kept].astype(np.uint8))
            begin.append(hashes[~final & kept])
        first = last
    arrays = _sorted(ends_hash, ends_alias, ends_flags, begin)
    arrays["trie_small"] = np.unique(np.concatenate([np.zeros(0, np.uint64), *small_words]))
    arrays["trie_small_start"] = np.unique(np.concatenate([np.zeros(0, np.uint64), *small_starts]))
    return arrays


def stems(scan: Scan, tokens: Ints) -> Hashes:
    """The hashes of the first letters of tokens: what the case forms of a word have in common."""
    start, end = scan.start[tokens], scan.end[tokens]
    return scan.hash(start, np.minimum(end, start + _STEM))


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
    bits = max(4, len(keys).bit_length())
    return {
        "trie_key": keys,
        "trie_flags": found,
        "trie_ends": np.append(low, len(ends)).astype(np.uint32),
        "trie_alias": alias,
        "trie_bucket": _directory(keys, bits),
    }


class Trie:
    """The aliases of an index as they are spelled."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        self._keys, self.flags = np.asarray(arrays["trie_key"]), np.asarray(arrays["trie_flags"])
        self._ends, self._alias = np.asarray(arrays["trie_ends"]), np.asarray(arrays["trie_alias"])
        self._bucket = np.asarray(arrays["trie_bucket"])
        self._small = np.asarray(arrays["trie_small"])
        self._may_be_small = np.zeros(1 << 16, np.bool_)
        self._may_be_small[(np.asarray(arrays["trie_small_start"]) >> np.uint64(48)).astype(np.int64)] = True
        self._shift = np.uint64(64 - (len(self._bucket) - 1).bit_length() + 1)

    def find(self, hashes: Hashes) -> Ints:
        """The position of each hash among the keys, or -1."""
        bucket = (hashes >> self._shift).view(np.int64)
        low = self._bucket.take(bucket).astype(np.int64)
        high = self._bucket.take(bucket + 1).astype(np.int64)
        out = np.full(len(hashes), -1, np.int64)
        live = np.flatnonzero(low < high)
        low, high, wanted = low[live], high[live], hashes[live]
        while len(live):
            key = self._keys.take(low)
            hit = key == wanted
            out[live[hit]] = low[hit]
            low += 1
            on = ~hit & (low < high) & (key < wanted)
            live, low, high, wanted = live[on], low[on], high[on], wanted[on]
        return out

    def written_small(self, scan: Scan, tokens: Ints) -> NDArray[np.bool_]:
        """Whether each token begins like a word that some name writes small."""
        if not len(self._small):
            return np.zeros(len(tokens), np.bool_)
        found = stems(scan, tokens)
        nearest = np.minimum(np.searchsorted(self._small, found), len(self._small) - 1)
        same: NDArray[np.bool_] = self._small[nearest] == found
        return same

    def spelled(self, key: int) -> list[int]:
        """The aliases that a key spells."""
        found: list[int] = self._alias[int(self._ends[key]) : int(self._ends[key + 1])].tolist()
        return found

    def hits(self, scan: Scan) -> Hits:
        """Every run of tokens that is spelled like an alias and written in its case."""
        count = len(scan)
        nothing = np.zeros(0, np.int64)
        if not count or not len(self._keys):
            return Hits(nothing, nothing, nothing)
        as_name = scan.upper | scan.caseless
        unspaced = scan.unspaced
        joins = joinable(scan)
        hashes = scan.hash(scan.start, scan.end)
        # A token written small begins a name only where some alias does so too.
        first = np.flatnonzero(as_name | self._may_be_small.take((hashes >> np.uint64(48)).view(np.int64)))
        key = self.find(hashes[first])
        found: list[tuple[Ints, int, Ints]] = []
        length = 1
        while True:
            there = key >= 0
            first, key = first[there], key[there]
            flags = self.flags[key]
            ends = self._ends[key + 1] > self._ends[key]
            ends &= as_name[first] | (flags & SMALL > 0)
            if length == 1:
                ends &= ~unspaced[first]  # one letter of a word names nothing
                acronyms = np.flatnonzero(flags & CAPITALS)
                ends[acronyms] &= scan.capitals(first[acronyms])
            found.append((first[ends], length, key[ends]))
            on = (flags & GOES_ON > 0) & (first + length < count)
            first = first[on]
            first = first[joins[first + length]]
            length += 1
            if not len(first) or length > MOST_TOKENS:
                break
            key = self.find(scan.hash(scan.start[first], scan.end[first + length - 1]))
        starts = np.concatenate([f for f, _, _ in found])
        counts = np.concatenate([np.full(len(f), n, np.int64) for f, n, _ in found])
        keys = np.concatenate([k for _, _, k in found])
        order = np.lexsort((counts, starts))
        return Hits(starts[order], counts[order], keys[order])


def joinable(scan: Scan, letters: int = _ABBREVIATION) -> NDArray[np.bool_]:
    """Whether each token may stand in one name with the token before it, as far as what is between them goes.

    ``letters``: how many a capitalised token may have that a full stop follows inside a name.
    """
    out = scan.gap <= Gap.JOIN
    stops = np.flatnonzero((scan.gap == Gap.STOP) | (scan.gap == Gap.COMMA))
    if len(stops):
        before = stops - 1
        short = scan.letter_count[scan.end[before]] - scan.letter_count[scan.start[before]] <= letters
        glued = scan.start[stops] - scan.end[before] == 1
        out[stops] = (scan.gap[stops] == Gap.COMMA) | (short & scan.upper[before]) | glued
    return out
