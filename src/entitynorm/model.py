"""The nouns of the package: frozen data without behaviour beyond their invariants.

Offsets are Unicode code points of the original text, half open. Scores are floats in [0, 1].
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import isfinite
from types import MappingProxyType
from typing import Any, Literal, overload

Strength = Literal["strong", "weak"]
Fuzzy = Literal["off", "key", "edit"]
NilReason = Literal["no_candidate", "below_threshold", "ambiguous", "blocked"]

ALIAS_KINDS = (
    "name",
    "native",
    "translation",
    "acronym",
    "abbreviation",
    "former",
    "nickname",
    "pseudonym",
    "surname",
    "misspelling",
    "exonym",
    "handle",
    "domain",
)
"""What an alias is; the vocabulary of the ``kind`` field."""

_EMPTY: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Alias:
    """A name in the gazetteer.

    ``strength`` "weak" means the name alone does not decide: it needs support from the document.
    ``lang`` is a BCP 47 primary subtag, optionally with a script ("ru", "uk", "ru-Latn").
    """

    text: str
    lang: str | None = None
    kind: str = "name"
    strength: Strength = "strong"
    source: str | None = None
    fuzzy: Fuzzy | None = None
    """How freely this name may be met: "edit" with slips, "key" by sound only, "off" letter by letter; None = edit."""

    def to_dict(self) -> str | dict[str, Any]:
        """The record form: a plain string where nothing but the text is said."""
        rest: dict[str, Any] = {}
        if self.lang is not None:
            rest["lang"] = self.lang
        if self.kind != "name":
            rest["kind"] = self.kind
        if self.strength != "strong":
            rest["strength"] = self.strength
        if self.source is not None:
            rest["source"] = self.source
        if self.fuzzy is not None:
            rest["fuzzy"] = self.fuzzy
        return {"text": self.text, **rest} if rest else self.text


@dataclass(frozen=True, slots=True)
class Entity:
    """One entity of the gazetteer, with every name it goes by."""

    id: str
    type: str
    name: str
    aliases: tuple[Alias, ...] = ()
    description: str | None = None
    refs: Mapping[str, str] = field(default_factory=lambda: _EMPTY)
    located_in: str | None = None
    part_of: str | None = None
    lat: float | None = None
    lon: float | None = None
    weight: float | None = None
    was: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The entity record: JSON-ready, fields that say nothing left out."""
        record: dict[str, Any] = {"id": self.id, "type": self.type, "name": self.name}
        if self.aliases:
            record["aliases"] = [alias.to_dict() for alias in self.aliases]
        for key in ("description", "located_in", "part_of", "lat", "lon", "weight"):
            value = getattr(self, key)
            if value is not None:
                record[key] = value
        if self.refs:
            record["refs"] = dict(self.refs)
        if self.was:
            record["was"] = list(self.was)
        if self.blocked:
            record["blocked"] = list(self.blocked)
        return record

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Entity:
        """Read one entity record; raises GazetteerError with every complaint."""
        from entitynorm.records import entity_from_record  # records builds on this module

        return entity_from_record(record)


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason for a score: a named feature, its value in [0, 1], what it adds to the log-odds, and why.

    ``value * weight`` is the contribution; a veto has ``weight`` -inf and decides alone.
    """

    feature: str
    value: float
    weight: float
    detail: str = ""

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready; what decides alone weighs plus or minus infinity, which JSON cannot say: its weight is null."""
        weight = self.weight if isfinite(self.weight) else None
        record = {"feature": self.feature, "value": round(self.value, 4), "weight": weight, "detail": self.detail}
        return record if weight is not None else {**record, "decides": self.weight > 0, "veto": self.weight < 0}


