"""The names of an index by how they sound: which aliases a run of words may be, one word of it heard wrongly.

A name is the run of the classes of its phones (`entitynorm.retrieval.heard`), whatever stands between its words; small
words (of, al, de) are silent. It is found by the hash of all of it, by that of its consonant classes if they say
enough, and by putting in the place of one word another that is listed and sounds nearly the same: such words share a
hash with one class left out (Mor and Fraenkel 1982).
"""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from entitynorm.retrieval.build import name_key
from entitynorm.retrieval.heard import Heard, Ints, Keyed
from entitynorm.retrieval.index import NameIndex
from entitynorm.retrieval.phones import LONGEST, Words
from entitynorm.retrieval.ragged import ragged
from entitynorm.retrieval.roles import FOREIGN, PATRONYMIC, ROLE_BITS, ROLES
from entitynorm.screening.keys import Postings, mixed
from entitynorm.tagging.hash_table import HashTable
from entitynorm.tagging.scan import Scan, powers_up_to
from entitynorm.text.terms import fold_term
from entitynorm.text.tokens import script_of

MOST_WORDS = 6
"""Words of a name that is found by its sound."""
LEAST_PHONES, LEAST_BONES = 4, 6
"""Phones of a name, and consonant classes, from which on it is found by them."""


class Depth(NamedTuple):
    """How far names are looked for."""

    heard: int
    """Phones from which on a word may stand for another."""
    cut: int
    """Phones of which one may be left out."""
    alike: float
    """How alike words are at least that answer each other."""


_MANY = 50_000
_DEPTH, _DEPTH_AMONG_MANY = Depth(3, 4, 0.5), Depth(4, 7, 0.7)
"""Among so many aliases some is like any short word."""
SOUND, BONES = 0, 1
"""Families of keys: of all phones, and of consonant classes."""
_FUNCTION = ROLES.index("function")
_NAMESAKES, _NEIGHBOURS = 64, 128
"""Entities of one sound above which it names nothing, and words that share a key above which the key says nothing."""
_BLOCK = 100_000
_ODD = re.compile("[^A-Za-z -]|[a-z][A-Z]| [ -]|-[ -]|^[ -]|[ -]$")
"""In a name whose terms are not just what stands between its spaces and hyphens."""


