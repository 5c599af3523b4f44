"""Kinds of surface: each kind on a name that is one, with the packaged gazetteer."""

from __future__ import annotations

import pytest

import entitynorm
from entitynorm.kinds import SURFACE_KINDS, surface_kind
from entitynorm.linker import Linker
from entitynorm.model import Evidence


@pytest.fixture(scope="module")
def linker() -> Linker:
    return entitynorm.load()


@pytest.mark.parametrize(
    ("surface", "entity_id", "kind"),
    [
        ("Grayvoron", "place:grayvoron", "exact"),
        ("GRAYVORON", "place:grayvoron", "exact"),
        ("Graivoron", "place:grayvoron", "romanisation"),
        ("Wjatscheslaw Gladkow", "person:vyacheslav-gladkov", "romanisation"),
        ("Грайвороне", "place:grayvoron", "inflection"),
        ("Козинку", "place:kozinka", "other_script"),
        ("Vyacheslv Gladkov", "person:vyacheslav-gladkov", "typo"),
        ("Gladkov", "person:vyacheslav-gladkov", "part"),
        ("V. Gladkov", "person:vyacheslav-gladkov", "part"),
        ("FRL", "org:freedom-of-russia-legion", "acronym"),
        ("Liberty Corps of Russia", "org:freedom-of-russia-legion", "translation"),
        ("Belgorod region", "place:belgorod-oblast", "translation"),
        ("BTR82A", "product:btr-82a", "arrangement"),
        ("xyzzy", "place:grayvoron", "other"),
    ],
)
def test_kinds(linker: Linker, surface: str, entity_id: str, kind: str) -> None:
    explained = linker.explain(surface, entity_id)
    entity = linker.gazetteer[entity_id]
    names = (entity.name, *(alias.text for alias in entity.aliases))
    assert surface_kind(surface, explained.alias, explained.evidence, names) == kind


def test_the_first_kind_counts_and_features_that_are_not_there_do_not() -> None:
    detail = "same of; slip kyv~kyiv; inflection a~b"
    assert surface_kind("Kyv", "Kyiv", [Evidence("covered", 0.9, 1.0, detail), Evidence("acronym", 0.0, 1.0)]) == "typo"
    assert surface_kind("B A", "A B", [Evidence("covered", 0.9, 1.0, "same a; same b")]) == "arrangement"
    assert set(SURFACE_KINDS) >= {"typo", "arrangement"}
