"""What is kept of the packaged data is what its readers give, and outlasts the process."""

from __future__ import annotations

import dataclasses
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from entitynorm.gazetteer import Gazetteer
from entitynorm.io.yaml_gazetteer import read_yaml
from entitynorm.names import declensions, latin
from entitynorm.names.inflection import LATIN
from entitynorm.names.lexicon import FILES, lexicon
from entitynorm.names.lexicon_reader import read_lexicon
from entitynorm.names.paradigms import Paradigm, language_of, read_table
from entitynorm.packaged import packaged_gazetteer, packaged_index
from entitynorm.resources import PACKAGE, data_dir
from entitynorm.retrieval.index import NameIndex
from entitynorm.text.translit import load_scheme, scheme, scheme_names

LANGUAGES = sorted(path.stem for path in (data_dir() / "inflection").glob("??.yaml"))
TEXT = "The Liberty Corps of Russia entered Hraivoron; Gladkov's Belgorod region, Kozynka and Бахмуті were calm.\n"


@pytest.mark.parametrize("table", ["entries", "senses", "phrases", "compounds", "nears"])
def test_the_lexicon(table: str) -> None:
    ours = getattr(lexicon(), table)
    theirs = getattr(read_lexicon([data_dir() / "lexicon" / name for name in FILES]), table)
    assert list(ours.items()) == list(theirs.items())


@pytest.mark.parametrize("name", scheme_names())
def test_schemes(name: str) -> None:
    assert scheme(name) == load_scheme(data_dir() / "schemes" / f"{name}.yaml")


def fields(paradigm: Paradigm) -> dict[str, object]:
    return {field.name: getattr(paradigm, field.name) for field in dataclasses.fields(paradigm)}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_paradigms(lang: str) -> None:
    ours = declensions.language(lang)
    theirs = language_of(lang, read_table(data_dir() / "inflection" / f"{lang}.yaml"))
    assert [*map(fields, ours.paradigms)] == [*map(fields, theirs.paradigms)]
    assert (ours.foreign, ours.short) == (theirs.foreign, theirs.short)
    assert declensions.foreign_letters(lang) == theirs.foreign


@pytest.mark.parametrize("langs", [LATIN, ("pl",), ("hr", "sl")])
def test_rules_in_latin_letters(langs: tuple[str, ...]) -> None:
    kept = declensions.latin_table(langs)
    made = latin.build(tuple(map(declensions.language, langs)))
    assert (dict(kept.by_ending), dict(kept.by_word), kept.longest) == (made.by_ending, made.by_word, made.longest)


@pytest.mark.parametrize("langs", [("ru",), ("ru", "uk", "be"), ("bg",)])
def test_rules_in_cyrillic(langs: tuple[str, ...]) -> None:
    kept = declensions.cyrillic_table(langs)
    endings, words, longest = declensions._cyrillic_rules(tuple(map(declensions.language, langs)))
    assert {key: [*rules] for key, rules in kept.by_ending.items()} == {key: [*rules] for key, rules in endings.items()}
    assert {key: [*rules] for key, rules in kept.by_word.items()} == {key: [*rules] for key, rules in words.items()}
    assert kept.longest == longest


def test_the_gazetteer_and_the_places_of_its_entities() -> None:
    ours = packaged_gazetteer()
    theirs = Gazetteer.from_entries(read_yaml(data_dir() / "aliases.yaml"))
    assert [*ours.entries()] == [*theirs.entries()]
    assert [*ours] == [*theirs] and ours.redirects == theirs.redirects


def test_the_index() -> None:
    ours, theirs = packaged_index(), NameIndex.of(packaged_gazetteer())
    assert ours.arrays.keys() == theirs.arrays.keys()
    for name, values in theirs.arrays.items():
        assert ours.arrays[name].dtype == values.dtype
        assert np.array_equal(ours.arrays[name], values, equal_nan=values.dtype.kind == "f"), name
    assert [getattr(ours, name) for name in ("entities", "aliases", "terms", "types")] == [
        getattr(theirs, name) for name in ("entities", "aliases", "terms", "types")
    ]


