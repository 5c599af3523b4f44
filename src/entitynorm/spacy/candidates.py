"""Candidates for spaCy's own EntityLinker, which by itself knows the exact spellings of its knowledge base only.

The EntityLinker goes on deciding, by its prior and its model of the context; what changes is who stands for election:
entities of the gazetteer that the mention may name, in any spelling, as far as its knowledge base holds their ids. An
only candidate is elected whatever its prior, unless the EntityLinker has a ``threshold``; therefore improbable ones,
such as another town of a similar name, are not put up at all.
"""

# No `from __future__ import annotations`: spaCy reads the annotations of registered functions to check a config.

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any

from spacy.kb import Candidate as KBCandidate
from spacy.kb import KnowledgeBase
from spacy.tokens import Span
from spacy.util import registry

from entitynorm.linker import Linker
from entitynorm.model import Candidate
from entitynorm.spacy.storage import opened


class CandidateSearch:
    """Candidates of a gazetteer that a knowledge base holds; the prior is the score. Opens its files on first use."""

    def __init__(self, path: str | list[str] | None = None, *, limit: int = 10, min_score: float = 0.1) -> None:
        """``path``: one gazetteer file or several on top of each other; None is the packaged one.

        At most ``limit`` candidates of at least ``min_score``, a probability, are given.
        """
        self.path = path
        self.limit = limit
        self.min_score = min_score

    @cached_property
    def linker(self) -> Linker:
        """The linker; raises InputError for a ``path`` that cannot be read."""
        return opened(self.path)

    def __call__(self, kb: KnowledgeBase, mention: Span) -> list[KBCandidate]:
        """Candidates for one mention, best first."""
        return self._known(kb, mention.text, self.linker.search(mention.text, limit=self.limit))

    def batch(self, kb: KnowledgeBase, mentions: Iterable[Span]) -> list[list[KBCandidate]]:
        """Candidates for several mentions, in their order."""
        links = self.linker.resolve_many([mention.text for mention in mentions])
        return [self._known(kb, link.surface, link.candidates[: self.limit]) for link in links]

    def _known(self, kb: Any, text: str, found: Iterable[Candidate]) -> list[KBCandidate]:
        strings = kb.vocab.strings
        alias = strings.add(text)
        return [
            KBCandidate(
                kb=kb,
                entity_hash=strings[candidate.id],
                entity_freq=candidate.score,
                entity_vector=kb.get_vector(candidate.id),
                alias_hash=alias,
                prior_prob=candidate.score,
            )
            for candidate in found
            if candidate.score >= self.min_score and kb.contains_entity(candidate.id)
        ]

    def __reduce__(self) -> tuple[Any, ...]:
        return _search, (self.path, self.limit, self.min_score)


def _search(path: str | list[str] | None, limit: int, min_score: float) -> CandidateSearch:
    return CandidateSearch(path, limit=limit, min_score=min_score)


def make_candidates(
    path: str | list[str] | None = None, limit: int = 10, min_score: float = 0.1
) -> Callable[[KnowledgeBase, Span], Iterable[KBCandidate]]:
    """For ``get_candidates`` of the EntityLinker."""
    return CandidateSearch(path, limit=limit, min_score=min_score)


def make_batch_candidates(
    path: str | list[str] | None = None, limit: int = 10, min_score: float = 0.1
) -> Callable[[KnowledgeBase, Iterable[Span]], Iterable[Iterable[KBCandidate]]]:
    """For ``get_candidates_batch`` of the EntityLinker, which it asks where ``candidates_batch_size`` is above 1."""
    return CandidateSearch(path, limit=limit, min_score=min_score).batch


registry.misc.register("entitynorm.candidates.v1", func=make_candidates)
registry.misc.register("entitynorm.candidates_batch.v1", func=make_batch_candidates)
