"""List the ordinary words of data/ordinary_words: words that a capital letter does not make a name.

    python learning/list_ordinary_words.py TESSDATA -o data/ordinary_words

TESSDATA is a folder of Tesseract's trained data (``apt-get install tesseract-ocr-all``); ``combine_tessdata`` and
``dawg2wordlist`` read the words that each language was seen to use out of it, spelled as they were seen. Besides, the
script needs ``pip install simplemma spacy-lookups-data stopwordsiso``. A word is taken where

- it was seen both in lower case and with a capital, so that it is common enough to begin a sentence;
- the dictionary of its language has it in lower case, or the list of its stop words has it; where there is none
  (Belarusian), or where it has very many forms (Turkish, Dutch), the word was seen in capitals as well;
- no name says otherwise: the dictionary has no capitalised word of that spelling, other languages know no name of it,
  and neither the given names and countries of the lexicon nor ``data/name_frequencies.tsv`` do. Where it is known how
  often a word was written in either way (English, German, Spanish), that decides about words and rarer surnames.

German nouns are written with capitals always; those with another form than that with an s are taken, since names have
none.
"""

from __future__ import annotations

import argparse
import gzip
import json
import shutil
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path
from typing import Any

from entitynorm.io.files import atomic_write
from entitynorm.names.lexicon import lexicon
from entitynorm.resources import data_dir
from entitynorm.text.folding import fold_text


@dataclass(frozen=True, slots=True)
class Language:
    """Where the words of one language come from."""

    seen: str
    """Name of the trained data of Tesseract."""
    dictionary: str | None
    """Name of the dictionary of simplemma."""
    written: str | None = None
    """Name of spaCy's table of how likely each spelling is."""
    in_capitals: bool = False
    """Whether a word has to have been seen in capitals too: where no dictionary vouches for it, or there are many."""


LANGUAGES = {
    "be": Language("bel", None, in_capitals=True),
    "bg": Language("bul", "bg"),
    "cs": Language("ces", "cs"),
    "de": Language("deu", "de", "de"),
    "en": Language("eng", "en", "en"),
    "es": Language("spa", "es", "es"),
    "fr": Language("fra", "fr"),
    "hr": Language("hrv", "hbs"),
    "it": Language("ita", "it"),
    "nl": Language("nld", "nl", in_capitals=True),
    "pl": Language("pol", "pl"),
    "pt": Language("por", "pt"),
    "ru": Language("rus", "ru"),
    "sl": Language("slv", "sl"),
    "sr": Language("srp", "hbs"),
    "sv": Language("swe", "sv"),
    "tr": Language("tur", "tr", in_capitals=True),
    "uk": Language("ukr", "uk"),
}
KNOW_NAMES = ("bg", "cs", "en", "hr", "ru", "sl", "sv", "uk")
"""Languages whose dictionaries keep names apart by their capitals (German ones do not, Turkish ones have none)."""
NAME_ELSEWHERE = 2
"""So many of these dictionaries make a word a name."""
SURNAMES_WITH_DICTIONARY = "pl"
"""The Polish dictionary has every surname in every case: only their base form speaks against a word."""
MOSTLY, OFTENER, SELDOM = 1.5, 0.5, -0.5
"""Logarithms of how much oftener a word has to be written in lower case than with a capital to be ordinary: although it
is a common surname, although the dictionary has a name of its spelling, and at all."""
OPENERS = frozenset({"additionally", "furthermore", "hello", "hey", "lastly", "meanwhile", "secondly", "thirdly"})
"""English words that begin sentences, so that they are written with a capital mostly, as stop words may be."""
NAME_ABROAD = -1.0
"""The same, of a word that other languages write as a name."""
UNSEEN = -20.0
MOST_NOUNS = 20_000
POSSESSIVE = ("ов", "ев", "ёв", "енко")
"""Endings of surnames; genitive plurals that have them begin few sentences (песков, волков)."""
TWO_LETTERS = 2
Dictionary = Mapping[str, str]


# ------------------------------------------------------------------------------------------------- the sources


def seen_words(tessdata: Path, name: str) -> set[str]:
    """The words of one language as they were seen, capitals and all."""
    with tempfile.TemporaryDirectory() as folder:
        parts = Path(folder) / "parts."
        commands = (
            ("combine_tessdata", "-u", str(tessdata / f"{name}.traineddata"), str(parts)),
            ("dawg2wordlist", f"{parts}lstm-unicharset", f"{parts}lstm-word-dawg", f"{parts}words"),
        )
        for command in commands:
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return set(Path(f"{parts}words").read_text(encoding="utf-8").splitlines())


