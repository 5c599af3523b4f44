"""Tables with a column of names: CSV, TSV, JSON lines and Parquet in, the same rows with four more columns out.

Rows stream: a batch is read, its names resolved, its rows passed on, so a table may be larger than memory. What was in
a row is not touched; the four columns ``<column>_id``, ``_name``, ``_score`` and ``_reason`` come after the others. A
cell without a name (empty, null) stays without an answer: nothing was asked.

Start reading at `open_table`; `DelimitedTable`, `JsonLinesTable` and `ParquetTable` differ in how a row is read and
written, `Answers` remembers names that come again, as in tables they do.
"""

from __future__ import annotations

import csv
import difflib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path, PurePath
from typing import Any, NamedTuple

from entitynorm.errors import InputError
from entitynorm.io.documents import numbered_lines
from entitynorm.io.files import atomic_binary_writer
from entitynorm.io.formats import csv_text, printable
from entitynorm.model import Link

BATCH_ROWS = 5_000
REMEMBERED_NAMES = 200_000
MAX_CELL_CHARACTERS = 1_000_000
ADDED_COLUMNS = ("id", "name", "score", "reason")

LinksOf = Callable[[list[str]], Iterable[Link]]
"""Resolves names in the order given: what `Linker.resolve_many` does."""

_FAMILIES = {
    ".csv": "csv",
    ".tsv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".pq": "parquet",
}
_WRITTEN_AS = {"csv": ".csv or .tsv", "jsonl": ".jsonl", "parquet": ".parquet"}


class Answer(NamedTuple):
    """The four added cells of a row."""

    id: str | None = None
    name: str | None = None
    score: float | None = None
    reason: str | None = None


NO_NAME = Answer()
"""The answer for a cell that holds no name."""


class Answers:
    """Names to answers, each distinct name asked once as long as it is remembered."""

    def __init__(self, links_of: LinksOf) -> None:
        self._links_of = links_of
        self._known: dict[str, Answer] = {}

    def __call__(self, names: Sequence[str | None]) -> list[Answer]:
        if len(self._known) > REMEMBERED_NAMES:
            self._known.clear()
        new = [name for name in dict.fromkeys(names) if name is not None and name not in self._known]
        if new:
            for name, link in zip(new, self._links_of(new), strict=True):
                self._known[name] = Answer(link.id, link.name, round(link.score, 4), link.reason)
        return [NO_NAME if name is None else self._known[name] for name in names]


def name_in(value: object, place: str) -> str | None:
    """The name in a cell, None where there is none; numbers are read as they are written."""
    if value is None:
        return None
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    raise InputError(f"{place}: a {type(value).__name__} where a name was expected; choose a column of strings")


def open_table(
    path: str, column: str, *, delimiter: str | None = None, output: str | None = None
) -> DelimitedTable | JsonLinesTable | ParquetTable:
    """The table at ``path`` by its extension (``-`` is CSV on standard input), its column found, its output agreed.

    Raises InputError for an unknown extension, a column that is not there, or an output of another family: rows are
    passed on as they are, so a CSV table can become TSV but not Parquet.
    """
    family = _family(path)
    suffix = PurePath(output or "").suffix.lower()
    if output not in (None, "-") and _FAMILIES.get(suffix) != family:
        raise InputError(
            f"{output}: a {family} table cannot be written as {suffix or 'a file without extension'}; "
            f"give a name that ends in {_WRITTEN_AS[family]}"
        )
    delimiter = "\t" if delimiter in ("\\t", "tab") else delimiter  # a tab is hard to type in a shell
    if delimiter is not None and (family != "csv" or len(delimiter) != 1 or delimiter in '"\r\n'):
        raise InputError(f"delimiter {delimiter!r} for {path}; expected one character, and a .csv or .tsv table")
    if family == "parquet":
        return ParquetTable(path, column)
    if family == "jsonl":
        return JsonLinesTable(path, column)
    default = "\t" if PurePath(path).suffix.lower() == ".tsv" else ","
    delimiter_in = delimiter or default
    delimiter_out = {".csv": delimiter or ",", ".tsv": "\t"}.get(suffix, delimiter_in)
    return DelimitedTable(path, column, delimiter_in, delimiter_out)


def _family(path: str) -> str:
    if path == "-":
        return "csv"
    family = _FAMILIES.get(PurePath(path).suffix.lower())
    if family is None:
        raise InputError(f"{path}: tables are read by extension; expected .csv, .tsv, .jsonl or .parquet")
    return family


def _added_names(column: str, present: Iterable[str], place: str) -> list[str]:
    added = [f"{column}_{name}" for name in ADDED_COLUMNS]
    taken = sorted(set(added) & set(present))
    if taken:
        raise InputError(f"{place}: already has a column {taken[0]!r}; rename it, or start from the table without it")
    return added


