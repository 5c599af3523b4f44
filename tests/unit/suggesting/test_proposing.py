"""What is proposed from small texts, case by case."""

from __future__ import annotations

from dataclasses import replace

import pytest

import entitynorm
from entitynorm.model import Entity
from entitynorm.patches import Patch
from entitynorm.suggesting.nearness import translated_initials
from entitynorm.suggesting.proposing import suggest
from entitynorm.suggesting.spellings import Text

GAZETTEER = (
    Entity("person:dmitry-peskov", "PERSON", "Dmitry Peskov"),
    Entity("person:vyacheslav-gladkov", "PERSON", "Vyacheslav Gladkov"),
    Entity("org:rvc", "ORG", "Russian Volunteer Corps", located_in="place:russia"),
    Entity("org:legion", "ORG", "Freedom of Russia Legion"),
    Entity("org:arakan", "ORG", "Arakan Army"),
    Entity("org:ria", "ORG", "Northern Riverbank Agency"),
    Entity("place:russia", "PLACE", "Russia"),
    Entity("place:kozinka", "PLACE", "Kozinka"),
    Entity("place:grayvoron-district", "PLACE", "Grayvoron District"),
    Entity("place:grayvoron", "PLACE", "Grayvoron"),
)


def proposals(*texts: str, **options: object) -> Patch:
    linker = entitynorm.load(GAZETTEER)
    corpus = [Text(f"{n}.txt", lambda text=text: text) for n, text in enumerate(texts)]  # type: ignore[misc]
    return suggest(linker, corpus, date="2023-05-22", **options)  # type: ignore[arg-type]


def aliases(patch: Patch) -> dict[str, str]:
    return {p.alias.text: p.entity for p in patch.aliases}


@pytest.mark.parametrize(
    ("text", "spelling", "entity"),
    [
        ("The Freedom of Russia Legion (FRL) crossed the border.", "FRL", "org:legion"),
        ("The Russian Volunteer Corps left. So did the RDK yesterday.", "RDK", "org:rvc"),
        ("Freedom of Russia Legion: the fighters of the LSR crossed over.", "LSR", "org:legion"),
        ("It was the Liberty Corps of Russia again.", "Liberty Corps of Russia", "org:legion"),
        ("На месте Легион «Свобода России» и люди.", "Легион «Свобода России»", "org:legion"),
        ("A man wrote «Грайворон» on the wall.", "Грайворон", "place:grayvoron"),
        ("Dmitry Peskov spoke. Later Peskov left.", "Peskov", "person:dmitry-peskov"),
        ("Об этом спросили Вячеслава Гладкова и других.", "Вячеслава Гладкова", "person:vyacheslav-gladkov"),
        (
            "In the Graivoron region and in the Grivoron region they fight.",
            "Grivoron region",
            "place:grayvoron-district",
        ),
        ("A town called Kozynka burns.", "Kozynka", "place:kozinka"),
        ("The Northern Riverbank Agency (NXA) paid, and NXA said so.", "NXA", "org:ria"),
    ],
)
def test_spellings_go_to_their_entity(text: str, spelling: str, entity: str) -> None:
    assert aliases(proposals(text)).get(spelling) == entity


def test_what_the_gazetteer_lists_is_not_proposed() -> None:
    assert (
        proposals("The KOZINKA and Gray-voron roads: Dmitry Peskov, Kozinka, “Russian Volunteer Corps”.").aliases == ()
    )


def test_links_that_are_sure_can_be_left_out() -> None:
    text = "The Freedom of Russia Legion (FRL) crossed the border. The RDK did too, the Russian Volunteer Corps."
    assert {"FRL", "RDK"} <= set(aliases(proposals(text)))
    assert set(aliases(proposals(text, linked=False))) == {"RDK"}


def test_every_proposal_says_where_it_was_seen() -> None:
    patch = proposals("Nothing here.", "They came to Kozynka. In Kozynka they stayed.", "And Kozynka again.")
    (proposal,) = patch.aliases
    note = proposal.note
    assert (note.source, note.date, note.count, note.documents) == ("1.txt", "2023-05-22", 3, 2)
    assert note.contexts[0] == "They came to [Kozynka]. In Kozynka they stayed."
    assert note.score is not None and 0 < note.score <= 1


def test_new_entities_bring_their_spellings() -> None:
    patch = proposals(
        "They waited in Shebekino. Near Shebekino it is calm. "
        "The Kramer Valley Institute (KVI) said so, and the KVI knows, says Anna Hoffmann. Hoffmann left.",
        "В городе Шебекине тихо.",
    )
    found = {p.entity.name: {a.text for a in p.entity.aliases} for p in patch.entities}
    assert found == {"Shebekino": {"Шебекине"}, "Kramer Valley Institute": {"KVI"}, "Anna Hoffmann": {"Hoffmann"}}
    types = {p.entity.name: (p.entity.type, p.entity.id) for p in patch.entities}
    assert types["Anna Hoffmann"] == ("PERSON", "person:anna-hoffmann")
    assert types["Shebekino"] == ("PLACE", "place:shebekino")
    assert types["Kramer Valley Institute"][0] == "ORG"
    assert all(p.note.decision == "open" for p in patch.entities)


