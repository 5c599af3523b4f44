"""Entity records: from a mapping, as YAML, JSON or a program gives it, to an `Entity`, or to every complaint about it.

The rule throughout: what a person cannot see is mended in silence, what can be seen is complained about. Names are
stored in Unicode NFC without blanks at their ends, because editors and exports differ there and nobody notices; a
misspelt key, a name that is not text or a latitude of 500 is somebody's mistake, and guessing would hide it.

All complaints about a record are collected, each with the path of the field it concerns, so that a reader of files can
turn paths into lines. Start reading at `read_record`.
"""

from __future__ import annotations

import math
import numbers
import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final, NamedTuple, cast

from entitynorm.errors import GazetteerError, Problem
from entitynorm.model import ALIAS_KINDS, Alias, Entity, Fuzzy, Strength
from entitynorm.wording import describe, near_miss, one_line, quoted

Path = tuple[str | int, ...]
"""Where in a record: ``("aliases", 2, "lang")``; the empty path is the record itself."""

FIELDS: Final = (
    "id",
    "type",
    "name",
    "description",
    "refs",
    "located_in",
    "part_of",
    "lat",
    "lon",
    "weight",
    "was",
    "aliases",
    "blocked",
)
"""Every key of an entity record, in the order in which the writers put them."""

ALIAS_FIELDS: Final = ("text", "lang", "kind", "strength", "source", "fuzzy")
"""Every key of an alias record."""

NUMBER_FIELDS: Final = frozenset({"lat", "lon", "weight"})
"""The fields that hold numbers; all others hold text."""

STRENGTHS: Final = ("strong", "weak")
FUZZY: Final = ("off", "key", "edit")

_OTHER_WORDS: Final = {
    "canonical": "name",
    "label": "name",
    "title": "name",
    "names": "aliases",
    "altnames": "aliases",
    "kind": "type",
    "type": "kind",
    "in": "located_in",
    "not": "blocked",
    "latitude": "lat",
    "longitude": "lon",
    "lng": "lon",
    "population": "weight",
    "language": "lang",
    "value": "text",
}
"""What other gazetteers call our fields: too far from our word for spelling to suggest it."""

_CURIE = re.compile(r"[A-Za-z_][\w.-]*:\S+")
_TYPE = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*")
_LANG = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")
_SURROGATE = re.compile("[\ud800-\udfff]")
_LINE_BREAK = re.compile("[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Mn", "Mc", "Me", "Zs", "Zl", "Zp"})

Say = Callable[[Path, str], None]


class Complaint(NamedTuple):
    """What is wrong with the field at ``path``, and the remedy."""

    path: Path
    message: str


def entity_from_record(record: Mapping[str, Any], place: str = "", *, strict_ids: bool = False) -> Entity:
    """Read one entity record; raises GazetteerError with every complaint about it.

    ``place`` says where the record came from ("people.jsonl:12", "entities[3]") and stands before each complaint.

    >>> entity_from_record({"id": "place:kozinka", "type": "PLACE", "name": "Kozinka", "alias": ["Козинка"]})
    Traceback (most recent call last):
    entitynorm.errors.GazetteerError: place:kozinka: unknown key "alias"; did you mean "aliases"?
    """
    entity, complaints = read_record(record, strict_ids=strict_ids)
    if entity is None:
        name = entity_name(record)
        raise GazetteerError([Problem(place, name, complaint.message) for complaint in complaints])
    return entity


