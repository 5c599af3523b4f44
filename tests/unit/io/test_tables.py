"""Tables: rows pass through unchanged, names are asked once, streams stay streams."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entitynorm.errors import InputError
from entitynorm.io import tables
from entitynorm.model import Link


class Oracle:
    """Links every name that begins with K; remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, names: list[str]) -> Iterator[Link]:
        self.asked += names
        for name in names:
            yield (
                Link(name, "x:k", "K", "PLACE", 0.87654, "why")
                if name[0] == "K"
                else Link(name, None, None, None, 0.0, "no_candidate")
            )


def resolved(path: Path, column: str = "name", **options: str) -> str:
    table = tables.open_table(str(path), column, **options)
    assert not isinstance(table, tables.ParquetTable)
    table.validate()
    return "".join(text for text, _ in table.resolve(Oracle()))


CELLS = st.text(alphabet=st.sampled_from('K a",;\t\n=Ґ\u2028'), max_size=6)


@settings(max_examples=50)
@given(rows=st.lists(st.tuples(CELLS, CELLS), max_size=8), suffix=st.sampled_from([".csv", ".tsv"]))
def test_rows_pass_through(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]], suffix: str) -> None:
    path = tmp_path_factory.mktemp("table") / f"t{suffix}"
    delimiter = "\t" if suffix == ".tsv" else ","
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter).writerows([("name", "note"), *rows])
    path.write_bytes(buffer.getvalue().encode())
    out = list(csv.reader(io.StringIO(resolved(path), newline=""), delimiter=delimiter))
    assert out[0] == ["name", "note", "name_id", "name_name", "name_score", "name_reason"]
    assert [tuple(row[:2]) for row in out[1:]] == rows
    assert [row[2:] for row in out[1:]] == [
        ["x:k", "K", "0.8765", "why"]
        if name.strip().startswith("K")
        else ["", "", "0.0", "no_candidate"]
        if name.strip()
        else [""] * 4
        for name, _ in rows
    ]


def test_a_name_is_asked_once_across_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "BATCH_ROWS", 2)
    path = tmp_path / "t.csv"
    path.write_text("name\n" + "Kyiv\nLviv\nKyiv\n" * 5)
    oracle = Oracle()
    table = tables.open_table(str(path), "name")
    assert isinstance(table, tables.DelimitedTable)
    pieces = list(table.resolve(oracle))
    assert oracle.asked == ["Kyiv", "Lviv"]
    assert len(pieces) == 9 and sum(step for _, step in pieces) <= path.stat().st_size


def test_memory_of_names_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "REMEMBERED_NAMES", 2)
    oracle = Oracle()
    answers = tables.Answers(oracle)
    for batch in (["Ka", "Kb", "Kc"], ["Ka"], ["Ka", None]):
        assert [a.id for a in answers(batch)] == ["x:k" if name else None for name in batch]
    assert oracle.asked == ["Ka", "Kb", "Kc", "Ka"]


def test_a_single_column_keeps_its_empty_rows(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("name\nKyiv\n\nLviv\n")
    assert len(resolved(path).splitlines()) == 4


def test_byte_order_mark_and_own_delimiter(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes("\ufeffname;x\r\nKyiv;1\r\n".encode())
    assert resolved(path, delimiter=";") == "name;x;name_id;name_name;name_score;name_reason\nKyiv;1;x:k;K;0.8765;why\n"


@pytest.mark.parametrize("delimiter", ["\t", "\\t", "tab"])
def test_a_tab_can_be_typed(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text("name\tx\nKyiv\t1\n")
    assert resolved(path, delimiter=delimiter).splitlines()[1] == "Kyiv\t1\tx:k\tK\t0.8765\twhy"


def test_jsonl_lines_keep_their_letters(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text('{"name":"Kyiv","n":1.10,"e":"\\u00e9"}\n\n{ "name" : null } \n')
    first, second = resolved(path).splitlines()
    assert first.startswith('{"name":"Kyiv","n":1.10,"e":"\\u00e9", "name_id": "x:k"')
    assert second == '{ "name" : null, "name_id": null, "name_name": null, "name_score": null, "name_reason": null}'


def test_a_broken_row_far_down_is_found_before_anything_is_resolved(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("name,b\n" + "Kyiv,1\n" * 9000 + "Lviv\n")
    table = tables.open_table(str(path), "name")
    assert isinstance(table, tables.DelimitedTable)
    with pytest.raises(InputError, match=r"t\.csv:9002: 1 cells"):
        table.validate()


@pytest.mark.parametrize(
    ("value", "name"), [(None, None), ("", None), ("  ", None), (" K ", "K"), (5, "5"), (1.5, "1.5")]
)
def test_names_in_cells(value: object, name: str | None) -> None:
    assert tables.name_in(value, "t:1") == name


@pytest.mark.parametrize("value", [True, [], {}, b"x"])
def test_cells_that_hold_no_name(value: object) -> None:
    with pytest.raises(InputError, match=r"t:1: .* where a name was expected"):
        tables.name_in(value, "t:1")


def test_parquet_keeps_its_other_columns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    monkeypatch.setattr(tables, "BATCH_ROWS", 2)
    source = pyarrow.table({"name": ["Kyiv", None, "Lviv"], "list": [[1], [], None]})
    parquet.write_table(source, tmp_path / "in.parquet")
    table = tables.open_table(str(tmp_path / "in.parquet"), "1")
    assert isinstance(table, tables.ParquetTable)
    assert sum(table.resolve_to(str(tmp_path / "out.parquet"), Oracle())) <= table.size
    written = parquet.read_table(tmp_path / "out.parquet")
    assert written.select(["name", "list"]).equals(source)
    assert written.column("name_id").to_pylist() == ["x:k", None, None]


def test_an_empty_parquet_table(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    parquet.write_table(pyarrow.table({"name": pyarrow.array([], pyarrow.string())}), tmp_path / "in.parquet")
    table = tables.open_table(str(tmp_path / "in.parquet"), "name")
    assert isinstance(table, tables.ParquetTable)
    list(table.resolve_to(str(tmp_path / "out.parquet"), Oracle()))
    assert parquet.read_table(tmp_path / "out.parquet").num_rows == 0
