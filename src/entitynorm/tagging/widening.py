"""What beside a window of running text may belong to its name: a type word, a particle, initials, more of a full name.

Windows overlap, so that many have the same word beside them: what it adds is looked up once for all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

import numpy as np

from entitynorm.names.lexicon import lexicon
from entitynorm.names.meanings import role_of
from entitynorm.names.structure import is_of, senses_of, slots_of
from entitynorm.names.units import is_no_initial, is_patronymic
from entitynorm.tagging.leads import Bools, Spans, Window, unpacked
from entitynorm.tagging.scan import Ints, Scan
from entitynorm.text.folding import fold_text
from entitynorm.text.tokens import Gap

_KNOWN_NEIGHBOURS = 32_768


def widened(scan: Scan, joins: Bools, windows: Spans) -> Iterator[Window]:
    """Windows with the type word after or before them (Belgorod region, город Белгород), or a particle before them.

    ``joins``: whether a token may stand in one name with the token before it.
    """
    beside = _Beside(scan, joins)
    for first, last, led, followed in _with_neighbours(scan, joins, *unpacked(windows)):
        fronts, typed = beside.before(first) if led else ((), False)
        for front in fronts:
            yield front, last
        if not followed:
            continue
        for further in beside.behind(last):
            yield first, further
            if typed:
                yield first - 1, further
        yield from beside.full_names(first, last)


class _Beside:
    """The tokens of a block one by one, as lists: a single number of an array costs many times as much."""

    def __init__(self, scan: Scan, joins: Bools) -> None:
        self._scan = scan
        self._count = len(scan)
        self._joins: list[bool] = joins.tolist()
        self._upper: list[bool] = scan.upper.tolist()
        self._behind: dict[int, Sequence[int]] = {}
        self._before: dict[int, tuple[Sequence[int], bool]] = {}

    def behind(self, last: int) -> Sequence[int]:
        """Where type words end that stand right behind a window (Belgorod region, Al Jufra air base)."""
        found = self._behind.get(last)
        if found is None:
            found = self._behind[last] = self._typed(last + 1)
        return found

    def before(self, first: int) -> tuple[Sequence[int], bool]:
        """Where windows begin with what leads them, and whether the type word or particle right before is among it."""
        found = self._before.get(first)
        if found is None:
            found = self._before[first] = self._leading(first)
        return found

    def _typed(self, first: int) -> Sequence[int]:
        if not self._joins[first]:
            return ()
        word, second = self._scan.word(first), first + 1
        out = [first] if is_type(word) else []
        goes_on = second < self._count and self._joins[second] and _begins_type(word)
        if goes_on and is_type(f"{word} {self._scan.word(second)}"):
            out.append(second)
        return out

    def _leading(self, first: int) -> tuple[Sequence[int], bool]:
        scan, joins = self._scan, self._joins
        if not first or not joins[first]:
            return (), False
        fronts = list(self._initials(first))
        word = scan.word(first - 1)
        typed = is_type(word) or _is_particle(word)
        if typed:
            fronts.append(first - 1)
        if first > 1 and joins[first - 1]:
            both = typed and _is_particle(scan.words(first - 2, first - 1))
            if both or (is_of(word) and is_type(scan.word(first - 2))):
                fronts.append(first - 2)  # von der Leyen, Gulf of Aden
        return fronts, typed

    def _initials(self, first: int) -> Iterator[int]:
        """Where initials before a window begin."""
        lead = first
        while lead and self._joins[lead] and self._upper[lead - 1] and len(letter := self._scan.word(lead - 1)) == 1:
            small = lead > 1 and self._joins[lead - 1] and not self._upper[lead - 2]
            mark = self._scan.words(lead - 1, lead)[1]
            if mark not in ".-" or is_no_initial(letter, small, bool(self._scan.romance[lead - 1])):
                break
            lead -= 1
            yield lead

    def full_names(self, first: int, last: int) -> Iterator[Window]:
        """A window with what follows a surname, or a surname and a given name, in lists of people.

        «Стрельников Павел Васильевич»; Strelnikov, Pavel.
        """
        scan, after = self._scan, last + 1
        if after == self._count or not self._upper[after]:
            return
        if scan.gap[after] == Gap.COMMA:
            if first != last or role_of(senses_of(scan.word(after))) != "given":
                return
            yield first, after
            after += 1
        if after < self._count and after > first + 1 and self._joins[after] and is_patronymic(scan.word(after).lower()):
            yield first, after


def _with_neighbours(scan: Scan, joins: Bools, first: Ints, last: Ints) -> Iterator[tuple[int, int, bool, bool]]:
    """The windows that have a word beside them which may belong to them: few, so that all others cost arrays only.

    First token, last token, whether it may be the word before, whether it may be the word behind.
    """
    before, after = np.maximum(first - 1, 0), np.minimum(last + 1, len(scan) - 1)
    left, right = (first > 0) & joins[first], (last + 1 < len(scan)) & (joins[after] | (scan.gap[after] == Gap.COMMA))
    initial = left & scan.upper[before] & (scan.end[before] - scan.start[before] == 1)
    led = initial | _beside(scan, left & ~initial, before, _leads)
    followed = _beside(scan, right, after, _follows)
    wide = led | followed
    yield from zip(*[column[wide].tolist() for column in (first, last, led, followed)], strict=True)


def _beside(scan: Scan, able: Bools, beside: Ints, belongs: Callable[[str], bool]) -> Bools:
    """Which windows, of those that may, have a token beside them of a kind; of each token it is asked once."""
    asked = np.zeros(len(scan), np.bool_)
    asked[beside[able]] = True
    tokens = np.flatnonzero(asked)
    asked[tokens] = list(map(belongs, scan.each(tokens)))
    return able & asked[beside]


@lru_cache(maxsize=_KNOWN_NEIGHBOURS)
def is_type(word: str) -> bool:
    """Whether a word or phrase can be a type word."""
    return "type" in slots_of(word)


@lru_cache(maxsize=_KNOWN_NEIGHBOURS)
def _begins_type(word: str) -> bool:
    """Whether a word begins a type word of two (air base, refugee camp)."""
    return any(len(phrase) == 2 and is_type(" ".join(phrase)) for phrase in lexicon().starts(fold_text(word)))


@lru_cache(maxsize=_KNOWN_NEIGHBOURS)
def _is_particle(word: str) -> bool:
    if "function" not in slots_of(word):
        return False
    senses = [s for s in senses_of(word) if s.slot == "function"]
    return any(s.form != "conjunction" for s in senses) and all(s.lang != "en" for s in senses)


@lru_cache(maxsize=_KNOWN_NEIGHBOURS)
def _leads(word: str) -> bool:
    """Whether a word before a window may belong to it."""
    return is_type(word) or _is_particle(word) or is_of(word)


@lru_cache(maxsize=_KNOWN_NEIGHBOURS)
def _follows(word: str) -> bool:
    """Whether a word behind a window may belong to it: a type word, or more of a full name."""
    return is_type(word) or _begins_type(word) or is_patronymic(word.lower()) or role_of(senses_of(word)) == "given"
