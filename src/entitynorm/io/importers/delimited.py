"""Rows of CSV and TSV, one at a time, with the line on which each begins; a broken row costs itself and nothing else.

A quote that is opened and never closed would make one cell of the rest of the file. So a row may have `MAX_ROW_LINES`
lines, and where a row is broken, reading goes on with the line after its first one. Which of ``, ; | tab`` separates
the cells is told by the heading. The encoding is not guessed: see `entitynorm.io.importers.source`.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from typing import Final

from entitynorm.errors import InputError
from entitynorm.io.importers.report import Report, RowError
from entitynorm.io.importers.source import Source

MAX_ROW_LINES: Final = 100
MAX_CELL_CHARACTERS: Final = 1_000_000

Cells = list[str]

_DELIMITERS = ",;\t|"


class _TooLongError(Exception):
    """A row that goes on and on: a quote was not closed."""


class _Feed:
    """Lines for `csv.reader`, which remembers those of the row at hand, so that a broken row can be taken up again."""

    def __init__(self, lines: Iterator[tuple[int, str]]) -> None:
        self._lines = lines
        self._again: deque[tuple[int, str]] = deque()
        self.row: list[tuple[int, str]] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if len(self.row) >= MAX_ROW_LINES:
            raise _TooLongError
        line = self._again.popleft() if self._again else next(self._lines)
        self.row.append(line)
        return line[1] + "\n"

    def take_up(self) -> None:
        """Give the lines of this row again, but for the first."""
        self._again.extendleft(reversed(self.row[1:]))


def read_table(
    source: Source, report: Report, delimiter: str | None = None
) -> tuple[Cells, Iterator[tuple[str, Cells]]]:
    """The heading of a table, and its rows with their places; rows that are broken are counted and skipped.

    Raises InputError where there is no heading, or the delimiter is not one character.
    """
    delimiter = check_delimiter(delimiter)
    lines = source.lines()
    first = next(((number, line) for number, line in lines if line.strip(_DELIMITERS + " ")), None)
    if first is None:
        raise InputError(f"{source.shown}: no heading; expected a first row with the names of the columns")
    chosen = delimiter or sniffed(first[1])
    try:
        heading = [cell.strip() for cell in next(csv.reader([first[1]], delimiter=chosen, strict=True))]
    except csv.Error as error:
        message = f"the heading is no proper row ({error}); quotes in it have to match"
        raise InputError(f"{source.place(first[0])}: {message}") from None
    return heading, _of_width(_rows(source, report, lines, chosen), len(heading), report)


def check_delimiter(delimiter: str | None) -> str | None:
    """The delimiter as given, or the tab that ``tab`` and ``\\t`` stand for; raises InputError for what is none."""
    delimiter = "\t" if delimiter in ("\\t", "tab") else delimiter  # a tab is hard to type in a shell
    if delimiter is not None and (len(delimiter) != 1 or delimiter in '"\r\n'):
        raise InputError(f"the delimiter {delimiter!r} is not one character; give one such as ';', or tab")
    return delimiter


def sniffed(heading: str) -> str:
    """The delimiter of a table by its heading: the one that stands there most often outside of quotes.

    >>> sniffed('id;"name, in full";alias'), sniffed("name")
    (';', ',')
    """
    outside = "".join(heading.split('"')[::2])
    return max(_DELIMITERS, key=outside.count)


def _rows(
    source: Source, report: Report, lines: Iterator[tuple[int, str]], delimiter: str
) -> Iterator[tuple[str, Cells]]:
    """Rows of any width. Strict: text after a closing quote is a sign of a broken row, and kept quiet otherwise."""
    csv.field_size_limit(MAX_CELL_CHARACTERS)
    feed = _Feed(lines)
    reader = csv.reader(feed, delimiter=delimiter, strict=True)
    while True:
        feed.row = []
        try:
            cells = next(reader, None)
        except (csv.Error, _TooLongError) as error:
            place = source.place(feed.row[0][0])
            why = "a quote is opened and not closed" if isinstance(error, _TooLongError) else str(error)
            message = f"not a proper row ({why}); quotes have to match, and one inside a cell is doubled"
            report.row()
            report.skip(place, RowError("broken quotes", message))
            feed.take_up()
            reader = csv.reader(feed, delimiter=delimiter, strict=True)
            continue
        if cells is None:
            return
        if cells:  # a blank line is no row
            yield source.place(feed.row[0][0]), cells


def _of_width(rows: Iterator[tuple[str, Cells]], width: int, report: Report) -> Iterator[tuple[str, Cells]]:
    for place, cells in rows:
        if len(cells) == width:
            yield place, cells
            continue
        report.row()
        found = f"{len(cells)} cell{'s' * (len(cells) != 1)}"
        message = f"{found} where the heading has {width}; quote a cell that holds a separator, or add missing ones"
        report.skip(place, RowError("wrong number of cells", message))
