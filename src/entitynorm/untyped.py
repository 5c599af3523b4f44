"""Places called without their type word: the Naf is the Naf River, Borno is Borno State, where no other bears the name.

A town and the region around it share a name, so that a name by itself is not the region; but rivers, peninsulas and
states are hardly ever called after a town, and a short list that has one place of a name means that one. Regions that
are called after their chief town as a rule (oblast, governorate, raion) stay apart.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from entitynorm.features import NATURE, place_senses
from entitynorm.model import Candidate, Evidence
from entitynorm.names.lexicon import lexicon
from entitynorm.names.structure import parse
from entitynorm.names.types import entity_class
from entitynorm.names.units import Unit
from entitynorm.resolver import Resolver
from entitynorm.scoring import plus

_CALLED, _SHOWN = 3.0, 2.0
"""Log-odds of a place that is called without its type word, and of one that others show to be a region; written, not
fitted."""
_ALIASES = 8
_LONGEST = 3
"""Words of a name that is looked at."""
_LEAST = 1e-6
_LIKELY = 0.5
"""Score of a candidate beside which no other is looked for."""


def with_untyped(units: Sequence[Unit], candidates: Iterable[Candidate], resolver: Resolver) -> list[Candidate]:
    """The candidates of a surface form, with evidence for the one that is called so without its type word."""
    out = list(candidates)
    name = _bare(units)
    if not out or out[0].score >= 1.0 or not name or len(name) > _LONGEST:
        return out
    if any(u.types for u in units):
        return _with_region(units, name, out, resolver)
    bearers = [(k, types) for k, one in enumerate(out) if (types := _types_beside(name, one, resolver)) is not None]
    if len(bearers) != 1:
        return out
    k, types = bearers[0]
    apart = len(name) > 1 and any(u.role == "concept" for u in units)  # no town is called North Sinai
    if not (apart or any(map(_is_called_without, types))) or entity_class(out[k].type) != "PLACE" or not types:
        return out
    out[k] = _raised(out[k], _CALLED, "called without its type word; no other place is")
    return out


def _raised(candidate: Candidate, log_odds: float, detail: str) -> Candidate:
    score = min(max(candidate.score, _LEAST), 1 - _LEAST)
    shift = log_odds - math.log(score / (1 - score))
    return plus(candidate, Evidence("untyped", 1.0, shift, detail)) if shift > 0 else candidate


def _with_region(
    units: Sequence[Unit], name: tuple[str, ...], out: list[Candidate], resolver: Resolver
) -> list[Candidate]:
    """The candidates of a name with a type word, with evidence for a region that is listed without (Jubaland State).

    That it is a region show other places, which lie in it.
    """
    senses = place_senses(units)
    if out[0].score >= _LIKELY or not senses or senses[0] not in ("country", "adm1", "adm2") or "seat" in senses:
        return out
    bearers = [k for k, one in enumerate(out) if _types_beside(name, one, resolver) == frozenset()]
    place = resolver.place_of(out[bearers[0]].id) if len(bearers) == 1 else None
    if place is not None and out[bearers[0]].id in place[0].regions:
        out[bearers[0]] = _raised(out[bearers[0]], _SHOWN, "listed without its type word, and other places lie in it")
    return out


def _bare(units: Sequence[Unit]) -> tuple[str, ...]:
    """The words of a name but for type words and particles."""
    return tuple(u.phrase for u in units if u.role not in ("function", "type"))


def _types_beside(name: tuple[str, ...], candidate: Candidate, resolver: Resolver) -> frozenset[str] | None:
    """The type words beside a name in the aliases of a place; empty where one is the name alone, None where none is."""
    if entity_class(candidate.type) not in ("PLACE", "FACILITY"):
        return None
    place = resolver.place_of(candidate.id)
    if place is None or not place[0].index.few:
        return None
    layer, number = place
    aliases = [parse(layer.index.alias_text(a)).units for a in layer.index.aliases_of(number)[:_ALIASES]]
    found = [frozenset(t for u in units for t in u.types) for units in aliases if _is_called(name, units)]
    return frozenset().union(*found) if found else None


def _is_called(name: tuple[str, ...], alias: Sequence[Unit]) -> bool:
    """Whether a name is an alias without its type word; several islands have a plural of their own (the Matsus)."""
    bare = _bare(alias)
    if bare != name and not (bare and (*bare[:-1], f"{bare[-1]}s") == name and "island" in place_senses(alias)):
        return False
    waters = alias[0].types and len(alias) > 1 and any(s.id == "of" for s in alias[1].senses)
    return not waters or NATURE.isdisjoint(place_senses(alias[:1]))  # the Gulf of Aden is not Aden


def _is_called_without(type_id: str) -> bool:
    """Whether a word says that a place is no town, and is not called after one either."""
    senses = lexicon().type_word(type_id).senses
    return not NATURE.isdisjoint(senses) or ("adm1" in senses and "seat" not in senses)
