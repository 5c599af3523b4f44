"""One name among millions: candidates from the arrays, compared in full, competing with each other and with NIL.

The cascade: a name spelled like an alias is that entity; otherwise the aliases that `Searcher.reach` finds are compared
by `entitynorm.evidence` and weighed by the learned scorer. Everything is a function of the name, its candidates and the
gazetteer; batches only share work.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from entitynorm.evidence import INDEX, Compared, Side, compare_names, make_side
from entitynorm.features import EntityFacts
from entitynorm.learned import LearnedScorer, compete
from entitynorm.model import Candidate, Entity, Evidence
from entitynorm.names.background import rarity_in
from entitynorm.names.pairing import Match, word_pairs
from entitynorm.names.similarity import SOUND, TYPO, prime, word_similarity
from entitynorm.names.structure import Name, parse
from entitynorm.names.types import entity_class
from entitynorm.names.words import ROMANISATION, Word
from entitynorm.retrieval.build import name_key
from entitynorm.retrieval.index import NameIndex
from entitynorm.retrieval.search import Reached, Searcher
from entitynorm.scoring import IDENTITY, VETO, probability

MOST_CANDIDATES = 10
_FACT_ALIASES = 8
_ENTITIES_KEPT = 8_192
_ALIASES_KEPT = 32_768
FEW = 1_000
"""Aliases below which a gazetteer's own word frequencies are chance, and what it lacks is likelier."""
_PROMINENT = 10


@dataclass(frozen=True, slots=True)
class _Known:
    """What is worked out once of an entity."""

    entity: Entity
    facts: EntityFacts
    blocked: frozenset[str]
    blocked_words: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class _Task:
    """A surface form and an alias to be compared."""

    alias: int
    entity: int
    query: Side
    target: Side
    owners: int


@dataclass(slots=True)
class Scored:
    """An entity as a candidate for one name, through its best alias."""

    layer: Layer
    entity: int
    alias: str
    log_odds: float
    compared: Compared
    query: Side
    target: Side


