"""From names to the aliases worth comparing, for many names at once.

The terms of all names of a batch are looked for together (`entitynorm.retrieval.term_search`). The aliases that hold
the terms found are scored by how much weight of both names is answered, and the best `KEPT_ALIASES` are handed on, with
those of the same folded spelling and those that the name may be an acronym of.

The work grows with what the keys reach, never with the gazetteer: key ranges and postings are cut at fixed budgets,
the commonest first.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from entitynorm.names.meanings import region_adjective
from entitynorm.names.structure import parse
from entitynorm.names.units import written
from entitynorm.retrieval import phones
from entitynorm.retrieval.build import name_key
from entitynorm.retrieval.term_search import POSTING_BUDGET, TermHits, TermSearcher
from entitynorm.text.folding import fold_text
from entitynorm.text.terms import MOST_TERMS, fold_term, terms_of

KEPT_ALIASES = 32
_DOTTED = re.compile(r"(?:[^\W\d_]\.){2,}")
_DOMAIN = re.compile(r"[^\W_]{2}\.[^\W_]{2}")


class Reached(NamedTuple):
    """An alias that a name may mean, before it is compared in full."""

    alias: int
    score: float
    """Share of both names' weight that is answered, in [0, 1]."""
    how: str
    """What reached it: exact, squeezed, acronym or terms."""


