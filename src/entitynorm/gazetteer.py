"""The gazetteer: an immutable set of entities, looked up by id, and the checks that a set of names has to pass.

Two kinds of trouble are kept apart. What makes a lookup impossible (an id twice, an old id that is in use again) is an
error and raises. What makes answers worse (a name that two entities claim, an alias that says nothing new) loads and
works; `check` reports it, and ``entitynorm check`` fails on it, so that a gazetteer in a repository stays clean.

An entry is a pair of an entity and the place it was read from: ``path:line``, or ``entities[n]`` in memory.
"""

from __future__ import annotations

import unicodedata
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType

from entitynorm.errors import GazetteerError, Problem, UnknownEntityError
from entitynorm.model import Entity
from entitynorm.wording import near_miss, one_line, quoted

Entry = tuple[Entity, str]
Fold = Callable[[str], str]


class Gazetteer:
    """Entities by id. Nothing in it can be changed; iteration goes by id, so the order of files never matters.

    An id that was renamed (``was``) still finds its entity: ids stand in other people's data and must not break.

    >>> from entitynorm.model import Entity
    >>> gazetteer = Gazetteer([Entity("place:grayvoron", "PLACE", "Grayvoron", was=("place:graivoron",))])
    >>> gazetteer.get("place:graivoron").id, "place:graivoron" in gazetteer, len(gazetteer)
    ('place:grayvoron', True, 1)
    """

    __slots__ = ("_by_id", "_order", "_places", "_redirects", "_types")

    def __init__(self, entities: Iterable[Entity] = (), places: Mapping[str, str] | None = None) -> None:
        """Take entities, and optionally where each id was read. Raises GazetteerError for ids that clash."""
        known = places or {}
        entries = [(entity, known.get(entity.id, f"entities[{n}]")) for n, entity in enumerate(entities)]
        self._fill(entries)

    @classmethod
    def from_entries(cls, entries: Iterable[Entry]) -> Gazetteer:
        """Build from pairs of entity and place, as the readers give them."""
        gazetteer = cls.__new__(cls)
        gazetteer._fill(list(entries))
        return gazetteer

    def _fill(self, entries: list[Entry]) -> None:
        if problems := id_problems(entries):
            raise GazetteerError(problems)
        self._by_id = {entity.id: entity for entity, _ in sorted(entries, key=lambda entry: entry[0].id)}
        self._places = {entity.id: place for entity, place in entries}
        self._redirects = {old: entity.id for entity in self for old in entity.was}
        self._order = tuple(entity.id for entity, _ in entries)
        self._types = frozenset(entity.type for entity, _ in entries)

    @classmethod
    def merge(cls, gazetteers: Iterable[Gazetteer]) -> Gazetteer:
        """Put gazetteers on top of each other: an entity of a later one replaces an earlier one of its id, whole.

        Nothing of the replaced entity survives, aliases included; a half-merged entity would be nobody's. A later
        entity also replaces those it says it ``was``. The reverse, a later file that still uses an id which an
        earlier one has renamed, raises GazetteerError: only its author can tell which entity was meant.
        """
        merged: dict[str, Entry] = {}
        for gazetteer in gazetteers:
            for entity, _ in gazetteer.entries():
                for old in entity.was:
                    merged.pop(old, None)
            merged.update((entry[0].id, entry) for entry in gazetteer.entries())
        return cls.from_entries(merged.values())

    def get(self, entity_id: str) -> Entity | None:
        """The entity that has this id, or had it before it was renamed; None where there is none."""
        return self._by_id.get(self._redirects.get(entity_id, entity_id))

    def __getitem__(self, entity_id: str) -> Entity:
        """Like `get`, but raises UnknownEntityError where there is none."""
        if (entity := self.get(entity_id)) is not None:
            return entity
        meant = near_miss(entity_id, self._by_id)
        remedy = f"did you mean {quoted(meant)}?" if meant else "iterate over the gazetteer to see its ids"
        raise UnknownEntityError(f"no entity has the id {quoted(entity_id)}; {remedy}")

    def __contains__(self, entity_id: object) -> bool:
        return isinstance(entity_id, str) and self.get(entity_id) is not None

    def __iter__(self) -> Iterator[Entity]:
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)

    def __repr__(self) -> str:
        return f"<Gazetteer of {len(self)} entities>"

    @property
    def types(self) -> frozenset[str]:
        """The types of its entities."""
        return self._types

    @property
    def redirects(self) -> Mapping[str, str]:
        """Earlier ids, each with the id its entity has now."""
        return MappingProxyType(self._redirects)

    def place(self, entity_id: str) -> str:
        """Where the entity was read; raises UnknownEntityError where there is none."""
        return self._places[self[entity_id].id]

    def entries(self) -> Iterator[Entry]:
        """The entities with their places, in the order in which they were given."""
        return ((self._by_id[entity_id], self._places[entity_id]) for entity_id in self._order)

    def ancestors(self, entity_id: str) -> tuple[str, ...]:
        """The ids of all that the entity lies in or belongs to, nearest first, itself left out.

        A gazetteer may be a part of a bigger one, so ids that it does not hold are named too (and lead no further).
        Circles are walked once.
        """
        start = self[entity_id].id
        found: dict[str, None] = {start: None}
        queue = deque([start])
        while queue:
            entity = self._by_id.get(queue.popleft())
            for _, parent in _parents(entity) if entity else ():
                current = self._redirects.get(parent, parent)
                if current not in found:
                    found[current] = None
                    queue.append(current)
        return tuple(found)[1:]


