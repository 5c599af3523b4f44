"""Candidate generation and ranking: from a parsed surface form to scored entities."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from entitynorm.features import IndexedAlias, acronym_evidence, gather
from entitynorm.index import Index
from entitynorm.model import Candidate, Entity, Evidence
from entitynorm.names.structure import Name, Unit
from entitynorm.names.types import entity_class
from entitynorm.scoring import Scorer, is_ambiguous, probability

MOST_ALIASES = 64
"""Aliases compared in full for one surface form."""
MOST_CANDIDATES = 10
PROMINENT = 10
"""How many times the ``weight`` of every namesake an entity needs to win by prominence alone."""


def reachable(index: Index, units: Sequence[Unit], name: Name | None) -> list[IndexedAlias]:
    """The aliases worth comparing: those that share the weightiest words, at most `MOST_ALIASES`."""
    covered: dict[int, dict[int, float]] = defaultdict(dict)
    for unit in units:
        for number, js in index.hits(unit).items():
            for j in js:
                covered[number][j] = index.aliases[number].weights[j]
    ranked = sorted(
        covered, key=lambda n: (-sum(covered[n].values()) / index.aliases[n].total, -sum(covered[n].values()), n)
    )
    chosen = dict.fromkeys(ranked[:MOST_ALIASES])
    if name is not None:
        chosen.update(dict.fromkeys(index.exact.get(name.exact, ())))
        chosen.update(dict.fromkeys(index.squeezed.get(name.squeezed, ())))
    return [index.aliases[n] for n in chosen]


def score_alias(
    index: Index, units: Sequence[Unit], name: Name | None, target: IndexedAlias, scorer: Scorer
) -> tuple[float, list[Evidence]]:
    """One alias against a surface form, the entity's blocked forms included."""
    evidence = gather(units, target, index.facts[target.entity.id], scorer, whole=name)
    if name is not None and evidence[0].feature != "identical" and target.entity.id in index.blocking(name):
        evidence.append(scorer.evidence("veto", 1.0, f"{name.text!r} is blocked for this entity"))
    return probability(evidence), evidence


def _of_type(entity: Entity, wanted: str | None) -> bool:
    return wanted is None or entity.type == wanted or entity_class(entity.type) == entity_class(wanted)


def rank(
    index: Index,
    units: Sequence[Unit],
    name: Name | None,
    scorer: Scorer,
    *,
    entity_type: str | None = None,
    aliases: Sequence[IndexedAlias] | None = None,
    most: int = MOST_CANDIDATES,
) -> list[Candidate]:
    """Entities that the surface form may name, best first (ties by id); those ruled out by a veto are left out."""
    best: dict[str, tuple[float, str, list[Evidence]]] = {}
    weak = index.declared_weak(name)
    for target in reachable(index, units, name) if aliases is None else aliases:
        if not _of_type(target.entity, entity_type):
            continue
        if target.entity.id in weak and target.alias.strength != "weak":
            continue  # the gazetteer says of this very form that it does not decide alone
        score, evidence = score_alias(index, units, name, target, scorer)
        held = best.get(target.entity.id)
        if held is None or score > held[0]:
            best[target.entity.id] = (score, target.alias.text, evidence)
    for at, unit in enumerate(units):
        if at and units[at - 1].start == unit.start:
            continue  # another part of the same compound
        owners = index.acronym_owners(unit)
        for entity_id, expansion in owners:
            entity = index.gazetteer.get(entity_id)
            if entity is None or not _of_type(entity, entity_type):
                continue
            evidence = acronym_evidence(units, at, entity, index.facts[entity_id], expansion, len(owners), scorer)
            if name is not None and entity_id in index.blocking(name):
                evidence.append(scorer.evidence("veto", 1.0, f"{name.text!r} is blocked for this entity"))
            score = probability(evidence)
            if entity_id not in best or score > best[entity_id][0]:
                best[entity_id] = (score, expansion, evidence)
    out = []
    for entity_id, (score, alias, evidence) in best.items():
        entity = index.gazetteer.get(entity_id)
        if score > 0.0 and entity is not None:
            out.append(Candidate(entity_id, entity.name, entity.type, score, alias, tuple(evidence)))
    out.sort(key=lambda c: (-c.score, c.id))
    return _by_prominence(index, out[:most], scorer)


def _by_prominence(index: Index, candidates: list[Candidate], scorer: Scorer) -> list[Candidate]:
    """Namesakes that nothing else tells apart, told apart by ``weight``: one must be ten times as prominent."""
    if not is_ambiguous(candidates, scorer):
        return candidates
    rivals = [c for c in candidates if candidates[0].score - c.score < scorer.margin]
    weights = {c.id: entity.weight for c in rivals if (entity := index.gazetteer.get(c.id)) is not None}
    known = sorted((w for w in weights.values() if w is not None), reverse=True)
    if len(known) < len(rivals) or known[0] < PROMINENT * known[1] or known[0] <= 0:
        return candidates
    out = []
    for candidate in candidates:
        if weights.get(candidate.id, known[0]) != known[0]:
            detail = f"a namesake is {PROMINENT} times as prominent or more"
            evidence = (*candidate.evidence, scorer.evidence("less_prominent", 1.0, detail))
            candidate = replace(candidate, evidence=evidence, score=probability(evidence))
        out.append(candidate)
    return sorted(out, key=lambda c: (-c.score, c.id))
