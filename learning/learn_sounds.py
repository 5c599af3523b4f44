"""Learn how likely one phone is heard for another, one table for each pair of scripts.

    python learning/learn_sounds.py DIR -o data/sound_costs.json

DIR holds the name pairs, see ``learning/README.md``; the model is in ``pair_model.py``. What is written are logarithms
of the probability of a step against chance, in hundredths of a nat; the pairs themselves are not kept. Progress and
figures of pairs held out go to standard error. The run is seeded and repeats itself to the byte.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pair_model import LONGEST, PHONES, Steps, evidence, first_guess, learn
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from entitynorm.io.files import atomic_write
from entitynorm.text.sound_distance import CostTable, compare_rows, cost_table, encode
from entitynorm.text.sounds import Reading, wide_readings

SCALE = 100
LEARNED_FROM = {
    "Cyrl-Latn": ("russian",),
    "Arab-Latn": ("arabic",),
    "Hebr-Latn": ("hebrew",),
    "Hang-Latn": ("korean",),
    "cjk-Latn": ("katakana", "chinese"),
    "Latn-Latn": (),
}
# Which table serves a script. Alphabets without a table of their own write vowels and consonants as Cyrillic does.
SCRIPTS = {
    "Latn": "Latn", "Cyrl": "Cyrl", "Grek": "Cyrl", "Armn": "Cyrl", "Geor": "Cyrl", "Arab": "Arab", "Hebr": "Hebr",
    "Hang": "Hang", "Jpan": "cjk", "Hani": "cjk",
}  # fmt: skip
SEED = 2018
SAMPLE = 45_000
SPELLINGS = 6
"""Latin spellings of one Russian name that are paired with each other."""
HELD_OUT = 0.05
ROUNDS = 8
SHARED = 0.05
"""How much of each table is what all tables have in common, both ways round: slips that no pair of scripts owns."""
FARTHEST = 0.75
"""Readings that look farther apart than this share of their length are no readings of one name."""
CLIP = {"S": -300, "D": -250, "I": -250}
ASKED, RIVALS = 300, 2000
# Phones that are near each other, for a first guess of which readings belong together.
COARSE = str.maketrans("bdgZzJcCvo" + "eiu", "ptkSsSsSfa" + "aaa")


class Pair(NamedTuple):
    """A native and a Latin spelling of one name, and how many people were seen with both."""

    native: str
    latin: str
    people: int


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to read both sides of a pair; ``pair`` says which pair, ``guess`` how far apart the readings look."""

    pair: int
    x: str
    y: str
    guess: float


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def read_pairs(path: Path) -> list[Pair]:
    """The pairs of one file; Latin words of one or two letters are left out, they are particles and initials."""
    pairs = []
    for line in path.read_text(encoding="utf-8").splitlines():
        latin, native, count = line.split("\t")
        if len(latin) > 2:
            pairs.append(Pair(native.replace(" ", ""), latin, int(count)))
    return pairs


def latin_pairs(pairs: Sequence[Pair]) -> list[Pair]:
    """Latin spellings that share one native spelling, both ways round; those seen once are too often mistakes."""
    spellings: dict[str, list[Pair]] = defaultdict(list)
    for pair in pairs:
        if pair.people >= 2:
            spellings[pair.native].append(pair)
    out = []
    for group in spellings.values():
        best = sorted(group, key=lambda p: (-p.people, p.latin))[:SPELLINGS]
        out += [Pair(a.latin, b.latin, min(a.people, b.people)) for a in best for b in best if a != b]
    return out


def choices(pairs: Sequence[Pair]) -> list[Choice]:
    """Every way to read every pair, but those that have next to nothing in common."""
    sides = [sorted({p.native for p in pairs}), sorted({p.latin for p in pairs})]
    native, latin = (dict(zip(words, wide_readings(words), strict=True)) for words in sides)
    out = []
    for n, pair in enumerate(pairs):
        for x in native[pair.native]:
            for y in latin[pair.latin]:
                a, b = x.phones[:LONGEST], y.phones[:LONGEST]
                steps = Levenshtein.distance(a, b)
                rough = Levenshtein.distance(a.translate(COARSE), b.translate(COARSE))
                guess = (steps + rough) / (2 * max(len(a), len(b)))
                if guess < FARTHEST:
                    out.append(Choice(n, a, b, guess + 0.1 * (x.cost + y.cost)))
    return out


def nearest(found: Sequence[Choice], costs: Sequence[float]) -> list[Choice]:
    """Of the ways to read each pair, the one of least cost; the first of equals."""
    best: dict[int, tuple[float, Choice]] = {}
    for choice, cost in zip(found, costs, strict=True):
        if choice.pair not in best or cost < best[choice.pair][0]:
            best[choice.pair] = (cost, choice)
    return [choice for _, choice in best.values()]


