"""Screening of texts: what is spelled or sounds like a listed name, as arrays, without a look at what stands around it.

`entitynorm.Linker.link` reads a page as a reader would; this finds what may be worth it, at ten times the speed and
more. Spellings are found by the same trie and decided by the same scorer. To follow the algorithm, start at
`Screener.screen`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

import numpy as np

from entitynorm.comparing import Layer
from entitynorm.learned import LearnedScorer
from entitynorm.resolver import Resolver, overshadowing
from entitynorm.retrieval.build import BLOCKS, POLICIES, STATED
from entitynorm.retrieval.heard import Ints
from entitynorm.scoring import SHARED
from entitynorm.screening.candidates import candidates
from entitynorm.screening.likeness import Aligned, Floats, align
from entitynorm.screening.listed import Listed
from entitynorm.screening.scoring import PairScorer
from entitynorm.screening.screened import Screened
from entitynorm.screening.windows import Bools, Worded, ordinary_at, windows
from entitynorm.tagging.scan import SEPARATOR, Scan
from entitynorm.tagging.trie import Trie, joinable
from entitynorm.tagging.windows import INITIALS, spelled_hits
from entitynorm.text.quotation import with_quotation_marks
from entitynorm.text.tokens import Gap

_MARKS = np.array([ord(mark) for mark in '«»“”„"'])
_COMMA = int(Gap.COMMA)
_SURE = 0.999
_SEVERAL = -1
"""The entity of a name that several have."""
_NONE = -2
_WINDOWS = 65_536
"""Windows worked on at a time: a page of news has forty, a list of names a hundred times as many."""
_KEPT = 65_536
"""Spellings and entities that are remembered."""
_SAME_SOUND = 0.99


class _Found(NamedTuple):
    """Names in a block: first and last token, entity of a layer or `_SEVERAL`, score."""

    first: Ints
    last: Ints
    entity: Ints
    score: Floats


def _take_quotation_marks(scan: Scan, start: Ints, end: Ints) -> None:
    """Let names take the quotation mark beside them whose partner they hold (батальон «Дрок»)."""
    beside = np.isin(scan.codes.take(end, mode="clip"), _MARKS) | np.isin(scan.codes.take(start - 1), _MARKS)
    for n in np.flatnonzero(beside).tolist() if len(scan) else ():
        start[n], end[n] = with_quotation_marks(scan.text, int(start[n]), int(end[n]))


def _together(found: Sequence[_Found]) -> _Found:
    first, last, entity, score = zip(*found, strict=True)
    return _Found(np.concatenate(first), np.concatenate(last), np.concatenate(entity), np.concatenate(score))


class Screener:
    """Screens texts for the names of all layers of a resolver."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._layers = [_LayerScreener(layer, resolver.scorer) for layer in resolver.layers]
        self._known: list[dict[int, str | None]] = [{_SEVERAL: None} for _ in self._layers]

    def screen(self, texts: Sequence[str]) -> list[Screened]:
        """What each text names."""
        scan = Scan(SEPARATOR.join(texts))
        found = [layer.found(scan) for layer in self._layers]
        first, last, _, score = _together(found)
        start, end = scan.start.take(first), scan.end.take(last)
        ids = np.empty(len(first), object)
        ids[:] = [one for level, some in enumerate(found) for one in self._ids(level, some, scan)]
        there = np.flatnonzero(ids != "")
        chosen = there.take(settled(start.take(there), end.take(there), score.take(there)))
        start, end, score = start.take(chosen), end.take(chosen), score.take(chosen)
        _take_quotation_marks(scan, start, end)
        named = ids.take(chosen).tolist()
        offsets = np.fromiter(accumulate((len(text) + len(SEPARATOR) for text in texts), initial=0), np.int64)
        bounds = start.searchsorted(offsets).tolist()
        shift = offsets.tolist()
        return [
            Screened(start[a:b] - shift[n], end[a:b] - shift[n], score[a:b], tuple(named[a:b]))
            for n, (a, b) in enumerate(pairwise(bounds))
        ]

    def _ids(self, level: int, found: _Found, scan: Scan) -> list[str | None]:
        """The id of each name, None where several have it, "" where a later layer or the entity itself forbids it."""
        resolver = self._resolver
        index, alone = resolver.layers[level].index, level + 1 == len(resolver.layers)
        known = self._known[level]
        if len(known) > _KEPT:
            known = self._known[level] = {_SEVERAL: None}
        for entity in dict.fromkeys(found.entity.tolist()):
            if entity not in known:
                known[entity] = index.entity_id(entity) if alone or not resolver.is_hidden(level, entity) else ""
        out = [known[entity] for entity in found.entity.tolist()]
        flags = np.asarray(index.arrays["entity_flags"])
        for n in np.flatnonzero((found.entity >= 0) & (flags.take(found.entity, mode="clip") & BLOCKS > 0)).tolist():
            surface = scan.text[scan.start[found.first[n]] : scan.end[found.last[n]]]
            if out[n] and resolver.is_blocked(surface, out[n]):
                out[n] = ""
        return out


