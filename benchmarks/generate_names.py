"""Synthetic gazetteers of any size, and queries with their right ids, the same bytes for the same seed.

usage: python benchmarks/generate_names.py SIZE -o FOLDER [--seed N] [--each N]

Writes FOLDER/gazetteer.jsonl (people, places and organisations of eleven name cultures, built from the pieces in
morphemes.yaml by Zipf's law) and FOLDER/queries.tsv (text, id, kind). Real lists of a million names are somebody's
property, stale or unlabelled; a made list has a known answer for every query. What it leaves alone: nicknames,
translations, exonyms, everything that has to be known rather than seen.

Kinds of queries: exact; folded (case, accents, punctuation); slip (one edit, never at the first letter of a word);
romanised (a scheme other than the listed one) and native (Cyrillic, listed in Latin only); order and initial (people);
absent (the same kinds of names, not listed: the answer is NIL). No query is within one edit of another entity's name.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import accumulate
from math import gcd
from pathlib import Path
from typing import Any, TypeVar

import yaml

from entitynorm.io.files import atomic_writer
from entitynorm.text.translit import romanisations, transliterate

HERE = Path(__file__).resolve().parent
SEED = 20260101
KINDS = ("exact", "folded", "slip", "romanised", "native", "order", "initial", "absent")
TYPES = (("PERSON", 45), ("PLACE", 33), ("ORG", 22))
NATIVE_LISTED = 0.4
"""Share of the names made in Cyrillic that are listed with their Cyrillic spelling too."""
_PRIME = 7_368_787
T = TypeVar("T")
_LATIN = "abcdefghijklmnopqrstuvwxyz"
_CYRILLIC = "абвгдежзийклмнопрстуфхцчшщыьэюя"
_STROKES = str.maketrans({"ł": "l", "ı": "i", "đ": "d", "ø": "o", "ß": "ss"})


@dataclass(frozen=True, slots=True)
class Listed:
    """An entity of the list, with what the queries have to know of how its name was made."""

    id: str
    type: str
    name: str
    native: str | None
    """The Cyrillic spelling that the name was romanised from."""
    lang: str | None
    native_listed: bool
    given: str | None
    """Given names and surname as written in ``name``; None for what is no person."""
    surname: str | None

    @property
    def names(self) -> tuple[str, ...]:
        """Every listed spelling, the canonical one first."""
        return (self.name, self.native) if self.native and self.native_listed else (self.name,)

    def record(self) -> dict[str, Any]:
        """The entity record."""
        out: dict[str, Any] = {"id": self.id, "type": self.type, "name": self.name}
        if self.native and self.native_listed:
            out["aliases"] = [{"text": self.native, "lang": self.lang, "kind": "native"}]
        return out


@dataclass(frozen=True, slots=True)
class Query:
    """A spelling, the entity it means (None: no entity of the list) and how it was made."""

    text: str
    id: str | None
    kind: str


class Dice:
    """Draws that every Python makes alike: only ``Random.random`` of an integer seed is promised to stay."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed).random

    def below(self, size: int) -> int:
        """A whole number from 0 to size - 1."""
        return int(self.random() * size)

    def pick(self, items: Sequence[T]) -> T:
        """One of the items."""
        return items[int(self.random() * len(items))]

    def rank(self, octaves: tuple[int, int]) -> int:
        """A rank by Zipf's law in steps: every octave from 2^a to 2^b is as likely as another, inside it all ranks are."""
        low, high = octaves
        octave = 1 << (low + self.below(high - low)) if high > low else 1 << low
        return octave + self.below(octave) - (1 << low)


