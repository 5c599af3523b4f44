"""Romanisation schemes read from data: one native spelling, the whole set of its Latin spellings.

A newspaper follows one habit, a passport office another: Грайворон is Grayvoron, Graivoron, Grajworon and, read as
Ukrainian, Hraivoron. Each habit is one file in ``data/schemes`` with its letters, its authority and its samples; no
letter table lives in code. Start reading at `romanisations`, then `_segments`, where a word meets a scheme;
`entitynorm.text.scheme_reader` reads the files.

Nothing here decides whether two spellings are one name, and nothing is folded: apostrophes and diacritics that a
scheme writes are kept, so that Lʹviv, L’viv and Lviv stay different strings until a caller folds them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path

from entitynorm.errors import DataError
from entitynorm.resources import data_dir
from entitynorm.row_store import Decoded
from entitynorm.table_cache import stored
from entitynorm.text.schemes import APOSTROPHE, CYRILLIC, Rule, Scheme, read_scheme_row, scheme_row

LIMIT = 64
"""Most spellings taken from one scheme by `romanisations`; those nearest the scheme's first choices are kept."""

_GENERAL = "general-mul-Cyrl-Latn-2026"
_MARKS = "\u0300-\u036f\u0483-\u0487"
_APOSTROPHES = "'’ʼ‘`"
_LETTER = f"[{CYRILLIC}][{_MARKS}]*"
# An apostrophe between letters is itself a letter in Ukrainian and Belarusian (Знам'янка).
_WORD = re.compile(f"(?:{_LETTER})+(?:[{_APOSTROPHES}](?:{_LETTER})+)*")
_ANY_CYRILLIC = re.compile(f"[{CYRILLIC}]")


@dataclass(frozen=True, slots=True)
class Romanisation:
    """One Latin spelling of a native name, and the ids of the schemes that write it."""

    text: str
    schemes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Text:
    """A text cut for spelling: each Cyrillic word with what stands before it, then the rest."""

    words: tuple[tuple[str, str], ...]
    rest: str
    shouting: bool
    """Every word of two letters or more is in capitals, so a single letter (Я) is as well."""


@dataclass(frozen=True, slots=True)
class _Segment:
    """A stretch of the text with the rule that spells it; ``rule`` None keeps the stretch as it is."""

    source: str
    rule: Rule | None = None
    capitals: bool = False


# ---------------------------------------------------------------------------------------------- finding schemes


@cache
def _schemes() -> Mapping[str, Scheme]:
    return Decoded(stored("schemes", _read_schemes)["schemes"], read_scheme_row, str, str)


def _read_schemes() -> dict[str, dict[str, str]]:
    rows: dict[str, str] = {}
    for path in sorted((data_dir() / "schemes").glob("*.yaml"), key=lambda path: path.stem):
        found = load_scheme(path)
        if found.id != path.stem:
            raise DataError(
                f"{path.name}: id: {found.id!r} was found, the file's name was expected; rename one of them"
            )
        rows[found.id] = scheme_row(found)
    return {"schemes": rows}


@cache
def scheme_names() -> tuple[str, ...]:
    """Ids of the packaged schemes, sorted; each is a file ``data/schemes/<id>.yaml``.

    >>> "bgnpcgn-rus-Cyrl-Latn-1947" in scheme_names()
    True
    """
    return tuple(_schemes())


def scheme(name: str) -> Scheme:
    """The packaged scheme of that id; DataError with the nearest names for an unknown one."""
    found = _schemes().get(name)
    if found is None:
        from difflib import get_close_matches

        near = get_close_matches(name, scheme_names(), n=3, cutoff=0.4)
        hint = f"did you mean {' or '.join(near)}?" if near else "scheme_names() lists them all"
        raise DataError(f"no scheme {name!r} among the {len(scheme_names())} packaged ones; {hint}")
    return found


@cache
def _schemes_of(lang: str) -> tuple[Scheme, ...]:
    return tuple(item for item in _schemes().values() if item.lang == lang)


@cache
def _alphabet(lang: str) -> frozenset[str]:
    """Letters of a language: those that every one of its schemes spells (a scheme may add historical letters)."""
    alphabets = [frozenset(key for key in item.mapping if len(key) == 1) for item in _schemes_of(lang)]
    return frozenset.intersection(*alphabets) if alphabets else frozenset()


def _readings(text: str, lang: str | None) -> tuple[str, ...]:
    """The languages a name can be read in: ы э ё ъ stop Ukrainian, і ї є ґ stop Russian; "mul" where nothing fits."""
    if lang is not None:
        primary = lang.split("-")[0].lower()
        return (primary,) if _schemes_of(primary) else ("mul",)
    letters = {letter for _, word in _cut(text).words for letter in word.lower()} - {APOSTROPHE}
    # Belarusian has too many letters in common to be guessed, so it is read only where the other two cannot be.
    east = tuple(item for item in ("ru", "uk") if letters <= _alphabet(item))
    return east or (("be",) if letters <= _alphabet("be") else ("mul",))


