"""Qualifiers of names: what a list adds to tell namesakes apart, and no text says ("Kaya, Burkina Faso").

Titles of Wikipedia and Wikidata labels made from them are qualified so: a place by a comma and where it lies, anything
by brackets ("Sucre (state)", "Wellington Koo (politician)").
"""

from __future__ import annotations

from collections.abc import Iterator

from entitynorm.names.acronyms import derive
from entitynorm.names.structure import parse
from entitynorm.names.types import entity_class


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
    if "(" in name or ")" in name:
        own, qualifier = _bracketed(name)
        if not own:
            return
        if qualifier.isupper() and qualifier in derive(parse(own).units, least=2):
            yield own
            yield qualifier
        elif kind != "ORG" or not any(unit.countries for unit in parse(qualifier).units):
            yield own
    elif kind in ("PLACE", "FACILITY"):
        own, _, qualifier = name.partition(",")
        first = next(iter(parse(qualifier).units), None) if qualifier[:1].isspace() and _is_name(own) else None
        if first is not None and first.capitalised and first.role in ("core", "country", "given"):
            yield own


def without_country(name: str) -> str:
    """A name without the country that stands in brackets behind it, which its acronym leaves out (MND)."""
    own, qualifier = _bracketed(name) if name.endswith(")") else ("", "")
    return own if own and any(unit.countries for unit in parse(qualifier).units) else name


def _bracketed(name: str) -> tuple[str, str]:
    """A name and what its end has in brackets; both empty where it has other brackets or none at its end."""
    own, _, rest = name.partition("(")
    qualifier, closed, after = rest.partition(")")
    if not (qualifier and closed) or after.strip() or "(" in qualifier or not _is_name(own) or ")" in own:
        return "", ""
    return own.rstrip(), qualifier


def _is_name(text: str) -> bool:
    return any(map(str.isalnum, text))
