"""CSV, TSV and their like: rows stream through, four cells longer for each column that is resolved."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from operator import itemgetter

from entitynorm.column import ColumnResolver
from entitynorm.errors import InputError
from entitynorm.io.documents import blocks_of_lines
from entitynorm.io.formats import BYTE_ORDER_MARK, csv_text, printable
from entitynorm.io.table_columns import Found, Request, answer_rows, check_types, find_columns

MAX_CELL_CHARACTERS = 1_000_000
BATCH_ROWS = 50_000
BATCH_BYTES = 4 * 1024 * 1024
"""A batch ends with the first of the two: many rows, since few distinct names at a time are slow to resolve, but of
long rows no more than memory has room for."""
_TAILS_KEPT = 65_536


@dataclass(slots=True)
class DelimitedTable:
    """CSV or TSV with a heading; every row must have as many cells as the heading."""

    path: str
    request: Request
    delimiter: str = ","
    delimiter_out: str = ","
    excel_safe: bool = False
    size: int = 0
    heading: list[str] = field(init=False)
    _found: Found = field(init=False)
    _reader: _Reader | None = field(init=False)

    def __post_init__(self) -> None:
        self._reader = _Reader(self.path, self.delimiter)
        self.heading = self._reader.heading
        if not self.heading:
            raise InputError(f"{self.path}: no heading; expected a first row with the names of the columns")
        other = next((c for c in ";\t|" if c in self.heading[0] and len(self.heading) == 1), None)
        more = f"; the cells seem to be separated by {other!r}: say --delimiter {other!r}" if other else ""
        self._found = find_columns(self.request, self.heading, f"{self.path}:{self._reader.line}", more=more)

    def validate(self, resolver: ColumnResolver) -> None:
        """Read the table once without resolving, so that nothing is written of a table that is broken further down."""
        if self.path != "-":
            for piece in _Reader(self.path, self.delimiter).pieces(self._positions()):
                check_types(resolver, self.request, self._cells(piece), self.path)

    def resolve(self, resolver: ColumnResolver) -> Iterator[tuple[str, int]]:
        """The finished table in pieces of text, each with how many bytes of input it took. Once per table.

        A row comes out letter for letter as it stood, quotes and all, unless its form changes: another delimiter, or
        cells that are made safe.
        """
        reader, self._reader = self._reader, None
        if reader is None:
            raise ValueError("a table is resolved once; open it again")
        changed = self.excel_safe or self.delimiter != self.delimiter_out
        heading = _Piece([reader.heading_text], [self.heading])
        mark = BYTE_ORDER_MARK if self.excel_safe else ""
        yield mark + self._extended(heading, [[self._found.added]], [[0]], changed), 0
        before = 0
        for piece in reader.pieces(self._positions(), whole=changed):
            columns = answer_rows(resolver, self.request, self._cells(piece), self.path)
            endings = [[["" if cell is None else str(cell) for cell in a] for a in c.answers] for c in columns]
            yield self._extended(piece, endings, [c.positions.tolist() for c in columns], changed), reader.read - before
            before = reader.read

    def _positions(self) -> list[int]:
        return list(self._found.positions.values())

    def _cells(self, piece: _Piece) -> dict[str, Sequence[str]]:
        return dict(zip(self._found.positions, piece.columns, strict=True))

    def _extended(
        self,
        piece: _Piece,
        endings: Sequence[Sequence[Sequence[str]]],
        positions: Sequence[Sequence[int]],
        changed: bool,
    ) -> str:
        """Rows with their answers: for each column the distinct ones, and for each row the position of its own."""
        if changed:
            rows: Iterable[Sequence[str]] = piece.rows
            for some, at in zip(endings, positions, strict=True):
                rows = _lengthened(rows, some, at)
            return csv_text(rows, excel_safe=self.excel_safe, delimiter=self.delimiter_out)
        texts: Iterable[str] = piece.texts
        for some, at in zip(endings, positions, strict=True):
            tails = [_tail(tuple(cells), self.delimiter) for cells in some]
            texts = map(str.__add__, texts, map(tails.__getitem__, at))
        return printable("\n".join([*texts, ""]))


@lru_cache(maxsize=_TAILS_KEPT)
def _tail(cells: tuple[str, ...], delimiter: str) -> str:
    """Cells as they follow others in a row; an empty cell before them makes the text begin with the delimiter."""
    return csv_text([["", *cells]], delimiter=delimiter).removesuffix("\n")


def _lengthened(
    rows: Iterable[Sequence[str]], endings: Sequence[Sequence[str]], positions: Sequence[int]
) -> Iterator[Sequence[str]]:
    return ([*row, *endings[at]] for row, at in zip(rows, positions, strict=True))


@dataclass(slots=True)
class _Piece:
    """Some rows of a table; what is not wanted of them is not kept, for millions of lists keep the collector busy."""

    texts: list[str] = field(default_factory=list)
    """Each row as it stands in the file, without its line end."""
    rows: list[list[str]] = field(default_factory=list)
    """Each row's cells, if they were asked for."""
    columns: list[Sequence[str]] = field(default_factory=list)
    """The cells of each column that was asked for."""


