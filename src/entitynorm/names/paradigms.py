"""Declensions as data: what a paradigm is, and how the tables of ``data/inflection/<lang>.yaml`` are read.

The fields of an entry:

* ``lemma``: ending of the nominative; ``forms``: endings of the other cases, separated by spaces, "-" for none;
* ``after``: classes of letters (``letters`` of the file, ``vowels``, ``consonants``) that may come before the ending,
  or ``stems``: longer ends of stems, or ``words``: a closed list of dictionary forms. A class with spaces in it holds
  groups of letters that are one sound (``sz cz``);
* ``unless``: ends of stems that belong to another paradigm;
* ``alter``: where an ending is marked ``~`` the stem's last letters change (Козинка, Козинці; Praga, Pradze) or the
  form is wanting;
* ``usual``: 1 for the most usual reading of a form, more for rarer ones (``behind`` is added to all of a file);
* ``sexed``: cases that tell a bearer's sex; ``oblique``: no nominative looks like that, other cases do;
* ``derived``: the forms are a word made from the lemma: ``feminine`` (Parksová of Parks), ``possessive`` (Nixonov);
* ``least``: letters a dictionary form must have (tables in Latin letters only).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

from entitynorm.errors import DataError

Gender = Literal["m", "f", "n"]
Derived = Literal["", "feminine", "possessive"]
CASES = ("nom", "gen", "loc", "acc", "dat", "ins")
"""Most frequent in running text first: that is the order among readings of one rank."""
KINDS = (*CASES, "def", "count", "voc")
"""All that a table may list: the cases, and what Bulgarian and Macedonian have in their place."""
RANK = 1000 * len(KINDS)
"""How far apart `order` puts two ranks."""

_APOSTROPHES = str.maketrans("’ʼ`", "'''")
_VOWELS = "аеёиоуыэюяєіїў"
_CONSONANTS = "бвгґджзйклмнпрстфхцчшщ"


class Lemma(NamedTuple):
    """A dictionary form, casefolded, that a word may be a case form of."""

    text: str
    lang: str
    paradigm: str
    """Id of the paradigm in the language's table; "itself" for words too short to be read."""
    gender: Gender | None
    """Class of declension; None in the plural, for words that do not decline and for short words."""
    number: Literal["sg", "pl"]
    usual: int = 1
    """Rank of the paradigm: 1 for the most usual reading of such an ending, more for rarer ones."""
    derived: Derived = ""
    """What the word is, when it is no case form but another word made from the lemma (Parksová of Parks, Nixonov)."""


@dataclass(frozen=True, slots=True, eq=False)
class Paradigm:
    """One declension of one language, as the table gives it; the module's docstring explains the fields."""

    id: str
    lang: str
    part: str
    gender: Gender | None
    number: Literal["sg", "pl"]
    usual: int
    sample: str
    lemma: str
    stems: tuple[str, ...]
    unless: tuple[str, ...]
    words: tuple[str, ...]
    alter: Mapping[str, str]
    endings: tuple[tuple[str, str, bool], ...]
    """(case, ending, whether the stem's last letters change), the nominative first."""
    sexed: frozenset[str]
    oblique: bool
    derived: Derived = ""
    least: int = 0

    def owns(self, word: str) -> bool:
        """Whether the casefolded word can be this paradigm's nominative."""
        if self.words:
            return word in self.words
        if self.oblique:
            return False
        heads = tuple(stem + self.lemma for stem in self.stems)
        return word.endswith(heads) and not word.endswith(self.barred)

    @property
    def barred(self) -> tuple[str, ...]:
        """Ends of dictionary forms that belong to another paradigm."""
        return tuple(stem + self.lemma for stem in self.unless)


@dataclass(frozen=True, slots=True)
class Language:
    """The table of one language."""

    paradigms: tuple[Paradigm, ...]
    foreign: frozenset[str]
    short: tuple[tuple[str, str], ...]
    """(paradigm id, dictionary form)."""


def fold(word: str) -> str:
    """A word as the tables write it: composed, casefolded, with the apostrophe of the typewriter."""
    if word.isascii():
        return word.lower().replace("`", "'")
    return unicodedata.normalize("NFC", word).casefold().translate(_APOSTROPHES)


