"""The lists that the benchmarks are run on: laws of the generator, at the smallest sizes."""

import sys
from collections import Counter
from importlib import import_module
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

import entitynorm

FOLDER = Path(__file__).parents[1] / "benchmarks"
if not FOLDER.exists():  # a source distribution has the tests only
    pytest.skip("the benchmarks are not here", allow_module_level=True)


sys.path.insert(0, str(FOLDER))  # they are scripts beside each other, no package
names, maker = import_module("generate_names"), import_module("name_maker")
measuring, matchers = import_module("measure_matcher"), import_module("matchers")
reliability, results_page, plots = (import_module(m) for m in ("reliability", "results_page", "plots"))
SIZE, EACH = 400, 12
LISTED = list(maker.entities(SIZE))
QUERIES = list(names.queries(SIZE, EACH))
FIRST = [
    "Trebeley Langarorwell",
    "Stapol",
    "Ferrardo Gusricio Salvesco",
    "Norchihurst Capital PLC",
    "Grupo Águila",
    "Zhangshajiang Xian",
    "Rahahir al-Jasani",
    "Kang Kyung-mi",
]
BY_ID = {one.id: one for one in LISTED}


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = (names.write_list(tmp_path / folder, 60, 3) for folder in ("a", "b"))
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in second]


def test_a_list_begins_like_a_longer_one_of_its_seed() -> None:
    assert list(maker.entities(50)) == LISTED[:50]


def test_the_names_are_those_of_every_python() -> None:
    # Only what is promised to stay the same between versions of Python may decide; figures of years are compared.
    assert [one.name for one in LISTED[:8]] == FIRST


def test_another_seed_gives_another_list() -> None:
    assert {one.name for one in maker.entities(50, 7)} != {one.name for one in LISTED[:50]}


def test_ids_and_spellings_are_unique() -> None:
    assert len(BY_ID) == SIZE
    keys = Counter(key for one in LISTED for key in {maker.key(one.name), maker.key(one.native or one.name)})
    assert max(keys.values()) == 1


def test_the_records_are_entities() -> None:
    linker = entitynorm.load(one.record() for one in LISTED)
    assert len(linker.gazetteer) == SIZE
    assert {one.type for one in LISTED} == {"PERSON", "PLACE", "ORG"}
    assert any(one.native_listed for one in LISTED)


def test_every_kind_is_asked_for() -> None:
    kinds = Counter(query.kind for query in QUERIES)
    assert set(kinds) == set(names.KINDS)
    assert kinds["exact"] == kinds["slip"] == kinds["absent"] == EACH


@pytest.mark.parametrize("query", QUERIES, ids=lambda q: f"{q.kind} {q.text}")
def test_a_query_is_of_its_kind(query: object) -> None:
    if query.kind == "absent":
        assert query.id is None
        assert maker.key(query.text) not in {maker.key(text) for one in LISTED for text in one.names}
        return
    one = BY_ID[query.id]
    keys = {maker.key(text) for text in one.names}
    match query.kind:
        case "exact":
            assert query.text in one.names
        case "folded":
            assert query.text not in one.names and maker.key(query.text) in keys
        case "slip":
            text = min(one.names, key=lambda text: OSA.distance(text, query.text))
            assert OSA.distance(text, query.text) == 1 and maker.key(query.text) not in keys
            assert [w[0] for w in text.split()] == [w[0] for w in query.text.split()]
        case "romanised" | "native":
            assert one.native is not None and maker.key(query.text) not in keys
        case "order" | "initial":
            assert one.type == "PERSON" and maker.key(query.text) not in keys


@given(st.sampled_from(LISTED), st.integers(0, 2**32))
@settings(max_examples=100)
def test_a_slip_is_one_edit_behind_the_first_letter(one: object, seed: int) -> None:
    text = names.slip(one.name, maker.Dice(seed))
    if text is not None:
        assert OSA.distance(one.name, text) == 1
        assert text[0] == one.name[0]


@given(st.text("abc", max_size=6), st.text("abc", max_size=6))
def test_edits_are_the_texts_within_distance_one(a: str, b: str) -> None:
    assert (b in set(names.edits(a, "abc"))) == (OSA.distance(a, b) <= 1) or not a + b


@given(st.integers(0, 5000))
def test_words_of_a_slot_do_not_repeat_at_small_ranks(rank: int) -> None:
    slot = maker.cultures()[0][0].slots["surname"]
    assert slot.word(rank) == slot.word(rank)
    assert slot.word(rank) != slot.word(rank + 1)


def test_pairs_are_of_one_entity_or_of_two_that_share_a_word() -> None:
    pairs = list(names.pairs(SIZE, 40))
    assert len(pairs) == 40 and {pair.same for pair in pairs} == {True, False}
    by_name = {one.name: one for one in LISTED}
    assert all(by_name[pair.second].type == pair.type for pair in pairs)


def asked(right: str | None, *ranked: tuple[str, float]) -> tuple[object, object]:
    return ("a name", right, "absent" if right is None else "slip"), matchers.Answer(list(ranked))


def test_the_best_threshold_parts_listed_names_from_absent_ones() -> None:
    some = [asked("a", ("a", 0.9)), asked("b", ("b", 0.8)), asked("c", ("d", 0.7)), asked(None, ("a", 0.6))]
    assert measuring.best_threshold(some) == 0.8
    assert measuring.best_threshold([*some, asked("e", ("e", 0.5))]) == 0.8
    assert measuring.best_threshold([asked(None, ("a", 1.0))]) == float("inf")


def outcome(score: float, hit: bool) -> object:
    return reliability.Outcome(score=score, hit=hit, wanted=True, linked=score >= 0.5, right=hit and score >= 0.5)


def test_scores_that_are_probabilities_have_no_calibration_error() -> None:
    even = [outcome(0.75, n < 3) for n in range(4)] + [outcome(0.25, n < 1) for n in range(4)]
    assert reliability.calibration_error(even) == 0
    assert reliability.calibration_error([outcome(0.75, False)]) == 0.75
    assert reliability.best_threshold([outcome(0.9, True), outcome(0.4, True), outcome(0.3, False)])[1] == 0.4


def test_a_section_takes_its_own_place(tmp_path: Path) -> None:
    page = tmp_path / "RESULTS.md"
    for name, text in (("one", "first"), ("two", "other"), ("one", "second \\1")):
        results_page.put_section(name, text, page)
    text = page.read_text(encoding="utf-8")
    assert "first" not in text and text.index("second \\1") < text.index("other")


def test_a_chart_is_well_formed() -> None:
    axes = plots.axis("a < b", [10, 100_000], log=True), plots.axis("c", [0.5])
    drawing = fromstring(plots.chart("t & u", *axes, {"s": [(10, 0.5), (100_000, 1.0)]}))
    assert drawing.tag.endswith("svg")