class _LayerScreener:
    """Screens for the names of one index."""

    def __init__(self, layer: Layer, scorer: LearnedScorer) -> None:
        self._index = layer.index
        self._trie = Trie(layer.index.arrays)
        self._scorer = scorer
        arrays = layer.index.arrays
        self._owner = np.asarray(arrays["alias_entity"])
        self._policy = (np.asarray(arrays["alias_flags"]) >> 2) & 3
        kinds = np.asarray(arrays["entity_type"])
        self._threshold = np.array([scorer.threshold_of(kind) for kind in layer.index.types] or [1.0])[kinds]
        self._single = layer.index.few or bool(np.any(self._policy == STATED))
        self._spelled: dict[int, int] = {}
        if not layer.index.to_the_letter:
            self._listed = Listed(layer.index)
            self._pairs = PairScorer(self._listed, scorer)

    def found(self, scan: Scan) -> _Found:
        """Names as they are listed, and names that sound like one."""
        exact = self._as_listed(scan)
        if self._index.to_the_letter or not len(scan):
            return exact
        covered = np.zeros(len(scan) + 1, np.int64)
        covered[exact.first] = np.arange(1, len(exact.first) + 1)
        covered[exact.last + 1] -= np.arange(1, len(exact.first) + 1)
        joins = joinable(scan, INITIALS) & (scan.gap != _COMMA)
        first, last = windows(scan, joins, np.cumsum(covered[:-1]), single=self._single)
        order = np.argsort(first, kind="stable")
        slices = (order[k : k + _WINDOWS] for k in range(0, len(order), _WINDOWS))
        return _together([exact, *(self._heard(scan, first.take(some), last.take(some)) for some in slices)])

    def _heard(self, scan: Scan, first: Ints, last: Ints) -> _Found:
        """The windows that sound like a name."""
        words = Worded(scan, first, last)
        window, alias = candidates(self._listed, words, words.begin, words.end)
        free = np.flatnonzero(self._may_sound(window, alias, words))
        aligned = align(self._listed, words, window.take(free), alias.take(free))
        place, entity, score = self._decided(aligned, words)
        return _Found(first.take(place), last.take(place), entity, score)

    def _as_listed(self, scan: Scan) -> _Found:
        hits = spelled_hits(self._index, self._trie, scan)
        first, last, key = hits.first, hits.first + hits.count - 1, hits.key
        if not self._index.few:  # among many names a capital makes no name of an ordinary word
            named = hits.count > 1
            alone = np.flatnonzero(~named)
            named[alone] = ~ordinary_at(scan, first.take(alone))
            first, last, key = first.compress(named), last.compress(named), key.compress(named)
        entity = self._entities(key)
        there = entity != _NONE
        there[:-1] &= (first[1:] != first[:-1]) | ~there[1:]  # of those that begin together the longest
        there = np.flatnonzero(there)
        first, last, entity = first.take(there), last.take(there), entity.take(there)
        score = np.ones(len(first))
        chosen = settled(first, last + 1, score)
        return _Found(first.take(chosen), last.take(chosen), entity.take(chosen), score.take(chosen))

    def _entities(self, keys: Ints) -> Ints:
        """The entity that each key of the trie spells, `_SEVERAL`, or `_NONE` where none goes by it alone."""
        known = self._spelled
        if len(known) > _KEPT:
            known = self._spelled = {}
        for key in dict.fromkeys(keys.tolist()):
            if key not in known:
                known[key] = self._entity_spelled(key)
        return np.fromiter(map(known.__getitem__, keys.tolist()), np.int64, len(keys))

    def _entity_spelled(self, key: int) -> int:
        index = self._index
        aliases = [alias for alias in self._trie.spelled(key) if not index.is_weak(alias)]
        aliases = [alias for alias in aliases if not index.is_shortened(alias)] or aliases
        entities = sorted({index.entity_of(alias) for alias in aliases})
        if len(entities) < 2:
            return entities[0] if entities else _NONE
        weights = [index.weight(entity) for entity in entities]
        lead = overshadowing(weights)
        return _SEVERAL if lead is None else entities[weights.index(lead)]

    def _may_sound(self, window: Ints, alias: Ints, words: Worded) -> Bools:
        """Whether an alias may be met by its sound: a single word among many names only where the list says so."""
        policy = self._policy.take(alias)
        out: Bools = policy != POLICIES.index("off")
        if not self._index.few:
            out &= (policy == STATED) | (words.end.take(window) - words.begin.take(window) > 1)
        # A small word begins a name only where the alias begins so too: In Gaza, but El Fasher.
        led = words.silent.take(words.word.take(words.begin.take(window)))
        out &= ~led | self._listed.silent.take(self._listed.terms.take(self._listed.ends.take(alias)))
        return out

    def _decided(self, aligned: Aligned, words: Worded) -> tuple[Ints, Ints, Floats]:
        """(window, entity, score) of what is decided, as `entitynorm.scoring.decide` does."""
        log_odds = self._pairs.log_odds(words, aligned)
        window, alias = aligned.window, aligned.alias
        if len(window):
            slipped = np.minimum.reduceat(aligned.compared.value, aligned.begin) < _SAME_SOUND
            kept = np.flatnonzero(~(slipped & (self._policy.take(alias) == POLICIES.index("key"))))
            window, alias, log_odds = window.take(kept), alias.take(kept), log_odds.take(kept)
        if not len(window):
            return window, alias, log_odds
        entity = self._owner.take(alias).astype(np.int64)
        order = np.lexsort((-log_odds, entity, window))
        window, entity, log_odds = window.take(order), entity.take(order), log_odds.take(order)
        best = np.flatnonzero(np.append(True, (window[1:] != window[:-1]) | (entity[1:] != entity[:-1])))
        window, entity, log_odds = window.take(best), entity.take(best), log_odds.take(best)
        order = np.lexsort((entity, -log_odds, window))
        window, entity, log_odds = window.take(order), entity.take(order), log_odds.take(order)
        head = np.flatnonzero(np.append(True, window[1:] != window[:-1]))
        size = np.diff(np.append(head, len(window)))
        odds = np.exp(np.minimum(log_odds, 300.0))
        share = odds / np.repeat(1.0 + np.add.reduceat(odds, head), size)
        likely = share.take(head)
        second = np.where(size > 1, share.take(np.minimum(head + 1, len(share) - 1)), 0.0)
        behind = entity.take(np.minimum(head + 1, len(share) - 1))
        enough = likely >= self._threshold.take(entity.take(head))
        rivalled = (second >= self._threshold.take(behind)) & (likely - second < self._scorer.margin)
        several = (enough & rivalled) | (~enough & (size > 1) & (np.add.reduceat(share, head) >= SHARED))
        there = np.flatnonzero(enough | several)
        named = np.where(several, _SEVERAL, entity.take(head))
        return window.take(head).take(there), named.take(there), np.minimum(_SURE, likely).take(there)


