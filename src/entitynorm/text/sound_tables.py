"""The tables behind the readings: how letters sound (``data/sounds.yaml``, ``sounds_scripts.yaml``)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from entitynorm.table_cache import packaged_table

Letters = Mapping[str, str]
NO_PHONE = 255
"""The number of what is no phone (see `phone_numbers`)."""


@dataclass(frozen=True, eq=False)
class Substitution:
    """Letter groups and their phones, applied to many words at once; the longest group wins."""

    groups: tuple[tuple[str, str], ...]
    """Groups of two letters and more, the longest first, and letters that stand for several phones."""
    single: dict[int, str]
    """Letters that stand for one phone or none."""

    def __call__(self, text: str) -> str:
        """Replace every letter group; what the table does not hold stays as it is."""
        # Plain replacements over a long text cost a tenth of one pattern with all groups.
        for group, phones in self.groups:
            if group in text:
                text = text.replace(group, phones)
        return text.translate(self.single)


@dataclass(frozen=True, slots=True)
class Profile:
    """One habit of writing sounds in Latin letters."""

    id: str
    cost: float
    when: re.Pattern[str]
    evidence: re.Pattern[str] | None
    wide: bool
    """Tried only for the wide readings."""
    variants: tuple[Substitution, ...]
    patterns: tuple[tuple[re.Pattern[str], str], ...]


@dataclass(frozen=True, slots=True)
class ScriptVariant:
    """One way to read the letters of a script."""

    cost: float
    patterns: tuple[tuple[re.Pattern[str], str], ...]
    letters: Substitution
    profile: str
    """Id of the Latin profile that reads the latinised word; empty for the base."""


@dataclass(frozen=True, slots=True)
class Script:
    """How the letters of one script are read."""

    decompose: bool
    strip: bool
    katakana: bool
    latinise: bool
    variants: tuple[ScriptVariant, ...]


@dataclass(frozen=True, slots=True)
class Tables:
    """Everything that `entitynorm.text.sounds` reads by."""

    cyrillic: Letters
    alternatives: tuple[tuple[str, str, float, str, str], ...]
    marked: frozenset[str]
    base: Profile
    profiles: tuple[Profile, ...]
    scripts: Mapping[str, Script]
    suffixes: tuple[tuple[str, str, float, int], ...]
    suffix_endings: tuple[str, ...]
    foreign_endings: tuple[tuple[str, int, float], ...]
    closeness: Mapping[str, float]
    gaps: Mapping[str, float]
    initials: Mapping[str, tuple[str, ...]]


# Phones are Latin letters too, so a table's output must not be read again by the table of single letters: on the way
# they stand as control characters of Latin-1, one for each phone, which keep a buffer of ASCII at a byte a letter.
PHONES = "aeioubpdtgkhfvzsZScCJmnlr"
_PRIVATE = {phone: chr(0x80 + n) for n, phone in enumerate(PHONES)}
_PUBLIC = {ord(private): phone for phone, private in _PRIVATE.items()}


def substitution(letters: Letters) -> Substitution:
    """Letter groups replaced by their phones, the longest first; the phones stand as control characters yet."""
    hidden = {group: "".join(_PRIVATE.get(p, p) for p in phones) for group, phones in letters.items()}
    plain = {ord(group): phones for group, phones in hidden.items() if len(group) == 1 and len(phones) < 2}
    long = [item for item in hidden.items() if len(item[0]) > 1 or ord(item[0]) not in plain]
    return Substitution(tuple(sorted(long, key=lambda item: (-len(item[0]), item[0]))), plain)


def public(text: str) -> str:
    """The phones of a text whose letters were substituted, as the letters of the phone alphabet."""
    return text.translate(_PUBLIC)


def phone_numbers(text: str) -> list[int]:
    """The number of each phone of what a `Substitution` puts in place of letters; `NO_PHONE` for what is none."""
    return [PHONES.find(_PUBLIC.get(ord(sign), sign)) & NO_PHONE for sign in text]


def _patterns(spec: Sequence[Mapping[str, str]]) -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(p["pattern"], re.MULTILINE), p["reading"]) for p in spec)


def _profile(spec: Mapping[str, Any], base: Letters) -> Profile:
    letters = {**base, **spec.get("letters", {})}
    tables = [letters, *({**letters, **v["letters"]} for v in spec.get("variants", ()))]
    return Profile(
        id=spec["id"],
        cost=float(spec["cost"]),
        when=re.compile(spec["when"]),
        evidence=re.compile(spec["evidence"]) if "evidence" in spec else None,
        wide=bool(spec.get("wide", False)),
        variants=tuple(map(substitution, tables)),
        patterns=_patterns(spec.get("patterns", ())),
    )


def _script(spec: Mapping[str, Any]) -> Script:
    plain = {"cost": 0.0}
    letters, patterns = spec.get("letters", {}), spec.get("patterns", [])
    return Script(
        decompose=bool(spec.get("decompose", False)),
        strip=bool(spec.get("strip", False)),
        katakana=bool(spec.get("katakana", False)),
        latinise=bool(spec.get("latinise", False)),
        variants=tuple(
            ScriptVariant(
                cost=float(v["cost"]),
                patterns=_patterns([*v.get("patterns", []), *patterns]),
                letters=substitution({**letters, **v.get("letters", {})}),
                profile=v.get("profile", ""),
            )
            for v in (plain, *spec.get("variants", ()))
        ),
    )


@cache
def tables() -> Tables:
    """The tables, read once; raises DataError for a file of another version."""
    raw = packaged_table("sounds.yaml", "sounds-1")
    scripts = packaged_table("sounds_scripts.yaml", "sounds-scripts-1")["scripts"]
    cyrillic, latin = raw["cyrillic"], raw["latin"]
    base = {**latin["base"], **latin["marked"]}
    return Tables(
        cyrillic=cyrillic["letters"],
        alternatives=tuple(
            (a["letter"], a["reading"], float(a["cost"]), a.get("not_with", ""), a.get("only_with", ""))
            for a in cyrillic["alternatives"]
        ),
        marked=frozenset(latin["marked"]),
        base=_profile({"id": "base", "cost": 0, "when": ""}, base),
        profiles=tuple(_profile(p, base) for p in latin["profiles"]),
        scripts={code: _script(spec) for code, spec in scripts.items()},
        suffixes=tuple((s["ending"], s["reading"], float(s["cost"]), int(s["least"])) for s in raw["suffix_variants"]),
        suffix_endings=tuple(s["ending"] for s in raw["suffix_variants"]),
        foreign_endings=tuple((e["ending"], int(e["least"]), float(e["cost"])) for e in raw["foreign_endings"]),
        closeness={k: float(v) for pair, v in raw["closeness"].items() for k in (pair, pair[::-1])},
        gaps={k: float(v) for k, v in raw["gaps"].items()},
        initials={k: tuple(v) for k, v in raw["initials"].items()},
    )
