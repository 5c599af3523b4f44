"""The tokens of a block of texts as arrays, and the hash of any run of them in constant time.

A run of tokens is hashed by the letters it folds to (`entitynorm.tagging.codepoints`): case, marks, apostrophes,
hyphens and spaces add nothing, so that Al-Shouha, al shouha and ALSHOUHA share a hash. No folded string is made, and
ranges are code points of the original text by construction (polynomial prefix hashes: Karp and Rabin 1987).

What is a number for each code point lives only as long as a piece of the text is worked on, in arrays that are used
again for the next: new memory for each of them would cost more than all that is reckoned in it. What is kept is one
number for each token.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from functools import cache, cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from entitynorm.retrieval.distinct import among, distinct
from entitynorm.retrieval.ragged import ragged
from entitynorm.tagging.borders import Classes, borders
from entitynorm.tagging.borders import Ints as Ints
from entitynorm.tagging.codepoints import (
    BASE,
    DIGIT,
    GAP,
    KEPT_MARKS,
    LETTERS,
    LOWER,
    MIX,
    SPACED_GAP,
    UNEVEN,
    UNSPACED,
    UPPER,
    VALUE,
    WORD,
    classes,
    letter_value,
)
from entitynorm.text.tokens import Gap, gap_of

Hashes = NDArray[np.uint64]
SEPARATOR = "\f"
"""Stands between the texts of a block; no name reaches over it."""
STEM = 5
"""Code points by which a word is met again in a case form (обороны, обороной)."""
_PIECE = 131_072
"""Code points worked on at a time: few enough that what is reckoned of them stays in the caches of a processor, and
many enough that numpy is not called more often than it works."""
_KEPT_BYTES = 8 << 20
"""Half of what the allocator is to keep for the arrays of the next block."""
_ROMANCE_WORDS = (
    "la le les el los las del que il della delle dei dos os ao aos em uma pelo pela pelos pelas não são foi une est "
    "au aux gli che por para"
)
_ONE_ROMANCE_IN = 16
"""A Romance text has at least one of these words in so many."""
_PIECE_ENDS = (" ", "\n", SEPARATOR)
_DIAERESIS, _IE = KEPT_MARKS[1], (ord("е"), ord("Е"))
_WHITE = re.compile("[ \n\f]")
_LONGEST_KEPT = 64
_DECLINING = np.array(sorted(map(ord, "ąćęłńśźżčšžřůěďťňđĄĆĘŁŃŚŹŻČŠŽŘŮĚĎŤŇĐ")), np.uint32)
_ONE_IN = 100
_SPACE = ord(" ")
_NO_GAP, _OTHER_GAP, _MOST_LETTERS = Gap.NONE, 255, 255


_powers: tuple[Hashes, Hashes] = (np.ones(1, np.uint64), np.ones(1, np.uint64))
"""Powers of the base and of its inverse, as many as were ever needed; replaced as a pair, since threads share it."""


def powers_up_to(count: int) -> tuple[Hashes, Hashes]:
    global _powers
    known = _powers
    if count <= len(known[0]):
        return known
    size = max(4096, 1 << (count - 1).bit_length())
    up, down = np.full(size, np.uint64(BASE)), np.full(size, np.uint64(pow(BASE, -1, 1 << 64)))
    up[0] = down[0] = 1
    np.cumprod(up, out=up)
    np.cumprod(down, out=down)
    _powers = up, down
    return up, down


_gap = lru_cache(maxsize=4096)(gap_of)


class _Sheet:
    """Working arrays for a piece of text: a number for each code point, and one more where sums are made."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.codes, self.sums = np.empty(size, np.int64), np.zeros(size + 1, np.uint64)


@cache
def _romance_words() -> Hashes:
    """Hashes of common words of French, Spanish, Italian and Portuguese that Germanic languages lack (de is Dutch)."""
    return distinct(Scan(_ROMANCE_WORDS).hashes)


