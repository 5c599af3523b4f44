"""The units around a window of text, and whether a longer name goes on from it (Kyiv Post, Voss Foods Inc).

`entitynorm.beside` asks these rules among others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache

from entitynorm.features import SETTLED, place_senses
from entitynorm.headlines import Headlines
from entitynorm.model import Candidate
from entitynorm.names.acronyms import is_acronym
from entitynorm.names.lexicon import Sense, lexicon
from entitynorm.names.units import Unit, is_no_initial
from entitynorm.resolver import Resolver
from entitynorm.scored import features_of
from entitynorm.sentences import Sentence
from entitynorm.text.folding import fold_text
from entitynorm.text.ordinary import is_ordinary
from entitynorm.text.quotation import quotation
from entitynorm.text.tokens import Gap

_HYPHENS = ("-", "‐", "‑", "–")
_LONGEST_QUOTED = 60
"""Code points behind a window in which the end of its quotation is looked for."""
_LONGEST_NAME = 11
"""Letters of a word that no table knows up to which it may be one more name of a person; compounds are longer."""
_MOST_FOLLOWING = 4
"""Words behind a window that are looked at for what makes another name of it."""
LONGEST_FORM = 5
"""Letters of a legal form as it follows a comma (Inc., GmbH): a longer word is a word of the sentence."""
MOST_QUOTED = 5
"""Words between quotation marks up to which the quotation is read as a name, not as speech."""


@lru_cache(maxsize=1024)
def names_institution(concepts: frozenset[str]) -> bool:
    """Whether an idea is that of an institution with a building, or near to one (technical university)."""
    table = lexicon()
    ids = {near for concept in concepts for near in (concept, *table.nears.get(("concept", concept), ()))}
    return any(("type", i) in table.entries and "FACILITY" in table.type_word(i).applies for i in ids)


def is_legal_form(senses: Iterable[Sense]) -> bool:
    """Whether a word is a legal form of companies (Inc, GmbH, ООО)."""
    return any("legal" in lexicon().type_word(s.id).senses for s in senses if s.slot == "type")


def is_medium(senses: Iterable[Sense]) -> bool:
    """Whether a word says what kind of medium bears a name (Radio, Tribune)."""
    return any("media" in lexicon().type_word(s.id).senses for s in senses if s.slot == "type")


class Neighbours:
    """The units around a window."""

    def __init__(
        self, resolver: Resolver, stretch: Sentence, headlines: Headlines, declining: bool, romance: bool
    ) -> None:
        """``declining``: whether the text is of a language that declines names in Latin letters; ``romance``: or of a
        Romance one.
        """
        self.resolver = resolver
        self._declining = declining
        self._romance = romance
        self.text = stretch.text
        self.units = stretch.units
        self._headlines = headlines

    def is_whole(self, first: int, last: int) -> bool:
        """Whether a window takes in all of every handle, domain name and compound that it touches."""
        units = self.units
        for k in (first, last + 1):  # #ЖывеБеларусь is one word
            if 0 < k < len(units) and units[k].kind == units[k - 1].kind == "hashtag" and units[k].gap == Gap.NONE:
                return False
        return True

    def with_unknown(self, first: int, start: int) -> int:
        """Where a person begins when one more name leads that no table knows (Seka | Musa Baluku)."""
        left = self._left(first)
        if left is None or left.role != "core" or self._own_word(left) or self._ordinary(left) or first < 2:
            return start
        if self._has_capital_nouns or len(left.phrase) > _LONGEST_NAME:
            return start  # der Übergangspräsident Ahmed al-Scharaa
        return left.start if left.gap <= Gap.JOIN and left.words[0].script == "Latn" else start

    def with_surname(self, last: int, end: int) -> int:
        """Where a person ends when a second surname follows (Luis Arce | Catacora)."""
        right = self._right(last)
        if right is None or right.role != "core" or self._own_word(right) or self._ordinary(right):
            return end
        if self._has_capital_nouns or len(right.phrase) > _LONGEST_NAME:
            return end
        return right.end

    def with_initials(self, last: int, end: int) -> int:
        """Where a person ends when initials follow (Путин В.В.)."""
        k = last + 1
        while k < len(self.units) and self.units[k].role == "initial" and self.units[k].gap in (Gap.JOIN, Gap.STOP):
            k += 1
        if k > last + 1 or self.units[last].role == "initial":
            end = self.units[k - 1].end
            end += self.text[end : end + 1] == "."
        return end

    def _in_headline(self, k: int) -> bool:
        return self._headlines.at(self.units[k].start)

    def _is_loud(self, k: int) -> bool:
        """Whether a unit is in capitals as all of its headline is."""
        return all(w.shape == "upper" for w in self.units[k].words) and self._in_headline(k)

    def _left(self, first: int) -> Unit | None:
        """The capitalised word before a window that could belong to a longer name with it."""
        if not first or self._line_between(first) or self._possessive(first - 1):
            return None
        unit = self.units[first - 1]
        if self.units[first].gap == Gap.STOP:
            return unit if unit.role == "initial" and not self._is_no_initial(first - 1) else None
        # A sentence begins with a capital whatever the word; an unknown English one before a surname is a first name.
        unknown = unit.words[0].script == "Latn" and unit.role == "core" and not self._ordinary(unit)
        unknown = unknown and not self._declining  # any form of any word begins a sentence there
        starts_sentence = (first < 2 or unit.gap >= Gap.STOP) and not unknown
        if self.units[first].gap > Gap.JOIN or not unit.capitalised or unit.kind != "word":
            return None
        if unit.role in ("given", "initial"):
            return unit
        return None if starts_sentence or self._is_noun(unit) or self._in_headline(first) else unit

    def _is_no_initial(self, k: int) -> bool:
        """Whether a letter with a dot is no initial of the name behind it."""
        small = k > 0 and self.units[k].gap == Gap.JOIN and not self.units[k - 1].capitalised
        return is_no_initial(self.units[k].words[0].text, small, self._romance)

    def _right(self, last: int) -> Unit | None:
        """The capitalised word after a window that could belong to a longer name with it."""
        if last + 1 >= len(self.units) or self.units[last + 1].gap != Gap.JOIN or self._line_between(last + 1):
            return None
        unit = self.units[last + 1]
        if not unit.capitalised or unit.kind != "word" or self._possessive(last):
            return None
        return None if self._is_noun(unit) or self._in_headline(last) else unit

    @cached_property
    def _has_capital_nouns(self) -> bool:
        """Whether the stretch is German by its small words, where every noun has a capital."""
        small = [u for u in self.units if u.role == "function" and not u.capitalised]
        langs = [{s.lang for s in u.senses if s.slot == "function"} for u in small]
        return sum("de" in some for some in langs) > sum("en" in some for some in langs)

    def _is_noun(self, unit: Unit) -> bool:
        """Whether a neighbour has its capital from being a noun of German."""
        return unit.role == "core" and self._ordinary(unit) and self._has_capital_nouns

    @staticmethod
    def _ordinary(unit: Unit) -> bool:
        """Whether a neighbour is an ordinary word of some language."""
        return len(unit.words) == 1 and is_ordinary(unit.words[0].fold, unit.words[0].script)

    def _line_between(self, k: int) -> bool:
        """Whether a line ends before unit ``k``: a name may run on, but words of another line are no neighbours."""
        return "\n" in self.text[self.units[k - 1].end : self.units[k].start]

    def _possessive(self, last: int) -> bool:
        end = self.units[last].end
        return self.text[end : end + 2].casefold() in ("'s", "’s")

    def _own_word(self, unit: Unit) -> bool:
        """Whether a capitalised neighbour has a reason of its own to be capitalised."""
        return self._known(unit) or any(s.slot == "calendar" for s in unit.senses)

    def _known(self, unit: Unit) -> bool:
        """Whether a word is a name of its own in the gazetteer, or an acronym."""
        return is_acronym(unit, least=2) or self.resolver.names(unit.words[0].text)

    def _following(self, last: int) -> list[Unit]:
        """The capitalised words right behind a window, which may go on its name."""
        out: list[Unit] = []
        for k in range(last + 1, min(last + 1 + _MOST_FOLLOWING, len(self.units))):
            unit = self.units[k]
            if unit.gap != Gap.JOIN or not unit.capitalised or self._line_between(k) or self._possessive(k - 1):
                break
            out.append(unit)
        return out

    def _trade(self, unit: Unit) -> bool:
        """A type word of organisations, facilities or products (Tribune, Fund, Plant, крейсер)."""
        return any({"ORG", "FACILITY", "PRODUCT"} & set(lexicon().type_word(t).applies) for t in unit.types)

    # -- longer names --------------------------------------------------------------------------------------------

    def _hyphened_otherwise(self, last: int, candidate: Candidate) -> bool:
        """A hyphen follows as in the alias, and then another word (Kim Jong | -il, for Kim Jong-un)."""
        end = self.units[last].end
        if self.text[end : end + 1] not in _HYPHENS or not self.text[end + 1 : end + 2].isalpha():
            return False
        return re.search(rf"\b{re.escape(self.units[last].phrase)}-\w", fold_text(candidate.alias)) is not None

    def _hyphened(self, first: int, last: int) -> bool:
        """A hyphen ties the window to a capitalised word that is no name of its own (Белгород-Днестровский)."""
        for k, other in ((first, first - 1), (last + 1, last + 1)):
            if 0 < k < len(self.units) and self.text[self.units[k].start - 1] in _HYPHENS:
                between = self.text[self.units[k - 1].end : self.units[k].start]
                unit = self.units[other]
                if (
                    between in _HYPHENS
                    and unit.role in ("core", "given", "initial")  # ISIS-K is not ISIS
                    and unit.capitalised
                    and not self._known(unit)
                ):
                    return True
        return False

    def _goes_on(self, first: int, last: int, candidate: Candidate) -> bool:
        """A name that begins with the surname goes on: with a patronymic, another given name, or a list of people.

        «Стрельников Павел | Васильевич» is one name, «Стрельников | Иван Васильевич» another person, and in
        "Strelnikov, Pavel | Durov" the comma parts two.
        """
        right = self._right(last)
        if right is None:
            return False
        if any(self.units[k].gap == Gap.COMMA for k in range(first + 1, last + 1)):
            return True
        if first < last:
            return self.units[last].role == "given" and self.units[first].role == "core" and right.is_patronymic
        if right.role != "given" or right.words[0].script != "Cyrl":
            return False
        father = self._right(last + 1)
        if father is not None and father.is_patronymic:
            return True
        in_nominative = any(s.slot == "given" for s in lexicon().lookup((right.phrase,)))
        return in_nominative and not right.given & self.resolver.facts(candidate.id).given

    def _part_of_quotation(self, first: int, last: int) -> bool:
        """A quoted name begins with the window and goes on: батальон «Серебряная | дверь» is not «Серебряная река».

        What a small word before the quotation tells to be a name; other quotations are speech.
        """
        start, end = self.units[first].start, self.units[last].end
        if not first or self.text[start - 1 : start] not in tuple("«„“"):
            return False
        before = self.units[first - 1]
        if self.units[first].gap != Gap.JOIN or before.capitalised or not (before.types or before.concepts):
            return False
        begin, close = quotation(self.text[start - 1 : end + _LONGEST_QUOTED])
        inside = self.text[start - 1 + begin : start - 1 + close]
        return len(inside) > end - start and "\n" not in inside and len(inside.split()) <= MOST_QUOTED

    def _cut_short(self, last: int, content: Sequence[Unit], candidate: Candidate) -> bool:
        """The next word makes another institution of several (Ukrainian Defence | Ministry; Free Coast | Choir)."""
        right = self._right(last) if len(content) > 1 else None
        if right is None or right.words[0].script != "Latn":
            return False
        if right.role == "core" and not self._own_word(right) and "missing" in features_of(candidate):
            return True
        if "identical" in features_of(candidate) or not right.concepts:
            return False
        return not right.concepts & self.resolver.facts(candidate.id).concepts

    def _heads_a_name(self, last: int, candidate: Candidate) -> bool:
        """A single word is the head of a longer capitalised name (Kyiv Post, Kharkiv Tractor Plant, Armenia Fund)."""
        right = self._right(last)
        if right is None:
            return False
        identical = "identical" in features_of(candidate)
        if right.role == "core" and not identical and not self._own_word(right):
            return True
        k = last + 1
        while k < len(self.units) and k <= last + 3 and self.units[k].capitalised and self.units[k].kind == "word":
            unit = self.units[k]
            if (k > last + 1 and unit.gap != Gap.JOIN) or SETTLED.intersection(place_senses([unit])):
                break  # Kyiv City is Kyiv
            if unit.concepts or self._trade(unit):
                facts = self.resolver.facts(candidate.id)
                return not (unit.concepts & facts.concepts or unit.types & facts.types)
            if unit.role != "core" or self._own_word(unit):
                break
            k += 1
        return False

    def _is_company(self, first: int, last: int) -> bool:
        """A legal form makes a company of what bears the name (Voss Foods Inc; Voss, Ltd.; ООО «Восс»)."""
        before = self.units[first - 1] if first and self.units[first].gap <= Gap.JOIN else None
        if before is not None and before.words[0].shape == "upper" and is_legal_form(before.senses):
            return not self.resolver.names(before.words[0].text) and not self._is_loud(first)  # ANO is a party too
        behind = self.units[last + 1 : last + 2]
        if behind and behind[0].gap <= Gap.COMMA and is_legal_form(behind[0].senses):
            abbreviated = self.text[behind[0].end : behind[0].end + 1] == "." or behind[0].kind == "dotted"
            short = len(behind[0].phrase) <= LONGEST_FORM and behind[0].capitalised
            if not abbreviated and behind[0].words[0].shape == "upper" and self._is_loud(first):
                return False  # where all is capitals, AS is a small word
            if abbreviated or (short and not self._possessive(last)):
                return True
        for unit in self._following(last):
            if is_legal_form(unit.senses):
                return unit.words[0].shape != "upper" or not self._is_loud(first)
            if unit.role not in ("concept", "type") and self._in_headline(last):
                return False
        return False

    def _names_institution(self, last: int, ends: Unit, candidate: Candidate) -> bool:
        """A word for an institution follows a place of several words (New York University, Belgorod State University).

        A county keeps its jail: where the place is known by the very type word, that word belongs to it.
        """
        if place_senses([ends]) and ends.types & self.resolver.facts(candidate.id).types:
            return False
        for unit in self._following(last):
            if self._trade(unit) or names_institution(unit.concepts):
                return True
            if unit.role not in ("core", "concept", "type") or self._own_word(unit) or self._in_headline(last):
                return False
        return False
