"""How a probability comes of evidence, and a decision of probabilities; and what evidence rules may give.

The log-odds of "this surface form names this entity" are the sum of ``value * weight`` over the evidence; a veto
(weight -inf) makes it 0, an identical spelling (weight +inf) makes it 1. Most evidence are features with fitted weights
(`entitynorm.evidence`, `entitynorm.learned`); `WRITTEN` lists the rest, whose weights are written beside the rules.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Protocol

from entitynorm.model import Candidate, Evidence, NilReason

VETO = -math.inf
IDENTITY = math.inf
SHARED = 0.7
"""What all candidates together have to reach for a name to be one of them, only not clear which."""

WRITTEN: dict[str, str] = {
    "identical": "spelled like a strong alias, up to case, marks, punctuation and spaces",
    "veto": "blocked for the entity, or spelled like an alias of another one",
    "weak": "spelled like an alias that never decides alone",
    "abbreviation": "stands for the alias by convention (Okla., US)",
    "unexamined": "other names answer much more of the surface form, so this one was not compared",
    "namesakes": "several people share the surname that alone is named: what makes their log-odds equal",
    "rivals": "what speaks for the other candidates, and for none of them",
    "less_prominent": "several entities have this spelling, and one has ten times the `weight` of every other",
    "short_form": "texts: part of a name (among few: a place without its type, a first name, a common word)",
    "untyped": "texts, few names: a river, a state or the like without its type word; no other place has the name",
    "inner": "texts: a person of several names is no less likely than one of them by itself",
    "declined": "texts: a case form in Latin letters, in a text of a language that has such forms",
    "quoted": "texts: the name stands in quotation marks, and so is no place or person where another thing has it",
    "ordinary": "texts, a thousand names or more: the surface form is an ordinary word of some language",
    "context_support": "texts: the document speaks for this entity",
    "context_against": "texts: the document says that another entity is meant",
    "spelled": "namesakes in a text: the log-odds of the name by itself",
    "named": "namesakes in a text: the text names the entity, or what it lies in, unmistakably elsewhere",
    "beside": "namesakes in a text: the region it lies in stands right after the name",
    "near": "namesakes in a text: how near the nearest other places of the text are",
    "country": "namesakes in a text: how far the text around is about its country",
    "prominence": "namesakes in a text: its `weight` is below the greatest by powers of ten (4 count as 1), or unknown",
}
"""The evidence that rules give, with what it means; all values lie in [0, 1]."""


def probability(evidence: Iterable[Evidence]) -> float:
    """The score that a list of evidence amounts to, in [0, 1]: the replay of an explanation."""
    log_odds = 0.0
    identical = False
    for item in evidence:
        if item.weight == VETO:
            return 0.0
        if item.weight == IDENTITY:
            identical = True
        else:
            log_odds += item.value * item.weight
    if identical:
        return 1.0 if log_odds >= 0 else 1 / (1 + math.exp(-log_odds))
    # An identical spelling alone scores 1.0, so that everything else stays below it.
    return min(0.999, 1 / (1 + math.exp(-log_odds))) if log_odds > -700 else 0.0


def plus(candidate: Candidate, evidence: Evidence) -> Candidate:
    """A candidate with one more piece of evidence, and the score that comes of it."""
    items = (*candidate.evidence, evidence)
    return Candidate(candidate.id, candidate.name, candidate.type, probability(items), candidate.alias, items)


class Decider(Protocol):
    """What a decision needs of a scorer."""

    @property
    def threshold(self) -> float:
        """The least score of a link."""

    def threshold_of(self, entity_type: str) -> float:
        """The least score of a link to an entity of a type."""

    @property
    def margin(self) -> float:
        """How far the next entity has to be behind."""


def decide(
    candidates: Sequence[Candidate], scorer: Decider, *, blocked: bool = False
) -> tuple[Candidate | None, NilReason | None]:
    """The candidate that wins, or the reason for NIL. ``candidates`` are ranked best first.

    A name listed for one entity wins over names that rules derive for others; otherwise the margin decides.
    """
    if not candidates:
        return None, "blocked" if blocked else "no_candidate"
    best = candidates[0]
    if best.score < scorer.threshold_of(best.type):
        if len(candidates) > 1 and sum(c.score for c in candidates) >= SHARED:
            return None, "ambiguous"
        return None, "blocked" if blocked else "below_threshold"
    if is_ambiguous(candidates, scorer):
        return None, "ambiguous"
    return best, None


def is_identical(candidate: Candidate) -> bool:
    """Whether a candidate is spelled like one of the entity's strong aliases and nothing speaks against it."""
    return candidate.score >= 1.0  # nothing else scores 1: see `probability`


def is_ambiguous(candidates: Sequence[Candidate], scorer: Decider) -> bool:
    """Whether the second candidate is too near the first for a decision."""
    if len(candidates) < 2 or candidates[1].score < scorer.threshold_of(candidates[1].type):
        return False
    if is_identical(candidates[0]) and not is_identical(candidates[1]):
        return False
    return candidates[0].score - candidates[1].score < scorer.margin
