"""Entities with made-up names, in any number, the same ones for the same seed on every Python.

The pieces of names stand in morphemes.yaml; this module draws from them by Zipf's law. Names in Cyrillic are made in
Cyrillic and romanised by the package's own schemes. It deliberately knows nothing of how names are asked for; see
generate_names.py.
"""

from __future__ import annotations

import random
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import accumulate
from math import gcd
from pathlib import Path
from typing import Any, TypeVar

import yaml

from entitynorm.text.translit import transliterate

HERE = Path(__file__).resolve().parent
SEED = 20260101
TYPES = (("PERSON", 45), ("PLACE", 33), ("ORG", 22))
NATIVE_LISTED = 0.4
"""Share of the names made in Cyrillic that are listed with their Cyrillic spelling too."""
LATIN = "abcdefghijklmnopqrstuvwxyz"
STROKES = str.maketrans({"ł": "l", "ı": "i", "đ": "d", "ø": "o", "ß": "ss"})
_PRIME = 7_368_787
T = TypeVar("T")


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
        """A rank by Zipf's law in steps: every octave from 2^a to 2^b is as likely, and so is every rank inside it."""
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
        text = text.translate(STROKES)
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
        words["initial"] = dice.pick(LATIN).upper()
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
