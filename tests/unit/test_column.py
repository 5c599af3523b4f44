"""Columns: what a row gets is what `resolve` says, asked once, whatever holds the column."""

from __future__ import annotations

import concurrent.futures
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import entitynorm
from entitynorm import Gazetteer, InputError, Linker, column, remembered
from entitynorm.column import NO_NAME, ColumnResolver, LinkedColumn
from entitynorm.remembered import Answer, Question, Remembered
from entitynorm.testing import gazetteers, surface_forms

RECORDS = [
    {"id": "place:ukraine", "type": "PLACE", "name": "Ukraine", "aliases": ["Україна"]},
    {"id": "place:russia", "type": "PLACE", "name": "Russia", "aliases": ["Россия"]},
    {"id": "place:belgorod", "type": "PLACE", "name": "Belgorod Oblast", "located_in": "place:russia"},
    {"id": "place:kozinka-ru", "type": "PLACE", "name": "Kozinka", "located_in": "place:belgorod"},
    {"id": "place:kozinka-ua", "type": "PLACE", "name": "Kozinka", "located_in": "place:ua"},
    {"id": "org:kozinka", "type": "ORG", "name": "Kozinka"},
    {"id": "place:grayvoron", "type": "PLACE", "name": "Grayvoron", "located_in": "place:belgorod"},
]
RECORDS[0]["was"] = ["place:ua"]


@pytest.fixture(scope="module")
def linker() -> Linker:
    return entitynorm.load(RECORDS)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Question]:
    """Every question that reached the linker."""
    questions: list[Question] = []
    real = column.answer_batch

    def recorded(linker: Linker, batch: Any) -> list[Answer]:
        questions.extend(batch.questions)
        return real(linker, batch)

    monkeypatch.setattr(column, "answer_batch", recorded)
    return questions


def names_of(questions: list[Question]) -> list[str]:
    return [question.name for question in questions]


@given(gazetteers(min_size=2, max_size=4), st.data())
def test_a_row_gets_what_resolve_says(gazetteer: Gazetteer, data: st.DataObject) -> None:
    linker = Linker(gazetteer)
    names = [data.draw(surface_forms(entity)) for entity in gazetteer]
    rows = data.draw(st.lists(st.sampled_from([*names, "Nobody Atall", None]), max_size=12))
    answers = list(linker.resolve_column(rows))
    for name, answer in zip(rows, answers, strict=True):
        link = None if name is None else linker.resolve(name)
        expected = NO_NAME if link is None else Answer(link.id, link.name, round(link.score, 4), link.reason)
        assert answer == expected


def test_each_distinct_name_is_asked_once(linker: Linker, asked: list[Question]) -> None:
    found = linker.resolve_column(["Grayvoron", "Kozinka", " Grayvoron ", None, "Grayvoron"] * 100)
    assert names_of(asked) == ["Grayvoron", "Kozinka"]
    assert found.ids[:3] == ["place:grayvoron", None, "place:grayvoron"] and len(found) == 500


def test_pieces_do_not_ask_again_even_beyond_what_memory_holds(
    linker: Linker, asked: list[Question], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remembered, "RECENT", 2)
    names = ["Grayvoron", "Russia", "Kozinka", "Ukraine", "half \udc41 pair"]
    with ColumnResolver(linker) as resolver:
        first = [resolver.resolve([name])[0] for name in names]
        again = [resolver.resolve([name])[0] for name in names]
        together = list(resolver.resolve(names))
        assert len(resolver._remembered._recent) <= 2
    assert names_of(asked) == names
    assert first == again == together


def test_remembered_finds_what_it_kept_in_any_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "RECENT", 3)
    kept = {Question(f"n{k}", None, "a" if k % 2 else None): Answer(f"id{k}", "", 0.5, "r") for k in range(10)}
    memory = Remembered()
    for question, answer in kept.items():
        memory.keep({question: answer})
    assert memory.find(reversed(kept)) == kept
    assert memory.find([Question("n1"), Question("n0", "PLACE")]) == {}


