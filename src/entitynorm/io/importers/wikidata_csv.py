"""Results of Wikidata's query service as CSV or TSV: ``item,itemLabel,itemAltLabel,…``, several rows an item.

A query with an optional value gives a row for each of its values, and the rows of one item need not stand together. So
the items are gathered, all of them, and come out in the order of their first rows when the file is read: what the
query service gives within its time limit fits into memory. From the first row come label, type and place; the others
add their names.

The item is the column that has a second one with ``Label`` behind its name. An ``AltLabel`` cell lists names with
commas between them, and a name that has a comma itself falls apart; ask for ``skos:altLabel`` in a column of its own to
avoid that. Where the label service knows no label it gives the Q-number: such rows have no name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from entitynorm.errors import InputError
from entitynorm.io.importers.columns import find, language_in, number_in, split
from entitynorm.io.importers.delimited import Cells, read_table
from entitynorm.io.importers.entities import Names, language_tag, merged, prefixed, type_word
from entitynorm.io.importers.report import Report, RowError
from entitynorm.io.importers.source import Found, Record, Source, parse_rows
from entitynorm.io.importers.tables import table
from entitynorm.io.importers.wikidata import PREFIX, type_of, unknown_classes
from entitynorm.wording import quoted

SEPARATOR: Final = ", "

_QID = re.compile(r"(?:<?https?://www\.wikidata\.org/(?:entity|wiki)/|wd:)?(Q[1-9][0-9]*)>?")
_POINT = re.compile(r"Point\(\s*(\S+)\s+(\S+?)\s*\)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class WikidataCsvOptions:
    """How a query result is read; columns that are not named are found by their headings."""

    prefix: str | None = PREFIX
    id_column: str | None = None
    alias_columns: tuple[str, ...] = ()
    alias_separator: str | None = None
    """Between the names of a cell; None splits cells of AltLabel columns only, at commas."""
    lang: str | None = None
    """The language of the query's labels, and so of the names in its AltLabel column."""
    type: str | None = None
    classes: Mapping[str, str] = field(default_factory=dict)
    delimiter: str | None = None


def read_wikidata_csv(source: Source, report: Report, options: WikidataCsvOptions) -> Iterator[Found]:
    """The records of a query result, one an item; raises InputError where the item's column is not to be found."""
    heading, rows = read_table(source, report, options.delimiter)
    layout = _Layout.of([name.lstrip("?") for name in heading], options, source.shown)
    if layout.unused:
        report.hints.append(f"columns not used: {', '.join(map(quoted, layout.unused))}")
    unknown: Counter[str] = Counter()
    yield from merged(parse_rows(rows, lambda cells, place: layout.record(cells, report, unknown), report), report)
    report.hints += unknown_classes(unknown)


def qid_of(cell: str) -> str | None:
    """The Q-number in a cell, None where there is none.

    >>> qid_of("http://www.wikidata.org/entity/Q42"), qid_of("wd:Q42"), qid_of("Q042")
    ('Q42', 'Q42', None)
    """
    found = _QID.fullmatch(cell.strip())
    return found[1] if found else None


@dataclass(frozen=True, slots=True)
class _Layout:
    options: WikidataCsvOptions
    item: int
    label: int | None
    at: dict[str, int]
    alt_label: int | None
    aliases: tuple[tuple[int, str | None], ...]
    """Positions of further names, each with the language that its heading tells."""
    unused: tuple[str, ...]

    @classmethod
    def of(cls, heading: Sequence[str], options: WikidataCsvOptions, place: str) -> _Layout:
        if options.id_column is not None:
            item = find(heading, options.id_column.lstrip("?"), place)
        else:
            labelled = [number for number, name in enumerate(heading) if f"{name}Label" in heading]
            if not labelled:
                shown = ", ".join(map(quoted, heading[:20]))
                raise InputError(f"{place}: no column X with an XLabel among {shown}; say --id-column")
            item = labelled[0]
        stem = heading[item]
        position = {name: number for number, name in reversed(list(enumerate(heading)))}
        lower = [name.lower() for name in heading]
        at = {"description": position[f"{stem}Description"]} if f"{stem}Description" in position else {}
        for field_name, names in table("wikidata")["columns"].items():
            found = next((lower.index(name) for name in names if name in lower), None)
            if found is not None and found != item:
                at[field_name] = found
        numbers = [find(heading, name.lstrip("?"), place) for name in options.alias_columns]
        label, alt_label = position.get(f"{stem}Label"), position.get(f"{stem}AltLabel")
        used = {item, label, alt_label, *at.values(), *numbers}
        unused = tuple(name for number, name in enumerate(heading) if number not in used and name)
        aliases = tuple((number, language_in(heading[number])) for number in numbers)
        return cls(options, item, label, at, alt_label, aliases, unused)

    def record(self, cells: Cells, report: Report, unknown: Counter[str]) -> Record | None:
        options = self.options
        qid = qid_of(cells[self.item])
        if qid is None:
            raise RowError("unusable id", f"{quoted(cells[self.item])} is no Wikidata item; expected one like Q42")
        name = "" if self.label is None else cells[self.label].strip()
        if not name or name == qid:
            raise RowError("no label", f"{qid} has no label in the language of the query; add one to the label service")
        entity_type = self._type(cells, unknown)
        if entity_type is None:
            report.left_out["class without a type"] += 1
            return None
        names = Names(name)
        if self.alt_label is not None:
            separator = SEPARATOR if options.alias_separator is None else options.alias_separator
            for text in split(cells[self.alt_label], separator):
                names.add(text, lang=options.lang)
        lang = language_tag(self._cell(cells, "lang") or "")
        for number, heading_lang in self.aliases:
            for text in split(cells[number], options.alias_separator or ""):
                names.add(text, lang=heading_lang or lang)
        refs = {"wikidata": qid}
        if geonames := self._cell(cells, "geonames"):
            refs["geonames"] = geonames
        record: Record = {
            "id": prefixed(options.prefix, qid),
            "type": entity_type,
            "name": name,
            "aliases": names.records(),
            "description": self._cell(cells, "description"),
            "refs": refs,
            "weight": number_in(self._cell(cells, "weight"), "weight"),
        }
        if point := self._cell(cells, "coordinates"):
            found = _POINT.fullmatch(point)
            if found is None:
                raise RowError("unusable coordinates", f"the coordinates are {quoted(point)}, expected Point(LON LAT)")
            record |= {"lon": number_in(found[1], "lon"), "lat": number_in(found[2], "lat")}
        return record

    def _cell(self, cells: Cells, name: str) -> str | None:
        number = self.at.get(name)
        return None if number is None else cells[number].strip() or None

    def _type(self, cells: Cells, unknown: Counter[str]) -> str | None:
        """The type of a row: that of its class, or the word in its cell, or the one for all rows."""
        cell = self._cell(cells, "type")
        if cell is None or self.options.type is not None:
            if self.options.type is None:
                raise RowError("no type", "the row has no class; ask for ?type (wdt:P31), or say --type")
            return self.options.type
        qid = qid_of(cell)
        if qid is None:
            return type_word(cell)
        found = type_of([qid], self.options.classes)
        if found is None:
            unknown[qid] += 1
        return found
