"""How alike two words of names are: small tables of cases, and what holds for any two words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entitynorm.names import similarity
from entitynorm.names.similarity import UNLIKE, Similarity, agreement, levels, prime, word_similarity
from entitynorm.names.words import Word, word

# One word, another, what kind of likeness, and between which values.
CASES = [
    ("Zenda", "zenda", "same", 1.0, 1.0),
    ("Müller", "Muller", "same", 1.0, 1.0),
    ("Grayvoron", "Грайворон", "romanisation", 0.95, 0.99),
    ("Graivoron", "Grayvoron", "romanisation", 0.95, 0.99),
    ("Kyiv", "Kiev", "romanisation", 0.9, 0.99),
    ("Müller", "Mueller", "romanisation", 0.9, 0.99),
    ("Zagorsky", "Загорский", "romanisation", 0.95, 0.99),
    ("Kozinka", "Козинки", "inflection", 0.85, 0.98),
    ("Gladkov", "Gladkova", "inflection", 0.85, 0.98),
    ("Belgorod", "Belgrod", "slip", 0.8, 0.95),
    ("belgorodian", "Belgorod", "sound", 0.5, 0.9),
]
STRANGERS = [("Belgorod", "Kharkiv"), ("ООН", "Он"), ("82a", "82b"), ("Ru", "Su"), ("Zenda", ""), ("Zenda", "☃")]
WORDS = sorted({w for pair in [case[:2] for case in CASES] + STRANGERS for w in pair} | {"Kiyv", "Київ", "Bel", "IX"})


@pytest.fixture(autouse=True)
def forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test works its similarities out for itself."""
    monkeypatch.setattr(similarity, "_KNOWN", {})


@pytest.mark.parametrize(("one", "other", "kind", "least", "most"), CASES)
def test_likeness(one: str, other: str, kind: str, least: float, most: float) -> None:
    found = word_similarity(word(one), word(other))
    assert found.kind == kind and least <= found.value <= most, found
    assert found.weight > 0 and found.start


@pytest.mark.parametrize(("one", "other"), STRANGERS)
def test_strangers(one: str, other: str) -> None:
    assert word_similarity(word(one), word(other)) == UNLIKE


@pytest.mark.parametrize("one", WORDS)
def test_either_order_gives_the_same_value(one: str) -> None:
    for other in WORDS:
        there, back = word_similarity(word(one), word(other)), word_similarity(word(other), word(one))
        assert (there.value, there.kind, there.level) == (back.value, back.kind, back.level), other


@given(st.text("aeiknrstvz", min_size=1, max_size=9), st.text("aeiknrstvz", min_size=1, max_size=9))
def test_any_two_words_are_alike_both_ways_and_never_more_than_the_same(one: str, other: str) -> None:
    there, back = word_similarity(word(one), word(other)), word_similarity(word(other), word(one))
    assert there.value == pytest.approx(back.value, abs=1e-9)
    assert 0.0 <= there.value <= 1.0 and (there.value == 1.0) == (one == other)


def test_working_many_out_at_once_gives_the_same() -> None:
    pairs: list[tuple[Word, Word]] = [(word(a), word(b)) for a in WORDS for b in WORDS]
    alone = [word_similarity(a, b) for a, b in pairs]
    similarity._KNOWN.clear()
    prime(pairs)
    assert set(similarity._KNOWN) == set(pairs)

    def rounded(found: Similarity) -> tuple[object, ...]:
        return round(found.value, 5), found.kind, found.detail, round(found.weight, 3), found.level, found.start

    assert [rounded(word_similarity(a, b)) for a, b in pairs] == [rounded(one) for one in alone]


@pytest.mark.parametrize(
    ("x", "y", "expected"),
    [
        ("kirov", "kirov", (2, True)),
        ("kirof", "kerav", (2, True)),
        ("annab", "anab", (2, True)),
        ("garkov", "harkav", (2, True)),
        ("kirov", "gurof", (1, True)),
        ("kirov", "kiron", (0, True)),
        ("iusov", "usov", (1, False)),
        ("sirov", "kirov", (0, False)),
        ("", "", (2, True)),
    ],
)
def test_levels(x: str, y: str, expected: tuple[int, bool]) -> None:
    assert levels(x, y) == levels(y, x) == expected


def test_more_letters_that_agree_say_more_up_to_ten() -> None:
    assert agreement(0) == 0 < agreement(3) < agreement(10) == agreement(50)
