"""From texts to documents: what is found, what the document adds, and what is decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from entitynorm.context import Context
from entitynorm.gazetteer import Gazetteer
from entitynorm.layers import Stacked
from entitynorm.mentions import Reader, Text
from entitynorm.model import Document, Mention
from entitynorm.names.inflection import declines_in_latin
from entitynorm.reasons import reason_of
from entitynorm.resolver import Resolver
from entitynorm.scoring import decide
from entitynorm.spans import Span, most_covered
from entitynorm.text.quotation import holds_quotation, quoted_alone, with_quotation_marks

_NIL_FLOOR = 0.2
"""A span of running text whose best candidate scores less is no mention at all."""
_MOST_KEPT = 5
_MARGIN = 0.1
"""How far the next entity has to be behind in running text, where namesakes have been weighed by all that is said."""


class TextLinker:
    """Links texts with one resolver."""

    def __init__(self, resolver: Resolver, gazetteer: Gazetteer | Stacked) -> None:
        self._resolver = resolver
        self._gazetteer = gazetteer
        self._decider = replace(resolver.scorer, margin=_MARGIN)
        self.reader = Reader(resolver)

    def documents(self, texts: Sequence[str], *, lang: str | None = None, context: bool = True) -> list[Document]:
        """The document of each text; ``context=False`` decides each mention by itself."""
        found = self.reader.read(texts, context=context, declines=None if lang is None else declines_in_latin(lang))
        return [self._document(read, context) for read in found]

    def _document(self, read: Text, context: bool) -> Document:
        spans: Sequence[Span] = read.spans
        if context and spans:
            spans = Context(self._resolver, self._gazetteer, read).apply(spans)
        mentions = (self._mention(read.text, span) for span in most_covered(spans))
        return Document(read.text, tuple(m for m in mentions if m is not None))

    def _mention(self, text: str, span: Span) -> Mention | None:
        candidates = span.candidates[:_MOST_KEPT]
        best, nil = decide(candidates, self._decider)
        start, end = with_quotation_marks(text, span.start, span.end)
        if best is not None and quoted_alone(text, start, end) and holds_quotation(best.name):
            start, end = start - 1, end + 1  # «Дроком» becomes батальон «Дрок», not «батальон «Дрок»»
        surface = text[start:end]
        if best is not None:
            reason = reason_of(best)
            return Mention(start, end, surface, best.id, best.name, best.type, best.score, reason, candidates)
        if candidates[0].score < _NIL_FLOOR:
            return None
        return Mention(start, end, surface, None, None, None, candidates[0].score, nil or "no_candidate", candidates)
