"""The JSON API: the library's verbs over HTTP, one input or a batch.

Every endpoint takes a JSON object and refuses fields that it does not know. One input (``text``, ``name``) gives one
answer, a list of them (``texts``, ``names``) a list in the same order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from entitynorm.errors import UnknownEntityError
from entitynorm.io.offsets import OFFSET_UNITS, OffsetCounter, OffsetUnit
from entitynorm.names.types import unknown_type
from entitynorm.rewriting import rewrite
from entitynorm.server.catalogue import type_name
from entitynorm.server.payloads import choice_of, count_of, flag_of, list_of, object_of, shown, text_of
from entitynorm.server.reconciliation import description_of
from entitynorm.server.refusals import Refusal, bad_request

if TYPE_CHECKING:
    from entitynorm.linker import Linker
    from entitynorm.model import Document, Entity, Mention
    from entitynorm.server.answers import Answer
    from entitynorm.server.settings import Settings
    from entitynorm.server.snapshot import Snapshot

_MOST_RESULTS = 50


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts to be linked or normalised."""

    texts: tuple[str, ...]
    single: bool
    lang: str | None
    unit: OffsetUnit = "codepoint"
    evidence: bool = False


@dataclass(frozen=True, slots=True)
class Names:
    """Names to be resolved."""

    names: tuple[str, ...]
    single: bool
    type: str | None


def read_texts(body: Any, settings: Settings, *, linking: bool) -> Texts:
    """The body of ``/v1/link`` and ``/v1/normalize``; raises Refusal."""
    own = ("offsets", "evidence") if linking else ()
    fields = object_of(body, "the body", ("text", "texts", "lang", *own))
    items, single = _one_or_many(fields, "text", "texts", settings)
    return Texts(
        texts=tuple(text_of(item, "a text") for item in items),
        single=single,
        lang=_optional(fields, "lang"),
        unit=choice_of(fields.get("offsets", "codepoint"), "offsets", OFFSET_UNITS),  # type: ignore[arg-type]
        evidence=flag_of(fields.get("evidence"), "evidence"),
    )


def read_names(body: Any, snapshot: Snapshot, settings: Settings) -> Names:
    """The body of ``/v1/resolve``; raises Refusal."""
    fields = object_of(body, "the body", ("name", "names", "type", "lang"))
    items, single = _one_or_many(fields, "name", "names", settings)
    names = tuple(text_of(item, "a name", settings.max_name) for item in items)
    _optional(fields, "lang")
    return Names(names, single, _known_type(_optional(fields, "type"), snapshot))


def _known_type(type_: str | None, snapshot: Snapshot) -> str | None:
    """A type that entities can have: with any other, nothing at all would look like an answer. Raises Refusal."""
    if type_ is not None and (complaint := unknown_type(type_, snapshot.linker.gazetteer.types)):
        raise bad_request(f"type {shown(type_)} {complaint}")
    return type_


def _one_or_many(fields: Mapping[str, Any], one: str, many: str, settings: Settings) -> tuple[list[Any], bool]:
    if (one in fields) == (many in fields):
        raise bad_request(f"the body needs either {one} or {many}; send one of them")
    if one in fields:
        return [fields[one]], True
    return list_of(fields[many], many, settings.max_batch), False


def _optional(fields: Mapping[str, Any], key: str) -> str | None:
    value = fields.get(key)
    return None if value is None or value == "" else text_of(value, key, 200)


# -- texts --------------------------------------------------------------------------------------------------------


def linking(linker: Linker, asked: Texts) -> Callable[[str], tuple[dict[str, Any], Counter[str]]]:
    """What makes the answer to one text of a request, and the count of its mentions by outcome."""

    def link(text: str) -> tuple[dict[str, Any], Counter[str]]:
        document = linker.link(text, lang=asked.lang)
        outcomes = Counter("linked" if m.id is not None else m.reason for m in document.mentions)
        return document_record(document, unit=asked.unit, evidence=asked.evidence), outcomes

    return link


