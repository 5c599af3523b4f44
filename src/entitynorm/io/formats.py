"""Linked documents as text: JSON lines, CSV, and inline mark-up that a person can read and a program can undo.

Each writer is a pure function from a text's name and its linked pieces, in order, to strings; a document is a text of
one piece. Who opens the file and when is the caller's business. `io.writers` lists all formats; those of other programs
have modules of their own (`io.brat`, `io.conll`, `io.label_studio`, `io.displacy`), and so has the page (`io.html`).

Mark-up: ``…assault on [Grayvoron](place:grayvoron) town…``. A NIL mention, where it is asked for, is ``[Alpha]()``.
Because a news text has brackets of its own (``told[1]``), every backslash and square bracket of the text is written
with a backslash before it (``told\\[1\\]``), inside mentions as outside; in an id, backslashes and round brackets are.
A bracket without a backslash therefore always opens or closes a mention, and `strip_marked` gives the text back.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from entitynorm.errors import InputError
from entitynorm.io.offsets import OffsetCounter, OffsetUnit
from entitynorm.model import Document, Mention

MENTION_COLUMNS = ("doc", "start", "end", "surface", "id", "name", "type", "score", "reason")
"""The columns of the CSV form, one row a mention."""

BYTE_ORDER_MARK = "\ufeff"

_TEXT_SPECIAL = re.compile(r"[\\\[\]]")
_ID_SPECIAL = re.compile(r"[\\()]")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_MARKED_MENTION = re.compile(r"\[((?:[^\\\[\]]|\\.)+)\]\(((?:[^\\()]|\\.)*)\)", re.DOTALL)
_PLAIN = re.compile(r"(?:[^\\\[\]]|\\.)+", re.DOTALL)
_NEGATIVE = re.compile(r"-[0-9]+(?:[.,][0-9]+)?(?:[eE][+-]?[0-9]+)?")
_FORMULA_START = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class LinkedDocument:
    """A document under the name it came by: the path as it was given, or ``-`` for standard input."""

    name: str
    document: Document


@dataclass(frozen=True, slots=True)
class Options:
    """What a writer may be told: the unit of offsets, and whether CSV is for spreadsheets."""

    offsets: OffsetUnit = "codepoint"
    excel_safe: bool = False


class MarkedSpan(NamedTuple):
    """Where a mention lies that was read back from a file, in that file's unit, and its id (None for NIL)."""

    start: int
    end: int
    id: str | None


def select(document: Document, *, nil: bool = True, min_score: float = 0.0) -> Document:
    """Keep the mentions a reader asked for.

    A link below ``min_score`` is not dropped but becomes NIL with the reason ``below_threshold``, as if the linker had
    had that threshold: its candidates stay for whoever wants to look. ``nil=False`` then leaves the links alone.
    """
    mentions: Iterable[Mention] = document.mentions
    if min_score > 0.0:
        mentions = (_raised(mention, min_score) for mention in mentions)
    return replace(document, mentions=tuple(m for m in mentions if nil or m.id is not None))


def _raised(mention: Mention, min_score: float) -> Mention:
    if mention.id is None or mention.score >= min_score:
        return mention
    return replace(mention, id=None, name=None, type=None, reason="below_threshold")


def printable(text: str) -> str:
    r"""Replace lone surrogates by their escape, so that any string can be written as UTF-8.

    A file name that is not UTF-8, or ``"\ud83d"`` alone in somebody's JSON, is a Python string that no encoder takes;
    in JSON the escape that stands in for it (``\ud83d``) reads back as the same string.

    >>> printable("a\udcff")
    'a\\udcff'
    """
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def json_line(record: object) -> str:
    """One JSON object on one line, letters as they are, with its line end."""
    return printable(_json(record)) + "\n"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def jsonl_parts(name: str, pieces: Iterable[Document], options: Options) -> Iterator[str]:
    """One JSON object on one line: ``{"doc": …, "offsets": …, "mentions": […]}``, written as the mentions come."""
    counter = OffsetCounter(options.offsets)
    yield printable(f'{{"doc": {_json(name)}, "offsets": {_json(options.offsets)}, "mentions": [')
    comma = ""
    for piece in pieces:
        for start, end, mention in counter.place(piece):
            yield comma + printable(_json(mention.to_dict() | {"start": start, "end": end}))
            comma = ", "
    yield "]}\n"


def to_jsonl(linked: LinkedDocument, options: Options | None = None) -> str:
    """The document's mentions as one JSON object on one line."""
    return "".join(jsonl_parts(linked.name, [linked.document], options or Options()))


def csv_parts(name: str, pieces: Iterable[Document], options: Options) -> Iterator[str]:
    """One row a mention, without heading (see `csv_heading`); NIL has empty id, name and type."""
    counter = OffsetCounter(options.offsets)
    for piece in pieces:
        rows = ([name, start, end, *_cells(mention)] for start, end, mention in counter.place(piece))
        yield csv_text(rows, excel_safe=options.excel_safe)


