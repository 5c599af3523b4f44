"""Text files, read strictly and written whole or not at all.

Input is UTF-8, with or without a byte order mark. Anything else is refused with the offset of the first wrong byte and
the encoding the bytes look like: half of the Russian text on disks is still windows-1251 or KOI8-R, and text that was
decoded with the wrong table looks like names, only like none that exists.

Output goes to a temporary file beside the target and takes its place in one step, so that a reader never sees half a
file and a failure (disk full, Ctrl-C, an error of ours) leaves the old file as it was. Standard input and output are
the command line's business; for them there are `decode_utf8` and `decode_lines`.
"""

from __future__ import annotations

import codecs
import errno
import io
import os
import re
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final, TextIO

from entitynorm.errors import InputError
from entitynorm.wording import one_line

MAX_LINE: Final = 64 * 1024 * 1024
"""Bytes a line may have: far above any record, far below what would exhaust the memory."""

_BOM = codecs.BOM_UTF8
_BLOCK = 1024 * 1024
_CYRILLIC_TABLES = ("windows-1251", "koi8-u", "cp866", "mac-cyrillic")
_LATIN_TABLES = ("windows-1252", "windows-1250")
_SAMPLE = 64 * 1024
_MAGIC = (
    (b"\x1f\x8b", "is packed with gzip; unpack it with gunzip"),
    (b"PK\x03\x04", "is a ZIP archive or an office document; unpack it, or export it as text"),
    (b"%PDF-", "is a PDF; extract its text first"),
    (b"SQLite format 3\0", "is an SQLite database; export it as JSON lines"),
)
_UTF16 = ((codecs.BOM_UTF32_LE, "UTF-32"), (codecs.BOM_UTF32_BE, "UTF-32"), (codecs.BOM_UTF16_LE, "UTF-16"),
          (codecs.BOM_UTF16_BE, "UTF-16"))  # fmt: skip
_WRITE_FAILURES = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS})
_CYRILLIC_PAIR = re.compile("[а-яёіїєґў][а-яёіїєґў]|[А-ЯЁІЇЄҐЎ][а-яёіїєґў]")
_TORN_PAIR = re.compile(
    "[а-яёіїєґў][А-ЯЁІЇЄҐЎ]|[A-Za-z][\u0400-\u04ff]|[\u0400-\u04ff][A-Za-z]|[^\\W\\d_][\u2500-\u25ff]"
)


def read_bytes(path: str | os.PathLike[str], *, what: str = "file", limit: int | None = None) -> bytes:
    """Read a whole file; raises InputError where it is missing, a directory, unreadable or above ``limit`` bytes."""
    try:
        with Path(path).open("rb") as stream:
            data = stream.read() if limit is None else stream.read(limit + 1)
    except (OSError, ValueError) as error:
        raise unreadable(path, what, error) from error
    if limit is not None and len(data) > limit:
        raise InputError(
            f"{_shown(path)}: is larger than {_size(limit)}, the most a {what} of this kind may have; "
            "split it, or use JSON lines, which are read line by line"
        )
    return data


def open_binary(path: str | os.PathLike[str], *, what: str = "file") -> BinaryIO:
    """Open a file for reading bytes; raises InputError where it is missing, a directory or unreadable."""
    try:
        return Path(path).open("rb")
    except (OSError, ValueError) as error:
        raise unreadable(path, what, error) from error


def read_text(
    path: str | os.PathLike[str],
    *,
    what: str = "file",
    limit: int | None = None,
    allow_empty: bool = True,
    allow_nul: bool = True,
) -> str:
    """Read a whole UTF-8 file as it is, line ends and all; only a byte order mark at its beginning is dropped.

    ``what`` names the kind of file in messages ("gazetteer", "text file"). Raises InputError, always of one line.
    """
    data = read_bytes(path, what=what, limit=limit)
    text = decode_utf8(data, _shown(path))
    if not allow_empty and not text.strip():
        raise InputError(f"{_shown(path)}: is empty, expected a {what}; was it written completely?")
    if not allow_nul and (offset := data.find(b"\0")) >= 0:
        raise InputError(f"{_shown(path)}: NUL byte at offset {offset}, expected UTF-8 text; {_nul_remedy(data)}")
    return text