def read_record(record: object, *, strict_ids: bool = False) -> tuple[Entity | None, list[Complaint]]:
    """Read one entity record: the entity, or None and every complaint.

    ``strict_ids`` asks for ids of the form ``prefix:local``, as gazetteers written by hand have them. Records that
    other programs make bring the ids of their own world ("Q42", "wdname:peng zhen"); those are taken as they are,
    letter for letter, because whoever gave them wants to find them again.
    """
    complaints: list[Complaint] = []

    def say(path: Path, message: str) -> None:
        complaints.append(Complaint(path, message))

    if not isinstance(record, Mapping):
        say((), f"found {describe(record)}, expected a record with id, type and name")
        return None, complaints
    _report_unknown_keys(record, FIELDS, (), "", say)
    for key in ("id", "type", "name"):
        if record.get(key) is None:
            say((), f"{key} is missing; every entity has id, type and name")
    entity = Entity(
        id=_read_id(record.get("id"), say, strict=strict_ids),
        type=_read_type(record.get("type"), say),
        name=_read_name(record.get("name"), "name", ("name",), say),
        aliases=_read_aliases(record.get("aliases"), say),
        description=_read_text(record.get("description"), "description", ("description",), say),
        refs=_read_refs(record.get("refs"), say),
        located_in=_read_reference(record.get("located_in"), "located_in", ("located_in",), say),
        part_of=_read_reference(record.get("part_of"), "part_of", ("part_of",), say),
        lat=_read_number(record.get("lat"), "lat", -90.0, 90.0, say),
        lon=_read_number(record.get("lon"), "lon", -180.0, 180.0, say),
        weight=_read_number(record.get("weight"), "weight", 0.0, math.inf, say),
        was=_read_was(record.get("was"), record.get("id"), say),
        blocked=_read_blocked(record.get("blocked"), say),
    )
    for one, other in (("lat", "lon"), ("lon", "lat")):
        if record.get(one) is not None and record.get(other) is None:
            say((one,), f"{one} stands alone; add {other}, or take {one} away")
    return (None if complaints else entity), complaints


def entity_name(record: object) -> str:
    """The id of a record as problems print it; empty where the record has none that could be printed."""
    value = record.get("id") if isinstance(record, Mapping) else None
    return one_line(value.strip()) if isinstance(value, str) else ""


def unknown_key(key: object, known: Collection[str], label: str = "") -> str:
    """The complaint about a key that the format does not have, with the key that was probably meant."""
    if not isinstance(key, str):
        return f"{label}the key is {describe(key)}, expected text; the keys are {', '.join(known)}"
    other = _OTHER_WORDS.get(key)
    meant = other if other in known else near_miss(key, known)
    remedy = f"did you mean {quoted(meant)}?" if meant else f"the keys are {', '.join(known)}"
    return f"{label}unknown key {quoted(key)}; {remedy}"


def _report_unknown_keys(record: Mapping[Any, Any], known: Collection[str], path: Path, label: str, say: Say) -> None:
    for key in record:
        if key not in known:
            say((*path, key if isinstance(key, str) else repr(key)), unknown_key(key, known, label))


def _read_text(value: object, label: str, path: Path, say: Say) -> str | None:
    """Free text: anything but nothing, NUL bytes and lone surrogates. None where it was absent or wrong."""
    if value is None:
        return None
    if not isinstance(value, str):
        remedy = "put quotes round it" if isinstance(value, int | float) else "write one text in quotes"
        say(path, f"{label} is {describe(value)}, expected text; {remedy}")
        return None
    if value.isascii() and value.isprintable() and value and value[0] != " " and value[-1] != " ":
        return value
    if surrogate := _SURROGATE.search(value):
        code = ord(surrogate.group())
        say(path, f"{label} {quoted(value)} holds the lone surrogate U+{code:04X}; repair the program that wrote it")
        return None
    if "\0" in value:
        say(path, f"{label} {quoted(value)} holds a NUL character; take it out")
        return None
    text = unicodedata.normalize("NFC", value).strip()
    if not text:
        say(path, f"{label} is empty; write it, or take it away")
        return None
    return text


def _read_name(value: object, label: str, path: Path, say: Say) -> str:
    """A name: text of one line with something to see in it.

    Other control characters pass: registers that went through many hands have names like ``STRASK\\x1aY``, and one of
    them must not keep the other thousands out.
    """
    text = _read_text(value, label, path, say)
    if text is None:
        return ""
    if not text.isprintable() and _LINE_BREAK.search(text):
        say(path, f"{label} {quoted(text)} holds a line break; write it on one line")
        return ""
    if all(unicodedata.category(c) in _INVISIBLE for c in text):
        say(path, f"{label} {quoted(text)} holds nothing but marks and invisible characters; write the name")
        return ""
    return text


