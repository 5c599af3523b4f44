"""One word of a name: everything that can be said about it without its neighbours, and how alike two words are."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

from entitynorm.names.inflection import Gender, adjective_bases, genders, lemmas
from entitynorm.text.folding import fold_text
from entitynorm.text.sounds import Reading, distance, phone_key, readings, wide_readings, without_foreign_ending
from entitynorm.text.tokens import script_of

_SILENT = re.compile("['\".]|¬ ?|[=⸗]")
_DIGIT = re.compile(r"\d")
SAME, ROMANISATION, INFLECTION, ADJECTIVE, SPELLING = "same", "romanisation", "inflection", "adjective", "spelling"
_LONGEST_ACRONYM = 5
_SHORT_ACRONYM = 3
SPELLING_ENDING = "spelling of an ending"
_CASE_COST, _ADJECTIVE_COST = 0.02, 0.08
"""What it costs to take a word for a case form, or for an adjective, of another."""
_MOST_WIDE, _MOST_LEMMAS, _MOST_BASES, _MOST_LATIN, _MOST_SOUTHERN = 5, 8, 4, 5, 3
_LEAST_INFLECTED = 4
_MOST_READ = 4
"""Readings of a dictionary form."""
_DERIVED_COST = 0.05
_BONE = {
    phone: 1 << n
    for n, phones in enumerate(("bp", "dt", "gkh", "fv", "zsZScCJ", "m", "n", "l", "r"))
    for phone in phones
}
"""Consonant classes, as in the skeletons of `entitynorm.retrieval.phones`."""
LONGEST_WORD = 64
"""Letters above which a word is compared letter by letter only: no name is so long."""


_NO_GENDERS: frozenset[Gender] = frozenset()


class Word:
    """A word with its readings, each made when asked for. Instances are shared and compared by identity; see `word`."""

    __slots__ = (
        "_bases",
        "_bones",
        "_forms",
        "_genders",
        "_lemmas",
        "_readings",
        "_wide",
        "fold",
        "has_digit",
        "script",
        "shape",
        "style",
        "text",
    )

    def __init__(self, text: str, style: str = "") -> None:
        if text.isascii() and text.isalpha():  # most words of most texts
            self._begin(text, text.lower(), "Latn", _ascii_shape(text), style)
            return
        # Russian prints either ё or е for one name.
        fold = _SILENT.sub("", fold_text(text)).replace("ё", "е")
        self._begin(text, fold, script_of(text[:LONGEST_WORD]), shape_of(text), style)

    def _begin(self, text: str, fold: str, script: str, shape: str, style: str) -> None:
        self.text = text
        self.fold = fold
        """Folded, without apostrophes and the dots of initials."""
        self.script = script
        self.shape = shape
        """lower, title, upper, mixed, caseless or number."""
        self.style = style
        self.has_digit = not fold.isalpha() and bool(_DIGIT.search(fold))
        self._bones: int | None = None
        self._forms: list[tuple[str, float, str]] | None = None
        self._readings: tuple[Reading, ...] | None = None
        self._wide: tuple[Reading, ...] | None = None
        self._lemmas: tuple[tuple[str, float, str], ...] | None = None
        self._bases: tuple[tuple[str, str], ...] | None = None
        self._genders: frozenset[Gender] | None = None

    @property
    def _short(self) -> bool:
        """Longer words are compared letter by letter only: no name is so long."""
        return len(self.text) <= LONGEST_WORD

    @property
    def readings(self) -> tuple[Reading, ...]:
        """How the word may sound, the plain reading first."""
        if self._readings is None:
            self._readings = readings(self.text, self.style) if self._short else ()
        return self._readings

    @property
    def wide(self) -> tuple[Reading, ...]:
        """How the word may sound by every habit of spelling; see `entitynorm.text.sounds.wide_readings`."""
        if self._wide is None:
            warm([self])
        return self._wide or ()

    @property
    def small(self) -> Word:
        """The word in lower case, which is read once for all its ways of writing; itself where an index has read it."""
        lowered = self.text.lower()
        if lowered == self.text:
            return self
        found = word(lowered)
        return found if self._wide is None or self._wide is found._wide else self

    @property
    def is_read(self) -> bool:
        """Whether its wide readings are known already."""
        return self._wide is not None

    def take_readings(self, found: tuple[Reading, ...]) -> None:
        """Give it the wide readings that an index kept of it."""
        self._wide = found

    @property
    def plain(self) -> list[tuple[str, float]]:
        """(phones, cost) of how the word itself may sound."""
        return [(r.phones, r.cost * 0.5) for r in self.wide[:_MOST_WIDE]]

    @property
    def forms(self) -> list[tuple[str, float, str]]:
        """(phones, cost, "" or what form) of everything the word may be read as, dictionary forms included."""
        if self._forms is None:
            read_forms([self])
        return self._forms or []

    def _dictionary_forms(self) -> list[tuple[str, float, str]]:
        """(lower-case word, cost, what form) for each dictionary form, in every language that the script can be of."""
        if not self._short or len(self.fold) < _LEAST_INFLECTED:
            return []
        if self.script == "Latn":
            found = [(text, cost, INFLECTION) for text, cost in without_foreign_ending(self.fold)]
            asked = lemmas(self.text)[:_MOST_LATIN]
        elif self.script == "Cyrl":
            found = []
            asked = lemmas(self.fold, languages=("bg", "mk"))[:_MOST_SOUTHERN]
        else:
            return []
        for one in asked:
            cost = _CASE_COST + 0.02 * (one.usual - 1) + (_DERIVED_COST if one.derived else 0.0)
            found.append((one.text, cost, ADJECTIVE if one.derived == "possessive" else INFLECTION))
        return found

    def _take_forms(self, dictionary: Iterable[tuple[tuple[Reading, ...], float, str]]) -> None:
        found = {phones: (cost, "") for phones, cost in self.plain}
        for phones, cost, _ in self.lemmas[:_MOST_LEMMAS] if len(self.fold) >= _LEAST_INFLECTED else ():
            found.setdefault(phones, (_CASE_COST + cost * 0.5, INFLECTION))
        for reads, cost, form in dictionary:
            for reading in reads[:2]:
                found.setdefault(reading.phones, (cost + reading.cost * 0.5, form))
        for phones, _ in self.bases[:_MOST_BASES]:
            found.setdefault(phones, (_ADJECTIVE_COST, ADJECTIVE))
        self._forms = [(phones, cost, form) for phones, (cost, form) in found.items()]

    @property
    def bones(self) -> int:
        """The consonant classes of all its readings, as a set of bits."""
        if self._bones is None:
            bones = 0
            for phone in set("".join([r.phones for r in self.wide[:_MOST_WIDE]])):
                bones |= _BONE.get(phone, 0)
            self._bones = bones
        return self._bones

    @property
    def lemmas(self) -> tuple[tuple[str, float, str], ...]:
        """(phones, cost, dictionary form) for each dictionary form the word may be a case form of."""
        if self._lemmas is None:
            _read_lemmas([self])
        return self._lemmas or ()

    @property
    def bases(self) -> tuple[tuple[str, str], ...]:
        """(phones, place name) for each place name the word may be the adjective of."""
        if self._bases is None:
            able = self.script in ("Cyrl", "Latn") and len(self.fold) > 4 and self._short
            self._bases = _bases(self.fold, self.lemmas) if able else ()
        return self._bases

    @property
    def genders(self) -> frozenset[Gender]:
        """Genders a surname of this form can have; empty when unknown."""
        if self._genders is None:
            told = genders(self.fold, None) if len(self.fold) > 3 and self._short else None
            self._genders = told or _NO_GENDERS  # one for all: most words tell nothing
        return self._genders


@lru_cache(maxsize=8_192)
def joined(words: tuple[Word, ...]) -> Word:
    """Words written together as one, read as they are read apart."""
    whole = Word.__new__(Word)
    whole._begin("".join(w.text for w in words), "".join(w.fold for w in words), words[0].script, "title", "")
    first = Reading("".join(w.wide[0].phones for w in words if w.wide), 0.0)
    other = Reading("".join(w.wide[min(1, len(w.wide) - 1)].phones for w in words if w.wide), 0.02)
    whole.take_readings((first,) if other.phones == first.phones else (first, other))
    return whole


def warm(words: Iterable[Word]) -> None:
    """Read many words at once; each would read itself when asked, only slower."""
    unread = list(dict.fromkeys(w for w in words if w._wide is None))
    lowered = [w.small for w in unread]  # asked once: what is remembered of words may be dropped meanwhile
    small = list(dict.fromkeys(s for s in lowered if s._wide is None))
    for one, found in zip(small, wide_readings([w.text if w._short else "" for w in small]), strict=True):
        one._wide = found
    for one, read in zip(unread, lowered, strict=True):
        one._wide = read._wide


def read_forms(words: Iterable[Word]) -> None:
    """Read the dictionary forms of many words at once, where they are not read yet."""
    unread = list(dict.fromkeys(w for w in words if w._forms is None))
    lowered = [w.small for w in unread]
    small = list(dict.fromkeys(s for s in lowered if s._forms is None))
    _read_lemmas(small)
    asked = [one._dictionary_forms() for one in small]
    texts = list(dict.fromkeys(text for some in asked for text, _, _ in some))
    found = dict(zip(texts, wide_readings(texts), strict=True))
    for one, some in zip(small, asked, strict=True):
        one._take_forms((found[text], cost, form) for text, cost, form in some)
    for one, read in zip(unread, lowered, strict=True):
        one._forms = read._forms


def _read_lemmas(words: Iterable[Word]) -> None:
    """Read the dictionary forms that many words in Cyrillic may be case forms of, where they are not read yet."""
    unread = [w for w in words if w._lemmas is None]
    declined = [w.script == "Cyrl" and w._short and len(w.fold) >= _LEAST_INFLECTED for w in unread]
    asked = [
        [lemma.text for lemma in lemmas(one.fold) if lemma.text != one.fold] if able else []
        for one, able in zip(unread, declined, strict=True)
    ]
    texts = list(dict.fromkeys(text for some in asked for text in some))
    found = dict(zip(texts, wide_readings(texts), strict=True))
    for one, some in zip(unread, asked, strict=True):
        one._lemmas = tuple((r.phones, r.cost, text) for text in some for r in found[text][:_MOST_READ])


def _bases(fold: str, cases: tuple[tuple[str, float, str], ...]) -> tuple[tuple[str, str], ...]:
    bases = dict.fromkeys(b for form in (fold, *(case[2] for case in cases)) for b in adjective_bases(form))
    return tuple((r.phones, base) for base in bases for r in readings(base)[:_MOST_READ])


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two words are, in [0, 1], and what they have in common."""

    value: float
    kind: str
    detail: str


