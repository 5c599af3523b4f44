"""One name among millions: candidates from the arrays, compared in full, competing with each other and with NIL.

The cascade: a name spelled like an alias is that entity; otherwise the aliases that `Searcher.reach` finds are compared
by `entitynorm.evidence` and weighed by the learned scorer. Everything is a function of the name, its candidates and the
gazetteer; batches only share work.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from entitynorm.evidence import INDEX, Compared, Side, compare_names, make_side
from entitynorm.features import EntityFacts
from entitynorm.learned import LearnedScorer, compete
from entitynorm.model import Candidate, Entity, Evidence
from entitynorm.names.background import rarity_in
from entitynorm.names.pairing import Match
from entitynorm.names.similarity import SOUND, TYPO, word_similarity
from entitynorm.names.structure import Name, parse
from entitynorm.names.types import entity_class
from entitynorm.names.words import ROMANISATION
from entitynorm.retrieval.build import name_key
from entitynorm.retrieval.index import NameIndex
from entitynorm.retrieval.search import Reached, Searcher
from entitynorm.scoring import IDENTITY, VETO, probability

MOST_CANDIDATES = 10
_FACT_ALIASES = 8
_ENTITIES_KEPT = 8_192
_ALIASES_KEPT = 32_768
_STATISTICS_FROM = 1_000
"""Aliases below which a gazetteer's own word frequencies are chance."""
_PROMINENT = 10


@dataclass(frozen=True, slots=True)
class _Known:
    """What is worked out once of an entity."""

    entity: Entity
    kind: str
    facts: EntityFacts
    blocked: frozenset[str]
    blocked_words: tuple[Name, ...]


@dataclass(slots=True)
class _Scored:
    """An entity as a candidate for one name, through its best alias."""

    entity: int
    alias: str
    log_odds: float
    compared: Compared | None
    query: Side | None
    target: Side | None


