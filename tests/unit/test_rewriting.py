"""Canonical names in the place of mentions: the text around has to read well."""

from __future__ import annotations

from functools import cache

import pytest

from entitynorm import Entity, Gazetteer, Linker
from entitynorm.model import Alias

ENTITIES = [
    Entity("h:strelnikov", "PERSON", "Pavel Strelnikov", aliases=(Alias("Павел Стрельников", "ru"),)),
    Entity("o:free-coast", "ORG", "Free Coast Brigade", aliases=(Alias("Бригада «Свободный берег»", "ru"),)),
    Entity("o:red-wing", "ORG", "Brygada Czerwone Skrzydło"),
    Entity("o:dawn", "ORG", "Батальон «Красный рассвет»", aliases=(Alias("Красный рассвет", "ru"),)),
    Entity("p:orlyansk", "PLACE", "Orlyansk Oblast", aliases=(Alias("Орлянская область", "ru"),)),
]
CASES = [
    ("Стрельников Павел Васильевич ушёл.", "Pavel Strelnikov ушёл."),
    ("Вручили Стрельникову Павлу Васильевичу орден.", "Вручили Pavel Strelnikov орден."),
    ("They saw STRELNIKOV, Pavel.", "They saw Pavel Strelnikov."),
    ("They saw Strelnikov, Pavel Vasilyevich, there.", "They saw Pavel Strelnikov, there."),
    ("They saw Strelnikov, Pavel Durov and others.", "They saw Pavel Strelnikov, Pavel Durov and others."),
    ("The 'Free Coast' brigade came.", "The Free Coast Brigade came."),
    ("The ‘Free Coast’ brigade came.", "The Free Coast Brigade came."),
    ("Бойцы бригады «Свободный берег» ушли.", "Бойцы Free Coast Brigade ушли."),
    ("Żołnierze Brygady Czerwonego Skrzydła odeszli.", "Żołnierze Brygada Czerwone Skrzydło odeszli."),
    ("Вчера «Красным рассветом» командовали.", "Вчера Батальон «Красный рассвет» командовали."),
    ("Вчера Красным рассветом командовали.", "Вчера Батальон «Красный рассвет» командовали."),
    ("Живут в Орлянской обл.", "Живут в Orlyansk Oblast."),
    ("Живут в Орлянской обл. у реки.", "Живут в Orlyansk Oblast у реки."),
]


@cache
def linker() -> Linker:
    return Linker(Gazetteer(ENTITIES))


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_the_whole_name_is_replaced(text: str, expected: str) -> None:
    assert linker().normalize(text) == expected
    assert linker().normalize(expected) == expected
