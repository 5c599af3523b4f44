"""What the service tells of an entity besides its name, one property at a time.

The same properties extend a reconciled column and refine a reconciliation query, as the API wants it: a value of the
table that a candidate contradicts keeps that candidate from being a match.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from entitynorm.model import ALIAS_KINDS
from entitynorm.server.catalogue import type_name
from entitynorm.server.payloads import choice_of, count_of, shown, text_of
from entitynorm.server.refusals import bad_request
from entitynorm.text.folding import fold_text

if TYPE_CHECKING:
    from entitynorm.model import Entity
    from entitynorm.server.snapshot import Snapshot

REFERENCE = "ref:"
"""What stands before the name of a register in the id of the property that refers to it (``ref:wikidata``)."""
_MOST_ALIASES = 1_000

Values = list[dict[str, Any]]
SettingsOf = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Property:
    """A property: its id, its name, and its values for an entity in the form of the data extension response."""

    id: str
    name: str
    values: Callable[[Snapshot, Entity, SettingsOf], Values]


def _text(value: str | None) -> Values:
    return [] if value is None else [{"str": value}]


def _number(value: float | None) -> Values:
    return [] if value is None else [{"float": float(value)}]


def _entity(snapshot: Snapshot, entity_id: str | None) -> Values:
    if entity_id is None:
        return []
    found = snapshot.linker.gazetteer.get(entity_id)
    return [{"str": entity_id} if found is None else {"id": found.id, "name": found.name}]


def _within(snapshot: Snapshot, entity: Entity) -> Values:
    return [value for found in snapshot.linker.gazetteer.ancestors(entity.id) for value in _entity(snapshot, found)]


def _aliases(entity: Entity, settings: SettingsOf) -> Values:
    lang, kind = settings.get("lang"), settings.get("kind")
    most = count_of(settings.get("limit"), "the setting limit", default=_MOST_ALIASES, most=_MOST_ALIASES)
    kept = [
        alias.text
        for alias in entity.aliases
        if (not lang or (alias.lang or "").partition("-")[0] == lang or alias.lang == lang)
        and (not kind or kind == "any" or alias.kind == kind)
    ]
    return [{"str": text} for text in list(dict.fromkeys(kept))[:most]]


PROPERTIES = MappingProxyType(
    {
        p.id: p
        for p in (
            Property("alias", "other names", lambda _, e, settings: _aliases(e, settings)),
            Property("name", "name", lambda _, e, __: _text(e.name)),
            Property("type", "type", lambda _, e, __: _text(type_name(e.type))),
            Property("description", "description", lambda _, e, __: _text(e.description)),
            Property("located_in", "located in", lambda s, e, _: _entity(s, e.located_in)),
            Property("part_of", "part of", lambda s, e, _: _entity(s, e.part_of)),
            Property("within", "lies in or belongs to, at any remove", lambda s, e, _: _within(s, e)),
            Property("lat", "latitude", lambda _, e, __: _number(e.lat)),
            Property("lon", "longitude", lambda _, e, __: _number(e.lon)),
            Property("weight", "weight among namesakes", lambda _, e, __: _number(e.weight)),
            Property("id", "id", lambda _, e, __: _text(e.id)),
        )
    }
)
"""Properties that every gazetteer has; references to other registers come on top."""

ALIAS_SETTINGS: Sequence[Mapping[str, Any]] = (
    {
        "type": "text",
        "name": "lang",
        "label": "Language",
        "default": "",
        "help_text": "For other names: only those of one language, such as ru or uk.",
    },
    {
        "type": "select",
        "name": "kind",
        "label": "Kind",
        "default": "any",
        "help_text": "For other names: only those of one kind.",
        "choices": [{"value": kind, "name": kind} for kind in ("any", *ALIAS_KINDS)],
    },
    {
        "type": "number",
        "name": "limit",
        "label": "At most",
        "default": 0,
        "help_text": "For other names: how many at most; 0 for all.",
    },
)


def offered(snapshot: Snapshot) -> list[Property]:
    """Every property of the gazetteer: the common ones, then a reference for each register that occurs."""
    return [*PROPERTIES.values(), *(_reference(name) for name in snapshot.catalogue.references)]


def find(property_id: str) -> Property:
    """The property of an id; raises Refusal for one that no gazetteer has."""
    known = PROPERTIES.get(property_id)
    if known is not None:
        return known
    if property_id.startswith(REFERENCE) and len(property_id) > len(REFERENCE):
        return _reference(property_id.removeprefix(REFERENCE))
    raise bad_request(
        f"no property {shown(property_id)}; expected {', '.join(PROPERTIES)} or {REFERENCE}REGISTER, as in ref:wikidata"
    )


def checked_settings(settings: Mapping[str, Any]) -> SettingsOf:
    """The settings of a property, or Refusal; what other services call theirs is left alone."""
    text_of(settings.get("lang") or "", "the setting lang", 35)
    choice_of(settings.get("kind") or "any", "the setting kind", ("any", *ALIAS_KINDS))
    count_of(settings.get("limit") or 0, "the setting limit", default=_MOST_ALIASES, most=_MOST_ALIASES)
    return settings


def _reference(register: str) -> Property:
    return Property(REFERENCE + register, register, lambda _, e, __: _text(e.refs.get(register)))


def agrees(snapshot: Snapshot, entity: Entity, property_id: str, wanted: Sequence[Any]) -> bool | None:
    """Whether an entity has one of the values of a table's cell; None where it has no value, or nobody knows it.

    Texts agree whatever their case and accents, entities by id or name, numbers to six digits.
    """
    known = PROPERTIES.get(property_id)
    if known is None:
        register = property_id.removeprefix(REFERENCE)
        if register not in entity.refs:
            return None
        known = _reference(register)
    own = {key for value in known.values(snapshot, entity, {}) for key in _keys(value)}
    asked = {key for value in wanted for key in _keys(value)}
    if not own or not asked:
        return None
    return not own.isdisjoint(asked)


def _keys(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key in ("id", "name", "str", "float"):
            if key in value:
                yield from _keys(value[key])
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield f"{value:.6g}"
    elif isinstance(value, str) and value.strip():
        yield fold_text(value)
