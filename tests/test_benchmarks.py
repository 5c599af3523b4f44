"""The lists that the benchmarks are run on: laws of the generator, at the smallest sizes."""

import sys
from collections import Counter
from dataclasses import asdict
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
texts, taggers, tagging = (import_module(m) for m in ("generate_texts", "taggers", "measure_taggers"))
at_scale = import_module("texts_at_scale")
reliability, results_page, plots = (import_module(m) for m in ("reliability", "results_page", "plots"))
columns = import_module("columns")
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


def test_a_table_has_as_many_distinct_names_as_were_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "ENTITIES", SIZE)
    columns.make(tmp_path, 500, 20)
    rows = [line.split(",")[2] for line in (tmp_path / "table.csv").read_text(encoding="utf-8").splitlines()[1:]]
    assert len(rows) == 500 and len(set(rows)) == 20
    columns.MEASURED["copy command"](tmp_path)()
    assert (tmp_path / "copy.csv").read_bytes() == (tmp_path / "table.csv").read_bytes()


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


# ------------------------------------------------------------------------------------------------- running text

NAMED_FIRST = [
    "Percwin Etskhamwood",
    "Dullán Jarasco de Aranogodez",
    "Norchihurst Capital PLC",
    "Horivevolod Khryruchuk",
]


def written(size: int = 80, characters: int = 40_000, seed: int = maker.SEED) -> tuple[list[object], list[object]]:
    seen: set[str] = set()
    some = list(texts.listed(size, seed, seen=seen))
    return some, list(texts.Writer(some, seen, seed).documents(characters))


LISTED_IN_TEXTS, TEXTS = written()
NAMED = {one.id: one for one in LISTED_IN_TEXTS}
MENTIONS = [(text.text[m.start : m.end], m) for text in TEXTS for m in text.mentions]


def test_the_same_seed_writes_the_same_texts(tmp_path: Path) -> None:
    first, second = (texts.write_texts(tmp_path / folder, 30, 0.01) for folder in ("a", "b"))
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in second]
    assert written(80, 4_000, 7)[1] != TEXTS[:2]
    assert [(t.text, t.mentions) for t in texts.read_texts(tmp_path / "a")] == [
        (t.text, t.mentions) for t in written(30, 10_000)[1]
    ]


def test_the_texts_are_those_of_every_python() -> None:
    assert [surface for surface, _ in MENTIONS[:4]] == NAMED_FIRST  # the words between them follow the list of words


def test_offsets_are_those_of_words_in_order() -> None:
    for text in TEXTS:
        ends = [0, *(m.end for m in text.mentions)]
        assert all(m.start >= end for m, end in zip(text.mentions, ends, strict=False))
        assert all(not text.text[m.start - 1 : m.start].isalnum() for m in text.mentions if m.start)
        assert all(not text.text[m.end : m.end + 1].isalnum() for m in text.mentions)


@pytest.mark.parametrize("kind", texts.KINDS)
def test_a_mention_is_of_its_kind(kind: str) -> None:
    some = [(surface, NAMED[m.id]) for surface, m in MENTIONS if m.kind == kind]
    assert some
    for surface, one in some:
        same = maker.key(surface) == maker.key(one.name)
        assert (surface == one.name, same) == (kind == "exact", kind != "variant")
        if kind == "variant":
            assert maker.key(surface) not in {maker.key(other.name) for other in LISTED_IN_TEXTS}


def test_most_mentions_are_as_listed_and_a_quarter_is_spelled_otherwise() -> None:
    kinds = Counter(m.kind for _, m in MENTIONS)
    assert 0.55 < kinds["exact"] / kinds.total() < 0.75
    assert 0.2 < kinds["variant"] / kinds.total() < 0.35


def test_names_of_texts_can_be_given_to_every_peer() -> None:
    assert all(all(c.isalpha() or c in " -'’" for c in one.name) for one in LISTED_IN_TEXTS)
    assert len({one.id for one in LISTED_IN_TEXTS}) == 80


@given(st.sampled_from(LISTED_IN_TEXTS), st.integers(0, 2**32))
@settings(max_examples=100)
def test_a_respelling_keeps_first_letters_and_words(one: object, seed: int) -> None:
    text = texts.respelled(one.name, maker.Dice(seed))
    if text is not None:
        assert [w[0] for w in text.split()] == [w[0] for w in one.name.split()]
        assert maker.key(text) != maker.key(one.name)


def test_an_answer_is_right_once_and_for_its_entity() -> None:
    gold = (texts.Gold(0, 6, "a", "exact"), texts.Gold(10, 16, "b", "variant"))
    out = tagging.Measured("t", "1", False, 0.0, 0.0, 0.0, None)
    tagging.count(out, texts.Text("Stapol and Stepol", gold), [(0, 6, "a"), (2, 6, "a"), (10, 16, "a"), (11, 20, "b")])
    assert (out.answers, out.right_answers, out.right) == (4, 2, {"exact": 1, "folded": 0, "variant": 1})
    assert out.recall == {"exact": 1.0, "folded": 0.0, "variant": 1.0} and out.precision == 0.5


def test_of_answers_that_overlap_the_longest_stays() -> None:
    assert taggers.longest([(0, 4, "a"), (0, 9, "b"), (8, 12, "c"), (9, 12, "d")]) == [(0, 9, "b"), (9, 12, "d")]


@pytest.mark.parametrize("name", ["entitynorm, exact", "entitynorm, exact, arrays"])
def test_a_tagger_finds_what_is_written_as_listed(name: str, tmp_path: Path) -> None:
    texts.write_texts(tmp_path, 60, 0.02)
    tagging.compile_both(tmp_path)
    figures = tagging.measure(name, tmp_path, texts.read_texts(tmp_path), [], 30.0)
    assert figures.speed > 0
    assert figures.recall["exact"] > 0.95 and figures.precision > 0.98


def test_aims_are_held_against_what_was_measured() -> None:
    def one(tagger: str, speed: float, right: int) -> dict[str, object]:
        gold = {"exact": 10, "folded": 10, "variant": 100}
        found = {"exact": 10, "folded": 10, "variant": right}
        figures = tagging.Measured(tagger, "1", True, 0.0, 1.0, speed, None, gold, found, 100, 99)
        return {**asdict(figures), "size": 1_000}

    results = [
        one(at_scale.FUZZY, 8.0, 96),
        one("symspellpy, 2 edits", 4.0, 90),
        {"tagger": "x", "failed": "no", "size": 1_000},
    ]
    rows = {row[0]: row[2:] for row in at_scale.goals(results)}
    assert rows[f"{at_scale.FUZZY} / symspellpy, 2 edits"] == ["4", "2", "no"]
    assert rows[f"{at_scale.FUZZY}, variant recall"] == ["0.95", "0.960", "yes"]
    linked = [{**results[0], "tagger": "entitynorm"}, results[1], {**results[2], "tagger": at_scale.FUZZY}]
    assert next(row[0] for row in at_scale.goals(linked)) == "entitynorm / symspellpy, 2 edits"
    known = {at_scale.key_of(results[0]): {"variant": 0.99, "precision": 0.99}}
    assert [line.split(": ")[1] for line in at_scale.check(results, known)] == ["variant 0.960, 0.990 expected"]
    assert "| x | no |" in at_scale.speeds_table(results, 1_000)