UNLIKE = Likeness(0.0, "", "")


def _ascii_shape(text: str) -> str:
    if text.islower():
        return "lower"
    if text.isupper():
        return "title" if len(text) == 1 else "upper"
    return "title" if text.istitle() else "mixed"


def shape_of(text: str) -> str:
    """lower, title, upper, mixed, caseless or number."""
    letters = [c for c in text if c.isalpha()]
    if not letters:
        return "number"
    if not any(c.isupper() or c.islower() for c in letters):
        return "caseless"
    if all(c.isupper() for c in letters):
        return "title" if len(letters) == 1 else "upper"
    if not any(c.isupper() for c in letters):
        return "lower"
    return "title" if letters[0].isupper() and not any(c.isupper() for c in letters[1:]) else "mixed"


@lru_cache(maxsize=32_768)
def word(text: str, style: str = "") -> Word:
    """The word, analysed. ``style``: the name it stands in, lower case, as evidence for habits of spelling."""
    return Word(text, style)


def _limit(length: int) -> float:
    """The slips a word of so many phones may hold: short names must be right to the letter."""
    if length <= 4:
        return 0.0
    if length <= 6:
        return 0.35
    return 0.65 if length <= 7 else 1.0


def _other_ending(a: str, b: str) -> bool:
    """Whether two readings differ as place names in -sk and -ske do (Pokrovsk, Pokrovske): neighbours, not slips."""
    longer, shorter = (a, b) if len(a) > len(b) else (b, a)
    return shorter.endswith(("sk", "ck", "zk")) and longer[:-1] == shorter


