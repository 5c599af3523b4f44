"""A patch: what `suggest` proposes and what a person decided about it, ready to be merged into a gazetteer.

Three kinds of proposals: another spelling of an entity (alias), a name that an entity must never take (blocked), and an
entity that the gazetteer lacks. Each says where and when the name was seen, and carries one decision.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Literal

from entitynorm.model import Alias, Entity

Decision = Literal["accept", "open", "reject", "block"]

DECISIONS: Final[tuple[Decision, ...]] = ("accept", "open", "reject")
"""What may be decided about any proposal: it goes into the gazetteer; it waits for a person; it stays out, and `suggest
--decided` does not propose it again."""
ALIAS_DECISIONS: Final[tuple[Decision, ...]] = (*DECISIONS, "block")
"""What may be decided about an alias: also that it becomes a form which the entity must never take."""

_NONE: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Note:
    """What every proposal says: the decision, where and when the name was seen, and what speaks for the proposal."""

    decision: Decision
    source: str
    """The text it was first seen in."""
    date: str
    """ISO 8601, the day it was proposed."""
    why: str = ""
    score: float | None = None
    """How probable the proposal is, in [0, 1]."""
    count: int | None = None
    """How often the spelling was seen."""
    documents: int | None = None
    """In how many texts."""
    contexts: tuple[str, ...] = ()
    """Cuttings of text round it, the name in square brackets."""
    nearest: Mapping[str, float] = field(default_factory=lambda: _NONE)
    """Entity id -> score of the entities that come nearest, the nearest first."""
    place: str = field(default="", compare=False)
    """``file:line`` where the proposal was read from a file."""

    @property
    def origin(self) -> str:
        """What a gazetteer says about where a name comes from: source and date."""
        return f"{self.source}, {self.date}"


@dataclass(frozen=True, slots=True)
class AliasProposal:
    """Another spelling of an entity. The alias has no source of its own: the note has it."""

    entity: str
    alias: Alias
    note: Note


@dataclass(frozen=True, slots=True)
class BlockProposal:
    """A name that is surely somebody or something else than the entity it comes near to."""

    entity: str
    text: str
    note: Note


@dataclass(frozen=True, slots=True)
class EntityProposal:
    """An entity that the gazetteer lacks."""

    entity: Entity
    note: Note


@dataclass(frozen=True, slots=True)
class Patch:
    """All proposals, in the order of the file."""

    aliases: tuple[AliasProposal, ...] = ()
    blocked: tuple[BlockProposal, ...] = ()
    entities: tuple[EntityProposal, ...] = ()

    def __len__(self) -> int:
        return len(self.aliases) + len(self.blocked) + len(self.entities)