class Layer:
    """One index with its entities: what a name reaches in it, compared but not yet competing."""

    def __init__(self, index: NameIndex, entity_at: Callable[[int], Entity], scorer: LearnedScorer) -> None:
        self.index = index
        self.scorer = scorer
        self._entity_at = entity_at
        self._searcher = Searcher(index)
        self._known = lru_cache(maxsize=_ENTITIES_KEPT)(self._learn)
        self._side = lru_cache(maxsize=_ALIASES_KEPT)(self._make_side)
        self._rarities: dict[str, float] = {}

    # -- what is known of names and entities ----------------------------------------------------------------------

    def rarity(self, fold: str) -> float:
        """How rare a folded word is among names, in [0.15, 1]; a small gazetteer's own counts are left out."""
        found = self._rarities.get(fold)
        if found is None:
            if len(self._rarities) > _ALIASES_KEPT:
                self._rarities.clear()
            big = self.index.aliases >= FEW
            own = self.index.frequency(fold) if big else 0
            found = self._rarities[fold] = rarity_in(fold, own, self.index.aliases if big else 0)
        return found

    def _learn(self, number: int) -> _Known:
        entity = self._entity_at(number)
        aliases = self.index.aliases_of(number)[:_FACT_ALIASES]
        names = [parse(self.index.alias_text(a)) for a in aliases if not self.index.is_weak(a)]
        units = [u for name in names for u in name.units]
        countries = {c for name in names if len(name.units) > 1 or len(name.text) > 4 for u in name.units for c in u.countries}
        for ancestor in self._ancestors(entity):
            for unit in parse(ancestor.name).units:
                countries |= unit.countries
        words = tuple(n for form in entity.blocked if len((n := parse(form)).units) == 1)
        return _Known(
            entity=entity,
            facts=EntityFacts(
                countries=frozenset(countries),
                given=frozenset(g for u in units for g in u.given),
                concepts=frozenset(c for u in units for c in u.concepts),
                types=frozenset(t for u in units for t in u.types),
            ),
            blocked=frozenset(map(name_key, entity.blocked)),
            blocked_words=words,
        )

    def _ancestors(self, entity: Entity) -> list[Entity]:
        out: list[Entity] = []
        waiting = [p for p in (entity.located_in, entity.part_of) if p]
        seen = {entity.id}
        while waiting and len(out) < 8:
            parent = waiting.pop(0)
            number = None if parent in seen else self.index.find_entity(parent)
            seen.add(parent)
            if number is not None:
                found = self._entity_at(number)
                out.append(found)
                waiting += [p for p in (found.located_in, found.part_of) if p]
        return out

    def _make_side(self, alias: int, kind: str) -> Side:
        return make_side(parse(self.index.alias_text(alias)), kind, self.rarity)

    def is_blocked(self, name: Name, key: str, entity: int) -> bool:
        """Whether an entity must never take this surface form, its case forms or its other romanisations."""
        known = self._known(entity)
        if not known.blocked:
            return False
        if key in known.blocked:
            return True
        if len(name.units) != 1 or len(name.units[0].words) != 1:
            return False
        own = parse(known.entity.name)
        word = name.units[0].words[0]
        for blocked in known.blocked_words:
            other = blocked.units[0].words[0]
            if word_similarity(word, other).kind in (ROMANISATION, "inflection"):
                names = [u.words[0] for u in own.units if len(u.words) == 1]
                if not any(word_similarity(word, w).value >= 0.9 for w in names):
                    return True
        return False

    # -- candidates ----------------------------------------------------------------------------------------------

    def _fits(self, number: int, wanted: str | None) -> bool:
        if wanted is None:
            return True
        found = self.index.entity_type(number)
        return found == wanted or entity_class(found) == entity_class(wanted)

    def identical(self, keys: Sequence[str], wanted: str | None) -> list[dict[int, int] | None]:
        """For each name key the entities whose strong alias it is, each with that alias.

        None where the gazetteer declares the name weak: then it does not decide alone, and has to be compared.
        """
        found = self.index.lookup_many("exact", keys)
        return [self._identical(a, k, wanted) if a else {} for a, k in zip(found, keys, strict=True)]

    def _identical(self, aliases: Sequence[int], key: str, wanted: str | None) -> dict[int, int] | None:
        found: dict[int, int] = {}
        for alias in aliases:
            number = self.index.entity_of(alias)
            if not self._fits(number, wanted):
                continue
            text = self.index.alias_text(alias)
            if name_key(text) != key:
                continue  # another name of the same hash
            if self.index.is_weak(alias):
                return None
            found.setdefault(number, alias)
        return found

    def candidate(self, number: int, alias: str, evidence: tuple[Evidence, ...]) -> Candidate:
        index = self.index
        return Candidate(
            index.entity_id(number),
            index.entity_name(number),
            index.entity_type(number),
            probability(evidence),
            alias,
            evidence,
        )

    def examine(self, names: Sequence[str]) -> list[list[Scored]]:
        """For each name every entity reached, compared but not decided: what a scorer is fitted on."""
        out = self.scored(names, None)
        for some in out:
            prominence(some)
        return out

    def scored(self, names: Sequence[str], wanted: str | None) -> list[list[Scored]]:
        """For each name every entity reached, with the log-odds of its best alias."""
        reached = self._searcher.reach(names)
        tasks: list[list[_Task]] = []
        pairs: dict[tuple[Word, Word], None] = {}
        for text, hits in zip(names, reached, strict=True):
            tasks.append(list(self._tasks(parse(text), hits, wanted)))
            for task in tasks[-1]:
                pairs.update(dict.fromkeys(word_pairs(task.query.units, task.target.units)))
        prime(pairs)
        return [self._best(some) for some in tasks]

    def compared(self, name: Name, reached: Sequence[Reached]) -> list[Scored]:
        """The entities of these aliases for one name."""
        return self._best(list(self._tasks(name, reached, None)))

    def _tasks(self, name: Name, reached: Sequence[Reached], wanted: str | None) -> Iterator[_Task]:
        if not name.units:
            return  # nothing to compare but the spelling, which `reach` has looked up
        queries: dict[str, Side] = {}
        owners = len({self.index.entity_of(r.alias) for r in reached if r.how == "acronym"})
        for hit in reached:
            number = self.index.entity_of(hit.alias)
            if not self._fits(number, wanted):
                continue
            if self.index.policy(hit.alias) == "off" and hit.how not in ("exact", "squeezed"):
                continue
            kind = entity_class(self.index.entity_type(number))
            query = queries.get(kind)
            if query is None:
                query = queries[kind] = make_side(name, kind, self.rarity, surface=True)
            yield _Task(hit.alias, number, query, self._side(hit.alias, kind), owners)

    def _best(self, tasks: Sequence[_Task]) -> list[Scored]:
        best: dict[int, Scored] = {}
        for task in tasks:
            known = self._known(task.entity)
            weak = self.index.is_weak(task.alias)
            few = self.index.aliases < FEW
            compared = compare_names(task.query, task.target, known.facts, owners=task.owners, weak=weak, few=few)
            if self.index.policy(task.alias) == "key" and any(_slipped(m) for m in compared.pairing.matches):
                continue
            log_odds = self.scorer.log_odds(compared.values, task.target.kind)
            held = best.get(task.entity)
            if held is None or log_odds > held.log_odds:
                best[task.entity] = Scored(
                    self, task.entity, task.target.name.text, log_odds, compared, task.query, task.target
                )
        return list(best.values())

    def explained(self, scored: Scored, rivals: float) -> Candidate:
        """A candidate with its evidence; ``rivals`` is what speaks against it (see `entitynorm.learned.compete`)."""
        items = evidence_of(self.scorer, scored.compared, scored.query, scored.target, scored.target.kind)
        items.append(Evidence("rivals", max(rivals, 1e-9), -1.0, "what speaks for other candidates and for none"))
        return self.candidate(scored.entity, scored.alias, tuple(items))


