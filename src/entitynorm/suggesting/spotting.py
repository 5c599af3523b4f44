"""Names in running text by the way they are written, whether a gazetteer knows them or not.

The linker finds what a gazetteer names. What it does not name is still written as a name: with capitals where the
sentence asks for none, or in another script than the text round it. `spot` gives the stretches of a text that are
written so. What a capital proves depends on the place: at the beginning of a sentence, in a headline and in a line of
capitals it proves nothing, and there the rest of the corpus has to show that a word is a name (see `Usage`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from entitynorm.names.acronyms import is_acronym
from entitynorm.names.units import Unit
from entitynorm.text.ordinary import is_ordinary
from entitynorm.text.tokens import Gap

_MOST_BETWEEN = 2
"""Function words that may stand between two words of a name (of the)."""
_LONGEST = 12
"""Units of a name; longer stretches of capitals are headings."""
_MOST_TAIL = 2
"""Small words that may stand before the type word which closes a name (international checkpoint)."""
_LINKING = frozenset({"of", "the", "for"})
"""Prepositions and articles that stand inside names; others stand between them."""
_HEADLINE = 0.8
"""Share of capitalised words that makes a line a headline."""
_LEAST_HEADLINE = 4
_FULL_STOP = re.compile(r"[.!?…][\"'”’»)\]]*\s*$")
"""How lines of text end, and headlines do not."""
_OPENING = re.compile("[«“„\"‘']\\s*$")
_JOINING = re.compile("[ \u00a0\u00ad\u2010\u2011'’ʼ\"«»“”„‘&.-]*")
"""What may stand between two words of a name."""


@dataclass(frozen=True, slots=True)
class Window:
    """Units ``first`` to ``last`` of a text, written as a name; ``tail`` is the last small type word that follows."""

    first: int
    last: int
    tail: int


@dataclass(slots=True)
class Usage:
    """How the words of a corpus are written, where the writing proves something."""

    inner: Counter[str] = field(default_factory=Counter)
    """Folded word -> times it has a capital inside a sentence."""
    small: Counter[str] = field(default_factory=Counter)
    """Folded word -> times it has none."""

    def add(self, units: Sequence[Unit], begins: Sequence[bool]) -> None:
        """Count the words of one text."""
        for unit, begin in zip(units, begins, strict=True):
            for word in unit.words:
                if word.shape == "lower":
                    self.small[word.fold] += 1
                elif not begin:
                    self.inner[word.fold] += 1

    def is_ordinary(self, unit: Unit) -> bool:
        """Whether a word has a capital only because a sentence begins with it."""
        word = unit.words[0]
        inner, small = self.inner[word.fold], self.small[word.fold]
        return small > inner or _is_function(unit) or (not inner and is_ordinary(word.fold, word.script))

    def is_proper(self, unit: Unit) -> bool:
        """Whether a word has its capital inside sentences too, and mostly."""
        fold = unit.words[0].fold
        return self.inner[fold] > self.small[fold]


def beginnings(text: str, units: Sequence[Unit]) -> list[bool]:
    """For each unit whether a capital proves nothing there: sentence beginnings, headlines, lines of capitals."""
    out: list[bool] = []
    line: list[int] = []
    for k, unit in enumerate(units):
        between = text[units[k - 1].end : unit.start] if k else ""
        if k == 0 or "\n" in between:
            _mark_headline(text, units, line, out)
            line = []
        line.append(k)
        out.append(_begins(units, k, between))
    _mark_headline(text, units, line, out)
    return out


def _begins(units: Sequence[Unit], k: int, between: str) -> bool:
    if k == 0 or "\n" in between:
        return True
    gap = units[k].gap
    if gap == Gap.STOP:
        previous = units[k - 1]
        return not (previous.role == "initial" or previous.kind == "dotted" or len(previous.phrase) < 3)
    if gap == Gap.HARD:
        return not between.rstrip().endswith(("(", "["))
    return gap == Gap.COMMA and bool(_OPENING.search(between))


def _mark_headline(text: str, units: Sequence[Unit], line: Sequence[int], begins: list[bool]) -> None:
    if not line:
        return
    words = [k for k in line if units[k].role not in ("function", "number") and units[k].words[0].shape != "caseless"]
    capital = sum(units[k].capitalised for k in words)
    shouted = sum(units[k].words[0].shape == "upper" for k in words)
    ended = _FULL_STOP.search(text[units[line[-1]].end :].split("\n", 1)[0])
    most = shouted if ended else max(capital, shouted)
    if len(words) >= _LEAST_HEADLINE and most > _HEADLINE * len(words):
        for k in line:
            begins[k] = True


def spot(text: str, units: Sequence[Unit], begins: Sequence[bool], usage: Usage) -> Iterator[Window]:
    """The windows of a text that are written as names, from left to right, none inside another."""
    return _Spotter(text, units, begins, usage).windows()


class _Spotter:
    def __init__(self, text: str, units: Sequence[Unit], begins: Sequence[bool], usage: Usage) -> None:
        self.text = text
        self.units = units
        self.begins = begins
        self.usage = usage
        self.script = main_script(units)

    def windows(self) -> Iterator[Window]:
        k = 0
        while k < len(self.units):
            if not self._is_name(k):
                k += 1
                continue
            last = self._last(k)
            first = self._trimmed(k, last)
            if first is not None and last - first < _LONGEST and self._says_something(first, last):
                yield Window(first, last, self._tail(last))
            k = last + 1

    def _is_name(self, k: int) -> bool:
        unit = self.units[k]
        if unit.kind not in ("word", "hashtag", "dotted") or unit.role in ("title", "number"):
            return False
        if _is_function(unit) or any(s.slot == "calendar" for s in unit.senses):
            return False
        if unit.role == "initial":
            return unit.words[0].shape == "title" and k + 1 < len(self.units) and self.units[k + 1].gap <= Gap.STOP
        shape = unit.words[0].shape
        if shape == "caseless":
            return unit.words[0].script != self.script
        return shape in ("title", "upper", "mixed")

    def _apart(self, k: int) -> bool:
        """Whether a unit stands apart from the one before it: punctuation, a line end, a possessive."""
        before, unit = self.units[k - 1], self.units[k]
        between = self.text[before.end : unit.start]
        if "\n" in between or (unit.kind == "hashtag") != (before.kind == "hashtag"):
            return True
        if unit.gap == Gap.STOP:
            return before.role != "initial" or not _JOINING.fullmatch(between)
        scripts = {before.words[-1].script, unit.words[0].script} - {"Zyyy"}
        # Letters between words are a possessive: Russia’s Bryansk region are two names.
        return unit.gap > Gap.JOIN or len(scripts) > 1 or not _JOINING.fullmatch(between)

    def _last(self, first: int) -> int:
        last = first
        units = self.units
        while last + 1 < len(units):
            k = last + 1
            while k < len(units) and k - last <= _MOST_BETWEEN and _links(units[k]) and not self._apart(k):
                k += 1
            if k >= len(units) or self._apart(k) or not self._linked(first, last, k):
                break
            capital = self._is_name(k) and not self._next_person(first, last, k)
            if not capital and not (k == last + 1 and self._goes_on_small(first, k)):
                break
            last = k
        while last > first and units[last].role == "initial" and units[last].gap != Gap.STOP:
            last -= 1
        return last

    def _linked(self, first: int, last: int, k: int) -> bool:
        """Whether what stands between a name and a unit may link them: an institute is for something, a town is not."""
        purpose = any(s.id == "for" for u in self.units[last + 1 : k] for s in u.senses if s.slot == "function")
        return not purpose or any(u.concepts or u.types for u in self.units[first : last + 1])

    def _next_person(self, first: int, last: int, k: int) -> bool:
        """Whether a given name begins another name: Ukraine Volodymyr Zelensky, TASS Dmitry Peskov."""
        if self.units[k].role != "given" or k + 1 >= len(self.units) or not self._is_name(k + 1) or self._apart(k + 1):
            return False
        return any(u.role in ("country", "type", "concept") or is_acronym(u) for u in self.units[first : last + 1])

    def _goes_on_small(self, first: int, k: int) -> bool:
        """Cyrillic names have one capital: Министерство обороны России."""
        head, unit = self.units[first], self.units[k]
        return (
            head.words[0].script == unit.words[0].script == "Cyrl"
            and head.role in ("concept", "type", "country")
            and unit.role in ("concept", "type", "country")
            and (bool(unit.concepts) or bool(unit.countries))
        )

    def _trimmed(self, first: int, last: int) -> int | None:
        """Where a name begins that stands at the beginning of a sentence; None where nothing shows that it is one."""
        units, begins = self.units, self.begins
        while first <= last and begins[first]:
            unit = units[first]
            single = first == last
            proper = self.usage.is_proper(unit) or unit.words[0].script not in (self.script, "Zyyy")
            if proper or (not single and unit.role in ("given", "country", "initial")):
                break
            # "Reporters of Suspilne": whatever such a word is, it is no part of the name behind it.
            introduces = not single and unit.role == "core" and units[first + 1].role == "function"
            if not single and not introduces and not self.usage.is_ordinary(unit) and not begins[first + 1]:
                break
            if is_acronym(unit) and not (single is False and begins[first + 1]):
                break
            first += 1
            while first <= last and (units[first].role == "function" or units[first].words[0].shape == "lower"):
                first += 1
        return first if first <= last else None

    def _says_something(self, first: int, last: int) -> bool:
        """Whether more is said than what a thing is and whose: Ministry, Ukrainian Army and Russians name nothing."""
        content = [u for u in self.units[first : last + 1] if u.role not in ("function", "initial")]
        if len(content) == 1 and content[0].role in ("type", "concept") and not is_acronym(content[0]):
            return False
        return bool(content) and not all(u.is_adjective or len(u.phrase) < 2 for u in content)

    def _tail(self, last: int) -> int:
        """The last of the small words behind a name that say what it is (Grivoron region); ``last`` where none do."""
        tail = last
        for k in range(last + 1, min(last + 2 + _MOST_TAIL, len(self.units))):
            unit = self.units[k]
            if self._apart(k) or unit.words[0].shape != "lower" or unit.role not in ("type", "concept"):
                break
            if unit.types:
                tail = k
        return tail


def main_script(units: Iterable[Unit]) -> str:
    """The script that most words of a text are written in."""
    counts = Counter(unit.words[0].script for unit in units if unit.words[0].script != "Zyyy")
    return max(counts.items(), key=lambda item: (item[1], item[0]))[0] if counts else "Zyyy"


def _is_function(unit: Unit) -> bool:
    return unit.role == "function" and not is_acronym(unit)


def _links(unit: Unit) -> bool:
    return any(s.slot == "function" and (s.id in _LINKING or s.form == "particle") for s in unit.senses)
