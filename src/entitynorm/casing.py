"""Whether windows of running text are written as names are: capitals where the language asks for them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import takewhile

from entitynorm.features import is_syllable
from entitynorm.model import Candidate
from entitynorm.names.structure import parse
from entitynorm.names.types import entity_class
from entitynorm.names.units import Unit
from entitynorm.text.ordinary import is_ordinary

_LONGEST_ACRONYM = 6
_STEM = 4
"""Letters that the case forms of a word have in common."""
_LONGEST_ENDING = 3
_COMMON = frozenset({"concept", "type", "country", "title"})


@lru_cache(maxsize=16_384)
def is_ordinary_word(surface: str) -> bool:
    units = parse(surface).units
    if len(units) != 1 or len(units[0].words) != 1 or units[0].kind != "word":
        return False
    only = units[0].words[0]
    if only.shape == "upper" and len(only.fold) <= _LONGEST_ACRONYM:
        return False
    return is_ordinary(only.fold, only.script)


def written_as_name(units: Sequence[Unit], surface: str, candidate: Candidate, declining: bool, romance: bool) -> bool:
    """Whether a window is written as names are: capitals where the language asks for them.

    Latin script: every word but type words and those the alias itself writes small. Cyrillic, languages that decline in
    Latin letters, and Romance ones: the first word.
    """
    target = parse(candidate.alias)
    known = frozenset().union(*(u.types | u.concepts for u in target.units))
    meant = bool(known) and known == frozenset().union(*(u.types | u.concepts for u in units))
    meant = meant and units[0].phrase != target.units[0].phrase  # Евросоюз, for EU
    if _is_acronym(target.units) and not (_is_acronym(units) or _is_acronym_as_word(units) or meant):
        return False  # Po is not PO
    if units and units[0].kind in ("handle", "hashtag", "domain"):
        return True
    lower = {w.fold for u in target.units for w in u.words if w.shape == "lower"}
    content = [u for u in units if u.role != "function"]
    if not content or not target.units:
        return bool(candidate.score >= 1.0) or _is_acronym(units)  # MIT is no word of German there
    begins_small = next((u for u in target.units if u.role != "function"), target.units[0]).words[0].shape == "lower"
    first_only = declining or content[0].words[0].script == "Cyrl" or romance
    introduced = _introduced(content, known, first_only, candidate.type)
    if not content[0].capitalised and not begins_small and not introduced:
        return False
    described = all(u.role in ("country", "type") or not u.capitalised for u in content)
    if (
        described
        and not first_only
        and any(u.role != "country" for u in content)
        and content[0].words[0].script == "Latn"
    ):
        # "Ukraine's military" describes; "Ukrainian Military" names, and so does "State Department"
        return all(u.capitalised for u in content) and (
            candidate.score >= 1.0 or (len(content) > 1 and not any(u.countries for u in content))
        )
    if candidate.score >= 1.0 and _is_headed(content):
        return True
    # The Wagner group is Wagner Group; Wagner fighters are its people.
    own = frozenset().union(*(u.types for u in target.units)) if entity_class(candidate.type) == "ORG" else frozenset()
    stems = {fold[:_STEM] for fold in lower}
    for k, unit in enumerate(content):
        if first_only and k and all(w.fold[:_STEM] in stems for w in unit.words):
            continue  # a case form of what the alias writes small too
        if k and surface[unit.start - 1] == "-" and is_syllable(unit.phrase) and is_syllable(content[k - 1].phrase):
            continue  # Kao-hsiung
        typed = k and unit.types and (not own or unit.types & own)
        if unit.capitalised or typed or all(w.fold in lower for w in unit.words):
            continue
        if (
            first_only
            and (k or introduced)
            and (unit.role in _COMMON or any(s.slot == "calendar" for s in unit.senses))
        ):
            continue
        if introduced and not any(u.capitalised for u in content[:k]):
            continue
        return False
    # Languages that decline names in Latin letters write adjectives small: Polski is Poland's.
    return declining or not (len(content) == 1 and content[0].is_adjective)


def _is_headed(content: Sequence[Unit]) -> bool:
    """Whether a capitalised name begins, and all small words behind it say what it is: the Dremany regional court."""
    head = content[0]
    small = [u for u in content if not u.capitalised]
    return head.capitalised and head.role == "core" and all(u.role in ("concept", "type") for u in small)


def _introduced(content: Sequence[Unit], known: frozenset[str], first_only: bool, entity_type: str) -> bool:
    """Whether small words before the first capital say what bears the name: бригады «Свободный берег», le pont Velski.

    They have to belong to the alias (``known``) where the language would have a capital, and before a country:
    полиции Косова, le fleuve Niger.
    """
    small = list(takewhile(lambda u: not u.capitalised, content))
    if not small or len(small) == len(content):
        return False
    belongs = all((u.types | u.concepts) & known for u in small)
    if first_only:
        country = any(u.countries for u in content[len(small) : len(small) + 1])
        return belongs if country else all(u.types or u.concepts for u in small)
    if any(u.countries for u in content[len(small) : len(small) + 1]):
        return False
    return entity_class(entity_type) not in ("PLACE", "PERSON") and belongs


def _is_acronym_as_word(units: Sequence[Unit]) -> bool:
    """Whether a window may be an acronym that is read as a word and written as one (Iswap, Nato)."""
    only = units[0].words[0] if len(units) == 1 and len(units[0].words) == 1 else None
    return only is not None and only.shape == "title" and len(only.fold) > 3 and not is_ordinary(only.fold, only.script)


def _is_acronym(units: Sequence[Unit]) -> bool:
    words = units[0].words if units else ()
    if len(words) != 1 or units[-1].words is not words:
        return False
    if words[0].shape == "mixed" and _is_declined_acronym(words[0].text):
        return True
    return words[0].shape == "upper" and len(words[0].fold) <= _LONGEST_ACRONYM


def _is_declined_acronym(word: str) -> bool:
    """Whether a word is an acronym with a case ending (ВАКСу, NATO-u)."""
    large = sum(1 for _ in takewhile(str.isupper, word))
    ending = word[large:].removeprefix("-")
    return 2 <= large <= _LONGEST_ACRONYM and len(ending) <= _LONGEST_ENDING and ending.isalpha() and ending.islower()
