"""How alike two words of names are: by letters, by sound, by case form, by one slip of the pen.

`word_similarity` is the measure of the learned scorer. Two words are read in every way their spelling allows, and the
pair-HMM that was learned from name pairs (`entitynorm.text.sound_distance`) says how likely one reading is a rendering
of the other. It deliberately knows nothing of what words mean; see `entitynorm.names.alignment` for that.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import OSA, Indel

from entitynorm.names.words import ROMANISATION, SAME, Word, read_forms, warm
from entitynorm.text.sound_distance import encode, similarities, similarity, table_for

SOUND, TYPO = "sound", "slip"
_KIN = str.maketrans({"S": "s", "J": "z", "Z": "z", "C": "c", "h": "g", "f": "v", "o": "a", "i": "e"})
_CLASS = str.maketrans(
    {c: group[0] for group in ("aeiou", "pb", "td", "gkh", "vf", "szZScCJ") for c in group if c != group[0]}
)
_SAME_SOUND = 2
"""The level of readings that are the same but for kin."""
_UNVOWELLED = 0.9
"""How alike a word is to what it sounds like but for vowels that its script leaves out."""
_VOWELS = "aeiou"
_ABJADS = frozenset({"Arab", "Hebr"})
_LEAST_UNVOWELLED = 4
"""Letters of a word in Arabic or Hebrew from which it sounds like a name though vowels are wanting."""
_LEAST_FOR_SLIP = 4
_LEAST_FOR_TWO_SLIPS = 9
MOST_SLIPS = 2
_SHORT_ACRONYM = 3


class Similarity(NamedTuple):
    """How alike two words are, in [0, 1]; 1.0 only for the same letters."""

    value: float
    kind: str
    """same, romanisation (a reading is shared), inflection, adjective, sound (readings are near), slip."""
    detail: str
    weight: float = 0.0
    """Log-odds against chance that one renders the other, in nats: long words that agree say more than short ones."""
    level: int = 0
    """3 same letters, 2 same sounds but for kin (o and a, i and e, g and h), 1 same consonant classes, 0 none."""
    start: bool = True
    """Whether the first sounds are kin."""


UNLIKE = Similarity(0.0, "", "")
_NATS = 2.5
"""What a letter that agrees is worth."""


def agreement(letters: int) -> float:
    """What words of so many letters that agree are worth, in nats."""
    return _NATS * min(letters, 10)


@lru_cache(maxsize=65_536)
def levels(x: str, y: str) -> tuple[int, bool]:
    """How coarsely heard two readings are the same (see `Similarity.level`), and whether both start alike."""
    start = _start(x) == _start(y)
    if _single(x.translate(_KIN)) == _single(y.translate(_KIN)):
        return 2, start
    return int(_bones(x) == _bones(y)), start


@lru_cache(maxsize=65_536)
def without_vowels(x: str, y: str) -> bool:
    """Whether a reading of Arabic or Hebrew letters is another without its vowels, seldom written (حماس, Hamas)."""
    x, y = _single(x.translate(_KIN)), _single(y.translate(_KIN))
    at = 0
    for n, phone in enumerate(y):
        if at < len(x) and x[at] == phone:
            at += 1
        elif not n or phone not in _VOWELS:
            return False
    return at == len(x)


def _start(phones: str) -> str:
    """The class of the first sound; a glide (Yusov) is not the vowel behind it (Usov)."""
    return "y" if phones[:1] == "i" and phones[1:2] in tuple("aou") else phones[:1].translate(_CLASS)


def _bones(phones: str) -> str:
    classes = phones.translate(_CLASS)
    return _single(classes[:1] + classes[1:].replace("a", ""))


def _single(phones: str) -> str:
    """Doubled phones made one."""
    return "".join([c for c, before in zip(phones, " " + phones, strict=False) if c != before])


_KNOWN: dict[tuple[Word, Word], Similarity] = {}
_MOST_KNOWN = 60_000
_TRIED = 2
"""Pairs of readings that the pair-HMM compares for two words, the likest by plain edit distance."""
SHARED_READING, LIKEST_HEARD = 0.99, 0.98
"""How alike words are that share a reading, and at most those whose readings are near."""
_ROUGH, _STEM = 0.45, 0.6
"""Least plain similarity of two readings for the pair-HMM, and for case forms, to be tried."""

Plan = list[tuple[str, str, float, str]]


def word_similarity(a: Word, b: Word) -> Similarity:
    """How alike two words are; symmetric in value."""
    found = _KNOWN.get((a, b))
    if found is None:
        best, plan = _plan(a, b, *_begin(a, b))
        table = table_for(a.script, b.script)
        found = _settle(a, b, best, plan, [similarity(table, x, y) for x, y, _, _ in plan])
    return found


def prime(pairs: Iterable[tuple[Word, Word]]) -> None:
    """Work out many similarities at once, for `word_similarity` to find; it gives the same values, only faster."""
    waiting: dict[str, list[tuple[Word, Word, Similarity, Plan]]] = {}
    unknown = [pair for pair in pairs if pair not in _KNOWN]
    warm(word for pair in unknown for word in pair)
    begun = [(a, b, _begin(a, b)) for a, b in unknown]
    read_forms(word for a, b, (_, near) in begun if near and _declines(near) for word in (a, b))
    for a, b, (best, near) in begun:
        best, plan = _plan(a, b, best, near)
        if plan:
            waiting.setdefault(table_for(a.script, b.script), []).append((a, b, best, plan))
        else:
            _settle(a, b, best, plan, [])
    for table, rows in waiting.items():
        ours = encode([x for *_, plan in rows for x, _, _, _ in plan])
        theirs = encode([y for *_, plan in rows for _, y, _, _ in plan])
        found = similarities(table, *ours, *theirs)
        values = list(zip(found[0].tolist(), found[1].tolist(), strict=True))
        at = 0
        for a, b, best, plan in rows:
            _settle(a, b, best, plan, values[at : at + len(plan)])
            at += len(plan)


def slip_of(a: str, b: str) -> tuple[float, float] | None:
    """How alike two folded words of one script are, and what that is worth in nats, if few slips of the pen part them.

    >>> slip_of("graivoron", "grivoron")
    (0.9, 15.5)
    """
    length = min(len(a), len(b))
    slips = OSA.distance(a, b, score_cutoff=MOST_SLIPS) if length >= _LEAST_FOR_SLIP else 0
    if slips != 1 and (slips != 2 or length < _LEAST_FOR_TWO_SLIPS):
        return None
    return 1 - 0.9 * slips / max(len(a), len(b)), agreement(length - slips) - 2.0 * slips


Near = list[tuple[float, str, str, float, str]]
"""Pairs of readings with cost less likeness, the likest first once sorted."""


def _begin(a: Word, b: Word) -> tuple[Similarity, Near]:
    """What letters and plain readings say, and the pairs of readings that are not too far apart."""
    if a.fold == b.fold:
        return Similarity(1.0, SAME, a.fold, agreement(len(a.fold)), 3), []
    if a.has_digit or b.has_digit:
        return UNLIKE, []
    length = min(len(a.fold), len(b.fold))
    if a.shape != b.shape and "upper" in (a.shape, b.shape) and a.script == b.script and length <= _SHORT_ACRONYM:
        return UNLIKE, []  # ООН is not Он
    ours, theirs = a.bones, b.bones
    if 2 * (ours & theirs).bit_count() < min(ours.bit_count(), theirs.bit_count()):
        return UNLIKE, []
    best = UNLIKE
    if a.script == b.script:
        found = slip_of(a.fold, b.fold)
        if found is not None:
            value, nats = found
            level, start = levels(a.plain[0][0], b.plain[0][0]) if a.plain and b.plain else (0, True)
            best = Similarity(value, TYPO, f"{a.fold}~{b.fold}", nats, level, start)
    return _plainly(a, b, best)


def _plainly(a: Word, b: Word, best: Similarity) -> tuple[Similarity, Near]:
    near: Near = []
    ours, theirs = a.plain, b.plain
    heard = dict(theirs)
    # The cheapest, not the first: Kyiv and Kiev share two readings, and either order has to find the same one.
    if both := [(cost + heard[x], x) for x, cost in ours if len(x) > 1 and x in heard]:
        cost, x = min(both)
        return _shared(a, b, best, x, cost, ROMANISATION), []
    for x, cost_x in ours:
        for y, cost_y in theirs:
            rough = Indel.normalized_similarity(x, y, score_cutoff=_ROUGH)
            if rough:
                near.append((cost_x + cost_y - rough, x, y, cost_x + cost_y, ""))
    return best, near


def _declines(near: Near) -> bool:
    """Whether one word may be a case form of the other: then they share a stem, and resemble each other."""
    return min(near)[0] <= -_STEM


def _plan(a: Word, b: Word, best: Similarity, near: Near) -> tuple[Similarity, Plan]:
    """The pairs of readings that the pair-HMM should compare, dictionary forms among them."""
    if not near:
        return best, []
    if _declines(near):
        ours, theirs = a.forms, b.forms
        known = {phones: (cost, form) for phones, cost, form in theirs}
        shared = [(cost + known[x][0], x, form, known[x][1]) for x, cost, form in ours if len(x) > 1 and x in known]
        shared = [s for s in shared if not (s[2] and s[3] and s[2] != s[3])]
        if shared:
            cost, x, form, form_y = min(shared, key=lambda s: s[:2])
            return _shared(a, b, best, x, cost, form or form_y), []
        for x, cost_x, form_x in ours:
            for y, cost_y, form_y in theirs:
                if bool(form_x) != bool(form_y):
                    rough = Indel.normalized_similarity(x, y, score_cutoff=_STEM)
                    if rough:
                        near.append((cost_x + cost_y - rough, x, y, cost_x + cost_y, form_x or form_y))
    near.sort()
    return best, [pair[1:] for pair in near[:_TRIED]]


def _shared(a: Word, b: Word, best: Similarity, phones: str, cost: float, form: str) -> Similarity:
    """The similarity of two words that have a reading in common."""
    value = max(0.6, SHARED_READING - cost)
    if value <= best.value:
        return best
    return Similarity(value, form, f"{a.fold}~{b.fold} [{phones}]", agreement(len(phones)) - 1.0, 2)


def lacks_vowels(a: Word, b: Word) -> bool:
    """Whether one of two words is in letters that leave out vowels, and the other is not."""
    return (a.script in _ABJADS) != (b.script in _ABJADS)


def _unvowelled(a: Word, b: Word, x: str, y: str) -> bool:
    """Whether one of two words, in letters that leave out vowels, sounds like the other but for vowels."""
    if not lacks_vowels(a, b):
        return False
    short, x, y = (a, x, y) if a.script in _ABJADS else (b, y, x)
    return len(short.fold) >= _LEAST_UNVOWELLED and without_vowels(x, y)


def _settle(a: Word, b: Word, best: Similarity, plan: Plan, values: Sequence[tuple[float, float]]) -> Similarity:
    for (x, y, cost, form), (value, nats) in zip(plan, values, strict=True):
        value = min(LIKEST_HEARD, value - cost)
        if value > best.value:
            level, start = levels(x, y)
            if level < _SAME_SOUND and not form and _unvowelled(a, b, x, y):
                form, level, value = ROMANISATION, _SAME_SOUND, max(value, _UNVOWELLED)
            best = Similarity(value, form or SOUND, f"{a.fold}~{b.fold} [{x}/{y}]", max(0.0, nats), level, start)
    if len(_KNOWN) >= _MOST_KNOWN:
        _KNOWN.clear()
    _KNOWN[a, b] = best
    return best
