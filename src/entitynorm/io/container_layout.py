"""How a container file is laid out: the 64 bytes at its beginning, the header at its end, and the checks between.

    prologue | sections, each at a multiple of 64 bytes | checksums of their blocks | header (JSON)

The header stands at the end because it tells where the sections lie, which a writer that keeps nothing in memory knows
only then; the prologue is written last of all and points to it. Every byte of the file is under exactly one checksum:
the prologue under its own, the sections and the gaps between them under one for each 64 KiB, the table of those under
one in the header, and the header under one in the prologue. A file is therefore sound or it is not; nothing in it can
change unseen.
"""

from __future__ import annotations

import json
import math
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

MAGIC: Final = b"\x89ENX\r\n\x1a\n"
"""As in PNG: a byte above 127 and both kinds of line ends, so that a transfer as text is seen at once."""

FORMAT: Final = 1
ALIGNMENT: Final = 64
BLOCK: Final = 64 * 1024
"""Bytes under one checksum: 15 to 60 microseconds of work, and no more than the disk reads ahead anyway."""

MAX_HEADER: Final = 16 * 1024 * 1024
DTYPES: Final = ("bool", "u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f2", "f4", "f8")
MAX_DIMENSIONS: Final = 32
"""What every numpy from 1.26 on allows."""
ROWS: Final = "records/"
"""The sections that hold records; arrays cannot be called so."""

BYTE_ORDER: Final = 0x0A0B0C0D
_PROLOGUE = struct.Struct("<8sIIQQQI16x")
_CHECKSUM = struct.Struct("<I")
PROLOGUE_SIZE: Final = _PROLOGUE.size + _CHECKSUM.size


class LayoutError(ValueError):
    """A prologue or header that breaks the layout. The text goes into the message that the reader of the file makes."""


@dataclass(frozen=True, slots=True)
class Prologue:
    """The first 64 bytes. Their layout is the same in every version of the format, so that each can be recognised."""

    header_offset: int
    header_length: int
    file_length: int
    header_checksum: int
    version: int = FORMAT
    byte_order: int = BYTE_ORDER

    def pack(self) -> bytes:
        """The 64 bytes, their own checksum last."""
        body = _PROLOGUE.pack(
            MAGIC,
            self.byte_order,
            self.version,
            self.header_offset,
            self.header_length,
            self.file_length,
            self.header_checksum,
        )
        return body + _CHECKSUM.pack(zlib.crc32(body))

    @classmethod
    def unpack(cls, data: bytes) -> Prologue:
        """Read the 64 bytes; raises LayoutError where their checksum is wrong. The magic is the caller's to look at."""
        body = data[: _PROLOGUE.size]
        if _CHECKSUM.unpack(data[_PROLOGUE.size : PROLOGUE_SIZE])[0] != zlib.crc32(body):
            raise LayoutError("the first 64 bytes do not match their checksum")
        _, order, version, offset, length, whole, checksum = _PROLOGUE.unpack(body)
        return cls(offset, length, whole, checksum, version, order)


@dataclass(frozen=True, slots=True)
class Section:
    """One array in the file."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    offset: int
    length: int

    @property
    def end(self) -> int:
        return self.offset + self.length

    @property
    def row_length(self) -> int:
        """Bytes from one entry of the first axis to the next."""
        return math.prod(self.shape[1:]) * itemsize(self.dtype)

    def fits(self) -> bool:
        """Whether type, shape and length agree, and numpy can make such an array: an empty one has limits too."""
        if self.dtype not in DTYPES or len(self.shape) > MAX_DIMENSIONS:
            return False
        item = itemsize(self.dtype)
        longest = math.prod(max(1, count) for count in self.shape) * item
        return longest < 2**63 and math.prod(self.shape) * item == self.length


@dataclass(frozen=True, slots=True)
class Header:
    """What the file says of itself."""

    kind: str
    library: str
    meta: Mapping[str, Any]
    sections: tuple[Section, ...]
    records: int
    """How many; -1 where the file has none."""
    data_end: int
    """Where the sections end and the table of their checksums begins."""
    blocks_checksum: int

    def pack(self) -> bytes:
        """JSON in ASCII with its keys in order: the same header is the same bytes. Raises ValueError for odd meta."""
        record = {
            "kind": self.kind,
            "library": self.library,
            "meta": dict(self.meta),
            "sections": [[s.name, s.dtype, list(s.shape), s.offset, s.length] for s in self.sections],
            "records": self.records,
            "data_end": self.data_end,
            "blocks_crc32": self.blocks_checksum,
        }
        return json.dumps(record, sort_keys=True, separators=(",", ":"), allow_nan=False).encode("ascii")

    @classmethod
    def unpack(cls, data: bytes) -> Header:
        """Read a header and check all of it that can be known without the sections; raises LayoutError."""
        try:
            record = json.loads(data.decode("ascii"))
            sections = tuple(
                Section(str(name), str(dtype), tuple(map(_count, shape)), _count(offset), _count(length))
                for name, dtype, shape, offset, length in record["sections"]
            )
            header = cls(
                kind=str(record["kind"]),
                library=str(record["library"]),
                meta=dict(record["meta"]),
                sections=sections,
                records=record["records"] if record["records"] == -1 else _count(record["records"]),
                data_end=_count(record["data_end"]),
                blocks_checksum=_count(record["blocks_crc32"]),
            )
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise LayoutError("its header cannot be understood") from error
        header._check()
        return header

    def _check(self) -> None:
        if self.data_end < PROLOGUE_SIZE or self.data_end % ALIGNMENT:
            raise LayoutError("its header says that the sections end at an impossible place")
        if len({section.name for section in self.sections}) < len(self.sections):
            raise LayoutError("its header names a section twice")
        for section in self.sections:
            if not section.fits():
                raise LayoutError(f"its header gives section {section.name!r} a shape that does not fit its length")
            if section.offset % ALIGNMENT or section.offset < PROLOGUE_SIZE or section.end > self.data_end:
                raise LayoutError(f"its header puts section {section.name!r} outside the file")


def itemsize(dtype: str) -> int:
    """Bytes of one item: the digit in the name of a type.

    >>> itemsize("f8"), itemsize("bool")
    (8, 1)
    """
    return 1 if dtype == "bool" else int(dtype[1:])


def block_count(data_end: int) -> int:
    """How many blocks, hence checksums, the sections have."""
    return -(-(data_end - PROLOGUE_SIZE) // BLOCK)


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise LayoutError("its header holds a number that is none")
    return value
