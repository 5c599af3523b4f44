"""Spellings: every way in which a name may be written that the package promises to resolve, and slips of the pen."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterator
from functools import cache
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument
from rapidfuzz.distance import OSA

from entitynorm.model import Alias, Entity
from entitynorm.names.inflection import forms
from entitynorm.names.structure import parse
from entitynorm.testing.names import check_sizes, material, one_of_these
from entitynorm.text.folding import fold_text
from entitynorm.text.tokens import script_of
from entitynorm.text.translit import romanisations as all_romanisations
from entitynorm.text.translit import scheme_names

KINDS = ("name", "alias", "romanisation", "case", "punctuation", "unicode", "inflected", "title", "acronym")
"""What `surface_forms` can do to a name."""

_INFLECTING = ("ru", "uk")
_GIVING_ACRONYMS = ("", "en", "ru", "uk", "be")
_CASES = ("gen", "loc", "acc", "dat", "ins")
_DRESSES = ("“{}”", "«{}»", '"{}"', "„{}“", "({})", " {} ", "{}.", "{},", "\u00a0{}\u00a0", "{}!", "\t{}\n")
_ROMANISED_TYPES = ("PLACE", "PERSON")
_NOT_PROMISED = frozenset({"pressde-rus-Cyrl-Latn-2026", "pressde-ukr-Cyrl-Latn-2026"})
"""German spelling writes one S for two sounds, з and с, and one Sch for ж and ш; a first letter must not be unsure."""


def surface_forms(entity: Entity, *, kinds: Collection[str] = KINDS) -> st.SearchStrategy[str]:
    """Spellings that resolve to the entity, in a gazetteer where no other entity has a claim to them.

    Made from the canonical name and the strong aliases; ``kinds`` are among KINDS:

    - ``name``, ``alias``: as listed
    - ``case``: all capitals, all small, title case; ``punctuation``: quotes, brackets, blanks, a possessive
    - ``unicode``: decomposed, with a soft hyphen or zero-width space inside, full width
    - ``romanisation``: a Russian or Ukrainian name of a place or person, of two words at most, by any scheme of
      its language but the German press's
    - ``inflected``: a case form of a Russian or Ukrainian place (of one word) or person (given name and surname)
    - ``title``: a person after a title; ``acronym``: the initials of a full name of three words or more,
      where the lexicon knows no other meaning of them

    Forms that the entity blocks are left out. Raises InvalidArgument where the entity has no form of these kinds.
    """
    chosen = one_of_these(kinds, KINDS, "kinds")
    blocked = {fold_text(form) for form in entity.blocked}
    made = [[form for form in dict.fromkeys(MAKERS[kind](entity)) if fold_text(form) not in blocked] for kind in chosen]
    options = [st.sampled_from(forms) for forms in made if forms]
    if not options:
        raise InvalidArgument(
            f"entity {entity.id!r} has no surface forms of the kinds {', '.join(chosen)}; ask for 'name' too"
        )
    return st.one_of(options)


def strong_names(entity: Entity) -> tuple[Alias, ...]:
    """The canonical name and the strong aliases that hold a word; a canonical name declared weak is left out.

    A web address (t.me/…) holds none: its words belong to whoever runs the site.
    """
    weak = {fold_text(alias.text) for alias in entity.aliases if alias.strength == "weak"}
    names = (Alias(entity.name), *entity.aliases)
    strong = (alias for alias in names if alias.strength == "strong" and fold_text(alias.text) not in weak)
    return tuple(alias for alias in strong if parse(alias.text).units)


def _spoken(entity: Entity) -> tuple[Alias, ...]:
    """The strong names that people write in their own way; handles and domains have one spelling."""
    return tuple(alias for alias in strong_names(entity) if alias.kind not in ("handle", "domain"))


def _listed(entity: Entity) -> Iterator[str]:
    yield from (alias.text for alias in strong_names(entity) if fold_text(alias.text) != fold_text(entity.name))


def _canonical(entity: Entity) -> Iterator[str]:
    yield from (alias.text for alias in strong_names(entity)[:1] if alias.text == entity.name)


def _cased(entity: Entity) -> Iterator[str]:
    for alias in _spoken(entity):
        for change in (str.upper, str.lower, str.title):
            if fold_text(changed := change(alias.text)) == fold_text(alias.text):
                yield changed


def _dressed(entity: Entity) -> Iterator[str]:
    for alias in _spoken(entity):
        yield from (dress.format(alias.text) for dress in _DRESSES)
        yield alias.text.replace(" ", "  ").replace("-", "‐")
        if alias.text[-1:].isascii() and alias.text[-1:].isalpha():
            yield from (alias.text + "'s", alias.text + "’s")


def _encoded(entity: Entity) -> Iterator[str]:
    for alias in _spoken(entity):
        text = alias.text
        yield unicodedata.normalize("NFD", text)
        middle = re.search(r"(?<=[^\W\d_]{2})(?=[^\W\d_]{2})", text)
        if middle:
            yield from (text[: middle.start()] + mark + text[middle.start() :] for mark in ("\u00ad", "\u200b"))
        if text.isascii():
            yield "".join(chr(ord(c) + 0xFEE0) if c.isalpha() else c for c in text)


def _romanised(entity: Entity) -> Iterator[str]:
    if entity.type in _ROMANISED_TYPES:
        for alias in _spoken(entity):
            short = len(alias.text.split()) <= 2
            if short and _primary(alias) in _INFLECTING and script_of(alias.text) == "Cyrl":
                yield from (
                    spelling for spelling, ids in _by_schemes(alias.text, _primary(alias)) if ids - _NOT_PROMISED
                )


def _inflected(entity: Entity) -> Iterator[str]:
    for alias in _spoken(entity):
        for case, form in case_forms(alias, entity.type).items():
            if case != "nom":
                yield form


def _titled(entity: Entity) -> Iterator[str]:
    if entity.type == "PERSON":
        for alias in _spoken(entity):
            script = script_of(alias.text)
            lang = "en" if script == "Latn" else _primary(alias) if script == "Cyrl" else ""
            yield from (f"{title} {alias.text}" for title in material()["titles"].get(lang, "").split())


def _initials(entity: Entity) -> Iterator[str]:
    if entity.type not in ("PERSON", "PLACE"):
        for alias in _spoken(entity):
            if _primary(alias) not in _GIVING_ACRONYMS or alias.kind in ("misspelling", "acronym"):
                continue
            words = re.findall(r"[^\W_]+", alias.text)
            letters = "".join(word[0] for word in words).upper()
            simple = all(unit.role != "function" for unit in parse(alias.text).units)
            simple = simple and [unit.role for unit in parse(letters).units] == ["core"]
            if 3 <= len(letters) <= 8 and letters.isalpha() and simple and script_of(letters) in ("Latn", "Cyrl"):
                yield letters


MAKERS: dict[str, Callable[[Entity], Iterator[str]]] = {
    "name": _canonical,
    "alias": _listed,
    "romanisation": _romanised,
    "case": _cased,
    "punctuation": _dressed,
    "unicode": _encoded,
    "inflected": _inflected,
    "title": _titled,
    "acronym": _initials,
}


def _primary(alias: Alias) -> str:
    return (alias.lang or "").split("-")[0]


def case_forms(alias: Alias, entity_type: str) -> dict[str, str]:
    """Case -> form of a native name of a place of one word, or of a person's given name and surname; else empty."""
    lang, words = _primary(alias), alias.text.split()
    if lang not in _INFLECTING or script_of(alias.text) != "Cyrl":
        return {}
    if entity_type == "PLACE" and len(words) == 1:
        return {case: found[0] for case, found in forms(words[0], lang, kind="place").items()}
    if entity_type == "PERSON" and len(words) == 2:
        tables = [forms(word, lang, kind="person") for word in words]
        return {
            case: " ".join(table[case][0] for table in tables)
            for case in ("nom", *_CASES)
            if all(case in t for t in tables)
        }
    return {}


