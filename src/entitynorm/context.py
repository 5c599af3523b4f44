"""What the document adds: evidence for a candidate from the rest of the text, each piece replayable.

- ``declared``: "Russian Volunteer Corps (RVC)" makes RVC that entity for the whole document
- ``full name``: a surname alone is the person whose full name stands elsewhere in the text
- ``country at hand``: an institution without its country belongs to the country that the text around it is about
- ``one sense``: an ambiguous spelling means the entity that the document names unmistakably elsewhere
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import islice

from rapidfuzz.distance import Indel

from entitynorm.evidence import CONTRARY
from entitynorm.gazetteer import Gazetteer
from entitynorm.layers import Stacked
from entitynorm.mentions import Text
from entitynorm.model import Candidate, Evidence
from entitynorm.names.acronyms import derive, long_form
from entitynorm.names.inflection import lemmas
from entitynorm.names.structure import parse
from entitynorm.names.types import entity_class
from entitynorm.resolver import Resolver
from entitynorm.scored import features_of
from entitynorm.scoring import Decider, is_ambiguous, plus, probability
from entitynorm.senses import Senses
from entitynorm.short_forms import PLAUSIBLE, heads, leaves_out_one, means_another, only_qualifies
from entitynorm.spans import CERTAIN, Span, most_covered
from entitynorm.text.folding import fold_text
from entitynorm.text.tokens import script_of

_WEIGHT = 8.0
"""Log-odds that the document can add to a candidate or take from it; written, not fitted."""
_SAME_NAME = 0.8
"""Similarity (Indel) of two full names from which they may be spellings of one."""
_LONG_FORM = 160
"""Code points before a bracket in which the full name of an acronym is looked for."""
_LIKELY = 0.7
"""Least score of a name of several words that shorter ones may stand for; written, not fitted."""
_NEAR = 500
"""Code points on either side that speak for a country at hand."""
_STEP = 60
"""Code points over which a country's voice falls to half."""
_NEEDY = frozenset({"country_missing", "weak", "surname_alone", "acronym", "place_type_missing"})
_LONGEST = 8
"""Letters of an acronym beside a bracket."""
_BRACKETED = re.compile(rf"\([\"'“„«]?([^\W\d_]{{2,{_LONGEST}}}|[^\W\d_]{{1,3}}\d{{1,3}})[\"'”“»]?[),;]")
_OPENING = re.compile(r" \([\"'“„«]?")
_BEFORE_BRACKET = re.compile(rf"(?<!\w)[^\W\d_]{{2,{_LONGEST}}}\Z")


def _certain(span: Span, scorer: Decider) -> Candidate | None:
    if not span.candidates or span.candidates[0].score < CERTAIN:
        return None
    if is_ambiguous(span.candidates, scorer):
        return None
    return span.candidates[0]


def _for(strength: float, detail: str) -> Evidence:
    return Evidence("context_support", strength, _WEIGHT, detail)


def _against(detail: str) -> Evidence:
    return Evidence("context_against", 1.0, -_WEIGHT, detail)


