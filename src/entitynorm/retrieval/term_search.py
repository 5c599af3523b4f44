"""From the words of names to the terms of a vocabulary that they may stand for, for many words at once.

Every distinct term becomes its readings, and those of the dictionary forms it may be a case form of. The keys of all
readings are looked up in one sorted array; what they reach is thinned by the masks to `KEPT_ROWS` readings a term,
which the pair-HMM ranks (`entitynorm.text.sound_distance`). Key ranges are cut at a fixed budget, the commonest first.

Words of running text are met plainly: one reading, its letters and one slip of the pen, at a tenth of the cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA

from entitynorm.names.meanings import role_of
from entitynorm.names.structure import parse, senses_of, slots_of
from entitynorm.names.words import read_forms, warm, word
from entitynorm.retrieval import phones
from entitynorm.retrieval.build import SLIPPING
from entitynorm.retrieval.heard import Heard
from entitynorm.retrieval.index import NameIndex
from entitynorm.retrieval.roles import carries_name, lexical_ids, means_nothing, role_of_term, weight_of_role
from entitynorm.text.sound_distance import similarities, table_for
from entitynorm.text.sounds import PLAIN_SCRIPTS
from entitynorm.text.terms import fold_term
from entitynorm.text.tokens import script_of

KEPT_ROWS = 128
"""Readings a term that the pair-HMM compares."""
KEPT_TERMS = 32
"""Terms of the vocabulary that one term of a name may stand for."""
_LEAST_SIMILAR = 0.3
_FAR = 0.45
"""Terms that are so much less alike than the likest are left out."""
_KEY_BUDGET = 24_000
"""Readings that the keys of one term may reach before the commonest keys are left out."""
POSTING_BUDGET = 4_000
"""Aliases that one term may add to a name, unless nothing else is there."""
_FORMS = 12
PLAIN_ROWS, _PLAIN_DISTANCE, _PLAIN_BUDGET = 12, 8, 1_500
"""The same where words are met plainly: readings compared, bits of the first mask that may differ, readings reached."""
_LONGEST_ACRONYM = 6
_MOST_TYPED = 4
"""Words of a name that may be an adjective and its type word."""
_LEADING = 4
"""The likest terms, which say how much a word weighs that the vocabulary lacks."""
_BATCH, _PLAIN_BATCH = 256, 4_096
"""Terms looked for at once."""
_CACHED_TERMS = 32_768
_TYPO, _LEXICAL = range(2)
"""What a term is met by, beside its sound."""


class TermHits(NamedTuple):
    """The terms of the vocabulary that one term may stand for, best first."""

    terms: NDArray[np.int64]
    likeness: NDArray[np.float32]
    weight: float
    """How much the term weighs in a name, by its role and rarity."""
    bearing: bool
    """Whether it is a word that carries a name: no type word, title or particle."""
    country: bool
    """Whether it names a country."""
    own: bool
    """Whether it has no meaning that another word could stand for."""
    common: bool
    """Whether more names hold it than are looked through."""


@lru_cache(maxsize=1_024)
def _met_by_nothing(weight: float, *said: bool) -> TermHits:
    """The hits of a term that may stand for nothing; one for all of a kind, since most words are such."""
    return TermHits(np.zeros(0, np.int64), np.zeros(0, np.float32), weight, *said)


class TermSearcher:
    """Finds terms in one index; keeps those of recent names, at most `_CACHED_TERMS` of each depth."""

    def __init__(self, index: NameIndex) -> None:
        self.index = index
        self._known: dict[str, TermHits] = {}
        self._met: dict[str, TermHits] = {}
        self._begun: dict[str, bool] = {}

    def hits(self, terms: Sequence[str], *, plainly: bool = False) -> dict[str, TermHits]:
        """What each term may stand for.

        ``plainly``: only what is met by the letters, one slip of the pen or the plainest reading of a word in Latin
        letters, which costs a tenth; other scripts are read in full.
        """
        memory = self._met if plainly else self._known
        if len(memory) > _CACHED_TERMS:
            memory = {}
            if plainly:
                self._met = memory
            else:
                self._known = memory
        # Answered from a dict of this call's own: another thread may begin a new memory meanwhile.
        found = {t: hits for t in dict.fromkeys(terms) if (hits := memory.get(t)) is not None}
        unknown = [t for t in dict.fromkeys(terms) if t not in found]
        if plainly:
            found |= self.hits([t for t in unknown if script_of(t) not in PLAIN_SCRIPTS])
            unknown = [t for t in unknown if script_of(t) in PLAIN_SCRIPTS]
        size = _PLAIN_BATCH if plainly else _BATCH
        for k in range(0, len(unknown), size):
            block = unknown[k : k + size]
            some = dict(zip(block, self._find(block, plainly), strict=True))
            memory.update(some)
            found.update(some)
        return found

    def _forms(
        self, terms: Sequence[str], plainly: bool
    ) -> tuple[phones.Bytes, phones.Bytes, NDArray[np.int64], NDArray[np.float32], NDArray[np.bool_]]:
        """Readings to look for, their lengths, the term that each belongs to, its cost, and whether it may slip."""
        if plainly:
            everyone = np.arange(len(terms))
            rows = Heard.of_words(terms).rows(everyone)
            return *rows, everyone, np.zeros(len(terms), np.float32), np.ones(len(terms), np.bool_)
        texts: list[str] = []
        slipping: list[bool] = []
        owner: list[int] = []
        cost: list[float] = []
        words = [word(term) for term in terms]
        warm(words)
        read_forms(words)
        for n in range(len(terms)):
            for k, (phone, extra, form) in enumerate(words[n].forms[:_FORMS]):
                texts.append(phone)
                owner.append(n)
                cost.append(extra)
                slipping.append(not form and k < SLIPPING)
        rows = phones.encode(texts)
        return *rows, np.array(owner, np.int64), np.array(cost, np.float32), np.array(slipping, bool)

    def _find(self, terms: Sequence[str], plainly: bool) -> list[TermHits]:
        arrays = self.index.arrays
        folds = [fold_term(t) for t in terms]
        same = self.index.lookup_many("fold", folds)
        codes, lengths, owner, cost, slipping = self._forms(terms, plainly)
        bits, pairs = phones.masks(codes, lengths)
        heard = np.flatnonzero(lengths >= 2)
        # Where names are few, a word that is one of them may all the same be a slip for another.
        strange = np.array([not s for s in same], bool) | self.index.few
        # A term that the vocabulary holds needs no slips: it is met by sound only. Nor does one that is declined slip.
        loose = strange[owner[heard]] & slipping[heard]
        wide, near = heard[loose], heard[~loose]
        keys_wide, which_wide = phones.keys(codes[wide], "telling" if plainly else "wide")
        keys_near, which_near = phones.keys(codes[near], "equal")
        keys = np.concatenate((keys_wide, keys_near))
        form = np.concatenate((wide[which_wide], near[which_near]))
        rows, forms = self._reach(keys, form, owner, _PLAIN_BUDGET if plainly else _KEY_BUDGET)
        term_of = owner[forms]
        distance = phones.popcount(arrays["row_bits"][rows] ^ bits[forms]).astype(np.int32)
        if plainly:
            close = np.flatnonzero(distance <= _PLAIN_DISTANCE)
            rows, forms, term_of, distance = rows[close], forms[close], term_of[close], distance[close]
        distance += phones.popcount(arrays["row_pairs"][rows] ^ pairs[forms])
        chosen = _nearest(term_of, distance, len(terms), PLAIN_ROWS if plainly else KEPT_ROWS)
        rows, forms, term_of = rows[chosen], forms[chosen], term_of[chosen]
        likeness = self._similar(terms, rows, forms, codes, lengths, term_of)
        likeness -= cost[forms] + arrays["row_cost"][rows] * 0.001
        found_terms = arrays["row_term"][rows].astype(np.int64)
        keep = likeness > _LEAST_SIMILAR
        extra_owner, extra_terms, extra_likeness = self._by_letters(terms, folds, strange)
        return self._collect(
            folds,
            same,
            np.concatenate((term_of[keep], extra_owner)),
            np.concatenate((found_terms[keep], extra_terms)),
            np.concatenate((likeness[keep], extra_likeness)),
        )

    def _reach(
        self, keys: phones.Keys, form: NDArray[np.int64], owner: NDArray[np.int64], budget: int = _KEY_BUDGET
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Rows that share a key with a form, the commonest keys left out where a term's budget is spent."""
        packed = self.index.arrays["keys"]
        low_key = keys.astype(np.uint64) << np.uint64(32)
        order = np.argsort(low_key, kind="stable")  # of equal keys the same ones are left out in every batch
        low_key, form = low_key[order], form[order]
        low = np.searchsorted(packed, low_key)
        high = np.searchsorted(packed, low_key | np.uint64(0xFFFFFFFF), "right")
        size = high - low
        there = size > 0
        low, size, form = low[there], size[there], form[there]
        by_term = owner[form]
        order = np.lexsort((size, by_term))
        low, size, form, by_term = low[order], size[order], form[order], by_term[order]
        running = np.cumsum(size)
        starts = np.searchsorted(by_term, by_term, "left")
        before = np.where(starts > 0, running[starts - 1], 0)
        within = running - before <= budget
        low, size, form = low[within], size[within], form[within]
        total = int(size.sum())
        where = np.repeat(low - (np.cumsum(size) - size), size) + np.arange(total)
        return (packed[where] & np.uint64(0xFFFFFFFF)).astype(np.int64), np.repeat(form, size)

    def _similar(
        self,
        terms: Sequence[str],
        rows: NDArray[np.int64],
        forms: NDArray[np.int64],
        codes: phones.Bytes,
        lengths: phones.Bytes,
        term_of: NDArray[np.int64],
    ) -> NDArray[np.float32]:
        arrays = self.index.arrays
        out = np.zeros(len(rows), np.float32)
        tables = np.array([table_for(script_of(t), "Latn") for t in terms]) if terms else np.zeros(0, "U1")
        wanted = tables[term_of] if len(term_of) else np.zeros(0, "U1")
        for table in dict.fromkeys(wanted.tolist()):
            some = np.flatnonzero(wanted == table)
            found, _ = similarities(
                table,
                codes[forms[some]],
                lengths[forms[some]],
                arrays["row_codes"][rows[some]],
                arrays["row_length"][rows[some]],
            )
            out[some] = found
        return out

    def _by_letters(
        self, terms: Sequence[str], folds: Sequence[str], strange: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
        """Terms one slip of the pen away, and terms that the lexicon knows as another word for the same."""
        arrays = self.index.arrays
        unknown = np.flatnonzero(strange)
        keys, which = phones.typo_keys([folds[n] for n in unknown.tolist()])
        ids = [(n, i) for n, term in enumerate(terms) for i in _meanings(term, folds[n])]
        lexical = phones.finish(phones.text_hashes([i for _, i in ids]), phones.LEXICAL)
        owner = np.concatenate((unknown[which], np.array([n for n, _ in ids], np.int64)))
        kind = np.concatenate((np.full(len(which), _TYPO), np.full(len(ids), _LEXICAL)))
        form = np.arange(len(owner))
        rows, forms = self._reach(np.concatenate((keys, lexical)), form, owner)
        found = arrays["row_term"][rows].astype(np.int64)
        kinds, owners = kind[forms], owner[forms]
        likeness = np.where(kinds == _LEXICAL, 0.93, 0.0).astype(np.float32)
        for k in np.flatnonzero(kinds == _TYPO).tolist():
            fold = folds[int(owners[k])]
            other = fold_term(self.index.term_text(int(found[k])))
            if OSA.distance(fold, other, score_cutoff=1) <= 1:
                likeness[k] = 1 - 0.9 / max(len(fold), len(other))
        keep = likeness > _LEAST_SIMILAR
        return owners[keep], found[keep], likeness[keep]

    def _collect(
        self,
        folds: Sequence[str],
        same: Sequence[Sequence[int]],
        owner: NDArray[np.int64],
        terms: NDArray[np.int64],
        likeness: NDArray[np.float32],
    ) -> list[TermHits]:
        weights = self.index.arrays["term_weight"]
        exact_owner = np.array([n for n, s in enumerate(same) for _ in s], np.int64)
        exact_terms = np.array([t for s in same for t in s], np.int64)
        owner = np.concatenate((owner, exact_owner))
        terms = np.concatenate((terms, exact_terms))
        likeness = np.concatenate((np.minimum(likeness, 0.99), np.ones(len(exact_owner), np.float32)))
        order = np.lexsort((self.index.arrays["term_tie"][terms], -likeness, owner))
        owner, terms, likeness = owner[order], terms[order], likeness[order]
        _, first = np.unique((owner << 32) | terms, return_index=True)
        first.sort()
        owner, terms, likeness = owner[first], terms[first], likeness[first]
        starts = np.searchsorted(owner, owner)
        place = np.arange(len(owner)) - starts
        # What is far behind the likest only costs postings.
        near = (place < KEPT_TERMS) & (likeness >= likeness[starts] - _FAR)
        owner, terms, likeness, place = owner[near], terms[near], likeness[near], place[near]
        worth = np.full(len(folds), 0.9, np.float32)
        leading = np.flatnonzero(place < _LEADING)
        if len(leading):
            mine = owner[leading]
            head = np.flatnonzero(np.concatenate(([True], mine[1:] != mine[:-1])))
            best = np.maximum.reduceat(weights[terms[leading]] * likeness[leading], head)
            worth[mine[head]] = np.maximum(best, 0.3)
        known = [n for n, some in enumerate(same) if some]
        worth[known] = weights[[same[n][0] for n in known]]
        ends = self.index.arrays["posting_ends"]
        held = np.bincount(owner, ends[terms + 1].astype(np.int64) - ends[terms].astype(np.int64), len(folds)).tolist()
        bounds = np.searchsorted(owner, np.arange(len(folds) + 1)).tolist()
        out = []
        for fold, heavy, names, a, b in zip(folds, worth.tolist(), held, bounds, bounds[1:], strict=False):
            role = role_of_term(fold)
            most = weight_of_role(role) if len(fold) > 1 else 0.2
            bearing, own, common = carries_name(fold, role), means_nothing(fold), names > POSTING_BUDGET
            said = min(heavy, most), bearing, role == "country", own, common
            out.append(TermHits(terms[a:b].copy(), likeness[a:b].copy(), *said) if b > a else _met_by_nothing(*said))
        return out

    def may_be_adjective(self, terms: Sequence[str]) -> bool:
        """Whether one word beside a type word may stand for its adjective (Graivoron region, Грайворонский район).

        Then nothing but the first sounds need be shared with a term of the vocabulary.
        """
        if len(terms) > _MOST_TYPED or not any("type" in slots_of(term) for term in terms):
            return False
        roles = [role_of(senses_of(term)) for term in terms]  # of case forms too: области
        if "type" not in roles:
            return False
        own = [term for term, role in zip(terms, roles, strict=True) if role not in ("type", "function", "title")]
        return len(own) == 1 and self._begins_alike(own[0])

    def _begins_alike(self, term: str) -> bool:
        if script_of(term) not in PLAIN_SCRIPTS:
            return True
        found = self._begun.get(term)
        if found is None:
            if len(self._begun) > _CACHED_TERMS:
                self._begun = {}
            codes, lengths = Heard.of_words([term]).rows(np.zeros(1, np.int64))
            found = self._begun[term] = bool(lengths[0] > 2 and self._beginnings[phones.beginnings(codes)[0]])
        return found

    @cached_property
    def _beginnings(self) -> NDArray[np.bool_]:
        """The first sounds of all readings."""
        out = np.zeros(phones.BEGINNINGS, np.bool_)
        out[phones.beginnings(self.index.arrays["row_codes"])] = True
        return out


def _nearest(owner: NDArray[np.int64], distance: NDArray[np.int32], owners: int, most: int) -> NDArray[np.int64]:
    """Indices of about the ``most`` least distant rows of each owner, by counting, not sorting."""
    if not len(owner):
        return np.zeros(0, np.int64)
    width = int(distance.max()) + 1
    counts = np.bincount(owner * width + distance, minlength=owners * width).reshape(owners, width)
    reached = np.cumsum(counts, axis=1)
    # The distance at which the owner has enough; all rows at it are kept up to twice the number, else one step less.
    enough = (reached >= most).argmax(axis=1)
    enough = np.where(reached[:, -1] < most, width - 1, enough)
    over = (reached[np.arange(owners), enough] > 2 * most) & (enough > 0)
    enough = enough - over
    return np.flatnonzero(distance <= enough[owner])


def _meanings(term: str, fold: str) -> list[str]:
    """What a term of a name can stand for in other words; a compound (Минобороны) and a case form for what it holds."""
    short = len(fold) <= _LONGEST_ACRONYM and len(parse(term.upper()).units) > 1  # ЕС, OMS
    if fold.isascii() and not short:
        return lexical_ids(fold)
    units = parse(term.upper() if short else term.capitalize()).units
    concepts = [f"concept:{i}" for u in units for i in sorted(u.concepts)]
    countries = [f"country:{i}" for u in units for i in sorted(u.countries)]
    return concepts + countries + [f"given:{i}" for u in units for i in sorted(u.given)]
