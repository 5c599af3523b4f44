"""What each code point is in running text, as tables that are filled a page of 256 at a time, when first met.

For every code point: its class (`WORD`, `INSIDE` …), how many letters it folds to, and a 64-bit value of these letters.
The value is made so that a run of code points has the same hash as its folded form: see `entitynorm.tagging.scan`.
Folding is `entitynorm.text.folding.fold_text`, with ё read as е, and without apostrophes.
"""

from __future__ import annotations

import re
import unicodedata

import numpy as np
from numpy.typing import NDArray

from entitynorm.text.folding import fold_text
from entitynorm.text.tokens import APOSTROPHES, MARK, UNSPACED_LETTER, gap_of

WORD, INSIDE, APOSTROPHE, UPPER, LOWER, DIGIT, INVISIBLE, UNSPACED = 1, 2, 4, 8, 16, 32, 64, 128
"""Bits of a class: a letter or digit; a mark or invisible character, which a word goes on over; an apostrophe; a
capital; a small letter; a digit; an invisible character; a letter of a script that puts no spaces between words, or
(Hangul) none before what it adds to them."""
BASE = 0x9E3779B97F4A7C15
"""The odd number whose powers tell the places of letters apart."""
_WRAP = (1 << 64) - 1
_PAGES = 0x110000 >> 8
KEPT_MARKS = (0x306, 0x308)
"""Marks that make another letter of a Cyrillic one (й, ў, ї); only ё is read as е."""
_MARK = re.compile(f"[{MARK}]")

CLASS: NDArray[np.uint8] = np.zeros(0x110000, np.uint8)
LETTERS: NDArray[np.int64] = np.zeros(0x110000, np.int64)
VALUE: NDArray[np.uint64] = np.zeros(0x110000, np.uint64)
GAP: NDArray[np.uint8] = np.zeros(0x110000, np.uint8)
SPACED_GAP: NDArray[np.uint8] = np.zeros(0x110000, np.uint8)
"""What a code point between two words says (see `entitynorm.text.tokens.Gap`): alone, and with a space after it."""
_ready: NDArray[np.bool_] = np.zeros(_PAGES, np.bool_)


def letter_value(code: int) -> int:
    """The value of one folded letter: its code point, mixed (splitmix64: Steele, Lea, Flood 2014)."""
    x = (code + 1) * BASE & _WRAP
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9 & _WRAP
    x = (x ^ (x >> 27)) * 0x94D049BB133111EB & _WRAP
    return (x ^ (x >> 31)) | 1


def _folded(char: str) -> str:
    if unicodedata.category(char) in ("Cs", "Cn", "Co"):
        return char
    folded = fold_text(char)
    # Cyrillic letters with a mark of their own fold to the bare letter and the mark, as they stand in decomposed text.
    if "\u0400" <= folded <= "\u052f":
        folded = unicodedata.normalize("NFD", folded.replace("ё", "е"))
    return "".join(c for c in folded if c.isalnum() or ord(c) in KEPT_MARKS)


def _fill(page: int) -> None:
    for code in range(page << 8, (page + 1) << 8):
        char = chr(code)
        GAP[code], SPACED_GAP[code] = gap_of(char), gap_of(f"{char} ")
        if _MARK.match(char):
            CLASS[code] = INSIDE | (INVISIBLE if unicodedata.category(char) == "Cf" else 0)
        elif char.isalnum():
            kind = WORD
            if char.isupper() or char.istitle():
                kind |= UPPER
            elif char.islower():
                kind |= LOWER
            elif char.isdigit() or char.isnumeric():
                kind |= DIGIT
            if UNSPACED_LETTER.match(char):
                kind |= UNSPACED
            CLASS[code] = kind
        elif char in APOSTROPHES:
            CLASS[code] = APOSTROPHE
            continue
        else:
            continue
        letters = _folded(char)
        LETTERS[code] = len(letters)
        VALUE[code] = sum(letter_value(ord(c)) * pow(BASE, n, 1 << 64) for n, c in enumerate(letters)) & _WRAP


def prepare(codes: NDArray[np.int64]) -> None:
    """Fill the tables for all pages that these code points lie on."""
    on = codes >> 8
    if _ready.take(on).all():
        return
    pages = np.bincount(on, minlength=1)
    for page in np.flatnonzero((pages > 0) & ~_ready[: len(pages)]).tolist():
        _fill(page)
        _ready[page] = True
