"""What a gazetteer holds, for people who look round in it: its types, its references, its names by their beginnings.

Looking up whole names, however they are spelled, is the linker's; this is for names that are still being typed.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from entitynorm.names.types import entity_class
from entitynorm.text.folding import fold_text

if TYPE_CHECKING:
    from entitynorm.linker import Linker
    from entitynorm.model import Entity

MOST_ENTITIES = 200_000
"""Gazetteers of up to so many entities are looked up by the beginnings of names; bigger ones by whole names only."""
_KEY = 24
"""Letters of a name that its place in the list depends on."""
_LOOKED_AT = 400
"""Names with one beginning that compete for the places of a list."""
_NAMES = {
    "PERSON": "Person",
    "PLACE": "Place",
    "ORG": "Organisation",
    "FACILITY": "Facility",
    "PRODUCT": "Product",
    "EVENT": "Event",
}


@dataclass(frozen=True, slots=True)
class Beginning:
    """An entity found by the beginning of one of its names."""

    entity: Entity
    alias: str


def type_name(type_: str) -> str:
    """A type as people read it.

    >>> type_name("ORG"), type_name("ARMED_GROUP"), type_name("Gpe")
    ('Organisation', 'Armed group', 'Gpe')
    """
    return _NAMES.get(type_) or (type_.replace("_", " ").capitalize() if type_.isupper() else type_)


def broader(type_: str) -> str | None:
    """The class that a type belongs to, where that is not the type itself.

    >>> broader("GPE"), broader("PLACE")
    ('PLACE', None)
    """
    found = entity_class(type_)
    return None if found == type_ else found


class Catalogue:
    """Types, kinds of references and beginnings of the names of one gazetteer; made once, in one pass."""

    def __init__(self, linker: Linker) -> None:
        self._get = linker.gazetteer.get
        self.size = len(linker.gazetteer)
        self.complete = self.size <= MOST_ENTITIES
        types: Counter[str] = Counter()
        references: Counter[str] = Counter()
        keys: dict[str, list[str]] = {}
        for entity in islice(linker.gazetteer, MOST_ENTITIES):
            types[entity.type] += 1
            references.update(entity.refs.keys())
            for key in _keys(entity) if self.complete else ():
                keys.setdefault(key, []).append(entity.id)
        self.types = tuple(sorted(types, key=lambda t: (-types[t], t)))
        """Types that occur, the most frequent first."""
        self.references = tuple(sorted(references, key=lambda r: (-references[r], r)))
        """Other registers that entities refer to, such as wikidata, the most frequent first."""
        self._ordered = sorted(keys)
        self._owners = keys

    def begin_with(self, prefix: str) -> list[Beginning]:
        """Entities of which a name, or a later word of one, begins so: whole names, short names, great weight first."""
        wanted = fold_text(prefix)
        if not wanted:
            return []
        found: dict[str, tuple[tuple[bool, int, float, str], Beginning]] = {}
        for entity_id in islice(self._ids(wanted[:_KEY]), _LOOKED_AT):
            entity = None if entity_id in found else self._get(entity_id)
            if entity is not None and (best := _best_alias(entity, wanted)) is not None:
                later, alias = best
                rank = (later, len(alias), -(entity.weight or 0.0), entity.id)
                found[entity_id] = rank, Beginning(entity, alias)
        return [beginning for _, beginning in sorted(found.values(), key=lambda item: item[0])]

    def _ids(self, wanted: str) -> Iterator[str]:
        at = bisect_left(self._ordered, wanted)
        while at < len(self._ordered) and self._ordered[at].startswith(wanted):
            yield from self._owners[self._ordered[at]]
            at += 1


def _names(entity: Entity) -> Iterator[str]:
    yield entity.name
    for alias in entity.aliases:
        yield alias.text


def _keys(entity: Entity) -> set[str]:
    keys: set[str] = set()
    for name in _names(entity):
        words = fold_text(name).split()
        keys.update(" ".join(words[n:])[:_KEY] for n in range(len(words)))
    return keys


def _best_alias(entity: Entity, wanted: str) -> tuple[bool, str] | None:
    """The shortest of an entity's names that begins so, and whether only a later word of it does."""
    found: list[tuple[bool, int, str]] = []
    for name in _names(entity):
        folded = fold_text(name)
        if folded.startswith(wanted):
            found.append((False, len(name), name))
        elif f" {wanted}" in f" {folded}":
            found.append((True, len(name), name))
    if not found:
        return None
    later, _, name = min(found)
    return later, name
