"""Unified diffs of texts whose changes are known, made without comparing anything and without holding the text.

A general diff has to find out what changed, in time that grows with the square of what it cannot match. Rewriting
knows: each edit says where it stands. The output is what ``diff -u`` prints and ``patch`` takes; only ``\\n`` ends a
line. Start reading at `unified_diff`.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from entitynorm.model import Document
from entitynorm.rewriting import Style, edits

CONTEXT: Final = 3
"""Unchanged lines shown before and after a change."""

_NO_END = "\\ No newline at end of file\n"


def unified_diff(name: str, pieces: Iterable[Document], style: Style = "name") -> Iterator[str]:
    """The difference between a text, in linked pieces, and its rewriting; nothing where nothing changes.

    ``name`` stands in the heading; yields a hunk at a time.
    """
    headed = False
    for hunk in _hunks(_blocks(pieces, style)):
        if not headed:
            yield f"--- {name}\n+++ {name}\n"
            headed = True
        yield hunk


@dataclass(slots=True)
class _Block:
    """Whole lines of the text that become whole lines of its rewriting; one unchanged line where the two are equal."""

    old: str = ""
    new: str = ""


def _blocks(pieces: Iterable[Document], style: Style) -> Iterator[_Block]:
    block = _Block()
    for piece in pieces:
        last = 0
        for edit in edits(piece, style):
            block = yield from _unchanged(block, piece.text[last : edit.start])
            block.old += piece.text[edit.start : edit.end]
            block.new += edit.text
            last = edit.end
        block = yield from _unchanged(block, piece.text[last:])
    if block.old or block.new:
        yield block


def _unchanged(block: _Block, text: str) -> Generator[_Block, None, _Block]:
    """The blocks that end in a stretch without edits; returns the one that is still open."""
    lines = text.split("\n")
    for line in lines[:-1]:
        block.old += line + "\n"
        block.new += line + "\n"
        yield block
        block = _Block()
    block.old += lines[-1]
    block.new += lines[-1]
    return block


@dataclass(slots=True)
class _Hunk:
    """A hunk as it grows: where it begins in both texts, counted in lines from 0, and its rows."""

    old_start: int
    new_start: int
    rows: list[str] = field(default_factory=list)
    old_count: int = 0
    new_count: int = 0
    unchanged: int = 0
    """Unchanged lines at its end."""

    def add(self, sign: str, lines: str) -> None:
        for line in lines.split("\n")[:-1] if lines.endswith("\n") else lines.split("\n"):
            self.rows.append(f"{sign}{line}\n")
            self.old_count += sign != "+"
            self.new_count += sign != "-"
        if not lines.endswith("\n"):
            self.rows.append(_NO_END)

    def __str__(self) -> str:
        old = _range(self.old_start, self.old_count)
        return f"@@ -{old} +{_range(self.new_start, self.new_count)} @@\n" + "".join(self.rows)


def _range(start: int, count: int) -> str:
    """Lines as a heading counts them: from 1, and the line before where there are none."""
    return f"{start + 1}" if count == 1 else f"{start + bool(count)},{count}"


def _hunks(blocks: Iterable[_Block]) -> Iterator[str]:
    hunk: _Hunk | None = None
    before: list[str] = []
    old_at = new_at = 0
    for block in blocks:
        if block.old == block.new:
            if hunk is not None and hunk.unchanged == 2 * CONTEXT:
                yield _shortened(hunk)
                hunk = None
            if hunk is not None:
                hunk.add(" ", block.old)
                hunk.unchanged += 1
            before = [*before[-CONTEXT + 1 :], block.old]
        else:
            if hunk is None:
                hunk = _Hunk(old_at - len(before), new_at - len(before))
                for line in before:
                    hunk.add(" ", line)
            if block.old:
                hunk.add("-", block.old)
            if block.new:
                hunk.add("+", block.new)
            hunk.unchanged, before = 0, []
        old_at += _lines(block.old)
        new_at += _lines(block.new)
    if hunk is not None:
        yield _shortened(hunk)


def _shortened(hunk: _Hunk) -> str:
    """The hunk with no more unchanged lines at its end than are shown."""
    surplus = max(0, hunk.unchanged - CONTEXT)
    while surplus:
        hunk.old_count -= hunk.rows[-1] != _NO_END
        hunk.new_count -= hunk.rows[-1] != _NO_END
        surplus -= hunk.rows.pop() != _NO_END
    return str(hunk)


def _lines(text: str) -> int:
    return text.count("\n") + bool(text) - text.endswith("\n")
