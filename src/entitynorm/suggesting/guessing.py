"""What a new entity is called and of which type it is, guessed from the spellings of its name."""

from __future__ import annotations

from collections.abc import Sequence

from entitynorm.names.lexicon import lexicon
from entitynorm.names.units import Unit
from entitynorm.suggesting.case_forms import is_case_form
from entitynorm.suggesting.nearness import is_full_name
from entitynorm.suggesting.spellings import Spelling
from entitynorm.text.tokens import script_of

UNKNOWN = "UNKNOWN"
"""The type of what nothing tells the type of: a person has to write it."""
_PLACE_PREPOSITIONS = frozenset({"in", "near", "at", "from", "to"})


def head_of(cluster: Sequence[Spelling]) -> Spelling:
    """The spelling that an entity is called by: full names of people first, base forms before their case forms (which
    are met more often, and not only where sentences begin), then the one met most often."""

    def rank(spelling: Spelling) -> tuple[object, ...]:
        short = not is_full_name(spelling), is_acronym_in(spelling, cluster)
        declined = any(is_case_form(spelling, other) for other in cluster)
        return *short, declined, spelling.unproven == spelling.count, -spelling.count, spelling.text

    return min(cluster, key=rank)


def is_acronym_in(spelling: Spelling, cluster: Sequence[Spelling]) -> bool:
    """Whether capitals make an acronym: not in the PRAHA of a headline, of which Prahy is a case form."""
    return spelling.kind == "acronym" and not any(
        other.content[0].words[0].shape == "title" and is_case_form(other, spelling) for other in cluster
    )


def type_of_words(units: Sequence[Unit]) -> str | None:
    """The entity type that a type word or a concept asks for."""
    for unit in reversed(units):
        for ident in sorted(unit.types):
            applies = lexicon().type_word(ident).applies
            if applies:
                return "ORG" if unit.concepts and "ORG" in applies else applies[0]
        if unit.concepts:
            return "ORG"
    return None


def type_guess(cluster: Sequence[Spelling]) -> str:
    """The type of what several spellings name, by its words, then by what stands before it; else `UNKNOWN`."""
    head = head_of(cluster)
    if is_full_name(head):
        return "PERSON"
    acronym = any(is_acronym_in(s, cluster) for s in cluster)
    if (found := type_of_words(head.content)) is not None:
        return "ORG" if found == "FACILITY" and acronym else found  # a building has no acronym, an institute has
    if any(u.role == "country" for u in head.content):
        return "PLACE"
    if acronym:
        return "ORG"
    titles = sum(s.after["title"] for s in cluster)
    places = sum(s.after[word] for s in cluster for word in _PLACE_PREPOSITIONS)
    if max(titles, places):
        return "PERSON" if titles >= places else "PLACE"
    return UNKNOWN


def kind_beside(spelling: Spelling, head: Spelling, kind: str) -> str:
    """What an alias of a new entity is, beside the name of the entity."""
    if spelling.kind == "acronym":
        return "acronym"
    if script_of(spelling.text) != script_of(head.text):
        return "native"
    return "surname" if kind == "PERSON" and len(spelling.content) == 1 else "name"
