"""Mention detection: from texts to the spans that may name an entity, each with scored candidates.

Blocks of texts become windows (`entitynorm.tagging`), a window is resolved as a name would be, and what stands around
it may contradict (`entitynorm.surroundings`). To follow the algorithm, start at `Reader.read`. Overlaps are settled by
`most_covered`: the span whose score times covered letters is greatest wins, then the leftmost.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, islice, takewhile
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from entitynorm.casing import is_ordinary_word, written_as_name
from entitynorm.edges import edges
from entitynorm.evidence import CONTRARY
from entitynorm.model import Candidate, Evidence
from entitynorm.names.structure import parse
from entitynorm.names.types import entity_class
from entitynorm.resolver import Resolver
from entitynorm.scored import features_of, short_form
from entitynorm.scoring import plus
from entitynorm.sentences import Sentences, sentences_of
from entitynorm.spans import CERTAIN, Reading, Span, is_common_part, reading_of
from entitynorm.surroundings import Surroundings
from entitynorm.tagging.proclitics import behind_prefixes
from entitynorm.tagging.scan import SEPARATOR, Scan
from entitynorm.tagging.windows import WindowFinder, signed
from entitynorm.text.quotation import quoted_alone
from entitynorm.untyped import with_untyped

_MARK, _FAR = 1, 120
"""Code points of a mark that a mention takes in, and of the longest window of a name."""
FLOOR = 0.002
"""Candidates below this are not worth keeping for a span of running text: no document could confirm them."""
_DOT = ord(".")
_UNTYPED = frozenset({"place_type_missing"})
_SETTLED_HOW = frozenset({"acronym", "untyped"})
_PARTIAL = frozenset({"missing", "surname_alone", "place_type_missing"})
_STRANGE = CONTRARY | {"extra", "both"}
_CASE_FORM = frozenset({"inflected", "one_script"})
_DECLINED = 2.0
"""Log-odds for a case form where the language has them; written, not fitted."""
_ORDINARY = -3.0
"""Log-odds against an ordinary word where names are many; written, not fitted."""
_BATCH = 1_024
"""Surface forms that are resolved together."""
_READINGS_KEPT = 65_536
_CANDIDATES_KEPT = 20_000
"""Surface forms, and candidates of surface forms, that are remembered; a candidate with its evidence takes some kB."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text being read: its sentences, and the spans found in it, overlaps included, in text order."""

    text: str
    sentences: Sentences
    spans: tuple[Span, ...]


def _by_weight(found: tuple[int, int, Reading]) -> tuple[float, int, int]:
    start, end, reading = found
    return -reading.candidates[0].score * (end - start), start, end


class _Language(NamedTuple):
    """What the language of a text in Latin letters says of names."""

    declining: bool = False
    """It declines them."""
    romance: bool = False
    """Only their first word has a capital."""


_LANGUAGES = [_Language(declining, romance) for declining in (False, True) for romance in (False, True)]
"""By twice whether they decline names, and once whether they are Romance."""


class _Window(NamedTuple):
    """A stretch of a text, in code points, that may name an entity."""

    start: int
    end: int
    language: _Language
    spelled: bool
    """Whether it is spelled like an alias."""


class _Parts(NamedTuple):
    """Windows of a block that may be part of a name: code points, how the text declines, the alias of a layer."""

    start: NDArray[np.int64]
    end: NDArray[np.int64]
    declining: NDArray[np.bool_]
    romance: NDArray[np.bool_]
    alias: NDArray[np.int64]


