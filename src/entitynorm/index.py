"""The index: from the keys of a word to the aliases that hold a word with the same key.

Keys are short strings with a prefix that names their family, so that a candidate can tell what reached it:

- ``f`` folded word, ``p`` phone key of a reading, ``d`` phone key with one phone deleted (for slips)
- ``c`` concept, ``n`` country, ``g`` given-name class, ``i`` initial of a given name

The in-memory form is a dictionary of posting lists; nothing scans the gazetteer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from entitynorm.features import EntityFacts, IndexedAlias, index_alias
from entitynorm.gazetteer import Gazetteer
from entitynorm.layers import Stacked
from entitynorm.model import Alias, Candidate, Entity
from entitynorm.names.acronyms import acronym_of, derive, is_acronym
from entitynorm.names.lexicon import lexicon
from entitynorm.names.structure import Name, Unit, first_sounds, parse
from entitynorm.names.types import entity_class
from entitynorm.text.sounds import phone_key

_LEAST_FOR_SLIPS = 6
"""Phones a word needs before a slip in it is looked for."""
_CACHED_UNITS = 50_000
CACHED_WINDOWS = 20_000
ANCHORLESS = frozenset({"type", "country", "title", "function"})
"""Roles that lead to no name by themselves, unless the whole name is made of them."""


def _deletions(key: str) -> Iterator[str]:
    yield key
    for i in range(1, len(key)):
        yield key[:i] + key[i + 1 :]


def _gives_acronyms(entity: Entity, alias: Alias) -> bool:
    """Acronyms come from the strong full names, in the languages of the rules; people and places have none."""
    language = (alias.lang or "").split("-")[0]
    return (
        entity_class(entity.type) not in ("PERSON", "PLACE")
        and alias.strength == "strong"
        and alias.kind not in ("handle", "domain", "misspelling", "acronym")
        and language in ("", "en", "ru", "uk", "be", "und")
    )


def _is_one_acronym(units: tuple[Unit, ...]) -> bool:
    return units[0].words is units[-1].words and is_acronym(units[0], least=2)


def _keys(unit: Unit, *, query: bool) -> Iterator[str]:
    if unit.role == "function":
        return
    yield "f" + unit.phrase
    for concept in unit.concepts:
        yield "c" + concept
        if query:
            yield from ("c" + other for other in lexicon().near_ids(concept))
    yield from ("n" + country for country in unit.countries)
    yield from ("g" + given for given in unit.given)
    if unit.role == "initial" or (not query and unit.role in ("given", "core")):
        yield from ("i" + sound for sound in first_sounds(unit))
    if len(unit.words) != 1:
        return
    word = unit.words[0]
    plain = {phone_key(r.phones) for r in word.readings}
    for key in plain | {phone_key(p) for p, _, _ in word.lemmas} | {phone_key(p) for p, _ in word.bases}:
        yield "p" + key
    if unit.role in ("core", "given") and word.shape != "number":
        # The same forms among which `likeness` looks for a slip: what it would find has to be reachable.
        for phones in (*(r.phones for r in word.readings[:3]), *(phones for phones, _, _ in word.lemmas[:3])):
            key = phone_key(phones)
            if len(key) >= _LEAST_FOR_SLIPS - 1:
                yield from ("d" + shorter for shorter in _deletions(key))


class Index:
    """Posting lists over every alias of a gazetteer, and what each entity's names say together."""

    def __init__(self, gazetteer: Gazetteer | Stacked) -> None:
        self.gazetteer = gazetteer
        self.aliases: list[IndexedAlias] = []
        self.postings: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self.exact: dict[str, list[int]] = defaultdict(list)
        self.squeezed: dict[str, list[int]] = defaultdict(list)
        self.of_entity: dict[str, list[int]] = {}
        self.facts: dict[str, EntityFacts] = {}
        self.acronyms: dict[str, list[tuple[str, str]]] = defaultdict(list)
        self.anchorless: set[int] = set()
        """Aliases made of countries, titles and type words alone."""
        self.small: set[str] = set()
        """Dictionary forms of the words that aliases write small; other small words of a text are no names."""
        self.blocked: dict[str, list[str]] = defaultdict(list)
        self.blocked_readings: dict[str, list[str]] = defaultdict(list)
        self.ranked: dict[tuple[object, ...], tuple[Candidate, ...]] = {}
        """Candidates of windows seen before, at most `CACHED_WINDOWS`."""
        self._hits: dict[tuple[object, ...], Mapping[int, tuple[int, ...]]] = {}
        for entity in gazetteer:
            self._add(entity)
        for entity in gazetteer:
            self.facts[entity.id] = self._facts(entity)
        for table in (self.postings, self.exact, self.squeezed, self.acronyms, self.blocked, self.blocked_readings):
            table.default_factory = None

    def _add(self, entity: Entity) -> None:
        numbers: list[int] = []
        seen: set[tuple[str, str]] = set()
        named = (a for a in entity.aliases if a.strength == "weak" and a.kind not in ("domain", "handle"))
        weak = {parse(a.text).exact for a in named}
        # A weak alias equal to the canonical name is how a canonical name is declared ambiguous.
        canonical = Alias(entity.name, strength="weak" if parse(entity.name).exact in weak else "strong")
        for alias in (canonical, *entity.aliases):
            name = parse(alias.text)
            if not name.exact or (name.exact, alias.strength) in seen:
                continue
            seen.add((name.exact, alias.strength))
            numbers.append(self._add_alias(entity, alias, name))
        self.of_entity[entity.id] = numbers
        # A look-alike that sounds like the name itself (Brańsk, Брянск) is blocked as written, not as heard.
        own = {r.phones for n in numbers for u in self.aliases[n].units for w in u.words for r in w.readings}
        for form in entity.blocked:
            name = parse(form)
            self.blocked[name.exact].append(entity.id)
            if len(name.units) == 1 and len(name.units[0].words) == 1:
                for reading in name.units[0].words[0].readings[:2]:
                    if reading.phones not in own:
                        self.blocked_readings[reading.phones].append(entity.id)

    def _add_alias(self, entity: Entity, alias: Alias, name: Name) -> int:
        number = len(self.aliases)
        self.aliases.append(index_alias(number, entity, alias, name))
        self.exact[name.exact].append(number)
        if name.units:
            self.squeezed[name.squeezed].append(number)
        if name.units and all(unit.role in ANCHORLESS for unit in name.units):
            self.anchorless.add(number)
        for unit in name.units:
            for word in unit.words:
                if word.shape == "lower":
                    self.small |= {word.fold, *(lemma for _, _, lemma in word.lemmas)}
        for j, unit in enumerate(name.units):
            for key in set(_keys(unit, query=False)):
                self.postings[key].append((number, j))
        if _gives_acronyms(entity, alias):
            for acronym in derive(name.units):
                if all(owner != entity.id for owner, _ in self.acronyms[acronym]):
                    self.acronyms[acronym].append((entity.id, alias.text))
        return number

    def _facts(self, entity: Entity) -> EntityFacts:
        aliases = [self.aliases[n] for n in self.of_entity[entity.id]]
        units = [u for a in aliases for u in a.units]
        # The acronym of an institution may be that of a country too (RDC), and says nothing of where it belongs.
        spelled = [a for a in aliases if not (a.units and _is_one_acronym(a.units))]
        countries = {c for a in spelled for u in a.units for c in u.countries}
        for ancestor_id in self.gazetteer.ancestors(entity.id):
            for n in self.of_entity.get(ancestor_id, ()):
                ancestor = self.aliases[n]
                if len(ancestor.units) == 1:
                    countries |= ancestor.units[0].countries
        return EntityFacts(
            countries=frozenset(countries),
            given=frozenset(g for u in units for g in u.given),
            concepts=frozenset(c for u in units for c in u.concepts),
            types=frozenset(t for u in units for t in u.types),
        )

    def may_be_small(self, unit: Unit) -> bool:
        """Whether a unit written small can be part of a name all the same."""
        return any(w.fold in self.small or any(lemma in self.small for _, _, lemma in w.lemmas) for w in unit.words)

    def hits(self, unit: Unit) -> Mapping[int, tuple[int, ...]]:
        """Alias number -> units of that alias that share a key with ``unit``."""
        known = (unit.words, unit.role, unit.senses)
        found = self._hits.get(known)
        if found is None:
            if len(self._hits) >= _CACHED_UNITS:
                self._hits.clear()
            reached: dict[int, dict[int, None]] = {}
            for key in sorted(set(_keys(unit, query=True))):
                for number, j in self.postings.get(key, ()):
                    reached.setdefault(number, {})[j] = None
            found = self._hits[known] = {number: tuple(js) for number, js in reached.items()}
        return found

    def acronym_owners(self, unit: Unit) -> list[tuple[str, str]]:
        """(entity id, full name) for each entity with a name of this acronym, but for those that list it themselves."""
        if not is_acronym(unit):
            return []
        listed = {self.aliases[n].entity.id for n in self.exact.get(unit.phrase, ())}
        return [owner for owner in self.acronyms.get(acronym_of(unit), []) if owner[0] not in listed]

    def declared_weak(self, name: Name | None) -> frozenset[str]:
        """Ids of the entities that list this very form as a weak alias only."""
        numbers = self.exact.get(name.exact, ()) if name is not None else ()
        listed = [self.aliases[n] for n in numbers]
        strong = {a.entity.id for a in listed if a.alias.strength == "strong"}
        return frozenset(a.entity.id for a in listed if a.entity.id not in strong)

    def blocking(self, name: Name) -> frozenset[str]:
        """Ids of the entities that must never take this surface form, its case forms or its other romanisations."""
        found = set(self.blocked.get(name.exact, ()))
        if self.blocked_readings and len(name.units) == 1 and len(name.units[0].words) == 1:
            word = name.units[0].words[0]
            for phones in [r.phones for r in word.readings[:1]] + [p for p, _, _ in word.lemmas]:
                found.update(self.blocked_readings.get(phones, ()))
        return frozenset(found)
