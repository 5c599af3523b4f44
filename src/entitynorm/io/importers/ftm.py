"""FollowTheMoney entities as JSON lines, the form in which OpenSanctions and Aleph export.

A weak alias of FollowTheMoney and one of ours are the same thing: a name that is too common to decide alone. Which
schemata name things and which properties are names stands in ``data/importers/ftm.yaml``. Countries, dates and
positions have no field of their own in a record and go into the description, for people. Each line is an entity;
fragments of one entity on several lines are not put together.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from entitynorm.io.importers.entities import Names, prefixed, short_kind
from entitynorm.io.importers.report import Report, RowError
from entitynorm.io.importers.source import Found, Record, Source, json_object, numbered, parse_rows
from entitynorm.io.importers.tables import table
from entitynorm.wording import quoted


def read_ftm(source: Source, report: Report, *, prefix: str | None = None) -> Iterator[Found]:
    """The records of a file of FollowTheMoney entities."""
    return parse_rows(numbered(source, report), lambda line, place: _record(json_object(line), report, prefix), report)


@cache
def _types() -> dict[str, str]:
    return {schema: name for name, schemata in table("ftm")["types"].items() for schema in schemata}


def schema_type(schema: str, report: Report) -> str | None:
    """The type of a schema; None, and counted, where it is not one of things that texts name."""
    found = _types().get(schema)
    if found is None:
        report.left_out[f"schema {schema}"] += 1
    return found


def _record(entity: Record, report: Report, prefix: str | None) -> Record | None:
    entity_id, schema, properties = entity.get("id"), entity.get("schema"), entity.get("properties")
    if not isinstance(entity_id, str) or not entity_id:
        raise RowError("no id", "the entity has no id as text")
    if not isinstance(schema, str) or not isinstance(properties, dict):
        missing = "schema" if not isinstance(schema, str) else "properties"
        raise RowError(f"no {missing}", f"{quoted(entity_id)} has no {missing}; expected a FollowTheMoney entity")
    entity_type = schema_type(schema, report)
    if entity_type is None:
        return None
    facts = table("ftm")
    spoken = [(text, said) for key, said in facts["names"].items() for text in _texts(properties, key, entity_id)]
    caption = entity.get("caption")
    name = caption if isinstance(caption, str) and caption.strip() else next((text for text, _ in spoken), None)
    if name is None:
        raise RowError("no name", f"{quoted(entity_id)} has neither a caption nor a name")
    names = Names(name)
    # Merged sources call one name an alias and a weak one: whoever warned of it knew more. A name is never weak.
    weak = {text.casefold() for text, said in spoken if "strength" in said}
    weak -= {text.casefold() for text in _texts(properties, "name", entity_id)}
    for text, said in spoken:
        kind = said.get("kind", "name")
        strength = "weak" if text.casefold() in weak else "strong"
        names.add(text, kind=short_kind(text) if kind == "short" else kind, strength=strength)
    refs = {key: values[0] for prop, key in facts["refs"].items() if (values := _texts(properties, prop, entity_id))}
    about = dict.fromkeys(text for key in facts["description"] for text in _texts(properties, key, entity_id))
    return {
        "id": prefixed(prefix, entity_id),
        "type": entity_type,
        "name": name,
        "aliases": names.records(),
        "description": "; ".join([schema, *about]),
        "refs": refs,
    }


def _texts(properties: dict[str, Any], key: str, entity_id: str) -> list[str]:
    """The texts of a property, which is a list, or in older exports a single text."""
    value = properties.get(key)
    values = value if isinstance(value, list) else [] if value is None else [value]
    for item in values:
        if not isinstance(item, str):
            raise RowError("unusable property", f"{quoted(entity_id)}: {key} holds something else than texts")
    return [text for text in values if text.strip()]