@pytest.mark.parametrize(
    ("text", "name", "others"),
    [
        (
            "Вчера в Зареченске спали. До Зареченска далеко, из Зареченска тоже. Город Зареченск мал.",
            "Зареченск",
            {"Зареченске", "Зареченска"},
        ),
        ("Из Верхнереченского едут. Село Верхнереченское пусто.", "Верхнереченское", {"Верхнереченского"}),
        (  # the base form stands where a capital proves nothing, and only once
            "Мы спросили Мирослава Каверина. С Мирославом Кавериным и без Мирослава Каверина. Мирослав Каверин молчал.",
            "Мирослав Каверин",
            {"Мирослава Каверина", "Мирославом Кавериным"},
        ),
        (
            "З Ольгою Тихвінською. Про Ольгу Тихвінську. Там Ольга Тихвінська.",
            "Ольга Тихвінська",
            {"Ольгою Тихвінською", "Ольгу Тихвінську"},
        ),
        (
            "Mieszkańcy Zarzeczewa śpią, do Zarzeczewa też. Jest cicho w Zarzeczewie. Wieś Zarzeczewo leży nad rzeką.",
            "Zarzeczewo",
            {"Zarzeczewa", "Zarzeczewie"},
        ),
        (
            "Říkají to lidé z Kostelce a lidé v Kostelci. Město Kostelec je malé. Přijeli do Kostelce.",
            "Kostelec",
            {"Kostelce", "Kostelci"},
        ),
        (
            "Píše to deník BRADOVA. Lidé z Bradovy říkají, že město čeká. Šli do Bradovy a dál za Bradovu.",
            "BRADOVA",
            {"Bradovy", "Bradovu"},
        ),
    ],
)  # fmt: skip
def test_new_entities_are_called_by_their_base_form(text: str, name: str, others: set[str]) -> None:
    [new] = proposals(text, min_count=1).entities
    assert new.entity.name == name
    assert {alias.text for alias in new.entity.aliases} == others
    assert "acronym" not in {alias.kind for alias in new.entity.aliases}


def test_a_form_of_two_names_joins_neither() -> None:
    text = "В Зареченском живут. Был Зареченский, был и Зареченск."
    found = {new.entity.name: len(new.entity.aliases) for new in proposals(text, min_count=1).entities}
    assert found == {"Зареченском": 0, "Зареченский": 0, "Зареченск": 0}


def test_where_names_are_not_declined_endings_make_other_names() -> None:
    text = "In those days Martin and Martina left with Dan, and Dana, with Zorin and Zorina."
    assert all(not new.entity.aliases for new in proposals(text, min_count=1).entities)
    assert {"Zorin", "Zorina"} <= {new.entity.name for new in proposals(text, min_count=1).entities}


def test_a_single_sighting_is_no_new_entity() -> None:
    assert proposals("They waited in Shebekino.").entities == ()
    assert [p.entity.name for p in proposals("They waited in Shebekino.", min_count=1).entities] == ["Shebekino"]


def test_near_misses_are_blocked() -> None:
    text = "Here Igor Peskov met the Ukrainian Volunteer Corps. "
    patch = proposals(text + "There Igor Peskov left the Ukrainian Volunteer Corps.")
    assert {(p.entity, p.text) for p in patch.blocked} == {
        ("person:dmitry-peskov", "Igor Peskov"),
        ("org:rvc", "Ukrainian Volunteer Corps"),
    }
    assert "Igor Peskov" not in aliases(patch) and "Ukrainian Volunteer Corps" not in aliases(patch)
    assert proposals(text).blocked == ()


def test_longer_names_are_no_spellings_of_shorter_ones() -> None:
    found = aliases(proposals("The Peskov Bridge and Lake Kozinka: Dmitry Peskov saw Kozinka. Anna Peskova left."))
    assert not {"Peskov Bridge", "Lake Kozinka", "Anna Peskova"} & set(found)


def test_a_word_that_no_name_answers_makes_another_name() -> None:
    patch = proposals("Near here the Arakan Rohingya Army stayed. And the Arakan Rohingya Army grew.")
    assert "Arakan Rohingya Army" not in aliases(patch)
    assert [p.entity.name for p in patch.entities] == ["Arakan Rohingya Army"]


def test_what_was_decided_is_not_proposed_again() -> None:
    text = "A town called Kozynka burns, and Anna Hoffmann left. Igor Peskov saw it. It was Igor Peskov."
    first = proposals(text)
    assert len(first.aliases) == 1 and len(first.blocked) == 1 and len(first.entities) == 2
    assert proposals(text, decided=[first]) != Patch()  # all of it is open

    rejected = Patch(*(tuple(replace(p, note=replace(p.note, decision="reject")) for p in some)
                       for some in (first.aliases, first.blocked, first.entities)))  # fmt: skip
    assert proposals(text, decided=[rejected]) == Patch()


def test_processes_do_not_change_the_result() -> None:
    texts = ["A town called Kozynka burns.", "The RDK and the Russian Volunteer Corps left Грайворон."]
    assert proposals(*texts) == proposals(*texts, jobs=2)


@pytest.mark.parametrize(
    ("letters", "name", "lang"),
    [
        ("RDK", "Russian Volunteer Corps", "ru"),
        ("РДК", "Russian Volunteer Corps", "ru"),
        ("LSR", "Freedom of Russia Legion", "ru"),
        ("PNH", "Haitian National Police", "fr"),
        ("RDK", "Freedom of Russia Legion", None),
        ("KDR", "Russian Volunteer Corps", None),
        ("RD", "Russian Volunteer", None),
    ],
)
def test_translated_initials(letters: str, name: str, lang: str | None) -> None:
    assert translated_initials(letters, Entity("org:x", "ORG", name)) == lang
