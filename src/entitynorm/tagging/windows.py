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
from functools import cache, cached_property, lru_cache
from typing import NamedTuple

import numpy as np

from entitynorm.names.abbreviations import abbreviations, full_names
from entitynorm.names.lexicon import lexicon
from entitynorm.names.meanings import role_of
from entitynorm.names.structure import is_of, parse, senses_of, slots_of
from entitynorm.names.units import is_no_initial, is_patronymic
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
from entitynorm.text.folding import fold_text
from entitynorm.text.terms import may_begin_compound, may_end_compound, terms_of
from entitynorm.text.tokens import SIGNED, Gap, script_of

_KNOWN_ACRONYMS, _KNOWN_NEIGHBOURS = 65_536, 32_768
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
        found = distinct(np.concatenate((found, packed_windows(_widened(scan, joins, found)))))
        is_spelled = among(found, spelled) if len(spelled) else np.zeros(len(found), np.bool_)
        return Found(*unpacked(found), is_spelled, parts)

    def _alike(self, scan: Scan, joins: Bools) -> tuple[Spans, Parts]:
        """Windows of words that sound like an alias, or like part of one."""
        words = standing_in_names(scan, self.trie, self.index.few)
        text = scan.text
        texts = [text[a:b] for a, b in zip(scan.start[words].tolist(), scan.end[words].tolist(), strict=True)]
        leading, leads = self._leads.leading(texts, scan.declining[words])
        compounds, together = self._compounds(scan, joins, words, texts)
        texts = [texts[n] for n in leading.tolist()]
        words = words[leading]
        begins = np.array([first for first, _ in compounds], np.int64)
        order = np.concatenate((words, begins)).argsort(kind="stable")
        everywhere = [*leads, *together]
        spans, parts = self._leads.windows(
            scan, joins, np.concatenate((words, begins))[order], [everywhere[n] for n in order.tolist()]
        )
        windows = list(_ending_with(spans, compounds))
        for n, lead, word in zip(words.tolist(), leads, texts, strict=True):
            if lead.alone:
                windows.append((n, n))
            elif _is_type(word):
                # Kherson oblast, Oblast Kherson: the name beside a type word may be listed as an adjective only.
                beside = [(n - 1, n)] if n and joins[n] and scan.upper[n - 1] else []
                if n + 1 < len(scan) and joins[n + 1] and scan.upper[n + 1] and scan.upper[n]:
                    beside.append((n, n + 1))
                for first, last in beside:
                    if self._leads.may_be_adjective(text[scan.start[first] : scan.end[last]]):
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
        for more in (1, 2):
            first = np.flatnonzero(scan.upper[: len(scan) - more])
            for step in range(1, more + 1):
                at = first + step
                first = first[joins[at] & (scan.upper[at] | (scan.codes[scan.start[at] - 1] == _HYPHEN))]
            key = self.trie.table.find(scan.hash(first, first + more))
            for n, k in zip(first.tolist(), key.tolist(), strict=True):
                if k >= 0 and self.trie.spelled(k):
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
        before = 0, ""
        for n, text in zip(words.tolist(), texts, strict=True):
            if may_begin_compound(text):
                lasts = [last for last in (n + 1, n + 2) if last < len(scan) and joins[n + 1 : last + 1].all()]
                spans += [(n, last) for last in lasts if len(terms_of(self._between(scan, n, last))) == 1]
            elif before[0] == n - 1 and may_end_compound(text) and joins[n] and not may_begin_compound(before[1]):
                spans.append((n - 1, n))
            before = n, text
        declining = scan.declining[[first for first, _ in spans]]
        leading, leads = self._leads.leading([self._between(scan, *span) for span in spans], declining)
        return [spans[n] for n in leading.tolist()], leads

    @staticmethod
    def _between(scan: Scan, first: int, last: int) -> str:
        return scan.text[scan.start[first] : scan.end[last]]

    # -- acronyms ------------------------------------------------------------------------------------------------

    def _acronym_windows(self, scan: Scan) -> Spans:
        length = scan.end - scan.start
        short = np.flatnonzero(scan.upper & (length > 1) & (length <= _ACRONYM))
        places = short[scan.capitals(short)]
        texts = [scan.text[a:b] for a, b in zip(scan.start[places].tolist(), scan.end[places].tolist(), strict=True)]
        if len(self._acronyms) > _KNOWN_ACRONYMS:
            self._acronyms = {}
        known = self._acronyms
        unknown = [text for text in dict.fromkeys(texts) if text not in known]
        found = self.index.lookup_many("acronym", [text.lower() for text in unknown])
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


def _is_type(word: str) -> bool:
    return "type" in slots_of(word)


