"""One name among millions: the candidates of all layers competing with each other and with NIL.

The cascade: a name spelled like an alias is that entity; otherwise what `entitynorm.comparing` finds competes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache

from entitynorm.comparing import Keep, Layer
from entitynorm.features import NO_FACTS, EntityFacts
from entitynorm.learned import LearnedScorer, compete
from entitynorm.model import Candidate, Evidence
from entitynorm.names.structure import parse
from entitynorm.retrieval.build import name_key
from entitynorm.retrieval.search import Reached
from entitynorm.scored import Scored, level_namesakes, prominence
from entitynorm.scoring import VETO, is_identical
from entitynorm.window_rules import WindowRule

MOST_CANDIDATES = 10
MOST_NAMESAKES = 40
"""Entities of one spelling that are handed on, the most prominent first: a text may tell which of them it means."""
_PLACES_KEPT = 65_536
_PROMINENT = 10
"""How many times the ``weight`` of every namesake an entity needs to win by prominence alone."""
_OVERSHADOWED = Evidence("less_prominent", 1.0, -5.0, f"a namesake is {_PROMINENT} times as prominent or more")
_NOTHING: dict[int, str] = {}
_NO_WORDS: frozenset[str] = frozenset()


def overshadowing(weights: Sequence[float | None]) -> float | None:
    """The weight of the one among namesakes of the very same spelling that is far more prominent than the others."""
    if len(weights) < 2 or any(w is None for w in weights):
        return None
    ranked = sorted((w or 0.0 for w in weights), reverse=True)
    return None if ranked[0] < _PROMINENT * ranked[1] or ranked[0] <= 0 else ranked[0]


def _narrowed(layer: Layer, same: Sequence[dict[int, str] | None], kept: Sequence[Keep]) -> list[dict[int, str] | None]:
    """What `Layer.identical` found, without the entities that a name's test does not let through."""
    return [
        found if found is None or keep is None else {e: a for e, a in found.items() if keep(layer.index.entity_id(e))}
        for found, keep in zip(same, kept, strict=True)
    ]