def decode_utf8(data: bytes, name: str) -> str:
    """Decode UTF-8, a byte order mark dropped; raises InputError naming the first wrong byte and a likely encoding."""
    try:
        return data.removeprefix(_BOM).decode("utf-8")
    except UnicodeDecodeError as error:
        offset = error.start + (len(_BOM) if data.startswith(_BOM) else 0)
        raise _not_utf8(data, offset, name) from error


def guess_encoding(data: bytes) -> str | None:
    """The encoding that bytes which are not UTF-8 look like, by the name iconv knows; None where nothing fits.

    Every byte string is valid in the single-byte tables, so they are told apart by what comes out: text keeps to one
    script within a word and to lower case after the first letter.

    >>> guess_encoding("Грайворон".encode("koi8-u")), guess_encoding("Besançon".encode("windows-1252"))
    ('KOI8-U', 'WINDOWS-1252')
    """
    for mark, name in _UTF16:
        if data.startswith(mark):
            return name
    sample = data[:_SAMPLE]
    zeros = sorted((sample[::2].count(0), sample[1::2].count(0)))
    if len(sample) >= 8 and zeros[1] > len(sample) // 8 and zeros[0] <= zeros[1] // 2:
        return "UTF-16"
    best, best_score = None, 0
    for table in _CYRILLIC_TABLES:
        text = sample.decode(table, errors="replace")
        score = len(_CYRILLIC_PAIR.findall(text)) - 2 * len(_TORN_PAIR.findall(text)) - 4 * text.count("\ufffd")
        if score > best_score:
            best, best_score = table, score
    if best is None:
        for table in _LATIN_TABLES:
            with suppress(UnicodeDecodeError):
                high = [c for c in sample.decode(table) if c > "\x7f"]
                if sum(c.isalpha() or c in "“”‘’„–—…«»\xa0€" for c in high) * 4 > len(high) * 3:
                    best = table
                    break
    return best.upper() if best else None


def iter_lines(path: str | os.PathLike[str], *, what: str = "file", limit: int = MAX_LINE) -> Iterator[tuple[int, str]]:
    """The lines of a UTF-8 file with their numbers from 1, line ends taken off, one at a time in memory.

    Only ``\\n`` and ``\\r\\n`` end a line; U+2028 and its like may stand inside a name or a JSON string.
    """
    with open_binary(path, what=what) as stream:
        lines = decode_lines(stream, _shown(path), limit=limit)
        while True:
            try:
                item = next(lines, None)
            except OSError as error:
                raise unreadable(path, what, error) from error
            if item is None:
                return
            yield item


def decode_lines(stream: BinaryIO, name: str, *, limit: int = MAX_LINE) -> Iterator[tuple[int, str]]:
    """The lines of an open binary stream, as `iter_lines` gives them; ``name`` stands for it in messages."""
    offset, number = 0, 0
    while line := stream.readline(limit + 1):
        number += 1
        if len(line) > limit:
            raise _line_too_long(name, number, limit)
        body = line.removeprefix(_BOM) if number == 1 else line
        try:
            text = body.decode("utf-8")
        except UnicodeDecodeError as error:
            start = len(line) - len(body) + error.start
            raise _not_utf8(line, start, f"{name}:{number}", shift=offset) from error
        offset += len(line)
        yield number, text.removesuffix("\n").removesuffix("\r")


