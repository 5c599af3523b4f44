"""Surroundings: when the words beside a window say that it is part of another name.

"Denzel Washington" is no city, "Kyiv Oblast" is not Kyiv, "New Kakhovka" is not Kakhovka, and «Москва» in quotation
marks is a ship, a hotel or a newspaper. The rules look at the text only; each is one small method of `_Beside`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from entitynorm.features import NATURE, SETTLED, place_senses, titled_gender
from entitynorm.model import Candidate
from entitynorm.names.acronyms import is_acronym
from entitynorm.names.lexicon import Sense, lexicon
from entitynorm.names.structure import Unit, role_of, senses_of
from entitynorm.names.types import entity_class
from entitynorm.resolver import Resolver
from entitynorm.sentences import Sentence, Sentences
from entitynorm.text.quotation import quotation, splits_quotation
from entitynorm.text.tokens import Gap, is_unspaced

_HYPHENS = ("-", "‐", "‑", "–")
# Concepts that make another place of a place name when they stand before it (New, South, Port …).
_QUALIFIERS = frozenset(
    {"new", "old", "upper", "lower", "great", "small", "port"}
    | {"north", "south", "east", "west", "northeast", "northwest", "southeast", "southwest"}
)
_LONGEST_QUOTED = 60
"""Code points behind a window in which the end of its quotation is looked for."""
_MOST_FOLLOWING = 4
"""Words behind a window that are looked at for what makes another name of it."""
_LONGEST_FORM = 5
"""Letters of a legal form as it follows a comma (Inc., GmbH): a longer word is a word of the sentence."""
_MOST_QUOTED = 5
"""Words between quotation marks up to which the quotation is read as a name, not as speech."""


def _title_case(units: Sequence[Unit]) -> list[bool]:
    """For each unit, whether its sentence is written as a headline, where capitals mean nothing."""
    out: list[bool] = []
    start = 0
    for k in range(1, len(units) + 1):
        if k == len(units) or units[k].gap >= Gap.STOP:
            line = [u for u in units[start:k] if u.role != "function"]
            capitals = sum(u.capitalised for u in line)
            out += [len(line) >= 4 and capitals >= _HEADLINE * len(line)] * (k - start)
            start = k
    return out


_WORD = 40
_HEADLINE = 0.9
"""Share of the weighty words with capitals from which a sentence is a headline."""
_LEFT = re.compile(
    r"(?:^|\n|[(,;:] |(?<![\w.])[a-z][^\W\d_]+[.!?] |(?<![\w-])\d+ |(?<![\w-])((?:[^\W\d_]+-)*[^\W\d_]+) )\Z"
)
_RIGHT = re.compile(
    r"(?:\Z|\n|[’']s(?:\s|\Z)|[.;:!?)](?:[\s”»\"]|\Z)|,(?: (?P<form>[^\W\d_]+)|[\s”»\"]|\Z)"
    r"| \d+(?![\w.-])| (?P<word>[^\W\d_]+)(?![\w’'-]|\.\w))"
)
"""What may stand before and after a window that no rule needs to look at; the groups are words that are asked about."""
_LAST_WORD = re.compile(r"(?<![\w’'-])[^\W\d_]\w+\Z")
_BORNE = re.compile(r"[^\W\d_][\w’'-]+")
_GOES_ON = re.compile(r"[\w’'-]")
_INITIAL = re.compile(r" ?[^\W\d_]\.|\.")
_PREFIXING = re.compile("[\u05d0-\u05ea\u0621-\u064a]")
"""A letter of Arabic or Hebrew, where a name may begin behind a prefix inside a word."""
_BEGINS = re.compile(r"(?<!\w)[^\W\d_]")


@lru_cache(maxsize=65_536)
def _asked_about(word: str, where: str) -> bool:
    """Whether a word is of a kind that some rule asks about: in a window, before it, after it, or as a given name."""
    senses = senses_of(word)
    slots = {s.slot for s in senses}
    if where == "calendar":
        return "calendar" in slots
    if where == "given":
        return role_of(senses) == "given" and "country" not in slots
    if where == "comma":
        return is_legal_form(senses)
    role = role_of(senses)
    if not word.islower() and (role != "function" or not word.istitle()):
        return True
    if where == "before":
        particles = [s for s in senses if s.slot == "function"]
        foreign = bool(particles) and all(s.lang != "en" for s in particles)
        return foreign or "country" in slots or "type" in slots or bool(titled_gender(senses))
    return role == "type" or "country" in slots


@lru_cache(maxsize=1024)
def _institutions(concepts: frozenset[str]) -> bool:
    """Whether an idea is that of an institution with a building, or near to one (technical university)."""
    table = lexicon()
    ids = {near for concept in concepts for near in (concept, *table.nears.get(("concept", concept), ()))}
    return any(("type", i) in table.entries and "FACILITY" in table.type_word(i).applies for i in ids)


def is_legal_form(senses: Iterable[Sense]) -> bool:
    """Whether a word is a legal form of companies (Inc, GmbH, ООО)."""
    return any("legal" in lexicon().type_word(s.id).senses for s in senses if s.slot == "type")


class Headlines:
    """Which sentences of a text are written as headlines, each looked at when first asked about."""

    def __init__(self, sentences: Sentences) -> None:
        self._sentences = sentences
        self._known: dict[int, list[bool]] = {}

    def at(self, position: int) -> bool:
        """Whether the unit that begins at a code point stands in a headline."""
        text = self._sentences.text
        nearby = _BEGINS.findall(text, max(0, position - _WORD), position + _WORD)
        if sum(map(str.islower, nearby)) > 2 * sum(map(str.isupper, nearby)):
            return False  # too many small words, whatever they are
        sentence = self._sentences.at(position)
        found = self._known.get(sentence.begin)
        if found is None:
            found = self._known[sentence.begin] = _title_case(sentence.units)
        unit = sentence.unit_at(position)
        return unit is not None and found[unit]


class _Beside:
    """The units around a window, and what they say about it."""

    def __init__(self, resolver: Resolver, stretch: Sentence, headlines: Headlines) -> None:
        self.resolver = resolver
        self.text = stretch.text
        self.units = stretch.units
        self._headlines = headlines

    def contradict(self, first: int, last: int, candidate: Candidate) -> bool:
        """Whether units ``first`` to ``last`` belong to another name than the candidate's."""
        if self._blocked(first, last, candidate.id) or self._hyphened(first, last) or self._is_date(first, last):
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
            if len(content) == 1 and (self._given_before_surname(content[0], last) or self._titled(first)):
                return True
        if kind not in ("PERSON", "PLACE") and candidate.score < 1.0 and self._part_of_quotation(first, last):
            return True
        if kind == "ORG" and (
            self._of_another_country(first, last, candidate) or self._cut_short(last, content, candidate)
        ):
            return True
        # Slavic languages set names side by side (мэр Харькова Терехов), so what follows reads Latin script only.
        if not content or content[0].words[0].script != "Latn":
            return False
        if len(content) > 1:
            return kind == "PLACE" and self._names_institution(last, content[-1], candidate)
        if self._follows_a_name(first, candidate):
            return True
        return kind != "PERSON" and self._heads_a_name(last, candidate)

    def is_whole(self, first: int, last: int) -> bool:
        """Whether a window takes in all of every handle, domain name and compound that it touches."""
        units = self.units
        for k in (first, last + 1):  # #ЖывеБеларусь is one word
            if 0 < k < len(units) and units[k].kind == units[k - 1].kind == "hashtag" and units[k].gap == Gap.NONE:
                return False
        return True

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

    # -- what stands beside a window ----------------------------------------------------------------------------

    def _left(self, first: int) -> Unit | None:
        """The capitalised word before a window that could belong to a longer name with it."""
        if not first or self._line_between(first) or self._possessive(first - 1):
            return None
        unit = self.units[first - 1]
        if self.units[first].gap == Gap.STOP:
            return unit if unit.role == "initial" else None
        # A sentence begins with a capital whatever the word; an unknown English one before a surname is a first name.
        unknown = unit.words[0].script == "Latn" and unit.role == "core"
        starts_sentence = (first < 2 or unit.gap >= Gap.STOP) and not unknown
        if self.units[first].gap > Gap.JOIN or not unit.capitalised or unit.kind != "word":
            return None
        if unit.role in ("given", "initial"):
            return unit
        return None if starts_sentence or self._in_headline(first) else unit

    def _right(self, last: int) -> Unit | None:
        """The capitalised word after a window that could belong to a longer name with it."""
        if last + 1 >= len(self.units) or self.units[last + 1].gap != Gap.JOIN or self._line_between(last + 1):
            return None
        unit = self.units[last + 1]
        if not unit.capitalised or unit.kind != "word" or self._possessive(last):
            return None
        return None if self._in_headline(last) else unit

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

    # -- the rules ----------------------------------------------------------------------------------------------

    def _blocked(self, first: int, last: int, entity_id: str) -> bool:
        """The window lies inside a longer form that is blocked for the entity (Richard Wagner)."""
        if not self.resolver.blocked_words(entity_id):
            return False
        wider = (
            (a, b) for a in range(max(0, first - 2), first + 1) for b in range(last, min(len(self.units), last + 3))
        )
        return any(
            self.resolver.is_blocked(self.text[self.units[a].start : self.units[b].end], entity_id)
            for a, b in wider
            if (a, b) != (first, last) and all(self.units[k].gap <= Gap.JOIN for k in range(a + 1, b + 1))
        )

    def _hyphened(self, first: int, last: int) -> bool:
        """A hyphen ties the window to a capitalised word that is no name of its own (Белгород-Днестровский)."""
        for k, other in ((first, first - 1), (last + 1, last + 1)):
            if 0 < k < len(self.units):
                between = self.text[self.units[k - 1].end : self.units[k].start]
                unit = self.units[other]
                if (
                    between in _HYPHENS
                    and unit.role in ("core", "given")
                    and unit.capitalised
                    and not self._known(unit)
                ):
                    return True
        return False

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
        senses = set(place_senses([after]))
        small = after.words[0].shape == "lower"
        if self._in_headline(last) or (small and after.phrase.endswith("s") and after.words[0].script == "Latn"):
            senses -= NATURE  # "KOZINKA FALLS", "Kozinka falls": a verb as likely as a waterfall
        return bool(senses) and not senses & SETTLED and not (small and "country" in senses)

    def _beside_person(self, first: int, content: Sequence[Unit], candidate: Candidate) -> bool:
        """A given name or initial before a single word makes a person of it, and another one (Denzel Washington)."""
        if len(content) != 1:
            return False
        at = first
        if entity_class(candidate.type) == "PERSON":  # Maher al-Assad
            while at and self.units[at].gap <= Gap.JOIN and self.units[at - 1].role == "function":
                at -= 1
        left = self._left(at)
        facts = self.resolver.facts(candidate.id)
        if left is None or left.role not in ("given", "initial") or left.given & facts.given:
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

    def _follows_a_name(self, first: int, candidate: Candidate) -> bool:
        """A surname found by rule stands behind a capitalised word that is none of the person's names."""
        left = self._left(first)
        identical = candidate.score >= 1.0 and entity_class(candidate.type) == "PERSON"
        return left is not None and left.role == "core" and not identical and not self._own_word(left)

    def _qualified(self, first: int, candidate: Candidate) -> bool:
        """A capitalised qualifier or natural feature stands before a name (Port Sudan, Новая Каховка, Lake Assad)."""
        if not first or self.units[first].gap > Gap.JOIN:
            return False
        left = self.units[first - 1]
        if not left.capitalised or left.kind != "word":
            return False
        kind = entity_class(candidate.type)
        if NATURE.intersection(place_senses([left])):
            qualified = kind in ("PLACE", "FACILITY", "PERSON")
        else:
            qualified = kind in ("PLACE", "FACILITY") and bool(left.concepts & _QUALIFIERS)
        return qualified and not self._in_headline(first)

    def _given_before_surname(self, unit: Unit, last: int) -> bool:
        """A place whose name is a given name too stands before an unknown capitalised word (Israel Katz)."""
        right = self._right(last)
        return bool(unit.given) and right is not None and right.role in ("core", "given", "initial")

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
        return opening + 1 < start and len(inside.split()) <= _MOST_QUOTED

    def _part_of_quotation(self, first: int, last: int) -> bool:
        """A short quotation begins with the window and goes on: «Серебряная | дверь» is not «Серебряная река»."""
        start, end = self.units[first].start, self.units[last].end
        if self.text[start - 1 : start] not in tuple("«„“"):
            return False
        begin, close = quotation(self.text[start - 1 : end + _LONGEST_QUOTED])
        inside = self.text[start - 1 + begin : start - 1 + close]
        return len(inside) > end - start and "\n" not in inside and len(inside.split()) <= _MOST_QUOTED

    def _of_another_country(self, first: int, last: int, candidate: Candidate) -> bool:
        """An institution without its country stands beside another country (Министерство обороны Молдовы)."""
        facts = self.resolver.facts(candidate.id)
        if not facts.countries or not any(e.feature in ("country_missing", "weak") for e in candidate.evidence):
            return False
        beside: set[str] = set()
        left = self.units[first - 1] if first and self.units[first].gap <= Gap.JOIN else None
        if left is not None and not self._possessive(first - 1) and (left.is_adjective or is_acronym(left, least=2)):
            beside |= left.countries  # Moldovan Ministry of Defence, UK Armed Forces
        after = last + 1
        while (
            after < len(self.units) and self.units[after].gap == Gap.JOIN and self.units[after].phrase in ("of", "the")
        ):
            after += 1
        if after < len(self.units) and self.units[after].gap == Gap.JOIN and not self._possessive(last):
            beside |= self.units[after].countries
        return bool(beside) and not beside & facts.countries

    def _cut_short(self, last: int, content: Sequence[Unit], candidate: Candidate) -> bool:
        """The next word makes another institution of several (Ukrainian Defence | Ministry; Free Coast | Choir)."""
        right = self._right(last)
        if right is None or len(content) < 2 or right.words[0].script != "Latn":
            return False
        if (
            right.role == "core"
            and not self._own_word(right)
            and any(e.feature == "missing" for e in candidate.evidence)
        ):
            return True
        if candidate.evidence[0].feature == "identical" or not right.concepts:
            return False
        return not right.concepts & self.resolver.facts(candidate.id).concepts

    def _heads_a_name(self, last: int, candidate: Candidate) -> bool:
        """A single word is the head of a longer capitalised name (Kyiv Post, Kharkiv Tractor Plant, Armenia Fund)."""
        right = self._right(last)
        if right is None:
            return False
        facts = self.resolver.facts(candidate.id)
        identical = candidate.evidence[0].feature == "identical"
        if right.role == "core" and not identical and not self._own_word(right):
            return True
        k = last + 1
        while k < len(self.units) and k <= last + 3 and self.units[k].capitalised and self.units[k].kind == "word":
            unit = self.units[k]
            if (k > last + 1 and unit.gap != Gap.JOIN) or SETTLED.intersection(place_senses([unit])):
                break  # Kyiv City is Kyiv
            if unit.concepts or self._trade(unit):
                return not (unit.concepts & facts.concepts or unit.types & facts.types)
            if unit.role != "core" or self._own_word(unit):
                break
            k += 1
        return False

    def _following(self, last: int) -> list[Unit]:
        """The capitalised words right behind a window, which may go on its name."""
        out: list[Unit] = []
        for k in range(last + 1, min(last + 1 + _MOST_FOLLOWING, len(self.units))):
            unit = self.units[k]
            if unit.gap != Gap.JOIN or not unit.capitalised or self._line_between(k) or self._possessive(k - 1):
                break
            out.append(unit)
        return out

    def _is_company(self, first: int, last: int) -> bool:
        """A legal form makes a company of what bears the name (Voss Foods Inc; Voss, Ltd.; ООО «Восс»)."""
        before = self.units[first - 1] if first and self.units[first].gap <= Gap.JOIN else None
        if before is not None and before.words[0].shape == "upper" and is_legal_form(before.senses):
            return True
        behind = self.units[last + 1 : last + 2]
        if behind and behind[0].gap <= Gap.COMMA and is_legal_form(behind[0].senses):
            abbreviated = self.text[behind[0].end : behind[0].end + 1] == "." or behind[0].kind == "dotted"
            short = len(behind[0].phrase) <= _LONGEST_FORM and behind[0].capitalised
            if abbreviated or (short and not self._possessive(last)):
                return True
        for unit in self._following(last):
            if is_legal_form(unit.senses):
                return True
            if self._in_headline(last) and unit.role not in ("concept", "type"):
                return False
        return False

    def _names_institution(self, last: int, ends: Unit, candidate: Candidate) -> bool:
        """A word for an institution follows a place of several words (New York University, Belgorod State University).

        A county keeps its jail: where the place is known by the very type word, that word belongs to it.
        """
        if place_senses([ends]) and ends.types & self.resolver.facts(candidate.id).types:
            return False
        for unit in self._following(last):
            if self._trade(unit) or _institutions(unit.concepts):
                return True
            if self._in_headline(last) or unit.role not in ("core", "concept", "type") or self._own_word(unit):
                return False
        return False

    def _trade(self, unit: Unit) -> bool:
        """A type word of organisations, facilities or products (Tribune, Fund, Plant, крейсер)."""
        return any({"ORG", "FACILITY", "PRODUCT"} & set(lexicon().type_word(t).applies) for t in unit.types)


