"""Terms: the words of a name as the index counts them, made fast and the same for gazetteer and query.

`entitynorm.names.structure.parse` takes a name apart with all that the lexicon knows, at a hundred microseconds a name;
an index of millions needs its words at three. A term keeps its script and the marks that decide its sound (š, й), and
loses case, apostrophes and invisible characters. Words that Arabic names write together or apart become one term.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache

from entitynorm.table_cache import packaged_table
from entitynorm.text.folding import fold_text
from entitynorm.text.tokens import APOSTROPHES, CAPITAL, MARK

_DROPPED = re.compile(
    "[ʹʺʼʻ’‘`´'\"ˈʿʾ′″‛＇\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u0591-\u05c7\u064b-\u065f\u0670]"
)
_BROKEN = re.compile("(?<=[^\\W\\d_])(?:¬[ \n]?|[=⸗](?=[^\\W\\d_]{2}))(?=[a-zà-öø-ÿſ])")
_TERM = re.compile(f"[^\\W_](?:[^\\W_]|[{MARK}])*")
_ASCII_TERM = re.compile("[a-z0-9]+")
_POSSESSIVE = re.compile("(?<=[A-Za-z]{2})['’`´ʼ][sS](?![A-Za-z])")
_ELIDED = re.compile(f"(?<![^\\W_])(?:[dl]|[DL](?=[{APOSTROPHES}][{CAPITAL}]))[{APOSTROPHES}](?=[^\\W_])")
"""An article or preposition of French and Italian before a vowel (see `entitynorm.text.tokens`)."""
_CAMEL = re.compile("(?<=[a-z]{2})(?=[A-Z][a-z])")
_ABD = re.compile("^abd(?:[aeiou]?l|[aeou]([rsnztd])(?=\\1))(?=.{3})")
_DIN = re.compile("(?:u|e|a)[dl](?:d)?(?:in|een|ine)$")
MOST_TERMS = 24
"""Terms of one name that are counted; no name needs more, and a pasted page must not cost a page's work."""
MAYBE_CUT = 2 * MOST_TERMS
"""Code points of a name from which on it may have more terms than are counted."""


@cache
def _compounds() -> tuple[frozenset[str], frozenset[str], frozenset[str], frozenset[str]]:
    table = packaged_table("compounds.yaml", "compounds-1")
    return (
        frozenset(table["servant"]),
        frozenset(table["articles"]),
        frozenset(table["religion"]),
        frozenset(table["god"]),
    )


@cache
def _compound_ends() -> frozenset[str]:
    _, _, religion, god = _compounds()
    return religion | god


@lru_cache(maxsize=16_384)
def part_in_compound(word: str) -> str:
    """Which part a word can be of those that names write together or apart.

    The "first" (Abd al-Rahman, Abdrahman), or else the "last" (Ata Ullah, رام الله), or none, "".

    >>> part_in_compound("Abd"), part_in_compound("Ullah"), part_in_compound("Kyiv")
    ('first', 'last', '')
    """
    fold = word.casefold()
    if fold in _compounds()[0]:
        return "first"
    return "last" if fold in _compound_ends() else ""


def _joined(terms: Sequence[str]) -> list[str]:
    servant, articles, religion, god = _compounds()
    out: list[str] = []
    i = 0
    while i < len(terms):
        term = terms[i]
        if term in servant and i + 1 < len(terms):
            j = i + 2 if terms[i + 1] in articles and i + 2 < len(terms) else i + 1
            following = terms[j]
            if following.startswith("ال") and len(following) > 4:
                following = following[2:]
            out.append(("عبد" if term == "عبد" else "abd") + following)
            i = j + 1
            continue
        if out and term in articles and i + 1 < len(terms) and terms[i + 1] in religion | god:
            out[-1] += "din" if terms[i + 1] in religion else "allah"
            i += 2
            continue
        if out and (term in religion or term in god) and len(out[-1]) > 2:
            out[-1] += term if not term.isascii() else "din" if term in religion else "allah"
        elif term.startswith("abd") and len(term) > 6:
            out.append("abdallah" if term.endswith(("llah", "lla")) else _ABD.sub("abd", term))
        elif len(term) > 7 and term.endswith(("ddin", "ddine", "ldin", "ddeen")):
            out.append(_DIN.sub("din", term))
        else:
            out.append(term)
        i += 1
    return out


@lru_cache(maxsize=16_384)
def terms_of(name: str) -> tuple[str, ...]:
    """The terms of a name, in order, at most `MOST_TERMS`.

    >>> terms_of("Gora-Podol’s Abd al-Rahman O’Neill"), terms_of("Salah ad-Din")
    (('gora', 'podol', 'abdrahman', 'oneill'), ('salahdin',))
    """
    return _terms(name, MOST_TERMS)


def all_terms_of(name: str) -> tuple[str, ...]:
    """The terms of a name, however many: what tells names apart that differ only at their far ends."""
    return terms_of(name) if len(name) < MAYBE_CUT else _terms(name, None)


def _terms(name: str, most: int | None) -> tuple[str, ...]:
    if "¬" in name or "=" in name or "⸗" in name:
        name = _BROKEN.sub("", name)
    if name.isascii():
        if "'" in name or "`" in name:
            name = _DROPPED.sub("", _POSSESSIVE.sub("", _ELIDED.sub(_apart, name)))
        if not (name.isupper() or name.islower()):
            name = _CAMEL.sub(" ", name)
        found = _ASCII_TERM.findall(name.lower())
    else:
        name = unicodedata.normalize("NFKC", name)
        name = _DROPPED.sub("", _CAMEL.sub(" ", _POSSESSIVE.sub("", _ELIDED.sub(_apart, name))))
        found = _TERM.findall(unicodedata.normalize("NFC", name.casefold()))
    found = found[:most]
    servant, _, religion, god = _compounds()
    if len(found) > 1 or (found and (found[0].startswith("abd") or found[0].endswith(("din", "dine", "deen")))):
        joining = any(
            t in religion or t in god or t in servant or t.startswith("abd") or t.endswith("in") for t in found
        )
        return tuple(_joined(found)) if joining else tuple(found)
    return tuple(found)


def parted(name: str) -> str:
    """A name with the words apart of which French and Italian elide the first (Côte d'Ivoire).

    >>> parted("Côte d'Ivoire")
    'Côte d Ivoire'
    """
    return _ELIDED.sub(_apart, name)


def _apart(elided: re.Match[str]) -> str:
    return f"{elided[0][0]} "


def fold_term(term: str) -> str:
    """A term without its marks, in its own script: what makes two terms the same word.

    >>> fold_term("šumadija"), fold_term("й")
    ('sumadija', 'й')
    """
    return term if term.isascii() else fold_text(term)
