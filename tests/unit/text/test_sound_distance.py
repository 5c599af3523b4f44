from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from entitynorm.errors import DataError
from entitynorm.resources import data_dir
from entitynorm.text.sound_distance import (
    LONGEST,
    PAD,
    encode,
    read_costs,
    similarities,
    similarity,
    table_for,
)

PHONES = "aeioubpdtgkhfvzsZScCJmnlr"
LEARNED: dict[str, Any] = json.loads((data_dir() / "sound_costs.json").read_bytes())
TABLES = ["Cyrl-Latn", "Latn-Cyrl", "Arab-Latn", "Hebr-Latn", "Hang-Latn", "cjk-Latn", "Latn-Latn"]
SCRIPTS = ["Latn", "Cyrl", "Grek", "Armn", "Geor", "Arab", "Hebr", "Hang", "Jpan", "Hani", "Deva", "Zyyy"]

words = st.text(PHONES, min_size=1, max_size=LONGEST + 3)


@st.composite
def neighbours(draw: st.DrawFn) -> tuple[str, str]:
    """A word and the same word after a few slips."""
    word = draw(words)
    other = word
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(other)))
        put, taken = draw(st.text(PHONES, max_size=2)), draw(st.integers(0, 2))
        other = other[:at] + put + other[at + taken :] or "a"
    return word, other


pairs = neighbours() | st.tuples(words, words)


def plain(name: str, x: str, y: str) -> tuple[float, float]:
    """The same two measures by the textbook: one cell after another, in nats, from the numbers of the file."""
    turned = name not in LEARNED["tables"]
    raw = LEARNED["tables"]["-".join(reversed(name.split("-"))) if turned else name]
    both, left, right = (np.array(raw[k], float) / 100 for k in "SDI")
    if turned:
        both, left, right = both.T, right, left
    both, left, right = np.maximum(both, -3.0), np.maximum(left, -2.5), np.maximum(right, -2.5)
    a, b = ([PHONES.index(c) for c in word[:LONGEST]] for word in (x, y))
    most = both.max(1)[a].sum() + both.max(0)[b].sum()
    if a == b:
        return 1.0, float(both[a, b].sum())
    best = np.full((len(a) + 1, len(b) + 1), -np.inf)
    best[0, 0] = 0
    for i in range(len(a) + 1):
        for j in range(len(b) + 1):
            if i:
                best[i, j] = max(best[i, j], best[i - 1, j] + left[a[i - 1]])
            if j:
                best[i, j] = max(best[i, j], best[i, j - 1] + right[b[j - 1]])
            if i and j:
                best[i, j] = max(best[i, j], best[i - 1, j - 1] + both[a[i - 1], b[j - 1]])
    return float(np.clip(2 * best[-1, -1] / most, 0, 0.9999)), float(best[-1, -1])


@given(st.sampled_from(TABLES), st.lists(pairs, min_size=1, max_size=12), st.sampled_from([1, 120]))
def test_many_at_once_are_what_the_textbook_says(table: str, some: list[tuple[str, str]], times: int) -> None:
    rows = some * times  # few pairs and many go different ways
    sim, pmi = similarities(table, *encode([a for a, _ in rows]), *encode([b for _, b in rows]))
    expected = np.array([plain(table, a, b) for a, b in some] * times)
    np.testing.assert_allclose(sim, expected[:, 0], atol=2e-6)
    np.testing.assert_allclose(pmi, expected[:, 1], atol=2e-5)


@given(st.sampled_from(TABLES), st.lists(pairs, min_size=1, max_size=12))
def test_one_at_a_time_is_the_same_to_the_bit(table: str, rows: list[tuple[str, str]]) -> None:
    sim, pmi = similarities(table, *encode([a for a, _ in rows]), *encode([b for _, b in rows]))
    assert [similarity(table, a, b) for a, b in rows] == list(zip(sim.tolist(), pmi.tolist(), strict=True))


@pytest.mark.parametrize("count", [0, 1, 96, 97, 1023, 1024, 1025, 5000])
def test_the_size_of_the_batch_changes_nothing(count: int) -> None:
    rng = np.random.default_rng(count)
    some = ["".join(rng.choice(list(PHONES), length)) for length in rng.integers(1, LONGEST + 3, count)]
    # One phone put in, two taken out, somewhere.
    places = [int(rng.integers(0, len(word))) for word in some]
    other = [word[:at] + str(rng.choice(list(PHONES))) + word[at:-2] for word, at in zip(some, places, strict=True)]
    x, y = encode(some), encode(other)
    sim, pmi = similarities("Hebr-Latn", *x, *y)
    assert sim.dtype == pmi.dtype == np.float32
    assert sim.shape == pmi.shape == (count,)
    one_by_one = [similarity("Hebr-Latn", a, b) for a, b in zip(some, other, strict=True)]
    assert one_by_one == list(zip(sim.tolist(), pmi.tolist(), strict=True))


