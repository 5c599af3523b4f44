"""Entity types: the vocabulary is open, the rules know six classes; ``data/entity_types.yaml`` says which is which."""

from __future__ import annotations

from functools import cache, lru_cache

from entitynorm.resources import data_dir, load_table


@cache
def _classes() -> dict[str, str]:
    table = load_table(data_dir() / "entity_types.yaml", "entity-types-1")["classes"]
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
