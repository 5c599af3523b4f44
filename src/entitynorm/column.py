"""Columns of names: every distinct question asked once, every row its answer.

A table repeats its names, and a call for each row would spend its time on what is known already. So a column is taken
as its distinct values, each is resolved once, in batches, and the answers are laid out over the rows by position: no
join, so rows keep their order. Start reading at `ColumnResolver.resolve`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from entitynorm.column_values import Encoded, Place, encode, name_in
from entitynorm.errors import InputError
from entitynorm.names.lexicon import lexicon
from entitynorm.names.types import unknown_type
from entitynorm.parallel import Workers
from entitynorm.remembered import Answer, Question, Remembered
from entitynorm.wording import quoted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from entitynorm.linker import Linker

ANSWER_FIELDS = Answer._fields
NO_NAME = Answer()
_NOWHERE = ""
"""The area of rows whose area names no entity; no id is empty."""
_UNANSWERED = Answer(None, None, 0.0, "no_candidate")
_BATCH = 256
_AREAS_KEPT = 65_536


def added_columns(prefix: str, present: Iterable[object] = (), place: str = "the table") -> list[str]:
    """The names of the four columns of answers: ``place_id`` …, or ``id`` … where the prefix is empty.

    Raises InputError where one of them is ``present`` already.

    >>> added_columns("place")
    ['place_id', 'place_name', 'place_score', 'place_reason']
    """
    added = [f"{prefix}_{field}" if prefix else field for field in ANSWER_FIELDS]
    there = set(present)
    if taken := [name for name in added if name in there]:
        raise InputError(
            f"{place}: already has a column {taken[0]!r}; rename it, ask for another prefix, "
            "or start from the table without it"
        )
    return added


class Places(NamedTuple):
    """Where the columns of a piece came from, for messages."""

    values: Place = Place("values")
    types: Place = Place("type")
    areas: Place = Place("within")


_PLACES = Places()


class LinkedColumn:
    """The answers for a column: as long as the column, in its order; equal rows share one `Answer`."""

    def __init__(
        self, answers: Sequence[Answer], positions: NDArray[np.int32], unknown_areas: Sequence[str] = ()
    ) -> None:
        self.answers = tuple(answers)
        """The distinct answers."""
        self.positions = positions
        """For each row the position of its answer in ``answers``."""
        self.unknown_areas = tuple(unknown_areas)
        """Areas that name no entity, in the order they came; their rows have no link."""

    def __len__(self) -> int:
        return len(self.positions)

    def __getitem__(self, row: int) -> Answer:
        return self.answers[int(self.positions[row])]

    def __iter__(self) -> Iterator[Answer]:
        return map(self.answers.__getitem__, self.positions.tolist())

    def _field(self, field: str) -> list[Any]:
        cells = [getattr(answer, field) for answer in self.answers]
        return [cells[position] for position in self.positions.tolist()]

    @property
    def ids(self) -> list[str | None]:
        """The entity id of each row; None without a link."""
        return self._field("id")

    @property
    def names(self) -> list[str | None]:
        """The canonical name of each row; None without a link."""
        return self._field("name")

    @property
    def scores(self) -> list[float | None]:
        """The score of each row, a probability in [0, 1]; None where the row holds no name."""
        return self._field("score")

    @property
    def reasons(self) -> list[str | None]:
        """The reason of each row, for a link or for NIL; None where the row holds no name."""
        return self._field("reason")

    def to_dict(self, prefix: str = "") -> dict[str, list[Any]]:
        """Four columns of the length of the column, by the names that `added_columns` gives."""
        names = added_columns(prefix)
        return {name: self._field(field) for name, field in zip(names, ANSWER_FIELDS, strict=True)}

    def to_arrow(self, prefix: str = "") -> Any:
        """The four columns as a ``pyarrow.Table`` of strings and one float64; raises InputError without pyarrow."""
        try:
            import pyarrow
        except ImportError:
            raise InputError(
                "Arrow tables need pyarrow, which is not installed; run: pip install 'entitynorm[parquet]'"
            ) from None
        # The types are said, since a column of nothing but None would get one of its own that fits no other.
        kinds = (pyarrow.string(), pyarrow.string(), pyarrow.float64(), pyarrow.string())
        rows = pyarrow.array(self.positions)
        columns = [
            pyarrow.array([getattr(answer, field) for answer in self.answers], kind).take(rows)
            for field, kind in zip(ANSWER_FIELDS, kinds, strict=True)
        ]
        return pyarrow.Table.from_arrays(columns, names=added_columns(prefix))


class _Batch(NamedTuple):
    """Names that are resolved together, which they can be if they want one type."""

    questions: tuple[Question, ...]
    lang: str | None
    min_score: float


def answer_batch(linker: Linker, batch: _Batch) -> list[Answer]:
    """The answers to some questions of one type, in their order."""
    names = [question.name for question in batch.questions]
    areas = [question.area for question in batch.questions]
    narrowed = areas if any(area is not None for area in areas) else None
    links = linker._resolve_batch(names, type=batch.questions[0].type, lang=batch.lang, areas=narrowed)
    return [
        Answer(None, None, round(link.score, 4), "below_threshold")
        if link.id is not None and link.score < batch.min_score
        else Answer(link.id, link.name, round(link.score, 4), link.reason)
        for link in links
    ]


class ColumnResolver:
    """Resolves a column, whole or piece by piece: what one piece asked the next does not ask again.

    Memory is bounded whatever the number of distinct names (see `Remembered`), and processes start once. Safe to share
    between threads. Use it in a ``with`` block, or `close` it.
    """

    def __init__(self, linker: Linker, *, lang: str | None = None, min_score: float = 0.0, jobs: int = 1) -> None:
        self._linker = linker
        self._lang = lang
        self._min_score = min_score
        self._workers = Workers(linker, jobs)
        self._remembered = Remembered()
        self._lock = threading.RLock()
        self._known_types: set[str] = set()
        self._unknown_areas: dict[str, None] = {}
        self._area = lru_cache(maxsize=_AREAS_KEPT)(self._find_area)

    def __enter__(self) -> ColumnResolver:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._workers.__exit__(kind, error, trace)
        self._remembered.close()

    @property
    def unknown_areas(self) -> list[str]:
        """Areas of all pieces that name no entity, in the order they came."""
        return list(self._unknown_areas)

    def resolve(self, values: Any, *, types: Any = None, areas: Any = None, places: Places = _PLACES) -> LinkedColumn:
        """The answers for the rows of a piece; ``types`` and ``areas``: one for all rows, or a column of them.

        What `Linker.resolve_column` says holds here too.
        """
        names = encode(values, places.values)
        rows = len(names.positions)
        wanted, types_place = _column(types, rows, places.types)
        within, areas_place = _column(areas, rows, places.areas)
        named = _read(names, places.values, name_in)
        with self._lock:
            labels = _read(wanted, types_place, self.type_in)
            cells = _read(within, areas_place, name_in)
            ids = [None if cell is None else self._area(cell) for cell in cells]
            unknown = [cell for cell, id in zip(cells, ids, strict=True) if cell is not None and id == _NOWHERE]
            self._unknown_areas.update(dict.fromkeys(unknown[: _AREAS_KEPT - len(self._unknown_areas)]))
            kinds = np.array([len(labels), len(ids)], np.int64)
            mixed = (names.positions.astype(np.int64) * kinds[0] + wanted.positions) * kinds[1] + within.positions
            if len(labels) == len(ids) == 1:
                distinct, positions = np.arange(len(named), dtype=np.int64), names.positions.astype(np.int64)
            else:
                distinct, positions = np.unique(mixed, return_inverse=True)
            questions = []
            for number in distinct.tolist():
                rest, area = divmod(number, len(ids))
                name, label = named[rest // len(labels)], labels[rest % len(labels)]
                questions.append(None if name is None else Question(name, label, ids[area]))
            answers = self._answered(questions)
        return LinkedColumn(answers, positions.astype(np.int32), tuple(dict.fromkeys(unknown)))

    def _answered(self, questions: Sequence[Question | None]) -> list[Answer]:
        asked = dict.fromkeys(q for q in questions if q is not None and q.area != _NOWHERE)
        known = self._remembered.find(asked)
        if new := [question for question in asked if question not in known]:
            found = dict(self._ask(new))
            self._remembered.keep(found)
            known |= found
        return [NO_NAME if q is None else known.get(q, _UNANSWERED) for q in questions]

    def _ask(self, questions: Sequence[Question]) -> Iterator[tuple[Question, Answer]]:
        by_type: dict[str | None, list[Question]] = {}
        for question in questions:
            by_type.setdefault(question.type, []).append(question)
        batches = [
            _Batch(tuple(some[k : k + _BATCH]), self._lang, self._min_score)
            for some in by_type.values()
            for k in range(0, len(some), _BATCH)
        ]
        for batch, answers in zip(batches, self._workers.map(answer_batch, batches, chunk=1), strict=True):
            yield from zip(batch.questions, answers, strict=True)

    def type_in(self, value: object, place: str) -> str | None:
        """The type in a cell, None where there is none.

        Raises InputError, which names ``place``, for one that nobody knows: it would leave a column of NIL.
        """
        label = name_in(value, place)
        if label is not None and label not in self._known_types:
            if complaint := unknown_type(label, self._linker.gazetteer.types):
                raise InputError(f"{place}: {quoted(label)} {complaint}")
            self._known_types.add(label)
        return label

    def _find_area(self, cell: str) -> str:
        """The id of the entity that an area's cell means: an id, a country's two-letter code, or a name."""
        entity = self._linker.gazetteer.get(cell)
        if entity is not None:
            return entity.id
        for name in (*_names_of_country(cell), cell):
            for type_ in ("PLACE", None):
                found = self._linker.resolve(name, type=type_, lang=self._lang)
                if found.id is not None:
                    return found.id
        return _NOWHERE


def _names_of_country(code: str) -> tuple[str, ...]:
    """The English names of the country of an ISO 3166-1 code; none for anything else."""
    if len(code) != 2 or not code.isupper():
        return ()
    entries = (entry for (slot, _), entry in lexicon().entries.items() if slot == "country" and entry.iso == code)
    return tuple(name for entry in entries for name in entry.forms.get("noun", {}).get("en", ()))


def _read(column: Encoded, place: Place, read: Callable[[object, str], str | None]) -> list[str | None]:
    """What the distinct values of a column say."""
    return [read(value, place.of(row)) for value, row in zip(column.values, column.first_rows(), strict=True)]


def _column(values: Any, rows: int, place: Place) -> tuple[Encoded, Place]:
    """A column of ``rows`` values, or one value for all rows, and its place for messages."""
    if values is None or isinstance(values, str):
        return Encoded([values], np.zeros(rows, np.int32)), Place(place.what, counted=False)
    column = encode(values, place)
    if len(column.positions) != rows:
        raise InputError(
            f"{place.what}: {len(column.positions)} rows where the names have {rows}; give one for each name"
        )
    return column, place