class Context:
    """The document's knowledge, gathered from its certain mentions."""

    def __init__(self, resolver: Resolver, gazetteer: Gazetteer | Stacked, text: Text) -> None:
        self.resolver = resolver
        self.scorer = resolver.scorer
        self.gazetteer = gazetteer
        self.text = text.text
        self.sentences = text.sentences
        covered = most_covered(text.spans)
        self.certain = [(s, c) for s in covered if (c := _certain(s, self.scorer)) is not None]
        self.named: dict[str, int] = defaultdict(int)
        self.full: set[str] = set()
        for span, candidate in self.certain:
            self.named[candidate.id] += 1
            if not span.partial:
                self.full.add(candidate.id)
        likely = list(filter(self._is_likely, covered))
        self._likely = [span for span in likely if span.candidates[0].score >= _LIKELY]
        self._linked = [span for span in likely if span.candidates[0].score >= self.scorer.threshold]
        self.full.update(span.candidates[0].id for span in self._likely)
        self.others: dict[str, str] = {}
        """Acronyms that stand in brackets behind a full name which is linked to nothing: acronym -> that name."""
        self.declared = self._declared()

    def _is_likely(self, span: Span) -> bool:
        """Whether a span of several words likely means its best candidate: enough for shorter ones to mean it too."""
        least = min(_LIKELY, self.scorer.threshold)
        if span.partial or span.candidates[0].score < least or is_ambiguous(span.candidates, self.scorer):
            return False
        return len(parse(self.text[span.start : span.end]).units) > 1

    def _declared(self) -> dict[str, str]:
        """Acronyms in brackets right after (or before) a certain mention: acronym -> entity id.

        One that is written as a word (Cpi) has to consist of the initials of the very mention.
        """
        out: dict[str, str] = {}
        if "(" not in self.text:
            return out
        ends = {span.end: span for span in self._linked} | {span.end: span for span, _ in self.certain}
        starts = {span.start: c for span, c in self.certain}
        for match in _BRACKETED.finditer(self.text):
            acronym = match[1]
            named = ends.get(self._skip_back(match.start(), " \"'”“»’"))
            if named and acronym[0].isupper() and self._shortens(acronym, named):
                out.setdefault(acronym, named.candidates[0].id)
            elif acronym.isupper():
                before = self.text[max(0, match.start() - _LONG_FORM) : match.start()]
                if other := long_form(before, acronym):
                    self.others.setdefault(acronym, other)
        for match in _OPENING.finditer(self.text):
            full = starts.get(match.end())
            short = _BEFORE_BRACKET.search(self.text, max(0, match.start() - _LONGEST), match.start())
            if full and short and short[0].isupper() and self._letters_fit(short[0], full.id):
                out.setdefault(short[0], full.id)
        return out

    def _is_another(self, acronym: str, candidate: Candidate) -> bool:
        """Whether the text gives an acronym that rules derived for an entity another full name, in the same script."""
        full = self.others.get(acronym)
        if full is None or acronym in self.declared or "acronym" not in features_of(candidate):
            return False
        alike = Indel.normalized_similarity(fold_text(full), fold_text(candidate.alias))
        return script_of(full) == script_of(candidate.alias) and alike < _SAME_NAME

    def _skip_back(self, position: int, skipped: str) -> int:
        while position > 0 and self.text[position - 1] in skipped:
            position -= 1
        return position

    def _shortens(self, acronym: str, named: Span) -> bool:
        """Whether a bracketed acronym is short for the mention before it, or for another name of its entity."""
        units = parse(self.text[named.start : named.end]).units
        if acronym.upper() in derive(units, least=2) or (acronym.isupper() and leaves_out_one(acronym, units)):
            return True
        certain = named.candidates[0].score >= CERTAIN
        return certain and acronym.isupper() and self._letters_fit(acronym, named.candidates[0].id)

    def _letters_fit(self, acronym: str, entity_id: str) -> bool:
        """Whether a bracketed acronym can belong to an entity: derived, listed, or sharing letters with a name."""
        entity = self.gazetteer.get(entity_id)
        for alias in (entity.name, *(a.text for a in entity.aliases)) if entity is not None else ():
            name = parse(alias)
            if name.exact.replace(" ", "").upper() == acronym or acronym in derive(name.units):
                return True
            if long_form(alias, acronym, least=1) == alias:
                return True
            initials = {w.fold[0].upper() for u in name.units for w in u.words if w.fold}
            if acronym[0] in initials and sum(letter in initials for letter in acronym) * 2 >= len(acronym):
                return True
        return False

    @cached_property
    def countries(self) -> list[tuple[int, str, float]]:
        """(code point, country, how loudly) for every word or certain mention that speaks of a country.

        A place says where things happen, and a word only whose they are: the place counts half as much again. What is
        part of a person's name says nothing (Israel Ramírez).
        """
        people = {k for s, c in self.certain if entity_class(c.type) == "PERSON" for k in range(s.start, s.end)}
        spoken = {
            (unit.start, country): 1.0
            for sentence in self.sentences
            for unit in sentence.units
            for country in unit.countries
            if (unit.capitalised or unit.words[0].script == "Cyrl") and unit.start not in people
        }
        for span, candidate in self.certain:
            if entity_class(candidate.type) in ("PLACE", "FACILITY"):
                spoken |= {(span.start, country): 1.5 for country in self.resolver.facts(candidate.id).countries}
        return sorted((k, country, loudness) for (k, country), loudness in spoken.items())

    def country_share(self, span: Span, countries: frozenset[str]) -> float:
        """How far the text around a span is about these countries, in [0, 1]; 0.5 where it names none.

        The span's own words are no evidence for it.
        A country counts the more the nearer it stands, twice in the same sentence, and half if it stands behind:
        a reader knows what came before.
        """
        share = self._country_share(span, countries, _NEAR)
        return 0.5 if share is None else share

    def _country_share(self, span: Span, countries: frozenset[str], reach: int) -> float | None:
        """The same within so many code points; None where these name no country."""
        position = span.start
        sentence = self.sentences.at(position)
        ours = total = 0.0
        near = bisect_left(self.countries, (position - reach, "", 0.0))
        for k, country, loudness in islice(self.countries, near, None):
            if k > position + reach:
                break
            if span.start <= k < span.end:
                continue
            within, side = 2.0 if sentence.begin <= k < sentence.end else 1.0, 1.0 if k < position else 0.5
            weight = loudness * within * side / (1 + abs(k - position) / _STEP)
            total += weight
            ours += weight * (country in countries)
        return ours / total if total else None

    def _acronym(self, span: Span) -> str:
        surface = self.text[span.start : span.end].replace(".", "")
        if surface in self.declared:
            return surface
        return surface if 2 <= len(surface) <= 8 and surface.isalnum() and surface.isupper() else ""

    def _support(self, span: Span, candidate: Candidate) -> Evidence | None:
        acronym = self._acronym(span) if self.declared or self.others else ""
        declared = self.declared.get(acronym) if acronym else None
        if declared is not None:
            if declared == candidate.id:
                return _for(1.0, f"declared: {acronym} stands beside the full name")
            return _against(f"declared: {acronym} is {declared} in this text")
        if acronym and self._is_another(acronym, candidate):
            return _against(f"declared: {acronym} is {self.others[acronym]!r} in this text")
        if candidate.score >= 1.0:
            return None
        if candidate.score < CERTAIN and self._declares(span, candidate):
            return _for(1.0, "declared: its acronym stands in brackets behind it")
        features = features_of(candidate)
        contrary = features & CONTRARY
        if contrary and not (contrary == {"other_gender"} and self._is_case_form(span, candidate)):
            # Hrubínová is not the Hrubín whose full name stands elsewhere, but Hrubína is a case form of his.
            return None
        alone = "surname_alone" in features or ("short_form" in features and entity_class(candidate.type) == "PERSON")
        if alone and candidate.id in self.full:
            return _for(1.0, "full name: it stands elsewhere in the text")
        if features & {"country_missing", "weak"}:
            facts = self.resolver.facts(candidate.id)
            if facts.countries:
                near = self._country_share(span, facts.countries, _NEAR)
                far = near or self._country_share(span, facts.countries, len(self.text))
                share = near if near is not None else far
                if share is not None and share > 0.5:
                    return _for(min(0.6, share - 0.2), f"country at hand: {', '.join(sorted(facts.countries))}")
                if far == 0.0:
                    return _against(f"country at hand: never {', '.join(sorted(facts.countries))}")
                return None
        if candidate.score >= CERTAIN or not self.named.get(candidate.id):
            return None
        if self._short_form(span, candidate, features) and not means_another(span):
            strength = 1.0 if "short_form" in features else 0.6
            return _for(strength, "short form: the full name stands elsewhere in the text")
        needy = features & _NEEDY
        # "Belgorod" is no short form of "Belgorod region": the town is another place.
        if needy and not (entity_class(candidate.type) == "PLACE" and "place_type_missing" in features):
            return _for(0.8, "one sense: the text names it unmistakably elsewhere")
        part = "missing" in features and means_another(span)
        if candidate.score >= PLAUSIBLE and not features & {"extra", "both"} and not part:
            return _for(0.4, "one sense: the text spells it right elsewhere")
        return None

    def _declares(self, span: Span, candidate: Candidate) -> bool:
        """Whether the acronym of a candidate stands in brackets right behind a span: the Monitoring Mission (EUMM)."""
        if candidate.score < PLAUSIBLE or self.text[span.end : span.end + 2] != " (":
            return False
        return any(
            s.start in (span.end + 2, span.end + 3) and c.id == candidate.id and self._acronym(s)
            for s, c in self.certain
        )

    def _is_case_form(self, span: Span, candidate: Candidate) -> bool:
        """Whether the last word of a span is a case form of the surname that an alias ends with, of the same person."""
        surname = parse(candidate.alias).units[-1].phrase
        last = parse(self.text[span.start : span.end]).units[-1].phrase
        return any(fold_text(lemma.text) == surname and not lemma.derived for lemma in lemmas(last))

    def _short_form(self, span: Span, candidate: Candidate, features: frozenset[str]) -> bool:
        """Part of a thing's name with a word of its own, after the full name (Al Shifa, for Al-Shifa Hospital)."""
        if entity_class(candidate.type) in ("PERSON", "PLACE") or candidate.id not in self.full or "extra" in features:
            return False
        units = parse(self.text[span.start : span.end]).units
        own = any(u.role in ("core", "given") for u in units) or (len(units) > 1 and all(u.capitalised for u in units))
        if not own or not features & {"missing", "place_type_missing"}:
            return False
        return not only_qualifies(units[0].phrase, parse(candidate.alias).units)

    def apply(self, spans: Sequence[Span]) -> list[Span]:
        """The spans with their candidates scored in the light of the document."""
        spans = sorted([*spans, *self._acronyms(spans), *self._heads(spans)], key=lambda span: (span.start, span.end))
        return Senses(self, [self._supported(span) for span in spans]).decided()

    def _acronyms(self, spans: Sequence[Span]) -> Iterator[Span]:
        """Where a declared acronym stands that nothing else led to (SDK, for the Syrian Democratic Forces)."""
        if not self.declared:
            return
        known = {(span.start, span.end) for span in spans}
        for match in re.finditer(rf"(?<!\w)(?:{'|'.join(map(re.escape, self.declared))})(?!\w)", self.text):
            sentence = self.sentences.at(match.start())
            if match.span() not in known and not self.text[sentence.begin : sentence.end].isupper():
                yield Span(*match.span(), (self._declared_candidate(match[0]),))

    def _heads(self, spans: Sequence[Span]) -> Iterator[Span]:
        """Where the head of the one institution stands alone that the text calls so."""
        named = [(s, c) for s, c in self.certain if entity_class(c.type) == "ORG" and not self._acronym(s)]
        taken = [(s.start, s.end) for s in spans if s.candidates[0].score >= self.scorer.threshold]
        for start, end, candidate in heads(self.text, named, taken):
            told = _for(0.3, "short form: the one that the text calls so")
            evidence = (Evidence("base", 1.0, 0.0, "the head of its name"), told)
            yield Span(start, end, (replace(candidate, score=probability(evidence), evidence=evidence),))

    def _supported(self, span: Span) -> Span:
        if len(span.candidates) == 1 and span.candidates[0].score >= 1.0 and not (self.declared or self.others):
            return span  # most mentions: only what the text declares could say otherwise
        span = self._with_declared(span)
        candidates = []
        settled = span.candidates[0].score >= CERTAIN
        for n, candidate in enumerate(span.candidates):
            support = self._support(span, candidate)
            if settled and n and support is not None and support.feature == "context_support":
                support = None  # a name that stands by itself is not contested by one that needs support
            candidates.append(plus(candidate, support) if support else candidate)
        if any(a is not b for a, b in zip(candidates, span.candidates, strict=True)):
            span = span.with_candidates(candidates)
        return span

    def _with_declared(self, span: Span) -> Span:
        """The span with the entity that its acronym is declared for, if nothing else led there."""
        declared = self.declared.get(self._acronym(span)) if self.declared else None
        if declared is None or any(c.id == declared for c in span.candidates):
            return span
        return span.with_candidates([*span.candidates, self._declared_candidate(self._acronym(span))])

    def _declared_candidate(self, acronym: str) -> Candidate:
        entity = self.gazetteer.get(self.declared[acronym])
        assert entity is not None  # it was a candidate before
        evidence = (Evidence("base", 1.0, 0.0, "an acronym that the text declares"),)
        return Candidate(entity.id, entity.name, entity.type, probability(evidence), entity.name, evidence)
