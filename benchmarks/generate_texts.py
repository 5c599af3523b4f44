"""Made running text about made names, with gold offsets, the same bytes for the same seed.

usage: python benchmarks/generate_texts.py SIZE MEGABYTES -o FOLDER [--seed N]

Writes FOLDER/gazetteer.jsonl (SIZE entities of name_maker.py with one Latin name each) and FOLDER/texts.jsonl
(documents of about 3,000 characters, MEGABYTES in all, with their mentions: start, end, id, kind). Offsets are code
points. Of a hundred mentions 62 are written as listed (exact), 10 in another case, without accents or with other
hyphens and apostrophes (folded), and 28 as another writer would spell them (variant): by another romanisation where
the name was made in Cyrillic, or with one or two habits of spelling. The head of the list is named most.

What is no mention: names of the same making that are not listed, English given names with an ordinary word after
them, headlines, numbers, and ordinary words, the commonest first, from ``data/ordinary_words/en.txt``. That list is
entitynorm's own as well, so nothing here tells what unknown words would cost.
"""

from __future__ import annotations

import argparse
import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from zlib import crc32

import yaml
from name_maker import HERE, SEED, Dice, Listed, cultures, entities, key

from entitynorm.io.files import atomic_writer
from entitynorm.resources import data_dir
from entitynorm.text.folding import fold_text
from entitynorm.text.ordinary import is_ordinary
from entitynorm.text.translit import romanisations

KINDS = ("exact", "folded", "variant")
EXACT, FOLDED = 0.62, 0.10
DOCUMENT = 3_000
HEAD = 0.7
"""Share of the mentions that are drawn with the head of the list preferred."""
MENTION, STRANGER, PASSER_BY, NUMBER = 0.045, 0.023, 0.010, 0.012
"""Shares of the tokens of a sentence; the rest are ordinary words."""
COMMON_SHARE = 0.42
COMMON_RANKS, RANKS = (2, 6), (6, 15)
"""Octaves of the ranks of the commonest and of the other words, see `name_maker.Dice.rank`."""
SHORTEST = 5
"""Letters of a word that a habit may change."""
TRIES = 40
_PLAIN = frozenset(" -'’")
_LETTERS = re.compile(r"([^\W\d_]+)")
_THRICE = re.compile(r"(.)\1\1")


@dataclass(frozen=True, slots=True)
class Gold:
    """A mention of a listed entity: ``text[start:end]`` in code points."""

    start: int
    end: int
    id: str
    kind: str


@dataclass(frozen=True, slots=True)
class Text:
    """A document with its mentions in order."""

    text: str
    mentions: tuple[Gold, ...]


@cache
def _tables() -> dict[str, Any]:
    raw: dict[str, Any] = yaml.load((HERE / "running_text.yaml").read_text(encoding="utf-8"), yaml.BaseLoader)
    return raw


@cache
def habits() -> tuple[tuple[str, str], ...]:
    """Letters that stand for each other in the spellings of one name, both ways."""
    pairs = [(one, other) for one, other in _tables()["habits"]]
    return (*pairs, *((other, one) for one, other in pairs))


# ---------------------------------------------------------------------------------------------------- the names


def listed(size: int, seed: int = SEED, *, seen: set[str] | None = None) -> Iterator[Listed]:
    """The first ``size`` entities whose Latin name is of letters, spaces, hyphens and apostrophes, and no word."""
    found = 0
    for one in entities(1 << 60, seed, seen=seen):
        if is_nameable(one.name):
            yield one
            found += 1
            if found == size:
                return


def is_nameable(name: str) -> bool:
    """Whether every peer can be given the name as it stands."""
    return all(c.isalpha() or c in _PLAIN for c in name) and name[0].isupper() and not is_ordinary(key(name), "Latn")


