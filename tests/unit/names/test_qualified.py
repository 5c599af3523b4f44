"""Qualified names and what they stand for."""

from __future__ import annotations

import pytest

from entitynorm import Entity, Gazetteer, Linker
from entitynorm.names.qualified import unqualified

CASES = [
    ("Kaya, Burkina Faso", "PLACE", ["Kaya"]),
    ("Springfield, Illinois, United States", "PLACE", ["Springfield"]),
    ("Varosha, Famagusta", "PLACE", ["Varosha"]),
    ("Sucre (state)", "PLACE", ["Sucre"]),
    ("Wellington Koo (politician)", "PERSON", ["Wellington Koo"]),
    ("Sinn Féin (SF)", "ORG", ["Sinn Féin", "SF"]),
    ("Free Coast (movement)", "ORG", ["Free Coast"]),
    ("Ministry of Defence (Brazil)", "ORG", []),
    ("Korea, South", "PLACE", []),
    ("Congo, Democratic Republic of the", "PLACE", []),
    ("Voss, Martin", "PERSON", []),
    ("Voss, Ltd.", "ORG", []),
    ("Kozinka", "PLACE", []),
    ("(Kozinka)", "PLACE", []),
    (", Kozinka", "PLACE", []),
    ("Kozinka (", "PLACE", []),
    ("Kozinka (, Belgorod", "PLACE", []),
    ("Kozinka) (state)", "PLACE", []),
    (100_000 * "o" + ")", "PLACE", []),
    (100_000 * "o" + ", b(", "PLACE", []),
]


@pytest.mark.parametrize(("name", "entity_type", "expected"), CASES, ids=lambda value: str(value)[:40])
def test_unqualified(name: str, entity_type: str, expected: list[str]) -> None:
    assert list(unqualified(name, entity_type)) == expected


def test_a_qualified_name_gives_way_to_one_that_needs_no_qualifier() -> None:
    ontario, london = Entity("p:ontario", "PLACE", "London, Ontario"), Entity("p:london", "PLACE", "London")
    assert Linker(Gazetteer([ontario])).resolve("London").id == "p:ontario"
    assert Linker(Gazetteer([ontario, london])).resolve("London").id == "p:london"
    assert Linker(Gazetteer([ontario, london])).resolve("Лондон").id == "p:london"
    assert Linker(Gazetteer([ontario, london])).resolve("London, Ontario").id == "p:ontario"


def test_places_that_are_told_apart_by_qualifiers_only_are_ambiguous() -> None:
    places = [Entity(f"p:{state}", "PLACE", f"Springfield, {state}") for state in ("Illinois", "Missouri")]
    found = Linker(Gazetteer(places)).resolve("Springfield")
    assert found.id is None
    assert {c.id for c in found.candidates} == {"p:Illinois", "p:Missouri"}
