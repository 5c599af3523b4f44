"""Phone strings as matrices, and the keys and masks made of them, for many strings at once.

A reading (see `entitynorm.text.sounds`) becomes a row of small integers, padded to `LONGEST`. From rows come

- *equal keys*: hashes of the reading with kindred phones merged (S=s, Z=J=z, C=c, h=g, f=v, a=o, e=i);
- *skeleton keys*: hashes of its consonant classes, and of these with one letter deleted, so that two skeletons one
  slip apart share a key (deletion neighbourhoods: Mor and Fraenkel 1982; SymSpell);
- *masks*: two 64-bit sets whose symmetric difference bounds how far two readings are apart.

Sound classes follow the tables that the experiments behind this package settled on; vowels carry no identity in a
skeleton but for a first one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from entitynorm.text.sound_tables import PHONES as PHONES

LONGEST = 18
PAD = 25
Bytes = NDArray[np.uint8]
Words = NDArray[np.uint64]
Keys = NDArray[np.uint32]

_CODE = np.full(256, PAD, np.uint8)
for _n, _phone in enumerate(PHONES):
    _CODE[ord(_phone)] = _n

# Classes, 0 for none. Middle: voicing kept, kin merged. Coarse: consonant classes, one vowel.
_MIDDLE_PAIRS = {"S": "s", "J": "z", "Z": "z", "C": "c", "h": "g", "f": "v", "o": "a", "i": "e"}
_COARSE_CLASSES = ("aeiou", "bp", "dt", "gkh", "fv", "zsZScCJ", "m", "n", "l", "r")


def _middle() -> Bytes:
    table = np.zeros(PAD + 1, np.uint8)
    for n, phone in enumerate(PHONES):
        table[n] = PHONES.index(_MIDDLE_PAIRS.get(phone, phone)) + 1
    return table


def _coarse() -> Bytes:
    table = np.zeros(PAD + 1, np.uint8)
    for number, phones in enumerate(_COARSE_CLASSES):
        for phone in phones:
            table[PHONES.index(phone)] = number + 1
    return table


MIDDLE_CLASS, COARSE_CLASS = _middle(), _coarse()
_PRIME = np.uint64(0x9E3779B97F4A7C15)


def powers(n: int, factor: int) -> Words:
    """The first ``n`` powers of a factor, modulo 2^64."""
    out = [1]
    for _ in range(n - 1):
        out.append(out[-1] * factor % (1 << 64))
    return np.array(out, np.uint64)


_POWERS = powers(64, 0x100000001B3)
_TEXT_FACTOR = 0x5851F42D4C957F2D
_TEXT_POWERS = powers(256, _TEXT_FACTOR)
"""Made once for texts of usual lengths, since most look-ups are of a single short text."""
EQUAL, SKELETON, MIDDLE, TYPO, LEXICAL = (np.uint64(n * 0x51ED270B) for n in (1, 2, 3, 4, 5))
"""Families of keys, mixed into the hash so that one sorted array serves them all."""


def numbers(signs: str | NDArray[np.uint8]) -> Bytes:
    """The number of each phone of a string or of its bytes, `PAD` for what is none.

    >>> numbers("ae-").tolist()
    [0, 1, 25]
    """
    return _CODE.take(np.frombuffer(signs.encode("latin-1", "replace"), np.uint8) if isinstance(signs, str) else signs)


def encode(texts: Sequence[str]) -> tuple[Bytes, Bytes]:
    """Phone strings as (rows of codes padded to `LONGEST`, lengths); what is longer is cut."""
    if not texts:
        return np.zeros((0, LONGEST), np.uint8), np.zeros(0, np.uint8)
    flat = np.frombuffer("\n".join(texts).encode("latin-1"), np.uint8)
    breaks = np.flatnonzero(flat == 10)
    starts = np.concatenate(([0], breaks + 1))
    lengths = np.concatenate((breaks, [len(flat)])) - starts
    lengths = np.minimum(lengths, LONGEST)
    out = np.full((len(texts), LONGEST), PAD, np.uint8)
    total = int(lengths.sum())
    row = np.repeat(np.arange(len(texts)), lengths)
    column = np.arange(total) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    out[row, column] = _CODE[flat[np.repeat(starts, lengths) + column]]
    return out, lengths.astype(np.uint8)


_FIRST = 3
BEGINNINGS = (PAD + 1) ** _FIRST


def beginnings(codes: Bytes) -> NDArray[np.int64]:
    """A number below `BEGINNINGS` for the first three phones of each row."""
    out = np.zeros(len(codes), np.int64)
    for column in range(_FIRST):
        out = out * (PAD + 1) + codes[:, column]
    return out


def finish(values: Words, family: np.uint64) -> Keys:
    """Mix polynomial hashes of one family into 32-bit keys."""
    mixed = (values + family) * _PRIME
    mixed ^= mixed >> np.uint64(29)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    return (mixed >> np.uint64(32)).astype(np.uint32)


def _compact(matrix: Bytes, keep: NDArray[np.bool_]) -> tuple[Bytes, NDArray[np.int64]]:
    """Rows with only the kept cells, moved left; zero beyond."""
    where = np.cumsum(keep, axis=1) - 1
    out = np.zeros_like(matrix)
    rows, columns = np.nonzero(keep)
    out[rows, where[rows, columns]] = matrix[rows, columns]
    return out, keep.sum(axis=1)


def _without_doubles(matrix: Bytes) -> tuple[Bytes, NDArray[np.int64]]:
    keep = matrix > 0
    keep[:, 1:] &= matrix[:, 1:] != matrix[:, :-1]
    return _compact(matrix, keep)


def middle(codes: Bytes) -> tuple[Bytes, NDArray[np.int64]]:
    """Rows in the middle classes, doubles made one."""
    return _without_doubles(MIDDLE_CLASS[codes])


def skeleton(codes: Bytes) -> tuple[Bytes, NDArray[np.int64]]:
    """Rows of consonant classes; a first vowel stays."""
    classes = COARSE_CLASS[codes]
    keep = classes > 1
    keep[:, 0] |= classes[:, 0] == 1
    compact, _ = _compact(classes, keep)
    return _without_doubles(compact)


def whole_hash(matrix: NDArray[Any]) -> Words:
    """A polynomial hash of each row (zero = nothing)."""
    sums: Words = (matrix.astype(np.uint64) * _POWERS[: matrix.shape[1]]).sum(axis=1, dtype=np.uint64)
    return sums


def deletion_hashes(matrix: NDArray[Any], lengths: NDArray[np.int64]) -> tuple[Words, NDArray[np.int64]]:
    """(hash, row) of each row with one letter left out, for every letter; from prefix sums, no strings."""
    wide = matrix.astype(np.uint64)
    n, width = wide.shape
    before = np.zeros((n, width + 1), np.uint64)
    np.cumsum(wide * _POWERS[:width], axis=1, out=before[:, 1:])
    shifted = np.zeros((n, width + 1), np.uint64)
    np.cumsum(wide[:, 1:] * _POWERS[: width - 1], axis=1, out=shifted[:, 2:])
    total = shifted[:, -1]
    valid = np.arange(width)[None, :] < lengths[:, None]
    rows, columns = np.nonzero(valid)
    hashes = before[rows, columns] + (total[rows] - shifted[rows, columns + 1])
    return hashes, rows


_LEAST_DELETED = 4
_SHORT = 4


Depth = Literal["wide", "telling", "equal"]
"""How far keys reach: by equal sound only; with slips, where the key says much; with slips everywhere."""


def keys(codes: Bytes, depth: Depth = "wide") -> tuple[Keys, NDArray[np.int64]]:
    """(key, row) pairs of readings."""
    mid, mid_length = middle(codes)
    rows = np.arange(len(codes))
    out = [finish(whole_hash(mid), EQUAL)]
    owners = [rows]
    if depth != "equal":
        bones, bone_length = skeleton(codes)
        telling = rows if depth == "wide" else np.flatnonzero(bone_length >= _SHORT)
        out.append(finish(whole_hash(bones[telling]), SKELETON))
        owners.append(telling)
        long = np.flatnonzero(bone_length >= (_LEAST_DELETED if depth == "wide" else _SHORT + 1))
        hashes, which = deletion_hashes(bones[long], bone_length[long])
        out.append(finish(hashes, SKELETON))
        owners.append(long[which])
        # Few consonants say little: there the vowels count as well.
        short = np.flatnonzero((bone_length <= _SHORT) & (mid_length >= 3))
        out.append(finish(whole_hash(mid[short]), MIDDLE))
        owners.append(short)
        hashes, which = deletion_hashes(mid[short], mid_length[short])
        out.append(finish(hashes, MIDDLE))
        owners.append(short[which])
    return np.concatenate(out), np.concatenate(owners)


PHONE_BITS = np.zeros(PAD + 1, np.uint64)
for _n, _phone in enumerate(PHONES):
    PHONE_BITS[_n] |= np.uint64(1) << np.uint64(_n)
    _class = next(k for k, phones in enumerate(_COARSE_CLASSES) if _phone in phones)
    if _class:  # a consonant class lost or won counts twice
        for _shift in (25, 34):
            PHONE_BITS[_n] |= np.uint64(1) << np.uint64(_shift + _class - 1)
LENGTH_BITS = np.array([((1 << n) - 1) << 43 for n in range(LONGEST + 1)], np.uint64)


def masks(codes: Bytes, lengths: Bytes) -> tuple[Words, Words]:
    """Two sets a row: which phones, classes and what length; which pairs of neighbours (hashed to 64 bits).

    The number of bits in which two rows differ tells, roughly, how far apart they are.
    """
    first = np.bitwise_or.reduce(PHONE_BITS[codes], axis=1) | LENGTH_BITS[lengths]
    mid, mid_length = middle(codes)
    framed = np.zeros((len(codes), LONGEST + 2), np.uint64)
    framed[:, 0] = 26
    framed[:, 1 : LONGEST + 1] = mid
    framed[np.arange(len(codes)), mid_length + 1] = 27
    pairs = (framed[:, :-1] * np.uint64(31) + framed[:, 1:] * np.uint64(7)) % np.uint64(61)
    used = (framed[:, :-1] > 0) & (framed[:, 1:] > 0)
    bits = np.where(used, np.uint64(1) << pairs, np.uint64(0))
    return first, np.bitwise_or.reduce(bits, axis=1)


if hasattr(np, "bitwise_count"):

    def popcount(values: Words) -> Bytes:
        """Bits set in each value."""
        return np.bitwise_count(values)

else:  # numpy before 2.0
    _COUNTS = np.array([bin(n).count("1") for n in range(1 << 16)], np.uint8)

    def popcount(values: Words) -> Bytes:
        """Bits set in each value."""
        parts = np.ascontiguousarray(values).view(np.uint16).reshape(len(values), 4)
        counts: Bytes = _COUNTS[parts].sum(axis=1, dtype=np.uint8)
        return counts


def spelled(texts: Sequence[str], width: int) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Texts as rows of code points, at most ``width`` each; zero beyond."""
    if not texts:
        return np.zeros((0, width), np.uint32), np.zeros(0, np.int64)
    flat = np.frombuffer("\n".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32)
    breaks = np.flatnonzero(flat == 10)
    starts = np.concatenate(([0], breaks + 1))
    lengths = np.minimum(np.concatenate((breaks, [len(flat)])) - starts, width)
    out = np.zeros((len(texts), width), np.uint32)
    row = np.repeat(np.arange(len(texts)), lengths)
    column = np.arange(int(lengths.sum())) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    out[row, column] = flat[np.repeat(starts, lengths) + column]
    return out, lengths