def _no_column(place: str, column: str, present: Sequence[str], more: str = "") -> InputError:
    close = difflib.get_close_matches(column, present, n=1)
    hint = f"; did you mean {close[0]!r}?" if close and not more else ""
    return InputError(f"{place}: no column {column!r}, only {', '.join(map(repr, present[:20]))}{hint}{more}")


def _size(path: str) -> int:
    return 0 if path == "-" else Path(path).stat().st_size


def _bytes_of(line: str) -> int:
    return len(line.encode("utf-8", "surrogatepass")) + 1


def _batches(rows: Iterator[Any]) -> Iterator[list[Any]]:
    while batch := list(islice(rows, BATCH_ROWS)):
        yield batch


@dataclass(slots=True)
class DelimitedTable:
    """CSV or TSV with a heading; every row must have as many cells as the heading."""

    path: str
    column: str
    delimiter: str = ","
    delimiter_out: str = ","
    size: int = field(init=False)
    heading: list[str] = field(init=False)
    _position: int = field(init=False)
    _added: list[str] = field(init=False)
    _rows: Iterator[tuple[int, list[str]]] | None = field(init=False)
    _read: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self.size = _size(self.path)
        self._rows = self._open()
        place, self.heading = next(self._rows, (1, []))
        if not self.heading:
            raise InputError(f"{self.path}: no heading; expected a first row with the names of the columns")
        self._position = self._find(f"{self.path}:{place}")
        self._added = _added_names(self.heading[self._position], self.heading, f"{self.path}:{place}")

    def _find(self, place: str) -> int:
        named = [number for number, name in enumerate(self.heading) if name == self.column]
        if len(named) == 1:
            return named[0]
        if named:
            numbers = ", ".join(str(number + 1) for number in named)
            raise InputError(f"{place}: {len(named)} columns are called {self.column!r}; choose by number: {numbers}")
        if self.column.isdecimal() and 1 <= int(self.column) <= len(self.heading):
            return int(self.column) - 1
        other = next((c for c in ";\t|" if c in self.heading[0] and len(self.heading) == 1), None)
        more = f"; the cells seem to be separated by {other!r}: say --delimiter {other!r}" if other else ""
        raise _no_column(place, self.column, self.heading, more)

    def _open(self) -> Iterator[tuple[int, list[str]]]:
        """Rows with the line they end on. Strict: an unclosed quote must not swallow the rest of the table."""
        csv.field_size_limit(MAX_CELL_CHARACTERS)
        reader = csv.reader(self._lines(), delimiter=self.delimiter, strict=True)
        width = 0
        while True:
            try:
                row = next(reader, None)
            except csv.Error as error:
                raise InputError(
                    f"{self.path}:{reader.line_num}: not a proper table row ({error}); "
                    "expected cells in matching double quotes, a quote inside a cell doubled"
                ) from None
            if row is None:
                return
            if not row and width != 1:
                continue  # a blank line is no row, unless the table has a single column
            row = row or [""]
            width = width or len(row)
            if len(row) != width:
                raise InputError(
                    f"{self.path}:{reader.line_num}: {len(row)} cells where the heading has {width}; "
                    "add the missing cells or quote the cell that holds a separator"
                )
            yield reader.line_num, row

    def _lines(self) -> Iterator[str]:
        """Lines with their ends put back: a quoted cell may hold some."""
        for _, line in numbered_lines(self.path):
            self._read += _bytes_of(line)
            yield line + "\n"

    def validate(self) -> None:
        """Read the table once without resolving, so that nothing is written of a table that is broken further down."""
        if self.path != "-":
            for _ in self._open():
                pass
            self._read = 0

    def resolve(self, links_of: LinksOf) -> Iterator[tuple[str, int]]:
        """The finished table in pieces of text, each with how many bytes of input it took. Once per table."""
        answers = Answers(links_of)
        rows, self._rows = self._rows, None
        if rows is None:
            raise ValueError("a table is resolved once; open it again")
        yield csv_text([self.heading + self._added], delimiter=self.delimiter_out), 0
        before = self._read
        for batch in _batches(rows):
            names = [name_in(row[self._position], f"{self.path}:{line}") for line, row in batch]
            finished = ([*row, *answer] for (_, row), answer in zip(batch, answers(names), strict=True))
            yield csv_text(finished, delimiter=self.delimiter_out), self._read - before
            before = self._read


