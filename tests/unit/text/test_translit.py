"""Schemes: every sample of every file, the laws that hold for all of them, and what a broken file is told."""

from __future__ import annotations

import re
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from entitynorm.errors import DataError
from entitynorm.resources import data_dir
from entitynorm.text.translit import (
    LIMIT,
    Romanisation,
    latinise,
    load_scheme,
    romanisations,
    scheme,
    scheme_names,
    transliterate,
)

FILES = sorted((data_dir() / "schemes").glob("*.yaml"))
BGN = "bgnpcgn-rus-Cyrl-Latn-1947"
RU = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
UK = "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя"

schemes = st.sampled_from([path.stem for path in FILES])
words = st.text(alphabet=sorted(set(RU + UK)), min_size=2, max_size=8)
texts = st.lists(words, min_size=1, max_size=3).map(" ".join)


def samples() -> list[tuple[str, str, list[str]]]:
    found = []
    for path in FILES:
        for native, latin in yaml.safe_load(path.read_text(encoding="utf-8"))["samples"]:
            found.append((path.stem, native, [latin] if isinstance(latin, str) else latin))
    return found


def spellings(text: str, lang: str | None = None) -> set[str]:
    return {item.text for item in romanisations(text, lang)}


# ------------------------------------------------------------------------------------------------ samples and files


@pytest.mark.parametrize(("name", "native", "expected"), samples(), ids=lambda value: str(value))
def test_sample(name: str, native: str, expected: list[str]) -> None:
    assert transliterate(native, name) == expected[0]
    ours = {item.text for item in romanisations(native, scheme(name).lang, limit=1000) if name in item.schemes}
    assert set(expected) <= ours


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_packaged_file(path: Path) -> None:
    item = load_scheme(path)
    assert item.id == path.stem
    alphabet = {"ru": RU, "uk": UK}.get(item.lang, "")
    assert set(alphabet) <= item.mapping.keys()
    assert item.notes and item.source["title"]


def test_every_scheme_of_the_reference_page_exists() -> None:
    page = Path(__file__).parents[3] / "docs" / "reference" / "schemes.md"
    rows = re.findall(r"^\| `([^`]+)` \| ([^|]+) \| (\d{4}) \| ([^|]+) \|", page.read_text(encoding="utf-8"), re.M)
    told = [(name, authority.strip(), int(year), title.strip()) for name, authority, year, title in rows]
    assert told == [(s.id, s.authority, s.year, s.source["title"]) for s in map(scheme, scheme_names())]


# ------------------------------------------------------------------------------------------------ behaviour


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("Щука", BGN, "Shchuka"),
        ("ЩУКА", BGN, "SHCHUKA"),
        ("щука", BGN, "shchuka"),
        ("Я И ЩУКА", BGN, "YA I SHCHUKA"),
        ("Ю. Щ. Жуков", BGN, "Yu. Shch. Zhukov"),
        ("ФСБшный", BGN, "FSBshnyy"),
        ("МакЩедрин", BGN, "MakShchedrin"),
        ("Ростов-на-Дону / Telegram №5", BGN, "Rostov-na-Donu / Telegram №5"),
        ("Грайво\u0301рон", BGN, "Grayvoron"),
        ("и\u0306ог", BGN, "yog"),
        ("Київ", BGN, "Kiyiv"),
        ("Знам’янка", "kmu-ukr-Cyrl-Latn-2010", "Znamianka"),
        ("ЗНАМ'ЯНКА", "kmu-ukr-Cyrl-Latn-2010", "ZNAMIANKA"),
        ("‘Юрій’", "kmu-ukr-Cyrl-Latn-2010", "‘Yurii’"),
        ("ЯКУТСК Якутск", "alalc-rus-Cyrl-Latn-2012", "I͡AKUTSK I͡Akutsk"),
        ("", BGN, ""),
    ],
)
def test_transliterate(text: str, name: str, expected: str) -> None:
    assert transliterate(text, name) == expected


def test_a_town_on_the_border_has_all_its_spellings() -> None:
    assert spellings("Грайворон") >= {"Grayvoron", "Graivoron", "Hraivoron", "Grajworon", "Graiworon"}


