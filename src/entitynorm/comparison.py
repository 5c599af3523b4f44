"""Two names against each other, without a gazetteer, by the features and weights that `Linker.resolve` uses."""

from __future__ import annotations

from functools import lru_cache

from entitynorm.evidence import Compared, Side, compare_names, make_side
from entitynorm.learned import learned_scorer
from entitynorm.model import Comparison, Evidence
from entitynorm.names.background import rarity_in
from entitynorm.names.structure import Name, parse
from entitynorm.names.types import entity_class
from entitynorm.resolver import evidence_of
from entitynorm.retrieval.build import name_key
from entitynorm.scoring import IDENTITY, VETO, probability

_KEPT = 32_768


def background_rarity(fold: str) -> float:
    """How rare a folded word is among names at large."""
    return rarity_in(fold, 0, 0)


def view_sides(first: Name, second: Name, kind: str) -> list[tuple[Side, Side]]:
    """Each name once as the surface form and once as the name known."""
    return [
        (make_side(a, kind, background_rarity, surface=True), make_side(b, kind, background_rarity))
        for a, b in ((first, second), (second, first))
    ]


@lru_cache(maxsize=_KEPT)
def compare(a: str, b: str, *, type: str | None = None) -> Comparison:
    """Compare two names; symmetric, 1.0 for names that differ in case, marks and punctuation at most.

    Each is taken once as the surface form and once as the name known; the more doubtful of the two views counts.
    ``type`` is an entity type (PERSON, PLACE, ORG …).

    >>> compare("Грайворон", "Hraivoron", type="PLACE").same
    True
    >>> compare("Ministry of Defence of Ukraine", "Russian Defense Ministry", type="ORG").same
    False
    """
    if name_key(a) == name_key(b):
        return Comparison(1.0, True, (Evidence("identical", 1.0, IDENTITY, "the same words"),))
    first, second = parse(a), parse(b)
    if not first.units or not second.units:
        return Comparison(0.0, False, (Evidence("veto", 1.0, VETO, "a name without words"),))
    kind = entity_class(type) if type else "ORG"
    scorer = learned_scorer()
    views: list[tuple[float, Compared, Side, Side]] = []
    for query, alias in view_sides(first, second, kind):
        compared = compare_names(query, alias)
        views.append((scorer.log_odds(compared.values, kind), compared, query, alias))
    _, compared, query, alias = min(views, key=lambda v: (v[0], v[1].values))
    evidence = evidence_of(scorer, compared, query, alias, kind)
    score = probability(evidence)
    return Comparison(score, score >= scorer.threshold, tuple(evidence))
