"""Running the program inside the test process, and a gazetteer small enough to reason about."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from entitynorm.cli import main

GAZETTEER = """\
schema: 1
entities:
  - id: "place:grayvoron"
    type: "PLACE"
    name: "Grayvoron"
    aliases:
      - {text: "Грайворон", lang: "ru", kind: "native"}
  - id: "person:vyacheslav-gladkov"
    type: "PERSON"
    name: "Vyacheslav Gladkov"
  - id: "org:suspilne"
    type: "ORG"
    name: "Suspilne"
"""

TEXT = "Vyacheslav Gladkov spoke in Grayvoron [1],\r\nas Suspilne told \\o/ readers. Grayvoron is calm.\n"


@dataclass(frozen=True)
class Outcome:
    status: int
    out: str
    err: str

    def complaint(self) -> str:
        """The one line of an error; fails unless it is one line, exit 2, nothing on standard output."""
        assert self.status == 2, self
        assert self.out == "", self.out
        assert self.err.startswith("entitynorm: ") and self.err.count("\n") == 1, self.err
        assert "Traceback" not in self.err
        return self.err.removeprefix("entitynorm: ").rstrip("\n")


Run = Callable[..., Outcome]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    def run_main(*args: object, stdin: bytes = b"") -> Outcome:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        capsys.readouterr()
        status = main([str(arg) for arg in args])
        captured = capsys.readouterr()
        return Outcome(status, captured.out, captured.err)

    return run_main


@pytest.fixture
def gazetteer(tmp_path: Path) -> Path:
    path = tmp_path / "names.yaml"
    path.write_text(GAZETTEER, encoding="utf-8")
    return path


@pytest.fixture
def article(tmp_path: Path) -> Path:
    path = tmp_path / "article.txt"
    path.write_bytes(TEXT.encode())
    return path


@pytest.fixture
def text() -> str:
    return TEXT
