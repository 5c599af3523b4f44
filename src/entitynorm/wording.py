"""What messages say of values: on one line, in quotes, in words, and what was probably meant."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Collection, Mapping

from rapidfuzz import fuzz, process

_SHOWN_LENGTH = 60
"""Characters of a value that a message shows."""


def one_line(text: str) -> str:
    r"""Write line breaks, control characters and lone surrogates as escapes, so that any text fits on one line.

    >>> print(one_line("a\nb\ud83d"))
    a\nb\ud83d
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or unicodedata.category(c) == "Zs" else _escape(c) for c in text)


def quoted(value: str) -> str:
    """A value as messages show it: in double quotes, on one line, cut where it is long.

    >>> print(quoted('the "FRL"'))
    "the \\"FRL\\""
    """
    shown = value if len(value) <= _SHOWN_LENGTH else value[:_SHOWN_LENGTH] + "…"
    return one_line('"' + shown.replace("\\", "\\\\").replace('"', '\\"') + '"')


def describe(value: object) -> str:
    """What a value is, in words for a person who may not know Python.

    >>> describe(["FRL"]), describe(12), describe("x")
    ('a list', 'the number 12', 'the text "x"')
    """
    match value:
        case None:
            return "nothing"
        case bool():
            return f"the yes/no value {str(value).lower()}"
        case str():
            return f"the text {quoted(value)}"
        case int() | float():
            shown = f"{value:.15g}" if isinstance(value, float) or abs(value) < 10**15 else "of more than 15 digits"
            return f"the number {shown}"
        case Mapping():
            return "a mapping"
        case list() | tuple():
            return "a list"
    return f"a value of type {type(value).__name__}"


def near_miss(word: str, choices: Collection[str]) -> str | None:
    """The choice that ``word`` was probably meant to be, or None.

    >>> near_miss("descripton", ["name", "description"])
    'description'
    """
    found = process.extractOne(word, list(choices), scorer=fuzz.ratio, score_cutoff=70.0)
    return found[0] if found else None


def _escape(char: str) -> str:
    # json knows the short forms (\n, \t) and leaves the rest as four digits; surrogates pass through it unharmed.
    return json.dumps(char)[1:-1] if ord(char) != 0x7F else "\\u007f"
