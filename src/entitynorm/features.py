"""What the units of a name weigh, and what all names of an entity say together: the ground of every comparison."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from entitynorm.names.lexicon import Sense, lexicon
from entitynorm.names.meanings import role_of
from entitynorm.names.units import Unit

_SYLLABLE = re.compile(r"[b-df-hj-np-tv-xz]{0,3}[aeiouy]{1,3}[b-df-hj-np-tv-xz]{0,2}")
"""A folded word of one syllable, as Chinese and Korean given names are made of two."""
COMMONEST = 0.25
"""The share of its weight that the commonest of all words keeps; rare ones keep all."""
NATURE = frozenset({"water", "relief", "island"})
"""Senses of type words for what nobody built."""
SETTLED = frozenset({"settlement", "area", "quarter"})
"""Senses of type words that leave a place what it is (Kyiv city, the Bakhmut area)."""


@dataclass(frozen=True, slots=True)
class EntityFacts:
    """What all names and relations of an entity say together."""

    countries: frozenset[str] = frozenset()
    given: frozenset[str] = frozenset()
    concepts: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    gender: str = ""
    """Of a person, by given names and patronymics: m, f, or empty where these do not tell."""


NO_FACTS = EntityFacts()


def gender_of(names: Iterable[Sequence[Unit]]) -> str:
    """The gender of a person with these names, m or f; empty where given names and patronymics do not tell.

    >>> from entitynorm.names.structure import parse
    >>> gender_of([parse("Olena Melnyk").units]), gender_of([parse("Мельник").units])
    ('f', '')
    """
    given: set[str] = set()
    fathers: set[str] = set()
    for units in names:
        surname = surname_index(units)
        for n, unit in enumerate(units):
            if unit.is_patronymic and n != surname:
                fathers.add("f" if unit.phrase.endswith(("вна", "vna")) else "m")
            elif unit.given and n != surname:
                given |= {lexicon().entry("given", g).gender for g in unit.given}
    told = fathers or given  # Валерия may be a case form of Валерий, Сергеевна is a woman
    return told.pop() if len(told) == 1 and "u" not in told else ""


def titled_gender(senses: Sequence[Sense]) -> str:
    """The gender of whoever bears a title (m for Mr, f for Mrs); empty for all other words.

    >>> from entitynorm.names.structure import senses_of
    >>> [titled_gender(senses_of(word)) for word in ("Mrs", "господином", "Governor")]
    ['f', 'm', '']
    """
    if role_of(senses) != "title":
        return ""
    told = {lexicon().entry("title", s.id).gender for s in senses if s.slot == "title"}
    return told.pop() if len(told) == 1 else ""


def unit_weight(unit: Unit, entity_type: str | None) -> float:
    """How much of a name's identity a unit carries, from 0 (the, of) to 1 (a word no table knows)."""
    if entity_type == "PERSON" and unit.is_patronymic:
        return 0.3
    if unit.role == "core":  # most words of names
        return 1.0
    match unit.role:
        case "function":
            return 0.0
        case "type":
            known = entity_type is None or any(entity_type in lexicon().type_word(t).applies for t in unit.types)
            return 0.15 if known else 0.6
        case "title":
            if entity_type == "PERSON":
                return 0.05
            return 0.6 if unit.concepts else 0.4
        case "country":
            return 0.5
        case "concept" if entity_type == "PLACE":
            return 1.0  # Upper, New, Military: with such a word a place is another place or another thing
        case "concept":
            return lexicon().concept_weight(unit.concepts)
        case "given":
            return 0.5 if entity_type == "PERSON" else 1.0
        case "initial":
            return 0.2
        case _:
            return 1.0


def name_weights(units: Sequence[Unit], entity_type: str | None, surname: int | None = None) -> tuple[float, ...]:
    """Weights of all units; a name made of light words alone (Russia, The Guard) has them raised to 1."""
    weights = [1.0 if i == surname else unit_weight(u, entity_type) for i, u in enumerate(units)]
    for i, unit in enumerate(units):
        if entity_type != "PLACE" and unit.types and _names_state(units, i):
            weights[i] = min(weights[i], 0.05)
    if surname is not None:
        for i in _middle_names(units, surname):
            weights[i] = min(weights[i], 0.3)
    if not any(u.role in ("core", "given", "number") for u in units):
        # Nothing but words of the language (New Gazette): then the type word belongs to the name.
        weights = [max(w, 0.5) if u.role == "type" else w for u, w in zip(units, weights, strict=True)]
    if max(weights, default=0.0) < 0.55:
        weights = [1.0 if u.role not in ("function", "type") else w for u, w in zip(units, weights, strict=True)]
    if not any(weights):
        weights = [1.0] * len(units)
    return tuple(weights)


def surname_index(units: Sequence[Unit], text: str = "") -> int | None:
    """Which unit carries a person: the last one, or the first where the last is a given name or patronymic.

    ``text``, the name as it is written, also tells the order of Chinese and Korean names (Lai Ching-te, Kim Jong-un).
    """
    bearing = [i for i, u in enumerate(units) if u.role not in ("function", "title", "type", "initial", "number")]
    if not bearing:
        return None
    first, last = units[bearing[0]], units[bearing[-1]]
    # A surname may itself end like a patronymic (Klimovich): only a third name after a given name is one.
    turned = last.is_patronymic if len(bearing) > 2 else bool(last.given) and first.role == "core"
    if len(bearing) > 1 and _ends_in_syllables(units, text):
        return next((i for i in reversed(bearing) if i < len(units) - 2), bearing[-1])
    return bearing[0] if len(bearing) > 1 and not first.given and turned else bearing[-1]


def _ends_in_syllables(units: Sequence[Unit], text: str) -> bool:
    """Whether two syllables with a hyphen end a name, the second written small: a Chinese or Korean given name."""
    if len(units) < 3 or text[units[-2].end : units[-1].start] != "-":
        return False
    first, second = units[-2:]
    if first.role == "function" or not first.capitalised or second.capitalised:
        return False
    return is_syllable(first.phrase) and is_syllable(second.phrase)


def is_syllable(fold: str) -> bool:
    """Whether a folded word is one syllable."""
    return _SYLLABLE.fullmatch(fold) is not None


def _names_state(units: Sequence[Unit], i: int) -> bool:
    """Whether a word such as republic or federation only belongs to the country beside it."""
    if not any("country" in lexicon().type_word(t).senses for t in units[i].types):
        return False
    return any(u.countries for u in units[max(0, i - 1) : i + 3])


def _middle_names(units: Sequence[Unit], surname: int) -> list[int]:
    """The units of a person that are neither the first name nor the surname."""
    bearing = [i for i, u in enumerate(units) if i != surname and u.role not in ("function", "title", "type", "number")]
    return bearing[1:]


def place_senses(units: Sequence[Unit]) -> tuple[str, ...]:
    """The senses of the place type words among ``units``, the usual sense of each first."""
    out: list[str] = []
    for unit in units:
        if unit.role == "type":
            for type_id in sorted(unit.types):
                entry = lexicon().type_word(type_id)
                if "PLACE" in entry.applies:
                    out += entry.senses
    return tuple(dict.fromkeys(out))
