"""The mapped file of a container: opened and refused here, and its bytes checked before anybody looks at them.

This is the part that has to be right for a damaged or foreign file to be an error of one line and never a crash: no
offset leaves here that does not lie inside the file, and no length that the file does not have.
"""

from __future__ import annotations

import mmap
import os
import stat
import weakref
import zlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NoReturn

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
    Header,
    LayoutError,
    Prologue,
    Section,
    block_count,
)
from entitynorm.io.files import unreadable
from entitynorm.wording import one_line

_WHAT = "compiled index"
REBUILD: Final = "rebuild it with: entitynorm build GAZETTEER -o INDEX.enx"
_MAKE: Final = "make one with: entitynorm build GAZETTEER -o INDEX.enx"


@dataclass(frozen=True, slots=True)
class Identity:
    """What tells one version of a file from the next."""

    length: int
    checksum: int


class Pages:
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
        self.identity = Identity(prologue.file_length, prologue.header_checksum)
        self._table = self._checksums(prologue)
        self._checked = bytearray(len(self._table))

    def _prologue(self, size: int) -> Prologue:
        start = bytes(self._bytes[:PROLOGUE_SIZE])
        if not start.startswith(MAGIC):
            if start[:4] == MAGIC[:4] and len(start) >= len(MAGIC):
                self.refuse("was changed by a transfer as text", remedy=f"copy it as binary, or {REBUILD}")
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
            remedy = f"upgrade entitynorm, or {REBUILD}" if prologue.version > FORMAT else REBUILD
            self.refuse(f"has format {prologue.version}, and this entitynorm reads format {FORMAT}", remedy=remedy)
        if size < prologue.file_length:
            remedy = f"copy it again, or {REBUILD}"
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

    def refuse(self, what: str, *, remedy: str = REBUILD) -> NoReturn:
        """Raise the error of one line."""
        raise IndexFileError(f"{one_line(os.fspath(self.path))}: {what}; {remedy}")

    def close(self) -> None:
        self._closing()
        with suppress(AttributeError, BufferError):  # what is still looked at stays until it is let go
            self._bytes.release()
            self._map.close()
