"""Offsets in the unit a reader counts in: code points, UTF-16 units or UTF-8 bytes.

Everything here counts code points, as Python does. JavaScript, Java and C# count UTF-16 units, in which a character
outside the basic plane (🔥) is two; Go, Rust and C programs often count bytes. A file that does not say what it counts
is read wrongly sooner or later, so every writer names its unit.

A text may come in pieces; the counter goes on from one to the next. Half of a surrogate pair, which no UTF-8 file can
hold but a Python string can, counts as one UTF-16 unit and as three bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

from entitynorm.model import Document, Mention

OffsetUnit = Literal["codepoint", "utf16", "utf8"]
OFFSET_UNITS: Final[tuple[OffsetUnit, ...]] = ("codepoint", "utf16", "utf8")
"""The units by the names that options and files use."""


class Placed(NamedTuple):
    """A mention with its place in the whole text, counted in the unit asked for."""

    start: int
    end: int
    mention: Mention


def width(text: str, unit: OffsetUnit) -> int:
    """How long a text is in a unit.

    >>> [width("🔥Й", unit) for unit in OFFSET_UNITS]
    [2, 3, 6]
    """
    if unit == "codepoint" or text.isascii():
        return len(text)
    if unit == "utf16":
        return len(text.encode("utf-16-le", "surrogatepass")) // 2
    return len(text.encode("utf-8", "surrogatepass"))


class OffsetCounter:
    """Places the mentions of one text that comes in pieces, in order."""

    def __init__(self, unit: OffsetUnit = "codepoint") -> None:
        self.unit: OffsetUnit = unit
        self.at = 0
        """Where the next piece begins, in the unit."""

    def place(self, piece: Document) -> list[Placed]:
        """The mentions of the next piece, placed in the whole text."""
        return list(self._place(piece))

    def _place(self, piece: Document) -> Iterator[Placed]:
        text, last = piece.text, 0
        for mention in piece.mentions:
            start = self.at + width(text[last : mention.start], self.unit)
            self.at = start + width(mention.surface, self.unit)
            last = mention.end
            yield Placed(start, self.at, mention)
        self.at += width(text[last:], self.unit)
