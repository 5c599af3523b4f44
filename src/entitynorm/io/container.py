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

import mmap
import os
import stat
import struct
import weakref
import zlib
from array import array
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NoReturn, overload

import numpy as np
import numpy.typing as npt

from entitynorm.errors import IndexFileError
from entitynorm.io.container_layout import (
    BLOCK,
    BYTE_ORDER,
    FORMAT,
    MAGIC,
    MAX_HEADER,
    PROLOGUE_SIZE,
    ROWS,
    Header,
    LayoutError,
    Prologue,
    Section,
    block_count,
)
from entitynorm.io.container_writer import ContainerWriter
from entitynorm.io.files import unreadable
from entitynorm.records import one_line

__all__ = ["Container", "ContainerWriter", "Records", "open_container"]

SMALL: Final = 1024 * 1024
"""Arrays of so many bytes are checked whole when they are first asked for."""
CACHED_BLOCKS: Final = 32

_WHAT = "compiled index"
_REBUILD: Final = "rebuild it with: entitynorm build GAZETTEER -o INDEX.enx"
_MAKE: Final = "make one with: entitynorm build GAZETTEER -o INDEX.enx"
_ROW_TYPES = {"data": "u1", "first": "u8", "start": "u8", "size": "u4", "crc32": "u4"}


@dataclass(frozen=True, slots=True)
class _Identity:
    """What tells one version of a file from the next."""

    length: int
    checksum: int


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
        self._pages = _Pages(path)
        header = self._pages.header
        if kind is not None and header.kind != kind:
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


def _reopened(path: str, identity: _Identity) -> Container:
    found = Container(path)
    if found._pages.identity != identity:
        found._pages.refuse("was replaced while it was in use", remedy="load it again")
    return found


class Records(Sequence[bytes]):
    """The records of a container by number. The blocks used last are kept unpacked, at most `CACHED_BLOCKS` of them."""

    def __init__(self, pages: _Pages) -> None:
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

    def __init__(self, pages: _Pages) -> None:
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


