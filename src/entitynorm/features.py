"""The features of a score: small comparisons of two parsed names, each giving evidence with its reason.

All values lie in [0, 1]. The features, in the order in which they are gathered:

- ``identical``: the same words up to case, marks and punctuation, and the alias is strong
- ``base``: always 1; what a perfectly answered name starts from
- ``unlikeness``: 1 minus the weighted mean likeness of the words that answer each other
- ``extra`` / ``missing``: the share of weight that only the surface form / only the alias has
- ``extra_concept``: the surface form has a word for what a thing is that the alias lacks
- ``contradiction``: both have words of weight that the other lacks
- ``surname_alone``, ``acronym``, ``loose_type``, ``missing_type``, ``generic_missing``, ``country_missing``, ``order``,
  ``weak``: see `entitynorm.scoring.RULES_1`, which says of each what it stands for
- ``less_prominent`` and the ``context_`` features are added later, by `entitynorm.candidates` and `entitynorm.context`
- ``veto``: a reason that decides alone: another country, given name, gender, number, type word, kind of thing
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from entitynorm.model import Alias, Entity, Evidence
from entitynorm.names.acronyms import is_acronym
from entitynorm.names.alignment import Alignment, align
from entitynorm.names.lexicon import lexicon
from entitynorm.names.structure import Name, Unit, squeezed
from entitynorm.names.types import entity_class
from entitynorm.scoring import Scorer

_PLACE_LEVELS = frozenset({"adm1", "adm2", "adm3"})
_NATURE = frozenset({"water", "relief", "island"})
_ACRONYM_BESIDE = 0.35
"""Least share of a foreign word beside an acronym: three letters are too few to bear one (LSR Group)."""
SETTLED = frozenset({"settlement", "area", "quarter"})
"""Senses of type words that leave a place what it is (Kyiv city, the Bakhmut area)."""


@dataclass(frozen=True, slots=True, eq=False)
class IndexedAlias:
    """An alias made ready for comparison."""

    number: int
    entity: Entity
    alias: Alias
    name: Name
    units: tuple[Unit, ...]
    weights: tuple[float, ...]
    total: float
    surname: int | None
    """Index of the unit that carries a person; None for other types."""
    kind: str
    """The class of the entity's type (see `entitynorm.names.types`)."""
    places: tuple[str, ...]
    """Senses of the place type words in the alias, the usual sense first."""


@dataclass(frozen=True, slots=True)
class EntityFacts:
    """What all names and relations of an entity say together."""

    countries: frozenset[str] = frozenset()
    given: frozenset[str] = frozenset()
    concepts: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()


NO_FACTS = EntityFacts()


def unit_weight(unit: Unit, entity_type: str | None) -> float:
    """How much of a name's identity a unit carries, from 0 (the, of) to 1 (a word no table knows)."""
    if entity_type == "PERSON" and unit.is_patronymic:
        return 0.3
    match unit.role:
        case "function":
            return 0.0
        case "type":
            known = entity_type is None or any(entity_type in lexicon().type_word(t).applies for t in unit.types)
            return 0.15 if known else 0.6
        case "title":
            if entity_type == "PERSON":
                return 0.05
            return 0.6 if unit.concepts else 0.4
        case "country":
            return 0.5
        case "concept" if entity_type == "PLACE":
            return 1.0  # Upper, New, Military: with such a word a place is another place or another thing
        case "concept":
            return lexicon().concept_weight(unit.concepts)
        case "given":
            return 0.5 if entity_type == "PERSON" else 1.0
        case "initial":
            return 0.2
        case _:
            return 1.0


def name_weights(units: Sequence[Unit], entity_type: str | None, surname: int | None = None) -> tuple[float, ...]:
    """Weights of all units; a name made of light words alone (Russia, The Guard) has them raised to 1."""
    weights = [1.0 if i == surname else unit_weight(u, entity_type) for i, u in enumerate(units)]
    for i, unit in enumerate(units):
        if entity_type != "PLACE" and unit.types and _names_state(units, i):
            weights[i] = min(weights[i], 0.05)
    if surname is not None:
        for i in _middle_names(units, surname):
            weights[i] = min(weights[i], 0.3)
    if not any(u.role in ("core", "given", "number") for u in units):
        # Nothing but words of the language (New Gazette): then the type word belongs to the name.
        weights = [max(w, 0.5) if u.role == "type" else w for u, w in zip(units, weights, strict=True)]
    if max(weights, default=0.0) < 0.55:
        weights = [1.0 if u.role not in ("function", "type") else w for u, w in zip(units, weights, strict=True)]
    if not any(weights):
        weights = [1.0] * len(units)
    return tuple(weights)