def read_table(path: Path) -> dict[str, Any]:
    """One file of ``data/inflection``; raises DataError naming it when it cannot be read or has another schema."""
    import yaml  # not needed where the table was kept from another run

    # BaseLoader keeps every scalar a string: an unquoted `no` or `on` among endings must not become a boolean.
    try:
        with path.open(encoding="utf-8") as stream:
            table = yaml.load(stream, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())
        raise DataError(f"{path}: cannot be read as YAML ({reason}); reinstall entitynorm") from error
    if not isinstance(table, dict) or table.get("schema") != "1":
        raise DataError(f"{path}: expected a mapping with `schema: 1`; reinstall entitynorm or correct the file")
    return table


def language_of(lang: str, table: Mapping[str, Any]) -> Language:
    """The paradigms of a language; raises DataError naming the table, and the paradigm, that makes no sense."""
    try:
        classes = {"vowels": _VOWELS, "consonants": _CONSONANTS} | table["letters"]
        paradigms = tuple(_paradigm(entry, lang, int(table["behind"]), classes) for entry in table["paradigms"])
        known = {paradigm.id for paradigm in paradigms}
        short = tuple((key, word) for key, words in table["short"].items() for word in words)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DataError(f"inflection/{lang}.yaml: missing or wrong field ({error!r}); correct the table") from error
    if len(known) != len(paradigms):
        raise DataError(f"inflection/{lang}.yaml: a paradigm id occurs twice; give each paradigm its own id")
    if strange := {key for key, _ in short} - known:
        raise DataError(f"inflection/{lang}.yaml: `short` names no paradigm: {sorted(strange)}; use ids of the list")
    return Language(paradigms, frozenset(table["foreign_letters"]), short)


def _paradigm(entry: Mapping[str, Any], lang: str, behind: int, classes: Mapping[str, str]) -> Paradigm:
    """One entry of the table; raises DataError naming the paradigm when its conditions make no sense."""
    place = f"inflection/{lang}.yaml: {entry['id']}"
    if sum(key in entry for key in ("after", "stems", "words")) != 1:
        raise DataError(f"{place}: expected exactly one of `after`, `stems`, `words`; correct the table")
    lemma, words = entry["lemma"], tuple(entry.get("words", ()))
    if odd := [word for word in words if not word.endswith(lemma)]:
        raise DataError(f"{place}: {odd[0]!r} does not end in {lemma!r}; correct `words` or `lemma`")
    letters = [_letters(classes[name]) for name in entry["after"].split()] if "after" in entry else []
    endings = [("nom", lemma, False)]
    for case, listed in entry["forms"].items():
        if case not in KINDS:
            raise DataError(f"{place}: unknown case {case!r}; use one of {', '.join(KINDS)}")
        endings += [(case, "" if e == "-" else e.removeprefix("~"), e.startswith("~")) for e in listed.split()]
    every_case = CASES if entry["part"] == "surname" else ()
    derived = entry.get("derived", "")
    if derived not in ("", "feminine", "possessive"):
        raise DataError(f"{place}: unknown `derived` {derived!r}; use feminine or possessive")
    return Paradigm(
        id=entry["id"],
        lang=lang,
        part=entry["part"],
        gender=None if entry["gender"] == "null" else entry["gender"],
        number=entry["number"],
        usual=int(entry["usual"]) + behind,
        sample=entry["sample"],
        lemma=lemma,
        stems=tuple(dict.fromkeys(stem for group in letters for stem in group)) or tuple(entry.get("stems", ())),
        unless=tuple(entry.get("unless", ())),
        words=words,
        alter=entry.get("alter", {}),
        endings=tuple(endings),
        sexed=frozenset(entry.get("sexed", every_case)),
        oblique="oblique" in entry,
        derived=derived,
        least=int(entry.get("least", 0)),
    )


def _letters(listed: str) -> tuple[str, ...]:
    return tuple(listed.split()) if " " in listed else tuple(listed)


def inflect(paradigm: Paradigm, word: str) -> Iterator[tuple[str, str]]:
    """(case, form) for each form of a dictionary form that the paradigm owns."""
    stem = word[: len(word) - len(paradigm.lemma)]
    longest = max(map(len, paradigm.alter), default=0)
    for case, ending, altered in paradigm.endings:
        if not altered:
            yield case, stem + ending
            continue
        for size in range(min(longest, len(stem)), 0, -1):
            if changed := paradigm.alter.get(stem[-size:].lower()):
                yield case, stem[:-size] + changed + ending
                break


def order(paradigm: Paradigm, case: str, number: int) -> int:
    """Sorts readings by rank of the paradigm, frequency of the case, order of tables; one number a rule and case."""
    return paradigm.usual * RANK + KINDS.index(case) * 1000 + number
