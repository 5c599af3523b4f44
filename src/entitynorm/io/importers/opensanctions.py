"""OpenSanctions' ``targets.simple.csv``: one row a target, several values of a cell between semicolons.

The file does not tell weak aliases from others; where that matters, import the FollowTheMoney export of the same data.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from entitynorm.errors import InputError
from entitynorm.io.importers.delimited import Cells, read_table
from entitynorm.io.importers.entities import Names, prefixed
from entitynorm.io.importers.ftm import schema_type
from entitynorm.io.importers.report import Report, RowError
from entitynorm.io.importers.source import Found, Record, Source, parse_rows
from entitynorm.wording import quoted

NEEDED: Final = ("id", "schema", "name", "aliases")
SEPARATOR: Final = ";"


def read_opensanctions(source: Source, report: Report, *, prefix: str | None = None) -> Iterator[Found]:
    """The records of ``targets.simple.csv``; raises InputError where a column that it always has is not there."""
    heading, rows = read_table(source, report, ",")
    missing = [name for name in NEEDED if name not in heading]
    if missing:
        raise InputError(
            f"{source.shown}: no column {quoted(missing[0])}; expected targets.simple.csv of OpenSanctions, "
            "other tables are imported as csv"
        )
    return parse_rows(rows, lambda cells, place: _record(heading, cells, report, prefix), report)


def _record(heading: Cells, cells: Cells, report: Report, prefix: str | None) -> Record | None:
    row = dict(zip(heading, (cell.strip() for cell in cells), strict=True))
    if not row["id"] or not row["name"]:
        missing = "name" if row["id"] else "id"
        raise RowError(f"no {missing}", f"the cell of the {missing} is empty")
    entity_type = schema_type(row["schema"], report)
    if entity_type is None:
        return None
    names = Names(row["name"])
    for text in row["aliases"].split(SEPARATOR):
        names.add(text)
    about = [row["schema"], *(row.get(key, "").replace(SEPARATOR, ", ") for key in ("countries", "birth_date"))]
    return {
        "id": prefixed(prefix, row["id"]),
        "type": entity_type,
        "name": row["name"],
        "aliases": names.records(),
        "description": "; ".join(filter(None, about)),
    }
