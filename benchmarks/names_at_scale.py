"""Single names against lists of ten thousand to a million: entitynorm and its peers on the same made data, in one run.

usage: python benchmarks/names_at_scale.py [--sizes 10000 100000 1000000] [--seconds N]

Makes a virtual environment for the peers (--venv), the lists (--work; see generate_names.py), and one process for each
matcher and size, one thread each. Times are CPU seconds; compare them within a run only. The answers of entitynorm are
held against expected.json, so that a faster wrong answer is no gain. Writes names_at_scale.json, two charts and a
section of RESULTS.md beside this file. A peer that cannot be installed or runs out of memory or time is reported so.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import venv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from generate_names import pairs
from matchers import MATCHERS
from name_maker import SEED
from pair_matchers import MATCHERS as PAIR_MATCHERS
from plots import axis, chart
from results_page import put_section, table

from entitynorm.io.files import atomic_write

HERE = Path(__file__).resolve().parent
EXPECTED = HERE / "expected.json"
PEERS = ("rapidfuzz", "unidecode", "symspellpy", "scikit-learn", "gilda", "nomenklatura")
PAIRS, PAIRS_FROM = 2_000, 10_000
TOLERANCE = 0.01
"""Share of the queries by which the right answers may fall behind the expected ones."""
Figures = dict[str, Any]


# ------------------------------------------------------------------------------------------------ preparations


def peers_python(folder: Path, packages: Sequence[str]) -> tuple[Path, list[str]]:
    """The Python of the peers' environment, with these packages, and what could not be installed there."""
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
    failed = []
    for package in packages:
        command = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", package]
        if subprocess.run(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL).returncode:
            failed.append(package)
    return python, failed


def make_list(folder: Path, size: int, each: int) -> None:
    """The list and queries of a size, unless they are there."""
    command = [sys.executable, str(HERE / "generate_names.py"), str(size), "-o", str(folder), "--each", str(each)]
    if not (folder / "queries.tsv").exists():
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment())


def make_pairs(path: Path) -> None:
    """The file of pairs."""
    lines = [f"{p.first}\t{p.second}\t{p.type}\t{int(p.same)}\n" for p in pairs(PAIRS_FROM, PAIRS)]
    atomic_write(path, "".join(lines))


def environment() -> dict[str, str]:
    """One thread for everything that would take more; a fixed hash seed; the package of this checkout."""
    one = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1")
    return {**os.environ, **one, "PYTHONHASHSEED": "0", "PYTHONPATH": str(HERE.parent / "src")}