class _Sheets(threading.local):
    """The sheet of each thread."""

    def __init__(self) -> None:
        self._own = _Sheet(0)

    def of(self, size: int) -> _Sheet:
        if size <= self._own.size:
            return self._own
        if size > _PIECE:  # no white space far and wide: rare, and not kept
            return _Sheet(size)
        self._own = _Sheet(min(_PIECE, max(1024, 2 * size)))
        return self._own


_sheets = _Sheets()
# The allocator of glibc gives memory back to the system when it is freed, and the next block of text pays a page fault
# for every 4 KB of it again: a third of the time. How much it keeps is twice the largest array it has seen freed; this
# one is never written to and costs nothing.
np.empty(_KEPT_BYTES, np.uint8)


class Scan:
    """One block of text as arrays with an element for each token.

    ``start`` and ``end`` are code points of the text; ``letters`` counts what a token folds to, up to 255.
    """

    def __init__(self, text: str, *, declines: bool | None = None) -> None:
        """``declines``: whether the language declines names in Latin letters; None where its letters have to tell."""
        self.text = text
        self._declines = declines
        self._kinds = np.empty(len(text), np.uint8)
        columns = zip(*[self._piece(a, b) for a, b in _pieces(text)], strict=True)
        self.start, self.end, letters, self._first_kind, self._plain_gap, own, passed = (
            np.concatenate(column) for column in columns
        )
        self.letters = np.minimum(letters, _MOST_LETTERS).astype(np.uint8)
        self.hashes: Hashes = own * MIX
        """The hash of each token."""
        after = np.cumsum(letters)
        self._letters_before = after - letters
        up, self._down = powers_up_to(int(after[-1]) + 1 if len(after) else 1)
        own *= up.take(self._letters_before)
        parted = np.zeros(len(own) + 1, np.uint64)
        parted[self.start.searchsorted(passed)] = MIX  # no name goes on over them
        self._sum_after = np.cumsum(own + parted[:-1])
        self._sum_before = self._sum_after - own

    def _piece(self, first: int, last: int) -> tuple[NDArray[Any], ...]:
        """The arrays of the tokens of ``text[first:last]``."""
        text, kinds = self.text[first:last], self._kinds[first:last]
        sheet = _sheets.of(len(text))
        codes = sheet.codes[: len(text)]
        codes[:] = _code_points(text)
        has = classes(codes, kinds)
        start, end, passed = borders(text, codes, kinds, has)
        # Nearly all words fold to one letter for each code point: there a place is a power, and no letters are counted.
        sums = sheet.sums[: len(text) + 1]
        up, down = powers_up_to(len(text) + 1)
        VALUE.take(codes, out=sums[1:], mode="clip")
        sums[1:] *= up[: len(text)]
        np.cumsum(sums, out=sums)
        letters, own = end - start, sums.take(end)
        own -= sums.take(start)
        own *= down.take(start)
        if has & UNEVEN and len(start):
            uneven = _holding((kinds & UNEVEN > 0).nonzero()[0], start, end)
            letters[uneven], own[uneven] = _folded(codes, start.take(uneven), end.take(uneven))
        gaps = _plain_gaps(codes, start, end)
        parting = np.array(passed, np.int64) + first
        return start + first, end + first, letters, kinds.take(start), gaps, own, parting

    def __len__(self) -> int:
        return len(self.start)

    @cached_property
    def _borders(self) -> tuple[list[int], list[int]]:
        """Starts and ends as lists: single numbers of an array cost many times as much."""
        return self.start.tolist(), self.end.tolist()

    def word(self, token: int) -> str:
        """A token as it is written."""
        start, end = self._borders
        return self.text[start[token] : end[token]]

    def each(self, tokens: Ints) -> list[str]:
        """Each of some tokens as it is written."""
        text = self.text
        return [text[a:b] for a, b in zip(self.start[tokens].tolist(), self.end[tokens].tolist(), strict=True)]

    def words(self, first: int, last: int) -> str:
        """Some tokens as they are written, and what stands between them."""
        start, end = self._borders
        return self.text[start[first] : end[last]]

    def hash(self, first: Ints, last: Ints) -> Hashes:
        """The hash of each run of tokens, given by its first and its last, by what it folds to."""
        found = self._sum_after.take(last)
        found -= self._sum_before.take(first)
        found *= self._down.take(self._letters_before.take(first))
        found *= MIX
        return found

    def stems(self, tokens: Ints) -> Hashes:
        """The hashes of the first letters of tokens: what the case forms of a word have in common."""
        start = self.start.take(tokens)
        return _folded(self.codes, start, np.minimum(start + STEM, self.end.take(tokens)))[1] * MIX

    @cached_property
    def codes(self) -> NDArray[np.uint32]:
        """The code points of the block."""
        return _code_points(self.text).astype(np.uint32, copy=False)

    @cached_property
    def upper(self) -> NDArray[np.bool_]:
        """Whether the token begins with a capital."""
        found: NDArray[np.bool_] = self._first_kind & UPPER > 0
        return found

    @cached_property
    def caseless(self) -> NDArray[np.bool_]:
        """Whether the token begins with a letter or digit that has no case."""
        found: NDArray[np.bool_] = self._first_kind & (LOWER | UPPER) == 0
        return found

    @cached_property
    def small(self) -> NDArray[np.bool_]:
        """Whether the token begins with a small letter."""
        found: NDArray[np.bool_] = self._first_kind & LOWER > 0
        return found

    @cached_property
    def unspaced(self) -> NDArray[np.bool_]:
        """Whether the token is a letter of a script where spaces do not tell words apart."""
        found: NDArray[np.bool_] = self._first_kind & UNSPACED > 0
        return found

    @cached_property
    def digits(self) -> NDArray[np.bool_]:
        """Whether the token holds a digit."""
        out = np.zeros(len(self.start), np.bool_)
        digits = np.flatnonzero(self._kinds & DIGIT > 0)
        at = np.searchsorted(self.start, digits, "right") - 1
        digits, at = digits[at >= 0], at[at >= 0]
        out[at[digits < self.end[at]]] = True  # those of a web address are no token's
        return out

    @cached_property
    def romance(self) -> NDArray[np.bool_]:
        """Whether each token stands in a text of a Romance language, told by its commonest words."""
        known = among(self.hashes, _romance_words())
        text = np.cumsum(self.codes == ord(SEPARATOR))[self.start] if SEPARATOR in self.text else None
        if text is None:
            return np.full(len(self), np.count_nonzero(known) * _ONE_ROMANCE_IN >= len(self))
        share = np.bincount(text, known, int(text.max(initial=0)) + 1) * _ONE_ROMANCE_IN
        found: NDArray[np.bool_] = (share >= np.bincount(text, minlength=len(share)))[text]
        return found

    @cached_property
    def declining(self) -> NDArray[np.bool_]:
        """Whether each token stands in a text of a Latin-script language that declines names.

        Told by its letters: Polish, Czech, Slovak, Slovene and Croatian write at least one in a hundred with a caron, a
        stroke or an ogonek, which English, German and the Romance languages hardly ever do.
        """
        out = np.full(len(self), bool(self._declines))
        if self._declines is not None or self.text.isascii():
            return out
        marked = np.flatnonzero((self.codes >= _DECLINING[0]) & (self.codes <= _DECLINING[-1]))
        marked = marked[among(self.codes[marked], _DECLINING)]
        if not len(marked):
            return out
        bounds = np.concatenate(([0], np.flatnonzero(self.codes == ord(SEPARATOR)), [len(self.codes)]))
        texts, counts = np.unique(np.searchsorted(bounds, marked, "right") - 1, return_counts=True)
        for first, last, count in zip(bounds[texts].tolist(), bounds[texts + 1].tolist(), counts.tolist(), strict=True):
            if count * _ONE_IN >= np.count_nonzero(self._kinds[first:last] & WORD):
                out[slice(*np.searchsorted(self.start, (first, last)))] = True
        return out

    def capitals(self, tokens: Ints) -> NDArray[np.bool_]:
        """Whether all letters of each token are capitals."""
        out = self.upper[tokens]
        some = np.flatnonzero(out)
        if len(some):
            chosen = tokens[some]
            length = self.end[chosen] - self.start[chosen]
            token, place = ragged(length)
            kinds = self._kinds.take(self.start[chosen].take(token) + place)
            out[some] = np.bitwise_or.reduceat(kinds, np.cumsum(length) - length) & LOWER == 0
        return out

    @cached_property
    def gap(self) -> Classes:
        """What stands before each token (see `entitynorm.text.tokens.Gap`)."""
        return self.gaps(np.arange(len(self)))

    def gaps(self, tokens: Ints) -> Classes:
        """What stands before each of these tokens."""
        out: Classes = self._plain_gap.take(tokens)
        other = (out == _OTHER_GAP).nonzero()[0]
        if len(other):
            after = tokens[other]
            text, begin, end = self.text, self.end.take(after - 1, mode="wrap"), self.start.take(after)
            out[other] = [
                Gap.HARD if not token else _gap(text[a:b]) if b - a < _LONGEST_KEPT else gap_of(text[a:b])
                for token, a, b in zip(after.tolist(), begin.tolist(), end.tolist(), strict=True)
            ]
        return out


