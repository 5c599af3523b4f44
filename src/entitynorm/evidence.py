"""The features of the learned scorer: what two names have in common and what keeps them apart, as numbers.

`compare_names` gives, for a surface form and one alias, the value of every feature of `FEATURES` and the pairing they
come from. The weights are another matter (`entitynorm.learned`): they are fitted, these are written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

from rapidfuzz.distance import Indel, JaroWinkler

from entitynorm.features import (
    COMMONEST,
    NATURE,
    NO_FACTS,
    EntityFacts,
    name_weights,
    place_senses,
    surname_index,
    titled_gender,
)
from entitynorm.names.acronyms import acronym_of, derive, is_acronym
from entitynorm.names.numbers import numbers_in
from entitynorm.names.pairing import INITIAL, JOINED, Match, Pairing, pair_names, whole_word
from entitynorm.names.qualified import without_country
from entitynorm.names.similarity import SOUND, TYPO, agreement, lacks_vowels, word_similarity
from entitynorm.names.structure import parse
from entitynorm.names.units import Name, Unit
from entitynorm.names.words import ADJECTIVE, INFLECTION, ROMANISATION, SPELLING_ENDING, Word, likeness
from entitynorm.text.translit import latinise

FEATURES: dict[str, str] = {
    "base": "always 1: what any pair of names starts from",
    "few_names": "the gazetteer holds fewer than a thousand names: what it lacks is likelier than in a big one",
    "covered": "the lesser of the two names' shares of weight that the other answers",
    "fuller": "the greater of these two shares",
    "weakest": "how alike the least alike weighty words are that answer each other",
    "kindred": "every weighty word that is answered sounds the same but for kindred sounds (o and a, g and h)",
    "skeleton": "every weighty word that is answered has the same consonant classes",
    "other_start": "a weighty word is answered by one with another first sound",
    "lone_slip": "both names are one word, and the two do not even sound alike but for kindred sounds",
    "refused": "few names: a weighty word is answered by a sound that stricter rules for sounds and slips deny",
    "beside": "the alias is one word, and another weighty word stands beside it in the surface form",
    "extra": "the weight of the heaviest word of the surface form that nothing answers",
    "missing": "the weight of the heaviest word of the alias that nothing answers",
    "both": "the lesser of `extra` and `missing`: each name has a word of its own",
    "surplus": "the share of the surface form's weight that nothing answers",
    "lack": "the share of the alias's weight that nothing answers",
    "bond": "weight of all that is answered, in words (3 and more count as 1)",
    "nats": "log-odds against chance of all that is answered, summed; 40 nats and more count as 1",
    "doubt": "nats that are wanting for each of the answered words to agree fully; 20 and more count as 1",
    "whole": "how alike the two names are as one word each, for names of three words at most",
    "letters": "Jaro-Winkler similarity of the folded names, where both are of one script",
    "order_letters": "normalised Indel similarity of the folded names, where both are of one script",
    "latin_letters": "Jaro-Winkler similarity of the romanised names, where they are of two scripts",
    "latin_order_letters": "normalised Indel similarity of the romanised names, where they are of two scripts",
    "inverted": "the words stand in another order",
    "initials": "an initial answers a name",
    "inflected": "a case form answers its dictionary form",
    "adjective": "an adjective answers the name it is made from",
    "slip": "a word answers another through a slip of the pen only",
    "joined": "words written together answer words written apart",
    "translated": "the share of weight answered by meaning, not by sound",
    "acronym": "the surface form is an acronym of the alias, or the reverse",
    "acronym_sole": "1 divided by the number of entities with that acronym",
    "numbers": "the two names hold different numbers",
    "one_word": "the surface form is one word",
    "one_word_alias": "the alias is one word",
    "word_count": "difference in the number of words, 4 and more count as 1",
    "length": "letters of the shorter name, 20 and more count as 1",
    "one_script": "both names are of one script",
    "other_surname": "people: the surnames do not answer each other",
    "other_given": "people: both have a given name and these do not answer each other",
    "other_father": "people: both have a patronymic and these do not answer each other",
    "other_gender": "people: one surname is a man's, the other a woman's; or a title is that of the other sex",
    "surname_alone": "people: a surname without any given name or initial",
    "titled": "people: a role or title stands beside the surname, and no given name",
    "other_country": "both name a country and these differ",
    "country_extra": "the surface form names a country, the alias and its entity none",
    "country_missing": "the alias names a country that the surface form lacks",
    "other_place_type": "one is a region, a river, a district, the other is not",
    "place_type_missing": "only one of the two says what kind of place it is",
    "concept_extra": "the surface form has a word for what a thing is that the alias lacks",
    "concept_missing": "the alias has a word for what a thing is that the surface form lacks",
    "concept_clash": "each has a word for what a thing is that the other lacks",
    "generic": "nothing but common words answers",
    "squeezed": "the same letters, spaces and marks aside",
    "weak": "the alias is declared weak",
    "less_prominent": "how much less prominent than the most prominent rival, in powers of ten; 4 and more count as 1",
}
"""Every feature with what it means; all values lie in [0, 1]."""
CONTRARY = frozenset({"other_given", "other_surname", "other_father", "other_gender", "other_country"})
"""Features that tell names of different people or institutions apart, however alike these are."""

INDEX = {name: n for n, name in enumerate(FEATURES)}
_PLACE_LEVELS = frozenset({"adm1", "adm2", "adm3"})
HEAVY = 0.45
"""Weight from which on a word says something of its own."""
_LONG = 6
"""Letters of words whose consonants alone make them one name, however their vowels are written."""
_VOWELS = re.compile("[aeiouy]")
_SOUNDS_ALIKE = 2
"""The level of similarity (see `entitynorm.names.similarity`) of words that sound the same but for kindred sounds."""
_NONE_SPARED: frozenset[int] = frozenset()
Rarity = Callable[[str], float]


@dataclass(slots=True, eq=False)
class Side:
    """A name made ready to be compared, for entities of one class.

    Never changed once made; only not frozen, since freezing triples what it costs to make.
    """

    name: Name
    kind: str
    units: tuple[Unit, ...]
    weights: tuple[float, ...]
    total: float
    surname: int | None
    plain: str
    """The folded words in order, one space between."""
    latin: str
    script: str
    numbers: tuple[int, ...]
    places: tuple[str, ...]
    whole: Word | None


class Compared:
    """Two names compared: which part of one answers which of the other, and what follows from it.

    The values are worked out when they are asked for: the pairing alone rules out a third of all windows of texts.
    """

    __slots__ = ("_make", "_values", "pairing", "shortened")

    def __init__(self, pairing: Pairing, shortened: bool, values: Callable[[], tuple[float, ...]]) -> None:
        """``shortened``: whether one name is an acronym of the other."""
        self.pairing = pairing
        self.shortened = shortened
        self._make: Callable[[], tuple[float, ...]] | None = values
        self._values: tuple[float, ...] = ()

    @property
    def values(self) -> tuple[float, ...]:
        """The values of all features, in the order of `FEATURES`."""
        if self._make is not None:
            self._values, self._make = self._make(), None
        return self._values

    def put(self, position: int, value: float) -> None:
        """Set the value of a feature that no pair of names has by itself."""
        values = list(self.values)
        values[position] = value
        self._values = tuple(values)


def make_side(name: Name, kind: str, rarity: Rarity, *, surface: bool = False) -> Side:
    """A parsed name made ready; of a surface form for a person only the person is kept (roles before it fall)."""
    units = name.units
    if surface and kind == "PERSON":
        units = person_units(units, name.text)
    surname = surname_index(units, name.text) if kind == "PERSON" else None
    plain = name_weights(units, kind, surname)
    weights = tuple(
        w * (COMMONEST + (1 - COMMONEST) * rarity(u.phrase))
        if u.role in ("core", "given", "concept") and len(u.words) == 1
        else w
        for u, w in zip(units, plain, strict=True)
    )
    words = [w for n, u in enumerate(units) if not n or u.words is not units[n - 1].words for w in u.words]
    folded = " ".join(w.fold for w in words)
    scripts = {w.script for w in words if w.script != "Zyyy"}
    script = scripts.pop() if len(scripts) == 1 else "Zyyy" if not scripts else "mixed"
    return Side(
        name=name,
        kind=kind,
        units=units,
        weights=weights,
        total=sum(weights),
        surname=surname,
        plain=folded,
        latin=folded if folded.isascii() else in_latin(folded),
        script=script,
        numbers=numbers_in([w.fold for w in words]),
        places=place_senses(units),
        whole=whole_word(units),
    )


@lru_cache(maxsize=32_768)
def in_latin(text: str) -> str:
    """A folded name in rough Latin letters."""
    return latinise(text).lower()


def person_units(units: Sequence[Unit], text: str) -> tuple[Unit, ...]:
    """The part of a phrase that is the person: without the roles and titles around the name.

    What a hyphen ties to the name is no title (Fils-Aimé).
    """
    kept = tuple(u for u in units if u.role != "title" or text[u.end : u.end + 1] == "-")
    return kept if any(u.role in ("core", "given") for u in kept) else tuple(units)


def no_facts() -> EntityFacts:
    """What is known of an entity of which only the name is known."""
    return NO_FACTS


def compare_names(
    query: Side,
    alias: Side,
    facts: Callable[[], EntityFacts] = no_facts,
    *,
    owners: int = 1,
    weak: bool = False,
    few: bool = True,
) -> Compared:
    """The features of "this surface form names the entity of this alias".

    ``facts`` is asked only where the names themselves leave a question: a country, an idea or a given name too many.
    """
    pairing = pair_names(query.units, alias.units, query.weights, alias.weights, alias.kind)
    shortened = _acronym(query, alias) or _acronym(alias, query)
    values = partial(_values, query, alias, pairing, shortened, facts, owners, weak, few)
    return Compared(pairing, shortened, values)


def _values(
    query: Side,
    alias: Side,
    pairing: Pairing,
    shortened: bool,
    facts: Callable[[], EntityFacts],
    owners: int,
    weak: bool,
    few: bool,
) -> tuple[float, ...]:
    kind = alias.kind
    values = dict.fromkeys(FEATURES, 0.0)
    put = values.__setitem__
    _coverage(query, alias, pairing, put)
    if few and any(_refused(query, alias, match) for match in pairing.matches):
        put("refused", 1.0)
    _spelling(query, alias, put)
    kinds = [m.similarity.kind for m in pairing.matches]
    put("base", 1.0)
    put("few_names", float(few))
    put("inflected", float(INFLECTION in kinds))
    put("adjective", float(ADJECTIVE in kinds))
    put("slip", float(TYPO in kinds))
    put("joined", float(JOINED in kinds))
    put("initials", float(INITIAL in kinds))
    own = [m for m in pairing.matches if query.units[m.ours[0]].role in ("core", "given", "initial")]
    if kind == "PERSON" or len(own) > 1:
        theirs = [m.theirs[0] for m in own]
        comma = ("," in query.name.text) != ("," in alias.name.text)  # Surname, Given Name
        put("inverted", float(theirs != sorted(theirs) and not comma))
    if shortened:
        put("acronym", 1.0)
        put("acronym_sole", 1 / max(1, owners))
    put("numbers", float(query.numbers != alias.numbers))
    put("one_script", float(query.script == alias.script))
    ours, theirs_count = _words(query.units), _words(alias.units)
    put("one_word", float(ours == 1))
    put("one_word_alias", float(theirs_count == 1))
    put("word_count", min(1.0, abs(ours - theirs_count) / 4))
    put("length", min(1.0, min(len(query.plain), len(alias.plain)) / 20))
    if ours == theirs_count == 1 and pairing.matches:
        put("lone_slip", float(pairing.matches[0].similarity.level < _SOUNDS_ALIKE))
    if query.plain.replace(" ", "") == alias.plain.replace(" ", ""):
        put("squeezed", 1.0)
    if kind == "PERSON":
        _person(query, alias, pairing, facts, put)
    _things(query, alias, pairing, facts, put)
    if kind in ("PLACE", "FACILITY"):
        _place_types(query, alias, put)
    put("weak", float(weak))
    return tuple(values.values())


Put = Callable[[str, float], None]


def _words(units: Sequence[Unit]) -> int:
    return sum([len(u.words) for u in units if u.role != "function"])


def _coverage(query: Side, alias: Side, pairing: Pairing, put: Put) -> None:
    ours = theirs = translated = bond = nats = full = 0.0
    weakest, level, start = 1.0, 3, True
    for match in pairing.matches:
        weight_q, letters_q = _weight(query, match.ours)
        weight_a, letters_a = _weight(alias, match.theirs)
        value, weight = match.similarity.value, max(weight_q, weight_a)
        ours += value * weight_q
        theirs += value * weight_a
        bond += value * weight
        nats += match.similarity.weight * weight
        full += agreement(min(letters_q, letters_a)) * weight if value < 1 else 0.0
        if weight >= HEAVY:
            weakest = min(weakest, value)
            level = min(level, match.similarity.level)
            start = start and match.similarity.start
        if match.similarity.kind in ("translation", "near concept", "country", "title", "type word"):
            translated += weight_a
    # A father's name, and initials beside a name that is answered, may always be left out.
    silent = ((query, pairing.extra, alias, pairing.missing), (alias, pairing.missing, query, pairing.extra))
    spared_q, spared_a = (_spared(*view) for view in silent)
    left_q = [i for i in pairing.extra if i not in spared_q]
    left_a = [j for j in pairing.missing if j not in spared_a]
    total_q = query.total - sum(query.weights[i] for i in spared_q) or 1.0
    total_a = alias.total - sum(alias.weights[j] for j in spared_a) or 1.0
    shares = (ours / total_q, theirs / total_a)
    put("covered", min(1.0, *shares))
    put("fuller", min(1.0, max(shares)))
    put("weakest", weakest if pairing.matches else 0.0)
    put("kindred", float(bool(pairing.matches) and level >= _SOUNDS_ALIKE))
    put("skeleton", float(bool(pairing.matches) and level >= 1))
    put("other_start", float(not start))
    put("bond", min(1.0, bond / 3))
    put("nats", min(1.0, nats / 40))
    put("doubt", min(1.0, max(0.0, full - nats) / 20))
    put("translated", translated / total_a)
    extra = max((query.weights[i] for i in left_q), default=0.0)
    missing = max((alias.weights[j] for j in left_a), default=0.0)
    put("extra", extra)
    put("beside", float(len(alias.units) - sum(u.role == "function" for u in alias.units) == 1 and extra >= HEAVY))
    put("missing", missing)
    put("both", min(extra, missing))
    put("surplus", sum(query.weights[i] for i in left_q) / total_q)
    put("lack", sum(alias.weights[j] for j in left_a) / total_a)


def _weight(side: Side, places: Sequence[int]) -> tuple[float, int]:
    """What these units of a name weigh together, and how many letters they have."""
    if len(places) == 1:  # nearly always
        return side.weights[places[0]], len(side.units[places[0]].phrase)
    return sum(side.weights[k] for k in places), sum(len(side.units[k].phrase) for k in places)


def _refused(query: Side, alias: Side, match: Match) -> bool:
    """Whether words answer each other by a sound that `entitynorm.names.words.likeness`, which is stricter, denies."""
    heard = match.similarity.kind in (SOUND, TYPO, ROMANISATION, INFLECTION, ADJECTIVE)
    if not heard or len(match.ours) != 1 or len(match.theirs) != 1:
        return False
    i, j = match.ours[0], match.theirs[0]
    if max(query.weights[i], alias.weights[j]) < HEAVY:
        return False
    if match.similarity.kind == INFLECTION and query.units[i].words[0].script == "Latn":
        return False  # `likeness` reads the case forms of Cyrillic only
    if match.similarity.kind == ROMANISATION and lacks_vowels(query.units[i].words[0], alias.units[j].words[0]):
        return False
    found = likeness(query.units[i].words[0], alias.units[j].words[0], True)
    ours, theirs = query.units[i].phrase, alias.units[j].phrase
    long = match.similarity.kind == ROMANISATION and min(len(ours), len(theirs)) >= _LONG
    if long and _without_vowels(ours) == _without_vowels(theirs):
        return False  # Hodeida and Hudaydah: a habit of spelling vowels that the stricter rules lack
    return not found.value or (found.kind == SPELLING_ENDING and alias.kind in ("PLACE", "FACILITY"))


def _without_vowels(phrase: str) -> str:
    """The consonants as they are written, but for an h that ends the word."""
    return _VOWELS.sub("", phrase).removesuffix("h")


def _spared(side: Side, left: Sequence[int], other: Side, rest: Sequence[int]) -> frozenset[int]:
    if not left or side.kind != "PERSON" or len(left) == len(side.units):
        return _NONE_SPARED
    fathers = any(other.units[k].is_patronymic for k in rest)
    return frozenset(
        k
        for k in left
        if (side.units[k].is_patronymic and not fathers and k != side.surname)
        or (side.units[k].role == "initial" and not rest)
    )


def _spelling(query: Side, alias: Side, put: Put) -> None:
    if query.whole is not None and alias.whole is not None:
        put("whole", word_similarity(query.whole, alias.whole).value)
    if query.script == alias.script:
        put("letters", JaroWinkler.similarity(query.plain, alias.plain))
        put("order_letters", Indel.normalized_similarity(query.plain, alias.plain))
    else:
        put("latin_letters", JaroWinkler.similarity(query.latin, alias.latin))
        put("latin_order_letters", Indel.normalized_similarity(query.latin, alias.latin))


def _acronym(short: Side, long: Side) -> bool:
    if len(short.units) != 1 or len(long.units) < 2 or not is_acronym(short.units[0], least=2):
        return False
    return acronym_of(short.units[0]) in _acronyms(long.name)


@lru_cache(maxsize=16_384)
def _acronyms(name: Name) -> frozenset[str]:
    return frozenset(derive(parse(without_country(name.text)).units, least=2))


def _person(query: Side, alias: Side, pairing: Pairing, facts: Callable[[], EntityFacts], put: Put) -> None:
    answered_q = {i for m in pairing.matches for i in m.ours}
    answered_a = {j for m in pairing.matches for j in m.theirs}
    bearing = ("given", "core")
    extra = [query.units[i] for i in pairing.extra if query.units[i].role in bearing]
    missing = [alias.units[j] for j in pairing.missing if alias.units[j].role in bearing]
    if query.surname is not None and alias.surname is not None:
        lost = query.surname not in answered_q and alias.surname not in answered_a
        put("other_surname", float(lost))
        first, second = query.units[query.surname], alias.units[alias.surname]
        ours, theirs = first.words[0].genders, second.words[0].genders
        if ours and theirs and not ours & theirs:
            put("other_gender", 1.0)
    titles = {titled_gender(u.senses) for u in query.name.units if u.role == "title"} - {""}
    if titles and {facts().gender} - titles - {""}:
        put("other_gender", 1.0)  # Mrs Putin is not Vladimir Putin
    rivals = [u for u in extra if not u.is_patronymic and u is not _unit(query, query.surname)]
    wanted = [u for u in missing if not u.is_patronymic and u is not _unit(alias, alias.surname)]
    if rivals and wanted:
        put("other_given", 1.0)
    elif any(u.given for u in rivals):
        known = facts().given
        if known and any(u.given and not u.given & known for u in rivals):
            put("other_given", 1.0)
    if any(u.is_patronymic for u in extra) and any(u.is_patronymic for u in missing):
        put("other_father", 1.0)
    named = [u for u in query.units if u.role not in ("function", "title", "type")]
    if len(named) == 1 and len(alias.units) > 1 and not answered_a.isdisjoint(surnames_of(alias)):
        put("surname_alone", 1.0)
        put("titled", float(len(query.units) < len(query.name.units)))


def surnames_of(side: Side) -> frozenset[int]:
    """The units of a person that can stand for it alone.

    The surname, and of three words and more each but the first that is no given name: Claudia Sheinbaum Pardo goes by
    her father's name, and Syed Asim Munir Shah by Munir.
    """
    bearing = bearing_units(side)
    middle = bearing[1:-1] if len(bearing) > 2 and side.surname == bearing[-1] else ()
    return frozenset(
        j for j in (side.surname, *middle) if j is not None and (j == side.surname or side.units[j].role == "core")
    )


def bearing_units(side: Side) -> tuple[int, ...]:
    """The units of a person that are names, patronymics aside."""
    return tuple(j for j, u in enumerate(side.units) if u.role in ("core", "given") and not u.is_patronymic)


def _unit(side: Side, index: int | None) -> Unit | None:
    return None if index is None else side.units[index]


def _things(query: Side, alias: Side, pairing: Pairing, facts: Callable[[], EntityFacts], put: Put) -> None:
    extra = [query.units[i] for i in pairing.extra]
    missing = [alias.units[j] for j in pairing.missing]
    ours = {c for u in extra for c in u.countries}
    theirs = {c for u in alias.units for c in u.countries}
    known = facts().countries | theirs if ours else theirs
    if ours and known and not ours & known:
        put("other_country", 1.0)
    elif ours and not known:
        put("country_extra", 1.0)
    if {c for u in missing for c in u.countries} and not ours:
        put("country_missing", 1.0)
    new = [u for u in extra if u.concepts and not u.concepts <= facts().concepts]
    lost = [u for u in missing if u.concepts]
    if new:
        put("concept_extra", 1.0)
    if lost:
        put("concept_missing", 1.0)
    if new and lost:
        put("concept_clash", 1.0)
    names = [m for m in pairing.matches if alias.units[m.theirs[0]].role in ("core", "given", "number")]
    if pairing.matches and not names:
        put("generic", 1.0)


def _place_types(query: Side, alias: Side, put: Put) -> None:
    ours, theirs = query.places, alias.places
    levels = _PLACE_LEVELS | NATURE
    if ours and theirs:
        if theirs[0] not in ours:
            put("other_place_type", 1.0)
    elif levels.intersection(ours) or levels.intersection(theirs):
        put("place_type_missing", 1.0)
