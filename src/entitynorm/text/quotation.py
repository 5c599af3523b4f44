"""Quotation marks around and inside names: a name takes a pair of them in whole or not at all."""

from __future__ import annotations

import re

_PAIRS = (("«", "»"), ("“", "”"), ("„", "“”"), ("‚", "‘’"), ('"', '"'))
"""Opening marks with what closes them."""
_MARKS = frozenset("".join(opening + closing for opening, closing in _PAIRS))
_OPENING = frozenset(opening for opening, _ in _PAIRS)
_QUOTATION = re.compile(r"[«“„\"]([^«»“”„\"]+)[»”“\"]")
_SINGLE = (("‘", "’"), ("'", "'"))
_OPENS, _CLOSES = re.compile(r"(?<!\w)[‘'](?=\w)"), re.compile(r"(?<=\w)[’'](?!\w)")
"""Single marks at the edges of words: inside a word they are apostrophes."""
_BESIDE = _MARKS | {mark for pair in _SINGLE for mark in pair}


def with_quotation_marks(text: str, start: int, end: int) -> tuple[int, int]:
    """A span, grown by the one quotation mark beside it whose partner it holds (батальон «Дрок»).

    Spans end with their words; half a pair of quotation marks left behind would stay in the text when the name
    is replaced.
    """
    before, after = text[start - 1 : start], text[end : end + 1]
    if before not in _BESIDE and after not in _BESIDE:
        return start, end
    inside = text[start:end]
    if _BESIDE.isdisjoint(inside):
        return start, end  # what stands beside it is an apostrophe, or half of a pair that the span has nothing of
    for opening, closing in _PAIRS:
        opened, closed = inside.count(opening), sum(map(inside.count, closing))
        odd = opened % 2 == 1 if opening == closing else False
        if after and after in closing and (opened > closed or odd):
            return start, end + 1
        if before == opening and (closed > opened or odd):
            return start - 1, end
    if before in ("‘", "'") or after in ("’", "'"):
        return _with_single_marks(text, start, end)
    return start, end


def _with_single_marks(text: str, start: int, end: int) -> tuple[int, int]:
    for opening, closing in _SINGLE:
        opened = sum(m[0] == opening for m in _OPENS.finditer(text, start, end))
        closed = sum(m[0] == closing for m in _CLOSES.finditer(text, start, end))
        if opened > closed and (found := _CLOSES.match(text, end)) and found[0] == closing:
            return start, end + 1
        if start and closed > opened and (found := _OPENS.match(text, start - 1)) and found[0] == opening:
            return start - 1, end
    return start, end


def splits_quotation(text: str, start: int, end: int) -> bool:
    """Whether a span begins or ends in the midst of a quotation that reaches out of it (батальон «Дрок | и Ко»)."""
    inside = text[start:end]
    if _MARKS.isdisjoint(inside):
        return False
    start, end = with_quotation_marks(text, start, end)
    inside = text[start:end]
    for opening, closing in _PAIRS:
        opened, closed = inside.count(opening), sum(map(inside.count, closing))
        if opening == "‚" or (opening == "“" and "„" in inside):
            continue  # what closes the one may be an apostrophe; the other closes here
        if opened % 2 == 1 if opening == closing else opened != closed:
            return True
    return False


def holds_quotation(name: str) -> bool:
    """Whether a name holds a quotation mark, which an apostrophe is not."""
    return not _OPENING.isdisjoint(name)


def quotation(name: str) -> tuple[int, int]:
    """Where the first quotation of a name begins and ends, without its marks; (0, 0) where it has none."""
    found = _QUOTATION.search(name)
    return found.span(1) if found else (0, 0)


def quoted_alone(text: str, start: int, end: int) -> bool:
    """Whether a span is all that stands between a pair of quotation marks."""
    before, after = text[start - 1 : start], text[end : end + 1]
    if before not in _OPENING:
        return False
    return any(before == opening and after != "" and after in closing for opening, closing in _PAIRS)
