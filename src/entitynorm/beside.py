"""What the units around a window say against a candidate; each rule is one small method of `Beside`."""

from __future__ import annotations

from collections.abc import Sequence

from entitynorm.features import NATURE, SETTLED, place_senses, titled_gender
from entitynorm.model import Candidate
from entitynorm.names.acronyms import is_acronym
from entitynorm.names.meanings import leads_on
from entitynorm.names.structure import is_of
from entitynorm.names.types import entity_class
from entitynorm.names.units import Unit
from entitynorm.neighbours import MOST_QUOTED, Neighbours, is_medium, names_institution
from entitynorm.scored import features_of
from entitynorm.text.quotation import splits_quotation
from entitynorm.text.tokens import Gap

# Concepts that make another place of a place name when they stand before it (New, South, Port …).
_QUALIFIERS = frozenset(
    {"new", "old", "upper", "lower", "great", "small", "port"}
    | {"north", "south", "east", "west", "northeast", "northwest", "southeast", "southwest"}
)


_MOST_BEFORE = 3
"""Capitalised words before "of" among which one may say that a place names something else."""


class Beside(Neighbours):
    """The units around a window, and what they say about it."""

    def contradict(self, first: int, last: int, candidate: Candidate) -> bool:
        """Whether units ``first`` to ``last`` belong to another name than the candidate's."""
        if self._blocked(first, last, candidate.id) or self._is_date(first, last):
            return True
        if self._hyphened(first, last) or self._hyphened_otherwise(last, candidate):
            return True
        content = [u for u in self.units[first : last + 1] if u.role != "function"]
        kind = entity_class(candidate.type)
        if last > first and splits_quotation(self.text, self.units[first].start, self.units[last].end):
            return True
        if self._beside_person(first, content, candidate):
            return True
        if kind == "PERSON" and (
            self._of_other_gender(first, content, candidate) or self._goes_on(first, last, candidate)
        ):
            return True
        if kind in ("PERSON", "PLACE") and self._is_company(first, last):
            return True
        if len(content) == 1 and self._qualified(first, candidate):
            return True
        if kind in ("PLACE", "FACILITY"):
            if self._typed_otherwise(last, content) or self._quoted(first, last):
                return True
            personal = len(content) == 1 and (self._given_before_surname(content[0], last) or self._titled(first))
            if personal and "inflected" not in features_of(candidate):  # Burmistrz Jarosławia Marcin …: of the town
                return True
            if first == last and self._begins_as_adjective(first):
                return True
            if self._cut_before_type(last, content, candidate):
                return True
            if len(content) == 1 and self._names_what_it_houses(first):
                return True
        if kind not in ("PERSON", "PLACE") and candidate.score < 1.0 and self._part_of_quotation(first, last):
            return True
        if kind == "ORG" and (
            self._of_another_country(first, last, candidate) or self._cut_short(last, content, candidate)
        ):
            return True
        if kind == "PERSON" and len(content) == 1 and self._names_another(content[0], last, candidate):
            return True
        # Slavic languages set names side by side (мэр Харькова Терехов), so what follows reads Latin script only.
        if not content or content[0].words[0].script != "Latn":
            return False
        if len(content) > 1:
            if kind == "ORG" and self._lacks_its_head(first, content, candidate):
                return True
            return kind == "PLACE" and self._names_institution(last, content[-1], candidate)
        if self._follows_a_name(first, candidate):
            return True
        return kind != "PERSON" and self._heads_a_name(last, candidate)

    def _blocked(self, first: int, last: int, entity_id: str) -> bool:
        """The window lies inside a longer form that is blocked for the entity (Richard Wagner)."""
        words = self.resolver.blocked_words(entity_id)
        if not words:
            return False
        units = self.units
        near = units[max(0, first - 2) : first] + units[last + 1 : last + 3]
        if words.isdisjoint([word.fold for unit in near for word in unit.words]):
            return False
        if any(unit.gap > Gap.JOIN for unit in units[first + 1 : last + 1]):
            return False
        begin, final = first, last
        while begin and begin > first - 2 and units[begin].gap <= Gap.JOIN:
            begin -= 1
        while final + 1 < len(units) and final < last + 2 and units[final + 1].gap <= Gap.JOIN:
            final += 1
        return any(
            self.resolver.is_blocked(self.text[units[a].start : units[b].end], entity_id)
            for a in range(begin, first + 1)
            for b in range(last, final + 1)
            if (a, b) != (first, last)
        )

    def _is_date(self, first: int, last: int) -> bool:
        """A single word is the name of a month or day beside a number or after a preposition (May 22, in May)."""
        if first != last or not any(s.slot == "calendar" for s in self.units[first].senses):
            return False
        beside = [self.units[k] for k in (first - 1, first + 1) if 0 <= k < len(self.units)]
        return any(u.role == "number" for u in beside) or (first > 0 and self.units[first - 1].role == "function")

    def _typed_otherwise(self, last: int, content: Sequence[Unit]) -> bool:
        """A type word follows that makes another place of it (Kyiv Oblast, Moskva River)."""
        if place_senses(content) or last + 1 >= len(self.units) or self._possessive(last):
            return False
        after = self.units[last + 1]
        if after.gap != Gap.JOIN or after.role != "type":
            return False
        senses = frozenset(place_senses([after]))
        small = after.words[0].shape == "lower"
        if not senses or senses & SETTLED or (small and "country" in senses):
            return False
        if not senses <= NATURE:
            return True
        # "KOZINKA FALLS", "Kozinka falls": a verb as likely as a waterfall
        verb = small and after.phrase.endswith("s") and after.words[0].script == "Latn"
        return not verb and not self._in_headline(last)

    def _beside_person(self, first: int, content: Sequence[Unit], candidate: Candidate) -> bool:
        """A given name or initial before a single word makes a person of it, and another one (Denzel Washington)."""
        if len(content) != 1:
            return False
        at = first
        if entity_class(candidate.type) == "PERSON":  # Maher al-Assad
            while at and self.units[at].gap <= Gap.JOIN and self.units[at - 1].role == "function":
                at -= 1
        left = self._left(at) if at and self.units[at - 1].role in ("given", "initial") else None
        if left is None:
            return False
        facts = self.resolver.facts(candidate.id)
        if left.given & facts.given:
            return False
        if facts.countries.intersection(content[0].countries):
            return False
        if left.role == "given" or entity_class(candidate.type) == "PERSON":
            return True
        return at > 1 and self.units[at - 2].capitalised and self.units[at - 2].kind == "word"  # Krystal D. Hall

    def _titled(self, first: int) -> bool:
        """A title stands before a single word in Latin script, which a person bears (Sen. Clinton, Mr. Arlington)."""
        if not first or self.units[first].words[0].script != "Latn":
            return False
        left = self.units[first - 1]
        between = self.text[left.end : self.units[first].start]
        if left.role != "title" or not left.capitalised or between not in (" ", ". ") or left.kind != "word":
            return False
        return not self._in_headline(first)

    def _of_other_gender(self, first: int, content: Sequence[Unit], candidate: Candidate) -> bool:
        """A title of the other gender stands before a surname (Mrs Putin, г-жа Путина, for a man)."""
        at = first
        while at and self.units[at].gap <= Gap.JOIN and self.units[at - 1].role == "function":
            at -= 1
        if not at or self.units[at - 1].role != "title" or any(u.given for u in content):
            return False
        between = self.text[self.units[at - 1].end : self.units[at].start]
        gender = titled_gender(self.units[at - 1].senses) if between in (" ", ". ", "\u00a0") else ""
        known = self.resolver.facts(candidate.id).gender if gender else ""
        return bool(known) and known != gender

    def _follows_a_name(self, first: int, candidate: Candidate) -> bool:
        """A surname found by rule stands behind a capitalised word that is none of the person's names."""
        if not first or self.units[first - 1].role != "core":
            return False
        if candidate.score >= 1.0 and entity_class(candidate.type) == "PERSON":
            return False
        left = self._left(first)
        return left is not None and not self._own_word(left)

    def _qualified(self, first: int, candidate: Candidate) -> bool:
        """A capitalised qualifier or natural feature stands before a name (Port Sudan, Новая Каховка, Lake Assad).

        So does a medium (Radio Mogadishu), and before a country a small word for a water (le fleuve Niger).
        """
        if not first or self.units[first].gap > Gap.JOIN:
            return False
        left = self.units[first - 1]
        if left.kind != "word":
            return False
        kind = entity_class(candidate.type)
        if not left.capitalised:
            waters = "water" in place_senses([left])[:1] and kind == "PLACE" and bool(self.units[first].countries)
            return waters and not left.types & self.resolver.facts(candidate.id).types
        if kind == "PLACE" and is_medium(left.senses) and not self._possessive(first - 1):
            return not self._in_headline(first)
        if NATURE.intersection(place_senses([left])):
            qualified = kind in ("PLACE", "FACILITY", "PERSON")
        else:
            part = kind != "PERSON" and "missing" in features_of(candidate)  # North Sinai is no Union of Sinai Tribes
            qualified = (part or kind in ("PLACE", "FACILITY")) and bool(left.concepts & _QUALIFIERS)
        return qualified and not self._in_headline(first)

    def _given_before_surname(self, unit: Unit, last: int) -> bool:
        """A place whose name is a given name too stands before an unknown capitalised word (Israel Katz)."""
        right = self._right(last)
        return bool(unit.given) and right is not None and right.role in ("core", "given", "initial")

    def _names_what_it_houses(self, first: int) -> bool:
        """A capitalised word for an institution or a water leads to the place (University of Goma, Gulf of Aden)."""
        if first < 2 or self.units[first].gap > Gap.JOIN or not is_of(self.units[first - 1].words[0].text):
            return False
        k = first - 2
        while k >= 0 and k > first - 2 - _MOST_BEFORE and self.units[k + 1].gap <= Gap.JOIN:
            unit = self.units[k]
            if not unit.capitalised or unit.kind != "word":
                return False
            if names_institution(unit.concepts) or NATURE.intersection(place_senses([unit])):
                return not self._in_headline(first)
            k -= 1
        return False

    def _begins_as_adjective(self, first: int) -> bool:
        """The adjective of a country has its capital from the sentence that it begins (Polski film)."""
        unit, behind = self.units[first], self.units[first + 1 : first + 2]
        begins = not first or unit.gap >= Gap.STOP
        return begins and unit.is_adjective and bool(behind) and behind[0].gap == Gap.JOIN and not behind[0].capitalised

    def _cut_before_type(self, last: int, content: Sequence[Unit], candidate: Candidate) -> bool:
        """A small type word leads, and the place's own follows (на территории Оренбургской | области)."""
        if len(content) < 2 or content[0].role != "type" or content[0].capitalised or last + 1 >= len(self.units):
            return False
        after = self.units[last + 1]
        own = self.resolver.facts(candidate.id).types
        return after.gap == Gap.JOIN and bool(after.types & own) and not content[0].types & own

    def _names_another(self, unit: Unit, last: int, candidate: Candidate) -> bool:
        """What is the surname of a listed person stands before another name (Ahmed Soliman, Lai Chun-hao)."""
        right = self._right(last)
        if right is None or candidate.score >= 1.0 or right.words[0].script != "Latn" or self._own_word(right):
            return False
        first = unit.given or "surname_alone" in features_of(candidate)
        return bool(first) and right.role in ("core", "given", "initial")

    def _lacks_its_head(self, first: int, content: Sequence[Unit], candidate: Candidate) -> bool:
        """Common words that answer part of a name stand behind a name of their own (Oromo | Liberation Army)."""
        if candidate.score >= 1.0 or any(u.role in ("core", "given", "number") for u in content):
            return False
        if not features_of(candidate) & {"missing", "country_missing"}:
            return False
        left = self._left(first) if first and self.units[first - 1].role in ("core", "concept") else None
        return left is not None and not self._own_word(left)

    def _quoted(self, first: int, last: int) -> bool:
        """In Cyrillic text quotation marks make another thing of a place (крейсер «Москва», «Эхо Москвы»).

        Quoted alone, a common noun for such a thing has to stand before it; in a longer name it is not the first word.
        """
        if self.units[first].words[0].script != "Cyrl":
            return False
        start, end = self.units[first].start, self.units[last].end
        opening = max(self.text.rfind(mark, max(0, start - 60), start) for mark in '«„“"')
        closing = min((k for mark in '»“”"' if (k := self.text.find(mark, end, end + 60)) >= 0), default=-1)
        inside = self.text[opening + 1 : closing] if 0 <= opening < closing else ""
        if any(mark in inside for mark in '«»„“”"\n,;') or inside[-1:] in ".!?…" or not inside[:1].isupper():
            return False
        if opening + 1 == start and closing == end:
            before = self.units[first - 1] if first else None
            return before is not None and (first == 1 or before.words[0].shape == "lower") and self._trade(before)
        return opening + 1 < start and len(inside.split()) <= MOST_QUOTED

    def _of_another_country(self, first: int, last: int, candidate: Candidate) -> bool:
        """An institution without its country stands beside another country (Министерство обороны Молдовы)."""
        if features_of(candidate).isdisjoint(("country_missing", "weak")):
            return False
        facts = self.resolver.facts(candidate.id)
        if not facts.countries:
            return False
        beside: set[str] = set()
        left = self.units[first - 1] if first and self.units[first].gap <= Gap.JOIN else None
        if left is not None and (left.is_adjective or is_acronym(left, least=2) or self._possessive(first - 1)):
            beside |= left.countries  # Moldovan Ministry of Defence, UK Armed Forces, Kenya's Ministry of Defence
        after = last + 1
        while after < len(self.units) and self.units[after].gap == Gap.JOIN and leads_on(self.units[after].senses):
            after += 1
        if after < len(self.units) and self.units[after].gap == Gap.JOIN and not self._possessive(last):
            beside |= self.units[after].countries
        return bool(beside) and not beside & facts.countries