def _slipped(match: Match) -> bool:
    return match.similarity.kind in (SOUND, TYPO)


def prominence(scored: Sequence[Scored]) -> None:
    """Let the less prominent of the candidates for one name say so."""
    weights = [s.layer.index.weight(s.entity) for s in scored]
    most = max((w for w in weights if w), default=0.0)
    if most <= 0:
        return
    position = INDEX["less_prominent"]
    for one, weight in zip(scored, weights, strict=True):
        if weight is not None and weight < most:
            values = list(one.compared.values)
            values[position] = min(1.0, math.log10(most / max(weight, 1e-3)) / 4)
            one.compared = Compared(tuple(values), one.compared.pairing)
            one.log_odds = one.layer.scorer.log_odds(one.compared.values, one.target.kind)


def _overshadowed(weights: Sequence[float | None], mine: float | None) -> list[Evidence]:
    """Evidence that a namesake of the very same spelling is far more prominent."""
    if len(weights) < 2 or any(w is None for w in weights):
        return []
    ranked = sorted((w or 0.0 for w in weights), reverse=True)
    if ranked[0] < _PROMINENT * ranked[1] or ranked[0] <= 0 or mine == ranked[0]:
        return []
    return [Evidence("less_prominent", 1.0, -5.0, f"a namesake is {_PROMINENT} times as prominent or more")]


