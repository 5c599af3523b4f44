"""Words of running text that lead to aliases, and the chains of them that may be a name.

A word leads to the terms of the gazetteer that it may stand for, and these to the aliases that hold them; words that
lead to the same alias and stand together are a chain. What is remembered of words is bounded.

Where names are few, whatever answers enough of an alias is a window. Among many names every word sounds like part of
some name: there a chain has to answer all words that carry the alias, and a single word has to be right to the letter
unless the alias is of another script or the gazetteer says that it may be met by slips; where names are very many, an
ordinary word stands for nothing but itself. Chains that answer part of an alias are told apart: they are worth a look
where the text has the whole name elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from entitynorm.names.meanings import role_of
from entitynorm.names.structure import parse, senses_of
from entitynorm.retrieval.distinct import distinct
from entitynorm.retrieval.index import NameIndex
from entitynorm.retrieval.search import Searcher, search_terms
from entitynorm.retrieval.term_search import TermHits
from entitynorm.tagging.codepoints import LATIN_ENDS
from entitynorm.tagging.postings import NOWHERE, SAME_SOUND, Lead, leads_of
from entitynorm.tagging.scan import Ints, Scan
from entitynorm.tagging.trie import Trie
from entitynorm.text.folding import fold_text
from entitynorm.text.ordinary import is_ordinary
from entitynorm.text.tokens import Gap, script_of

Bools = NDArray[np.bool_]

MOST_WORDS = 8
_LEAST_ALONE, _LEAST_ALONE_AMONG_MORE, _MORE = 0.6, 0.8, 50_000
"""How alike a single word and a term have to be among many names, and where these are more than so many."""
_LEAST_COVERED, _LEAST_AMONG_FEW = 0.45, 0.33
_LEAST_OF_PERSON, _LEAST_OF_LONG_NAME = 0.3, 0.2
"""Share of an alias that a window has to answer; a surname may be little of a long full name, and less of one
if it sounds right."""
_APART, _BEHIND = 4, 7
"""Tokens from one word of a name to the next (Minister of the Interior), and from its one capital to its last word."""
_KNOWN_WORDS = 65_536
_KNOWN_LEADS = 3_000_000
"""Words, and aliases that words lead to, that are remembered."""
_WORDS_AT_ONCE, _LEADS_AT_ONCE = 4_096, 400_000
"""Words that are learned, and aliases that are sorted, together: what bounds the memory of a block."""
_SMALL = 0xFFFF
"""Aliases whose numbers have two bytes."""
_SHORTEST_COMPOUND = 4
_LEAST_STRANGE = 5

Window = tuple[int, int]
"""First and last token."""
Spans = Ints
"""Windows, each as one number (see `packed`), so that they sort and compare as numbers do."""


def packed(first: Ints, last: Ints) -> Spans:
    """Windows of these first and last tokens."""
    return (first << 32) | last


def packed_windows(windows: Iterable[Window]) -> Spans:
    """Some windows told one by one."""
    return np.array([first << 32 | last for first, last in windows], np.int64)


def unpacked(spans: Spans) -> tuple[Ints, Ints]:
    """The first and the last tokens of windows."""
    return spans >> 32, spans & 0xFFFFFFFF


class Parts(NamedTuple):
    """Windows that answer part of an alias: first token, last token, alias."""

    first: Ints
    last: Ints
    alias: Ints


_UNKNOWN = NOWHERE._replace()
"""Stands for where a word leads that was never looked up."""
_NONE = np.zeros(0, np.int64)
NO_PARTS = Parts(_NONE, _NONE, _NONE)


class LeadFinder:
    """Finds the chains of one index in blocks of text."""

    def __init__(self, index: NameIndex, searcher: Searcher) -> None:
        self.index = index
        self._searcher = searcher
        self._known: tuple[dict[str, Lead | None], dict[str, Lead | None]] = ({}, {})
        """Where words lead, in texts that do not decline names in Latin letters and in those that do."""
        self._kept = 0
        self.may_be_adjective = lru_cache(maxsize=_KNOWN_WORDS)(self._may_be_adjective)
        """Whether a word and a type word may be an alias that has the adjective of the word."""

    # -- words ---------------------------------------------------------------------------------------------------

    def leading(self, texts: Sequence[str], declining: Bools) -> tuple[Ints, list[Lead]]:
        """Which of the words lead somewhere, and where; ``declining``: whether the text of each declines names."""
        if sum(map(len, self._known)) > _KNOWN_WORDS or self._kept > _KNOWN_LEADS:
            self._known, self._kept = ({}, {}), 0
        memories = self._known  # what another thread begins anew meanwhile, this call does not see
        asked = list(zip(texts, declining.tolist(), strict=True))
        found = [memories[declines].get(word, _UNKNOWN) for word, declines in asked]
        if any(lead is _UNKNOWN for lead in found):
            for declines, memory in zip((False, True), memories, strict=True):
                unknown = [word for word, kind in dict.fromkeys(asked) if kind == declines and word not in memory]
                if unknown:
                    self._learn(unknown, declines, memory)
            found = [memories[declines][word] for word, declines in asked]
        places = [n for n, lead in enumerate(found) if lead is not None]
        return np.array(places, np.int64), [lead for lead in found if lead is not None]

    def _learn(self, words: Sequence[str], declining: bool, memory: dict[str, Lead | None]) -> None:
        split = [search_terms(word) for word in words]
        strange = [term for word, terms in zip(words, split, strict=True) if _is_strange(word) for term in terms]
        hits = self._hits([term for terms in split for term in terms], strange, declining)
        for k in range(0, len(words), _WORDS_AT_ONCE):
            some = words[k : k + _WORDS_AT_ONCE]
            found = [[hits[t] for t in terms] for terms in split[k : k + _WORDS_AT_ONCE]]
            exact = [self._is_met_exactly(word, of) for word, of in zip(some, found, strict=True)]
            for word, reached in zip(some, leads_of(self.index, found, exact), strict=True):
                lead = None if _is_function(word) else reached
                if _is_compound(word):
                    lead = (lead or NOWHERE)._replace(alone=True)
                memory[word] = lead
                self._kept += len(lead.alias) if lead is not None else 0

    def _is_met_exactly(self, word: str, hits: Sequence[TermHits]) -> bool:
        """Whether a word stands for nothing but itself and what it means: an ordinary one, among very many names."""
        if self.index.aliases <= _MORE or not any(hit.own and len(hit.terms) for hit in hits):
            return False
        return is_ordinary(fold_text(word), script_of(word))

    def _hits(self, terms: Sequence[str], strange: Sequence[str], declining: bool) -> dict[str, TermHits]:
        """What terms may stand for; a word that plainly sounds like nothing in a short list goes no further.

        But for the ``strange`` ones, which no language writes small (Aradschi).
        """
        if declining:
            return self._searcher.hits(terms)
        plain = self._searcher.hits(terms, plainly=True)
        if not self.index.few:
            return plain
        some = [term for term, hits in plain.items() if len(hits.terms)]
        return plain | self._searcher.hits([*some, *strange])

    def _may_be_adjective(self, words: str) -> bool:
        return self._searcher.may_be_adjective(search_terms(words))

    # -- chains --------------------------------------------------------------------------------------------------

    def windows(self, scan: Scan, joins: Bools, words: Ints, leads: Sequence[Lead]) -> tuple[Spans, Parts]:
        """The chains of words that may be a name, and those that may be part of one.

        ``words``: the tokens that lead somewhere, with where; ``joins``: whether a token may stand in
        one name with the token before it.
        """
        if not leads:
            return _NONE, NO_PARTS
        run: Ints = np.cumsum(~joins)
        sizes = np.array([len(lead.alias) for lead in leads], np.int64)
        common = np.zeros(len(scan) + 2, np.bool_)
        common[words[[n for n, lead in enumerate(leads) if lead.common]]] = True
        spans: list[Spans] = [_NONE]
        parts: list[Parts] = [NO_PARTS]
        for a, b in _slices(sizes, run[words]):
            found, some = self._chained(scan, joins, run, words[a:b], leads[a:b], sizes[a:b], common)
            spans.append(found)
            parts.append(some)
        return np.concatenate(spans), Parts(*map(np.concatenate, zip(*parts, strict=True)))

    def _chained(
        self, scan: Scan, joins: Bools, run: Ints, words: Ints, leads: Sequence[Lead], sizes: Ints, common: Bools
    ) -> tuple[Spans, Parts]:
        if not sizes.any():
            return _NONE, NO_PARTS
        alias = np.concatenate([lead.alias for lead in leads])
        value = np.concatenate([lead.value for lead in leads])
        token = np.repeat(words, sizes)
        # By alias; of an alias the tokens stay in order. Small numbers are sorted by their digits, in no time.
        order = (alias.astype(np.uint16) if self.index.aliases <= _SMALL else alias).argsort(kind="stable")
        if (words[1:] == words[:-1]).any():  # a compound begins with a word that leads somewhere too: the better counts
            key = packed(alias, token)
            order = np.lexsort((-value, key))
            order = order[np.concatenate(([True], key[order][1:] != key[order][:-1]))]
        alias, value, token = alias[order], value[order], token[order]
        alike = np.concatenate([lead.alike for lead in leads])[order]
        breaks = (alias[1:] != alias[:-1]) | (run[token[1:]] != run[token[:-1]]) | (token[1:] - token[:-1] > _APART)
        begins = np.flatnonzero(np.concatenate(([True], breaks)))
        named = alias[begins]
        covered = np.add.reduceat(value, begins) / np.maximum(self.index.arrays["alias_weight"][named], 0.01)
        person = self.index.persons(named)
        least_covered = _LEAST_AMONG_FEW if self.index.few else _LEAST_COVERED
        enough = covered >= np.where(person, _LEAST_OF_PERSON, least_covered)
        little = person & (covered >= _LEAST_OF_LONG_NAME)
        if little.any():
            enough |= little & (np.maximum.reduceat(alike, begins) >= SAME_SOUND)
        last = np.append(begins[1:], len(alias)) - 1
        head, last, covered = begins[enough], last[enough], covered[enough]
        ends = self.index.arrays["alias_term_ends"]
        size = ends[alias[head] + 1].astype(np.int64) - ends[alias[head]].astype(np.int64)
        if self.index.few:
            several = last > head
            alone = np.flatnonzero(np.bincount(token[head[~several]]))  # most chains: many aliases share a word
            first, final = _parts(head[several], last[several], size[several], fewer=2)
            spans = packed(np.concatenate((alone, token[first])), np.concatenate((alone, token[final])))
            spans = distinct(np.concatenate((spans, _longer(scan, joins, token, head, last, size))))
            return _with_common(spans, joins, common), NO_PARTS
        owner = np.repeat(np.arange(len(leads)), sizes)[order]
        country = np.array([lead.country for lead in leads])[owner]
        bears = np.array([lead.bearing for lead in leads])[owner] | country
        answered = np.add.reduceat(bears.astype(np.int64), begins)[enough]
        needed = self.index.bearing(alias[head])
        whole = (answered >= needed) | (covered >= 1.0)
        # A single word in Latin letters is right to the letter, or to the sound of another script, or the alias is
        # meant to be met by slips.
        one = token[head] == token[last]

        def exact(rows: Ints) -> Bools:
            at = token[rows]
            found: Bools = (alike[rows] >= 1.0) | (scan.codes[scan.start[at]] >= LATIN_ENDS) | scan.declining[at]
            return found

        least = _LEAST_ALONE if self.index.aliases <= _MORE else _LEAST_ALONE_AMONG_MORE
        slips = self.index.loose(alias[head]) & (alike[head] >= least)
        whole &= ~one | exact(head) | country[head] | slips
        first, final = _parts(head[whole], last[whole], size[whole], fewer=0)
        spans = _with_common(distinct(packed(token[first], token[final])), joins, common)
        # Words that lead nowhere since very many names hold them answer what is missing beside them.
        left, right = token[head], token[last]
        before = _beside(common, joins, left, -1)
        after = _beside(common, joins, right, 1)
        inside = np.concatenate((np.zeros(1, np.int64), np.cumsum(common)))
        beside = before + after + inside[right] - inside[left]
        short = right + after - left + before < MOST_WORDS
        helped = ~whole & ~(one & (before + after == 0)) & (answered + beside >= needed) & short
        spans = np.concatenate((spans, packed((left - before)[helped], (right + after)[helped])))
        rest = ~whole & ~helped & exact(head)
        # A surname some words from the full name, or from itself, is in one chain with it and stands for itself.
        several = self.index.persons(alias[head]) & (token[last] - token[head] > last - head)
        each, _ = _parts(head[several], last[several], np.ones(int(several.sum()), np.int64), fewer=0)
        touching = np.concatenate(([False], (token[1:] - token[:-1] == 1) & (alias[1:] == alias[:-1]), [False]))
        each = each[exact(each) & ~touching[each] & ~touching[each + 1]]
        first, final = np.concatenate((left[rest], token[each])), np.concatenate((right[rest], token[each]))
        return spans, Parts(first, final, np.concatenate((alias[head][rest], alias[each])))


def _beside(common: Bools, joins: Bools, token: Ints, step: int) -> Ints:
    """How many common words, two at most, stand right before or after each token in one name with it."""
    count = np.zeros(len(token), np.int64)
    on = np.ones(len(token), np.bool_)
    at = token
    for _ in range(2):
        edge, at = (at, at + step) if step < 0 else (at + step, at + step)
        on = on & (at >= 0) & (edge < len(joins))
        on &= joins[np.minimum(edge, len(joins) - 1)] & common[np.maximum(at, 0)]
        count += on
    return count


def _with_common(spans: Spans, joins: Bools, common: Bools) -> Spans:
    """Windows, also grown by the words beside them that very many names hold."""
    first, last = unpacked(spans)
    short = last - first < MOST_WORDS
    if not common.any():
        return spans[short]
    return np.concatenate((spans[short], packed_windows(_grown(first[short], last[short], joins, common))))


def _grown(first: Ints, last: Ints, joins: Bools, common: Bools) -> Iterator[Window]:
    count = len(joins)
    before, after = np.maximum(first - 1, 0), np.minimum(last + 1, count - 1)
    beside = ((first > 0) & joins[first] & common[before]) | ((last + 1 < count) & joins[after] & common[after])
    for own, final in zip(first[beside].tolist(), last[beside].tolist(), strict=True):
        # Words of very many names lead nowhere, but belong to the name that stands beside them.
        wider, longer = own, final
        while wider > 0 and joins[wider] and common[wider - 1] and final - wider < MOST_WORDS:
            wider -= 1
            yield wider, final
        while longer + 1 < count and joins[longer + 1] and common[longer + 1] and longer - own < MOST_WORDS:
            longer += 1
            yield own, longer
        if wider < own and longer > final:
            yield wider, longer


def standing_in_names(scan: Scan, trie: Trie, few: bool) -> Ints:
    """Tokens that can stand in a name: capitalised, without case, or written small by some alias beside such a one.

    Cyrillic, languages that decline names in Latin letters and, where names are few, Romance languages have a capital
    for the first word of a name only (Европейский союз, Front de libération de l'Azawad).
    """
    digits = scan.digits
    name = scan.upper | (scan.caseless & ~scan.unspaced)
    part = np.cumsum(scan.gap == Gap.HARD)  # sentences, and texts: what stands in another has no say
    place = np.arange(len(scan))
    before = np.maximum.accumulate(np.where(name, place, -1))[:-1]  # the name before each token but the first
    after = np.minimum.accumulate(np.where(name, place, len(scan))[::-1])[-2::-1]  # behind each but the last
    behind, near = np.zeros(len(scan), np.bool_), np.zeros(len(scan), np.bool_)
    same = (before >= 0) & (part.take(before) == part[1:])
    behind[1:] = same & (place[1:] - before < _BEHIND)
    near[1:] = same & (place[1:] - before < _APART)
    near[:-1] |= (after - place[:-1] < _APART) & (part.take(after, mode="clip") == part[:-1]) & (after < len(scan))
    small = np.flatnonzero(~name & (near | behind) & ~digits)
    codes = scan.codes[scan.start[small]]
    one_capital = ((codes >= 0x400) & (codes < 0x530)) | scan.declining[small]
    if few:
        one_capital |= scan.romance[small]
    some = small[near[small]]
    name[small[one_capital]] = True
    name[some[trie.written_small(scan, some)]] = True
    name |= digits & near
    return np.flatnonzero(name)


def _slices(sizes: Ints, run: Ints) -> Iterator[tuple[int, int]]:
    """Words in slices that lead to about `_LEADS_AT_ONCE` aliases each, cut where no name reaches over."""
    if sizes.sum() <= _LEADS_AT_ONCE:
        yield 0, len(sizes)
        return
    begins = np.flatnonzero(run[1:] != run[:-1]) + 1
    before = np.concatenate((np.zeros(1, np.int64), np.cumsum(sizes)))
    first = 0
    while before[-1] - before[first] > _LEADS_AT_ONCE:
        enough = np.searchsorted(before, before[first] + _LEADS_AT_ONCE)
        at = np.searchsorted(begins, enough)
        if at == len(begins):
            break
        yield first, int(begins[at])
        first = int(begins[at])
    yield first, len(sizes)


def _longer(scan: Scan, joins: NDArray[np.bool_], token: Ints, head: Ints, last: Ints, size: Ints) -> Spans:
    """Chains that lack a word of the alias, with the capitalised word beside them: it may be spelled oddly."""
    short = last - head + 1 < size
    first, final = unpacked(distinct(packed(token[head[short]], token[last[short]])))
    after = np.minimum(final + 1, len(scan) - 1)
    right = (final + 1 < len(scan)) & scan.upper[after] & joins[after]
    left = (first > 0) & scan.upper[first - 1] & joins[first]
    return np.concatenate((packed(first[right], after[right]), packed(first[left] - 1, final[left])))


def _parts(head: Ints, last: Ints, size: Ints, fewer: int) -> tuple[Ints, Ints]:
    """Chains of words and their parts of at most ``size`` words, and of up to ``fewer`` less: places of first and last.

    Words such as "of" count in an alias but lead nowhere (Freedom Army of Russia, for Freedom of Russia Legion).
    """
    length = (last - head + 1)[:, None]
    shorter = np.arange(fewer + 1)
    wanted = np.minimum(length, size[:, None]) - shorter
    able = (wanted > np.maximum(0, shorter - 1)) & (length - wanted < MOST_WORDS)
    count = (length - wanted + 1)[able]
    place = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
    first = np.repeat(head[able.nonzero()[0]], count) + place
    return first, first + np.repeat(wanted[able], count) - 1


def _is_strange(word: str) -> bool:
    """Whether a word is a name if it is anything: capitalised, and of no language's ordinary words."""
    return len(word) >= _LEAST_STRANGE and word.istitle() and not is_ordinary(fold_text(word), script_of(word))


def _is_function(word: str) -> bool:
    return word.islower() and role_of(senses_of(word)) == "function"


def _is_compound(word: str) -> bool:
    return len(word) > _SHORTEST_COMPOUND and not word.isascii() and len(parse(word).units) > 1
