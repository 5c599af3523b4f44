"""Rows of text that are found without being read: a constant database in one run of bytes.

A table of forty thousand words takes longer to become a dictionary than an article takes to be read, and an article
asks for a few hundred of them. `pack` lays rows out with an index by a hash of their keys; `RowStore` finds a row in
the bytes as they are, and `Decoded` makes of found rows the objects that a program wants, each once.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Mapping
from itertools import accumulate, pairwise
from typing import Any, Final, Generic, TypeVar
from zlib import crc32

K = TypeVar("K")
V = TypeVar("V")

_SEARCHES_PER_ROW = 3
"""How many rows are found in the time that it takes to make an object of one and put it into a dictionary."""
_NUMBER: Final = "I"
_SIZE = array(_NUMBER).itemsize


def pack(rows: Mapping[str, str | bytes]) -> bytes:
    """Rows as bytes for a `RowStore`, in the order of the mapping; below 4 GB together."""
    keys = [key.encode("utf-8", "surrogatepass") for key in rows]
    values = [value if isinstance(value, bytes) else value.encode("utf-8", "surrogatepass") for value in rows.values()]
    buckets: list[list[int]] = [[] for _ in range(_buckets(len(rows)))]
    for number, key in enumerate(keys):
        buckets[crc32(key) % len(buckets)].append(number)
    parts = [part for pair in zip(keys, values, strict=True) for part in pair]
    head = array(_NUMBER, [len(rows)])
    head.extend(accumulate(map(len, parts), initial=0))
    head.extend(accumulate(map(len, buckets), initial=0))
    head.extend(number for bucket in buckets for number in bucket)
    return head.tobytes() + b"".join(parts)


def _buckets(rows: int) -> int:
    return max(1, rows)


class RowStore:
    """Rows that `pack` laid out: text or bytes by string, in their first order; data of another origin is nonsense."""

    __slots__ = ("_bucket_ends", "_ends", "_members", "_text")

    def __init__(self, data: bytes | memoryview[int]) -> None:
        whole = memoryview(data)
        (rows,) = whole[:_SIZE].cast(_NUMBER)
        sizes = (2 * rows + 1, _buckets(rows) + 1, rows)
        bounds = list(accumulate((size * _SIZE for size in sizes), initial=_SIZE))
        self._ends, self._bucket_ends, self._members = (whole[a:b].cast(_NUMBER) for a, b in pairwise(bounds))
        self._text = whole[bounds[-1] :]

    def __len__(self) -> int:
        return len(self._members)

    def find(self, key: str) -> str | None:
        """The text of a key; None where there is none."""
        found = self.find_bytes(key)
        return None if found is None else str(found, "utf-8", "surrogatepass")

    def find_bytes(self, key: str) -> memoryview[int] | None:
        """The value of a key as bytes; None where there is none."""
        wanted = key.encode("utf-8", "surrogatepass")
        bucket = crc32(wanted) % (len(self._bucket_ends) - 1)
        ends, text, length = self._ends, self._text, len(wanted)
        for place in range(self._bucket_ends[bucket], self._bucket_ends[bucket + 1]):
            row = 2 * self._members[place]
            start, end = ends[row], ends[row + 1]
            if end - start == length and text[start:end] == wanted:
                return text[end : ends[row + 2]]
        return None

    def items(self) -> Iterator[tuple[str, str]]:
        """All keys with their texts, in the order of what was packed."""
        ends = self._ends
        parts = (str(self._text[a:b], "utf-8", "surrogatepass") for a, b in pairwise(ends))
        return zip(parts, parts, strict=True)


class Decoded(Mapping[K, V], Generic[K, V]):
    """The rows of a store as the objects they stand for, made when they are first asked for.

    Who asks for very much is better served by a dictionary of all rows: it is made once looking for rows one by one has
    taken about as long. Equal keys give the same object always. Safe to share between threads.
    """

    __slots__ = ("_complete", "_key", "_known", "_left", "_read", "_read_key", "_store")

    def __init__(
        self, store: RowStore, read: Callable[[str], V], key: Callable[[K], str], read_key: Callable[[str], K]
    ) -> None:
        """``read`` makes an object of a row's value; ``key`` and ``read_key`` lead from keys to strings and back."""
        self._store = store
        self._read = read
        self._key = key
        self._read_key = read_key
        self._known: dict[K, V] = {}
        self._complete = False
        """Whether all rows are known, in the order of the store."""
        self._left = _SEARCHES_PER_ROW * len(store)

    def get(self, key: K, default: Any = None) -> Any:
        """The object of a key, or the default where there is none."""
        found = self._known.get(key)
        if found is None and not self._complete:
            found = self._find(key)
        return default if found is None else found

    def __getitem__(self, key: K) -> V:
        found = self.get(key)
        if found is None:
            raise KeyError(key)
        return found  # type: ignore[no-any-return]

    def __contains__(self, key: object) -> bool:
        return self.get(key) is not None  # type: ignore[arg-type]

    def __iter__(self) -> Iterator[K]:
        return iter(self._whole())

    def __len__(self) -> int:
        return len(self._store)

    def _find(self, key: K) -> V | None:
        self._left -= 1
        if self._left <= 0:
            return self._whole().get(key)
        row = self._store.find(self._key(key))
        return None if row is None else self._known.setdefault(key, self._read(row))

    def _whole(self) -> dict[K, V]:
        if not self._complete:
            known = self._known
            rows = ((self._read_key(key), value) for key, value in self._store.items())
            self._known = {
                key: known[key] if key in known else known.setdefault(key, self._read(value)) for key, value in rows
            }
            self._complete = True
        return self._known
