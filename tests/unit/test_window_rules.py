"""Windows of running text and the aliases they may name: what a window has to answer that a name need not."""

from __future__ import annotations

from functools import cache

import pytest

from entitynorm import Entity, Gazetteer, Linker
from entitynorm.comparing import Layer
from entitynorm.layers import InMemory
from entitynorm.learned import learned_scorer
from entitynorm.model import Alias
from entitynorm.names.structure import parse
from entitynorm.retrieval.search import Reached
from entitynorm.window_rules import fits_window

# (window, alias, type, whether it fits, what the rule is)
FEW = [
    ("Kozinka", "Kozinka", "PLACE", True, "the same"),
    ("Kozynka", "Kozinka", "PLACE", True, "among few names one word may be spelled oddly"),
    ("Kozinkas", "Kozinka", "PLACE", False, "an English plural is no case form"),
    ("Козинки", "Козинка", "PLACE", True, "a case form"),
    ("Gladkov", "Vyacheslav Gladkov", "PERSON", True, "a surname"),
    ("Vyacheslav", "Vyacheslav Gladkov", "PERSON", True, "a given name, once the text has the full name"),
    ("Vyacheslaw", "Vyacheslav Gladkov", "PERSON", False, "a given name is right to the letter"),
    ("Claudia Sheinbaum", "Claudia Sheinbaum Pardo", "PERSON", True, "two names of three"),
    ("Sheinbaum", "Claudia Sheinbaum Pardo", "PERSON", True, "the father's surname of two"),
    ("Sheinbaum Pardo", "Claudia Sheinbaum Pardo", "PERSON", True, "both surnames"),
    ("Lai", "Lai Ching-te", "PERSON", True, "a surname that stands first"),
    ("Mohamud Ali Hassan", "Hassan Ali Mohamud", "PERSON", False, "the names from behind"),
    ("Corneille Yobeluo Nangaa", "Corneille Nangaa", "PERSON", True, "one more name between"),
    ("Ramón", "Ratón", "PERSON", False, "a given name is no slip for another name"),
    ("57", "LT-57", "PRODUCT", False, "a number alone"),
    ("Darfur", "North Darfur", "PLACE", False, "a qualifier makes another place"),
    ("Forces", "Kosovo Force", "ORG", True, "a common word, once the text has the full name"),
    ("Vyacheslav Gladkov", "Vyacheslav Gladkov", "PERSON", True, "the same"),
    ("Вячеслав Владимирович Гладков", "Vyacheslav Gladkov", "PERSON", True, "a patronymic between"),
    ("Vyacheslav V. Gladkov", "Vyacheslav Gladkov", "PERSON", True, "an initial between"),
    ("Vyacheslav Tuesday Gladkov", "Vyacheslav Gladkov", "PERSON", False, "a word too many between"),
    ("Gladkov of", "Vyacheslav Gladkov", "PERSON", False, "ends with a word of grammar"),
    ("Gladkov spoke", "Vyacheslav Gladkov", "PERSON", False, "ends with a word that is not answered"),
    ("the Kozinka", "Kozinka", "PLACE", False, "an English article is no part"),
    ("al-Shabaab", "al-Shabaab", "ORG", True, "a particle that the alias has"),
    ("de Kozinka", "Kozinka", "PLACE", False, "a particle that the alias lacks"),
    ("La Kozinka", "Kozinka del Sur", "PLACE", False, "a particle that the alias has elsewhere"),
    ("Al Jufra", "Jufra", "PLACE", True, "the article of Arabic, which the alias lacks"),
    ("el-Arish", "Arish", "PLACE", True, "the article of Arabic in another spelling"),
    ("Kozinka and Belgorod", "Kozinka Belgorod", "PLACE", False, "a conjunction that the alias lacks"),
    ("Херсонская", "Херсон", "PLACE", False, "an adjective alone"),
    ("Херсонская область", "Херсонская область", "PLACE", True, "the adjective beside its type word"),
    ("Volunteer Corps", "Russian Volunteer Corps", "ORG", True, "only the country is missing"),
    ("Volunteer Corps", "Azov Volunteer Corps", "ORG", False, "what makes it one is missing"),
]
MANY = [
    ("Kozinka", "Kozinka", True),
    ("Kozynka", "Kozinka", False),
    ("Козинка", "Kozinka", True),
    ("Козинки", "Козинка", True),
    ("Vyacheslav Gladkow", "Vyacheslav Gladkov", True),
]


