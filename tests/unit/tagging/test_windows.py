"""Windows: which runs of tokens are asked about, by how they are spelled, what they sound like, and what is beside."""

from __future__ import annotations

import pytest

from entitynorm import Entity
from entitynorm.model import Alias
from entitynorm.retrieval.index import NameIndex
from entitynorm.retrieval.search import Searcher
from entitynorm.tagging.scan import SEPARATOR, Scan
from entitynorm.tagging.windows import WindowFinder, signed

ENTITIES = [
    Entity("p:kozinka", "PLACE", "Kozinka", aliases=(Alias("Козинка", "ru"),)),
    Entity("p:belgorod", "PLACE", "Belgorod", aliases=(Alias("Белгород", "ru"),)),
    Entity("p:gora-podol", "PLACE", "Gora-Podol"),
    Entity("p:washington", "PLACE", "Washington, D.C."),
    Entity("h:gladkov", "PERSON", "Vyacheslav Gladkov", aliases=(Alias("Вячеслав Гладков", "ru"),)),
    Entity("o:freedom", "ORG", "Freedom of Russia Legion"),
    Entity("o:mod", "ORG", "Ministry of Defence", aliases=(Alias("Министерство обороны", "ru"),)),
    Entity("o:shabaab", "ORG", "al-Shabaab"),
    Entity("o:rvc", "ORG", "Russian Volunteer Corps"),
]
# (text, windows that must be among those found, windows that must not)
CASES = [
    ("They left Kozinka today.", ["Kozinka"], ["left Kozinka", "Kozinka today", "left", "They left"]),
    ("They left Kozynka today.", ["Kozynka"], ["left"]),
    ("Они ушли из Козинки утром.", ["Козинки"], ["утром", "из Козинки утром"]),
    ("In Belgorod region and the city of Belgorod", ["Belgorod", "Belgorod region", "city of Belgorod"], ["region"]),
    ("В городе Белгороде", ["Белгороде", "городе Белгороде"], ["В"]),
    ("Gora-Podol, Gora Podol", ["Gora-Podol", "Gora Podol"], ["Podol, Gora", "Gora-Podol, Gora Podol"]),
    ("in Washington, D.C., today", ["Washington, D.C"], ["Washington, D.C., today"]),
    ("Governor Wjatscheslaw Gladkow said", ["Wjatscheslaw Gladkow", "Gladkow"], ["said"]),
    ("by V. V. Gladkov", ["Gladkov", "V. Gladkov", "V. V. Gladkov"], ["by V. V. Gladkov"]),
    ("a Liberty Corps of Russia", ["Liberty Corps of Russia"], ["a"]),
    ("The Legion «Freedom of Russia» and the Freedom Army of Russia", ["Freedom Army of Russia"], []),
    ("министр министерства обороны молчит", [], ["обороны молчит", "молчит"]),
    ("В Министерстве обороны молчат", ["Министерстве обороны"], ["молчат"]),
    ("of Al-Shabaab and El Shabaab", ["Al-Shabaab", "El Shabaab"], ["and"]),
    ("the RVC and the rvc", ["RVC"], ["rvc"]),
    ("Minister (Defence)", [], ["Minister (Defence"]),
    ("They. Left.\n\nNobody", [], ["They. Left", "Left.\n\nNobody"]),
    ("nobody said anything", [], ["nobody", "said", "anything"]),
    ("", [], []),
]
SIGNED = [
    ("by @EuromaidanPress in #Kyiv", ["@EuromaidanPress", "#Kyiv"]),
    ("see hromadske.ua, U.N. and D.C.", ["hromadske.ua", "U.N.", "D.C."]),
    ("in Tulsa, Okla., and Okla. alone", ["Okla."]),
    ("a@b.org #1 e.g", []),
    ("nothing", []),
]


def finder_of(*entities: Entity) -> WindowFinder:
    index = NameIndex.of(entities)
    return WindowFinder(index, Searcher(index))


@pytest.fixture(scope="module")
def finder() -> WindowFinder:
    return finder_of(*ENTITIES)


