"""Input texts: files or standard input, as they are, all looked at before any work begins.

A text keeps its line ends and even a byte order mark, because offsets are code points of the file decoded as UTF-8, and
because what lies outside the names must come out again unchanged. Start reading at `open_documents`.
"""

from __future__ import annotations

import codecs
import stat
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from entitynorm.errors import InputError
from entitynorm.io.files import MAX_LINE, decode_lines, decode_utf8, iter_lines, read_bytes

MAX_DOCUMENT = 64 * 1024 * 1024
"""Bytes a text may have. A thick book has two million; a text is held in memory whole, with its tokens and mentions."""

KEPT_TEXTS = 256 * 1024 * 1024
"""Bytes of text kept in memory between the first look and the work; what lies beyond is read a second time."""

STANDARD_INPUT = "-"
_MARK = "\ufeff"


@dataclass(frozen=True, slots=True)
class Source:
    """A text that was looked at and can be read: its name as given, its size in bytes, and, if it was kept, itself."""

    name: str
    size: int
    kept: str | None

    def text(self) -> str:
        """The text; read again where it was not kept."""
        return self.kept if self.kept is not None else _text(_bytes(self.name), self.name)


def open_documents(paths: Sequence[str]) -> list[Source]:
    """Look at every text: it exists, is a UTF-8 text, not empty, not above `MAX_DOCUMENT`.

    Done for all before the first is worked on, so that a mistyped tenth path costs a second and not nine results.
    """
    if list(paths).count(STANDARD_INPUT) > 1:
        raise InputError("standard input (-) came twice; it can be read only once")
    sources: list[Source] = []
    room = KEPT_TEXTS
    for path in paths:
        data = _bytes(path)
        text = _text(data, path)
        keep = path == STANDARD_INPUT or not _readable_twice(path) or len(data) <= room
        room -= len(data) if keep else 0
        sources.append(Source(path, len(data), text if keep else None))
    return sources


def numbered_lines(path: str) -> Iterator[tuple[int, str]]:
    """The lines of a file or of standard input with their numbers, without line ends; NUL characters are refused."""
    lines = (
        decode_lines(_standard_input(), _shown(path), limit=MAX_LINE) if path == STANDARD_INPUT else iter_lines(path)
    )
    for number, line in lines:
        if "\0" in line:
            raise InputError(f"{_shown(path)}:{number}: NUL character, expected text; is it a binary file?")
        yield number, line


def _bytes(path: str) -> bytes:
    if path == STANDARD_INPUT:
        data = _standard_input().read(MAX_DOCUMENT + 1)
    else:
        size = _size(path)
        data = b"" if size > MAX_DOCUMENT else read_bytes(path, what="text file", limit=None if size else MAX_DOCUMENT)
        if size > MAX_DOCUMENT:
            raise _too_large(path)
    if len(data) > MAX_DOCUMENT:
        raise _too_large(path)
    return data


def _text(data: bytes, path: str) -> str:
    if not data:
        raise InputError(f"{_shown(path)}: is empty, expected a text; was it written completely?")
    text = decode_utf8(data, _shown(path))
    if (offset := data.find(b"\0")) >= 0:
        raise InputError(f"{_shown(path)}: NUL byte at offset {offset}, expected UTF-8 text; is it a binary file?")
    return _MARK + text if data.startswith(codecs.BOM_UTF8) else text


def _too_large(path: str) -> InputError:
    return InputError(f"{_shown(path)}: larger than {MAX_DOCUMENT >> 20} MiB, the most one text may have; split it")


def _size(path: str) -> int:
    """The size of a regular file, else 0: pipes and devices tell theirs only by being read."""
    try:
        status = Path(path).stat()
    except (OSError, ValueError):
        return 0  # reading it will say what is wrong
    return status.st_size if stat.S_ISREG(status.st_mode) else 0


def _readable_twice(path: str) -> bool:
    return Path(path).is_file()


def _shown(path: str) -> str:
    return "standard input" if path == STANDARD_INPUT else path


def _standard_input() -> BinaryIO:
    if sys.stdin is None:
        raise InputError("standard input is closed; give a file, or pipe a text in")
    return sys.stdin.buffer
