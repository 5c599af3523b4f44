"""Spellings that are case forms of another spelling of the same corpus: an entity is called by its base form.

Endings allow many dictionary forms, most of which do not exist (see `entitynorm.names.inflection`), so only those count
that the corpus writes itself: Зареченска and Зареченске are Зареченск where a text says Зареченск. In Latin letters
endings mean something only in texts of languages that decline names; in English, Martina is no form of Martin.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache

from entitynorm.names.inflection import lemmas
from entitynorm.suggesting.spellings import Spelling
from entitynorm.text.folding import fold_text

_BEGINNING = 2
"""Letters at the beginning of a word that no case changes."""


def bases(spellings: Sequence[Spelling]) -> list[list[int]]:
    """For each spelling the positions of those that it is a case form of."""
    alike: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for n, spelling in enumerate(spellings):
        alike[tuple(fold[:_BEGINNING] for fold, _ in _words(spelling))].append(n)
    out: list[list[int]] = [[] for _ in spellings]
    for some in alike.values():
        for n in some:
            out[n] = [m for m in some if m != n and is_case_form(spellings[n], spellings[m])]
    return out


def is_case_form(form: Spelling, base: Spelling) -> bool:
    """Whether the tables lead one spelling back to another, word by word, and less usually the other way round.

    Козинка may be the genitive of a Козинок as well; where both are written, the more usual reading counts.
    """
    there = _way(form, base)
    back = _way(base, form)
    return there is not None and (back is None or there < back)


def _way(form: Spelling, base: Spelling) -> int | None:
    """How unusual the way from a form to its base is; None where there is none, or where they are the same."""
    ours, theirs = _words(form), _words(base)
    if len(ours) != len(theirs):
        return None
    unusual: list[int] = []
    for (fold, text), (other, _) in zip(ours, theirs, strict=True):
        if fold == other:
            continue
        declines = not fold.isascii() or (form.declining and base.declining)
        found = _dictionary_forms(text).get(other) if declines else None
        if found is None:
            return None
        unusual.append(found)
    return sum(unusual) if unusual else None


def _words(spelling: Spelling) -> list[tuple[str, str]]:
    """The words of a name without function words, folded and as they are written."""
    return [(word.fold, word.text) for unit in spelling.content for word in unit.words]


@lru_cache(maxsize=65_536)
def _dictionary_forms(word: str) -> Mapping[str, int]:
    """Folded dictionary form -> how unusual the paradigm is that leads there."""
    found: dict[str, int] = {}
    for lemma in lemmas(word):
        found.setdefault(fold_text(lemma.text), lemma.usual)
    return found
