"""An entity as a candidate for one name: compared, weighed beside its namesakes, and put into words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from entitynorm.evidence import INDEX, Compared, Side
from entitynorm.learned import LearnedScorer
from entitynorm.model import Candidate, Evidence, LazyEvidence

if TYPE_CHECKING:
    from entitynorm.comparing import Layer

SHORT_FORM = -6.0
"""Log-odds against part of a name in a text; written, not fitted."""
_SAME_SURNAME = 0.03
"""How much less alike the surname of a namesake may be."""
_SPELLED = frozenset({"identical"})
_BESIDE_RULES = frozenset({"less_prominent"})
"""What counts beside a written rule that decides instead of the comparison."""


def short_form() -> Evidence:
    """What speaks against part of a name, as long as the text does not give it whole."""
    return Evidence("short_form", 1.0, SHORT_FORM, "part of a name: the text has to give it whole")


class Said(NamedTuple):
    """A written rule that decides in the place of the comparison of two names."""

    feature: str
    log_odds: float
    detail: str


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
    said: Said | None = None
    """What decides instead of the comparison."""
    loose: bool = False
    """The gazetteer says itself that the alias may be met with slips."""
    shift: float = 0.0
    """What was added to the log-odds because namesakes share a surname."""
    part: bool = False
    """A text has to give the name whole beside it."""

    @property
    def handicap(self) -> float:
        """Log-odds against a part of a name, which none but a text that gives it whole outweighs."""
        return SHORT_FORM if self.part else 0.0

    def told(self, rivals: float) -> LazyEvidence:
        """What decided, once somebody looks; ``rivals`` speaks against it (see `entitynorm.learned.compete`)."""
        return LazyEvidence(partial(self._evidence, rivals), self._features)

    def _evidence(self, rivals: float) -> tuple[Evidence, ...]:
        items = evidence_of(self.layer.scorer, self.compared, self.query, self.target, self.target.kind)
        if self.said:
            decisive = Evidence(self.said.feature, 1.0, self.said.log_odds, self.said.detail)
            items = [decisive, *(item for item in items if item.feature in _BESIDE_RULES)]
        if self.part:
            items.append(short_form())
        if self.shift:
            items.append(Evidence("namesakes", 1.0, self.shift, "a surname alone tells no namesakes apart"))
        return (*items, Evidence("rivals", 1.0, -rivals, "what speaks for other candidates and for none"))

    def _features(self) -> frozenset[str]:
        found = features_in(self.compared)
        if self.said:
            found = {self.said.feature} | (found & _BESIDE_RULES)
        named = (("rivals", True), ("namesakes", self.shift), ("short_form", self.part))
        return frozenset(found).union(name for name, there in named if there)


def level_namesakes(scored: Sequence[Scored]) -> None:
    """Give people who share the surname that alone is named the same log-odds: nothing in it tells them apart."""
    position, surname = INDEX["surname_alone"], INDEX["weakest"]
    alone = [s for s in scored if s.compared.values[position] and not s.said]
    if len(alone) < 2:
        return
    best = max(s.compared.values[surname] for s in alone)
    alone = [s for s in alone if best - s.compared.values[surname] <= _SAME_SURNAME]
    mean = sum(s.log_odds for s in alone) / len(alone)
    for one in alone:
        one.shift = mean - one.log_odds
        one.log_odds = mean


def prominence(scored: Sequence[Scored]) -> None:
    """Let the less prominent of the candidates for one name say so."""
    weights = [s.layer.index.weight(s.entity) for s in scored]
    most = max((w for w in weights if w), default=0.0)
    if most <= 0:
        return
    position = INDEX["less_prominent"]
    for one, weight in zip(scored, weights, strict=True):
        if weight is not None and weight < most:
            one.compared.put(position, min(1.0, math.log10(most / max(weight, 1e-3)) / 4))
            if one.said:  # the written rule stands, and so does what is said against it
                one.log_odds += one.layer.scorer.contributions(one.compared.values, one.target.kind)[position]
            else:
                one.log_odds = one.layer.scorer.log_odds(one.compared.values, one.target.kind) + one.handicap


def features_in(compared: Compared) -> set[str]:
    """The names of the features that have a value for a pair of names: what `evidence_of` puts into words."""
    return {feature for feature, value in zip(INDEX, compared.values, strict=True) if value}


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


def features_of(candidate: Candidate) -> frozenset[str]:
    """The names of the features that have a value for a candidate."""
    if candidate.score >= 1.0:
        return _SPELLED
    if isinstance(candidate.evidence, LazyEvidence):
        return candidate.evidence.features
    return frozenset(e.feature for e in candidate.evidence)