class _Page:
    """A text while it is read: the spans found so far, and where nothing inside needs a look."""

    def __init__(self, text: str, resolver: Resolver, context: bool) -> None:
        self.text = text
        self._resolver = resolver
        self._sentences = sentences_of(text)
        self._surroundings = Surroundings(resolver, text, self._sentences, context=context)
        self._spans: list[Span] = []
        self._windows: list[tuple[int, int]] = []
        """The window of each span, which a span may reach out of."""
        # Where nothing inside needs a look, in text order; two that overlap are rare, and one is enough.
        self._settled_from: list[int] = []
        self._settled_to: list[int] = []

    def is_of(self, languages: Iterable[_Language]) -> None:
        """Take notice of what the languages of the windows say of names."""
        self._surroundings.declining = any(one.declining for one in languages)
        self._surroundings.romance = any(one.romance for one in languages)

    def settles(self, start: int, end: int) -> bool:
        """Whether a stretch lies inside a name that nothing contests."""
        place = bisect_right(self._settled_from, start)
        return place > 0 and end <= self._settled_to[place - 1]

    def unsettled(self, windows: Iterable[_Window]) -> list[_Window]:
        """The windows that do not lie inside a name that nothing contests."""
        if not self._settled_from:
            return list(windows)
        return [window for window in windows if not self.settles(window.start, window.end)]

    def _parts_a_name(self, start: int, end: int) -> bool:
        """Whether a stretch parts a name that nothing contests (Zeitung Solvanka | Herald)."""
        inside = bisect_left(self._settled_from, start)
        if inside and start < self._settled_to[inside - 1] < end:
            return True
        for k in range(inside, bisect_left(self._settled_from, end, inside)):
            if self._settled_from[k] > start and self._settled_to[k] > end:
                return True
        return False

    def take(self, found: Iterable[tuple[int, int, Reading]]) -> None:
        """Take windows with what they mean, the likeliest and longest first."""
        for start, end, reading in found:
            if self.settles(start, end) or self._parts_a_name(start, end):
                continue
            span = self._span(start, end, reading)
            if span is not None:
                self._spans.append(span)
                self._windows.append((start, end))
                if len(span.candidates) == 1 and span.candidates[0].score >= 1.0:
                    place = bisect_right(self._settled_from, start)
                    self._settled_from.insert(place, start)
                    self._settled_to.insert(place, end)

    @property
    def named(self) -> set[str]:
        """The ids of the entities that the text names for certain, as far as it is read."""
        return {span.candidates[0].id for span in self._spans if span.candidates[0].score >= CERTAIN}

    def read(self) -> Text:
        """The text as it was read."""
        self._draw_back()
        self._spans.sort(key=lambda span: (span.start, span.end))
        certain: dict[tuple[int, str], Span] = {}  # the shortest of an end and entity, since it stands last
        certain.update(((s.end, s.candidates[0].id), s) for s in self._spans if s.candidates[0].score >= CERTAIN)
        spans = (s for s in self._spans if not self._only_adds(s, certain.get((s.end, s.candidates[0].id), s)))
        return Text(self.text, self._sentences, tuple(map(self._at_least_its_part, spans)))

    def _draw_back(self) -> None:
        """Leave the words beside people to the names that these words are windows of (Lin Bao | Kara Lake)."""
        grown = [
            n
            for n, (span, (a, b)) in enumerate(zip(self._spans, self._windows, strict=True))
            if span.end > b + _MARK or span.start < a - _MARK
        ]
        if not grown:
            return
        order = sorted(range(len(self._spans)), key=lambda n: self._windows[n])
        starts = [self._windows[n][0] for n in order]
        for n in grown:
            span, (start, end) = self._spans[n], self._windows[n]
            near = order[bisect_left(starts, span.start - _FAR) : bisect_left(starts, span.end)]
            others = [self._windows[k] for k in near if self._spans[k].candidates[0].id != span.candidates[0].id]
            begin = start if any(a < start and span.start < b for a, b in others) else span.start
            final = end if any(a < span.end and end < b for a, b in others) else span.end
            self._spans[n] = span._replace(start=begin, end=final)

    def _at_least_its_part(self, span: Span) -> Span:
        """A person of several names, as likely as any of these by itself (Pedro Sánchez, beside Sánchez)."""
        best = span.candidates[0]
        if best.score >= CERTAIN or entity_class(best.type) != "PERSON" or not features_of(best).isdisjoint(_STRANGE):
            return span
        first = bisect_left(self._spans, span.start, key=lambda s: s.start)
        inside = takewhile(lambda s: s.start < span.end, islice(self._spans, first, None))
        part = max(s.candidates[0].score for s in inside if s.end <= span.end and s.candidates[0].id == best.id)
        if part <= best.score or part >= 1.0:
            return span
        shift = math.log(part / (1 - part)) - math.log(best.score / (1 - best.score))
        told = Evidence("inner", 1.0, shift, "part of it is likelier by itself")
        return span.with_candidates([plus(best, told), *span.candidates[1:]])

    def _only_adds(self, span: Span, shorter: Span) -> bool:
        """Whether a span only adds small words or a prefix to one that stands for itself (agency TASS).

        A word before a quotation belongs to the name, unless what is quoted is listed.
        """
        added = self.text[span.start : shorter.start]
        if added.isalpha():
            return True
        if not added.islower() or entity_class(span.candidates[0].type) == "PERSON":  # von der Leyen
            return False
        return shorter.candidates[0].score >= 1.0 or all(letter.isalpha() or letter.isspace() for letter in added)

    def _span(self, start: int, end: int, reading: Reading) -> Span | None:
        if reading.loud and self._is_shouted(start):
            return None
        kept = self._surroundings.kept(start, end, reading)
        if reading.common and not quoted_alone(self.text, start, end):
            kept = tuple(c for c in kept if not is_common_part(c))
        if not kept:
            return None
        start, end = edges(self.text, start, end, kept[0], self._surroundings, self._resolver.spells)
        return Span(start, end, kept, kept[0].score < 1.0 and "surname_alone" in features_of(kept[0]))

    def _is_shouted(self, start: int) -> bool:
        """Whether all of a sentence is in capitals: there AS and MIT are no acronyms."""
        sentence = self._sentences.at(start)
        return self.text[sentence.begin : sentence.end].isupper()


