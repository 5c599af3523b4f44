"""Tables: rows pass through unchanged, names are asked once, streams stay streams."""

from __future__ import annotations

import csv
import io
import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import entitynorm
from entitynorm import Linker, column
from entitynorm.column import ColumnResolver
from entitynorm.column_values import name_in
from entitynorm.errors import InputError
from entitynorm.io import delimited_table, documents, files, parquet_table, tables
from entitynorm.io.tables import Request

LINKER: Linker = entitynorm.load([{"id": "x:k", "type": "PLACE", "name": "Kyiv"}])
FOUND = "x:k,Kyiv,1.0,spelled like the alias 'Kyiv'"


def resolved(path: Path, *columns: str, linker: Linker = LINKER, **options: Any) -> str:
    asked = {key: options.pop(key) for key in ("prefix", "type", "type_column", "within") if key in options}
    table = tables.open_table(str(path), Request(columns or ("name",), **asked), **options)
    assert not isinstance(table, tables.ParquetTable)
    with ColumnResolver(linker) as resolver:
        table.validate(resolver)
        return "".join(text for text, _ in table.resolve(resolver))


CELLS = st.text(alphabet=st.sampled_from('Kyiv a",;\t\r\n=Ґ\u2028'), max_size=6) | st.just("Kyiv")


@settings(max_examples=50)
@given(rows=st.lists(st.tuples(CELLS, CELLS), max_size=8), suffix=st.sampled_from([".csv", ".tsv"]))
def test_rows_pass_through(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]], suffix: str) -> None:
    path = tmp_path_factory.mktemp("table") / f"t{suffix}"
    delimiter = "\t" if suffix == ".tsv" else ","
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=delimiter).writerows([("name", "note"), *rows])
    path.write_bytes(buffer.getvalue().encode())
    out = list(csv.reader(io.StringIO(resolved(path), newline=""), delimiter=delimiter))
    assert out[0] == ["name", "note", "name_id", "name_name", "name_score", "name_reason"]
    assert [tuple(row[:2]) for row in out[1:]] == rows
    for (name, _), row in zip(rows, out[1:], strict=True):
        link = LINKER.resolve(name.strip())
        expected = [link.id or "", link.name or "", str(round(link.score, 4)), link.reason]
        assert row[2:] == (expected if name.strip() else [""] * 4)


@settings(max_examples=50)
@given(rows=st.lists(st.tuples(CELLS, CELLS), max_size=8), size=st.integers(1, 9))
def test_pieces_of_any_size_are_the_same_rows(rows: list[tuple[str, str]], size: int) -> None:
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows(rows)
    data = buffer.getvalue().encode()

    class Pipe(io.BytesIO):
        def read1(self, count: int | None = -1) -> bytes:
            return self.read(random.Random(size).randint(1, size))

    pieces = list(files.decode_blocks(Pipe(data), "pipe"))
    assert "".join(piece for piece, _ in pieces) == buffer.getvalue()
    assert sum(count for _, count in pieces) == len(data)
    assert all(piece.endswith("\n") for piece, _ in pieces[:-1])


def test_a_name_is_asked_once_across_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited_table, "BATCH_ROWS", 2)
    asked: list[str] = []
    real = column.answer_batch
    monkeypatch.setattr(
        column, "answer_batch", lambda linker, b: asked.extend(q.name for q in b.questions) or real(linker, b)
    )
    path = tmp_path / "t.csv"
    path.write_text("name\n" + "Kyiv\nLviv\nKyiv\n" * 5)
    table = tables.open_table(str(path), Request(("name",)))
    assert isinstance(table, tables.DelimitedTable)
    with ColumnResolver(LINKER) as resolver:
        pieces = list(table.resolve(resolver))
    assert asked == ["Kyiv", "Lviv"]
    assert len(pieces) == 9 and sum(step for _, step in pieces) == path.stat().st_size


