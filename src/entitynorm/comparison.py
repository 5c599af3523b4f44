"""Two names against each other, without a gazetteer, by the features and weights that the linker uses."""

from __future__ import annotations

from entitynorm.evidence import Side, make_side
from entitynorm.features import NO_FACTS, IndexedAlias, gather, index_alias
from entitynorm.model import Alias, Comparison, Entity, Evidence
from entitynorm.names.acronyms import acronym_of, derive, is_acronym
from entitynorm.names.background import rarity_in
from entitynorm.names.structure import Name, parse
from entitynorm.scoring import RULES_1, Scorer, probability


def _target(name: Name, entity_type: str | None) -> IndexedAlias:
    return index_alias(0, Entity("name:other", entity_type or "ORG", name.text), Alias(name.text), name)


def _one_way(query: Name, other: Name, entity_type: str | None, scorer: Scorer) -> list[Evidence]:
    units = query.units
    if len(units) == 1 and is_acronym(units[0]) and acronym_of(units[0]) in derive(other.units):
        return [
            scorer.evidence("base", 1.0, "an acronym"),
            scorer.evidence("acronym", 1.0, f"{units[0].words[0].text} from {other.text!r}"),
        ]
    return gather(units, _target(other, entity_type), NO_FACTS, scorer, whole=query)


def compare(a: str, b: str, *, type: str | None = None, scorer: Scorer = RULES_1) -> Comparison:
    """Compare two names; symmetric, 1.0 for names that differ in case, marks and punctuation at most.

    Each is taken once as the surface form and once as the name known; the more doubtful of the two views counts,
    but an acronym is judged from its own side only. ``type`` is an entity type (PERSON, PLACE, ORG …).

    >>> compare("Грайворон", "Hraivoron", type="PLACE").same
    True
    >>> compare("Ministry of Defence of Ukraine", "Russian Defense Ministry", type="ORG").same
    False
    """
    first, second = parse(a), parse(b)
    if first.exact == second.exact and (first.units or a == b):
        return Comparison(1.0, True, (scorer.evidence("identical", 1.0, "the same words"),))
    if not first.units or not second.units:
        return Comparison(0.0, False, (scorer.evidence("veto", 1.0, "a name without words"),))
    views = [_one_way(first, second, type, scorer), _one_way(second, first, type, scorer)]
    acronyms = [view for view in views if any(e.feature == "acronym" for e in view)]
    evidence = min(acronyms or views, key=lambda view: (probability(view), [(e.feature, e.detail) for e in view]))
    score = probability(evidence)
    return Comparison(score, score >= scorer.threshold, tuple(evidence))


def view_sides(first: Name, second: Name, kind: str) -> list[tuple[Side, Side]]:
    """Each name once as the surface form and once as the name known."""
    return [
        (make_side(a, kind, background_rarity, surface=True), make_side(b, kind, background_rarity))
        for a, b in ((first, second), (second, first))
    ]


def background_rarity(fold: str) -> float:
    return rarity_in(fold, 0, 0)
