"""What is asked of a table, and its columns found: by their heading or by their number, never by guess."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from entitynorm.column import ColumnResolver, LinkedColumn, Places, added_columns
from entitynorm.column_values import Place
from entitynorm.errors import InputError


@dataclass(frozen=True, slots=True)
class Request:
    """Which columns to resolve, by heading or number from 1, and what constrains them."""

    columns: tuple[str, ...]
    prefix: str | None = None
    """What the added columns begin with; None: the column itself."""
    type: str | None = None
    """The entity type of every row."""
    type_column: str | None = None
    """The column that holds each row's entity type."""
    within: str | None = None
    """The column that holds the area in which each row's entity lies."""

    def __post_init__(self) -> None:
        if self.prefix is not None and len(self.columns) > 1:
            raise InputError(
                f"a prefix for {len(self.columns)} columns; leave it out, and each column's answers bear its name"
            )
        if self.type is not None and self.type_column is not None:
            raise InputError("a type for all rows and a column of types; give one of them")

    @property
    def references(self) -> tuple[str, ...]:
        """Every column that is read, as it was asked for."""
        return (*self.columns, *(column for column in (self.type_column, self.within) if column is not None))


class Found(NamedTuple):
    """The columns of a request in one table."""

    names: tuple[str, ...]
    """The headings of the columns to resolve."""
    positions: Mapping[str, int]
    """For each reference of the request the position of its column, from 0."""
    added: tuple[str, ...]
    """The headings of all added columns, four for each column."""


def find_columns(request: Request, heading: Sequence[str], place: str, *, more: str = "") -> Found:
    """Find the columns of a request; ``more`` is said where one is missing.

    Raises InputError for a column that is not there, stands twice, or is asked for twice, and where an added column is
    there already.
    """
    positions = {name: _position(name, heading, place, more) for name in request.references}
    names = tuple(heading[positions[column]] for column in request.columns)
    added: list[str] = []
    for name in names:
        prefix = name if request.prefix is None else request.prefix
        added += added_columns(prefix, (*heading, *added), place)
    return Found(names, positions, tuple(added))


def _position(name: str, heading: Sequence[str], place: str, more: str) -> int:
    named = [number for number, other in enumerate(heading) if other == name]
    if len(named) == 1:
        return named[0]
    if named:
        numbers = ", ".join(str(number + 1) for number in named)
        raise InputError(f"{place}: {len(named)} columns are called {name!r}; choose by number: {numbers}")
    if name.isdecimal() and 1 <= int(name) <= len(heading):
        return int(name) - 1
    close = difflib.get_close_matches(name, heading, n=1)
    hint = f"; did you mean {close[0]!r}?" if close and not more else ""
    raise InputError(f"{place}: no column {name!r}, only {', '.join(map(repr, heading[:20]))}{hint}{more}")


def answer_rows(
    resolver: ColumnResolver, request: Request, cells: Mapping[str, object], path: str
) -> list[LinkedColumn]:
    """For each column of the request its answers; ``cells`` are the columns of some rows, by reference."""
    types = request.type if request.type_column is None else cells[request.type_column]
    areas = None if request.within is None else cells[request.within]
    return [
        resolver.resolve(
            cells[column],
            types=types,
            areas=areas,
            places=Places(_place(path, column), _place(path, request.type_column), _place(path, request.within)),
        )
        for column in request.columns
    ]


def check_types(resolver: ColumnResolver, request: Request, cells: Mapping[str, Iterable[object]], path: str) -> None:
    """Raise InputError for a type in ``cells`` that nobody knows, before any row is written."""
    if request.type_column is not None:
        for value in dict.fromkeys(cells[request.type_column]):
            resolver.type_in(value, _place(path, request.type_column).what)


def _place(path: str, column: str | None) -> Place:
    return Place(f"{path}: column {column!r}", counted=False)
