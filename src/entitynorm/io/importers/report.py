"""What an import has to tell: rows counted, rows skipped with file, line and reason, and a summary at the end.

Dumps that went through many hands have broken rows, and one of them must not keep millions out; but a row that vanishes
without a word is worse than one that stops the work. So everything that does not come out is counted under a reason,
and the first complaints are shown in full.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from entitynorm.errors import InputError

SHOWN: Final = 20
"""Complaints that are shown one by one; the others are counted."""

LISTED: Final = 8
"""Reasons that a line of the summary names; a dump has thousands of classes that a table does not know."""

_STEP = 2_000


class RowError(Exception):
    """A row that cannot be used: ``reason`` is what it is counted under, ``message`` what is said of this one."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


def _ignore(text: str) -> None:
    """Say nothing."""


@dataclass(slots=True)
class Report:
    """The counts of one import; ``say`` takes each complaint, ``tick`` is called every few thousand rows.

    With ``stop`` the first complaint is fatal.

    >>> report = Report(say=print)
    >>> report.row()
    >>> report.skip("towns.csv:7", RowError("no name", "the cell of the name is empty; fill it"))
    towns.csv:7: the cell of the name is empty; fill it (row skipped)
    >>> report.summary()
    ['1 row read, 0 entities written', '1 row skipped: no name']
    """

    stop: bool = False
    say: Callable[[str], object] = _ignore
    tick: Callable[[str], object] = _ignore
    rows: int = 0
    written: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    """Rows that are broken, by reason."""
    dropped: Counter[str] = field(default_factory=Counter)
    """Broken parts of rows that were used otherwise, by reason."""
    left_out: Counter[str] = field(default_factory=Counter)
    """Sound rows that were not wanted, by reason."""
    notes: Counter[str] = field(default_factory=Counter)
    """Sound parts of rows that have no place in a record, by what they are."""
    hints: list[str] = field(default_factory=list)
    """Lines that the summary ends with."""
    _complaints: int = 0
    _steps: int = 0

    def row(self) -> None:
        """Count one row."""
        self.rows += 1
        self.step()

    def step(self) -> None:
        """Count work that is no row of its own, so that the counter of a terminal goes on."""
        self._steps += 1
        if self._steps % _STEP == 0:
            self.tick(self.progress())

    def progress(self) -> str:
        """How far the work is."""
        return f"{self._steps:,} lines read, {self.written:,} entities written"

    def skip(self, place: str, error: RowError) -> None:
        """A row cannot be used; raises InputError where the first such row is to stop the work."""
        self._complain(place, error, "row skipped")
        self.skipped[error.reason] += 1

    def drop(self, place: str, error: RowError) -> None:
        """A part of a row cannot be used; raises InputError where the first such part is to stop the work."""
        self._complain(place, error, "dropped")
        self.dropped[error.reason] += 1

    def _complain(self, place: str, error: RowError, what: str) -> None:
        if self.stop:
            raise InputError(f"{place}: {error.message}; --on-error skip goes on without it")
        self._complaints += 1
        if self._complaints <= SHOWN:
            self.say(f"{place}: {error.message} ({what})")
        elif self._complaints == SHOWN + 1:
            self.say(f"{SHOWN} complaints shown; further ones are counted only")

    def summary(self) -> list[str]:
        """What came in, what came out, and what became of the rest."""
        lines = [f"{_count(self.rows, 'row')} read, {_count(self.written, 'entity')} written"]
        if self.skipped:
            lines.append(f"{_count(self.skipped.total(), 'row')} skipped: {_reasons(self.skipped)}")
        if self.dropped:
            lines.append(f"{_count(self.dropped.total(), 'part')} of rows dropped: {_reasons(self.dropped)}")
        if self.left_out:
            lines.append(f"{_count(self.left_out.total(), 'row')} left out: {_reasons(self.left_out)}")
        if self.notes:
            lines.append(f"without a place in a record: {_reasons(self.notes, alone=False)}")
        return lines + self.hints


def _count(number: int, noun: str) -> str:
    plural = noun[:-1] + "ies" if noun.endswith("y") else noun + "s"
    return f"{number:,} {noun if number == 1 else plural}"


def _reasons(counter: Counter[str], *, alone: bool = True) -> str:
    """The reasons, the most frequent first; a single one needs no count where the line has it already."""
    if len(counter) == 1 and alone:
        return next(iter(counter))
    ordered = sorted(counter.items(), key=lambda item: (-item[1], item[0]))
    shown = [f"{reason} ({count:,})" for reason, count in ordered[:LISTED]]
    rest = sum(count for _, count in ordered[LISTED:])
    return ", ".join([*shown, *([f"other reasons ({rest:,})"] if rest else [])])
