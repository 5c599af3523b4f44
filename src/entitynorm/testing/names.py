"""Invented entities and gazetteers of them.

A coined word is two or three syllables and an ending such as places or surnames have. Two entities of one
unambiguous gazetteer never hold words that could be slips of each other, so whatever links to the wrong one is
a mistake of the linker and not of the test.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from entitynorm.gazetteer import Gazetteer
from entitynorm.model import Alias, Entity
from entitynorm.names.structure import parse
from entitynorm.resources import load_table
from entitynorm.text.folding import fold_text
from entitynorm.text.sounds import distance, readings
from entitynorm.text.translit import latinise, transliterate

ENTITY_TYPES = ("PLACE", "PERSON", "ORG", "FACILITY", "PRODUCT", "EVENT")
"""The types for which names of their own kind are coined; others get a plain coined word."""

SCRIPTS = ("Latn", "Cyrl", "Grek", "Geor", "Armn")
"""The scripts that `entities` can write, as ISO 15924 codes."""

T = TypeVar("T")
_TYPE = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*")
_PASSPORT = {"ru": "bgnpcgn-rus-Cyrl-Latn-1947", "uk": "kmu-ukr-Cyrl-Latn-2010"}
_MOST_ENTITIES = 50
_APART = 1.6
"""Cost of slips by which words of two entities differ at least: more than the linker forgives in any word."""


@cache
def material() -> dict[str, Any]:
    """The table of syllables, endings, patterns and sentences."""
    return load_table(Path(__file__).with_name("material.yaml"), "material-1")


def one_of_these(given: Collection[str], known: Sequence[str], what: str) -> tuple[str, ...]:
    """The values asked for, each once, in the order of the known ones; raises InvalidArgument for any other value."""
    if isinstance(given, str):
        raise InvalidArgument(f"{what}={given!r} is one text, expected a collection of them; write {what}=({given!r},)")
    if strange := [item for item in given if item not in known]:
        raise InvalidArgument(f"{what} holds {strange[0]!r}, expected values among {', '.join(known)}")
    if not given:
        raise InvalidArgument(f"{what} is empty, expected at least one of {', '.join(known)}")
    return tuple(item for item in known if item in given)


def check_sizes(least: int, most: int, *, names: tuple[str, str], floor: int = 0) -> None:
    """Raise InvalidArgument unless ``floor`` ≤ least ≤ most."""
    if least < floor:
        raise InvalidArgument(f"{names[0]}={least!r}, expected at least {floor}")
    if most < least:
        raise InvalidArgument(f"{names[1]}={most!r} is less than {names[0]}={least!r}; swap or raise them")


def entities(*, type: str | None = None, scripts: Collection[str] = ("Latn", "Cyrl")) -> st.SearchStrategy[Entity]:
    """Entities with coined names: a canonical name, native aliases, now and then coordinates, refs or former ids.

    ``type`` is an entity type (default: any of ENTITY_TYPES), ``scripts`` what the names are written in. The canonical
    name is in the first script of SCRIPTS that is asked for, and every further script gives an alias. A native alias
    in Cyrillic is declared Russian or Ukrainian, and the Latin name follows that language's own romanisation.
    """
    if type is not None and not _TYPE.fullmatch(type):
        raise InvalidArgument(f"type={type!r}, expected an upper-case word such as PLACE, or None for any")
    chosen = one_of_these(scripts, SCRIPTS, "scripts")
    types = st.sampled_from(ENTITY_TYPES) if type is None else st.just(type)
    return _entities(types, chosen)


_INDICES = st.integers(0, 11)
# Made once: Hypothesis checks every strategy that it meets for the first time.
_FACTS = st.tuples(
    st.sampled_from(("ru", "uk")),
    st.sampled_from((None, (50, 36), (0, 0), (-90, 180))),
    st.booleans(),
    st.booleans(),
)


@st.composite
def _entities(
    draw: Callable[[st.SearchStrategy[Any]], Any], types: st.SearchStrategy[str], scripts: tuple[str, ...]
) -> Entity:
    entity_type = draw(types)
    lang, located, with_ref, renamed = draw(_FACTS)
    native, latin = draw(_coined_names(entity_type, lang))
    written = {"Latn": Alias(latin, "en"), "Cyrl": Alias(native, lang, "native")}
    names = [
        written.get(script) or Alias(draw(_words(material()["alphabets"][script])), None, "native")
        for script in scripts
    ]
    slug = re.sub("[^a-z0-9]+", "-", latinise(names[0].text).lower()).strip("-")
    return Entity(
        id=f"{entity_type.lower()}:{slug}",
        type=entity_type,
        name=names[0].text,
        aliases=tuple(alias for alias in names[1:] if alias.text != names[0].text),
        lat=float(located[0]) if located else None,
        lon=float(located[1]) if located else None,
        refs={"wikidata": f"Q{len(slug)}"} if with_ref else {},
        was=(f"old:{slug}",) if renamed else (),
    )


@cache
def _words(syllables: str) -> st.SearchStrategy[str]:
    parts = st.lists(st.sampled_from(syllables.split()), min_size=3, max_size=4)
    return parts.map("".join).map(str.capitalize)


@cache
def coined_words(kind: str, lang: str) -> st.SearchStrategy[str]:
    """Native words with an ending of ``kind``: PLACE, PERSON_m, PERSON_f or other."""
    syllables = st.lists(st.sampled_from(material()["syllables"].split()), min_size=2, max_size=3, unique=True)
    ending = st.sampled_from(material()["endings"][kind][lang].split())
    words = st.builds(lambda stem, end: "".join((*stem, end)).capitalize(), syllables, ending)
    return words.filter(_unknown)


@lru_cache(maxsize=16_384)
def _unknown(word: str) -> bool:
    """Whether no table knows the word, in either script: a coined word must not turn out to be a title or a country."""
    spellings = (word, latinise(word))
    return all(unit.role == "core" for spelling in spellings for unit in parse(spelling).units)


@st.composite
def _coined_names(draw: Callable[[st.SearchStrategy[Any]], Any], entity_type: str, lang: str) -> tuple[str, str]:
    """(native name, Latin name)."""
    if entity_type == "PERSON":
        sex, given, given_latin = draw(_given_names(lang))
        surname = draw(coined_words(f"PERSON_{sex}", lang))
        return f"{given} {surname}", f"{given_latin} {_latin(surname, lang)}"
    word = draw(coined_words("PLACE" if entity_type == "PLACE" else "other", lang))
    patterns = material()["patterns"].get(entity_type)
    pattern = patterns[draw(_INDICES) % len(patterns)] if patterns else {"en": "{}", lang: "{}"}
    return pattern[lang].format(word), pattern["en"].format(_latin(word, lang))


@cache
def _given_names(lang: str) -> st.SearchStrategy[tuple[str, str, str]]:
    return st.sampled_from([(sex, *names) for sex in "mf" for names in material()["given"][sex][lang]])


def _latin(word: str, lang: str) -> str:
    return transliterate(word, _PASSPORT[lang])


def gazetteers(
    *,
    min_size: int = 1,
    max_size: int = 5,
    ambiguous: bool = False,
    type: str | None = None,
    scripts: Collection[str] = ("Latn", "Cyrl"),
) -> st.SearchStrategy[Gazetteer]:
    """Gazetteers of coined entities.

    No name of one entity could be a spelling of another's, unless ``ambiguous`` is set: then at least two entities
    list one strong name. ``type`` and ``scripts`` go to `entities`.
    """
    floor = 2 if ambiguous else 0
    if ambiguous and min_size < 2:
        min_size = 2
    check_sizes(min_size, max_size, names=("min_size", "max_size"), floor=floor)
    if max_size > _MOST_ENTITIES:
        raise InvalidArgument(f"max_size={max_size!r}, expected at most {_MOST_ENTITIES}: coined names run out of room")
    return _gazetteers(entities(type=type, scripts=scripts), min_size, max_size, ambiguous)


@st.composite
def _gazetteers(
    draw: Callable[[st.SearchStrategy[Any]], Any], of: st.SearchStrategy[Entity], least: int, most: int, ambiguous: bool
) -> Gazetteer:
    kept: list[Entity] = []
    for entity in draw(st.lists(of, min_size=least, max_size=most)):
        if not any(could_be_confused(entity, other) for other in kept):
            kept.append(entity)
    assume(len(kept) >= least)
    if ambiguous:
        shared = draw(coined_words("other", "ru"))
        kept[0], kept[1] = (_with_alias(entity, shared) for entity in kept[:2])
    return Gazetteer(draw(st.permutations(kept)))


def _with_alias(entity: Entity, text: str) -> Entity:
    return Entity.from_dict({**entity.to_dict(), "aliases": [*(a.to_dict() for a in entity.aliases), text]})


@cache
def _bearing(text: str) -> tuple[tuple[str, ...], ...]:
    """The readings of the words that bear a name: those that no table knows."""
    words = [word for unit in parse(text).units if unit.role == "core" for word in unit.words]
    return tuple(tuple(reading.phones for reading in readings(word.text)) for word in words)


def could_be_confused(a: Entity, b: Entity) -> bool:
    """Whether some name of one entity could be a spelling, a slip or an acronym of a name of the other."""
    if a.id == b.id or {a.id, *a.was} & {b.id, *b.was}:
        return True
    names_a, names_b = ([entity.name, *(alias.text for alias in entity.aliases)] for entity in (a, b))
    if {fold_text(n) for n in names_a} & {fold_text(n) for n in names_b}:
        return True
    return any(
        distance(x, y) < _APART
        for one in names_a
        for other in names_b
        for word in _bearing(one)
        for rival in _bearing(other)
        for x in word
        for y in rival
    )
