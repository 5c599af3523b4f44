"""What a linked text becomes in a Doc: spans, entities, and records that lose nothing.

Three places, from the most complete to the most convenient:

- ``doc.user_data["entitynorm"]``: a list of records, one a mention, as `Mention.to_dict` gives them, with the offsets
  of the text and two more fields: ``alignment`` ("strict", "expanded", or "none" where no token is touched) and
  ``aligned`` (where the tokens begin and end). Only lists and dicts: tuples would come back from ``Doc.to_bytes`` as
  lists. `DocBin` is the other way round and gives tuples for lists; what the extension answers has lists always.
- ``doc.spans[spans_key]``: spans of tokens, each mention followed by its other candidates; its ``attrs`` hold their
  ``scores``, and ``ranks``: 0 for the decision (without id where it was NIL), from 1 for what was not chosen.
- ``doc.ents``: linked mentions only, and no two on one token.

A tokeniser may keep in one token what the text has two names in (``U.S.-Russia``), or a name and more. Such a mention
takes the whole token and is recorded as expanded; none is dropped without a trace.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from types import MappingProxyType
from typing import Any

import numpy as np
from spacy.attrs import ENT_IOB
from spacy.tokens import Doc, Span, SpanGroup

from entitynorm.errors import InputError
from entitynorm.model import Document, Link, Mention

KEY = "entitynorm"
"""The key of ``doc.user_data``, the name of the extension, and by default the key of ``doc.spans``."""
MODES = ("link", "add", "link+add", "replace")
NIL = "NIL"
"""What spaCy's EntityLinker writes where it knows no id."""

_OUTSIDE = 2
"""The number of O in ``token.ent_iob``."""

Resolve = Callable[[str], Link]
Record = dict[str, Any]
Strict = dict[tuple[int, int], str]
"""Bounds in tokens of linked mentions that fill their tokens, with their ids."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How a Doc is annotated. Raises InputError for an unknown mode."""

    mode: str = "link+add"
    """"link" gives ids to entities that are there, "add" adds entities where there are none, "link+add" does both;
    with "replace" a linked mention takes the place of every entity it overlaps."""
    spans_key: str = KEY
    labels: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Entity type -> label, for pipelines that say GPE where the gazetteer says PLACE; other types are labels as they
    are."""
    set_ent_id: bool = False
    """Write the id to ``ent_id_`` too, where spaCy's rulers have it."""

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            raise InputError(f"entitynorm: mode is {self.mode!r}, expected one of {', '.join(MODES)}")


def annotate(doc: Doc, document: Document, settings: Settings, resolve: Resolve) -> None:
    """Write the mentions of ``doc.text`` into the Doc; ``resolve`` is asked about entities with other bounds."""
    records: list[Record] = []
    group: list[Span] = []
    scores: list[float] = []
    ranks: list[int] = []
    linked: list[Span] = []
    strict: dict[tuple[int, int], str] = {}
    labels = settings.labels
    for mention in document.mentions:
        record = mention.to_dict()
        records.append(record)
        span = _aligned(doc, mention, settings, record)
        if span is None:
            continue
        group.append(span)
        scores.append(record["score"])
        ranks.append(0)
        if mention.id is not None:
            linked.append(span)
            if record["alignment"] == "strict":
                strict[span.start, span.end] = mention.id
        if len(mention.candidates) > 1 or mention.id is None:
            rank = 0
            for candidate in record["candidates"]:
                if candidate["id"] != mention.id:
                    rank += 1
                    label = labels.get(candidate["type"], candidate["type"])
                    group.append(Span(doc, span.start, span.end, label, kb_id=candidate["id"]))
                    scores.append(candidate["score"])
                    ranks.append(rank)
    doc.user_data[KEY] = records
    doc.spans[settings.spans_key] = SpanGroup(
        doc, name=settings.spans_key, attrs={"scores": scores, "ranks": ranks}, spans=group
    )
    if settings.mode != "link":
        _say_outside(doc)
    if linked:
        _set_entities(doc, linked, strict, settings, resolve)


def _aligned(doc: Doc, mention: Mention, settings: Settings, record: Record) -> Span | None:
    """The tokens of a mention; how they were found is written into its record."""
    label, kb_id = "", mention.id or ""
    if mention.type is not None:
        label = settings.labels.get(mention.type, mention.type)
    ent_id = kb_id if settings.set_ent_id else ""
    span = doc.char_span(mention.start, mention.end, label, kb_id, span_id=ent_id)
    if span is not None:
        record["alignment"] = "strict"
        record["aligned"] = [mention.start, mention.end]
        return span
    span = doc.char_span(mention.start, mention.end, label, kb_id, alignment_mode="expand", span_id=ent_id)
    if span is None or len(span) == 0:
        record["alignment"] = "none"
        record["aligned"] = None
        return None
    record["alignment"] = "expanded"
    record["aligned"] = [span.start_char, span.end_char]
    return span


