"""Gazetteers on top of each other: compiled ones below, entities in memory above."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from entitynorm.errors import UnknownEntityError
from entitynorm.gazetteer import Entry, Gazetteer
from entitynorm.model import Entity

if TYPE_CHECKING:
    from entitynorm.retrieval.index import NameIndex


class IndexedGazetteer(Protocol):
    """A gazetteer that comes with its index, such as a compiled file."""

    @property
    def index(self) -> NameIndex:
        """The arrays of its names."""

    def entity_at(self, number: int) -> Entity:
        """The entity of that number in the index."""

    def get(self, entity_id: str) -> Entity | None:
        """The entity that has this id, or had it."""

    @property
    def types(self) -> frozenset[str]:
        """The types of its entities."""

    def __iter__(self) -> Iterator[Entity]: ...

    def __len__(self) -> int: ...

    def entries(self) -> Iterator[Entry]:
        """The entities with their places."""


class InMemory:
    """A gazetteer in memory with its index, for a place below others."""

    def __init__(self, gazetteer: Gazetteer, make_index: Callable[[], NameIndex] | None = None) -> None:
        """``make_index`` gives the index of these very entities where it was made before."""
        self.gazetteer = gazetteer
        self._make_index = make_index
        self._entities = tuple(gazetteer)
        self.get = gazetteer.get
        self.entries = gazetteer.entries

    @cached_property
    def index(self) -> NameIndex:
        """The arrays of its names, made on first use."""
        if self._make_index is not None:
            return self._make_index()
        from entitynorm.retrieval.index import NameIndex

        return NameIndex.of(self._entities)

    def entity_at(self, number: int) -> Entity:
        """The entity of that number in the index."""
        return self._entities[number]

    @property
    def types(self) -> frozenset[str]:
        return self.gazetteer.types

    def __iter__(self) -> Iterator[Entity]:
        return iter(self._entities)

    def __len__(self) -> int:
        return len(self._entities)

    def __reduce__(self) -> tuple[Any, ...]:
        return InMemory, (Gazetteer(self.gazetteer),)


class Stacked:
    """What layers hold together: an entity of a later layer stands for those of its id below.

    Reads like a `Gazetteer`; nothing is copied.
    """

    def __init__(self, lower: Sequence[IndexedGazetteer], upper: Gazetteer) -> None:
        self._layers: tuple[IndexedGazetteer | Gazetteer, ...] = (*lower, upper)

    def get(self, entity_id: str) -> Entity | None:
        """The entity that has this id, or had it before it was renamed; None where there is none."""
        for layer in reversed(self._layers):
            found = layer.get(entity_id)
            if found is not None:
                return found
        return None

    def __getitem__(self, entity_id: str) -> Entity:
        """Like `get`, but raises UnknownEntityError where there is none."""
        if (entity := self.get(entity_id)) is not None:
            return entity
        raise UnknownEntityError(f"no entity has the id {entity_id!r}; `search` finds ids by name")

    def __repr__(self) -> str:
        return f"<Gazetteer of {len(self._layers)} layers>"

    @property
    def types(self) -> frozenset[str]:
        """The types of the entities, also of those that an entity above stands for."""
        return frozenset().union(*(layer.types for layer in self._layers))

    def __contains__(self, entity_id: object) -> bool:
        return isinstance(entity_id, str) and self.get(entity_id) is not None

    def __iter__(self) -> Iterator[Entity]:
        for level, layer in enumerate(self._layers):
            for entity in layer:
                if not any(later.get(entity.id) is not None for later in self._layers[level + 1 :]):
                    yield entity

    def __len__(self) -> int:
        """How many entities there are; with two layers and more they have to be counted."""
        if len(self._layers[-1]) == 0 and len(self._layers) == 2:
            return len(self._layers[0])
        return sum(1 for _ in self)

    def entries(self) -> Iterator[Entry]:
        """The entities with their places, the lowest layer first."""
        for level, layer in enumerate(self._layers):
            for entity, place in layer.entries():
                if not any(later.get(entity.id) is not None for later in self._layers[level + 1 :]):
                    yield entity, place

    def ancestors(self, entity_id: str) -> tuple[str, ...]:
        """The ids of all that the entity lies in or belongs to, nearest first; circles are walked once."""
        found: dict[str, None] = {entity_id: None}
        waiting = [entity_id]
        while waiting:
            entity = self.get(waiting.pop(0))
            for parent in (entity.located_in, entity.part_of) if entity is not None else ():
                if parent is not None and parent not in found:
                    found[parent] = None
                    waiting.append(parent)
        return tuple(found)[1:]
