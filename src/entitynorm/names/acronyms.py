"""Acronyms derived from full names, in the letters of the name and in Latin ones (РДК and RDK, FRL, FSB, ISW)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from entitynorm.names.units import Unit, written
from entitynorm.text.folding import fold_text
from entitynorm.text.sounds import latin_initials
from entitynorm.text.tokens import script_of

_MOST = 24


def is_acronym(unit: Unit, *, least: int = 3) -> bool:
    """Whether a unit is written as an acronym: one word, all capitals, three letters or more (dots not counted).

    A number may end it (M23).
    """
    if len(unit.words) != 1:
        return False
    text = unit.words[0].text.replace(".", "")
    letters = text.rstrip("0123456789")
    return text.isupper() and least <= len(text) <= 8 and letters.isalpha()


def acronym_of(unit: Unit) -> str:
    """The letters of an acronym as the index keeps them: upper case, no dots."""
    return unit.words[0].text.replace(".", "").upper()


def long_form(before: str, acronym: str, *, least: int = 2) -> str | None:
    """The full name at the end of a text that an acronym right behind it abbreviates; None where there is none.

    Every letter of the acronym stands in order in the full name, the first one at the beginning of a word (Schwartz and
    Hearst, "A simple algorithm for identifying abbreviation definitions in biomedical text", 2003); it has at most two
    words a letter of the acronym, and ``least``.

    >>> long_form("said the Institute of Social Work ", "ISW")
    'Institute of Social Work'
    """
    text = before.rstrip(" \"'“”„«»’")
    folded = fold_text(text)
    if len(folded) != len(text):
        return None
    at = len(text) - 1
    for n in range(len(acronym) - 1, -1, -1):
        letter = fold_text(acronym[n])
        while at >= 0 and (folded[at] != letter or (n == 0 and at > 0 and folded[at - 1].isalnum())):
            at -= 1
        if at < 0:
            return None
        at -= 1
    found = text[at + 1 :]
    words = len(found.split())
    few = least <= words <= 2 * len(acronym)
    return found if few and found[:1].isupper() and not any(mark in found for mark in ".;:()\n") else None


def derive(units: Sequence[Unit], *, least: int = 3) -> tuple[str, ...]:
    """The acronyms of a full name: initials of its words without and with function words, ``least`` letters up.

    A name in Cyrillic also gives the Latin forms, letter by letter. Names of fewer than ``least`` words have none. A
    number inside a name ends its acronym (M23, for March 23 Movement and Mouvement du 23 mars).
    """
    distinct = list(written(units))
    bare = [w.fold for u in distinct if u.role != "function" for w in u.words]
    every = [w.fold for u in distinct for w in u.words]
    out: dict[str, None] = {}
    for words in (bare, every):
        if least <= len(words) <= 8 and all(w and w[0].isalpha() for w in words):
            out[("".join(w[0] for w in words)).upper()] = None
            if script_of("".join(words)) == "Cyrl":
                choices = [latin_initials(w[0]) for w in words]
                for n, combination in enumerate(product(*choices)):
                    if n >= _MOST:
                        break
                    out["".join(combination)] = None
    number = next((n for n, w in enumerate(bare) if w.isdecimal()), 0)
    if 0 < number < len(bare) - 1 and all(w and w[0].isalpha() for w in bare[:number]):
        out["".join(w[0] for w in bare[:number]).upper() + bare[number]] = None
    return tuple(a for a in out if len(a) >= least)
