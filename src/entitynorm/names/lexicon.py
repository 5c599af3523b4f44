"""The lexicon: words that have a role inside names, read from the tables in ``data/lexicon``.

"Oblast", "spokesman", "of", "Russian", "ministry" and "Volodymyr" say what a name is about without being what tells
it from its namesakes. Each table is one *slot* (type, title, function, country, concept, given); each entry is one
idea with its words in several languages. `entitynorm.names.lexicon_reader` reads them; `lexicon` has them as rows that
outlast the process, since most of forty thousand words are never asked for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from entitynorm.resources import data_dir
from entitynorm.row_store import Decoded, RowStore
from entitynorm.table_cache import stored
from entitynorm.text.folding import fold_text

FILES = (
    "type_words.yaml",
    "titles.yaml",
    "function_words.yaml",
    "countries.yaml",
    "concepts.yaml",
    "given_names.yaml",
    "given_names_other.yaml",
    "calendar.yaml",
)
PLACE_SENSES = frozenset(
    {"country", "adm1", "adm2", "adm3", "seat", "settlement", "quarter", "area", "water", "relief", "island"}
)
DEFAULT_WEIGHT = 0.6
"""Identity a concept carries where its entry says nothing; see ``weight`` in the README of the tables."""

_PLAIN = re.compile("[ -~А-яЁёІіЇїЄєҐґЎў]*")
_LATIN = re.compile("[ -~\u00c0-\u024f\u1e00-\u1eff]*")

_NOTHING: Mapping[str, float] = MappingProxyType({})

Phrase = tuple[str, ...]


class Sense(NamedTuple):
    """One thing a word or phrase can be."""

    slot: str
    id: str
    form: str
    """word, abbreviation, noun, adjective, people, short, compound; of a function word its kind."""
    lang: str
    caps: bool = False
    """The table writes it in capitals (US, ООО): in other writing it may be another word (us)."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a table; fields that its slot does not have are empty."""

    slot: str
    id: str
    forms: Mapping[str, Mapping[str, tuple[str, ...]]]
    """Form (see `Sense`) -> language -> words as the table writes them."""
    applies: tuple[str, ...] = ()
    """Entity types a type word may stand beside."""
    senses: tuple[str, ...] = ()
    """What a type word makes of a name (adm1, settlement, media, bridge), the usual sense first."""
    kind: str = ""
    gender: str = ""
    iso: str = ""
    weight: float = DEFAULT_WEIGHT
    near: Mapping[str, float] = field(default_factory=lambda: _NOTHING)


@dataclass(frozen=True, slots=True)
class Compound:
    """A word that names several ideas at once: Минобороны is ministry + defence, ВСУ adds the country."""

    concepts: tuple[str, ...]
    country: str | None = None


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All tables, with look-ups by folded word. Make it with `lexicon`, or from other tables with `read_lexicon`."""

    entries: Mapping[tuple[str, str], Entry]
    """(slot, id) -> entry."""
    senses: Mapping[str, tuple[Sense, ...]]
    """Folded words joined by spaces (see `fold_key`) -> what they can be."""
    phrases: Mapping[str, tuple[Phrase, ...]]
    """First word -> the phrases of two words or more that begin with it, longest first."""
    compounds: Mapping[str, Compound]
    nears: Mapping[tuple[str, str], Mapping[str, float]]
    """(slot, id) -> other id -> how near; both directions."""

    def lookup(self, phrase: Phrase) -> tuple[Sense, ...]:
        """What a phrase of folded words can be; dots are ignored (u.s.)."""
        return self.senses.get(" ".join(phrase).replace(".", ""), ())

    def starts(self, first: str) -> tuple[Phrase, ...]:
        """The phrases of two words or more that begin with a folded word, longest first."""
        return self.phrases.get(first, ())

    def entry(self, slot: str, ident: str) -> Entry:
        """An entry by slot and id; KeyError says which was asked for."""
        return self.entries[slot, ident]

    def type_word(self, ident: str) -> Entry:
        return self.entries["type", ident]

    def country(self, ident: str) -> Entry:
        return self.entries["country", ident]

    def given(self, name: str) -> tuple[str, ...]:
        """The ids of the given-name classes that a word belongs to, short forms last."""
        senses = [s for s in self.senses.get(fold_key(name), ()) if s.slot == "given"]
        return tuple(dict.fromkeys(s.id for s in sorted(senses, key=lambda s: s.form == "short")))

    def near(self, a: str, b: str, slot: str = "concept") -> float:
        """How near two concepts (or given-name classes) are: 1 for the same, 0 for unrelated; symmetric."""
        return 1.0 if a == b else self.nears.get((slot, a), {}).get(b, 0.0)

    def concept_weight(self, ids: Iterable[str]) -> float:
        """How much of a name's identity a word with these concepts carries, from 0 to 1: the heaviest decides."""
        known = [self.entries["concept", i].weight for i in ids if ("concept", i) in self.entries]
        return max(known, default=DEFAULT_WEIGHT)

    def compound(self, phrase: str) -> tuple[str, ...] | None:
        """The concepts in a folded compound word; None where it is none. Its country: `compound_country`."""
        found = self._compound(phrase)
        return found.concepts if found else None

    def compound_country(self, phrase: str) -> str | None:
        """The country that a folded compound word implies (всу: ukraine)."""
        found = self._compound(phrase)
        return found.country if found else None

    def _compound(self, phrase: str) -> Compound | None:
        return self.compounds.get(phrase.replace(".", ""))


