"""The trie of hashes: which runs of tokens are spelled like an alias, and written in its case."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from entitynorm.tagging.scan import Scan
from entitynorm.tagging.trie import GOES_ON, MOST_TOKENS, Trie, build, joinable

ALIASES = [
    "Kyiv",
    "Kyiv Post",
    "Kyiv Post Media Group",
    "New York",
    "Washington, D.C.",
    "Washington",
    "Washington Post",
    "St. Petersburg",
    "U.S.",
    "PO",
    "Po Delta",
    "al-Shabaab",
    "de Gaulle",
    "De Gaulle",
    "Ministry of Defence",
    "Министерство обороны",
    "東京",
    "H2O",
    "X",
]
CASES = [
    ("in Kyiv today", ["Kyiv"]),
    ("the Kyiv Post said", ["Kyiv", "Kyiv Post"]),
    ("the Kyiv Post Media said", ["Kyiv", "Kyiv Post"]),
    ("Kyiv Post Media Group", ["Kyiv", "Kyiv Post", "Kyiv Post Media Group"]),
    ("KYIV POST", ["KYIV", "KYIV POST"]),
    ("kyiv post", []),
    ("Kyiv, Post", ["Kyiv", "Kyiv, Post"]),
    ("Kyiv. Post", ["Kyiv", "Kyiv. Post"]),  # four letters may be an abbreviation
    ("Washington. Post", ["Washington"]),
    ("Washington Post", ["Washington", "Washington Post"]),
    ("Kyiv (Post)", ["Kyiv"]),
    ("Kyiv\n\nPost", ["Kyiv"]),
    ("Kyiv\fPost", ["Kyiv"]),
    ("Kyiv’s Post", ["Kyiv"]),
    ("KyivPost", ["Kyiv", "KyivPost"]),
    ("New-York NewYork", ["New-York", "NewYork"]),
    ("in Washington, D.C., and", ["Washington", "Washington, D.C"]),
    ("St. Petersburg and St Petersburg", ["St. Petersburg", "St Petersburg"]),
    ("the U.S. and US, not us", ["U.S", "US"]),
    ("PO and Po and po", ["PO"]),
    ("Po Delta", ["Po Delta"]),
    ("al-Shabaab and Al Shabaab", ["al-Shabaab", "Al Shabaab"]),
    ("General de Gaulle, De Gaulle", ["de Gaulle", "De Gaulle"]),
    ("Ministry Of Defence, ministry of defence", ["Ministry Of Defence"]),
    ("Министерство обороны и министерство обороны", ["Министерство обороны"]),
    ("在東京都 東京", ["東京", "東京"]),
    ("H2O h2o", ["H2O"]),
    ("X and x", ["X"]),
    ("Kyivan kyivpost Kyi", []),
    ("", []),
    ("...", []),
]


@pytest.fixture(scope="module")
def trie() -> Trie:
    return Trie(build(ALIASES))


def found(trie: Trie, text: str) -> list[str]:
    scan = Scan(text)
    hits = trie.hits(scan)
    ends = hits.first + hits.count - 1
    return [text[a:b] for a, b in zip(scan.start[hits.first].tolist(), scan.end[ends].tolist(), strict=True)]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_hits(trie: Trie, text: str, expected: list[str]) -> None:
    assert found(trie, text) == expected


def test_a_key_spells_every_alias_of_its_letters() -> None:
    twice = ["De Gaulle", "Kyiv", "de gaulle", "DEGAULLE"]
    trie = Trie(build(twice))
    hits = trie.hits(Scan("Charles De Gaulle"))
    assert [twice[alias] for key in hits.key for alias in trie.spelled(key)] == ["De Gaulle", "de gaulle", "DEGAULLE"]


def test_a_capital_alias_beside_a_plain_one_asks_for_no_capitals() -> None:
    assert found(Trie(build(["PO", "Po"])), "PO and Po") == ["PO", "Po"]


def test_the_beginning_of_a_name_goes_on(trie: Trie) -> None:
    scan = Scan("Kyiv New Petersburg")
    keys = trie.table.find(scan.hashes)
    assert (keys >= 0).tolist() == [True, True, False]
    assert [bool(trie.flags[key] & GOES_ON) for key in keys[:2]] == [True, True]
    assert [trie.spelled(int(key)) for key in keys[:2]] == [[0], []]


def test_names_up_to_the_most_tokens_are_found() -> None:
    longest = " ".join(f"W{n}" for n in range(MOST_TOKENS))
    assert found(Trie(build([longest])), f"a {longest} b") == [longest]
    assert found(Trie(build([f"{longest} More"])), f"a {longest} More b") == []


def test_no_aliases_spell_nothing() -> None:
    assert found(Trie(build([])), "Kyiv") == []
    assert found(Trie(build(["☃", ""])), "Kyiv ☃") == []


def test_words_that_names_write_small_are_met_in_case_forms(trie: Trie) -> None:
    scan = Scan("обороной обороны оборка of offence post")
    small = trie.written_small(scan, np.arange(len(scan)))
    assert small.tolist() == [True, True, False, True, False, False]


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("St. Louis", True),
        ("Street. Louis", False),
        ("st. Louis", False),
        ("t.me", True),
        ("a, b", True),
        ("a; b", False),
    ],
)
def test_what_a_name_may_reach_over(text: str, joined: bool) -> None:
    assert bool(joinable(Scan(text))[1]) == joined


def test_of_many_tokens_as_of_each_alone(trie: Trie) -> None:
    names = [f"Name{n}" for n in range(0, 2_000, 2)]
    many = Trie(build(names))
    hashes = Scan(" ".join(f"Name{n}" for n in range(2_000))).hashes
    found = many.table.find(hashes)
    assert (found >= 0).tolist() == [n % 2 == 0 for n in range(2_000)]
    assert [names[many.spelled(key)[0]] for key in found[::2].tolist()] == names
    assert [int(many.table.find(hashes[n : n + 1])[0]) for n in range(2_000)] == found.tolist()
    scan = Scan("St. Louis, Missouri. Street. A/B «C» D; E")
    alone = [bool(joinable(scan, tokens=np.array([n]))[0]) for n in range(len(scan))]
    assert alone == joinable(scan).tolist()


_NAMES = st.lists(st.sampled_from(("Gora", "Podol", "Kozinka", "Новая", "Zenda")), min_size=1, max_size=3).map(" ".join)


@given(st.lists(_NAMES, min_size=1, max_size=30, unique=True), st.data())
def test_every_alias_is_found_and_nothing_else_is(names: list[str], data: st.DataObject) -> None:
    trie = Trie(build(names))
    text = " ".join(data.draw(st.lists(_NAMES, min_size=1, max_size=4)))
    tokens = text.split()
    runs = (" ".join(tokens[i:k]) for i in range(len(tokens)) for k in range(i + 1, len(tokens) + 1))
    assert found(trie, text) == [run for run in runs if run in names]
