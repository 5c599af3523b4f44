"""Every exception the package raises on purpose; each says what came, where, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class EntitynormError(Exception):
    """Base of all errors raised on purpose. ``str(error)`` is one line, ready to show to a person."""


class InputError(EntitynormError):
    """A file, stream or argument that cannot be used as it is (unreadable, wrong encoding, not text, not writable)."""


class IndexFileError(InputError):
    """A compiled index (``.enx``) that cannot be used: cut off, damaged, foreign, of another format, or changed."""


class UnknownEntityError(EntitynormError, KeyError):
    """An entity id that the gazetteer does not hold."""

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True, slots=True)
class Problem:
    """One complaint about a gazetteer: where it is, which entity it concerns, what is wrong and how to mend it."""

    place: str
    """``path:line`` for a file, ``entities[n]`` for records given in memory."""
    entity: str
    """Entity id, or an empty string where no entity could be read."""
    message: str
    """What is wrong, and the remedy, on one line."""

    def __str__(self) -> str:
        return ": ".join(part for part in (self.place, self.entity, self.message) if part)


class GazetteerError(EntitynormError):
    """A gazetteer that breaks its format; ``problems`` lists every complaint found, in file order."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        if not problems:
            raise ValueError("GazetteerError needs at least one problem")
        self.problems = tuple(problems)
        more = f" (and {len(problems) - 1} more; `entitynorm check` lists all)" if len(problems) > 1 else ""
        super().__init__(f"{problems[0]}{more}")


class DataError(EntitynormError):
    """A packaged or user-supplied table (scheme, lexicon) that breaks its format."""