class Listed:
    """The aliases of one index, and their terms, by sound. Read-only; made from the arrays of the index."""

    def __init__(self, index: NameIndex) -> None:
        self.index = index
        self.depth = _DEPTH if index.aliases < _MANY else _DEPTH_AMONG_MANY
        arrays = index.arrays
        first = np.asarray(arrays["term_row"][:-1]).astype(np.int64)
        self.heard = Heard.of_rows(np.asarray(arrays["row_codes"])[first], np.asarray(arrays["row_length"])[first])
        said = np.asarray(arrays["term_role"])
        self.role = said & ROLE_BITS
        self.father, self.foreign = said & PATRONYMIC > 0, said & FOREIGN > 0
        self.silent: NDArray[np.bool_] = self.role == _FUNCTION
        self.rarity = np.asarray(arrays["term_rarity"])
        self.spelling, self.letters = _spellings(index)
        self.owner = np.asarray(arrays["alias_entity"])
        self.terms = np.asarray(arrays["alias_terms"])
        self.ends = np.asarray(arrays["alias_term_ends"]).astype(np.int64)
        middle, bones = self.heard.middle(self.silent), self.heard.bones(self.silent)
        self.middle, self.bones = middle.hash, bones.hash
        self.by_sound = self._aliases(middle, LEAST_PHONES, SOUND)
        self.by_bones = self._aliases(bones, LEAST_BONES, BONES)
        self.word_hash, self.word_length, self.word_start, self.near = self._words(middle)
        self.known = HashTable(self.word_hash)

    def fold(self, term: int) -> str:
        """A term as it is compared letter by letter."""
        return fold_term(self.index.term_text(term))

    def plain(self, alias: int) -> str:
        """An alias as it is compared letter by letter: folded terms, one space between."""
        text = self.index.alias_text(alias)
        return name_key(text) if _ODD.search(text) else text.lower().replace("-", " ")

    def is_foreign(self, aliases: Ints) -> NDArray[np.bool_]:
        """Whether the first term of each alias is in letters that are not Latin."""
        return self.foreign.take(self.terms.take(self.ends.take(aliases)))

    def script(self, term: int) -> str:
        """The script of a term, by its ISO 15924 code."""
        return script_of(self.index.term_text(term))

    def _aliases(self, keyed: Keyed, least: int, family: int) -> Postings:
        """The aliases of few words by the hash of what they sound like, if that is long enough."""
        count = np.diff(self.ends)
        some = np.flatnonzero((count > 0) & (count <= MOST_WORDS))
        keys, values = [], []
        for k in range(0, len(some), _BLOCK):
            aliases = some[k : k + _BLOCK]
            row, place = ragged(count[aliases])
            terms = self.terms[self.ends[aliases].take(row) + place]
            hashes, lengths = run_hashes(keyed.hash[terms], keyed.length[terms], row, len(aliases))
            enough = np.flatnonzero(lengths >= least)
            keys.append(mixed(hashes.take(enough), family))
            values.append(aliases.take(enough))
        none = np.zeros(0, np.int64)
        every, of = np.concatenate([none.view(np.uint64), *keys]), np.concatenate([none, *values])
        return Postings(every, of, _NAMESAKES, self.owner)

    def _words(self, middle: Keyed) -> tuple[Words, Ints, NDArray[np.uint8], Postings]:
        """Of each sound of a term its hash, length and first class; and all sounds by what they are near to."""
        held = np.zeros(len(middle.length), np.bool_)
        held[self.terms] = True  # not those that an index makes of two words
        heard = np.flatnonzero(held & (middle.length > 1))
        hashes, at = np.unique(middle.hash[heard], return_index=True)
        terms = heard[at]
        length = middle.length[terms]
        number = np.zeros(len(middle.length), np.int32)
        number[terms] = np.arange(len(terms))
        long = terms[length >= self.depth.cut]
        keys, values = [mixed(hashes)], [number[terms]]
        for k in range(0, len(long), _BLOCK):
            cut, which = middle.without_one(long[k : k + _BLOCK])
            keys.append(mixed(cut))
            values.append(number[which])
        near = Postings(np.concatenate(keys), np.concatenate(values), _NEIGHBOURS)
        return hashes, length, self.heard.start[terms], near


def run_hashes(hashes: Words, lengths: Ints, run: Ints, count: int) -> tuple[Words, Ints]:
    """The hash and length of each of ``count`` runs of words, of which those of a run stand together."""
    up = powers_up_to(MOST_WORDS * LONGEST + 1)[0]
    total = np.bincount(run, lengths, count).astype(np.int64)
    before = np.cumsum(lengths) - lengths - (np.cumsum(total) - total).take(run)
    sums = np.concatenate((np.zeros(1, np.uint64), np.cumsum(hashes * up.take(before))))
    size = np.bincount(run, minlength=count)
    ends = np.cumsum(size)
    return sums.take(ends) - sums.take(ends - size), total


def _spellings(index: NameIndex) -> tuple[Words, NDArray[np.uint8]]:
    """For each term the hash of the letters that it folds to (see `entitynorm.tagging.scan`), and their number."""
    hashes, letters = np.zeros(index.terms, np.uint64), np.zeros(index.terms, np.uint8)
    for k in range(0, index.terms, _BLOCK):
        texts = [index.term_text(n) for n in range(k, min(k + _BLOCK, index.terms))]
        scan = Scan("\n".join(texts))
        if not len(scan):
            continue
        term = np.searchsorted(np.cumsum([len(text) + 1 for text in texts]), scan.start, "right")
        head = np.flatnonzero(np.concatenate(([True], term[1:] != term[:-1])))
        tail = np.append(head[1:], len(term)) - 1
        hashes[term[head] + k] = scan.hash(head, tail)
        letters[term[head] + k] = np.minimum(np.add.reduceat(scan.letters.astype(np.int64), head), 255)
    return hashes, letters
