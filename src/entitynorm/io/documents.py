"""Input texts: files, standard input, or a field of JSON lines, all looked at before any work begins.

A text keeps its line ends and even a byte order mark, because offsets are code points of the file decoded as UTF-8, and
because what lies outside the names must come out again unchanged. Of an input of any size only a piece is in memory at
a time (`entitynorm.io.pieces`); what comes by a pipe is put aside on disk, so that it too can be looked at first and
read afterwards. Start reading at `open_documents` and `open_records`.
"""

from __future__ import annotations

import json
import stat
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO, Protocol

from entitynorm.errors import InputError
from entitynorm.io.files import (
    MAX_LINE,
    decode_blocks,
    decode_chunks,
    decode_lines,
    iter_lines,
    open_binary,
    unreadable,
)
from entitynorm.io.pieces import Piece, pieces
from entitynorm.wording import one_line

MAX_DOCUMENT = 64 * 1024 * 1024
"""Bytes of a text that is held whole, for a format that cannot be written in pieces. A thick book has two million."""

MAX_PIPED = 16 * 1024 * 1024 * 1024
"""Bytes that standard input or a pipe may give: they go to disk, and a pipe without an end must not fill it."""

STANDARD_INPUT = "-"
_IN_MEMORY = 8 * 1024 * 1024
"""Bytes of a pipe that are kept in memory; more goes to a temporary file."""


class Text(Protocol):
    """What a command works on: a text with a name, read piece by piece as often as asked."""

    @property
    def name(self) -> str:
        """The name under which results stand."""

    @property
    def size(self) -> int:
        """How long it is, in bytes."""

    def pieces(self) -> Iterator[Piece]:
        """The text in pieces; joined they are the text."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file or a pipe that was looked at and can be read: its name as given and its size in bytes."""

    name: str
    size: int
    _put_aside: IO[bytes] | None = None

    def texts(self) -> Iterator[Source]:
        """Itself, the one text there is."""
        yield self

    def pieces(self) -> Iterator[Piece]:
        """The text in pieces of `entitynorm.io.pieces.PIECE` code points at most."""
        return pieces(self._chunks())

    def check_size(self) -> None:
        """Raise InputError where the text is larger than `MAX_DOCUMENT` and cannot be held whole."""
        if self.size > MAX_DOCUMENT:
            raise InputError(
                f"{_shown(self.name)}: larger than {MAX_DOCUMENT >> 20} MiB, the most one text may have that is held "
                "whole; split it, or write a form that is written piece by piece (jsonl, csv, marked, brat, conll)"
            )

    def text(self) -> str:
        """The whole text; raises InputError where it is larger than `MAX_DOCUMENT`."""
        self.check_size()
        return "".join(self._chunks())

    def _chunks(self) -> Iterator[str]:
        with self._opened() as stream:
            yield from decode_chunks(stream, _shown(self.name))

    @contextmanager
    def _opened(self) -> Iterator[BinaryIO]:
        if self._put_aside is not None:
            self._put_aside.seek(0)
            yield self._put_aside  # type: ignore[misc]  # typeshed: a temporary file is an IO[bytes]
            return
        try:
            with open_binary(self.name, what="text file") as stream:
                yield stream
        except OSError as error:
            raise unreadable(self.name, "text file", error) from error


@dataclass(frozen=True, slots=True)
class Record:
    """A JSON object with a text in one of its fields."""

    name: str
    row: dict[str, Any]
    text: str
    size: int

    def pieces(self) -> Iterator[Piece]:
        """The text in pieces; joined they are the text."""
        return pieces([self.text])


@dataclass(frozen=True, slots=True)
class RecordFile:
    """A file of JSON lines that was looked at; its records are read one at a time."""

    source: Source
    text_field: str
    name_field: str | None

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return self.source.size

    def texts(self) -> Iterator[Record]:
        """The records in file order, blank lines left out; raises InputError naming the line that is none."""
        shown = _shown(self.source.name)
        with self.source._opened() as stream:
            for number, line in decode_lines(stream, shown, limit=MAX_LINE):
                if line.strip():
                    yield self._record(line, f"{shown}:{number}")

    def _record(self, line: str, place: str) -> Record:
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            cause = one_line(str(error) or "nested too deeply")
            raise InputError(f"{place}: not JSON ({cause}); expected one JSON object a line") from None
        if not isinstance(row, dict):
            raise InputError(f"{place}: a JSON {type(row).__name__}; expected one JSON object a line")
        text = self._field(row, self.text_field, place)
        name = place if self.name_field is None else self._field(row, self.name_field, place)
        return Record(name, row, text, len(line.encode("utf-8", "surrogatepass")) + 1)

    @staticmethod
    def _field(row: dict[str, Any], field: str, place: str) -> str:
        if field not in row:
            known = one_line(", ".join(map(repr, row))) or "none"
            raise InputError(f"{place}: no field {field!r}; its fields are {known}")
        value = row[field]
        if isinstance(value, str):
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)  # an id that is a number
        raise InputError(f"{place}: field {field!r} holds {json.dumps(value)[:40]}, expected a text")


