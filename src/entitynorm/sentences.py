"""The sentences of a text, taken apart into units when a rule asks for the words beside a mention."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import cached_property, lru_cache

from entitynorm.names.structure import parse_units
from entitynorm.names.units import Unit

# A sentence ends at a blank line, or at its mark before a capital; not after an abbreviation (Gen., St., U.S.).
# The sign comes first, and then what it is: so the search runs past letters without trying anything.
_BREAK = r"\f\v\u2028\u2029"
_END = re.compile(
    rf"[\n{_BREAK}.!?…](?:(?<=\n)[ \t\r]*\n|(?<=[{_BREAK}])"
    rf"|(?!\n[ \t\r]*\n|[{_BREAK}])(?:(?<=[^\W\d_A-ZА-ЯЁІЇЄҐ]{{3}}\.)|(?<=[\d)%»”\"]\.)|(?<=[!?…]))"
    r"[»”\"')\]]*\s+(?=[«„“\"'(\[]*[A-ZА-ЯЁІЇЄҐÀ-ÖØ-ÞĄ-Ž]))"
)


_AROUND = 60
"""Code points on either side of a span, and up to the next white space, in which its neighbours are looked for."""
_SHORT = 240
"""Code points of a sentence up to which all of it is taken apart: others will ask for it."""
_WHITE = re.compile(r"\s")
_RECENT, _LONGEST_RECENT = 8, 20_000
"""Texts whose sentences are remembered, and code points of the longest of them."""


class Sentence:
    """The units of one sentence or of a stretch of it, at their offsets in the text."""

    def __init__(self, text: str, begin: int, end: int) -> None:
        self.text = text
        self.begin = begin
        self.end = end
        self.units: tuple[Unit, ...] = parse_units(text, running=True, begin=begin, end=end)
        self._starts = [u.start for u in self.units]
        self._ends = [u.end for u in self.units]

    def locate(self, start: int, end: int) -> tuple[int, int] | None:
        """The first and last unit of a span; None where units do not begin and end with it."""
        start += self.text[start] == "#"
        first = bisect_left(self._starts, start)
        end -= self.text[end - 1] == "." and end not in self._ends
        last = bisect_right(self._ends, end) - 1
        if first > last or last >= len(self.units):
            return None
        return (first, last) if self._starts[first] == start and self._ends[last] == end else None

    def unit_at(self, start: int) -> int | None:
        """The unit that begins at a code point."""
        found = bisect_left(self._starts, start)
        return found if found < len(self._starts) and self._starts[found] == start else None


class Sentences:
    """The sentences of a text; each is parsed once, when first asked for."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._parsed: dict[int, Sentence] = {}
        self._stretches: dict[tuple[int, int], Sentence] = {}

    @cached_property
    def _begins(self) -> list[int]:
        return [0, *(m.end() for m in _END.finditer(self.text) if m.end() < len(self.text))]

    def at(self, position: int) -> Sentence:
        """The sentence that a code point lies in."""
        return self._get(bisect_right(self._begins, position) - 1)

    def around(self, start: int, end: int) -> Sentence:
        """What stands around a span in its sentence, ten words on either side: what rules of neighbours look at."""
        begins = self._begins
        number = bisect_right(begins, start) - 1
        first, last = begins[number], begins[number + 1] if number + 1 < len(begins) else len(self.text)
        if last - first <= _SHORT:
            return self._get(number)
        if start - _AROUND > first and (white := _WHITE.search(self.text, start - _AROUND, start)):
            first = white.end()
        if end + _AROUND < last and (white := _WHITE.search(self.text, end + _AROUND, last)):
            last = white.start()
        found = self._stretches.get((first, last))
        if found is None:
            found = Sentence(self.text, first, last)
            if len(self.text) <= _LONGEST_RECENT:
                self._stretches[first, last] = found
        return found

    def _get(self, number: int) -> Sentence:
        found = self._parsed.get(number)
        if found is None:
            begins = self._begins
            end = begins[number + 1] if number + 1 < len(begins) else len(self.text)
            found = self._parsed[number] = Sentence(self.text, begins[number], end)
        return found

    def __iter__(self) -> Iterator[Sentence]:
        return map(self._get, range(len(self._begins)))


def sentences_of(text: str) -> Sentences:
    """The sentences of a text; those of recent short ones are remembered, for who links a text normalises it next."""
    return _recent(text) if len(text) <= _LONGEST_RECENT else Sentences(text)


@lru_cache(maxsize=_RECENT)
def _recent(text: str) -> Sentences:
    return Sentences(text)
