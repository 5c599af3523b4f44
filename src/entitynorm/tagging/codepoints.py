"""What each code point is in running text, as tables that are filled when a code point is first met.

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
from entitynorm.text.tokens import APOSTROPHES, MARK, gap_of, is_unspaced

WORD, INSIDE, UNEVEN, UPPER, LOWER, DIGIT, INVISIBLE, UNSPACED = 1, 2, 4, 8, 16, 32, 64, 128
"""Bits of a class: a letter or digit; a mark or invisible character, which a word goes on over; what folds to no letter
or to several; a capital; a small letter; a digit; an invisible character; a letter of a script that puts no spaces
between words, or (Hangul) none before what it adds to them."""
APOSTROPHE = UNEVEN
"""The class of apostrophes: no other has that bit alone."""
OTHER = INVISIBLE
"""The class of all else: a bit that no word has alone. It is not 0, which says that a code point was not met yet."""
LATIN_ENDS = 0x250
"""The first code point behind the Latin letters."""
BASE = 0x9E3779B97F4A7C15
"""The odd number whose powers tell the places of letters apart."""
MIX = np.uint64(0xD6E8FEB86659FD93)
"""The odd number that hashes are multiplied by, so that their leading bits depend on all others."""
_WRAP = (1 << 64) - 1
KEPT_MARKS = (0x306, 0x308)
"""Marks that make another letter of a Cyrillic one (й, ў, ї); only ё is read as е."""
_MARK = re.compile(f"[{MARK}]")

CLASS: NDArray[np.uint8] = np.zeros(0x110000, np.uint8)
LETTERS: NDArray[np.int64] = np.zeros(0x110000, np.int64)
VALUE: NDArray[np.uint64] = np.zeros(0x110000, np.uint64)
GAP: NDArray[np.uint8] = np.zeros(0x110000, np.uint8)
SPACED_GAP: NDArray[np.uint8] = np.zeros(0x110000, np.uint8)
"""What a code point between two words says (see `entitynorm.text.tokens.Gap`): alone, and with a space after it."""


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


def _fill(code: int) -> None:
    char = chr(code)
    GAP[code], SPACED_GAP[code] = gap_of(char), gap_of(f"{char} ")
    kind = _class_of(char)
    if kind & (WORD | INSIDE):
        letters = _folded(char)
        kind |= 0 if kind & WORD and len(letters) == 1 else UNEVEN
        LETTERS[code] = len(letters)
        VALUE[code] = sum(letter_value(ord(c)) * pow(BASE, n, 1 << 64) for n, c in enumerate(letters)) & _WRAP
    CLASS[code] = kind  # last, since another thread takes a class for a sign that the rest is there


def _class_of(char: str) -> int:
    if _MARK.match(char):
        return INSIDE | (INVISIBLE if unicodedata.category(char) == "Cf" else 0)
    if char.isalnum():
        kind = WORD
        if char.isupper() or char.istitle():
            kind |= UPPER
        elif char.islower():
            kind |= LOWER
        elif char.isdigit() or char.isnumeric():
            kind |= DIGIT
        return kind | UNSPACED if is_unspaced(char) else kind
    return APOSTROPHE if char in APOSTROPHES else OTHER


def classes(codes: NDArray[np.int64], out: NDArray[np.uint8]) -> int:
    """Put the class of each code point into ``out`` and answer the bits that any of them has.

    Afterwards all tables are filled for these code points.
    """
    CLASS.take(codes, out=out, mode="clip")  # clipping spares numpy a copy of what it writes; there is nothing to clip
    if len(out) and not out.min():
        for code in np.flatnonzero(np.bincount(codes[out == 0])).tolist():
            _fill(code)
        CLASS.take(codes, out=out, mode="clip")
    return int(np.bitwise_or.reduce(out))
