"""Qualifiers of names: what a list adds to tell namesakes apart, and no text says ("Kaya, Burkina Faso").

Titles of Wikipedia and Wikidata labels made from them are qualified so: a place by a comma and where it lies, anything
by brackets ("Sucre (state)", "Wellington Koo (politician)").
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from entitynorm.names.acronyms import derive
from entitynorm.names.structure import parse
from entitynorm.names.types import entity_class

_BRACKETS = re.compile(r"(?P<name>[^()]*[^\W_][^()]*?)\s*\((?P<qualifier>[^()]+)\)\s*")
_COMMA = re.compile(r"(?P<name>[^(),]*[^\W_][^(),]*),\s+(?P<qualifier>[^()]+)")


def unqualified(name: str, entity_type: str) -> Iterator[str]:
    """The names that a qualified one stands for; none where it has no qualifier.

    The country of an institution belongs to it: the Ministry of Defence (Brazil) is not every one.

    >>> list(unqualified("Kaya, Burkina Faso", "PLACE")), list(unqualified("Sinn Féin (SF)", "ORG"))
    (['Kaya'], ['Sinn Féin', 'SF'])
    >>> list(unqualified("Ministry of Defence (Brazil)", "ORG")), list(unqualified("Korea, South", "PLACE"))
    ([], [])
    """
    if not name.endswith(")") and ", " not in name:  # nearly always
        return
    kind = entity_class(entity_type)
    if found := _BRACKETS.fullmatch(name):
        qualifier = found["qualifier"]
        named = any(unit.countries for unit in parse(qualifier).units)
        if qualifier.isupper() and qualifier in derive(parse(found["name"]).units, least=2):
            yield found["name"]
            yield qualifier
        elif kind != "ORG" or not named:
            yield found["name"]
    elif kind in ("PLACE", "FACILITY") and (found := _COMMA.fullmatch(name)):
        first = next(iter(parse(found["qualifier"]).units), None)
        if first is not None and first.capitalised and first.role in ("core", "country", "given"):
            yield found["name"]