@given(st.sampled_from(SCRIPTS), st.sampled_from(SCRIPTS), pairs)
def test_the_order_of_two_words_changes_nothing(one: str, two: str, pair: tuple[str, str]) -> None:
    a, b = pair
    assert similarity(table_for(one, two), a, b) == similarity(table_for(two, one), b, a)


@given(st.sampled_from(TABLES), pairs)
def test_only_equal_phones_are_wholly_alike(table: str, pair: tuple[str, str]) -> None:
    a, b = pair
    sim, _ = similarity(table, a, b)
    assert 0 <= sim <= 1
    assert (sim == 1.0) == (a[:LONGEST] == b[:LONGEST])


@pytest.mark.parametrize(
    ("scripts", "table"),
    [
        (("Latn", "Latn"), "Latn-Latn"),
        (("Cyrl", "Cyrl"), "Latn-Latn"),
        (("Cyrl", "Latn"), "Cyrl-Latn"),
        (("Latn", "Cyrl"), "Latn-Cyrl"),
        (("Grek", "Latn"), "Cyrl-Latn"),
        (("Jpan", "Latn"), "cjk-Latn"),
        (("Hani", "Cyrl"), "cjk-Latn"),
        (("Cyrl", "Arab"), "Latn-Arab"),
        (("Hang", "Arab"), "Hang-Latn"),
        (("Deva", "Latn"), "Cyrl-Latn"),
    ],
)
def test_table_for(scripts: tuple[str, str], table: str) -> None:
    assert table_for(*scripts) == table


@pytest.mark.parametrize(
    ("table", "word", "nearer", "farther"),
    [
        ("Cyrl-Latn", "graivoron", "grivoron", "gravoron"[::-1]),
        ("Latn-Latn", "haiduk", "gaiduk", "maiduk"),
        ("Arab-Latn", "batr", "bater", "batrk"),
        ("Hebr-Latn", "dvd", "david", "dvdkm"),
        ("cjk-Latn", "rondon", "london", "mondon"),
        ("Hang-Latn", "pransu", "frans", "mransu"),
    ],
)
def test_what_is_often_confused_is_nearer(table: str, word: str, nearer: str, farther: str) -> None:
    assert similarity(table, word, nearer) > similarity(table, word, farther)


def test_a_vowel_counts_for_less_where_the_script_writes_none() -> None:
    assert similarity("Hebr-Latn", "brd", "bered")[0] > similarity("Cyrl-Latn", "brd", "bered")[0]


def test_words_without_phones_are_like_nothing() -> None:
    x, y = encode(["", "", "a"]), encode(["", "a", ""])
    sim, pmi = similarities("Latn-Latn", *x, *y)
    assert sim.tolist() == [0, 0, 0]
    assert [similarity("Latn-Latn", a, b) for a, b in (("", ""), ("", "a"), ("a", ""))] == [
        *zip(sim.tolist(), pmi.tolist(), strict=True)
    ]


def test_encode_cuts_and_fills() -> None:
    rows, lengths = encode(["a" * 30, "r", ""])
    assert rows.dtype == lengths.dtype == np.uint8
    assert lengths.tolist() == [LONGEST, 1, 0]
    assert rows.tolist() == [[0] * LONGEST, [24] + [PAD] * (LONGEST - 1), [PAD] * LONGEST]


@pytest.mark.parametrize("word", ["xy", "a~", "а", "A", "a\udc80", "kiev1"])
def test_what_is_no_phone_is_named(word: str) -> None:
    with pytest.raises(ValueError, match="phone"):
        encode(["kiev", word])
    with pytest.raises(ValueError, match="phone"):
        similarity("Latn-Latn", "kiev", word)


def test_an_unknown_table_is_named() -> None:
    with pytest.raises(ValueError, match=r"'Runr-Latn'.*Cyrl-Latn"):
        similarity("Runr-Latn", "a", "b")
    with pytest.raises(ValueError, match=r"'Runr-Latn'.*Cyrl-Latn"):
        similarities("Runr-Latn", *encode(["a"]), *encode(["b"]))


def broken(**changes: Any) -> str:
    return json.dumps({**LEARNED, **changes})


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{", "not a readable table"),
        ("[]", "schema is None"),
        (broken(schema="sound-costs-9"), "'sound-costs-9', expected 'sound-costs-1'"),
        (broken(phones="abc"), "3 phones"),
        (broken(tables={"Cyrl-Latn": {"S": [], "D": []}}), "no 'I'"),
        (broken(tables=[]), "list"),
        (broken(tables={"Cyrl-Latn": {"S": [[9999] * 25] * 25, "D": [0] * 25, "I": [0] * 25}}), "too large"),
    ],
)
def test_a_broken_file_is_one_clear_line(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "costs.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=complaint) as caught:
        read_costs(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_file_says_where_it_comes_from() -> None:
    assert LEARNED["licence"] == "CC0-1.0"
    assert "Merhav" in LEARNED["source"]
    assert (data_dir() / "sound_costs.json").stat().st_size <= 60_000
