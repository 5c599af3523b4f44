"""Screening of texts: what is spelled or sounds like a listed name, as arrays, without a look at what stands around it.

`entitynorm.Linker.link` reads a page as a reader would; this finds what may be worth it, at ten times the speed and
more. Spellings are found by the same trie and decided by the same scorer. To follow the algorithm, start at
`Screener.screen`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from entitynorm.comparing import Layer
from entitynorm.learned import LearnedScorer
from entitynorm.names.similarity import SHARED_READING
from entitynorm.names.structure import parse
from entitynorm.resolver import Resolver, overshadowing
from entitynorm.retrieval.build import BLOCKS, POLICIES, STATED, name_key
from entitynorm.retrieval.distinct import among
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
        self._layers = [
            _LayerScreener(layer, resolver.scorer, hidden)
            for layer, hidden in zip(resolver.layers, _hidden(resolver), strict=True)
        ]
        self._margin = resolver.scorer.margin

    def screen(self, texts: Sequence[str]) -> list[Screened]:
        """What each text names."""
        scan = Scan(SEPARATOR.join(texts))
        found = [layer.found(scan) for layer in self._layers]
        first, last, _, score = _together(found)
        start, end = scan.start.take(first), scan.end.take(last)
        ids = np.empty(len(first), object)
        ids[:] = [name for layer, some in zip(self._layers, found, strict=True) for name in layer.ids(some.entity)]
        if len(found) > 1:
            kept = self._competing(start, end, score, ids, [len(some.first) for some in found])
            start, end, score, ids = start.take(kept), end.take(kept), score.take(kept), ids.take(kept)
        chosen = settled(start, end, score)
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

    def _competing(self, start: Ints, end: Ints, score: Floats, ids: NDArray[np.object_], sizes: list[int]) -> Ints:
        """Which names to keep where layers name the same stretch; ``ids`` of those that several have become None.

        As listed goes before as heard; of the rest the likeliest wins if it is far enough ahead of another entity.
        """
        order = np.lexsort((-score, end, start))
        same = (start[order][1:] == start[order][:-1]) & (end[order][1:] == end[order][:-1])
        heads = np.flatnonzero(np.append(True, ~same)) if len(order) else order
        level = np.repeat(np.arange(len(sizes)), sizes)
        for head, count in zip(heads.tolist(), np.diff(np.append(heads, len(order))).tolist(), strict=True):
            rivals = order[head : head + count].tolist()
            best = rivals[0]
            listed = score[best] >= 1.0
            near = [n for n in rivals if score[n] > score[best] - self._margin and (score[n] >= 1.0) == listed]
            if len({ids[n] for n in near}) > 1:
                weights = [self._layers[level[n]].weight(ids[n]) for n in near]
                lead = overshadowing(weights) if listed else None
                ids[best] = None if lead is None else ids[near[weights.index(lead)]]
        return order.take(heads)


def _hidden(resolver: Resolver) -> Iterator[NDArray[np.bool_]]:
    """For each layer which of its entities a later layer has under the same id, or one that it had."""
    for level, layer in enumerate(resolver.layers):
        out = np.zeros(layer.index.entities, np.bool_)
        hashes, owners = (np.asarray(layer.index.arrays[f"id_{name}"]) for name in ("hash", "owner"))
        for later in resolver.layers[level + 1 :]:
            for table in ("id_hash", "was_hash"):
                known = np.asarray(later.index.arrays[table])
                if len(known):
                    out[owners[among(hashes, known)]] = True
        yield out


class _LayerScreener:
    """Screens for the names of one index."""

    def __init__(self, layer: Layer, scorer: LearnedScorer, hidden: NDArray[np.bool_]) -> None:
        """``hidden``: the entities that a later layer has as well."""
        self._layer = layer
        self._index = layer.index
        self._hidden = hidden
        self._known: dict[int, str | None] = {_SEVERAL: None}
        self._trie = Trie(layer.index.arrays)
        self._scorer = scorer
        arrays = layer.index.arrays
        self._owner = np.asarray(arrays["alias_entity"])
        self._policy = (np.asarray(arrays["alias_flags"]) >> 2) & 3
        self._blocking = np.flatnonzero(np.asarray(arrays["entity_flags"]) & BLOCKS)
        kinds = np.asarray(arrays["entity_type"])
        self._threshold = np.array([scorer.threshold_of(kind) for kind in layer.index.types] or [1.0])[kinds]
        self._single = layer.index.few or bool(np.any(self._policy == STATED))
        self._spelled: dict[int, int] = {}
        if not layer.index.to_the_letter:
            self._listed = Listed(layer.index)
            self._pairs = PairScorer(self._listed, scorer)

    def ids(self, entities: Ints) -> list[str | None]:
        """The id of each entity, None for `_SEVERAL`."""
        known = self._known
        if len(known) > _KEPT:
            known = self._known = {_SEVERAL: None}
        for entity in dict.fromkeys(entities.tolist()):
            if entity not in known:
                known[entity] = self._index.entity_id(entity)
        return [known[entity] for entity in entities.tolist()]

    def weight(self, entity_id: str | None) -> float | None:
        """How prominent an entity is; None where the gazetteer does not say, or several are meant."""
        number = None if entity_id is None else self._index.find_entity(entity_id)
        return None if number is None else self._index.weight(number)

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
        window, alias = window.take(free), alias.take(free)
        free = np.flatnonzero(self._unblocked(scan, first.take(window), last.take(window), alias))
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
        listed = [alias for alias in self._trie.spelled(key) if not self._hidden[index.entity_of(alias)]]
        aliases = [alias for alias in listed if not index.is_weak(alias)]
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
        if self._hidden.any():
            out &= ~self._hidden.take(self._owner.take(alias))
        # A small word begins or ends a name only where the alias does so too: In Gaza, Gaza In Flames, but El Fasher.
        listed = self._listed
        for ours, theirs in (
            (words.begin.take(window), listed.ends.take(alias)),
            (words.end.take(window) - 1, listed.ends.take(alias + 1) - 1),
        ):
            out &= ~words.silent.take(words.word.take(ours)) | listed.silent.take(listed.terms.take(theirs))
        return out

    def _unblocked(self, scan: Scan, first: Ints, last: Ints, alias: Ints) -> Bools:
        """Whether the entity of each alias may take the surface form of these tokens."""
        out = np.ones(len(alias), np.bool_)
        if not len(self._blocking):
            return out
        owner = self._owner.take(alias)
        for n in np.flatnonzero(among(owner, self._blocking)).tolist():
            surface = scan.text[scan.start[first[n]] : scan.end[last[n]]]
            out[n] = not self._layer.is_blocked(parse(surface), name_key(surface), int(owner[n]))
        return out

    def _decided(self, aligned: Aligned, words: Worded) -> tuple[Ints, Ints, Floats]:
        """(window, entity, score) of what is decided, as `entitynorm.scoring.decide` does."""
        log_odds = self._pairs.log_odds(words, aligned)
        window, alias = aligned.window, aligned.alias
        if len(window):
            slipped = np.minimum.reduceat(aligned.compared.value, aligned.begin) < SHARED_READING
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
    priority = score.take(order) * (end - start)
    pair = heads.compress(size == 2)
    pair += priority.take(pair + 1) > priority.take(pair)
    kept = [heads.compress(size == 1), pair]
    for head, count in zip(heads.compress(size > 2).tolist(), size.compress(size > 2).tolist(), strict=True):
        some = slice(head, head + count)
        kept.append(head + _likeliest(start[some], end[some], priority[some]))
    return order.take(np.sort(np.concatenate(kept)))


def _likeliest(start: Ints, end: Ints, priority: Floats) -> Ints:
    """The same for spans of which each overlaps another."""
    first = int(start.min())
    taken = bytearray(int(end.max()) - first)
    out = []
    for n in np.lexsort((start, -priority)).tolist():
        a, b = int(start[n]) - first, int(end[n]) - first
        if taken.find(1, a, b) < 0:
            taken[a:b] = bytes([1]) * (b - a)
            out.append(n)
    return np.array(out, np.int64)
