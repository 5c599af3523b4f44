"""Dictionary forms by a morphological dictionary (pymorphy3), beside those that endings allow.

Endings say what a word may come from; no ending shows that «людей» is of «человек». The extra ``entitynorm[morph]``
brings pymorphy3 with its Russian dictionary. The Ukrainian dictionary is under the GPL; it is asked only where the user
has installed it. Nothing here is imported or asked unless a caller wants it, and the answers come on top of those of
`entitynorm.names.inflection`, never in their place. Case forms of names that no dictionary lists are guessed by
pymorphy3 from their endings; those guesses rank behind what it knows.
"""

from __future__ import annotations

from functools import cache, lru_cache
from importlib.util import find_spec
from typing import Any

from entitynorm.errors import InputError
from entitynorm.names.inflection import MOST_LEMMAS
from entitynorm.names.paradigms import Gender, Lemma, fold

DICTIONARIES = {"ru": "pymorphy3_dicts_ru", "uk": "pymorphy3_dicts_uk"}
"""The package that holds the dictionary of each language."""
_GENDERS: dict[str, Gender] = {"masc": "m", "femn": "f", "neut": "n"}
_KNOWN, _GUESSED = 1, 4


def available(lang: str) -> bool:
    """Whether pymorphy3 and its dictionary of the language are installed."""
    return lang in DICTIONARIES and find_spec("pymorphy3") is not None and find_spec(DICTIONARIES[lang]) is not None


@cache
def _analyser(lang: str) -> Any:
    import pymorphy3  # the extra: imported when first asked, and only then

    return pymorphy3.MorphAnalyzer(lang=lang)


def _nominative(parse: Any) -> str:
    if parse.tag.gender in ("femn", "neut"):
        # The Ukrainian dictionary marks the plural alone, the Russian one both numbers.
        wanted = {"nomn"} if parse.tag.number is None else {"nomn", "sing"}
        if own := parse.inflect(wanted):
            return str(own.word)
    return str(parse.normal_form)


@lru_cache(maxsize=65_536)
def extra_lemmas(word: str, lang: str = "ru") -> tuple[Lemma, ...]:
    """The normal forms of all parses of one Cyrillic word, most probable first, those of the dictionary before guesses.

    Each is given once, without the word itself, and called ``morph`` in the place of a paradigm. Where pymorphy3 would
    change the gender («Зеленской» to «зеленский») the nominative of the word's own gender stands instead: she is not
    her husband. Languages without a dictionary, installed or at all, have none; so have words in other scripts.
    Raises InputError where pymorphy3 itself is missing.
    """
    if lang not in DICTIONARIES:
        return ()
    if find_spec("pymorphy3") is None:
        raise InputError(
            "morphology needs pymorphy3, which is not installed; run: pip install 'entitynorm[morph]', or leave it off"
        )
    folded = fold(word)
    if not available(lang) or not any("\u0400" <= letter <= "\u052f" for letter in folded):
        return ()
    found: dict[str, Lemma] = {}
    for parse in sorted(_analyser(lang).parse(folded), key=lambda parse: not parse.is_known):
        text = fold(_nominative(parse))
        if text != folded and text not in found:
            gender = _GENDERS.get(str(parse.tag.gender))
            usual = _KNOWN if parse.is_known else _GUESSED
            found[text] = Lemma(text, lang, "morph", gender, "pl" if "Pltm" in parse.tag else "sg", usual)
    return tuple(found.values())[:MOST_LEMMAS]
