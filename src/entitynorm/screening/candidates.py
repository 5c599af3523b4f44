"""Which aliases the windows of a block may be: the same by sound, by consonants, or with one word heard wrongly."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from entitynorm.retrieval.distinct import distinct
from entitynorm.retrieval.heard import Ints
from entitynorm.retrieval.phones import Words
from entitynorm.retrieval.ragged import ragged
from entitynorm.screening.keys import Postings, mixed
from entitynorm.screening.listed import BONES, LEAST_BONES, LEAST_PHONES, SOUND, Listed
from entitynorm.screening.windows import Sounding, Worded

_AT_ONCE = 1 << 20
"""Replaced words that are looked up together, which bounds the memory of a list of names."""
_WINDOW = np.uint64(32)
_LOW = np.uint64(0xFFFFFFFF)


def candidates(listed: Listed, words: Worded, begin: Ints, end: Ints) -> tuple[Ints, Ints]:
    """(window, alias) of all that are worth a comparison; windows by the places of their first and last words."""
    sounding = Sounding(words.middle, words.word)
    hashes, length = sounding.whole(begin, end)
    some = np.flatnonzero(length >= LEAST_PHONES)
    found = [_pairs(listed.by_sound, some, mixed(hashes.take(some), SOUND))]
    coarse, weight = Sounding(words.bones, words.word).whole(begin, end)
    some = np.flatnonzero(weight >= LEAST_BONES)
    found.append(_pairs(listed.by_bones, some, mixed(coarse.take(some), BONES)))
    for window, place, other in _replaced(listed, words, begin, end):
        keys = sounding.with_another(
            begin.take(window), end.take(window), place, listed.word_hash.take(other), listed.word_length.take(other)
        )
        found.append(distinct(_pairs(listed.by_sound, window, mixed(keys, SOUND))))
    pairs = distinct(np.concatenate(found))
    return (pairs >> _WINDOW).view(np.int64), (pairs & _LOW).view(np.int64)


def _pairs(postings: Postings, windows: Ints, keys: Words) -> Words:
    """Each window with each alias of its key, as one number."""
    which, alias = postings.find(keys)
    return (windows.take(which).astype(np.uint64) << _WINDOW) | alias.astype(np.uint64)


def _replaced(listed: Listed, words: Worded, begin: Ints, end: Ints) -> Iterator[tuple[Ints, Ints, Ints]]:
    """(window, place of the word, listed sound) for each word that may stand for another, where all others are listed.

    An ordinary word is no slip for a name. Told in slices.
    """
    middle = words.middle
    known = (listed.known.find(middle.hash) >= 0) | (middle.length == 0)
    strange = np.concatenate((np.zeros(1, np.int64), np.cumsum(~known.take(words.word))))
    others = strange.take(end) - strange.take(begin)
    possible = np.flatnonzero(others < 2)
    row, place = ragged((end - begin).take(possible))
    window = possible.take(row)
    place += begin.take(window)
    word = words.word.take(place)
    able = (middle.length >= listed.depth.heard) & ~words.ordinary
    wanted = np.flatnonzero((others.take(window) == ~known.take(word)) & able.take(word))
    window, place, word = window.take(wanted), place.take(wanted), word.take(wanted)
    asked = np.zeros(len(able), np.bool_)
    asked[word] = True
    near, owner = _near(listed, words, np.flatnonzero(asked))
    bounds = np.searchsorted(owner, np.arange(len(able) + 1))
    count = np.diff(bounds).take(word)
    slices = np.searchsorted(np.cumsum(count), np.arange(0, int(count.sum()), _AT_ONCE)).tolist()
    for a, b in pairwise([*dict.fromkeys(slices), len(word)]):
        row, at = ragged(count[a:b])
        row += a
        yield window.take(row), place.take(row), near.take(bounds.take(word.take(row)) + at)


def _near(listed: Listed, words: Worded, asked: Ints) -> tuple[Ints, Ints]:
    """(listed sound, word) of all that differ little from some words and begin alike, sorted by word."""
    middle = words.middle
    long = asked.compress(middle.length.take(asked) > listed.depth.cut)
    cut, which = middle.without_one(long)
    keys = np.concatenate((middle.hash.take(asked), cut))
    place, sound = listed.near.find(mixed(keys))
    owner = np.concatenate((asked, which)).take(place)
    other = listed.word_start.take(sound) == words.heard.start.take(owner)
    other &= listed.word_hash.take(sound) != middle.hash.take(owner)
    pairs = distinct((owner.compress(other).astype(np.uint64) << _WINDOW) | sound.compress(other).astype(np.uint64))
    return (pairs & _LOW).view(np.int64), (pairs >> _WINDOW).view(np.int64)
