"""Reading a container: named arrays and numbered records in one file, used where they lie.

A compiled index must open at once and be shared by all processes that use it, so the file is mapped into memory and
nothing of it is copied: arrays are views of its pages, which the system reads when they are touched and keeps once for
everybody. What that costs is trust: a view of a damaged page is a wrong answer, and a view past the end of a file is
the end of the process. Therefore everything is checked that can be checked at the price of a look-up:

- on opening: the prologue, the length of the file, the header, and that every section lies inside the file;
- an array of up to 1 MiB: all of it, when it is first asked for; a bigger one: its first and its last block;
- `Container.part`, a slice of an array: the blocks it lies in, each once;
- a record: the checksum of its block, and its bounds;
- `Container.verify`: every byte.

A file that is replaced in one step, as `ContainerWriter` does it, can be replaced at any time: whoever has it open
keeps the old one. A file that is overwritten where it lies is noticed at the next check; between checks nothing can be
done about it, on no system.
"""

from __future__ import annotations

import os
import struct
import zlib
from array import array
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, overload

import numpy as np
import numpy.typing as npt

from entitynorm.io.container_layout import PROLOGUE_SIZE, ROWS
from entitynorm.io.container_pages import Identity, Pages
from entitynorm.io.container_writer import ContainerWriter
from entitynorm.wording import one_line

__all__ = ["Container", "ContainerWriter", "Records", "open_container"]

SMALL: Final = 1024 * 1024
"""Arrays of so many bytes are checked whole when they are first asked for."""
CACHED_BLOCKS: Final = 32

_ROW_TYPES = {"data": "u1", "first": "u8", "start": "u8", "size": "u4", "crc32": "u4"}


def open_container(path: str | os.PathLike[str], *, kind: str | None = None) -> Container:
    """Open a container, which takes no longer for a big one than for a small one.

    With ``kind`` a container that holds something else is refused. Raises IndexFileError, always of one line, for
    what is missing, no container, cut off, damaged, or of another format.

    >>> import numpy, os, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "x.enx")
    ...     with ContainerWriter(path, kind="demo", library="1") as writer:
    ...         writer.array("numbers", numpy.arange(3, dtype="u4"))
    ...         count = writer.records([b"Kozinka", "Козинка".encode()])
    ...         writer.meta({"count": count})
    ...     with open_container(path, kind="demo") as found:
    ...         found.verify()
    ...         found.meta, found.arrays["numbers"].tolist(), found.record(1).decode()
    ({'count': 2}, [0, 1, 2], 'Козинка')
    """
    return Container(path, kind=kind)


class Container:
    """An open container. It may be used by threads and after a fork; pickled, it is a path and is opened again there.

    It is a context manager. Views of its arrays stay good after `close`; nothing else does.
    """

    def __init__(self, path: str | os.PathLike[str], *, kind: str | None = None) -> None:
        self._pages = Pages(path)
        header = self._pages.header
        if kind is not None and header.kind != kind:
            self.close()
            self._pages.refuse(f"holds {header.kind!r}, expected {kind!r}")
        self.path: Final = self._pages.path
        self.kind: Final = header.kind
        self.library: Final = header.library
        """The version that wrote the file."""
        self.meta: Final[dict[str, Any]] = dict(header.meta)
        self.arrays: Final[Mapping[str, npt.NDArray[Any]]] = _Arrays(self._pages)
        """Read-only views, made when they are asked for."""
        self.records: Final = Records(self._pages)

    def record(self, number: int) -> bytes:
        """One record; raises IndexFileError where there is none of that number or its block is damaged."""
        return self.records[number]

    def part(self, name: str, start: int, stop: int) -> npt.NDArray[Any]:
        """``arrays[name][start:stop]``, with the bytes that it lies in checked once and the bounds every time.

        For positions that come from the file itself: numpy cuts bounds that are too wide and says nothing.
        """
        view = self.arrays[name]
        section = self._pages.sections[name]
        start, stop = int(start), int(stop)
        if not view.ndim or not 0 <= start <= stop <= len(view):
            held = len(view) if view.ndim else "no"
            self._pages.refuse(f"asks for rows {start} to {stop} of {name!r}, which has {held}")
        row = section.row_length
        self._pages.check(section.offset + start * row, section.offset + stop * row)
        return view[start:stop]

    def verify(self) -> None:
        """Read the whole file and compare every checksum; raises IndexFileError that says where the damage is."""
        pages = self._pages
        pages.check(PROLOGUE_SIZE, pages.header.data_end, again=True)
        pages.reread()

    def close(self) -> None:
        """Give the file back; views that are still held keep its pages until they go."""
        self._pages.close()

    def __enter__(self) -> Container:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Container {one_line(os.fspath(self.path))}: {self.kind}>"

    def __reduce__(self) -> tuple[Any, ...]:
        # Not the shown path: the process that unpickles may stand in another folder.
        return _reopened, (str(Path(self.path).absolute()), self._pages.identity)


