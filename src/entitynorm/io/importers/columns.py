"""Tables of names, CSV or TSV: which column fills which field, and a row as a record.

Columns are found by their headings, or named. Every column that is used for nothing is told, since a heading that was
not understood looks like a field that is empty. A row is an entity; with ``merge`` all rows of one id are, which is how
a table with a name in each row is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

from entitynorm.errors import InputError
from entitynorm.io.importers.delimited import Cells, read_table
from entitynorm.io.importers.entities import Names, language_tag, merged, prefixed, type_word
from entitynorm.io.importers.report import Report, RowError
from entitynorm.io.importers.source import Found, Record, Source, parse_rows
from entitynorm.io.importers.tables import table
from entitynorm.wording import near_miss, quoted

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The headings (or numbers from 1) of the columns that fill a field; None leaves it to the headings."""

    id: str | None = None
    name: str | None = None
    aliases: tuple[str, ...] = ()
    type: str | None = None
    lang: str | None = None
    lat: str | None = None
    lon: str | None = None
    weight: str | None = None
    description: str | None = None
    located_in: str | None = None
    part_of: str | None = None
    refs: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TableOptions:
    """How a table is read: its columns, and what holds for all rows."""

    columns: Columns = Columns()
    delimiter: str | None = None
    alias_separator: str = ";"
    type: str | None = None
    lang: str | None = None
    prefix: str | None = None
    merge: bool = False


def read_names_table(source: Source, report: Report, options: TableOptions) -> Iterator[Found]:
    """The records of a CSV or TSV table; raises InputError where a column that is needed or named is not there."""
    heading, rows = read_table(source, report, options.delimiter)
    layout = _Layout.of(heading, options, f"{source.shown}")
    if layout.unused:
        report.hints.append(f"columns not used: {', '.join(map(quoted, layout.unused))}")
    found = parse_rows(rows, lambda cells, place: layout.record(cells), report)
    return merged(found, report) if options.merge else found


@dataclass(frozen=True, slots=True)
class _Layout:
    """The positions of the columns."""

    options: TableOptions
    at: dict[str, int]
    aliases: tuple[tuple[int, str | None], ...]
    """Positions of names, each with the language that its heading tells."""
    refs: tuple[tuple[str, int], ...]
    unused: tuple[str, ...]

    @classmethod
    def of(cls, heading: Sequence[str], options: TableOptions, place: str) -> _Layout:
        known = table("columns")
        plain = [_plain(name) for name in heading]
        columns = options.columns
        at: dict[str, int] = {}
        for field in (f.name for f in fields(Columns) if f.name not in ("aliases", "refs")):
            named = getattr(columns, field)
            number = find(heading, named, place) if named else _first(plain, known["fields"][field])
            if number is not None:
                at[field] = number
        for field, remedy in (("id", "--id-column"), ("name", "--name-column")):
            if field not in at:
                shown = ", ".join(map(quoted, heading[:20]))
                raise InputError(f"{place}: no column for the {field} among {shown}; say which one it is with {remedy}")
        if "type" not in at and options.type is None:
            raise InputError(f"{place}: no column for the type; say --type-column, or --type for all rows, as PLACE")
        if ("lat" in at) != ("lon" in at):
            raise InputError(f"{place}: a column for one of lat and lon only; say both with --lat-column, --lon-column")
        refs = [(key, find(heading, name, place)) for key, name in columns.refs]
        refs += [
            (key, number)
            for key, names in known["refs"].items()
            if key not in dict(columns.refs) and (number := _first(plain, names)) is not None
        ]
        taken = {*at.values(), *(number for _, number in refs)}
        if columns.aliases:
            numbers = [find(heading, name, place) for name in columns.aliases]
        else:
            numbers = [n for n, name in enumerate(plain) if n not in taken and _holds_names(name)]
        aliases = tuple((number, language_in(plain[number])) for number in numbers)
        used = {*taken, *numbers}
        unused = tuple(name for number, name in enumerate(heading) if number not in used and name)
        return cls(options, at, aliases, tuple(refs), unused)

    def cell(self, cells: Cells, field: str) -> str | None:
        number = self.at.get(field)
        return None if number is None else cells[number].strip() or None

    def record(self, cells: Cells) -> Record:
        options = self.options
        name, entity_id = self.cell(cells, "name"), self.cell(cells, "id")
        if entity_id is None or name is None:
            missing = "id" if entity_id is None else "name"
            raise RowError(f"no {missing}", f"the cell of the {missing} is empty; fill it")
        lang = self._language(cells)
        names = Names(name)
        if lang is not None:
            names.add(name, lang=lang)
        for number, column_lang in self.aliases:
            for text in split(cells[number], options.alias_separator):
                names.add(text, lang=column_lang or lang)
        record: Record = {
            "id": prefixed(options.prefix, entity_id),
            "type": type_word(self.cell(cells, "type") or options.type or ""),
            "name": name,
            "aliases": names.records(),
            "refs": {key: cells[n].strip() for key, n in self.refs if cells[n].strip()},
        }
        if not record["type"]:
            raise RowError("no type", "the cell of the type is empty; fill it, or say --type for such rows")
        for field in ("description", "located_in", "part_of"):
            record[field] = self.cell(cells, field)
        for field in ("lat", "lon", "weight"):
            record[field] = number_in(self.cell(cells, field), field)
        return record

    def _language(self, cells: Cells) -> str | None:
        code = self.cell(cells, "lang") or self.options.lang
        if code is None:
            return None
        tag = language_tag(code)
        if tag is None:
            raise RowError("unusable lang", f"the language {quoted(code)} is no language tag; write it like ru or uk")
        return tag


