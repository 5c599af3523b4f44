"""Declensions as tables that a word is read by: from the ends of forms to the rules that make them.

`entitynorm.names.paradigms` says what a paradigm is. For each choice of languages its rules become one table, which is
kept between runs (`entitynorm.table_cache`): of thousands of rules a word is read by three.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

from entitynorm.errors import DataError
from entitynorm.names import latin
from entitynorm.names.paradigms import Language, Paradigm, inflect, language_of, order, read_table
from entitynorm.resources import data_dir
from entitynorm.row_store import Decoded, RowStore
from entitynorm.table_cache import stored

Rule = tuple[int, str, tuple[str, ...], Paradigm, str]
"""(order, ending of the lemma, lemma endings refused, paradigm, case)."""


@dataclass(frozen=True, slots=True)
class Table:
    """The rules of some languages in Cyrillic, by the end of the form they read."""

    by_ending: Mapping[str, tuple[Rule, ...]]
    by_word: Mapping[str, tuple[Rule, ...]]
    """Forms of closed lists; the rule's ending is the whole dictionary form."""
    longest: int


# --- languages and their paradigms


@cache
def foreign_letters(lang: str) -> frozenset[str]:
    """Letters that the language does not write."""
    return frozenset(_language_row(lang)[0])


@cache
def language(lang: str) -> Language:
    """The paradigms of a language that ``data/inflection`` has a table of."""
    foreign, short, ids = _language_row(lang)
    paradigms = tuple(_paradigms()[lang, ident] for ident in ids)
    return Language(paradigms, frozenset(foreign), tuple((key, word) for key, word in short))


@cache
def _languages() -> dict[str, RowStore]:
    return stored("inflection", _read_languages)


def _language_row(lang: str) -> tuple[list[str], list[list[str]], list[str]]:
    """Letters that are foreign, short forms, ids of paradigms."""
    row = _languages()["languages"].find(lang)
    if row is None:
        raise DataError(f"inflection/{lang}.yaml: is not there; reinstall entitynorm")
    foreign, short, ids = json.loads(row)
    return foreign, short, ids


@cache
def _paradigms() -> Mapping[tuple[str, str], Paradigm]:
    return Decoded(_languages()["paradigms"], _read_paradigm, " ".join, _two_words)


def _two_words(key: str) -> tuple[str, str]:
    lang, _, ident = key.partition(" ")
    return lang, ident


def _read_languages() -> dict[str, dict[str, str]]:
    languages: dict[str, str] = {}
    paradigms: dict[str, str] = {}
    for path in sorted((data_dir() / "inflection").glob("??.yaml")):
        found = language_of(path.stem, read_table(path))
        ids = [paradigm.id for paradigm in found.paradigms]
        languages[path.stem] = json.dumps([sorted(found.foreign), found.short, ids])
        paradigms |= {f"{path.stem} {paradigm.id}": _paradigm_row(paradigm) for paradigm in found.paradigms}
    return {"languages": languages, "paradigms": paradigms}


def _paradigm_row(paradigm: Paradigm) -> str:
    values = {field.name: getattr(paradigm, field.name) for field in fields(Paradigm)}
    return json.dumps(values | {"sexed": sorted(paradigm.sexed)}, ensure_ascii=False)


def _read_paradigm(row: str) -> Paradigm:
    values = json.loads(row)
    for name in ("stems", "unless", "words"):
        values[name] = tuple(values[name])
    endings = tuple((case, ending, altered) for case, ending, altered in values["endings"])
    return Paradigm(**values | {"endings": endings, "sexed": frozenset(values["sexed"])})


# --- rules


@cache
def cyrillic_table(langs: tuple[str, ...]) -> Table:
    """All rules of some languages in Cyrillic together."""
    return Table(*_kept(langs, lambda: _cyrillic_rules(tuple(map(language, langs)))))


@cache
def latin_table(langs: tuple[str, ...]) -> latin.Table:
    """All rules of some languages in Latin letters together."""

    def build() -> tuple[Any, Any, int]:
        table = latin.build(tuple(map(language, langs)))
        return table.by_ending, table.by_word, table.longest

    return latin.Table(*_kept(langs, build))


def _cyrillic_rules(languages: tuple[Language, ...]) -> tuple[Any, Any, int]:
    endings: dict[str, dict[Rule, None]] = {}
    words: dict[str, dict[Rule, None]] = {}
    paradigms = [(paradigm, one) for one in languages for paradigm in one.paradigms]
    for number, (paradigm, one) in enumerate(paradigms):
        for stem in paradigm.stems:
            if stem.endswith(paradigm.unless):
                continue
            head = stem + paradigm.lemma
            barred = tuple(end for end in paradigm.barred if end.endswith(head))
            for case, form in inflect(paradigm, head):
                if paradigm.oblique and form == head:
                    continue
                endings.setdefault(form, {})[order(paradigm, case, number), head, barred, paradigm, case] = None
        for word in paradigm.words + tuple(word for key, word in one.short if key == paradigm.id):
            for case, form in inflect(paradigm, word):
                words.setdefault(form, {})[order(paradigm, case, number), word, (), paradigm, case] = None
    return endings, words, max(map(len, endings))


def _kept(langs: tuple[str, ...], build: Callable[[], tuple[Any, Any, int]]) -> tuple[Any, Any, int]:
    """Rules by ending and by word, and the longest ending, as ``build`` gives them or as an earlier run kept them."""

    def make() -> dict[str, dict[str, str]]:
        endings, words, longest = build()
        tables = {"endings": endings, "words": words}
        rows = {name: {key: _rules_row(rules) for key, rules in table.items()} for name, table in tables.items()}
        return {**rows, "longest": {"": str(longest)}}

    rows = stored(f"inflection-{'-'.join(langs)}", make)
    tables = (Decoded(rows[name], _read_rules, str, str) for name in ("endings", "words"))
    return (*tables, int(rows["longest"].find("") or 0))  # type: ignore[return-value]


def _rules_row(rules: Any) -> str:
    """Rules as JSON; a paradigm is named by its language and id."""
    return json.dumps(
        [[[part.lang, part.id] if isinstance(part, Paradigm) else part for part in rule] for rule in rules],
        ensure_ascii=False,
    )


def _read_rules(row: str) -> tuple[Any, ...]:
    paradigms = _paradigms()
    # Of both kinds of rules the paradigm and the case stand last, and endings that are refused are the only other list.
    return tuple(
        (
            *(tuple(part) if isinstance(part, list) else part for part in rule[:-2]),
            paradigms[rule[-2][0], rule[-2][1]],
            rule[-1],
        )
        for rule in json.loads(row)
    )
