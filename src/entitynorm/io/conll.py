"""CoNLL columns with BIO tags: one token a line, a blank line after each sentence, ids in a column of their own.

    # newdoc id = note.txt
    # offsets = codepoint
    # global.columns = FORM START END ID TAG
    Hromadsk	0	8	org:hromadske	B-ORG
    says	9	13	_	O

The form comes first and the tag last, where readers of CoNLL-2003 look for them. A line that begins with ``#`` and a
blank is a comment; a token ``#`` has a tab after it. Tokens are words with their marks, and single signs; a mention's
ends are ends of tokens, whatever the words are. White space is no token: START and END tell where it was.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from entitynorm.errors import InputError
from entitynorm.io.brat import label_of
from entitynorm.io.formats import MarkedSpan, Options, printable
from entitynorm.io.offsets import OffsetCounter, Placed, width
from entitynorm.model import Document
from entitynorm.text.tokens import MARK
from entitynorm.wording import one_line

COLUMNS = ("FORM", "START", "END", "ID", "TAG")
"""The columns in order; ``_`` stands for no id."""

_TOKEN = re.compile(rf"\w[\w{MARK}]*|\S[{MARK}]*")
_SENTENCE_END = re.compile(r"\n|(?<=\w\w)[.!?…][\"'”’»)\]]*(?=\s)")


def conll_parts(name: str, pieces: Iterable[Document], options: Options) -> Iterator[str]:
    """The lines of one text; raises InputError for an id or a span that columns cannot hold."""
    counter = OffsetCounter(options.offsets)
    yield printable(
        f"# newdoc id = {one_line(name)}\n# offsets = {options.offsets}\n# global.columns = {' '.join(COLUMNS)}\n"
    )
    for piece in pieces:
        base, is_open = counter.at, False
        for row in _rows(piece, counter.place(piece), base, options, name):
            if row or is_open:  # one blank line after a sentence, none after nothing
                yield printable(row) + "\n"
            is_open = bool(row)


def _rows(piece: Document, placed: list[Placed], at: int, options: Options, name: str) -> Iterator[str]:
    """The rows of a piece that begins at ``at``; an empty one where a sentence ends."""
    last = 0
    for item in placed:
        yield from _plain(piece.text[last : item.mention.start], at, options)
        yield from _tagged(item, options, name)
        last, at = item.mention.end, item.end
    yield from _plain(piece.text[last:], at, options)
    yield ""


def _plain(text: str, at: int, options: Options) -> Iterator[str]:
    """The rows of what is no mention."""
    begin = 0
    for end in (*(found.end() for found in _SENTENCE_END.finditer(text)), None):
        sentence = text[begin:end]
        for form, start, stop in _tokens(sentence, at, options):
            yield f"{form}\t{start}\t{stop}\t_\tO"
        if end is not None:
            yield ""
            at += width(sentence, options.offsets)
            begin = end


def _tagged(item: Placed, options: Options, name: str) -> Iterator[str]:
    mention = item.mention
    if mention.surface != mention.surface.strip():
        raise InputError(
            f"{name}: CoNLL columns cannot hold the mention {mention.surface!r} at {item.start}, which begins or ends "
            "with white space; write jsonl instead"
        )
    if mention.id is not None and (mention.id in ("", "_") or re.search(r"\s", mention.id)):
        raise InputError(f"{name}: CoNLL columns cannot hold the id {mention.id!r}; write jsonl instead")
    label = label_of(mention.type if mention.id is not None else None)
    for number, (form, start, stop) in enumerate(_tokens(mention.surface, item.start, options)):
        yield f"{form}\t{start}\t{stop}\t{mention.id or '_'}\t{'I' if number else 'B'}-{label}"


def _tokens(text: str, at: int, options: Options) -> Iterator[tuple[str, int, int]]:
    last = 0
    for found in _TOKEN.finditer(text):
        start = at + width(text[last : found.start()], options.offsets)
        at, last = start + width(found[0], options.offsets), found.end()
        yield found[0], start, at


def read_conll(lines: str) -> dict[str, tuple[MarkedSpan, ...]]:
    """The mentions of each text by its name; raises InputError with the line that does not have the columns."""
    found: dict[str, list[MarkedSpan]] = {}
    spans = found.setdefault("", [])
    inside = False
    for number, ended in enumerate(lines.split("\n"), start=1):
        line = ended.removesuffix("\r")  # of editors that end lines with \r\n; no cell holds one
        if line.startswith("# "):
            key, _, value = line[2:].partition(" = ")
            if key == "newdoc id":
                spans = found.setdefault(value, [])
            continue
        if not line:
            continue
        cells = line.split("\t")
        if len(cells) != len(COLUMNS) or not (cells[1].isdecimal() and cells[2].isdecimal()):
            raise InputError(f"line {number}: {line[:40]!r}; expected {' '.join(COLUMNS)} with tabs between")
        start, end, id_, tag = int(cells[1]), int(cells[2]), cells[3], cells[4]
        if tag.startswith("I-") and inside:
            spans[-1] = spans[-1]._replace(end=end)
        elif tag != "O":
            spans.append(MarkedSpan(start, end, None if id_ == "_" else id_))
        inside = tag != "O"
    return {name: tuple(items) for name, items in found.items() if name or items}