class Slot:
    """The words of one kind in one culture, by rank."""

    def __init__(self, pieces: Mapping[str, Any]) -> None:
        self.octaves = (int(pieces["octaves"][0]), int(pieces["octaves"][1]))
        self.common: list[str] = pieces.get("common", [])
        self._first: list[str] = pieces.get("first", [])
        self._middle: list[str] = pieces.get("middle", [])
        self._ending: list[str] = pieces.get("ending", [])

    def draw(self, dice: Dice) -> str:
        """A word."""
        return self.word(dice.rank(self.octaves))

    def word(self, rank: int) -> str:
        """The word of a rank: common words first, then built ones, the short ones first."""
        if rank < len(self.common) or not self._first:
            return self.common[rank % len(self.common)]
        rank -= len(self.common)
        middles = 0
        size = len(self._first) * len(self._ending)
        while rank >= size and self._middle:
            rank -= size
            middles += 1
            size *= len(self._middle)
        step = _PRIME
        while gcd(step, size) > 1:
            step += 1
        rank, first = divmod(rank * step % size, len(self._first))
        rank, last = divmod(rank, len(self._ending))
        parts = [self._first[first]]
        for _ in range(middles):
            rank, middle = divmod(rank, len(self._middle))
            parts.append(self._middle[middle])
        ending = self._ending[last]
        return "|".join("".join((*parts, end)) for end in ending.split("|"))


@dataclass(frozen=True, slots=True)
class Culture:
    """Slots and patterns of one culture."""

    name: str
    slots: Mapping[str, Slot]
    patterns: Mapping[str, Sequence[str]]
    lang: str | None
    schemes: Sequence[str]


@cache
def cultures() -> tuple[tuple[Culture, ...], tuple[int, ...]]:
    """The cultures and their shares added up."""
    # The base loader leaves every scalar a text: No and On are syllables.
    raw = yaml.load((HERE / "morphemes.yaml").read_text(encoding="utf-8"), yaml.BaseLoader)["cultures"]
    made = tuple(
        Culture(
            name,
            {slot: Slot(pieces) for slot, pieces in one["slots"].items()},
            {"PERSON": one["person"], "PLACE": one["place"], "ORG": one["org"]},
            one.get("lang"),
            one.get("listed_scheme", ()),
        )
        for name, one in raw.items()
    )
    return made, tuple(accumulate(int(one["share"]) for one in raw.values()))


# ------------------------------------------------------------------------------------------------ making names


def key(text: str) -> str:
    """What two spellings share that differ in case, accents, punctuation and spacing only."""
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
        text = text.translate(_STROKES)
    return "".join([c for c in text if c.isalnum()]).lower()


def _formed(word: str, gender: int) -> str:
    """The form of a word for men (0), women (1) or things of neuter names (2)."""
    forms = word.split("|")
    return forms[min(gender, len(forms) - 1)]


def _gender_of_town(town: str) -> int:
    return 1 if town[-1] in "ая" else 2 if town[-1] in "ое" else 0


def _filled(pattern: str, culture: Culture, dice: Dice) -> tuple[str, str | None, str | None]:
    """A pattern with its slots filled: the name, and the given name and surname of a person."""
    female = dice.random() < 0.42 if "San" not in pattern else "Santa" in pattern
    sex = int(female)
    given = None
    words: dict[str, str] = {}
    if "{given}" in pattern:
        given = words["given"] = culture.slots["given_f" if female else "given_m"].draw(dice)
    if "{second}" in pattern:
        fathers = culture.name == "arabic"
        words["second"] = culture.slots["given_f" if female and not fathers else "given_m"].draw(dice)
    if "{initial}" in pattern:
        words["initial"] = dice.pick(_LATIN).upper()
    for slot, of in (("surname", "surname"), ("mother", "surname"), ("patronymic", "patronymic")):
        if f"{{{slot}}}" in pattern:
            words[slot] = _formed(culture.slots[of].draw(dice), sex)
    surname = words.get("surname")
    gender = 0
    joined = "{modifier}{town}" in pattern
    while "{town}" in pattern:  # each mention of a town is another town
        town = culture.slots["town"].draw(dice)
        gender = _gender_of_town(town)
        pattern = pattern.replace("{town}", town.lower() if joined else town, 1)
    for slot in ("modifier", "kind", "house", "trade", "concept", "legal"):
        if f"{{{slot}}}" in pattern:
            words[slot] = _formed(culture.slots[slot].draw(dice), gender)
    return pattern.format(**words), given, surname


@lru_cache(maxsize=200_000)
def _latin_word(word: str, scheme: str) -> str:
    return transliterate(word, scheme)


def _latin(text: str, scheme: str) -> str:
    return " ".join(_latin_word(word, scheme) for word in text.split(" "))


