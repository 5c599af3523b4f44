"""Entity types: the vocabulary is open, the rules know six classes; ``data/entity_types.yaml`` says which is which."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache, lru_cache

from entitynorm.table_cache import packaged_table
from entitynorm.wording import near_miss, quoted

_MOST_LISTED = 20
"""Types that a message lists."""


@cache
def _classes() -> dict[str, str]:
    table = packaged_table("entity_types.yaml", "entity-types-1")["classes"]
    return {label: name for name, labels in table.items() for label in labels}


def known_labels() -> frozenset[str]:
    """Every type label of the table, in capitals."""
    return frozenset(_classes())


@lru_cache(maxsize=1024)
def entity_class(entity_type: str) -> str:
    """The class whose rules a type follows: PERSON, PLACE, ORG, FACILITY, PRODUCT, EVENT, or the type itself.

    >>> entity_class("PER"), entity_class("gpe"), entity_class("DISEASE")
    ('PERSON', 'PLACE', 'DISEASE')
    """
    label = entity_type.upper().replace(" ", "_")
    return _classes().get(label, entity_type)


def unknown_type(wanted: str, present: Collection[str]) -> str | None:
    """What is to be said of a type that is neither a known label nor among those present in a gazetteer; else None."""
    labels = known_labels()
    label = wanted.upper().replace(" ", "_")
    if label in labels or wanted in present:
        return None
    by_label = {name.upper(): name for name in (*sorted(labels), *sorted(present))}
    meant = near_miss(label, by_label)
    expected = sorted(present or {entity_class(known) for known in labels})
    more = f" and {len(expected) - _MOST_LISTED} more" if len(expected) > _MOST_LISTED else ""
    hint = f"did you mean {quoted(by_label[meant])}? " if meant else ""
    listed = ", ".join(expected[:_MOST_LISTED]) + more
    return f"is the type of no entity and no label of a known type; {hint}expected one of {listed}"
