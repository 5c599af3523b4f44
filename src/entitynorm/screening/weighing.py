"""How much of an alias each of its words carries, for many at once: `entitynorm.features.name_weights` by arrays.

What a word means is told by itself here, not by its neighbours (Air Force is two words).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from entitynorm.features import COMMONEST, unit_weight
from entitynorm.names.structure import parse
from entitynorm.retrieval.heard import Ints
from entitynorm.retrieval.roles import ROLES
from entitynorm.screening.likeness import Aligned, Floats
from entitynorm.screening.listed import Listed
from entitynorm.screening.windows import Bools

_ROLE = {role: number for number, role in enumerate(ROLES)}
_GIVEN, _CORE, _NUMBER = _ROLE["given"], _ROLE["core"], _ROLE["number"]
_MEANT = np.array([role in ("type", "title", "country", "concept") for role in ROLES])
"""Roles of words whose weight depends on what they mean."""
_RARE = np.array([role in ("core", "given", "concept") for role in ROLES])
_BEARING = np.array([role in ("core", "given", "concept", "country") for role in ROLES])
_LIGHT = np.array([role in ("function", "type") for role in ROLES])
_FATHER, _MIDDLE, _TYPE_ALONE = 0.3, 0.3, 0.5
_LIGHTEST = 0.55


@lru_cache(maxsize=16_384)
def _meant_weight(term: str, kind: str) -> float:
    units = parse(term.capitalize()).units
    return unit_weight(units[0], kind) if len(units) == 1 else 1.0


def weigh(listed: Listed, aligned: Aligned, kinds: Ints, classes: tuple[str, ...]) -> Floats:
    """The weight of the word of each row; ``kinds``: the class of each pair's entity, as a place in ``classes``."""
    pair, begin, term = aligned.pair, aligned.begin, aligned.term
    role, father = listed.role.take(term), listed.father.take(term)
    person = kinds.take(pair) == classes.index("PERSON")
    out = np.ones(len(term))
    out[(role == _GIVEN) & person] = 0.5
    out[role == _ROLE["initial"]] = 0.2
    for n in np.flatnonzero(_MEANT.take(role)).tolist():
        out[n] = _meant_weight(listed.fold(int(term[n])), classes[kinds[pair[n]]])
    out[person & father] = _FATHER
    surname = _surnames(role, father, pair, begin)
    bears = _BEARING.take(role) & person
    bears[surname.compress(surname >= 0)] = False
    later = np.cumsum(bears)
    later -= (later.take(begin) - bears.take(begin)).take(pair)
    middle = bears & (later > 1)
    out[middle] = np.minimum(out[middle], _MIDDLE)
    own = surname.compress((surname >= 0) & (kinds == classes.index("PERSON")))
    out[own] = 1.0
    named = np.bincount(pair, (role == _GIVEN) | (role == _CORE) | (role == _NUMBER), len(begin)) > 0
    alone = ~named.take(pair) & (role == _ROLE["type"])
    out[alone] = np.maximum(out[alone], _TYPE_ALONE)
    light = np.maximum.reduceat(out, begin) < _LIGHTEST
    out[light.take(pair) & ~_LIGHT.take(role)] = 1.0
    return np.where(_RARE.take(role), out * (COMMONEST + (1 - COMMONEST) * listed.rarity.take(term)), out)


def _surnames(role: Ints, father: Bools, pair: Ints, begin: Ints) -> Ints:
    """The row of each pair's surname, if it were a person, or -1: see `entitynorm.features.surname_index`."""
    rows = np.flatnonzero(_BEARING.take(role))
    owner = pair.take(rows)
    first, last = np.full(len(begin), -1), np.full(len(begin), -1)
    last[owner] = rows
    first[owner[::-1]] = rows[::-1]
    count = np.bincount(owner, minlength=len(begin))
    leading, final = role.take(np.maximum(first, 0)), role.take(np.maximum(last, 0))
    turned = np.where(count > 2, father.take(np.maximum(last, 0)), (final == _GIVEN) & (leading == _CORE))
    return np.where((count > 1) & (leading != _GIVEN) & turned, first, last)
