"""Running text against lists of a thousand to a million names: entitynorm and its peers in one process and one run.

usage: python benchmarks/texts_at_scale.py [--sizes 1000 100000 1000000] [--megabytes N] [--seconds N]

Makes a virtual environment for the peers (--venv), the lists and texts (--work; see generate_texts.py), and one process
for each size in which all taggers take turns, one thread. Speeds are per CPU second; compare them within a run only.
The answers of entitynorm are held against expected.json, so that a faster wrong answer is no gain. Writes
texts_at_scale.json and a section of RESULTS.md beside this file. A peer that cannot be installed or runs out of memory
is reported so.
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from generate_texts import write_texts
from measure_taggers import Measured, compile_both
from name_maker import SEED
from names_at_scale import EXPECTED, HERE, TOLERANCE, environment, peers_python, with_peers
from results_page import put_section, table
from taggers import TAGGERS

from entitynorm.io.files import atomic_write

ROOT = HERE.parent
PEERS = ("flashtext", "ahocorasick_rs", "spacy", "symspellpy")
REAL = ("seeds/*.txt", "tests/golden/*/*.txt")
SIZES = (1_000, 100_000, 1_000_000)
Figures = dict[str, Any]

EXACT, FUZZY, READ = "entitynorm, exact, arrays", "entitynorm, screening", "entitynorm"
RATIOS = (
    (EXACT, "flashtext", (2.0, 2.5, 3.0)),
    (EXACT, "spaCy PhraseMatcher(LOWER)", (15.0, 30.0, 25.0)),
    (EXACT, "ahocorasick_rs", (0.2, 0.35, 0.45)),
    (FUZZY, "symspellpy, 2 edits", (4.0, 70.0, 300.0)),
    (FUZZY, "spaCy PhraseMatcher(LOWER)", (5.0, 8.0, 5.0)),
    (READ, "symspellpy, 2 edits", (4.0, 70.0, 300.0)),
    (READ, "spaCy PhraseMatcher(LOWER)", (5.0, 8.0, 5.0)),
)
"""Ours, peer, and how many times as fast ours is meant to be at each of `SIZES`."""
FLAT = 0.7
"""Share of its speed at the smallest size that exact tagging is meant to keep at the largest."""
VARIANTS = ((0.95, 0.985), (0.87, 0.83), (0.84, 0.72))
"""Recall of variants and precision that are meant to be reached at each of `SIZES`."""


def requirements() -> list[str]:
    """What the package itself needs: it is measured in the environment of the peers."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed: list[str] = project["dependencies"]
    return needed


def make(folder: Path, size: int, megabytes: float) -> None:
    """The list, its texts and its compiled files, unless they are there."""
    if not (folder / "texts.jsonl").exists():
        write_texts(folder, size, megabytes)
    compile_both(folder)


def measure_size(size: int, options: argparse.Namespace, peers: Path) -> list[Figures]:
    """All taggers on the list of one size, in one process."""
    folder = options.work / f"texts-{size}"
    make(folder, size, options.megabytes)
    real = sorted(str(path) for pattern in REAL for path in ROOT.glob(pattern))
    command = [str(peers), str(HERE / "measure_taggers.py"), str(folder), "--seconds", str(options.seconds)]
    command += ["--taggers", *options.taggers, "--real", *real]
    out = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment()) as process:
        assert process.stdout is not None
        for line in process.stdout:
            out.append({**json.loads(line), "size": size})
            print(_summary(out[-1]), file=sys.stderr)
    reached = {one["tagger"] for one in out}
    missing = [name for name in options.taggers if name not in reached]
    why = f"ended with status {process.returncode}"
    return [*out, *({"tagger": name, "size": size, "failed": why} for name in missing)]


def _summary(figures: Figures) -> str:
    if "failed" in figures:
        return f"{figures['size']:>9,} {figures['tagger']}: {figures['failed']}"
    one = of(figures)
    shares = ", ".join(f"{kind} {share:.3f}" for kind, share in one.recall.items())
    speed = f"{one.speed:.3g} MB/s on {one.megabytes:.2f} MB"
    return f"{figures['size']:>9,} {one.tagger}: {speed}, {shares}, precision {one.precision:.3f}"


def of(figures: Figures) -> Measured:
    """The figures as an object again."""
    return Measured(**{name: value for name, value in figures.items() if name != "size"})


def check(results: Sequence[Figures], expected: Mapping[str, Mapping[str, float]]) -> list[str]:
    """What fell behind the expected shares of right answers."""
    out = []
    for figures in results:
        known = expected.get(key_of(figures), {})
        if "failed" in figures:
            out += [f"{key_of(figures)}: {figures['failed']}"] if known else []
            continue
        for label, share in shares(of(figures)).items():
            if label in known and share < known[label] - TOLERANCE:
                out.append(f"{key_of(figures)}: {label} {share:.3f}, {known[label]:.3f} expected")
    return out


def key_of(figures: Figures) -> str:
    """Under which name expected.json has it."""
    return f"texts, {figures['tagger']}, {figures['size']}"


def shares(one: Measured) -> dict[str, float]:
    """What is held against expected.json."""
    return {**{kind: round(share, 4) for kind, share in one.recall.items()}, "precision": round(one.precision, 4)}


# -------------------------------------------------------------------------------------------------- the report


def speeds_table(results: Sequence[Figures], size: int) -> str:
    """The table of one size."""
    rows = []
    for figures in (f for f in results if f["size"] == size):
        if "failed" in figures:
            rows.append([figures["tagger"], figures["failed"], *[""] * 6])
            continue
        one = of(figures)
        recall = [f"{share:.3f}" for share in one.recall.values()]
        real = f"{one.real_speed:.3g}" if one.real_speed else ""
        rows.append([one.tagger, f"{one.speed:.3g}", real, *recall, f"{one.precision:.3f}", f"{one.build_seconds:.1f}"])
    head = ("tagger", "MB/s", "real texts, MB/s", "exact", "folded", "variant", "precision", "build, s")
    return table(head, rows)


