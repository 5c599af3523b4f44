"""The windows of a block of texts that may name an entity: spelled like a name, or made of words that sound like one.

1. What is spelled like an alias (`entitynorm.tagging.trie`).
2. Words that can stand in a name (capitalised, of a script without capitals, or written small by some alias) lead to
   the terms of the gazetteer that they may stand for, and these to aliases. Words that lead to the same alias and stand
   together are a window, if they answer enough of the alias.
   Not so where the gazetteer has every name met to the letter.
3. Acronyms, handles, and each of these with the type word or particle beside it.

Nothing is decided here: what a window means is `entitynorm.resolver`'s answer to it as a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, cached_property
from typing import NamedTuple

import numpy as np

from entitynorm.names.abbreviations import abbreviations, full_names
from entitynorm.names.lexicon import lexicon
from entitynorm.names.structure import parse
from entitynorm.retrieval.distinct import among, distinct
from entitynorm.retrieval.index import NameIndex
from entitynorm.retrieval.search import Searcher
from entitynorm.table_cache import kept_words
from entitynorm.tagging.codepoints import LATIN_ENDS
from entitynorm.tagging.leads import (
    NO_PARTS,
    Bools,
    LeadFinder,
    Parts,
    Spans,
    Window,
    packed,
    packed_windows,
    standing_in_names,
    unpacked,
)
from entitynorm.tagging.postings import Lead
from entitynorm.tagging.scan import SEPARATOR, Hashes, Ints, Scan
from entitynorm.tagging.translated import Translations
from entitynorm.tagging.trie import Hits, Trie, joinable
from entitynorm.tagging.widening import is_type, widened
from entitynorm.text.terms import part_in_compound, terms_of
from entitynorm.text.tokens import SIGNED, Gap, script_of

_KNOWN_ACRONYMS = 65_536
_ACRONYM = 7
INITIALS = 2
"""Letters of a capitalised word that a full stop may follow inside a name that is not spelled like an alias."""
_MOST_FOR_COUNTRY = 3
"""Words of the longest names of countries that are looked for; long lists have those of several words themselves."""
_PROVINCES = frozenset({"adm1", "adm2", "adm3"})

_NONE = np.zeros(0, np.int64)
_SIGN = re.compile(r"@|#|\.(?<=\w\.)(?=\w)")  # the signs first: so the search runs past all else
_WHITE = re.compile(r"\s")
_COMMA = ", "
_HYPHEN = ord("-")


class Found(NamedTuple):
    """The windows of a block."""

    first: Ints
    last: Ints
    """The first and the last token of each window, overlaps included, in text order."""
    spelled: Bools
    """Whether it is spelled like an alias."""
    parts: Parts
    """Windows that may be part of a name, if the text has it whole elsewhere."""


class WindowFinder:
    """Finds the windows of one index in blocks of text; what words lead to is remembered, within bounds."""

    def __init__(self, index: NameIndex, searcher: Searcher) -> None:
        self.index = index
        self.trie = Trie(index.arrays)
        self._leads = LeadFinder(index, searcher)
        self._translations = Translations(index)
        self._acronyms: dict[str, bool] = {}

    def find(self, scan: Scan) -> Found:
        """All windows of a block."""
        if not len(scan):
            return Found(_NONE, _NONE, np.zeros(0, np.bool_), NO_PARTS)
        hits = spelled_hits(self.index, self.trie, scan)
        spelled = distinct(packed(hits.first, hits.first + hits.count - 1))
        joins = joinable(scan, INITIALS) & (scan.gap != Gap.COMMA)
        alike, parts = (_NONE, NO_PARTS) if self.index.to_the_letter else self._alike(scan, joins)
        found = distinct(np.concatenate((spelled, alike, self._acronym_windows(scan))))
        found = distinct(np.concatenate((found, packed_windows(widened(scan, joins, found)))))
        is_spelled = among(found, spelled) if len(spelled) else np.zeros(len(found), np.bool_)
        return Found(*unpacked(found), is_spelled, parts)

    def _alike(self, scan: Scan, joins: Bools) -> tuple[Spans, Parts]:
        """Windows of words that sound like an alias, or like part of one."""
        words = standing_in_names(scan, self.trie, self.index.few)
        texts = scan.each(words)
        leading, leads = self._leads.leading(texts, scan.declining[words])
        compounds, together = self._compounds(scan, joins, words, texts)
        texts = [texts[n] for n in leading.tolist()]
        words = words[leading]
        tokens, everywhere = words, leads
        if compounds:
            tokens = np.concatenate((words, np.array([first for first, _ in compounds], np.int64)))
            order = tokens.argsort(kind="stable")
            tokens, everywhere = tokens[order], [(*leads, *together)[n] for n in order.tolist()]
        spans, parts = self._leads.windows(scan, joins, tokens, everywhere)
        windows = list(_ending_with(spans, compounds))
        for n, lead, word in zip(words.tolist(), leads, texts, strict=True):
            if lead.alone:
                windows.append((n, n))
            elif is_type(word):
                # Kherson oblast, Oblast Kherson: the name beside a type word may be listed as an adjective only.
                beside = [(n - 1, n)] if n and joins[n] and scan.upper[n - 1] else []
                if n + 1 < len(scan) and joins[n + 1] and scan.upper[n + 1] and scan.upper[n]:
                    beside.append((n, n + 1))
                for first, last in beside:
                    if self._leads.may_be_adjective(scan.words(first, last)):
                        windows.append((first, last))
        if self._by_adjective:
            windows += _with_provinces(scan, joins)
        if self.index.few:
            windows += self._written_apart(scan, joins)
            windows += self._translations.windows(scan, joins)
        windows += _countries(scan, joins, _MOST_FOR_COUNTRY if self.index.few else 1)
        return np.concatenate((spans, packed_windows(windows))), parts

    def _written_apart(self, scan: Scan, joins: Bools) -> Iterator[Window]:
        """Two or three words that together have the letters of an alias (Khaing Thu Kha, Kao-hsiung)."""
        goes_on = joins & (scan.upper | (scan.codes.take(scan.start - 1, mode="clip") == _HYPHEN))
        first = np.flatnonzero(scan.upper[:-1] & goes_on[1:])
        for more in (1, 2):
            if more > 1:
                first = first[: first.searchsorted(len(scan) - more)]
                first = first[goes_on[first + more]]
            key = self.trie.table.find(scan.hash(first, first + more))
            there = np.flatnonzero(key >= 0)
            for n, k in zip(first[there].tolist(), key[there].tolist(), strict=True):
                if self.trie.spelled(k):
                    yield n, n + more

    @cached_property
    def _by_adjective(self) -> bool:
        """Whether provinces may be listed by adjectives only, which a name in Latin letters finds by "oblast" alone."""
        return any(self.index.frequencies([word for word in _words_for_provinces() if script_of(word) == "Cyrl"]))

    def _compounds(
        self, scan: Scan, joins: Bools, words: Ints, texts: Sequence[str]
    ) -> tuple[list[Window], list[Lead]]:
        """Windows that an index counts as one word (Abd al-Rahman), and where each leads."""
        spans: list[Window] = []
        before = 0  # the word before, unless it begins a compound itself
        for n, place in zip(words.tolist(), map(part_in_compound, texts), strict=True):
            if place == "first":
                lasts = [last for last in (n + 1, n + 2) if last < len(scan) and joins[n + 1 : last + 1].all()]
                spans += [(n, last) for last in lasts if len(terms_of(scan.words(n, last))) == 1]
            elif place == "last" and before == n - 1 and joins[n]:
                spans.append((n - 1, n))
            before = n if place != "first" else -1
        if not spans:
            return [], []
        declining = scan.declining[[first for first, _ in spans]]
        leading, leads = self._leads.leading([scan.words(*span) for span in spans], declining)
        return [spans[n] for n in leading.tolist()], leads

    # -- acronyms ------------------------------------------------------------------------------------------------

    def _acronym_windows(self, scan: Scan) -> Spans:
        length = scan.end - scan.start
        short = np.flatnonzero(scan.upper & (length > 1) & (length <= _ACRONYM))
        places = short[scan.capitals(short)]
        texts = scan.each(places)
        if len(self._acronyms) > _KNOWN_ACRONYMS:
            self._acronyms = {}
        known = self._acronyms
        unknown = [text for text in dict.fromkeys(texts) if text not in known]
        found = self.index.lookup_many("acronym", [text.lower() for text in unknown]) if unknown else []
        # ЕС is short for two ideas in every gazetteer.
        able = (
            bool(some or full_names(text) or len(parse(text).units) > 1)
            for text, some in zip(unknown, found, strict=True)
        )
        known.update(zip(unknown, able, strict=True))
        some = places[[known[text] for text in texts]] if texts else _NONE
        return packed(some, some)


def spelled_hits(index: NameIndex, trie: Trie, scan: Scan) -> Hits:
    """What is spelled like an alias; a comma or full stop stands inside only as in the name (Washington, D.C.)."""
    hits = trie.hits(scan)
    kept = np.ones(len(hits.first), np.bool_)
    marked = scan.gap > Gap.JOIN
    broken = np.concatenate((np.zeros(1, np.int64), np.cumsum(marked)))
    for n in np.flatnonzero(broken[hits.first + hits.count] > broken[hits.first + 1]).tolist():
        first, last = int(hits.first[n]), int(hits.first[n] + hits.count[n])
        for gap, mark in ((Gap.COMMA, ","), (Gap.STOP, ".")):
            if gap in scan.gap[first + 1 : last]:
                kept[n] &= any(mark in index.alias_text(alias) for alias in trie.spelled(int(hits.key[n])))
    return Hits(hits.first.compress(kept), hits.count.compress(kept), hits.key.compress(kept))


def _ending_with(spans: Spans, compounds: Sequence[Window]) -> Iterator[Window]:
    """Windows that end with the first word of a compound, with all of it."""
    ends: dict[int, list[int]] = {}
    for begin, end in compounds:
        ends.setdefault(begin, []).append(end)
    if ends:
        first, last = unpacked(spans)
        some = np.isin(last, list(ends))
        for own, final in zip(first[some].tolist(), last[some].tolist(), strict=True):
            yield from ((own, end) for end in ends[final])


@cache
def _after_comma() -> re.Pattern[str]:
    """Abbreviations of provinces, which stand after a town (Tulsa, Okla.)."""
    forms = sorted(abbreviations(), key=len, reverse=True)
    return re.compile(f"{_COMMA}(?:" + "|".join(map(re.escape, forms)) + ")")


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
        yield match.start() + len(_COMMA), match.end()


@cache
def _words_for_provinces() -> tuple[str, ...]:
    """The words for provinces and districts, folded."""
    return kept_words("words_for_provinces", _find_words_for_provinces)


def _find_words_for_provinces() -> list[str]:
    words = lexicon().senses.items()
    kinds = [(word, [s.id for s in senses if s.slot == "type"]) for word, senses in words if " " not in word]
    return [word for word, ids in kinds if any(_PROVINCES.intersection(lexicon().type_word(i).senses) for i in ids)]


@cache
def _hashes_for_provinces() -> Hashes:
    return distinct(Scan(SEPARATOR.join(_words_for_provinces())).hashes)


def _with_provinces(scan: Scan, joins: Bools) -> Iterator[Window]:
    """Capitalised words with the word for a province beside them, in Latin letters (Kherson oblast, Gebiet Kherson)."""
    named = np.flatnonzero(scan.upper & (scan.codes[scan.start] < LATIN_ENDS))
    for step in (1, -1):
        known = named[(named + step >= 0) & (named + step < len(scan))]
        known = known[joins[np.maximum(known, known + step)]]
        for n in known[among(scan.hashes[known + step], _hashes_for_provinces())].tolist():
            yield min(n, n + step), max(n, n + step)


def _countries(scan: Scan, joins: Bools, words: int) -> Iterator[Window]:
    """Names of countries, of so many words at most, in any language: Algérie and Estados Unidos are so everywhere."""
    first = np.flatnonzero(scan.upper | (scan.caseless & ~scan.unspaced))
    for more, hashes in enumerate(_hashes_for_countries()[:words]):
        if more:
            first = first[first + more < len(scan)]
            first = first[joins[first + more]]
        for n in first[among(scan.hash(first, first + more) if more else scan.hashes[first], hashes)].tolist():
            yield n, n + more


@cache
def _hashes_for_countries() -> tuple[Hashes, ...]:
    """The hashes of names of countries, of one word and of more."""
    listed = kept_words("words_for_countries", _find_words_for_countries)
    out = []
    for more in range(_MOST_FOR_COUNTRY):
        scan = Scan("\n".join(name for name in listed if name.count(" ") == more))
        first = np.arange(0, len(scan), more + 1)
        out.append(distinct(scan.hash(first, first + more)))
    return tuple(out)


def _find_words_for_countries() -> list[str]:
    words = lexicon().senses.items()
    nouns = (word for word, senses in words if any(s.slot == "country" and s.form == "noun" for s in senses))
    return sorted(word for word in nouns if word.replace(" ", "").isalpha())
