"""Case forms lead to their dictionary forms and to no others; adjectives to places; surnames to a sex."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from entitynorm.errors import DataError
from entitynorm.names import inflection
from entitynorm.names.declensions import language
from entitynorm.names.inflection import CASES, LANGUAGES, MOST_LEMMAS, SHORTEST, adjective_bases, forms, genders, lemmas
from entitynorm.names.paradigms import language_of, read_table
from entitynorm.resources import data_dir

CASES_FILE = Path(__file__).parents[2] / "cases" / "inflection.tsv"
ROWS = [
    tuple(line.split("\t"))
    for line in CASES_FILE.read_text(encoding="utf-8").splitlines()
    if line and not line.startswith(("#", "form\t"))
]
NAMES = {
    "ru": """Козинка Грайворон Белгород Брянск Донецк Москва Уфа Рязань Пермь Россия Воронеж Елец Череповец Городок
        Владивосток Орёл Курск Иваново Гродно Запорожье Гуляйполе Сумы Черновцы Мытищи Химки Барановичи Чебоксары Крым
        Ростов Севастополь Кремль Андрей Юрий Мария Дарья Пётр Павел Лев Илья Никита Игорь Гладков Гладкова Пригожин
        Зеленский Зеленская Толстой Белгородская Вооружённые Силы Яр Шевченко Владимирович Владимировна Министерство
        Управление Баку Лубны Петербург Отрадное Верхний Корея Вьетнам Ржев Тверь Росатом Слоним""",
    "uk": """Козинка Бахмут Харків Київ Львів Чернігів Донецьк Луцьк Тернопіль Ірпінь Ріг Кривий Часів Яр Суми Черкаси
        Чернівці Лубни Прилуки Запоріжжя Вінниця Полтава Одеса Прага Рига Ізмаїл Дунай Андрій Ігор Дмитро Микола Марія
        Дар'я Шевченко Зеленський Зеленська Гладков Гладкова Пригожин Прип'ять Керч Рівне Дубно Гуляйполе Городище
        Бердичів Канів Миколаїв Кам'янець Бровари Олешки Піски Біла Збройні Область Корея Маріуполь Стрий Буча""",
    "be": """Мінск Гродна Брэст Гомель Магілёў Віцебск Беларусь Масква Прага Вілейка Лукашэнка Ціханоўская Баранавічы
        Андрэй Беларускі Казлоў Расія Ліда""",
}


def texts(word: str, lang: str | None = None) -> list[str]:
    return [lemma.text for lemma in lemmas(word, lang)]


@pytest.mark.parametrize(("form", "lang", "lemma", "expect"), ROWS)
def test_form_and_lemma(form: str, lang: str, lemma: str, expect: str) -> None:
    assert (lemma in texts(form, lang)) == (expect == "yes")
    if expect == "yes":
        assert lemma in texts(form), "without a language the answer must not get lost"


def test_the_table_is_as_long_as_it_should_be() -> None:
    expects = [row[3] for row in ROWS]
    assert expects.count("yes") >= 150
    assert expects.count("no") >= 40
    assert len(expects) == expects.count("yes") + expects.count("no")


@pytest.mark.parametrize(("lang", "name"), [(lang, name) for lang, names in NAMES.items() for name in names.split()])
@pytest.mark.parametrize("kind", [None, "person", "place"])
def test_every_form_leads_back(lang: str, name: str, kind: str | None) -> None:
    table = forms(name, lang, kind=kind)  # type: ignore[arg-type]
    assert tuple(table) == CASES
    assert name in table["nom"]
    for form in (form for row in table.values() for form in row):
        assert name.casefold() in texts(form, lang), form


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_paradigm_owns_its_sample_and_reads_its_forms(lang: str) -> None:
    for paradigm in language(lang).paradigms:
        sample = paradigm.sample.casefold()
        assert paradigm.owns(sample) != paradigm.oblique, paradigm.id
        for _, form in inflection._inflect(paradigm, sample):
            if len(form) >= SHORTEST and not (paradigm.oblique and form == sample):
                found = [(lemma.text, lemma.gender, lemma.number) for lemma in lemmas(form, lang)]
                assert (sample, paradigm.gender, paradigm.number) in found, (paradigm.id, form)