def decode_chunks(stream: BinaryIO, name: str, *, chunk: int = 1 << 18) -> Iterator[str]:
    """The text of an open binary stream as it is, byte order mark and all, a chunk of bytes at a time.

    Raises InputError as `decode_utf8` does, with offsets of the whole stream, and for a NUL byte: that is no text.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    offset = 0
    while True:
        data = stream.read(chunk)
        held = len(decoder.getstate()[0])
        try:
            text = decoder.decode(data, final=not data)
        except UnicodeDecodeError as error:
            raise _not_utf8(error.object, error.start, name, shift=offset - held) from error
        if (at := data.find(b"\0")) >= 0:
            raise InputError(f"{name}: NUL byte at offset {offset + at}, expected UTF-8 text; {_nul_remedy(data)}")
        if not data:
            return
        offset += len(data)
        yield text


def decode_blocks(stream: BinaryIO, name: str, *, limit: int = MAX_LINE) -> Iterator[tuple[str, int]]:
    """A binary stream in pieces of whole lines, line ends as they are, each with how many bytes it was.

    For readers that go through millions of lines, for which a call a line is too much; they find the lines as
    `decode_lines` does, at ``\\n`` alone. Raises what `decode_lines` raises.
    """
    # A pipe gives what it has: waiting for a full block would hold back rows that are there.
    read = getattr(stream, "read1", stream.read)
    rest, offset, lines = b"", 0, 0
    while data := read(_BLOCK):
        whole, end, left = data.rpartition(b"\n")
        if not end:
            rest += left
            if len(rest) > limit:
                raise _line_too_long(name, lines + 1, limit)
            continue
        block = rest + whole + end
        rest = left
        yield _decoded(block, name, offset, lines, limit), len(block)
        offset += len(block)
        lines += block.count(b"\n")
    if rest:
        yield _decoded(rest, name, offset, lines, limit), len(rest)


def _decoded(block: bytes, name: str, offset: int, lines: int, limit: int) -> str:
    if len(block) > limit:  # then one of its lines may be
        for number, line in enumerate(block.split(b"\n"), lines + 1):
            if len(line) >= limit:
                raise _line_too_long(name, number, limit)
    body = block.removeprefix(_BOM) if offset == 0 else block
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        start = len(block) - len(body) + error.start
        begin = block.rfind(b"\n", 0, start) + 1
        number = lines + 1 + block.count(b"\n", 0, start)
        end = block.find(b"\n", start)
        line = block[begin : len(block) if end < 0 else end + 1]
        raise _not_utf8(line, start - begin, f"{name}:{number}", shift=offset + begin) from error


def _line_too_long(name: str, number: int, limit: int) -> InputError:
    return InputError(
        f"{name}:{number}: the line is longer than {_size(limit)}; "
        "break it up, or check that the file has line ends at all"
    )


def atomic_write(path: str | os.PathLike[str], data: str | bytes) -> None:
    """Write a whole file, text as UTF-8, or leave what was there; raises InputError where that cannot be done."""
    with atomic_binary_writer(path) as stream:
        stream.write(data if isinstance(data, bytes) else _encoded(data, path))


@contextmanager
def atomic_writer(path: str | os.PathLike[str]) -> Iterator[TextIO]:
    """A text stream (UTF-8, line ends as given) whose content becomes the file when the block ends without an error."""
    with atomic_binary_writer(path) as binary:
        stream = io.TextIOWrapper(binary, encoding="utf-8", newline="", write_through=False)
        try:
            yield stream
            stream.flush()
        except UnicodeEncodeError as error:
            raise _unencodable(error, path) from error
        finally:
            with suppress(OSError, ValueError):
                stream.detach()


@contextmanager
def atomic_binary_writer(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """A binary stream whose content becomes the file when the block ends without an error.

    Any error in the block, Ctrl-C included, removes the temporary file and leaves the old one. A symbolic link stays
    one and its target is replaced; the permissions of an existing file are kept. A device or a pipe (``/dev/null``) is
    written to directly, since replacing it would destroy it.
    """
    target, mode = _writable_target(path)
    if mode is not None and not stat.S_ISREG(mode):
        with _write_errors(path), target.open("wb") as stream:
            yield stream
        return
    temporary = target.with_name(f".{target.name[:40]}.{os.urandom(6).hex()}.tmp")
    try:
        # O_EXCL and plain 0o666: the process's umask applies, as it would to a file written the simple way.
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    except (OSError, ValueError) as error:
        raise _unwritable(path, error) from error
    try:
        with _write_errors(path):
            with os.fdopen(descriptor, "wb") as stream:
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
            if mode is not None:
                with suppress(PermissionError):
                    temporary.chmod(stat.S_IMODE(mode))
        try:
            temporary.replace(target)
        except OSError as error:
            raise _unwritable(path, error) from error
    finally:
        temporary.unlink(missing_ok=True)


def keep_backup(path: str | os.PathLike[str], backup: str | os.PathLike[str]) -> None:
    """Keep a file as it is under another name too, before it is replaced; raises InputError where the name is taken.

    A second name for the same bytes costs nothing, and either exists or does not; where the file system has no such
    names, the bytes are copied.
    """
    source = Path(path).resolve()
    try:
        try:
            os.link(source, backup)
        except FileExistsError:
            raise
        except OSError:
            _copy(source, Path(backup))
    except FileExistsError as error:
        raise backup_exists(backup) from error
    except OSError as error:
        raise _unwritable(backup, error) from error


def backup_exists(backup: str | os.PathLike[str]) -> InputError:
    """The error for a backup whose name is taken; the caller raises it."""
    return InputError(f"{_shown(backup)}: exists, and backups are never overwritten; move it away or change the suffix")


def _copy(source: Path, target: Path) -> None:
    with target.open("xb") as stream:
        try:
            with source.open("rb") as original:
                shutil.copyfileobj(original, stream)
            shutil.copystat(source, target)
        except BaseException:
            target.unlink(missing_ok=True)
            raise


@contextmanager
def _write_errors(path: str | os.PathLike[str]) -> Iterator[None]:
    """Turn the errors that only writing can cause into InputError; others belong to the caller's own reading."""
    try:
        yield
    except OSError as error:
        if error.errno in _WRITE_FAILURES:
            raise _unwritable(path, error) from error
        raise


