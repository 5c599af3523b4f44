"""Which stretches of a text are written as names."""

from __future__ import annotations

import pytest

from entitynorm.names.structure import parse_units
from entitynorm.suggesting.spotting import Usage, beginnings, spot


def spotted(*texts: str) -> list[str]:
    """The names in the first text, small type words behind a bar; the others are the rest of the corpus."""
    parsed = [(text, parse_units(text, running=True)) for text in texts]
    usage = Usage()
    for text, units in parsed:
        usage.add(units, beginnings(text, units))
    text, units = parsed[0]
    out = []
    for window in spot(text, units, beginnings(text, units), usage):
        name = text[units[window.first].start : units[window.last].end]
        tail = text[units[window.last].end : units[window.tail].end]
        out.append(name + (f" |{tail.lstrip()}" if tail else ""))
    return out


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("They left Vovchansk for Sudzha.", ["Vovchansk", "Sudzha"]),
        ("It was said by spokesman Artem Dekhtiarenko.", ["Artem Dekhtiarenko"]),
        ("He met President Ilham Aliyev and V. Zorkin there.", ["Ilham Aliyev", "V. Zorkin"]),
        ("It quotes the Institute for the Study of War (ISW).", ["Institute for the Study of War", "ISW"]),
        (
            "They entered the Grivoron region and a Kozynka international checkpoint.",
            ["Grivoron |region", "Kozynka |international checkpoint"],
        ),
        ("They shelled Ukraine's Kupiansk and Russia’s Bryansk.", ["Ukraine", "Kupiansk", "Russia", "Bryansk"]),
        ("Seen in May on Monday by Ukrainians and the Russian army.", []),
        ("A photo from «Грайворон» and near Козинка came.", ["Грайворон", "Козинка"]),
        ("The writing said القدس there.", ["القدس"]),
        ("Об этом сообщило Министерство обороны России в Белгороде.", ["Министерство обороны России", "Белгороде"]),
        ("На фото Видання «Kyiv Post» и газета.", ["Kyiv Post"]),
        ("He read it:\n* Suspilne · Hromadske", ["Hromadske"]),
    ],
)
def test_names(text: str, names: list[str]) -> None:
    assert spotted(text) == names


def test_a_capital_at_the_beginning_proves_nothing() -> None:
    assert spotted("Smoke rose over the town. Reporters came.") == []
    assert spotted("Sudzha burns. Reporters came.") == []
    assert spotted("Sudzha burns. Reporters came.", "They left Sudzha.") == ["Sudzha"]
    assert spotted("Smoke rose over Sudzha. Smoke hung there.", "There was smoke.") == ["Sudzha"]


def test_headlines_prove_nothing() -> None:
    headline = "Drone Strike Burns Down Warehouse Near Border Crossing"
    assert spotted(f"{headline}\nA drone struck a warehouse near the border crossing.") == []
    assert "Sudzha" in spotted(f"{headline}\nA drone struck Sudzha.")


def test_a_person_begins_anew_after_an_institution() -> None:
    assert spotted("It was told to TASS Dmitry Petrov on air.") == ["TASS", "Dmitry Petrov"]
