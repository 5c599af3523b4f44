"""Wikidata JSON dumps: a JSON array with one entity on each line, a hundred gigabytes packed with gzip or bzip2.

One entity is in memory at a time. Taken are items that have a class (P31) of the table ``data/importers/wikidata.yaml``
or of ``--class``, and a label in one of the chosen languages, in the order in which they are named; a label for all
languages (``mul``) stands in for each. The type is not looked for in superclasses, for which a dump read once has no
answer: the classes that were left out most often are named at the end, ready to be added.

Statements of deprecated rank are passed over, and others too where there is one of preferred rank. The weight is the
number of sitelinks: how many wikis have a page.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from entitynorm.errors import InputError
from entitynorm.io.importers.entities import Names, language_tag, prefixed, short_kind, type_word
from entitynorm.io.importers.report import Report, RowError
from entitynorm.io.importers.source import Found, Record, Source, json_object, numbered, parse_rows
from entitynorm.io.importers.tables import table
from entitynorm.wording import quoted

PREFIX: Final = "wikidata"
ALL_LANGUAGES: Final = "mul"
NAMED_CLASSES: Final = 5

_QID = re.compile(r"Q[1-9][0-9]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class WikidataOptions:
    """Which items and names are taken; the first language that has a label gives the canonical name."""

    prefix: str | None = PREFIX
    languages: tuple[str, ...] = ("en",)
    classes: Mapping[str, str] = field(default_factory=dict)
    """Classes beside those of the table, with their types."""
    located_in: bool = False
    """Take over P131, or else P17. Whether the parent comes out too is not looked at."""


def read_wikidata(source: Source, report: Report, options: WikidataOptions) -> Iterator[Found]:
    """The records of a Wikidata dump."""
    unknown: Counter[str] = Counter()
    rows = (
        (place, body)
        for place, line in numbered(source, report)
        if (body := line.strip().rstrip(",")) not in ("[", "]", "")
    )
    yield from parse_rows(rows, lambda line, place: _record(json_object(line), options, report, unknown), report)
    report.hints += unknown_classes(unknown)


def unknown_classes(unknown: Counter[str]) -> list[str]:
    """A line that names the classes which were left out most often; none where there are none."""
    if not unknown:
        return []
    ordered = sorted(unknown.items(), key=lambda item: (-item[1], item[0]))[:NAMED_CLASSES]
    shown = ", ".join(f"{qid} ({count:,})" for qid, count in ordered)
    return [f"classes without a type, most frequent first: {shown}; take one in with --class {ordered[0][0]}=TYPE"]


def check_class(text: str) -> tuple[str, str]:
    """The class and the type of ``Q532=PLACE``; raises InputError for another form."""
    qid, equals, label = text.partition("=")
    if not (_QID.fullmatch(qid) and equals and label.strip()):
        raise InputError(f"the class {quoted(text)} is not of the form QID=TYPE; write it like Q532=PLACE")
    return qid, type_word(label)


@cache
def _types() -> dict[str, tuple[int, str]]:
    return {
        qid: (rank, name) for rank, (name, classes) in enumerate(table("wikidata")["types"].items()) for qid in classes
    }


def type_of(classes: list[str], more: Mapping[str, str]) -> str | None:
    """The type of an item with these classes, None where the table knows none of them.

    >>> type_of(["Q11446", "Q5"], {}), type_of(["Q1"], {}), type_of(["Q5", "Q1"], {"Q1": "ORG"})
    ('PERSON', None, 'ORG')
    """
    for qid in classes:
        if qid in more:
            return more[qid]
    known = [_types()[qid] for qid in classes if qid in _types()]
    return min(known)[1] if known else None


def _record(item: Record, options: WikidataOptions, report: Report, unknown: Counter[str]) -> Record | None:
    facts = table("wikidata")
    qid = item.get("id")
    if item.get("type") != "item":
        report.left_out["not an item"] += 1
        return None
    if not isinstance(qid, str) or not _QID.fullmatch(qid):
        raise RowError("unusable id", "the id is no Q-number; is the line cut off?")
    try:
        classes = [v["id"] for v in _values(item, facts["instance_of"]) if isinstance(v, dict) and "id" in v]
        entity_type = type_of(classes, options.classes)
        if entity_type is None:
            unknown.update(classes)
            report.left_out["class without a type" if classes else "no class"] += 1
            return None
        labels, aliases = _mapping(item, "labels"), _mapping(item, "aliases")
        wanted = dict.fromkeys((*options.languages, ALL_LANGUAGES))
        name = next((labels[code]["value"] for code in wanted if code in labels), None)
        if name is None:
            report.left_out["no label in the languages asked for"] += 1
            return None
        names = Names(name)
        for code in wanted:
            for said in (*([labels[code]] if code in labels else []), *aliases.get(code, [])):
                if said["value"] != name:
                    names.add(said["value"], lang=language_tag(code))
        _add_stated_names(item, names, options, name)
        record: Record = {
            "id": prefixed(options.prefix, qid),
            "type": entity_type,
            "name": name,
            "aliases": names.records(),
            "description": _description(item, options.languages),
            "refs": {"wikidata": qid} | _refs(item),
            "weight": len(_mapping(item, "sitelinks")) or None,
        }
        place = next((v for v in _values(item, facts["coordinates"]) if _on_earth(v)), None)
        if place is not None:
            record |= {"lat": place["latitude"], "lon": place["longitude"]}
        if options.located_in:
            parents = (v["id"] for p in facts["located_in"] for v in _values(item, p) if v["id"] != qid)
            record["located_in"] = next((prefixed(options.prefix, parent) for parent in parents), None)
    except (KeyError, TypeError, AttributeError):
        message = f"{qid} has labels, aliases or statements that are not built like those of Wikidata"
        raise RowError("not a Wikidata item", message) from None
    return record


def _mapping(item: Record, key: str) -> Record:
    """A part of an item; where it is empty, dumps have a list."""
    value = item.get(key)
    return value if isinstance(value, dict) else {}


def _statements(item: Record, prop: str) -> list[Record]:
    """The statements of a property that count: those of preferred rank, or else those of normal rank."""
    found = [s for s in _mapping(item, "claims").get(prop, []) if s.get("rank") != "deprecated"]
    preferred = [s for s in found if s.get("rank") == "preferred"]
    return [s for s in preferred or found if s["mainsnak"]["snaktype"] == "value"]


def _values(item: Record, prop: str) -> Iterator[Any]:
    return (statement["mainsnak"]["datavalue"]["value"] for statement in _statements(item, prop))


def _on_earth(value: Any) -> bool:
    """Mars has craters with coordinates too."""
    return str(value.get("globe") or "").rpartition("/")[2] in ("", table("wikidata")["earth"])


def _refs(item: Record) -> dict[str, str]:
    found = {key: next(_values(item, prop), None) for prop, key in table("wikidata")["refs"].items()}
    return {key: value for key, value in found.items() if isinstance(value, str)}


def _add_stated_names(item: Record, names: Names, options: WikidataOptions, name: str) -> None:
    """Names that stand in statements; a native name is taken in whatever language it is."""
    facts = table("wikidata")
    for prop, kind in facts["names"].items():
        for statement in _statements(item, prop):
            said = statement["mainsnak"]["datavalue"]["value"]
            text, code = said["text"], said["language"]
            if (code not in options.languages and kind != "native") or text == name:
                continue
            found = "former" if facts["end"] in statement.get("qualifiers", {}) else kind
            names.add(text, lang=language_tag(code), kind=short_kind(text) if found == "short" else found)


def _description(item: Record, languages: tuple[str, ...]) -> str | None:
    found = _mapping(item, "descriptions")
    return next((found[code]["value"] for code in languages if code in found), None)