@pytest.mark.parametrize(
    ("name", "lang", "kind", "case", "expected"),
    [
        ("Гладков", "ru", "person", "ins", ("Гладковым",)),
        ("Ростов", "ru", "place", "ins", ("Ростовом",)),
        ("Ростов", "ru", "place", "acc", ("Ростов",)),
        ("Гладков", "ru", "person", "acc", ("Гладкова",)),
        ("Андрей", "ru", "person", "acc", ("Андрея",)),
        ("Харків", "uk", "place", "gen", ("Харкова",)),
        ("Козинка", "uk", "place", "loc", ("Козинці",)),
        ("КИЇВ", "uk", "place", "gen", ("КИЄВА",)),
        ("Сумы", "ru", "place", "gen", ("Сум",)),
        ("Лев", "ru", None, "gen", ("Льва",)),
        ("Шевченко", "ru", "person", "gen", ("Шевченко",)),
        ("Шевченко", "uk", "person", "gen", ("Шевченка",)),
        ("Зеленська", "uk", "person", "ins", ("Зеленською",)),
        ("Гродна", "be", "place", "loc", ("Гродне",)),
    ],
)
def test_forms(name: str, lang: str, kind: str | None, case: str, expected: tuple[str, ...]) -> None:
    assert forms(name, lang, kind=kind)[case] == expected  # type: ignore[arg-type]


def test_forms_of_unknown_words_and_languages() -> None:
    assert forms("Kozinka", "ru") == {}
    with pytest.raises(ValueError, match=r"'en'.*expected one of ru, uk, be"):
        forms("Козинка", "en")


@pytest.mark.parametrize(
    ("form", "first"),
    [
        ("Козинку", "козинка"),
        ("Грайвороне", "грайворон"),
        ("Брянске", "брянск"),
        ("Гладковым", "гладков"),
        ("Зеленского", "зеленский"),
        ("Зеленського", "зеленський"),
        ("Белгородской", "белгородская"),
        ("Харкові", "харків"),
        ("Києва", "київ"),
        ("Козинці", "козинка"),
        ("Росії", "росія"),
        ("России", "россия"),
    ],
)
def test_most_usual_first(form: str, first: str) -> None:
    assert texts(form)[0] == first


def test_gender_is_part_of_the_answer() -> None:
    assert {(lemma.text, lemma.gender) for lemma in lemmas("Гладкова", "ru")} >= {("гладков", "m"), ("гладкова", "f")}
    assert {lemma.gender for lemma in lemmas("Белгородскую", "ru")} == {"f"}
    assert {lemma.number for lemma in lemmas("Чернівцями", "uk") if lemma.text == "чернівці"} == {"pl"}


def test_short_words_are_only_themselves_unless_listed() -> None:
    assert [(lemma.text, lemma.paradigm) for lemma in lemmas("она", "ru")] == [("она", "itself")]
    assert texts("Яре", "ru") == ["яр"]


def test_words_of_other_scripts_have_no_lemmas() -> None:
    assert lemmas("Graivoron") == lemmas("") == lemmas("123") == ()


@pytest.mark.parametrize(
    ("word", "lang", "expected"),
    [
        ("быкову", None, {"ru", "be"}),
        ("києва", None, {"uk"}),
        ("києва", "ru", {"uk"}),
        ("козинку", "uk", {"uk"}),
        ("козинку", "en", {"ru", "uk"}),
        ("ўкыї", None, set()),
    ],
)
def test_languages_by_letters(word: str, lang: str | None, expected: set[str]) -> None:
    assert set(inflection.languages(word, lang)) == expected


LETTERS = "абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґў'-"


@given(st.text(alphabet=LETTERS, max_size=25), st.sampled_from([None, "ru", "uk", "be"]))
def test_lemmas_are_bounded_unique_and_blind_to_capitals(word: str, lang: str | None) -> None:
    found = lemmas(word, lang)
    assert len(found) <= MOST_LEMMAS
    assert len({(lemma.text, lemma.gender, lemma.number) for lemma in found}) == len(found)
    assert lemmas(word.upper(), lang) == found
    if found:
        with pytest.raises(AttributeError):
            found[0].text = "x"  # type: ignore[misc]


ADJECTIVES = (data_dir() / "inflection" / "adjectives.yaml").read_text(encoding="utf-8")
SAMPLES: dict[str, str] = yaml.safe_load(ADJECTIVES)["samples"]


