"""One state of the gazetteer, whole: the linker, what it holds, and the answers it has given.

A request takes the snapshot of the moment and keeps it to its end; a reload makes another one beside it. Nothing of a
snapshot changes but its memory of answers.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from typing import TYPE_CHECKING

from entitynorm.server.catalogue import Catalogue

if TYPE_CHECKING:
    from entitynorm.linker import Linker
    from entitynorm.model import Candidate, Link

_EXPLAINED = 0.01
"""The least score of a candidate whose features are told."""

Load = Callable[[], "Linker"]
Key = tuple[str | None, str]


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


class Snapshot:
    """A linker with its catalogue, ready for questions."""

    def __init__(self, load: Load, *, cache: int) -> None:
        """Load everything now; raises what loading a gazetteer raises."""
        self.linker = load()
        self.linker.warm_up()
        answers(self.linker, ["Warm up"], None)
        self.catalogue = Catalogue(self.linker)
        self.loaded_at = time.time()
        self._most = cache
        self._known: OrderedDict[Key, Answer] = OrderedDict()

    def known(self, key: Key) -> Answer | None:
        """An answer that was given before."""
        found = self._known.get(key)
        if found is not None:
            self._known.move_to_end(key)
        return found

    def remember(self, key: Key, answer: Answer) -> None:
        """Keep an answer; the one that was not asked for the longest makes room."""
        if self._most <= 0:
            return
        self._known[key] = answer
        if len(self._known) > self._most:
            self._known.popitem(last=False)

    def __len__(self) -> int:
        """How many answers are kept."""
        return len(self._known)