def run(python: Path, script: str, arguments: Sequence[str], gigabytes: float) -> Figures:
    """One measuring process; its figures, or {"failed": why}."""

    def limit() -> None:
        size = int(gigabytes * (1 << 30))
        resource.setrlimit(resource.RLIMIT_AS, (size, size))

    done = subprocess.run(
        [str(python), str(HERE / script), *arguments],
        capture_output=True,
        text=True,
        env=environment(),
        preexec_fn=limit,
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
        return {"matcher": arguments[0], "failed": "out of memory" if "MemoryError" in lines[-1] else lines[-1][:120]}
    figures: Figures = json.loads(done.stdout.splitlines()[-1])
    return figures


# --------------------------------------------------------------------------------------------------- measuring


def measure_size(size: int, options: argparse.Namespace, peers: Path) -> list[Figures]:
    """All matchers on the list of one size."""
    folder = options.work / str(size)
    make_list(folder, size, options.each)
    out = []
    for name in options.matchers:
        own = name.startswith("entitynorm")
        seconds = str(options.seconds * (20 if own else 1))
        python = Path(sys.executable) if own else peers
        figures = run(python, "measure_matcher.py", [name, str(folder), "--seconds", seconds], options.memory)
        out.append({**figures, "size": size})
        print(_summary(out[-1]), file=sys.stderr)
    return out


def measure_pairs(options: argparse.Namespace, peers: Path) -> list[Figures]:
    """All matchers that compare two names."""
    path = options.work / "pairs.tsv"
    make_pairs(path)
    return [
        run(
            Path(sys.executable) if name.startswith("entitynorm") else peers,
            "pair_matchers.py",
            [name, str(path), "--seconds", str(options.seconds)],
            options.memory,
        )
        for name in PAIR_MATCHERS
    ]


def _summary(figures: Figures) -> str:
    if "failed" in figures:
        return f"{figures['size']:>9,} {figures['matcher']}: {figures['failed']}"
    speed = f"{figures['exact_per_second']:.0f} listed/s, {figures['fuzzy_per_second']:.1f} others/s"
    right = f"found {found(figures):.3f}, apart {apart(figures):.3f}"
    return f"{figures['size']:>9,} {figures['matcher']}: {speed}, {right}"


def _present(counts: Mapping[str, int]) -> int:
    return sum(number for kind, number in counts.items() if kind != "absent")


def found(figures: Figures, what: str = "right") -> float:
    """The share of queries for listed entities that were answered rightly (or had the entity first, or among ten)."""
    return float(_present(figures[what]) / max(1, _present(figures["asked"])))


def apart(figures: Figures) -> float:
    """The share of absent names that were answered with NIL."""
    return float(1 - figures["wrong"].get("absent", 0) / max(1, figures["asked"].get("absent", 0)))


def check(results: Sequence[Figures], expected: Mapping[str, Mapping[str, float]]) -> list[str]:
    """What fell behind the expected shares of right answers."""
    out = []
    for one in results:
        known = expected.get(f"{one['matcher']}, {one['size']}", {})
        if "failed" in one and known:
            out.append(f"{one['matcher']} at {one['size']}: {one['failed']}")
            continue
        for label, share in (("found", found), ("apart", apart)):
            if label in known and share(one) < known[label] - TOLERANCE:
                out.append(f"{one['matcher']} at {one['size']}: {label} {share(one):.3f}, {known[label]:.3f} expected")
    return out


# -------------------------------------------------------------------------------------------------- the report


def names_table(results: Sequence[Figures], size: int) -> str:
    """The table of one size."""
    some = [one for one in results if one["size"] == size]
    ours = next((o["fuzzy_per_second"] for o in some if o["matcher"] == "entitynorm" and "failed" not in o), None)
    head = ("matcher", "asked", "found", "kept apart", "first", "among ten", "listed names/s", "others/s", "speed")
    rows = []
    for one in some:
        if "failed" in one:
            rows.append([one["matcher"], one["failed"], *[""] * 10])
            continue
        extra = one["extra"]
        build = extra.get("compile_seconds", one["build_seconds"])
        rows.append(
            [
                one["matcher"],
                f"{sum(one['asked'].values()):,}",
                f"{found(one):.3f}" + (f" ({extra['found_at_best']:.3f})" if "found_at_best" in extra else ""),
                f"{apart(one):.3f}" + (f" ({extra['apart_at_best']:.3f})" if "apart_at_best" in extra else ""),
                f"{found(one, 'first'):.3f}",
                f"{found(one, 'among_ten'):.3f}",
                f"{one['exact_per_second']:,.0f}",
                f"{one['fuzzy_per_second']:,.1f}",
                f"{one['fuzzy_per_second'] / ours:.3g}" if ours else "",
                f"{build:.1f}" + (f", opens in {one['build_seconds']:.2f}" if "compile_seconds" in extra else ""),
                f"{one['peak_mb']:,.0f}",
                f"{one['index_mb']:,.0f}" if one["index_mb"] else "",
            ]
        )
    return table((*head, "build, s", "peak, MB", "index, MB"), rows)


def kinds_table(results: Sequence[Figures], size: int) -> str:
    """Right decisions by kind of query at one size."""
    some = [one for one in results if one["size"] == size and "failed" not in one]
    kinds = list(dict.fromkeys(kind for one in some for kind in one["asked"]))
    rows = [
        [one["matcher"], *(f"{one['right'].get(k, 0) / max(1, one['asked'].get(k, 0)):.2f}" for k in kinds)]
        for one in some
    ]
    return table(("matcher", *kinds), rows)


def pairs_table(results: Sequence[Figures]) -> str:
    """The table of pairs."""
    rows = []
    for one in results:
        if "failed" in one:
            rows.append([one["matcher"], one["failed"], "", ""])
            continue
        own = "none" if one["agreement"] is None else f"{one['agreement']:.3f}"
        rows.append([one["matcher"], own, f"{one['agreement_at_best']:.3f}", f"{one['pairs_per_second']:,.0f}"])
    return table(("matcher", "agreement, own threshold", "agreement, best threshold", "pairs/s"), rows)


def report(run_of: Figures, command: str) -> str:
    """The section of RESULTS.md."""
    results, sizes = run_of["names"], run_of["sizes"]
    versions = ", ".join(f"{name} {version}" for name, version in run_of["versions"].items())
    skipped = f" Not installable here: {', '.join(run_of['not_installed'])}." if run_of["not_installed"] else ""
    tables = "\n\n".join(f"### {size:,} entities\n\n{names_table(results, size)}" for size in sizes)
    return f"""## Single names at scale

Written by `{command}`
({versions}).
Made names (`generate_names.py`, seed {run_of["seed"]}); one thread, CPU time, a process for each line; read times as
ratios within this run.{skipped}

"Found": other spellings resolved to their entity. "Kept apart": absent names answered with NIL. A matcher that does
not decide itself is given the threshold with the best mean of both on these very queries; for entitynorm, which decides
by its own, that stands in parentheses. "First" and "among ten": where the right entity stands whatever the score.
"Listed names/s": names as listed; "others/s": slips, romanisations, order, initials and absent names; "speed": the
latter with entitynorm = 1. Peers are asked for a limited time, all kinds in turn; WRatio gets through few queries at a
million.

{tables}

### Right decisions by kind of query, {sizes[-1]:,} entities

{kinds_table(results, sizes[-1])}

![Speed and size](speed_and_size.svg)

![Speed and recall](speed_and_recall.svg)

### Pairs

{PAIRS:,} pairs, half of them two entities that share a word. nomenklatura's logic-v2 compares pairs.

{pairs_table(run_of["pairs"])}
"""


def charts(results: Sequence[Figures], size: int) -> dict[str, str]:
    """The two charts by file name."""
    done = [one for one in results if "failed" not in one]
    by_name: dict[str, list[tuple[float, float]]] = {}
    for one in done:
        by_name.setdefault(one["matcher"], []).append((one["size"], one["fuzzy_per_second"]))
    speeds = [one["fuzzy_per_second"] for one in done]
    sizes = axis("entities", [one["size"] for one in done], log=True)
    last = {o["matcher"]: [(o["fuzzy_per_second"], found(o, "first"))] for o in done if o["size"] == size}
    per_second = axis("other spellings a second and core", speeds, log=True)
    recall = axis("right entity first", [1.0])
    return {
        "speed_and_size.svg": chart("Speed and size", sizes, per_second, by_name),
        "speed_and_recall.svg": chart(f"Speed and recall, {size:,} entities", per_second, recall, last, lines=False),
    }


def _versions(results: Sequence[Figures]) -> dict[str, str]:
    out = {"python": platform.python_version()}
    for one in results:
        if "failed" not in one:
            name = one["matcher"].split(",")[0].split(" ")[0]
            out.setdefault("scikit-learn" if name == "TF-IDF" else name, one["version"])
    return out


def with_peers(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """The options of every run beside peers: where they are installed, where lists are kept, what is recorded."""
    parser.add_argument("--venv", type=Path, default=HERE / ".venv", help="environment of the peers")
    parser.add_argument("--work", type=Path, default=HERE / ".work", help="where lists and texts are kept")
    parser.add_argument("--no-install", action="store_true", help="take the environment as it is")
    parser.add_argument("--record", action="store_true", help="write expected.json anew from this run")
    return parser


def arguments() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000], help="entities")
    parser.add_argument("--each", type=int, default=500, help="queries of each kind (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=30.0, help="most CPU seconds a peer (default: %(default)s)")
    parser.add_argument("--memory", type=float, default=10.0, help="most gigabytes a process (default: %(default)s)")
    parser.add_argument("--matchers", nargs="+", choices=MATCHERS, default=list(MATCHERS), metavar="NAME")
    return with_peers(parser)


def main(given: Sequence[str] | None = None) -> int:
    """Prepare, measure, write; exit status 1 where answers fell behind."""
    options = arguments().parse_args(given)
    options.work.mkdir(parents=True, exist_ok=True)
    peers, failed = peers_python(options.venv, () if options.no_install else PEERS)
    names = [one for size in options.sizes for one in measure_size(size, options, peers)]
    compared = measure_pairs(options, peers)
    run_of: Figures = {
        "seed": SEED,
        "sizes": options.sizes,
        "versions": _versions([*names, *compared]),
        "not_installed": failed,
        "names": names,
        "pairs": compared,
    }
    atomic_write(HERE / "names_at_scale.json", json.dumps(run_of, indent=1, ensure_ascii=False) + "\n")
    for file, svg in charts(names, options.sizes[-1]).items():
        atomic_write(HERE / file, svg)
    sizes = " ".join(map(str, options.sizes))
    put_section("names at scale", report(run_of, f"python benchmarks/names_at_scale.py --sizes {sizes}"))
    expected = json.loads(EXPECTED.read_text(encoding="utf-8")) if EXPECTED.exists() else {}
    behind = check(names, expected)
    if options.record:
        own = [one for one in names if one["matcher"].startswith("entitynorm") and "failed" not in one]
        expected |= {
            f"{o['matcher']}, {o['size']}": {"found": round(found(o), 4), "apart": round(apart(o), 4)} for o in own
        }
        atomic_write(EXPECTED, json.dumps(expected, indent=1) + "\n")
    for line in behind:
        print(f"fell behind: {line}", file=sys.stderr)
    return int(bool(behind) and not options.record)


if __name__ == "__main__":
    sys.exit(main())
