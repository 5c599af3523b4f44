"""Precision, recall and F1 of links against stand-off gold: over everything, by type and kind, what was taken for what,
and every error in its context.

Gold is one JSON object a mention: ``doc, start, end, text, id, type, kind``, and optionally ``nested``, ``optional``,
``alt_spans``, ``alt_ids``, ``sense_id``. The rules:

1. Documents are matched by file name, folders left aside.
2. A gold mention that is neither nested nor optional nor a demonym must be found with exactly its span, or one of its
   ``alt_spans``, and its id, or one of ``alt_ids`` / ``sense_id``. It counts once, however often it is found.
3. A link that meets a nested, optional or demonym mention with an acceptable id is neither rewarded nor punished:
   annotators disagree about those, and a score should not depend on whose side a program takes.
4. Every other link counts against precision. NIL mentions are no claims and count nowhere; in gold, an ``id`` of null
   says that no link belongs there.
5. The kind of a mention is what the gold says (surname, handle, …). Where it says nothing, or only ``name``, it is the
   kind of its spelling (`entitynorm.kinds`), if somebody asks for it (`with_surface_kinds`).

Start reading at `evaluate`.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, Literal

from entitynorm.errors import InputError, UnknownEntityError
from entitynorm.kinds import surface_kind
from entitynorm.wording import one_line

if TYPE_CHECKING:
    from entitynorm.linker import Linker

Span = tuple[int, int]
NO_GOLD = "(no gold mention)"
"""The kind under which a link is counted that meets no gold mention at all, and its row in the confusion table."""
NOTHING = "(nothing)"
"""The column of the confusion table for gold mentions at whose place nothing was linked."""
_UNSAID = "name"
"""The kind of a gold mention of which the gold says nothing more."""

_CONTEXT = 40


@dataclass(frozen=True, slots=True)
class GoldMention:
    """One annotated mention; ``spans`` and ``ids`` hold every answer that is accepted for it."""

    doc: str
    start: int
    end: int
    text: str
    id: str
    type: str
    kind: str
    required: bool
    spans: frozenset[Span]
    ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class PredictedLink:
    """One link under test."""

    start: int
    end: int
    surface: str
    id: str
    type: str = ""


@dataclass(frozen=True, slots=True)
class Counts:
    """Found and missed gold mentions, and extra links; the three figures follow from them."""

    found: int = 0
    extra: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        return self.found / max(self.found + self.extra, 1)

    @property
    def recall(self) -> float:
        return self.found / max(self.found + self.missed, 1)

    @property
    def f1(self) -> float:
        return 2 * self.found / max(2 * self.found + self.extra + self.missed, 1)

    def plus(self, found: int = 0, extra: int = 0, missed: int = 0) -> Counts:
        return Counts(self.found + found, self.extra + extra, self.missed + missed)

    def to_dict(self) -> dict[str, float]:
        figures = {"precision": self.precision, "recall": self.recall, "f1": self.f1}
        counts: dict[str, float] = {"found": self.found, "extra": self.extra, "missed": self.missed}
        return counts | {name: round(value, 4) for name, value in figures.items()}


@dataclass(frozen=True, slots=True)
class EvaluationError:
    """One extra link, or one gold mention that was missed."""

    problem: Literal["extra", "missed"]
    doc: str
    start: int
    end: int
    surface: str
    got: str | None
    expected: str | None
    kind: str
    context: str = ""

    def __str__(self) -> str:
        line = f"{self.problem:6} {self.doc} {self.start}:{self.end} {self.surface!r} -> {self.got or 'nothing'}"
        line += f" (gold: {self.expected or 'nothing'}, {self.kind})"
        return f"{line}\n       {self.context}" if self.context else line


@dataclass(frozen=True, slots=True)
class Misfit:
    """A gold mention or link that does not fit its text, as one does whose offsets count another unit or text."""

    what: Literal["gold", "link"]
    doc: str
    start: int
    end: int
    surface: str
    """What is said to stand there; "" where nothing is said."""
    found: str | None
    """What does stand there; None where the text ends before, or where there is no text to look at."""

    def __str__(self) -> str:
        said = f"{self.what} {one_line(self.doc)} {self.start}:{self.end} {self.surface!r}"
        return f"{said}, where the text has {self.found!r}" if self.found is not None else f"{said}, no such place"


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The outcome: counts over everything and broken down, and every error in document order."""

    total: Counts
    by_type: Mapping[str, Counts]
    by_kind: Mapping[str, Counts]
    by_document: Mapping[str, Counts]
    gold_documents: int
    errors: tuple[EvaluationError, ...] = ()
    confusion: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Gold type -> linked type -> how often; every gold mention that must be found counts in one cell of its row, and
    every other wrong link in the row `NO_GOLD`."""
    confused: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """(expected id, linked id) -> how often one was linked for the other, the most frequent first."""
    misfits: tuple[Misfit, ...] = ()
    """Mentions and links that do not fit their text. They are scored by their offsets all the same, and hardly ever
    meet anything."""

    def to_dict(self) -> dict[str, Any]:
        return {
            "total": self.total.to_dict(),
            "documents": {"scored": len(self.by_document), "gold": self.gold_documents},
            "by_type": {name: counts.to_dict() for name, counts in self.by_type.items()},
            "by_kind": {name: counts.to_dict() for name, counts in self.by_kind.items()},
            "by_document": {name: counts.to_dict() for name, counts in self.by_document.items()},
            "confusion": {gold: dict(row) for gold, row in self.confusion.items()},
            "confused": [{"expected": a, "got": b, "count": n} for (a, b), n in self.confused.items()],
            "misfits": len(self.misfits),
        }


def evaluate(
    gold: Iterable[GoldMention],
    predicted: Mapping[str, Sequence[PredictedLink]],
    texts: Mapping[str, str] | None = None,
) -> Evaluation:
    """Score predictions by document name against gold; ``texts`` serves only to show errors in their context, and to
    tell what does not fit them."""
    gold = list(gold)
    gold_of: dict[str, list[GoldMention]] = defaultdict(list)
    for mention in gold:
        gold_of[mention.doc].append(mention)
    tally = _Tally()
    for doc in sorted(predicted):
        tally.by_document[doc] = Counts()
        for error in _score_document(doc, gold_of.get(doc, []), predicted[doc], tally):
            tally.errors.append(_in_context(error, (texts or {}).get(doc)))
    return Evaluation(
        total=tally.total,
        by_type=dict(sorted(tally.by_type.items())),
        by_kind=dict(sorted(tally.by_kind.items())),
        by_document=tally.by_document,
        gold_documents=len(gold_of),
        errors=tuple(tally.errors),
        confusion={gold: dict(sorted(row.items())) for gold, row in sorted(tally.confusion.items())},
        confused=dict(sorted(tally.confused.items(), key=lambda item: (-item[1], item[0]))),
        misfits=tuple(_misfits(gold, predicted, texts or {})),
    )


def _misfits(
    gold: Iterable[GoldMention], predicted: Mapping[str, Sequence[PredictedLink]], texts: Mapping[str, str]
) -> Iterator[Misfit]:
    """What does not fit its text. Without a text only lengths can be compared."""
    said: list[tuple[Literal["gold", "link"], str, Span, str]] = []
    for m in gold:
        said += [("gold", m.doc, span, m.text if span == (m.start, m.end) else "") for span in sorted(m.spans)]
    for doc, links in sorted(predicted.items()):
        said += [("link", doc, (link.start, link.end), link.surface) for link in links]
    for what, doc, (start, end), surface in said:
        text = texts.get(doc)
        inside = 0 <= start < end and (text is None or end <= len(text))
        found = text[start:end] if inside and text is not None else None
        fits = len(surface) == end - start if text is None else surface == found
        if not inside or (surface and not fits):
            yield Misfit(what, doc, start, end, surface, found)


@dataclass(slots=True)
class _Tally:
    """The running counts of one evaluation."""

    total: Counts = field(default_factory=Counts)
    by_type: dict[str, Counts] = field(default_factory=dict)
    by_kind: dict[str, Counts] = field(default_factory=dict)
    by_document: dict[str, Counts] = field(default_factory=dict)
    errors: list[EvaluationError] = field(default_factory=list)
    confusion: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    confused: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, doc: str, type_: str, kind: str, **step: int) -> None:
        self.total = self.total.plus(**step)
        for table, key in ((self.by_type, type_), (self.by_kind, kind), (self.by_document, doc)):
            table[key] = table.get(key, Counts()).plus(**step)


def _score_document(
    doc: str, gold: Sequence[GoldMention], links: Sequence[PredictedLink], tally: _Tally
) -> Iterator[EvaluationError]:
    required: dict[Span, int] = {}
    free: dict[Span, set[str]] = defaultdict(set)
    for number, mention in enumerate(gold):
        for span in mention.spans:
            if mention.required:
                required[span] = number
            else:
                free[span] |= mention.ids
    found: dict[int, PredictedLink] = {}
    wrong: list[tuple[int | None, PredictedLink]] = []
    for link in links:
        span = (link.start, link.end)
        met = gold[required[span]] if span in required else None
        if met is not None and link.id in met.ids:
            if required[span] not in found:
                found[required[span]] = link
                tally.add(doc, met.type, met.kind, found=1)
        elif link.id not in free.get(span, ()):
            wrong.append((required.get(span), link))
            kind = met.kind if met else NO_GOLD
            tally.add(doc, link.type or (met.type if met else ""), kind, extra=1)
            yield EvaluationError("extra", doc, *span, link.surface, link.id, met.id if met else None, kind)
    got = {(link.start, link.end): link.id for link in links}
    _confuse(gold, required, found, wrong, tally)
    for number in sorted(set(required.values()) - found.keys()):
        m = gold[number]
        tally.add(doc, m.type, m.kind, missed=1)
        yield EvaluationError("missed", doc, m.start, m.end, m.text, got.get((m.start, m.end)), m.id, m.kind)


def _confuse(
    gold: Sequence[GoldMention],
    required: Mapping[Span, int],
    found: Mapping[int, PredictedLink],
    wrong: Sequence[tuple[int | None, PredictedLink]],
    tally: _Tally,
) -> None:
    taken = dict(found)
    for number, link in wrong:
        if number is None or number in taken:
            tally.confusion[NO_GOLD][link.type] += 1
        else:
            taken[number] = link
            tally.confused[gold[number].id, link.id] += 1
    for number in set(required.values()):
        link_type = (taken[number].type or gold[number].type) if number in taken else NOTHING
        tally.confusion[gold[number].type][link_type] += 1


def _in_context(error: EvaluationError, text: str | None) -> EvaluationError:
    if text is None:
        return error
    before = text[max(0, error.start - _CONTEXT) : error.start]
    after = text[error.end : error.end + _CONTEXT]
    context = " ".join(f"…{before}⟦{text[error.start : error.end]}⟧{after}…".split())
    return EvaluationError(
        error.problem, error.doc, error.start, error.end, error.surface, error.got, error.expected, error.kind, context
    )


def with_surface_kinds(gold: Iterable[GoldMention], linker: Linker) -> list[GoldMention]:
    """The gold with the kind of its spelling for every mention of which it says no kind.

    A mention of an entity that the linker's gazetteer does not hold stays as it is.
    """
    known: dict[tuple[str, str], str] = {}
    return [m if m.kind != _UNSAID else replace(m, kind=_surface_kind(m, linker, known)) for m in gold]


def _surface_kind(mention: GoldMention, linker: Linker, known: dict[tuple[str, str], str]) -> str:
    key = (mention.text, mention.id)
    if key not in known:
        try:
            explained = linker.explain(*key)
            entity = linker.gazetteer[mention.id]
            names = (entity.name, *(alias.text for alias in entity.aliases))
            known[key] = surface_kind(mention.text, explained.alias, explained.evidence, names)
        except UnknownEntityError:
            known[key] = mention.kind
    return known[key]


def read_gold(lines: Iterable[tuple[int, str]], path: str) -> list[GoldMention]:
    """Read stand-off gold from numbered lines; raises InputError naming the line that is no gold mention.

    A mention whose id is null names no entity of the gazetteer. It is left out: a link at its place meets no gold.
    """
    rows = ((number, row) for number, row in _objects(lines, path) if row.get("id", "") is not None)
    mentions = [_gold_mention(row, f"{path}:{number}") for number, row in rows]
    if not mentions:
        raise InputError(
            f"{path}: holds no gold mentions; expected JSON lines with doc, start, end, text, id, type, kind"
        )
    return mentions


def read_predictions(lines: Iterable[tuple[int, str]], path: str) -> dict[str, list[PredictedLink]]:
    """Read what ``entitynorm link --format jsonl`` prints, by file name; NIL mentions are left out."""
    predicted: dict[str, list[PredictedLink]] = {}
    for number, row in _objects(lines, path):
        try:
            if row.get("offsets", "codepoint") != "codepoint":
                raise InputError(
                    f"{path}:{number}: offsets count {one_line(str(row['offsets']))} units, and those of the gold code "
                    "points; link again with --offsets codepoint"
                )
            links = [_predicted_link(m) for m in row["mentions"] if m.get("id") is not None]
            predicted.setdefault(document_name(row["doc"]), []).extend(links)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InputError(
                f"{path}:{number}: not a linked document ({_cause(error)}); "
                'expected {"doc": …, "mentions": [{"start", "end", "id", …}]} as `entitynorm link` prints'
            ) from None
    return predicted


def document_name(doc: str) -> str:
    """How documents are matched: the file name, whichever folder it lay in."""
    return PurePath(doc).name


def gold_text_folder(gold_path: str) -> Path:
    """Where the texts of a gold file lie unless told otherwise: beside the folder that holds the gold."""
    return Path(gold_path).resolve().parent.parent


def _objects(lines: Iterable[tuple[int, str]], path: str) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in lines:
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise InputError(f"{path}:{number}: not JSON ({_cause(error)}); expected one JSON object a line") from None
        if not isinstance(row, dict):
            raise InputError(f"{path}:{number}: a JSON {type(row).__name__}; expected one JSON object a line")
        yield number, row


def _gold_mention(row: Mapping[str, Any], place: str) -> GoldMention:
    try:
        start, end = int(row["start"]), int(row["end"])
        spans = {(start, end), *(_alt_span(span) for span in row.get("alt_spans") or ())}
        ids = {row["id"], *(row.get("alt_ids") or ()), *filter(None, [row.get("sense_id")])}
        kind = str(row.get("kind") or _UNSAID)
        return GoldMention(
            doc=document_name(row["doc"]),
            start=start,
            end=end,
            text=str(row["text"]),
            id=str(row["id"]),
            type=str(row.get("type") or ""),
            kind=kind,
            required=not (row.get("nested") or row.get("optional") or kind == "demonym"),
            spans=frozenset(spans),
            ids=frozenset(ids),
        )
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise InputError(
            f"{place}: not a gold mention ({_cause(error)}); expected doc, start, end, text, id, and optionally "
            "type, kind, nested, optional, alt_spans, alt_ids, sense_id"
        ) from None


def _alt_span(span: Any) -> Span:
    return (int(span["start"]), int(span["end"])) if isinstance(span, dict) else (int(span[0]), int(span[1]))


def _predicted_link(row: Mapping[str, Any]) -> PredictedLink:
    start, end = int(row["start"]), int(row["end"])
    return PredictedLink(start, end, str(row.get("surface") or ""), str(row["id"]), str(row.get("type") or ""))


def _cause(error: BaseException) -> str:
    if isinstance(error, KeyError):
        return f"no {error.args[0]!r}"
    return str(error) or type(error).__name__