def _code_points(text: str) -> NDArray[np.uint16] | NDArray[np.uint32]:
    """The code points of a text, in half the space where all of them are of the basic plane."""
    halves = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), np.uint16)
    if len(halves) == len(text):
        return halves
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def _plain_gaps(codes: Ints, start: Ints, end: Ints) -> Classes:
    """What stands before each token of a piece, if that is nothing, one code point, or one and a space."""
    out = np.full(len(start), _OTHER_GAP, np.uint8)
    if len(start) > 1:
        width = start[1:] - end[:-1]
        signs = codes.take(end[:-1])
        found = GAP.take(signs, out=out[1:], mode="clip")
        odd = (width != 1).nonzero()[0]
        width, signs = width.take(odd), signs.take(odd)
        spaced = (width == 2) & (codes.take(start.take(odd + 1) - 1) == _SPACE)
        found[odd] = np.where(spaced, SPACED_GAP.take(signs), np.where(width == 0, _NO_GAP, _OTHER_GAP))
    return out


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """A text in pieces that end with white space, where no word goes on."""
    first = 0
    while first < len(text) or not first:
        last = first + _PIECE
        if last < len(text):
            last = max(text.rfind(sign, first, last) for sign in _PIECE_ENDS) + 1
            if last <= first:
                found = _WHITE.search(text, first + _PIECE)
                last = found.end() if found else len(text)
        yield first, min(last, len(text))
        first = last


