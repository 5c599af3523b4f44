"""A long text in pieces that can be worked on one by one: cut where no name can lie across the cut.

A text of a gigabyte cannot be linked whole: its words take a thousand times the room of its letters. What a name means
is decided by what stands near it, so a piece of many pages has all that matters, and a cut between two paragraphs
parts nothing. Start reading at `pieces`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

PIECE: Final = 1 << 18
"""Code points a piece has at most: 40,000 words or so, a third of a long novel. A shorter text is one piece."""

_NEAR = 4096
"""Code points before the end of a piece that are searched first."""

_CLOSING = "[\"'”’»)\\]]*"
_CUTS = (
    re.compile(r"\n(?:[ \t\r]*\n)+|[\f\u2028\u2029]+"),  # a blank line or what stands for one
    re.compile(rf"(?<=\w\w)[.!?…]{_CLOSING}[ \t\r]*\n"),  # a sentence that ends with its line
    re.compile(rf"(?<=\w\w)[.!?…]{_CLOSING}[ \t]+(?=[^\W\d_])"),
    re.compile(r"\n"),
    re.compile(r"\s(?=\S)"),
)
"""Where a text may be cut, the best place first; each pattern ends at the cut."""


class Piece(NamedTuple):
    """A part of a text and how many code points stand before it."""

    text: str
    start: int


def pieces(chunks: Iterable[str], *, size: int = PIECE) -> Iterator[Piece]:
    """A text that comes in chunks of any length, in pieces of at most ``size`` code points.

    A piece ends with the last paragraph (blank line) that ends within ``size``. Where none does, it ends with a line
    that ends a sentence, else with a sentence, a line, a word; only a run of letters longer than ``size`` is cut
    itself, and then not between a letter and its marks or inside ``\\r\\n``. The pieces joined are the text, and they
    do not depend on how it was chunked. At most ``size`` and one chunk are held in memory. An empty text is one empty
    piece. Raises ValueError for a ``size`` below 2.

    >>> [piece.text for piece in pieces(["One.\\n\\nTwo two.\\nThree"], size=12)]
    ['One.\\n\\n', 'Two two.\\n', 'Three']
    """
    if size < 2:
        raise ValueError(f"a piece needs room for 2 code points at least, not {size}")
    waiting: list[str] = []
    length = start = 0
    for chunk in chunks:
        waiting.append(chunk)
        length += len(chunk)
        if length <= size:
            continue
        text, at = "".join(waiting), 0
        while length - at > size:
            end = at + _cut(text[at : at + size + 1])
            yield Piece(text[at:end], start)
            start += end - at
            at = end
        waiting, length = [text[at:]], length - at
    if length or not start:
        yield Piece("".join(waiting), start)


def _cut(window: str) -> int:
    """Where to cut a window of one code point more than a piece may have."""
    longest = len(window) - 1
    for pattern in _CUTS:
        for begin in (max(0, longest - _NEAR), 0):  # mostly there is one near the end, and nothing before it counts
            if ends := [found.end() for found in pattern.finditer(window, begin, longest)]:
                return ends[-1]
    end = longest
    while end > 1 and (unicodedata.combining(window[end]) or window[end - 1 : end + 1] == "\r\n"):
        end -= 1
    return end