def normalizing(linker: Linker, asked: Texts) -> Callable[[str], tuple[str, Counter[str]]]:
    """The same for the text with canonical names."""

    def normalize(text: str) -> tuple[str, Counter[str]]:
        document = linker.link(text, lang=asked.lang)
        outcomes = Counter("linked" if m.id is not None else m.reason for m in document.mentions)
        return rewrite(document), outcomes

    return normalize


def document_record(document: Document, *, unit: OffsetUnit = "codepoint", evidence: bool = False) -> dict[str, Any]:
    """The mentions of a document; offsets count code points, or UTF-16 units or UTF-8 bytes where that is asked."""
    placed = OffsetCounter(unit).place(document)
    mentions = [_mention_record(p.mention, evidence) | {"start": p.start, "end": p.end} for p in placed]
    return {"offsets": unit, "mentions": mentions}


def _mention_record(mention: Mention, evidence: bool) -> dict[str, Any]:
    record = mention.to_dict()
    if evidence:
        for candidate, said in zip(mention.candidates, record["candidates"], strict=True):
            said["evidence"] = [item.to_dict() for item in candidate.evidence]
    return record


# -- names and entities -------------------------------------------------------------------------------------------


def entity_record(entity_id: str, snapshot: Snapshot) -> dict[str, Any]:
    """An entity as its gazetteer writes it, with the names of what it lies in; raises Refusal (404)."""
    entity = snapshot.linker.gazetteer.get(entity_id)
    if entity is None:
        raise Refusal(404, f"no entity {shown(entity_id)} in the gazetteer; /v1/search finds ids by name")
    above = (snapshot.linker.gazetteer.get(found) for found in snapshot.linker.gazetteer.ancestors(entity.id))
    return {
        "entity": entity.to_dict(),
        "type_name": type_name(entity.type),
        "within": [{"id": e.id, "name": e.name} for e in above if e is not None],
    }


def explanation_record(body: Any, snapshot: Snapshot, settings: Settings) -> Callable[[str], dict[str, Any]]:
    """What explains the score of a name for an entity; raises Refusal (404 for an entity that is not there)."""
    fields = object_of(body, "the body", ("name", "id"))
    name = text_of(fields.get("name"), "name", settings.max_name)
    entity_id = text_of(fields.get("id"), "id", settings.max_name)

    def explain(_: str) -> dict[str, Any]:
        try:
            return snapshot.linker.explain(name, entity_id).to_dict()
        except UnknownEntityError as error:
            raise Refusal(404, str(error)) from None

    return explain


def read_search(fields: Mapping[str, str], snapshot: Snapshot, settings: Settings) -> tuple[str, str | None, int]:
    """The query of ``/v1/search``: text, type, how many."""
    if "q" not in fields:
        raise bad_request("the query string lacks q; send /v1/search?q=NAME")
    limit = count_of(fields.get("limit"), "limit", default=10, most=_MOST_RESULTS)
    return text_of(fields["q"], "q", settings.max_name).strip(), _known_type(_optional(fields, "type"), snapshot), limit


def search_record(asked: tuple[str, str | None, int], found: Answer | None, snapshot: Snapshot) -> dict[str, Any]:
    """Entities for what somebody types: sure ones of the linker, beginnings of names, then less sure ones."""
    text, type_, limit = asked
    results: dict[str, dict[str, Any]] = {}

    def add(entity: Entity | None, alias: str, score: float | None) -> None:
        if entity is None or entity.id in results:
            return
        results[entity.id] = {
            "id": entity.id,
            "name": entity.name,
            "type": entity.type,
            "alias": alias,
            "score": None if score is None else round(score, 4),
            "description": description_of(entity, snapshot),
        }

    get = snapshot.linker.gazetteer.get
    add(get(text), text, 1.0)
    rated = found.link.candidates if found is not None else ()
    scores = {c.id: c.score for c in rated}
    for candidate in rated:
        if candidate.score >= 0.5:
            add(get(candidate.id), candidate.alias, candidate.score)
    for beginning in snapshot.catalogue.begin_with(text):
        if type_ is None or beginning.entity.type == type_:
            add(beginning.entity, beginning.alias, scores.get(beginning.entity.id))
    for candidate in rated:
        if candidate.score >= 0.01:
            add(get(candidate.id), candidate.alias, candidate.score)
    return {"query": text, "results": list(results.values())[:limit]}