class LazyEvidence(Sequence[Evidence]):
    """Evidence that is put into words only when somebody looks; equal to the tuple that it stands for."""

    __slots__ = ("_features", "_items", "_make", "_named")

    def __init__(self, make: Callable[[], tuple[Evidence, ...]], features: Callable[[], frozenset[str]]) -> None:
        """``features`` names the features without their values and words, which is much cheaper than ``make``."""
        self._make: Callable[[], tuple[Evidence, ...]] | None = make
        self._features = features
        self._named: frozenset[str] | None = None
        self._items: tuple[Evidence, ...] = ()

    @property
    def features(self) -> frozenset[str]:
        """The names of the features."""
        if self._named is None:
            self._named = self._features()
        return self._named

    def _all(self) -> tuple[Evidence, ...]:
        if self._make is not None:
            self._items, self._make = self._make(), None
        return self._items

    @overload
    def __getitem__(self, index: int) -> Evidence: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Evidence, ...]: ...
    def __getitem__(self, index: int | slice) -> Evidence | tuple[Evidence, ...]:
        return self._all()[index]

    def __len__(self) -> int:
        return len(self._all())

    def __iter__(self) -> Iterator[Evidence]:
        return iter(self._all())

    def __eq__(self, other: object) -> bool:
        return tuple(other) == self._all() if isinstance(other, (tuple, LazyEvidence)) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._all())

    def __repr__(self) -> str:
        return repr(self._all())

    def __reduce__(self) -> tuple[Any, ...]:
        return tuple, (self._all(),)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entity that a surface form may name, through one of its aliases."""

    id: str
    name: str
    type: str
    score: float
    alias: str
    evidence: Sequence[Evidence] = ()

    def to_dict(self) -> dict[str, Any]:
        return {"id": self.id, "name": self.name, "type": self.type, "score": round(self.score, 4), "alias": self.alias}


@dataclass(frozen=True, slots=True)
class Link:
    """The decision for one name: an id, or None with the reason."""

    surface: str
    id: str | None
    name: str | None
    type: str | None
    score: float
    reason: str
    """Why: for a link a short sentence, for NIL one of no_candidate, below_threshold, ambiguous, blocked."""
    candidates: tuple[Candidate, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return {
            "surface": self.surface,
            "id": self.id,
            "name": self.name,
            "type": self.type,
            "score": round(self.score, 4),
            "reason": self.reason,
            "candidates": [c.to_dict() for c in self.candidates],
        }


@dataclass(frozen=True, slots=True)
class Mention:
    """A surface form at an offset of the original text, and the decision made for it."""

    start: int
    end: int
    surface: str
    id: str | None
    name: str | None
    type: str | None
    score: float
    reason: str
    candidates: tuple[Candidate, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end or len(self.surface) != self.end - self.start:
            raise ValueError(f"mention {self.surface!r} does not fit its offsets {self.start}:{self.end}")

    def to_dict(self) -> dict[str, Any]:
        return {
            "start": self.start,
            "end": self.end,
            "surface": self.surface,
            "id": self.id,
            "name": self.name,
            "type": self.type,
            "score": round(self.score, 4),
            "reason": self.reason,
            "candidates": [c.to_dict() for c in self.candidates],
        }


@dataclass(frozen=True, slots=True)
class Document:
    """A text and its mentions, in text order, not overlapping."""

    text: str
    mentions: tuple[Mention, ...] = ()

    def to_dict(self, doc: str | None = None) -> dict[str, Any]:
        """The JSON form without the text, which the reader already has; it says that its offsets are code points."""
        return {"doc": doc, "offsets": "codepoint", "mentions": [m.to_dict() for m in self.mentions]}


def joined(pieces: Iterable[Document]) -> Document:
    """Consecutive pieces of one text as one document, offsets counted from the beginning."""
    texts: list[str] = []
    mentions: list[Mention] = []
    at = 0
    for piece in pieces:
        mentions += (replace(m, start=m.start + at, end=m.end + at) if at else m for m in piece.mentions)
        texts.append(piece.text)
        at += len(piece.text)
    return Document("".join(texts), tuple(mentions))


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two names against each other, without a gazetteer."""

    score: float
    same: bool
    evidence: Sequence[Evidence] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a surface form scores as it does for one entity; ``str()`` prints it.

    `entitynorm.scoring.probability` of the evidence gives the score again.
    """

    surface: str
    id: str
    name: str
    score: float
    decision: str
    """What resolve answers for the surface form: an entity id, or "NIL (reason)"."""
    alias: str | None
    """The alias that came nearest; None where no alias shares anything with the surface form."""
    evidence: Sequence[Evidence]
    steps: tuple[str, ...] = ()
    """How the surface form was read: folds, slots, readings; one line each."""
    scorer: str = ""
    """The name of the weights that decided."""

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "surface": self.surface,
            "id": self.id,
            "name": self.name,
            "score": round(self.score, 4),
            "decision": self.decision,
            "alias": self.alias,
            "steps": list(self.steps),
            "evidence": [item.to_dict() for item in self.evidence],
            "scorer": self.scorer,
        }

    def __str__(self) -> str:
        lines = [f"{self.surface!r} ~ {self.name!r} ({self.id}): {self.score:.3f}", f"decision: {self.decision}"]
        if self.alias is not None:
            lines.append(f"nearest alias: {self.alias!r}")
        lines += [f"  {step}" for step in self.steps]
        for item in self.evidence:
            decides = {float("-inf"): "veto", float("inf"): "sure"}
            effect = decides.get(item.weight) or f"{item.value * item.weight:+.2f}"
            lines.append(f"  {effect:>6}  {item.feature}" + (f": {item.detail}" if item.detail else ""))
        return "\n".join(lines)
