"""Count how common the words of Latin-script names are, so that a small gazetteer knows "John" from a rare surname.

    python learning/count_names.py DIR -o data/name_frequencies.tsv

DIR holds the name pairs, see ``learning/README.md``. The count of a pair says how many people with an article in one
language had both spellings. One person has one label in a language, so within a file the counts of a Latin word add up
to people; the same person has labels in many languages, so between files the largest count is taken, not the sum. That
is a lower bound: a fifth of the pairs of each language is not in the files.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from entitynorm.io.files import atomic_write
from entitynorm.text.folding import fold_text

MOST = 6_000
SHORTEST = 2
NAMES_OF_A_PERSON = 2
HEADER = """\
# How many people have a word in their name: the {words} commonest Latin words, folded, without apostrophes; the
# natural logarithm of the number of people. Of about {people} people; a word that is not here belongs to {least} of
# them at most, as far as was counted.
# Source: counted from the name pairs of Merhav and Ash (2018), Design Challenges in Named Entity Transliteration,
# mined from Wikidata (CC0-1.0), by count_names.py. Licence: CC0-1.0.
# schema: name-frequencies-1
# names: {people}
"""


def people_by_word(path: Path) -> Counter[str]:
    """How many people of one file have each Latin word in their name."""
    people: Counter[str] = Counter()
    for line in path.read_text(encoding="utf-8").splitlines():
        latin, _, count = line.split("\t")
        people[fold_text(latin).replace("'", "")] += int(count)
    return people


def largest(files: Sequence[Mapping[str, int]]) -> dict[str, int]:
    """The largest count of each word over all files."""
    words = sorted(set().union(*files))
    return {word: max(counts.get(word, 0) for counts in files) for word in words}


def to_tsv(counts: Mapping[str, int], people: int) -> str:
    """The commonest words with the logarithms of their counts, the commonest first; initials and digits left out."""
    names = {w: n for w, n in counts.items() if len(w) >= SHORTEST and w.replace("-", "").isalpha()}
    ranked = sorted(names.items(), key=lambda item: (-item[1], item[0]))[:MOST]
    header = HEADER.format(words=f"{len(ranked):,}", people=people, least=ranked[-1][1])
    return header + "".join(f"{word}\t{math.log(count):.1f}\n" for word, count in ranked)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Count the words of data/name_frequencies.tsv from pairs of names.")
    parser.add_argument("pairs", type=Path, metavar="DIR", help="folder of the files wd_<script>_80")
    parser.add_argument("-o", "--output", type=Path, required=True, help="the TSV file to write")
    options = parser.parse_args(arguments)
    paths = sorted(options.pairs.glob("wd_*_80"))
    if not paths:
        parser.error(f"{options.pairs} holds no file wd_<script>_80")
    files = [people_by_word(path) for path in paths]
    for path, counts in zip(paths, files, strict=True):
        print(f"{path.name}: {len(counts)} words, {counts.total()} names of people", file=sys.stderr)
    people = max(counts.total() for counts in files) // NAMES_OF_A_PERSON
    people -= people % 10_000
    atomic_write(options.output, to_tsv(largest(files), people))


if __name__ == "__main__":
    main()
