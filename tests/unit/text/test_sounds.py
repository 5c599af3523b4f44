import pytest

from entitynorm.text.sounds import distance, key, readings

SAME = [
    "Grayvoron Graivoron Hraivoron Grajworon Graiworon Грайворон",
    "Вячеслав Vyacheslav Viacheslav Wjatscheslaw В'ячеслав Viatcheslav",
    "Юсов Yusov Jusov",
    "Геращенко Gerashchenko Herashchenko Геращенко",
    "Козинка Kozinka Kozynka",
    "Зеленський Zelensky Zelenskyy Zelenskiy",
]
SHARED = [
    ("Prigoschin", "Пригожин"),
    ("Poutine", "Путин"),
    ("Bachmut", "Бахмут"),
    ("Kiev", "Київ"),
    ("Kharkov", "Харків"),
    ("Wiaczesław", "Вячеслав"),
    ("Gerashenko", "Геращенко"),
    ("Khrushchyov", "Хрущёв"),
    ("Chruschtschow", "Хрущёв"),
    ("Borzyczuk", "Борзичук"),
]
APART = [
    ("Kozinka", "Kosinka"),
    ("Yusov", "Usov"),
    ("Bakhmut", "Bahamut"),
    ("Grayvoron", "Voronezh"),
    ("Kyiv", "Khiva"),
]


def phones(word: str) -> set[str]:
    return {r.phones for r in readings(word)}


@pytest.mark.parametrize("names", SAME)
def test_one_key_for_the_spellings_of_a_name(names: str) -> None:
    assert len({key(name) for name in names.split()}) == 1


@pytest.mark.parametrize(("a", "b"), SHARED)
def test_spellings_share_a_reading(a: str, b: str) -> None:
    assert phones(a) & phones(b)


@pytest.mark.parametrize(("a", "b"), APART)
def test_different_names_share_none(a: str, b: str) -> None:
    assert not phones(a) & phones(b)


def test_german_shows_itself_in_the_neighbour() -> None:
    assert "zelenski" in {r.phones for r in readings("Selenskyj", "wolodymyr selenskyj")}
    assert "zezam" not in phones("Sesam")


@pytest.mark.parametrize(
    ("a", "b", "least", "most"),
    [
        ("graivoron", "graivoron", 0.0, 0.0),
        ("graivoron", "grivoron", 0.3, 0.5),
        ("hromadske", "hromadsk", 0.5, 0.7),
        ("kozinka", "kosinka", 0.7, 1.0),
        ("graivoron", "voroneZ", 2.0, 9.0),
    ],
)
def test_distance(a: str, b: str, least: float, most: float) -> None:
    assert least <= distance(a, b) <= most
    assert distance(a, b) == distance(b, a)
