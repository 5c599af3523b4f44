"""Strict reading and whole-or-nothing writing."""

import errno
import os
import stat
import tracemalloc
from pathlib import Path

import pytest

from entitynorm.errors import InputError
from entitynorm.io import files
from entitynorm.io.files import (
    atomic_binary_writer,
    atomic_write,
    atomic_writer,
    decode_utf8,
    guess_encoding,
    iter_lines,
    keep_backup,
    read_text,
)

RUSSIAN = "Губернатор сообщил, что в Грайворон вошли войска. Козинка и Гора-Подол обстреляны."
UKRAINIAN = "Їхні військові увійшли до Грайворона, повідомив губернатор Бєлгородської області."


def refusal(path: object, **options: object) -> str:
    with pytest.raises(InputError) as caught:
        read_text(path, **options)  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_text_comes_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "t.txt"
    path.write_bytes("\ufeffа\r\nb\rc\u2028\ufeffd\0".encode())
    assert read_text(path) == "а\r\nb\rc\u2028\ufeffd\0"
    path.write_bytes(b"")
    assert read_text(path) == ""


def test_refusals_name_the_path_the_matter_and_the_remedy(tmp_path: Path) -> None:
    path = tmp_path / "t.txt"
    assert refusal(path, what="text file") == f"{path}: no such file, expected a text file; check the path"
    assert refusal(tmp_path, what="list") == f"{tmp_path}: is a directory, expected a list; give a file inside it"
    assert refusal("a\0b") == "a\\u0000b: cannot be read (embedded null byte); check the path and the disk"
    assert refusal(tmp_path / "a\nb").startswith(f"{tmp_path}/a\\nb: no such file")
    assert "cannot be read (File name too long)" in refusal(tmp_path / ("x" * 5000))
    path.write_bytes(b" \n")
    assert refusal(path, allow_empty=False) == f"{path}: is empty, expected a file; was it written completely?"
    path.write_bytes(b"a\0b")
    assert refusal(path, allow_nul=False).startswith(f"{path}: NUL byte at offset 1, expected UTF-8 text;")
    path.write_bytes("schema: 1".encode("utf-16-le"))
    assert refusal(path, allow_nul=False).endswith("convert with: iconv -f UTF-16 -t UTF-8 FILE > NEW")
    path.write_bytes(b"x" * 11)
    assert refusal(path, limit=10).startswith(f"{path}: is larger than 10 bytes,")
    assert read_text(path, limit=11) == "x" * 11


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="the superuser may read everything")
def test_forbidden_file(tmp_path: Path) -> None:
    path = tmp_path / "t.txt"
    path.touch(mode=0)
    assert refusal(path) == f"{path}: may not be read; change its permissions"


@pytest.mark.parametrize("text", [RUSSIAN, UKRAINIAN, RUSSIAN[:10]])
@pytest.mark.parametrize("encoding", ["windows-1251", "koi8-u", "cp866", "utf-16", "utf-32"])
def test_encodings_are_guessed(text: str, encoding: str) -> None:
    if encoding == "cp866" and "і" in text:
        pytest.skip("cp866 has no Ukrainian i")
    assert guess_encoding(text.encode(encoding)) == encoding.upper()


@pytest.mark.parametrize("text", ["Besançon et Orléans", "“Zürich” – Köln", "naïve café"])
def test_western_text_is_not_taken_for_russian(text: str) -> None:
    assert guess_encoding(text.encode("windows-1252")) == "WINDOWS-1252"


