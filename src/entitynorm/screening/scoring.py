"""The log-odds of windows and aliases, by the scorer that `entitynorm.Linker.resolve` decides with.

The features are those of `entitynorm.evidence.compare_names` for names whose words answer each other in their order,
worked out for thousands of pairs at once. What they leave out (case forms, translations, acronyms, the facts of an
entity) is no part of what is screened for.
"""

from __future__ import annotations

import numpy as np
from rapidfuzz.distance import Indel, JaroWinkler
from rapidfuzz.process import cpdist

from entitynorm.evidence import HEAVY, in_latin
from entitynorm.learned import LearnedScorer
from entitynorm.names.similarity import LIKEST_HEARD, SHARED_READING
from entitynorm.names.types import entity_class
from entitynorm.retrieval.distinct import numbered
from entitynorm.retrieval.heard import Ints
from entitynorm.retrieval.roles import ROLES
from entitynorm.screening.likeness import Aligned, Floats, agreements
from entitynorm.screening.listed import Listed
from entitynorm.screening.weighing import weigh
from entitynorm.screening.windows import Worded
from entitynorm.text.sound_distance import similarities

_WHOLE = 3
"""Words of a name that is also compared as one word."""
_NAMED = np.array([role in ("core", "given", "number") for role in ROLES])