class _Reader:
    """The rows of a file in pieces. Strict: an unclosed quote must not swallow the rest of the table."""

    def __init__(self, path: str, delimiter: str) -> None:
        csv.field_size_limit(MAX_CELL_CHARACTERS)
        self.path = path
        self.read = 0
        self._pending: list[str] = []
        self._rows = csv.reader(self._lines(), delimiter=delimiter, strict=True)
        nothing: tuple[list[str], str] = [], ""
        self.heading, self.heading_text = next(self._checked(0), nothing)

    @property
    def line(self) -> int:
        """The line that was read last, from 1."""
        return self._rows.line_num

    def _lines(self) -> Iterator[str]:
        """The lines, remembered until the row that they make is there: often one, more where a cell holds line ends.

        Only "\\n" ends a line here; the CSV reader itself knows what "\\r" means inside quotes and outside.
        """
        pending = self._pending
        for block, size in blocks_of_lines(self.path):
            self.read += size
            for line in io.StringIO(block, newline="\n"):
                pending.append(line)
                yield line

    def pieces(self, positions: Sequence[int], *, whole: bool = False) -> Iterator[_Piece]:
        """The rows below the heading with the columns at some positions, and ``whole`` rows where they are wanted."""
        pick = itemgetter(*positions)
        rows = self._checked(len(self.heading))
        while True:
            piece, start = _Piece(), self.read
            picked = []
            for row, text in islice(rows, BATCH_ROWS):
                piece.texts.append(text)
                picked.append(pick(row))
                if whole:
                    piece.rows.append(row)
                if self.read - start >= BATCH_BYTES:
                    break
            if not picked:
                return
            piece.columns = list(zip(*picked, strict=True)) if len(positions) > 1 else [picked]
            yield piece

    def _checked(self, width: int) -> Iterator[tuple[list[str], str]]:
        """Rows of ``width`` cells (0: any number) with their text. A blank line is a row of a single column only."""
        pending = self._pending
        try:
            for row in self._rows:
                text = pending[0] if len(pending) == 1 else "".join(pending)
                pending.clear()
                if len(row) != width:
                    if not row and width == 1:
                        row = [""]
                    elif not row:
                        continue
                    elif width:
                        raise InputError(
                            f"{self.path}:{self.line}: {len(row)} cells where the heading has {width}; "
                            "add the missing cells or quote the cell that holds a separator"
                        )
                yield row, text.removesuffix("\n").removesuffix("\r")
        except csv.Error as error:
            raise InputError(
                f"{self.path}:{self.line}: not a proper table row ({error}); "
                "expected cells in matching double quotes, a quote inside a cell doubled"
            ) from None
