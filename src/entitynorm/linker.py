"""The linker: runs the floors in order, decides, and explains.

There is one path. `resolve` and `link` gather the same evidence with the same scorer; `explain` prints it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

from entitynorm.candidates import rank, score_alias
from entitynorm.context import Context
from entitynorm.errors import UnknownEntityError
from entitynorm.gazetteer import Gazetteer
from entitynorm.index import Index
from entitynorm.mentions import Span, find_spans, most_covered, with_quotation_marks
from entitynorm.model import Candidate, Document, Entity, Evidence, Explanation, Link, Mention
from entitynorm.names.structure import Name, parse
from entitynorm.rewriting import rewrite
from entitynorm.scoring import RULES_1, SCORERS, Scorer, decide

_NIL_FLOOR = 0.2
"""A span of running text whose best candidate scores less is no mention at all."""
_MOST_KEPT = 5


def reason_of(evidence: Iterable[Evidence]) -> str:
    """One short sentence that names what decided for a link."""
    parts = [e.detail for e in evidence if e.feature not in ("base", "extra", "missing") and e.detail]
    return "; ".join(parts) or "every word agrees"


class Linker:
    """Links names and texts to the entities of one gazetteer. Immutable; safe to share between threads."""

    def __init__(self, gazetteer: Gazetteer, *, scorer: Scorer = RULES_1) -> None:
        self._gazetteer = gazetteer
        self._scorer = scorer

    @property
    def gazetteer(self) -> Gazetteer:
        """The entities this linker knows."""
        return self._gazetteer

    @property
    def scorer(self) -> Scorer:
        """The named set of weights and thresholds in use."""
        return self._scorer

    @cached_property
    def _index(self) -> Index:
        return Index(self._gazetteer)

    def warm_up(self) -> None:
        """Build the index now rather than at the first question."""
        _ = self._index

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickled as its records: what arrives elsewhere builds its own index."""
        return _from_records, ([entity.to_dict() for entity in self._gazetteer], self._scorer.name)

    # -- one name -----------------------------------------------------------------------------------------------

    def resolve(self, name: str, *, type: str | None = None, lang: str | None = None) -> Link:
        """Decide which entity one name (a table cell, a heading) means, or NIL with the reason.

        ``type`` keeps candidates of one entity type. ``lang`` is accepted for names known to be of one language;
        the readings of all languages are tried where it is None.
        """
        parsed = parse(name)
        candidates = self._candidates(parsed, type)
        best, nil = decide(candidates, self._scorer, blocked=bool(self._index.blocking(parsed)))
        kept = tuple(candidates)
        if best is None:
            return Link(name, None, None, None, candidates[0].score if candidates else 0.0, nil or "no_candidate", kept)
        return Link(name, best.id, best.name, best.type, best.score, reason_of(best.evidence), kept)

    def search(
        self, name: str, *, limit: int = 10, type: str | None = None, lang: str | None = None
    ) -> list[Candidate]:
        """Candidates for a name, best first, without a decision."""
        return self._candidates(parse(name), type)[:limit]

    def _candidates(self, parsed: Name, entity_type: str | None) -> list[Candidate]:
        return rank(self._index, parsed.units, parsed, self._scorer, entity_type=entity_type)

    def resolve_many(
        self, names: Iterable[str], *, type: str | None = None, lang: str | None = None, jobs: int = 1
    ) -> Iterator[Link]:
        """`resolve` for many names, in input order; equal names are resolved once."""
        from entitynorm.parallel import ordered_map

        items = list(names)
        distinct = list(dict.fromkeys(items))
        answers = dict(
            zip(distinct, ordered_map(self, "resolve", distinct, {"type": type, "lang": lang}, jobs), strict=True)
        )
        return (answers[item] for item in items)

    # -- running text -------------------------------------------------------------------------------------------

    def link(self, text: str, *, lang: str | None = None, context: bool = True) -> Document:
        """All mentions of a text, in text order, not overlapping; offsets are code points of ``text``.

        ``context=False`` decides each mention by itself, without what the rest of the document says.
        """
        spans, units = find_spans(self._index, self._scorer, text)
        if context and spans:
            document = Context(self._index, self._scorer, text, units, most_covered(spans))
            spans = [document.apply(span) for span in spans]
        mentions = (self._mention(text, span) for span in most_covered(spans))
        return Document(text, tuple(m for m in mentions if m is not None))

    def _mention(self, text: str, span: Span) -> Mention | None:
        candidates = span.candidates[:_MOST_KEPT]
        best, nil = decide(candidates, self._scorer)
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
        parsed = parse(name)
        ranked = rank(self._index, parsed.units, parsed, self._scorer, most=len(self._gazetteer))
        found = next(((c.score, c.alias, c.evidence) for c in ranked if c.id == entity.id), None)
        score, alias, evidence = found or self._nearest(parsed, entity)
        link = self.resolve(name, type=type)
        decision = link.id if link.id is not None else f"NIL ({link.reason})"
        return Explanation(
            surface=name,
            id=entity.id,
            name=entity.name,
            score=score,
            decision=decision,
            alias=alias,
            evidence=evidence,
            steps=tuple(_steps(parsed)),
            scorer=self._scorer.name,
        )

    def _nearest(self, parsed: Name, entity: Entity) -> tuple[float, str | None, tuple[Evidence, ...]]:
        """For an entity that is no candidate: the alias with most to say, and what rules it out."""
        found: list[tuple[float, int, str, list[Evidence]]] = []
        for number in self._index.of_entity[entity.id]:
            target = self._index.aliases[number]
            score, evidence = score_alias(self._index, parsed.units, parsed, target, self._scorer)
            found.append((score, len(evidence), target.alias.text, evidence))
        if not found:
            return 0.0, None, ()
        score, _, alias, items = max(found, key=lambda f: f[:2])
        return score, alias, tuple(items)


def _from_records(records: list[dict[str, Any]], scorer: str) -> Linker:
    return Linker(Gazetteer(Entity.from_dict(record) for record in records), scorer=SCORERS[scorer])


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
