"""Windows beside aliases: words in their order, each pair of words compared once.

The measure is that of `entitynorm.names.similarity`, with one reading a word and without case forms.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from entitynorm.names.similarity import LIKEST_HEARD, MOST_SLIPS, SHARED_READING, agreement, slip_of
from entitynorm.retrieval.distinct import numbered
from entitynorm.retrieval.heard import Ints
from entitynorm.retrieval.phones import popcount
from entitynorm.retrieval.ragged import ragged
from entitynorm.screening.listed import Listed
from entitynorm.screening.windows import Bools, Worded
from entitynorm.text.sound_distance import similarities, table_for

Floats = NDArray[np.float64]
_MOST_BITS = 8
"""Bits in which the masks of two words may differ that answer each other."""
_PAIR = np.int64(32)


class Compared(NamedTuple):
    """Words beside terms; see `entitynorm.names.similarity.Similarity`."""

    value: Floats
    nats: Floats
    level: Ints
    start: Bools
    slip: Bools
    letters: Ints
    """Letters of the shorter of the two."""

    def of(self, rows: Ints) -> Compared:
        """Some rows, in their order."""
        return Compared(
            self.value.take(rows),
            self.nats.take(rows),
            self.level.take(rows),
            self.start.take(rows),
            self.slip.take(rows),
            self.letters.take(rows),
        )


class Aligned(NamedTuple):
    """Pairs of windows and aliases of as many heard words; rows are words of pairs, in the order of the pairs."""

    window: Ints
    alias: Ints
    begin: Ints
    """The first row of each pair."""
    pair: Ints
    """Whose each row is."""
    word: Ints
    term: Ints
    compared: Compared


def align(listed: Listed, words: Worded, windows: Ints, aliases: Ints) -> Aligned:
    """The pairs whose words all answer each other, compared."""
    pair, word, term, good = _beside(listed, words, windows, aliases)
    both = (word << _PAIR) | term
    at, which = numbered(both)
    own, theirs = word.take(at), term.take(at)
    same = words.spelling.take(own) == listed.spelling.take(theirs)
    alike, weight = _heard_alike(listed, words, own, theirs, ~same)
    good[pair.compress((~same & (alike < listed.depth.alike)).take(which))] = False
    kept = np.flatnonzero(good.take(pair))
    pair, which = (np.cumsum(good) - 1).take(pair.take(kept)), which.take(kept)
    used = np.zeros(len(at), np.bool_)
    used[which] = True
    row = (np.cumsum(used) - 1).take(which)
    own, theirs = own.compress(used), theirs.compress(used)
    compared = _compared(listed, words, own, theirs, *(v.compress(used) for v in (same, alike, weight)))
    chosen = np.flatnonzero(good)
    size = np.bincount(pair, minlength=len(chosen))
    begin = np.cumsum(size) - size
    rows = own.take(row), theirs.take(row), compared.of(row)
    return Aligned(windows.take(chosen), aliases.take(chosen), begin, pair, *rows)


def _beside(listed: Listed, words: Worded, windows: Ints, aliases: Ints) -> tuple[Ints, Ints, Ints, Bools]:
    """The words and terms of pairs that have as many heard ones and may be alike: (pair, word, term).

    And which of all pairs are such. Small words on either side are passed over.
    """
    begin, end = words.begin.take(windows), words.end.take(windows)
    row, place = ragged(end - begin)
    word = words.word.take(begin.take(row) + place)
    heard = np.flatnonzero(~words.silent.take(word))
    pair, word = row.take(heard), word.take(heard)
    first = listed.ends.take(aliases)
    row, place = ragged(listed.ends.take(aliases + 1) - first)
    term = listed.terms.take(first.take(row) + place).astype(np.int64)
    heard = np.flatnonzero(~listed.silent.take(term))
    owner, term = row.take(heard), term.take(heard)
    count = np.bincount(pair, minlength=len(windows))
    good = (count == np.bincount(owner, minlength=len(windows))) & (count > 0)
    word, pair, term = word.compress(good.take(pair)), pair.compress(good.take(pair)), term.compress(good.take(owner))
    far = popcount(words.heard.bits.take(word) ^ listed.heard.bits.take(term)) > _MOST_BITS
    good[pair.compress(far)] = False
    kept = np.flatnonzero(good.take(pair))
    return pair.take(kept), word.take(kept), term.take(kept), good


def _heard_alike(listed: Listed, words: Worded, own: Ints, theirs: Ints, asked: Bools) -> tuple[Floats, Floats]:
    """How alike the plain readings of words and terms are, and their log-odds against chance in nats."""
    value, nats = np.zeros(len(own)), np.zeros(len(own))
    foreign = listed.foreign.take(theirs)
    tables = np.zeros(len(own), np.int64)
    names = [table_for("Latn", "Latn")]
    for n in np.flatnonzero(asked & (foreign | words.heard.foreign.take(own))).tolist():
        table = table_for(words.script(int(own[n])), listed.script(int(theirs[n])))
        if table not in names:
            names.append(table)
        tables[n] = names.index(table)
    for number, table in enumerate(names):
        some = np.flatnonzero(asked & (tables == number))
        if len(some):
            ours, others = words.heard.rows(own.take(some)), listed.heard.rows(theirs.take(some))
            value[some], nats[some] = similarities(table, *ours, *others)
    return value, nats


def _compared(
    listed: Listed, words: Worded, own: Ints, theirs: Ints, same: Bools, alike: Floats, weight: Floats
) -> Compared:
    letters = np.minimum(words.letters.take(own), listed.letters.take(theirs)).astype(np.int64)
    phones = words.heard.lengths.take(own)
    shared = ~same & (alike >= 1.0)
    value: Floats = np.where(same, 1.0, np.where(shared, SHARED_READING, np.minimum(LIKEST_HEARD, alike)))
    heard = np.where(shared, agreements(phones) - 1.0, np.maximum(0.0, weight))
    nats: Floats = np.where(same, agreements(letters), heard)
    kin = words.middle.hash.take(own) == listed.middle.take(theirs)
    bones = words.bones.hash.take(own) == listed.bones.take(theirs)
    level = np.where(same, 3, np.where(kin, 2, bones.astype(np.int64)))
    start = words.heard.start.take(own) == listed.heard.start.take(theirs)
    slip = np.zeros(len(own), np.bool_)
    for n, likeness, worth in _slips(listed, words, own, theirs, np.flatnonzero(~same & ~shared)):
        if likeness >= value[n]:
            value[n], nats[n], slip[n] = likeness, worth, True
    return Compared(value, nats, level, start, slip, letters)


def _slips(listed: Listed, words: Worded, own: Ints, theirs: Ints, rows: Ints) -> Iterator[tuple[int, float, float]]:
    """(row, value, nats) of each of some rows where few slips of the pen part word and term."""
    at, which = numbered(theirs.take(rows))
    folds = [listed.fold(term) for term in theirs.take(rows.take(at)).tolist()]
    ours = words.folds(own.take(rows))
    others = [folds[n] for n in which.tolist()]
    slips = cpdist(ours, others, scorer=OSA.distance, score_cutoff=MOST_SLIPS, dtype=np.uint8)
    for n in np.flatnonzero(slips <= MOST_SLIPS).tolist():
        found = slip_of(ours[n], others[n])
        if found is not None:
            yield int(rows[n]), *found


_AGREEMENT = np.array([agreement(letters) for letters in range(256)])


def agreements(letters: Ints) -> Floats:
    """`entitynorm.names.similarity.agreement` of many words."""
    return _AGREEMENT.take(letters)
