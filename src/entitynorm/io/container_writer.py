"""Writing a container: arrays and records go to the disk as they come, and the file appears when it is whole.

A gazetteer of a million entities has an index of half a gigabyte; whoever builds it must not need that much memory
again to write it. So nothing is gathered: an array is written in pieces, records are packed sixty-four at a time, and
only a few bytes for each block stay in memory. The same input gives the same bytes (with the same zlib): there is no
date, no name of a machine and no order that depends on hashing in the file.
"""

from __future__ import annotations

import json
import os
import re
import stat
import sys
import zlib
from array import array
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Final

import numpy as np
import numpy.typing as npt

from entitynorm.errors import InputError
from entitynorm.io.container_layout import (
    ALIGNMENT,
    BLOCK,
    DTYPES,
    MAX_DIMENSIONS,
    MAX_HEADER,
    PROLOGUE_SIZE,
    ROWS,
    Header,
    Prologue,
    Section,
)
from entitynorm.io.files import atomic_binary_writer
from entitynorm.wording import one_line

RECORDS_IN_BLOCK: Final = 64
BLOCK_BYTES: Final = 1024 * 1024
"""Records of so many bytes close a block before it has its number of records."""
MAX_RECORD: Final = 64 * 1024 * 1024

_LEVEL = 1  # Level 6 packs into a fifth less, and takes more than twice as long; unpacking is much the same.
_PIECE = 4 * 1024 * 1024
_NAME = re.compile(r"[a-z][a-z0-9_.-]*")
_LITTLE: Final = "<"