@cache
def layer_of(alias: str, kind: str) -> Layer:
    known = InMemory(Gazetteer([Entity("x:1", kind, alias)]))
    return Layer(known.index, known.entity_at, learned_scorer())


def fits(window: str, alias: str, kind: str, *, few: bool = True, declining: bool = False) -> bool:
    (scored,) = layer_of(alias, kind).compared(parse(window), [Reached(0, 1.0, "asked")])
    return fits_window(scored, few, declining)


@pytest.mark.parametrize(("window", "alias", "kind", "expected", "rule"), FEW)
def test_among_few_names(window: str, alias: str, kind: str, expected: bool, rule: str) -> None:
    assert fits(window, alias, kind) is expected, rule


@pytest.mark.parametrize(
    ("window", "alias", "kind", "part"),
    [
        ("Vyacheslav", "Vyacheslav Gladkov", "PERSON", True),
        ("Gladkov", "Vyacheslav Gladkov", "PERSON", False),
        ("Claudia Sheinbaum", "Claudia Sheinbaum Pardo", "PERSON", False),
        ("Forces", "Kosovo Force", "ORG", True),
        ("ООН", "United Nations", "ORG", False),
    ],
)
def test_what_is_only_part_of_a_name_needs_the_whole(window: str, alias: str, kind: str, part: bool) -> None:
    (scored,) = layer_of(alias, kind).compared(parse(window), [Reached(0, 1.0, "asked")])
    assert fits_window(scored, True, False) and scored.part is part


@pytest.mark.parametrize(("window", "alias", "expected"), MANY)
def test_among_many_names_a_single_word_is_right_to_the_letter(window: str, alias: str, expected: bool) -> None:
    assert fits(window, alias, "PERSON" if " " in alias else "PLACE", few=False) is expected


def test_an_ordinary_word_is_right_to_the_letter_even_among_few_names() -> None:
    assert fits("Mori", "Mori", "PLACE")
    assert not fits("More", "Mori", "PLACE")


def test_case_forms_in_latin_letters_need_a_text_that_declines() -> None:
    for few in (True, False):
        assert fits("Opolem", "Opole", "PLACE", few=few, declining=True)
        assert not fits("Opolem", "Opole", "PLACE", few=few, declining=False)


def test_an_acronym_names_no_place_and_no_person() -> None:
    entities = [
        Entity("o:1", "ORG", "Russian Volunteer Corps"),
        Entity("p:1", "PLACE", "Ras Vela Cove"),
    ]
    found = Linker(Gazetteer(entities)).link("The RVC spoke.").mentions
    assert [m.id for m in found] == ["o:1"]
    assert not any(c.id == "p:1" for m in found for c in m.candidates)


def test_a_text_is_told_apart_by_its_own_letters() -> None:
    linker = Linker(Gazetteer([Entity("p:1", "PLACE", "Opole", aliases=(Alias("Ополе", "ru"),))]))
    polish = "Rząd obiecał pomoc. Między Opolem a Łodzią żołnierze sprzątają ulicę."
    english = "The government promised help. Between Opolem and the river soldiers clean a street."
    assert [m.surface for m in linker.link(polish).mentions] == ["Opolem"]
    assert [m.surface for m in linker.link(english).mentions] == []


def test_a_language_that_is_named_settles_whether_a_text_declines() -> None:
    linker = Linker(Gazetteer([Entity("p:1", "PLACE", "Opole", aliases=(Alias("Ополе", "ru"),))]))
    polish = "Burmistrz przyjechał wczoraj z Opolem w tle."
    plain = "Nad Opolem krążyli dwaj piloci."
    found = {lang: [m.surface for m in linker.link(plain, lang=lang).mentions] for lang in (None, "pl", "cs-CZ", "de")}
    assert found == {None: ["Opolem"], "pl": ["Opolem"], "cs-CZ": ["Opolem"], "de": []}
    assert [m.surface for m in linker.link("Nad Opolem padal deszcz.").mentions] == []
    assert [m.surface for m in linker.link("Nad Opolem padal deszcz.", lang="pl").mentions] == ["Opolem"]
    assert linker.normalize("Nad Opolem padal deszcz.", lang="pl") == "Nad Opole padal deszcz."
    assert [m.surface for m in linker.link(polish, lang="und").mentions] == ["Opolem"]
