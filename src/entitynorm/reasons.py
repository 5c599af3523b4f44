"""One short sentence for a link: what decided."""

from __future__ import annotations

from entitynorm.model import Candidate, Evidence
from entitynorm.scoring import WRITTEN

_UNSAID = frozenset({"base", "extra", "missing", "both", "rivals"})
"""Features that say nothing to someone who only wants to know why a link is right."""


def reason_of(candidate: Candidate) -> str:
    """What decided for a candidate that is linked."""
    if candidate.score >= 1.0 and len(candidate.evidence) == 1:
        return f"spelled like the alias {candidate.alias!r}"
    parts = [e.detail for e in candidate.evidence if e.feature not in _UNSAID and e.detail and not _against(e)]
    return "; ".join(parts) or "every word agrees"


def _against(evidence: Evidence) -> bool:
    """Whether a rule spoke against the candidate; the sign of a fitted weight says nothing, since features overlap."""
    return evidence.feature in WRITTEN and evidence.value * evidence.weight < 0
