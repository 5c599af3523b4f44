"""JSON lines: each line passes through letter for letter, the new fields before its closing brace."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple

from entitynorm.column import ANSWER_FIELDS, ColumnResolver
from entitynorm.column_values import name_in
from entitynorm.errors import InputError
from entitynorm.io.documents import numbered_lines
from entitynorm.io.formats import printable
from entitynorm.io.table_columns import Found, Request, answer_rows, check_types, find_columns

BATCH_ROWS = 20_000


class _Row(NamedTuple):
    line: str
    cells: tuple[str | None, ...]
    """What the line holds for each reference of the request."""


@dataclass(slots=True)
class JsonLinesTable:
    """One JSON object a line."""

    path: str
    request: Request
    size: int = 0

    def _rows(self, lines: Iterable[tuple[int, str]]) -> Iterator[tuple[Found, _Row]]:
        found: Found | None = None
        for number, line in lines:
            if not line.strip():
                continue
            place = f"{self.path}:{number}"
            record = self._record(line, place)
            if found is None:
                heading = list(record)
                found = find_columns(self.request, heading, place)
                fields = [heading[found.positions[name]] for name in self.request.references]
            if taken := next((name for name in found.added if name in record), None):
                raise InputError(
                    f"{place}: already has a column {taken!r}; rename it, ask for another prefix, "
                    "or start from the table without it"
                )
            yield found, _Row(line.strip(), tuple(name_in(record.get(field), place) for field in fields))
        if found is None:
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

    def validate(self, resolver: ColumnResolver) -> None:
        """Read the table once without resolving, so that nothing is written of a table that is broken further down."""
        if self.path != "-":
            for _, row in self._rows(numbered_lines(self.path)):
                cells = {name: [cell] for name, cell in zip(self.request.references, row.cells, strict=True)}
                check_types(resolver, self.request, cells, self.path)

    def resolve(self, resolver: ColumnResolver) -> Iterator[tuple[str, int]]:
        """The finished table in pieces of text, each with how many bytes of input it took, roughly."""
        rows = self._rows(numbered_lines(self.path))
        while batch := list(islice(rows, BATCH_ROWS)):
            found = batch[0][0]
            lines = [row.line for _, row in batch]
            columns = zip(*(row.cells for _, row in batch), strict=True)
            cells = {name: list(column) for name, column in zip(self.request.references, columns, strict=True)}
            endings = [""] * len(lines)
            for number, column in enumerate(answer_rows(resolver, self.request, cells, self.path)):
                width = len(ANSWER_FIELDS)
                names = found.added[width * number : width * (number + 1)]
                texts = [
                    json.dumps(dict(zip(names, answer, strict=True)), ensure_ascii=False)[1:-1]
                    for answer in column.answers
                ]
                added = zip(endings, column.positions.tolist(), strict=True)
                endings = [f"{ending}, {texts[at]}" for ending, at in added]
            text = "".join(_extended(line, ending) for line, ending in zip(lines, endings, strict=True))
            yield printable(text), sum(map(len, lines)) + len(lines)


def _extended(line: str, ending: str) -> str:
    head = line[:-1].rstrip()
    return f"{head}{ending.removeprefix(', ') if head == '{' else ending}}}\n"
