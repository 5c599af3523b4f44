"""What stands beside a window: cases where it is part of another name, each next to one where it is not."""

from __future__ import annotations

from functools import cache

import pytest

from entitynorm import Entity, Gazetteer, Linker
from entitynorm.io.formats import parse_marked, to_marked
from entitynorm.model import Alias
from entitynorm.sentences import Sentences
from entitynorm.spans import reading_of
from entitynorm.surroundings import Surroundings, _begins_phrase

ENTITIES = [
    Entity("p:washington", "PLACE", "Washington"),
    Entity("p:kyiv", "PLACE", "Kyiv", aliases=(Alias("Київ", "uk"), Alias("Киев", "ru"))),
    Entity("p:moscow", "PLACE", "Moscow", aliases=(Alias("Москва", "ru"),)),
    Entity("p:kakhovka", "PLACE", "Kakhovka", aliases=(Alias("Каховка", "ru"),)),
    Entity("p:belgorod", "PLACE", "Belgorod", aliases=(Alias("Белгород", "ru"),)),
    Entity("p:sudan", "PLACE", "Sudan"),
    Entity("p:israel", "PLACE", "Israel"),
    Entity("p:campbell", "PLACE", "Campbell"),
    Entity("p:clinton", "PLACE", "Clinton"),
    Entity("p:may", "PLACE", "May"),
    Entity("p:victoria", "PLACE", "Victoria"),
    Entity("p:armenia", "PLACE", "Armenia"),
    Entity("h:assad", "PERSON", "Bashar al-Assad", aliases=(Alias("Assad", kind="surname"),)),
    Entity("h:peskov", "PERSON", "Dmitry Peskov", aliases=(Alias("Дмитрий Песков", "ru"),)),
    Entity("h:putin", "PERSON", "Vladimir Putin", aliases=(Alias("Владимир Путин", "ru"),)),
    Entity("h:voss", "PERSON", "Martin Voss", aliases=(Alias("Мартин Восс", "ru"),)),
    Entity("h:lindqvist", "PERSON", "Olena Lindqvist", aliases=(Alias("Олена Ліндквіст", "uk"),)),
    Entity("h:kim", "PERSON", "Kim Jong-un"),
    Entity("h:johnson", "PERSON", "Boris Johnson", aliases=(Alias("Борис Джонсон", "uk"),)),
    Entity("h:makenga", "PERSON", "Sultani Makenga"),
    Entity("p:kamyshin-oblast", "PLACE", "Kamyshin Oblast", aliases=(Alias("Камышинская область", "ru"),)),
    Entity("p:blue-harbour", "PLACE", "Blue Harbour"),
    Entity("o:free-coast", "ORG", "Free Coast Brigade", aliases=(Alias("Бригада «Свободный берег»", "ru"),)),
    Entity("o:mod-ru", "ORG", "Russian Ministry of Defence", aliases=(Alias("Министерство обороны России", "ru"),)),
    Entity("o:wagner", "ORG", "Wagner Group", aliases=(Alias("Wagner"),), blocked=("Richard Wagner",)),
]