def plain_fold(text: str) -> str:
    """The simplest fold: case, compatibility forms, punctuation and spacing taken out.

    >>> plain_fold("“Freedom of Russia”  Legion") == plain_fold("FREEDOM OF RUSSIA LEGION")
    True
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    words = "".join(c if unicodedata.category(c)[0] in "LMN" else " " for c in folded).split()
    return " ".join(words) or folded


def id_problems(entries: Iterable[Entry]) -> list[Problem]:
    """Ids that clash: one that two entities have, an old id that is in use again or that two entities claim."""
    entries = list(entries)
    first: dict[str, int] = {}
    for number, (entity, _) in enumerate(entries):
        first.setdefault(entity.id, number)
    claimed: dict[str, str] = {}
    problems: list[Problem] = []
    for number, (entity, place) in enumerate(entries):
        if first[entity.id] != number:
            message = (
                f"the id stands twice (first at {entries[first[entity.id]][1]}); "
                "give one of the two another id, or merge them"
            )
            problems.append(Problem(place, one_line(entity.id), message))
        for old in entity.was:
            if old in first:
                message = (
                    f"was names {quoted(old)}, but that id is in use (at {entries[first[old]][1]}); "
                    "ids are never used again: take it out of was, or rename the entity that has it"
                )
            elif claimed.setdefault(old, entity.id) != entity.id:
                message = f"was names {quoted(old)}, and so does {one_line(claimed[old])}; leave it with one of them"
            else:
                continue
            problems.append(Problem(place, one_line(entity.id), message))
    return problems


def check(entries: Gazetteer | Iterable[Entry], fold: Fold = plain_fold) -> list[Problem]:
    """Everything about a gazetteer that loads but should not stay so, in file order.

    ``fold`` decides when two names count as the same: the linker's own fold makes the check see what the linker sees.
    """
    pairs = list(entries.entries() if isinstance(entries, Gazetteer) else entries)
    order = {id(entity): number for number, (entity, _) in enumerate(pairs)}
    found: list[tuple[int, Problem]] = []

    def say(entity: Entity, place: str, message: str) -> None:
        found.append((order[id(entity)], Problem(place, one_line(entity.id), message)))

    for entity, place in pairs:
        for message in (*_repeated(entity), *_blocked_and_listed(entity, fold)):
            say(entity, place, message)
    _report_shared_names(pairs, fold, say)
    _report_parents(pairs, say)
    places = {place: number for number, (_, place) in reversed(list(enumerate(pairs)))}
    found += ((places[problem.place], problem) for problem in id_problems(pairs))
    return [problem for _, problem in sorted(found, key=lambda item: item[0])]


Report = Callable[[Entity, str, str], None]


def _same(text: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def _repeated(entity: Entity) -> Iterator[str]:
    """Aliases that say nothing new.

    One spelling in two languages is two facts (Бахмут is Russian and Ukrainian, and each is romanised its own way), and
    so is a canonical name that is declared weak or given a language; those may stand.
    """
    canonical = _same(entity.name)
    seen: dict[tuple[str, str | None], str] = {}
    for alias in entity.aliases:
        key = _same(alias.text), alias.lang
        if key in seen:
            first = seen[key]
            like = "" if first == alias.text else f" (as {quoted(first)})"
            yield f"alias {quoted(alias.text)} stands twice{like}; keep one"
        elif key == (canonical, None) and alias.strength == "strong":
            yield f"alias {quoted(alias.text)} is the canonical name; take it out of the aliases"
        seen.setdefault(key, alias.text)


def _blocked_and_listed(entity: Entity, fold: Fold) -> Iterator[str]:
    if not entity.blocked:
        return
    listed = {fold(alias.text): f"alias {quoted(alias.text)}" for alias in reversed(entity.aliases)}
    listed[fold(entity.name)] = f"the name {quoted(entity.name)}"
    for form, times in Counter(entity.blocked).items():
        if times > 1:
            yield f"blocked {quoted(form)} stands {times} times; keep one"
        if own := listed.get(fold(form)):
            yield f"blocked {quoted(form)} is also {own}; take it out of one of the two"


def _report_shared_names(entries: list[Entry], fold: Fold, say: Report) -> None:
    """Names that several entities answer to, where not all of them but one say that the name alone does not decide."""
    owners: dict[str, dict[str, tuple[Entity, str, str, bool]]] = {}
    for entity, place in entries:
        weak = {fold(alias.text) for alias in entity.aliases if alias.strength == "weak"}
        for text in (entity.name, *(alias.text for alias in entity.aliases)):
            key = fold(text)
            owners.setdefault(key, {}).setdefault(entity.id, (entity, place, text, key in weak))
    for claims in owners.values():
        strong = [claim for claim in claims.values() if not claim[3]]
        for entity, place, text, _ in strong[1:]:
            other, other_place, other_text, _ = strong[0]
            spelt = "" if other_text == text else f" (as {quoted(other_text)})"
            role, remedy = _role_of(entity, text)
            say(
                entity,
                place,
                f"{role} {quoted(text)} is also a name of {one_line(other.id)}{spelt}, at {other_place}; "
                f"declare it ambiguous in one of the two: {remedy}",
            )


def _role_of(entity: Entity, text: str) -> tuple[str, str]:
    weak = f"{{text: {quoted(text)}, strength: weak}}"
    return ("name", f"add the alias {weak}") if text == entity.name else ("alias", weak)


def _parents(entity: Entity) -> Iterator[tuple[str, str]]:
    if entity.located_in is not None:
        yield "located_in", entity.located_in
    if entity.part_of is not None:
        yield "part_of", entity.part_of


def _report_parents(entries: list[Entry], say: Report) -> None:
    """Parents that are not there, that go by an old id, and circles of them."""
    by_id = {entity.id: entity for entity, _ in entries}
    places = {entity.id: place for entity, place in entries}
    renamed = {old: entity.id for entity, _ in entries for old in entity.was}
    for entity, place in entries:
        for field, parent in _parents(entity):
            if parent in by_id:
                continue
            if parent in renamed:
                say(entity, place, f"{field} {quoted(parent)} was renamed; write {quoted(renamed[parent])}")
                continue
            meant = near_miss(parent, by_id)
            remedy = f"did you mean {quoted(meant)}?" if meant else "add that entity, or take the field away"
            say(entity, place, f"{field} {quoted(parent)} is not in this gazetteer; {remedy}")
    edges: dict[str, list[str]] = {entity_id: [] for entity_id in by_id}
    for entity, _ in entries:
        parents = (renamed.get(parent, parent) for _, parent in _parents(entity))
        edges[entity.id] = [parent for parent in dict.fromkeys(parents) if parent in by_id]
    for circle in _circles(edges):
        path = " → ".join(map(one_line, (*circle, circle[0])))
        message = f"located_in and part_of go round in a circle: {path}; take one of them away"
        say(by_id[circle[0]], places[circle[0]], message)


def _circles(edges: Mapping[str, list[str]]) -> Iterator[list[str]]:
    """One circle for each edge that closes one; a walk with its own stack, since chains may be long."""
    done: set[str] = set()
    for start in edges:
        path: list[str] = []
        depth: dict[str, int] = {}
        stack: list[tuple[str, Iterator[str]]] = [] if start in done else [(start, iter(edges[start]))]
        if stack:
            path.append(start)
            depth[start] = 0
        while stack:
            node, rest = stack[-1]
            following = next(rest, None)
            if following is None:
                stack.pop()
                path.pop()
                del depth[node]
                done.add(node)
            elif following in depth:
                yield path[depth[following] :]
            elif following not in done:
                depth[following] = len(path)
                path.append(following)
                stack.append((following, iter(edges[following])))
