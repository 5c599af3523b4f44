"""The aliases that words lead to: those that hold the terms that a word may stand for, of many words at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from entitynorm.retrieval.index import NameIndex
from entitynorm.retrieval.term_search import TermHits
from entitynorm.tagging.scan import Ints
from entitynorm.text.tokens import script_of

COMMON = 400
"""Aliases that one word may lead to; a word of more names (New, Saint, General) needs another beside it."""
_LEAST_ALIKE = 0.55
"""How alike a word and a term have to be."""
SAME_SOUND = 0.95
"""The same for words of two scripts to sound the same: sounds are all that they can share."""
_NONE = np.zeros(0, np.int64)
_NOTHING = np.zeros(0, np.float32)


class Lead(NamedTuple):
    """The aliases that one word leads to."""

    alias: Ints
    value: NDArray[np.float32]
    """The weight that it answers in each."""
    alike: NDArray[np.float32]
    """How alike the word and that of the alias are; 1 where they are of two scripts and sound the same."""
    common: bool = False
    """The word leads to more aliases than are kept."""
    bearing: bool = False
    """The word can carry a name: it is no type word, title or particle."""
    country: bool = False
    """The word names a country, in whatever words."""
    alone: bool = False
    """The word is a compound of several ideas (Минобороны), and so a window by itself."""


NOWHERE = Lead(_NONE, _NOTHING, _NOTHING)


def leads_of(index: NameIndex, words: Sequence[Sequence[TermHits]], exact: Sequence[bool]) -> list[Lead | None]:
    """Where words lead that may stand for these terms; ``exact``: to the letter, or by their meaning."""
    hits = [(n, hit) for n, some in enumerate(words) for hit in some if len(hit.terms)]
    if not hits:
        return [None] * len(words)
    arrays = index.arrays
    sizes = [len(hit.terms) for _, hit in hits]
    term = np.concatenate([hit.terms for _, hit in hits])
    alike = np.concatenate([hit.likeness for _, hit in hits])
    word = np.repeat([n for n, _ in hits], sizes)
    least = np.repeat([1.0 if exact[n] and hit.own else _LEAST_ALIKE for n, hit in hits], sizes)
    near = alike.astype(np.float64) >= least
    term, alike, word = term[near], alike[near], word[near]
    low, count = _run(arrays["posting_ends"], term)
    reached = np.bincount(word, minlength=len(words)) > 0
    common = np.bincount(word, count, len(words)) > COMMON
    kept = ~common[word]
    term, alike, word, low, count = term[kept], alike[kept], word[kept], low[kept], count[kept]
    joined_low, joined_count = _run(arrays["joined_ends"], term)
    # Of each term its aliases, then those that write it together with its neighbours.
    lows, counts = np.stack((low, joined_low), 1).ravel(), np.stack((count, joined_count), 1).ravel()
    place = np.repeat(lows - (np.cumsum(counts) - counts), counts) + np.arange(int(counts.sum()))
    joined = np.repeat(np.arange(len(counts)) % 2 == 1, counts)
    row = np.repeat(np.arange(len(counts)) // 2, counts)
    alias = np.empty(len(place), np.int64)
    alias[~joined] = arrays["posting_alias"][place[~joined]]
    alias[joined] = arrays["joined_alias"][place[joined]]
    value = (alike.astype(np.float64) * arrays["term_weight"][term])[row].astype(np.float32)
    value[joined] = alike[row[joined]] * arrays["alias_weight"][alias[joined]]
    similar, word = _heard(index, term, alike)[row], word[row]
    # Of each alias the word that it answers best, and the aliases in order: chains are sorted by them.
    order = np.lexsort((-value, alias, word))
    key = (word << 32 | alias)[order]
    order = order[np.concatenate(([True], key[1:] != key[:-1]))] if len(key) else order
    alias, value, similar = alias[order], value[order], similar[order]
    bounds = np.searchsorted(word[order], np.arange(len(words) + 1)).tolist()
    out: list[Lead | None] = []
    for some, a, b, there, many in zip(words, bounds, bounds[1:], reached.tolist(), common.tolist(), strict=False):
        bearing, country = any(hit.bearing for hit in some), any(hit.country for hit in some)
        if many:
            out.append(Lead(_NONE, _NOTHING, _NOTHING, common=True, bearing=bearing))
        else:
            found = alias[a:b], value[a:b], similar[a:b]
            out.append(Lead(*found, bearing=bearing, country=country) if there else None)
    return out


def _run(ends: NDArray[np.uint32], term: Ints) -> tuple[Ints, Ints]:
    """Where the aliases of each term begin, and how many they are."""
    low = ends[term].astype(np.int64)
    return low, ends[term + 1].astype(np.int64) - low


def _heard(index: NameIndex, term: Ints, alike: NDArray[np.float32]) -> NDArray[np.float32]:
    """How alike words and terms are, 1 where they sound the same in two scripts."""
    out = alike.copy()
    near = alike.astype(np.float64)
    for k in np.flatnonzero((near >= SAME_SOUND) & (near < 1)).tolist():
        if script_of(index.term_text(int(term[k]))) != "Latn":
            out[k] = 1.0
    return out
