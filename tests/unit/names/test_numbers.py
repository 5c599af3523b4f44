"""Numbers inside names, however they are written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entitynorm.names.numbers import number_of, numbers_in
from entitynorm.resources import data_dir, load_table

SINGLE = [
    ("forty", 40), ("first", 1), ("1", 1), ("044", 44), ("xiv", 14), ("ix", 9), ("iv", 4), ("третий", 3),
    ("zweite", 2), ("mix", None), ("brigade", None), ("", None), ("1234567890", None), ("²", None), ("٣", 3),
]  # fmt: skip
WHOLE = [
    (["brigade", "forty", "four"], (44,)),
    (["forty", "fourth", "brigade"], (44,)),
    (["twenty", "twenty"], (20, 20)),
    (["forty", "bank", "four"], (40, 4)),
    (["40", "4"], (40, 4)),
    (["btr", "82a"], (82,)),
    (["t72b3"], (72, 3)),
    (["quarto"], ()),
    (["first", "bank"], (1,)),
    (["louis", "xiv"], (14,)),
    (["xiv"], ()),
    (["7"], (7,)),
    (["12345678901", "x1"], (1,)),
    ([], ()),
]


@pytest.mark.parametrize(("fold", "expected"), SINGLE)
def test_a_word_is_a_number_or_none(fold: str, expected: int | None) -> None:
    assert number_of(fold) == expected


@pytest.mark.parametrize(("folds", "expected"), WHOLE)
def test_the_numbers_of_a_name(folds: list[str], expected: tuple[int, ...]) -> None:
    assert numbers_in(folds) == expected


@given(st.integers(0, 999_999_999))
def test_digits_are_their_number(number: int) -> None:
    assert number_of(str(number)) == number
    assert numbers_in(["brigade", str(number)]) == (number,)


@given(st.lists(st.text(st.characters(), max_size=8), max_size=6))
def test_no_words_make_it_fail(folds: list[str]) -> None:
    assert all(value >= 0 for value in numbers_in(folds))


def test_every_roman_numeral_of_the_table_is_written_by_the_rule() -> None:
    signs = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))

    def roman(value: int) -> str:
        out = ""
        for worth, sign in signs:
            out += sign * (value // worth)
            value %= worth
        return out

    for numeral in load_table(data_dir() / "numbers.yaml", "numbers-1")["roman"]:
        value = number_of(numeral)
        assert value is not None and roman(value) == numeral