def refolded(name: str, dice: Dice) -> str | None:
    """The name in another case, without accents, or with other hyphens or apostrophes; None where nothing would change.

    Small letters are for names of two words or more: a name of one word is another word then.
    """
    ways = [name.upper()]
    plain = "".join(c for c in unicodedata.normalize("NFD", name) if not unicodedata.combining(c))
    ways += [way for way in (plain, name.replace("-", " "), name.replace("'", "’")) if way != name] * 2
    if " " in name:
        ways.append(name.lower())
    made = dice.pick(ways)
    return made if made != name and key(made) == key(name) else None


def respelled(name: str, dice: Dice) -> str | None:
    """The name with one or two habits of spelling changed, never in a word's first letter; None if none applies."""
    parts = _LETTERS.split(name)  # every second part is a word, the others stand between words
    for _ in range(1 if dice.random() < 0.6 else 2):
        own = [n for n, word in enumerate(parts) if n % 2 and len(word) >= SHORTEST and not _is_plain_word(word)]
        if not own:
            break
        n = dice.pick(own)
        parts[n] = _by_habit(parts[n], dice)
    made = "".join(parts)
    return made if key(made) != key(name) else None


def _is_plain_word(word: str) -> bool:
    return is_ordinary(fold_text(word), "Latn")


def _by_habit(word: str, dice: Dice) -> str:
    for _ in range(TRIES):
        old, new = dice.pick(habits())
        places = [n for n in range(1, len(word)) if word.startswith(old, n)]
        if places:
            n = dice.pick(places)
            made = word[:n] + new + word[n + len(old) :]
            if _THRICE.search(made) is None:
                return made
    return word


def variant(one: Listed, dice: Dice) -> str | None:
    """Another spelling of the name."""
    if one.native is not None and dice.random() < 0.5:
        others = [r.text for r in romanisations(one.native, one.lang, limit=4) if key(r.text) != key(one.name)]
        if others:
            return dice.pick(others)
    return respelled(one.name, dice)


# ---------------------------------------------------------------------------------------------------- the words


@cache
def vocabulary() -> tuple[str, ...]:
    """Ordinary English words, short ones first, in no order otherwise."""
    lines = (data_dir() / "ordinary_words" / "en.txt").read_text(encoding="utf-8").splitlines()
    words = [
        word for line in lines if not line.startswith("#") for word in line.split() if word.isalpha() and len(word) > 2
    ]
    return tuple(sorted(words, key=lambda word: (len(word), crc32(word.encode()))))


def a_word(dice: Dice) -> str:
    """An ordinary word, common ones more often."""
    if dice.random() < COMMON_SHARE:
        common = _tables()["common"]
        return common[dice.rank(COMMON_RANKS) % len(common)]
    words = vocabulary()
    return words[dice.rank(RANKS) % len(words)]