def _read_id(value: object, say: Say, *, strict: bool) -> str:
    if value is None:
        return ""
    reference = _read_reference(value, "id", ("id",), say)
    if reference is None:
        return ""
    if strict and not (_CURIE.fullmatch(reference) and unicodedata.is_normalized("NFC", reference)):
        say(
            ("id",),
            f"id {quoted(reference)} is not of the form prefix:local without blanks; "
            'write it like "place:grayvoron", and never change it again',
        )
    return reference


def _read_reference(value: object, label: str, path: Path, say: Say) -> str | None:
    """An entity id, as it is: ids are compared letter for letter, so nothing about them is mended."""
    if value is None:
        return None
    if not isinstance(value, str):
        say(path, f"{label} is {describe(value)}, expected one entity id as text")
    elif not value or value.isspace():
        say(path, f"{label} is empty; give an entity id")
    elif value != value.strip() or "\0" in value or _LINE_BREAK.search(value) or _SURROGATE.search(value):
        what = "blanks at its ends, or NUL, a line break or a lone surrogate inside"
        say(path, f"{label} {quoted(value)} has {what}; take them out")
    else:
        return value
    return None


def _read_type(value: object, say: Say) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        say(("type",), f"type is {describe(value)}, expected an upper-case word such as PLACE")
        return ""
    if _TYPE.fullmatch(value):
        return value
    upper = re.sub(r"[\s-]+", "_", value.strip().upper())
    remedy = (
        f"write {upper}"
        if _TYPE.fullmatch(upper)
        else "write a word such as PERSON, PLACE, ORG, FACILITY, PRODUCT or EVENT"
    )
    say(("type",), f"type {quoted(value)} is not an upper-case word; {remedy}")
    return ""


def _read_number(value: object, label: str, low: float, high: float, say: Say) -> float | None:
    if value is None:
        return None
    bounds = f"between {low:g} and {high:g}" if high < math.inf else f"of at least {low:g}"
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        say((label,), f"{label} is {describe(value)}, expected a number {bounds}; write it in plain digits, unquoted")
        return None
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not (math.isfinite(number) and low <= number <= high):
        say((label,), f"{label} is {describe(value)}, expected a finite number {bounds}")
        return None
    return number + 0.0  # -0.0 becomes 0.0, so that equal gazetteers are written alike


def _read_list(value: object, label: str, example: str, say: Say) -> list[object]:
    if value is None:
        return []
    if isinstance(value, list | tuple):
        return list(value)
    say((label,), f"{label} is {describe(value)}, expected a list; write {label}: [{example}]")
    return []


def _read_aliases(value: object, say: Say) -> tuple[Alias, ...]:
    items = _read_list(value, "aliases", '"…"', say)
    read = (_read_alias(item, number, say) for number, item in enumerate(items))
    return tuple(alias for alias in read if alias is not None)


def _read_alias(item: object, number: int, say: Say) -> Alias | None:
    path: Path = ("aliases", number)
    label = f"alias {number + 1}"
    if isinstance(item, str):
        text = _read_name(item, label, path, say)
        return Alias(text) if text else None
    if not isinstance(item, Mapping):
        remedy = "put quotes round it" if isinstance(item, int | float) else 'write "…" or {text: "…"}'
        say(path, f"{label} is {describe(item)}, expected text or a mapping; {remedy}")
        return None
    if isinstance(item.get("text"), str):
        label = f"alias {quoted(item['text'])}"
    _report_unknown_keys(item, ALIAS_FIELDS, path, f"{label}: ", say)
    if item.get("text") is None:
        say(path, f"{label} has no text; write {{text: …}}")
        return None
    text = _read_name(item["text"], f"alias {number + 1}: text", (*path, "text"), say)
    lang = _read_lang(item.get("lang"), label, (*path, "lang"), say)
    kind = _read_word(item.get("kind"), ALIAS_KINDS, "name", f"{label}: kind", (*path, "kind"), say)
    strength = _read_word(item.get("strength"), STRENGTHS, "strong", f"{label}: strength", (*path, "strength"), say)
    source = _read_text(item.get("source"), f"{label}: source", (*path, "source"), say)
    fuzzy = None
    if item.get("fuzzy") is not None:
        fuzzy = _read_word(item["fuzzy"], FUZZY, "edit", f"{label}: fuzzy", (*path, "fuzzy"), say)
    return Alias(text, lang, kind, cast("Strength", strength), source, cast("Fuzzy | None", fuzzy))