# An unmarked name must stay unlinked. In each group, what is rejected, and beside it what is kept.
CASES = {
    "a given name or initial before a single word makes another person of it": [
        "Denzel Washington arrived.",
        "They saw Bill Campbell there.",
        "They saw Krystal J. Campbell there.",
        "They came to [Campbell](p:campbell) by night.",
        "Later Maher al-Assad spoke, and Vasily Peskov wrote.",
        "Later [Bashar al-Assad](h:assad) spoke, and [Dmitry Peskov](h:peskov) wrote.",
    ],
    "an article of Arabic is no English as": [
        "Troops left the town, as [Assad](h:assad) fell.",
    ],
    "a surname before another name": [
        "Later Peskov Smoryal spoke.",
        "Later [Peskov](h:peskov) spoke.",
    ],
    "what an institution or a water is called after": [
        "Students of the University of Kyiv and of the Gulf of Sudan came.",
        "Students of [Kyiv](p:kyiv) came, and people of [Sudan](p:sudan).",
    ],
    "small words in capitals are no legal forms": [
        "TROOPS LEAVE [BELGOROD](p:belgorod) AS [KAKHOVKA](p:kakhovka) FALLS TO NOBODY",
        "Die Leute von VOSS GmbH und VOSS AG kamen nicht.",
    ],
    "a noun of German has a capital": [
        "Der Mann kam aus der Hochburg [Belgorod](p:belgorod) und ging mit dem Zug in die Stadt.",
    ],
    "an ordinary word begins a sentence": [
        "They left. Visiting [Kakhovka](p:kakhovka), he spoke.",
    ],
    "a type word before, and its own behind": [
        "Вчера на территории [Камышинской области](p:kamyshin-oblast) было тихо.",
    ],
    "a title makes a person of it": [
        "Yesterday Sen. Clinton voted and Mr. Campbell did not.",
        "Yesterday the senator of [Clinton](p:clinton) voted.",
    ],
    "a title of the other gender": [
        "Mrs Voss came, Frau Voss and Ms. Voss too, вчера г-жа Восс и госпожа Восс.",
        "Mr Lindqvist came, вчора пан Ліндквіст.",
        "Mr [Voss](h:voss) came, Herr [Voss](h:voss) and [Voss](h:voss), вчера г-н [Восс](h:voss).",
        "Mrs [Lindqvist](h:lindqvist) came, вчора пані [Ліндквіст](h:lindqvist).",
        "Governor [Lindqvist](h:lindqvist) came, mrs.",
    ],
    "a legal form makes a company of it": [
        "Nobody trusted Voss Foods Inc or Voss, Ltd. since Voss GmbH fell, and Voss s.r.o. too.",
        "Вчера ООО «Восс» и АО Восс молчали.",
        "Nobody trusted [Voss](h:voss), as companies do.",
        "The [Voss](h:voss) company was trusted.",
    ],
    "a word for an institution behind a place of several words": [
        "Nobody at Kamyshin State University or at Blue Harbour Technical University spoke about it again.",
        "Nobody in [Blue Harbour](p:blue-harbour) spoke, nor the [Kamyshin Oblast](p:kamyshin-oblast) Hospital.",
        "Вчера [Камышинская область](p:kamyshin-oblast) молчала, Камышинский университет тоже.",
    ],
    "a name that goes on": [
        "Вчера Восс Андрей ушёл, и [Восс Мартин Петрович](h:voss) тоже.",
        "Вчера Восс Андрей Петрович ушёл.",
        "Вчера [Восс](h:voss) Андрею сказал.",
        "They saw [Voss](h:voss), Martin Luther and others, or [Voss, Martin](h:voss) alone.",
    ],
    "a quotation that reaches beyond it": [
        "Бойцы бригады «Свободный ветер» ушли, «Свободный берег моря» тоже.",
        "Бойцы [бригады «Свободный берег»](o:free-coast) ушли.",
    ],
    "a surname somewhere in the text is one everywhere": [
        "Bill Campbell came. Nobody saw Campbell again.",
        "Somebody came. Nobody saw [Campbell](p:campbell) again.",
    ],
    "the head of a longer name": [
        "Yesterday the Kyiv Post was quoted again by everybody.",
        "Nobody quoted the Armenia Fund, the Kyiv Tractor Plant or a paper.",
        "The [Kyiv](p:kyiv) office was quoted, [Armenia](p:armenia) was not.",
        "The [Kyiv](p:kyiv)'s Post was quoted.",
    ],
    "a word for a region, river or court behind it": [
        "The Moscow River froze in Moscow Oblast.",
        "The [Moscow](p:moscow) City froze and [Kyiv](p:kyiv) too.",
    ],
    "a qualifier or a natural feature before it": [
        "In Port Sudan, in New Kakhovka and on Lake Victoria nobody moved.",
        "Новая Каховка молчала.",
        "In [Sudan](p:sudan), in new [Kakhovka](p:kakhovka) and in [Victoria](p:victoria) nobody moved.",
    ],
    "quotation marks in Cyrillic": [
        "Крейсер «Москва» затонул, а «Эхо Москвы» закрыли.",
        "Город [Москва](p:moscow) спал.",
    ],
    "a hyphen ties it to another word": [
        "Он жил в Белгород-Днестровском.",
        "Поезд [Москва](p:moscow)-[Киев](p:kyiv) ушёл.",
        "The father of [Kim Jong-un](h:kim) was Kim Jong-il.",
    ],
    "one more given name before a person of several": [
        "They saw [Emmanuel Sultani Makenga](h:makenga) there.",
        "They saw [Mary Boris Johnson](h:johnson) there.",
        "Передав Івану [Борис Джонсон](h:johnson) листа.",
    ],
    "a given name before an unknown surname": [
        "Minister Israel Katz spoke.",
        "Nobody in [Israel](p:israel) spoke.",
    ],
    "a date": [
        "It was on May 22 and again in May.",
        "They left [May](p:may) behind.",
    ],
    "another country beside an institution": [
        "Moldovan Ministry of Defence and UK Ministry of Defence were silent in [Moscow](p:moscow).",
        "The [Russian Ministry of Defence](o:mod-ru) was silent in [Moscow](p:moscow).",
        "Министерство обороны Молдовы молчит.",
    ],
    "a longer form that is blocked": [
        "Richard Wagner was a composer.",
        "The [Wagner](o:wagner) men were no composers.",
    ],
    "initials behind a surname belong to the person": [
        "Подписал [Путин В.В.](h:putin) вчера.",
        "Подписал [Путин](h:putin) вчера.",
    ],
    "a line between them parts words": [
        "Kyiv Post",
        "In the rain they left [Kyiv](p:kyiv)\nPost offices were closed.",
    ],
    "capitals mean nothing in a headline": [
        "Rain Falls On [Kyiv](p:kyiv) Streets Again",
        "They read the Kyiv Post and the Armenia Fund.",
        "The Kyiv Post was quoted, the Armenia Fund was not.",
    ],
}


