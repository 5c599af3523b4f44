"""How results leave: streams, files, the progress bar."""

from __future__ import annotations

import io
import sys

import pytest

from entitynorm.cli.output import LONG_WORK, open_output, prepare_streams, progress
from entitynorm.errors import InputError


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "total", "shown"),
    [(Terminal(), LONG_WORK, True), (Terminal(), LONG_WORK - 1, False), (io.StringIO(), LONG_WORK, False)],
    ids=["long", "short", "no terminal"],
)
def test_a_bar_only_on_a_terminal_and_for_long_work(monkeypatch, capsys, stream, total, shown):
    monkeypatch.setattr(sys, "stderr", stream)
    with progress("linking", total) as advance:
        advance(total // 2)
        advance(total - total // 2)
    assert ("linking" in stream.getvalue() and "100%" in stream.getvalue()) is shown
    assert capsys.readouterr().out == ""


def test_no_bar_runs_through_results_on_the_same_terminal(monkeypatch):
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(sys, "stdout", Terminal())
    with progress("linking", LONG_WORK, streams_to=None) as advance:
        advance(LONG_WORK)
    assert stream.getvalue() == ""


def test_no_standard_error_is_no_reason_to_fail(monkeypatch):
    monkeypatch.setattr(sys, "stderr", None)
    with progress("linking", LONG_WORK) as advance:
        advance(1)


def test_a_closed_standard_output_is_said(monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    with pytest.raises(InputError, match="standard output is closed"):
        prepare_streams()


def test_a_file_appears_whole_or_not_at_all(tmp_path):
    path = tmp_path / "out.txt"
    with pytest.raises(ZeroDivisionError), open_output(str(path)) as write:
        write("half")
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []
    with open_output(str(path)) as write:
        write("line\r\nҐ \udcff\n")
    assert path.read_bytes() == "line\r\nҐ \\udcff\n".encode()


@pytest.mark.parametrize("path", [None, "-"])
def test_standard_output(path, capsys):
    with open_output(path) as write:
        write("text\n")
    assert capsys.readouterr().out == "text\n"
