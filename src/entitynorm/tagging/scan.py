"""The tokens of a block of texts as arrays, and the hash of any run of them in constant time.

A run of code points is hashed by the letters it folds to (`entitynorm.tagging.codepoints`): case, marks, apostrophes,
hyphens and spaces add nothing, so that Al-Shouha, al shouha and ALSHOUHA share a hash. No folded string is made, and
ranges are code points of the original text by construction (polynomial prefix hashes: Karp and Rabin 1987).

Tokens are cut as `entitynorm.text.tokens.tokenize` cuts them, but for handles, domains and dotted initials, whose
parts are tokens of their own here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from entitynorm.tagging.codepoints import (
    APOSTROPHE,
    BASE,
    CLASS,
    DIGIT,
    GAP,
    INSIDE,
    INVISIBLE,
    KEPT_MARKS,
    LETTERS,
    LOWER,
    SPACED_GAP,
    UNSPACED,
    UPPER,
    VALUE,
    WORD,
    letter_value,
    prepare,
)
from entitynorm.text.tokens import ADDRESS, Gap, gap_of

Ints = NDArray[np.int64]
Hashes = NDArray[np.uint64]
SEPARATOR = "\f"
"""Stands between the texts of a block; no name reaches over it."""
_MIX = np.uint64(0xD6E8FEB86659FD93)
_DIAERESIS, _IE = KEPT_MARKS[1], (ord("е"), ord("Е"))
_HINTS = ("/", "@", "www.")
_WHITE = re.compile(r"\s")
_LONGEST_ADDRESS = 256
_LONGEST_KEPT = 64
_DECLINING = np.array([ord(c) for c in "ąćęłńśźżčšžřůěďťňđĄĆĘŁŃŚŹŻČŠŽŘŮĚĎŤŇĐ"])
_ONE_IN = 100
_SPACE, _S = ord(" "), (ord("s"), ord("S"))


_powers: tuple[Hashes, Hashes] = (np.ones(1, np.uint64), np.ones(1, np.uint64))
"""Powers of the base and of its inverse, as many as were ever needed; replaced as a pair, since threads share it."""


def _powers_up_to(count: int) -> tuple[Hashes, Hashes]:
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


class Scan:
    """One block of text as arrays; all offsets are code points of it."""

    def __init__(self, text: str) -> None:
        self.text = text
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.int64)
        self.codes = codes
        prepare(codes)
        kinds = CLASS.take(codes)
        letters = LETTERS.take(codes)
        values = VALUE.take(codes)
        if not text.isascii():
            self._marks(text, codes, letters, values)
        word = self._word(codes, kinds)
        for start, end in _addresses(text):
            word[start:end] = False
        self.start, self.end = _runs(word, kinds)
        self._trim(kinds)
        self.upper = (kinds.take(self.start) & UPPER) > 0
        """Whether the token begins with a capital."""
        self._kinds = kinds
        self.letter_count = np.zeros(len(codes) + 1, np.int64)
        np.cumsum(letters, out=self.letter_count[1:])
        up, self._down = _powers_up_to(int(self.letter_count[-1]) + 1)
        values *= up.take(self.letter_count[:-1])
        self._sums = np.zeros(len(codes) + 1, np.uint64)
        np.cumsum(values, out=self._sums[1:])
        self.gap = self._gaps(codes)
        """What stands before each token (see `entitynorm.text.tokens.Gap`)."""

    @cached_property
    def declining(self) -> NDArray[np.bool_]:
        """Whether each token stands in a text of a Latin-script language that declines names.

        Told by its letters: Polish, Czech, Slovak, Slovene and Croatian write at least one in a hundred with a caron, a
        stroke or an ogonek, which English, German and the Romance languages hardly ever do.
        """
        marked: Ints = np.concatenate((np.zeros(1, np.int64), np.cumsum(np.isin(self.codes, _DECLINING))))
        bounds: Ints = np.concatenate(([0], np.flatnonzero(self.codes == ord(SEPARATOR)), [len(self.codes)]))
        letters = self.letter_count[bounds[1:]] - self.letter_count[bounds[:-1]]
        enough = (marked[bounds[1:]] - marked[bounds[:-1]]) * _ONE_IN >= np.maximum(letters, 1)
        found: NDArray[np.bool_] = enough[np.searchsorted(bounds[1:-1], self.start, "right")]
        return found

    def __len__(self) -> int:
        return len(self.start)

    def hash(self, start: Ints, end: Ints) -> Hashes:
        """The hash of each range of code points, by what it folds to."""
        found: Hashes = (self._sums[end] - self._sums[start]) * self._down[self.letter_count[start]] * _MIX
        return found

    @cached_property
    def caseless(self) -> NDArray[np.bool_]:
        """Whether the token begins with a letter or digit that has no case."""
        found: NDArray[np.bool_] = self._kinds.take(self.start) & (LOWER | UPPER) == 0
        return found

    @cached_property
    def unspaced(self) -> NDArray[np.bool_]:
        """Whether the token is a letter of a script where spaces do not tell words apart."""
        found: NDArray[np.bool_] = self._kinds.take(self.start) & UNSPACED > 0
        return found

    @cached_property
    def digits(self) -> NDArray[np.bool_]:
        """Whether the token holds a digit."""
        out = np.zeros(len(self.start), np.bool_)
        at = np.searchsorted(self.start, np.flatnonzero(self._kinds & DIGIT), "right") - 1
        out[at[at >= 0]] = True
        return out

    def capitals(self, tokens: Ints) -> NDArray[np.bool_]:
        """Whether all letters of each token are capitals."""
        out = self.upper[tokens]
        some = np.flatnonzero(out)
        if len(some):
            chosen = tokens[some]
            length = self.end[chosen] - self.start[chosen]
            first = np.concatenate((np.zeros(1, np.int64), np.cumsum(length)[:-1]))
            where = np.repeat(self.start[chosen] - first, length) + np.arange(int(length.sum()))
            out[some] = np.bitwise_or.reduceat(self._kinds.take(where), first) & LOWER == 0
        return out

    @staticmethod
    def _marks(text: str, codes: Ints, letters: Ints, values: Hashes) -> None:
        """Count the marks that make another Cyrillic letter in decomposed text."""
        for mark in KEPT_MARKS:
            if chr(mark) not in text:
                continue
            at = np.flatnonzero(codes == mark)
            at = at[at > 0]
            before = codes[at - 1]
            at = at[(before >= 0x400) & (before < 0x530) & ~((mark == _DIAERESIS) & np.isin(before, _IE))]
            letters[at] = 1
            values[at] = letter_value(mark)

    @staticmethod
    def _word(codes: Ints, kinds: NDArray[np.uint8]) -> NDArray[np.bool_]:
        """Which code points lie in words: letters, digits, what a word goes on over, apostrophes between letters."""
        word = (kinds & (WORD | INSIDE)) > 0
        at = np.flatnonzero(kinds & APOSTROPHE)
        at = at[(at > 0) & (at < len(codes) - 1)]
        if len(at):
            at = at[word[at - 1] & ((kinds[at + 1] & WORD) > 0)]
            at = at[(kinds[at - 1] & LOWER == 0) | (kinds[at + 1] & UPPER == 0)]  # d'Ukraine is two words
            # The English possessive: its s is no word either.
            owns = np.isin(codes[at + 1], _S)
            last = at + 2 >= len(codes)
            owns &= last | ~word[np.minimum(at + 2, len(codes) - 1)]
            owns &= codes[at - 1] < 0x250
            word[at[~owns]] = True
            word[at[owns] + 1] = False
        return word

    def _trim(self, kinds: NDArray[np.uint8]) -> None:
        """Words begin with a letter, and closing direction marks belong to the text around them."""
        odd = np.flatnonzero((kinds.take(self.start) & WORD == 0) | (kinds.take(self.end - 1) & INVISIBLE > 0))
        if not len(odd):
            return
        gone = []
        for n in odd.tolist():
            a, b = int(self.start[n]), int(self.end[n])
            while a < b and not kinds[a] & WORD:
                a += 1
            while b > a and kinds[b - 1] & INVISIBLE:
                b -= 1
            self.start[n], self.end[n] = a, b
            if a == b:
                gone.append(n)
        self.start, self.end = np.delete(self.start, gone), np.delete(self.end, gone)

    def _gaps(self, codes: Ints) -> NDArray[np.uint8]:
        gaps = np.full(len(self.start), Gap.HARD, np.uint8)
        if len(gaps) < 2:
            return gaps
        begin, width = self.end[:-1], self.start[1:] - self.end[:-1]
        before = codes.take(begin)
        gaps[1:] = np.where(width == 0, Gap.NONE, GAP.take(before))
        wide = np.flatnonzero(width > 1)
        spaced = (width[wide] == 2) & (codes.take(begin[wide] + 1) == _SPACE)
        gaps[wide[spaced] + 1] = SPACED_GAP.take(before[wide[spaced]])
        other = wide[~spaced]
        text = self.text
        gaps[other + 1] = [
            _gap(text[a:b]) if b - a < _LONGEST_KEPT else gap_of(text[a:b])
            for a, b in zip(begin[other].tolist(), self.start[other + 1].tolist(), strict=True)
        ]
        return gaps


def _runs(word: NDArray[np.bool_], kinds: NDArray[np.uint8]) -> tuple[Ints, Ints]:
    """Starts and ends of the runs of word characters, cut where a small letter meets a capital that letters follow."""
    padded = np.zeros(len(word) + 2, np.int8)
    padded[1:-1] = word
    edges = np.flatnonzero(padded[1:] != padded[:-1])
    start, end = edges[::2], edges[1::2]
    if len(word) > 3:
        upper = (kinds & UPPER) > 0
        small = (kinds & (WORD | UPPER | DIGIT)) == WORD
        letter = (kinds & (WORD | DIGIT)) == WORD
        cut = np.flatnonzero(upper[2:-1] & small[1:-2] & letter[3:] & word[:-3] & word[1:-2] & word[2:-1]) + 2
        if len(cut):
            start = np.insert(start, np.searchsorted(start, cut), cut)
            end = np.insert(end, np.searchsorted(end, cut), cut)
    alone = np.flatnonzero(kinds & UNSPACED)
    if len(alone):
        # Each letter of a script without spaces is a token, with the marks that follow it.
        edges = np.concatenate((alone, alone[alone < len(word) - 1] + 1))
        edges = np.unique(edges[(edges > 0) & (edges < len(word))])
        edges = edges[word[edges] & word[edges - 1] & (kinds[edges] & (WORD | INSIDE) != INSIDE)]
        start, end = np.unique(np.concatenate((start, edges))), np.unique(np.concatenate((end, edges)))
    return start, end


def _addresses(text: str) -> Iterator[tuple[int, int]]:
    """The web and e-mail addresses of a text: looked for around the signs that none is without, not everywhere."""
    done = 0
    for at in _hints(text):
        if at < done:
            continue
        begin = max(done, at - _LONGEST_ADDRESS)
        begin = max(begin, *(text.rfind(white, begin, at) + 1 for white in " \n\t"))
        found = _WHITE.search(text, at)
        done = found.start() if found else len(text)
        for match in ADDRESS.finditer(text, begin, done):
            yield match.span()


def _hints(text: str) -> list[int]:
    out = []
    for hint in _HINTS:
        at = text.find(hint)
        while at >= 0:
            out.append(at)
            at = text.find(hint, at + 1)
    return sorted(out)
