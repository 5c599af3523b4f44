"""Texts and names against a thousand names and more, where a single word has to be right to the letter."""

from __future__ import annotations

from functools import cache
from itertools import product

import pytest

from entitynorm import Entity, Gazetteer, Linker
from entitynorm.io.formats import parse_marked, to_marked
from entitynorm.model import Alias
from entitynorm.retrieval.build import FEW

GIVEN = ("Boris", "Anna", "Kirill", "Petr", "Nadia", "Oleg", "Igor", "Lena", "Zoya", "Ruslan")
ENDINGS = ("nov", "dovsky", "benko", "tikh")
OTHERS = [
    Entity(f"other:{n}", "PERSON", f"{given} {first.title()}{second}{ending}")
    for n, (given, first, second, ending) in enumerate(product(GIVEN, ("ba", "di", "ge"), ("lo", "mu", "ra"), ENDINGS))
]
SAME_SURNAME = [Entity(f"same:{n}", "PERSON", f"Имя{n} Ковалёв") for n in range(FEW - len(OTHERS))]
LISTED = [
    Entity("p:kozinka", "PLACE", "Kozinka", aliases=(Alias("Козинка", "ru"),)),
    Entity("p:bahmut", "PLACE", "Бахмут"),
    Entity("p:solvanka", "PLACE", "Solvanka"),
    Entity("p:loose", "PLACE", "Dremany", aliases=(Alias("Dremany", fuzzy="edit"),)),
    Entity("h:strelnikov", "PERSON", "Pavel Strelnikov"),
    Entity("p:vedeno", "PLACE", "Vedeno Solvari"),
    Entity("o:hospital", "ORG", "Hospital of Saint Vilma"),
]
# An unmarked name must stay unlinked.
CASES = {
    "a single word is right to the letter": ["In [Solvanka](p:solvanka), not in Solvonka or Solwanka."],
    "or sounds like a name of another script": [
        "In [Kozynka](p:kozinka) and in [Bakhmut](p:bahmut), not in Kozenka.",
        "Они ушли из [Козинки](p:kozinka) в [Сольванку](p:solvanka).",
    ],
    "or the gazetteer lets it slip, also where it says so of the name itself": ["In [Dremani](p:loose)."],
    "a person leaves the word beside it to another name": [
        "In [Vedeno Solvari](p:vedeno) [Pavel Strelnikov](h:strelnikov) left."
    ],
    "a surname needs its full name": [
        "[Pavel Strelnikov](h:strelnikov) came. [Strelnikov](h:strelnikov) left.",
        "Strelnikov left.",
    ],
    "however near the full name, or itself, it stands": [
        "[Strelnikov](h:strelnikov) said that [Pavel Strelnikov](h:strelnikov) left.",
        "[Pavel Strelnikov](h:strelnikov) came. [Strelnikov](h:strelnikov) praised [Strelnikov](h:strelnikov).",
    ],
}


def new_linker() -> Linker:
    return Linker(Gazetteer([*OTHERS, *SAME_SURNAME, *LISTED]))


@cache
def linker() -> Linker:
    return new_linker()


@pytest.mark.parametrize(("rule", "marked"), [(rule, case) for rule, some in CASES.items() for case in some])
def test_mentions(rule: str, marked: str) -> None:
    text, _ = parse_marked(marked)
    assert to_marked(linker().link(text)) == marked, rule


@pytest.mark.parametrize("name", ["Ковалев Имя3", "Ковалев Имья", "Новый Ковалев"])
def test_what_was_asked_before_changes_no_score(name: str) -> None:
    asked = new_linker()
    asked.search("Имя3 Ковальов")  # compares names that are written with ё
    assert asked.search(name) == new_linker().search(name)


def test_a_part_that_the_text_does_not_give_whole_is_no_part_of_another_text() -> None:
    texts = ["Pavel Strelnikov came.", "Strelnikov left.", "Strelnikov said that Pavel Strelnikov left."]
    together = list(linker().link_many(texts))
    assert together == [new_linker().link(text) for text in texts]
    assert [len(document.mentions) for document in together] == [1, 0, 2]
