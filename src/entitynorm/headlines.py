"""Headlines: sentences whose words have capitals whatever they are."""

from __future__ import annotations

import re
from collections.abc import Sequence

from entitynorm.names.units import Unit
from entitynorm.sentences import Sentences
from entitynorm.text.tokens import Gap

_WORD = 40
_HEADLINE = 0.9
"""Share of the weighty words with capitals from which a sentence is a headline."""
_BEGINS = re.compile(r"(?<!\w)[^\W\d_]")


def _title_case(units: Sequence[Unit]) -> list[bool]:
    """For each unit, whether its sentence is written as a headline, where capitals mean nothing."""
    out: list[bool] = []
    start = 0
    for k in range(1, len(units) + 1):
        if k == len(units) or units[k].gap >= Gap.STOP:
            line = [u for u in units[start:k] if u.role != "function"]
            capitals = sum(u.capitalised for u in line)
            out += [len(line) >= 4 and capitals >= _HEADLINE * len(line)] * (k - start)
            start = k
    return out


class Headlines:
    """Which sentences of a text are written as headlines, each looked at when first asked about."""

    def __init__(self, sentences: Sentences) -> None:
        self._sentences = sentences
        self._known: dict[int, list[bool]] = {}
        self._at: dict[int, bool] = {}

    def at(self, position: int) -> bool:
        """Whether the unit that begins at a code point stands in a headline."""
        found = self._at.get(position)  # several rules ask about one window
        if found is None:
            found = self._at[position] = self._find(position)
        return found

    def _find(self, position: int) -> bool:
        text = self._sentences.text
        nearby = _BEGINS.findall(text, max(0, position - _WORD), position + _WORD)
        if sum(map(str.islower, nearby)) > 2 * sum(map(str.isupper, nearby)):
            return False  # too many small words, whatever they are
        sentence = self._sentences.at(position)
        found = self._known.get(sentence.begin)
        if found is None:
            found = self._known[sentence.begin] = _title_case(sentence.units)
        unit = sentence.unit_at(position)
        return unit is not None and found[unit]
