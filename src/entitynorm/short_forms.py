"""When part of a name may stand for it in a text, and when it means another thing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from entitynorm.names.structure import parse, senses_of
from entitynorm.names.types import entity_class
from entitynorm.names.units import Unit
from entitynorm.scored import features_of

if TYPE_CHECKING:
    from entitynorm.model import Candidate
    from entitynorm.spans import Span

PLAUSIBLE = 0.2
"""Least score of a spelling that the document may confirm."""
_TYPELESS = frozenset({"place_type_missing", "untyped"})
_WITH_ARTICLES = frozenset({"en", "fr", "es", "it", "de"})


def only_qualifies(phrase: str, units: Sequence[Unit]) -> bool:
    """Whether a word of a longer name only says where or whose it is (Kachin Independence Army).

    It does behind "of", and before two common words or more.
    """
    k = next((k for k, unit in enumerate(units) if unit.phrase == phrase), None)
    if k is None:
        return False
    behind_of = k > 0 and units[k - 1].role == "function" and any(s.id == "of" for s in units[k - 1].senses)
    common = [u for u in units[k + 1 : k + 3] if u.role in ("concept", "type")]
    return behind_of or (k == 0 and len(common) == 2)


def means_another(span: Span) -> bool:
    """Whether a span is a listed place, its type word aside (Tigray, beside the Tigray People's Liberation Front).

    Or the surname of a listed person.
    """
    for candidate in span.candidates:
        kind, features = entity_class(candidate.type), features_of(candidate)
        likely = candidate.score >= PLAUSIBLE
        if kind == "PLACE" and (features & _TYPELESS or (likely and "missing" not in features)):
            return True
        if kind == "PERSON" and likely and "surname_alone" in features:
            return True
    return False


def leaves_out_one(acronym: str, units: Sequence[Unit]) -> bool:
    """Whether an acronym has the initials of a name but for one (MSS, for Multinational Security Support Mission)."""
    initials = "".join(w.fold[0] for u in units if u.role != "function" for w in u.words if w.fold).upper()
    left = iter(initials)
    return len(acronym) > 2 and len(initials) - len(acronym) <= 1 and all(letter in left for letter in acronym)


def heads(
    text: str, named: Sequence[tuple[Span, Candidate]], taken: Sequence[tuple[int, int]]
) -> Iterator[tuple[int, int, Candidate]]:
    """Where the head of the one institution stands alone that a text calls so (the Front, for the 33rd Front).

    ``named``: institutions where the text has their names; ``taken``: what is linked already.
    """
    found: dict[str, dict[str, tuple[int, Candidate]]] = {}
    for span, candidate in named:
        for unit in _heads_of(parse(text[span.start : span.end]).units):
            if unit.role in ("type", "concept") and unit.capitalised and len(unit.words) == 1:
                found.setdefault(unit.phrase, {}).setdefault(candidate.id, (span.start, candidate))
    for phrase, bearers in found.items():
        if len(bearers) == 1:
            ((first, candidate),) = bearers.values()
            yield from ((start, end, candidate) for start, end in _alone(text, phrase, first, taken))


def _alone(text: str, phrase: str, first: int, taken: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Where a word stands alone behind an article and place ``first``; nowhere if a longer name ends with it too."""
    out: list[tuple[int, int]] = []
    done = 0
    for match in _capitalised(phrase).finditer(text):
        start, end = match.span()
        begin = start - 1
        while begin and (text[begin - 1].isalnum() or text[begin - 1] == "_"):
            begin -= 1
        if begin < done:
            continue
        done = end
        if any(a <= start < b for a, b in taken):
            continue
        before, behind = text[begin : start - 1], text[end : end + 2]
        if before[:1].isupper() and not _is_article(before):
            return []
        if begin > first and _is_article(before) and not (behind[:1] == " " and behind[1:].isupper()):
            out.append((start, end))
    return out


def _heads_of(units: Sequence[Unit]) -> Sequence[Unit]:
    """The words that may be the head of a name: the last, and the first before a small word (Front for Change)."""
    if len(units) < 2:
        return ()
    return (units[-1],) if units[1].capitalised else (units[0], units[-1])


@lru_cache(maxsize=1_024)
def _capitalised(phrase: str) -> re.Pattern[str]:
    """A word with a capital, a word before it: looked for first, since a search for the latter stops at every word."""
    word = re.escape(phrase.capitalize())
    return re.compile(rf"{word}(?![\w-])(?<=\w[ '’]{word})")


def _is_article(word: str) -> bool:
    """Whether a word is an article and nothing else elsewhere (as is one of Portuguese)."""
    found = [s for s in senses_of(word.lower()) if s.form == "article" and s.id != "a-article"]
    return any(s.lang in _WITH_ARTICLES for s in found)