def find(heading: Sequence[str], wanted: str, place: str) -> int:
    """The position of a column that was named by its heading or its number; raises InputError where it is not there."""
    named = [number for number, name in enumerate(heading) if name == wanted]
    if len(named) == 1:
        return named[0]
    if named:
        numbers = ", ".join(str(number + 1) for number in named)
        raise InputError(f"{place}: {len(named)} columns are called {quoted(wanted)}; choose by number: {numbers}")
    if wanted.isdecimal() and 1 <= int(wanted) <= len(heading):
        return int(wanted) - 1
    meant = near_miss(wanted, [name for name in heading if name])
    remedy = f"did you mean {quoted(meant)}?" if meant else f"there are {', '.join(map(quoted, heading[:20]))}"
    raise InputError(f"{place}: no column {quoted(wanted)}; {remedy}")


def number_in(cell: str | None, field: str) -> float | None:
    """The number in a cell, None where there is none; raises RowError for anything but plain digits."""
    if cell is None:
        return None
    if not _NUMBER.fullmatch(cell):
        raise RowError(f"unusable {field}", f"{field} is {quoted(cell)}; write a number in plain digits, with a point")
    number = float(cell)
    return int(number) if number.is_integer() and abs(number) < 1e15 else number


def split(cell: str, separator: str) -> list[str]:
    """The names in a cell; without a separator the cell is one name."""
    return cell.split(separator) if separator else [cell]


def _plain(heading: str) -> str:
    return re.sub(r"[\s.-]+", "_", heading.strip().casefold())


def _first(plain: Sequence[str], names: Sequence[str]) -> int | None:
    return next((plain.index(name) for name in names if name in plain), None)


def _holds_names(plain: str) -> bool:
    return plain in table("columns")["fields"]["aliases"] or language_in(plain) is not None


def language_in(heading: str) -> str | None:
    """The language that a heading tells, None where it tells none.

    >>> language_in("name_ru"), language_in("Label:uk"), language_in("name_id"), language_in("region")
    ('ru', 'uk', None, None)
    """
    plain = _plain(heading)
    known = table("columns")
    for stem in known["language_stems"]:
        rest = plain.removeprefix(stem)
        if rest != plain and rest[:1] in (":", "_", "@") and rest[1:] not in known["not_languages"]:
            code = rest[1:]
            if re.fullmatch(r"[a-z]{2,3}(?:_(?:latn|cyrl|arab|hans|hant))?", code):
                return language_tag(code)
    return None