class Resolver:
    """Candidates for names over layers of gazetteers; an entity of a later layer hides an earlier one of its id."""

    def __init__(self, layers: Sequence[Layer], scorer: LearnedScorer) -> None:
        self.layers = tuple(layers)
        self.scorer = scorer
        self.place_of = lru_cache(maxsize=_PLACES_KEPT)(self._place_of)
        self.is_blocked = lru_cache(maxsize=_PLACES_KEPT)(self._is_blocked)
        self.blocked_words = lru_cache(maxsize=_PLACES_KEPT)(self._blocked_words)
        self.names = lru_cache(maxsize=_PLACES_KEPT)(self._names)

    def _hidden(self, level: int, entity: int) -> bool:
        later = self.layers[level + 1 :]
        if not later:
            return False
        own = self.layers[level].index.entity_id(entity)
        return any(layer.index.find_entity(own) is not None for layer in later)

    def candidates(
        self,
        names: Sequence[str],
        wanted: str | None = None,
        kept: Sequence[Keep] | None = None,
        *,
        windows: WindowRule = None,
    ) -> list[tuple[list[Candidate], bool]]:
        """For each name its candidates, best first, and whether an entity blocks the name.

        ``wanted`` keeps the entities of one type, ``kept`` those that a name's own test lets through: the others do not
        compete. A name spelled like a strong alias is not compared any further.
        ``windows``: the names are windows of running text (see `entitynorm.window_rules.WindowRule`).
        """
        keys = [name_key(name) for name in names]
        same = [layer.identical(keys, wanted) for layer in self.layers]
        if kept is not None:
            same = [_narrowed(layer, some, kept) for layer, some in zip(self.layers, same, strict=True)]
        out: list[tuple[list[Candidate], bool]] = [([], False)] * len(names)
        unsettled: list[int] = []
        only = self.layers[0] if len(self.layers) == 1 else None
        for n in range(len(names)):
            found = [layer[n] for layer in same]
            if only is not None and found[0] is not None and len(found[0]) == 1:
                ((entity, text),) = found[0].items()  # nearly every listed name: nothing to compare, nothing to settle
                out[n] = ([only.listed(entity, text)], False)
                continue
            settled = [] if None in found else self._settled([f or _NOTHING for f in found])
            if settled:
                out[n] = (settled, False)
            else:
                unsettled.append(n)
        texts = [names[n] for n in unsettled]
        tests = None if kept is None else [kept[n] for n in unsettled]
        scored = [layer.scored(texts, wanted, tests, windows=windows) for layer in self.layers] if texts else []
        for k, n in enumerate(unsettled):
            out[n] = self._ranked(texts[k], keys[n], [some[k] for some in scored])
        return out

    # -- what is known of entities --------------------------------------------------------------------------------

    def _place_of(self, entity_id: str) -> tuple[Layer, int] | None:
        """The layer that an entity is read from, and its number there."""
        for layer in reversed(self.layers):
            number = layer.find(entity_id)
            if number is not None:
                return layer, number
        return None

    def facts(self, entity_id: str) -> EntityFacts:
        """What all names of an entity say together."""
        place = self.place_of(entity_id)
        return NO_FACTS if place is None else place[0].facts(place[1])

    def _is_blocked(self, surface: str, entity_id: str) -> bool:
        """Whether an entity must never take a surface form."""
        place = self.place_of(entity_id)
        return place is not None and place[0].is_blocked(parse(surface), name_key(surface), place[1])

    def _blocked_words(self, entity_id: str) -> frozenset[str]:
        """The folded words of the surface forms that an entity must never take."""
        place = self.place_of(entity_id)
        if place is None or not place[0].index.blocks(place[1]):
            return _NO_WORDS
        return frozenset(word for form in place[0].entity(place[1]).blocked for word in name_key(form).split())

    def spells(self, texts: Sequence[str]) -> list[bool]:
        """Whether each of several texts is spelled like some alias."""
        keys = [name_key(text) for text in texts]
        found = [layer.index.lookup_many("exact", keys) for layer in self.layers] if keys else []
        return [any(map(bool, some)) for some in zip(*found, strict=True)]

    def _names(self, text: str) -> bool:
        """Whether a word is a name by itself: spelled like some alias, or as a window of text linked to some entity."""
        key = name_key(text)
        if any(layer.index.lookup("exact", key) for layer in self.layers):
            return True
        if not any(layer.index.few for layer in self.layers):
            return False  # among many names a single word is right to the letter
        candidates, _ = self.candidates([text], windows="plain")[0]
        return bool(candidates) and candidates[0].score >= self.scorer.threshold_of(candidates[0].type)

    def parts(self, name: str, aliases: Iterable[tuple[int, int]], declining: bool) -> list[Candidate]:
        """The candidates for a window of running text that may be part of these aliases, each of a layer."""
        chosen: list[list[Reached]] = [[] for _ in self.layers]
        for level, alias in aliases:
            chosen[level].append(Reached(alias, 0.5, "terms"))
        scored = []
        for layer, hits in zip(self.layers, chosen, strict=True):
            some = layer.compared(parse(name), hits, "declining" if declining else "plain") if hits else []
            scored.append((some, ()))
        return self._ranked(name, name_key(name), scored)[0]

    def nearest(self, name: str, entity_id: str, listed: Candidate | None) -> Candidate | None:
        """An entity that is no candidate for a name, compared all the same; None for one without a comparable name.

        ``listed``: the best candidate, which rules all others out if the name is spelled like one of its aliases.
        """
        place = self.place_of(entity_id)
        if place is None:
            return None
        layer, number = place
        hits = [Reached(alias, 0.0, "asked") for alias in layer.index.aliases_of(number)]
        scored = layer.compared(parse(name), hits)
        if not scored:
            return None
        candidate = layer.explained(scored[0], compete([scored[0].log_odds])[0])
        reason = ""
        if layer.is_blocked(parse(name), name_key(name), number):
            reason = f"{name!r} is blocked for this entity"
        elif listed is not None and is_identical(listed):
            reason = f"{name!r} is spelled like an alias of {listed.id}"
        if reason:
            veto = Evidence("veto", 1.0, VETO, reason)
            candidate = replace(candidate, score=0.0, evidence=(*candidate.evidence, veto))
        return candidate

    def _settled(self, found: Sequence[dict[int, str]]) -> list[Candidate]:
        kept = [
            (layer, entity, text)
            for level, (layer, some) in enumerate(zip(self.layers, found, strict=True))
            for entity, text in some.items()
            if not self._hidden(level, entity)
        ]
        if len(kept) == 1:
            layer, entity, text = kept[0]
            return [layer.listed(entity, text)]
        weights = [layer.index.weight(entity) for layer, entity, _ in kept]
        if len(kept) > MOST_NAMESAKES:
            ids = [layer.index.entity_id(entity) for layer, entity, _ in kept]
            order = sorted(range(len(kept)), key=lambda n: (-(weights[n] or 0.0), ids[n]))[:MOST_NAMESAKES]
            kept, weights = [kept[n] for n in order], [weights[n] for n in order]
        lead = overshadowing(weights)
        out = [
            layer.listed(entity, text, () if lead is None or mine == lead else (_OVERSHADOWED,))
            for (layer, entity, text), mine in zip(kept, weights, strict=True)
        ]
        out.sort(key=lambda c: (-c.score, c.id))
        return out

    def _ranked(
        self, text: str, key: str, scored: Sequence[tuple[Sequence[Scored], Sequence[Reached]]]
    ) -> tuple[list[Candidate], bool]:
        name = parse(text)
        blocked: set[str] = set()
        kept: list[Scored] = []
        for level, (some, _) in enumerate(scored):
            for one in some:
                if self._hidden(level, one.entity):
                    continue
                if one.layer.is_blocked(name, key, one.entity):
                    blocked.add(one.layer.index.entity_id(one.entity))
                else:
                    kept.append(one)
        prominence(kept)
        level_namesakes(kept)
        kept.sort(key=lambda s: (-s.log_odds, s.layer.index.entity_id(s.entity)))
        kept = kept[:MOST_CANDIDATES]
        against = compete([s.log_odds for s in kept])
        out = [s.layer.explained(s, rivals) for s, rivals in zip(kept, against, strict=True)]
        known = {c.id for c in out} | blocked
        for level, (_, rest) in enumerate(scored):
            layer = self.layers[level]
            for hit in rest if len(out) < MOST_CANDIDATES else ():
                entity = layer.index.entity_of(hit.alias)
                if layer.index.entity_id(entity) in known or len(out) >= MOST_CANDIDATES:
                    continue
                if not self._hidden(level, entity) and not layer.is_blocked(name, key, entity):
                    out.append(layer.glimpsed(hit))
                    known.add(out[-1].id)
        out.sort(key=lambda c: (-c.score, c.id))  # what was only glimpsed may be likelier than what was refuted
        return out, bool(blocked)