# --- between processes


def run(code: str, cache: Path | str, **environ: str) -> str:
    made = {**os.environ, "ENTITYNORM_CACHE": str(cache), **environ}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=made, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


LINK = f"""
import sys, entitynorm
for mention in entitynorm.link({TEXT!r}).mentions:
    print(mention.start, mention.end, mention.id, mention.score, mention.reason)
"""
LOADED = """
heavy = ("yaml", "unidecode", "pymorphy3", "multiprocessing", "numpy.ma", "entitynorm.names.lexicon_reader",
         "entitynorm.text.scheme_reader", "entitynorm.io.yaml_gazetteer")
print([name for name in heavy if name in sys.modules])
"""


def test_what_was_kept_gives_the_same_answers_and_is_not_made_again(tmp_path: Path) -> None:
    first, second, without = run(LINK, tmp_path), run(LINK + LOADED, tmp_path), run(LINK, "off")
    assert second == f"{first}[]\n" and without == first
    assert first.count("\n") >= 3
    files = {path.name for path in tmp_path.rglob("*.rows")}
    assert {"lexicon.rows", "gazetteer.rows", "index.rows", "schemes.rows"} < files


def test_what_is_indexed_depends_on_no_other_package() -> None:
    """Their versions are not in the signature: what Unidecode reads of other scripts must not be kept."""
    code = "import sys\nfrom entitynorm.packaged import _build\n_build()\n"
    assert run(code + "print({'unidecode', 'pymorphy3'} & {*sys.modules})", "off") == "set()\n"


def test_two_processes_at_once(tmp_path: Path) -> None:
    environ = {**os.environ, "ENTITYNORM_CACHE": str(tmp_path)}
    both = [
        subprocess.Popen([sys.executable, "-c", LINK], stdout=subprocess.PIPE, text=True, env=environ) for _ in range(2)
    ]
    told = [process.communicate(timeout=120)[0] for process in both]
    assert told[0] == told[1] == run(LINK, "off")
    assert [path for path in tmp_path.rglob("*") if path.is_file() and path.suffix != ".rows"] == []
    assert run(LINK + LOADED, tmp_path) == f"{told[0]}[]\n"


def test_an_edit_of_data_or_code_is_seen_by_the_next_process(tmp_path: Path) -> None:
    source, cache = tmp_path / "src" / "entitynorm", tmp_path / "cache"
    shutil.copytree(PACKAGE, source, ignore=shutil.ignore_patterns("__pycache__", "data"))
    shutil.copytree(data_dir(), tmp_path / "data")
    code = f"""
import entitynorm
from entitynorm.names.lexicon import lexicon
assert entitynorm.__file__.startswith({str(tmp_path)!r}), entitynorm.__file__
print(entitynorm.resolve("Zendaville").id, [sense.id for sense in lexicon().lookup(("zendaburg",))])
"""

    def told() -> str:
        return run(code, cache, PYTHONPATH=str(source.parent), PYTHONDONTWRITEBYTECODE="1")

    assert told() == told() == "None []\n"
    with (tmp_path / "data" / "aliases.yaml").open("a", encoding="utf-8") as stream:
        stream.write('\n  - id: "place:zendaville"\n    type: "PLACE"\n    name: "Zendaville"\n')
    assert told() == told() == "place:zendaville []\n"
    file = tmp_path / "data" / "lexicon" / "titles.yaml"
    text = file.read_text(encoding="utf-8").replace(
        "entries:\n", 'entries:\n  - {"id": "zenda", "words": {"en": ["zendabuRg"]}}\n', 1
    )
    file.write_text(text, encoding="utf-8")
    assert told() == "place:zendaville ['zenda']\n"
    code_file = source / "names" / "lexicon.py"
    changed = code_file.read_text(encoding="utf-8").replace(
        "return _plain_key(text.lower())", 'return _plain_key(text.lower().replace("zendaburg", "zenda"))', 1
    )
    code_file.write_text(changed, encoding="utf-8")
    assert told() == "place:zendaville []\n"
