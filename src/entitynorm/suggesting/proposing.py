"""From the spellings of a corpus and what they come near to, to proposals.

Every spelling that the gazetteer does not list comes to one of these:

- an *alias* of the entity that the linker linked it to by rule, or that it comes nearest to,
- a *new entity*, with the other spellings of the same name, where no entity is near,
- a *blocked form* besides, where the name is surely another one than an entity's (another given name with the surname),
- nothing, where it was seen too seldom for a name that nothing else vouches for.

Start reading at `suggest`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from entitynorm.linker import Linker
from entitynorm.model import Alias, Entity
from entitynorm.names.structure import parse
from entitynorm.names.types import entity_class
from entitynorm.names.units import Unit
from entitynorm.patches import AliasProposal, BlockProposal, Decision, EntityProposal, Note, Patch
from entitynorm.suggesting.case_forms import bases
from entitynorm.suggesting.guessing import UNKNOWN, head_of, kind_beside, type_guess, type_of_words
from entitynorm.suggesting.nearness import SURE, Near, Nearness, Surveyor, is_full_name, likeness, skeletons
from entitynorm.suggesting.spellings import Corpus, Spelling, Text, gather, listed_keys, spelling_key
from entitynorm.text.tokens import script_of
from entitynorm.text.translit import latinise

_ACCEPT = 0.5
_OPEN = 0.15
"""Least probability of an alias that is proposed at all, for a person to decide."""
_UNSUPPORTED = 0.25
"""The same where the corpus does not name the entity by any other spelling."""
_MARGIN = 2.0
"""How many times as probable as the next entity it has to be."""
_SAME = 0.7
"""Least score of a comparison for two spellings to be of one new entity."""
_NEAREST = 3


@dataclass(frozen=True, slots=True)
class Options:
    """What is proposed: see `suggest`."""

    date: str
    min_count: int = 2
    linked: bool = True
    decided: frozenset[tuple[str, str]] = frozenset()


def suggest(
    linker: Linker,
    texts: Sequence[Text],
    *,
    date: str,
    min_count: int = 2,
    linked: bool = True,
    decided: Iterable[Patch] = (),
    jobs: int = 1,
) -> Patch:
    """Proposals for a gazetteer from a corpus.

    ``date`` (ISO 8601) is written into every proposal. A new entity needs ``min_count`` sightings, unless a given name
    shows that it is a person. ``linked=False`` leaves out spellings that the rules link surely already. What earlier
    patches ``decided`` (accepted, rejected or blocked) is not proposed again.

    Aliases that are not linked yet come first, the surest first; the result does not depend on ``jobs``.
    """
    known = frozenset(pair for patch in decided for pair in _decided_pairs(patch))
    corpus = gather(linker, texts, jobs=jobs)
    options = Options(date, min_count, linked, known)
    return _Proposer(linker, corpus, options).propose(jobs)


def _decided_pairs(patch: Patch) -> Iterator[tuple[str, str]]:
    """(entity id, key) of what was decided; new entities go by an empty id."""
    for alias in patch.aliases:
        if alias.note.decision != "open":
            yield alias.entity, spelling_key(alias.alias.kind, alias.alias.text)
    for block in patch.blocked:
        if block.note.decision != "open":
            yield block.entity, spelling_key("word", block.text)
    for new in patch.entities:
        if new.note.decision != "open":
            yield "", spelling_key("word", new.entity.name)


class _Proposer:
    def __init__(self, linker: Linker, corpus: Corpus, options: Options) -> None:
        self.linker = linker
        self.corpus = corpus
        self.options = options
        self._listed: dict[str, frozenset[str]] = {}
        self._ids: set[str] = set()

    def propose(self, jobs: int) -> Patch:
        spellings = self.corpus.spellings
        unlinked = [key for key, spelling in spellings.items() if not spelling.links]
        surveyor = Surveyor(self.linker, self.corpus)
        surveyed = surveyor.survey(unlinked, jobs=jobs)
        aliases = [p for key in spellings if (p := self._linked(key, surveyor)) is not None]
        unlinked = list(self._without_doubles(unlinked, surveyed))
        rest: list[str] = []
        for key in unlinked:
            if (near := self._alias_of(spellings[key], surveyed[key])) is None:
                if self._may_be_new(spellings[key], surveyed[key]):
                    rest.append(key)
            elif not self._is_listed(near.id, key):
                aliases.append(self._alias(key, near, surveyed[key]))
        clusters = [c for c in self._clusters(rest) if self._is_new(c)]
        blocked = [b for cluster in clusters for b in self._blocks(cluster, surveyed)]
        entities = [e for cluster in clusters if (e := self._entity(cluster, surveyed)) is not None]
        return Patch(tuple(sorted(aliases, key=self._order)), tuple(blocked), tuple(entities))

    def _order(self, proposal: AliasProposal) -> tuple[object, ...]:
        note = proposal.note
        return (
            note.decision != "accept",
            note.why.startswith(_LINKED),
            proposal.entity,
            -(note.count or 0),
            proposal.alias.text,
        )

    # -- aliases ----------------------------------------------------------------------------------------------------

    def _linked(self, key: str, surveyor: Surveyor) -> AliasProposal | None:
        """A spelling that the linker links by rule, under the entity that it mostly means."""
        spelling = self.corpus.spellings[key]
        if not spelling.links:
            return None
        entity, _ = min(spelling.links.items(), key=lambda item: (-item[1], item[0]))
        score = spelling.scores[entity]
        if self._is_listed(entity, key) or (score >= SURE and not self.options.linked):
            return None
        supported = surveyor.is_supported(entity, key)
        given = len(spelling.content) == 1 and spelling.content[0].role == "given"
        if score < SURE and given and self._is_person(entity):
            return None  # any Mike, for want of the one who is meant
        why = f"{_LINKED}{spelling.reasons[entity]}"
        several = len(spelling.links) > 1
        if several:
            why += f"; also linked to {', '.join(sorted(set(spelling.links) - {entity}))}"
        # What only the text round it decided must not decide alone once it is listed.
        weak = several or entity in spelling.leaning
        near = Nearness([Near(e, spelling.scores[e], "") for e in spelling.links if e != entity])
        decision: Decision = "accept" if score < SURE and supported and not weak else "open"
        note = self._note(spelling, decision, why, score, near)
        return AliasProposal(entity, self._alias_record(spelling, entity, weak=weak), note)

    def _is_person(self, entity_id: str) -> bool:
        entity = self.linker.gazetteer.get(entity_id)
        return entity is not None and entity_class(entity.type) == "PERSON"

    def _alias(self, key: str, near: Near, nearness: Nearness) -> AliasProposal:
        spelling = self.corpus.spellings[key]
        decision: Decision = "accept" if near.score >= _ACCEPT and near.supported else "open"
        others = Nearness([item for item in nearness.near if item.id != near.id])
        note = self._note(spelling, decision, near.why, near.score, others)
        return AliasProposal(near.id, self._alias_record(spelling, near.id), note)

    def _alias_of(self, spelling: Spelling, nearness: Nearness) -> Near | None:
        """The entity that a spelling is proposed for; a longer name must name another entity than the one inside it."""
        best = nearness.best
        if best is None or best.score < (_OPEN if best.supported else _UNSUPPORTED) or nearness.margin < _MARGIN:
            return None
        return None if best.id in spelling.inside else best

    def _alias_record(self, spelling: Spelling, entity_id: str, *, weak: bool = False) -> Alias:
        entity = self.linker.gazetteer.get(entity_id)
        kind = spelling.kind if spelling.kind != "word" else "name"
        if kind == "name" and entity is not None:
            if entity_class(entity.type) == "PERSON" and len(spelling.content) == 1:
                kind = "surname"
            elif script_of(spelling.text) != script_of(entity.name):
                kind = "native"
        return Alias(spelling.text, kind=kind, strength="weak" if weak else "strong")

    def _is_listed(self, entity_id: str, key: str) -> bool:
        """Whether the gazetteer says already what this spelling is to the entity, or somebody decided it."""
        if entity_id not in self._listed:
            self._listed[entity_id] = listed_keys(self.linker, entity_id)
        return key in self._listed[entity_id] or (entity_id, key) in self.options.decided

    def _without_doubles(self, keys: Sequence[str], surveyed: dict[str, Nearness]) -> Iterator[str]:
        """Of a name with and without its small type word (Sumy region), the one that says more."""
        dropped: set[str] = set()
        for key in keys:
            spelling = self.corpus.spellings[key]
            if not spelling.shorter or spelling.shorter not in surveyed:
                continue
            short = self.corpus.spellings[spelling.shorter]
            long_score, short_score = (
                n.best.score if n.best else 0.0 for n in (surveyed[key], surveyed[spelling.shorter])
            )
            if max(long_score, short_score) >= _OPEN:
                dropped.add(key if short_score > long_score else spelling.shorter)
            else:
                placed = type_of_words(spelling.content) == "PLACE" and spelling.count == short.count
                dropped.add(spelling.shorter if placed else key)
        return (key for key in keys if key not in dropped)

    # -- new entities -----------------------------------------------------------------------------------------------

    def _may_be_new(self, spelling: Spelling, nearness: Nearness) -> bool:
        """Whether a spelling may name something new: with a word of its own besides a name that is linked already.

        What is near to several entities at once is ambiguous, and not new.
        """
        several = nearness.best is not None and nearness.best.score >= _ACCEPT and nearness.margin < _MARGIN
        if spelling.kind in ("handle", "domain") or several:
            return False
        if not spelling.inside:
            return True
        inside = {u.phrase for e in spelling.inside for u in self._words_of(e)}
        own = [u for u in spelling.content if u.capitalised and u.words[0].shape != "number" and u.phrase not in inside]
        return any(u.role in ("core", "given") for u in own) and spelling.count >= self.options.min_count

    def _words_of(self, entity_id: str) -> Iterator[Unit]:
        entity = self.linker.gazetteer.get(entity_id)
        for text in (entity.name, *(a.text for a in entity.aliases)) if entity is not None else ():
            yield from parse(text).units

    def _clusters(self, keys: Sequence[str]) -> list[list[Spelling]]:
        """Spellings of one name together: those that compare as the same, case forms with the one base form that they
        can have, and surnames with the one full name."""
        spellings = [self.corpus.spellings[key] for key in keys]
        group = list(range(len(spellings)))

        def root(n: int) -> int:
            while group[n] != n:
                n = group[n]
            return n

        by_bone: dict[str, list[int]] = {}
        for n, spelling in enumerate(spellings):
            for bone in sorted(skeletons(spelling.name.units)):
                for other in by_bone.get(bone, ()):
                    if root(other) != root(n) and likeness(spelling.text, spellings[other].text, None)[0] >= _SAME:
                        group[max(root(n), root(other))] = min(root(n), root(other))
                by_bone.setdefault(bone, []).append(n)
        declined = bases(spellings)
        # Once more for forms whose base forms are one name by now: Каверину of Каверина, which is of Каверин.
        for _ in range(2):
            for n, of in enumerate(declined):
                if len(homes := {root(m) for m in of}) == 1:
                    home = homes.pop()
                    group[max(root(n), home)] = min(root(n), home)
        found: dict[int, list[Spelling]] = {}
        for n, spelling in enumerate(spellings):
            found.setdefault(root(n), []).append(spelling)
        for spelling in spellings:
            for full in spelling.declared:
                self._join(found, spelling, full)
            if len(spelling.content) == 1 and (whole := self._surname_of(spelling, spellings)):
                self._join(found, spelling, whole)
        return list(found.values())

    def _surname_of(self, short: Spelling, spellings: Sequence[Spelling]) -> str | None:
        """The key of the one full name whose surname a single word is; people of one family leave it open."""
        bones = skeletons(short.content)
        full = [
            s
            for s in spellings
            if is_full_name(s)
            and bones & skeletons(s.content[-1:])
            and likeness(short.text, s.content[-1].words[0].text, "PERSON")[0] >= _SAME
        ]
        return full[0].key if len(full) == 1 else None

    def _join(self, clusters: dict[int, list[Spelling]], short: Spelling, full: str) -> None:
        """Put a declared acronym or a surname to its full name."""
        home = next((n for n, c in clusters.items() if any(s.key == full for s in c)), None)
        here = next((n for n, c in clusters.items() if short in c), None)
        if home is not None and here is not None and home != here:
            clusters[home] += clusters.pop(here)

    def _is_new(self, cluster: Sequence[Spelling]) -> bool:
        return any(is_full_name(s) for s in cluster) or sum(s.count for s in cluster) >= self.options.min_count

    def _entity(self, cluster: Sequence[Spelling], surveyed: dict[str, Nearness]) -> EntityProposal | None:
        head = head_of(cluster)
        if ("", head.key) in self.options.decided:
            return None
        kind = type_guess(cluster)
        entity = Entity(
            self._new_id(kind, head.text),
            kind,
            head.text,
            tuple(Alias(s.text, kind=kind_beside(s, head, kind)) for s in cluster if s is not head),
        )
        nearness = surveyed[head.key]
        why = "no entity of the gazetteer is near" if not nearness.near else "the nearest entities are too far"
        if kind == UNKNOWN:
            why += "; the type could not be guessed"
        note = self._note(head, "open", why, None, nearness, others=[s for s in cluster if s is not head])
        return EntityProposal(entity, note)

    def _new_id(self, kind: str, name: str) -> str:
        slug = "-".join(re.findall(r"[a-z0-9]+", latinise(name).lower())) or "name"
        wanted, number = f"{kind.lower()}:{slug}", 2
        while wanted in self._ids or self.linker.gazetteer.get(wanted) is not None:
            wanted, number = f"{kind.lower()}:{slug}-{number}", number + 1
        self._ids.add(wanted)
        return wanted

    # -- blocked forms ----------------------------------------------------------------------------------------------

    def _blocks(self, cluster: Sequence[Spelling], surveyed: dict[str, Nearness]) -> Iterator[BlockProposal]:
        """Names of somebody else who shares a surname, or of the same institution of another country."""
        for spelling in cluster:
            if spelling.count < self.options.min_count:
                continue
            for entity_id, evidence in sorted(surveyed[spelling.key].contrary.items()):
                entity = self.linker.gazetteer.get(entity_id)
                if entity is None or self._is_listed(entity_id, spelling.key):
                    continue
                if evidence.feature != "other_surname" and _is_near_miss(spelling, entity, evidence.feature):
                    why = evidence.detail or _CONTRARY_WORDS[evidence.feature]
                    note = self._note(spelling, "open", f"near {entity.name}, but {why}", None, Nearness())
                    yield BlockProposal(entity_id, spelling.text, note)

    # -- notes ------------------------------------------------------------------------------------------------------

    def _note(
        self,
        spelling: Spelling,
        decision: Decision,
        why: str,
        score: float | None,
        nearness: Nearness,
        others: Collection[Spelling] = (),
    ) -> Note:
        texts = {number for s in (spelling, *others) for number in s.texts}
        contexts = [*spelling.contexts, *(c for s in others for c in s.contexts)]
        return Note(
            decision=decision,
            source=self.corpus.names[min(spelling.texts)],
            date=self.options.date,
            why=why,
            score=None if score is None else round(score, 3),
            count=spelling.count + sum(s.count for s in others),
            documents=len(texts),
            contexts=tuple(dict.fromkeys(contexts))[:_NEAREST],
            nearest={item.id: round(item.score, 3) for item in nearness.near[:_NEAREST]},
        )


_LINKED = "linked by rule: "
_CONTRARY_WORDS = {
    "other_given": "another given name",
    "other_father": "another father's name",
    "other_gender": "a man's and a woman's name",
    "other_country": "another country",
}


def _is_near_miss(spelling: Spelling, entity: Entity, feature: str) -> bool:
    """Whether all but what contradicts agrees: the surname of people, the ideas of institutions."""
    theirs = parse(entity.name).units
    if entity_class(entity.type) == "PERSON":
        surnames = skeletons(spelling.content[-1:]), skeletons(theirs[-1:])
        return is_full_name(spelling) and bool(surnames[0] & surnames[1])
    ours = {c for u in spelling.content for c in u.concepts}
    return feature == "other_country" and bool(ours) and ours == {c for u in theirs for c in u.concepts}
