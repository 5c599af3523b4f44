"""How alike two readings are, judged by how often one phone was heard for another between two scripts.

An edit distance that counts letters finds Grivoron as far from Grayvoron as any name one letter off. What a difference
is worth depends on which phones differ, and between which scripts: a vowel that Hebrew lacks tells nothing, one that
Cyrillic lacks does. The tables of ``data/sound_costs.json`` say so in numbers, learned by
``learning/learn_sounds.py``: logarithms of how much likelier than chance one phone stands for another (or for none).

Two measures come out: ``pmi``, the sum of those logarithms over the best alignment, evidence that adds up over the
words of a name; and ``sim``, the same as a share of what the two words could reach at most, between 0 and 1. Everything
is reckoned in whole hundredths, so that one pair at a time (`similarity`) and many at once (`similarities`) agree to
the bit. Which reading of a word is the likely one, and what a word weighs, is left to others.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path
from struct import Struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

from entitynorm.errors import DataError
from entitynorm.resources import data_dir

LONGEST = 18
"""Phones of one reading that are compared; longer words have said what they are by then."""
PAD = 25
"""The number that fills an encoded row behind its last phone."""
_ALMOST = 0.9999  # the most that phones which are not equal can reach
_BLOCK = 1024  # pairs whose tables of alignment fit into the second cache together
_FEW = 96  # up to here a call of numpy costs more than the work it does

Bytes = NDArray[np.uint8]
Shorts = NDArray[np.int16]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class CostTable:
    """One pair of scripts, ready to use; numbers are hundredths of a nat, arrays have a place for the filling.

    An alignment is worth what its pairs are worth and what its gaps are. Here all phones are gaps to begin with
    (``gaps_x``, ``gaps_y``), and ``gain`` is what pairing two of them adds: so the table of alignment holds no negative
    number, never falls along a row or column, and ends with the best value wherever the filling begins.
    """

    gain: Shorts
    gaps_x: Shorts
    gaps_y: Shorts
    own_x: Shorts
    own_y: Shorts
    equal: Shorts
    gains: dict[str, dict[str, int]]
    letters_x: dict[str, tuple[int, int, int]]
    letters_y: dict[str, tuple[int, int, int]]
    scale: int


@dataclass(frozen=True, slots=True)
class _Costs:
    phones: str
    scripts: dict[str, str]
    order: tuple[str, ...]
    tables: dict[str, CostTable]


def cost_table(raw: dict[str, Any], *, clip: dict[str, int], phones: str, scale: int) -> CostTable:
    """A table from its learned numbers: S for pairs, D and I for gaps, none taken below its clip.

    Slips of the typist are no part of what was learned from; the clip is what they cost. Raises ValueError where the
    numbers are not of the right count, or too large to add up.
    """
    pairs = np.array(raw["S"], np.int64)
    left, right = np.array(raw["D"], np.int64), np.array(raw["I"], np.int64)
    count = len(phones)
    if count != PAD or pairs.shape != (count, count) or left.shape != (count,) or right.shape != (count,):
        raise ValueError(f"a table of {count} phones has S of {pairs.shape}, D of {left.shape} and I of {right.shape}")
    clipped = np.maximum(pairs, clip["S"])
    left, right = np.maximum(left, clip["D"]), np.maximum(right, clip["I"])
    gain = np.zeros((count + 1, count + 1), np.int64)
    gain[:count, :count] = np.maximum(clipped - left[:, None] - right, 0)
    own_x, own_y = clipped.max(1), clipped.max(0)
    for values in (gain, 2 * own_x, 2 * own_y, 2 * left, 2 * right):
        if np.abs(values).max() * LONGEST > np.iinfo(np.int16).max:
            raise ValueError(f"holds {np.abs(values).max()}, which is too large")
    equal = clipped.diagonal()

    def filled(values: NDArray[np.int64]) -> Shorts:
        return np.append(values, 0).astype(np.int16)

    return CostTable(
        gain=gain.ravel().astype(np.int16),
        gaps_x=filled(left),
        gaps_y=filled(right),
        own_x=filled(own_x),
        own_y=filled(own_y),
        equal=filled(equal),
        gains={a: dict(zip(phones, row, strict=False)) for a, row in zip(phones, gain.tolist(), strict=False)},
        letters_x=dict(zip(phones, zip(left.tolist(), own_x.tolist(), equal.tolist(), strict=True), strict=True)),
        letters_y=dict(zip(phones, zip(right.tolist(), own_y.tolist(), equal.tolist(), strict=True), strict=True)),
        scale=scale,
    )


def read_costs(path: Path) -> _Costs:
    """The tables of a file; raises DataError naming the file and what is wrong with it."""
    try:
        raw = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: not a readable table: {str(error).splitlines()[0]}") from error
    found = raw.get("schema") if isinstance(raw, dict) else None
    if found != "sound-costs-1":
        raise DataError(f"{path}: schema is {found!r}, expected 'sound-costs-1'; is the file of another version?")
    tables: dict[str, CostTable] = {}
    try:
        phones, clip, scale = raw["phones"], raw["clip"], int(raw["scale"])
        for name, table in raw["tables"].items():
            x, _, y = name.partition("-")
            tables[name] = cost_table(table, clip=clip, phones=phones, scale=scale)
            turned = {"S": np.array(table["S"]).T, "D": table["I"], "I": table["D"]}
            clip_turned = {"S": clip["S"], "D": clip["I"], "I": clip["D"]}
            tables.setdefault(f"{y}-{x}", cost_table(turned, clip=clip_turned, phones=phones, scale=scale))
        order = tuple(name.partition("-")[0] for name in raw["tables"])
        return _Costs(phones, raw["scripts"], order, tables)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        where = f"no {error}" if isinstance(error, KeyError) else str(error)
        raise DataError(f"{path}: not a table of sound costs: {where}; make it anew with learn_sounds.py") from error


@cache
def _costs() -> _Costs:
    return read_costs(data_dir() / "sound_costs.json")


def _table(name: str) -> CostTable:
    tables = _costs().tables
    if name not in tables:
        raise ValueError(f"no table of sound costs named {name!r}; there are {', '.join(sorted(tables))}")
    return tables[name]


@cache
def table_for(script_a: str, script_b: str) -> str:
    """The table for a word of one script beside a word of another; scripts by their ISO 15924 codes.

    A script without a table of its own is served by the nearest: other alphabets by Cyrillic, kana and Han by one for
    both. Of two scripts that are not Latin, the one that writes sounds less like Latin does has the say. The names
    read "x-y", and "y-x" is the same table turned round.

    >>> table_for("Arab", "Latn"), table_for("Latn", "Grek"), table_for("Latn", "Latn"), table_for("Arab", "Arab")
    ('Arab-Latn', 'Latn-Cyrl', 'Latn-Latn', 'Latn-Latn')
    """
    if script_a == script_b:
        return "Latn-Latn"
    costs = _costs()
    a, b = costs.scripts.get(script_a, "Cyrl"), costs.scripts.get(script_b, "Cyrl")
    # The file lists the farthest from Latin last, before Latin itself.
    far_a, far_b = (-1 if s == "Latn" else costs.order.index(s) for s in (a, b))
    if (far_a, script_b) > (far_b, script_a):
        return f"{a}-Latn"
    return f"Latn-{b}"


@cache
def _codes() -> Bytes:
    codes = np.full(256, 255, np.uint8)
    for n, phone in enumerate(_costs().phones):
        codes[ord(phone)] = n
    codes[ord("~")] = PAD
    return codes


def encode(phones: Sequence[str]) -> tuple[Bytes, Bytes]:
    """Readings as rows of numbers, filled up with `PAD`, and their lengths; what is beyond `LONGEST` is cut off.

    Raises ValueError for a letter that is no phone.

    >>> rows, lengths = encode(["kiev", "io"])
    >>> rows[:, :5].tolist(), lengths.tolist()
    ([[10, 2, 1, 13, 25], [2, 3, 25, 25, 25]], [4, 2])
    """
    text = "".join([word[:LONGEST].ljust(LONGEST, "~") for word in phones])
    rows = _codes()[np.frombuffer(text.encode("latin-1", "replace"), np.uint8)].reshape(-1, LONGEST)
    lengths = np.fromiter((min(len(word), LONGEST) for word in phones), np.uint8, len(phones))
    if (rows == 255).any() or int((rows != PAD).sum()) != int(lengths.sum(dtype=np.int64)):
        bad = next(word for word in phones if any(c not in _costs().phones for c in word[:LONGEST]))
        raise ValueError(f"{bad!r} is not written in the phones {_costs().phones}; give readings, not spellings")
    return rows, lengths


def similarities(table: str, x: Bytes, nx: Bytes, y: Bytes, ny: Bytes) -> tuple[Floats, Floats]:
    """``sim`` and ``pmi`` of each row of x with the same row of y, all as `encode` gives them.

    ``sim`` is 1.0 for equal phones and for no others; equal phones are aligned letter by letter. Words without
    phones are like nothing. Raises ValueError for a name that is no table.

    >>> a, b = encode(["muhamed", "kiev"]), encode(["mehmet", "kiev"])
    >>> [round(float(s), 1) for s in similarities("Latn-Latn", *a, *b)[0]]
    [0.3, 1.0]
    """
    return compare_rows(_table(table), x, nx, y, ny)


def compare_rows(costs: CostTable, x: Bytes, nx: Bytes, y: Bytes, ny: Bytes) -> tuple[Floats, Floats]:
    """`similarities` by a table in hand, for tables that are not (yet) part of the package."""
    count = len(nx)
    worth, most = np.empty(count, np.int16), np.empty(count, np.int16)
    for rows in _blocks(nx, ny):
        longest_x, longest_y = int(nx[rows].max()), int(ny[rows].max())
        a = np.ascontiguousarray(x[rows, :longest_x].T).astype(np.intp)
        b = np.ascontiguousarray(y[rows, :longest_y].T).astype(np.intp)
        gaps = costs.gaps_x.take(a).sum(0, dtype=np.int16) + costs.gaps_y.take(b).sum(0, dtype=np.int16)
        worth[rows] = _gains(costs.gain, a, b) + gaps
        most[rows] = costs.own_x.take(a).sum(0, dtype=np.int16) + costs.own_y.take(b).sum(0, dtype=np.int16)
    same = np.flatnonzero((nx == ny) & (nx > 0))
    same = same[(x[same] == y[same]).all(1)]
    worth[same] = costs.equal.take(x[same]).sum(1, dtype=np.int16)
    sim = np.clip(2.0 * worth / np.maximum(most, 1), 0.0, _ALMOST)
    sim[same] = 1.0
    return sim.astype(np.float32), (worth / costs.scale).astype(np.float32)


def _blocks(nx: Bytes, ny: Bytes) -> list[Any]:
    """Index arrays of pairs of similar lengths, so that short words do not pay for long ones; or a slice of all."""
    count = len(nx)
    if count <= _BLOCK:
        return [slice(None)] if count else []
    # Tiles: bands by the one length, each cut by the other.
    bands = max(1, round((count / _BLOCK) ** 0.5))
    order = np.argsort(nx, kind="stable")
    out: list[Any] = []
    for band in np.array_split(order, bands):
        band = band[np.argsort(ny[band], kind="stable")]
        out += np.array_split(band, -(-len(band) // _BLOCK))
    return out


def _gains(gain: Shorts, a: NDArray[np.intp], b: NDArray[np.intp]) -> Shorts:
    """What the best pairing of each column of ``a`` with the same column of ``b`` adds.

    Places are the outer axes and pairs the inner one, so that every step is one plain loop over the pairs.
    """
    count = a.shape[1]
    table = np.zeros((len(b) + 1, count), np.int16)
    columns: list[Shorts] = [*table]
    before, here = table[:-1], table[1:]
    steps, places = np.empty_like(here), np.empty_like(b)
    for start in a * (PAD + 1):
        np.add(b, start, out=places)
        gain.take(places, out=steps, mode="clip")
        steps += before
        np.maximum(steps, here, out=here)
        if count <= _FEW:
            np.maximum.accumulate(here, axis=0, out=here)
        else:
            for left, right in pairwise(columns[1:]):
                np.maximum(right, left, out=right)
    return columns[-1]


_SINGLE = Struct("f")


def _single(value: float) -> float:
    """The nearest number of single precision, as the arrays of `similarities` hold it."""
    return float(_SINGLE.unpack(_SINGLE.pack(value))[0])


@lru_cache(maxsize=65_536)
def similarity(table: str, a: str, b: str) -> tuple[float, float]:
    """``sim`` and ``pmi`` of two readings, the same to the bit as `similarities` gives them.

    Raises ValueError for a name that is no table and for a letter that is no phone.

    >>> similarity("Cyrl-Latn", "graivoron", "graivoron")[0]
    1.0
    >>> similarity("Cyrl-Latn", "graivoron", "grivoron")[0] > similarity("Cyrl-Latn", "graivoron", "hairovon")[0]
    True
    """
    costs = _table(table)
    a, b = a[:LONGEST], b[:LONGEST]
    try:
        known_x = [costs.letters_x[c] for c in a]
        known_y = [costs.letters_y[c] for c in b]
    except KeyError as error:
        raise ValueError(f"{error} in {a!r} or {b!r} is no phone; give readings, not spellings") from None
    if a == b and a:
        return 1.0, _single(sum([equal for _, _, equal in known_x]) / costs.scale)
    worth, most = 0, 0
    for gap, own, _ in known_x + known_y:
        worth += gap
        most += own
    row = [0] * len(b)
    for c in a:
        gains, corner, best, above = costs.gains[c], 0, 0, row
        row = []
        for d, up in zip(b, above, strict=True):
            value = corner + gains[d]
            if value < up:
                value = up
            if value > best:
                best = value
            row.append(best)
            corner = up
    worth += row[-1] if row else 0
    return _single(min(max(2.0 * worth / max(most, 1), 0.0), _ALMOST)), _single(worth / costs.scale)
