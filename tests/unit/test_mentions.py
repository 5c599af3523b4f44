"""Where mentions begin and end, and how names are written: each case beside one that differs in what matters."""

from __future__ import annotations

from functools import cache

import pytest

from entitynorm import Entity, Gazetteer, Linker
from entitynorm.io.formats import parse_marked, to_marked
from entitynorm.model import Alias

ENTITIES = [
    Entity("o:coast", "ORG", "Free Coast Brigade", aliases=(Alias("Бригада «Свободный берег»", "ru"),)),
    Entity("o:veles", "ORG", "Veles Volunteer Battalion", aliases=(Alias("Добровольческий батальон «Велес»", "ru"),)),
    Entity("o:reka", "ORG", "Батальон «Серебряная река»"),
    Entity("o:herald", "ORG", "Solvanka Herald", aliases=(Alias("Сольванский вестник", "ru"),)),
    Entity("o:agency", "ORG", "Inzer", aliases=(Alias("Inzer news agency"),)),
    Entity("o:administration", "ORG", "Solvanka Regional Administration"),
    Entity("f:bridge", "FACILITY", "Velsky Bridge"),
    Entity("h:hrubin", "PERSON", "Zdeněk Hrubín"),
    Entity("h:aue", "PERSON", "Klara von der Auenfeld"),
    Entity("p:russia", "PLACE", "Russia", aliases=(Alias("Россия", "ru"),)),
]
# An unmarked name must stay unlinked.
CASES = {
    "small words before the first capital say what bears the name": [
        "Вчера [добровольческий батальон «Велес»](o:veles) ушёл, а [бригада «Свободный берег»](o:coast) нет.",
        "С [бригадой Свободный берег](o:coast) пришли люди.",
        "Ils ont franchi le [pont Velski](f:bridge) hier.",
        "Hier, le café Velski a fermé.",
    ],
    "a listed name is not parted, and words beside it stay outside": [
        "Gestern lobte er die Zeitung [Solvanka Herald](o:herald).",
        "It was said by news agency [Inzer](o:agency), or by the [Inzer news agency](o:agency).",
    ],
    "what a name has in quotation marks is a name where the text quotes it too": [
        "Вчера бойцы «[Свободного берега](o:coast)» ушли.",
        "Вчера бойцы Свободного берега ушли на свободный берег.",
        "Свободный берег пуст.",
        "Вчера батальон «Серебряная дверь» ушёл, а [батальон «Серебряная река»](o:reka) нет.",
    ],
    "all particles of a surname belong to it": [
        "Gestern sprach sie mit [von der Auenfeld](h:aue). Dann kam [Klara von der Auenfeld](h:aue).",
        "Sie kamen von der Arbeit.",
    ],
    "what says what a thing is may be small": [
        "The [Solvanka regional administration](o:administration)'s office was shut.",
        "The solvanka regional administration was shut.",
    ],
    "part of a name before another capital belongs to another name": [
        "We heard that the Free Coast Choir sang.",
        "Żołnierze [Brygady Wolnego Wybrzeża](o:coast) odeszli.",
        "Wczoraj śpiewały w mieście Brygady Wolnego Gołębia.",
    ],
    "a woman is not the man whose full name stands elsewhere, a case form of his name is": [
        "Včera přišel [Zdeněk Hrubín](h:hrubin). Hrubínová mlčela. Podle [Hrubína](h:hrubin) bylo ticho.",
    ],
}


@cache
def linker() -> Linker:
    return Linker(Gazetteer(ENTITIES))


@pytest.mark.parametrize(("rule", "marked"), [(rule, case) for rule, cases in CASES.items() for case in cases])
def test_mentions(rule: str, marked: str) -> None:
    text, _ = parse_marked(marked)
    assert to_marked(linker().link(text)) == marked, rule