class Resolver:
    """Candidates for names over layers of gazetteers; an entity of a later layer hides an earlier one of its id."""

    def __init__(self, layers: Sequence[Layer], scorer: LearnedScorer) -> None:
        self.layers = tuple(layers)
        self.scorer = scorer

    def _hidden(self, level: int, entity: int) -> bool:
        later = self.layers[level + 1 :]
        if not later:
            return False
        own = self.layers[level].index.entity_id(entity)
        return any(layer.index.find_entity(own) is not None for layer in later)

    def candidates(self, names: Sequence[str], wanted: str | None = None) -> list[tuple[list[Candidate], bool]]:
        """For each name its candidates, best first, and whether an entity blocks the name.

        ``wanted`` keeps the entities of one type. A name spelled like a strong alias is not compared any further.
        """
        keys = [name_key(name) for name in names]
        same = [layer.identical(keys, wanted) for layer in self.layers]
        out: list[tuple[list[Candidate], bool]] = [([], False)] * len(names)
        unsettled: list[int] = []
        for n in range(len(names)):
            found = [layer[n] for layer in same]
            settled = [] if any(f is None for f in found) else self._settled([f or {} for f in found])
            if settled:
                out[n] = (settled, False)
            else:
                unsettled.append(n)
        texts = [names[n] for n in unsettled]
        scored = [layer.scored(texts, wanted) for layer in self.layers] if texts else []
        for k, n in enumerate(unsettled):
            out[n] = self._ranked(texts[k], keys[n], [some[k] for some in scored])
        return out

    def nearest(self, name: str, entity_id: str) -> Candidate | None:
        """An entity that is no candidate for a name, compared all the same; None for one without a comparable name."""
        for layer in reversed(self.layers):
            number = layer.index.find_entity(entity_id)
            if number is not None:
                hits = [Reached(alias, 0.0, "asked") for alias in layer.index.aliases_of(number)]
                scored = layer.compared(parse(name), hits)
                if not scored:
                    return None
                blocked = layer.is_blocked(parse(name), name_key(name), number)
                candidate = layer.explained(scored[0], compete([scored[0].log_odds])[0])
                if blocked:
                    veto = Evidence("veto", 1.0, VETO, f"{name!r} is blocked for this entity")
                    candidate = replace(candidate, score=0.0, evidence=(*candidate.evidence, veto))
                return candidate
        return None

    def _settled(self, found: Sequence[dict[int, int]]) -> list[Candidate]:
        kept = [
            (layer, entity, alias)
            for level, (layer, some) in enumerate(zip(self.layers, found, strict=True))
            for entity, alias in some.items()
            if not self._hidden(level, entity)
        ]
        weights = [layer.index.weight(entity) for layer, entity, _ in kept] if len(kept) > 1 else [None]
        out = []
        for (layer, entity, alias), mine in zip(kept, weights, strict=False):
            text = layer.index.alias_text(alias)
            items = [Evidence("identical", 1.0, IDENTITY, f"spelled like the alias {text!r}")]
            out.append(layer.candidate(entity, text, (*items, *_overshadowed(weights, mine))))
        out.sort(key=lambda c: (-c.score, c.id))
        return out[:MOST_CANDIDATES]

    def _ranked(self, text: str, key: str, scored: Sequence[Sequence[Scored]]) -> tuple[list[Candidate], bool]:
        name = parse(text)
        blocked = False
        kept: list[Scored] = []
        for level, some in enumerate(scored):
            for one in some:
                if self._hidden(level, one.entity):
                    continue
                if one.layer.is_blocked(name, key, one.entity):
                    blocked = True
                else:
                    kept.append(one)
        prominence(kept)
        kept.sort(key=lambda s: (-s.log_odds, s.layer.index.entity_id(s.entity)))
        kept = kept[:MOST_CANDIDATES]
        against = compete([s.log_odds for s in kept])
        out = [s.layer.explained(s, rivals) for s, rivals in zip(kept, against, strict=True)]
        out.sort(key=lambda c: (-c.score, c.id))
        return out, blocked


def evidence_of(scorer: LearnedScorer, compared: Compared, query: Side, target: Side, kind: str) -> list[Evidence]:
    """The features that decided, each with its contribution: their replay is the score."""
    details = _details(compared, query, target)
    out = []
    for (feature, position), value, contribution in zip(
        INDEX.items(), compared.values, scorer.contributions(compared.values, kind), strict=True
    ):
        del position
        if value:
            out.append(Evidence(feature, value, contribution / value, details.get(feature, "")))
    return out


def _details(compared: Compared, query: Side, target: Side) -> dict[str, str]:
    pairing = compared.pairing
    answered = "; ".join(f"{m.similarity.kind} {m.similarity.detail}" for m in pairing.matches)
    extra = ", ".join(query.units[i].phrase for i in pairing.extra)
    missing = ", ".join(target.units[j].phrase for j in pairing.missing)
    return {
        "base": f"compared with {target.name.text!r}",
        "covered": answered,
        "extra": f"not in the alias: {extra}",
        "missing": f"not in the surface form: {missing}",
        "both": f"{extra} against {missing}",
        "acronym": f"{query.plain} and {target.name.text!r}",
    }

