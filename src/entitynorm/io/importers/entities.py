"""From the records of an importer to entities: checked, each id once, names without repeats.

A record that breaks a rule is skipped and reported, with one exception: an alias that cannot be a name (marks only, a
line break inside) costs the alias and not the entity. Of two records with one id the first is kept, because a gazetteer
in which an id stands twice cannot be loaded. Where names of several entities are alike nothing is done; that is for
`entitynorm check` and for people.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any

from entitynorm.errors import InputError
from entitynorm.gazetteer import Gazetteer
from entitynorm.io.importers.idset import IdSet
from entitynorm.io.importers.report import Report, RowError
from entitynorm.io.importers.source import Found, Record
from entitynorm.layers import Stacked
from entitynorm.model import Entity
from entitynorm.records import Complaint, read_record
from entitynorm.wording import quoted

MERGED_REFS = ("wikidata", "geonames")
"""Registers whose ids tell that two entities are one."""

_LANG = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")
_TYPE = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*")
_INITIALS = re.compile(r"(?=.*[^\W\d_])[^\Wa-z_]{2,6}")


class Names:
    """The aliases of one entity as they are gathered; what says nothing new is left away.

    One spelling in two languages is two facts. A weak name that is also a strong one, or the canonical name, would make
    that one weak too, so the strong one wins.

    >>> names = Names("Kyiv")
    >>> for text, strength in (("Київ", "strong"), ("Kyiv", "weak"), ("KYIV", "strong"), ("Capital", "weak")):
    ...     names.add(text, strength=strength)
    >>> names.records()
    ['Київ', {'text': 'Capital', 'strength': 'weak'}]
    """

    def __init__(self, name: str) -> None:
        self._name = _same(name.strip())
        self._found: dict[tuple[str, str | None], dict[str, Any]] = {}

    def add(
        self, text: object, *, lang: str | None = None, kind: str = "name", strength: str = "strong", source: Any = None
    ) -> None:
        """Add a name; blanks at its ends and empty ones do not count. What is not text is left to the record reader."""
        if not isinstance(text, str):
            self._found[repr(text), lang] = {"text": text}
            return
        text = text.strip()
        key = _same(text), lang
        said: dict[str, Any] = {"text": text}
        said |= {} if lang is None else {"lang": lang}
        said |= {} if kind == "name" else {"kind": kind}
        said |= {} if strength == "strong" else {"strength": strength}
        said |= {} if source is None else {"source": source}
        if text and (key not in self._found or ("strength" in self._found[key] and strength == "strong")):
            self._found[key] = said

    def add_record(self, alias: str | Record) -> None:
        """Add a name in its record form."""
        self.add(**({"text": alias} if isinstance(alias, str) else alias))

    def records(self) -> list[str | Record]:
        """The names in record form, in the order in which they came."""
        strong = {text for (text, _), said in self._found.items() if "strength" not in said} | {self._name}
        out: list[str | Record] = []
        for (text, lang), said in self._found.items():
            if (text == self._name and lang is None) or ("strength" in said and text in strong):
                continue
            out.append(said["text"] if len(said) == 1 else said)
        return out


def entities(found: Iterable[Found], report: Report, *, taken: Taken | None = None) -> Iterator[Entity]:
    """The entities of records, each checked and each id once; what does not come out is counted in ``report``."""
    seen = IdSet()
    for place, record in found:
        entity = _checked(record, place, report)
        if entity is None:
            continue
        if taken is not None and taken.holds(entity):
            report.left_out["already in the gazetteer after -g"] += 1
        elif not seen.add(entity.id):
            message = f"the id {quoted(entity.id)} stood in an earlier row; give it another id, or merge the two rows"
            report.skip(place, RowError("id stands twice", message))
        else:
            report.written += 1
            yield entity


def _checked(record: Record, place: str, report: Report) -> Entity | None:
    entity, complaints = read_record(record)
    if entity is None and all(complaint.path[:1] == ("aliases",) for complaint in complaints):
        wrong = {complaint.path[1] for complaint in complaints if len(complaint.path) > 1}
        for complaint in complaints:
            report.drop(place, RowError("unusable alias", complaint.message))
        kept = [alias for number, alias in enumerate(record["aliases"]) if number not in wrong]
        entity, complaints = read_record(record | {"aliases": kept})
    if entity is None:
        name = record.get("id")
        about = f"{quoted(name)}: " if isinstance(name, str) and name else ""
        report.skip(place, RowError(_reason(complaints[0]), about + complaints[0].message))
    return entity


def _reason(complaint: Complaint) -> str:
    if not complaint.path:
        return f"no {complaint.message.partition(' ')[0]}"
    return f"unusable {complaint.path[0]}"


class Taken:
    """What a gazetteer holds already: the ids, and the Wikidata and GeoNames ids, of its entities."""

    def __init__(self, gazetteer: Gazetteer | Stacked) -> None:
        self._gazetteer = gazetteer
        self._refs = {(key, e.refs[key]) for e in gazetteer for key in MERGED_REFS if key in e.refs}

    def holds(self, entity: Entity) -> bool:
        """Whether the gazetteer has this entity, under this id or another."""
        return entity.id in self._gazetteer or any(
            (key, entity.refs[key]) in self._refs for key in MERGED_REFS if key in entity.refs
        )


def merged(found: Iterable[Found], report: Report) -> Iterator[Found]:
    """Records with one id made one, wherever they stand; they are held in memory until the last row is read.

    The first row gives name, type, place and description; later ones add their names, refs and whatever was missing,
    and the largest weight counts.
    """
    whole: dict[object, tuple[str, Record, Names]] = {}
    for place, record in found:
        if record.get("id") is None:
            yield place, record  # the record reader says what is wrong with it
            continue
        known = whole.get(record["id"])
        if known is None:
            names = Names(str(record.get("name")))
            whole[record["id"]] = (place, record, names)
        else:
            _, first, names = known
            listed = [a if isinstance(a, str) else a["text"] for a in record.get("aliases", ())]
            if record.get("name") is not None and record["name"] not in listed:
                names.add(record["name"])
            if first.get("type") != record.get("type"):
                report.notes["type that differs from that of the first row of the entity"] += 1
            _fill(first, record)
        for alias in record.get("aliases", ()):
            names.add_record(alias)
    for place, record, names in whole.values():
        record["aliases"] = names.records()
        yield place, record


def _fill(first: Record, later: Record) -> None:
    first["refs"] = {**later.get("refs", {}), **first.get("refs", {})}
    if first.get("lat") is None and first.get("lon") is None:
        first["lat"], first["lon"] = later.get("lat"), later.get("lon")
    weights = [r["weight"] for r in (first, later) if r.get("weight") is not None]
    first["weight"] = max(weights, default=None)
    for key in ("name", "description", "located_in", "part_of"):
        if first.get(key) is None:
            first[key] = later.get(key)


def prefixed(prefix: str | None, local: str) -> str:
    """An id with its prefix; without one as it is.

    >>> prefixed("geonames:", "703448"), prefixed("geonames", "703448"), prefixed("", "703448")
    ('geonames:703448', 'geonames:703448', '703448')
    """
    stem = (prefix or "").removesuffix(":")
    return f"{stem}:{local}" if stem else local


def check_prefix(prefix: str | None) -> None:
    """Raise InputError for a prefix that makes no id of the form prefix:local."""
    if prefix and not re.fullmatch(r"[A-Za-z_][\w.-]*:?", prefix):
        raise InputError(f"the prefix {quoted(prefix)} is not made of letters, digits, _ . and -; write it like geo")


def language_tag(code: str) -> str | None:
    """A language code of another format as the record writes it; None where it is no code of a language.

    >>> language_tag("RU"), language_tag("zh_Hant"), language_tag("simple"), language_tag("mul")
    ('ru', 'zh-Hant', None, None)
    """
    primary, dash, rest = code.strip().replace("_", "-").partition("-")
    tag = primary.lower() + dash + rest
    return tag if _LANG.fullmatch(tag) and primary.lower() not in ("mul", "und", "mis", "zxx") else None


def type_word(label: str) -> str:
    """A type of another vocabulary as an upper-case word, where it can be one.

    >>> type_word("armed group"), type_word("publicBody"), type_word("Организация")
    ('ARMED_GROUP', 'PUBLICBODY', 'Организация')
    """
    upper = re.sub(r"[\s/-]+", "_", label.strip()).upper()
    return upper if _TYPE.fullmatch(upper) else label.strip()


def short_kind(text: str) -> str:
    """The kind of a short name: an acronym where it is all capitals without full stops, else an abbreviation.

    >>> short_kind("USA"), short_kind("ВСУ"), short_kind("Calif.")
    ('acronym', 'acronym', 'abbreviation')
    """
    return "acronym" if _INITIALS.fullmatch(text) and text.upper() == text else "abbreviation"


def _same(text: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
