"""What a term can be in a name, told by the term alone: a particle, a type word, a word that carries the name."""

from __future__ import annotations

from functools import lru_cache

from entitynorm.names.meanings import meanings_of
from entitynorm.names.units import is_patronymic
from entitynorm.text.sounds import PLAIN_SCRIPTS
from entitynorm.text.tokens import script_of

_MOST_OF_ROLE = {"function": 0.06, "title": 0.12, "type": 0.35, "country": 0.6, "concept": 0.6}


def weight_of_role(role: str) -> float:
    """How much a term of this lexicon role may weigh at most when candidates are looked for."""
    return _MOST_OF_ROLE.get(role, 1.0)


BEARING = 0.5
"""What a word of a role may weigh at least, if the role is to carry a name."""
_ROLE_ORDER = ("function", "type", "title", "country", "concept", "given")
ROLES = (*_ROLE_ORDER, "core", "initial", "number")
"""What a term can be, by the lexicon or its letters; `term_role` holds the place in this list, and flags above."""
ROLE_BITS, PATRONYMIC, FOREIGN = 15, 16, 32
"""The bits of `term_role` that tell the role; flags of a patronymic, and of a term in letters that are not Latin."""


@lru_cache(maxsize=32_768)
def role_of_term(fold: str) -> str:
    """The first lexicon role of a folded term, "core" for a word no table knows."""
    slots = {sense.slot for sense in meanings_of(fold) if not sense.caps}
    return next((role for role in _ROLE_ORDER if role in slots), "core") if slots else "core"


def role_number(term: str, fold: str, role: str) -> int:
    """What `term_role` says of a term."""
    if len(fold) == 1:
        role = "initial"
    elif fold.isdigit():
        role = "number"
    father = PATRONYMIC if role in ("core", "given") and is_patronymic(fold) else 0
    foreign = 0 if term.isascii() or script_of(term) in PLAIN_SCRIPTS else FOREIGN
    return ROLES.index(role) | father | foreign


def carries_name(fold: str, role: str) -> bool:
    """Whether a folded term of a role can carry a name: it is no type word, title, particle, country or acronym."""
    if role == "country" or weight_of_role(role) < BEARING:
        return False
    return not any(sense.caps for sense in meanings_of(fold))


@lru_cache(maxsize=32_768)
def means_nothing(fold: str) -> bool:
    """Whether a folded term has no meaning that another word could stand for: it is a name, or no table knows it."""
    return len(fold) > 1 and all(sense.slot == "given" for sense in meanings_of(fold))


def lexical_ids(fold: str) -> list[str]:
    """What a folded term can stand for in other words: its concepts, countries and given-name classes."""
    senses = meanings_of(fold)
    return [f"{s.slot}:{s.id}" for s in senses if s.slot in ("concept", "country", "given") and not s.caps]
