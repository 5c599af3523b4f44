"""Processes that look names up and are killed: others take their place, and nobody else waits for these."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

import entitynorm
from entitynorm.errors import EntitynormError
from entitynorm.linker import Linker
from entitynorm.server.app import Service
from entitynorm.server.settings import Settings

RECORDS = [
    {"id": "place:fixby", "type": "PLACE", "name": "Fixby"},
    {"id": "place:arborville", "type": "PLACE", "name": "Arborville"},
]
GIVEN_UP = 20.0
"""Seconds after which a process ends that is not let in, so that a service waiting for it fails and does not hang."""

ROOT = Path(__file__).parent.parent.parent

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")


@pytest.fixture(autouse=True)
def _found_by_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """New processes take over the path of this one, and look for `load` on it."""
    monkeypatch.syspath_prepend(ROOT)


async def kill_one(executor: Any) -> None:
    """Kill a process, and wait until that is noticed: until then the others would answer."""
    os.kill(next(iter(executor._processes)), signal.SIGKILL)
    while not executor._broken:
        await asyncio.sleep(0.01)


def load(gate: Path) -> Linker:
    """The linker, as soon as the gate is there; whoever has to wait leaves a sign."""
    end = time.monotonic() + GIVEN_UP
    while not gate.exists():
        gate.with_name("waiting").touch()
        if time.monotonic() > end:
            raise EntitynormError("the gate stayed closed")
        time.sleep(0.02)
    return entitynorm.load(RECORDS)


def test_the_rest_goes_on_while_processes_start_again(tmp_path: Path) -> None:
    gate = tmp_path / "open"
    gate.touch()
    service = Service(partial(load, gate), Settings(jobs=2, log=False))

    async def serve() -> tuple[Any, ...]:
        transport = httpx.ASGITransport(app=service.application)
        async with httpx.AsyncClient(transport=transport, base_url="http://test", timeout=60) as client:
            known = await client.post("/v1/resolve", json={"name": "Fixby"})
            gate.unlink()
            await kill_one(service._snapshot.lookup._executor)
            names = [[f"{name} {n}", name.upper()] for n, name in enumerate(["Arborville", "Fixby"] * 3)]
            asked = [asyncio.ensure_future(client.post("/v1/resolve", json={"names": some})) for some in names]
            while not gate.with_name("waiting").exists():
                await asyncio.sleep(0.01)
            others = [
                await client.get("/healthz"),
                await client.post("/v1/link", json={"text": "In Fixby."}),
                await client.post("/v1/resolve", json={"name": "Fixby"}),
            ]
            waiting = [not request.done() for request in asked]
            gate.touch()
            answers = [await request for request in asked]
        service._snapshot.lookup.close()
        return known, others, waiting, answers

    known, others, waiting, answers = asyncio.run(serve())
    assert [answer.status_code for answer in others] == [200] * 3
    assert others[1].json()["mentions"][0]["id"] == "place:fixby"
    assert others[2].json() == known.json(), "what is known needs no process"
    assert all(waiting), "names were answered without a process, so nothing was tried"
    assert [answer.status_code for answer in answers] == [200] * len(answers)
    wanted = ["place:arborville", "place:fixby"] * 3
    assert [answer.json()["links"][1]["id"] for answer in answers] == wanted


def test_processes_are_started_again_once_for_all_who_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = tmp_path / "open"
    gate.touch()
    service = Service(partial(load, gate), Settings(jobs=2, log=False))
    lookup = service._snapshot.lookup
    started: list[int] = []
    start = lookup._start
    monkeypatch.setattr(lookup, "_start", lambda: (started.append(1), start())[1])

    async def serve() -> list[Any]:
        await kill_one(lookup._executor)
        found = await asyncio.gather(*(lookup.ask([name], None) for name in ("Fixby", "Arborville", "Nowhere")))
        return [answers[0].link.id for answers in found]

    assert asyncio.run(serve()) == ["place:fixby", "place:arborville", None]
    lookup.close()
    assert len(started) == 1
