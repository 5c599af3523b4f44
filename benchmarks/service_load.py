"""How much a running service answers, and how fast, on this machine's loopback address.

usage: python benchmarks/service_load.py [--entities N] [--seconds S]

Makes a list (generate_names.py), compiles it, starts `entitynorm serve` on a free port of 127.0.0.1 and asks it as
OpenRefine does. Nothing but 127.0.0.1 is asked, every run is bounded in time, and the service is stopped at the end.

Three mixes: "listed" has names of the list, one in twenty in other case or without accents; "mixed" has one in twenty
that is misspelled, transliterated, turned round or absent, as a column out of a register may; "unlisted" has only such.
Every name is asked once, so no answer is one that was kept. Throughput is measured with a few clients that always wait
for an answer; latency at a fixed rate, half of what the service has to hold, counted from the moment a request was due,
so that a slow answer cannot hide the ones it delays. Client and service share the machine; where others use it too, the
names a second of the service's own processor time say more than those of the clock.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit

import generate_names
from results_page import put_section, table

from entitynorm.load import open_compiled

HOST = "127.0.0.1"
SINGLE_RATE, NAME_RATE = 300, 3_000
"""Requests of one name a second, and names a second in batches, that the service is to hold."""
BATCH = 50
SHARES = {"listed": (0.95, 0.05), "mixed": (0.90, 0.05), "unlisted": (0.0, 0.0)}
"""Of each mix: names as they are listed, and names in other case or without accents; the rest is not listed so."""
CLIENTS = 8
_SEED = 20260101


@dataclass(slots=True)
class Run:
    """What came of one run."""

    seconds: float = 0.0
    names: int = 0
    errors: int = 0
    latencies: list[float] = field(default_factory=list)

    def at(self, share: float) -> float:
        """A quantile of the latencies, in milliseconds."""
        ranked = sorted(self.latencies)
        return 1000 * ranked[min(len(ranked) - 1, int(share * len(ranked)))] if ranked else float("nan")


class Names:
    """Names that were not asked for before, in the proportions of a mix."""

    def __init__(self, folder: Path) -> None:
        chance = random.Random(_SEED)
        with (folder / "gazetteer.jsonl").open(encoding="utf-8") as stream:
            listed = [json.loads(line)["name"] for line in stream]
        with (folder / "queries.tsv").open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream, delimiter="\t"))
        folded = [row["text"] for row in rows if row["kind"] == "folded"]
        other = [row["text"] for row in rows if row["kind"] not in ("folded", "exact")]
        for some in (listed, folded, other):
            chance.shuffle(some)
        self._chance = chance
        self._listed, self._folded, self._other = (iter(dict.fromkeys(some)) for some in (listed, folded, other))

    def take(self, mix: str) -> str:
        """The next name; StopIteration, as RuntimeError, when the list is too short for the run."""
        listed, folded = SHARES[mix]
        drawn = self._chance.random()
        source: Iterator[str] = self._listed if drawn < listed else self._other
        if listed <= drawn < listed + folded:
            source = self._folded
        try:
            return next(source)
        except StopIteration:
            raise RuntimeError("the list has too few names for so long a run; make it longer") from None


def request_of(names: Sequence[str]) -> bytes:
    """A reconciliation request, whole."""
    queries = json.dumps({f"q{n}": {"query": name, "limit": 5} for n, name in enumerate(names)}, ensure_ascii=False)
    body = b"queries=" + quote(queries).encode()
    head = f"POST /reconcile HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


class Client:
    """One connection that is kept."""

    async def __aenter__(self) -> Client:
        return self

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, request: bytes) -> bool:
        """Send a request and read the whole answer; whether it was 200."""
        if self._streams is None:
            self._streams = await asyncio.open_connection(HOST, self._port, limit=2**22)
        reader, writer = self._streams
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await reader.readexactly(length)
        return head.startswith(b"HTTP/1.1 200")

    async def __aexit__(self, *_: object) -> None:
        if self._streams is not None:
            self._streams[1].close()


async def throughput(port: int, names: Names, mix: str, batch: int, seconds: float) -> Run:
    """Some clients that ask as fast as they are answered."""
    run = Run()
    end = time.perf_counter() + seconds

    async def client() -> None:
        async with Client(port) as connection:
            while time.perf_counter() < end:
                request = request_of([names.take(mix) for _ in range(batch)])
                started = time.perf_counter()
                good = await connection.ask(request)
                run.latencies.append(time.perf_counter() - started)
                run.names += batch
                run.errors += not good

    started = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    run.seconds = time.perf_counter() - started
    return run


async def at_rate(port: int, names: Names, mix: str, batch: int, rate: float, seconds: float) -> Run:
    """Requests at moments that do not depend on answers; the latency of each counts from its moment."""
    run = Run()
    idle = [Client(port) for _ in range(CLIENTS)]
    everyone = list(idle)
    waiting: set[asyncio.Task[None]] = set()
    chance = random.Random(_SEED)
    total = max(10, int(rate * seconds))
    seconds = total / rate
    moments = sorted(chance.random() * seconds for _ in range(total))  # as independent clients come
    requests = [request_of([names.take(mix) for _ in range(batch)]) for _ in moments]

    async def ask(due: float, request: bytes) -> None:
        connection = idle.pop() if idle else Client(port)
        if connection not in everyone:
            everyone.append(connection)
        good = await connection.ask(request)
        run.latencies.append(time.perf_counter() - due)
        run.names += batch
        run.errors += not good
        idle.append(connection)

    started = time.perf_counter()
    for moment, request in zip(moments, requests, strict=True):
        pause = started + moment - time.perf_counter()
        if pause > 0:
            await asyncio.sleep(pause)
        task = asyncio.create_task(ask(started + moment, request))
        waiting.add(task)
        task.add_done_callback(waiting.discard)
    await asyncio.gather(*waiting)
    run.seconds = time.perf_counter() - started
    for connection in everyone:
        await connection.__aexit__()
    return run


def cpu_seconds(process: int) -> float:
    """Processor time that a process and those below it have used so far (Linux)."""
    total = 0
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if process in (int(entry.parent.name), int(fields[1])):
            total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")


def measure(port: int, process: int, folder: Path, seconds: float) -> list[list[str]]:
    """The rows of the table."""
    names = Names(folder)
    rows = []
    for mix in SHARES:
        for batch, wanted in ((1, SINGLE_RATE), (BATCH, NAME_RATE)):
            span = seconds / 2 if mix == "unlisted" else seconds
            before = cpu_seconds(process)
            most = asyncio.run(throughput(port, names, mix, batch, span))
            used = cpu_seconds(process) - before
            asked = wanted / 2 / batch if mix != "unlisted" else most.names / most.seconds / 2 / batch
            held = asyncio.run(at_rate(port, names, mix, batch, asked, span))
            rows.append(
                [
                    f"{mix}, {'one name' if batch == 1 else f'{batch} names'} a request",
                    f"{most.names / most.seconds:,.0f}",
                    f"{most.names / used:,.0f}",
                    f"{wanted:,}",
                    f"{held.names / held.seconds:,.0f}",
                    f"{held.at(0.5):.1f}",
                    f"{held.at(0.99):.1f}",
                    str(most.errors + held.errors),
                ]
            )
            print("  ".join(rows[-1]), flush=True)
    return rows


def main() -> None:
    """Make a list, serve it, ask, and write the section of RESULTS.md."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entities", type=int, default=92_000, help="entities of the list (default: 92000)")
    parser.add_argument(
        "--seconds",
        type=float,
        default=2.5,
        help="seconds of each run (default: %(default)s; every name is asked once)",
    )
    parser.add_argument("--jobs", type=int, default=0, help="processes that look names up (default: 0, a thread)")
    parser.add_argument("--list", type=Path, help="folder with a list and its names.enx, instead of a new one")
    parser.add_argument("--record", action="store_true", help="write the section of RESULTS.md")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.list or Path(temporary)
        compiled = folder / "names.enx"
        command = [sys.executable, "-m", "entitynorm"]
        if not compiled.exists():
            generate_names.write_list(
                folder, options.entities, min(int(1_500 * options.seconds), options.entities // 10)
            )
            subprocess.run([*command, "build", str(folder / "gazetteer.jsonl"), "-o", str(compiled)], check=True)
        meta = open_compiled(compiled).meta
        size = f"{meta['entities']:,} entities with {meta['aliases']:,} names"
        service = subprocess.Popen(
            [*command, "serve", "-g", str(compiled), "--port", "0", "--no-log", "-j", str(options.jobs)],
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            assert service.stderr is not None
            line = service.stderr.readline()
            port = urlsplit(line.partition("answers at ")[2].partition(" ")[0]).port
            if port is None:
                raise SystemExit(f"the service did not start: {line.strip()}")
            rows = measure(port, service.pid, folder, options.seconds)
        finally:
            service.terminate()
            service.wait(30)
    head = ["names", "names/s at most", "names per CPU second", "bar", "names/s held", "median ms", "p99 ms", "errors"]
    print(table(head, rows))
    if options.record:
        about = (
            f"Written by `python benchmarks/service_load.py --jobs {options.jobs} --record`: {size}, "
            f"{CLIENTS} clients on the same {os.cpu_count()} cores. No name is asked twice. “Held” is half of "
            "the bar, for unlisted names half of the most, at random moments; its latencies count from the moment a "
            "request was due."
        )
        put_section("service", f"## Service under load\n\n{about}\n\n{table(head, rows)}")


if __name__ == "__main__":
    main()
