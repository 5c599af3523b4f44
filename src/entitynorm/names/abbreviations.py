"""Short forms that stand for a name by convention: "Okla." for Oklahoma, "US" and «США» for the United States."""

from __future__ import annotations

from functools import cache, lru_cache

from entitynorm.names.lexicon import lexicon
from entitynorm.names.structure import parse
from entitynorm.table_cache import packaged_table


@cache
def _table() -> dict[str, str]:
    entries = packaged_table("abbreviations.yaml", "abbreviations-1")["entries"]
    return {form: entry["name"] for entry in entries for form in entry["forms"]}


def abbreviations() -> frozenset[str]:
    """Every listed form, as written."""
    return frozenset(_table())


@lru_cache(maxsize=16_384)
def full_names(name: str) -> tuple[str, ...]:
    """The names that a short form stands for: one for a province, all names of the country for a country.

    >>> full_names("Okla."), "United States of America" in full_names("U.S.")
    (('Oklahoma',), True)
    """
    listed = _table().get(name)
    if listed is not None:
        return (listed,)
    units = parse(name).units
    if len(units) != 1:
        return ()
    out: dict[str, None] = {}
    for sense in units[0].senses:
        if sense.slot == "country" and sense.form == "noun":
            for words in lexicon().entries["country", sense.id].forms["noun"].values():
                out.update(dict.fromkeys(words))
    return tuple(out)
