"""Mention detection: from a text to the spans that may name an entity, each with scored candidates.

Every word of the text looks up the words of the gazetteer it could stand for; words that lead to the same alias
and stand together form a window, and the window is scored by the same features as a single name. To follow the
algorithm, start at `find_spans`. Overlaps are settled by the rule ``most_covered``: the span whose score times
covered letters is greatest wins, then the leftmost.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from entitynorm.candidates import rank
from entitynorm.features import IndexedAlias, place_senses
from entitynorm.index import ANCHORLESS, CACHED_WINDOWS, Index
from entitynorm.model import Candidate
from entitynorm.names.acronyms import is_acronym
from entitynorm.names.lexicon import lexicon
from entitynorm.names.structure import Name, Unit, name_in, parse_units
from entitynorm.names.types import entity_class
from entitynorm.scoring import Scorer
from entitynorm.surroundings import Surroundings
from entitynorm.text.tokens import Gap

_FLOOR = 0.05
"""Candidates below this are not worth keeping for a span of running text."""
COMMON = 400
"""Aliases that one word may lead to; a word of more names (New, Saint, General) needs another beside it."""
_LONGEST_LISTED = 6
_MOST_BETWEEN = 3
"""Function words that may stand between two words of a name (of the, за свободу)."""


@dataclass(frozen=True, slots=True)
class Span:
    """Units ``first`` to ``last`` of a text, and what they may name, best first."""

    first: int
    last: int
    start: int
    end: int
    candidates: tuple[Candidate, ...]
    partial: bool = False
    """Only part of a name (a surname alone): the document may complete it."""

    @property
    def priority(self) -> float:
        """Score times covered letters; what decides between overlapping spans."""
        return (self.candidates[0].score if self.candidates else 0.0) * (self.end - self.start)


def _is(unit: Unit, kind: str) -> bool:
    return any(s.slot == "function" and s.form == kind for s in unit.senses)


def _part_of_person(unit: Unit) -> bool:
    return unit.role == "initial" or unit.is_patronymic


def _joined(units: Sequence[Unit], before: int, after: int, target: IndexedAlias) -> bool:
    """Whether units ``before`` and ``after`` can belong to one name, going by what stands between them."""
    alias = target.alias.text
    conjunction = any(_is(u, "conjunction") for u in target.units)
    person = target.kind == "PERSON"
    between = range(before + 1, after)
    if len(between) > _MOST_BETWEEN or any(
        units[k].role != "function" and not (person and _part_of_person(units[k])) for k in between
    ):
        return False
    if any(_is(units[k], "adverb") or (not conjunction and _is(units[k], "conjunction")) for k in between):
        return False
    for k in range(before + 1, after + 1):
        gap = units[k].gap
        if gap <= Gap.JOIN:
            continue
        if gap == Gap.COMMA and "," in alias and not between:
            continue
        if gap == Gap.STOP and "." in alias and not between and units[k].start == units[k - 1].end + 1:
            continue  # Hromadske.TV
        previous = units[k - 1]
        if gap == Gap.STOP and (
            previous.role == "initial"
            or previous.kind == "dotted"
            or (len(previous.phrase) <= 3 and previous.role == "type")
        ):
            continue
        return False
    return True


def _chains(units: Sequence[Unit], positions: Sequence[int], target: IndexedAlias) -> list[list[int]]:
    chains: list[list[int]] = []
    for p in positions:
        if chains and _joined(units, chains[-1][-1], p, target):
            chains[-1].append(p)
        else:
            chains.append([p])
    return chains


def _windows(chain: Sequence[int], size: int) -> list[tuple[int, int]]:
    """The stretches of a chain with at most ``size`` hits, the longest first."""
    n = min(len(chain), size)
    out = [
        (chain[k], chain[k + length - 1])
        for length in range(n, max(0, n - 2), -1)
        for k in range(len(chain) - length + 1)
    ]
    return out[:24]


def _written_as_name(units: Sequence[Unit], first: int, last: int, target: IndexedAlias) -> bool:
    """Whether a window is written as names are: capitals where the language asks for them.

    Latin script: every word but type words and those the alias itself writes small. Cyrillic: the first word.
    """
    lower = {w.fold for u in target.units for w in u.words if w.shape == "lower"}
    content = [u for u in units[first : last + 1] if u.role != "function"]
    begins_small = next((u for u in target.units if u.role != "function"), target.units[0]).words[0].shape == "lower"
    if not content[0].capitalised and not begins_small:
        return False
    described = all(u.role in ("country", "type") or not u.capitalised for u in content)
    if described and any(u.role != "country" for u in content) and content[0].words[0].script == "Latn":
        return False  # "Ukraine's military" describes; "Ukrainian Military" names
    for k, unit in enumerate(content):
        if unit.capitalised or (unit.types and k) or all(w.fold in lower for w in unit.words):
            continue
        if unit.words[0].script == "Cyrl" and k and unit.role in ("concept", "type", "country", "title"):
            continue
        return False
    return not (len(content) == 1 and content[0].is_adjective)


def _same_type(a: Unit, b: Unit) -> bool:
    """Whether a type word of the text is one of the alias: region is oblast, small "fighters" are no "Group"."""
    if a.types & b.types:
        return True
    if not a.capitalised and not place_senses([a]):
        return False
    senses = {s for t in a.types for s in lexicon().type_word(t).senses}
    return any(s in senses for t in b.types for s in lexicon().type_word(t).senses)


_QUOTATION_MARKS = (("«", "»"), ("“", "”"), ("„", "“”"), ("‚", "‘’"), ('"', '"'))


def with_quotation_marks(text: str, start: int, end: int) -> tuple[int, int]:
    """A span, grown by the one quotation mark beside it whose partner it holds (батальон «Дрок»).

    Spans end with their words; half a pair of quotation marks left behind would stay in the text when the name
    is replaced.
    """
    inside, before, after = text[start:end], text[start - 1 : start], text[end : end + 1]
    for opening, closing in _QUOTATION_MARKS:
        opened, closed = inside.count(opening), sum(map(inside.count, closing))
        odd = opened % 2 == 1 if opening == closing else False
        if after and after in closing and (opened > closed or odd):
            return start, end + 1
        if before == opening and (closed > opened or odd):
            return start - 1, end
    return start, end


class Finder:
    """Finds the spans of one text."""

    def __init__(self, index: Index, scorer: Scorer, text: str) -> None:
        self.index = index
        self.scorer = scorer
        self.text = text
        self.units = parse_units(text, running=True)
        self.surroundings = Surroundings(index, text, self.units)

    def find_spans(self) -> list[Span]:
        """All spans with a candidate worth keeping, overlaps included, in text order."""
        windows: dict[tuple[int, int], dict[int, IndexedAlias]] = defaultdict(dict)
        for number, positions in self._hits().items():
            target = self.index.aliases[number]
            size = sum(u.role != "function" for u in target.units)
            for chain in _chains(self.units, positions, target):
                for first, last in _windows(chain, size):
                    begin = self._with_particles(target, first)
                    if self._worth(target, first, last) and self._whole_tokens(begin, last):
                        windows[begin, last][number] = target
        for window in filter(lambda w: self._whole_tokens(*w), self._glued()):
            name = name_in(self.text, self.units, *window)
            for number in self.index.squeezed.get(name.squeezed, ()):
                windows[window][number] = self.index.aliases[number]
        for (first, last), number in self._listed():
            target = self.index.aliases[number]
            if self._whole_tokens(first, last) and _written_as_name(self.units, first, last, target):
                windows[first, last][number] = target
        for k, unit in enumerate(self.units):
            if is_acronym(unit) and self.index.acronym_owners(unit):
                windows.setdefault((k, k), {})
        spans = []
        for (first, last), aliases in sorted(windows.items()):
            span = self._span(first, last, list(aliases.values()))
            if span is not None:
                spans.append(span)
        return spans

    def _listed(self) -> Iterator[tuple[tuple[int, int], int]]:
        """Windows spelled like an alias whose words are all common ones (New City), which no single word leads to."""
        for first, unit in enumerate(self.units):
            if unit.role == "function" or len(self.index.hits(unit)) <= COMMON:
                continue
            phrase = unit.phrase
            for last in range(first, min(first + _LONGEST_LISTED, len(self.units))):
                if last > first:
                    if self.units[last].gap > Gap.JOIN:
                        break
                    phrase = f"{phrase} {self.units[last].phrase}"
                for number in self.index.exact.get(phrase, ()):
                    yield (first, last), number

    def _hits(self) -> dict[int, list[int]]:
        found: dict[int, set[int]] = defaultdict(set)
        common: list[tuple[int, Mapping[int, tuple[int, ...]]]] = []
        for k, unit in enumerate(self.units):
            if unit.role == "function":
                continue
            if unit.role in ("core", "given") and not unit.capitalised and not self.index.may_be_small(unit):
                continue
            hits = self.index.hits(unit)
            weak = unit.role in ANCHORLESS
            if weak or len(hits) > COMMON:
                common.append((k, hits))
            if len(hits) <= COMMON:
                for number in hits:
                    if not weak or number in self.index.anchorless:
                        found[number].add(k)
        # A country, a title or a word that many names share finds none by itself, but completes those found by another.
        for k, hits in common:
            for number in found.keys() & hits.keys():
                found[number].add(k)
        # A type word joins the alias whose other words stand beside it.
        typed = {k for k, unit in enumerate(self.units) if unit.types}
        for number, positions in found.items():
            if typed and any(u.types for u in self.index.aliases[number].units):
                positions |= {k + step for k in positions for step in (-1, 1, 2)} & typed
        return {number: sorted(positions) for number, positions in found.items()}

    def _worth(self, target: IndexedAlias, first: int, last: int) -> bool:
        """Cheap tests before a window is scored."""
        hit: set[int] = set()
        anchored = False
        for unit in self.units[first : last + 1]:
            for j in self.index.hits(unit).get(target.number, ()):
                hit.add(j)
                anchored = anchored or target.units[j].role not in ANCHORLESS
            if unit.types:
                hit |= {j for j, u in enumerate(target.units) if u.types}
        if not anchored and target.number not in self.index.anchorless:
            return False
        weight = sum(target.weights[j] for j in hit)
        enough = weight >= 0.45 * target.total or (target.surname is not None and target.surname in hit)
        if not enough:
            return False
        if self.units[first].role == "type" and not any(u.types & self.units[first].types for u in target.units[:1]):
            return False  # "town of X", "district of X": the type word stays outside
        if self.units[last].role == "type" and not any(_same_type(self.units[last], u) for u in target.units):
            return False
        return _written_as_name(self.units, first, last, target)

    def _with_particles(self, target: IndexedAlias, first: int) -> int:
        """Where a window begins when the alias begins with a particle that the text has too (El Fasher, Al-Shifa)."""
        led = target.surname if target.surname else 1
        wanted = {s.id for s in target.units[led - 1].senses if s.slot == "function" and s.form != "conjunction"}
        if first and wanted and self.units[first].gap <= Gap.JOIN:
            particle = self.units[first - 1]
            before = {s.id for s in particle.senses if s.slot == "function" and s.lang != "en"}
            if wanted & before and (particle.capitalised or target.kind == "PERSON"):
                return first - 1
        return first

    def _with_initials(self, last: int, end: int) -> tuple[int, int]:
        """Where a person ends when initials follow (Путин В.В.)."""
        k = last + 1
        while k < len(self.units) and self.units[k].role == "initial" and self.units[k].gap in (Gap.JOIN, Gap.STOP):
            k += 1
        if k > last + 1 or self.units[last].role == "initial":
            end = self.units[k - 1].end
            end += self.text[end : end + 1] == "."
        return k - 1, end

    def _whole_tokens(self, first: int, last: int) -> bool:
        """Whether a window takes in all of every handle, domain name and compound that it touches."""
        units = self.units
        for k in (first, last + 1):  # #ЖывеБеларусь is one word
            if 0 < k < len(units) and units[k].kind == units[k - 1].kind == "hashtag" and units[k].gap == Gap.NONE:
                return False
        return (first == 0 or units[first - 1].start < units[first].start) and (
            last + 1 == len(units) or units[last].start < units[last + 1].start
        )

    def _glued(self) -> list[tuple[int, int]]:
        """Single tokens and neighbours that may be a name written together (BTR82A, kyivindependent.com)."""
        out = []
        for k, unit in enumerate(self.units):
            if unit.role != "function" and (unit.capitalised or unit.kind in ("domain", "handle", "hashtag")):
                out.append((k, k))
                if k + 1 < len(self.units):
                    after = self.units[k + 1]
                    if after.gap <= Gap.JOIN and after.capitalised and after.role != "function":
                        out.append((k, k + 1))
            if unit.kind in ("domain", "handle") and (not k or self.units[k - 1].start < unit.start):
                same = [n for n in range(k, min(len(self.units), k + 12)) if self.units[n].start == unit.start]
                out.append((k, same[-1]))  # @TheStudyofWar
        return list(dict.fromkeys(out))

    def _ranked(self, name: Name, aliases: Sequence[IndexedAlias]) -> tuple[Candidate, ...]:
        """The candidates of a window; names recur in news, so the answer for the same words is kept."""
        known = (
            tuple((u.words, u.role, u.senses) for u in name.units),
            tuple(a.number for a in aliases),
            self.scorer.name,
        )
        found = self.index.ranked.get(known)
        if found is None:
            if len(self.index.ranked) >= CACHED_WINDOWS:
                self.index.ranked.clear()
            candidates = rank(self.index, name.units, name, self.scorer, aliases=aliases)
            found = self.index.ranked[known] = tuple(c for c in candidates if c.score >= _FLOOR)
        return found

    def _span(self, first: int, last: int, aliases: Sequence[IndexedAlias]) -> Span | None:
        units = self.units[first : last + 1]
        name = name_in(self.text, self.units, first, last)
        candidates = self._ranked(name, aliases)
        if not candidates:
            return None
        kept = [c for c in candidates if not self.surroundings.contradict(first, last, c)]
        if not kept:
            return None
        start, end = units[0].start, units[-1].end
        if self.text[end : end + 1] == "." and any(s.form == "abbreviation" for s in units[-1].senses):
            end += 1
        if entity_class(kept[0].type) == "PERSON":
            last, end = self._with_initials(last, end)
        partial = any(e.feature == "surname_alone" for e in kept[0].evidence)
        return Span(first, last, start, end, tuple(kept), partial)


def find_spans(index: Index, scorer: Scorer, text: str) -> tuple[list[Span], tuple[Unit, ...]]:
    """The spans of a text that may name an entity, and the units of the text."""
    finder = Finder(index, scorer, text)
    return finder.find_spans(), finder.units


def most_covered(spans: Sequence[Span]) -> list[Span]:
    """Settle overlaps: score times covered letters decides, then the leftmost; the result is in text order."""
    taken: list[Span] = []  # always in text order, so that only two neighbours can stand in the way
    starts: list[int] = []
    for span in sorted(spans, key=lambda s: (-s.priority, s.start, s.end)):
        k = bisect_left(starts, span.start)
        free_left = k == 0 or taken[k - 1].end <= span.start
        if free_left and (k == len(taken) or span.end <= taken[k].start):
            taken.insert(k, span)
            starts.insert(k, span.start)
    return taken


def with_candidates(span: Span, candidates: Sequence[Candidate]) -> Span:
    """The same span with its candidates ranked anew."""
    return replace(span, candidates=tuple(sorted(candidates, key=lambda c: (-c.score, c.id))))