class _Pages:
    """The mapped file: where things lie, which of its blocks have been checked, and whether it is still the same."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = path
        try:
            if not stat.S_ISREG(mode := Path(path).stat().st_mode) and not stat.S_ISDIR(mode):
                self.refuse("is a device or a pipe, expected a compiled index", remedy="write it to a file first")
            descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0))
        except (OSError, ValueError) as error:
            raise IndexFileError(str(unreadable(path, _WHAT, error))) from error
        self._closing = weakref.finalize(self, os.close, descriptor)
        self._descriptor = descriptor
        try:
            self._load(descriptor)
        except BaseException:
            self.close()
            raise

    def _load(self, descriptor: int) -> None:
        status = os.fstat(descriptor)
        if stat.S_ISDIR(status.st_mode):
            raise IndexFileError(str(unreadable(self.path, _WHAT, IsADirectoryError())))
        self._seen = (status.st_size, status.st_mtime_ns)
        if not status.st_size:
            self.refuse("is empty, expected a compiled index", remedy=_MAKE)
        try:
            self._map = mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError, OverflowError) as error:
            raise IndexFileError(str(unreadable(self.path, _WHAT, error))) from error
        self._bytes = memoryview(self._map)
        prologue = self._prologue(status.st_size)
        self.header = self._header(prologue)
        self.sections: dict[str, Section] = {section.name: section for section in self.header.sections}
        self.identity = _Identity(prologue.file_length, prologue.header_checksum)
        self._table = self._checksums(prologue)
        self._checked = bytearray(len(self._table))

    def _prologue(self, size: int) -> Prologue:
        start = bytes(self._bytes[:PROLOGUE_SIZE])
        if not start.startswith(MAGIC):
            if start[:4] == MAGIC[:4] and len(start) >= len(MAGIC):
                self.refuse("was changed by a transfer as text", remedy=f"copy it as binary, or {_REBUILD}")
            if not MAGIC.startswith(start):
                self.refuse(f"is no compiled index: it begins with {start[:8]!r}", remedy=_MAKE)
        if len(start) < PROLOGUE_SIZE:
            self.refuse(f"is cut off after {size} bytes")
        try:
            prologue = Prologue.unpack(start)
        except LayoutError as error:
            self.refuse(f"is damaged: {error}")
        if prologue.byte_order != BYTE_ORDER:
            self.refuse("was written with the other order of bytes")
        if prologue.version != FORMAT:
            remedy = f"upgrade entitynorm, or {_REBUILD}" if prologue.version > FORMAT else _REBUILD
            self.refuse(f"has format {prologue.version}, and this entitynorm reads format {FORMAT}", remedy=remedy)
        if size < prologue.file_length:
            remedy = f"copy it again, or {_REBUILD}"
            self.refuse(f"is cut off: it has {size} of {prologue.file_length} bytes", remedy=remedy)
        if size > prologue.file_length:
            self.refuse(f"has {size - prologue.file_length} bytes too many: something was added to it")
        return prologue

    def _header(self, prologue: Prologue) -> Header:
        end = prologue.header_offset + prologue.header_length
        if end != prologue.file_length or not 0 < prologue.header_length <= MAX_HEADER:
            self.refuse("is damaged: its first bytes do not lead to its header")
        data = bytes(self._bytes[prologue.header_offset : end])
        if zlib.crc32(data) != prologue.header_checksum:
            self.refuse("is damaged: its header does not match its checksum")
        try:
            header = Header.unpack(data)
        except LayoutError as error:
            self.refuse(f"is damaged: {error}")
        if header.data_end + 4 * block_count(header.data_end) != prologue.header_offset:
            self.refuse("is damaged: its checksums are not where its header says")
        return header

    def _checksums(self, prologue: Prologue) -> npt.NDArray[np.uint32]:
        data = self._bytes[self.header.data_end : prologue.header_offset]
        if zlib.crc32(data) != self.header.blocks_checksum:
            self.refuse("is damaged: its checksums do not match theirs")
        return np.array(np.frombuffer(data, "<u4") if len(data) else (), "u4")

    def view(self, section: Section) -> npt.NDArray[Any]:
        """A section as an array that cannot be written to; its bounds were checked with the header."""
        self.unchanged()
        dtype = np.dtype(section.dtype).newbyteorder("<")
        if not section.length:
            empty = np.empty(section.shape, dtype)
            empty.flags.writeable = False
            return empty
        return np.frombuffer(self._bytes[section.offset : section.end], dtype).reshape(section.shape)

    def check(self, start: int, stop: int, *, again: bool = False) -> None:
        """Compare the checksums of the blocks that these bytes of the file lie in, those already compared left out."""
        if stop <= start:
            return
        blocks = range((start - PROLOGUE_SIZE) // BLOCK, (stop - 1 - PROLOGUE_SIZE) // BLOCK + 1)
        if not again and self._checked.find(0, blocks.start, blocks.stop) < 0:
            return
        self.unchanged()
        for block in blocks:
            if again or not self._checked[block]:
                begin = PROLOGUE_SIZE + block * BLOCK
                data = self._bytes[begin : min(begin + BLOCK, self.header.data_end)]
                if zlib.crc32(data) != int(self._table[block]):
                    self._damaged(begin, begin + len(data))
                self._checked[block] = 1

    def _damaged(self, start: int, stop: int) -> NoReturn:
        names = [repr(s.name) for s in self.header.sections if s.offset < stop and s.end > start and s.length]
        shown = ", ".join(names[:3]) + (" and others" if len(names) > 3 else "")
        self.refuse(f"is damaged between bytes {start} and {stop}" + (f" (in {shown})" if shown else ""))

    def reread(self) -> None:
        """Check again what was checked on opening: the beginning and the end of the file."""
        prologue = self._prologue(os.fstat(self._descriptor).st_size)
        self._header(prologue)
        self._checksums(prologue)
        self.unchanged()

    def unchanged(self) -> None:
        """Raise IndexFileError where another file was written over this one: a shorter one would end the process.

        The same file written again, or only touched, goes on; its blocks are checked anew.
        """
        if not self._closing.alive:
            raise ValueError(f"{one_line(os.fspath(self.path))}: this container is closed")
        status = os.fstat(self._descriptor)
        now = (status.st_size, status.st_mtime_ns)
        if now == self._seen:
            return
        if now[0] == self._seen[0]:
            with suppress(IndexFileError):
                prologue = self._prologue(now[0])
                if self._header(prologue) == self.header and np.array_equal(self._checksums(prologue), self._table):
                    self._checked = bytearray(len(self._table))
                    self._seen = now
                    return
        remedy = "load it again, and replace an index by renaming a new one, as entitynorm build does"
        self.refuse("was overwritten while it was open", remedy=remedy)

    def refuse(self, what: str, *, remedy: str = _REBUILD) -> NoReturn:
        """Raise the error of one line."""
        raise IndexFileError(f"{one_line(os.fspath(self.path))}: {what}; {remedy}")

    def close(self) -> None:
        self._closing()
        with suppress(AttributeError, BufferError):  # what is still looked at stays until it is let go
            self._bytes.release()
            self._map.close()
