"""Names behind what Arabic and Hebrew write together with the next word: and, in, to, from, the (وموسكو, במוסקבה)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

_WORD = re.compile(r"[\u05d0-\u05ea\u0621-\u064a][\w’'\u064b-\u0652-]*")
_PREFIXES = (re.compile("(?:[وف]?[بلك]?(?:ال)?)"), re.compile("(?:[וש]?[בלכמ]?ה?)"))
"""In this order: a conjunction, a preposition, the article."""
_LONGEST_PREFIX = 4
_LEAST = 3
"""Letters of a word that a name may begin with behind a prefix: shorter rests are chance."""
_MOST_WORDS = 4


def behind_prefixes(text: str, spelled: Callable[[Sequence[str]], Sequence[bool]]) -> Iterator[tuple[int, int]]:
    """The stretches, as code points, that begin behind a prefix inside a word and are spelled like a name.

    ``spelled`` tells of each stretch whether it is. A word that is a name as it stands has no prefix.
    """
    words = [] if text.isascii() else [match.span() for match in _WORD.finditer(text)]
    asked: list[tuple[int, int, int]] = []
    for n, (start, end) in enumerate(words):
        lasts = [b for _, b in islice(words, n, n + _MOST_WORDS)]
        for size in range(min(_LONGEST_PREFIX, end - start - _LEAST) + 1):
            if not size or any(p.fullmatch(text, start, start + size) for p in _PREFIXES):
                asked += [(n, start + size, last) for last in lasts]
    known = spelled([text[a:b] for _, a, b in asked])
    whole = {n for (n, a, _), hit in zip(asked, known, strict=True) if hit and a == words[n][0]}
    for (n, a, b), hit in zip(asked, known, strict=True):
        if hit and n not in whole:
            yield a, b