def _reopened(path: str, identity: Identity) -> Container:
    found = Container(path)
    if found._pages.identity != identity:
        found.close()
        found._pages.refuse("was replaced while it was in use", remedy="load it again")
    return found


class Records(Sequence[bytes]):
    """The records of a container by number. The blocks used last are kept unpacked, at most `CACHED_BLOCKS` of them."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._count = max(0, pages.header.records)
        self._blocks: dict[int, tuple[bytes, array[int]]] = {}
        self._table: dict[str, npt.NDArray[Any]] | None = None

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, number: int) -> bytes: ...
    @overload
    def __getitem__(self, number: slice) -> list[bytes]: ...
    def __getitem__(self, number: int | slice) -> bytes | list[bytes]:
        if isinstance(number, slice):
            return [self[n] for n in range(*number.indices(self._count))]
        number = int(number)
        if not 0 <= number < self._count:
            self._pages.refuse(f"asks for record {number}, and there are {self._count}")
        table = self._table or self._opened()
        block = int(np.searchsorted(table["first"], np.uint64(number), side="right")) - 1
        # Taken out and put back in, so that the oldest stands first; each step by itself is safe among threads.
        found = self._blocks.pop(block, None) or self._read(block)
        self._blocks[block] = found
        if len(self._blocks) > CACHED_BLOCKS:
            with suppress(RuntimeError, StopIteration):
                self._blocks.pop(next(iter(self._blocks)), None)
        rows, ends = found
        at = number - int(table["first"][block])
        return rows[ends[at] : ends[at + 1]]

    def __iter__(self) -> Iterator[bytes]:
        """All records in order, one block at a time, past the cache."""
        if not self._count:
            return
        table = self._table or self._opened()
        for block in range(len(table["size"])):
            rows, ends = self._read(block)
            for at in range(len(ends) - 1):
                yield rows[ends[at] : ends[at + 1]]

    def _opened(self) -> dict[str, npt.NDArray[Any]]:
        """The arrays that say where the blocks lie, checked whole and against each other."""
        table = {}
        for name, dtype in _ROW_TYPES.items():
            section = self._pages.sections.get(ROWS + name)
            if section is None or section.dtype != dtype or len(section.shape) != 1:
                self._pages.refuse("has records without the tables that lead to them")
            table[name] = self._pages.view(section)
            if name != "data":
                self._pages.check(section.offset, section.end)
        count, first = len(table["size"]), table["first"]
        if not len(first) == len(table["start"]) == count + 1 or len(table["crc32"]) != count:
            self._pages.refuse("has tables of records that differ in length")
        if int(first[0]) or int(first[-1]) != self._count or not bool(np.all(first[:-1] < first[1:])):
            self._pages.refuse("has tables of records that contradict each other")
        self._table = table
        return table

    def _read(self, block: int) -> tuple[bytes, array[int]]:
        """Unpack a block: its records and where each ends. Nothing is believed before its checksum is seen."""
        self._pages.unchanged()
        assert self._table is not None
        table = self._table
        start, stop, size = int(table["start"][block]), int(table["start"][block + 1]), int(table["size"][block])
        count = int(table["first"][block + 1]) - int(table["first"][block])
        if not start < stop <= len(table["data"]) or size < 4 * count:
            self._pages.refuse(f"has a block of records ({block}) outside its data")
        packed = table["data"][start:stop].data
        if zlib.crc32(packed) != int(table["crc32"][block]):
            self._pages.refuse(f"is damaged (records from {int(table['first'][block])} on)")
        unpacker = zlib.decompressobj()
        try:
            rows = unpacker.decompress(packed, size + 1)  # one more, so that too much is seen and the end reached
        except zlib.error:
            self._pages.refuse(f"is damaged (records from {int(table['first'][block])} on)")
        ends = array("Q", [4 * count])
        for length in struct.unpack_from(f"<{count}I", rows) if len(rows) == size else ():
            ends.append(ends[-1] + length)
        if len(ends) != count + 1 or ends[-1] != size or not unpacker.eof or unpacker.unused_data:
            self._pages.refuse(f"has a block of records ({block}) of another size than it says")
        return rows, ends


class _Arrays(Mapping[str, npt.NDArray[Any]]):
    """Name to view, the views made and checked at first use."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._views: dict[str, npt.NDArray[Any]] = {}
        self._names = tuple(name for name in pages.sections if not name.startswith(ROWS))

    def __getitem__(self, name: str) -> npt.NDArray[Any]:
        view = self._views.get(name)
        if view is None:
            if name not in self._names:
                raise KeyError(name)
            section = self._pages.sections[name]
            if section.length <= SMALL:
                self._pages.check(section.offset, section.end)
            else:  # a copy that broke off, or a disk that wrote only some of it, shows at the ends
                self._pages.check(section.offset, section.offset + 1)
                self._pages.check(section.end - 1, section.end)
            view = self._views.setdefault(name, self._pages.view(section))
        return view

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)
