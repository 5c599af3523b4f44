"""The Reconciliation API, version 0.2 (W3C Entity Reconciliation Community Group, 2023), as plain functions.

https://www.w3.org/community/reports/reconciliation/CG-FINAL-specs-0.2-20230410/ says what the fields mean. Version 0.1
has the same requests and answers with fewer fields, so one manifest serves clients of both.

A candidate is a match only where the linker links the name, the score reaches the service's threshold, the next
candidate is far enough behind, the type is one that was asked for and no property contradicts: clients such as
OpenRefine take a match without asking anybody.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from entitynorm._version import __version__
from entitynorm.names.types import entity_class
from entitynorm.server import preview, properties
from entitynorm.server.catalogue import broader, type_name
from entitynorm.server.payloads import choice_of, count_of, kind_of, list_of, object_of, text_of
from entitynorm.server.refusals import bad_request
from entitynorm.text.folding import fold_text

if TYPE_CHECKING:
    from entitynorm.model import Candidate, Entity
    from entitynorm.server.answers import Answer
    from entitynorm.server.settings import Settings
    from entitynorm.server.snapshot import Snapshot

VERSIONS = ("0.1", "0.2")
PATH = "/reconcile"
MOST_CANDIDATES = 10
_MOST_SUGGESTIONS = 10
_WORTH_SHOWING = 0.01
"""Candidates that score less only lengthen the list in which a person has to choose."""
_MOST_TYPES = 20
_MOST_VALUES = 50
_TYPES_LISTED = 100

_ID = re.compile(r"\S*[\d:/_]\S*")
"""What an id may look like; asking the gazetteer for every name would take longer than finding it."""

Features = Mapping[str, float | bool]


@dataclass(frozen=True, slots=True)
class Query:
    """One reconciliation query, checked."""

    text: str
    types: tuple[str, ...] = ()
    every_type: bool = False
    """Whether a candidate has to be of all the types (``type_strict`` "all")."""
    limit: int = MOST_CANDIDATES
    values: tuple[tuple[str, tuple[Any, ...]], ...] = ()
    """(property id, values of the table's cell)."""


@dataclass(frozen=True, slots=True)
class _Ranked:
    candidate: Candidate
    features: Features
    agrees: bool
    """Whether type and properties allow a match."""


# -- the manifest -------------------------------------------------------------------------------------------------


def manifest(snapshot: Snapshot, settings: Settings, base: str) -> dict[str, Any]:
    """What the service offers and where; ``base`` is the URL that the client reaches it by."""
    suggest = {"service_url": base}
    return {
        "versions": list(VERSIONS),
        "name": settings.name,
        "identifierSpace": settings.identifier_space or f"{base}/?entity=",
        "schemaSpace": f"{base}/#types",
        "documentation": f"{base}/",
        "serviceVersion": f"entitynorm {__version__}",
        "defaultTypes": [type_record(t) for t in snapshot.catalogue.types[:_TYPES_LISTED]],
        "view": {"url": f"{base}/?entity={{{{id}}}}"},
        "preview": {
            "url": f"{base}{PATH}/preview?id={{{{id}}}}",
            "width": preview.WIDTH,
            "height": preview.HEIGHT,
        },
        "suggest": {
            "entity": {
                **suggest,
                "service_path": f"{PATH}/suggest/entity",
                "flyout_service_path": f"{PATH}/flyout/entity?id=${{id}}",
            },
            "type": {**suggest, "service_path": f"{PATH}/suggest/type"},
            "property": {**suggest, "service_path": f"{PATH}/suggest/property"},
        },
        "extend": {
            "propose_properties": {**suggest, "service_path": f"{PATH}/properties"},
            "property_settings": [dict(setting) for setting in properties.ALIAS_SETTINGS],
        },
        "batchSize": settings.max_batch,
    }


def type_record(type_: str) -> dict[str, Any]:
    """A type, with the class above it."""
    record: dict[str, Any] = {"id": type_, "name": type_name(type_)}
    above = broader(type_)
    if above is not None:
        record["broader"] = [{"id": above, "name": type_name(above)}]
    return record


def types_of(type_: str) -> list[dict[str, Any]]:
    """The types of an entity: its own, and the class above it."""
    above = broader(type_)
    return [{"id": t, "name": type_name(t)} for t in (type_, above) if t is not None]


# -- queries ------------------------------------------------------------------------------------------------------


def read_queries(batch: Any, settings: Settings) -> dict[str, Query]:
    """A query batch, checked; raises Refusal naming the query that is wrong."""
    queries = object_of(batch, "queries")
    list_of(list(queries), "queries", settings.max_batch)
    return {text_of(key, "the key of a query"): _read_query(key, value, settings) for key, value in queries.items()}


def _read_query(key: str, value: Any, settings: Settings) -> Query:
    what = f"query {key[:40]!r}"
    fields = object_of(value, what)
    if "query" not in fields and not fields.get("properties"):
        raise bad_request(f"{what} has neither query nor properties; send one of them")
    types = _read_types(fields.get("type"), what)
    strictness = fields.get("type_strict")
    if strictness is not None:
        strictness = choice_of(strictness, f"type_strict of {what}", ("any", "should", "all"))
    return Query(
        text=text_of(fields.get("query") or "", f"query of {what}", settings.max_name).strip(),
        types=types,
        every_type=strictness == "all",
        limit=count_of(fields.get("limit"), f"limit of {what}", default=MOST_CANDIDATES, most=MOST_CANDIDATES),
        values=tuple(_read_values(fields.get("properties"), what, settings)),
    )


def _read_types(value: Any, what: str) -> tuple[str, ...]:
    """The types of a query, which may be absent, a string, an object with an id, or a list of these."""
    if value is None or value == "":
        return ()
    items = list_of(value, f"type of {what}", _MOST_TYPES) if isinstance(value, list) else [value]
    ids = [item.get("id") if isinstance(item, dict) else item for item in items]
    return tuple(dict.fromkeys(text_of(item, f"type of {what}", 200) for item in ids))


def _read_values(value: Any, what: str, settings: Settings) -> list[tuple[str, tuple[Any, ...]]]:
    out = []
    for item in list_of(value, f"properties of {what}", _MOST_VALUES) if value is not None else ():
        fields = object_of(item, f"a property of {what}")
        if "pid" not in fields or "v" not in fields:
            raise bad_request(f"a property of {what} lacks pid or v; send both")
        given = fields["v"]
        values = list_of(given, f"v of {what}", _MOST_VALUES) if isinstance(given, list) else [given]
        for one in values:
            _check_value(one, what, settings)
        out.append((text_of(fields["pid"], f"pid of {what}", 200), tuple(values)))
    return out


def _check_value(value: Any, what: str, settings: Settings) -> None:
    if isinstance(value, dict):
        text_of(value.get("id"), f"the id of a value of {what}", settings.max_name)
    elif isinstance(value, str):
        text_of(value, f"a value of {what}", settings.max_name)
    elif value is not None and not isinstance(value, (int, float)):
        raise bad_request(f"a value of {what} is {kind_of(value)}; expected text, a number or an entity")


def asked_types(query: Query) -> tuple[str | None, ...]:
    """The types that a query's name is looked up with."""
    return query.types or (None,)


# -- candidates ---------------------------------------------------------------------------------------------------


def candidates(query: Query, found: Sequence[Answer], snapshot: Snapshot, settings: Settings) -> list[dict[str, Any]]:
    """The candidates of a query, best first; ``found`` are the answers to its name, one for each of its types."""
    ranked = _named(query, snapshot)
    known = {one.candidate.id for one in ranked}
    merged: dict[str, _Ranked] = {}
    for answer in found:
        for candidate, features in zip(answer.link.candidates, answer.features, strict=True):
            if (
                candidate.score < _WORTH_SHOWING
                or candidate.id in known
                or (query.every_type and not _of_every_type(candidate.type, query))
            ):
                continue
            if candidate.id not in merged or merged[candidate.id].candidate.score < candidate.score:
                merged[candidate.id] = _refined(candidate, dict(features), query, snapshot)
    ranked += sorted(merged.values(), key=lambda one: (-one.candidate.score, one.candidate.id))
    linked = {answer.link.id for answer in found}
    matched = bool(ranked) and _is_match(ranked, linked, settings)
    return [
        _record(one, snapshot, match=matched and n == 0, among_others=len(ranked) > 1)
        for n, one in enumerate(ranked[: query.limit])
    ]


def _named(query: Query, snapshot: Snapshot) -> list[_Ranked]:
    """The entity whose id stands in the query, or in its property ``id``."""
    from entitynorm.model import Candidate

    given: list[Any] = [v for pid, values in query.values if pid == "id" for v in values]
    if _ID.fullmatch(query.text):
        given.append(query.text)
    out: dict[str, _Ranked] = {}
    for value in given:
        entity_id = value.get("id") if isinstance(value, dict) else value
        entity = snapshot.linker.gazetteer.get(entity_id) if isinstance(entity_id, str) and entity_id else None
        if entity is not None and (not query.text or value is query.text):
            candidate = Candidate(entity.id, entity.name, entity.type, 1.0, entity.name)
            out.setdefault(entity.id, _refined(candidate, {"id": True}, query, snapshot))
    return list(out.values())


def _of_every_type(type_: str, query: Query) -> bool:
    return all(_fits(type_, wanted) for wanted in query.types)


def _fits(type_: str, wanted: str) -> bool:
    return type_ == wanted or entity_class(type_) == entity_class(wanted)


def _refined(candidate: Candidate, features: dict[str, float | bool], query: Query, snapshot: Snapshot) -> _Ranked:
    agrees = not query.types or any(_fits(candidate.type, wanted) for wanted in query.types)
    entity = snapshot.linker.gazetteer.get(candidate.id) if query.values else None
    for property_id, wanted in query.values if entity is not None else ():
        said = properties.agrees(snapshot, entity, property_id, wanted)  # type: ignore[arg-type]
        if said is not None:
            features[f"property {property_id}"] = said
            agrees = agrees and said
    return _Ranked(candidate, features, agrees)


def _is_match(ranked: Sequence[_Ranked], linked: set[str | None], settings: Settings) -> bool:
    """Whether the best candidate is one to be taken without asking: see the module's text."""
    best = ranked[0].candidate
    if not ranked[0].agrees:
        return False
    if ranked[0].features.get("id") is True:
        return len(ranked) == 1 or ranked[1].features.get("id") is not True
    behind = ranked[1].candidate.score if len(ranked) > 1 else 0.0
    return (
        best.id in linked
        and best.score >= settings.match_score
        # A name listed for one entity alone is that entity, however near the others are.
        and (best.score - behind >= settings.match_margin or (best.score >= 1.0 > behind))
    )


def _record(one: _Ranked, snapshot: Snapshot, *, match: bool, among_others: bool) -> dict[str, Any]:
    """A candidate; what describes it is looked up only where a person has to choose."""
    candidate = one.candidate
    record: dict[str, Any] = {
        "id": candidate.id,
        "name": candidate.name,
        "score": round(100 * candidate.score, 2),
        "match": match,
        "type": types_of(candidate.type),
    }
    if among_others and (description := description_of(snapshot.linker.gazetteer.get(candidate.id), snapshot)):
        record["description"] = description
    if one.features:
        record["features"] = [{"id": feature, "value": value} for feature, value in one.features.items()]
    return record


def description_of(entity: Entity | None, snapshot: Snapshot) -> str | None:
    """What tells an entity from its namesakes: its description, or where it lies."""
    if entity is None or entity.description:
        return entity.description if entity is not None else None
    parent = entity.located_in or entity.part_of
    above = snapshot.linker.gazetteer.get(parent) if parent else None
    return f"{type_name(entity.type)}, {above.name}" if above is not None else None


# -- suggestions --------------------------------------------------------------------------------------------------


def suggest_entities(prefix: str, skip: int, found: Answer | None, snapshot: Snapshot) -> dict[str, Any]:
    """Entities for what is being typed: one of that id, names that begin so, and what the linker makes of it."""
    ids: dict[str, None] = {}
    named = snapshot.linker.gazetteer.get(prefix)
    if named is not None:
        ids[named.id] = None
    for beginning in snapshot.catalogue.begin_with(prefix):
        ids[beginning.entity.id] = None
    for candidate in found.link.candidates if found is not None else ():
        if candidate.score >= _WORTH_SHOWING:
            ids[candidate.id] = None
    result = []
    for entity_id in list(ids)[skip : skip + _MOST_SUGGESTIONS]:
        entity = snapshot.linker.gazetteer.get(entity_id)
        if entity is not None:
            item = {"id": entity.id, "name": entity.name, "notable": types_of(entity.type)}
            description = description_of(entity, snapshot)
            result.append({**item, "description": description} if description else item)
    return {"result": result}


def suggest_types(prefix: str, skip: int, snapshot: Snapshot) -> dict[str, Any]:
    """Types whose id or name begins so."""
    above = (t for t in map(broader, snapshot.catalogue.types) if t is not None)
    known = [type_record(t) for t in dict.fromkeys((*snapshot.catalogue.types, *above))]
    return {"result": _begin_with(known, prefix)[skip : skip + _MOST_SUGGESTIONS]}


def suggest_properties(prefix: str, skip: int, snapshot: Snapshot) -> dict[str, Any]:
    """Properties whose id or name begins so."""
    known = [{"id": p.id, "name": p.name} for p in properties.offered(snapshot)]
    return {"result": _begin_with(known, prefix)[skip : skip + _MOST_SUGGESTIONS]}


def _begin_with(records: list[dict[str, Any]], prefix: str) -> list[dict[str, Any]]:
    wanted = fold_text(prefix)
    return [r for r in records if fold_text(r["id"]).startswith(wanted) or f" {wanted}" in f" {fold_text(r['name'])}"]


# -- data extension -----------------------------------------------------------------------------------------------


def propose_properties(type_: str, limit: int | None, snapshot: Snapshot) -> dict[str, Any]:
    """Properties worth fetching for entities of a type."""
    offered = [{"id": p.id, "name": p.name} for p in properties.offered(snapshot)]
    if entity_class(type_) != "PLACE":
        offered = [p for p in offered if p["id"] not in ("lat", "lon")]
    out: dict[str, Any] = {"type": type_, "properties": offered if limit is None else offered[:limit]}
    return out if limit is None else {**out, "limit": limit}


def extend(query: Any, snapshot: Snapshot, settings: Settings) -> dict[str, Any]:
    """The values of some properties for some entities; raises Refusal for a query that is none."""
    fields = object_of(query, "extend")
    ids = [text_of(i, "an id", settings.max_name) for i in list_of(fields.get("ids"), "ids", settings.max_batch)]
    wanted = []
    for item in list_of(fields.get("properties"), "properties", _MOST_VALUES):
        asked = object_of(item, "a property")
        given = asked.get("settings")
        chosen = properties.checked_settings(object_of(given, "settings") if given is not None else {})
        wanted.append((properties.find(text_of(asked.get("id"), "the id of a property", 200)), chosen))
    rows: dict[str, Any] = {}
    for entity_id in ids:
        entity = snapshot.linker.gazetteer.get(entity_id)
        rows[entity_id] = {p.id: [] if entity is None else p.values(snapshot, entity, s) for p, s in wanted}
    return {"meta": [{"id": p.id, "name": p.name} for p, _ in wanted], "rows": rows}