def test_noise_is_not_given_an_encoding() -> None:
    assert guess_encoding(bytes(range(128, 160)) * 4) is None


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"\x1f\x8b\x08\0", "f: not UTF-8: byte 0x8B at offset 1; the file is packed with gzip; unpack it with gunzip"),
        (
            b"PK\x03\x04\xff",
            "f: not UTF-8: byte 0xFF at offset 4; the file is a ZIP archive or an office document; "
            "unpack it, or export it as text",
        ),
        (
            b"abc\xff",
            "f: not UTF-8: byte 0xFF at offset 3; looks like windows-1252; "
            "convert with: iconv -f WINDOWS-1252 -t UTF-8 FILE > NEW",
        ),
        (
            b"abc\x81",
            "f: not UTF-8: byte 0x81 at offset 3, expected UTF-8 text; find out its encoding and convert it with iconv",
        ),
        (
            b"\xef\xbb\xbfabc\xff",
            "f: not UTF-8: byte 0xFF at offset 6; looks like windows-1252; "
            "convert with: iconv -f WINDOWS-1252 -t UTF-8 FILE > NEW",
        ),
        (b"\xed\xa0\xbd", "f: not UTF-8: byte 0xED at offset 0"),
    ],
)
def test_not_utf8(data: bytes, expected: str) -> None:
    with pytest.raises(InputError) as caught:
        decode_utf8(data, "f")
    assert str(caught.value).startswith(expected)


def test_lines_end_at_line_feeds_alone(tmp_path: Path) -> None:
    path = tmp_path / "t.txt"
    path.write_bytes("\ufeffa\u2028b\r\n\nc\rd\x85".encode())
    assert list(iter_lines(path)) == [(1, "a\u2028b"), (2, ""), (3, "c\rd\x85")]


def test_lines_name_number_and_offset_of_a_wrong_byte(tmp_path: Path) -> None:
    path = tmp_path / "t.txt"
    path.write_bytes(b"ab\ncd\xff\n")
    lines = iter_lines(path)
    assert next(lines) == (1, "ab")
    with pytest.raises(InputError, match=r"t\.txt:2: not UTF-8: byte 0xFF at offset 5"):
        next(lines)


def test_a_line_without_end_is_refused_in_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "t.txt"
    with path.open("wb") as stream:
        stream.truncate(200 * 2**20)  # sparse: one line of 200 MiB that takes no disk
    tracemalloc.start()
    try:
        with pytest.raises(InputError, match=r"t\.txt:1: the line is longer than 1 MiB; break it up"):
            list(iter_lines(path, limit=2**20))
        assert tracemalloc.get_traced_memory()[1] < 8 * 2**20
    finally:
        tracemalloc.stop()


def test_missing_file_and_directory_have_no_lines(tmp_path: Path) -> None:
    for path in (tmp_path / "none", tmp_path):
        with pytest.raises(InputError, match=r"no such file|is a directory"):
            list(iter_lines(path))


@pytest.mark.parametrize("data", ["Козинка\r\n", b"\0\xff", ""])
def test_atomic_write(tmp_path: Path, data: str | bytes) -> None:
    path = tmp_path / "out"
    atomic_write(path, "old")
    atomic_write(path, data)
    assert path.read_bytes() == (data if isinstance(data, bytes) else data.encode())
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError, SystemExit, MemoryError])
@pytest.mark.parametrize("old", [None, "old"])
def test_an_error_leaves_the_old_file_and_no_other(tmp_path: Path, error: type[BaseException], old: str | None) -> None:
    path = tmp_path / "out"
    if old is not None:
        path.write_text(old)
    with pytest.raises(error), atomic_writer(path) as stream:
        stream.write("half" * 100_000)
        raise error
    assert [p.read_text() for p in tmp_path.iterdir()] == ([] if old is None else [old])


