"""Which part of one name answers which part of another, by meaning where the lexicon knows it, else by sound.

The learned scorer's alignment: `pair_names` takes two parsed names and gives one-to-one pairs with their similarity,
joins words that one side writes together (Abdurrahman, Abd al-Rahman), and leaves the rest on either side.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from entitynorm.names.alignment import known_likeness
from entitynorm.names.numbers import number_of, numbers_in
from entitynorm.names.similarity import Similarity, agreement, word_similarity
from entitynorm.names.units import Unit, first_sounds
from entitynorm.names.words import SAME, Word, joined

_LEAST = 0.3
_JOINED_LEAST = 0.75
_WELL = 0.9
"""How alike words are that need no other answer."""
_LEXICAL_LEAST = 0.75
_LONGEST_JOINED = 24
_BASE_WORTH = 0.1
"""What a pair of units without weight is worth, times its likeness."""
_LIKEST = 0.99
"""Above the likeness of all units that are not the same to the letter."""
JOINED, INITIAL = "joined", "initial"
_PLACED = frozenset({"type", "title", "country", "concept"})
_NONE = Similarity(0.0, "", "")
_MEANING = 6.0
"""What a word that translates another is worth, in nats."""


class Match(NamedTuple):
    """Units of the surface form and units of the alias that answer each other; one each, but for joined words."""

    ours: tuple[int, ...]
    theirs: tuple[int, ...]
    similarity: Similarity


class Pairing(NamedTuple):
    """Matches in the order of the surface form, and what is left over (function words left out)."""

    matches: tuple[Match, ...]
    extra: tuple[int, ...]
    missing: tuple[int, ...]


def unit_similarity(a: Unit, b: Unit, kind: str, translate: bool) -> Similarity:
    """How alike two units are; symmetric in value."""
    if a.phrase == b.phrase:
        return Similarity(1.0, SAME, a.phrase, agreement(len(a.phrase)), 3)
    if "initial" in (a.role, b.role):
        if kind == "PERSON" and not (a.role == b.role == "initial") and first_sounds(a) & first_sounds(b):
            return Similarity(0.75, INITIAL, f"{a.phrase}~{b.phrase}", 1.0, 2)
        return _NONE
    ours = _number(a)
    theirs = _number(b) if ours is not None else None
    if theirs is not None:
        return Similarity(0.97, "number", f"{a.phrase}~{b.phrase}", _MEANING, 2) if ours == theirs else _NONE
    known = known_likeness(a, b, translate)
    if known is not None and known.value:
        if known.value < 0.95 and len(a.words) == len(b.words) == 1:
            heard = word_similarity(a.words[0], b.words[0])
            if heard.value > known.value:
                return heard
        return Similarity(known.value, known.kind, known.detail, _MEANING, 2)
    if len(a.words) != 1 or len(b.words) != 1 or "number" in (a.role, b.role):
        return _NONE
    found = word_similarity(a.words[0], b.words[0])
    if found.value >= _LEXICAL_LEAST and (a.concepts & b.concepts or a.countries & b.countries or a.given & b.given):
        return found._replace(value=max(0.97, found.value), level=max(2, found.level))  # Qaeda and Qaida
    if a.role in _PLACED and b.role in _PLACED and found.value < _LEXICAL_LEAST:
        return _NONE  # two words the lexicon knows as different do not meet by a likeness of sound
    return found


def word_pairs(
    query: Sequence[Unit], alias: Sequence[Unit], query_weights: Sequence[float], alias_weights: Sequence[float]
) -> Iterator[tuple[Word, Word]]:
    """The words that `pair_names` may have to compare by sound, for `entitynorm.names.similarity.prime`."""
    settled = _settled(query, alias, query_weights, alias_weights)
    known = set(settled.values())
    for i, a in enumerate(query):
        if len(a.words) == 1 and a.role not in _NEVER_HEARD and i not in settled:
            for j, b in enumerate(alias):
                if len(b.words) == 1 and b.role not in _NEVER_HEARD and a.phrase != b.phrase and j not in known:
                    yield a.words[0], b.words[0]


def _settled(
    query: Sequence[Unit], alias: Sequence[Unit], query_weights: Sequence[float], alias_weights: Sequence[float]
) -> dict[int, int]:
    """The units that answer each other to the letter, and that no likeness to any other unit could part: by place."""
    ours, theirs = [u.phrase for u in query], [u.phrase for u in alias]
    if set(ours).isdisjoint(theirs):
        return {}
    heaviest_q, heaviest_a = max(query_weights), max(alias_weights)
    out: dict[int, int] = {}
    for i, phrase in enumerate(ours):
        if theirs.count(phrase) != 1 or ours.count(phrase) > 1:
            continue
        j = theirs.index(phrase)
        if query[i].role == "function" or alias[j].role == "function":
            continue
        worth = _BASE_WORTH + query_weights[i] + alias_weights[j]
        rival = _BASE_WORTH + max(heaviest_q + alias_weights[j], query_weights[i] + heaviest_a)
        if _LIKEST * rival < worth:
            out[i] = j
    return out


_NEVER_HEARD = frozenset({"function", "number", "initial"})


def whole_word(units: Sequence[Unit]) -> Word | None:
    """A short name written together as one word; None for long ones and for those with digits."""
    content = [u for u in units if u.role != "function"]
    return _joined_word(content) if 0 < len(content) <= 3 else None


def _number(unit: Unit) -> int | None:
    return number_of(unit.phrase) if len(unit.words) == 1 else None


def _joined_word(units: Sequence[Unit]) -> Word | None:
    words = tuple(w for u in units for w in u.words)
    if len(words) == 1:
        return words[0]
    length = sum(len(w.text) for w in words)
    return joined(words) if length <= _LONGEST_JOINED and all(w.text.isalpha() for w in words) else None


def _content(units: Sequence[Unit]) -> int:
    return sum(len(u.words) for u in units if u.role not in ("function", "type", "title"))


def pair_names(
    query: Sequence[Unit],
    alias: Sequence[Unit],
    query_weights: Sequence[float],
    alias_weights: Sequence[float],
    kind: str,
) -> Pairing:
    """Pair units greedily, the likest and weightiest first."""
    translate = kind != "PERSON" and max(_content(query), _content(alias)) > 1  # Rodrigo Paz is nobody's Peace
    ours = [i for i, u in enumerate(query) if u.role != "function"] or list(range(len(query)))
    theirs = [j for j, u in enumerate(alias) if u.role != "function"] or list(range(len(alias)))
    found: list[tuple[float, int, int, int, Similarity]] = []
    settled = _settled(query, alias, query_weights, alias_weights)
    known = set(settled.values())
    for i in ours:
        for j in theirs:
            if (i in settled or j in known) and settled.get(i) != j:
                continue
            likeness = unit_similarity(query[i], alias[j], kind, translate)
            if likeness.value > _LEAST:
                worth = likeness.value * (_BASE_WORTH + query_weights[i] + alias_weights[j])
                found.append((-worth, abs(i - j), i, j, likeness))
    found.sort(key=lambda f: f[:4])
    taken_i: dict[int, Match] = {}
    taken_j: dict[int, Match] = {}
    for _, _, i, j, likeness in found:
        if i not in taken_i and j not in taken_j:
            taken_i[i] = taken_j[j] = Match((i,), (j,), likeness)
    _number_words(query, alias, taken_i, taken_j)
    if len(query) != len(alias):
        _join(query, alias, ours, theirs, taken_i, taken_j)
    matches = sorted({id(m): m for m in taken_i.values()}.values(), key=lambda m: m.ours)
    return Pairing(
        tuple(matches),
        tuple(i for i in ours if i not in taken_i),
        tuple(j for j in theirs if j not in taken_j),
    )


def _number_words(
    query: Sequence[Unit], alias: Sequence[Unit], taken_i: dict[int, Match], taken_j: dict[int, Match]
) -> None:
    """Let number words that add up (forty four) answer the number that they make."""
    ours = tuple(i for i, u in enumerate(query) if i not in taken_i and _number(u) is not None)
    if not ours:
        return
    theirs = tuple(j for j, u in enumerate(alias) if j not in taken_j and _number(u) is not None)
    if not theirs:
        return
    made = numbers_in([query[i].phrase for i in ours] + [""])
    if made == numbers_in([alias[j].phrase for j in theirs] + [""]):
        match = Match(ours, theirs, Similarity(0.97, "number", f"{made[0]}", _MEANING, 2))
        taken_i.update(dict.fromkeys(ours, match))
        taken_j.update(dict.fromkeys(theirs, match))


def _join(
    query: Sequence[Unit],
    alias: Sequence[Unit],
    ours: Sequence[int],
    theirs: Sequence[int],
    taken_i: dict[int, Match],
    taken_j: dict[int, Match],
) -> None:
    """Let two or three neighbours of the longer name answer one word of the shorter, where that is likelier."""
    turned = len(query) < len(alias)
    many, few = (alias, query) if turned else (query, alias)
    many_at, few_at = (theirs, ours) if turned else (ours, theirs)
    many_taken, few_taken = (taken_j, taken_i) if turned else (taken_i, taken_j)
    if all(j in few_taken and few_taken[j].similarity.value >= _WELL for j in few_at if len(few[j].words) == 1):
        return
    for size in (1, 2, 3):
        for k in range(len(many_at) - size + 1):
            first = many_at[k]
            while first and many[first - 1].role == "function" and (not k or many_at[k - 1] < first - 1):
                first -= 1
            group = range(first, many_at[k + size - 1] + 1)
            if len(group) == 1:
                continue
            if all(g in many_taken and many_taken[g].similarity.value > 0.9 for g in group):
                continue
            length = sum(len(many[g].phrase) for g in group)
            for j in few_at:
                unit = few[j]
                held = few_taken.get(j)
                if len(unit.words) != 1 or abs(len(unit.phrase) - length) > 3 or length < 4:
                    continue
                if held is not None and held.similarity.value >= _WELL:
                    continue
                together = _joined_word([many[g] for g in group])
                if together is None:
                    continue
                likeness = word_similarity(together, unit.words[0])
                before = held.similarity.value if held is not None else 0.0
                if likeness.value < _JOINED_LEAST or likeness.value <= before:
                    continue
                match = Match(
                    (j,) if turned else tuple(group),
                    tuple(group) if turned else (j,),
                    likeness._replace(value=min(0.97, likeness.value), kind=JOINED),
                )
                for taken in (many_taken, few_taken):
                    for place, other in list(taken.items()):
                        if set(other.ours) & set(match.ours) or set(other.theirs) & set(match.theirs):
                            del taken[place]
                for i in match.ours:
                    taken_i[i] = match
                for place in match.theirs:
                    taken_j[place] = match
                break