def _read_lang(value: object, label: str, path: Path, say: Say) -> str | None:
    if value is None:
        return None
    if isinstance(value, str) and _LANG.fullmatch(value):
        return value
    remedy = 'expected a language tag such as "ru", "uk" or "ru-Latn"'
    if isinstance(value, str) and _LANG.fullmatch(value.strip().lower()):
        remedy = f"write {quoted(value.strip().lower())}"
    say(path, f"{label}: lang is {describe(value)}; {remedy}")
    return None


def _read_word(value: object, known: Collection[str], default: str, label: str, path: Path, say: Say) -> str:
    if value is None or (isinstance(value, str) and value in known):
        return value if isinstance(value, str) else default
    meant = near_miss(value, known) if isinstance(value, str) else None
    remedy = f"did you mean {quoted(meant)}?" if meant else f"expected one of {', '.join(known)}"
    say(path, f"{label} is {describe(value)}; {remedy}")
    return default


def _read_refs(value: object, say: Say) -> dict[str, str]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        say(("refs",), f'refs is {describe(value)}, expected a mapping; write refs: {{wikidata: "Q…"}}')
        return {}
    refs: dict[str, str] = {}
    for key, item in value.items():
        if not isinstance(key, str) or not key.strip():
            say(("refs", repr(key)), f"refs: the key is {describe(key)}, expected the name of a register")
            continue
        if "\0" in key or _LINE_BREAK.search(key) or _SURROGATE.search(key):
            what = "a NUL, a line break or a lone surrogate"
            say(("refs", key), f"refs: the key {quoted(key)} holds {what}; write the name of a register")
            continue
        # JSON exporters write GeoNames ids as numbers; in YAML they are refused earlier, as every unquoted number.
        item = str(item) if isinstance(item, int) and not isinstance(item, bool) else item
        if item is None:
            say(("refs", key), f"refs: {one_line(key)} is nothing, expected an identifier; take the key away")
            continue
        text = _read_text(item, f"refs: {one_line(key)}", ("refs", key), say)
        if text is not None:
            refs[key] = text
    return refs


def _read_was(value: object, own: object, say: Say) -> tuple[str, ...]:
    found: list[str] = []
    for number, item in enumerate(_read_list(value, "was", '"place:…"', say)):
        path: Path = ("was", number)
        if item is None:
            say(path, "was holds nothing in place of an id; take it out")
            continue
        earlier = _read_reference(item, f"was: item {number + 1}", path, say)
        if earlier is None:
            continue
        if earlier == own:
            say(path, f"was names the entity's own id {quoted(earlier)}; only earlier ids belong there, take it out")
        elif earlier in found:
            say(path, f"was names {quoted(earlier)} twice; keep one")
        else:
            found.append(earlier)
    return tuple(found)


def _read_blocked(value: object, say: Say) -> tuple[str, ...]:
    found: list[str] = []
    for number, item in enumerate(_read_list(value, "blocked", '"…"', say)):
        label = f"blocked: item {number + 1}"
        if item is None:
            say(("blocked", number), f"{label} is nothing, expected a surface form; take it out")
            continue
        text = _read_name(item, label, ("blocked", number), say)
        if text:
            found.append(text)
    return tuple(found)