def open_documents(paths: Sequence[str], *, whole: bool = False) -> list[Source]:
    """Look at every text: it exists, is a UTF-8 text, not empty; where it has to be held ``whole``, that it can be.

    Done for all before the first is worked on, so that a mistyped tenth path costs a second and not nine results.
    """
    sources = [_source(path) for path in _once(paths)]
    for source in sources:
        if whole:
            source.check_size()
        if not sum(len(chunk) for chunk in source._chunks()):
            raise InputError(f"{_shown(source.name)}: is empty, expected a text; was it written completely?")
    return sources


def open_records(paths: Sequence[str], text_field: str, name_field: str | None = None) -> list[RecordFile]:
    """Look at every file of JSON lines: each line is an object with a text in ``text_field``.

    A record is named by ``name_field``, or by file and line where that is None.
    """
    files = [RecordFile(_source(path), text_field, name_field) for path in _once(paths)]
    for file in files:
        if not sum(1 for _ in file.texts()):
            raise InputError(f"{_shown(file.source.name)}: is empty, expected JSON lines; was it written completely?")
    return files


def numbered_lines(path: str) -> Iterator[tuple[int, str]]:
    """The lines of a file or of standard input with their numbers, without line ends; NUL characters are refused."""
    lines = (
        decode_lines(_standard_input(), _shown(path), limit=MAX_LINE) if path == STANDARD_INPUT else iter_lines(path)
    )
    for number, line in lines:
        if "\0" in line:
            raise InputError(f"{_shown(path)}:{number}: NUL character, expected text; is it a binary file?")
        yield number, line


def blocks_of_lines(path: str) -> Iterator[tuple[str, int]]:
    """A file or standard input in pieces of whole lines with their sizes in bytes; NUL characters are refused."""
    with nullcontext(_standard_input()) if path == STANDARD_INPUT else open_binary(path) as stream:
        lines = 0
        for block, size in decode_blocks(stream, _shown(path)):
            if (at := block.find("\0")) >= 0:
                number = lines + 1 + block.count("\n", 0, at)
                raise InputError(f"{_shown(path)}:{number}: NUL character, expected text; is it a binary file?")
            lines += block.count("\n")
            yield block, size


def _once(paths: Sequence[str]) -> Sequence[str]:
    if list(paths).count(STANDARD_INPUT) > 1:
        raise InputError("standard input (-) came twice; it can be read only once")
    return paths


def _source(path: str) -> Source:
    if path == STANDARD_INPUT:
        return _piped(path, _standard_input())
    try:
        status = Path(path).stat()
    except (OSError, ValueError) as error:
        raise unreadable(path, "text file", error) from error
    if stat.S_ISREG(status.st_mode):
        return Source(path, status.st_size)
    with open_binary(path, what="text file") as stream:
        return _piped(path, stream)


def _piped(path: str, stream: BinaryIO) -> Source:
    """What can be read only once, put aside; decoded on the way, so that a device that is no text ends at once."""
    import tempfile

    aside = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  # lives as long as its source
    size = 0
    for chunk in decode_chunks(stream, _shown(path)):
        data = chunk.encode("utf-8")
        size += len(data)
        if size > MAX_PIPED:
            raise InputError(f"{_shown(path)}: larger than {MAX_PIPED >> 30} GiB, the most a pipe may give; use a file")
        aside.write(data)
    return Source(path, size, aside)


def _shown(path: str) -> str:
    return "standard input" if path == STANDARD_INPUT else path


def _standard_input() -> BinaryIO:
    if sys.stdin is None:
        raise InputError("standard input is closed; give a file, or pipe a text in")
    return sys.stdin.buffer