class Reader:
    """Finds spans in texts, many at a time; what surface forms mean is remembered, within bounds."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver
        self._finders = [WindowFinder(layer.index, layer.searcher) for layer in resolver.layers]
        self._kept = 0
        self._readings: dict[tuple[str, _Language], Reading] = {}

    def read(self, texts: Sequence[str], *, context: bool = True, declines: bool | None = None) -> list[Text]:
        """The spans of each text that may name an entity; ``context=False`` looks at each in its sentence only.

        ``declines``: whether the language of the texts declines names in Latin letters, where it is known.
        """
        pages = [_Page(text, self.resolver, context) for text in texts]
        windows, parts = self._windows(texts, declines)
        for page, some in zip(pages, windows, strict=True):
            page.is_of({w.language for w in some})
        # What is spelled like a name comes first: windows inside a name that nothing contests are not even resolved.
        for spelled in (True, False):
            wanted = [
                page.unsettled(w for w in some if w.spelled is spelled)
                for page, some in zip(pages, windows, strict=True)
            ]
            both = list(zip(pages, wanted, strict=True))
            surfaces = [(page.text[w.start : w.end], w.language) for page, some in both for w in some]
            readings = iter(self._resolved(surfaces))
            for page, some in both:
                meant = zip(some, islice(readings, len(some)), strict=True)
                found = [(w.start, w.end, reading) for w, reading in meant if reading.candidates]
                page.take(sorted(found, key=_by_weight))
        if context:
            self._take_parts(pages, parts)
        return [page.read() for page in pages]

    def _windows(self, texts: Sequence[str], declines: bool | None) -> tuple[list[list[_Window]], list[_Parts]]:
        """The windows of each text, in order, and those that may be part of a name, of each layer."""
        scan = Scan(SEPARATOR.join(texts), declines=declines)
        found: list[_Window] = []
        parts: list[_Parts] = []
        for finder in self._finders:
            some = finder.find(scan)
            whole = some.parts
            there = scan.declining[whole.first], scan.romance[whole.first]
            parts.append(_Parts(scan.start[whole.first], scan.end[whole.last], *there, whole.alias))
            starts, ends = scan.start[some.first], scan.end[some.last]
            ends = ends + _followed_by_its_dot(scan, starts, ends)
            languages = (2 * scan.declining[some.first] + scan.romance[some.first]).tolist()
            told = starts.tolist(), ends.tolist(), map(_LANGUAGES.__getitem__, languages), some.spelled.tolist()
            found += map(_Window, *told)
        if len(parts) > 1:  # of two layers that know a window, one may spell it: that comes last
            found = list({(one.start, one.end): one for one in sorted(found)}.values())
        offset = k = 0
        out: list[list[_Window]] = []
        for text in texts:
            end = offset + len(text)
            begin, k = k, bisect_left(found, end, k, key=lambda window: window.start)
            here = found[begin:k]
            if offset:
                here = [_Window(a - offset, b - offset, language, spelled) for a, b, language, spelled in here]
            own = {(a, b): _Window(a, b, _Language(), False) for a, b in signed(text)}
            prefixed = behind_prefixes(text, self.resolver.spells)
            own.update(((a, b), _Window(a, b, _Language(), True)) for a, b in prefixed)
            if own:
                own.update(((one.start, one.end), one) for one in here)
                here = sorted(own.values())
            out.append(here)
            offset = end + len(SEPARATOR)
        return out, parts

    def _take_parts(self, pages: Sequence[_Page], parts: Sequence[_Parts]) -> None:
        """Look for parts of the names that a text has whole: among many names only these are worth a look."""
        offsets = list(accumulate((len(page.text) + len(SEPARATOR) for page in pages), initial=0))
        places = [[self.resolver.place_of(entity_id) for entity_id in page.named] for page in pages]
        asked: dict[tuple[int, int, int, _Language], list[tuple[int, int]]] = {}
        for level, (layer, some) in enumerate(zip(self.resolver.layers, parts, strict=True)):
            if not len(some.alias):
                continue
            owner = layer.index.arrays["alias_entity"][some.alias]
            whole = [{place[1] for place in found if place and place[0] is layer} for found in places]
            known = np.array(sorted(set().union(*whole)), np.int64)
            for k in np.flatnonzero(np.isin(owner, known)).tolist():
                n = bisect_right(offsets, int(some.start[k])) - 1
                start, end = int(some.start[k]) - offsets[n], int(some.end[k]) - offsets[n]
                if int(owner[k]) in whole[n] and not pages[n].settles(start, end):
                    language = _LANGUAGES[2 * int(some.declining[k]) + int(some.romance[k])]
                    asked.setdefault((n, start, end, language), []).append((level, int(some.alias[k])))
        for (n, start, end, language), aliases in asked.items():
            surface = pages[n].text[start:end]
            reading = self._reading(surface, self.resolver.parts(surface, aliases, language.declining), language)
            if reading.candidates:
                pages[n].take([(start, end, reading)])

    def _resolved(self, surfaces: Sequence[tuple[str, _Language]]) -> list[Reading]:
        """What surface forms mean, each with what the language of its text says of names."""
        if len(self._readings) > _READINGS_KEPT or self._kept > _CANDIDATES_KEPT:
            self._readings, self._kept = {}, 0
        known = self._readings
        # Answered from a dict of this call's own: another thread may begin a new memory meanwhile.
        asked = dict.fromkeys(surfaces)
        out = {s: found for s in asked if (found := known.get(s)) is not None}
        unknown = [s for s in asked if s not in out] if len(out) < len(asked) else []
        for declining in (False, True):
            wanted = [one for one in unknown if one[1].declining == declining]
            for k in range(0, len(wanted), _BATCH):
                batch = wanted[k : k + _BATCH]
                names = [surface for surface, _ in batch]
                answers = self.resolver.candidates(names, windows="declining" if declining else "plain")
                for (surface, language), (candidates, _) in zip(batch, answers, strict=True):
                    reading = self._reading(surface, candidates, language)
                    self._kept += len(reading.candidates)
                    known[surface, language] = out[surface, language] = reading
        return [out[surface] for surface in surfaces]

    def _reading(self, surface: str, candidates: Iterable[Candidate], language: _Language) -> Reading:
        """What a surface form means as far as running text lets it."""
        units = parse(surface).units
        likely = (c for c in with_untyped(units, candidates, self.resolver) if c.score >= FLOOR)
        kept = [self._weighed(c) for c in likely if written_as_name(units, surface, c, *language)]
        if language.declining and units and units[0].words[0].script == "Latn":
            kept = [_declined(c) for c in kept]
        if is_ordinary_word(surface):
            kept = [self._doubted(c) for c in kept]
        return reading_of(surface, tuple(sorted(kept, key=lambda c: (-c.score, c.id))), self.resolver)

    def _weighed(self, candidate: Candidate) -> Candidate:
        """A candidate with what running text adds: among many names, part of a name is not enough by itself."""
        if candidate.score >= 1.0:
            return candidate
        place = self.resolver.place_of(candidate.id)
        features = features_of(candidate)
        few = place is None or place[0].index.few
        if not features.isdisjoint(_SETTLED_HOW) or not features & (_UNTYPED if few else _PARTIAL):
            return candidate
        return candidate if "short_form" in features else plus(candidate, short_form())

    def _doubted(self, candidate: Candidate) -> Candidate:
        """A candidate for an ordinary word: among many names, a capital is not enough to make a name of it."""
        place = self.resolver.place_of(candidate.id)
        if place is None or place[0].index.few:
            return candidate
        return plus(candidate, Evidence("ordinary", 1.0, _ORDINARY, "an ordinary word, as many a name is"))


def _declined(candidate: Candidate) -> Candidate:
    """A candidate whose name stands in a case form, in a text of a language that has them in Latin letters.

    A name by itself may be of any language, and in most of them an ending makes another name.
    """
    if not features_of(candidate) >= _CASE_FORM:
        return candidate
    return plus(candidate, Evidence("declined", 1.0, _DECLINED, "the language of the text declines names"))


def _followed_by_its_dot(scan: Scan, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether a full stop follows that belongs to a window, as to dotted letters (U.N., D.C.)."""
    found: NDArray[np.bool_] = (ends < len(scan.text)) & (ends - starts > 1)
    found[found] = (scan.codes[ends[found]] == _DOT) & (scan.codes[ends[found] - 2] == _DOT)
    return found