def _writable_target(path: str | os.PathLike[str]) -> tuple[Path, int | None]:
    """Where to write (symbolic links followed) and the mode of what stands there; raises InputError if it cannot be."""
    try:
        target = Path(path).resolve()
        try:
            mode = target.stat().st_mode
        except FileNotFoundError:
            mode = None
    except (OSError, RuntimeError, ValueError) as error:
        raise _unwritable(path, error) from error
    if mode is not None and stat.S_ISDIR(mode):
        raise InputError(f"{_shown(path)}: is a directory, expected a file to write; give a file name")
    if mode is None and not target.parent.is_dir():
        parent = _shown(target.parent)
        raise InputError(f"{_shown(path)}: cannot be written, the folder {parent} does not exist; create it")
    if mode is not None and not os.access(target, os.W_OK):
        raise InputError(f"{_shown(path)}: cannot be written, the file is read-only; choose another name")
    return target, mode


def unreadable(path: str | os.PathLike[str], what: str, error: Exception) -> InputError:
    """The error of one line for a file that could not be opened or read; the caller raises it."""
    match error:
        case FileNotFoundError():
            return InputError(f"{_shown(path)}: no such file, expected a {what}; check the path")
        case IsADirectoryError():
            return InputError(f"{_shown(path)}: is a directory, expected a {what}; give a file inside it")
        case PermissionError() if Path(path).is_dir():  # how Windows says that it is a directory
            return InputError(f"{_shown(path)}: is a directory, expected a {what}; give a file inside it")
        case PermissionError():
            return InputError(f"{_shown(path)}: may not be read; change its permissions")
    return InputError(f"{_shown(path)}: cannot be read ({_reason(error)}); check the path and the disk")


def _unwritable(path: str | os.PathLike[str], error: Exception) -> InputError:
    return InputError(f"{_shown(path)}: cannot be written ({_reason(error)}); choose another place")


def _reason(error: Exception) -> str:
    return one_line(error.strerror if isinstance(error, OSError) and error.strerror else str(error))


def _not_utf8(data: bytes, start: int, name: str, *, shift: int = 0) -> InputError:
    where = f"{name}: not UTF-8: byte 0x{data[start]:02X} at offset {shift + start}"
    for magic, remedy in _MAGIC:
        if shift == 0 and data.startswith(magic):
            return InputError(f"{where}; the file {remedy}")
    guess = guess_encoding(data.removeprefix(_BOM))
    if guess is None:
        return InputError(f"{where}, expected UTF-8 text; find out its encoding and convert it with iconv")
    return InputError(f"{where}; looks like {guess.lower()}; convert with: iconv -f {guess} -t UTF-8 FILE > NEW")


def _nul_remedy(data: bytes) -> str:
    if guess_encoding(data) == "UTF-16":
        return "looks like utf-16; convert with: iconv -f UTF-16 -t UTF-8 FILE > NEW"
    return "is it a binary file, or was it damaged?"


def _encoded(text: str, path: str | os.PathLike[str]) -> bytes:
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise _unencodable(error, path) from error


def _unencodable(error: UnicodeEncodeError, path: str | os.PathLike[str]) -> InputError:
    code = ord(error.object[error.start])
    return InputError(
        f"{_shown(path)}: not written: the output holds the lone surrogate U+{code:04X}, which UTF-8 cannot hold; "
        "repair the input it came from"
    )


def _size(count: int) -> str:
    return f"{count // 2**20} MiB" if count >= 2**20 else f"{count} bytes"


def _shown(path: str | os.PathLike[str]) -> str:
    return one_line(os.fspath(path))
