"""Kinds of surface: how far, and in what way, a spelling is from the names that the gazetteer lists.

Figures over all mentions hide what a linker is good at: half of a text's names stand there as listed, and anything
finds those. The kind of a mention is a property of the spelling and the entity, not of what was linked, so that the
figures of two linkers are about the same mentions. It is read off the evidence that a name gives for its own entity
(`Linker.explain`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from entitynorm.model import Evidence
from entitynorm.text.folding import fold_text
from entitynorm.text.tokens import script_of

SURFACE_KINDS: Mapping[str, str] = MappingProxyType(
    {
        "exact": "spelled like a name of the entity, up to case, accents and punctuation",
        "acronym": "initials of a name (FRL), or a name for listed initials",
        "other_script": "in another script than the nearest name, and not in Latin letters (Козинка for Kozinka)",
        "translation": "words answered by meaning (Liberty Corps for Freedom Legion, region for oblast)",
        "typo": "a slip of the pen (Vyacheslv)",
        "inflection": "a case form or an adjective (Гладковым, Grayvoronsky)",
        "romanisation": "another spelling of the same sounds in Latin letters (Graivoron, Wjatscheslaw)",
        "spelling": "words that sound nearly the same, or another form of a given name",
        "part": "some of the name's words, or initials for them (Gladkov, V. Gladkov)",
        "arrangement": "the same words in another order, written together or apart (BTR82A)",
        "other": "none of these; nothing listed comes near",
    }
)
"""The kinds with their meaning; a spelling that is of several has the first."""

_WORDS = {
    "translation": ("translation", "near concept", "country", "type word", "title"),
    "typo": ("slip",),
    "inflection": ("inflection", "adjective"),
    "romanisation": ("romanisation",),
    "spelling": ("sound", "spelling", "given name"),
    "part": ("initial",),
    "arrangement": ("joined", "same ", "the same letters written together"),
}
"""What evidence says of two words that answer each other, at the beginning of each part of its detail."""

_FEATURES = {
    "acronym": ("acronym",),
    "part": ("surname_alone", "missing", "lack"),
    "arrangement": ("squeezed",),
}
_PART = re.compile(r";\s*")


def surface_kind(surface: str, alias: str | None, evidence: Iterable[Evidence], names: Iterable[str] = ()) -> str:
    """The kind of a spelling, from the name of its entity that came nearest and the evidence for it.

    ``names`` are all names of the entity: a spelling that is one of them is exact, whichever came nearest.

    >>> surface_kind("Graivoron", "Grayvoron", [Evidence("covered", 1.0, 1.0, "romanisation graivoron~grayvoron")])
    'romanisation'
    """
    listed = [fold_text(name) for name in (*names, *filter(None, [alias]))]
    if fold_text(surface) in listed:
        return "exact"
    if _letters(fold_text(surface)) in map(_letters, listed):
        return "arrangement"
    if alias is None:
        return "other"
    found = [item for item in evidence if item.value]
    if any(item.feature == "identical" for item in found):
        return "exact"
    parts = [part for item in found for part in _PART.split(item.detail)]
    kinds = {kind for kind, words in _WORDS.items() if any(part.startswith(words) for part in parts)}
    if not kinds:
        return "acronym" if any(item.feature == "acronym" for item in found) else "other"
    kinds |= {kind for kind, features in _FEATURES.items() if any(item.feature in features for item in found)}
    scripts = script_of(surface), script_of(alias)
    if "Zyyy" not in scripts and scripts[0] != scripts[1]:
        kinds.add("romanisation" if scripts[0] == "Latn" else "other_script")
    return next((kind for kind in SURFACE_KINDS if kind in kinds), "other")


def _letters(folded: str) -> str:
    return "".join(char for char in folded if char.isalnum())