@dataclass(slots=True)
class JsonLinesTable:
    """One JSON object a line. The line is passed on letter for letter, the new fields before its closing brace."""

    path: str
    column: str
    size: int = field(init=False)
    _lines: Iterator[tuple[int, str]] = field(init=False)

    def __post_init__(self) -> None:
        self.size = _size(self.path)
        self._lines = numbered_lines(self.path)

    def _rows(self, lines: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str, str | None]]:
        seen = False
        for number, line in lines:
            if not line.strip():
                continue
            place = f"{self.path}:{number}"
            record = self._record(line, place)
            if not seen and self.column not in record:
                raise _no_column(place, self.column, list(record))
            seen = True
            _added_names(self.column, record, place)
            yield number, line.strip(), name_in(record.get(self.column), place)
        if not seen:
            raise InputError(f"{self.path}: no rows; expected one JSON object a line")

    def _record(self, line: str, place: str) -> dict[str, Any]:
        try:
            record = json.loads(line)
        except RecursionError:
            raise InputError(f"{place}: nested too deeply; expected one flat JSON object a line") from None
        except ValueError as error:
            raise InputError(f"{place}: not JSON ({error}); expected one JSON object a line") from None
        if not isinstance(record, dict):
            raise InputError(f"{place}: a JSON {type(record).__name__}; expected one JSON object a line")
        return record

    def validate(self) -> None:
        """Read the table once without resolving, so that nothing is written of a table that is broken further down."""
        if self.path != "-":
            for _ in self._rows(numbered_lines(self.path)):
                pass

    def resolve(self, links_of: LinksOf) -> Iterator[tuple[str, int]]:
        """The finished table in pieces of text, each with how many bytes of input it took."""
        answers = Answers(links_of)
        for batch in _batches(self._rows(self._lines)):
            found = answers([name for _, _, name in batch])
            text = "".join(self._extended(line, answer) for (_, line, _), answer in zip(batch, found, strict=True))
            yield printable(text), sum(_bytes_of(line) for _, line, _ in batch)

    def _extended(self, line: str, answer: Answer) -> str:
        added = {f"{self.column}_{name}": cell for name, cell in zip(ADDED_COLUMNS, answer, strict=True)}
        head = line[:-1].rstrip()
        separator = "" if head == "{" else ", "
        return f"{head}{separator}{json.dumps(added, ensure_ascii=False)[1:]}\n"


@dataclass(slots=True)
class ParquetTable:
    """A Parquet file, read and written in batches with pyarrow, which the extra ``parquet`` installs."""

    path: str
    column: str
    size: int = field(init=False)
    _file: Any = field(init=False)
    _added: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self.size = _size(self.path)
        try:
            from pyarrow import ArrowException, parquet
        except ImportError:
            raise InputError(
                f"{self.path}: Parquet needs pyarrow, which is not installed; run: pip install 'entitynorm[parquet]'"
            ) from None
        try:
            self._file = parquet.ParquetFile(self.path)
        except ArrowException as error:
            raise InputError(f"{self.path}: not a readable Parquet file ({error}); check where it came from") from None
        names = list(self._file.schema_arrow.names)
        if self.column not in names and self.column.isdecimal() and 1 <= int(self.column) <= len(names):
            self.column = names[int(self.column) - 1]
        if names.count(self.column) != 1:
            raise _no_column(self.path, self.column, names)
        self._added = _added_names(self.column, names, self.path)

    def resolve_to(self, path: str, links_of: LinksOf) -> Iterator[int]:
        """Write the finished table to ``path``, yielding after each batch how many bytes of input it took, roughly."""
        import pyarrow
        from pyarrow import parquet

        answers = Answers(links_of)
        kinds = (pyarrow.string(), pyarrow.string(), pyarrow.float64(), pyarrow.string())
        schema = self._file.schema_arrow
        for name, kind in zip(self._added, kinds, strict=True):
            schema = schema.append(pyarrow.field(name, kind))
        total = max(self._file.metadata.num_rows, 1)
        with atomic_binary_writer(path) as sink, parquet.ParquetWriter(sink, schema) as writer:
            try:
                for batch in self._file.iter_batches(batch_size=BATCH_ROWS):
                    cells = batch.column(batch.schema.get_field_index(self.column)).to_pylist()
                    found = answers([name_in(cell, f"{self.path}: column {self.column}") for cell in cells])
                    columns = list(zip(*found, strict=True)) or [()] * len(kinds)
                    added = [pyarrow.array(column, kind) for column, kind in zip(columns, kinds, strict=True)]
                    writer.write_batch(pyarrow.RecordBatch.from_arrays([*batch.columns, *added], schema=schema))
                    yield self.size * batch.num_rows // total
            except pyarrow.ArrowException as error:
                raise InputError(f"{self.path}: broken Parquet data ({error}); get the file again") from None
