"""How long a new process takes until an article is linked: CPU time of whole processes, best of several.

usage: python benchmarks/cold_start.py [--rounds N] [--write] [TEXT...]

Each line is a process of its own, user and system time of it and its children; all lines take turns. Texts are read
with the packaged gazetteer and without options. Tables are kept in a folder of this run's own ("first run": it is
empty; "nothing kept": `ENTITYNORM_CACHE=off`). ``--write`` rewrites the section in RESULTS.md.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from results_page import put_section, table

import entitynorm
from entitynorm.table_cache import VARIABLE

SEEDS = sorted((Path(__file__).resolve().parent.parent / "seeds").glob("*.txt"))
IN_PROCESS = """
import sys, time, entitynorm
texts = [open(path, encoding="utf-8").read() for path in sys.argv[1:]]
linker = entitynorm.load()
linker.link(texts[0])
started = time.process_time()
for text in texts[1:]:
    linker.link(text)
print((time.process_time() - started) / max(1, len(texts) - 1))
"""


def cpu(command: Sequence[str], environ: Mapping[str, str]) -> float:
    """CPU seconds of one process, user and system together."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, env=dict(environ), stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _link_of(path: str) -> str:
    return f"entitynorm link, {Path(path).stat().st_size / 1000:.1f} KB"


def measure(texts: Sequence[str], rounds: int, kept: Path) -> dict[str, float]:
    """Seconds by what was done, the best of all rounds."""
    python, program = [sys.executable], [sys.executable, "-m", "entitynorm"]
    warm, cold = {VARIABLE: str(kept)}, {VARIABLE: "off"}
    lines: dict[str, tuple[list[str], dict[str, str]]] = {
        "python, nothing done": ([*python, "-c", "pass"], {}),
        "import numpy": ([*python, "-c", "import numpy"], {}),
        "import entitynorm": ([*python, "-c", "import entitynorm"], warm),
        "entitynorm --version": ([*program, "--version"], warm),
        "entitynorm.load().link(text)": ([*python, "-c", IN_PROCESS, texts[0]], warm),
    }
    for path in texts:
        name = _link_of(path)
        lines[name] = ([*program, "link", path], warm)
        lines[f"{name}, nothing kept"] = ([*program, "link", path], cold)
    best = dict.fromkeys(lines, float("inf"))
    for _ in range(rounds):
        for name, (command, environ) in lines.items():
            best[name] = min(best[name], cpu(command, {**os.environ, **environ}))
    first = f"{_link_of(texts[0])}, first run"
    best[first] = float("inf")
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as empty:
            best[first] = min(best[first], cpu([*program, "link", texts[0]], {**os.environ, VARIABLE: empty}))
    warm_text = [*python, "-c", IN_PROCESS, *texts]
    told = [subprocess.check_output(warm_text, env={**os.environ, **warm}, text=True) for _ in range(rounds)]
    best["one more article in the same process, on the average"] = min(map(float, told))
    return best


def main() -> None:
    """Measure, print, and write where asked to."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("texts", nargs="*", metavar="TEXT", help="articles [those in seeds/]")
    parser.add_argument("--rounds", type=int, default=7, help="processes for each line [7]")
    parser.add_argument("--write", action="store_true", help="rewrite the section in RESULTS.md")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        best = measure(options.texts or [*map(str, SEEDS)], options.rounds, Path(folder))
    rows = [[name, f"{seconds:.3f}"] for name, seconds in best.items()]
    about = (
        f"Written by `python benchmarks/cold_start.py --rounds {options.rounds}` (python {platform.python_version()}, "
        f"entitynorm {entitynorm.__version__}).\nCPU seconds of a whole process, user and system, best of "
        f"{options.rounds}; byte code is compiled, and what is made of the tables is kept but where it says not."
    )
    text = f"## Cold start\n\n{about}\n\n{table(('process', 'CPU, s'), rows)}"
    print(text)
    if options.write:
        put_section("cold start", text)


if __name__ == "__main__":
    main()
