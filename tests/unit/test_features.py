"""What the names of an entity say together."""

from __future__ import annotations

import pytest

from entitynorm.features import gender_of, surname_index, titled_gender
from entitynorm.names.structure import parse, senses_of

GENDERS = [
    (["Olena Lindqvist"], "f"),
    (["Martin Voss", "Мартин Восс"], "m"),
    (["Lindqvist"], ""),
    (["Sasha Lindqvist"], ""),
    (["Стрельников Павел Васильевич"], "m"),
    (["Лаврентия Сергеевна Орлик"], "f"),
    (["Olena Lindqvist", "Martin Lindqvist"], ""),
]
TITLES = [
    ("Mr", "m"),
    ("Mrs.", "f"),
    ("Fräulein", "f"),
    ("г-жой", "f"),
    ("пана", "m"),
    ("panem", "m"),
    ("Princess", "f"),
    ("Governor", ""),
    ("товарищ", ""),
    ("Olena", ""),
]
SURNAMES = [
    ("Kim Jong-un", "kim"),
    ("Lai Ching-te", "lai"),
    ("Moon Jae-in", "moon"),
    ("Salma al-masri", "masri"),
    ("Marie Dupont-aignan", "aignan"),
    ("Nicolas Dupont-Aignan", "aignan"),
    ("jean pierre-louis", "louis"),
    ("Orlik Olena", "orlik"),
    ("Olena Orlik", "orlik"),
]


@pytest.mark.parametrize(("names", "expected"), GENDERS)
def test_gender_by_given_names_and_patronymics(names: list[str], expected: str) -> None:
    assert gender_of(parse(name).units for name in names) == expected


@pytest.mark.parametrize(("title", "expected"), TITLES)
def test_the_gender_of_a_title(title: str, expected: str) -> None:
    assert titled_gender(senses_of(title)) == expected


@pytest.mark.parametrize(("name", "expected"), SURNAMES)
def test_the_surname_of_a_person(name: str, expected: str) -> None:
    units = parse(name).units
    index = surname_index(units, name)
    assert index is not None
    assert units[index].phrase == expected