def to_csv(linked: LinkedDocument, options: Options | None = None) -> str:
    """The document's rows, without heading."""
    return "".join(csv_parts(linked.name, [linked.document], options or Options()))


def csv_heading(options: Options) -> str:
    """The first row of the CSV form; other units than code points stand in the columns' names (``start_utf16``).

    For spreadsheets a byte order mark goes before it, without which Excel reads UTF-8 as the local code page and shows
    Ð“Ñ€Ð°Ð¹ for Грай.
    """
    unit = "" if options.offsets == "codepoint" else f"_{options.offsets}"
    columns = [column + unit if column in ("start", "end") else column for column in MENTION_COLUMNS]
    return (BYTE_ORDER_MARK if options.excel_safe else "") + csv_text([columns])


def csv_text(rows: Iterable[Sequence[Any]], *, excel_safe: bool = False, delimiter: str = ",") -> str:
    """Rows as CSV text, None as an empty cell, quoted where needed, lines ended by ``\\n``."""
    lines = _Lines()
    # With "\n" as its line end the writer would leave a cell that holds "\r" bare, and no reader takes that back.
    writer = csv.writer(lines, delimiter=delimiter, lineterminator="\r\n")
    writer.writerows(([excel_cell(cell) for cell in row] for row in rows) if excel_safe else rows)
    text = "".join(lines)
    if text.count("\r") == len(lines):  # none but those of the writer's line ends
        return printable(text.replace("\r\n", "\n"))
    return printable("".join(line.removesuffix("\r\n") + "\n" for line in lines))


class _Lines(list[str]):
    """Takes a CSV writer's rows, one a call; a list that grows is many times faster than a method of ours."""

    write = list.append


def excel_cell(cell: object) -> object:
    """Keep a spreadsheet from running a cell: text that begins like a formula gets an apostrophe before it.

    A handle such as ``@SuspilneNews`` or a name such as ``=1+1`` is data to us and a command to a spreadsheet. Numbers
    are left alone, also those that came as text: a longitude west of Greenwich must stay one. The apostrophe is part
    of the file, so it is written only when asked for.

    >>> excel_cell("-1+2"), excel_cell("-50.59")
    ("'-1+2", '-50.59')
    """
    if isinstance(cell, str) and cell.startswith(_FORMULA_START) and not _NEGATIVE.fullmatch(cell):
        return "'" + cell
    return cell


def _cells(mention: Mention) -> list[Any]:
    score = f"{mention.score:.4f}"
    return [mention.surface, mention.id, mention.name, mention.type, score, mention.reason]


def marked_parts(name: str, pieces: Iterable[Document], options: Options) -> Iterator[str]:
    """The text with every mention in inline mark-up; see the module's docstring for the escapes."""
    for piece in pieces:
        at = 0
        for mention in piece.mentions:
            yield _escape(piece.text[at : mention.start], _TEXT_SPECIAL)
            yield f"[{_escape(mention.surface, _TEXT_SPECIAL)}]({_escape(mention.id or '', _ID_SPECIAL)})"
            at = mention.end
        yield _escape(piece.text[at:], _TEXT_SPECIAL)


def to_marked(document: Document) -> str:
    """The document's text in inline mark-up."""
    return "".join(marked_parts("", [document], Options()))


def _escape(text: str, special: re.Pattern[str]) -> str:
    return special.sub(r"\\\g<0>", text)


def _unescape(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)


def parse_marked(marked: str) -> tuple[str, tuple[MarkedSpan, ...]]:
    """Read inline mark-up back: the bare text, and its mentions with offsets of that text.

    Raises InputError with the line of the first bracket that has no backslash before it and belongs to no mention.
    """
    pieces: list[str] = []
    spans: list[MarkedSpan] = []
    length = at = 0
    while at < len(marked):
        if (mention := _MARKED_MENTION.match(marked, at)) is not None:
            piece = _unescape(mention[1])
            spans.append(MarkedSpan(length, length + len(piece), _unescape(mention[2]) or None))
            at = mention.end()
        elif (plain := _PLAIN.match(marked, at)) is not None:
            piece = _unescape(plain[0])
            at = plain.end()
        else:
            line = marked.count("\n", 0, at) + 1
            raise InputError(
                f"line {line}: {marked[at : at + 20]!r} is no mention; expected [text](id); "
                "write a backslash before a bracket or backslash that belongs to the text"
            )
        pieces.append(piece)
        length += len(piece)
    return "".join(pieces), tuple(spans)


def strip_marked(marked: str) -> str:
    """The text without its mark-up: ``strip_marked(to_marked(document)) == document.text``.

    >>> strip_marked("told\\\\[1\\\\] [Suspilne](org:suspilne) news")
    'told[1] Suspilne news'
    """
    return parse_marked(marked)[0]
