"""The windows of a block of texts that may name an entity: spelled like a name, or made of words that sound like one.

1. What is spelled like an alias (`entitynorm.tagging.trie`).
2. Words that can stand in a name (capitalised, of a script without capitals, or written small by some alias) lead to
   the terms of the gazetteer that they may stand for, and these to aliases. Words that lead to the same alias and stand
   together are a window, if they answer enough of the alias.
3. Acronyms, handles, and each of these with the type word or particle beside it.

Nothing is decided here: what a window means is `entitynorm.resolver`'s answer to it as a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from entitynorm.names.abbreviations import abbreviations, full_names
from entitynorm.names.structure import parse
from entitynorm.names.types import entity_class
from entitynorm.retrieval.index import FEW, NameIndex
from entitynorm.retrieval.search import Searcher, search_terms
from entitynorm.tagging.scan import Ints, Scan
from entitynorm.tagging.trie import Trie, joinable
from entitynorm.text.tokens import SIGNED, Gap

COMMON = 400
"""Aliases that one word may lead to; a word of more names (New, Saint, General) needs another beside it."""
_LEAST_ALIKE = 0.55
"""How alike a word and a term have to be."""
_LEAST_COVERED = 0.45
_LEAST_OF_PERSON = 0.3
"""Share of an alias that a window has to answer; a surname may be little of a long full name."""
_APART = 4
"""Tokens from one word of a name to the next (Minister of the Interior)."""
_MOST_WORDS = 8
_KNOWN_TERMS = 65_536
_KNOWN_LEADS = 3_000_000
"""Words, and aliases that words lead to, that are remembered."""
_LEADS_AT_ONCE = 400_000
"""Aliases that are sorted together, which bounds the memory of a block."""
_ACRONYM = 7
_INITIALS = 2
"""Letters of a capitalised word that a full stop may follow inside a name that is not spelled like an alias."""
_SHORTEST_COMPOUND = 4

_SIGN = re.compile(r"[@#]|(?<=\w)\.(?=\w)")
_WHITE = re.compile(r"\s")

Window = tuple[int, int]
"""First and last token."""


@dataclass(frozen=True, slots=True, eq=False)
class _Leads:
    """The aliases that one word leads to, with the weight of what it answers in each."""

    alias: Ints
    value: NDArray[np.float32]
    common: bool
    alone: bool = False
    """The word is a compound of several ideas (Минобороны), and so a window by itself."""


_NOWHERE = _Leads(np.zeros(0, np.int64), np.zeros(0, np.float32), False)


class WindowFinder:
    """Finds the windows of one index in blocks of text; what words lead to is remembered, within bounds."""

    def __init__(self, index: NameIndex, searcher: Searcher) -> None:
        self.index = index
        self.trie = Trie(index.arrays)
        self._searcher = searcher
        self._known: dict[str, _Leads] = {}
        self._kept = 0
        types = [entity_class(t) == "PERSON" for t in index.types] or [False]
        self._person = np.array(types, np.bool_)
        self._acronyms: dict[str, bool] = {}

    def find(self, scan: Scan) -> dict[Window, bool]:
        """All windows, overlaps included, in text order, each with whether it is spelled like an alias."""
        if not len(scan):
            return {}
        hits = self.trie.hits(scan)
        found: dict[Window, bool] = {}
        kept = np.ones(len(hits.first), np.bool_)
        # A comma or full stop stands inside a name only where the name has one (Washington, D.C.).
        for gap, mark in ((Gap.COMMA, ","), (Gap.STOP, ".")):
            broken = np.concatenate((np.zeros(1, np.int64), np.cumsum(scan.gap == gap)))
            for n in np.flatnonzero(broken[hits.first + hits.count] > broken[hits.first + 1]).tolist():
                kept[n] &= self._holds(int(hits.key[n]), mark)
        lasts = hits.first + hits.count - 1
        found.update(dict.fromkeys(zip(hits.first[kept].tolist(), lasts[kept].tolist(), strict=True), True))
        joins = joinable(scan, _INITIALS) & (scan.gap != Gap.COMMA)
        for window in (*self._alike(scan, joins), *self._acronym_windows(scan)):
            found.setdefault(window, False)
        for window in list(_widened(scan, joins, found)):
            found.setdefault(window, False)
        return dict(sorted(found.items()))

    def _holds(self, key: int, mark: str) -> bool:
        return any(mark in self.index.alias_text(alias) for alias in self.trie.spelled(key))

    # -- words that sound alike ----------------------------------------------------------------------------------

    def _words(self, scan: Scan) -> Ints:
        """Tokens that can stand in a name."""
        digits = scan.digits
        name = scan.upper | (scan.caseless & ~scan.unspaced)
        near = np.zeros(len(scan), np.bool_)
        part = np.cumsum(scan.gap == Gap.HARD)  # sentences, and texts: what stands in another has no say
        for step in range(1, _APART):
            same = part[step:] == part[:-step]
            near[step:] |= name[:-step] & same
            near[:-step] |= name[step:] & same
        small = np.flatnonzero(~name & near & ~digits)
        # In Cyrillic only the first word of a name has a capital (Европейский союз).
        cyrillic = (scan.codes[scan.start[small]] >= 0x400) & (scan.codes[scan.start[small]] < 0x530)
        name[small[cyrillic | scan.declining[small] | self.trie.written_small(scan, small)]] = True
        name |= digits & near
        return np.flatnonzero(name)

    def _leads(self, texts: Sequence[str]) -> list[_Leads]:
        if len(self._known) > _KNOWN_TERMS or self._kept > _KNOWN_LEADS:
            self._known, self._kept = {}, 0
        known = self._known
        # Answered from a dict of this call's own: another thread may begin a new memory meanwhile.
        out = {text: found for text in dict.fromkeys(texts) if (found := known.get(text)) is not None}
        unknown = [text for text in dict.fromkeys(texts) if text not in out]
        if unknown:
            split = [search_terms(text) for text in unknown]
            hits = self._searcher.hits([term for terms in split for term in terms])
            for text, terms in zip(unknown, split, strict=True):
                leads = _NOWHERE if _is_function(text) else self._expand([hits[term] for term in terms])
                out[text] = known[text] = replace(leads, alone=True) if _is_compound(text) else leads
                self._kept += len(leads.alias)
        return [out[text] for text in texts]

    def _expand(self, hits: Sequence[Any]) -> _Leads:
        arrays = self.index.arrays
        alias: list[NDArray[Any]] = []
        value: list[NDArray[Any]] = []
        total = 0
        for hit in hits:
            for term, alike in zip(hit.terms.tolist(), hit.likeness.tolist(), strict=True):
                if alike < _LEAST_ALIKE:
                    continue
                weight = alike * float(arrays["term_weight"][term])
                a, b = int(arrays["posting_ends"][term]), int(arrays["posting_ends"][term + 1])
                total += b - a
                if total > COMMON:
                    return _Leads(_NOWHERE.alias, _NOWHERE.value, True)
                alias.append(arrays["posting_alias"][a:b].astype(np.int64))
                value.append(np.full(b - a, weight, np.float32))
                a, b = int(arrays["joined_ends"][term]), int(arrays["joined_ends"][term + 1])
                if b > a:
                    some = arrays["joined_alias"][a:b].astype(np.int64)
                    alias.append(some)
                    value.append((alike * arrays["alias_weight"][some]).astype(np.float32))
        if not alias:
            return _NOWHERE
        return _Leads(np.concatenate(alias), np.concatenate(value), False)

    def _alike(self, scan: Scan, joins: NDArray[np.bool_]) -> Iterator[Window]:
        words = self._words(scan)
        text = scan.text
        texts = [text[a:b] for a, b in zip(scan.start[words].tolist(), scan.end[words].tolist(), strict=True)]
        leads = self._leads(texts)
        for n, lead, word in zip(words.tolist(), leads, texts, strict=True):
            if lead.alone:
                yield n, n
            elif (len(lead.alias) or lead.common) and _is_type(word):
                # Kherson oblast, Oblast Kherson: the name beside a type word may be listed as an adjective only.
                if n and joins[n] and scan.upper[n - 1]:
                    yield n - 1, n
                if n + 1 < len(scan) and joins[n + 1] and scan.upper[n + 1] and scan.upper[n]:
                    yield n, n + 1
        run: Ints = np.cumsum(~joins)
        sizes = np.array([len(lead.alias) for lead in leads], np.int64)
        for a, b in _slices(sizes, run[words]):
            yield from self._chained(scan, joins, run, words[a:b], leads[a:b])

    def _chained(
        self, scan: Scan, joins: NDArray[np.bool_], run: Ints, words: Ints, leads: Sequence[_Leads]
    ) -> Iterator[Window]:
        """Windows of words that lead to the same alias and stand together."""
        sizes = np.array([len(lead.alias) for lead in leads], np.int64)
        if not sizes.sum():
            return
        alias = np.concatenate([lead.alias for lead in leads])
        value = np.concatenate([lead.value for lead in leads])
        token = np.repeat(words, sizes)
        key = (alias << 32) | token
        order = np.lexsort((-value, key))
        key, value, token, alias = key[order], value[order], token[order], alias[order]
        best = np.concatenate(([True], key[1:] != key[:-1]))
        value, token, alias = value[best], token[best], alias[best]
        breaks = (alias[1:] != alias[:-1]) | (run[token[1:]] != run[token[:-1]]) | (token[1:] - token[:-1] > _APART)
        head = np.flatnonzero(np.concatenate(([True], breaks)))
        covered = np.add.reduceat(value, head) / np.maximum(self.index.arrays["alias_weight"][alias[head]], 0.01)
        last = np.append(head[1:], len(alias)) - 1
        person = self._person[self.index.arrays["entity_type"][self.index.arrays["alias_entity"][alias[head]]]]
        enough = covered >= np.where(person, _LEAST_OF_PERSON, _LEAST_COVERED)
        ends = self.index.arrays["alias_term_ends"]
        size = ends[alias[head] + 1].astype(np.int64) - ends[alias[head]].astype(np.int64)
        head, last, size = head[enough], last[enough], size[enough]
        first_part, last_part = _parts(head, last, size)
        spans = (token[first_part] << 32) | token[last_part]
        if self.index.aliases < FEW:
            spans = np.concatenate((spans, _longer(scan, joins, token, head, last, size)))
        spans = np.unique(spans)
        common = {int(w) for w, lead in zip(words.tolist(), leads, strict=True) if lead.common}
        for first, final in zip((spans >> 32).tolist(), (spans & 0xFFFFFFFF).tolist(), strict=True):
            if final - first >= _MOST_WORDS:
                continue
            yield first, final
            # Words of very many names lead nowhere, but belong to the name that stands beside them.
            wider, longer = first, final
            while wider > 0 and joins[wider] and wider - 1 in common and final - wider < _MOST_WORDS:
                wider -= 1
                yield wider, final
            while (
                longer + 1 < len(scan) and joins[longer + 1] and longer + 1 in common and longer - first < _MOST_WORDS
            ):
                longer += 1
                yield first, longer
            if wider < first and longer > final:
                yield wider, longer

    # -- acronyms ------------------------------------------------------------------------------------------------

    def _acronym_windows(self, scan: Scan) -> Iterator[Window]:
        length = scan.end - scan.start
        short = np.flatnonzero(scan.upper & (length > 1) & (length <= _ACRONYM))
        for n in short[scan.capitals(short)].tolist():
            text = scan.text[scan.start[n] : scan.end[n]]
            known = self._acronyms.get(text)
            if known is None:
                if len(self._acronyms) > _KNOWN_TERMS:
                    self._acronyms = {}
                known = bool(self.index.lookup("acronym", text.lower()) or full_names(text))
                self._acronyms[text] = known
            if known:
                yield n, n


@cache
def _after_comma() -> re.Pattern[str]:
    """Abbreviations of provinces, which stand after a town (Tulsa, Okla.)."""
    forms = sorted(abbreviations(), key=len, reverse=True)
    return re.compile("(?<=, )(?:" + "|".join(map(re.escape, forms)) + ")")


def _slices(sizes: Ints, run: Ints) -> Iterator[tuple[int, int]]:
    """Words in slices that lead to about `_LEADS_AT_ONCE` aliases each, cut where no name reaches over."""
    first = total = 0
    for n in range(len(sizes)):
        if total > _LEADS_AT_ONCE and run[n] != run[n - 1]:
            yield first, n
            first, total = n, 0
        total += int(sizes[n])
    yield first, len(sizes)


def _longer(scan: Scan, joins: NDArray[np.bool_], token: Ints, head: Ints, last: Ints, size: Ints) -> NDArray[np.int64]:
    """Chains that lack a word of the alias, with the capitalised word beside them: it may be spelled oddly."""
    short = last - head + 1 < size
    first, final = token[head[short]], token[last[short]]
    after = np.minimum(final + 1, len(scan) - 1)
    right = (final + 1 < len(scan)) & scan.upper[after] & joins[after]
    left = (first > 0) & scan.upper[first - 1] & joins[first]
    return np.concatenate(((first[right] << 32) | after[right], (first[left] - 1 << 32) | final[left]))


def _parts(head: Ints, last: Ints, size: Ints) -> tuple[Ints, Ints]:
    """Chains of words and their parts of at most ``size`` words, and of one or two fewer: places of the first and last.

    Words such as "of" count in an alias but lead nowhere (Freedom Army of Russia, for Freedom of Russia Legion).
    """
    firsts, lasts = [], []
    length = last - head + 1
    for shorter in (0, 1, 2):
        wanted = np.minimum(length, size) - shorter
        some = np.flatnonzero((wanted > max(0, shorter - 1)) & (length - wanted < _MOST_WORDS))
        count = length[some] - wanted[some] + 1
        place = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
        firsts.append(np.repeat(head[some], count) + place)
        lasts.append(firsts[-1] + np.repeat(wanted[some], count) - 1)
    return np.concatenate(firsts), np.concatenate(lasts)


def signed(text: str) -> Iterator[tuple[int, int]]:
    """Handles, hashtags, domains and dotted letters, as code points: each may be a name written together (U.N.)."""
    done = 0
    for hint in _SIGN.finditer(text):
        if hint.start() < done:
            continue
        begin = max(done, *(text.rfind(white, done, hint.start()) + 1 for white in " \n\t"))
        found = _WHITE.search(text, hint.end())
        done = found.start() if found else len(text)
        for match in SIGNED.finditer(text, begin, done):
            yield match.span()
    for match in _after_comma().finditer(text):
        yield match.span()


def _is_function(word: str) -> bool:
    return word.islower() and all(unit.role == "function" for unit in parse(word).units)


def _is_compound(word: str) -> bool:
    return len(word) > _SHORTEST_COMPOUND and not word.isascii() and len(parse(word).units) > 1


@lru_cache(maxsize=65_536)
def _is_type(word: str) -> bool:
    return any(unit.types for unit in parse(word).units)


@lru_cache(maxsize=65_536)
def _is_particle(word: str) -> bool:
    senses = [s for u in parse(word).units for s in u.senses if s.slot == "function"]
    return any(s.form != "conjunction" for s in senses) and all(s.lang != "en" for s in senses)


def _widened(scan: Scan, joins: NDArray[np.bool_], windows: Iterable[Window]) -> Iterator[Window]:
    """Windows with the type word after or before them (Belgorod region, город Белгород), or a particle before them."""
    text, start, end = scan.text, scan.start, scan.end
    count = len(scan)
    for first, last in list(windows):
        after = last + 1 < count and joins[last + 1] and _is_type(text[start[last + 1] : end[last + 1]])
        if after:
            yield first, last + 1
        lead = first
        while lead and joins[lead] and end[lead - 1] - start[lead - 1] == 1 and scan.upper[lead - 1]:
            if text[end[lead - 1]] not in ".-":
                break
            lead -= 1
            yield lead, last  # initials
        if first and joins[first]:
            word = text[start[first - 1] : end[first - 1]]
            if _is_type(word) or _is_particle(word):
                yield first - 1, last
                if after:
                    yield first - 1, last + 1
            of = word.lower() == "of" and first > 1 and joins[first - 1]
            if of and _is_type(text[start[first - 2] : end[first - 2]]):
                yield first - 2, last
