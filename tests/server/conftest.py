"""A service that really runs, in a process of its own on a free port of 127.0.0.1, and clients for it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

httpx = pytest.importorskip("httpx", reason="needs the extra: pip install 'entitynorm[test]'")
for _module in ("starlette", "uvicorn"):
    pytest.importorskip(_module, reason="needs the extra: pip install 'entitynorm[server]'")

SECONDS = 60
"""How long anything may take on a busy machine."""


class Running:
    """A service process and its address."""

    def __init__(self, *arguments: object) -> None:
        command = [sys.executable, "-m", "entitynorm", "serve", "--port", "0", *map(str, arguments)]
        self.process = subprocess.Popen(
            command, stderr=subprocess.PIPE, text=True, env=os.environ | {"PYTHONUTF8": "1"}
        )
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        first = self.read_until("answers at ")
        self.url = first.partition("answers at ")[2].split("/ ")[0]
        self.port = int(self.url.rpartition(":")[2])
        self.client = httpx.Client(base_url=self.url, timeout=SECONDS)

    def _read(self) -> None:
        assert self.process.stderr is not None
        with self.process.stderr as stream:
            self.lines.extend(stream)

    def read_until(self, wanted: str, times: int = 1) -> str:
        """The line of the log that holds this for the so-manieth time; fails when none comes."""
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            found = [line for line in self.lines if wanted in line]
            if len(found) >= times:
                return found[times - 1]
            if not self._reader.is_alive():
                break
            time.sleep(0.02)
        pytest.fail(f"no line with {wanted!r} came: {self.lines}")

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Ask it to stop; its exit status."""
        self.client.close()
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            status = self.process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        self._reader.join(SECONDS)
        return status

    def reconcile(self, *names: str, **fields: Any) -> list[list[dict[str, Any]]]:
        """The candidates for some names, all asked for with the same other fields."""
        queries = json.dumps({f"q{n}": {"query": name, **fields} for n, name in enumerate(names)})
        answer = self.client.post("/reconcile", data={"queries": queries})
        assert answer.status_code == 200, answer.text
        return [answer.json()[f"q{n}"]["result"] for n in range(len(names))]

    def raw(self, data: bytes, *, wait: float = SECONDS, close: bool = False) -> bytes:
        """What comes back for bytes on a connection of their own, until the service closes it or says no more."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=wait) as connection:
            connection.sendall(data)
            if close:
                connection.shutdown(socket.SHUT_WR)
            out = b""
            try:
                while piece := connection.recv(65_536):
                    out += piece
            except (TimeoutError, ConnectionResetError):
                pass
            return out


Start = Callable[..., Any]


@contextmanager
def _running(*arguments: object) -> Iterator[Running]:
    service = Running(*arguments)
    try:
        yield service
    finally:
        service.stop()


@pytest.fixture(scope="session")
def service() -> Iterator[Running]:
    """A service over the packaged gazetteer, as it is by default."""
    with _running() as running:
        yield running


@pytest.fixture
def start() -> Iterator[Callable[..., Running]]:
    """Start services with arguments of one's own; they are stopped at the end."""
    started: list[Running] = []

    def begin(*arguments: object) -> Running:
        started.append(Running(*arguments))
        return started[-1]

    yield begin
    for running in started:
        if running.process.poll() is None:
            running.stop()


@pytest.fixture
def gazetteer(tmp_path: Path) -> Path:
    """A gazetteer with names that a page has to escape, types of three kinds, namesakes and parents."""
    path = tmp_path / "names.yaml"
    path.write_text(GAZETTEER, encoding="utf-8")
    return path


GAZETTEER = """\
schema: 1
entities:
  - id: "place:upland"
    type: "PLACE"
    name: "Upland"
    lat: 50.5
    lon: 36.25
    aliases:
      - {text: "Нагорье", lang: "ru", kind: "native"}
      - {text: "Upper Land", lang: "en", kind: "translation"}
      - {text: "Oberland", lang: "de", kind: "translation"}
    refs: {wikidata: "Q1", geonames: "77"}
  - id: "place:arborville"
    type: "GPE"
    name: "Arborville"
    located_in: "place:upland"
    was: ["place:old-arborville"]
  - id: "org:arborville"
    type: "ORG"
    name: "Arborville Works"
    part_of: "org:holding"
  - id: "org:holding"
    type: "ORG"
    name: "Holding & Sons <b>Ltd</b>"
    description: "A firm <script>alert(1)</script>"
    aliases: ["\\"Holding\\"", "<img src=x onerror=alert(2)>"]
  - id: "person:anna-lindqvist"
    type: "PERSON"
    name: "Anna Lindqvist"
  - id: "person:anna-lindqvist-2"
    type: "PERSON"
    name: "Anna Lindqvist"
    description: "Another one"
"""
