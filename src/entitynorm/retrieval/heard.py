"""Many words by how they sound: one run of phones, and hashes of what is alike when it is heard coarsely.

The rows of `entitynorm.retrieval.phones` have room for eighteen phones each, and most words have seven. Where all words
of a page are heard at once, they lie one behind the other instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from entitynorm.retrieval.phones import (
    COARSE_CLASS,
    LENGTH_BITS,
    LONGEST,
    MIDDLE_CLASS,
    PAD,
    PHONE_BITS,
    Bytes,
    Words,
    numbers,
    powers,
)
from entitynorm.retrieval.ragged import ragged
from entitynorm.tagging.codepoints import BASE, letter_value
from entitynorm.text.letter_groups import LINE_END, LetterGroups
from entitynorm.text.sounds import PLAIN_SCRIPTS, plain_letters, plain_table, wide_readings
from entitynorm.text.tokens import script_of

Ints = NDArray[np.int64]
_VALUES = np.array([0, *map(letter_value, range(PAD + 1))], np.uint64)
_UP = powers(LONGEST + 1, BASE)
_DOWN = np.uint64(pow(BASE, -1, 1 << 64))
_A, _E, _I, _O, _U = (int(numbers(vowel)[0]) for vowel in "aeiou")
_BEFORE = np.zeros(PAD + 1, np.bool_)
_BEFORE[[_A, _E, _O, _U]] = True
"""Vowels before which an i inside a word is a glide."""


class Keyed:
    """The classes of the phones of words, doubles made one, and their hashes.

    A hash is a polynomial of the classes, so that the hash of words written together comes of theirs
    (see `entitynorm.tagging.scan`).
    """

    def __init__(self, classes: Bytes, word: Ints, count: int) -> None:
        """``classes``: a number for each phone, 0 for one that does not count; ``word``: whose it is."""
        kept = np.flatnonzero(classes)
        classes, word = classes.take(kept), word.take(kept)
        once = np.ones(len(classes), np.bool_)
        once[1:] = (classes[1:] != classes[:-1]) | (word[1:] != word[:-1])
        classes, word = classes.compress(once), word.compress(once)
        self.length = np.bincount(word, minlength=count)
        self._ends = np.concatenate((np.zeros(1, np.int64), np.cumsum(self.length)))
        values = _VALUES.take(classes)
        values *= _UP.take(np.arange(len(classes)) - self._ends.take(word))
        self._sums = np.concatenate((np.zeros(1, np.uint64), np.cumsum(values)))
        self.hash: Words = self._sums.take(self._ends[1:]) - self._sums.take(self._ends[:-1])

    def without_one(self, words: Ints) -> tuple[Words, Ints]:
        """(hash, word) of each of some words with one class left out, for every class."""
        row, place = ragged(self.length.take(words))
        word = words.take(row)
        begin, end = self._ends.take(word), self._ends.take(word + 1)
        at = begin + place
        hashes = self._sums.take(end)
        hashes -= self._sums.take(at + 1)
        hashes *= _DOWN
        hashes += self._sums.take(at)
        hashes -= self._sums.take(begin)
        return hashes, word


class Heard:
    """Words as runs of phones, at most `LONGEST` each."""

    def __init__(self, phones: Bytes, lengths: Ints, foreign: Sequence[int] | Ints = ()) -> None:
        """``foreign``: which of the words are in letters that are not Latin."""
        self.phones = phones
        self.lengths = lengths
        self.foreign = np.zeros(len(lengths), np.bool_)
        self.foreign[np.asarray(foreign, np.int64)] = True
        self._ends = np.concatenate((np.zeros(1, np.int64), np.cumsum(lengths)))

    @classmethod
    def of_rows(cls, rows: Bytes, lengths: NDArray[np.uint8]) -> Heard:
        """From rows as `entitynorm.retrieval.phones.encode` gives them."""
        return cls(rows[rows < PAD], lengths.astype(np.int64))

    @classmethod
    def of_words(cls, words: Sequence[str]) -> Heard:
        """The plainest reading of each of many lower-case words.

        >>> heard = Heard.of_words(["grayvoron", "graivoron", "грайворон"])
        >>> heard.lengths.tolist(), len(set(heard.middle().hash.tolist()))
        ([9, 9, 9], 1)
        """
        foreign = [n for n, word in enumerate(words) if not word.isascii() and script_of(word) not in PLAIN_SCRIPTS]
        if not foreign:
            return cls.of_letters(plain_letters(words), len(words))
        own = list(words)
        for n in foreign:
            own[n] = ""
        read = wide_readings([words[n] for n in foreign])
        phones = [found[0].phones[:LONGEST] if found else "" for found in read]
        lengths = np.fromiter(map(len, phones), np.int64, len(phones))
        others = cls(numbers("".join(phones)), lengths, range(len(phones)))
        return cls.of_letters(plain_letters(own), len(words)).replaced(np.array(foreign), others)

    @classmethod
    def of_letters(cls, letters: str | NDArray[np.uint16], count: int) -> Heard:
        """The plainest reading of so many words in Latin letters, a line break between two.

        Letters are lower case, with no marks but those that the table of sounds has
        (`entitynorm.text.sounds.plain_letters`).
        """
        if isinstance(letters, str):
            letters = np.frombuffer(letters.encode("utf-16-le", "surrogatepass"), np.uint16)
        return cls(*_finished(_letter_groups().read(letters), count))

    def replaced(self, words: Ints, others: Heard) -> Heard:
        """The same with other sounds for some of the words, in ascending order."""
        lengths = self.lengths.copy()
        lengths[words] = others.lengths
        theirs = np.zeros(len(self), np.bool_)
        theirs[words] = True
        out = np.empty(int(lengths.sum()), np.uint8)
        inside = np.repeat(theirs, lengths)
        out[inside] = others.phones
        out[~inside] = self.phones.compress(np.repeat(~theirs, self.lengths))
        return Heard(out, lengths, words.compress(others.foreign))

    def __len__(self) -> int:
        return len(self.lengths)

    def rows(self, words: Ints) -> tuple[Bytes, NDArray[np.uint8]]:
        """Some words as rows padded to `LONGEST`, and their lengths."""
        return self.together(words, np.arange(len(words)), len(words))

    def together(self, words: Ints, owner: Ints, count: int) -> tuple[Bytes, NDArray[np.uint8]]:
        """Words written together, as rows padded to `LONGEST`: those of an owner, which stand side by side."""
        lengths = self.lengths.take(words)
        total = np.bincount(owner, lengths, count).astype(np.int64)
        row, place = ragged(lengths)
        source = self._ends.take(words).take(row) + place
        place += (np.cumsum(lengths) - lengths - (np.cumsum(total) - total).take(owner)).take(row)
        inside = np.flatnonzero(place < LONGEST)
        out = np.full((count, LONGEST), PAD, np.uint8)
        out[owner.take(row.take(inside)), place.take(inside)] = self.phones.take(source.take(inside))
        return out, np.minimum(total, LONGEST).astype(np.uint8)

    def middle(self, silent: NDArray[np.bool_] | None = None) -> Keyed:
        """Words with kindred phones merged; those that are ``silent`` have none."""
        return self._keyed(MIDDLE_CLASS.take(self.phones), silent)

    def bones(self, silent: NDArray[np.bool_] | None = None) -> Keyed:
        """The consonant classes, and a first vowel."""
        classes = COARSE_CLASS.take(self.phones)
        first = np.zeros(len(classes), np.bool_)
        first[self._ends[:-1].compress(self.lengths > 0)] = True
        classes[(classes == 1) & ~first] = 0
        return self._keyed(classes, silent)

    def _keyed(self, classes: Bytes, silent: NDArray[np.bool_] | None) -> Keyed:
        word = np.repeat(np.arange(len(self)), self.lengths)
        if silent is not None:
            classes[silent.take(word)] = 0
        return Keyed(classes, word, len(self))

    @cached_property
    def start(self) -> Bytes:
        """The class of the first phone of each word, 0 for a word without any."""
        out = np.zeros(len(self), np.uint8)
        there = np.flatnonzero(self.lengths)
        out[there] = COARSE_CLASS.take(self.phones.take(self._ends.take(there)))
        return out

    @cached_property
    def bits(self) -> Words:
        """The first of the `entitynorm.retrieval.phones.masks` of each word."""
        out = LENGTH_BITS.take(self.lengths)
        there = np.flatnonzero(self.lengths)
        if len(there):
            out[there] |= np.bitwise_or.reduceat(PHONE_BITS.take(self.phones), self._ends.take(there))
        return out


@cache
def _letter_groups() -> LetterGroups:
    return LetterGroups(plain_table())


def _finished(phones: Bytes, count: int) -> tuple[Bytes, Ints]:
    """The phones of words, a `LINE_END` between two, brought to their final form, and how many each has.

    Doubled phones become one, and an i is no phone of its own before another vowel.
    """
    if not count:
        return np.zeros(0, np.uint8), np.zeros(0, np.int64)
    word = np.cumsum(phones == LINE_END)
    kept = np.flatnonzero(phones < PAD)
    phones, word = _single(phones.take(kept), word.take(kept))
    inside = np.zeros(len(phones), np.bool_)
    inside[1:] = word[1:] == word[:-1]
    goes_on = np.zeros(len(phones), np.bool_)
    goes_on[:-1] = inside[1:]
    after = np.full(len(phones), PAD, np.uint8)
    after[:-1] = phones[1:]
    glide = _BEFORE.take(after) & inside | ((after == _E) | (after == _I)) & ~inside
    kept = np.flatnonzero(~((phones == _I) & goes_on & glide))
    phones, word = _single(phones.take(kept), word.take(kept))
    lengths = np.bincount(word, minlength=count)
    if lengths.max(initial=0) > LONGEST:
        kept = np.flatnonzero(np.arange(len(phones)) - (np.cumsum(lengths) - lengths).take(word) < LONGEST)
        phones, lengths = phones.take(kept), np.minimum(lengths, LONGEST)
    return phones, lengths


def _single(phones: Bytes, word: Ints) -> tuple[Bytes, Ints]:
    once = np.ones(len(phones), np.bool_)
    once[1:] = (phones[1:] != phones[:-1]) | (word[1:] != word[:-1])
    return phones.compress(once), word.compress(once)