class ContainerWriter:
    """Writes one container; a context manager. The file stands under its name when the block ends without an error.

    Any error in the block, Ctrl-C and a full disk included, leaves the file that was there, or none. Arrays and
    records may come in any order, each once. Raises InputError where the file cannot be written, ValueError for what
    a program may not ask for (a name twice, a type that has no fixed size).

    >>> import numpy, os, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with ContainerWriter(os.path.join(folder, "x.enx"), kind="demo", library="1") as writer:
    ...         writer.array("numbers", numpy.arange(3, dtype="u4"))
    ...         count = writer.records(text.encode() for text in ("Kozinka", "Козинка"))
    ...     count, os.listdir(folder)
    (2, ['x.enx'])
    """

    def __init__(self, path: str | os.PathLike[str], *, kind: str, library: str) -> None:
        """Take the path, what the container holds (readers refuse another kind), and the version that writes it."""
        self._path = path
        self._kind = kind
        self._library = library
        self._meta: dict[str, Any] = {}
        self._sections: list[Section] = []
        self._records = -1
        self._open: ArrayWriter | None = None
        self._session: AbstractContextManager[None] | None = None
        self._stream: BinaryIO | None = None
        self._at = 0
        self._sums = array("I")
        self._sum = 0

    def __enter__(self) -> ContainerWriter:
        if self._session is not None:
            raise ValueError("a ContainerWriter writes one file once; make another")
        self._session = self._writing()
        self._session.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        assert self._session is not None
        try:
            return self._session.__exit__(kind, error, trace)
        finally:
            self._stream = None

    def array(self, name: str, values: npt.NDArray[Any]) -> None:
        """Write an array whole: any shape, one of the fixed types, written in C order and little endian."""
        values = np.asarray(values)
        with self._array(_array_name(name), values.dtype, values.shape[1:], scalar=values.ndim == 0) as part:
            part.append(values.reshape(1) if values.ndim == 0 else values)

    def open_array(self, name: str, dtype: npt.DTypeLike, *, row_shape: tuple[int, ...] = ()) -> ArrayWriter:
        """Begin an array that comes in pieces along its first axis; close it before anything else is written."""
        return self._array(_array_name(name), np.dtype(dtype), row_shape)

    def records(self, rows: Iterable[bytes]) -> int:
        """Write all records, packed in blocks; returns how many. Each is found again by its number, from 0."""
        if self._records >= 0:
            raise ValueError("a container has records once")
        first, starts, sizes, sums = array("Q", [0]), array("Q", [0]), array("I"), array("I")
        with self._array(f"{ROWS}data", np.dtype("u1")) as part:
            for count, block in _blocks(rows):
                packed = zlib.compress(block, _LEVEL)
                part.append(np.frombuffer(packed, "u1"))
                first.append(first[-1] + count)
                starts.append(starts[-1] + len(packed))
                sizes.append(len(block))
                sums.append(zlib.crc32(packed))
        for name, dtype, values in (
            ("first", "u8", first),
            ("start", "u8", starts),
            ("size", "u4", sizes),
            ("crc32", "u4", sums),
        ):
            with self._array(ROWS + name, np.dtype(dtype)) as part:
                part.append(np.array(values, dtype))
        self._records = first[-1]
        return self._records

    def meta(self, mapping: Mapping[str, Any]) -> None:
        """Add small facts to the header (counts, the digest of a source): JSON values under text keys."""
        for key in mapping:
            if not isinstance(key, str):
                raise ValueError(f"a key of meta is {key!r}, expected text")
        json.dumps(dict(mapping), allow_nan=False)  # refuses here, where the caller can be seen, what JSON cannot hold
        self._meta.update(mapping)

    def _array(
        self, name: str, dtype: np.dtype[Any], row_shape: tuple[int, ...] = (), *, scalar: bool = False
    ) -> ArrayWriter:
        if self._open is not None:
            raise ValueError(f"the array {self._open.name!r} is still open; close it before {name!r}")
        if any(name == section.name for section in self._sections):
            raise ValueError(f"there is an array {name!r} already; call it otherwise")
        if len(row_shape) >= MAX_DIMENSIONS:
            raise ValueError(f"the array {name!r} has more than {MAX_DIMENSIONS} dimensions")
        self._pad()
        self._open = ArrayWriter(self, name, _type_name(dtype), row_shape, self._at, scalar=scalar)
        return self._open

    def _finished(self, section: Section) -> None:
        self._sections.append(section)
        self._open = None

    @contextmanager
    def _writing(self) -> Iterator[None]:
        path = Path(self._path)
        try:
            special = path.exists() and not (stat.S_ISREG(path.stat().st_mode) or path.is_dir())
        except (OSError, ValueError):
            special = False  # atomic_binary_writer knows how to say it
        if special:
            raise InputError(
                f"{one_line(os.fspath(path))}: is a device or a pipe, expected a file to write; give a file name"
            )
        with atomic_binary_writer(path) as stream:
            self._stream = stream
            stream.write(bytes(PROLOGUE_SIZE))
            self._at = PROLOGUE_SIZE
            yield
            self._finish(stream)

    def _finish(self, stream: BinaryIO) -> None:
        if self._open is not None:
            raise ValueError(f"the array {self._open.name!r} is still open; close it before the container")
        self._pad()
        if (self._at - PROLOGUE_SIZE) % BLOCK:
            self._sums.append(self._sum)
        sums = np.array(self._sums, _LITTLE + "u4").tobytes()
        header = Header(
            kind=self._kind,
            library=self._library,
            meta=self._meta,
            sections=tuple(self._sections),
            records=self._records,
            data_end=self._at,
            blocks_checksum=zlib.crc32(sums),
        ).pack()
        if len(header) > MAX_HEADER:
            raise ValueError(f"the header has {len(header)} bytes, at most {MAX_HEADER} fit; put less into meta")
        stream.write(sums)
        stream.write(header)
        offset = self._at + len(sums)
        prologue = Prologue(offset, len(header), offset + len(header), zlib.crc32(header))
        stream.flush()
        stream.seek(0)
        stream.write(prologue.pack())

    def _pad(self) -> None:
        self._write(memoryview(bytes(-self._at % ALIGNMENT)))

    def _write(self, data: memoryview) -> None:
        """Write bytes, and close the checksum of every block that they fill."""
        if self._stream is None:
            raise ValueError("a ContainerWriter writes inside its with block only")
        self._stream.write(data)
        done = 0
        while done < len(data):
            into = (self._at - PROLOGUE_SIZE) % BLOCK
            piece = data[done : done + BLOCK - into]
            self._sum = zlib.crc32(piece, self._sum if into else 0)
            done += len(piece)
            self._at += len(piece)
            if into + len(piece) == BLOCK:
                self._sums.append(self._sum)