def test_processes_start_once_for_all_pieces(linker: Linker, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[int] = []

    class Pool(concurrent.futures.ProcessPoolExecutor):
        def __init__(self, *args: Any, **options: Any) -> None:
            started.append(1)
            super().__init__(*args, **options)

    monkeypatch.setattr(concurrent.futures, "ProcessPoolExecutor", Pool)
    pieces = [["Grayvoron", "Kozinka"], ["Russia"], ["Grayvoron", "Ukraine"]]
    with ColumnResolver(linker, jobs=2) as resolver:
        shared = [list(resolver.resolve(piece)) for piece in pieces]
    assert started == [1]
    assert shared == [list(linker.resolve_column(piece)) for piece in pieces]


# --- what holds a column ----------------------------------------------------------------------------------------

ROWS = ["Grayvoron", None, "Kozinka", "Grayvoron"]


def _pyarrow(make: Callable[[Any], Any]) -> Callable[[], Any]:
    return lambda: make(pytest.importorskip("pyarrow"))


def _pandas(make: Callable[[Any], Any]) -> Callable[[], Any]:
    return lambda: make(pytest.importorskip("pandas"))


def _polars(make: Callable[[Any], Any]) -> Callable[[], Any]:
    return lambda: make(pytest.importorskip("polars"))


def _duckdb() -> Any:
    pytest.importorskip("pyarrow")
    return pytest.importorskip("duckdb").sql("select unnest(['Grayvoron', null, 'Kozinka', 'Grayvoron']) as place")


HOLDERS: dict[str, Callable[[], Any]] = {
    "tuple": lambda: tuple(ROWS),
    "generator": lambda: (name for name in ROWS),
    "numpy": lambda: np.array(ROWS, dtype=object),
    "empty cells": lambda: ["Grayvoron", " ", "Kozinka", "Grayvoron"],
    "nan": lambda: ["Grayvoron", float("nan"), "Kozinka", "Grayvoron"],
    "arrow array": _pyarrow(lambda pa: pa.array(ROWS)),
    "arrow chunks": _pyarrow(lambda pa: pa.chunked_array([ROWS[:2], [], ROWS[2:]])),
    "arrow dictionaries": _pyarrow(
        lambda pa: pa.chunked_array([pa.array(ROWS[:2]).dictionary_encode(), pa.array(ROWS[2:]).dictionary_encode()])
    ),
    "arrow string_view": _pyarrow(lambda pa: pa.array(ROWS, pa.string_view())),
    "arrow table": _pyarrow(lambda pa: pa.table({"place": ROWS})),
    "pandas str": _pandas(lambda pd: pd.Series(ROWS)),
    "pandas object": _pandas(lambda pd: pd.Series(ROWS, dtype=object)),
    "pandas NA": _pandas(lambda pd: pd.Series(["Grayvoron", pd.NA, "Kozinka", "Grayvoron"], dtype=object)),
    "pandas NaT": _pandas(lambda pd: ["Grayvoron", pd.NaT, "Kozinka", "Grayvoron"]),
    "pandas string": _pandas(lambda pd: pd.array(ROWS, dtype="string")),
    "pandas category": _pandas(lambda pd: pd.Series(ROWS, dtype="category")),
    "pandas index": _pandas(lambda pd: pd.Index(ROWS)),
    "polars": _polars(lambda pl: pl.Series(ROWS)),
    "polars categorical": _polars(lambda pl: pl.Series(ROWS, dtype=pl.Categorical)),
    "polars frame": _polars(lambda pl: pytest.importorskip("pyarrow") and pl.DataFrame({"place": ROWS})),
    "duckdb relation": _duckdb,
}


@pytest.mark.parametrize("holder", HOLDERS)
def test_what_holds_a_column_does_not_matter(linker: Linker, holder: str) -> None:
    found = linker.resolve_column(HOLDERS[holder]())
    assert found.ids == ["place:grayvoron", None, None, "place:grayvoron"]
    assert [reason is None for reason in found.reasons] == [False, True, False, False]
    assert list(found)[1] == NO_NAME


@pytest.mark.parametrize("rows", [[], iter(()), np.array([], dtype=object)])
def test_an_empty_column(linker: Linker, rows: Any) -> None:
    found = linker.resolve_column(rows)
    assert len(found) == 0 and list(found) == [] and found.to_dict("a")["a_id"] == []


def test_a_column_of_nothing_but_nulls(linker: Linker) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    table = linker.resolve_column(pyarrow.nulls(3)).to_arrow("place")
    assert table.schema.types == [pyarrow.string(), pyarrow.string(), pyarrow.float64(), pyarrow.string()]
    assert table.num_rows == 3 and table["place_id"].null_count == 3


def test_numbers_that_are_equal_are_not_one_name(asked: list[Question]) -> None:
    entitynorm.load(RECORDS).resolve_column([1, 1.0, "1", 1])
    assert names_of(asked) == ["1", "1.0"]


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ("Kyiv", "values: 'Kyiv' where a column was expected"),
        (b"Kyiv", "where a column was expected"),
        (7, "values: 7 where a column was expected"),
        (["a", True], r"values\[1\]: a bool where a name was expected"),
        (["a", ["b"]], r"values\[1\]: a list where a name was expected"),
        (["a", {"b": 1}], r"values\[1\]: a dict where a name was expected"),
        (["a", object()], r"values\[1\]: a object where a name was expected"),
    ],
)
def test_what_is_no_column_of_names(linker: Linker, values: Any, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        linker.resolve_column(values)


def test_a_table_of_several_columns_is_refused(linker: Linker) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    with pytest.raises(InputError, match="a table of 2 columns where one was expected"):
        linker.resolve_column(pyarrow.table({"a": ["x"], "b": ["y"]}))


# --- constraints ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("area", "id"),
    [
        (None, None),
        ("Russia", "place:kozinka-ru"),
        ("Россия", "place:kozinka-ru"),
        ("RU", "place:kozinka-ru"),
        ("place:russia", "place:kozinka-ru"),
        ("Belgorod Oblast", "place:kozinka-ru"),
        ("Ukraine", "place:kozinka-ua"),
        ("UA", "place:kozinka-ua"),
        ("place:ua", "place:kozinka-ua"),
        ("Grayvoron", None),
        ("Ruritania", None),
    ],
)
def test_an_area_tells_namesakes_apart(linker: Linker, area: str | None, id: str | None) -> None:
    column = linker.resolve_column(["Kozinka", "Kozynka"], type="PLACE", within=[area, area])
    assert column.ids == [id, id]
    assert column.unknown_areas == (("Ruritania",) if area == "Ruritania" else ())


