"""A service as a process: limits, log, stopping, reading the gazetteer again, and load."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

HUP = getattr(signal, "SIGHUP", None)
needs_hup = pytest.mark.skipif(HUP is None, reason="this system has no SIGHUP")
SLOW = "The Liberty Corps of Russia left Hraivoron. " * 400


def records(number: int) -> str:
    """JSON lines in which the entity of the number, and a fixed one, are listed."""
    listed = [(f"place:n{number}", f"Arborville {number}"), ("place:fixed", "Fixby")]
    return "".join(json.dumps({"id": i, "type": "PLACE", "name": n}) + "\n" for i, n in listed)


# -- the log -----------------------------------------------------------------------------------------------------------


def test_the_log_tells_no_texts(start: Callable[..., Any]) -> None:
    service = start()
    secret = "Confidentialname"
    service.reconcile(secret)
    service.client.get("/reconcile", params={"queries": json.dumps({"q": {"query": secret}})})
    service.client.post("/v1/link", json={"text": f"Nobody knows {secret}."})
    service.client.post("/v1/resolve", json={"name": secret, "oops": secret})
    service.client.get(f"/v1/search?q={secret}")
    service.client.get(f"/v1/entities/{secret}")
    service.client.get(f"/{secret}")
    service.raw(f"NO{secret} nonsense\r\n\r\n".encode())
    assert service.stop() == 0
    log = "".join(service.lines)
    assert secret not in log
    assert "POST /v1/link 200" in log
    assert "characters=30" in log
    assert "GET /v1/entities/ID 404" in log
    assert "GET other 404" in log


def test_the_log_can_be_left_out(start: Callable[..., Any], gazetteer: Path) -> None:
    service = start("-g", gazetteer, "--no-log")
    service.client.get("/healthz")
    assert service.stop() == 0
    assert not [line for line in service.lines if "/healthz" in line]


# -- limits ------------------------------------------------------------------------------------------------------------


def test_limits_are_those_of_the_options(start: Callable[..., Any], gazetteer: Path) -> None:
    service = start("-g", gazetteer, "--max-body", 2000, "--max-batch", 3)
    assert service.client.get("/reconcile").json()["batchSize"] == 3
    assert service.client.post("/v1/resolve", json={"names": ["a"] * 3}).status_code == 200
    assert service.client.post("/v1/resolve", json={"names": ["a"] * 4}).status_code == 413
    assert service.client.post("/v1/link", json={"text": "x" * 1900}).status_code == 200
    assert service.client.post("/v1/link", json={"text": "x" * 2100}).status_code == 413


def test_who_comes_too_many_is_asked_to_come_again(start: Callable[..., Any]) -> None:
    service = start("--max-requests", 2)
    head = "POST /reconcile HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    waiting = [socket.create_connection(("127.0.0.1", service.port)) for _ in range(2)]
    try:
        for connection in waiting:  # two requests that are being read hold both places
            connection.sendall(f"{head}Content-Length: 9\r\n\r\nqueri".encode())
        time.sleep(0.5)
        refused = service.client.get("/v1/search?q=a")
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
        assert "again" in refused.json()["error"]["message"]
        assert service.client.get("/healthz").status_code == 200
        assert "in_flight 3" in service.client.get("/metrics").text
    finally:
        for connection in waiting:
            connection.close()
    time.sleep(0.2)
    assert service.client.get("/v1/search?q=a").status_code == 200


def test_an_answer_that_takes_too_long_is_given_up(start: Callable[..., Any]) -> None:
    service = start("--timeout", 0.3)
    service.client.post("/v1/link", json={"text": "Warm up in Kozinka."})
    answer = service.client.post("/v1/link", json={"texts": [f"{n} {SLOW}" for n in range(20)]})
    assert answer.status_code == 503
    assert "0.3 s" in answer.json()["error"]["message"]
    assert service.client.get("/healthz").status_code == 200, "and the rest goes on"


def test_a_long_column_does_not_keep_a_single_name_waiting(start: Callable[..., Any]) -> None:
    service = start()
    service.reconcile("Graivoron")
    names = [f"Grajvoron {a}{b}ski" for a in "bcdfghklmn" for b in "aeiouyäöüå"]
    done: list[float] = []

    def column() -> None:
        service.reconcile(*(f"{name}{n}" for name in names for n in "xyz"))
        done.append(time.monotonic())

    thread = threading.Thread(target=column)
    thread.start()
    time.sleep(0.1)
    with httpx.Client(base_url=service.url, timeout=60) as other:
        answer = other.post("/v1/resolve", json={"name": "Graiworon"})
    answered = time.monotonic()
    thread.join()
    assert answer.json()["id"] == "place:grayvoron"
    assert answered < done[0]


# -- stopping ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_what_has_begun_is_finished(start: Callable[..., Any], number: int) -> None:
    service = start()
    service.client.post("/v1/link", json={"text": "Warm up."})
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(service.client.post, "/v1/link", json={"texts": [f"{n} {SLOW[:9000]}" for n in range(4)]})
        time.sleep(0.4)
        service.process.send_signal(number)
        answer = asked.result()
    assert answer.status_code == 200
    assert len(answer.json()["documents"]) == 4
    service.process.wait(60)  # no second signal: that would not wait
    assert service.stop() == 0
    assert "Traceback" not in "".join(service.lines)
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", service.port), timeout=5)


# -- reading the gazetteer again ---------------------------------------------------------------------------------------


@needs_hup
def test_a_reload_loses_no_request(start: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "names.jsonl"
    path.write_text(records(0), encoding="utf-8")
    service = start("-g", path)
    wrong: list[Any] = []
    asked = [0]
    stop = threading.Event()

    def ask() -> None:
        with httpx.Client(base_url=service.url, timeout=60) as client:
            while not stop.is_set():
                queries = {"q": {"query": "Fixby"}, "r": {"query": f"Fixbi {asked[0]}"}}
                answer = client.post("/reconcile", data={"queries": json.dumps(queries)})
                asked[0] += 1
                if answer.status_code != 200 or answer.json()["q"]["result"][0]["id"] != "place:fixed":
                    wrong.append(answer.text)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        for number in range(1, 6):
            fresh = tmp_path / "fresh.jsonl"
            fresh.write_text(records(number), encoding="utf-8")
            fresh.replace(path)
            service.process.send_signal(HUP)
            service.read_until("again in", times=number)
            assert service.reconcile(f"Arborville {number}")[0][0]["id"] == f"place:n{number}"
            assert service.client.get(f"/v1/entities/place:n{number - 1}").status_code == 404
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert not wrong
    assert asked[0] > 20
    assert 'reloads_total{result="done"} 5' in service.client.get("/metrics").text


@needs_hup
@pytest.mark.parametrize("content", [None, "", "nonsense\n", '{"id": "a"}\n'])
def test_a_gazetteer_that_cannot_be_read_changes_nothing(
    start: Callable[..., Any], tmp_path: Path, content: str | None
) -> None:
    path = tmp_path / "names.jsonl"
    path.write_text(records(0), encoding="utf-8")
    service = start("-g", path)
    path.unlink() if content is None else path.write_text(content, encoding="utf-8")
    service.process.send_signal(HUP)
    assert "names.jsonl" in service.read_until("not read again")
    assert 'reloads_total{result="failed"} 1' in service.client.get("/metrics").text
    assert service.reconcile("Arborville 0")[0][0]["match"] is True


# -- processes that look names up --------------------------------------------------------------------------------------


def children(service: Any) -> set[int]:
    """The processes below a service that were made to look names up."""
    found = set()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            command = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if int(fields[1]) == service.process.pid and b"spawn_main" in command and fields[0] != "Z":
            found.add(int(entry.name))
    return found


def gone(processes: set[int], seconds: float = 20) -> bool:
    """Whether processes end in time."""
    end = time.monotonic() + seconds
    while any(Path(f"/proc/{number}").exists() for number in processes):
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


@needs_hup
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are counted in /proc")
def test_processes_give_the_same_answers_and_come_and_go_with_the_service(
    start: Callable[..., Any], service: Any, tmp_path: Path
) -> None:
    path = tmp_path / "names.jsonl"
    several = start("--jobs", 2)
    names = ["Graivoron", "Kosinka", "Moscow", "Russian army", *(f"Grayvoron {n}" for n in range(60))]
    assert several.reconcile(*names) == service.reconcile(*names)
    before = children(several)
    assert len(before) == 2
    os.kill(min(before), signal.SIGKILL)
    more = [f"Kozynka {n}" for n in range(30)]
    assert several.reconcile(*more) == service.reconcile(*more), "one that was killed is replaced"
    several.process.send_signal(HUP)
    several.read_until("again in")
    fresh = [f"Belgorodd {n}" for n in range(30)]
    assert several.reconcile(*fresh) == service.reconcile(*fresh)
    assert gone(before)
    left = children(several)
    assert several.stop() == 0
    assert gone(left)
    path.write_text(records(0), encoding="utf-8")
    killed = start("-g", path, "--jobs", 1)
    below = children(killed)
    assert len(below) == 1
    killed.process.kill()
    assert gone(below), "and they do not outlive a service that was killed"


# -- starting ----------------------------------------------------------------------------------------------------------


def complaint(*arguments: object, **environment: str) -> str:
    """The one line of a service that cannot start."""
    command = [sys.executable, "-m", "entitynorm", "serve", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=os.environ | environment)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


def test_an_address_that_is_taken(service: Any) -> None:
    assert f"cannot listen on 127.0.0.1:{service.port}" in complaint("--port", service.port)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--host", "256.1.1.1"), "cannot listen on 256.1.1.1:0"),
        (("-g", "nowhere.yaml"), "nowhere.yaml"),
        (("-g", "-"), "give a file"),
        (("--public-url", "example.org"), "is not a URL"),
        (("--allow-origin", "https://example.org/path"), "is not an origin"),
        (("--match-score", "2"), "2.0"),
    ],
)
def test_what_cannot_be_served_is_one_line(arguments: tuple[str, ...], said: str) -> None:
    assert said in complaint("--port", 0, *arguments)


def test_a_missing_extra_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "uvicorn.py").write_text("raise ImportError(name='uvicorn')\n", encoding="utf-8")
    said = complaint("--port", 0, PYTHONPATH=str(tmp_path))
    assert "uvicorn is not installed" in said
    assert "pip install 'entitynorm[server]'" in said


def test_only_this_machine_is_served_by_default(service: Any) -> None:
    assert service.url == f"http://127.0.0.1:{service.port}"
    if Path("/proc/net/tcp").exists():
        wanted = f":{service.port:04X} 00000000:0000 0A"
        lines = [line for line in Path("/proc/net/tcp").read_text().splitlines() if wanted in line]
        assert [line.split()[1].partition(":")[0] for line in lines] == ["0100007F"]


# -- load --------------------------------------------------------------------------------------------------------------


def test_many_clients_at_once_get_right_answers(service: Any) -> None:
    """Bounded: 8 clients, 40 requests each, on loopback."""
    wanted = {"Graivoron": "place:grayvoron", "Kozynka": "place:kozinka", "Moscow": "place:moscow"}

    def client(number: int) -> list[str]:
        faults = []
        with httpx.Client(base_url=service.url, timeout=60) as own:
            for turn in range(40):
                names = list(wanted)[turn % 4 :]
                queries = {n: {"query": n} for n in names} | {"new": {"query": f"Grayvoron {number}{turn}"}}
                answer = own.post("/reconcile", data={"queries": json.dumps(queries)})
                if answer.status_code != 200:
                    faults.append(answer.text)
                    continue
                found = answer.json()
                faults += [n for n in names if found[n]["result"][0]["id"] != wanted[n]]
                if turn % 5 == 0:
                    text = f"{number}{turn}: the Liberty Corps of Russia left Hraivoron for Kozynka."
                    linked = own.post("/v1/link", json={"text": text}).json()
                    if {"place:grayvoron", "place:kozinka"} - {m["id"] for m in linked["mentions"]}:
                        faults.append(str(linked))
        return faults

    with ThreadPoolExecutor(8) as pool:
        assert [fault for faults in pool.map(client, range(8)) for fault in faults] == []