class ArrayWriter:
    """An array that is written in pieces; a context manager, or `close` it. Made by `ContainerWriter.open_array`."""

    __slots__ = ("_dtype", "_offset", "_row_shape", "_rows", "_scalar", "_writer", "name")

    def __init__(
        self,
        writer: ContainerWriter,
        name: str,
        dtype: str,
        row_shape: tuple[int, ...],
        offset: int,
        *,
        scalar: bool,
    ) -> None:
        self.name = name
        self._writer = writer
        self._dtype = dtype
        self._row_shape = tuple(row_shape)
        self._offset = offset
        self._rows = 0
        self._scalar = scalar

    def append(self, chunk: npt.NDArray[Any]) -> None:
        """Write more rows. Raises ValueError for another type or another shape of row; nothing is converted."""
        if self._writer._open is not self:
            raise ValueError(f"the array {self.name!r} is closed")
        if not chunk.ndim or chunk.shape[1:] != self._row_shape or _type_name(chunk.dtype) != self._dtype:
            wanted = f"{self._dtype} of shape (n, {', '.join(map(str, self._row_shape))})"
            raise ValueError(f"the array {self.name!r} takes {wanted}, not {chunk.dtype} of shape {chunk.shape}")
        chunk = np.asarray(chunk)
        row = max(1, chunk.nbytes // max(1, len(chunk)))
        step = max(1, _PIECE // row)
        little = np.dtype(self._dtype).newbyteorder(_LITTLE)
        for start in range(0, len(chunk) if chunk.size else 0, step):
            piece = np.ascontiguousarray(chunk[start : start + step], dtype=little)
            self._writer._write(piece.reshape(-1).view("u1").data)
        self._rows += len(chunk)

    def close(self) -> None:
        """End the array; closing it twice does nothing."""
        writer = self._writer
        if writer._open is self:
            shape = () if self._scalar else (self._rows, *self._row_shape)
            writer._finished(Section(self.name, self._dtype, shape, self._offset, writer._at - self._offset))

    def __enter__(self) -> ArrayWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.close()


def _array_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} cannot name an array; a name looks like {_NAME.pattern}")
    return name


def _type_name(dtype: np.dtype[Any]) -> str:
    name = "bool" if dtype.kind == "b" else f"{dtype.kind}{dtype.itemsize}"
    if name not in DTYPES or dtype.names or dtype.subdtype:
        raise ValueError(f"{dtype} cannot be stored; the types are {', '.join(DTYPES)}")
    return name


def _blocks(rows: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """Records gathered into blocks: the lengths of all as 4 bytes each, then the records themselves."""
    held: list[bytes] = []
    size = 0
    for number, row in enumerate(rows):
        if not isinstance(row, bytes):
            raise ValueError(f"record {number} is of type {type(row).__name__}, expected bytes")
        if len(row) > MAX_RECORD:
            raise ValueError(f"record {number} has {len(row)} bytes, at most {MAX_RECORD} fit")
        if held and (len(held) == RECORDS_IN_BLOCK or size + len(row) > BLOCK_BYTES):
            yield _joined(held)
            held, size = [], 0
        held.append(row)
        size += len(row)
    if held:
        yield _joined(held)


def _joined(rows: list[bytes]) -> tuple[int, bytes]:
    lengths = array("I", map(len, rows))
    if sys.byteorder == "big":
        lengths.byteswap()
    return len(rows), b"".join((lengths.tobytes(), *rows))