@cache
def linker() -> Linker:
    return Linker(Gazetteer(ENTITIES))


@pytest.mark.parametrize(("rule", "marked"), [(rule, case) for rule, cases in CASES.items() for case in cases])
def test_surroundings(rule: str, marked: str) -> None:
    text, _ = parse_marked(marked)
    assert to_marked(linker().link(text)) == marked, rule


def test_without_context_a_surname_elsewhere_takes_no_place_away() -> None:
    text = "Bill Campbell came.\n\nNobody saw Campbell again."
    assert [m.start for m in linker().link(text, context=False).mentions] == [text.rindex("Campbell")]
    assert linker().link(text).mentions == ()


def test_the_shortcut_for_words_that_stand_apart_agrees_with_the_rules() -> None:
    resolver = linker()._resolver
    for case in (case for cases in CASES.values() for case in cases):
        text = parse_marked(case)[0]
        surroundings = Surroundings(resolver, text, Sentences(text))
        for span in linker()._texts.reader.read([text], context=False)[0].spans:
            place = span.start, span.end
            if surroundings._stands_apart(*place, reading_of(text[slice(*place)], span.candidates, resolver)):
                assert surroundings._uncontradicted(*place, span.candidates) == span.candidates


@pytest.mark.parametrize(
    ("text", "begins"),
    [("Lanao | del Norte.", True), ("Lanao | Sur and", True), ("Legion | and the", False), ("Legion | in, as", False)],
)
def test_a_small_word_behind_a_window_may_begin_a_phrase(text: str, begins: bool) -> None:
    window, _, behind = text.partition(" | ")
    assert _begins_phrase(f"{window} {behind}", len(window), behind.split()[0].rstrip(",")) == begins


def test_a_reading_tells_what_rules_ask_of_all_its_candidates() -> None:
    reader = linker()._texts.reader
    reading = reader.read(["The Ministry of Defence of Russia."])[0].spans
    assert reading_of("May", (), reader.resolver) == reading_of("", (), reader.resolver)
    for span in reading:
        told = reading_of("MAY", span.candidates, reader.resolver)
        assert told.candidates == span.candidates
        assert told.calendar
        assert told.institution == any(c.type == "ORG" for c in span.candidates)