def surname_index(units: Sequence[Unit]) -> int | None:
    """Which unit carries a person: the last one, or the first where the last is a given name or patronymic."""
    bearing = [i for i, u in enumerate(units) if u.role not in ("function", "title", "type", "initial", "number")]
    if not bearing:
        return None
    first, last = units[bearing[0]], units[bearing[-1]]
    # A surname may itself end like a patronymic (Klimovich): only a third name after a given name is one.
    turned = last.is_patronymic if len(bearing) > 2 else bool(last.given) and first.role == "core"
    return bearing[0] if len(bearing) > 1 and not first.given and turned else bearing[-1]


def _names_state(units: Sequence[Unit], i: int) -> bool:
    """Whether a word such as republic or federation only belongs to the country beside it."""
    if not any("country" in lexicon().type_word(t).senses for t in units[i].types):
        return False
    return any(u.countries for u in units[max(0, i - 1) : i + 3])


def _middle_names(units: Sequence[Unit], surname: int) -> list[int]:
    """The units of a person that are neither the first name nor the surname."""
    bearing = [i for i, u in enumerate(units) if i != surname and u.role not in ("function", "title", "type", "number")]
    return bearing[1:]


def place_senses(units: Sequence[Unit]) -> tuple[str, ...]:
    """The senses of the place type words among ``units``, the usual sense of each first."""
    out: list[str] = []
    for unit in units:
        if unit.role == "type":
            for type_id in sorted(unit.types):
                entry = lexicon().type_word(type_id)
                if "PLACE" in entry.applies:
                    out += entry.senses
    return tuple(dict.fromkeys(out))


def index_alias(number: int, entity: Entity, alias: Alias, name: Name) -> IndexedAlias:
    """An alias made ready for comparison by the rules of its entity's class."""
    kind = entity_class(entity.type)
    surname = surname_index(name.units) if kind == "PERSON" else None
    weights = name_weights(name.units, kind, surname)
    places = place_senses(name.units)
    return IndexedAlias(number, entity, alias, name, name.units, weights, sum(weights), surname, kind, places)


def _person_query(units: Sequence[Unit]) -> tuple[Unit, ...]:
    """The part of a phrase that is the person: after the last title, where names follow roles."""
    titles = [i for i, u in enumerate(units) if u.role == "title"]
    if titles and titles[-1] + 1 < len(units):
        rest = tuple(units[titles[-1] + 1 :])
        if any(u.role not in ("function", "type") for u in rest):
            return rest
    if titles and titles[0] > 0:
        return tuple(units[: titles[0]])
    return tuple(units)


def _share(indices: Sequence[int], weights: Sequence[float]) -> float:
    total = sum(weights)
    return sum(weights[i] for i in indices) / total if total else 0.0


def _names(units: Sequence[Unit], indices: Sequence[int]) -> str:
    return ", ".join(units[i].phrase for i in indices)


def _person_veto(query: Sequence[Unit], target: IndexedAlias, facts: EntityFacts, alignment: Alignment) -> str | None:
    answered = {p.j for p in alignment.pairs}
    if target.surname is not None and target.surname not in answered:
        return f"the surname {target.units[target.surname].phrase!r} is not there"
    rivals = [query[i] for i in alignment.extra if query[i].role in ("given", "core") and not query[i].is_patronymic]
    missing_given = [target.units[j] for j in alignment.missing if target.units[j].role in ("given", "core")]
    missing_given = [u for u in missing_given if not u.is_patronymic]
    if rivals and missing_given:
        return f"another given name: {rivals[0].phrase} is not {missing_given[0].phrase}"
    fathers = [query[i] for i in alignment.extra if query[i].is_patronymic]
    known_fathers = [target.units[j] for j in alignment.missing if target.units[j].is_patronymic]
    if fathers and known_fathers:
        return f"another patronymic: {fathers[0].phrase} is not {known_fathers[0].phrase}"
    named = any(
        target.units[p.j].given or p.likeness.kind == "initial" for p in alignment.pairs if p.j != target.surname
    )
    for rival in rivals if not named else ():
        if rival.given and facts.given and not (rival.given & facts.given):
            return f"another given name: {rival.phrase}"
    return None


def _country_veto(query: Sequence[Unit], target: IndexedAlias, facts: EntityFacts, alignment: Alignment) -> str | None:
    extra = {c for i in alignment.extra for c in query[i].countries}
    known = facts.countries | {c for u in target.units for c in u.countries}
    if extra and known and not (extra & known):
        return f"another country: {', '.join(sorted(extra))} is not {', '.join(sorted(known))}"
    return None


