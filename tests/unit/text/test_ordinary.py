"""Ordinary words: what has to be among them, what must not, and the laws of the files."""

import time
from pathlib import Path

import pytest

from entitynorm import DataError
from entitynorm.names.lexicon import lexicon
from entitynorm.resources import data_dir
from entitynorm.text import ordinary
from entitynorm.text.folding import fold_text
from entitynorm.text.ordinary import LANGUAGES, is_ordinary, ordinary_words
from entitynorm.text.tokens import script_of

FOLDER = data_dir() / "ordinary_words"
SCRIPTS = {language: script for script, some in LANGUAGES.items() for language in some}
ORDINARY = {
    "en": "More Home However Meanwhile Police According Officials Soldiers Yet When",
    "ru": "Однако Также Полиция Сегодня Поэтому Ещё Хотя Военные Местные После",
    "uk": "Також Однак Поліція Сьогодні Проте Військові Уряд Коли Після Вночі",
    "be": "Таксама Аднак Сёння Калі Пасля",
    "bg": "Обаче Също Полицията Днес Когато След",
    "sr": "Међутим Такође Данас Полиција После Када",
    "pl": "Jednak Również Policja Dzisiaj Kiedy Ponieważ Żołnierze",
    "cs": "Však Také Policie Dnes Když Nicméně Vojáci",
    "sl": "Vendar Tudi Danes Policija Kadar Vojaki",
    "hr": "Međutim Također Danas Policija Kada Nakon",
    "de": "Jedoch Allerdings Heute Regierung Soldaten Nachdem Haus Außerdem",
    "fr": "Cependant Police Après Aujourd'hui Lorsque Soldats",
    "es": "Además Policía Después Cuando Soldados Gobierno",
    "it": "Tuttavia Polizia Dopo Quando Soldati Governo",
    "nl": "Echter Politie Vandaag Wanneer Soldaten Volgens",
    "pt": "Contudo Polícia Depois Quando Soldados Governo",
    "sv": "Emellertid Idag Efter Regeringen Soldater",
    "tr": "Ancak Polis Bugün Çünkü Askerler Sonra",
}
NAMES = {
    "Latn": "Elena Yuri Sofia Paris Taras Vickers Brown London Moscow Kyiv Berlin Warszawa Praha Ljubljana Beograd "
    "Ankara Obama Putin Merkel Netanyahu Zelensky Grayvoron Mori Smith Johnson Garcia Müller Ukraine Russia Polska",
    "Cyrl": "Елена Юрий София Париж Тарас Олена Юрій Москва Киев Київ Харків Путин Песков Иванов Гладков Лукашенко "
    "Україна Россия Грайворон Белгород София Варшава",
}


def words_of(language: str) -> list[str]:
    lines = (FOLDER / f"{language}.txt").read_text(encoding="utf-8").splitlines()
    return [word for line in lines if not line.startswith("#") for word in line.split(" ")]


def test_there_is_a_file_for_every_language_and_no_other() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(SCRIPTS)


@pytest.mark.parametrize("language", ORDINARY)
def test_words_that_begin_sentences_are_ordinary(language: str) -> None:
    words = set(words_of(language))
    missing = [w for w in ORDINARY[language].split() if fold_text(w).replace("ё", "е") not in words]
    assert not missing
    assert all(is_ordinary(fold_text(w), SCRIPTS[language]) for w in ORDINARY[language].split())


@pytest.mark.parametrize("script", NAMES)
def test_names_are_not(script: str) -> None:
    assert not [name for name in NAMES[script].split() if is_ordinary(fold_text(name), script)]


@pytest.mark.parametrize("script", LANGUAGES)
def test_no_given_name_and_no_country_is(script: str) -> None:
    names = {
        word
        for word, senses in lexicon().senses.items()
        if any(s.slot == "given" or (s.slot == "country" and s.form == "noun") for s in senses)
    }
    assert len(names) > 5_000
    assert not sorted(names & ordinary_words(script))


@pytest.mark.parametrize("language", SCRIPTS)
def test_a_file_is_sorted_folded_and_of_one_script(language: str) -> None:
    text = (FOLDER / f"{language}.txt").read_text(encoding="utf-8")
    lines = [line.split(" ") for line in text.splitlines() if not line.startswith("#")]
    words = [word for line in lines for word in line]
    assert words == sorted(set(words))
    assert len(words) > 8_000 and f"\n# words: {len(words)}\n" in text
    assert all(len({word[:2] for word in line}) == 1 for line in lines)
    assert not [w for w in words if fold_text(w).replace("ё", "е") != w or script_of(w) != SCRIPTS[language]]
    assert all(part in text for part in ("# Source: ", "Licence: Apache-2.0", "Made on 20"))


@pytest.mark.parametrize("script", LANGUAGES)
def test_the_words_of_a_script_are_those_of_its_languages(script: str) -> None:
    assert ordinary_words(script) == {word for language in LANGUAGES[script] for word in words_of(language)}
    some = sorted(ordinary_words(script))[::997]
    assert all(is_ordinary(word, script) and not is_ordinary(word + "qq", script) for word in some)


def test_what_has_no_list_is_not_known() -> None:
    assert not is_ordinary("", "Latn") and not is_ordinary("a", "Latn") and not is_ordinary("more", "Cyrl")
    assert not is_ordinary("ωστόσο", "Grek") and ordinary_words("Grek") == frozenset()


def test_lists_load_at_once() -> None:
    ordinary._lines.cache_clear()
    start = time.process_time()
    is_ordinary("more", "Latn")
    assert time.process_time() - start < 0.1  # a hundredth on an idle machine


def test_damage_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ordinary_words").mkdir()
    for language in LANGUAGES["Cyrl"]:
        (tmp_path / "ordinary_words" / f"{language}.txt").write_text("однако\n", encoding="utf-8")
    monkeypatch.setattr(ordinary, "data_dir", lambda: tmp_path)
    monkeypatch.setattr(ordinary, "_lines", ordinary._lines.__wrapped__)
    with pytest.raises(DataError, match=r"be\.txt: no line '# schema: ordinary-words-1'"):
        ordinary._lines("Cyrl")
    with pytest.raises(DataError, match=r"cs\.txt: not a readable list"):
        ordinary._lines("Latn")
