"""Running text in Spark on one machine: documents a second on one core and on two, beside one process without Spark.

usage: python benchmarks/spark_scaling.py [--documents 100000] [--gazetteer FILE] [--cores 1 2]

Needs ``pip install 'entitynorm[spark]'``, a Java, and the articles in seeds/. Documents are made of the articles' lines
in another order each, with made names between them (`name_maker`), so that neither lines nor words are remembered from
one to the next as they would be if five articles came again and again. Each run is a process of its own: `link_many`
with so many jobs, and `entitynorm.spark.link` over a Parquet file on ``local[n]`` in three actions of a third of the
documents each, written to nowhere. What starts Python and Java is not counted, what starts workers and opens the index
is. Wall-clock time: keep the machine quiet. Writes spark_scaling.json, spark_scaling.svg and a section of RESULTS.md.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

from name_maker import SEED, entities
from plots import axis, chart
from results_page import put_section, table

import entitynorm
from entitynorm.io.files import atomic_write

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
RECORDER = ROOT / "tests" / "spark" / "recorder"
ACTIONS, PARTS = 3, 16
CHARACTERS = 4_000
"""Of a document; the articles have 2,252 to 6,860."""
MADE_NAMES = 20_000
BAR = 1.4
"""Times one process that two cores have to reach."""
Figures = dict[str, Any]


# ------------------------------------------------------------------------------------------------ preparations


def documents(number: int) -> Iterator[str]:
    """So many texts, the same ones every time; a smaller number gives the first of a larger."""
    articles = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "seeds").glob("*.txt"))]
    lines = [line for text in articles for line in text.splitlines() if len(line) > 40]
    if not lines:
        raise SystemExit("spark_scaling.py: no articles in seeds/; run it in a checkout that has them")
    names = cycle([one.name for one in entities(MADE_NAMES)])
    for n in range(number):
        dice = random.Random(SEED + n)
        text = ""
        while len(text) < CHARACTERS:
            text += f"{dice.choice(lines)}\n{next(names)} and {next(names)} were named in the report.\n"
        yield text[:CHARACTERS]


def write_documents(path: Path, number: int) -> None:
    """One Parquet file with a row group for each of Spark's tasks."""
    import pyarrow
    from pyarrow import parquet

    rows = list(documents(number))
    whole = pyarrow.table({"number": pyarrow.array(range(number), "int64"), "text": rows})
    parquet.write_table(whole, path, row_group_size=max(1, number // (ACTIONS * PARTS)))


# --------------------------------------------------------------------------------------------------- measuring


def measure_process(path: Path, index: Path, jobs: int) -> Figures:
    """The package by itself, in as many processes."""
    from pyarrow import parquet

    texts = parquet.read_table(path)["text"].to_pylist()
    start = time.perf_counter()
    linker = entitynorm.load(index)
    mentions = sum(len(document.to_dict()["mentions"]) for document in linker.link_many(texts, jobs=jobs))
    return {"seconds": time.perf_counter() - start, "mentions": mentions}


def measure_spark(path: Path, index: Path, cores: int) -> Figures:
    """Three actions on so many cores, the opens of the index counted, the memory of the workers read at the end."""
    from pyspark.sql import SparkSession
    from pyspark.sql import functions as F

    from entitynorm import spark

    with tempfile.TemporaryDirectory() as folder:
        record = Path(folder) / "record"
        settings = {
            "spark.ui.enabled": "false",
            "spark.ui.showConsoleProgress": "false",
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.local.dir": folder,
            "spark.executorEnv.PYTHONPATH": str(RECORDER),
            "spark.executorEnv.ENX_RECORD": str(record),
        }
        session = SparkSession.builder.master(f"local[{cores}]").config(map=settings).getOrCreate()
        session.sparkContext.setLogLevel("ERROR")
        frame = session.read.parquet(str(path)).repartition(PARTS, "number")
        start = time.perf_counter()
        mentions = 0
        for action in range(ACTIONS):
            linked = spark.link(frame.where(F.col("number") % ACTIONS == action), "text", index=index)
            mentions += linked.agg(F.sum(F.size("mentions"))).first()[0] or 0
        seconds = time.perf_counter() - start
        opens = Counter(line.split()[0] for line in record.read_text().splitlines() if line.split()[1] == "open")
        memory = [worker_memory(int(pid)) for pid in opens if int(pid) != os.getpid()]
        session.stop()
    return {
        "seconds": seconds,
        "mentions": mentions,
        "workers": len(opens),
        "most_opens": max(opens.values()),
        "memory": max((m for m in memory if m), default=None),
    }


def worker_memory(pid: int) -> tuple[float, float] | None:
    """(resident, private) megabytes of a worker; None where it is gone or the system does not tell."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    except OSError:
        return None
    sizes = {name: int(rest.split()[0]) / 1024 for name, _, rest in (line.partition(":") for line in lines)}
    return round(sizes["Rss"], 1), round(sizes["Private_Clean"] + sizes["Private_Dirty"], 1)


def run(way: str, cores: int, path: Path, index: Path) -> Figures:
    """One measurement in a process of its own."""
    command = [sys.executable, __file__, "--measure", way, str(cores), str(path), str(index)]
    environment = {**os.environ, "PYTHONHASHSEED": "0", "PYSPARK_PYTHON": sys.executable}
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, env=environment, check=True)
    figures: Figures = json.loads(done.stdout.splitlines()[-1])
    print(f"{way} on {cores}: {figures}", file=sys.stderr)
    return {"way": way, "cores": cores, **figures}


# --------------------------------------------------------------------------------------------------- reporting


def capacity(rate: float, memory: tuple[float, float] | None, index: int) -> str:
    """What a thousand times a million articles would take, from one core's documents a second. Arithmetic only."""
    hours = 1e6 / rate / 3600
    private = memory[1] if memory else 0.0
    rows = [
        ["core-hours for a million articles", f"{hours:,.1f}"],
        ["core-hours for a billion articles", f"{hours * 1000:,.0f}"],
        ["days for a billion articles on 1,000 cores", f"{hours * 1000 / 1000 / 24:,.1f}"],
        ["private memory of a Python worker, MB", f"{private:,.0f}" if memory else "not measured"],
        ["Python memory of an executor with 4 cores, MB", f"{4 * private + index / 2**20:,.0f}" if memory else ""],
    ]
    return table(["at this rate", "it takes"], rows)


def report(figures: list[Figures], options: argparse.Namespace, index: int) -> None:
    """The JSON, the chart and the section of RESULTS.md."""
    for one in figures:
        one["rate"] = round(options.documents / one["seconds"], 2)
    base = next(one["rate"] for one in figures if one["way"] == "process" and one["cores"] == 1)
    series: dict[str, list[tuple[float, float]]] = {}
    labels = {"process": "link_many, n jobs", "spark": "Spark, local[n]"}
    for one in figures:
        series.setdefault(labels[one["way"]], []).append((one["cores"], one["rate"]))
    axes = axis("cores", [float(max(options.cores))]), axis("documents a second", [one["rate"] for one in figures])
    title = f"Running text on one machine, {options.documents:,} documents of 4 kB"
    atomic_write(HERE / "spark_scaling.svg", chart(title, *axes, series))
    made = {"documents": options.documents, "python": platform.python_version(), "figures": figures}
    atomic_write(HERE / "spark_scaling.json", json.dumps(made, indent=1) + "\n")
    rows = [
        [
            f"`link_many(jobs={one['cores']})`" if one["way"] == "process" else f"Spark, `local[{one['cores']}]`",
            f"{one['rate']:.2f}",
            f"{one['rate'] / base:.2f}",
            str(one["mentions"]),
            f"{one['workers']}, at most {one['most_opens']}" if "workers" in one else "",
            " of which ".join(f"{m:.0f}" for m in one["memory"]) if one.get("memory") else "",
        ]
        for one in figures
    ]
    head = [
        "way",
        "documents/s",
        "one process = 1",
        "mentions",
        "workers, opens by each",
        "worker, MB",
    ]
    slowest = min((one for one in figures if one["way"] == "spark"), key=lambda one: one["cores"])
    gazetteer = options.gazetteer.name if options.gazetteer else "the packaged gazetteer"
    put_section(
        "spark",
        f"## Running text in Spark\n\nWritten by `python benchmarks/spark_scaling.py --documents {options.documents}` "
        f"(Python {platform.python_version()}, {os.cpu_count()} cores; {gazetteer}, {index / 2**20:.1f} MB compiled).\n"
        f"Three actions, wall-clock time, the start of workers and the opening of the index counted in.\n\n"
        f"{table(head, rows)}\n\n![documents a second by cores](spark_scaling.svg)\n\n"
        f"{capacity(slowest['rate'], slowest.get('memory'), index)}\n\n"
        "The estimate is arithmetic on the rate of Spark on one core; `docs/how-to/spark.md` tells what it leaves out.",
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--gazetteer", type=Path, help="what is compiled and linked against [the packaged gazetteer]")
    parser.add_argument("--cores", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--measure", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        way, cores, path, index = options.measure
        measure = {"process": measure_process, "spark": measure_spark}[way]
        print(json.dumps(measure(Path(path), Path(index), int(cores))))
        return
    if not (ROOT / "seeds").is_dir() or options.documents < ACTIONS:
        raise SystemExit(f"spark_scaling.py: needs the articles in seeds/ and at least {ACTIONS} documents")
    with tempfile.TemporaryDirectory() as folder:
        path, index = Path(folder) / "documents.parquet", Path(folder) / "index.enx"
        build = [sys.executable, "-m", "entitynorm", "build", "-o", str(index)]
        subprocess.run([*build, *([str(options.gazetteer)] if options.gazetteer else [])], check=True)
        write_documents(path, options.documents)
        ways = [(way, cores) for cores in sorted(set(options.cores)) for way in ("process", "spark")]
        figures = [run(way, cores, path, index) for way, cores in ways]
        size = index.stat().st_size
    if len({one["mentions"] for one in figures}) != 1:
        raise SystemExit("spark_scaling.py: not every way found the same mentions")
    report(figures, options, size)
    rates = {(one["way"], one["cores"]): one["rate"] for one in figures}
    ratio = rates.get(("spark", 2), 0.0) / rates[("process", 1)]
    print(f"Spark on two cores: {ratio:.2f} times one process, {BAR} wanted", file=sys.stderr)


if __name__ == "__main__":
    main()
