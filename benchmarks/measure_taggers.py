"""All taggers against one list and its texts, in one process, one after the other.

usage: python benchmarks/measure_taggers.py FOLDER [--seconds N] [--real FILE ...] [--taggers NAME ...]

FOLDER holds the gazetteer.jsonl and texts.jsonl of generate_texts.py, and gazetteer.enx and exact.enx compiled from the
former (see `compile_both`). Prints one JSON object a line for each tagger: build time, speed in megabytes of UTF-8 a
CPU second on the made texts and on real ones, and how many of the mentions it found. A tagger that takes long sees the
first texts only; its figures are of those.
"""

from __future__ import annotations

import argparse
import gc
import importlib.metadata
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from generate_texts import KINDS, Text, read_texts
from taggers import TAGGERS, Found, Tagger

FIRST_BATCH, LARGEST_BATCH = 4, 256
REPEATS = 5


@dataclass(slots=True)
class Measured:
    """The figures of one tagger at one size."""

    tagger: str
    version: str
    fuzzy: bool
    build_seconds: float
    megabytes: float
    """How much of the texts it was given time for."""
    speed: float
    """Megabytes a CPU second."""
    real_speed: float | None
    gold: dict[str, int] = field(default_factory=dict)
    """Mentions of each kind in the texts that were tagged."""
    right: dict[str, int] = field(default_factory=dict)
    """Those of them that an answer with the right entity overlaps."""
    answers: int = 0
    right_answers: int = 0

    @property
    def recall(self) -> dict[str, float]:
        """The share of the mentions of each kind that were found."""
        return {kind: self.right.get(kind, 0) / max(1, number) for kind, number in self.gold.items()}

    @property
    def precision(self) -> float:
        """The share of the answers that were right."""
        return self.right_answers / max(1, self.answers)


def compile_both(folder: Path) -> None:
    """Compile the list as the command line does, once with slips and once without."""
    for name, fuzzy in (("gazetteer.enx", "edit"), ("exact.enx", "off")):
        if not (folder / name).exists():
            command = [sys.executable, "-m", "entitynorm", "build", str(folder / "gazetteer.jsonl"), "--fuzzy", fuzzy]
            subprocess.run([*command, "-o", str(folder / name)], check=True, stderr=subprocess.DEVNULL)


def timed(tagger: Tagger, texts: Sequence[str], seconds: float, size: int = FIRST_BATCH) -> tuple[list[Any], float]:
    """Answers to as many texts as the time allows, in growing batches, and the CPU seconds they took."""
    answers: list[Any] = []
    start = time.process_time()
    while len(answers) < len(texts):
        answers += tagger.tag(texts[len(answers) : len(answers) + size])
        size = min(2 * size, LARGEST_BATCH)
        if time.process_time() - start > seconds:
            break
    return answers, time.process_time() - start


def speed(tagger: Tagger, texts: Sequence[str], seconds: float) -> tuple[list[Any], float]:
    """Answers, and megabytes a second: the best of some passes where there is time for them.

    A tagger that remembers what it has seen gets one pass: the others would show its memory.
    """
    tagger.tag(texts[:1])
    answers, least = timed(tagger, texts, seconds)
    spent = least
    for _ in range(0 if tagger.remembers else REPEATS - 1):
        if len(answers) < len(texts) or spent + least > seconds:
            break
        again = timed(tagger, texts, seconds, LARGEST_BATCH)[1]  # it is not slow: no need to feel the way
        least, spent = min(least, again), spent + again
    return answers, megabytes(texts[: len(answers)]) / least


def megabytes(texts: Sequence[str]) -> float:
    """Size as UTF-8, in millions of bytes."""
    return sum(len(text.encode("utf-8")) for text in texts) / 1e6


def measure(name: str, folder: Path, texts: Sequence[Text], real: Sequence[str], seconds: float) -> Measured:
    """Build, tag, count."""
    tagger = TAGGERS[name]()
    start = time.process_time()
    tagger.build(folder)
    built = time.process_time() - start
    contents = [text.text for text in texts]
    answers, made_speed = speed(tagger, contents, seconds)
    real_speed = speed(tagger, real, seconds / 4)[1] if real else None
    out = Measured(
        tagger=name,
        version=version_of(tagger.package),
        fuzzy=tagger.fuzzy,
        build_seconds=built,
        megabytes=megabytes(contents[: len(answers)]),
        speed=made_speed,
        real_speed=real_speed,
    )
    for text, answer in zip(texts, answers, strict=False):
        count(out, text, tagger.found(text.text, answer))
    return out


def version_of(package: str) -> str:
    """The version of what is measured."""
    import entitynorm

    return entitynorm.__version__ if package == "entitynorm" else importlib.metadata.version(package)


def count(out: Measured, text: Text, found: Sequence[Found]) -> None:
    """Add a text's answers: one is right where it overlaps a mention of its entity that no other answer has taken."""
    gold, right = Counter(out.gold), Counter(out.right)
    gold.update(m.kind for m in text.mentions)
    taken: set[int] = set()
    for start, end, entity in found:
        n = next(
            (
                n
                for n, m in enumerate(text.mentions)
                if m.id == entity and start < m.end and m.start < end and n not in taken
            ),
            None,
        )
        out.answers += 1
        if n is not None:
            taken.add(n)
            out.right_answers += 1
            right[text.mentions[n].kind] += 1
    out.gold = {kind: gold[kind] for kind in KINDS}
    out.right = {kind: right[kind] for kind in KINDS}


def main() -> None:
    """Measure the taggers and print their figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seconds", type=float, default=30.0, help="most CPU seconds a tagger (default: %(default)s)")
    parser.add_argument("--real", type=Path, nargs="*", default=[], metavar="FILE", help="real texts")
    parser.add_argument("--taggers", nargs="+", choices=TAGGERS, default=list(TAGGERS), metavar="NAME")
    options = parser.parse_args()
    texts = read_texts(options.folder)
    real = [path.read_bytes().decode("utf-8") for path in options.real]
    for name in options.taggers:
        try:
            figures = asdict(measure(name, options.folder, texts, real, options.seconds))
        except Exception as error:  # whatever ails one, the others are measured
            figures = {"tagger": name, "failed": f"{type(error).__name__}: {error}".rstrip(": ")}
        print(json.dumps(figures), flush=True)
        gc.collect()


if __name__ == "__main__":
    main()
