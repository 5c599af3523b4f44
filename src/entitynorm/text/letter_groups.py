"""Letters of many words turned into phones at once, by the table of letter groups of one habit of spelling.

It says what `entitynorm.text.sound_tables.Substitution` says of one string, by a few operations on arrays.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from entitynorm.text.sound_tables import NO_PHONE, Substitution, phone_numbers

LINE_END = 254
"""Stands for a line break between words; no phone has this number."""
_FIRST_WIDE = 128
"""Numbers from here on stand for the letters that are several phones, until these are written out."""
_BREAK = ord("\n")

Bytes = NDArray[np.uint8]
Places = NDArray[np.int64]


class _Group(NamedTuple):
    """Letters that are read together."""

    pair: int
    """The number of the first two."""
    rest: tuple[int, ...]
    """The numbers of the others."""
    phones: tuple[int, ...]
    """One for each letter: its phone, or `NO_PHONE`."""
    twice: bool
    """Whether it begins as it ends, and may overlap itself (aaa)."""


class LetterGroups:
    """A table of letter groups, ready for words in arrays; the longest group wins, and what begins first."""

    def __init__(self, table: Substitution) -> None:
        self._phone = np.full(0x10000, NO_PHONE, np.uint8)
        """What each letter stands for by itself."""
        for code, phones in table.single.items():
            if phones:
                self._phone[code] = phone_numbers(phones)[0]
        self._phone[_BREAK] = LINE_END
        long = [(group, phone_numbers(phones)) for group, phones in table.groups]
        together = [(group, phones) for group, phones in long if len(group) > 1]
        self._wide = [phones for group, phones in long if len(group) == 1]
        for number, letter in enumerate(group for group, _ in long if len(group) == 1):
            self._phone[ord(letter)] = _FIRST_WIDE + number
        letters = sorted({letter for group, _ in together for letter in group})
        numbers = {letter: number for number, letter in enumerate(letters, 1)}
        self._letter = np.zeros(0x10000, np.uint8)
        self._letter[list(map(ord, letters))] = np.arange(1, len(letters) + 1)
        self._base = len(letters) + 1
        self._groups = [
            _Group(
                numbers[group[0]] * self._base + numbers[group[1]],
                tuple(numbers[letter] for letter in group[2:]),
                (*phones, *[NO_PHONE] * (len(group) - len(phones))),
                any(group.startswith(group[n:]) for n in range(1, len(group))),
            )
            for group, phones in together
        ]
        self._begins = np.zeros(self._base**2, np.bool_)
        self._begins[[group.pair for group in self._groups]] = True

    def read(self, letters: NDArray[np.uint16]) -> Bytes:
        """The numbers of the phones that lower-case letters stand for, `NO_PHONE` for what stands for none.

        ``letters``: code units of UTF-16, a line break between two words, which becomes `LINE_END`. Doubled phones and
        glides are in it yet.
        """
        out: Bytes = self._phone.take(letters)
        number = self._letter.take(letters)
        pairs = number[:-1].astype(np.uint16)
        pairs *= np.uint16(self._base)
        pairs += number[1:]
        begin = np.flatnonzero(self._begins.take(pairs))
        if len(begin):
            self._write_groups(out, number, begin, pairs.take(begin))
        wide = np.flatnonzero((out >= _FIRST_WIDE) & (out < LINE_END))
        return self._widened(out, wide) if len(wide) else out

    def _write_groups(self, out: Bytes, number: Bytes, begin: Places, pairs: NDArray[np.uint16]) -> None:
        """Put the phones of all groups in the places of their letters."""
        taken = np.zeros(len(out), np.bool_)
        there = np.bincount(pairs, minlength=len(self._begins)) > 0
        for group in self._groups:
            if not there[group.pair]:
                continue
            at = begin.compress(pairs == group.pair)
            for place, letter in enumerate(group.rest, 2):
                at = at[: at.searchsorted(len(out) - place)]
                at = at.compress(number.take(at + place) == letter)
            for place in range(len(group.phones)):
                at = at.compress(~taken.take(at + place))
            if group.twice:
                at = _apart(at, len(group.phones))
            for place, phone in enumerate(group.phones):
                taken[at + place] = True
                out[at + place] = phone

    def _widened(self, out: Bytes, wide: Places) -> Bytes:
        """The same with all phones of letters that stand for several."""
        which = (out.take(wide) - _FIRST_WIDE).tolist()
        counts = np.ones(len(out), np.int64)
        counts[wide] = [len(self._wide[n]) for n in which]
        at = (np.cumsum(counts) - counts).take(wide)
        out = np.repeat(out, counts)
        for place in range(max(map(len, self._wide))):
            there = [n for n, letter in enumerate(which) if place < len(self._wide[letter])]
            out[at[there] + place] = [self._wide[which[n]][place] for n in there]
        return out


def _apart(places: Places, length: int) -> Places:
    """Those of the places of one group, in ascending order, that do not reach into one kept before."""
    if not np.any(places[1:] - places[:-1] < length):
        return places
    return np.fromiter(_kept(places.tolist(), length), np.int64)


def _kept(places: list[int], length: int) -> Iterator[int]:
    free = 0
    for place in places:
        if place >= free:
            free = place + length
            yield place
