"""Tables with columns of names: CSV, TSV, JSON lines and Parquet in, the same rows with four more columns out.

Rows stream: a batch is read, its names resolved, its rows passed on, so a table may be larger than memory. What was in
a row is not touched; ``<column>_id``, ``_name``, ``_score`` and ``_reason`` come after the others. A cell without a
name (empty, null) stays without an answer: nothing was asked. Across batches a `entitynorm.column.ColumnResolver`
remembers what it has resolved.

Start reading at `open_table`; the tables differ in how a row is read and written.
"""

from __future__ import annotations

from pathlib import Path, PurePath

from entitynorm.errors import InputError
from entitynorm.io.delimited_table import DelimitedTable
from entitynorm.io.jsonl_table import JsonLinesTable
from entitynorm.io.parquet_table import ParquetTable
from entitynorm.io.table_columns import Request

__all__ = ["DelimitedTable", "JsonLinesTable", "ParquetTable", "Request", "open_table"]

_FAMILIES = {
    ".csv": "csv",
    ".tsv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".pq": "parquet",
}
_WRITTEN_AS = {"csv": ".csv or .tsv", "jsonl": ".jsonl", "parquet": ".parquet"}


def open_table(
    path: str,
    request: Request,
    *,
    delimiter: str | None = None,
    output: str | None = None,
    excel_safe: bool = False,
) -> DelimitedTable | JsonLinesTable | ParquetTable:
    """The table at ``path`` by its extension (``-`` is CSV on standard input), its columns found, its output agreed.

    With a ``delimiter`` any other extension is read as CSV. Raises InputError for an unknown extension, a column that
    is not there, or an output of another family: rows are passed on as they are, so a CSV table can become TSV but not
    Parquet.
    """
    family = _family(path, delimiter)
    suffix = PurePath(output or "").suffix.lower()
    if output not in (None, "-") and _FAMILIES.get(suffix, "csv" if delimiter else None) != family:
        raise InputError(
            f"{output}: a {family} table cannot be written as {suffix or 'a file without extension'}; "
            f"give a name that ends in {_WRITTEN_AS[family]}"
        )
    delimiter = "\t" if delimiter in ("\\t", "tab") else delimiter  # a tab is hard to type in a shell
    if delimiter is not None and (family != "csv" or len(delimiter) != 1 or delimiter in '"\r\n'):
        raise InputError(f"delimiter {delimiter!r} for {path}; expected one character, and a .csv or .tsv table")
    if excel_safe and family != "csv":
        raise InputError(f"{path}: only CSV and TSV are made safe for spreadsheets; a {family} table holds no formulas")
    size = 0 if path == "-" else Path(path).stat().st_size
    if family == "parquet":
        return ParquetTable(path, request, size)
    if family == "jsonl":
        return JsonLinesTable(path, request, size)
    default = "\t" if PurePath(path).suffix.lower() == ".tsv" else ","
    delimiter_in = delimiter or default
    delimiter_out = {".csv": delimiter or ",", ".tsv": "\t"}.get(suffix, delimiter_in)
    return DelimitedTable(path, request, delimiter_in, delimiter_out, excel_safe, size)


def _family(path: str, delimiter: str | None) -> str:
    if path == "-":
        return "csv"
    family = _FAMILIES.get(PurePath(path).suffix.lower(), "csv" if delimiter else None)
    if family is None:
        raise InputError(
            f"{path}: tables are read by extension; expected .csv, .tsv, .jsonl or .parquet, or --delimiter CHAR"
        )
    return family
