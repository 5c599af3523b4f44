"""Laws of resolving against a whole gazetteer: what batches, order, layers and hostile names must not change."""

from __future__ import annotations

import time
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

import entitynorm
from entitynorm import Entity, Gazetteer, Linker, compare
from entitynorm.model import Alias, Link
from entitynorm.scoring import probability
from entitynorm.testing import ENTITY_TYPES, gazetteers, surface_forms, texts, typos

TYPES = st.none() | st.sampled_from(ENTITY_TYPES)
SECONDS = 5.0
"""For what takes tenths of a second on a quiet machine and took many seconds while something grew with the square."""


@cache
def packaged() -> tuple[Linker, tuple[str, ...]]:
    """The packaged gazetteer, and every name that it lists."""
    linker = entitynorm.load()
    return linker, tuple(name for e in linker.gazetteer for name in (e.name, *(a.text for a in e.aliases)))


@st.composite
def asked(draw: st.DrawFn) -> str:
    """A name to ask for: a listed one, one with slips, a part of one, two in one, or anything."""
    names = st.sampled_from(packaged()[1])
    listed = draw(names)
    kind = draw(st.sampled_from(["listed", "slips", "part", "two", "anything"]))
    if kind == "slips" and len(listed) > 3:
        return draw(typos(listed, max_edits=2))
    if kind == "part":
        return draw(st.sampled_from(listed.split()))
    if kind == "two":
        return f"{listed} {draw(names)}"
    return draw(texts(max_size=25)) if kind == "anything" else listed


def answer(link: Link) -> object:
    return link.id, link.score, link.reason, [(c.id, c.score, c.alias) for c in link.candidates]


# -- what an answer is made of --------------------------------------------------------------------------------------


@given(asked(), TYPES)
def test_every_score_is_the_sum_of_its_evidence(name: str, entity_type: str | None) -> None:
    linker, _ = packaged()
    link = linker.resolve(name, type=entity_type)
    scores = [c.score for c in link.candidates]
    assert scores == sorted(scores, reverse=True) and len({c.id for c in link.candidates}) == len(scores)
    for candidate in link.candidates:
        assert probability(candidate.evidence) == pytest.approx(candidate.score, abs=1e-9)
        entity = linker.gazetteer.get(candidate.id)
        assert entity is not None
        assert candidate.alias in {entity.name, *(a.text for a in entity.aliases)}
        told = linker.explain(name, candidate.id, type=entity_type)
        assert told.score == candidate.score
    assert link.id is None or (link.id == link.candidates[0].id and link.score == link.candidates[0].score)


@given(asked(), asked(), TYPES)
def test_comparing_is_symmetric_and_replays(a: str, b: str, entity_type: str | None) -> None:
    there, back = compare(a, b, type=entity_type), compare(b, a, type=entity_type)
    assert (there.score, there.same, there.evidence) == (back.score, back.same, back.evidence)
    assert probability(there.evidence) == pytest.approx(there.score, abs=1e-9)
    assert compare(a, a, type=entity_type).score == 1.0


def test_every_listed_name_is_found() -> None:
    linker, _ = packaged()
    holders: dict[str, set[str]] = {}
    weak: set[str] = set()
    for entity in linker.gazetteer:
        for alias in (Alias(entity.name), *entity.aliases):
            holders.setdefault(alias.text, set()).add(entity.id)
            if alias.strength == "weak":
                weak.add(alias.text)
    alone = [name for name, ids in holders.items() if len(ids) == 1 and name not in weak]
    assert len(alone) > 100
    lost = {}
    for link in linker.resolve_many(alone):
        same_key = [c.id for c in link.candidates if c.score == 1.0]
        if len(same_key) <= 1 and (link.id, link.score) != (next(iter(holders[link.surface])), 1.0):
            lost[link.surface] = (link.id, link.score, link.reason)
    assert not lost


# -- what must not change it ----------------------------------------------------------------------------------------


@given(st.lists(asked(), min_size=1, max_size=12), TYPES)
def test_a_batch_is_one_by_one(names: list[str], entity_type: str | None) -> None:
    linker, _ = packaged()
    together = [answer(link) for link in linker.resolve_many([*names, *names], type=entity_type)]
    assert together == [answer(linker.resolve(name, type=entity_type)) for name in (*names, *names)]


@cache
def shuffled(seed: int) -> Linker:
    known = list(packaged()[0].gazetteer)
    order = sorted(range(len(known)), key=lambda n: hash((n * 7919, seed)))
    return Linker(Gazetteer(known[n] for n in order))


@given(asked(), st.integers(0, 2))
def test_the_order_of_entities_never_matters(name: str, seed: int) -> None:
    assert answer(shuffled(seed).resolve(name)) == answer(packaged()[0].resolve(name))


@given(gazetteers(max_size=4), gazetteers(max_size=3), st.data())
def test_layers_answer_as_one_gazetteer_of_the_same_entities(
    lower: Gazetteer, upper: Gazetteer, data: st.DataObject
) -> None:
    from entitynorm.layers import InMemory

    merged = Linker(Gazetteer([*(e for e in lower if upper.get(e.id) is None), *upper]))
    layered = Linker(upper, layers=[InMemory(lower)])
    entity = data.draw(st.sampled_from([*lower, *upper]))
    form = data.draw(surface_forms(entity))
    one, other = layered.resolve(form), merged.resolve(form)
    assert (one.id, one.reason if one.id is None else "") == (other.id, other.reason if other.id is None else "")
    assert {e.id for e in layered.gazetteer} == {e.id for e in merged.gazetteer}