def _set_entities(doc: Doc, linked: list[Span], strict: Strict, settings: Settings, resolve: Resolve) -> None:
    ours = _apart(linked)
    entities = doc.ents
    if settings.mode == "replace":
        taken = _tokens(ours)
        kept = [entity for entity in entities if taken.isdisjoint(range(entity.start, entity.end))]
        doc.set_ents([*kept, *ours])
        return
    if entities and settings.mode != "add":
        for entity, kb_id in _ids_for(entities, linked, strict, resolve):
            for token in entity:
                token.ent_kb_id_ = kb_id
                if settings.set_ent_id:
                    token.ent_id_ = kb_id
    if settings.mode == "link":
        return
    taken = _tokens(entities)
    new = [span for span in ours if taken.isdisjoint(range(span.start, span.end))] if taken else ours
    if new:
        doc.set_ents(new, default="unmodified")


def _say_outside(doc: Doc) -> None:
    """Call all tokens outside of entities where nobody has said anything, as spaCy's rulers do.

    Training data made from tokens without annotation would teach that everything is an entity. What another component
    said stays, and "link" says nothing, as it does not look for entities.
    """
    if not doc.has_annotation("ENT_IOB"):
        outside: Any = np.full(len(doc), _OUTSIDE, dtype=np.uint64)
        doc.from_array([ENT_IOB], outside)  # half the price of set_ents


def _apart(spans: list[Span]) -> list[Span]:
    """Spans no two of which share a token: where tokens were expanded, the longest and then the first stays."""
    if all(a.end <= b.start for a, b in pairwise(spans)):
        return spans
    taken: set[int] = set()
    kept: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start - span.end, span.start)):
        tokens = range(span.start, span.end)
        if taken.isdisjoint(tokens):
            taken.update(tokens)
            kept.append(span)
    return sorted(kept, key=lambda span: span.start)


def _tokens(spans: Iterable[Span]) -> set[int]:
    return {token for span in spans for token in range(span.start, span.end)}


def _ids_for(
    entities: Iterable[Span], linked: list[Span], strict: Strict, resolve: Resolve
) -> Iterable[tuple[Span, str]]:
    """Ids for the entities of other components that have none.

    A mention of the same words decides. Where the bounds differ, were it inside a token («the Bank of Russia» or
    «Russia-24», with a mention of Russia), the words of the entity itself must mean what the mention means.
    """
    for entity in entities:
        if entity.kb_id_ not in ("", NIL):
            continue
        kb_id = strict.get((entity.start, entity.end))
        if kb_id is None:
            overlapping = {span.kb_id_ for span in linked if span.start < entity.end and entity.start < span.end}
            resolved = resolve(entity.text).id if overlapping else None
            kb_id = resolved if resolved in overlapping else None
        if kb_id is not None:
            yield entity, kb_id


def record_of(span: Span) -> Record | None:
    """The record of the mention that a span stands for: the one of its tokens and id, else the one it overlaps.

    None where there is none. A record whose words are not in the span is never given, so that a Doc cut out of another
    with its user data does not answer for words that it lost.
    """
    best: tuple[int, Record] | None = None
    for record in span.doc.user_data.get(KEY) or ():
        bounds = record["aligned"]
        if bounds is None or bounds[0] >= span.end_char or bounds[1] <= span.start_char:
            continue
        same_tokens = bounds[0] == span.start_char and bounds[1] == span.end_char
        same_id = span.kb_id_ != "" and span.kb_id_ in {record["id"], *(c["id"] for c in record["candidates"])}
        fit = 4 * same_tokens + 2 * (span.kb_id_ == (record["id"] or "")) + same_id
        if (same_tokens or same_id) and (best is None or fit > best[0]) and _holds(span, record):
            best = fit, record
    return _with_lists(best[1]) if best else None


def _with_lists(record: Record) -> Record:
    if isinstance(record["candidates"], list):
        return record
    return {key: list(value) if isinstance(value, tuple) else value for key, value in record.items()}


def _holds(span: Span, record: Record) -> bool:
    """Whether the words of the record stand where it says, seen from this span."""
    return bool(span.doc.text[record["start"] : record["end"]] == record["surface"])


def register_extension() -> None:
    """Make ``span._.entitynorm``; once, since spaCy refuses a second time, and never over somebody else's."""
    if not Span.has_extension(KEY):
        Span.set_extension(KEY, getter=record_of)
