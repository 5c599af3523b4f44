"""Terms: the words of a name as the index counts them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entitynorm.testing import texts
from entitynorm.text.terms import MOST_TERMS, all_terms_of, fold_term, terms_of

CASES = [
    ("Gora-Podol", ["gora", "podol"]),
    ("O’Neill O'Neill ONEILL", ["oneill", "oneill", "oneill"]),
    ("Russia’s Putin's", ["russia", "putin"]),
    ("RUSSIA'S", ["russia"]),
    ("В'ячеслав", ["вячеслав"]),
    ("YouTube iPhone", ["you", "tube", "iphone"]),
    ("Šumadija Łódź", ["šumadija", "łódź"]),
    ("Ｇｒａｙ ﬁnch", ["gray", "finch"]),
    ("e\u0301te\u0301", ["été"]),
    ("Gray\u00advoron\u200b \u200fB", ["grayvoron", "b"]),
    ("BTR-82A No.5", ["btr", "82a", "no", "5"]),
    ("under_score", ["under", "score"]),
    ("Abd al-Rahman", ["abdrahman"]),
    ("Abdul Rahman", ["abdrahman"]),
    ("Abdurrahman", ["abdrahman"]),
    ("AbdulRahman", ["abdrahman"]),
    ("Nasr Allah", ["nasrallah"]),
    ("Salah ad-Din", ["salahdin"]),
    ("Salahuddin", ["salahdin"]),
    ("Nuruddin", ["nurdin"]),
    ("Abdullah", ["abdallah"]),
    ("عبد الرحمن", ["عبدرحمن"]),
    ("Berlin Dublin", ["berlin", "dublin"]),
    ("", []),
    ("☃ ... _ \u0301", []),
    ("\ud800a\0b", ["a", "b"]),
]


@pytest.mark.parametrize(("name", "expected"), CASES)
def test_terms(name: str, expected: list[str]) -> None:
    assert list(terms_of(name)) == expected


@pytest.mark.parametrize(("a", "b"), [("Šumadija", "Sumadija"), ("Grayvóron", "grayvoron"), ("ГРАЙВОРОН", "грайворон")])
def test_folding_makes_one_word_of_these(a: str, b: str) -> None:
    assert [fold_term(t) for t in terms_of(a)] == [fold_term(t) for t in terms_of(b)]


def test_a_short_i_is_no_i() -> None:
    assert fold_term("й") != fold_term("и")


@given(texts())
def test_any_text_has_terms_without_spaces_and_capitals(text: str) -> None:
    for term in terms_of(text):
        assert term and not any(c.isspace() for c in term)
        assert fold_term(fold_term(term)) == fold_term(term)


@given(st.lists(st.sampled_from(["Gora", "Podol", "Kozinka", "Белгород", "82"]), max_size=60))
def test_words_are_terms_up_to_the_most(words: list[str]) -> None:
    name = " ".join(words)
    assert list(all_terms_of(name)) == [word.lower() for word in words]
    assert terms_of(name) == all_terms_of(name)[:MOST_TERMS]