# -- hostile names and gazetteers -----------------------------------------------------------------------------------

HOSTILE = [
    "", " ", "\0", "\ud800", "\udfff\ud800", "\n", "!\n!", "\r\n\t", "\u200f\u202e", "\u0301", "\u0301" * 50,
    "👍", "👨\u200d👩\u200d👧", "🇺🇦", "\ufeff", "\u2028", "....", "-", "—", "''", "¬", "=", "_", "@", "#", "http://",
    "a" * 300, "ﷺ" * 20, "İ", "ß", "ŉ", "\u0345", "\U0010ffff", "\U000e0041", "\u3164", "ﾊﾟ", "1" * 400, "IV" * 90,
    "²³", "٣٤", "Zenda\0", "Zen\u00adda", "\u202eadneZ", "عبد", "al", "abd al", "ال", "din", "of the", "Mr.", "A.",
    "A.B.C.D.E.F.G.H.I.J.K.L.M.N.O.P", "x " * 200,
]  # fmt: skip


@given(texts())
def test_any_text_is_a_name_to_ask_for(name: str) -> None:
    linker, _ = packaged()
    link = linker.resolve(name)
    assert link.surface == name and 0.0 <= link.score <= 1.0
    assert 0.0 <= compare(name, "Zenda").score <= 1.0


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_hostile_names(name: str) -> None:
    linker, _ = packaged()
    assert answer(linker.resolve(name)) == answer(next(linker.resolve_many([name, "Belgorod"])))
    assert compare(name, name).score == 1.0
    assert compare(name, "Zenda") == compare("Zenda", name)
    assert str(linker.explain(name, "place:grayvoron"))


def test_hostile_names_in_one_batch_do_not_disturb_each_other() -> None:
    linker, _ = packaged()
    assert [answer(link) for link in linker.resolve_many(HOSTILE)] == [answer(linker.resolve(n)) for n in HOSTILE]


@pytest.mark.parametrize(
    "name", ["👍", "\u200f\u202e☃", "\u0301", "...", "\ud800", "☃ ☃", "\u202eadneZ", "ℵ₀"], ids=ascii
)
def test_a_name_of_signs_is_found_as_it_is_written(name: str) -> None:
    linker = Linker(Gazetteer([Entity("x:sign", "ORG", name), Entity("x:zenda", "PLACE", "Zenda")]))
    assert linker.resolve(name).id == "x:sign"
    assert linker.resolve("Zenda").id == "x:zenda"
    assert linker.resolve("§").id is None


def test_an_empty_gazetteer_answers_no_candidate() -> None:
    linker = entitynorm.load([])
    assert [link.reason for link in linker.resolve_many(["Zenda", "", "👍"])] == ["no_candidate"] * 3
    assert linker.search("Zenda") == [] and linker.link("In Zenda.").mentions == ()
    assert len(linker.gazetteer) == 0


def test_a_gazetteer_of_names_without_words() -> None:
    linker = Linker(Gazetteer(Entity(f"x:{n}", "ORG", sign * (n + 1)) for n, sign in enumerate("☃§…\u0301")))
    assert linker.resolve("☃").id == "x:0" and linker.resolve("§§").id == "x:1"
    assert linker.resolve("Zenda").reason == "no_candidate"


def test_ten_thousand_namesakes_are_ambiguous_and_cost_little() -> None:
    many = [Entity(f"place:zenda-{n:05}", "PLACE", "Zenda", weight=float(n)) for n in range(10_000)]
    linker = Linker(Gazetteer(many))
    linker.resolve("Strelsau")  # the index is built
    began = time.monotonic()
    link = linker.resolve("Zenda")
    assert (link.id, link.reason) == (None, "ambiguous")
    assert linker.resolve("Zendo").id is None and linker.resolve("Castle of Zenda").id is None
    assert time.monotonic() - began < SECONDS
    leading = Linker(Gazetteer([*many, Entity("place:capital", "PLACE", "Zenda", weight=1e6)]))
    assert leading.resolve("Zenda").id == "place:capital"


@pytest.mark.parametrize(
    "piece",
    ["Рудольф Зендов ", "a", "І.В. ", "ة", "\u0301", "\u200f", "-", "Абв", "AbC", "👍", "al-", "abd al din ", "IV "],
    ids=ascii,
)
def test_a_hundred_thousand_characters_are_answered_quickly(piece: str) -> None:
    linker, _ = packaged()
    name = "Zenda" + piece * (100_000 // len(piece))
    began = time.monotonic()
    linker.resolve(name)
    compare(name, "Zenda")
    compare("Zenda", name)
    assert time.monotonic() - began < SECONDS


def test_long_names_that_differ_at_their_ends_are_two() -> None:
    title = "Joint Committee of the Provinces and Free Towns of Ruritania for the Care of Roads and Bridges " * 2
    ninth, tenth = (f"{title} of the Year {n}" for n in ("Nine", "Ten"))
    linker = Linker(Gazetteer([Entity("org:nine", "ORG", ninth), Entity("org:ten", "ORG", tenth)]))
    assert (linker.resolve(ninth).id, linker.resolve(tenth.upper()).id) == ("org:nine", "org:ten")
    assert compare(ninth, tenth).score < 1.0 == compare(ninth, ninth.upper()).score
