"""Where rows come from: a file, packed or not, or standard input, read line by line with line numbers.

Dumps are larger than memory and come packed with gzip, bzip2 or xz, so nothing here holds more than a line; what a file
is packed with is told by its first bytes, since names lie. A ZIP archive may hold several files and is refused.

Text that is not UTF-8 is of two kinds. Where the first letters beyond ASCII are wrong, the file is in another encoding,
and every name in it would be wrong: that is fatal. Where lines before were right, one line is damaged: a broken row.
"""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, BinaryIO, Final, TypeVar, cast

from entitynorm.errors import InputError
from entitynorm.io.files import MAX_LINE, decode_utf8, open_binary
from entitynorm.io.importers.report import Report, RowError
from entitynorm.wording import one_line

STANDARD_INPUT: Final = "-"

_PACKED: tuple[tuple[bytes, Callable[[BinaryIO], Any]], ...] = (
    (b"\x1f\x8b", lambda stream: gzip.GzipFile(fileobj=stream)),
    (b"BZh", bz2.BZ2File),
    (b"\xfd7zXZ\0", lzma.LZMAFile),
)
_BOM = b"\xef\xbb\xbf"
_SAMPLE = 64 * 1024

Record = dict[str, Any]
Found = tuple[str, Record]
"""A record and where it was found, ``file:line``."""

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Source:
    """A file to import, or standard input (``-``), which can be read only once."""

    path: str

    @property
    def shown(self) -> str:
        """The name that messages use."""
        return "standard input" if self.path == STANDARD_INPUT else one_line(self.path)

    def place(self, number: int) -> str:
        """A line, as messages name it."""
        return f"{self.shown}:{number}"

    def open(self) -> BinaryIO:
        """The content unpacked; raises InputError where the file is missing, a directory, unreadable or a ZIP."""
        if self.path == STANDARD_INPUT:
            if sys.stdin is None:
                raise InputError("standard input is closed; give a file, or pipe one in")
            raw = sys.stdin.buffer
        else:
            raw = open_binary(self.path, what="file to import")
        buffered = io.BufferedReader(cast("io.RawIOBase", raw), buffer_size=1 << 18)
        try:
            head = buffered.peek(8)[:8]
        except OSError as error:
            raise InputError(f"{self.shown}: cannot be read ({error.strerror}); check the path and the disk") from error
        if head.startswith(b"PK\x03\x04"):
            raise InputError(f"{self.shown}: is a ZIP archive; unpack it first, and give the file inside")
        for magic, unpack in _PACKED:
            if head.startswith(magic):
                return io.BufferedReader(unpack(cast("BinaryIO", buffered)), buffer_size=1 << 18)
        return cast("BinaryIO", buffered)

    def lines(self, report: Report | None = None) -> Iterator[tuple[int, str]]:
        r"""The lines with their numbers from 1, line ends (``\n``, ``\r\n``) and a byte order mark taken off.

        A damaged line goes to ``report``, or is fatal without one. Raises InputError for an empty file, another
        encoding, a line above `MAX_LINE` and packed data that break off.
        """
        stream = self.open()
        number = 0
        beyond_ascii = False
        with nullcontext() if self.path == STANDARD_INPUT else stream:
            while raw := self._read(stream, number):
                number += 1
                if number == 1:
                    raw = raw.removeprefix(_BOM)
                    if b"\0" in raw and not raw.startswith((b"\xff\xfe", b"\xfe\xff")):
                        raise InputError(
                            f"{self.place(1)}: NUL byte, expected UTF-8 text; UTF-16 is converted with: "
                            "iconv -f UTF-16 -t UTF-8 FILE > NEW"
                        )
                if len(raw) > MAX_LINE:
                    raise InputError(f"{self.place(number)}: the line is longer than {MAX_LINE >> 20} MiB; break it up")
                try:
                    text = raw.decode("utf-8")
                except UnicodeDecodeError as error:
                    if report is None or not beyond_ascii:
                        decode_utf8(raw + stream.read(_SAMPLE), self.place(number))
                    else:
                        report.row()
                        message = f"not UTF-8: byte 0x{raw[error.start]:02X} in column {error.start + 1}"
                        report.skip(self.place(number), RowError("not UTF-8", f"{message}; mend the line"))
                    continue
                beyond_ascii = beyond_ascii or not raw.isascii()
                yield number, text.removesuffix("\n").removesuffix("\r")
        if not number:
            raise InputError(f"{self.shown}: is empty; was it written completely?")

    def _read(self, stream: BinaryIO, number: int) -> bytes:
        try:
            return stream.readline(MAX_LINE + 1)
        except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
            raise InputError(
                f"{self.place(number + 1)}: cannot be read on ({one_line(str(error))}); get the file again, whole"
            ) from error


def numbered(source: Source, report: Report) -> Iterator[tuple[str, str]]:
    """The lines that are not blank, each with its place."""
    for number, line in source.lines(report):
        if line and not line.isspace():
            yield source.place(number), line


def parse_rows(
    rows: Iterable[tuple[str, Row]], parse: Callable[[Row, str], Record | None], report: Report
) -> Iterator[Found]:
    """The records of rows: ``parse`` gives one, or None where the row is left out, or raises RowError."""
    for place, row in rows:
        report.row()
        try:
            record = parse(row, place)
        except RowError as error:
            report.skip(place, error)
            continue
        if record is not None:
            yield place, record


def json_object(line: str) -> Record:
    """The JSON object of one line; raises RowError for anything else."""
    try:
        value = json.loads(line)
    except RecursionError:
        raise RowError("not JSON", "nested too deeply; expected one object a line") from None
    except json.JSONDecodeError as error:
        message = f"not JSON: {error.msg[:1].lower()}{error.msg[1:]} at column {error.colno}"
        raise RowError("not JSON", f"{message}; expected one whole object a line") from None
    except ValueError:
        raise RowError("not JSON", "a number has too many digits; expected one object a line") from None
    if not isinstance(value, dict):
        raise RowError("not an object", f"a JSON {type(value).__name__}; expected one object a line")
    return value
