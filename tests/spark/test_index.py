"""The index on its way to the workers: sent once, opened once, never an older one than was asked for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import entitynorm
from entitynorm.cli import main

PARTS = 8
"""Tasks of an action: far more than workers."""


def compiled(path: Path, name: str, *more: str) -> Path:
    """A gazetteer of one entity, made of nothing that another test compiles."""
    source = path.with_suffix(".jsonl")
    source.write_text(json.dumps({"id": f"place:{name}", "type": "PLACE", "name": name, "aliases": list(more)}))
    assert main(["build", str(source), "-o", str(path)]) == 0
    return path


def frame(local: Any, text: str, parts: int = PARTS) -> Any:
    return local.session.createDataFrame([(n, text) for n in range(parts * 4)], "id int, text string").repartition(
        parts
    )


def ids(made: Any) -> set[str | None]:
    return {m.id for row in made.collect() for m in row.mentions}


def shipped(local: Any) -> set[str]:
    """The names of what the session sends to its workers."""
    return {Path(url).name for url in local.session.sparkContext.listFiles}


def test_the_index_is_opened_once_by_each_worker(local: Any, tmp_path: Path) -> None:
    from entitynorm import spark

    before = shipped(local)
    index = compiled(tmp_path / "once.enx", "Onceville")
    rows = frame(local, "They met in Onceville.")
    linked = spark.link(rows, "text", index=index)
    assert ids(linked) == {"place:Onceville"}
    assert linked.count() == PARTS * 4
    assert spark.resolve(rows, "text", index=index).where("text_reason IS NOT NULL").count() == PARTS * 4
    (name,) = shipped(local) - before
    opened, mapped = local.record.of("open", name), local.record.of("mmap.__new__", name)
    assert opened and set(opened.values()) == {1}, "a worker opened the index more than once"
    assert mapped == opened, "the index was read otherwise than by mmap"
    assert len(opened) < PARTS, "as many workers as tasks: nothing was shown"


def test_an_index_built_anew_is_sent_anew(local: Any, tmp_path: Path) -> None:
    """Spark keeps the first file of a name for good, so that a rebuilt one would go unseen."""
    from entitynorm import spark

    rows = frame(local, "From Elderham to Newham.", 2)
    index = compiled(tmp_path / "towns.enx", "Elderham")
    old = spark.link(rows, "text", index=index)
    compiled(index, "Newham")
    new = spark.link(rows, "text", index=index)
    assert ids(new) == {"place:Newham"}
    assert ids(old) == {"place:Elderham"}, "what was asked of the old index changed under the job"


def test_an_index_that_every_node_has(local: Any, tmp_path: Path) -> None:
    from entitynorm import spark

    before = shipped(local)
    index = compiled(tmp_path / "here.enx", "Hereford")
    for name in (f"local:{index}", f"local://{index}"):
        assert ids(spark.link(frame(local, "In Hereford.", 2), "text", index=name)) == {"place:Hereford"}
    assert shipped(local) == before
    assert set(local.record.of("open", "here.enx").values()) == {1}


def test_an_index_that_no_node_has(local: Any, tmp_path: Path) -> None:
    from entitynorm import spark

    with pytest.raises(Exception, match=r"IndexFileError: /absent/towns\.enx: no such file"):
        spark.link(frame(local, "x", 1), "text", index="local:/absent/towns.enx").collect()


def test_a_damaged_index_is_refused_at_the_call(local: Any, tmp_path: Path) -> None:
    from entitynorm import spark

    index = compiled(tmp_path / "cut.enx", "Cutham")
    index.write_bytes(index.read_bytes()[:1000])
    with pytest.raises(entitynorm.IndexFileError, match="is cut off"):
        spark.link(frame(local, "x"), "text", index=index)


JOB = """
import sys
from pyspark.sql import SparkSession
from entitynorm import spark

session = SparkSession.builder.remote("local[1]").getOrCreate()
rows = session.createDataFrame([("😀 In Farham.",), (None,)], "text string")
for _ in range(2):
    made = spark.link(rows, "text", index=sys.argv[1])
    print([row.mentions and [(m.start, m.id) for m in row.mentions] for row in made.collect()])
session.stop()
"""


def test_over_spark_connect(java: dict[str, str], tmp_path: Path) -> None:
    """A client without a Java of its own: there is no context to add files to, only artifacts."""
    for package in ("grpc", "grpc_status", "google.rpc"):
        pytest.importorskip(package, reason="needs: pip install 'pyspark[connect]'")
    index = compiled(tmp_path / "far.enx", "Farham")
    (tmp_path / "job.py").write_text(JOB, encoding="utf-8")
    command = [sys.executable, str(tmp_path / "job.py"), str(index)]
    environment = {**os.environ, **java, "PYTHONUTF8": "1"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=tmp_path, timeout=300)
    assert done.stdout.splitlines() == ["[[(5, 'place:Farham')], None]"] * 2, done.stderr[-2000:]
