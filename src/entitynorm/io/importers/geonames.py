"""GeoNames dumps: ``allCountries.txt``, ``cities15000.txt``, ``UA.txt``, with or without ``alternateNamesV2.txt``.

The dump has nineteen columns and a name with no language; the languages, and whether a name is short, colloquial or
historic, stand in the file of alternate names, which is joined by id. Rows are never held in memory. What is held:

- for parents, one id for each country and division that is kept (half a million in the whole world),
- for alternate names, those of the kept places in the chosen languages. Without ``--country``, ``--feature`` and
  ``--language`` these are the sixteen million names of the world, several gigabytes: choose.

With parents or alternate names the dump is read twice, so it has to be a file. A parent is named only where it comes
out too: a dump filtered to ``P`` has no divisions. Feature codes are taken as they are; whether a place still exists is
not asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from entitynorm.errors import InputError
from entitynorm.io.importers.columns import number_in
from entitynorm.io.importers.entities import Names, language_tag, prefixed, short_kind
from entitynorm.io.importers.report import Report, RowError
from entitynorm.io.importers.source import STANDARD_INPUT, Found, Record, Source, numbered, parse_rows
from entitynorm.io.importers.tables import table
from entitynorm.wording import quoted

COLUMNS: Final = 19
PREFIX: Final = "geonames"

_FEATURE = re.compile(r"[A-Z](?:\.[A-Z0-9]{2,5})?|[A-Z0-9]{2,5}")
_CODE = re.compile(r"[A-Z0-9]{2,4}")

Key = tuple[str, ...]
"""What tells a division: country code, then admin codes from the top."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GeonamesOptions:
    """Which places and names are taken."""

    prefix: str | None = PREFIX
    countries: frozenset[str] = frozenset()
    features: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    alternate_names: str | None = None
    parents: bool = True


def check_feature(feature: str) -> str:
    """A feature class (P), code (PPLC) or both (P.PPLC) in capitals; raises InputError for anything else."""
    if not _FEATURE.fullmatch(feature.upper()):
        raise InputError(f"the feature {quoted(feature)} is no class or code; write it like P, PPLC or P.PPLC")
    return feature.upper()


def read_geonames(source: Source, report: Report, options: GeonamesOptions) -> Iterator[Found]:
    """The records of a GeoNames dump; raises InputError where standard input would have to be read twice."""
    dump = _Dump(report, options)
    if options.parents or options.alternate_names is not None:
        if source.path == STANDARD_INPUT:
            raise InputError(
                "a GeoNames dump is read twice for parents or alternate names; give a file, or say --no-parents"
            )
        dump.look(source)
    if options.alternate_names is not None:
        dump.join(Source(options.alternate_names))
    return parse_rows(numbered(source, report), dump.record, report)