def _one(dice: Dice, number: int) -> Listed:
    kind = TYPES[_weighted(dice, _TYPE_SHARES)][0]
    made, shares = cultures()
    culture = made[_weighted(dice, shares)]
    text, given, surname = _filled(dice.pick(culture.patterns[kind]), culture, dice)
    native = None
    if culture.schemes:
        scheme = dice.pick(culture.schemes)
        native, text = text, _latin(text, scheme)
        given, surname = given and _latin(given, scheme), surname and _latin(surname, scheme)
    if kind != "PERSON":
        given = surname = None
    listed = native is not None and dice.random() < NATIVE_LISTED
    return Listed(f"{kind.lower()}:{number}", kind, text, native, culture.lang, listed, given, surname)


_TYPE_SHARES = tuple(accumulate(share for _, share in TYPES))


def _weighted(dice: Dice, shares: Sequence[int]) -> int:
    return bisect_right(shares, dice.below(shares[-1]))


def entities(size: int, seed: int = SEED, *, seen: set[str] | None = None) -> Iterator[Listed]:
    """``size`` entities; no two of them have a spelling with the same `key`. ``seen`` is filled with the keys."""
    seen = set() if seen is None else seen
    dice = Dice(seed)
    for number in range(size):
        while True:
            made = _one(dice, number)
            keys = set(map(key, (made.name, *([made.native] if made.native else []))))
            if seen.isdisjoint(keys) and min(map(len, keys)) > 3:
                break
        seen |= keys
        yield made


# ---------------------------------------------------------------------------------------------- making queries


def edits(text: str, alphabet: str) -> Iterator[str]:
    """Every text one deletion, insertion, replacement or swap of neighbours away, the text itself among them."""
    for n in range(len(text) + 1):
        head, tail = text[:n], text[n:]
        for letter in alphabet:
            yield head + letter + tail
            if tail:
                yield head + letter + tail[1:]
        if tail:
            yield head + tail[1:]
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]


def _alphabet(text: str) -> str:
    return _CYRILLIC if any("\u0400" <= c <= "\u04ff" for c in text) else _LATIN


def slip(text: str, dice: Dice) -> str | None:
    """The text with one slip of the pen inside a word of five letters or more; None where it has no such word."""
    places = [
        n
        for n in range(1, len(text))
        if text[n].isalpha() and text[n - 1].isalpha() and len(_word_around(text, n)) >= 5
    ]
    if not places:
        return None
    n = dice.pick(places)
    letter = dice.pick(_alphabet(text))
    head, tail = text[:n], text[n:]
    if letter == tail[0].lower():
        return head + tail[1:]
    match dice.below(4):
        case 0:
            return head + tail[1:]
        case 1:
            return head + letter + tail
        case 2:
            return head + letter + tail[1:]
        case _:
            swapped = tail[1:2].isalpha() and tail[0] != tail[1]
            return head + tail[1] + tail[0] + tail[2:] if swapped else head + letter + tail


def _word_around(text: str, n: int) -> str:
    start, end = n, n
    while start and text[start - 1].isalpha():
        start -= 1
    while end < len(text) and text[end].isalpha():
        end += 1
    return text[start:end]


def folded(text: str, dice: Dice) -> str | None:
    """The text in another case, without its accents, or with other punctuation; None where nothing would change."""
    cyrillic = _alphabet(text) == _CYRILLIC
    plain = text if cyrillic else "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    changes: tuple[Callable[[], str], ...] = (
        text.lower,
        text.upper,
        lambda: plain.translate(_STROKES),
        lambda: text.replace(".", "").replace("«", '"').replace("»", '"').replace(",", ""),
        lambda: text.replace("-", " ").replace("'", "’"),
        lambda: text.replace(" ", "  ").lower(),
    )
    made = changes[dice.below(len(changes))]()
    return made if made != text else None


def _romanised(one: Listed, dice: Dice) -> str | None:
    """The Latin spelling of another scheme; None where the listed spelling is the only one."""
    if one.native is None:
        return None
    known = {key(name) for name in one.names}
    found = [r.text for r in romanisations(one.native, one.lang, limit=4) if key(r.text) not in known]
    return dice.pick(found) if found else None