def romanisations(text: str, *, lang: str = "ru", schemes: Collection[str] | None = None) -> st.SearchStrategy[str]:
    """Latin spellings of a native name by the schemes of its language (``lang``: ru, uk or be).

    ``schemes`` narrows them to some of `entitynorm.text.translit.scheme_names`. Raises InvalidArgument for a text
    without Cyrillic letters, an unknown language or scheme, and schemes that are all of other languages.
    """
    if lang not in ("ru", "uk", "be"):
        raise InvalidArgument(f"lang={lang!r}, expected ru, uk or be")
    wanted = None if schemes is None else frozenset(one_of_these(schemes, scheme_names(), "schemes"))
    found = [spelling for spelling, ids in _by_schemes(text, lang) if wanted is None or wanted & ids]
    if not found:
        why = (
            "it holds no Cyrillic letter" if not _by_schemes(text, lang) else f"no scheme asked for is one of {lang!r}"
        )
        raise InvalidArgument(f"text {text!r} has no romanisations: {why}")
    return st.sampled_from(found)


@cache
def _by_schemes(text: str, lang: str) -> tuple[tuple[str, frozenset[str]], ...]:
    return tuple((item.text, frozenset(item.schemes)) for item in all_romanisations(text, lang))


def typos(text: str, *, min_edits: int = 1, max_edits: int = 1) -> st.SearchStrategy[str]:
    """The text with slips of the pen: letters left out, doubled, replaced by another of the text, or swapped.

    The result is between ``min_edits`` and ``max_edits`` edits away (optimal string alignment: a swap of neighbours
    is one edit). Nothing is promised about what a slip resolves to. Raises InvalidArgument for a text too short.
    """
    check_sizes(min_edits, max_edits, names=("min_edits", "max_edits"))
    if len(text) < 2 * max_edits:
        raise InvalidArgument(
            f"text {text!r} is too short for {max_edits} edits; expected {2 * max_edits} characters or more"
        )
    return _typos(text, min_edits, max_edits)


@st.composite
def _typos(draw: Callable[[st.SearchStrategy[Any]], Any], text: str, least: int, most: int) -> str:
    letters = "".join(sorted({c for c in text if c.isalpha()})) or "a"
    slipped = text
    for _ in range(draw(st.integers(least, most))):
        at = draw(st.integers(0, max(0, len(slipped) - 2)))
        how = draw(st.sampled_from(("omit", "double", "swap", "replace")))
        if how == "omit":
            slipped = slipped[:at] + slipped[at + 1 :]
        elif how == "double":
            slipped = slipped[: at + 1] + slipped[at : at + 1] + slipped[at + 1 :]
        elif how == "swap":
            slipped = slipped[:at] + slipped[at : at + 2][::-1] + slipped[at + 2 :]
        else:
            slipped = slipped[:at] + draw(st.sampled_from(letters)) + slipped[at + 1 :]
    assume(least <= OSA.distance(text, slipped) <= most)
    return slipped