def _place_type(query: Sequence[Unit], target: IndexedAlias) -> tuple[str | None, str | None]:
    """(veto, soft feature) from the type words of a place."""
    ours = place_senses(query)
    theirs = target.places
    if theirs and _PLACE_LEVELS.intersection(theirs) and not ours:
        return None, "missing_type"
    if not ours:
        return None, None
    if not theirs:
        if set(ours) & SETTLED:
            return None, None
        if set(ours) & (_PLACE_LEVELS | _NATURE) and target.kind in ("PLACE", "FACILITY"):
            return f"a {ours[0]} is asked for, {target.alias.text!r} names none", None
        return None, None
    # What the alias usually is has to be possible for the surface form: a region may be a district, not the reverse.
    if theirs[0] not in ours:
        return f"{ours[0]} is not {theirs[0]}", None
    return None, None


def _takes_adjectives(units: Sequence[Unit], target: IndexedAlias) -> bool:
    """Whether a place name may answer its adjective: beside a word for a province or district, or in a longer name."""
    if target.kind == "PLACE":
        return bool(_PLACE_LEVELS.intersection((*target.places, *place_senses(units))))
    return min(len(units), len(target.units)) > 1


def _numbers_veto(query: Sequence[Unit], alignment: Alignment, target: IndexedAlias) -> str | None:
    ours = [query[i].phrase for i in alignment.extra if query[i].role == "number"]
    theirs = [target.units[j].phrase for j in alignment.missing if target.units[j].role == "number"]
    if ours and theirs:
        return f"number {ours[0]} is not {theirs[0]}"
    return None


def _order_differs(query: Sequence[Unit], target: IndexedAlias, alignment: Alignment) -> bool:
    """Words swapped without a reason: no function word, comma, concept or adjective explains it."""
    if target.kind == "PERSON" or len(alignment.pairs) < 2:
        return False
    own = ("core", "given", "initial")
    js = [p.j for p in alignment.pairs if query[p.i].role in own and target.units[p.j].role in own]
    return js != sorted(js)


def _identical(query: Name | None, target: IndexedAlias) -> bool:
    return query is not None and query.exact == target.name.exact


def gather(
    query: Sequence[Unit], target: IndexedAlias, facts: EntityFacts, scorer: Scorer, *, whole: Name | None = None
) -> list[Evidence]:
    """All evidence for "these units name this alias's entity".

    ``whole`` is the parsed surface form when the units are all of it, so that identical spelling can be seen.
    """
    kind = target.kind
    make = scorer.evidence
    weak = target.alias.strength == "weak"
    if _identical(whole, target) and not weak:
        return [make("identical", 1.0, f"spelled like the alias {target.alias.text!r}")]
    units = tuple(query)
    if kind == "PERSON":
        units = _person_query(units)
    adjectives = _takes_adjectives(units, target)
    alignment = align(units, target.units, target.weights, kind, adjectives)
    weights = name_weights(units, kind)
    if kind == "PERSON" and len(alignment.pairs) > 1:
        # Beside the first name and the surname, more names are more of the same person.
        weights = tuple(min(w, 0.3) if i in alignment.extra else w for i, w in enumerate(weights))
    out = [make("base", 1.0, f"{len(alignment.pairs)} of {len(target.units)} words of {target.alias.text!r} answered")]
    joined = not alignment.pairs or alignment.extra
    if joined and whole is not None and len(whole.squeezed) > 4 and squeezed(units) == target.name.squeezed:
        out.append(make("unlikeness", 0.02, "the same letters written together"))
        return [*out, *([make("weak", 1.0, "declared weak")] if weak else [])]
    if not alignment.pairs:
        return [make("veto", 1.0, "no word in common")]

    vetoes: list[str | None] = [_numbers_veto(units, alignment, target), _country_veto(units, target, facts, alignment)]
    soft: str | None = None
    if kind == "PERSON":
        vetoes.append(_person_veto(units, target, facts, alignment))
    if kind in ("PLACE", "FACILITY"):
        veto, soft = _place_type(units, target)
        vetoes.append(veto)
    if kind == "FACILITY" and any(target.units[j].role == "type" for j in alignment.missing):
        soft = "missing_type"
    if weak and any(p.likeness.kind == "near concept" for p in alignment.pairs):
        vetoes.append(f"the weak alias {target.alias.text!r} has to be met word for word")
    out += [make("veto", 1.0, v) for v in vetoes if v]

    pair_weight = sum(target.weights[p.j] for p in alignment.pairs)
    if pair_weight:
        mean = sum(target.weights[p.j] * p.likeness.value for p in alignment.pairs) / pair_weight
        details = "; ".join(f"{p.likeness.kind} {p.likeness.detail}" for p in alignment.pairs)
        out.append(make("unlikeness", 1 - mean, details))
    extra, missing = list(alignment.extra), list(alignment.missing)
    known = _in_keeping(units, extra, kind, facts)
    extra = [i for i in extra if i not in known]
    if len(target.units) == 1 and is_acronym(target.units[0], least=2):
        extra = [i for i in alignment.extra if not _same_trade(units[i], facts)]
    if extra:
        share = _share(extra, weights)
        if len(target.units) == 1 and is_acronym(target.units[0], least=2):
            share = max(_ACRONYM_BESIDE, share)
        out.append(make("extra", share, f"not in the alias: {_names(units, extra)}"))
        telling = [i for i in extra if units[i].role == "concept" and weights[i] >= 0.6]
        if telling and kind not in ("PERSON", "PLACE"):
            out.append(make("extra_concept", 1.0, f"another thing by {_names(units, telling)}"))
    if missing:
        share = _share(missing, target.weights)
        if kind == "PERSON" and target.surname is not None:
            share = min(share, 1 / 3)  # however many names stand before it, the surname carries the person
        out.append(make("missing", share, f"not in the surface form: {_names(target.units, missing)}"))
        heavy = [j for j in missing if target.weights[j] >= 0.5]
        if any(weights[i] >= 0.5 for i in extra) and heavy:
            out.append(make("contradiction", 1.0, f"{_names(units, extra)} against {_names(target.units, missing)}"))
        generic = not any(u.role in ("core", "given", "number") for u in target.units)
        if generic and any(target.units[j].role == "concept" for j in missing):
            out.append(make("generic_missing", 1.0, f"a name of common words lacks {_names(target.units, missing)}"))
        if kind not in ("PERSON", "PLACE") and any(target.units[j].countries for j in missing):
            out.append(make("country_missing", 1.0, "an institution without its country"))
        if (
            kind == "PERSON"
            and target.surname is not None
            and sum(u.role != "function" for u in units) == 1
            and alignment.pairs[0].j == target.surname
        ):
            out.append(
                make("surname_alone", 1.0, f"the surname {units[alignment.pairs[0].i].phrase!r} carries the person")
            )
    for pair in alignment.pairs:
        if pair.likeness.kind == "type word" and pair.likeness.value < 0.8:
            out.append(make("loose_type", 1.0, pair.likeness.detail))
    if soft:
        out.append(make(soft, 1.0, f"{target.alias.text!r} has a type word that the surface form lacks"))
    if _order_differs(units, target, alignment):
        out.append(make("order", 1.0, "the words stand in another order"))
    if weak:
        out.append(make("weak", 1.0, f"the alias {target.alias.text!r} is declared weak"))
    return out