@cache
def dictionary(name: str) -> Dictionary:
    """Form -> dictionary form, names in capitals."""
    factory = import_module("simplemma.strategies.dictionaries.dictionary_factory").DefaultDictionaryFactory()
    return {_text(form): _text(lemma) for form, lemma in factory.get_dictionary(name).items()}


def _text(entry: Any) -> str:
    return entry.decode("utf-8") if isinstance(entry, bytes) else str(entry)


def stop_words(code: str) -> frozenset[str]:
    """The commonest words of a language; none where nobody listed them."""
    package = import_module("stopwordsiso")
    return frozenset(package.stopwords(code)) if package.has_lang(code) else frozenset()


@cache
def likelihoods(name: str) -> dict[str, float]:
    """Spelling -> logarithm of how likely it is, from spaCy's tables."""
    spec = find_spec("spacy_lookups_data")
    assert spec is not None and spec.origin is not None
    path = Path(spec.origin).parent / "data" / f"{name}_lexeme_prob.json.gz"
    found: dict[str, float] = json.loads(gzip.decompress(path.read_bytes()))
    return found


@cache
def known_names() -> frozenset[str]:
    """Folded words that are no ordinary ones whatever else they are: given names and countries of the lexicon."""
    return frozenset(
        part
        for word, senses in lexicon().senses.items()
        if any(s.slot == "given" or (s.slot == "country" and s.form in ("noun", "short")) for s in senses)
        for part in (word, word.replace(" ", ""))
    )


@cache
def common_names() -> frozenset[str]:
    """Folded words of the names that many people have."""
    lines = (data_dir() / "name_frequencies.tsv").read_text(encoding="utf-8").splitlines()
    return frozenset(line.partition("\t")[0] for line in lines if not line.startswith("#"))


@cache
def names_elsewhere() -> frozenset[str]:
    """Words, in lower case, that several dictionaries have as names alone."""
    votes: Counter[str] = Counter()
    for name in sorted({LANGUAGES[code].dictionary or "" for code in KNOW_NAMES}):
        forms = dictionary(name)
        votes.update(form.lower() for form in forms if form[:1].isupper() and form.lower() not in forms)
    return frozenset(word for word, count in votes.items() if count >= NAME_ELSEWHERE)


# ------------------------------------------------------------------------------------------------- the choice


def is_plain(word: str) -> bool:
    """Whether a word is of lower-case letters, with apostrophes inside at most."""
    letters = word.replace("'", "")
    inside = not word.startswith("'") and not word.endswith("'")
    return len(letters) >= TWO_LETTERS and letters.isalpha() and word == word.lower() and inside


def is_name_there(word: str, forms: Dictionary, code: str) -> bool:
    """Whether the dictionary of the language has a capitalised word of this spelling that is a name."""
    capital = word.capitalize()
    lemma = forms.get(capital, "")
    if code in SURNAMES_WITH_DICTIONARY:
        return lemma == capital
    return lemma[:1].isupper()


def ordinary(code: str, seen: Collection[str]) -> set[str]:
    """The ordinary words of a language, not folded yet."""
    language = LANGUAGES[code]
    chosen = {word for word in seen if is_plain(word) and word.capitalize() in seen}
    if language.in_capitals:
        chosen = {word for word in chosen if word.upper() in seen}
    written = likelihoods(language.written) if language.written else {}
    common = OPENERS | stop_words(code)
    if language.dictionary:
        forms = dictionary(language.dictionary)
        if code == "de":
            chosen |= {word for word in seen if is_plain(word) and leaning(word, written) > 0}
            chosen = {word for word in chosen if word in forms or word in common}
        else:
            chosen = {
                word
                for word in chosen
                if word in common
                or (word in forms and (not is_name_there(word, forms, code) or leaning(word, written) > OFTENER))
            }
    return {word for word in chosen if not is_name(word, written, common)}


def leaning(word: str, written: Mapping[str, float]) -> float:
    """Logarithm of how much oftener a word is written in lower case than with a capital; 0 where it is not known."""
    capital = word.capitalize()
    if word not in written and capital not in written:
        return 0.0
    return written.get(word, UNSEEN) - written.get(capital, UNSEEN)


