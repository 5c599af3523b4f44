"""The windows of a block of text that may be a name which is not spelled as it is listed, and their words.

A window begins with a capital and ends with one; small words and what follows a hyphen may stand inside. Some word in
it is no ordinary one. Words are read once for all windows that hold them.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from entitynorm.names.lexicon import lexicon
from entitynorm.retrieval.distinct import among, distinct, numbered
from entitynorm.retrieval.heard import Heard, Ints, Keyed
from entitynorm.retrieval.phones import Words, text_hashes
from entitynorm.retrieval.ragged import ragged
from entitynorm.retrieval.roles import role_of_term
from entitynorm.screening.listed import MOST_WORDS
from entitynorm.table_cache import kept_words
from entitynorm.tagging.hash_table import HashTable
from entitynorm.tagging.scan import Scan, powers_up_to
from entitynorm.text.folding import fold_text
from entitynorm.text.ordinary import LANGUAGES, ordinary_words
from entitynorm.text.tokens import script_of

Bools = NDArray[np.bool_]
_SHORTEST = 5
"""Letters of a single word that may be a name spelled otherwise."""
_SMALL = 3
"""Letters of a small word inside a name."""
_ASCII_ENDS = 0x80
_HYPHENS = np.array([ord(sign) for sign in "-‐‑"])
_LOWER = np.frombuffer(bytes(range(_ASCII_ENDS)).lower(), np.uint8).astype(np.uint16)
_BREAK, _APOSTROPHE = ord("\n"), ord("'")


@cache
def _ordinary() -> HashTable:
    """The ordinary words of all languages that have a list."""
    words = (word for script in LANGUAGES for word in sorted(ordinary_words(script)))
    return HashTable(distinct(Scan("\n".join(words)).hashes))


@cache
def _silent() -> Words:
    """Hashes of the small words that are not heard in names (of, al, de)."""
    return distinct(Scan("\n".join(kept_words("silent_words", _find_silent))).hashes)


def _find_silent() -> list[str]:
    return sorted(word for word in lexicon().senses if " " not in word and role_of_term(word) == "function")


def ordinary_at(scan: Scan, tokens: Ints) -> Bools:
    """Whether each of some tokens is an ordinary word, were it not for its capital."""
    return _ordinary().find(scan.hashes.take(tokens)) >= 0


def windows(scan: Scan, joins: Bools, covered: Ints, *, single: bool) -> tuple[Ints, Ints]:
    """First and last token of each window.

    ``joins``: whether a token may stand in one name with the one before it; ``covered``: the number of the name that is
    spelled as listed and takes a token in, 0 for none: nothing inside it is a window. ``single``: whether a word by
    itself may be one.
    """
    count = len(scan)
    upper = scan.upper
    behind = np.zeros(count, np.bool_)
    glued = np.flatnonzero(joins[1:] & (scan.start[1:] - scan.end[:-1] == 1)) + 1
    behind[glued[np.isin(scan.codes.take(scan.start.take(glued) - 1), _HYPHENS)]] = True
    ends = upper | behind
    inside = ends | (scan.letters <= _SMALL)
    first = np.flatnonzero(upper)
    strange = upper.copy()
    strange[first] = ~ordinary_at(scan, first)
    telling: Ints = np.concatenate((np.zeros(1, np.int64), np.cumsum(strange)))
    firsts, lasts = [], []
    for length in range(1, MOST_WORDS + 1):
        last = first + (length - 1)
        if length == 1:
            wanted: Bools = strange.take(first) & (scan.letters.take(first) >= _SHORTEST) & single
        else:
            wanted = ends.take(last) & (telling.take(last + 1) > telling.take(first))
        spelled = covered.take(first)
        wanted &= (spelled == 0) | (spelled != covered.take(last))
        firsts.append(first.compress(wanted))
        lasts.append(last.compress(wanted))
        first = first[: first.searchsorted(count - length)]
        first = first.compress(joins.take(first + length) & inside.take(first + length))
        if not len(first):
            break
    return np.concatenate(firsts), np.concatenate(lasts)


class Worded:
    """The words of some windows, each once.

    Of each word: ``spelling``, the hash of the letters that it folds to, how many these are, and how it sounds. Of each
    token that is in some window: its ``word``; of each window: its first and last token among these (``begin``, and
    ``end`` one behind).
    """

    def __init__(self, scan: Scan, first: Ints, last: Ints) -> None:
        inside = np.bincount(first, minlength=len(scan) + 1) - np.bincount(last + 1, minlength=len(scan) + 1)
        taken = np.cumsum(inside[:-1]) > 0
        tokens_inside = np.flatnonzero(taken)
        place = np.cumsum(taken) - 1
        self.begin, self.end = place.take(first), place.take(last) + 1
        odd, texts = _odd(scan, tokens_inside)
        keys = scan.hashes.take(tokens_inside)
        keys[odd] ^= text_hashes(texts)  # Müller and Muller have the same letters, and sound otherwise
        at, self.word = numbered(keys)
        self._scan, self._tokens = scan, tokens_inside.take(at)
        self.spelling, self.letters = scan.hashes.take(self._tokens), scan.letters.take(self._tokens)
        beyond = np.zeros(len(tokens_inside), np.bool_)
        beyond[odd] = True
        self.heard = self._heard(np.flatnonzero(beyond.take(at)))
        self.silent, self.ordinary = among(self.spelling, _silent()), _ordinary().find(self.spelling) >= 0
        self.middle, self.bones = self.heard.middle(self.silent), self.heard.bones(self.silent)

    def _heard(self, odd: Ints) -> Heard:
        """The words as they sound; ``odd`` are those with letters beyond ASCII."""
        scan = self._scan
        start, size = scan.start.take(self._tokens), (scan.end - scan.start).take(self._tokens)
        size[odd] = 0
        size += 1  # a line break
        row, place = ragged(size)
        letters = _LOWER.take(scan.codes.take(start.take(row) + place, mode="clip"), mode="clip")
        letters[np.cumsum(size) - 1] = _BREAK
        heard = Heard.of_letters(letters.compress(letters != _APOSTROPHE), len(size))
        return heard.replaced(odd, Heard.of_words(self.texts(odd))) if len(odd) else heard

    def texts(self, words: Ints) -> list[str]:
        """Some words in lower case, without apostrophes."""
        tokens, text = self._tokens.take(words), self._scan.text
        bounds = zip(self._scan.start.take(tokens).tolist(), self._scan.end.take(tokens).tolist(), strict=True)
        lines = "\n".join([text[a:b] for a, b in bounds]).lower().replace("'", "")
        return lines.split("\n") if len(words) else []

    def folds(self, words: Ints) -> list[str]:
        """Some words as they are compared letter by letter."""
        at, which = numbered(words)
        texts = self.texts(words.take(at))
        folds = [text if text.isascii() else "".join(filter(str.isalnum, fold_text(text))) for text in texts]
        return [folds[n] for n in which.tolist()]

    def plain(self, windows: Ints) -> list[str]:
        """Some windows as they are compared letter by letter: folded words, one space between."""
        begin, size = self.begin.take(windows), (self.end - self.begin).take(windows)
        row, place = ragged(size)
        folds = self.folds(self.word.take(begin.take(row) + place))
        ends = np.cumsum(size).tolist()
        return [" ".join(folds[a:b]) for a, b in pairwise([0, *ends])]

    def is_foreign(self, windows: Ints) -> Bools:
        """Whether the first word of each window is in letters that are not Latin."""
        found: Bools = self.heard.foreign.take(self.word.take(self.begin.take(windows)))
        return found

    def script(self, word: int) -> str:
        """The script of a word, by its ISO 15924 code."""
        return script_of(self.texts(np.array([word]))[0])


def _odd(scan: Scan, tokens: Ints) -> tuple[Ints, list[str]]:
    """Which of some tokens have letters beyond ASCII, by their places, and these in lower case."""
    if scan.text.isascii():
        return tokens[:0], []
    beyond = np.flatnonzero(scan.codes >= _ASCII_ENDS)
    inside = beyond.searchsorted(scan.end.take(tokens)) > beyond.searchsorted(scan.start.take(tokens))
    odd = np.flatnonzero(inside)
    bounds = zip(scan.start.take(tokens.take(odd)).tolist(), scan.end.take(tokens.take(odd)).tolist(), strict=True)
    return odd, [scan.text[a:b].lower() for a, b in bounds]


class Sounding:
    """Hashes of what windows sound like, by one way to class phones; places are those of `Worded.word`."""

    def __init__(self, keyed: Keyed, word: Ints) -> None:
        """``word``: the word at each place."""
        self.length = keyed.length.take(word)
        self.before = np.concatenate((np.zeros(1, np.int64), np.cumsum(self.length)))
        self._up, self._down = powers_up_to(int(self.before[-1]) + 2)
        values = keyed.hash.take(word)
        values *= self._up.take(self.before[:-1])
        self._sums = np.concatenate((np.zeros(1, np.uint64), np.cumsum(values)))

    def whole(self, begin: Ints, end: Ints) -> tuple[Words, Ints]:
        """The hash of each window, and how long it is."""
        first = self.before.take(begin)
        found = self._sums.take(end)
        found -= self._sums.take(begin)
        found *= self._down.take(first)
        return found, self.before.take(end) - first

    def with_another(self, begin: Ints, end: Ints, place: Ints, hashes: Words, lengths: Ints) -> Words:
        """The hash of each window with another word at a place of it."""
        first = self.before.take(begin)
        found = self._sums.take(end)
        found -= self._sums.take(place + 1)
        longer = lengths - self.length.take(place)
        found *= np.where(longer < 0, self._down.take(np.maximum(-longer, 0)), self._up.take(np.maximum(longer, 0)))
        found += self._sums.take(place)
        found -= self._sums.take(begin)
        found *= self._down.take(first)
        found += hashes * self._up.take(self.before.take(place) - first)
        return found