def _in_keeping(units: Sequence[Unit], extra: Sequence[int], kind: str, facts: EntityFacts) -> set[int]:
    """Units of the surface form beyond the alias that say nothing new of the entity, and so cost nothing."""
    out: set[int] = set()
    for i in extra:
        unit = units[i]
        if (unit.countries and (unit.countries & facts.countries or kind == "PLACE")) or (
            (unit.role == "type" and any(kind in lexicon().type_word(t).applies for t in unit.types))
            or (kind == "PERSON" and (unit.role == "title" or unit.is_patronymic))
            or (unit.concepts and unit.concepts <= facts.concepts)
        ):
            out.add(i)
    return out


def _same_trade(unit: Unit, facts: EntityFacts) -> bool:
    """Whether a word beside an acronym is one of the entity's own words, or says no more than "news agency"."""
    if (
        unit.concepts & facts.concepts
        or unit.types & facts.types
        or unit.countries & facts.countries
        or unit.role == "title"
    ):
        return True
    return any("media" in lexicon().type_word(t).senses for t in unit.types)


def acronym_evidence(
    query: Sequence[Unit], at: int, entity: Entity, facts: EntityFacts, expansion: str, owners: int, scorer: Scorer
) -> list[Evidence]:
    """Evidence for a surface form whose unit ``at`` is an acronym derived from one of the entity's names."""
    out = [
        scorer.evidence("base", 1.0, "an acronym"),
        scorer.evidence(
            "acronym",
            1.0,
            f"{query[at].words[0].text} from {expansion!r}" + (f", one of {owners}" if owners > 1 else ""),
        ),
    ]
    weights = name_weights(query, entity_class(entity.type))
    rest = [i for i, u in enumerate(query) if i != at and u.role != "function"]
    country = {c for i in rest for c in query[i].countries}
    if country and facts.countries and not (country & facts.countries):
        out.append(scorer.evidence("veto", 1.0, f"another country: {', '.join(sorted(country))}"))
    foreign = [i for i in rest if not _same_trade(query[i], facts)]
    if foreign:
        share = max(_ACRONYM_BESIDE, _share(foreign, weights))
        out.append(scorer.evidence("extra", share, f"beside the acronym: {_names(query, foreign)}"))
    return out