class PairScorer:
    """Scores aligned pairs over one index."""

    def __init__(self, listed: Listed, scorer: LearnedScorer) -> None:
        self._listed = listed
        self._scorer = scorer
        index = listed.index
        self._classes = tuple(dict.fromkeys((*map(entity_class, index.types), "PERSON", "PLACE")))
        numbers = np.array([self._classes.index(entity_class(kind)) for kind in index.types] or [0], np.int64)
        self._kind = numbers[np.asarray(index.arrays["entity_type"])] if index.entities else numbers[:0]
        self._owner = np.asarray(index.arrays["alias_entity"])
        self._prominence = np.asarray(index.arrays["entity_weight"]).astype(np.float64)
        self._weighted = bool(np.any(self._prominence > 0))

    def log_odds(self, words: Worded, aligned: Aligned) -> Floats:
        """The log-odds of each pair against NIL."""
        if not len(aligned.window):
            return np.zeros(0)
        listed, begin, pair, value = self._listed, aligned.begin, aligned.pair, aligned.compared.value
        kinds = self._kind.take(self._owner.take(aligned.alias))
        weight = weigh(listed, aligned, kinds, self._classes)
        total = np.add.reduceat(weight, begin)
        total[total == 0] = 1.0
        heavy = weight >= HEAVY
        level = np.minimum.reduceat(np.where(heavy, aligned.compared.level, 3), begin)
        covered = np.minimum(1.0, np.add.reduceat(value * weight, begin) / total)
        nats = np.add.reduceat(aligned.compared.nats * weight, begin)
        full = np.add.reduceat(np.where(value < 1, agreements(aligned.compared.letters), 0.0) * weight, begin)
        count = np.diff(np.append(begin, len(pair)))
        one = (count == 1).astype(np.float64)
        named = np.bincount(pair, _NAMED.take(listed.role.take(aligned.term)), len(begin)) > 0
        columns = {
            "base": np.ones(len(begin)),
            "few_names": np.full(len(begin), float(listed.index.few)),
            "covered": covered,
            "fuller": covered,
            "weakest": np.minimum.reduceat(np.where(heavy, value, 1.0), begin),
            "kindred": (level >= 2).astype(np.float64),
            "skeleton": (level >= 1).astype(np.float64),
            "other_start": np.maximum.reduceat(heavy & ~aligned.compared.start, begin).astype(np.float64),
            "bond": np.minimum(1.0, np.add.reduceat(value * weight, begin) / 3),
            "nats": np.minimum(1.0, nats / 40),
            "doubt": np.minimum(1.0, np.maximum(0.0, full - nats) / 20),
            "slip": np.maximum.reduceat(aligned.compared.slip, begin).astype(np.float64),
            "one_word": one,
            "one_word_alias": one,
            "lone_slip": one * (aligned.compared.level.take(begin) < 2),
            "generic": (~named).astype(np.float64),
        }
        if self._weighted:
            columns["less_prominent"] = self._less_prominent(aligned)
        columns |= self._spelled(words, aligned)
        columns["whole"] = self._whole(words, aligned, count, columns["squeezed"])
        of = {kind: kinds == self._classes.index(kind) for kind in ("PERSON", "PLACE")}
        return self._scorer.log_odds_by_column(columns, of)

    def _less_prominent(self, aligned: Aligned) -> Floats:
        """How far the entity of each pair is behind the most prominent of its window; see `entitynorm.scored`."""
        weight = self._prominence.take(self._owner.take(aligned.alias))
        known = np.where(np.isnan(weight), 0.0, weight)
        head = np.flatnonzero(np.append(True, aligned.window[1:] != aligned.window[:-1]))
        most = np.repeat(np.maximum.reduceat(known, head), np.diff(np.append(head, len(weight))))
        behind = ~np.isnan(weight) & (weight < most)
        value = np.log10(np.maximum(most, 1e-3) / np.maximum(known, 1e-3)) / 4
        return np.where(behind, np.minimum(1.0, value), 0.0)

    def _spelled(self, words: Worded, aligned: Aligned) -> dict[str, Floats]:
        """What the letters of whole names say."""
        listed = self._listed
        at, of_window = numbered(aligned.window)
        windows = aligned.window.take(at)
        at, of_alias = numbered(aligned.alias)
        aliases = aligned.alias.take(at)
        ours, theirs = words.plain(windows), [listed.plain(n) for n in aliases.tolist()]
        a, b = [ours[n] for n in of_window.tolist()], [theirs[n] for n in of_alias.tolist()]
        same = words.is_foreign(windows).take(of_window) == listed.is_foreign(aliases).take(of_alias)
        for n in np.flatnonzero(~same).tolist():
            a[n], b[n] = in_latin(a[n]), in_latin(b[n])
        sizes = np.minimum(np.fromiter(map(len, a), np.int64, len(a)), np.fromiter(map(len, b), np.int64, len(b)))
        jaro = cpdist(a, b, scorer=JaroWinkler.similarity, dtype=np.float64)
        indel = cpdist(a, b, scorer=Indel.normalized_similarity, dtype=np.float64)
        squeezed = np.minimum.reduceat(aligned.compared.level, aligned.begin) == 3
        for n in np.flatnonzero(squeezed).tolist():
            squeezed[n] = a[n].replace(" ", "") == b[n].replace(" ", "")
        return {
            "letters": np.where(same, jaro, 0.0),
            "order_letters": np.where(same, indel, 0.0),
            "latin_letters": np.where(same, 0.0, jaro),
            "latin_order_letters": np.where(same, 0.0, indel),
            "one_script": same.astype(np.float64),
            "length": np.minimum(1.0, sizes / 20),
            "squeezed": squeezed.astype(np.float64),
        }

    def _whole(self, words: Worded, aligned: Aligned, count: Ints, squeezed: Floats) -> Floats:
        """How alike the two names are as one word each, for short ones."""
        out = np.where(count == 1, aligned.compared.value.take(aligned.begin), squeezed)
        some = np.flatnonzero((count > 1) & (count <= _WHOLE) & (squeezed == 0))
        number = np.full(len(count), -1)
        number[some] = np.arange(len(some))
        rows = np.flatnonzero(number.take(aligned.pair) >= 0)
        owner = number.take(aligned.pair.take(rows))
        ours = words.heard.together(aligned.word.take(rows), owner, len(some))
        theirs = self._listed.heard.together(aligned.term.take(rows), owner, len(some))
        alike = similarities("Latn-Latn", *ours, *theirs)[0].astype(np.float64)
        out[some] = np.where(alike >= 1.0, SHARED_READING, np.minimum(LIKEST_HEARD, alike))
        out[count > _WHOLE] = 0.0
        return out
