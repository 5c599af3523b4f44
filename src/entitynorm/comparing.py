"""One index with its entities: what a name reaches in it, compared in full, but not yet competing.

A `Layer` turns names into `Scored` entities: candidates from the arrays (`entitynorm.retrieval.search`), each compared
by `entitynorm.evidence` and weighed by the learned scorer. `entitynorm.resolver` lets them compete. Everything is a
function of the name, its candidates and the gazetteer; batches only share work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from itertools import compress
from typing import NamedTuple

from entitynorm.evidence import Side, compare_names, make_side
from entitynorm.features import EntityFacts, gender_of
from entitynorm.learned import LearnedScorer, chance
from entitynorm.model import Candidate, Entity, Evidence, LazyEvidence
from entitynorm.names.abbreviations import full_names
from entitynorm.names.background import rarity_in
from entitynorm.names.pairing import Match, word_pairs
from entitynorm.names.similarity import SOUND, TYPO, prime, word_similarity
from entitynorm.names.structure import parse
from entitynorm.names.types import entity_class
from entitynorm.names.units import Name
from entitynorm.names.words import ROMANISATION, Word, warm
from entitynorm.retrieval.build import name_key
from entitynorm.retrieval.index import NameIndex
from entitynorm.retrieval.search import Reached, Searcher
from entitynorm.scored import Said, Scored
from entitynorm.scoring import IDENTITY, probability
from entitynorm.text.terms import fold_term
from entitynorm.window_rules import WindowRule, fits_window

Keep = Callable[[str], bool] | None
"""Whether the entity of an id may be the answer; None lets every one."""

_FACT_ALIASES = 8
_ENTITIES_KEPT = 8_192
_ALIASES_KEPT = 32_768
_NUMBERS_KEPT = 65_536
_WORTH, _BEHIND, _ALWAYS = 0.5, 0.25, 2
"""An alias is compared if it answers this share of what the best one does and is no farther behind, or leads."""
_BEHIND_PLAINLY, _MOST_PLAINLY = 0.08, 6
"""The same for windows among many names, each of which has to answer an alias as a whole; of more names that answer a
window about as well, no text tells which is meant."""
_DECLARED = -1.0
"""Log-odds of a name spelled like an alias that is declared weak: below any threshold, until a text supports it."""
_STANDS_FOR = 4.0
"""Log-odds of an abbreviation for a name that it is short for by convention."""
_UNEXAMINED = 8.0
"""Log-odds against an alias that was reached but answers too little to be compared."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What is worked out once of an entity."""

    entity: Entity
    facts: EntityFacts
    blocked: frozenset[str]
    blocked_words: tuple[Name, ...]


class _Task(NamedTuple):
    """A surface form and an alias to be compared."""

    alias: int
    entity: int
    query: Side
    target: Side
    owners: int
    said: Said | None
    """What decides instead of the comparison."""