def learn_table(pairs: Sequence[Pair]) -> Steps:
    """Readings are paired by how near they look at first, then by what has been learned from that."""
    found = choices(pairs)
    model = first_guess()
    costs = [c.guess for c in found]
    for rounds in (ROUNDS // 2, ROUNDS - ROUNDS // 2):
        best = nearest(found, costs)
        weights = np.array([1 + math.log(pairs[c.pair].people) for c in best])
        counts = learn(model, [c.x for c in best], [c.y for c in best], weights, rounds)
        model = counts.probabilities()
        told = evidence(model, [c.x for c in found], [c.y for c in found])
        costs = [-t / (len(c.x) + len(c.y)) for t, c in zip(told, found, strict=True)]
    return counts


def table_of(model: Steps) -> dict[str, Any]:
    """Logarithms against chance, in whole hundredths."""
    whole = [np.rint(values * SCALE).astype(int).tolist() for values in model.against_chance()]
    return dict(zip("SDI", whole, strict=True))


def told_of(model: Steps, held: Sequence[Pair]) -> float:
    """Mean logarithm against chance, in nats, of pairs that nothing was learned from."""
    found = choices(held)
    best: dict[int, float] = {}
    for choice, value in zip(found, evidence(model, [c.x for c in found], [c.y for c in found]), strict=True):
        best[choice.pair] = max(best.get(choice.pair, -math.inf), float(value))
    return sum(best.values()) / max(1, len(best))


def right_first(table: dict[str, Any], held: Sequence[Pair], latin: Sequence[str], rng: random.Random) -> float:
    """How often the Latin word of a pair comes first among random Latin words and all that look like it.

    Words that sound the same share the first place.
    """
    costs = cost_table(table, clip=CLIP, phones=PHONES, scale=SCALE)
    pool = rng.sample(latin, min(RIVALS, len(latin)))
    asked = rng.sample(list(held), min(ASKED, len(held)))
    score = 0.0
    for pair in asked:
        near = process.extract(pair.latin, latin, scorer=Levenshtein.distance, score_cutoff=2, limit=50)
        words = [pair.latin, *sorted({*pool, *(word for word, *_ in near)} - {*pair[:2]})]
        best = best_of(costs, pair.native, words)
        if best[0] >= best.max():
            score += 1 / int((best == best[0]).sum())
    return score / len(asked)


def best_of(costs: CostTable, native: str, words: Sequence[str]) -> NDArray[np.float64]:
    """The best similarity of the native word with each Latin word, over their readings."""
    rows = [(n, x, y) for n, word in enumerate(words) for y in readings_of(word) for x in readings_of(native)]
    best = np.full(len(words), -1.0)
    if rows:
        sim, _ = compare_rows(costs, *encode([x.phones for _, x, _ in rows]), *encode([y.phones for _, _, y in rows]))
        np.maximum.at(best, [n for n, _, _ in rows], sim - 0.05 * np.array([x.cost + y.cost for _, x, y in rows]))
    return best


@cache
def readings_of(word: str) -> tuple[Reading, ...]:
    return wide_readings([word])[0]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Learn the tables of data/sound_costs.json from pairs of names.")
    parser.add_argument("pairs", type=Path, metavar="DIR", help="folder of the files wd_<script>_80")
    parser.add_argument("-o", "--output", type=Path, required=True, help="the JSON file to write")
    options = parser.parse_args(arguments)
    begun = time.process_time()
    counts: dict[str, Steps] = {}
    kept: dict[str, tuple[list[Pair], list[str]]] = {}
    for name, scripts in LEARNED_FROM.items():
        pairs = [p for script in scripts for p in read_pairs(options.pairs / f"wd_{script}_80")]
        if not scripts:
            pairs = latin_pairs(read_pairs(options.pairs / "wd_russian_80"))
        latin = sorted({p.latin for p in pairs})
        random.Random(f"{SEED} {name}").shuffle(pairs)
        cut = round(len(pairs) * HELD_OUT)
        kept[name] = (pairs[:cut], latin)
        known = pairs[cut : cut + SAMPLE]
        counts[name] = learn_table(known)
        if not scripts:  # neither side of two Latin spellings is the native one
            counts[name] = counts[name].both_ways()
        say(f"{name}: learned from {len(known)} pairs, {time.process_time() - begun:.0f} s")
    common = shared(list(counts.values()))
    tables = {}
    for name, seen in counts.items():
        model = seen.plus(common, SHARED * seen.total()).probabilities()
        tables[name] = table_of(model)
        held, latin = kept[name]
        first = right_first(tables[name], held, latin, random.Random(f"{SEED} {name}"))
        say(
            f"{name}: {len(held)} held out, {told_of(model, held):.3f} nats against chance, right word first "
            f"{first:.3f}, {time.process_time() - begun:.0f} s"
        )
    atomic_write(options.output, to_json(tables))


def shared(counts: Sequence[Steps]) -> Steps:
    """What all tables have in common, each weighing the same, both ways round; in all one."""
    common = first_guess().plus(first_guess(), -1.0)
    for seen in counts:
        common = common.plus(seen, 1 / (len(counts) * seen.total()))
    return common.both_ways()


def to_json(tables: dict[str, dict[str, Any]]) -> str:
    """A header to read, and one line for each table."""
    header = {
        "schema": "sound-costs-1",
        "about": "How much likelier than chance two phones are heard for each other (S: x down, y across), or a phone "
        "of x (D) or of y (I) is written on one side only: logarithms, in hundredths. Made by learn_sounds.py.",
        "source": "Learned from the name pairs of Merhav and Ash (2018), Design Challenges in Named Entity "
        "Transliteration, mined from Wikidata; CC0-1.0. No pair is kept.",
        "licence": "CC0-1.0",
        "phones": PHONES,
        "scale": SCALE,
        "clip": CLIP,
        "scripts": SCRIPTS,
    }
    lines = [f"{json.dumps(k)}: {json.dumps(v)}" for k, v in header.items()]
    rows = [f"{json.dumps(k)}: {json.dumps(v, separators=(',', ':'))}" for k, v in tables.items()]
    return "{\n" + ",\n".join(lines) + ',\n"tables": {\n' + ",\n".join(rows) + "\n}}\n"


if __name__ == "__main__":
    main()
