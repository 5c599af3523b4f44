"""Rows of CSV: a broken row costs itself and nothing else."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entitynorm.io.importers.delimited import MAX_ROW_LINES, read_table, sniffed
from entitynorm.io.importers.report import Report
from entitynorm.io.importers.source import Source

CELLS = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from('",;\n'), max_size=8)


def rows_of(tmp_path, text: str, delimiter: str | None = None) -> tuple[list[str], list[tuple[int, list[str]]], Report]:
    path = tmp_path / "t.csv"
    path.write_text(text, encoding="utf-8", newline="")
    report = Report()
    heading, rows = read_table(Source(str(path)), report, delimiter)
    return heading, [(int(place.rpartition(":")[2]), cells) for place, cells in rows], report


@given(st.lists(st.lists(CELLS, min_size=3, max_size=3).filter(any), max_size=6))
def test_what_the_csv_module_writes_is_read_back(tmp_path_factory, rows):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["a", "b", "c"])
    writer.writerows(rows)
    _, read, report = rows_of(tmp_path_factory.mktemp("csv"), out.getvalue())
    assert [cells for _, cells in read] == rows and not report.skipped


@pytest.mark.parametrize("place", range(5))
def test_a_stray_quote_costs_its_row_only(tmp_path, place):
    lines = [f"{n},row {n}" for n in range(5)]
    lines[place] = f'{place},"row {place}'
    _, rows, report = rows_of(tmp_path, "\n".join(["id,name", *lines]) + "\n")
    assert [cells[0] for _, cells in rows] == [str(n) for n in range(5) if n != place]
    assert report.skipped == {"broken quotes": 1}


def test_a_quote_that_is_never_closed_does_not_swallow_a_long_file(tmp_path):
    count = 5 * MAX_ROW_LINES
    _, rows, report = rows_of(tmp_path, 'id,name\n0,"open\n' + "".join(f"{n},x\n" for n in range(count)))
    assert len(rows) == count and report.rows == 1


def test_rows_of_several_lines_are_named_by_the_first(tmp_path):
    _, rows, _ = rows_of(tmp_path, 'id,name\n1,"two\nlines"\n2,x\n')
    assert rows == [(2, ["1", "two\nlines"]), (4, ["2", "x"])]


def test_blank_lines_are_no_rows(tmp_path):
    heading, rows, report = rows_of(tmp_path, "\n\nid;name\n\n1;a\n\n")
    assert heading == ["id", "name"] and rows == [(5, ["1", "a"])] and not report.rows


@pytest.mark.parametrize(
    ("heading", "delimiter"),
    [("id,name", ","), ("id;name", ";"), ("id\tname", "\t"), ("id|name, in full|x", "|"), ("name", ",")],
)
def test_the_heading_tells_the_delimiter(heading, delimiter):
    assert sniffed(heading) == delimiter
