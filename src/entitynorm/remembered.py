"""Answers kept by question, in bounded memory: recent ones in a dict, the others in a file that nobody sees."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from entitynorm.errors import EntitynormError

if TYPE_CHECKING:
    import sqlite3

RECENT = 200_000
"""Answers held in memory, some 100 MB of them."""


class Question(NamedTuple):
    """What is asked of a row: a name, the type its entity must have, and the id of the area it must lie in."""

    name: str
    type: str | None = None
    area: str | None = None


class Answer(NamedTuple):
    """What a row gets: four None where it holds no name, since nothing was asked.

    ``score`` is a probability in [0, 1], rounded to four digits like every written score. Without a link ``id`` and
    ``name`` are None, and ``reason`` is that of NIL.
    """

    id: str | None = None
    name: str | None = None
    score: float | None = None
    reason: str | None = None


class Remembered:
    """Answers by question. Nothing is ever forgotten, so that nothing is asked twice, however long the column.

    A dict of a hundred million names would take the machine's memory; when it has `RECENT`, they move to a temporary
    SQLite database without a name, which the system removes with the process.
    """

    def __init__(self) -> None:
        self._recent: dict[Question, Answer] = {}
        self._older: sqlite3.Connection | None = None

    def find(self, questions: Iterable[Question]) -> dict[Question, Answer]:
        """The answers that are known, by question."""
        asked = list(questions)
        found = {q: self._recent[q] for q in asked if q in self._recent}
        if self._older is not None:
            for question in asked:
                if question not in found:
                    row = self._older.execute("select answer from answers where question = ?", (_key(question),))
                    if (answer := row.fetchone()) is not None:
                        found[question] = Answer(*json.loads(answer[0]))
        return found

    def keep(self, answers: Mapping[Question, Answer]) -> None:
        """Remember new answers; raises EntitynormError where there is no room for the older ones."""
        if self._recent and len(self._recent) + len(answers) > RECENT:
            self._put_aside()
        self._recent.update(answers)

    def _put_aside(self) -> None:
        import sqlite3

        try:
            if self._older is None:
                self._older = sqlite3.connect("", isolation_level=None, check_same_thread=False)
                self._older.execute("pragma synchronous = off")
                self._older.execute("create table answers (question text primary key, answer text) without rowid")
            rows = sorted((_key(question), json.dumps(answer)) for question, answer in self._recent.items())
            self._older.execute("begin")
            self._older.executemany("insert or replace into answers values (?, ?)", rows)
            self._older.execute("commit")
        except sqlite3.Error as error:
            raise EntitynormError(
                f"no room to remember more answers ({error}); make room in the folder for temporary files (TMPDIR)"
            ) from error
        self._recent.clear()

    def close(self) -> None:
        """Let go of everything."""
        self._recent.clear()
        if self._older is not None:
            self._older.close()
            self._older = None


def _key(question: Question) -> str:
    return json.dumps(question)  # escapes what SQLite would not take: half a surrogate pair