def test_an_area_holds_itself_and_nothing_outside(linker: Linker) -> None:
    assert linker.resolve_column(["Russia", "Ukraine", "Grayvoron"], within="RU").ids == [
        "place:russia",
        None,
        "place:grayvoron",
    ]


def test_areas_reach_over_layers_of_gazetteers(tmp_path: Any) -> None:
    from entitynorm.io.compiled import build

    build(entitynorm.load(RECORDS).gazetteer, tmp_path / "a.enx")
    own = tmp_path / "own.jsonl"
    own.write_text('{"id": "place:spodar", "type": "PLACE", "name": "Spodaryushino", "located_in": "place:ua"}\n')
    linker = entitynorm.load([tmp_path / "a.enx", own])
    assert linker.resolve_column(["Spodaryushino", "Kozinka"], type="PLACE", within="Ukraine").ids == [
        "place:spodar",
        "place:kozinka-ua",
    ]
    assert linker.resolve_column(["Spodaryushino"], within="Russia").ids == [None]


def test_types_by_row(linker: Linker) -> None:
    column = linker.resolve_column(["Kozinka"] * 4, type=["ORG", "PERSON", None, "gpe"], within=["", "", "UA", "RU"])
    assert column.ids == ["org:kozinka", None, "place:kozinka-ua", "place:kozinka-ru"]


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"type": "PLCE"}, 'type: "PLCE" is the type of no entity .*did you mean "PLACE"'),
        ({"type": [None, "PLCE"]}, r'type\[1\]: "PLCE" is the type of no entity'),
        ({"type": ["PLACE"]}, "type: 1 rows where the names have 2"),
        ({"within": ["Russia"] * 3}, "within: 3 rows where the names have 2"),
        ({"within": [None, True]}, r"within\[1\]: a bool where a name was expected"),
    ],
)
def test_wrong_constraints(linker: Linker, options: dict[str, Any], complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        linker.resolve_column(["Kozinka", "Kozinka"], **options)


def test_a_threshold_of_the_readers_own(linker: Linker) -> None:
    column = linker.resolve_column(["Grayvoron", "Hraivoron"], min_score=1.0)
    assert column.ids == ["place:grayvoron", None] and column.reasons[1] == "below_threshold"


def test_added_columns_are_named_after_theirs(linker: Linker) -> None:
    found: LinkedColumn = linker.resolve_column(["Grayvoron"])
    assert list(found.to_dict("place")) == ["place_id", "place_name", "place_score", "place_reason"]
    assert list(found.to_dict()) == ["id", "name", "score", "reason"]


def test_threads_share_a_resolver(linker: Linker, asked: list[Question]) -> None:
    names = [entity["name"] for entity in RECORDS] * 50

    def pieces() -> Iterator[list[str]]:
        return (names[k : k + 7] for k in range(0, len(names), 7))

    with ColumnResolver(linker) as resolver, concurrent.futures.ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda piece: list(resolver.resolve(piece)), pieces()))
    assert found == [list(linker.resolve_column(piece)) for piece in pieces()]
