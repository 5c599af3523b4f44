"""Which entities a spelling comes near to, each with a probability and what speaks for it.

The linker's own candidates come first. What a whole corpus adds: another spelling of the same name that was linked, a
full name in front of the brackets that hold an acronym, initials of a translated name where that name stands in the
same texts. Spellings are compared only where the skeletons of two words agree (see `skeletons`), so that the work grows
with the corpus and not with its square.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache

from rapidfuzz.distance import OSA

from entitynorm.comparison import compare
from entitynorm.evidence import CONTRARY
from entitynorm.linker import Linker
from entitynorm.model import Candidate, Entity, Evidence, Link
from entitynorm.names.acronyms import acronym_of
from entitynorm.names.lexicon import lexicon
from entitynorm.names.structure import parse
from entitynorm.names.types import entity_class
from entitynorm.names.units import Unit, first_sounds
from entitynorm.names.words import likeness as words_alike
from entitynorm.suggesting.spellings import Corpus, Spelling
from entitynorm.text.sounds import latin_initials, phone_key
from entitynorm.text.tokens import script_of

_VOWELS = str.maketrans("", "", "aeiouyEIOUYAwj")
_LIKE = 0.6
"""Least score of a comparison for two spellings to be of one name."""
_BESIDE = 3.0
"""How many times as likely an entity is that the same texts name outright."""
SURE = 0.9
"""A link of at least this score needs no alias: the rules find the spelling without one."""
_LEAST_FOR_SLIPS = 4
"""Consonants that a word needs for one of them to be a slip."""
_DECLARED = 0.9
_CERTAIN = 0.8
"""Least score of what speaks for other spellings though it was not linked."""
_SLIPPED = 0.8
_SAME_WORD = 0.95
"""Least likeness of two words for one to be a slip from the other, and to be the other."""
_SLIP = 0.5
_SHORT = 0.4
_EXPANDED = 0.9
_LEAST = 0.01
_NEAREST = 3
_INITIALS = 0.6
_CYRILLIC = frozenset({"ru", "uk"})
_ROMANCE = frozenset({"fr", "es", "it"})
"""Languages that put what English puts before a noun behind it."""
_LANGUAGES = ("en", "ru", "uk", "de", "fr", "es", "it", "pl")


@dataclass(frozen=True, slots=True)
class Near:
    """An entity that a spelling may name."""

    id: str
    score: float
    why: str
    supported: bool = False
    """Whether the corpus names the entity by another spelling too, surely."""


@dataclass(slots=True)
class Nearness:
    """Entities near a spelling, the nearest first, and those that it surely does not name."""

    near: list[Near] = field(default_factory=list)
    contrary: dict[str, Evidence] = field(default_factory=dict)
    """Entity id -> what contradicts."""

    @property
    def best(self) -> Near | None:
        return self.near[0] if self.near else None

    @property
    def margin(self) -> float:
        """How many times as probable the first is as the second."""
        if len(self.near) < 2:
            return float("inf")
        return self.near[0].score / max(self.near[1].score, 1e-6)


def skeletons(units: Iterable[Unit], *, every: bool = False) -> frozenset[str]:
    """The romanisation keys of a name's own words, vowels left out: equal for words that may be the same.

    ``every`` takes the words that the lexicon knows as well.

    >>> skeletons(parse("Grivoron region").units) & skeletons(parse("Грайворонский район").units)
    frozenset({'grvrn'})
    """
    found: set[str] = set()
    for unit in units:
        if not every and (unit.role not in ("core", "given") or unit.words[0].shape == "lower"):
            continue
        for word in unit.words:
            phones = [r.phones for r in word.readings[:3]]
            phones += [p for p, _, _ in word.lemmas[:4]] + [p for p, _ in word.bases[:4]]
            bones = {phone_key(p).translate(_VOWELS) for p in phones}
            found |= {b for b in bones if len(b) > 1} or {phone_key(p) for p in phones}
    return frozenset(found)


@lru_cache(maxsize=65_536)
def likeness(a: str, b: str, kind: str | None) -> tuple[float, tuple[Evidence, ...]]:
    """The score of two spellings against each other, and the evidence."""
    found = compare(a, b, type=kind)
    return found.score, tuple(found.evidence)


def contradiction(evidence: Iterable[Evidence]) -> Evidence | None:
    """What shows that two names are not the same one, where something does."""
    return next((e for e in evidence if e.feature in CONTRARY and e.value * e.weight < 0), None)


class Surveyor:
    """Finds what is near each spelling that was not linked."""

    def __init__(self, linker: Linker, corpus: Corpus) -> None:
        self.linker = linker
        self.corpus = corpus
        self._known: dict[str, list[tuple[Spelling, Near]]] = defaultdict(list)
        """Skeleton -> spellings that hold it and what they were linked to, or are taken for."""
        self._sure: dict[str, set[str]] = defaultdict(set)
        self._bones: dict[str, frozenset[str]] = {}
        for key, spelling in corpus.spellings.items():
            for entity, score in spelling.scores.items():
                if score >= SURE:
                    self._sure[entity].add(key)
            if spelling.links:
                entity = spelling.links.most_common(1)[0][0]
                self._know(spelling, Near(entity, 1.0, "linked"))

    def _know(self, spelling: Spelling, near: Near) -> None:
        if spelling.kind == "word":
            for bone in skeletons(spelling.name.units):
                self._known[bone].append((spelling, near))

    def is_supported(self, entity_id: str, key: str) -> bool:
        """Whether another spelling than this is surely linked to an entity somewhere in the corpus."""
        return bool(self._sure.get(entity_id, set()) - {key})

    def survey(self, keys: list[str], *, jobs: int = 1) -> dict[str, Nearness]:
        """What is near each of these spellings."""
        spellings = [self.corpus.spellings[key] for key in keys]
        links = self.linker.resolve_many([s.text for s in spellings], jobs=jobs)
        out = {key: self._near(s, link) for key, s, link in zip(keys, spellings, links, strict=True)}
        for key, spelling in zip(keys, spellings, strict=True):
            self._add_declared(spelling, out[key], out)
        # What was not linked but is as good as certain speaks for the spellings that are like it, once.
        for key, spelling in zip(keys, spellings, strict=True):
            best = out[key].best
            if best is not None and best.supported and best.score >= _CERTAIN and best.id not in spelling.inside:
                self._know(spelling, best)
        for key, spelling in zip(keys, spellings, strict=True):
            if out[key].best is None or out[key].near[0].score < _CERTAIN:
                self._add_alike(spelling, out[key])
        return out

    def _near(self, spelling: Spelling, link: Link) -> Nearness:
        found: dict[str, Near] = {}
        contrary: dict[str, Evidence] = {}
        beside = self.corpus.near(spelling)

        def offer(entity: str, score: float, why: str, *, supported: bool = False) -> None:
            if entity not in contrary and (entity not in found or found[entity].score < score):
                supported = supported or self.is_supported(entity, spelling.key)
                found[entity] = Near(entity, score, why, supported)

        for candidate in link.candidates:
            if (against := contradiction(candidate.evidence)) is not None:
                contrary[candidate.id] = against
        for candidate in link.candidates:
            if not _is_adjective_of(spelling, candidate) and self._answers(candidate.id, spelling):
                offer(candidate.id, candidate.score, f"near {candidate.alias}")
        for candidate in link.candidates:
            for score, why in self._word_by_word(candidate, spelling):
                offer(candidate.id, score, why)
        for entity, score in spelling.doubted.items():
            if self._answers(entity, spelling):
                offer(entity, score, "the linker was not sure enough")
        if spelling.kind == "acronym":
            for entity, why in self._initials(spelling, beside):
                offer(entity, _INITIALS, why)
            for candidate in self._expanded(spelling):
                offer(candidate.id, _EXPANDED * candidate.score, f"stands for the words of {candidate.alias}")
        near = [self._weighed(item, beside) for item in found.values() if item.id not in contrary]
        nearness = Nearness([item for item in near if item.score >= _LEAST], contrary)
        self._add_alike(spelling, nearness)
        return nearness

    def _weighed(self, item: Near, beside: Mapping[str, int]) -> Near:
        """The same, the likelier where the same texts name the entity outright."""
        if item.id not in beside or item.score >= 1.0:
            return item
        odds = _BESIDE * item.score / (1 - item.score)
        return Near(item.id, odds / (1 + odds), f"{item.why}; the same texts name it", item.supported)

    def _answers(self, entity_id: str, spelling: Spelling) -> bool:
        """Whether an entity's names answer every word of a spelling that no table knows: Bonnie Hill is no Bonn."""
        entity = self.linker.gazetteer.get(entity_id)
        if entity is None:
            return False
        person = entity_class(entity.type) == "PERSON"
        if is_full_name(spelling) and not person:
            return False
        if spelling.kind == "acronym":
            return True
        if entity_id not in self._bones:
            names = (entity.name, *(alias.text for alias in entity.aliases))
            self._bones[entity_id] = skeletons((u for name in names for u in parse(name).units), every=True)
        theirs = self._bones[entity_id]
        if person and spelling.content[0].role == "initial":
            names = (entity.name, *(alias.text for alias in entity.aliases))
            sounds = {sound for name in names for u in parse(name).units[:-1] for sound in first_sounds(u)}
            if spelling.content[0].phrase not in sounds:
                return False
        for unit in spelling.content:
            if unit.role not in ("core", "given") or unit.is_patronymic or (person and unit.role == "given"):
                continue
            ours = skeletons([unit], every=True)
            if not ours & theirs and not any(_one_slip(a, b) for a in ours for b in theirs):
                return False
        return True

    def _add_alike(self, spelling: Spelling, found: Nearness) -> None:
        """Add the entities that other spellings of the same name are known to mean."""
        best = {item.id: item for item in found.near}
        seen: set[int] = set()
        for bone in skeletons(spelling.name.units):
            for other, known in self._known.get(bone, ()):
                entity = self.linker.gazetteer.get(known.id)
                # What is longer has words of its own, and those may make it another name: Lake Assad, for Assad.
                longer = len(spelling.content) > len(other.content)
                if id(other) in seen or other is spelling or entity is None or longer:
                    continue
                seen.add(id(other))
                score, evidence = likeness(spelling.text, other.text, entity.type)
                if (against := contradiction(evidence)) is not None:
                    found.contrary.setdefault(known.id, against)
                elif score >= _LIKE and (known.id not in best or best[known.id].score < score * known.score):
                    why = f"spelled like {other.text}, which is {'linked' if other.links else 'near it'}"
                    supported = known.supported or self.is_supported(known.id, spelling.key)
                    best[known.id] = Near(known.id, score * known.score, why, supported)
        near = (item for item in best.values() if item.id not in found.contrary)
        found.near = sorted(near, key=lambda item: (-item.score, item.id))

    def _word_by_word(self, candidate: Candidate, spelling: Spelling) -> Iterator[tuple[float, str]]:
        """Two likenesses that single names are not linked by: a slip, and the short form of an institution."""
        theirs = [u for u in parse(candidate.alias).units if u.role != "function"]
        ours = spelling.content
        if len(ours) == len(theirs) and self.is_supported(candidate.id, spelling.key):
            # Харьковский is what belongs to a town, and no town.
            adjectives = entity_class(candidate.type) != "PLACE"
            pairs = zip(ours, theirs, strict=True)
            if all(words_alike(a.words[0], b.words[0], adjectives).value >= _SLIPPED for a, b in pairs):
                yield _SLIP, f"a slip from {candidate.alias}"
        own = [u for u in theirs if u.role in ("core", "given")]
        rest = [u for u in theirs if u.role not in ("core", "given")]
        if entity_class(candidate.type) in ("PERSON", "PLACE") or not rest or len(own) != len(ours):
            return
        same = all(words_alike(a.words[0], b.words[0]).value >= _SAME_WORD for a, b in zip(ours, own, strict=True))
        if same and all(u.concepts or u.types for u in rest):
            yield _SHORT, f"short for {candidate.alias}"

    def _expanded(self, spelling: Spelling) -> list[Candidate]:
        """Candidates for the words that an acronym of the lexicon stands for (FSB: federal security service)."""
        units = spelling.name.units
        if len(units) < 2:
            return []
        words: list[str] = []
        for unit in units:
            sense = unit.senses[0]
            forms = lexicon().entry(sense.slot, sense.id).forms.values()
            words += [word for by_language in forms for word in by_language.get("en", ())][:1]
        return self.linker.search(" ".join(words), limit=_NEAREST)

    def _initials(self, spelling: Spelling, beside: Mapping[str, int]) -> Iterator[tuple[str, str]]:
        letters = acronym_of(spelling.name.units[0])
        for entity_id in sorted(beside):
            entity = self.linker.gazetteer.get(entity_id)
            if entity is not None and (translation := translated_initials(letters, entity)):
                yield entity_id, f"initials of {entity.name} in another language ({translation})"

    def _add_declared(self, spelling: Spelling, found: Nearness, others: Mapping[str, Nearness]) -> None:
        """An acronym in brackets behind a full name belongs to whatever the full name is near."""
        for key in spelling.declared:
            full = self.corpus.spellings[key]
            linked = full.links.most_common(1)
            best = others[key].best if key in others else None
            if linked:
                near = Near(linked[0][0], _DECLARED, f"stands in brackets behind {full.text}", True)
            elif best is not None:
                score = _DECLARED * best.score
                near = Near(best.id, score, f"stands in brackets behind {full.text}", best.supported)
            else:
                continue
            if near.id not in found.contrary:
                rest = [item for item in found.near if item.id != near.id]
                found.near = sorted([near, *rest], key=lambda item: (-item.score, item.id))


