"""spaCy's EntityRuler patterns: ``{"label": …, "pattern": …, "id": …}`` a line, the pattern a text or a list of tokens.

All patterns of one id are one entity, wherever they stand, and are held in memory, as spaCy does. Its name is its first
pattern that is a text, or else the first of tokens. A list of tokens becomes a name where each token asks for one
literal word (TEXT, ORTH, LOWER, NORM); anything else (a part of speech, a regular expression, an optional token) means
more than one name can say and is reported.

A pattern without an id becomes an entity of its own whose id is made of label and text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from entitynorm.io.importers.entities import Names, prefixed, type_word
from entitynorm.io.importers.report import Report, RowError
from entitynorm.io.importers.source import Found, Record, Source, json_object, numbered
from entitynorm.wording import quoted

LITERAL: Final = frozenset({"TEXT", "ORTH", "LOWER", "NORM"})

_BOTH_SIDES = re.compile(r"\s([-\u2010\u2011'’/])\s")
_LEFT_SIDE = re.compile(r"\s([.,!?;:%])(?=\s|$)")


class _Pattern(NamedTuple):
    key: str
    label: str
    text: str
    literal: bool
    """A text, not a list of tokens."""


def read_spacy_patterns(source: Source, report: Report, *, prefix: str | None = None) -> Iterator[Found]:
    """The records of a file of patterns, one an id, in the order of their first patterns."""
    whole: dict[str, tuple[str, list[_Pattern]]] = {}
    for place, line in numbered(source, report):
        report.row()
        try:
            pattern = _pattern(json_object(line))
        except RowError as error:
            report.skip(place, error)
            continue
        _, patterns = whole.setdefault(pattern.key, (place, []))
        if patterns and patterns[0].label != pattern.label:
            labels = f"{quoted(patterns[0].label)} and {quoted(pattern.label)}"
            message = f"the id {quoted(pattern.key)} has two labels, {labels}; give the second another id"
            report.skip(place, RowError("two labels", message))
        else:
            patterns.append(pattern)
    for key, (place, patterns) in whole.items():
        yield place, _entity(prefixed(prefix, key), patterns)


def _entity(entity_id: str, patterns: list[_Pattern]) -> Record:
    name = next((pattern.text for pattern in patterns if pattern.literal), patterns[0].text)
    names = Names(name)
    for pattern in patterns:
        names.add(pattern.text)
    return {"id": entity_id, "type": type_word(patterns[0].label), "name": name, "aliases": names.records()}


def _pattern(row: Record) -> _Pattern:
    label, pattern, key = row.get("label"), row.get("pattern"), row.get("id")
    if not isinstance(label, str) or not label.strip():
        raise RowError("no label", "the pattern has no label as text")
    if key is not None and not isinstance(key, str):
        raise RowError("unusable id", f"the id {quoted(str(key))} is no text; put quotes round it")
    if isinstance(pattern, str):
        text = pattern.strip()
    elif isinstance(pattern, list) and pattern:
        text = _join([_word(token) for token in pattern])
    else:
        raise RowError("no pattern", "the pattern is neither a text nor a list of tokens")
    if not text:
        raise RowError("no pattern", "the pattern is empty")
    own = f"{type_word(label).lower()}:{'-'.join(text.casefold().split())}"
    return _Pattern(key or own, label, text, isinstance(pattern, str))


def _word(token: Any) -> str:
    """The literal word that a token asks for; raises RowError where it asks for anything else."""
    if isinstance(token, dict) and len(token) == 1:
        (attribute, value) = next(iter(token.items()))
        if isinstance(attribute, str) and attribute.upper() in LITERAL and isinstance(value, str) and value.strip():
            return value.strip()
    shown = ", ".join(map(str, token)) if isinstance(token, dict) and token else "nothing"
    message = f"a token asks for {quoted(shown)}; only one literal TEXT, ORTH, LOWER or NORM is a name"
    raise RowError("token pattern", message)


def _join(words: list[str]) -> str:
    """Words as they are written: spaCy splits at hyphens and before full stops, and names have no blanks there.

    >>> _join(["btr", "-", "82a"]), _join(["Acme", ",", "Inc", "."])
    ('btr-82a', 'Acme, Inc.')
    """
    return _LEFT_SIDE.sub(r"\1", _BOTH_SIDES.sub(r"\1", " ".join(words)))
