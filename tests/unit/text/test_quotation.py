"""Quotation marks at the edges of a span: pairs are taken in whole."""

from __future__ import annotations

import pytest

from entitynorm.text.quotation import holds_quotation, quoted_alone, splits_quotation, with_quotation_marks

# The span is what stands between | and |.
GROWN = [
    ("бригады |бригады «Берег|» шли", "бригады «Берег»"),
    ("the '|Free Coast' brigade| came", "'Free Coast' brigade"),
    ("the ‘|Free Coast’ brigade| came", "‘Free Coast’ brigade"),
    ("the |brigade 'Free Coast|' came", "brigade 'Free Coast'"),
    ('the "|Free Coast" brigade| came', '"Free Coast" brigade'),
    ("the |Sailors' Union| came", "Sailors' Union"),
    ("the '|Sailor's Union|' came", "Sailor's Union"),
    ("the |O'Brien Union|' came", "O'Brien Union"),
    ("«|Берег|» шли", "Берег"),
]
SPLIT = [
    ("|бригады «Вольный| берег» шли", True),
    ("|бригады «Вольный берег|» шли", False),
    ("|brigady „Wolny| Brzeg” szli", True),
    ("|brigady „Wolny Brzeg“| szli", False),
    ("the ‘|Free Coast’ brigade| came", False),
    ("the |Sailors’ Union| came", False),
    ("|Free Coast| brigade", False),
]


def marked(text: str) -> tuple[str, int, int]:
    before, inside, after = text.split("|")
    return before + inside + after, len(before), len(before) + len(inside)


@pytest.mark.parametrize(("case", "expected"), GROWN)
def test_a_span_takes_in_the_partner_of_a_mark_it_holds(case: str, expected: str) -> None:
    text, start, end = marked(case)
    a, b = with_quotation_marks(text, start, end)
    assert text[a:b] == expected


@pytest.mark.parametrize(("case", "expected"), SPLIT)
def test_a_span_that_ends_within_a_quotation(case: str, expected: bool) -> None:
    assert splits_quotation(*marked(case)) is expected


def test_names_that_hold_a_quotation() -> None:
    assert holds_quotation("Батальон «Дрок»")
    assert holds_quotation('"Drok" Battalion')
    assert not holds_quotation("Сім’я О'Браєна")


def test_what_is_quoted_alone() -> None:
    assert quoted_alone(*marked("им «|Берег|» зовётся"))
    assert quoted_alone(*marked('им "|Берег|" зовётся'))
    assert not quoted_alone(*marked("им «|Берег| моря» зовётся"))
    assert not quoted_alone(*marked("|Берег|"))
