"""What a linker says of one name, in a form that can be kept and sent between processes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isfinite
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from entitynorm.linker import Linker
    from entitynorm.model import Candidate, Link

_EXPLAINED = 0.01
"""The least score of a candidate whose features are told."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a linker says of one name, without anything that holds on to its work."""

    link: Link
    features: tuple[tuple[tuple[str, float], ...], ...]
    """For each candidate what every feature adds to its log-odds; empty for the hopeless ones."""


def answers(linker: Linker, names: Sequence[str], type_: str | None) -> list[Answer]:
    """The answers to names that are all asked for with one type."""
    return [_answer(link) for link in linker.resolve_many(names, type=type_)]


def _answer(link: Link) -> Answer:
    features = tuple(_features(c) if c.score >= _EXPLAINED else () for c in link.candidates)
    bare = tuple(replace(c, evidence=()) for c in link.candidates)
    return Answer(replace(link, candidates=bare), features)


def _features(candidate: Candidate) -> tuple[tuple[str, float], ...]:
    added: dict[str, float] = {}
    for item in candidate.evidence:
        effect = item.value * item.weight
        # What decides alone weighs infinitely, which JSON cannot say: its value then.
        added[item.feature] = added.get(item.feature, 0.0) + (effect if isfinite(effect) else item.value)
    return tuple((feature, round(effect, 4)) for feature, effect in added.items())
