"""Reading input texts: as they are, all of them before the work."""

from __future__ import annotations

import io
import json
import re
import sys
from pathlib import Path

import pytest

from entitynorm.errors import InputError
from entitynorm.io import documents
from entitynorm.io.documents import numbered_lines, open_documents, open_records

TEXTS = ["plain\n", "CRLF\r\nand CR\rand LS\u2028end", "\ufeffwith mark", "Ґ𝔘", " \n"]


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_comes_as_it_is(tmp_path: Path, text: str) -> None:
    path = tmp_path / "t.txt"
    path.write_bytes(text.encode())
    (source,) = open_documents([str(path)])
    assert source.text() == text
    assert (source.name, source.size) == (str(path), len(text.encode()))


def test_a_pipe_can_be_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "_IN_MEMORY", 4)  # the rest goes to disk
    for text in TEXTS:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        (source,) = open_documents(["-"])
        assert source.text() == source.text() == text
        assert "".join(piece.text for piece in source.pieces()) == text


def test_a_pipe_without_an_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MAX_PIPED", 1 << 20)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"y" * ((1 << 20) + 1))))
    with pytest.raises(InputError, match="the most a pipe may give"):
        open_documents(["-"])


def test_only_what_is_held_whole_has_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MAX_DOCUMENT", 1 << 20)
    path = tmp_path / "t.txt"
    for size, fits in ((1 << 20, True), ((1 << 20) + 1, False)):
        path.write_bytes(b"x" * size)
        for name in (str(path), "-"):
            monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(path.read_bytes())))
            (source,) = open_documents([name])
            assert source.size == size == sum(len(piece.text) for piece in source.pieces())
            if fits:
                assert len(source.text()) == size
            else:
                with pytest.raises(InputError, match="larger than 1 MiB"):
                    source.text()


@pytest.mark.parametrize("before", [0, 1, (1 << 18) - 1, 1 << 18, (1 << 18) + 7])
def test_what_is_no_text_is_named_by_its_offset(tmp_path: Path, before: int) -> None:
    path = tmp_path / "t.txt"
    for wrong, message in ((b"\xff", "0xFF"), (b"\xd0", "0xD0"), (b"\0", "NUL")):
        path.write_bytes(b"x" * before + wrong)
        with pytest.raises(InputError, match=f"{message}.* at offset {before}\\b"):
            open_documents([str(path)])


RECORD = '{"id": 7, "text": "Kyiv \\ud83d\\ude00\\ud83d", "more": [1]}\n'


def test_records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "r.jsonl"
    path.write_text(RECORD + "\n" + RECORD)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(path.read_bytes())))
    for name in (str(path), "-"):
        (file,) = open_records([name], "text")
        shown = "standard input" if name == "-" else name
        for _ in range(2):
            assert [(r.name, r.text) for r in file.texts()] == [(f"{shown}:{n}", "Kyiv 😀\ud83d") for n in (1, 3)]
        assert next(file.texts()).row == json.loads(RECORD)
    assert [record.name for record in open_records([str(path)], "text", "id")[0].texts()] == ["7", "7"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("[1]", ":2: a JSON list"),
        ("{", ":2: not JSON"),
        ("[" * 100_000, ":2: not JSON"),
        ('{"txt": "a"}', ":2: no field 'text'; its fields are 'txt'"),
        ('{"text": null}', ":2: field 'text' holds null"),
    ],
)
def test_bad_records(tmp_path: Path, line: str, message: str) -> None:
    path = tmp_path / "r.jsonl"
    path.write_text(RECORD + line)
    with pytest.raises(InputError, match=re.escape(message)) as raised:
        open_records([str(path)], "text")
    assert "\n" not in str(raised.value)


def test_numbered_lines(tmp_path: Path) -> None:
    path = tmp_path / "t.txt"
    path.write_bytes(b"\xef\xbb\xbfa\r\nb\n\nc")
    assert list(numbered_lines(str(path))) == [(1, "a"), (2, "b"), (3, ""), (4, "c")]
    path.write_bytes(b"a\n\0\n")
    with pytest.raises(InputError, match=":2: NUL"):
        list(numbered_lines(str(path)))


def test_closed_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(InputError, match="closed"):
        open_documents(["-"])