class Layer:
    """One index with its entities: what a name reaches in it, compared but not yet competing."""

    def __init__(self, index: NameIndex, entity_at: Callable[[int], Entity], scorer: LearnedScorer) -> None:
        self.index = index
        self.scorer = scorer
        self._entity_at = entity_at
        self.searcher = Searcher(index)
        self._known = lru_cache(maxsize=_ENTITIES_KEPT)(self._learn)
        self._side = lru_cache(maxsize=_ALIASES_KEPT)(self._make_side)
        self._rarities: dict[str, float] = {}
        self._numbers: dict[str, int] = {}
        """The entities that were candidates lately: what is asked of a candidate goes by its id."""

    # -- what is known of names and entities ----------------------------------------------------------------------

    def rarity(self, fold: str) -> float:
        """How rare a folded word is among names, in [0.15, 1]; a small gazetteer's own counts are left out."""
        while (found := self._rarities.get(fold)) is None:  # another thread may make room between the two lines
            self._rate([fold])
        return found

    def _rate(self, folds: Iterable[str]) -> None:
        unknown = [fold for fold in dict.fromkeys(folds) if fold not in self._rarities]
        if len(self._rarities) > _ALIASES_KEPT:
            self._rarities.clear()
        if not unknown:
            return
        names = 0 if self.index.few else self.index.aliases
        own = self.index.frequencies(unknown) if names else [0] * len(unknown)
        for fold, count in zip(unknown, own, strict=True):
            self._rarities[fold] = rarity_in(fold, count, names)

    def _learn(self, number: int) -> _Known:
        entity = self._entity_at(number)
        aliases = self.index.aliases_of(number)[:_FACT_ALIASES]
        names = [parse(self.index.alias_text(a)) for a in aliases if not self.index.is_weak(a)]
        units = [u for name in names for u in name.units]
        telling = [name for name in names if len(name.units) > 1 or len(name.text) > 4]
        countries = {c for name in telling for u in name.units for c in u.countries}
        for ancestor in self._ancestors(entity):
            for unit in parse(ancestor.name).units:
                countries |= unit.countries
        words = tuple(n for form in entity.blocked if len((n := parse(form)).units) == 1)
        return _Known(
            entity=entity,
            facts=EntityFacts(
                countries=frozenset(countries),
                given=frozenset(g for u in units for g in u.given),
                concepts=frozenset(c for u in units for c in u.concepts),
                types=frozenset(t for u in units for t in u.types),
                gender=gender_of(n.units for n in names) if entity_class(entity.type) == "PERSON" else "",
            ),
            blocked=frozenset(map(name_key, entity.blocked)),
            blocked_words=words,
        )

    @cached_property
    def regions(self) -> frozenset[str]:
        """The ids of what other listed places lie in; known of short lists only."""
        if not self.index.few:
            return frozenset()
        listed = map(self._entity_at, range(self.index.entities))
        return frozenset(e.located_in for e in listed if e.located_in and entity_class(e.type) == "PLACE")

    def _ancestors(self, entity: Entity) -> list[Entity]:
        out: list[Entity] = []
        waiting = [p for p in (entity.located_in, entity.part_of) if p]
        seen = {entity.id}
        while waiting and len(out) < 8:
            parent = waiting.pop(0)
            number = None if parent in seen else self.index.find_entity(parent)
            seen.add(parent)
            if number is not None:
                found = self._entity_at(number)
                out.append(found)
                waiting += [p for p in (found.located_in, found.part_of) if p]
        return out

    def _make_side(self, alias: int, kind: str) -> Side:
        self._prepare(alias)
        return make_side(parse(self.index.alias_text(alias)), kind, self.rarity)

    def _prepare(self, alias: int) -> None:
        """Take over from the index what it knows of an alias's words: their readings and how rare they are."""
        terms = {self.index.term_text(t): t for t in self.index.alias_terms(alias)}
        for unit in parse(self.index.alias_text(alias)).units:
            for word in unit.words:
                term_text = word.text.lower()
                term = terms.get(term_text)
                if term is None:
                    continue
                if not word.is_read and (known := self.index.term_readings(term)) is not None:
                    word.take_readings(known)
                if word.fold not in self._rarities and word.fold == fold_term(term_text):
                    self._rarities[word.fold] = float(self.index.arrays["term_rarity"][term])

    def is_blocked(self, name: Name, key: str, entity: int) -> bool:
        """Whether an entity must never take this surface form, its case forms or its other romanisations."""
        if not self.index.blocks(entity):
            return False
        known = self._known(entity)
        if key in known.blocked:
            return True
        if len(name.units) != 1 or len(name.units[0].words) != 1:
            return False
        own = parse(known.entity.name)
        word = name.units[0].words[0]
        for blocked in known.blocked_words:
            other = blocked.units[0].words[0]
            if word_similarity(word, other).kind in (ROMANISATION, "inflection"):
                names = [u.words[0] for u in own.units if len(u.words) == 1]
                if not any(word_similarity(word, w).value >= 0.9 for w in names):
                    return True
        return False

    # -- candidates ----------------------------------------------------------------------------------------------

    def _fits(self, number: int, wanted: str | None) -> bool:
        if wanted is None:
            return True
        found = self.index.entity_type(number)
        return found == wanted or entity_class(found) == entity_class(wanted)

    def identical(self, keys: Sequence[str], wanted: str | None) -> list[dict[int, str] | None]:
        """For each name key the entities whose strong alias it is, each with that alias as written.

        None where the gazetteer declares the name weak: then it does not decide alone, and has to be compared.
        """
        found = self.index.lookup_many("exact", keys)
        for n, key in enumerate(keys):
            if not found[n] and any(map(str.isdigit, key)):  # BTR82A is BTR-82A
                together = key.replace(" ", "")
                found[n] = self.index.lookup("squeezed", together) + self.index.lookup("exact", together)
        return [self._identical(a, k, wanted) if a else {} for a, k in zip(found, keys, strict=True)]

    def _identical(self, aliases: Sequence[int], key: str, wanted: str | None) -> dict[int, str] | None:
        found: dict[int, str] = {}
        shortened: dict[int, str] = {}  # London, Ontario gives way to London
        weak = False
        for alias in aliases:
            number = self.index.entity_of(alias)
            if not self._fits(number, wanted):
                continue
            text = self.index.alias_text(alias)
            if name_key(text).replace(" ", "") != key.replace(" ", ""):
                continue  # another name of the same hash
            if self.index.is_weak(alias):
                weak = True  # declared not to decide alone: another entity's strong alias wins, else all is compared
                continue
            (shortened if self.index.is_shortened(alias) else found).setdefault(number, text)
        found = found or shortened
        return found if found or not weak else None

    def listed(self, number: int, alias: str, rivals: tuple[Evidence, ...] = ()) -> Candidate:
        """A candidate whose alias is spelled like the name."""

        score = probability(_spelled_like(alias, rivals)) if rivals else 1.0
        evidence = LazyEvidence(partial(_spelled_like, alias, rivals), partial(_spelled_features, rivals))
        return self._candidate(number, alias, score, evidence)

    def _candidate(self, number: int, alias: str, score: float, evidence: Sequence[Evidence]) -> Candidate:
        index = self.index
        entity_id = index.entity_id(number)
        if len(self._numbers) > _NUMBERS_KEPT:
            self._numbers = {}
        self._numbers[entity_id] = number
        return Candidate(entity_id, index.entity_name(number), index.entity_type(number), score, alias, evidence)

    def find(self, entity_id: str) -> int | None:
        """The number of an entity by its id, or by an id it had."""
        number = self._numbers.get(entity_id)
        return self.index.find_entity(entity_id) if number is None else number

    def examine(self, names: Sequence[str]) -> list[list[Scored]]:
        """For each name every alias compared, but not decided: what a scorer is fitted on."""
        return [self._scored_aliases(tasks) for tasks, _ in self._prepared(names, None)]

    def scored(
        self,
        names: Sequence[str],
        wanted: str | None,
        kept: Sequence[Keep] | None = None,
        *,
        windows: WindowRule = None,
    ) -> list[tuple[list[Scored], list[Reached]]]:
        """For each name the entities worth comparing with the log-odds of their best alias, and what else was reached.

        Compared are the aliases that answer half as much as the best does and are not far behind it, and the first two.
        ``kept`` tells for each name which entities count at all. ``windows``: see `WindowRule`.
        """
        prepared = self._prepared(names, wanted, kept, windows)
        best = self._best([tasks for tasks, _ in prepared], windows=windows)
        return list(zip(best, (rest for _, rest in prepared), strict=True))

    def _prepared(
        self, names: Sequence[str], wanted: str | None, kept: Sequence[Keep] | None = None, windows: WindowRule = None
    ) -> list[tuple[list[_Task], list[Reached]]]:
        """For each name what is to be compared, with all words read and their likeness known, and what is left out."""
        parsed = [parse(name) for name in names]
        chosen: list[list[Reached]] = []
        rest: list[list[Reached]] = []
        tests = kept or [None] * len(names)
        plainly = windows == "plain" and not self.index.few
        reached = self.searcher.reach(names, windows=windows is not None, plainly=plainly)
        for text, hits, keep in zip(names, reached, tests, strict=True):
            short = self._abbreviated(text)
            if short:
                known = {h.alias for h in short}
                hits = short + [h for h in hits if h.alias not in known]
            fitting = [h for h in hits if self._fits(self.index.entity_of(h.alias), wanted)]
            if keep is not None:
                fitting = [h for h in fitting if keep(self.index.entity_id(self.index.entity_of(h.alias)))]
            best = fitting[0].score if fitting else 0.0
            least = best - _BEHIND_PLAINLY if plainly else max(best * _WORTH, best - _BEHIND)
            # Of an entity that lists this very form as weak, no other alias may decide in its place.
            listed = [h.alias for h in fitting if h.how == "exact" and self.index.is_weak(h.alias)]
            weak = {self.index.entity_of(alias) for alias in listed}
            if weak:
                fitting = [h for h in fitting if self.index.entity_of(h.alias) not in weak or h.alias in listed]
            always, most = (1, _MOST_PLAINLY) if plainly else (_ALWAYS, len(fitting))
            near = [
                n < always or (h.score >= least and n < most) or (plainly and h.how != "terms")
                for n, h in enumerate(fitting)
            ]
            chosen.append(list(compress(fitting, near)))
            # Of what a window may mean in a text nothing is asked that was not compared.
            rest.append([] if windows else [h for h, is_near in zip(fitting, near, strict=True) if not is_near])
        self._rate(u.phrase for name in parsed for u in name.units)
        warm(w for name, hits in zip(parsed, chosen, strict=True) if hits for u in name.units for w in u.words)
        tasks = [list(self._tasks(name, hits)) for name, hits in zip(parsed, chosen, strict=True)]
        pairs: dict[tuple[Word, Word], None] = {}
        for task in (task for some in tasks for task in some):
            query, target = task.query, task.target
            if query.whole is not None and target.whole is not None:
                pairs[query.whole, target.whole] = None
            pairs.update(dict.fromkeys(word_pairs(query.units, target.units, query.weights, target.weights)))
        prime(pairs)
        return list(zip(tasks, rest, strict=True))

    def compared(self, name: Name, reached: Sequence[Reached], windows: WindowRule = None) -> list[Scored]:
        """The entities of these aliases for one name, or for one window of running text."""
        return self._best([list(self._tasks(name, reached))], windows=windows)[0]

    def _tasks(self, name: Name, reached: Sequence[Reached]) -> Iterator[_Task]:
        if not name.units:
            return  # nothing to compare but the spelling, which `reach` has looked up
        queries: dict[str, Side] = {}
        owners = len({self.index.entity_of(r.alias) for r in reached if r.how == "acronym"})
        for hit in reached:
            if self.index.policy(hit.alias) == "off" and hit.how not in ("exact", "squeezed"):
                continue
            number = self.index.entity_of(hit.alias)
            kind = entity_class(self.index.entity_type(number))
            query = queries.get(kind)
            if query is None:
                query = queries[kind] = make_side(name, kind, self.rarity, surface=True)
            yield _Task(hit.alias, number, query, self._side(hit.alias, kind), owners, self._said(name, hit))

    def _said(self, name: Name, hit: Reached) -> Said | None:
        if hit.how == "abbreviation":
            return Said("abbreviation", _STANDS_FOR, f"{name.text!r} stands for {self.index.alias_text(hit.alias)!r}")
        if hit.how == "exact" and self.index.is_weak(hit.alias):
            alias = self.index.alias_text(hit.alias)
            return Said("weak", _DECLARED, f"spelled like {alias!r}, which never decides alone")
        return None

    def _abbreviated(self, name: str) -> list[Reached]:
        """The aliases that a name is short for by convention (Okla., US)."""
        keys = [name_key(full) for full in full_names(name)]
        found = {alias: None for some in self.index.lookup_many("exact", keys) for alias in some} if keys else {}
        own = [alias for alias in found if name_key(self.index.alias_text(alias)) in keys]
        return [Reached(alias, 1.0, "abbreviation") for alias in own]

    def _best(self, tasks: Sequence[Sequence[_Task]], *, windows: WindowRule = None) -> list[list[Scored]]:
        """For the aliases of each name the entities they name, each through the alias of highest log-odds."""
        scored = [(n, one) for n, some in enumerate(tasks) for one in self._scored_aliases(some)]
        if windows:
            few, declining = self.index.few, windows == "declining"
            scored = [(n, one) for n, one in scored if fits_window(one, few, declining)]
        odds = self.scorer.log_odds_many([s.compared.values for _, s in scored], [s.target.kind for _, s in scored])
        out: list[dict[int, Scored]] = [{} for _ in tasks]
        for (n, one), log_odds in zip(scored, odds, strict=True):
            one.log_odds = (one.said.log_odds if one.said else log_odds) + one.handicap
            held = out[n].get(one.entity)
            if held is None or one.log_odds > held.log_odds:
                out[n][one.entity] = one
        return [list(best.values()) for best in out]

    def _without_outranked(self, tasks: Sequence[_Task]) -> Sequence[_Task]:
        """The tasks without aliases that lost a qualifier and so are another's name (London, of London, Ontario)."""
        shortened = [task.alias for task in tasks if self.index.is_shortened(task.alias)]
        if not shortened:
            return tasks
        listed = {name_key(t.target.name.text) for t in tasks if not self.index.is_shortened(t.alias)}
        gone = {alias for alias in shortened if name_key(self.index.alias_text(alias)) in listed}
        return [task for task in tasks if task.alias not in gone]

    def _scored_aliases(self, tasks: Sequence[_Task]) -> list[Scored]:
        """Every alias of a name's tasks compared, but for those that may not be met by a slip and were."""
        few = self.index.few
        out = []
        for task in self._without_outranked(tasks):
            facts, weak = partial(self.facts, task.entity), self.index.is_weak(task.alias)
            compared = compare_names(task.query, task.target, facts, owners=task.owners, weak=weak, few=few)
            if self.index.policy(task.alias) != "key" or not any(map(_slipped, compared.pairing.matches)):
                text = task.target.name.text
                loose = self.index.is_loose(task.alias)
                out.append(Scored(self, task.entity, text, 0.0, compared, task.query, task.target, task.said, loose))
        return out

    def entity(self, number: int) -> Entity:
        """The entity of a number."""
        return self._known(number).entity

    def facts(self, entity: int) -> EntityFacts:
        """What all names of an entity say together."""
        return self._known(entity).facts

    def explained(self, scored: Scored, rivals: float) -> Candidate:
        """A candidate with its evidence; ``rivals`` is what speaks against it (see `entitynorm.learned.compete`)."""

        return self._candidate(scored.entity, scored.alias, chance(scored.log_odds - rivals), scored.told(rivals))

    def glimpsed(self, hit: Reached) -> Candidate:
        """A candidate that was reached but not compared, since others answer much more of the name."""
        items = (Evidence("unexamined", 1.0, hit.score - _UNEXAMINED, f"share of weight answered by {hit.how}"),)
        entity = self.index.entity_of(hit.alias)
        return self._candidate(entity, self.index.alias_text(hit.alias), probability(items), items)


def _spelled_like(alias: str, rivals: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    return Evidence("identical", 1.0, IDENTITY, f"spelled like the alias {alias!r}"), *rivals


@lru_cache(maxsize=64)
def _spelled_features(rivals: tuple[Evidence, ...]) -> frozenset[str]:
    return frozenset({"identical", *(item.feature for item in rivals)})


def _slipped(match: Match) -> bool:
    return match.similarity.kind in (SOUND, TYPO)