def _holding(places: Ints, start: Ints, end: Ints) -> Ints:
    """Which tokens hold any of some places of a piece, which are in ascending order."""
    token = start.searchsorted(places, "right") - 1
    token = token.compress((token >= 0) & (places < end.take(token, mode="clip")))
    return token.compress(np.concatenate((token[:1] >= 0, token[1:] != token[:-1])))


def _folded(codes: NDArray[np.integer[Any]], start: Ints, end: Ints) -> tuple[Ints, Hashes]:
    """The letters of some stretches, none of them empty, and the sums of their values, code point by code point."""
    size = end - start
    head = size.cumsum() - size
    stretch, place = ragged(size)
    codes = codes.take(start.take(stretch) + place)
    letters, values = LETTERS.take(codes), VALUE.take(codes)
    _marks(codes, letters, values)
    before = letters.cumsum() - letters
    first = before.take(head)
    values *= powers_up_to(int(letters.sum()) + 1)[0].take(before - first.take(stretch))
    return np.add.reduceat(letters, head), np.add.reduceat(values, head)


def _marks(codes: NDArray[np.integer[Any]], letters: Ints, values: Hashes) -> None:
    """Count the marks that make another Cyrillic letter in decomposed text."""
    for mark in KEPT_MARKS:
        at = (codes == mark).nonzero()[0]
        if not len(at):
            continue
        before = codes.take(at - 1)  # a token begins with no mark
        of_another = (before >= 0x400) & (before < 0x530)
        if mark == _DIAERESIS:
            of_another &= (before != _IE[0]) & (before != _IE[1])
        at = at.compress(of_another)
        letters[at] = 1
        values[at] = letter_value(mark)
