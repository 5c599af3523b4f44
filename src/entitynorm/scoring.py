"""Named, frozen scorers: what each feature weighs, and how a probability and a decision come of it.

A scorer's numbers never change under its name; better numbers get a new name. The log-odds of "this surface form
names this entity" are the sum of ``value * weight`` over the evidence; a veto (weight -inf) makes it 0,
an identical spelling (weight +inf) makes it 1.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Protocol

from entitynorm.model import Candidate, Evidence, NilReason

VETO = -math.inf
IDENTITY = math.inf
_SHARED = 0.7
"""What all candidates together have to reach for a name to be one of them, only not clear which."""


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
        if len(candidates) > 1 and sum(c.score for c in candidates) >= _SHARED:
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
