"""The linker: runs the floors in order, decides, and explains.

There is one path. `resolve` and `link` gather the same evidence with the same scorer; `explain` prints it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, lru_cache, partial
from typing import TYPE_CHECKING, Any

from entitynorm.errors import UnknownEntityError
from entitynorm.gazetteer import Gazetteer
from entitynorm.layers import IndexedGazetteer, InMemory, Stacked
from entitynorm.model import Candidate, Document, Entity, Evidence, Explanation, Link
from entitynorm.names.structure import parse
from entitynorm.names.units import Name
from entitynorm.reasons import reason_of
from entitynorm.rewriting import Style, rewrite
from entitynorm.scoring import decide, is_identical

if TYPE_CHECKING:
    from entitynorm.column import LinkedColumn
    from entitynorm.learned import LearnedScorer
    from entitynorm.reading import TextLinker
    from entitynorm.resolver import Resolver
    from entitynorm.retrieval.index import NameIndex
    from entitynorm.screening.screened import Screened
    from entitynorm.screening.screener import Screener

_BLOCK = 400_000
"""Code points of text read together."""
_SHARED = 8
"""How many times smaller blocks are where processes share them."""
_SCREENED = 2
"""How many times larger blocks are where texts are only screened."""
_BATCH = 256
"""Names resolved together."""
_AREAS_KEPT = 65_536


class Linker:
    """Links names and texts to the entities of one gazetteer. Immutable; safe to share between threads."""

    def __init__(
        self,
        gazetteer: Gazetteer,
        *,
        layers: Sequence[IndexedGazetteer] = (),
        block: int = _BLOCK,
        make_index: Callable[[], NameIndex] | None = None,
    ) -> None:
        """``layers``: compiled gazetteers that ``gazetteer`` overrides and adds to, the lowest first.

        ``block``: code points of texts that `link_many` reads together; more take more memory and less time, and
        change no result. ``make_index``: what gives the index of ``gazetteer``, where it was made before.
        """
        self._gazetteer = Stacked(layers, gazetteer) if layers else gazetteer
        self._own = gazetteer
        self._layers = tuple(layers)
        self._block = block
        self._make_index = make_index

    @property
    def gazetteer(self) -> Gazetteer | Stacked:
        """The entities this linker knows."""
        return self._gazetteer

    @property
    def layers(self) -> tuple[IndexedGazetteer | Gazetteer, ...]:
        """The gazetteers that lie on top of each other, the lowest first."""
        return (*self._layers, self._own) if len(self._own) or not self._layers else self._layers

    @cached_property
    def scorer(self) -> LearnedScorer:
        """The named set of weights that names and texts are decided by."""
        from entitynorm.learned import learned_scorer

        return learned_scorer()

    @cached_property
    def _resolver(self) -> Resolver:
        from entitynorm.comparing import Layer  # these need numpy, which takes longer to load than fifty names in YAML
        from entitynorm.resolver import Resolver

        layers = [Layer(layer.index, layer.entity_at, self.scorer) for layer in self._layers]
        if len(self._own) or not layers:
            own = InMemory(self._own, self._make_index)
            layers.append(Layer(own.index, own.entity_at, self.scorer))
        return Resolver(layers, self.scorer)

    @cached_property
    def _texts(self) -> TextLinker:
        from entitynorm.reading import TextLinker

        return TextLinker(self._resolver, self._gazetteer)

    def warm_up(self) -> None:
        """Build the indexes now rather than at the first question."""
        _ = self._texts

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickled as its records and the paths of its compiled files: what arrives elsewhere makes its own index."""
        return _from_records, ([entity.to_dict() for entity in self._own], self._layers, self._block)

    # -- one name -----------------------------------------------------------------------------------------------

    def resolve(self, name: str, *, type: str | None = None, lang: str | None = None) -> Link:
        """Decide which entity one name (a table cell, a heading) means, or NIL with the reason.

        ``type`` keeps candidates of one entity type. ``lang`` changes nothing: a name by itself is read in the ways of
        all languages, since whoever wrote it may have kept another's spelling.
        """
        return self._resolve_batch([name], type=type, lang=lang)[0]

    def _resolve_batch(
        self,
        names: Sequence[str],
        *,
        type: str | None,
        lang: str | None,
        areas: Sequence[str | None] | None = None,
    ) -> list[Link]:
        """Decide several names together; ``areas`` holds for each the id of what its entity must lie in, or None."""
        kept = None if areas is None else [None if area is None else partial(self._lies_in, area) for area in areas]
        found = self._resolver.candidates(names, type, kept)
        return [self._decided(name, *some) for name, some in zip(names, found, strict=True)]

    def _lies_in(self, area: str, entity_id: str) -> bool:
        return area in self._areas_of(entity_id)

    @cached_property
    def _areas_of(self) -> Callable[[str], frozenset[str]]:
        """The ids of an entity and of all that it lies in or belongs to, kept for those asked about lately."""

        def areas_of(entity_id: str) -> frozenset[str]:
            above = self._gazetteer.ancestors(entity_id)
            current = (entity.id for parent in above if (entity := self._gazetteer.get(parent)) is not None)
            return frozenset((entity_id, *above, *current))  # a parent may be named by an id that it had before

        return lru_cache(maxsize=_AREAS_KEPT)(areas_of)

    def _decided(self, name: str, candidates: list[Candidate], blocked: bool) -> Link:
        kept = tuple(candidates)
        if len(candidates) == 1 and is_identical(candidates[0]):
            only = candidates[0]
            return Link(name, only.id, only.name, only.type, only.score, reason_of(only), kept)
        best, nil = decide(candidates, self.scorer, blocked=blocked)
        if best is None:
            return Link(name, None, None, None, candidates[0].score if candidates else 0.0, nil or "no_candidate", kept)
        return Link(name, best.id, best.name, best.type, best.score, reason_of(best), kept)

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
        links = (link for some in ordered_map(self, "_resolve_batch", batches, options, jobs, chunk=1) for link in some)
        answers = dict(zip(distinct, links, strict=True))
        return (answers[item] for item in items)

    def resolve_column(
        self,
        values: Any,
        *,
        type: Any = None,
        within: Any = None,
        lang: str | None = None,
        min_score: float = 0.0,
        jobs: int = 1,
    ) -> LinkedColumn:
        """`resolve` for a column of a table: one answer a row, each distinct name resolved once.

        ``values``: any iterable of names, or a column of pandas, polars, NumPy or Arrow. What is missing (None, NaN,
        NA, an empty cell) has an answer of four None. ``type`` and ``within`` are one value for all rows, or a column
        with one for each row, missing where there is none: an entity type, and an area (an id, a name, a country's
        two-letter code) that the answer must lie in or belong to by what the gazetteer says. An area that names no
        entity leaves its rows without a link, and stands in `LinkedColumn.unknown_areas`. A link below ``min_score``
        becomes NIL.

        Raises InputError for a cell that is no name, a type that nobody knows, or columns of different lengths.
        """
        from entitynorm.column import ColumnResolver

        with ColumnResolver(self, lang=lang, min_score=min_score, jobs=jobs) as resolver:
            return resolver.resolve(values, types=type, areas=within)

    # -- running text -------------------------------------------------------------------------------------------

    def link(self, text: str, *, lang: str | None = None, context: bool = True) -> Document:
        """All mentions of a text, in text order, not overlapping; offsets are code points of ``text``.

        ``lang``, the language of the text (pl, en-GB), settles whether names in Latin letters are declined, as they
        are in Polish, Czech, Slovak, Slovene and Croatian; None leaves that to the letters of the text, which a short
        one may lack. Nothing else depends on it. ``context=False`` decides each mention by itself, without what the
        rest of the document says.
        """
        return self._link_batch([text], lang=lang, context=context)[0]

    def _link_batch(self, texts: Sequence[str], *, lang: str | None, context: bool = True) -> list[Document]:
        return self._texts.documents(texts, lang=lang, context=context)

    def link_many(self, texts: Iterable[str], *, lang: str | None = None, jobs: int = 1) -> Iterator[Document]:
        """`link` for many texts, in input order; ``jobs`` > 1 shares the work between processes."""
        from entitynorm.parallel import ordered_map

        batches = _blocks(texts, self._block if jobs == 1 else self._block // _SHARED)
        linked = ordered_map(self, "_link_batch", batches, {"lang": lang}, jobs)
        return (document for some in linked for document in some)

    def screen(self, texts: Iterable[str], *, jobs: int = 1) -> Iterator[Screened]:
        """What many texts name, as arrays, in input order: spelled as it is listed, or sounding like it.

        For streams and archives of which few texts matter: ten times as fast as `link_many` and more. Nothing around a
        name is looked at, no name is declined, shortened or translated; `link` decides what a page means. The first
        call makes tables of sounds, which takes two seconds for a million names.
        ``jobs`` > 1 shares the work between processes.
        """
        from entitynorm.parallel import ordered_map

        _ = self._screener  # before there are processes, which share what it is made of
        batches = _blocks(texts, _SCREENED * self._block // (1 if jobs == 1 else _SHARED), at_once=True)
        screened = ordered_map(self, "_screen_batch", batches, {}, jobs)
        return (one for some in screened for one in some)

    def _screen_batch(self, texts: Sequence[str]) -> list[Screened]:
        return self._screener.screen(texts)

    @cached_property
    def _screener(self) -> Screener:
        from entitynorm.screening.screener import Screener

        return Screener(self._resolver)

    def normalize(self, text: str, *, lang: str | None = None, style: Style = "name") -> str:
        """The text with every linked mention replaced by its canonical name; nothing else changes.

        ``style`` "id" puts the entity's id in its place, "both" the name with the id in square brackets after it.
        """
        return rewrite(self.link(text, lang=lang), style)

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


def _from_records(records: list[dict[str, Any]], layers: Sequence[IndexedGazetteer], block: int) -> Linker:
    return Linker(Gazetteer(Entity.from_dict(record) for record in records), layers=layers, block=block)


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


def _blocks(texts: Iterable[str], most: int, *, at_once: bool = False) -> Iterator[list[str]]:
    """Texts in lists of up to about ``most`` code points together: arrays are worth their while from some size on.

    The first ones are smaller, unless ``at_once``: nobody waits for a whole block to see the first answer.
    """
    if isinstance(texts, str):
        raise TypeError("expected several texts, got one string; put it in a list")
    block: list[str] = []
    size, enough = 0, most if at_once else max(1, most // 32)
    for text in texts:
        block.append(text)
        size += len(text)
        if size >= enough:
            yield block
            block, size, enough = [], 0, min(most, 2 * enough)
    if block:
        yield block