@pytest.mark.parametrize(
    ("text", "lang", "codes", "present"),
    [
        ("Горки", None, {"rus", "ukr"}, {"Gorki", "Horky"}),
        ("Гэ", None, {"rus"}, {"Ge"}),  # э is not Ukrainian
        ("Рыльск", None, {"rus"}, {"Rylsk", "Rylʹsk"}),  # ы neither
        ("Гірник", None, {"ukr"}, {"Hirnyk"}),  # і is not Russian
        ("Знам'янка", None, {"rus", "ukr"}, {"Znamianka"}),  # an apostrophe decides nothing: д'Артаньян
        ("Магілёў", None, {"bel"}, {"Mahilioŭ", "Mahiliou"}),
        ("Скопље", None, {"mul"}, {"Skoplje"}),
        ("Горки", "ru", {"rus"}, {"Gorki"}),
        ("Горки", "uk-Cyrl", {"ukr"}, {"Horky"}),
        ("Горкі", "be", {"bel"}, {"Horki"}),
        ("Бургас", "bg", {"mul"}, {"Burgas"}),
    ],
)
def test_readings(text: str, lang: str | None, codes: set[str], present: set[str]) -> None:
    found = romanisations(text, lang)
    assert {name.split("-")[1] for item in found for name in item.schemes} == codes
    assert present <= {item.text for item in found}


def test_shared_spellings_come_first_and_name_their_schemes() -> None:
    found = romanisations("Белгород", "ru")
    assert found[0].text == "Belgorod"
    assert BGN in found[0].schemes and "presspl-rus-Cyrl-Latn-2026" not in found[0].schemes
    assert [len(item.schemes) for item in found] == sorted((len(item.schemes) for item in found), reverse=True)
    assert found == romanisations("Белгород", "ru")


def test_nothing_to_romanise() -> None:
    assert romanisations("Grayvoron") == romanisations("") == romanisations("北京") == ()


def test_limit_keeps_the_first_choices() -> None:
    only = romanisations("Евгений Щербаков", "ru", limit=1)
    assert {item.text for item in only} == {
        transliterate("Евгений Щербаков", n) for n in scheme_names() if "-rus-" in n
    }
    with pytest.raises(ValueError, match="at least 1"):
        romanisations("Евгений", limit=0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Грайворон", "Grayvoron"),
        ("Київ і Харків", "Kyiv i Kharkiv"),
        ("Магілёў", "Mahiliou"),
        ("Қызылорда", "Qyzylorda"),
        ("Łódź", "Lodz"),
        ("Selenskyj", "Selenskyj"),
        ("Я И ЩУКА", "YA I SHCHUKA"),
        ("北京", "Bei Jing"),
        ("\ud800Щ", "Shch"),
        ("", ""),
    ],
)
def test_latinise(text: str, expected: str) -> None:
    assert latinise(text) == expected


