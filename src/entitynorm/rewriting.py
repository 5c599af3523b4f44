"""Rewriting: a text with its mentions replaced by canonical names, ids or both, and nothing else changed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

from entitynorm.model import Document, Mention

Style = Literal["name", "id", "both"]
STYLES: Final[tuple[Style, ...]] = ("name", "id", "both")
"""What stands in place of a mention: the canonical name, the entity's id, or ``name [id]``."""

_ARTICLE = re.compile(r"(?:^|(?<=[\s(\"'“‘«]))(the|a|an)\s+$", re.IGNORECASE)
_SENTENCE_START = re.compile(r"(?:^|[.!?…]['\"”’»)]*\s+|\n\s*)['\"“‘«(]*$")


class Edit(NamedTuple):
    """A stretch of a text, in code points, and what is to stand there instead."""

    start: int
    end: int
    text: str


def replacement(text: str, mention: Mention, style: Style = "name") -> str:
    """What stands in place of a mention: for a name, fitted to the article and the sentence around it.

    A canonical name that brings its own article drops it after an article of the text, and a name written
    small (hromadske) is capitalised where a sentence begins. With ``both``, an id that stands there already is not
    written a second time. What is not linked stays as it is.
    """
    if mention.name is None or mention.id is None:
        return mention.surface
    if style == "id":
        return mention.id
    name = mention.name
    before = text[max(0, mention.start - 40) : mention.start]
    first, _, rest = name.partition(" ")
    if rest and first.casefold() in ("the", "a", "an") and _ARTICLE.search(before):
        name = rest
    if name[:1].islower() and _SENTENCE_START.search(before):
        name = name[:1].upper() + name[1:]
    if mention.surface.endswith(".") and not name.endswith(".") and text[mention.end : mention.end + 1] in ("", "\n"):
        name += "."  # the stop of an abbreviation ends the sentence too
    label = f" [{mention.id}]"
    return name if style == "name" or text.startswith(label, mention.end) else name + label


def edits(document: Document, style: Style = "name") -> Iterator[Edit]:
    """What rewriting changes, in text order; mentions that already read as they should are left out."""
    for mention in document.mentions:
        new = replacement(document.text, mention, style)
        if new != mention.surface:
            yield Edit(mention.start, mention.end, new)


def rewrite(document: Document, style: Style = "name") -> str:
    """The text of a document with every linked mention replaced; possessives and articles stay outside."""
    out: list[str] = []
    last = 0
    for edit in edits(document, style):
        out += [document.text[last : edit.start], edit.text]
        last = edit.end
    return "".join([*out, document.text[last:]])
