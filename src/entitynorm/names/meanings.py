"""What the lexicon knows of a folded word or phrase, in any of its case forms, whatever stands beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import Any

from entitynorm.names.inflection import LATIN, languages, lemmas
from entitynorm.names.lexicon import Sense, lexicon
from entitynorm.table_cache import kept_words, packaged_table
from entitynorm.text.tokens import script_of

_STEM, _LONGER_STEM = 3, 4
_LEAST_DECLINED = 5
"""Letters of a word in Latin script from which it is read as a case form of a word that the tables list."""
_ARTICLES = ("ال", "لل")
_ROLES = ("function", "type", "title", "country", "concept", "given")


@cache
def _agreement() -> dict[str, list[str]]:
    endings: dict[str, list[str]] = packaged_table("inflection/agreement.yaml", "agreement-1")["endings"]
    return endings


@cache
def _latin_agreement() -> tuple[tuple[str, str, str], ...]:
    """(language, ending, ending of the dictionary form) of adjectives of countries in Latin letters."""
    table = packaged_table("inflection/agreement.yaml", "agreement-1")["latin"]
    return tuple((lang, end, head) for lang, ends in table.items() for end, heads in ends.items() for head in heads)


def forms_of(fold: str) -> tuple[str, ...]:
    """The folded word and its possible dictionary forms; adjectives of Cyrillic are masculine, as tables list them."""
    if len(fold) > 3 and "\u0400" <= fold[0] <= "\u052f":
        return _cyrillic_forms(fold)
    if len(fold) > 3 and "\u0621" <= fold[0] <= "\u064a":
        return _arabic_forms(fold)
    return (fold,)


@lru_cache(maxsize=16_384)
def _cyrillic_forms(fold: str) -> tuple[str, ...]:
    options = dict.fromkeys((fold, *(lemma.text for lemma in lemmas(fold))))
    for option in list(options):
        for ending in _agreement().get(option[-2:], ()):
            options[option[:-2] + ending] = None
    return tuple(options)


def _arabic_forms(fold: str) -> tuple[str, ...]:
    """The word as it stands and without the article, which Arabic writes together with it, alone or behind "to"."""
    bare = next((fold[2:] for article in _ARTICLES if fold.startswith(article) and len(fold) > 4), "")
    return (fold, bare) if bare else (fold,)


@lru_cache(maxsize=16_384)
def meanings_of(fold: str) -> tuple[Sense, ...]:
    """What a folded word can be, as it stands or as a case form."""
    found: dict[tuple[str, str, str], Sense] = {}
    listed = False
    for option in forms_of(fold):
        for sense in lexicon().lookup((option,)):
            # A word listed as it stands needs no dictionary form, but Валерия is Valeria and the genitive of Valery.
            if not listed or sense.slot == "given":
                found.setdefault((sense.slot, sense.id, sense.form), sense)
        listed = listed or bool(found)
    if not found and len(fold) >= _LEAST_DECLINED and fold[:_STEM] in _declined_stems() and script_of(fold) == "Latn":
        # Komisije, parlamentu: a form of a word that a table lists in a language that declines so.
        for lemma in lemmas(fold):
            for sense in lexicon().lookup((lemma.text,)):
                # Adjectives are written small in these languages; with a capital Lotyšska is the country's own name.
                if sense.lang in LATIN and sense.form not in ("adjective", "people"):
                    found.setdefault((sense.slot, sense.id, sense.form), sense)
    if not found and len(fold) >= _LEAST_DECLINED and fold[:_LONGER_STEM] in _adjective_stems():
        for sense in _agreeing(fold):
            found.setdefault((sense.slot, sense.id, sense.form), sense)
    return tuple(found.values())


def leads_on(senses: Sequence[Sense]) -> bool:
    """Whether a small word leads from an institution to whose it is (Ministério da Defesa da Colômbia)."""
    return any(s.slot == "function" and (s.id == "of" or s.form == "article") for s in senses)


def _agreeing(fold: str) -> Iterator[Sense]:
    """Adjectives of countries that a word in Latin letters may be a form of (maliennes, syrischen)."""
    for lang, ending, head in _latin_agreement():
        if fold.endswith(ending) and len(fold) - len(ending) >= _STEM:
            for sense in lexicon().lookup((fold.removesuffix(ending) + head,)):
                if sense.lang == lang and _agrees(sense):
                    yield sense


@cache
def _adjective_stems() -> frozenset[str]:
    """How adjectives of countries in Latin letters begin."""
    return frozenset(kept_words("adjective_stems", _find_adjective_stems))


def _find_adjective_stems() -> list[str]:
    listed = lexicon().senses.items()
    return sorted({word[:_LONGER_STEM] for word, senses in listed if any(map(_agrees, senses))})


def _agrees(sense: Sense) -> bool:
    return sense.slot == "country" and sense.form == "adjective" and sense.lang in _agreeing_languages()


@cache
def _agreeing_languages() -> frozenset[str]:
    return frozenset(lang for lang, _, _ in _latin_agreement())


@cache
def _declined_stems() -> frozenset[str]:
    """How words begin that tables list in a language which declines names in Latin letters: endings change last."""
    return frozenset(kept_words("declined_stems", _find_declined_stems))


def _find_declined_stems() -> list[str]:
    listed = lexicon().senses.items()
    return sorted({word[:_STEM] for word, senses in listed if any(sense.lang in LATIN for sense in senses)})


@lru_cache(maxsize=16_384)
def _is_given(phrase: tuple[str, ...]) -> bool:
    """Whether a phrase is a double given name only: those stay apart, for they are written with or without a hyphen."""
    senses = lexicon().lookup(phrase)
    return bool(senses) and all(s.slot == "given" for s in senses)


@lru_cache(maxsize=16_384)
def _phrases(first: str) -> dict[str, tuple[tuple[str, ...], ...]]:
    """The phrases of the lexicon that begin with a word, by their second word; double given names are left out."""
    out: dict[str, list[tuple[str, ...]]] = {}
    for phrase in lexicon().starts(first):
        if not _is_given(phrase):
            out.setdefault(phrase[1], []).append(phrase)
    return {second: tuple(phrases) for second, phrases in out.items()}


def longest_phrase(folds: Sequence[str]) -> tuple[int, tuple[Sense, ...]]:
    """The longest lexicon phrase of two or more words at the head of ``folds``: its length and senses."""
    best: tuple[int, tuple[Sense, ...]] = (0, ())
    for first in forms_of(folds[0]):
        known = _phrases(first)
        for second in forms_of(folds[1]) if known else ():
            for phrase in known.get(second, ()):
                n = len(phrase)
                if best[0] < n <= len(folds) and all(phrase[i] in forms_of(folds[i]) for i in range(2, n)):
                    best = (n, lexicon().lookup(phrase))
    return best


def _descriptive(type_id: str) -> bool:
    entry = lexicon().type_word(type_id)
    return "PLACE" in entry.applies or bool({"media", "group", "legal"} & set(entry.senses))


def role_of(senses: Sequence[Sense]) -> str:
    """The role of a word or phrase of these senses, "core" for one that no table knows."""
    if not senses:
        return "core"
    slots = {s.slot for s in senses}
    if "concept" in slots and "type" in slots and not any(_descriptive(s.id) for s in senses if s.slot == "type"):
        slots.discard("type")  # forces, bank, party: part of what the thing is, not of how it is introduced
    return next((role for role in _ROLES if role in slots), "core")


@cache
def _regions() -> dict[str, Any]:
    return packaged_table("inflection/regions.yaml", "regions-1")


def region_type() -> str:
    """The id of the type word inside a noun for a province."""
    return str(_regions()["type"])


@lru_cache(maxsize=16_384)
def region_adjective(fold: str) -> str | None:
    """The adjective inside a noun for a province (Херсонщина: херсонська); None for other words."""
    table = _regions()
    for option in forms_of(fold):
        for rule in table["rules"]:
            stem = option.removesuffix(rule["ending"])
            if stem != option and len(stem) >= table["least_stem"]:
                return str(stem + rule["ru" if "uk" not in languages(option) else "uk"])
    return None


@lru_cache(maxsize=16_384)
def compound_form(phrase: str) -> str | None:
    """The word or form of it that is a compound of several ideas (Минобороны); None where none is."""
    compound = lexicon().compound
    return next(filter(compound, forms_of(phrase)), None)


@lru_cache(maxsize=16_384)
def begins_phrase(fold: str) -> bool:
    """Whether some phrase of the lexicon begins with a word."""
    return any(map(lexicon().starts, forms_of(fold)))


@lru_cache(maxsize=16_384)
def pair_begins_phrase(first: str, second: str) -> bool:
    """Whether some phrase of the lexicon begins with two words."""
    seconds = forms_of(second)
    return any(not _phrases(option).keys().isdisjoint(seconds) for option in forms_of(first))