@dataclass(slots=True)
class _Dump:
    """What is known of the dump as a whole while its rows go by."""

    report: Report
    options: GeonamesOptions
    divisions: dict[Key, str] = field(default_factory=dict)
    names: dict[str, bytes] = field(default_factory=dict)
    """The alternate names of each kept id, packed: a quarter of what the same strings need one by one."""

    def look(self, source: Source) -> None:
        """Go through the dump once for the ids that are kept and the divisions among them; complaints come later."""
        joins = self.options.alternate_names is not None
        for _, line in source.lines(Report()):
            self.report.step()
            cells = line.split("\t")
            if len(cells) == COLUMNS and self._unwanted(cells) is None:
                if joins:
                    self.names[cells[0]] = b""
                if self.options.parents and cells[6] == "A" and (key := _own_key(cells)):
                    self.divisions.setdefault(key, cells[0])

    def join(self, source: Source) -> None:
        """Gather the alternate names of the kept ids."""
        pseudo = table("geonames")["pseudo_languages"]
        for number, line in source.lines(self.report):
            self.report.step()
            cells = line.split("\t")
            if not 4 <= len(cells) <= 10 or not cells[1].isdecimal():
                message = (
                    f"expected 8 or 10 columns, the second a number, found {len(cells)}; is it alternateNamesV2.txt?"
                )
                self.report.drop(source.place(number), RowError("broken alternate name", message))
                continue
            known = self.names.get(cells[1])
            if known is None:
                continue
            said = pseudo.get(cells[2], {})
            if "skip" in said:
                self.report.notes[said["skip"]] += 1
            elif "ref" in said or self._speaks(said["lang"] if "lang" in said else "" if said else cells[2]):
                self.names[cells[1]] = known + _packed(cells)
            else:
                self.report.notes["name in a language not asked for"] += 1

    def _speaks(self, language: str) -> bool:
        """Whether names of a language are taken; names of none are, they are the variants in romanisation."""
        languages = self.options.languages
        return not languages or not language or language in languages or language.partition("-")[0] in languages

    def record(self, line: str, place: str) -> Record | None:
        cells = line.split("\t")
        if len(cells) != COLUMNS:
            message = f"expected the {COLUMNS} columns of a GeoNames dump, separated by tabs, found {len(cells)}"
            raise RowError(f"not {COLUMNS} columns", message)
        if not cells[0].isdecimal():
            raise RowError("unusable id", f"the GeoNames id is {quoted(cells[0])}, expected a number")
        unwanted = self._unwanted(cells)
        if unwanted is not None:
            self.report.left_out[unwanted] += 1
            return None
        types = table("geonames")
        code = f"{cells[6]}.{cells[7]}" if cells[7] else cells[6]
        entity_type = types["codes"].get(code) or types["classes"].get(cells[6])
        if entity_type is None:
            message = f"the feature class is {quoted(cells[6])}, expected one of {', '.join(types['classes'])}"
            raise RowError("unusable feature class", message)
        refs = {"geonames": cells[0]}
        names = Names(cells[1])
        if self.options.alternate_names is None:
            self._add_dump_names(cells[3], names)
        else:
            self._add_names(self.names.get(cells[0], b""), names, refs, cells[7])
        record: Record = {
            "id": prefixed(self.options.prefix, cells[0]),
            "type": entity_type,
            "name": cells[1],
            "aliases": names.records(),
            "description": f"{code} {cells[8]}".strip(),
            "refs": refs,
            "located_in": self._parent(cells),
            "lat": number_in(cells[4].strip() or None, "lat"),
            "lon": number_in(cells[5].strip() or None, "lon"),
        }
        population = number_in(cells[14].strip() or None, "weight")
        return record | ({"weight": population} if population else {})  # 0 stands for unknown

    def _unwanted(self, cells: list[str]) -> str | None:
        options = self.options
        if options.countries and cells[8] not in options.countries:
            return "country not asked for"
        if options.features and not options.features & {cells[6], cells[7], f"{cells[6]}.{cells[7]}"}:
            return "feature not asked for"
        return None

    def _parent(self, cells: list[str]) -> str | None:
        """The lowest division that the place lies in and that comes out, itself left out."""
        own = _own_key(cells) if cells[6] == "A" else ()
        codes = _codes(cells)
        for length in range(len(codes), 0, -1):
            found = self.divisions.get(codes[:length])
            if found is not None and codes[:length] != own:
                return prefixed(self.options.prefix, found)
        return None

    def _add_dump_names(self, cell: str, names: Names) -> None:
        """The names that the dump itself lists: without languages, with codes of airports and what the search needs.

        For its search GeoNames adds a letter-by-letter romanisation in lower case to names in other scripts (mzfr ngr).
        Nobody writes those, and they are short enough to be other words.
        """
        for text in cell.split(","):
            if text.isascii() and text.islower():
                self.report.notes["machine romanisation in lower case"] += 1
            else:
                names.add(text, **({"kind": "acronym", "strength": "weak"} if _CODE.fullmatch(text) else {}))

    def _add_names(self, packed: bytes, names: Names, refs: dict[str, str], code: str) -> None:
        facts = table("geonames")
        rows = [row.split("\t") for row in packed.decode("utf-8").split("\n")[:-1]]
        rows.sort(key=lambda row: ("h" in row[1], "p" not in row[1]))  # of two equal names the first counts
        for language, flags, text in rows:
            said: dict[str, Any] = facts["pseudo_languages"].get(language, {})
            if "ref" in said:
                refs.setdefault(said["ref"], text.strip())
                continue
            kind, strength = said.get("kind", "name"), said.get("strength", "strong")
            if "h" in flags:
                kind = "former"
            elif "c" in flags:
                kind, strength = "nickname", "weak"
            elif "s" in flags and kind == "name":
                kind = short_kind(text)
                strength = "weak" if code in facts["weak_short_names"] else "strong"
            elif kind == "abbreviation":
                kind = short_kind(text)
            lang = said["lang"] if "lang" in said else None if said else language_tag(language)
            names.add(text, lang=lang, kind=kind, strength=strength)


def _packed(cells: list[str]) -> bytes:
    """Language, flags and text of an alternate name; a name with an end date was given up, as one marked historic."""
    flags = "".join(letter for letter, cell in zip("psch", cells[4:8], strict=False) if cell.strip() == "1")
    if "h" not in flags and len(cells) == 10 and cells[9].strip():
        flags += "h"
    return f"{cells[2]}\t{flags}\t{cells[3]}\n".encode()


def _codes(cells: list[str]) -> Key:
    """Country and admin codes from the top to the first one that is unknown."""
    unknown = table("geonames")["unknown_division"]
    out: list[str] = []
    for code in (cells[8], *cells[10:14]):
        if not code or code == unknown:
            break
        out.append(code)
    return tuple(out)


def _own_key(cells: list[str]) -> Key:
    """The codes that a country or division is told by; empty for anything else."""
    facts = table("geonames")
    depth = 0 if cells[7] in facts["countries"] else facts["divisions"].get(cells[7])
    codes = _codes(cells)
    return codes[: depth + 1] if depth is not None and len(codes) > depth else ()
