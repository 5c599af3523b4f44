"""Places in texts without their type word."""

import pytest

import entitynorm


def linked(text: str, *names: str) -> dict[str, str]:
    records = [{"id": f"place:{n}", "type": "PLACE", "name": name} for n, name in enumerate(names)]
    linker = entitynorm.load(records)
    return {m.surface: m.name for m in linker.link(text).mentions if m.id}


@pytest.mark.parametrize(
    ("text", "name", "surface"),
    [
        ("They gathered on the far bank of the Naf after clashes.", "Naf River", "Naf"),
        ("The base in Borno was overrun.", "Borno State", "Borno"),
        ("Waters off the Matsus were searched.", "Matsu Islands", "Matsus"),
        ("The governor of North Sinai was there.", "North Sinai Governorate", "North Sinai"),
    ],
)
def test_no_other_place_has_the_name(text: str, name: str, surface: str) -> None:
    assert linked(text, name) == {surface: name}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Shells fell on Belgorod at night.", ("Belgorod Oblast",)),
        ("The boats left Aden at night.", ("Gulf of Aden",)),
        ("The boats crossed the Oru at night.", ("Oru River", "Oru Island")),
    ],
)
def test_another_place_may_be_meant(text: str, names: tuple[str, ...]) -> None:
    assert linked(text, *names) == {}


def test_a_preposition_leaves_the_type_word_outside() -> None:
    text = "A empresa deve suspender as obras na península de Afungi. A empresa invocou a força maior dos ataques."
    assert linked(text, "Afungi Peninsula") == {"Afungi": "Afungi Peninsula"}


def test_other_places_show_that_one_is_a_region() -> None:
    records = [
        {"id": "place:jubaland", "type": "PLACE", "name": "Jubaland"},
        {"id": "place:kismayo", "type": "PLACE", "name": "Kismayo", "located_in": "place:jubaland"},
        {"id": "place:kharkiv", "type": "PLACE", "name": "Kharkiv"},
    ]
    text = "Elders of Jubaland State met in Kismayo, as they did in Kharkiv Oblast."
    assert [m.surface for m in entitynorm.load(records).link(text).mentions if m.id] == ["Jubaland State", "Kismayo"]
