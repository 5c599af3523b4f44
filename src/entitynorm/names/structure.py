"""Name structure: the slots of a name, recognised before any strings are compared.

"Belgorod Oblast Governor Vyacheslav Gladkov" is a place with its type word, a role and a person; comparing it
letter by letter with "Vyacheslav Gladkov" sees mostly noise. `parse` cuts a name, or a whole text, into *units*,
each with the roles its words can play: type word, title, function word, country, concept, given name, initial,
number, or core (a word that no table knows, which is what names are made of).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from entitynorm.names.lexicon import Sense, lexicon
from entitynorm.names.meanings import (
    begins_phrase,
    compound_form,
    longest_phrase,
    meanings_of,
    pair_begins_phrase,
    region_adjective,
    region_type,
    role_of,
)
from entitynorm.names.units import Name, Unit
from entitynorm.names.words import Word, word
from entitynorm.text.sounds import initial_pairs
from entitynorm.text.tokens import Gap, Token, pieces, tokenize

_DIGIT = re.compile(r"\d")
_NO_IDS: frozenset[str] = frozenset()
"""One for all: most words have none, and there are many words."""
_HANDLE_PART = re.compile(r"[^\W_]+")
_HANDLE_TAILS = frozenset(
    {"en", "eng", "ua", "ukr", "ru", "rus", "uk", "us", "eu", "de", "fr", "pl", "official", "live", "tv", "hq", "int"}
)
_SECOND_LEVEL = frozenset({"com", "co", "org", "net", "gov", "gob", "gouv", "edu", "mil", "ac", "info", "in"})
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th|er|e)$|(?<=\d)(?:[аяйоеіїхєи]|[гтмншк][аоуияйеіїі]{1,2}|го|му|ых|ої|ій)$")
_ORDINAL_TAIL = re.compile(r"(?:[аяйоеіїхєи]|[гтмнш][аоуияйеіїіь]{1,2}|ых|ої|ій|st|nd|rd|th)$")


@lru_cache(maxsize=16_384)
def senses_of(text: str) -> tuple[Sense, ...]:
    """What one written word can be by the lexicon, whatever stands beside it.

    >>> [(s.slot, s.id) for s in senses_of("Governor")]
    [('title', 'governor')]
    """
    if text.isascii() and text.isalpha():
        senses = meanings_of(text.lower())
        return senses if text.isupper() and len(text) > 1 else tuple(s for s in senses if not s.caps)
    return tuple(sense for unit in parse(text).units for sense in unit.senses)


@lru_cache(maxsize=16_384)
def slots_of(text: str) -> frozenset[str]:
    """The slots of `senses_of`: whether a written word can be a type word, a title, a country and so on."""
    senses = senses_of(text)
    return frozenset([sense.slot for sense in senses]) if senses else _NO_IDS


@lru_cache(maxsize=16_384)
def is_of(word: str) -> bool:
    """Whether a word ties a name to the type word before it (Gulf of Aden, cártel de Sinaloa)."""
    return any(s.slot == "function" and s.id == "of" for s in senses_of(word))


def _role(senses: tuple[Sense, ...], words: tuple[Word, ...], kind: str, gap_after: int | None) -> str:
    if kind == "initial":
        return "initial"
    if len(words) == 1:
        only = words[0]
        if only.shape == "number":
            return "number"
        if gap_after == Gap.STOP and only.shape == "title" and len(only.fold) == 1:
            return "initial"
        if gap_after == Gap.STOP and only.shape == "title" and only.fold in initial_pairs():
            return "initial"
        if len(only.fold) == 1 and only.shape == "title" and not senses:
            return "initial"
    return role_of(senses)


class _Said(NamedTuple):
    """What words are, wherever they stand."""

    role: str
    concepts: frozenset[str]
    countries: frozenset[str]
    types: frozenset[str]
    given: frozenset[str]


_UNKNOWN = _Said("core", _NO_IDS, _NO_IDS, _NO_IDS, _NO_IDS)
"""What names are made of: words that no table knows."""


def _told(words: tuple[Word, ...], senses: tuple[Sense, ...], kind: str, stop_after: bool) -> _Said:
    def ids(slot: str) -> frozenset[str]:
        found = [s.id for s in senses if s.slot == slot]
        return frozenset(found) if found else _NO_IDS

    role = _role(senses, words, kind, Gap.STOP if stop_after else None)
    return _Said(role, ids("concept"), ids("country"), ids("type"), ids("given"))


_said = lru_cache(maxsize=8_192)(_told)


def _unit(token: Token, end: int, words: tuple[Word, ...], senses: tuple[Sense, ...], gap_after: int | None) -> Unit:
    said = _said(words, senses, token.kind, gap_after == Gap.STOP)
    return Unit(words, token.start, end, token.gap, token.kind, senses, *said, " ".join(w.fold for w in words))


def _split_token(token: Token) -> list[Token]:
    """A handle or domain as the words it is made of, each at the offsets of the whole."""
    if token.kind == "handle":
        found = _HANDLE_PART.findall(token.text.replace("_", " "))
        parts = [part[a:b] for part in found for a, b in pieces(part)]
        while len(parts) > 1 and parts[-1].lower() in _HANDLE_TAILS:
            parts.pop()
    elif token.kind == "dotted" and "\u0400" <= token.text[0] <= "\u052f":
        # В.В. Путин: initials in Cyrillic; acronyms are not dotted there.
        letters = range(0, len(token.text), 2)
        gaps = [token.gap] + [Gap.STOP] * len(letters)
        places = zip(letters, gaps, strict=False)
        return [Token(token.text[k], token.start + k, token.start + k + 1, "initial", gap) for k, gap in places]
    elif token.kind == "domain":
        labels = token.text.split(".")
        while len(labels) > 2 and labels[-2] in _SECOND_LEVEL:
            labels.pop()  # mod.gov.ua: the name stands before the public suffix
        parts = [labels[-2]]
    else:
        return [token]
    gaps = [token.gap] + [Gap.NONE] * len(parts)
    return [Token(part, token.start, token.end, token.kind, gap) for part, gap in zip(parts, gaps, strict=False)]


def _ordinals(tokens: Iterable[Token]) -> Iterator[Token]:
    """Tokens with the endings of ordinals gone: 3rd, 3-тя and 3-я are the number 3."""
    before: Token | None = None
    for token in tokens:
        joined = (
            before is not None and before.text.isdigit() and token.start == before.end + 1 and token.gap == Gap.JOIN
        )
        if joined and _ORDINAL_TAIL.fullmatch(token.text):
            before = None
            continue
        before = token
        yield token._replace(text=_ORDINAL.sub("", token.text)) if token.text[0].isdigit() else token


def _style(tokens: Sequence[Token], i: int) -> str:
    """The word and its neighbours in the same name, lower case: evidence for habits of spelling."""
    near = tokens[i].text
    if not near.isascii() or near.islower():
        return ""
    if not near[0].isupper():
        near = ""
    if i and tokens[i].gap <= Gap.JOIN and (before := tokens[i - 1].text)[0].isupper():
        near = f"{before} {near}" if near else before
    if i + 1 < len(tokens) and tokens[i + 1].gap <= Gap.JOIN and (after := tokens[i + 1].text)[0].isupper():
        near = f"{near} {after}" if near else after
    near = near.lower()
    return near if "w" in near or "j" in near or "sch" in near else ""


def _expand(unit: Unit) -> Iterator[Unit]:
    """A compound (Минобороны, Херсонщина) as one unit for each idea in it, all at the same offsets."""
    if unit.role == "core" and len(unit.words) == 1 and unit.words[0].script == "Cyrl" and unit.capitalised:
        adjective = region_adjective(unit.phrase)
        if adjective is not None:
            yield replace(unit, words=(word(adjective.capitalize()),))
            region = Sense("type", region_type(), "compound", "")
            yield replace(unit, gap=Gap.NONE, senses=(region,), role="type", types=frozenset({region.id}))
            return
    key = compound_form(unit.phrase) if unit.phrase else None
    shouted = unit.role == "function" and unit.words[0].shape != "upper"
    if key is None or unit.types or shouted:
        yield unit
        return
    country = lexicon().compound_country(key)
    parts = [("concept", part) for part in lexicon().compound(key) or ()] + ([("country", country)] if country else [])
    none: frozenset[str] = frozenset()
    for n, (slot, part) in enumerate(parts):
        one = frozenset({part})
        yield replace(
            unit,
            gap=Gap.NONE if n else unit.gap,
            senses=(Sense(slot, part, "compound", ""),),
            role=slot,
            concepts=one if slot == "concept" else none,
            countries=one if slot == "country" else none,
            types=none,
            given=none,
        )


def _holds_acronym(words: Sequence[Word]) -> bool:
    upper = [w.shape == "upper" for w in words]
    return any(upper) and not all(upper)


def _small_inside(words: Sequence[Word]) -> bool:
    return all(w.shape == "lower" for w in words)


_LONGEST_INITIAL = 2
"""Letters of a word that a full stop makes an initial (Yu.)."""


class _Read(NamedTuple):
    """A word as it stands in a text."""

    words: tuple[Word, ...]
    """The one word."""
    begins: bool
    """Whether some phrase of the lexicon begins with it."""
    senses: tuple[Sense, ...]
    plain: bool
    """Whether it holds no more than one idea."""
    said: _Said
    said_before_stop: _Said


@lru_cache(maxsize=16_384)
def _read_word(text: str, style: str) -> _Read:
    only = word(text, style)
    fold = only.fold
    begins = begins_phrase(fold)
    senses = meanings_of(fold)
    if senses and only.shape in ("lower", "title"):
        senses = tuple([s for s in senses if not s.caps])
    words = (only,)
    shortest = len(fold) <= _LONGEST_INITIAL
    unknown = not senses and not shortest and only.shape != "number"
    said = _UNKNOWN if unknown else _told(words, senses, "word", False)
    plain = True
    if only.script == "Cyrl" or compound_form(fold) is not None:
        unit = Unit(words, 0, 0, Gap.NONE, "word", senses, *said, fold)
        plain = list(_expand(unit)) == [unit]
    before_stop = _told(words, senses, "word", True) if shortest else said
    return _Read(words, begins, senses, plain, said, before_stop)


def parse_units(text: str, *, running: bool = False, begin: int = 0, end: int | None = None) -> tuple[Unit, ...]:
    """All units of a text, or of ``text[begin:end]``, in order, whatever stands between them (see `Unit.gap`).

    In running text a phrase keeps to one way of writing: "Telegram channel" is a name and a common noun there,
    while in a single name it is the type word of a channel.
    """
    found: Iterable[Token] = tokenize(text, begin, end)
    if _DIGIT.search(text, begin, len(text) if end is None else end):
        found = _ordinals(found)
    tokens = [part for token in found for part in ((token,) if token.kind == "word" else _split_token(token))]
    read = [_read_word(t.text, "" if t.text.islower() else _style(tokens, i)) for i, t in enumerate(tokens)]
    count = len(tokens)
    units: list[Unit] = []
    i = 0
    while i < count:
        token = tokens[i]
        one = read[i]
        after = tokens[i + 1] if i + 1 < count else None
        begins = (
            one.begins
            and after is not None
            and after.gap <= Gap.JOIN
            and after.kind == "word"
            and pair_begins_phrase(one.words[0].fold, read[i + 1].words[0].fold)
        )
        if one.plain and not begins and token.kind == "word":
            i += 1
            said = one.said_before_stop if after is not None and after.gap == Gap.STOP else one.said
            fold = one.words[0].fold
            units.append(Unit(one.words, token.start, token.end, token.gap, "word", one.senses, *said, fold))
            continue
        words, senses = _group(tokens, read, i, running) if begins else (one.words, meanings_of(one.words[0].fold))
        if any(w.shape in ("lower", "title") for w in words):
            senses = tuple(s for s in senses if not s.caps)  # US and us, ООО and ооо
        last = i + len(words)
        gap_after = tokens[last].gap if last < count else None
        units += _expand(_unit(token, tokens[last - 1].end, words, senses, gap_after))
        i = last
    return tuple(units)


def _group(
    tokens: Sequence[Token], read: Sequence[_Read], i: int, running: bool
) -> tuple[tuple[Word, ...], tuple[Sense, ...]]:
    """The words of the longest phrase of the lexicon at a place, or the one word that stands there, and the senses."""
    reach = i + 1
    while reach < len(tokens) and reach - i < 6 and tokens[reach].gap <= Gap.JOIN and tokens[reach].kind == "word":
        reach += 1
    words = tuple(one.words[0] for one in read[i:reach])
    length, senses = longest_phrase([w.fold for w in words])
    if length > 1 and running and _holds_acronym(words[:length]):
        length = 0  # "head of the FSB" is a role, but FSB is a mention
    # "Telegram channel" mixes a name and a common noun; in Cyrillic a full name has only its first capital.
    if words[0].script == "Latn" and running and words[0].shape != "lower" and _small_inside(words[1:length]):
        length = 0
    return (words[:1], meanings_of(words[0].fold)) if length < 2 else (words[:length], senses)


_LONGEST_CACHED = 200
_LONGEST_READ = 2_000
"""Code points of one name that are taken apart: no name is longer, and a pasted page must not cost seconds."""


@lru_cache(maxsize=16_384)
def _parse(name: str) -> Name:
    return Name(name, parse_units(name))


def parse(name: str) -> Name:
    """Parse one name; short ones are remembered.

    >>> [(u.phrase, u.role) for u in parse("Governor Vyacheslav Gladkov").units]
    [('governor', 'title'), ('vyacheslav', 'given'), ('gladkov', 'core')]
    """
    return _parse(name) if len(name) <= _LONGEST_CACHED else Name(name, parse_units(name[:_LONGEST_READ]))
