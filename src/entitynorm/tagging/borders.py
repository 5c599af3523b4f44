"""Where words begin and end in a piece of running text, told by the classes of its code points.

Tokens are cut as `entitynorm.text.tokens.tokenize` cuts them, but for handles, domains and dotted initials, whose
parts are tokens of their own here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from entitynorm.retrieval.distinct import distinct
from entitynorm.tagging.codepoints import APOSTROPHE, DIGIT, INSIDE, INVISIBLE, LATIN_ENDS, LOWER, UNSPACED, UPPER, WORD
from entitynorm.text.tokens import ADDRESS

Ints = NDArray[np.int64]
Classes = NDArray[np.uint8]
_HINTS = ("/", "@", "www.")
_WHITE = re.compile(r"\s")
_LONGEST_ADDRESS = 256
_SMALL_S, _TO_SMALL = ord("s"), 0x20
_ELIDED = ord("d"), ord("l")


def borders(text: str, codes: Ints, kinds: Classes, has: int) -> tuple[Ints, Ints, list[int]]:
    """Starts and ends of the words of a text, of whose classes ``kinds`` the bits ``has`` are met at all.

    And where letters begin between two words that are no word: the s of a possessive, a web address.
    """
    word = np.zeros(len(codes) + 2, np.bool_)  # with what is no word before and after it
    inner = word[1:-1]
    np.not_equal(kinds & (WORD | INSIDE), 0, out=inner)
    odd = bool(has & (INSIDE | UNSPACED))
    passed: list[int] = []
    if has & APOSTROPHE:
        leading, passed = _apostrophes(codes, kinds, word)
        odd |= leading
    hidden = list(_addresses(text))
    for a, b in hidden:
        inner[a:b] = False
        passed.append(a)
    edges = np.flatnonzero(word[1:] != word[:-1])
    start, end = edges[::2], edges[1::2]
    start, end = _cut_at_capitals(kinds, inner, start, end, marked=bool(has & INSIDE))
    if has & UNSPACED:
        start, end = _letter_by_letter(kinds, inner, start, end)
    if odd or hidden:
        start, end = _trimmed(kinds, start, end)
    return start, end, passed


def _apostrophes(codes: Ints, kinds: Classes, word: NDArray[np.bool_]) -> tuple[bool, list[int]]:
    """Take apostrophes between letters into words, and the s of the English possessive out of them.

    ``word`` begins one place before the code points. Answers whether a word begins with an apostrophe now, and where
    the s of a possessive stands.
    """
    at = (kinds[1:-1] == APOSTROPHE).nonzero()[0] + 1
    before, after = kinds.take(at - 1), kinds.take(at + 1)
    within = word.take(at) & (after & WORD > 0)
    within &= (before & LOWER == 0) | (after & UPPER == 0)  # d'Ukraine is two words
    letters = codes.take(at - 1) | _TO_SMALL
    elided = ((letters == _ELIDED[0]) | (letters == _ELIDED[1])) & ~word.take(at - 1)
    within &= ~(elided & ((before & LOWER > 0) | (after & UPPER > 0)))  # and so are l'islam and L'Algérie
    at = at.compress(within)
    owns = (codes.take(at + 1) | _TO_SMALL == _SMALL_S) & ~word.take(at + 3) & (codes.take(at - 1) < LATIN_ENDS)
    owned = at.compress(owns) + 1
    word[owned + 1] = False
    others = at.compress(~owns)
    word[others + 1] = True
    return not word.take(others).all(), owned.tolist()


def _cut_at_capitals(
    kinds: Classes, word: NDArray[np.bool_], start: Ints, end: Ints, *, marked: bool
) -> tuple[Ints, Ints]:
    """Words cut where a small letter meets a capital that a letter follows, but for a single small letter (iPhone).

    ``marked``: whether there are marks, which belong to their letters and are passed over.
    """
    small = (kinds[1:-2] & (WORD | UPPER | DIGIT)) == WORD
    if marked:
        small |= (kinds[1:-2] & (WORD | INSIDE)) == INSIDE
    meets = (small & (kinds[2:-1] & UPPER > 0)).nonzero()[0] + 2
    meets = meets[word[meets - 2] & word[meets - 1] & word[meets]]
    parts = (kinds[meets + 1] & (WORD | DIGIT)) == WORD
    if marked:
        beside = ((kinds[meets - 2] | kinds[meets - 1] | kinds[meets + 1]) & INSIDE).nonzero()[0]
        parts[beside] = [_is_cut(kinds, word, at) for at in meets[beside].tolist()]
    meets = meets[parts]
    return _put_in(start, meets), _put_in(end, meets)


def _is_cut(kinds: Classes, word: NDArray[np.bool_], at: int) -> bool:
    """Whether a word is cut before a capital, where marks stand beside it."""
    left = _letter(kinds, at - 1, -1)
    before, right = _letter(kinds, left - 1, -1), _letter(kinds, at + 1, 1)
    if before < 0 or right == len(kinds) or not word[before]:
        return False
    return kinds[left] & (WORD | UPPER | DIGIT) == WORD and bool(kinds[right] & (WORD | DIGIT) == WORD)


def _letter(kinds: Classes, at: int, step: int) -> int:
    """The first place from one on that has no mark."""
    while 0 <= at < len(kinds) and kinds[at] & (WORD | INSIDE) == INSIDE:
        at += step
    return at


def _letter_by_letter(kinds: Classes, word: NDArray[np.bool_], start: Ints, end: Ints) -> tuple[Ints, Ints]:
    """Each letter of a script without spaces is a token, with the marks that follow it."""
    alone = (kinds & UNSPACED > 0).nonzero()[0]
    edges = distinct(np.concatenate((alone, alone + 1)))
    edges = edges[(edges > 0) & (edges < len(word))]
    edges = edges[word[edges] & word[edges - 1] & (kinds[edges] & (WORD | INSIDE) != INSIDE)]
    return _put_in(start, edges), _put_in(end, edges)


def _put_in(places: Ints, more: Ints) -> Ints:
    """Places in order, with those of ``more`` that are not among them."""
    if not len(more):
        return places
    at = places.searchsorted(more)
    new = places.take(at, mode="clip") != more
    return np.insert(places, at[new], more[new])


def _trimmed(kinds: Classes, start: Ints, end: Ints) -> tuple[Ints, Ints]:
    """Words begin with a letter, and closing direction marks belong to the text around them."""
    odd = np.flatnonzero((kinds.take(start) & WORD == 0) | (kinds.take(end - 1) & INVISIBLE > 0))
    if not len(odd):
        return start, end
    start, end = start.copy(), end.copy()
    for n in odd.tolist():
        a, b = int(start[n]), int(end[n])
        while a < b and not kinds[a] & WORD:
            a += 1
        while b > a and kinds[b - 1] & INVISIBLE:
            b -= 1
        start[n], end[n] = a, b
    kept = start < end
    return start[kept], end[kept]


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
