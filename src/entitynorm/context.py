"""What the document adds: evidence for a candidate from the rest of the text, each piece replayable.

- ``declared``: "Russian Volunteer Corps (RVC)" makes RVC that entity for the whole document
- ``full name``: a surname alone is the person whose full name stands elsewhere in the text
- ``country at hand``: an institution without its country belongs to the country that the text around it is about
- ``one sense``: an ambiguous spelling means the entity that the document names unmistakably elsewhere
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

from entitynorm.index import Index
from entitynorm.mentions import Span, with_candidates
from entitynorm.model import Candidate, Evidence
from entitynorm.names.acronyms import acronym_of, is_acronym
from entitynorm.names.structure import Unit
from entitynorm.names.types import entity_class
from entitynorm.scoring import Scorer, is_ambiguous, probability
from entitynorm.text.tokens import Gap

_CERTAIN = 0.9
_PLAUSIBLE = 0.2
"""Least score of a spelling that the document may confirm."""
_NEAR = 80
"""Units on either side that speak for a country at hand."""
_NEEDY = frozenset({"country_missing", "weak", "surname_alone", "acronym", "missing_type"})


def _certain(span: Span, scorer: Scorer) -> Candidate | None:
    if not span.candidates or span.candidates[0].score < _CERTAIN:
        return None
    if is_ambiguous(span.candidates, scorer):
        return None
    return span.candidates[0]


def _plus(candidate: Candidate, evidence: Evidence) -> Candidate:
    items = (*candidate.evidence, evidence)
    return replace(candidate, evidence=items, score=probability(items))


class Context:
    """The document's knowledge, gathered from its certain mentions."""

    def __init__(self, index: Index, scorer: Scorer, text: str, units: Sequence[Unit], settled: Sequence[Span]) -> None:
        self.index = index
        self.scorer = scorer
        self.text = text
        self.units = units
        self.certain = [(span, c) for span in settled if (c := _certain(span, scorer)) is not None]
        self.named: dict[str, int] = defaultdict(int)
        self.full: set[str] = set()
        for span, candidate in self.certain:
            self.named[candidate.id] += 1
            if not span.partial:
                self.full.add(candidate.id)
        self.declared = self._declared()
        self.countries = self._countries()

    def _declared(self) -> dict[str, str]:
        """Acronyms in brackets right after (or before) a certain mention: acronym -> entity id."""
        ends = {span.end: (span, c) for span, c in self.certain}
        starts = {span.start: (span, c) for span, c in self.certain}
        out: dict[str, str] = {}
        for unit in self.units:
            if not is_acronym(unit, least=2):
                continue
            bracket = self._skip_back(unit.start, "\"'“„«") - 1
            after = self.text[unit.end : unit.end + 3].lstrip("\"'”“»")
            if bracket > 0 and self.text[bracket] == "(" and after.startswith(")"):
                named = ends.get(self._skip_back(bracket, " \"'”“»’"))
                if named and _letters_fit(acronym_of(unit), self.index, named[1].id):
                    out.setdefault(acronym_of(unit), named[1].id)
            opening = self.text[unit.end : unit.end + 2]
            if opening == " (":
                named = starts.get(unit.end + 2)
                if named and _letters_fit(acronym_of(unit), self.index, named[1].id):
                    out.setdefault(acronym_of(unit), named[1].id)
        return out

    def _skip_back(self, position: int, skipped: str) -> int:
        while position > 0 and self.text[position - 1] in skipped:
            position -= 1
        return position

    def _countries(self) -> list[tuple[int, str, float]]:
        """(unit position, country, how loudly) for every word or certain mention that speaks of a country.

        A place says where things happen, and a word only whose they are: the place counts half as much again.
        """
        spoken = {
            (k, country): 1.0
            for k, unit in enumerate(self.units)
            for country in unit.countries
            if unit.capitalised or unit.words[0].script == "Cyrl"
        }
        for span, candidate in self.certain:
            if entity_class(candidate.type) in ("PLACE", "FACILITY"):
                spoken |= {(span.first, country): 1.5 for country in self.index.facts[candidate.id].countries}
        return sorted((k, country, loudness) for (k, country), loudness in spoken.items())

    def country_share(self, span: Span, countries: frozenset[str]) -> float:
        """How far the text around a span is about these countries, in [0, 1]; 0.5 where it names none.

        The span's own words are no evidence for it.
        A country counts the more the nearer it stands, twice in the same sentence, and half if it stands behind:
        a reader knows what came before.
        """
        position = span.first
        start = position
        while start > 0 and self.units[start].gap < Gap.STOP:
            start -= 1
        end = position + 1
        while end < len(self.units) and self.units[end].gap < Gap.STOP:
            end += 1
        ours = total = 0.0
        near = bisect_left(self.countries, (position - _NEAR, "", 0.0))
        for k, country, loudness in islice(self.countries, near, None):
            if k > position + _NEAR:
                break
            if span.first <= k <= span.last:
                continue
            distance = abs(k - position)
            sentence, side = 2.0 if start <= k < end else 1.0, 1.0 if k < position else 0.5
            weight = loudness * sentence * side / (1 + distance / 10)
            total += weight
            ours += weight * (country in countries)
        return ours / total if total else 0.5

    def _support(self, span: Span, candidate: Candidate) -> Evidence | None:
        make = self.scorer.evidence
        features = {e.feature for e in candidate.evidence}
        unit = self.units[span.first]
        if span.first == span.last and is_acronym(unit, least=2):
            declared = self.declared.get(acronym_of(unit))
            if declared is not None:
                if declared == candidate.id:
                    return make("context_support", 1.0, f"declared: {acronym_of(unit)} stands beside the full name")
                return make("context_against", 1.0, f"declared: {acronym_of(unit)} is {declared} in this text")
        if "surname_alone" in features and candidate.id in self.full:
            return make("context_support", 0.6, "full name: it stands elsewhere in the text")
        facts = self.index.facts[candidate.id]
        if features & {"country_missing", "weak"} and facts.countries:
            share = self.country_share(span, facts.countries)
            if share > 0.5:
                detail = f"country at hand: {', '.join(sorted(facts.countries))}"
                return make("context_support", min(0.6, share - 0.2), detail)
            return None
        if candidate.score >= _CERTAIN or not self.named.get(candidate.id):
            return None
        if self._short_form(span, candidate, features):
            return make("context_support", 0.6, "short form: the full name stands elsewhere in the text")
        if features & _NEEDY:
            return make("context_support", 0.4, "one sense: the text names it unmistakably elsewhere")
        if candidate.score >= _PLAUSIBLE and not features & {"extra", "contradiction"}:
            return make("context_support", 0.4, "one sense: the text spells it right elsewhere")
        return None

    def _short_form(self, span: Span, candidate: Candidate, features: set[str]) -> bool:
        """Part of a thing's name with a word of its own, after the full name (Al Shifa, for Al-Shifa Hospital)."""
        if entity_class(candidate.type) in ("PERSON", "PLACE") or candidate.id not in self.full or "extra" in features:
            return False
        own = any(u.role in ("core", "given") for u in self.units[span.first : span.last + 1])
        return own and bool(features & {"missing", "missing_type"})

    def apply(self, span: Span) -> Span:
        """The span with its candidates scored in the light of the document."""
        span = self._with_declared(span)
        candidates = []
        settled = span.candidates[0].score >= _CERTAIN
        for n, candidate in enumerate(span.candidates):
            support = self._support(span, candidate)
            if settled and n and support is not None and support.feature == "context_support":
                support = None  # a name that stands by itself is not contested by one that needs support
            candidates.append(_plus(candidate, support) if support else candidate)
        span = with_candidates(span, candidates)
        return self._one_sense(span)

    def _with_declared(self, span: Span) -> Span:
        """The span with the entity that its acronym is declared for, if nothing else led there."""
        unit = self.units[span.first]
        declared = (
            self.declared.get(acronym_of(unit)) if span.first == span.last and is_acronym(unit, least=2) else None
        )
        entity = self.index.gazetteer.get(declared) if declared else None
        if entity is None or any(c.id == declared for c in span.candidates):
            return span
        evidence = (
            self.scorer.evidence("base", 1.0, "an acronym"),
            self.scorer.evidence("acronym", 1.0, "declared in the text"),
        )
        new = Candidate(entity.id, entity.name, entity.type, probability(evidence), entity.name, evidence)
        return with_candidates(span, [*span.candidates, new])

    def _one_sense(self, span: Span) -> Span:
        best = span.candidates[0]
        if not is_ambiguous(span.candidates, self.scorer):
            return span
        rivals = [
            c for c in span.candidates if c.score >= self.scorer.threshold and best.score - c.score < self.scorer.margin
        ]
        known = [
            c
            for c in rivals
            if self.named.get(c.id) or not self.named.keys().isdisjoint(self.index.gazetteer.ancestors(c.id))
        ]
        if len(known) != 1:
            shares = sorted(
                ((self.country_share(span, self.index.facts[c.id].countries), c.id) for c in rivals), reverse=True
            )
            if not known and shares[0][0] - shares[1][0] > 0.3:
                known = [c for c in rivals if c.id == shares[0][1]]
            else:
                return span
        chosen = known[0]
        against = self.scorer.evidence("context_against", 1.0, f"one sense: the text speaks for {chosen.id}")
        return with_candidates(
            span, [c if c.id == chosen.id else _plus(c, against) if c in rivals else c for c in span.candidates]
        )


def _letters_fit(acronym: str, index: Index, entity_id: str) -> bool:
    """Whether a bracketed acronym can belong to an entity: derived, listed, or sharing the first letter of a name."""
    if any(owner == entity_id for owner, _ in index.acronyms.get(acronym, ())):
        return True
    for number in index.of_entity[entity_id]:
        target = index.aliases[number]
        if target.name.exact.replace(" ", "").upper() == acronym:
            return True
        initials = {w.fold[0].upper() for u in target.units for w in u.words if w.fold}
        if acronym[0] in initials and sum(letter in initials for letter in acronym) * 2 >= len(acronym):
            return True
    return False