@cache
def lexicon() -> Lexicon:
    """The packaged tables, read once; see `entitynorm.table_cache`.

    >>> [(s.slot, s.id) for s in lexicon().lookup(("внутренних", "дел"))]
    [('concept', 'interior')]
    """
    return _from_rows(stored("lexicon", _read_rows))


def _read_rows() -> dict[str, dict[str, str]]:
    from entitynorm.names.lexicon_reader import read_lexicon  # seldom needed

    return _rows(read_lexicon([data_dir() / "lexicon" / name for name in FILES]))


def fold_key(text: str) -> str:
    """The key of a word or phrase: folded words without apostrophes and dots, hyphens as spaces.

    >>> fold_key("Кот-д'Ивуар"), fold_key("U.S.")
    ('кот дивуар', 'us')
    """
    # Folding cluster by cluster would be most of the time of loading. These letters only lose their case, and composed
    # Latin letters without loose marks fold one by one.
    if _PLAIN.fullmatch(text):
        return _plain_key(text.lower())
    return _plain_key(text.translate(_LETTERS) if _LATIN.fullmatch(text) else fold_text(text))


class _Letters(dict[int, str]):
    """Letters as they fold, found out when they are first asked for."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = fold_text(chr(code))
        return folded


_LETTERS = _Letters()


def _plain_key(folded: str) -> str:
    if folded.isalpha():
        return folded
    return folded.replace("'", "").replace('"', "").replace(".", "").replace("-", " ").replace("/", " ")


# --- between processes: tables as rows of text


def _rows(tables: Lexicon) -> dict[str, dict[str, str]]:
    """A lexicon as rows that `_from_rows` makes the same lexicon of."""
    return {
        "entries": {_two_words(key): _entry_row(entry) for key, entry in tables.entries.items()},
        "senses": {
            key: "\n".join("\t".join((*sense[:-1], "caps" if sense.caps else "")) for sense in senses)
            for key, senses in tables.senses.items()
        },
        "phrases": {first: "\n".join(map(" ".join, phrases)) for first, phrases in tables.phrases.items()},
        "compounds": {
            key: json.dumps([compound.concepts, compound.country]) for key, compound in tables.compounds.items()
        },
        "nears": {_two_words(key): json.dumps(near) for key, near in tables.nears.items()},
    }


def _from_rows(tables: Mapping[str, RowStore]) -> Lexicon:
    return Lexicon(
        entries=Decoded(tables["entries"], _read_entry, _two_words, _read_two_words),
        senses=Decoded(tables["senses"], _read_senses, str, str),
        phrases=Decoded(tables["phrases"], _read_phrases, str, str),
        compounds=Decoded(tables["compounds"], _read_compound, str, str),
        nears=Decoded(tables["nears"], json.loads, _two_words, _read_two_words),
    )


def _two_words(key: tuple[str, str]) -> str:
    return " ".join(key)


def _read_two_words(text: str) -> tuple[str, str]:
    slot, _, ident = text.partition(" ")
    return slot, ident


def _entry_row(entry: Entry) -> str:
    values = {field.name: getattr(entry, field.name) for field in fields(Entry)}
    return json.dumps(values | {"near": dict(entry.near)}, ensure_ascii=False)


def _read_entry(row: str) -> Entry:
    values = json.loads(row)
    for name in ("applies", "senses"):
        values[name] = tuple(values[name])
    for languages in values["forms"].values():
        for lang, words in languages.items():
            languages[lang] = tuple(words)
    return Entry(**values)


def _read_senses(row: str) -> tuple[Sense, ...]:
    parts = (line.split("\t") for line in row.split("\n"))
    return tuple(Sense(slot, ident, form, lang, bool(caps)) for slot, ident, form, lang, caps in parts)


def _read_phrases(row: str) -> tuple[Phrase, ...]:
    return tuple(tuple(phrase.split(" ")) for phrase in row.split("\n"))


def _read_compound(row: str) -> Compound:
    concepts, country = json.loads(row)
    return Compound(tuple(concepts), country)