def windows(finder: WindowFinder, text: str) -> list[str]:
    scan = Scan(text)
    return [text[scan.start[a] : scan.end[b]] for a, b in zip(*finder.find(scan)[:2], strict=True)]


@pytest.mark.parametrize(("text", "among", "none_of"), CASES)
def test_windows(finder: WindowFinder, text: str, among: list[str], none_of: list[str]) -> None:
    found = windows(finder, text)
    assert set(among) <= set(found)
    assert not set(none_of) & set(found)


@pytest.mark.parametrize(("text", "expected"), SIGNED)
def test_what_has_a_sign_of_its_own(text: str, expected: list[str]) -> None:
    assert [text[a:b] for a, b in signed(text)] == expected


def test_windows_are_in_order_and_each_is_told_once(finder: WindowFinder) -> None:
    spans = finder.find(Scan("Kozinka, Belgorod region, Gora-Podol and Vyacheslav Gladkov of Kozinka"))
    found = list(zip(spans.first.tolist(), spans.last.tolist(), strict=True))
    assert found == sorted(set(found)) and all(first <= last for first, last in found)


def test_no_window_reaches_over_the_end_of_a_text(finder: WindowFinder) -> None:
    parts = ["Freedom of", "Russia Legion", "Vyacheslav", "Gladkov"]
    apart = [windows(finder, part) for part in parts]
    assert windows(finder, SEPARATOR.join(parts)) == [window for some in apart for window in some]


def test_where_no_spaces_part_words_only_whole_names_are_windows() -> None:
    finder = finder_of(Entity("p:1", "PLACE", "東京"), Entity("p:2", "PLACE", "京"), Entity("p:3", "PLACE", "โตเกียว"))
    assert windows(finder, "我住在東京都，不在京都。") == ["東京"]
    assert windows(finder, "ฉันอยู่โตเกียวแล้ว") == ["โตเกียว"]


def test_what_was_asked_before_changes_nothing() -> None:
    one, other = finder_of(*ENTITIES), finder_of(*ENTITIES)
    text = "The Liberty Corps of Russia left Belgorod region, RVC said."
    windows(one, "Kozynka and the RVC in Gora Podol; Liberty")
    assert windows(one, text) == windows(other, text)


def test_a_word_of_very_many_names_is_no_window_but_may_stand_in_one() -> None:
    syllables = [consonant + vowel for consonant in "bdgklmnprst" for vowel in "ae"]
    many = [f"Saint {(a + b + 'mir').title()}" for a in syllables for b in syllables]
    finder = finder_of(*(Entity(f"p:{n}", "PLACE", name) for n, name in enumerate(many)))
    found = windows(finder, "In Saint Bademyr and in Saint alone")
    assert "Saint Bademyr" in found
    assert "Saint" not in found


@pytest.fixture(scope="module")
def among_many() -> WindowFinder:
    crowd = (Entity(f"person:{n}", "PERSON", f"{a}or{b}in {b}el{a}an") for n, (a, b) in enumerate(PAIRS))
    return finder_of(
        *crowd, Entity("person:abd", "PERSON", "Masim Abd al-Mahim"), Entity("place:k", "PLACE", "Korsavel")
    )


PAIRS = [(a + c, b + d) for a in "BDGKLMNP" for b in "RSTVZF" for c in "aeiou" for d in "aeiou"][:1_000]


def test_words_that_count_as_one_lead_together(among_many: WindowFinder) -> None:
    assert "Masim Abd al-Mehim" in windows(among_many, "and Masim Abd al-Mehim said")


def test_among_many_names_a_single_word_is_right_to_the_letter(among_many: WindowFinder) -> None:
    assert windows(among_many, "in Korsavel today") == ["Korsavel"]
    assert windows(among_many, "in Korsawel today") == []


def test_part_of_a_name_among_many_is_no_window_but_told_apart(among_many: WindowFinder) -> None:
    scan = Scan("said Masim today")
    found = among_many.find(scan)
    assert not len(found.first)
    assert [among_many.index.alias_text(int(alias)) for alias in found.parts.alias] == ["Masim Abd al-Mahim"]