def test_unidecode_is_not_loaded_for_cyrillic() -> None:
    code = (
        "import sys; from entitynorm.text.translit import latinise, romanisations; "
        "latinise('Грайворон'); romanisations('Грайворон'); assert 'unidecode' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


# ------------------------------------------------------------------------------------------------ laws


@given(st.text(), schemes)
def test_text_without_cyrillic_is_untouched(text: str, name: str) -> None:
    latin = re.sub(r"[\u0400-\u052f\u1c80-\u1c8f\ua640-\ua69f]", "", text)
    assert transliterate(latin, name) == latin


@given(texts, schemes)
def test_idempotent_and_no_cyrillic_left(text: str, name: str) -> None:
    once = transliterate(text, name)
    assert transliterate(once, name) == once
    assert not re.search(r"[\u0400-\u052f]", once)


@given(texts, schemes)
def test_capitals_in_capitals_out(text: str, name: str) -> None:
    assert transliterate(text.upper(), name) == transliterate(text, name).upper()


@given(texts, schemes)
def test_title_case_changes_case_alone(text: str, name: str) -> None:
    assert transliterate(text.title(), name).lower() == transliterate(text, name).lower()


@given(words, words, schemes)
def test_words_do_not_touch_each_other(first: str, second: str, name: str) -> None:
    apart = f"{transliterate(first, name)}-{transliterate(second, name)}"
    assert transliterate(f"{first}-{second}", name) == apart


@given(texts, schemes)
def test_composed_and_decomposed_letters_agree(text: str, name: str) -> None:
    assert transliterate(unicodedata.normalize("NFD", text), name) == transliterate(text, name)


@given(texts)
def test_romanisations_are_bounded_distinct_and_hold_every_first_choice(text: str) -> None:
    found = romanisations(text)
    assert all(isinstance(item, Romanisation) and item.schemes for item in found)
    assert len({item.text for item in found}) == len(found)
    by_scheme: dict[str, set[str]] = {}
    for item in found:
        for name in item.schemes:
            by_scheme.setdefault(name, set()).add(item.text)
    assert by_scheme
    for name, ours in by_scheme.items():
        assert transliterate(text, name) in ours
        assert len(ours) <= LIMIT


@given(st.text())
def test_latinise_is_ascii_and_idempotent(text: str) -> None:
    once = latinise(text)
    assert once.isascii()
    assert latinise(once) == once


# ------------------------------------------------------------------------------------------------ errors

GOOD = """\
schema: "scheme-1"
id: "mine-rus-Cyrl-Latn-2020"
authority: "Mine"
year: "2020"
lang: "ru"
source:
  title: "My letters"
notes: "None."
mapping:
  "а": "a"
  "н": ["n", "nn"]
  "я": "ya"
prev_mapping:
  "я":
    "^а": "ja"
samples:
  - ["Анна", "Anna"]
  - ["Яна", ["Jana", "Janna"]]
  - ["Аня", "Anya"]
  - ["Нана", "Nana"]
  - ["Ян", "Jan"]
  - ["Ная", "Naja"]
"""


def test_own_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(GOOD, encoding="utf-8")
    item = load_scheme(str(path))
    assert transliterate("Яная", item) == "Janaja"
    assert item.prev_mapping["ая"] is item.prev_mapping["^я"]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('"scheme-1"', '"scheme-9"', r"mine.yaml:1: schema: 'scheme-9' was found, \"scheme-1\" was expected"),
        ('year: "2020"', 'year: "2021"', r":2: id: .*year"),
        ('"mine-rus', '"mine_rus', r":2: id: "),
        ('lang: "ru"', 'lang: "Russian"', r":5: lang: 'Russian' was found"),
        ('notes: "None."\n', "", r"notes: missing"),
        ("notes:", "remarks:", r":8: remarks: unknown key"),
        ("prev_mapping", "prev_maping", r":14: prev_maping: unknown key; did you mean prev_mapping"),
        ('"а": "a"', '"а": n', r":10: mapping.а: n stands without quotes; write \"n\""),
        ('"а": "a"', '"а": "а"', r":10: mapping.а: .*Cyrillic letter 'а' \(U\+0430\)"),
        ('"а": "a"', '"а": "A"', r":10: mapping.а: 'A' has a capital"),
        ('"а": "a"', '"а": "a\u0301"', r":10: mapping.а: .*NFC"),
        ('"а": "a"', '"a": "a"', r":10: mapping.a: key 'a' was found, small Cyrillic"),
        ('"а": "a"', '"а": "a"\n  "а": "o"', r":11: mapping.а: written twice"),
        ('["n", "nn"]', '["n", "n"]', r":11: mapping.н: .*different strings"),
        ('["n", "nn"]', "[]", r":11: mapping.н: \[\] was found"),
        ('["n", "nn"]', '{"n": "nn"}', r":11: mapping.н: a mapping was found, a string was expected"),
        ('    "^а": "ja"', '    "^а": "ja"\n    "ая": "ia"', r"prev_mapping.я.ая: 'ая' is already told by"),
        ('  "я":\n    "^а"', '  "ня":\n    "^а"', r"prev_mapping.ня: one letter"),
        ('  title: "My letters"', '  name: "My letters"', r"source: title"),
        ('  - ["Ян", "Jan"]\n', "", r":17: samples: 5 found, a list of at least 6"),
        ('["Ян", "Jan"]', '"Ян"', r"samples: a pair \[native, romanised\]"),
        ('["Анна", "Anna"]', '["Анна", "Ana"]', r"samples.Анна: Ana was expected, the tables give Anna, Annnna"),
        ('["Jana", "Janna"]', '["Jana", "Jane"]', r"samples.Яна: Jana, Jane was expected"),
        ("schema:", "schema: [", r"not YAML"),
        (GOOD, "", r"file: empty"),
        (GOOD, '"just text"', r":1: file: a string was found, keys with values"),
    ],
)
def test_broken_file_is_told_in_one_line(tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert old in GOOD
    path = tmp_path / "mine.yaml"
    path.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DataError, match=expected) as caught:
        load_scheme(path)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "expected"), [(b"\xff\xfe", "byte 0 is not UTF-8"), (None, "cannot be read"), (b"a\x00b", "not YAML")]
)
def test_unreadable_file(tmp_path: Path, content: bytes | None, expected: str) -> None:
    path = tmp_path / "mine.yaml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DataError, match=expected):
        load_scheme(path)


def test_unknown_scheme_is_told_its_neighbours() -> None:
    with pytest.raises(DataError, match=f"did you mean {BGN}"):
        scheme("bgnpcgn-rus-Cyrl-Latn-1974")
    with pytest.raises(DataError, match="scheme_names"):
        transliterate("Щука", "zzz")
