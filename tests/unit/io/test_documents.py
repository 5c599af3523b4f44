"""Reading input texts: as they are, all of them before the work."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from entitynorm.errors import InputError
from entitynorm.io import documents
from entitynorm.io.documents import numbered_lines, open_documents

TEXTS = ["plain\n", "CRLF\r\nand CR\rand LS\u2028end", "\ufeffwith mark", "Ґ𝔘", " \n"]


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_comes_as_it_is(tmp_path: Path, text: str) -> None:
    path = tmp_path / "t.txt"
    path.write_bytes(text.encode())
    (source,) = open_documents([str(path)])
    assert source.text() == text
    assert (source.name, source.size) == (str(path), len(text.encode()))


def test_what_is_not_kept_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "KEPT_TEXTS", 5)
    paths = []
    for name in "abc":
        paths.append(str(tmp_path / name))
        Path(paths[-1]).write_text(name * 3)
    sources = open_documents(paths)
    assert [source.kept is not None for source in sources] == [True, False, False]
    assert [source.text() for source in sources] == ["aaa", "bbb", "ccc"]


def test_the_limit_holds_for_files_and_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MAX_DOCUMENT", 1 << 20)
    path = tmp_path / "t.txt"
    for size, fits in ((1 << 20, True), ((1 << 20) + 1, False)):
        path.write_bytes(b"x" * size)
        for name in (str(path), "-"):
            monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(path.read_bytes())))
            if fits:
                assert open_documents([name])[0].size == size
            else:
                with pytest.raises(InputError, match="larger than 1 MiB"):
                    open_documents([name])


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