class Resolver:
    """Candidates for names over one index."""

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
            big = self.index.aliases >= _STATISTICS_FROM
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
            kind=entity_class(entity.type),
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

    def _is_blocked(self, name: Name, key: str, known: _Known) -> bool:
        """Whether an entity must never take this surface form, its case forms or its other romanisations."""
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

    def candidates(
        self, names: Sequence[str], entity_type: str | None = None
    ) -> list[tuple[list[Candidate], bool]]:
        """For each name its candidates, best first, and whether an entity blocks the name."""
        keys = [name_key(name) for name in names]
        exact = self.index.lookup_many("exact", keys)
        out: list[tuple[list[Candidate], bool]] = [([], False)] * len(names)
        open_names: list[int] = []
        for n, aliases in enumerate(exact):
            same = self._identical(aliases, keys[n], entity_type) if aliases else []
            if same:
                out[n] = (same, False)
            else:
                open_names.append(n)
        for n, reached in zip(open_names, self._searcher.reach([names[n] for n in open_names]), strict=True):
            out[n] = self._compare(names[n], keys[n], reached, entity_type)
        return out

    def _fits(self, number: int, wanted: str | None) -> bool:
        if wanted is None:
            return True
        found = self.index.entity_type(number)
        return found == wanted or entity_class(found) == entity_class(wanted)

    def _identical(self, aliases: Sequence[int], key: str, wanted: str | None) -> list[Candidate]:
        """The entities whose strong alias a name is, if its fold is all that had to be looked at."""
        found: dict[int, int] = {}
        for alias in aliases:
            number = self.index.entity_of(alias)
            if not self._fits(number, wanted):
                continue
            text = self.index.alias_text(alias)
            if name_key(text) != key:
                continue  # another name of the same hash
            if self.index.is_weak(alias):
                return []  # declared not to decide alone: the whole comparison has to
            found.setdefault(number, alias)
        out = []
        weights = {number: self.index.weight(number) for number in found} if len(found) > 1 else {}
        for number, alias in found.items():
            items = [Evidence("identical", 1.0, IDENTITY, f"spelled like the alias {self.index.alias_text(alias)!r}")]
            items += _prominence(number, weights)
            out.append(self._candidate(number, self.index.alias_text(alias), tuple(items)))
        out.sort(key=lambda c: (-c.score, c.id))
        return out[:MOST_CANDIDATES]

    def _candidate(self, number: int, alias: str, evidence: tuple[Evidence, ...]) -> Candidate:
        index = self.index
        return Candidate(
            index.entity_id(number),
            index.entity_name(number),
            index.entity_type(number),
            probability(evidence),
            alias,
            evidence,
        )

    def _compare(
        self, text: str, key: str, reached: Sequence[Reached], wanted: str | None
    ) -> tuple[list[Candidate], bool]:
        name = parse(text)
        scored = self.scored(name, reached, wanted)
        blocked = False
        kept: list[_Scored] = []
        for one in scored:
            if self._is_blocked(name, key, self._known(one.entity)):
                blocked = True
            else:
                kept.append(one)
        self._prominence(kept)
        kept.sort(key=lambda s: (-s.log_odds, s.entity))
        kept = kept[:MOST_CANDIDATES]
        against = compete([s.log_odds for s in kept])
        out = [self._explained(s, rival) for s, rival in zip(kept, against, strict=True)]
        out.sort(key=lambda c: (-c.score, c.id))
        return out, blocked

    def examine(self, names: Sequence[str]) -> list[list[_Scored]]:
        """For each name every entity reached, compared but not decided: what a scorer is fitted on."""
        out = []
        for name, reached in zip(names, self._searcher.reach(names), strict=True):
            scored = self.scored(parse(name), reached, None)
            self._prominence(scored)
            out.append(scored)
        return out

    def kind_of(self, entity: int) -> str:
        """The class of an entity's type."""
        return self._known(entity).kind

    def scored(self, name: Name, reached: Sequence[Reached], wanted: str | None) -> list[_Scored]:
        """Every entity reached, with the log-odds of its best alias."""
        best: dict[int, _Scored] = {}
        queries: dict[str, Side] = {}
        acronyms = {self.index.entity_of(r.alias) for r in reached if r.how == "acronym"}
        for hit in reached:
            number = self.index.entity_of(hit.alias)
            if not self._fits(number, wanted):
                continue
            known = self._known(number)
            policy = self.index.policy(hit.alias)
            if policy == "off" and hit.how not in ("exact", "squeezed"):
                continue
            query = queries.get(known.kind)
            if query is None:
                query = queries[known.kind] = make_side(name, known.kind, self.rarity, surface=True)
            target = self._side(hit.alias, known.kind)
            compared = compare_names(
                query, target, known.facts, owners=len(acronyms), weak=self.index.is_weak(hit.alias)
            )
            if policy == "key" and any(_slipped(m) for m in compared.pairing.matches):
                continue
            log_odds = self.scorer.log_odds(compared.values, known.kind)
            held = best.get(number)
            if held is None or log_odds > held.log_odds:
                best[number] = _Scored(number, target.name.text, log_odds, compared, query, target)
        return list(best.values())

    def _prominence(self, scored: list[_Scored]) -> None:
        """Let the less prominent of the candidates that are alike say so."""
        weights = {s.entity: self.index.weight(s.entity) for s in scored}
        most = max((w for w in weights.values() if w), default=0.0)
        if most <= 0:
            return
        position = INDEX["less_prominent"]
        for one in scored:
            weight = weights[one.entity]
            if weight is None or one.compared is None:
                continue
            behind = min(1.0, math.log10(most / max(weight, 1e-3)) / 4) if weight < most else 0.0
            if behind > 0:
                values = list(one.compared.values)
                values[position] = behind
                one.compared = Compared(tuple(values), one.compared.pairing)
                one.log_odds = self.scorer.log_odds(one.compared.values, self._known(one.entity).kind)

    def _explained(self, scored: _Scored, rivals: float) -> Candidate:
        assert scored.compared is not None
        assert scored.query is not None
        assert scored.target is not None
        kind = self._known(scored.entity).kind
        items = evidence_of(self.scorer, scored.compared, scored.query, scored.target, kind)
        items.append(Evidence("rivals", max(rivals, 1e-9), -1.0, "what speaks for other candidates and for none"))
        return self._candidate(scored.entity, scored.alias, tuple(items))


def _slipped(match: Match) -> bool:
    return match.similarity.kind in (SOUND, TYPO)


def _prominence(number: int, weights: dict[int, float | None]) -> list[Evidence]:
    if len(weights) < 2 or any(w is None for w in weights.values()):
        return []
    ranked = sorted((w or 0.0 for w in weights.values()), reverse=True)
    if ranked[0] < _PROMINENT * ranked[1] or ranked[0] <= 0 or weights[number] == ranked[0]:
        return []
    return [Evidence("less_prominent", 1.0, -5.0, f"a namesake is {_PROMINENT} times as prominent or more")]


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


__all__ = ["MOST_CANDIDATES", "Resolver", "VETO", "evidence_of"]
