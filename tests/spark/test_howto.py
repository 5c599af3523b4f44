"""The job of the how-to, started as a reader starts it; `tests/test_docs.py` runs what needs no Spark on its page."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from entitynorm.cli import main

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "spark.md"


def block(text: str, head: str) -> str:
    """What stands in the fenced block that begins so."""
    return text.partition(head)[2].partition("```")[0]


def test_the_job_prints_what_the_page_shows(java: dict[str, str], tmp_path: Path) -> None:
    if not PAGE.exists():
        pytest.skip("no docs/ here: an installed copy")
    text = PAGE.read_text(encoding="utf-8")
    (tmp_path / "towns.yaml").write_text(block(text, ":caption: towns.yaml\n"), encoding="utf-8")
    (tmp_path / "job.py").write_text(block(text, ":caption: job.py\n"), encoding="utf-8")
    assert main(["build", str(tmp_path / "towns.yaml"), "-o", str(tmp_path / "towns.enx")]) == 0
    settings = "--master local[2] --conf spark.ui.enabled=false --conf spark.driver.host=127.0.0.1 pyspark-shell"
    environment = {**os.environ, **java, "PYTHONUTF8": "1", "PYSPARK_SUBMIT_ARGS": settings}
    command = [sys.executable, "job.py"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=tmp_path, timeout=300)
    shown = block(text, "$ spark-submit --master 'local[2]' job.py\n")
    assert done.stdout.strip() == shown.strip(), done.stderr[-2000:]
