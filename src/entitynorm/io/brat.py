"""brat standoff: annotations in a file of their own beside the text (``note.ann`` and ``note.txt``).

Every mention is a text-bound annotation, and every link a normalisation of it under the name ``entitynorm``:

    T1	ORG 0 8	Hromadsk
    N1	Reference T1 entitynorm:org:hromadske	Hromadske

A mention that is not linked is of type ``NIL``, with its reason in a note. brat counts code points; as standoff has no
header, another unit is named in a note on the first mention (``offsets = utf16``). brat allows no line break inside an
annotation, so a name that runs over a line end is written as two fragments (``0 3;4 8``); `read_brat` takes them as one
span again. The layout: https://brat.nlplab.org/standoff.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from entitynorm.errors import InputError
from entitynorm.io.formats import MarkedSpan, Options, printable
from entitynorm.io.offsets import OffsetCounter, Placed, width
from entitynorm.model import Document
from entitynorm.wording import one_line

DATABASE = "entitynorm"
"""The name of the database in normalisations; brat's ``tools.conf`` may say where it is."""

_FRAGMENT = re.compile(r"[^\t\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")
_NO_LABEL = re.compile(r"[^A-Za-z0-9_-]")
_BLANK = re.compile(r"\s")
_TEXT_BOUND = re.compile(r"(T\d+)\t\S+ (\d+ \d+(?:;\d+ \d+)*)(?:\t.*)?")
_NORMALISATION = re.compile(rf"N\d+\tReference (T\d+) {DATABASE}:(\S+)(?:\t.*)?")


def brat_parts(name: str, pieces: Iterable[Document], options: Options) -> Iterator[str]:
    """The annotation file of one text; raises InputError for an id or a span that brat cannot hold."""
    counter = OffsetCounter(options.offsets)
    number = 0
    for piece in pieces:
        for placed in counter.place(piece):
            number += 1
            yield printable(_annotation(number, placed, options, name))
            if number == 1 and options.offsets != "codepoint":  # brat's own unit needs no note
                yield f"#0\tAnnotatorNotes T1\toffsets = {options.offsets}\n"


def _annotation(number: int, placed: Placed, options: Options, name: str) -> str:
    mention = placed.mention
    label = label_of(mention.type if mention.id is not None else None)
    spans, words = zip(*_fragments(placed, options, name), strict=True)
    bound = f"T{number}\t{label} {';'.join(spans)}\t{' '.join(words)}\n"
    if mention.id is None:
        return bound + f"#{number}\tAnnotatorNotes T{number}\t{one_line(mention.reason)}\n"
    if _BLANK.search(mention.id) or not mention.id:
        raise InputError(f"{name}: brat cannot hold the id {mention.id!r}, which has white space; write jsonl instead")
    return bound + f"N{number}\tReference T{number} {DATABASE}:{mention.id}\t{one_line(mention.name or mention.id)}\n"


def label_of(type_: str | None) -> str:
    """An entity type as other programs take it: ``_`` for all but letters, digits, ``_`` and ``-``; NIL for None."""
    return _NO_LABEL.sub("_", type_) if type_ else "NIL"


def _fragments(placed: Placed, options: Options, name: str) -> Iterator[tuple[str, str]]:
    surface = placed.mention.surface
    found = list(_FRAGMENT.finditer(surface))
    if not found or found[0].start() or found[-1].end() < len(surface):
        raise InputError(
            f"{name}: brat cannot hold the mention {surface!r} at {placed.start}, which begins or ends with a line "
            "break or tab; write jsonl instead"
        )
    at, last = placed.start, 0
    for fragment in found:
        start = at + width(surface[last : fragment.start()], options.offsets)
        at, last = start + width(fragment[0], options.offsets), fragment.end()
        yield f"{start} {at}", fragment[0]


def read_brat(annotations: str) -> tuple[MarkedSpan, ...]:
    """The mentions of an annotation file, with the ids of `DATABASE`; other kinds of annotation are passed over.

    Raises InputError with the line of a text-bound annotation or normalisation that cannot be read.
    """
    spans: dict[str, tuple[int, int]] = {}
    ids: dict[str, str] = {}
    for number, ended in enumerate(annotations.split("\n"), start=1):
        line = ended.removesuffix("\r")  # of editors that end lines with \r\n; no annotation holds one
        if (bound := _TEXT_BOUND.fullmatch(line)) is not None:
            places = [int(place) for place in re.split("[ ;]", bound[2])]
            spans[bound[1]] = places[0], places[-1]
        elif (normalised := _NORMALISATION.fullmatch(line)) is not None:
            ids[normalised[1]] = normalised[2]
        elif line.startswith("T"):
            raise InputError(
                f"line {number}: {line[:40]!r} is no text-bound annotation; "
                "expected T1, a tab, TYPE START END, a tab, the text"
            )
    return tuple(MarkedSpan(start, end, ids.get(key)) for key, (start, end) in spans.items())
