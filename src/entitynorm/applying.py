"""Merging a patch into a YAML gazetteer: only what was accepted, only once, and nothing else.

`apply_patch` works on text. What it returns was read again by the strict reader and compared with what it should hold;
where anything else changed, or where `entitynorm check` would complain about something that it did not complain about
before, nothing is returned at all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from unicodedata import normalize

from entitynorm.errors import InputError, Problem
from entitynorm.gazetteer import check
from entitynorm.io.yaml_edit import Additions, add_to_yaml, neighbour
from entitynorm.io.yaml_gazetteer import read_yaml_text
from entitynorm.model import Alias, Entity
from entitynorm.patches import AliasProposal, BlockProposal, Note, Patch
from entitynorm.text.folding import fold_text
from entitynorm.wording import near_miss, one_line, quoted


@dataclass(frozen=True, slots=True)
class Applied:
    """The new text of the gazetteer, and how many proposals came to what."""

    text: str
    aliases: int
    blocked: int
    entities: int
    present: int
    """Accepted proposals that the gazetteer holds already."""
    left: int
    """Proposals that are open or rejected."""

    @property
    def changed(self) -> bool:
        """Whether the text differs from what it was."""
        return bool(self.aliases or self.blocked or self.entities)


def apply_patch(text: str, patch: Patch, source: str = "<text>") -> Applied:
    """The gazetteer ``text`` with the accepted proposals of a patch; ``source`` stands for its file in messages.

    Applying a patch a second time changes nothing. Raises GazetteerError where the text is no gazetteer, InputError
    where a proposal does not fit: its entity is not there, its id is taken, or `check` would complain about the result.
    """
    before = [entity for entity, _ in read_yaml_text(text, source)]
    merge = _Merge(before)
    for proposal in patch.entities:
        if proposal.note.decision == "accept":
            merge.add_entity(_with_origin(proposal.entity, proposal.note), proposal.note)
        else:
            merge.left += 1
    for given in patch.aliases:
        if given.note.decision == "accept":
            merge.add_alias(given)
        elif given.note.decision == "block":
            merge.add_blocked(BlockProposal(given.entity, given.alias.text, given.note))
        else:
            merge.left += 1
    for block in patch.blocked:
        if block.note.decision == "accept":
            merge.add_blocked(block)
        else:
            merge.left += 1
    expected = merge.expected()
    if expected != before:
        _refuse_new_problems(before, expected)
    result = add_to_yaml(text, source, merge.additions(), merge.new)
    if _records(expected) != _records([entity for entity, _ in _read_again(result, source)]):
        raise InputError(
            f"{source}: left as it is: the additions would change something else; "
            "is it written in an unusual way near them? Add them by hand, or write the file anew"
        )
    aliases, blocked = merge.counts()
    return Applied(result, aliases, blocked, len(merge.new), merge.present, merge.left)


class _Merge:
    """What the accepted proposals come to, entity by entity."""

    def __init__(self, before: Sequence[Entity]) -> None:
        self.before = list(before)
        self.entities = {entity.id: entity for entity in before}
        self.redirects = {old: entity.id for entity in before for old in entity.was}
        self.new: list[tuple[Entity, str]] = []
        self.aliases: dict[str, list[Alias]] = defaultdict(list)
        self.blocked: dict[str, list[tuple[str, str]]] = defaultdict(list)
        self.present = 0
        self.left = 0

    def add_entity(self, entity: Entity, note: Note) -> None:
        held = self.entities.get(self.redirects.get(entity.id, entity.id))
        if held is None:
            self.entities[entity.id] = entity
            self.new.append((entity, one_line(note.origin)))
        elif held.type == entity.type and _same(held.name, entity.name):
            self.present += 1
            for alias in entity.aliases:
                if not _has(held, self.aliases[held.id], alias.text):
                    self.aliases[held.id].append(alias)
        else:
            raise _misfit(note, f"the id {quoted(entity.id)} is {quoted(held.name)} already; give it another id")

    def add_alias(self, proposal: AliasProposal) -> None:
        held = self._entity(proposal.entity, proposal.note)
        if _has(held, self.aliases[held.id], proposal.alias.text):
            self.present += 1
        else:
            self.aliases[held.id].append(replace(proposal.alias, source=proposal.note.origin))

    def add_blocked(self, proposal: BlockProposal) -> None:
        held = self._entity(proposal.entity, proposal.note)
        forms = (*held.blocked, *(form for form, _ in self.blocked[held.id]))
        if any(_same(proposal.text, form) for form in forms):
            self.present += 1
        else:
            self.blocked[held.id].append((proposal.text, one_line(proposal.note.origin)))

    def _entity(self, entity_id: str, note: Note) -> Entity:
        held = self.entities.get(self.redirects.get(entity_id, entity_id))
        if held is None:
            meant = near_miss(entity_id, self.entities)
            remedy = f"did you mean {quoted(meant)}?" if meant else "accept the new entity as well, or reject this"
            raise _misfit(note, f"no entity has the id {quoted(entity_id)}; {remedy}")
        return held

    def additions(self) -> dict[str, Additions]:
        """What the entities that were there gain."""
        fresh = {entity.id for entity, _ in self.new}
        return {
            entity.id: Additions(tuple(self.aliases[entity.id]), tuple(self.blocked[entity.id]))
            for entity in self.entities.values()
            if entity.id not in fresh and (self.aliases.get(entity.id) or self.blocked.get(entity.id))
        }

    def counts(self) -> tuple[int, int]:
        """How many aliases and blocked forms are new."""
        return sum(map(len, self.aliases.values())), sum(map(len, self.blocked.values()))

    def _whole(self, entity: Entity) -> Entity:
        aliases, blocked = self.aliases.get(entity.id, []), self.blocked.get(entity.id, [])
        if not aliases and not blocked:
            return entity
        return replace(
            entity,
            aliases=(*entity.aliases, *aliases),
            blocked=(*entity.blocked, *(form for form, _ in blocked)),
        )

    def expected(self) -> list[Entity]:
        """The entities that the result must hold, in its order; new ones take their own additions with them."""
        self.new = [(self._whole(entity), origin) for entity, origin in self.new]
        out = [self._whole(entity) for entity in self.before]
        known = [(entity.type, entity.id) for entity in self.before]
        groups: dict[int, list[Entity]] = defaultdict(list)
        for entity, _ in sorted(self.new, key=lambda item: (item[0].type, item[0].id)):
            groups[neighbour(known, (entity.type, entity.id))].append(entity)
        for at in sorted(groups, reverse=True):
            out[at:at] = groups[at]
        return out


def _with_origin(entity: Entity, note: Note) -> Entity:
    """A new entity whose names all say where they come from."""
    aliases = (alias if alias.source else replace(alias, source=note.origin) for alias in entity.aliases)
    return replace(entity, aliases=tuple(aliases))


def _same(a: str, b: str) -> bool:
    return normalize("NFC", normalize("NFC", a).casefold()) == normalize("NFC", normalize("NFC", b).casefold())


def _has(entity: Entity, added: Sequence[Alias], text: str) -> bool:
    return any(_same(text, name) for name in (entity.name, *(a.text for a in (*entity.aliases, *added))))


def _records(entities: Sequence[Entity]) -> list[dict[str, object]]:
    return [entity.to_dict() for entity in entities]


def _read_again(text: str, source: str) -> list[tuple[Entity, str]]:
    try:
        return read_yaml_text(text, source)
    except Exception as error:
        message = f"{source}: left as it is: with the additions it would no longer load ({error})"
        raise InputError(one_line(message)) from error


def _refuse_new_problems(before: Sequence[Entity], after: Sequence[Entity]) -> None:
    """Places stand in the messages of a check, and lines move: the ids stand for them here."""

    def problems(entities: Sequence[Entity]) -> Iterator[Problem]:
        return iter(check([(entity, entity.id) for entity in entities], fold_text))

    known = set(problems(before))
    for problem in problems(after):
        if problem not in known:
            raise InputError(
                f"{problem.entity}: {problem.message} (`entitynorm check` would say so after this patch; "
                "change or reject the proposal)"
            )


def _misfit(note: Note, message: str) -> InputError:
    return InputError(f"{note.place}: {message}" if note.place else message)
