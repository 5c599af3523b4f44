"""The index of names: read-only arrays over every alias of a gazetteer, made in memory or opened from a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from entitynorm.model import Entity
from entitynorm.names.types import entity_class
from entitynorm.retrieval.build import (
    BLOCKS,
    CANONICAL,
    COST_SCALE,
    FEW,
    POLICIES,
    SHORTENED,
    STATED,
    WEAK,
    IndexBuilder,
    Progress,
)
from entitynorm.retrieval.phones import LONGEST, PHONES, text_hashes
from entitynorm.text.sounds import Reading

_LETTERS = bytes(PHONES, "ascii").ljust(256, b"?")


class NameIndex:
    """The arrays of an index and what can be read off them directly.

    Aliases, entities and terms are numbers; strings lie in runs of bytes and are decoded when asked for.
    """

    def __init__(self, arrays: Mapping[str, NDArray[Any]], meta: Mapping[str, Any]) -> None:
        self.arrays = arrays
        self.types: Sequence[str] = tuple(meta["types"])
        self.entities = int(meta["entities"])
        self.aliases = int(meta["aliases"])
        self.terms = int(meta["terms"])
        self._views: dict[str, memoryview[int]] = {}
        self._runs: dict[str, tuple[memoryview[int], memoryview[int]]] = {}

    @classmethod
    def of(cls, entities: Iterable[Entity], progress: Progress | None = None) -> NameIndex:
        """An index in memory."""
        builder = IndexBuilder(progress=progress)
        for entity in entities:
            builder.add(entity)
        return cls(*builder.finish())

    def _view(self, name: str) -> memoryview[int]:
        """An array as a memory view, which hands out one plain number in a third of the time."""
        found = self._views.get(name)
        if found is None:
            values = np.ascontiguousarray(self.arrays[name])
            # By way of bytes, since a view of a file's explicit byte order gives no numbers.
            plain: Any = values.view(np.uint8).data
            found = self._views[name] = plain.cast(values.dtype.char) if len(values) else memoryview(b"")
        return found

    def _text(self, name: str, number: int) -> str:
        found = self._runs.get(name)
        if found is None:
            found = self._runs[name] = (self._view(f"{name}_bytes"), self._view(f"{name}_ends"))
        run, ends = found
        return str(run[ends[number] : ends[number + 1]], "utf-8", "surrogatepass")

    def alias_text(self, alias: int) -> str:
        """An alias as it is written."""
        return self._text("alias", alias)

    def entity_id(self, entity: int) -> str:
        """The id of an entity."""
        return self._text("entity_id", entity)

    def entity_name(self, entity: int) -> str:
        """The canonical name of an entity."""
        return self.alias_text(self._view("entity_alias")[entity])

    def entity_type(self, entity: int) -> str:
        """The type of an entity."""
        return self.types[self._view("entity_type")[entity]]

    def entity_of(self, alias: int) -> int:
        """The entity that an alias names."""
        return int(self._view("alias_entity")[alias])

    def aliases_of(self, entity: int) -> range:
        """The aliases of an entity, the canonical name first."""
        bounds = self._view("entity_alias")
        return range(bounds[entity], bounds[entity + 1])

    def is_weak(self, alias: int) -> bool:
        """Whether an alias never decides alone."""
        return bool(self._view("alias_flags")[alias] & WEAK)

    def is_shortened(self, alias: int) -> bool:
        """Whether an alias is listed with a qualifier only (Kaya, of "Kaya, Burkina Faso")."""
        return bool(self._view("alias_flags")[alias] & SHORTENED)

    def is_canonical(self, alias: int) -> bool:
        """Whether an alias is the canonical name."""
        return bool(self._view("alias_flags")[alias] & CANONICAL)

    def policy(self, alias: int) -> str:
        """How freely an alias may be met: edit, key or off."""
        return POLICIES[(self._view("alias_flags")[alias] >> 2) & 3]

    def is_loose(self, alias: int) -> bool:
        """Whether the gazetteer itself says that an alias may be met with slips."""
        return (self._view("alias_flags")[alias] >> 2) & 3 == STATED

    def loose(self, aliases: NDArray[np.int64]) -> NDArray[np.bool_]:
        """`is_loose` of many aliases."""
        found: NDArray[np.bool_] = (self.arrays["alias_flags"][aliases] >> 2) & 3 == STATED
        return found

    @cached_property
    def to_the_letter(self) -> bool:
        """Whether every alias is met by its letters only."""
        return bool(np.all((self.arrays["alias_flags"] >> 2) & 3 == POLICIES.index("off")))

    @cached_property
    def few(self) -> bool:
        """Whether it holds fewer than `FEW` aliases."""
        return self.aliases < FEW

    @cached_property
    def _personal(self) -> NDArray[np.bool_]:
        """Whether each type is one of persons."""
        return np.array([entity_class(kind) == "PERSON" for kind in self.types] or [False], np.bool_)

    def persons(self, aliases: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether each alias names a person."""
        found: NDArray[np.bool_] = self._personal[self.arrays["entity_type"][self.arrays["alias_entity"][aliases]]]
        return found

    def bearing(self, aliases: NDArray[np.int64]) -> NDArray[np.int64]:
        """How many words carry each alias and have to be answered; of a person's three or more one may be left out."""
        count = self.arrays["alias_bears"][aliases].astype(np.int64)
        found: NDArray[np.int64] = np.maximum(count - (self.persons(aliases) & (count > 2)), 1)
        return found

    def weight(self, entity: int) -> float | None:
        """How prominent an entity is; None where the gazetteer does not say."""
        value = float(self._view("entity_weight")[entity])
        return None if value != value else value

    def alias_terms(self, alias: int) -> list[int]:
        """The terms of an alias in order."""
        ends = self._view("alias_term_ends")
        return self._view("alias_terms")[ends[alias] : ends[alias + 1]].tolist()

    def find_entity(self, entity_id: str) -> int | None:
        """The number of an entity by its id, or by an id it had."""
        for table in ("id", "was"):
            for number in self.lookup(table, entity_id):
                if table == "was" or self.entity_id(number) == entity_id:
                    return number
        return None

    def lookup(self, table: str, text: str) -> list[int]:
        """What a whole text leads to in one of the hash tables: exact, squeezed, acronym, id, was, fold."""
        return self.lookup_many(table, [text])[0]

    def lookup_many(self, table: str, texts: Sequence[str]) -> list[list[int]]:
        """`lookup` for many texts at once."""
        hashes, owners = self.arrays[f"{table}_hash"], self.arrays[f"{table}_owner"]
        wanted = text_hashes(texts)
        low = np.searchsorted(hashes, wanted, "left")
        high = np.searchsorted(hashes, wanted, "right")
        return [owners[a:b].tolist() if b > a else [] for a, b in zip(low.tolist(), high.tolist(), strict=True)]

    def frequencies(self, folds: Sequence[str]) -> list[int]:
        """In how many aliases each folded term stands."""
        counts = self.arrays["term_frequency"]
        return [int(counts[terms[0]]) if terms else 0 for terms in self.lookup_many("fold", folds)]

    def term_text(self, term: int) -> str:
        """A term of the vocabulary."""
        return self._text("term", term)

    def term_readings(self, term: int) -> tuple[Reading, ...] | None:
        """The readings of a term as they were indexed; None where one was too long to be kept whole."""
        bounds, lengths, costs = self._view("term_row"), self._view("row_length"), self._view("row_cost")
        out = []
        for row in range(bounds[term], bounds[term + 1]):
            length = lengths[row]
            if length >= LONGEST:
                return None
            if length:
                phones = bytes(self.arrays["row_codes"][row, :length]).translate(_LETTERS).decode("ascii")
                out.append(Reading(phones, costs[row] / COST_SCALE))
        return tuple(out)

    def blocks(self, entity: int) -> bool:
        """Whether there are surface forms that an entity must never take."""
        return bool(self._view("entity_flags")[entity] & BLOCKS)

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays."""
        return sum(a.nbytes for a in self.arrays.values())