class Surroundings:
    """What the words beside the windows of a text say."""

    def __init__(self, resolver: Resolver, text: str, sentences: Sentences, *, context: bool = True) -> None:
        """``context=False`` reads the sentence of a window only, not what the text says of the same word elsewhere."""
        self._resolver = resolver
        self._text = text
        self._sentences = sentences
        self._context = context
        self._headlines = Headlines(sentences)
        self._borne: dict[str, bool] = {}

    def kept(self, start: int, end: int, candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
        """The candidates that the words around a window leave standing."""
        glued = start and self._text[start - 1].isalpha() and _PREFIXING.match(self._text, start)
        if glued or is_unspaced(self._text[start]) or self._stands_apart(start, end, candidates):
            kept = tuple(candidates)
        else:
            kept = self._uncontradicted(start, end, candidates)
        if self._context:
            others = tuple(c for c in kept if entity_class(c.type) not in ("PLACE", "FACILITY"))
            if len(others) < len(kept) and self._is_surname(self._text[start:end]):
                return others
        return kept

    def _stands_apart(self, start: int, end: int, candidates: Sequence[Candidate]) -> bool:
        """Whether a window stands between small words that no rule asks about, or punctuation: then none contradicts.

        A shortcut past the rules of `_Beside`, for most mentions of most texts.
        """
        text = self._text
        left, right = _LEFT.search(text, max(0, start - _WORD), start), _RIGHT.match(text, end, end + _WORD)
        if left is None or right is None:
            return False
        if "\u0400" <= text[start] <= "\u052f" and any(mark in text[max(0, start - 60) : end + 60] for mark in '«„“"'):
            return False
        beside = [word.lower() for word in (left[1], right["word"]) if word]
        return (
            not _asked_about(text[start:end], "calendar")
            and not (left[1] and _asked_about(left[1], "before"))
            and not (right["word"] and _asked_about(right["word"], "after"))
            and not (right["form"] and _asked_about(right["form"], "comma"))
            and not (right["word"] in ("of", "the") and any(entity_class(c.type) == "ORG" for c in candidates))
            and not any(self._resolver.blocked_words(c.id).intersection(beside) for c in candidates)
        )

    def _uncontradicted(self, start: int, end: int, candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
        stretch = self._sentences.around(start, end)
        place = stretch.locate(start, end)
        if place is None:
            return tuple(candidates) if not stretch.units else ()
        first, last = place
        beside = _Beside(self._resolver, stretch, self._headlines)
        if not beside.is_whole(first, last):
            return ()
        return tuple(c for c in candidates if not beside.contradict(first, last, c))

    def _is_surname(self, word: str) -> bool:
        """Whether a word somewhere in the text stands behind a given name: a person bears it (Hillary Clinton)."""
        found = self._borne.get(word)
        if found is None:
            found = self._borne[word] = _BORNE.fullmatch(word) is not None and self._stands_behind_given(word)
        return found

    def _stands_behind_given(self, word: str) -> bool:
        text = self._text
        at = text.find(f" {word}")
        while at >= 0:
            before = _LAST_WORD.search(text, max(0, at - _WORD), at)
            whole = not _GOES_ON.match(text, at + 1 + len(word))
            if whole and before and before[0][0].isupper() and _asked_about(before[0], "given"):
                return True
            at = text.find(f" {word}", at + 1)
        return False

    def with_initials(self, start: int, end: int) -> int:
        """Where a person ends when initials follow (Путин В.В.)."""
        if not _INITIAL.match(self._text, end):
            return end
        stretch = self._sentences.around(start, end)
        place = stretch.locate(start, end)
        return end if place is None else _Beside(self._resolver, stretch, self._headlines).with_initials(place[1], end)