def is_name(word: str, written: Mapping[str, float], common: Collection[str]) -> bool:
    """Whether a word is to be taken for a name; ``common``: words whose capitals come from beginning sentences."""
    fold = fold_text(word)
    if fold in known_names() or fold.endswith(POSSESSIVE):
        return True
    often = leaning(word, written)
    if fold in common_names() or word in names_elsewhere():
        return often < MOSTLY
    return (often < SELDOM and word not in common) or (not written and is_name_abroad(word))


def is_name_abroad(word: str) -> bool:
    """Whether both English and Spanish texts, where they have the word, have it as a name."""
    return all(
        word.capitalize() in some and leaning(word, some) < NAME_ABROAD for some in map(likelihoods, ("en", "es"))
    )


def german_nouns() -> set[str]:
    """Nouns of German in lower case: those with a form that names never have, and the likeliest of them."""
    forms, written = dictionary("de"), likelihoods("de")
    of_lemma: dict[str, set[str]] = defaultdict(set)
    for form, lemma in forms.items():
        if lemma[:1].isupper() and form[:1].isupper():
            of_lemma[lemma].add(form)
    nouns = {
        form.lower()
        for lemma, some in of_lemma.items()
        if some - {lemma, f"{lemma}s"}
        for form in some
        if form in written and form == form.capitalize() and is_plain(form.lower())
    }
    ranked = sorted(nouns, key=lambda noun: (-written[noun.capitalize()], noun))[:MOST_NOUNS]
    return {
        noun
        for noun in ranked
        if fold_text(noun) not in known_names() | common_names() and noun not in names_elsewhere()
    }


# --------------------------------------------------------------------------------------------------- the files

HEADER = """\
# Ordinary words of the language "{code}", folded, ё as е; a line holds the words that begin with the same two letters.
# Source: which words are written both in lower case and with a capital, by the word lists of Tesseract's trained data
# ({seen}.traineddata of tessdata_fast 4.1.0, Apache-2.0){others}; names left out.
# Made on {date} by learning/list_ordinary_words.py. Licence: Apache-2.0.
# schema: ordinary-words-1
# words: {count}
"""


def to_text(code: str, words: Iterable[str], date: str) -> str:
    """The file of a language."""
    folds = (fold_text(word).replace("ё", "е") for word in words)
    folded = sorted({fold for fold in folds if is_plain(fold) and fold not in known_names()})
    language = LANGUAGES[code]
    others = ""
    if language.dictionary:
        others += f", the dictionary of simplemma {version('simplemma')} (MIT)"
        others += f",\n# the stop words of stopwordsiso {version('stopwordsiso')} (MIT)"
    if language.written:
        others += f", the likelihoods of spellings of spacy-lookups-data {version('spacy-lookups-data')} (MIT)"
    header = HEADER.format(code=code, seen=language.seen, others=others, date=date, count=len(folded))
    lines = (" ".join(some) + "\n" for _, some in groupby(folded, key=lambda word: word[:TWO_LETTERS]))
    return header + "".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the sources, choose, write one file a language."""
    parser = argparse.ArgumentParser(description="List the ordinary words of data/ordinary_words.")
    parser.add_argument("tessdata", type=Path, metavar="TESSDATA", help="folder of Tesseract's *.traineddata")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FOLDER", help="where to write the files")
    parser.add_argument("--languages", nargs="+", choices=LANGUAGES, default=list(LANGUAGES), metavar="CODE")
    parser.add_argument(
        "--date", default=datetime.now(UTC).date().isoformat(), help="what the files say (default: today)"
    )
    options = parser.parse_args(arguments)
    missing = [tool for tool in ("combine_tessdata", "dawg2wordlist") if shutil.which(tool) is None]
    if missing:
        parser.error(f"{missing[0]} is not installed; it comes with tesseract-ocr")
    for code in options.languages:
        if not (options.tessdata / f"{LANGUAGES[code].seen}.traineddata").is_file():
            parser.error(f"{options.tessdata} holds no {LANGUAGES[code].seen}.traineddata")
    options.output.mkdir(parents=True, exist_ok=True)
    for code in options.languages:
        words = ordinary(code, seen_words(options.tessdata, LANGUAGES[code].seen))
        if code == "de":
            words |= german_nouns()
        atomic_write(options.output / f"{code}.txt", to_text(code, words, options.date))
        print(f"{code}: {len(words):,} words", file=sys.stderr)


if __name__ == "__main__":
    main()
