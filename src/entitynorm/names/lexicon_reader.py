"""The reader of the tables in ``data/lexicon``: strict, and every complaint names file, line and entry.

The tables are YAML whose entries are JSON objects, one a line (see ``data/lexicon/README.md``): the standard JSON
reader takes them in a hundredth of the time a YAML reader needs, and every complaint can name its line.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from entitynorm.errors import DataError
from entitynorm.names.lexicon import PLACE_SENSES, Compound, Entry, Lexicon, Phrase, Sense, fold_key
from entitynorm.text.terms import parted
from entitynorm.text.tokens import pieces

SCHEMA = "lexicon-1"
APPLIES = frozenset({"PLACE", "ORG", "FACILITY", "PERSON", "PRODUCT", "EVENT"})
KINDS = frozenset({"article", "preposition", "conjunction", "particle", "adverb"})
GENDERS = frozenset({"m", "f", "u"})

_FORMS: Mapping[str, Mapping[str, str]] = {
    "type": {"words": "word", "abbr": "abbreviation"},
    "title": {"words": "word", "abbr": "abbreviation"},
    "function": {"words": "word"},
    "country": {"nouns": "noun", "adjectives": "adjective", "people": "people"},
    "concept": {"words": "word"},
    "given": {"words": "word", "short": "short"},
    "calendar": {"words": "word"},
}
_OTHER_KEYS: Mapping[str, frozenset[str]] = {
    "type": frozenset({"applies", "sense"}),
    "title": frozenset({"gender"}),
    "function": frozenset({"kind"}),
    "country": frozenset({"iso"}),
    "concept": frozenset({"near", "weight"}),
    "given": frozenset({"gender", "near"}),
    "calendar": frozenset(),
}
_NEEDED: Mapping[str, frozenset[str]] = {
    "type": frozenset({"applies", "sense"}),
    "function": frozenset({"kind"}),
    "given": frozenset({"gender"}),
}
# Sasha is short for Alexander and Alexandra, Congolese are the people of two countries: these forms may be shared.
_SHARED_FORMS = frozenset({"short", "adjective", "people"})
_HEAD_LINE = re.compile(r'(schema|slot|source): "([^"\\]*)"')
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_USUAL_LANGS = frozenset({"en", "ru", "uk", "be", "de", "fr", "pl", "es"})
_LANG = re.compile(r"[a-z]{2,3}(?:-Latn)?")
_ISO = re.compile(r"[A-Z]{2}")


def read_lexicon(paths: Iterable[Path]) -> Lexicon:
    """Read tables strictly; DataError names file, line and entry."""
    index = _Index()
    for path in paths:
        _read_table(path, index)
    return index.finish()


class _Index:
    """What reading collects; `finish` checks the references between entries."""

    def __init__(self) -> None:
        self.entries: dict[tuple[str, str], Entry] = {}
        self.where: dict[tuple[str, str], str] = {}
        self.senses: dict[str, tuple[Sense, ...]] = {}
        self.owners: dict[tuple[str, str, str], tuple[dict[str, str], dict[str, str]]] = {}
        self.compounds: dict[str, Compound] = {}
        self.compound_places: list[tuple[str, str, Compound]] = []
        self.compound_words: set[tuple[str, str]] = set()

    def finish(self) -> Lexicon:
        nears = self._nears()
        for place, word, compound in self.compound_places:
            asked = [("concept", c) for c in compound.concepts]
            asked += [("country", compound.country)] if compound.country else []
            for slot, ident in asked:
                if (slot, ident) not in self.entries:
                    raise DataError(f"{place}: {word}: no {slot} has the id {ident!r}; add the {slot} or mend the id")
        phrases: dict[str, list[Phrase]] = {}
        for key in dict.fromkeys((*self.senses, *self.compounds)):
            if " " in key:
                phrase = tuple(key.split(" "))
                phrases.setdefault(phrase[0], []).append(phrase)
        return Lexicon(
            entries=MappingProxyType(self.entries),
            senses=MappingProxyType(self.senses),
            phrases=MappingProxyType({w: tuple(sorted(p, key=lambda x: (-len(x), x))) for w, p in phrases.items()}),
            compounds=MappingProxyType(self.compounds),
            nears=MappingProxyType(nears),
        )

    def _nears(self) -> dict[tuple[str, str], dict[str, float]]:
        out: dict[tuple[str, str], dict[str, float]] = {}
        for (slot, ident), entry in self.entries.items():
            for other, value in entry.near.items():
                place = f"{self.where[slot, ident]}: {ident}"
                if (slot, other) not in self.entries or other == ident:
                    raise DataError(f"{place}: near {other!r} is no other {slot}; add the entry or mend the id")
                said = self.entries[slot, other].near.get(ident, value)
                if said != value:
                    raise DataError(f"{place}: near {other} is {value} here but {said} there; say it once")
                out.setdefault((slot, ident), {})[other] = value
                out.setdefault((slot, other), {})[ident] = value
        return out


def _read_table(path: Path, index: _Index) -> None:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeError) as error:
        raise DataError(f"{path}: cannot be read as UTF-8 text ({error}); restore the file") from error
    all_nfc = unicodedata.is_normalized("NFC", text)
    head: dict[str, str] = {}
    section = "head"
    for number, line in enumerate(text.splitlines(), start=1):
        place = f"{path.name}:{number}"
        if not line.strip() or line.startswith("#"):
            continue
        if not all_nfc and not unicodedata.is_normalized("NFC", line):
            raise DataError(f"{place}: text is not in Unicode form NFC; store it composed")
        if line in ("entries:", "compounds:"):
            section = line[:-1]
            _check_head(place, head, section)
            continue
        if section == "head":
            match = _HEAD_LINE.fullmatch(line)
            if not match or match[1] in head:
                raise DataError(f"{place}: expected schema, slot and source, each once and quoted, got {line[:60]!r}")
            head[match[1]] = match[2]
            continue
        record = _record(place, line)
        if section == "entries":
            _add_entry(place, head["slot"], record, index)
        else:
            _add_compound(place, record, index)
    if section == "head":
        raise DataError(f"{path.name}: no entries; expected a line 'entries:' and an entry a line below it")


def _check_head(place: str, head: Mapping[str, str], section: str) -> None:
    if set(head) != {"schema", "slot", "source"} or head["schema"] != SCHEMA:
        raise DataError(f'{place}: expected schema "{SCHEMA}", slot and source above {section}, got {dict(head)}')
    if head["slot"] not in _FORMS:
        raise DataError(f"{place}: unknown slot {head['slot']!r}; expected one of {', '.join(_FORMS)}")
    if section == "compounds" and head["slot"] != "concept":
        raise DataError(f"{place}: compounds belong in the concept table, not under {head['slot']!r}; move them there")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out = dict(pairs)
    if len(out) != len(pairs):
        raise ValueError(f"a key stands twice in {[key for key, _ in pairs]}")
    return out


_DECODER = json.JSONDecoder(object_pairs_hook=_once)


def _record(place: str, line: str) -> dict[str, Any]:
    if not line.startswith("  - {"):
        raise DataError(f"{place}: expected an entry '  - {{...}}' on one line, got {line[:60]!r}")
    try:
        record, end = _DECODER.raw_decode(line, 4)
    except ValueError as error:
        raise DataError(f"{place}: not JSON ({error}); write the entry as '  - {{...}}' on one line") from error
    if end != len(line) or not isinstance(record, dict):
        raise DataError(f"{place}: more than an entry on the line: {line[end:][:60]!r}; give it a line of its own")
    return record


def _add_entry(place: str, slot: str, record: dict[str, Any], index: _Index) -> None:
    ident = record.get("id")
    if not isinstance(ident, str) or not _ID.fullmatch(ident):
        raise DataError(f"{place}: id {ident!r}: expected lower-case ASCII words joined by hyphens")
    where = f"{place}: {ident}"
    forms = _FORMS[slot]
    unknown = record.keys() - forms.keys() - _OTHER_KEYS[slot] - {"id"}
    missing = _NEEDED.get(slot, frozenset()) - record.keys()
    if unknown or missing:
        known = sorted({"id", *forms, *_OTHER_KEYS[slot]})
        fault = f"unknown key {min(unknown)!r}" if unknown else f"no key {min(missing)!r}"
        raise DataError(f"{where}: {fault}; a {slot} entry has {', '.join(known)}")
    if (slot, ident) in index.entries:
        raise DataError(f"{where}: the id stands already at {index.where[slot, ident]}; merge the two or rename one")
    read = {form: _words(where, key, record[key]) for key, form in forms.items() if key in record}
    if not read:
        raise DataError(f"{where}: no words; give at least one under {' or '.join(forms)}")
    entry = Entry(
        slot=slot,
        id=ident,
        forms=read,
        **{name: read_value(where, key, record[key]) for key, (name, read_value) in _VALUES.items() if key in record},
    )
    if entry.applies == ("PLACE",) and not PLACE_SENSES.issuperset(entry.senses):
        raise DataError(f"{where}: sense {entry.senses} of a place; expected out of {', '.join(sorted(PLACE_SENSES))}")
    index.entries[slot, ident] = entry
    index.where[slot, ident] = place
    _add_words(where, entry, index)


def _words(where: str, key: str, value: object) -> dict[str, tuple[str, ...]]:
    if not isinstance(value, dict) or not value:
        raise DataError(f"{where}: {key} is {value!r}; expected languages, each with a list of words")
    out: dict[str, tuple[str, ...]] = {}
    for lang, words in value.items():
        if lang not in _USUAL_LANGS and not _LANG.fullmatch(lang):
            raise DataError(f"{where}: {key}: language {lang!r}; expected a code such as ru, uk or ru-Latn")
        if not isinstance(words, list) or not words:
            raise DataError(f"{where}: {key}: {lang}: {words!r}; expected a list of words")
        for word in words:
            if not isinstance(word, str) or not word or word != word.strip() or "  " in word:
                raise DataError(f"{where}: {key}: {lang}: {word!r}; expected a string without needless spaces")
        out[lang] = tuple(words)
    return out


def _several(where: str, key: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or not all(isinstance(v, str) and v for v in value):
        raise DataError(f"{where}: {key} is {value!r}; expected a list of names")
    return tuple(value)


def _applies(where: str, key: str, value: object) -> tuple[str, ...]:
    types = _several(where, key, value)
    if not APPLIES.issuperset(types):
        raise DataError(f"{where}: {key} is {value!r}; expected out of {', '.join(sorted(APPLIES))}")
    return types


def _choice(where: str, key: str, value: object) -> str:
    allowed = KINDS if key == "kind" else GENDERS
    if not isinstance(value, str) or value not in allowed:
        raise DataError(f"{where}: {key} is {value!r}; expected one of {', '.join(sorted(allowed))}")
    return value


def _iso(where: str, key: str, value: object) -> str:
    if not isinstance(value, str) or not _ISO.fullmatch(value):
        raise DataError(f"{where}: {key} is {value!r}; expected two capitals, or no key where there is no code")
    return value


def _share(where: str, key: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 1:
        raise DataError(f"{where}: {key} is {value!r}; expected a number above 0, at most 1")
    return float(value)


def _near(where: str, key: str, value: object) -> dict[str, float]:
    if not isinstance(value, dict):
        raise DataError(f"{where}: {key} is {value!r}; expected ids, each with a number above 0, at most 1")
    return {other: _share(where, f"{key} {other}", share) for other, share in value.items()}


_VALUES: Mapping[str, tuple[str, Callable[[str, str, object], Any]]] = {
    "applies": ("applies", _applies),
    "sense": ("senses", _several),
    "kind": ("kind", _choice),
    "gender": ("gender", _choice),
    "iso": ("iso", _iso),
    "weight": ("weight", _share),
    "near": ("near", _near),
}
"""Key of an entry -> field of `Entry` and how it is read."""


def _keys(word: str) -> list[str]:
    """The keys a word is found by: as it is, with е for ё, and cut at inner capitals as running text is."""
    key = fold_key(word)
    keys = [key]
    if "ё" in key:
        keys.append(key.replace("ё", "е"))
    if (apart := parted(word)) != word:
        keys.append(fold_key(apart))
    if not (word[1:].islower() or word.isupper() or " " in key):
        cuts = pieces(word)
        if len(cuts) > 1:
            keys.append(" ".join(fold_key(word[a:b]) for a, b in cuts))
    return keys


def _add_words(where: str, entry: Entry, index: _Index) -> None:
    known, slot, ident = index.senses, entry.slot, entry.id
    for form, languages in entry.forms.items():
        shared = form in _SHARED_FORMS
        shown = entry.kind or form
        for lang, words in languages.items():
            group = (slot, form if shared else "", lang)
            plain, capitals = index.owners.setdefault(group, ({}, {}))
            sense = Sense(slot, ident, shown, lang)
            for word in words:
                caps = word.isupper() and len(word) > 1
                owners = capitals if caps else plain
                said = (Sense(slot, ident, shown, lang, True),) if caps else (sense,)
                for key in (word,) if word.isascii() and word.isalpha() and word.islower() else _keys(word):
                    owner = owners.get(key)
                    if owner is not None and (owner == ident or not shared):
                        raise DataError(f"{where}: {lang}: {word!r} is already a word of {owner}; keep it in one place")
                    owners[key] = ident
                    before = known.get(key)
                    known[key] = before + said if before else said


def _add_compound(place: str, record: dict[str, Any], index: _Index) -> None:
    word, lang, parts = (record.get(key) for key in ("word", "lang", "concepts"))
    if record.keys() != {"word", "lang", "concepts"} or not isinstance(word, str) or not word:
        raise DataError(f"{place}: compound {word!r} has {sorted(record)}; expected word, lang and concepts")
    if not isinstance(lang, str) or not _LANG.fullmatch(lang):
        raise DataError(f"{place}: {word}: language {lang!r}; expected a code such as ru, uk or ru-Latn")
    ids = _several(f"{place}: {word}", "concepts", parts)
    countries = [i.removeprefix("country:") for i in ids if i.startswith("country:")]
    concepts = tuple(i for i in ids if not i.startswith("country:"))
    if not concepts or len(countries) > 1:
        raise DataError(f"{place}: {word}: concepts {ids!r}; expected one concept or more and at most one country")
    compound = Compound(concepts, countries[0] if countries else None)
    for key in _keys(word):
        if (lang, key) in index.compound_words:
            raise DataError(f"{place}: {word!r} is already a compound in {lang}; keep one")
        index.compound_words.add((lang, key))
        index.compounds.setdefault(key, compound)
    index.compound_places.append((place, word, compound))