def goals(results: Sequence[Figures]) -> list[list[str]]:
    """What was meant to be reached, what was, and whether; nothing where a size was not measured."""
    known = {(f["tagger"], f["size"]): of(f) for f in results if "failed" not in f}

    def ours(name: str, size: int) -> Measured | None:
        return known.get((name, size))

    rows = []
    for name, peer, wanted in RATIOS:
        for size, least in zip(SIZES, wanted, strict=True):
            if (one := ours(name, size)) and (other := known.get((peer, size))):
                ratio = one.speed / other.speed
                rows.append(
                    [f"{one.tagger} / {peer}", f"{size:,}", f"{least:g}", f"{ratio:.3g}", _mark(ratio >= least)]
                )
    first, last = ours(EXACT, SIZES[0]), ours(EXACT, SIZES[-1])
    if first and last:
        kept = last.speed / first.speed
        rows.append([f"{last.tagger}, speed kept", f"{SIZES[-1]:,}", f"{FLAT:g}", f"{kept:.2f}", _mark(kept >= FLAT)])
    for size, (recall, precision) in zip(SIZES, VARIANTS, strict=True):
        for one in filter(None, (ours(FUZZY, size), ours(READ, size))):
            reached = (("variant recall", recall, one.recall["variant"]), ("precision", precision, one.precision))
            for label, least, share in reached:
                rows.append(
                    [f"{one.tagger}, {label}", f"{size:,}", f"{least:g}", f"{share:.3f}", _mark(share >= least)]
                )
    return rows


def _mark(reached: bool) -> str:
    return "yes" if reached else "no"


def report(run_of: Figures, command: str) -> str:
    """The section of RESULTS.md."""
    results, sizes = run_of["taggers"], run_of["sizes"]
    versions = ", ".join(f"{name} {version}" for name, version in run_of["versions"].items())
    skipped = f" Not installable here: {', '.join(run_of['not_installed'])}." if run_of["not_installed"] else ""
    tables = "\n\n".join(f"### {size:,} names\n\n{speeds_table(results, size)}" for size in sizes)
    aims = table(("what", "names", "aim", "measured", "reached"), goals(results))
    return f"""## Running text at scale

Written by `{command}`
({versions}).
Made texts about made names (`generate_texts.py`, seed {run_of["seed"]}), {run_of["megabytes"]:g} million characters;
one process a size, one thread, megabytes of UTF-8 a CPU second; read them as ratios within this run.{skipped}

"Exact", "folded", "variant": the share of such mentions that an answer with the right entity overlaps. "Precision": the
share of the answers that do. flashtext and ahocorasick_rs find names as they stand, spaCy in any case; symspellpy is
given windows of capitalised words, entitynorm's folding and its ordinary words. "Arrays": all that is spelled like a
name, overlaps and all. "Screening": `Linker.screen`, spelling and sound. "entitynorm": `Linker.link_many`, which reads
the page, with documents and evidence; the aims are those of a tagger, and it is held against them as well. "Real
texts": the articles of the suite and of `seeds/`, speed only. Slow taggers see the first texts only. `link_many`
remembers words and surface forms, so its figures are of the first pass; of the others the best of some passes counts.
"Build" is what happens before the first text; entitynorm opens a file that was compiled earlier, and screening makes
its tables of sounds.

{tables}

### Aims

{aims}
"""


def arguments() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES), help="names")
    parser.add_argument("--megabytes", type=float, default=3.0, help="millions of characters (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=30.0, help="most CPU seconds a tagger (default: %(default)s)")
    parser.add_argument("--taggers", nargs="+", choices=TAGGERS, default=list(TAGGERS), metavar="NAME")
    return with_peers(parser)


def main(given: Sequence[str] | None = None) -> int:
    """Prepare, measure, write; exit status 1 where answers fell behind."""
    options = arguments().parse_args(given)
    options.work.mkdir(parents=True, exist_ok=True)
    packages = () if options.no_install else (*PEERS, *requirements())
    peers, failed = peers_python(options.venv, packages)
    results = [one for size in options.sizes for one in measure_size(size, options, peers)]
    versions = {TAGGERS[f["tagger"]]().package: f["version"] for f in results if "failed" not in f}
    run_of: Figures = {
        "seed": SEED,
        "sizes": options.sizes,
        "megabytes": options.megabytes,
        "versions": {"python": platform.python_version(), **versions},
        "not_installed": failed,
        "taggers": results,
    }
    atomic_write(HERE / "texts_at_scale.json", json.dumps(run_of, indent=1, ensure_ascii=False) + "\n")
    sizes = " ".join(map(str, options.sizes))
    command = f"python benchmarks/texts_at_scale.py --sizes {sizes} --megabytes {options.megabytes:g}"
    put_section("texts at scale", report(run_of, f"{command} --seconds {options.seconds:g}"))
    expected = json.loads(EXPECTED.read_text(encoding="utf-8")) if EXPECTED.exists() else {}
    behind = check(results, expected)
    if options.record:
        own = [one for one in results if one["tagger"].startswith("entitynorm") and "failed" not in one]
        expected |= {key_of(figures): shares(of(figures)) for figures in own}
        atomic_write(EXPECTED, json.dumps(expected, indent=1) + "\n")
    for line in behind:
        print(f"fell behind: {line}", file=sys.stderr)
    return int(bool(behind) and not options.record)


if __name__ == "__main__":
    sys.exit(main())