def _meet(ours: list[tuple[str, float, str]], theirs: list[tuple[str, float, str]]) -> tuple[float, str] | None:
    known: dict[str, tuple[float, str]] = {}
    for phones, cost, label in theirs:
        if phones not in known or cost < known[phones][0]:
            known[phones] = (cost, label)
    best: tuple[float, str] | None = None
    for phones, cost, label in ours:
        if phones in known and len(phones) > 1:
            total = cost + known[phones][0]
            if best is None or total < best[0]:
                best = (
                    total,
                    f"{label}~{known[phones][1]} [{phones}]" if label != known[phones][1] else f"{label} [{phones}]",
                )
    return best


@lru_cache(maxsize=16_384)
def likeness(a: Word, b: Word, adjectives: bool = True) -> Likeness:
    """How alike two words are; symmetric in value.

    The first of these that holds: the same letters (1.0); a shared reading (at most 0.97); one is a case form of
    the other (0.95); one is the adjective of the other (0.92); a small slip in a word long enough to bear it
    (0.65 to 0.95). The first sound must agree for a slip, and numbers and acronyms must be right to the letter.
    ``adjectives``: whether an adjective may answer the name that it is made from.
    """
    if a.fold == b.fold:
        return Likeness(1.0, SAME, a.fold)
    if _DIGIT.search(a.fold) or _DIGIT.search(b.fold) or not a.readings or not b.readings:
        return UNLIKE
    acronyms = a.shape == b.shape == "upper" and min(len(a.fold), len(b.fold)) <= _LONGEST_ACRONYM
    if acronyms and a.script == b.script:
        return UNLIKE
    if a.shape != b.shape and "upper" in (a.shape, b.shape) and min(len(a.fold), len(b.fold)) <= _SHORT_ACRONYM:
        return UNLIKE  # ООН is not Он
    plain_a = [(r.phones, r.cost, a.fold) for r in a.readings]
    plain_b = [(r.phones, r.cost, b.fold) for r in b.readings]
    met = _meet(plain_a, plain_b)
    if met:
        return Likeness(max(0.6, 0.97 - met[0]), ROMANISATION, met[1])
    cases_a, cases_b = list(a.lemmas), list(b.lemmas)
    met = _meet(cases_a, plain_b) or _meet(plain_a, cases_b) or _meet(cases_a, cases_b)
    if met:
        return Likeness(max(0.6, 0.95 - met[0]), INFLECTION, met[1])
    bases_a = [(phones, 0.0, base) for phones, base in a.bases]
    bases_b = [(phones, 0.0, base) for phones, base in b.bases]
    met = _meet(bases_a, plain_b + cases_b) or _meet(plain_a + cases_a, bases_b) or _meet(bases_a, bases_b)
    if met and adjectives:
        return Likeness(0.92, ADJECTIVE, met[1])
    if acronyms:
        return UNLIKE
    best = (9.0, "", "")
    slips_a = (*a.readings[:3], *(Reading(phones, cost) for phones, cost, _ in a.lemmas[:3]))
    slips_b = (*b.readings[:3], *(Reading(phones, cost) for phones, cost, _ in b.lemmas[:3]))
    for x in slips_a:
        for y in slips_b:
            if abs(len(x.phones) - len(y.phones)) < 3 and phone_key(x.phones[0]) == phone_key(y.phones[0]):
                if OSA.distance(x.phones, y.phones, score_cutoff=2) > 2:
                    continue  # the plain edit distance is a cheap bound: no two slips cost less than a limit allows
                cost = distance(x.phones, y.phones) + x.cost + y.cost
                if cost <= _limit(min(len(x.phones), len(y.phones))) and cost < best[0]:
                    best = (cost, x.phones, y.phones)
    if best[0] > 1.2:
        return UNLIKE
    length = min(len(best[1]), len(best[2]))
    value = 0.95 - 0.27 * best[0] * min(1.0, 9 / length)
    return Likeness(
        value,
        SPELLING_ENDING if _other_ending(best[1], best[2]) else SPELLING,
        f"{a.fold}~{b.fold} [{best[1]}/{best[2]}, cost {best[0]:.2f}]",
    )
