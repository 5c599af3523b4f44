"""Ordinary words: a capital letter alone does not make a name of them.

At the start of a sentence and in headlines every word has a capital. A spelling that is merely near a name (More and
Mori) names nothing there if it is a word of a language that is usually written in lower case. The lists in
``data/ordinary_words`` hold such words, for each language those that are common enough to begin sentences; words that
are given names too are left out. Sources and licence stand in the first lines of each file: word lists of Tesseract
(Apache-2.0), dictionaries of simplemma, stop words of stopwordsiso and, for English, German and Spanish, likelihoods
of spellings of spacy-lookups-data (all MIT), put together by ``learning/list_ordinary_words.py``.
"""

from __future__ import annotations

from functools import cache, lru_cache

from entitynorm.errors import DataError
from entitynorm.resources import data_dir

LANGUAGES = {
    "Latn": ("cs", "de", "en", "es", "fr", "hr", "it", "nl", "pl", "pt", "sl", "sv", "tr"),
    "Cyrl": ("be", "bg", "ru", "sr", "uk"),
}
"""Script, by its ISO 15924 code -> languages with a list, by their ISO 639-1 codes."""
_SCHEMA = "# schema: ordinary-words-1"


@cache
def _lines(script: str) -> dict[str, list[str]]:
    """Two letters -> the words of a script that begin with them, a text for each language, each word between spaces.

    They stay text: as sets of strings they would take six times as much memory, 40 MB after some news.
    """
    lines: dict[str, list[str]] = {}
    for language in LANGUAGES.get(script, ()):
        path = data_dir() / "ordinary_words" / f"{language}.txt"
        try:
            _, schema, rest = path.read_text(encoding="utf-8").partition(_SCHEMA)
        except (OSError, UnicodeError) as error:
            raise DataError(f"{path}: not a readable list of words ({error}); reinstall entitynorm") from error
        if not schema:
            raise DataError(f"{path}: no line {_SCHEMA!r} in it; is the file of another version?")
        for line in rest.splitlines()[2:]:
            lines.setdefault(line[:2], []).append(f" {line} ")
    return lines


@lru_cache(maxsize=4_096)
def _beginning(letters: str, script: str) -> str:
    """The words that begin with these letters, three at most, each between spaces: a list of two letters is long."""
    found = []
    for line in _lines(script).get(letters[:2], ()):
        first, last = line.find(f" {letters}"), line.rfind(f" {letters}")  # they stand together, for lists are sorted
        if first >= 0:
            found.append(line[first : line.index(" ", last + 1) + 1])
    return "".join(found)


@lru_cache(maxsize=16_384)
def is_ordinary(fold: str, script: str) -> bool:
    """Whether a folded word (see `entitynorm.text.folding.fold_text`) is an ordinary one in some language of a script.

    ``script`` is an ISO 15924 code (see `entitynorm.text.tokens.script_of`); no word of a script without lists is
    known to be ordinary. Words of one letter never are. Raises DataError where a list is missing or damaged.

    >>> is_ordinary("however", "Latn"), is_ordinary("однако", "Cyrl"), is_ordinary("mori", "Latn")
    (True, True, False)
    """
    if script == "Cyrl":
        fold = fold.replace("ё", "е")
    return " " not in fold and f" {fold} " in _beginning(fold[:3], script)


@cache
def ordinary_words(script: str) -> frozenset[str]:
    """All ordinary words of a script at once, folded, with ё written as е; empty for a script without lists."""
    return frozenset(" ".join(line for lines in _lines(script).values() for line in lines).split())
