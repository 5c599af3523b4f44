"""Surroundings: when the words beside a window say that it is part of another name.

"Denzel Washington" is no city, "Kyiv Oblast" is not Kyiv, "New Kakhovka" is not Kakhovka, and «Москва» in quotation
marks is a ship, a hotel or a newspaper. The rules look at the text only; each is one small method of `Beside`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from entitynorm.beside import Beside
from entitynorm.features import titled_gender
from entitynorm.headlines import Headlines
from entitynorm.model import Candidate, Evidence
from entitynorm.names.lexicon import lexicon
from entitynorm.names.meanings import forms_of, pair_begins_phrase, role_of
from entitynorm.names.structure import is_of, parse, senses_of, slots_of
from entitynorm.names.types import entity_class
from entitynorm.neighbours import is_legal_form
from entitynorm.resolver import Resolver
from entitynorm.scoring import plus
from entitynorm.sentences import Sentence, Sentences
from entitynorm.spans import Reading
from entitynorm.text.folding import fold_text
from entitynorm.text.quotation import quoted_alone
from entitynorm.text.tokens import is_unspaced, script_of

_WORD, _SHORT = 40, 8
_LEFT = re.compile(r"(?:[(,;:] |(?<![\w.])[a-z][^\W\d_]+[.!?] |(?<![\w-])\d+ |(?<![\w-])((?:[^\W\d_]+-)*[^\W\d_]+) )\Z")
_RIGHT = re.compile(
    r"(?:\Z|\n|[’']s(?:\s|\Z)|[.;:!?)](?:[\s”»\"]|\Z)|,(?: (?P<form>[^\W\d_]+)|[\s”»\"]|\Z)"
    r"| \d+(?![\w.-])| (?P<word>[^\W\d_]+)(?![\w’'-]|\.\w))"
)
"""What may stand before and after a window that no rule needs to look at; the groups are words that are asked about."""
_HEADED = re.compile(r"[^\W\d_a-zа-яё][\w’'-]+ \w+ \Z")
"""A capitalised word and a small one before a window; if that is "of", a rule looks at what is headed so."""
_POSSESSIVE = re.compile(r"['’][sS] \Z")
_LAST_WORD = re.compile(r"(?<![\w’'-])[^\W\d_]\w+\Z")
_BORNE = re.compile(r"[^\W\d_][\w’'-]+")
_GOES_ON = re.compile(r"[\w’'-]")
_INITIAL = re.compile(r" ?[^\W\d_]\.|\.[\W_]*[^\W_]{1,3}(?![^\W_])")
_ENDS_SHORT = re.compile(r"(?<![^\W_])[^\W_]{1,3}\W*\Z")
"""What follows a person whose initials may follow, and the end of a window that may be an initial itself."""
_PREFIXING = re.compile("[\u05d0-\u05ea\u0621-\u064a]")
"""A letter of Arabic or Hebrew, where a name may begin behind a prefix inside a word."""
_folded = lru_cache(maxsize=4_096)(fold_text)
"""The same words stand beside most windows."""


@lru_cache(maxsize=65_536)
def _asked_about(word: str, where: str) -> bool:
    """Whether a word is of a kind that some rule asks about: before a window, after it, or as a given name.

    Behind an institution it is a small word that may begin a phrase, and any where the institution is not spelled as
    it is listed: that may lead to whose it is.
    """
    senses, slots = senses_of(word), slots_of(word)
    if where == "given":
        return role_of(senses) == "given" and "country" not in slots
    if where == "comma":
        return is_legal_form(senses)
    role = role_of(senses)
    if where == "institution":
        return role == "function" and (not word.islower() or any(map(lexicon().starts, forms_of(fold_text(word)))))
    if where == "resembled":
        return role == "function"
    if not word.islower() and (role != "function" or not word.istitle()):
        return True
    if where == "before":
        particles = [s for s in senses if s.slot == "function"]
        foreign = bool(particles) and all(s.lang != "en" for s in particles)
        return foreign or "country" in slots or "type" in slots or bool(titled_gender(senses))
    return role == "type" or "country" in slots


def _quoted(candidates: Sequence[Candidate]) -> Iterator[Candidate]:
    """Candidates without the places and people among them, which no longer compete: «Сибирь» is a club."""
    gone = sum(c.score for c in candidates if not _is_named(c))
    for candidate in filter(_is_named, candidates):
        score = candidate.score
        if not 0 < score < 1 or not gone:
            yield candidate
            continue
        odds = min(score / max(1e-9, 1 - gone), 0.999)
        shift = math.log(odds / (1 - odds)) - math.log(score / (1 - score))
        yield plus(candidate, Evidence("quoted", 1.0, shift, "in quotation marks"))


def _before(text: str, start: int) -> str | None:
    """The word before a window, "" where what stands there is none; None where a rule needs to look."""
    if not start or text[start - 1] == "\n":
        return ""
    if text[start - 1] != " ":
        return None
    if start > 1 and text[start - 2] in "(,;:":
        return ""
    first = max(0, start - _WORD)
    at = text.rfind(" ", first, start - 1)
    if at >= 0 and (word := text[at + 1 : start - 1]).isalpha():  # nearly always, at a fraction of the cost
        return word
    found = _LEFT.search(text, max(first, at), start)
    return None if found is None else found[1] or ""


def _after(text: str, end: int) -> tuple[str, str] | None:
    """The word behind a window, and that behind it and a comma, "" where there is none; None where a rule looks."""
    at = text.find(" ", end + 1, end + _WORD) if text[end : end + 1] == " " else -1
    if at >= 0 and (word := text[end + 1 : at]).isalpha():
        return word, ""
    found = _RIGHT.match(text, end, end + _WORD)
    return None if found is None else (found["word"] or "", found["form"] or "")


def _begins_phrase(text: str, end: int, word: str) -> bool:
    """Whether the small word behind a window begins a phrase with the next (Lanao | del Norte), as far as is seen."""
    behind = _after(text, end + 1 + len(word)) if word.islower() else None
    return behind is None or (behind[0] != "" and pair_begins_phrase(fold_text(word), fold_text(behind[0])))


def _is_named(candidate: Candidate) -> bool:
    """Whether names of its class stand in quotation marks."""
    return entity_class(candidate.type) not in ("PLACE", "PERSON")


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
        self.declining = False
        """Whether the text is of a language that declines names in Latin letters."""
        self.romance = False
        """Whether it is of a Romance language."""

    def kept(self, start: int, end: int, reading: Reading) -> tuple[Candidate, ...]:
        """The candidates that the words around a window leave standing."""
        kept = reading.candidates
        glued = start and self._text[start - 1].isalpha() and _PREFIXING.match(self._text, start)
        if not (glued or is_unspaced(self._text[start]) or self._stands_apart(start, end, reading)):
            kept = self._uncontradicted(start, end, kept)
        if len(kept) > 1 and quoted_alone(self._text, start, end) and any(_is_named(c) for c in kept):
            kept = tuple(_quoted(kept))
        if self._context and reading.place:
            others = [c for c in kept if entity_class(c.type) not in ("PLACE", "FACILITY")]
            if len(others) < len(kept) and self._is_surname(self._text[start:end]):
                return tuple(others)
        return kept

    def _stands_apart(self, start: int, end: int, reading: Reading) -> bool:
        """Whether a window stands between small words that no rule asks about, or punctuation: then none contradicts.

        A shortcut past the rules of `Beside`, for most mentions of most texts.
        """
        text = self._text
        before = _before(text, start)
        if before is None or reading.calendar or (before and _asked_about(before, "before")):
            return False
        behind = _after(text, end)
        if behind is None:
            return False
        after, form = behind
        if (after and _asked_about(after, "after")) or (form and _asked_about(form, "comma")):
            return False
        if "\u0400" <= text[start] <= "\u052f" and any(mark in text[max(0, start - 60) : end + 60] for mark in '«„“"'):
            return False
        if self.declining and not before and any(u.is_adjective for u in parse(text[start:end]).units[:1]):
            return False
        if before and is_of(before) and _HEADED.search(text, max(0, start - _WORD), start):
            return False
        if reading.institution and after and _asked_about(after, "institution") and _begins_phrase(text, end, after):
            return False
        if reading.resembled and (
            (after and _asked_about(after, "resembled")) or _POSSESSIVE.search(text, max(0, start - 3), start)
        ):
            return False
        return not reading.blocked or reading.blocked.isdisjoint((_folded(before), _folded(after)))

    def _uncontradicted(self, start: int, end: int, candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
        stretch = self._sentences.around(start, end)
        place = stretch.locate(start, end)
        if place is None and stretch.unit_at(start) is not None:
            return tuple(c for c in candidates if c.score >= 1.0)  # Borno state | governor
        if place is None:
            return tuple(candidates) if not stretch.units else ()
        first, last = place
        beside = self._beside(stretch)
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
            first = max(0, at - _WORD)
            first = max(first, text.rfind(" ", first, at))
            if not text[first:at].islower() and not _GOES_ON.match(text, at + 1 + len(word)):
                before = _LAST_WORD.search(text, first, at)
                if before and before[0][0].isupper() and _asked_about(before[0], "given"):
                    return True
            at = text.find(f" {word}", at + 1)
        return False

    def with_given(self, start: int, end: int) -> int:
        """Where a person of several names begins when one more given name leads (Emmanuel | Sultani Makenga).

        Where names are declined it may be of another person (передав Івану | Борис Джонсон).
        """
        units = parse(self._text[start:end]).units
        given = _before(self._text, start) if len(units) > 1 and not (units[0].given and self.declining) else None
        if not given or not given[0].isupper() or script_of(given) != "Latn" or self._resolver.names(given):
            return start
        if not _asked_about(given, "given"):
            return self._with_unknown(start, end)
        return start - len(given) - 1

    def _with_unknown(self, start: int, end: int) -> int:
        """Where a person begins when one more name leads that no table knows (Seka | Musa Baluku)."""
        if self.declining:
            return start
        stretch = self._sentences.around(start, end)
        place = stretch.locate(start, end)
        return start if place is None else self._beside(stretch).with_unknown(place[0], start)

    def with_surname(self, start: int, end: int) -> int:
        """Where a person ends when one more name follows the full name (Luis Arce | Catacora)."""
        follows = not self.declining and self._text[end + 1 : end + 2].isupper()
        if not follows or len(parse(self._text[start:end]).units) < 2:
            return end
        stretch = self._sentences.around(start, end)
        place = stretch.locate(start, end)
        return end if place is None else self._beside(stretch).with_surname(place[1], end)

    def with_initials(self, start: int, end: int) -> int:
        """Where a person ends when initials follow (Путин В.В.)."""
        text = self._text
        ends_short = text[end : end + 1] == "." and _ENDS_SHORT.search(text, max(start, end - _SHORT), end)
        if not ends_short and not _INITIAL.match(text, end):
            return end
        stretch = self._sentences.around(start, end)
        place = stretch.locate(start, end)
        return end if place is None else self._beside(stretch).with_initials(place[1], end)

    def _beside(self, stretch: Sentence) -> Beside:
        return Beside(self._resolver, stretch, self._headlines, self.declining, self.romance)
