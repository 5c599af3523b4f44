"""Two names against each other, without a gazetteer, by the features and weights that `Linker.resolve` uses."""

from __future__ import annotations

from functools import lru_cache

from entitynorm.evidence import Side, compare_names, make_side
from entitynorm.learned import chance, learned_scorer
from entitynorm.model import Comparison, Evidence, LazyEvidence
from entitynorm.names.background import rarity_in
from entitynorm.names.structure import parse
from entitynorm.names.types import entity_class
from entitynorm.names.units import Name
from entitynorm.names.words import warm
from entitynorm.retrieval.build import name_key
from entitynorm.scored import evidence_of, features_in
from entitynorm.scoring import IDENTITY, VETO

_KEPT = 32_768


def background_rarity(fold: str) -> float:
    """How rare a folded word is among names at large."""
    return rarity_in(fold, 0, 0)


def sides(first: Name, second: Name, kind: str) -> tuple[Side, Side]:
    """The shorter name as the surface form and the longer one as the name known; of equal ones the first by code point.

    So the answer does not depend on which of the two is named first.
    """
    query, alias = sorted((first, second), key=lambda name: (sum(len(u.words) for u in name.units), name.text))
    return make_side(query, kind, background_rarity, surface=True), make_side(alias, kind, background_rarity)


@lru_cache(maxsize=_KEPT)
def compare(a: str, b: str, *, type: str | None = None) -> Comparison:
    """Compare two names; symmetric, 1.0 for names that differ in case, marks and punctuation at most.

    The shorter is taken as the surface form, the longer as the name known. ``type`` is an entity type (PERSON, PLACE,
    ORG …).

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
    warm(word for name in (first, second) for unit in name.units for word in unit.words)
    query, alias = sides(first, second, kind)
    compared = compare_names(query, alias)
    score = chance(scorer.log_odds(compared.values, kind))
    evidence = LazyEvidence(
        lambda: tuple(evidence_of(scorer, compared, query, alias, kind)), lambda: frozenset(features_in(compared))
    )
    return Comparison(score, score >= scorer.threshold_of(kind), evidence)
