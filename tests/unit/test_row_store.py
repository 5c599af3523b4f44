"""Rows that are found in bytes: what was packed is what is found, whatever the keys and however often it is asked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entitynorm.row_store import Decoded, RowStore, pack

TEXTS = st.text(st.characters(exclude_categories=()), max_size=12)  # lone surrogates too: names may hold them
TABLES = st.dictionaries(TEXTS, TEXTS, max_size=40)


def decoded(rows: dict[str, str]) -> Decoded[tuple[str, ...], list[str]]:
    return Decoded(RowStore(pack(rows)), list, "".join, tuple)


@given(TABLES, TEXTS)
def test_what_was_packed_is_found_and_nothing_else(rows: dict[str, str], other: str) -> None:
    store = RowStore(pack(rows))
    assert list(store.items()) == list(rows.items())
    assert len(store) == len(rows)
    assert all(store.find(key) == value for key, value in rows.items())
    assert store.find(other) == rows.get(other)


@given(st.dictionaries(TEXTS, st.binary(max_size=20), max_size=10))
def test_bytes_come_back_as_they_were(rows: dict[str, bytes]) -> None:
    store = RowStore(pack(rows))
    assert {key: bytes(store.find_bytes(key) or b"") for key in rows} == rows


def test_many_rows_of_one_bucket_are_told_apart() -> None:
    rows = {f"{n}": f"value {n}" for n in range(5_000)}
    store = RowStore(pack(rows))
    assert [store.find(key) for key in rows] == list(rows.values())
    assert all(store.find(f"-{n}") is None for n in range(5_000))


@pytest.mark.parametrize("key", ["a\tb", "a\nb", "b", "", "ab", "a\tb\nc"])
def test_keys_are_compared_whole(key: str) -> None:
    store = RowStore(pack({"a": "b\tc\nd", "ab\n": "c"}))
    assert store.find(key) is None


@given(TABLES, st.lists(TEXTS, max_size=200))
def test_a_decoded_table_is_a_dictionary(rows: dict[str, str], asked: list[str]) -> None:
    table = decoded(rows)
    expected = {tuple(key): list(value) for key, value in rows.items()}
    assert all(table.get(tuple(key)) == expected.get(tuple(key)) for key in asked)
    assert dict(table) == expected and list(table) == list(expected) and len(table) == len(expected)
    assert all((tuple(key) in table) == (tuple(key) in expected) for key in asked)


def test_the_order_is_that_of_the_rows_whatever_was_asked_first() -> None:
    table = decoded({"a": "x", "b": "y"})
    assert [table["b",], table["a",]] == [["y"], ["x"]]
    assert list(table) == [("a",), ("b",)]


class Counted(RowStore):
    """A store that counts how often it is searched, and how often it is read as a whole."""

    __slots__ = ("reads", "searches")

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.searches = self.reads = 0

    def find(self, key: str) -> str | None:
        self.searches += 1
        return super().find(key)

    def items(self) -> Iterator[tuple[str, str]]:
        self.reads += 1
        return super().items()


def test_who_asks_for_much_gets_a_dictionary() -> None:
    store = Counted(pack({f"{n}": "x" for n in range(10)}))
    table: Decoded[str, str] = Decoded(store, str, str, str)
    assert [table.get(f"absent {n}") for n in range(1_000)] == [None] * 1_000
    assert table["3"] == "x" and len(list(table)) == 10
    assert store.searches < 100 and store.reads == 1


def test_an_object_is_made_once_however_much_is_asked() -> None:
    table = decoded({"a": "xy", "b": "z"})
    first = table["a",]
    assert [table.get((f"{n}",)) for n in range(100)] == [None] * 100
    assert table["a",] is first and table.get(("b",)) is table["b",]
    assert next(iter(table.values())) is first
    with pytest.raises(KeyError):
        table["c",]
