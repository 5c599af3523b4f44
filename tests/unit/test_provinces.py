"""Provinces listed in one script by an adjective, and met in another beside a word for a province."""

from __future__ import annotations

from functools import cache

import pytest

from entitynorm import Entity, Gazetteer, Linker
from entitynorm.io.formats import parse_marked, to_marked

ENTITIES = [
    Entity("p:kherson", "PLACE", "Херсонская область"),
    Entity("p:dvurechny", "PLACE", "Двуреченский район"),
    Entity("p:ternopil", "PLACE", "Ternopil Oblast"),
]
# An unmarked name must stay unlinked.
CASES = [
    "Fighting in [Kherson oblast](p:kherson) and the [Kherson region](p:kherson) went on.",
    "Fighting in [Kherson Oblast](p:kherson) and [Oblast Kherson](p:kherson) went on.",
    "Kämpfe im [Gebiet Kherson](p:kherson) dauern an.",
    "People of the [Dvurechensky district](p:dvurechny) left the Kherson district.",
    "Бои в [Тернопольской области](p:ternopil), у [Тернопільській області](p:ternopil).",
    "Жители [Херсонской обл.](p:kherson) ушли.",
    "They left Kherson and Ternopil, whatever oblast.",
]


@cache
def linker() -> Linker:
    return Linker(Gazetteer(ENTITIES))


@pytest.mark.parametrize("marked", CASES)
def test_provinces(marked: str) -> None:
    text, _ = parse_marked(marked)
    assert to_marked(linker().link(text)) == marked
