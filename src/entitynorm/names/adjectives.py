"""Adjectives made from place names (Белгородская, Sumska, pražský), and what a surname in Latin letters tells.

Both are tables of endings, in ``data/inflection/adjectives.yaml``; its first lines explain the fields.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache

from entitynorm.errors import DataError
from entitynorm.names.latin import plain
from entitynorm.names.paradigms import Gender, fold, read_table
from entitynorm.table_cache import kept_table

MOST_BASES = 12
_ACCENTED = frozenset(("pl", "cs", "sk", "sl", "hr"))


@dataclass(frozen=True, slots=True, eq=False)
class _Group:
    marks: tuple[str, ...]
    endings: frozenset[str]
    asked: frozenset[str]
    langs: frozenset[str]
    longest: int
    suffixes: Mapping[str, tuple[str, ...]]
    stems: Mapping[str, tuple[str, ...]]
    other: frozenset[str]
    adds: bool


@dataclass(frozen=True, slots=True)
class _LatinSurnames:
    endings: Mapping[str, Gender]
    unless: tuple[str, ...]
    other: frozenset[str]
    slavic: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Tables:
    cyrillic: tuple[_Group, ...]
    latin: tuple[_Group, ...]
    surnames: _LatinSurnames

    def groups(self, cyrillic: bool) -> tuple[_Group, ...]:
        return self.cyrillic if cyrillic else self.latin


@cache
def _tables() -> _Tables:
    table = kept_table("inflection/adjectives.yaml", read_table)
    try:
        groups = tuple(
            _Group(
                marks=tuple(group["marks"]),
                endings=frozenset(group["endings"]),
                asked=frozenset(group.get("asked", ())),
                langs=frozenset(group.get("langs", ())),
                longest=max(map(len, [*group["endings"], *group.get("asked", ())])),
                suffixes={suffix: tuple(bases) for suffix, bases in group["suffixes"].items()},
                stems={stem: tuple(bases) for stem, bases in group["stems"].items()},
                other=frozenset(group["other"]),
                adds="adds" in group,
            )
            for group in table["groups"]
        )
        surnames = table["surnames"]
        sexes: tuple[Gender, ...] = ("f", "m")
        endings = {ending: sex for sex in sexes for ending in surnames[sex]}
        latin = _LatinSurnames(
            endings, tuple(surnames["unless"]), *(frozenset(surnames[key]) for key in ("other", "slavic"))
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DataError(f"inflection/adjectives.yaml: missing or wrong field ({error!r}); correct the table") from error
    cyrillic = tuple(group for group in groups if not group.marks[0].isascii())
    return _Tables(cyrillic, tuple(group for group in groups if group not in cyrillic), latin)


@cache
def _marks(cyrillic: bool) -> tuple[str, ...]:
    return tuple(dict.fromkeys(mark for group in _tables().groups(cyrillic) for mark in group.marks))


@cache
def _ordered(cyrillic: bool, named: frozenset[str]) -> tuple[_Group, ...]:
    """The groups of a script, those of the languages named first."""
    return tuple(sorted(_tables().groups(cyrillic), key=lambda group: group.langs.isdisjoint(named)))


def adjective_bases(word: str, *, languages: Collection[str] | None = None) -> tuple[str, ...]:
    """Place names, casefolded, that an adjective in -sk- may come from, most usual first; empty for other words.

    A region is named by an adjective (Белгородская, Sumska, pražský) and the gazetteer knows the town (Белгород, Sumy,
    Praha). Any case form will do in Cyrillic; of the western languages those of the table, the rest are led back by
    `lemmas` first. ``languages``: those a text can be in, when known; theirs come first then, and only then is a
    Bulgarian -ска read as an adjective («Брянска» is a genitive elsewhere). Latin bases come without accents. What the
    suffix allows is listed, whether it exists or not: compare the answer with a gazetteer.

    >>> adjective_bases("Белгородской")[0], adjective_bases("Zaporizka")[0], adjective_bases("Козинка")
    ('белгород', 'zaporizhzhia', ())
    >>> adjective_bases("warszawski", languages=["pl"])[0], "praha" in adjective_bases("pražský")
    ('warszawa', True)
    """
    folded = fold(word)
    named = frozenset(languages or ())
    cyrillic = any("\u0400" <= letter <= "\u052f" for letter in folded)
    if not cyrillic:
        spelled = folded.replace("'", "")
        folded = plain(spelled)
        if not named and folded != spelled:
            named = _ACCENTED  # rižský, łódzki: romanised Russian and Ukrainian have other marks, or none
    if not any(mark in folded for mark in _marks(cyrillic)):
        return ()
    found: dict[str, None] = {}
    decided = False
    for group in _ordered(cyrillic, named):
        if folded in group.other:
            return ()
        if decided and not group.adds:
            continue
        endings = group.endings if group.langs.isdisjoint(named) else group.endings | group.asked
        stem = _stem(folded, group, endings)
        if stem is not None:
            decided = True
            found |= dict.fromkeys(_bases(stem, group))
    return tuple(found)[:MOST_BASES]


def _stem(word: str, group: _Group, endings: frozenset[str]) -> str | None:
    for size in range(min(group.longest, len(word) - 4), 0, -1):
        if word[-size:] in endings and word[:-size].endswith(group.marks):
            return word[:-size]
    return None


def _bases(stem: str, group: _Group) -> tuple[str, ...]:
    last = stem.rpartition("-")[2]
    if last in group.stems:
        head = stem[: len(stem) - len(last)]
        return tuple(head + base for base in group.stems[last])
    for size in range(min(6, len(stem) - 1), 1, -1):
        if (bases := group.suffixes.get(stem[-size:])) is not None:
            found = dict.fromkeys(stem[:-size] + base for base in bases)
            return tuple(base for base in found if len(base) >= 3)
    return ()


def latin_genders(word: str) -> frozenset[Gender]:
    """Which sex a surname in Latin letters, casefolded and without apostrophes, tells of its bearer, if any."""
    latin = _tables().surnames
    last = word.rpartition("-")[2]
    man = last.removesuffix("a")
    if man not in latin.slavic and (last in latin.other or man.endswith(latin.unless)):
        return frozenset()
    for size in range(min(6, len(last) - 2), 1, -1):
        if gender := latin.endings.get(last[-size:]):
            return frozenset((gender,))
    return frozenset()