_TYPO_WIDTH = 16


def typo_keys(folds: Sequence[str]) -> tuple[Keys, NDArray[np.int64]]:
    """(key, row) pairs of folded terms and of these with one letter left out, for slips of the pen and of scanners."""
    matrix, lengths = spelled(folds, _TYPO_WIDTH)
    rows = np.arange(len(folds))
    out = [finish(whole_hash(matrix), TYPO)]
    owners = [rows]
    able = np.flatnonzero((lengths >= 4) & (lengths < _TYPO_WIDTH))
    hashes, which = deletion_hashes(matrix[able], lengths[able])
    out.append(finish(hashes, TYPO))
    owners.append(able[which])
    return np.concatenate(out), np.concatenate(owners)


def text_hashes(texts: Sequence[str]) -> Words:
    """64-bit hashes of whole texts of any length, the same on every machine and in every process."""
    if not texts:
        return np.zeros(0, np.uint64)
    # Lengths, not separators: a name without letters is its own key, and may hold any sign, a line break too.
    flat = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    ends = np.cumsum(lengths)
    starts = ends - lengths
    longest = int(lengths.max())
    scale = _TEXT_POWERS if longest <= len(_TEXT_POWERS) else powers(longest, _TEXT_FACTOR)
    terms = (flat + np.uint64(1)) * scale[np.arange(len(flat)) - np.repeat(starts, lengths)]
    sums = np.concatenate((np.zeros(1, np.uint64), np.cumsum(terms, dtype=np.uint64)))
    values: Words = (sums[ends] - sums[starts] + lengths.astype(np.uint64)) * _PRIME
    return values ^ (values >> np.uint64(31))
