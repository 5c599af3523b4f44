"""One state of the gazetteer, whole: the linker, what it holds, and the answers it has given.

A request takes the snapshot of the moment and keeps it to its end; a reload makes another one beside it. Nothing of a
snapshot changes but its memory of answers.
"""

from __future__ import annotations

import time
from collections import OrderedDict

from entitynorm.server.answers import Answer, answers
from entitynorm.server.catalogue import Catalogue
from entitynorm.server.lookup import Load, Lookup

Key = tuple[str | None, str]


class Snapshot:
    """A linker with its catalogue, ready for questions."""

    def __init__(self, load: Load, *, cache: int, jobs: int = 0) -> None:
        """Load everything now; raises what loading a gazetteer raises."""
        self.linker = load()
        self.linker.warm_up()
        answers(self.linker, ["Warm up"], None)
        self.catalogue = Catalogue(self.linker)
        self.lookup = Lookup(self.linker, load, jobs=jobs)
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