# ---------------------------------------------------------------------------------------------- the public verbs


def transliterate(text: str, scheme_or_name: Scheme | str) -> str:
    """Write Cyrillic words in Latin letters, taking the scheme's first choice everywhere.

    Case follows the original (Щука, ЩУКА), and everything that is not Cyrillic stays as it is; only an apostrophe
    between Cyrillic letters is taken for a letter, as in Ukrainian. A Cyrillic letter foreign to the scheme is
    spelled by the general table rather than left in place.

    >>> transliterate("Щербинка, ЩУКА", "bgnpcgn-rus-Cyrl-Latn-1947")
    'Shcherbinka, SHCHUKA'
    """
    item = scheme(scheme_or_name) if isinstance(scheme_or_name, str) else scheme_or_name
    return _first_choice(_cut(text), lambda word: item)


def romanisations(text: str, lang: str | None = None, *, limit: int = LIMIT) -> tuple[Romanisation, ...]:
    """All Latin spellings of a native name over all schemes of its language, each with the schemes that write it.

    Without ``lang`` a name is read as Russian and as Ukrainian, unless its letters forbid one: Graivoron and
    Hraivoron are both in use for one town. One writer spells one letter one way, so alternatives of a rule are
    chosen once per name; still they multiply, and ``limit`` bounds the spellings per scheme, those with the fewest
    departures from the scheme's first choices first. Spellings that most schemes share come first, then by alphabet.
    A text without Cyrillic letters has none.

    >>> [r.text for r in romanisations("Грайворон") if r.text in {"Grayvoron", "Hraivoron", "Graiworon"}]
    ['Grayvoron', 'Hraivoron', 'Graiworon']
    """
    if limit < 1:
        raise ValueError(f"limit is {limit}, at least 1 was expected")
    if _ANY_CYRILLIC.search(text) is None:
        return ()
    found: dict[str, list[str]] = {}
    parts = _cut(text)
    for reading in _readings(text, lang):
        for item in _schemes_of(reading):
            for spelling in _spellings(parts, item, limit):
                found.setdefault(spelling, []).append(item.id)
    ranked = sorted(found.items(), key=lambda entry: (-len(entry[1]), entry[0]))
    return tuple(Romanisation(spelling, tuple(ids)) for spelling, ids in ranked)


def latinise(text: str) -> str:
    """Any script as plain ASCII, one spelling: the last resort that makes names of two scripts comparable.

    Cyrillic words go through our own tables (Ukrainian by its own letters, else a general one); the rest through
    Unidecode, which is GPL and slow to load, hence imported only when something is left to do. Not a romanisation to
    show to anyone: Chinese and Japanese come out as Mandarin syllables.

    >>> latinise("Харків, Łódź"), latinise("Грайворон")
    ('Kharkiv, Lodz', 'Grayvoron')
    """
    if text.isascii():
        return text
    plain = _first_choice(_cut(text), lambda word: scheme(_plain_scheme(word)))
    if plain.isascii():
        return plain
    from unidecode import unidecode

    found = str(unidecode("".join(char for char in plain if not "\ud800" <= char <= "\udfff")))
    # Unidecode sets a space after every Chinese character, the last one too.
    return found if plain[-1].isspace() else found.rstrip()


def _plain_scheme(word: str) -> str:
    readings = _readings(word, None)
    if "ru" in readings:  # also where both fit: Г is G to most of the world's tables
        return _GENERAL
    return {"uk": "kmu-ukr-Cyrl-Latn-2010", "be": "press-bel-Cyrl-Latn-2026"}.get(readings[0], _GENERAL)


# ---------------------------------------------------------------------------------------------- spelling a text


def _plain(word: str) -> str:
    """A word with one apostrophe and without stress marks (Грайво́рон), its letters composed (й, ї, ё)."""
    word = unicodedata.normalize("NFC", re.sub(f"[{_APOSTROPHES}]", APOSTROPHE, word))
    return re.sub(f"[{_MARKS}]", "", word)


def _cut(text: str) -> _Text:
    words: list[tuple[str, str]] = []
    position = 0
    for word in _WORD.finditer(text):
        words.append((text[position : word.start()], _plain(word[0])))
        position = word.end()
    long_words = [word for _, word in words if len(word) > 1]
    return _Text(tuple(words), text[position:], bool(long_words) and all(map(str.isupper, long_words)))


def _segments(word: str, item: Scheme, shouting: bool) -> Iterator[_Segment]:
    """Cut a word into stretches with one rule each: ending, then letter groups, then context, then the letter alone.

    The longest ending and the longest group win, so that зг and -ский are seen before г and й.
    """
    # Per letter, because a few letters change length when lowered and would shift every later one.
    lower = "".join(char.lower() if len(char.lower()) == 1 else char for char in word)
    cut = len(word)
    for size in range(min(item.longest_ending, len(word) - 1), 0, -1):
        if lower[-size:] in item.ending_mapping:
            cut -= size
            break
    start = 0
    while start < cut:
        rule, end = None, start + 1
        for size in range(min(item.longest_group, cut - start), 1, -1):
            if (rule := item.mapping.get(lower[start : start + size])) is not None:
                end = start + size
                break
        rule = rule or _letter_rule(lower, start, item)
        yield _Segment(word[start:end], rule, _in_capitals(word, start, end, shouting))
        start = end
    if cut < len(word):
        capitals = _in_capitals(word, cut, len(word), shouting)
        yield _Segment(word[cut:], item.ending_mapping[lower[cut:]], capitals)