def settled(start: Ints, end: Ints, score: Floats) -> Ints:
    """Which of some spans stay where they overlap: score times length decides, then the leftmost; in text order.

    >>> settled(np.array([0, 4, 9]), np.array([5, 8, 12]), np.array([1.0, 0.5, 1.0])).tolist()
    [0, 2]
    """
    order = np.lexsort((-end, start))
    start, end = start.take(order), end.take(order)
    if not len(start):
        return order
    reach = np.maximum.accumulate(end)
    fresh = np.append(True, start[1:] >= reach[:-1])
    heads = np.flatnonzero(fresh)
    size = np.diff(np.append(heads, len(start)))
    alone = heads.compress(size == 1)
    kept = [alone]
    priority = score.take(order) * (end - start)
    for head, count in zip(heads.compress(size > 1).tolist(), size.compress(size > 1).tolist(), strict=True):
        kept.append(np.array(_likeliest(start, end, priority, range(head, head + count)), np.int64))
    return order.take(np.sort(np.concatenate(kept)))


def _likeliest(start: Ints, end: Ints, priority: Floats, spans: range) -> list[int]:
    taken: list[int] = []  # in text order, so that only two neighbours can stand in the way
    starts: list[int] = []
    for n in sorted(spans, key=lambda n: (-priority[n], start[n])):
        k = bisect_left(starts, start[n])
        if (not k or end[taken[k - 1]] <= start[n]) and (k == len(taken) or end[n] <= starts[k]):
            taken.insert(k, n)
            starts.insert(k, int(start[n]))
    return taken