@pytest.mark.parametrize(("adjective", "base"), SAMPLES.items())
def test_adjectives_lead_to_their_places(adjective: str, base: str) -> None:
    found = adjective_bases(adjective)
    assert base in found
    assert len(found) <= 12
    assert adjective_bases(adjective.upper()) == found


@pytest.mark.parametrize(
    "word",
    [
        "Козинка",
        "Грайворон",
        "Брянск",
        "Брянска",
        "Москва",
        "Москве",
        "Аляска",
        "Donetsk",
        "Graivoron",
        "Alaska",
        "risky",
        "Sky",
        "Ski",
        "Polyana",
    ],
)
def test_other_words_have_no_bases(word: str) -> None:
    assert adjective_bases(word) == ()


@pytest.mark.parametrize(
    ("surname", "lang", "expected"),
    [
        ("Зеленская", "ru", "f"),
        ("Зеленский", "ru", "m"),
        ("Зеленского", "ru", "m"),
        ("Зеленской", "ru", "f"),
        ("Зеленська", "uk", "f"),
        ("Зеленського", None, "m"),
        ("Зеленською", "uk", "f"),
        ("Гладков", "ru", "m"),
        ("Гладкова", "ru", "fm"),
        ("Гладкову", "ru", "fm"),
        ("Гладковой", "ru", "f"),
        ("Гладковым", "ru", "m"),
        ("Пригожина", None, "fm"),
        ("Пригожиним", "uk", "m"),
        ("Толстого", "ru", "m"),
        ("Толстая", "ru", "f"),
        ("Залужного", "uk", "m"),
        ("Ціханоўская", "be", "f"),
        ("Шевченко", "ru", ""),
        ("Шевчук", "uk", ""),
        ("Мельник", None, ""),
        ("Козинку", "ru", ""),
        ("Zelenska", None, "f"),
        ("Zelenskaya", None, "f"),
        ("Zelensky", None, "m"),
        ("Zelenskyy", None, "m"),
        ("Zelenskyi", None, "m"),
        ("Gladkov", None, "m"),
        ("Gladkova", None, "f"),
        ("Medvedev", None, "m"),
        ("Medvedeva", None, "f"),
        ("Prigozhin", None, "m"),
        ("Prigozhina", None, "f"),
        ("Putin", None, "m"),
        ("Putina", None, "f"),
        ("Martin", None, ""),
        ("Franklin", None, ""),
        ("Molina", None, ""),
        ("Melnyk", None, ""),
        ("Shevchenko", None, ""),
    ],
)
def test_genders(surname: str, lang: str | None, expected: str) -> None:
    assert "".join(sorted(genders(surname, lang))) == expected


def test_reading_a_word_takes_microseconds() -> None:
    words = [row[0] for row in ROWS]
    for word in words:
        lemmas(word)
    best = float("inf")
    for _ in range(5):
        start = time.perf_counter()
        for word in words:
            lemmas(word)
        best = min(best, (time.perf_counter() - start) / len(words))
    assert best < 100e-6, "far above the 20 µs it takes on an idle machine"


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"after": "nothing"}, "missing or wrong field"),
        ({"after": "vowels", "words": ["а"]}, "exactly one of"),
        ({"words": ["дом"]}, "'дом' does not end in 'а'"),
        ({"stems": ["к"], "forms": {"abl": "о"}}, "unknown case 'abl'"),
        ({"stems": ["к"], "id": "same"}, "occurs twice"),
    ],
)
def test_broken_tables_are_refused(entry: dict[str, object], message: str, tmp_path: Path) -> None:
    good = dict.fromkeys(("sample", "lemma"), "а") | {"id": "same", "part": "noun", "gender": "f", "number": "sg"}
    good |= {"usual": "1", "forms": {}}  # type: ignore[dict-item]
    table = {
        "schema": "1",
        "behind": "0",
        "foreign_letters": "",
        "letters": {},
        "short": {},
        "paradigms": [good | {"after": "vowels"}, good | {"id": "other"} | entry],
    }
    path = tmp_path / "ru.yaml"
    path.write_text(yaml.safe_dump(table, allow_unicode=True), encoding="utf-8")
    with pytest.raises(DataError, match=message) as caught:
        language_of("ru", read_table(path))
    assert "\n" not in str(caught.value)
    with pytest.raises(DataError, match=r"uk\.yaml: cannot be read"):
        read_table(tmp_path / "uk.yaml")
