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
    Entity("h:abiy", "PERSON", "Abiy Ahmed Ali"),
    Entity("h:makenga", "PERSON", "Sultani Makenga"),
    Entity("o:azawad", "ORG", "Azawad Liberation Front"),
    Entity("o:fama", "ORG", "Malian Armed Forces"),
    Entity("o:velsk", "ORG", "Velsk Cartel"),
    Entity("o:league", "ORG", "Континентальная хоккейная лига"),
    Entity("o:court", "ORG", "ВАКС"),
    Entity("o:sibir", "ORG", "HC Sibir", aliases=(Alias("Сибирь", "ru"),)),
    Entity("p:sibir", "PLACE", "Сибирь"),
    Entity("p:poland", "PLACE", "Polska"),
    Entity("p:lubin", "PLACE", "Lubin"),
    Entity("o:sdf", "ORG", "Syrian Democratic Forces"),
    Entity("o:icc", "ORG", "International Criminal Court"),
    Entity("o:defender", "ORG", "Defensoría del Pueblo"),
    Entity("o:oil", "ORG", "National Oil Corporation"),
    Entity("f:jufra", "FACILITY", "Jufra Airbase"),
    Entity("f:zaatari", "FACILITY", "Zaatari Refugee Camp"),
    Entity("h:barzani", "PERSON", "Masrour Barzani"),
    Entity("h:attaf", "PERSON", "Ahmed Attaf"),
    Entity("h:arce", "PERSON", "Luis Arce"),
    Entity("h:paz", "PERSON", "Rodrigo Paz"),
    Entity("p:kaya", "PLACE", "Kaya, Burkina Faso"),
    Entity("p:algeria", "PLACE", "Algeria"),
    Entity("o:mod-br", "ORG", "Ministry of Defence (Brazil)"),
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
    "a first name alone needs the full name in the text": [
        "Today Abiy spoke at length.",
        "Today [Abiy Ahmed](h:abiy) spoke at length, and later [Abiy](h:abiy) left.",
    ],
    "one more given name leads": [
        "Le général [Emmanuel Sultani Makenga](h:makenga) est venu.",
    ],
    "Romance languages have one capital in a name": [
        "Dans le Nord du pays, le [Front de libération de l'Azawad](o:azawad) parle de la paix.",
        "Dans le Nord de la ville, les [Forces armées maliennes](o:fama) ont repris le camp.",
        "El [cartel de Velsk](o:velsk) es de la ciudad.",
        "The Front de-mined it, and forces armed Malians.",
    ],
    "Cyrillic has one capital in a name, and acronyms take endings": [
        "В матче [Континентальной хоккейной лиги](o:league) победили гости.",
        "Рішення [ВАКСу](o:court) оскаржили.",
    ],
    "what stands in quotation marks is a club, where one of the name is listed": [
        "Тренер «[Сибири](o:sibir)» ушёл.",
        "Вчера в [Сибири](p:sibir) было холодно.",
    ],
    "languages that decline names write adjectives small": [
        "Wczoraj mówiono, że bezpieczeństwo [Polski](p:poland) jest ważne, i że był prezydent [Lubina](p:lubin).",
        "Polski film był długi.",
    ],
    "adjectives of German agree": [
        "Gestern haben die [Syrischen Demokratischen Kräfte](o:sdf) die Stadt verlassen.",
    ],
    "an acronym in brackets is declared for the whole text": [
        "Gestern haben die [Syrischen Demokratischen Kräfte](o:sdf) ([SDK](o:sdf)) verloren, so [SDK](o:sdf)-Sprecher.",
        "Gestern hat die SDK die Stadt verlassen.",
        "Ieri la [Corte penale internazionale](o:icc) ([Cpi](o:icc)) ha detto che il caso è della [Cpi](o:icc).",
        "Ieri la [Corte penale internazionale](o:icc) (Roma) ha detto che il caso è della città di Roma.",
    ],
    "the article of a language is no part of a name, where the name has none": [
        "La [Defensoría del Pueblo](o:defender) pidió que el corredor de la ciudad abra.",
        "They came from the [Al Jufra air base](f:jufra) and from the [Zaatari refugee camp](f:zaatari) by night.",
    ],
    "the dot of an abbreviation belongs to it": [
        "It was the [National Oil Corp.](o:oil) that said so.",
    ],
    "a letter with a dot is no initial where it is a network or Monsieur": [
        "[Masrour Barzani](h:barzani) wrote on X. [Barzani](h:barzani) urged it.",
        "Le ministre [Ahmed Attaf](h:attaf) est venu de la ville. « La paix », a dit M. [Attaf](h:attaf) à la presse.",
    ],
    "a second surname follows in Romance languages": [
        "El presidente [Luis Arce Catacora](h:arce) dijo que los de la ciudad no vienen.",
        "They saw [Luis Arce](h:arce) Wednesday.",
    ],
    "names of people are not translated": [
        "They spoke of Peace, as [Rodrigo Paz](h:paz) did.",
    ],
    "no text says the qualifier of a name": [
        "They came to [Kaya](p:kaya) by night, and to [Kaya, Burkina Faso](p:kaya) by day.",
    ],
    "countries have names in many languages": [
        "Hier, le ministre de la défense est allé en [Algérie](p:algeria).",
    ],
    "the ministry of another country": [
        "Kenya's Ministry of Defence announced nothing.",
        "Kenya's Ministry of Defence was silent, o Ministério da Defesa da Colômbia também.",
        "[Brazil's Ministry of Defence](o:mod-br) spoke.",
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