class Writer:
    """Writes documents about a list."""

    def __init__(self, names: Sequence[Listed], seen: set[str], seed: int) -> None:
        self._names = names
        self._seen = seen
        """Keys of all listed names, which nobody else may have."""
        self._dice = Dice(seed + 5)
        self._strangers = entities(1 << 60, seed + 6, seen=set(seen))
        english = next(culture for culture in cultures()[0] if culture.name == "english")
        self._given = [*english.slots["given_m"].common, *english.slots["given_f"].common]

    def documents(self, characters: int) -> Iterator[Text]:
        """Documents of that many characters or a little more in all."""
        written = 0
        while written < characters:
            made = self._document()
            written += len(made.text)
            yield made

    def _document(self) -> Text:
        dice = self._dice
        size = int(DOCUMENT * (0.5 + dice.random()))
        parts: list[str] = []
        gold: list[Gold] = []
        at = 0
        while at < size:
            for piece, entity, kind in self._sentence():
                if entity is not None:
                    gold.append(Gold(at, at + len(piece), entity, kind))
                parts.append(piece)
                at += len(piece)
        return Text("".join(parts), tuple(gold))

    def _sentence(self) -> Iterator[tuple[str, str | None, str]]:
        dice = self._dice
        quoted = dice.random() < 0.1
        headline = not quoted and dice.random() < 0.03
        length = 4 + dice.below(5) if headline else 8 + dice.below(20)
        if quoted:
            yield "“", None, ""
        for n in range(length):
            piece, entity, kind = self._token()
            if (n == 0 or headline) and entity is None:
                piece = piece[0].upper() + piece[1:]
            yield piece, entity, kind
            if n + 1 < length:
                possessive = entity is not None and dice.random() < 0.08
                yield "’s " if possessive else ", " if not headline and dice.random() < 0.07 else " ", None, ""
        end = "\n\n" if headline else "." + ("”" if quoted else "") + ("\n\n" if dice.random() < 0.25 else " ")
        yield end, None, ""

    def _token(self) -> tuple[str, str | None, str]:
        dice = self._dice
        draw = dice.random()
        if draw < MENTION:
            return self._mention()
        if draw < MENTION + STRANGER:
            return self._stranger(), None, ""
        if draw < MENTION + STRANGER + PASSER_BY:
            return f"{dice.pick(self._given)} {a_word(dice).capitalize()}", None, ""
        if draw < MENTION + STRANGER + PASSER_BY + NUMBER:
            return str(dice.pick((1 + dice.below(100), 1900 + dice.below(130), 100 + dice.below(99_900)))), None, ""
        return a_word(dice), None, ""

    def _mention(self) -> tuple[str, str, str]:
        dice, size = self._dice, len(self._names)
        head = dice.random() < HEAD
        one = self._names[min(size - 1, int(size ** dice.random()) - 1 if head else dice.below(size))]
        draw = dice.random()
        if draw < EXACT:
            return one.name, one.id, "exact"
        if draw < EXACT + FOLDED:
            text = refolded(one.name, dice)
            return (text, one.id, "folded") if text else (one.name, one.id, "exact")
        text = variant(one, dice)
        if text is None or key(text) in self._seen:
            return one.name, one.id, "exact"
        return text, one.id, "variant"

    def _stranger(self) -> str:
        """A name that is not listed, nor is any run of its words."""
        while True:
            name = next(self._strangers).name
            words = name.replace("-", " ").split()
            runs = ("".join(words[i:j]) for i in range(len(words)) for j in range(i + 1, len(words) + 1))
            if is_nameable(name) and self._seen.isdisjoint(map(key, runs)):
                return name


# ---------------------------------------------------------------------------------------------------- the files


def write_texts(folder: Path, size: int, megabytes: float, seed: int = SEED) -> tuple[Path, Path]:
    """Write gazetteer.jsonl and texts.jsonl; give their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    gazetteer, texts = folder / "gazetteer.jsonl", folder / "texts.jsonl"
    seen: set[str] = set()
    names = list(listed(size, seed, seen=seen))
    with atomic_writer(gazetteer) as stream:
        for one in names:
            stream.write(json.dumps({"id": one.id, "type": one.type, "name": one.name}, ensure_ascii=False) + "\n")
    with atomic_writer(texts) as stream:
        for made in Writer(names, seen, seed).documents(round(megabytes * 1e6)):
            mentions = [{"start": m.start, "end": m.end, "id": m.id, "kind": m.kind} for m in made.mentions]
            stream.write(json.dumps({"text": made.text, "mentions": mentions}, ensure_ascii=False) + "\n")
    return gazetteer, texts


def read_texts(folder: Path) -> list[Text]:
    """The documents of FOLDER/texts.jsonl."""
    with (folder / "texts.jsonl").open(encoding="utf-8") as stream:
        return [Text(row["text"], tuple(Gold(**m) for m in row["mentions"])) for row in map(json.loads, stream)]


def main(arguments: Sequence[str] | None = None) -> None:
    """Parse, generate, say what was written."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("size", type=int, help="number of entities")
    parser.add_argument("megabytes", type=float, help="millions of characters of text")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FOLDER", help="where to write the files")
    parser.add_argument("--seed", type=int, default=SEED, help="another seed, other names (default: %(default)s)")
    options = parser.parse_args(arguments)
    if options.size < 1 or options.megabytes <= 0:
        parser.error("SIZE has to be 1 or more, MEGABYTES more than 0")
    for path in write_texts(options.output, options.size, options.megabytes, options.seed):
        print(path)


if __name__ == "__main__":
    main()
