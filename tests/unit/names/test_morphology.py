"""Dictionary forms by pymorphy3: on top of the endings, kept to a word's gender, silent where nothing is there."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec

import pytest

from entitynorm.errors import InputError
from entitynorm.names import morphology
from entitynorm.names.inflection import MOST_LEMMAS
from entitynorm.names.morphology import available, extra_lemmas

needs_russian = pytest.mark.skipif(
    not available("ru"), reason="needs the extra: pip install 'entitynorm[morph]' (pymorphy3, Russian dictionary)"
)
needs_ukrainian = pytest.mark.skipif(
    not available("uk"), reason="needs the user's own choice: pip install pymorphy3 pymorphy3-dicts-uk (GPL)"
)


def texts(word: str, lang: str = "ru") -> list[str]:
    return [lemma.text for lemma in extra_lemmas(word, lang)]


@needs_russian
@pytest.mark.parametrize(
    ("form", "lemma"),
    [
        ("людей", "человек"),
        ("Льва", "лев"),
        ("Гладковым", "гладков"),
        ("Вооружённых", "вооружённый"),
        ("Козинку", "козинка"),
        ("Сумах", "сумы"),
    ],
)
def test_russian_forms(form: str, lemma: str) -> None:
    assert lemma in texts(form)


@needs_russian
def test_a_woman_is_not_her_husband() -> None:
    assert texts("Зеленской") == ["зеленская"]
    assert {(lemma.text, lemma.gender) for lemma in extra_lemmas("Гладковой", "ru")} == {("гладкова", "f")}


@needs_russian
def test_what_is_known_comes_before_what_is_guessed() -> None:
    for word in ("Сумах", "Козинку", "Вооружённых", "Гладкова"):
        found = extra_lemmas(word, "ru")
        assert [lemma.usual for lemma in found] == sorted(lemma.usual for lemma in found)
        assert len({lemma.text for lemma in found}) == len(found) <= MOST_LEMMAS
        assert {(lemma.lang, lemma.paradigm, lemma.derived) for lemma in found} == {("ru", "morph", "")}


@needs_ukrainian
@pytest.mark.parametrize(("form", "lemma"), [("Харкова", "харків"), ("Києва", "київ"), ("Зеленською", "зеленська")])
def test_ukrainian_forms(form: str, lemma: str) -> None:
    assert texts(form, "uk") == [lemma]


@needs_russian
@pytest.mark.parametrize("word", ["", "Minsk", "123", "東京"])
def test_other_scripts_have_none(word: str) -> None:
    assert extra_lemmas(word, "ru") == ()


def test_languages_without_a_dictionary_have_none() -> None:
    assert extra_lemmas("Софията", "bg") == ()
    assert not available("bg")


@pytest.mark.skipif(find_spec("pymorphy3") is not None, reason="pymorphy3 is installed")
def test_without_pymorphy_the_remedy_is_said() -> None:
    with pytest.raises(InputError, match=r"pip install 'entitynorm\[morph\]'"):
        extra_lemmas("Козинку", "ru")


def test_a_missing_dictionary_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(morphology, "find_spec", lambda name: None if "dicts" in name else object())
    assert extra_lemmas.__wrapped__("Харкова", "uk") == ()


def test_nothing_is_imported_before_it_is_asked() -> None:
    code = "import sys; from entitynorm.names.morphology import available; available('ru'); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert "entitynorm.names.morphology" in done.stdout.split(), done.stderr
    assert "pymorphy3" not in done.stdout.split()