def test_the_old_file_stays_until_the_block_ends(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_text("old")
    with atomic_writer(path) as stream:
        stream.write("new")
        stream.flush()
        assert path.read_text() == "old"
    assert path.read_text() == "new"


def test_the_content_is_on_the_disk_before_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    events: list[str] = []
    replace = Path.replace
    monkeypatch.setattr(files.os, "fsync", lambda fd: events.append(f"fsync {os.fstat(fd).st_size}"))
    monkeypatch.setattr(Path, "replace", lambda self, to: (events.append("replace"), replace(self, to))[1])
    with atomic_writer(tmp_path / "out") as stream:
        stream.write("Козинка")
    assert events == ["fsync 14", "replace"]


def test_a_full_disk_is_an_input_error(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_text("old")
    with pytest.raises(InputError) as caught, atomic_binary_writer(path):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert str(caught.value) == f"{path}: cannot be written (No space left on device); choose another place"
    assert [p.read_text() for p in tmp_path.iterdir()] == ["old"]


def test_errors_of_the_caller_are_left_alone(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), atomic_writer(tmp_path / "out"):
        (tmp_path / "input").read_text()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("way", ["whole", "stream"])
def test_what_utf8_cannot_hold_is_not_written(tmp_path: Path, way: str) -> None:
    path = tmp_path / "out"
    with pytest.raises(InputError, match=r"out: not written: the output holds the lone surrogate U\+D83D"):
        if way == "whole":
            atomic_write(path, "a\ud83d")
        else:
            with atomic_writer(path) as stream:
                stream.write("a\ud83d")
    assert list(tmp_path.iterdir()) == []


def test_targets_that_cannot_be_written(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("old")
    for target, reason in [
        (tmp_path, "is a directory, expected a file to write; give a file name"),
        (tmp_path / "no" / "out", f"cannot be written, the folder {tmp_path / 'no'} does not exist; create it"),
        (file / "out", "cannot be written (Not a directory); choose another place"),
        (tmp_path / ("x" * 300), "cannot be written (File name too long); choose another place"),
    ]:
        with pytest.raises(InputError) as caught:
            atomic_write(target, "new")
        assert str(caught.value) == f"{target}: {reason}"
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_a_long_name_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / ("я" * 125)
    atomic_write(path, "new")
    assert path.read_text() == "new"


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions and links")
def test_permissions_and_links_are_kept(tmp_path: Path) -> None:
    real, link, fresh = tmp_path / "real", tmp_path / "link", tmp_path / "fresh"
    real.write_text("old")
    real.chmod(0o640)
    link.symlink_to(real)
    atomic_write(link, "new")
    assert (link.is_symlink(), real.read_text(), stat.S_IMODE(real.stat().st_mode)) == (True, "new", 0o640)
    mask = os.umask(0o027)
    try:
        atomic_write(fresh, "new")
    finally:
        os.umask(mask)
    assert stat.S_IMODE(fresh.stat().st_mode) == 0o640


@pytest.mark.skipif(not Path("/dev/null").is_char_device(), reason="no /dev/null")
def test_a_device_is_written_to_and_survives() -> None:
    atomic_write("/dev/null", "x")
    with atomic_writer("/dev/null") as stream:
        stream.write("x")
    assert Path("/dev/null").is_char_device()


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="the superuser may write everything")
def test_read_only_file(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.touch(mode=0o444)
    with pytest.raises(InputError, match="the file is read-only"):
        atomic_write(path, "new")


@pytest.mark.parametrize("second_names", [True, False])
def test_a_backup_takes_no_other_files_place(tmp_path, monkeypatch, second_names):
    def refuse(*args):
        raise OSError(95, "Operation not supported")

    if not second_names:
        monkeypatch.setattr(os, "link", refuse)
    path, backup = tmp_path / "a", tmp_path / "a.bak"
    path.write_bytes(b"new")
    keep_backup(path, backup)
    atomic_write(path, "newer")
    assert (path.read_bytes(), backup.read_bytes()) == (b"newer", b"new")
    with pytest.raises(InputError, match=r"a\.bak: exists, and backups are never overwritten"):
        keep_backup(path, backup)
    assert (path.read_bytes(), backup.read_bytes()) == (b"newer", b"new")
    with pytest.raises(InputError, match="cannot be written"):
        keep_backup(path, tmp_path / "no" / "a.bak")