def _spelled(one: Listed, kind: str, dice: Dice) -> str | None:
    """A query of a kind for an entity; None where its name has none."""
    match kind:
        case "exact":
            return dice.pick(one.names)
        case "folded":
            return folded(dice.pick(one.names), dice)
        case "slip":
            return slip(dice.pick(one.names), dice)
        case "romanised":
            return _romanised(one, dice)
        case "native":
            return one.native if not one.native_listed else None
        case "order" if one.given and one.surname:
            comma = dice.pick((",", ""))
            turned = f"{one.surname}{comma} {one.given}"
            same_words = {one.given, one.surname} == set(one.name.split())
            return turned if same_words and key(turned) != key(one.name) else None
        case "initial" if one.given and one.surname and one.name == f"{one.given} {one.surname}":
            return f"{one.given[0]}. {one.surname}"
    return None


def _bearer(one: Listed) -> tuple[str, str] | None:
    """What an initial and a surname leave of a person."""
    return (key(one.given)[:1], key(one.surname)) if one.given and one.surname else None


def _apart(text: str, own: set[str], seen: set[str]) -> bool:
    """Whether no name of the list but ``own`` is within one edit."""
    return all(near in own or near not in seen for near in edits(key(text), _alphabet(text)))


def queries(size: int, each: int, seed: int = SEED) -> Iterator[Query]:
    """``each`` queries of every kind (fewer where a small list has not so many) for the list of that size and seed."""
    dice = Dice(seed + 1)
    seen: set[str] = set()
    bearers: Counter[tuple[str, str]] = Counter()
    wanted = min(size, 40 * each * len(KINDS))
    chance = wanted / size
    sample: list[Listed] = []
    for one in entities(size, seed, seen=seen):
        if (bearer := _bearer(one)) is not None:
            bearers[bearer] += 1
        if dice.random() < chance:
            sample.append(one)
    for kind in KINDS[:-1]:
        yield from _of_kind(kind, sample, each, dice, seen, bearers)
    strangers = entities(sys.maxsize, seed + 2, seen=set(seen))
    found = 0
    while found < each:
        name = next(strangers)
        text = dice.pick((name.name, name.name, name.native or name.name))
        if _apart(text, set(), seen) and bearers[_bearer(name) or ("", "")] == 0:
            found += 1
            yield Query(text, None, "absent")


def _of_kind(
    kind: str, sample: Sequence[Listed], each: int, dice: Dice, seen: set[str], bearers: Counter[tuple[str, str]]
) -> Iterator[Query]:
    found = 0
    start = dice.below(len(sample)) if sample else 0
    for one in (*sample[start:], *sample[:start]):
        if found == each:
            return
        text = _spelled(one, kind, dice)
        if text is None or (kind == "initial" and bearers[_bearer(one) or ("", "")] != 1):
            continue
        own = {key(name) for name in (one.name, one.native or one.name)}
        if _apart(text, own, seen):
            found += 1
            yield Query(text, one.id, kind)


# ---------------------------------------------------------------------------------------------------- the files


def write_list(folder: Path, size: int, each: int, seed: int = SEED) -> tuple[Path, Path]:
    """Write gazetteer.jsonl and queries.tsv; give their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    gazetteer, asked = folder / "gazetteer.jsonl", folder / "queries.tsv"
    with atomic_writer(gazetteer) as stream:
        for one in entities(size, seed):
            stream.write(json.dumps(one.record(), ensure_ascii=False) + "\n")
    with atomic_writer(asked) as stream:
        stream.write("text\tid\tkind\n")
        for query in queries(size, each, seed):
            stream.write(f"{query.text}\t{query.id or 'NIL'}\t{query.kind}\n")
    return gazetteer, asked


def read_queries(path: Path) -> list[Query]:
    """The queries of a file that `write_list` wrote."""
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()[1:]]
    return [Query(text, None if right == "NIL" else right, kind) for text, right, kind in rows]


def main(arguments: Sequence[str] | None = None) -> None:
    """Parse, generate, say what was written."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("size", type=int, help="number of entities")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FOLDER", help="where to write the two files")
    parser.add_argument("--seed", type=int, default=SEED, help="another seed, another list (default: %(default)s)")
    parser.add_argument("--each", type=int, default=500, help="queries of each kind (default: %(default)s)")
    options = parser.parse_args(arguments)
    if options.size < 1 or options.each < 0:
        parser.error("SIZE has to be 1 or more, --each 0 or more")
    for path in write_list(options.output, options.size, options.each, options.seed):
        print(path)


if __name__ == "__main__":
    main()
