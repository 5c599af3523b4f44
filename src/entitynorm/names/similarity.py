"""How alike two words of names are: by letters, by sound, by case form, by one slip of the pen.

`word_similarity` is the measure of the learned scorer. Two words are read in every way their spelling allows, and the
pair-HMM that was learned from name pairs (`entitynorm.text.sound_distance`) says how likely one reading is a rendering
of the other. It deliberately knows nothing of what words mean; see `entitynorm.names.alignment` for that.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import OSA, Indel

from entitynorm.names.words import ADJECTIVE, INFLECTION, ROMANISATION, SAME, Word
from entitynorm.text.sound_distance import similarity, table_for

SOUND, TYPO = "sound", "slip"
_CASE_COST, _ADJECTIVE_COST = 0.05, 0.12
_LEAST_FOR_SLIP = 4
_LEAST_FOR_TWO_SLIPS = 9
_SHORT_ACRONYM = 3


class Similarity(NamedTuple):
    """How alike two words are, in [0, 1]; 1.0 only for the same letters."""

    value: float
    kind: str
    """same, romanisation (a reading is shared), inflection, adjective, sound (readings are near), slip."""
    detail: str


UNLIKE = Similarity(0.0, "", "")


def _forms(word: Word) -> list[tuple[str, float, str]]:
    """(phones, cost, what form) of everything a word may be read as."""
    found = {r.phones: (r.cost * 0.5, "") for r in word.wide}
    for phones, cost, _ in word.lemmas[:8]:
        found.setdefault(phones, (_CASE_COST + cost * 0.5, INFLECTION))
    for phones, _ in word.bases[:4]:
        found.setdefault(phones, (_ADJECTIVE_COST, ADJECTIVE))
    return [(phones, cost, form) for phones, (cost, form) in found.items()]


def _has_digit(text: str) -> bool:
    return any(c.isdigit() for c in text)


@lru_cache(maxsize=131_072)
def word_similarity(a: Word, b: Word) -> Similarity:
    """How alike two words are; symmetric in value."""
    if a.fold == b.fold:
        return Similarity(1.0, SAME, a.fold)
    if _has_digit(a.fold) or _has_digit(b.fold):
        return UNLIKE
    length = min(len(a.fold), len(b.fold))
    if a.shape != b.shape and "upper" in (a.shape, b.shape) and a.script == b.script and length <= _SHORT_ACRONYM:
        return UNLIKE  # ООН is not Он
    best = UNLIKE
    if a.script == b.script and length >= _LEAST_FOR_SLIP:
        slips = OSA.distance(a.fold, b.fold, score_cutoff=2)
        if slips == 1 or (slips == 2 and length >= _LEAST_FOR_TWO_SLIPS):
            best = Similarity(1 - 0.9 * slips / max(len(a.fold), len(b.fold)), TYPO, f"{a.fold}~{b.fold}")
    heard = _heard(a, b)
    return heard if heard.value >= best.value else best


def _heard(a: Word, b: Word) -> Similarity:
    ours, theirs = _forms(a), _forms(b)
    best, best_cost = UNLIKE, 9.0
    near: list[tuple[float, str, str, float, str]] = []
    for x, cost_x, form_x in ours:
        for y, cost_y, form_y in theirs:
            if form_x and form_y and form_x != form_y:
                continue
            form = form_x or form_y
            cost = cost_x + cost_y
            if x == y and len(x) > 1:
                if cost < best_cost:
                    best_cost = cost
                    best = Similarity(max(0.6, 0.99 - cost), form or ROMANISATION, f"{a.fold}~{b.fold} [{x}]")
            elif best_cost > 8:
                rough = Indel.normalized_similarity(x, y, score_cutoff=0.3)
                if rough:
                    near.append((rough - cost, x, y, cost, form))
    if best_cost < 0.2:
        return best
    near.sort(key=lambda n: (-n[0], n[1], n[2]))
    table = table_for(a.script, b.script)
    for _, x, y, cost, form in near[:3]:
        value, _ = similarity(table, x, y)
        value = min(0.98, value - cost)
        if value > best.value:
            best = Similarity(value, form or SOUND, f"{a.fold}~{b.fold} [{x}/{y}]")
    return best
