"""Rewriting: a text with its mentions replaced by canonical names, and nothing else changed."""

from __future__ import annotations

import re

from entitynorm.model import Document, Mention

_ARTICLE = re.compile(r"(?:^|(?<=[\s(\"'“‘«]))(the|a|an)\s+$", re.IGNORECASE)
_SENTENCE_START = re.compile(r"(?:^|[.!?…]['\"”’»)]*\s+|\n\s*)['\"“‘«(]*$")


def replacement(text: str, mention: Mention) -> str:
    """What stands in place of a mention: the canonical name, fitted to the article and the sentence around it.

    A canonical name that brings its own article drops it after an article of the text, and a name written
    small (hromadske) is capitalised where a sentence begins.
    """
    if mention.name is None:
        return mention.surface
    name = mention.name
    before = text[max(0, mention.start - 40) : mention.start]
    first, _, rest = name.partition(" ")
    if rest and first.casefold() in ("the", "a", "an") and _ARTICLE.search(before):
        name = rest
    if name[:1].islower() and _SENTENCE_START.search(before):
        name = name[:1].upper() + name[1:]
    return name


def rewrite(document: Document) -> str:
    """The text of a document with every linked mention replaced; possessives and articles stay outside."""
    out: list[str] = []
    last = 0
    for mention in document.mentions:
        out += [document.text[last : mention.start], replacement(document.text, mention)]
        last = mention.end
    return "".join([*out, document.text[last:]])