def test_a_batch_of_long_rows_has_few(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("name,text\n" + f"Kyiv,{'x' * 50_000}\n" * 2000)
    table = tables.open_table(str(path), Request(("name",)))
    assert isinstance(table, tables.DelimitedTable)
    with ColumnResolver(LINKER) as resolver:
        sizes = [len(text) for text, _ in table.resolve(resolver)]
    assert max(sizes) < 5 * delimited_table.BATCH_BYTES


def test_a_single_column_keeps_its_empty_rows(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("name\nKyiv\n\nLviv\n")
    assert len(resolved(path).splitlines()) == 4


def test_byte_order_mark_and_own_delimiter(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes("\ufeffname;x\r\nKyiv;1\r\n".encode())
    expected = f"name;x;name_id;name_name;name_score;name_reason\nKyiv;1;{FOUND.replace(',', ';')}\n"
    assert resolved(path, delimiter=";") == expected


@pytest.mark.parametrize("name", ["t.txt", "t.psv", "t"])
def test_with_a_delimiter_any_name_is_a_table(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("name|x\nKyiv|1\n")
    assert resolved(path, delimiter="|", output=name).splitlines()[1] == f"Kyiv|1|{FOUND.replace(',', '|')}"
    with pytest.raises(InputError, match="or --delimiter CHAR"):
        resolved(path)


@pytest.mark.parametrize("delimiter", ["\t", "\\t", "tab"])
def test_a_tab_can_be_typed(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text("name\tx\nKyiv\t1\n")
    assert resolved(path, delimiter=delimiter).splitlines()[1] == "Kyiv\t1\t" + FOUND.replace(",", "\t")


def test_several_columns_and_a_prefix(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("first,other\nKyiv,Lviv\n,Kyiv\n")
    rows = list(csv.DictReader(io.StringIO(resolved(path, "first", "2"))))
    assert [(row["first_id"], row["other_id"]) for row in rows] == [("x:k", ""), ("", "x:k")]
    assert list(csv.DictReader(io.StringIO(resolved(path, "other", prefix=""))))[1]["id"] == "x:k"
    assert "who_id" in resolved(path, "other", prefix="who").splitlines()[0]


@pytest.mark.parametrize(
    ("columns", "prefix", "complaint"),
    [
        (("name", "1"), None, "already has a column 'name_id'"),
        (("name",), "", "already has a column 'name'"),
        (("name", "other"), "x", "a prefix for 2 columns"),
    ],
)
def test_added_columns_that_are_there(
    tmp_path: Path, columns: tuple[str, ...], prefix: str | None, complaint: str
) -> None:
    path = tmp_path / "t.csv"
    path.write_text("name,other\nKyiv,Lviv\n")
    with pytest.raises(InputError, match=complaint):
        resolved(path, *columns, prefix=prefix)


def test_cells_that_a_spreadsheet_would_run(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("name,lon\n=1+1,-5.30\n@Kyiv,-1e5\n-x,+7\n")
    out = resolved(path, excel_safe=True)
    assert out.startswith("\ufeffname,")
    cells = [row[:2] for row in csv.reader(io.StringIO(out))][1:]
    assert cells == [["'=1+1", "-5.30"], ["'@Kyiv", "-1e5"], ["'-x", "'+7"]]


def test_spreadsheets_are_csv(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text('{"name": "Kyiv"}\n')
    with pytest.raises(InputError, match="only CSV and TSV are made safe"):
        resolved(path, excel_safe=True)


def test_jsonl_lines_keep_their_letters(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text('{"name":"Kyiv","n":1.10,"e":"\\u00e9"}\n\n{ "name" : null } \n')
    first, second = resolved(path).splitlines()
    assert first.startswith('{"name":"Kyiv","n":1.10,"e":"\\u00e9", "name_id": "x:k"')
    assert second == '{ "name" : null, "name_id": null, "name_name": null, "name_score": null, "name_reason": null}'


def test_jsonl_of_several_columns_and_empty_objects(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text('{"a": "Kyiv", "b": null}\n{}\n{"b": "Kyiv"}\n')
    records = [json.loads(line) for line in resolved(path, "a", "b").splitlines()]
    assert [(r["a_id"], r["b_id"]) for r in records] == [("x:k", None), (None, None), (None, "x:k")]


@pytest.mark.parametrize(
    ("text", "line", "complaint"),
    [
        ("name,b\n" + "Kyiv,1\n" * 60_000 + "Lviv\n", 60_002, "1 cells"),
        ('name,b\n"Ky\niv",1\n\n"a\nb"\n', 6, "1 cells"),
        ('name,b\n1\n"open', 2, "1 cells"),
        ("name,b\nKyiv,1\nKyiv,\0\n", 3, "NUL"),
    ],
)
def test_a_broken_row_far_down_is_found_before_anything_is_resolved(
    tmp_path: Path, text: str, line: int, complaint: str
) -> None:
    path = tmp_path / "t.csv"
    path.write_text(text)
    with ColumnResolver(LINKER) as resolver, pytest.raises(InputError, match=rf"t\.csv:{line}: {complaint}"):
        table = tables.open_table(str(path), Request(("name",)))
        assert isinstance(table, tables.DelimitedTable)
        table.validate(resolver)


def test_a_wrong_byte_far_down_is_named_as_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_BLOCK", 64)
    path = tmp_path / "t.csv"
    path.write_bytes(b"name\n" + b"Kyiv\n" * 100 + "Грайворон\n".encode("cp1251") * 3)
    with pytest.raises(InputError) as by_line:
        list(documents.numbered_lines(str(path)))
    with pytest.raises(InputError) as by_block:
        list(documents.blocks_of_lines(str(path)))
    assert str(by_line.value) == str(by_block.value)
    assert "t.csv:102: not UTF-8" in str(by_block.value)


def test_a_line_without_an_end_is_not_read_to_the_end(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="x:2: the line is longer than 1 MiB"):
        list(files.decode_blocks(io.BytesIO(b"a\n" + b"x" * 3 * 2**20), "x", limit=2**20))
    fine = b"".join(b"x" * 1000 + b"\n" for _ in range(3000))
    assert sum(size for _, size in files.decode_blocks(io.BytesIO(fine), "x", limit=2**20)) == len(fine)


@pytest.mark.parametrize(
    ("value", "name"), [(None, None), ("", None), ("  ", None), (" K ", "K"), (5, "5"), (1.5, "1.5")]
)
def test_names_in_cells(value: object, name: str | None) -> None:
    assert name_in(value, "t:1") == name


@pytest.mark.parametrize("value", [True, [], {}, b"x"])
def test_cells_that_hold_no_name(value: object) -> None:
    with pytest.raises(InputError, match=r"t:1: .* where a name was expected"):
        name_in(value, "t:1")


def parquet_of(source: Any, folder: Path, *columns: str, **asked: Any) -> Any:
    parquet = pytest.importorskip("pyarrow.parquet")
    parquet.write_table(source, folder / "in.parquet")
    return written_again(folder, *columns, **asked)


def written_again(folder: Path, *columns: str, **asked: Any) -> Any:
    parquet = pytest.importorskip("pyarrow.parquet")
    table = tables.open_table(str(folder / "in.parquet"), Request(columns or ("name",), **asked))
    assert isinstance(table, tables.ParquetTable)
    with ColumnResolver(LINKER) as resolver:
        assert sum(table.resolve_to(str(folder / "out.parquet"), resolver)) <= table.size
    return parquet.read_table(folder / "out.parquet")


def test_parquet_keeps_its_other_columns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    monkeypatch.setattr(parquet_table, "BATCH_ROWS", 2)
    source = pyarrow.table({"name": ["Kyiv", None, "Lviv"], "list": [[1], [], None]})
    written = parquet_of(source, tmp_path, "1")
    assert written.select(["name", "list"]).equals(source)
    assert written.column("name_id").to_pylist() == ["x:k", None, None]


def test_parquet_is_not_cut_into_small_row_groups(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    parquet_of(pyarrow.table({"name": ["Kyiv", "Lviv"] * 50_000}), tmp_path)
    assert parquet.ParquetFile(tmp_path / "out.parquet").num_row_groups == 2


@pytest.mark.parametrize("kind", ["string", "large_string", "string_view", "dictionary"])
def test_parquet_of_every_kind_of_string(tmp_path: Path, kind: str) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    cells = pyarrow.array(["Kyiv", None, "", "Kyiv"])
    cells = cells.dictionary_encode() if kind == "dictionary" else cells.cast(getattr(pyarrow, kind)())
    assert parquet_of(pyarrow.table({"name": cells}), tmp_path)["name_id"].to_pylist() == ["x:k", None, None, "x:k"]


def test_parquet_that_polars_wrote(tmp_path: Path) -> None:
    polars = pytest.importorskip("polars")
    polars.DataFrame({"name": ["Kyiv", None], "kind": ["GPE", "ORG"]}).write_parquet(tmp_path / "in.parquet")
    assert written_again(tmp_path, "name", type_column="kind")["name_id"].to_pylist() == ["x:k", None]


def test_parquet_of_lists_is_refused_with_its_place(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    with pytest.raises(InputError, match=r"in\.parquet: column 'name': a list where a name was expected"):
        parquet_of(pyarrow.table({"name": [["Kyiv"]]}), tmp_path)
    assert not (tmp_path / "out.parquet").exists()


def test_an_empty_parquet_table(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    written = parquet_of(pyarrow.table({"name": pyarrow.array([], pyarrow.string())}), tmp_path)
    assert written.num_rows == 0 and written.column_names[-1] == "name_reason"