def _one_slip(a: str, b: str) -> bool:
    return min(len(a), len(b)) >= _LEAST_FOR_SLIPS and OSA.distance(a, b, score_cutoff=1) <= 1


def is_full_name(spelling: Spelling) -> bool:
    """Whether a given name shows that somebody is named in full."""
    units = spelling.content
    return (
        2 <= len(units) <= 4
        and units[0].role == "given"
        and units[-1].role == "core"
        and all(u.role in ("given", "core", "initial") and u.capitalised for u in units)
    )


def _is_adjective_of(spelling: Spelling, candidate: Candidate) -> bool:
    """Whether a single word is only the adjective of a place: Харьковский тракторный завод is no city."""
    return (
        len(spelling.content) == 1
        and entity_class(candidate.type) == "PLACE"
        and any(e.feature == "adjective" and e.value > 0 for e in candidate.evidence)
    )


def translated_initials(letters: str, entity: Entity) -> str | None:
    """The language in whose words an entity's name has these initials, or None.

    "Russian Volunteer Corps" is РДК in Russian, in Latin letters RDK. The words come from the lexicon, so a name of
    words that it does not know has none. A head at the end may stand further in front in the translation
    (Freedom of Russia Legion: Легион «Свобода России», LSR), and all words the other way round (Police nationale
    d'Haïti, PNH).
    """
    if entity_class(entity.type) in ("PERSON", "PLACE") or not 3 <= len(letters) <= 7:
        return None
    for text in (entity.name, *(a.text for a in entity.aliases if a.strength == "strong" and a.kind != "acronym")):
        units = [u for u in parse(text).units if u.role != "function"]
        if len(units) != len(letters):
            continue
        for lang in _LANGUAGES:
            # The head stands at the end in English and before what it governs elsewhere.
            orders = [[*units[:k], units[-1], *units[k:-1]] for k in range(len(units))]
            for order in orders + ([units[::-1]] if lang in _ROMANCE else []):
                options = [_initials_in(unit, lang) for unit in order]
                if all(letter in some for letter, some in zip(letters, options, strict=True)):
                    return lang
    return None


def _initials_in(unit: Unit, lang: str) -> frozenset[str]:
    senses = tuple((s.slot, s.id) for s in unit.senses if s.slot in ("concept", "country", "type"))
    return _initials_of(senses, lang)


@cache
def _initials_of(senses: tuple[tuple[str, str], ...], lang: str) -> frozenset[str]:
    out: set[str] = set()
    for slot, ident in senses:
        forms = lexicon().entry(slot, ident).forms.values()
        words = [word for by_language in forms for word in by_language.get(lang, ())]
        if not words and slot == "country" and lang not in _CYRILLIC:
            words = [word for by_language in forms for word in by_language.get("en", ())]  # seldom another initial
        for word in words:
            out.add(word[0].upper())
            if script_of(word) == "Cyrl":
                out |= {initial.upper()[:1] for initial in latin_initials(word[0].lower())}
    return frozenset(out)
