"""The linker: runs the floors in order, decides, and explains.

There is one path. `resolve` and `link` gather the same evidence with the same scorer; `explain` prints it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from entitynorm.context import Context
from entitynorm.errors import UnknownEntityError
from entitynorm.gazetteer import Gazetteer
from entitynorm.index import Index
from entitynorm.layers import IndexedGazetteer, InMemory, Stacked
from entitynorm.mentions import Span, find_spans, most_covered, with_quotation_marks
from entitynorm.model import Candidate, Document, Entity, Evidence, Explanation, Link, Mention
from entitynorm.names.structure import Name, parse
from entitynorm.rewriting import rewrite
from entitynorm.scoring import RULES_1, decide, is_identical

if TYPE_CHECKING:
    from entitynorm.learned import LearnedScorer
    from entitynorm.resolver import Resolver

_NIL_FLOOR = 0.2
"""A span of running text whose best candidate scores less is no mention at all."""
_MOST_KEPT = 5
_UNSAID = frozenset({"base", "extra", "missing", "both", "rivals"})
"""Features that say nothing to someone who only wants to know why a link is right."""
_BATCH = 256
"""Names resolved together."""


def reason_of(evidence: Iterable[Evidence]) -> str:
    """One short sentence that names what decided for a link."""
    parts = [e.detail for e in evidence if e.feature not in _UNSAID and e.detail]
    return "; ".join(parts) or "every word agrees"


class Linker:
    """Links names and texts to the entities of one gazetteer. Immutable; safe to share between threads."""

    def __init__(self, gazetteer: Gazetteer, *, layers: Sequence[IndexedGazetteer] = ()) -> None:
        """``layers``: compiled gazetteers that ``gazetteer`` overrides and adds to, the lowest first."""
        self._gazetteer = Stacked(layers, gazetteer) if layers else gazetteer
        self._own = gazetteer
        self._layers = tuple(layers)

    @property
    def gazetteer(self) -> Gazetteer | Stacked:
        """The entities this linker knows."""
        return self._gazetteer

    @cached_property
    def scorer(self) -> LearnedScorer:
        """The named set of weights that single names are decided by."""
        from entitynorm.learned import learned_scorer

        return learned_scorer()

    @cached_property
    def _resolver(self) -> Resolver:
        from entitynorm.comparing import Layer  # these need numpy, which takes longer to load than fifty names in YAML
        from entitynorm.resolver import Resolver

        layers = [Layer(layer.index, layer.entity_at, self.scorer) for layer in self._layers]
        if len(self._own) or not layers:
            own = InMemory(self._own)
            layers.append(Layer(own.index, own.entity_at, self.scorer))
        return Resolver(layers, self.scorer)

    @cached_property
    def _index(self) -> Index:
        return Index(self._gazetteer)

    def warm_up(self) -> None:
        """Build the indexes now rather than at the first question."""
        _ = self._resolver
        if not self._layers:
            _ = self._index

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickled as its records and the paths of its compiled files: what arrives elsewhere makes its own index."""
        return _from_records, ([entity.to_dict() for entity in self._own], self._layers)

    # -- one name -----------------------------------------------------------------------------------------------

    def resolve(self, name: str, *, type: str | None = None, lang: str | None = None) -> Link:
        """Decide which entity one name (a table cell, a heading) means, or NIL with the reason.

        ``type`` keeps candidates of one entity type. ``lang`` is accepted for names known to be of one language;
        the readings of all languages are tried where it is None.
        """
        return self._resolve_batch([name], type=type, lang=lang)[0]

    def _resolve_batch(self, names: Sequence[str], *, type: str | None, lang: str | None) -> list[Link]:
        found = self._resolver.candidates(names, type)
        return [self._decided(name, *some) for name, some in zip(names, found, strict=True)]

    def _decided(self, name: str, candidates: list[Candidate], blocked: bool) -> Link:
        kept = tuple(candidates)
        if len(candidates) == 1 and is_identical(candidates[0]):
            only = candidates[0]
            return Link(name, only.id, only.name, only.type, only.score, f"spelled like the alias {only.alias!r}", kept)
        best, nil = decide(candidates, self.scorer, blocked=blocked)
        if best is None:
            return Link(name, None, None, None, candidates[0].score if candidates else 0.0, nil or "no_candidate", kept)
        return Link(name, best.id, best.name, best.type, best.score, reason_of(best.evidence), kept)

    def search(
        self, name: str, *, limit: int = 10, type: str | None = None, lang: str | None = None
    ) -> list[Candidate]:
        """Candidates for a name, best first, without a decision."""
        return self._resolver.candidates([name], type)[0][0][:limit]

    def resolve_many(
        self, names: Iterable[str], *, type: str | None = None, lang: str | None = None, jobs: int = 1
    ) -> Iterator[Link]:
        """`resolve` for many names, in input order; equal names are resolved once."""
        from entitynorm.parallel import ordered_map

        items = list(names)
        distinct = list(dict.fromkeys(items))
        batches = [distinct[k : k + _BATCH] for k in range(0, len(distinct), _BATCH)]
        options = {"type": type, "lang": lang}
        links = (link for some in ordered_map(self, "_resolve_batch", batches, options, jobs) for link in some)
        answers = dict(zip(distinct, links, strict=True))
        return (answers[item] for item in items)

    # -- running text -------------------------------------------------------------------------------------------

    def link(self, text: str, *, lang: str | None = None, context: bool = True) -> Document:
        """All mentions of a text, in text order, not overlapping; offsets are code points of ``text``.

        ``context=False`` decides each mention by itself, without what the rest of the document says.
        """
        spans, units = find_spans(self._index, RULES_1, text)
        if context and spans:
            document = Context(self._index, RULES_1, text, units, most_covered(spans))
            spans = [document.apply(span) for span in spans]
        mentions = (self._mention(text, span) for span in most_covered(spans))
        return Document(text, tuple(m for m in mentions if m is not None))

    def _mention(self, text: str, span: Span) -> Mention | None:
        candidates = span.candidates[:_MOST_KEPT]
        best, nil = decide(candidates, RULES_1)
        start, end = with_quotation_marks(text, span.start, span.end)
        surface = text[start:end]
        if best is not None:
            reason = reason_of(best.evidence)
            return Mention(start, end, surface, best.id, best.name, best.type, best.score, reason, candidates)
        if candidates[0].score < _NIL_FLOOR:
            return None
        return Mention(start, end, surface, None, None, None, candidates[0].score, nil or "no_candidate", candidates)

    def link_many(self, texts: Iterable[str], *, lang: str | None = None, jobs: int = 1) -> Iterator[Document]:
        """`link` for many texts, in input order; ``jobs`` > 1 shares the work between processes."""
        from entitynorm.parallel import ordered_map

        return ordered_map(self, "link", texts, {"lang": lang}, jobs)

    def normalize(self, text: str, *, lang: str | None = None) -> str:
        """The text with every linked mention replaced by its canonical name; nothing else changes."""
        return rewrite(self.link(text, lang=lang))

    # -- why ----------------------------------------------------------------------------------------------------

    def explain(self, name: str, entity_id: str, *, type: str | None = None) -> Explanation:
        """Why a name scores as it does for one entity, linked or not.

        Raises UnknownEntityError for an id that the gazetteer does not hold.
        """
        entity = self._gazetteer.get(entity_id)
        if entity is None:
            raise UnknownEntityError(f"no entity {entity_id!r} in the gazetteer; `search` finds ids by name")
        found, blocked = self._resolver.candidates([name], type)[0]
        candidate = next((c for c in found if c.id == entity.id), None)
        link = self._decided(name, found, blocked)
        if candidate is None:
            candidate = self._resolver.nearest(name, entity.id, listed=next(iter(found), None))
        decision = link.id if link.id is not None else f"NIL ({link.reason})"
        return Explanation(
            surface=name,
            id=entity.id,
            name=entity.name,
            score=candidate.score if candidate else 0.0,
            decision=decision,
            alias=candidate.alias if candidate else None,
            evidence=candidate.evidence if candidate else (),
            steps=tuple(_steps(parse(name))),
            scorer=self.scorer.name,
        )

    def why_not(self, name: str, entity_id: str) -> tuple[Evidence, ...]:
        """What keeps a name from being linked to an entity, the heaviest reason first; empty where it is linked.

        Raises UnknownEntityError for an id that the gazetteer does not hold.
        """
        found = self.explain(name, entity_id)
        if found.decision == found.id:
            return ()
        against = (item for item in found.evidence if item.value * item.weight < 0)
        return tuple(sorted(against, key=lambda item: (item.value * item.weight, item.feature)))


def _from_records(records: list[dict[str, Any]], layers: Sequence[IndexedGazetteer]) -> Linker:
    return Linker(Gazetteer(Entity.from_dict(record) for record in records), layers=layers)


def _steps(parsed: Name) -> Iterator[str]:
    yield f"folded: {parsed.exact}"
    for unit in parsed.units:
        heard = ", ".join(r.phones for w in unit.words for r in w.readings[:3])
        lemmas = ", ".join(dict.fromkeys(lemma for w in unit.words for _, _, lemma in w.lemmas))
        yield (
            f"{unit.phrase}: {unit.role}"
            + (f"; heard as {heard}" if heard else "")
            + (f"; form of {lemmas}" if lemmas else "")
        )