@lru_cache(maxsize=_KNOWN_NEIGHBOURS)
def _begins_type(word: str) -> bool:
    """Whether a word begins a type word of two (air base, refugee camp)."""
    return any(len(phrase) == 2 and _is_type(" ".join(phrase)) for phrase in lexicon().starts(fold_text(word)))


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
        for n in first[among(scan.hash(first, first + more), hashes)].tolist():
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


@lru_cache(maxsize=_KNOWN_NEIGHBOURS)
def _is_particle(word: str) -> bool:
    if "function" not in slots_of(word):
        return False
    senses = [s for s in senses_of(word) if s.slot == "function"]
    return any(s.form != "conjunction" for s in senses) and all(s.lang != "en" for s in senses)


def _full_names(scan: Scan, joins: Bools, first: int, last: int) -> Iterator[Window]:
    """A window with what follows a surname, or a surname and a given name, in lists of people.

    «Стрельников Павел Васильевич»; Strelnikov, Pavel.
    """
    text, start, end = scan.text, scan.start, scan.end
    after = last + 1
    if scan.gap[after] == Gap.COMMA:
        if first != last or role_of(senses_of(text[start[after] : end[after]])) != "given":
            return
        yield first, after
        after += 1
    if (
        after < len(scan)
        and after > first + 1
        and joins[after]
        and is_patronymic(text[start[after] : end[after]].lower())
    ):
        yield first, after


def _widened(scan: Scan, joins: Bools, windows: Spans) -> Iterator[Window]:
    """Windows with the type word after or before them (Belgorod region, город Белгород), or a particle before them."""
    text, start, end = scan.text, scan.start, scan.end
    count = len(scan)
    for first, last in _widening(scan, joins, *unpacked(windows)):
        behind = list(_typed_behind(scan, joins, last))
        for further in behind:
            yield first, further
        if last + 1 < count and scan.upper[last + 1]:
            yield from _full_names(scan, joins, first, last)
        lead = first
        while lead and joins[lead] and end[lead - 1] - start[lead - 1] == 1 and scan.upper[lead - 1]:
            letter, small = text[start[lead - 1]], lead > 1 and joins[lead - 1] and not scan.upper[lead - 2]
            if text[end[lead - 1]] not in ".-" or is_no_initial(letter, bool(small), bool(scan.romance[lead - 1])):
                break
            lead -= 1
            yield lead, last  # initials
        if first and joins[first]:
            word = text[start[first - 1] : end[first - 1]]
            if _is_type(word) or _is_particle(word):
                yield first - 1, last
                for further in behind:
                    yield first - 1, further
                if first > 1 and joins[first - 1] and _is_particle(text[start[first - 2] : end[first - 1]]):
                    yield first - 2, last  # von der Leyen
            of = is_of(word) and first > 1 and joins[first - 1]
            if of and _is_type(text[start[first - 2] : end[first - 2]]):
                yield first - 2, last


def _typed_behind(scan: Scan, joins: Bools, last: int) -> Iterator[int]:
    """Where type words end that stand right behind a window (Belgorod region, Al Jufra air base)."""
    after = last + 1
    if after < len(scan) and joins[after]:
        word = scan.text[scan.start[after] : scan.end[after]]
        if _is_type(word):
            yield after
        if after + 1 < len(scan) and joins[after + 1] and _begins_type(word):
            both = f"{word} {scan.text[scan.start[after + 1] : scan.end[after + 1]]}"
            if _is_type(both):
                yield after + 1


def _widening(scan: Scan, joins: Bools, first: Ints, last: Ints) -> Iterator[Window]:
    """The windows that have a word beside them which may belong to them: few, so that all others cost arrays only."""
    before, after = np.maximum(first - 1, 0), np.minimum(last + 1, len(scan) - 1)
    left, right = (first > 0) & joins[first], (last + 1 < len(scan)) & (joins[after] | (scan.gap[after] == Gap.COMMA))
    wide = left & scan.upper[before] & (scan.end[before] - scan.start[before] == 1)
    for able, beside, belongs in ((left & ~wide, before, _leads), (right, after, _follows)):
        places = np.flatnonzero(able)
        tokens = beside[places]
        texts = zip(scan.start[tokens].tolist(), scan.end[tokens].tolist(), strict=True)
        wide[places] |= np.fromiter((belongs(scan.text[a:b]) for a, b in texts), np.bool_, len(places))
    yield from zip(first[wide].tolist(), last[wide].tolist(), strict=True)


@lru_cache(maxsize=_KNOWN_NEIGHBOURS)
def _leads(word: str) -> bool:
    """Whether a word before a window may belong to it."""
    return _is_type(word) or _is_particle(word) or is_of(word)


@lru_cache(maxsize=_KNOWN_NEIGHBOURS)
def _follows(word: str) -> bool:
    """Whether a word behind a window may belong to it: a type word, or more of a full name."""
    return _is_type(word) or _begins_type(word) or is_patronymic(word.lower()) or role_of(senses_of(word)) == "given"
