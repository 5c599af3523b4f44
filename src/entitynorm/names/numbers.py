"""Numbers inside names, however they are written: 44, forty-four, 1st, First, XIV.

Two names that hold different numbers are different things (the 5th and the 7th brigade); "First Bank" and "1st Bank"
are one. A word is read as a number only beside other words: a town may be called Quarto.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from entitynorm.table_cache import packaged_table

_DIGITS = re.compile(r"\d+")
_ROMAN = {"i": 1, "v": 5, "x": 10}


@cache
def _values() -> tuple[dict[str, int], frozenset[str]]:
    table = packaged_table("numbers.yaml", "numbers-1")
    words = {word: int(value) for value, line in table["words"].items() for word in line.split()}
    return words, frozenset(table["roman"])


def _roman(text: str) -> int:
    total = 0
    for letter, following in zip(text, [*text[1:], "i"], strict=True):
        value = _ROMAN[letter]
        total += -value if value < _ROMAN[following] else value
    return total


def number_of(fold: str) -> int | None:
    """The number that a folded word of a longer name stands for; None for other words.

    >>> number_of("forty"), number_of("xiv"), number_of("3"), number_of("third"), number_of("mix")
    (40, 14, 3, 3, None)
    """
    words, roman = _values()
    if fold in words:
        return words[fold]
    if fold in roman:
        return _roman(fold)
    return int(fold) if fold.isdecimal() and len(fold) < 10 else None


def numbers_in(folds: Sequence[str]) -> tuple[int, ...]:
    """The numbers of a name given by its folded words, in order; tens and units in a row add up.

    >>> numbers_in(["brigade", "forty", "four"]), numbers_in(["btr", "82a"]), numbers_in(["quarto"])
    ((44,), (82,), ())
    """
    out: list[int] = []
    tens = False
    for fold in folds:
        value = number_of(fold) if len(folds) > 1 or fold.isdecimal() else None
        if value is None:
            out += [int(d) for d in _DIGITS.findall(fold) if len(d) < 10] if not fold.isalpha() else []
            tens = False
        elif tens and value < 10:
            out[-1] += value
            tens = False
        else:
            out.append(value)
            tens = 20 <= value <= 90 and value % 10 == 0 and not fold.isdecimal()
    return tuple(out)
