"""Parquet: read and written in batches with pyarrow, which the extra ``parquet`` installs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from entitynorm.column import ColumnResolver
from entitynorm.errors import InputError
from entitynorm.io.files import atomic_binary_writer
from entitynorm.io.table_columns import Found, Request, answer_rows, find_columns

BATCH_ROWS = 65_536
"""Rows read at a time; each batch is a row group of the new file, and small ones make readers slow."""


@dataclass(slots=True)
class ParquetTable:
    """A Parquet file; its other columns are passed on as they are, types and metadata included."""

    path: str
    request: Request
    size: int = 0
    _file: Any = field(init=False)
    _found: Found = field(init=False)

    def __post_init__(self) -> None:
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
        self._found = find_columns(self.request, self._file.schema_arrow.names, self.path)

    def resolve_to(self, path: str, resolver: ColumnResolver) -> Iterator[int]:
        """Write the finished table to ``path``, yielding after each batch how many bytes of input it took, roughly."""
        import pyarrow
        from pyarrow import parquet

        schema = self._file.schema_arrow
        kinds = (pyarrow.string(), pyarrow.string(), pyarrow.float64(), pyarrow.string())
        for number, name in enumerate(self._found.added):
            schema = schema.append(pyarrow.field(name, kinds[number % len(kinds)]))
        total = max(self._file.metadata.num_rows, 1)
        with atomic_binary_writer(path) as sink, parquet.ParquetWriter(sink, schema) as writer:
            try:
                for batch in self._file.iter_batches(batch_size=BATCH_ROWS):
                    cells = {name: batch.column(at) for name, at in self._found.positions.items()}
                    columns = list(batch.columns)
                    for answers in answer_rows(resolver, self.request, cells, self.path):
                        columns += [column.combine_chunks() for column in answers.to_arrow().columns]
                    writer.write_batch(pyarrow.RecordBatch.from_arrays(columns, schema=schema))
                    yield self.size * batch.num_rows // total
            except pyarrow.ArrowException as error:
                raise InputError(f"{self.path}: broken Parquet data ({error}); get the file again") from None
