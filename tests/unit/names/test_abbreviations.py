"""Short forms by convention, and what they stand for."""

from __future__ import annotations

from collections import Counter

import pytest

from entitynorm.names.abbreviations import abbreviations, full_names
from entitynorm.resources import data_dir, load_table

CASES = [
    ("Okla.", {"Oklahoma"}, set()),
    ("N.Y.", {"New York"}, set()),
    ("US", {"United States", "United States of America"}, {"Oklahoma"}),
    ("U.S.", {"United States of America"}, set()),
    ("США", {"United States of America"}, set()),
    ("UK", {"United Kingdom"}, {"Ukraine"}),
]
NOTHING = ["Oklahoma.", "okla.", "Okla", "us", "Kyiv", "New York", "Ministry of Defence", "", "!", "\ud800"]


@pytest.mark.parametrize(("form", "among", "none_of"), CASES)
def test_what_a_short_form_stands_for(form: str, among: set[str], none_of: set[str]) -> None:
    names = set(full_names(form))
    assert among <= names
    assert not none_of & names


@pytest.mark.parametrize("form", NOTHING)
def test_other_words_stand_for_nothing(form: str) -> None:
    assert full_names(form) == ()


def test_a_form_is_listed_once_with_its_full_stop() -> None:
    entries = load_table(data_dir() / "abbreviations.yaml", "abbreviations-1")["entries"]
    forms = Counter(form for entry in entries for form in entry["forms"])
    assert max(forms.values()) == 1
    assert set(forms) == abbreviations()
    # Two bare capitals (IN, ME, OR) are ordinary words in headlines.
    assert [form for form in forms if "." not in form] == []
    assert all(full_names(form) == (entry["name"],) for entry in entries for form in entry["forms"])