def _letter_rule(lower: str, at: int, item: Scheme) -> Rule | None:
    letter = lower[at]
    before = lower[at - 1] if at else "^"
    after = lower[at + 1] if at + 1 < len(lower) else "$"
    rule = (
        item.between_mapping.get(before + letter + after)
        or item.prev_mapping.get(before + letter)
        or item.next_mapping.get(letter + after)
        or item.mapping.get(letter)
    )
    if rule is None and item.id != _GENERAL:
        return scheme(_GENERAL).mapping.get(letter)
    return rule


def _in_capitals(word: str, start: int, end: int, shouting: bool) -> bool:
    """Whether a capital's digraph is all capitals (ЩУКА: SHCH) or not (Щука: Shch): its neighbour tells."""
    if len(word) == 1:
        return shouting
    neighbour = word[start + 1] if start + 1 < len(word) else word[start - 1]
    if not neighbour.isupper() and not neighbour.islower():  # an apostrophe has no case to go by
        neighbour = word[start + 2] if start + 2 < len(word) else word[start - 2]
    return word[start:end].isupper() and neighbour.isupper()


def _cased(segment: _Segment, out: str) -> str:
    """One spelling of a segment in the case of its source."""
    if segment.capitals:
        return out.upper()
    if not segment.source[0].isupper():
        return out
    for at, char in enumerate(out):
        if char.upper() != char:
            # Letters under one ligature tie are one letter: Ю is I͡U in ALA-LC even in Title case.
            end = at + 3 if out[at + 1 : at + 2] == "\u0361" else at + 1
            return out[:at] + out[at:end].upper() + out[end:]
    return out


def _first_choice(parts: _Text, pick: Callable[[str], Scheme]) -> str:
    spelled: list[str] = []
    for before, word in parts.words:
        spelled.append(before)
        for segment in _segments(word, pick(word), parts.shouting):
            spelled.append(_cased(segment, segment.rule.outs[0]) if segment.rule else segment.source)
    return "".join((*spelled, parts.rest))


def _spellings(parts: _Text, item: Scheme, limit: int) -> Iterable[str]:
    """The spellings of one scheme, those with the fewest departures from its first choices first."""
    rules: dict[str, int] = {}
    sizes: list[int] = []
    pieces: list[tuple[int, tuple[str, ...]]] = []  # which choice decides (-1: none), and what it offers
    for before, word in parts.words:
        pieces.append((-1, (before,)))
        for segment in _segments(word, item, parts.shouting):
            if segment.rule is None:
                pieces.append((-1, (segment.source,)))
            elif len(segment.rule.outs) == 1:
                pieces.append((-1, (_cased(segment, segment.rule.outs[0]),)))
            else:
                if segment.rule.place not in rules:
                    rules[segment.rule.place] = len(sizes)
                    sizes.append(len(segment.rule.outs))
                outs = tuple(_cased(segment, out) for out in segment.rule.outs)
                pieces.append((rules[segment.rule.place], outs))
    pieces.append((-1, (parts.rest,)))
    choices = islice(_choices(sizes), limit)
    return dict.fromkeys(
        "".join([outs[choice[at]] if at >= 0 else outs[0] for at, outs in pieces]) for choice in choices
    )


def _choices(sizes: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Every vector of indices below ``sizes``, by growing sum: the first choices first, each vector once."""
    level: list[tuple[int, ...]] = [(0,) * len(sizes)]
    while level:
        yield from level
        # A vector's parent is the one with its last non-zero index lowered, so growing only there repeats none.
        level = [
            (*vector[:at], vector[at] + 1, *vector[at + 1 :])
            for vector in level
            for at in range(max((i for i, index in enumerate(vector) if index), default=0), len(sizes))
            if vector[at] + 1 < sizes[at]
        ]


# ---------------------------------------------------------------------------------------------- reading a file


def load_scheme(path: str | Path) -> Scheme:
    """Read and check one scheme file, a user's own or a packaged one; its samples must come out as written.

    Raises DataError, one line, with file, line and entry.
    """
    from entitynorm.text.scheme_reader import read_scheme  # not needed for schemes that were kept from another run

    path = Path(path)
    found = read_scheme(path)
    for native, expected in found.samples:
        given = dict.fromkeys(_spellings(_cut(native), found, 10 * LIMIT))
        if transliterate(native, found) != expected[0] or not given.keys() >= set(expected):
            raise DataError(
                f"{path}: samples.{native}: {', '.join(expected)} was expected, the tables give "
                f"{', '.join(islice(given, 5))}; correct the tables or the sample"
            )
    return found