class Searcher(TermSearcher):
    """Finds candidates in one index."""

    def reach(self, names: Sequence[str], *, windows: bool = False, plainly: bool = False) -> list[list[Reached]]:
        """For each name the aliases worth comparing, best first.

        ``windows``: the names are windows of running text, where every word that carries the name has to have an
        answer, but for one of three. ``plainly``: words as `hits` has them, and so has every word of the alias.
        """
        split = [search_terms(name) for name in names]
        hits = self.hits([t for terms in split for t in terms], plainly=plainly)
        keys = [name_key(name) for name in names]
        exact = self.index.lookup_many("exact", keys)
        together = ["".join(map(fold_term, terms)) for terms in split]
        squeezed = self.index.lookup_many("squeezed", together)
        short = ["".join(terms) if len(terms) == 1 and 2 <= len(terms[0]) <= 7 else "" for terms in split]
        acronyms = self.index.lookup_many("acronym", [_acronym(name, s) for name, s in zip(names, short, strict=True)])
        # A window stands for its words; one that is written apart from the alias is met by its letters.
        whole = [not plainly and 1 < len(terms) < 4 and len(t) <= 20 for terms, t in zip(split, together, strict=True)]
        wholes = [t if able else "" for t, able in zip(together, whole, strict=True)]
        whole_hits = self.hits([w for w in wholes if w], plainly=plainly)
        apart = self.index.lookup_many("exact", together)
        by_terms = self._by_terms(split, hits, wholes, whole_hits, windows, plainly)
        ties = self.index.arrays["alias_tie"]
        out = []
        for n in range(len(names)):
            found: dict[int, Reached] = {}
            for how, aliases in (("exact", exact[n]), ("squeezed", squeezed[n])):
                for alias in aliases[:64]:
                    found.setdefault(alias, Reached(alias, 1.0, how))
            if len(split[n]) > 1:
                for alias in apart[n][:64]:
                    found.setdefault(alias, Reached(alias, 1.0, "squeezed"))
            for alias in acronyms[n][:32] if short[n] else ():
                found.setdefault(alias, Reached(alias, 0.6, "acronym"))
            for alias, score in by_terms[n]:
                found.setdefault(alias, Reached(alias, min(score, 0.999), "terms"))
            out.append(sorted(found.values(), key=lambda r: (-r.score, int(ties[r.alias]))))
        return out

    def _by_terms(
        self,
        split: Sequence[Sequence[str]],
        hits: dict[str, TermHits],
        wholes: Sequence[str],
        whole_hits: dict[str, TermHits],
        windows: bool,
        plainly: bool,
    ) -> list[list[tuple[int, float]]]:
        owner: list[int] = []
        place: list[int] = []
        terms: list[NDArray[np.int64]] = []
        values: list[NDArray[np.float32]] = []
        total = np.zeros(len(split))
        for n, names in enumerate(split):
            found = [hits[t] for t in names]
            total[n] = sum(h.weight for h in found)
            for k, hit in enumerate(found):
                if len(hit.terms):
                    owner.append(n)
                    place.append(k)
                    terms.append(hit.terms)
                    values.append(hit.likeness * np.float32(max(hit.weight, 0.01)))
        pieces = [self._expand(owner, place, terms, values, "posting")]
        joined_owner = [n for n, w in enumerate(wholes) if w and len(whole_hits[w].terms)]
        single_owner = [n for n, t in enumerate(split) if len(t) == 1 and len(hits[t[0]].terms)]
        joined_terms = [whole_hits[wholes[n]].terms[:16] for n in joined_owner]
        joined_values = [whole_hits[wholes[n]].likeness[:16] * np.float32(total[n]) for n in joined_owner]
        places = [31] * len(joined_owner)
        pieces.append(self._expand(joined_owner, places, joined_terms, joined_values, "posting"))
        both = [*joined_owner, *single_owner]
        joined_terms += [hits[split[n][0]].terms[:16] for n in single_owner]
        joined_values += [hits[split[n][0]].likeness[:16] * np.float32(total[n]) for n in single_owner]
        pieces.append(self._expand(both, [31] * len(both), joined_terms, joined_values, "joined"))
        key = np.concatenate([p[0] for p in pieces])
        value = np.concatenate([p[1] for p in pieces])
        if not len(key):
            return [[] for _ in split]
        # The best of each place, then their sum for each alias.
        order = np.argsort(key)
        key, value = key[order], value[order]
        first = np.flatnonzero(np.concatenate(([True], key[1:] != key[:-1])))
        key, value = key[first], np.maximum.reduceat(value, first)
        alias_key = key >> np.uint64(5)
        group = np.flatnonzero(np.concatenate(([True], alias_key[1:] != alias_key[:-1])))
        whole = (key & np.uint64(31)) == 31
        terms_sum = np.add.reduceat(np.where(whole, 0, value), group)
        whole_best = np.maximum.reduceat(np.where(whole, value, 0), group)
        alias_key = alias_key[group]
        names_of = (alias_key >> np.uint64(32)).astype(np.int64)
        aliases = (alias_key & np.uint64(0xFFFFFFFF)).astype(np.int64)
        if windows:
            words = [[hits[term] for term in some[:31]] for some in split]
            telling = [sum(1 << k for k, hit in enumerate(h) if hit.own and not hit.common) for h in words]
            bits = np.array(telling, np.uint64)[(key >> np.uint64(37)).astype(np.int64)]
            answered = np.add.reduceat((bits >> (key & np.uint64(31))) & np.uint64(1), group).astype(np.int64)
            free = map(self.may_be_adjective, split)
            counts = zip(map(int.bit_count, telling), free, strict=True)
            needed = np.array([0 if adjective else n - (n > 2) for n, adjective in counts], np.int64)
            enough = (answered >= needed[names_of]) | (whole_best > 0)
            if plainly:
                others = [sum(hit.bearing and (hit.common or not hit.own) for hit in some) for some in words]
                rest = np.flatnonzero(enough)
                left = answered[rest] + np.array(others, np.int64)[names_of[rest]]
                enough[rest] = (left >= self.index.bearing(aliases[rest])) | (whole_best[rest] > 0)
            names_of, aliases = names_of[enough], aliases[enough]
            terms_sum, whole_best = terms_sum[enough], whole_best[enough]
        weight = self.index.arrays["alias_weight"][aliases]
        ours = total[names_of]
        shared = np.minimum(terms_sum, np.minimum(ours, weight))
        score = shared / (ours + weight - shared + 0.05) + 0.15 * shared / np.maximum(ours, 0.01)
        score = np.maximum(score / 1.15, whole_best / np.maximum(ours, 0.01) * 0.9)
        # Of namesakes the most prominent are handed on, wherever they stand in the gazetteer.
        prominent = np.nan_to_num(self.index.arrays["entity_weight"][self.index.arrays["alias_entity"][aliases]])
        order = np.lexsort((self.index.arrays["alias_tie"][aliases], -prominent, -np.round(score, 6), names_of))
        names_of, aliases, score = names_of[order], aliases[order], score[order]
        bounds = np.searchsorted(names_of, np.arange(len(split) + 1)).tolist()
        out = []
        for n in range(len(split)):
            a, b = bounds[n], min(bounds[n + 1], bounds[n] + KEPT_ALIASES)
            out.append(list(zip(aliases[a:b].tolist(), score[a:b].tolist(), strict=True)))
        return out

    def _expand(
        self,
        owner: Sequence[int],
        place: Sequence[int],
        terms: Sequence[NDArray[np.int64]],
        values: Sequence[NDArray[np.float32]],
        table: str,
    ) -> tuple[phones.Words, NDArray[np.float32]]:
        """(name << 37 | alias << 5 | place, value) for every alias that holds a term found."""
        if not owner:
            return np.zeros(0, np.uint64), np.zeros(0, np.float32)
        ends, aliases = self.index.arrays[f"{table}_ends"], self.index.arrays[f"{table}_alias"]
        sizes = np.array([len(t) for t in terms])
        term = np.concatenate(terms)
        value = np.concatenate(values)
        who = np.repeat(np.array(owner, np.int64), sizes)
        where = np.repeat(np.array(place, np.int64), sizes)
        low = ends[term].astype(np.int64)
        count = ends[term + 1].astype(np.int64) - low
        # The rarest lead; a word of very many names adds none where the name has another to go by.
        slot = who * 32 + where
        order = np.lexsort((self.index.arrays["term_tie"][term], -value, slot))
        low, count, value = low[order], count[order], value[order]
        who, where, slot = who[order], where[order], slot[order]
        running = np.cumsum(count)
        starts = np.searchsorted(slot, slot, "left")
        before = np.where(starts > 0, running[starts - 1], 0)
        within = running - before <= POSTING_BUDGET
        first = np.concatenate(([True], slot[1:] != slot[:-1]))
        count = np.where(within, count, np.where(first, np.minimum(count, POSTING_BUDGET), 0))
        rows = np.repeat(low - (np.cumsum(count) - count), count) + np.arange(int(count.sum()))
        alias: phones.Words = aliases[rows].astype(np.uint64)
        key: phones.Words = np.repeat(who, count).astype(np.uint64)
        key <<= np.uint64(37)
        key |= alias << np.uint64(5)
        key |= np.repeat(where, count).astype(np.uint64)
        return key, np.repeat(value, count)


def search_terms(name: str) -> tuple[str, ...]:
    """The terms of a surface form as they are looked for.

    Handles and domains (@SBUkr, mod.gov.ua) are cut into the words they are made of, dotted letters (U.N.) are one
    word, and a noun for a province (Херсонщина) is its adjective and a province.
    """
    if "." in name and _DOTTED.fullmatch(name):
        return terms_of(name.replace(".", ""))
    if "@" not in name and not _DOMAIN.search(name):
        found = terms_of(name)
        if name.isascii() or not any("щ" in term or "чин" in term for term in found):
            return found
        return tuple(part for term in found for part in _province(term))[:MOST_TERMS]
    return terms_of(" ".join(w.text for u in written(parse(name).units) for w in u.words)) or terms_of(name)


def _province(term: str) -> tuple[str, ...]:
    adjective = region_adjective(term)
    return (term,) if adjective is None else (adjective, "область")


def _acronym(name: str, term: str) -> str:
    return fold_text(term) if term and (name.isupper() or not name.isascii()) else ""
