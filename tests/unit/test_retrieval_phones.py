"""The keys of the index against slow definitions of the same, one string at a time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from entitynorm.retrieval.phones import (
    LONGEST,
    PAD,
    PHONES,
    deletion_hashes,
    encode,
    keys,
    masks,
    middle,
    popcount,
    skeleton,
    spelled,
    text_hashes,
    typo_keys,
    whole_hash,
)

READINGS = st.text(PHONES, max_size=LONGEST + 4)
FOLDS = st.text("abcdefghijklmnopqrstuvwxyzабвгде", min_size=4, max_size=15)
TWO_TO_64 = 1 << 64


def slow_text_hash(text: str) -> int:
    total = sum((ord(c) + 1) * pow(0x5851F42D4C957F2D, n, TWO_TO_64) for n, c in enumerate(text))
    value = (total + len(text)) * 0x9E3779B97F4A7C15 % TWO_TO_64
    return value ^ (value >> 31)


def slow_row_hash(row: list[int]) -> int:
    return sum(value * pow(0x100000001B3, n, TWO_TO_64) for n, value in enumerate(row)) % TWO_TO_64


def keys_of(reading: str) -> set[int]:
    codes, _ = encode([reading])
    return set(keys(codes)[0].tolist())


def bones_of(reading: str) -> list[int]:
    matrix, lengths = skeleton(encode([reading])[0])
    return matrix[0, : lengths[0]].tolist()


@given(st.lists(READINGS, max_size=6))
def test_encoding_keeps_every_phone_up_to_the_longest(texts: list[str]) -> None:
    codes, lengths = encode(texts)
    assert codes.shape == (len(texts), LONGEST)
    for text, row, length in zip(texts, codes.tolist(), lengths.tolist(), strict=True):
        assert "".join(PHONES[code] for code in row[:length]) == text[:LONGEST]
        assert set(row[length:]) <= {PAD}


@given(st.lists(st.text(st.characters(), max_size=12), max_size=6))
def test_text_hashes_are_those_of_the_definition(texts: list[str]) -> None:
    assert text_hashes(texts).tolist() == [slow_text_hash(text) for text in texts]


@pytest.mark.parametrize("texts", [["a", "", "b"], [""], ["\ud800", "\0", "\0\0"], ["x" * 5000, "x" * 5001], ["a\nb"]])
def test_text_hashes_of_odd_texts(texts: list[str]) -> None:
    hashes = text_hashes(texts).tolist()
    assert hashes == [slow_text_hash(text) for text in texts]
    assert len(set(hashes)) == len(texts)


def test_a_text_hash_is_the_same_on_every_machine() -> None:
    assert [hex(h) for h in text_hashes(["place:grayvoron", "Київ"]).tolist()] == [
        "0x10eeda297981a67a",
        "0xd82290a00d158fa4",
    ]


@given(st.lists(st.lists(st.integers(1, 30), max_size=9), min_size=1, max_size=5))
def test_deletion_hashes_are_the_hashes_of_shorter_rows(rows: list[list[int]]) -> None:
    width = 10
    matrix = np.array([row + [0] * (width - len(row)) for row in rows], np.uint8)
    hashes, owners = deletion_hashes(matrix, np.array([len(row) for row in rows]))
    expected = [(slow_row_hash(row[:k] + row[k + 1 :]), n) for n, row in enumerate(rows) for k in range(len(row))]
    assert sorted(zip(hashes.tolist(), owners.tolist(), strict=True)) == sorted(expected)
    assert whole_hash(matrix).tolist() == [slow_row_hash(row) for row in rows]


@given(st.text(PHONES, min_size=1, max_size=LONGEST), st.data())
def test_readings_whose_skeletons_are_one_letter_apart_share_a_key(reading: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(reading) - 1))
    shorter = reading[:place] + reading[place + 1 :]
    bones, fewer = bones_of(reading), bones_of(shorter)
    # A deletion may also make a first vowel of another or merge two neighbours: then the skeletons are farther apart.
    one_less = [bones[:k] + bones[k + 1 :] for k in range(len(bones))]
    if bones == fewer or (len(bones) >= 4 and fewer in one_less):
        assert keys_of(reading) & keys_of(shorter)


@given(st.text(PHONES, min_size=2, max_size=LONGEST))
def test_kindred_readings_share_their_equal_key(reading: str) -> None:
    kindred = reading.translate(str.maketrans("SJZChfoi", "szzcgvae"))
    codes, _ = encode([reading, kindred, reading[0] + reading[: LONGEST - 1]])
    equal, _ = keys(codes, "equal")
    assert equal[0] == equal[1]
    assert len(reading) == LONGEST or equal[0] == equal[2]  # doubles are one
    assert middle(codes)[0][0].tolist() == middle(codes)[0][1].tolist()


@pytest.mark.parametrize(
    ("one", "other"),
    [("belgorod", "belgrod"), ("grafskoie", "kravskoe"), ("kirov", "kirof"), ("kupanski", "kupianski")],
)
def test_slips_that_share_a_key(one: str, other: str) -> None:
    assert keys_of(one) & keys_of(other)


@pytest.mark.parametrize(("one", "other"), [("belgorod", "kupansk"), ("mariupol", "severodoneck"), ("kirov", "donbas")])
def test_strangers_that_share_none(one: str, other: str) -> None:
    assert not keys_of(one) & keys_of(other)


@given(FOLDS, st.data())
def test_spellings_one_deletion_apart_share_a_typo_key(fold: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(fold) - 1))
    found, owners = typo_keys([fold, fold[:place] + fold[place + 1 :]])
    assert set(found[owners == 0].tolist()) & set(found[owners == 1].tolist())


@given(FOLDS, st.data())
def test_spellings_with_one_letter_changed_share_a_typo_key(fold: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(fold) - 1))
    found, owners = typo_keys([fold, fold[:place] + "ж" + fold[place + 1 :]])
    assert set(found[owners == 0].tolist()) & set(found[owners == 1].tolist())


def test_typo_keys_are_few_and_tell_words_apart() -> None:
    found, owners = typo_keys(["grayvoron", "kozinka", "abc", ""])
    assert np.bincount(owners).tolist() == [10, 8, 1, 1]
    assert not set(found[owners == 0].tolist()) & set(found[owners == 1].tolist())


@given(st.lists(st.text(st.characters(exclude_characters="\n"), max_size=20), max_size=5))
def test_spelled_rows_are_code_points(texts: list[str]) -> None:
    matrix, lengths = spelled(texts, 16)
    for text, row, length in zip(texts, matrix.tolist(), lengths.tolist(), strict=True):
        assert row[:length] == [ord(c) for c in text[:16]] and set(row[length:]) <= {0}


@given(st.lists(st.integers(0, TWO_TO_64 - 1), max_size=8))
def test_popcount_counts_bits(values: list[int]) -> None:
    assert popcount(np.array(values, np.uint64)).tolist() == [value.bit_count() for value in values]


@given(READINGS, READINGS)
def test_masks_are_equal_when_the_sets_are(one: str, other: str) -> None:
    codes, lengths = encode([one, other])
    bits, pairs = masks(codes, lengths)
    same = set(one[:LONGEST]) == set(other[:LONGEST]) and lengths[0] == lengths[1]
    assert (popcount(bits[:1] ^ bits[1:])[0] == 0) == same
    if one[:LONGEST] == other[:LONGEST]:
        assert pairs[0] == pairs[1]


@pytest.mark.parametrize(("one", "other"), [("belgorod", "dorogleb"), ("kirov", "vorik")])
def test_pairs_of_neighbours_tell_an_anagram(one: str, other: str) -> None:
    bits, pairs = masks(*encode([one, other]))
    assert bits[0] == bits[1] and popcount(pairs[:1] ^ pairs[1:])[0] > 4


def test_nothing_gives_nothing() -> None:
    assert [len(part) for part in encode([])] == [0, 0]
    assert len(text_hashes([])) == 0
    assert [len(part) for part in typo_keys([])] == [0, 0]
    assert [len(part) for part in keys(encode([])[0])] == [0, 0]
    assert [len(part) for part in masks(*encode([]))] == [0, 0]
