"""What a table costs beside its distinct names; writes its section of RESULTS.md beside this file.

usage: python benchmarks/columns.py [--rows 1000000] [--names 5000] [--check]

A table of a million rows with five thousand distinct names goes through pandas, polars (lazy, streaming) and
``resolve --table``. Beside each stands what it could not cost less than: the distinct names resolved, and the same file
read and written without resolving, both by the same means. Every measurement is a process of its own, so that none
profits from what another has cached. In Python the gazetteer is loaded before the clock starts; on the command line the
start of the program counts, for the table as for the names. Seconds are CPU seconds of all threads and processes; read
them as ratios within one run. The wall clock goes to standard error: it measures the neighbours too.

With ``--check`` the exit status is 1 where a way costs more than twice its parts.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import generate_names
import name_maker
from results_page import put_section, table

import entitynorm

ENTITIES = 2_000
MOST = 2.0
"""How many times its parts a way may cost."""
WAYS = {"pandas": "pandas", "polars": "polars, lazy and streaming", "command": "`resolve --table`"}


def make(folder: Path, rows: int, names: int) -> None:
    """A gazetteer, a table whose column ``place`` names its entities in many spellings, and the distinct names."""
    with (folder / "list.jsonl").open("w", encoding="utf-8") as stream:
        for one in name_maker.entities(ENTITIES):
            stream.write(json.dumps(one.record(), ensure_ascii=False) + "\n")
    dice = random.Random(1)
    distinct = list(dict.fromkeys(query.text for query in generate_names.queries(ENTITIES, names // 4)))
    assert len(distinct) >= names, f"{len(distinct)} distinct names, {names} wanted"
    distinct = dice.sample(distinct, names)  # of every kind: listed, misspelt, romanised, absent
    with (folder / "table.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["event", "date", "place", "count"])
        writer.writerows((n, f"2023-05-{n % 28 + 1:02d}", dice.choice(distinct), n % 97) for n in range(rows))
    (folder / "names.json").write_text(json.dumps(distinct, ensure_ascii=False), encoding="utf-8")


def loaded(folder: Path) -> entitynorm.Linker:
    linker = entitynorm.load(folder / "list.jsonl")
    linker.warm_up()
    return linker


# Each of these loads what it needs and returns what is measured.


def resolve_names(folder: Path) -> Callable[[], object]:
    linker = loaded(folder)
    names = json.loads((folder / "names.json").read_text(encoding="utf-8"))
    return lambda: list(linker.resolve_many(names))


def names_command(folder: Path) -> Callable[[], object]:
    (folder / "names.txt").write_text("\n".join(json.loads((folder / "names.json").read_text(encoding="utf-8"))))
    command = [sys.executable, "-m", "entitynorm", "resolve", "-", "-f", "csv", "-g", folder / "list.jsonl"]

    def resolve() -> None:
        with (folder / "names.txt").open() as names:
            subprocess.run([*command, "-o", folder / "names.csv"], check=True, stdin=names)

    return resolve


def copy_command(folder: Path) -> Callable[[], object]:
    def copy() -> None:
        with (
            (folder / "table.csv").open(encoding="utf-8", newline="") as source,
            (folder / "copy.csv").open("w", encoding="utf-8", newline="") as target,
        ):
            csv.writer(target).writerows(csv.reader(source))

    return copy


def copy_pandas(folder: Path) -> Callable[[], object]:
    import pandas

    return lambda: pandas.read_csv(folder / "table.csv").to_csv(folder / "copy.csv", index=False)


def copy_polars(folder: Path) -> Callable[[], object]:
    import polars

    return lambda: polars.scan_csv(folder / "table.csv").sink_csv(folder / "copy.csv")


def way_command(folder: Path) -> Callable[[], object]:
    command = [sys.executable, "-m", "entitynorm", "resolve", "--table", folder / "table.csv", "--column", "place"]
    command += ["-g", folder / "list.jsonl", "-o", folder / "command.csv"]
    return lambda: subprocess.run(command, check=True)


def way_pandas(folder: Path) -> Callable[[], object]:
    import pandas

    import entitynorm.pandas  # noqa: F401  # registers the accessors

    linker = loaded(folder)

    def resolve() -> None:
        frame = pandas.read_csv(folder / "table.csv", keep_default_na=False)
        frame.entitynorm.resolve("place", linker=linker).to_csv(folder / "pandas.csv", index=False)

    return resolve


def way_polars(folder: Path) -> Callable[[], object]:
    import polars

    import entitynorm.polars  # noqa: F401  # registers the namespaces

    linker = loaded(folder)
    table = polars.scan_csv(folder / "table.csv")
    return lambda: table.entitynorm.resolve("place", linker=linker).sink_csv(folder / "polars.csv")


MEASURED = {
    "names": resolve_names,
    "names command": names_command,
    **{f"copy {way}": globals()[f"copy_{way}"] for way in WAYS},
    **{f"way {way}": globals()[f"way_{way}"] for way in WAYS},
}


def cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def measure(name: str, folder: Path) -> tuple[float, float]:
    """CPU and wall seconds of one measurement, made in this process."""
    call = MEASURED[name](folder)
    start, clock = cpu(), time.perf_counter()
    call()
    return cpu() - start, time.perf_counter() - clock


def measured_apart(name: str, folder: Path) -> tuple[float, float]:
    command = [sys.executable, __file__, "--measure", name, "--folder", str(folder)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    seconds, clock = json.loads(done.stdout)
    print(f"{name}: {seconds:.2f} s CPU, {clock:.2f} s", file=sys.stderr)
    return seconds, clock


def ids(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as stream:
        return [row["place_id"] for row in csv.DictReader(stream)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--names", type=int, default=5_000)
    parser.add_argument("--check", action="store_true", help="exit 1 where a way costs more than twice its parts")
    parser.add_argument("--measure", choices=MEASURED, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure(options.measure, options.folder)))
        return 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make(folder, options.rows, options.names)
        seconds = {name: measured_apart(name, folder) for name in MEASURED}
        found = {way: ids(folder / f"{way}.csv") for way in WAYS}
    first = found["command"]
    assert all(other == first for other in found.values()), "the ways differ in their answers"
    linked = sum(map(bool, first))
    assert len(first) == options.rows and linked > options.rows // 2, f"{linked} of {len(first)} rows have a link"
    head = ("way", "read, resolved, written", "names alone", "read and written alone", "ratio")
    lines, worst = [], 0.0
    for way, shown in WAYS.items():
        whole, names, copy = (
            seconds[name] for name in (f"way {way}", "names command" if way == "command" else "names", f"copy {way}")
        )
        ratio = whole[0] / (names[0] + copy[0])
        worst = max(worst, ratio)
        lines.append((shown, *(f"{part[0]:.1f} s" for part in (whole, names, copy)), f"{ratio:.2f}"))
    text = f"""## Columns

Written by `python benchmarks/columns.py`. {options.rows:,} rows of CSV with {options.names:,} distinct names;
{linked:,} rows are linked, the same in every way. CPU seconds; the ratio is that of the whole to its parts.

{table(head, lines)}"""
    print(text)
    put_section("columns", text)
    return int(options.check and worst > MOST)


if __name__ == "__main__":
    sys.exit(main())
