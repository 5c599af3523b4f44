"""Scoring against gold: the rules one by one, and the command."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entitynorm.evaluation import NO_GOLD, NOTHING, Counts, PredictedLink, evaluate, read_gold

GOLD = [
    {"doc": "a.txt", "start": 0, "end": 4, "text": "Kyiv", "id": "place:kyiv", "type": "PLACE", "kind": "name"},
    {"doc": "a.txt", "start": 10, "end": 14, "text": "@UN1", "id": "org:un", "type": "ORG", "kind": "handle",
     "alt_spans": [[11, 14]], "alt_ids": ["org:un2"], "sense_id": "org:un3"},
    {"doc": "a.txt", "start": 20, "end": 27, "text": "Russian", "id": "place:russia", "type": "PLACE",
     "kind": "demonym"},
    {"doc": "a.txt", "start": 30, "end": 34, "text": "Kyiv", "id": "place:kyiv", "type": "PLACE", "kind": "name",
     "nested": True},
    {"doc": "a.txt", "start": 30, "end": 41, "text": "Kyiv Indep.", "id": "org:ki", "type": "ORG", "kind": "name",
     "optional": False},
    {"doc": "a.txt", "start": 50, "end": 55, "text": "Alpha", "id": "org:alpha", "type": "ORG", "kind": "name",
     "optional": True},
]  # fmt: skip


def gold():
    return read_gold(enumerate(map(json.dumps, GOLD), start=1), "gold.jsonl")


def score(*links: tuple[int, int, str]) -> Counts:
    return evaluate(gold(), {"a.txt": [PredictedLink(s, e, "x", id_) for s, e, id_ in links]}).total


@pytest.mark.parametrize(
    ("links", "found", "extra", "missed"),
    [
        ([], 0, 0, 3),
        ([(0, 4, "place:kyiv")], 1, 0, 2),
        ([(0, 4, "place:kyiv"), (0, 4, "place:kyiv")], 1, 0, 2),  # counts once
        ([(0, 4, "place:lviv")], 0, 1, 3),  # a wrong id is an extra and a miss
        ([(0, 5, "place:kyiv")], 0, 1, 3),  # so is a wrong span
        ([(11, 14, "org:un")], 1, 0, 2),
        ([(11, 14, "org:un"), (10, 14, "org:un2")], 1, 0, 2),  # alternatives of one mention count once
        ([(10, 14, "org:un3")], 1, 0, 2),
        ([(20, 27, "place:russia")], 0, 0, 3),  # demonym: neither rewarded nor punished
        ([(20, 27, "place:rostov")], 0, 1, 3),  # unless its id is wrong
        ([(30, 34, "place:kyiv")], 0, 0, 3),  # nested
        ([(50, 55, "org:alpha")], 0, 0, 3),  # optional
        ([(60, 66, "place:kyiv")], 0, 1, 3),
        ([(0, 4, "place:kyiv"), (10, 14, "org:un"), (30, 41, "org:ki")], 3, 0, 0),
    ],
)
def test_rules(links, found, extra, missed):
    assert score(*links) == Counts(found, extra, missed)


def test_figures():
    assert Counts(3, 1, 2).precision == 0.75 and Counts(3, 1, 2).recall == 0.6
    assert Counts(3, 1, 2).f1 == pytest.approx(2 * 0.75 * 0.6 / 1.35)
    assert Counts().f1 == 0.0


def test_breakdown_and_context():
    text = "Kyiv said @UN1 to " + "x" * 60
    result = evaluate(gold(), {"a.txt": [PredictedLink(0, 4, "Kyiv", "place:kyiv", "PLACE")]}, {"a.txt": text})
    assert result.by_type["PLACE"] == Counts(1, 0, 0) and result.by_type["ORG"] == Counts(0, 0, 2)
    assert result.by_kind["handle"] == Counts(0, 0, 1)
    assert result.errors[0].context == "…Kyiv said ⟦@UN1⟧ to " + "x" * 36 + "…"


def test_a_gold_mention_without_id_wants_no_link():
    row = json.dumps({"doc": "a.txt", "start": 70, "end": 74, "text": "Lviv", "id": None, "type": "PLACE"})
    with_nil = read_gold(enumerate([*map(json.dumps, GOLD), row], start=1), "gold.jsonl")
    assert with_nil == gold()
    assert evaluate(with_nil, {"a.txt": [PredictedLink(70, 74, "Lviv", "place:lviv")]}).total == Counts(0, 1, 3)


def test_links_in_a_document_without_gold_are_extra():
    assert evaluate(gold(), {"b.txt": [PredictedLink(0, 1, "x", "place:kyiv")]}).total == Counts(0, 1, 0)


def test_confusion_tells_what_was_taken_for_what():
    links = [
        PredictedLink(0, 4, "Kyiv", "org:kyiv", "ORG"),
        PredictedLink(0, 4, "Kyiv", "place:lviv", "PLACE"),
        PredictedLink(10, 14, "@UN1", "org:un", "ORG"),
        PredictedLink(60, 66, "x", "place:x", "PLACE"),
        PredictedLink(20, 27, "Russian", "place:russia", "PLACE"),  # a demonym: nowhere
    ]
    result = evaluate(gold(), {"a.txt": links})
    assert result.confusion == {
        "PLACE": {"ORG": 1},
        "ORG": {"ORG": 1, NOTHING: 1},
        NO_GOLD: {"PLACE": 2},
    }
    assert result.confused == {("place:kyiv", "org:kyiv"): 1}
    record = result.to_dict()
    assert record["confusion"] == result.confusion
    assert record["confused"] == [{"expected": "place:kyiv", "got": "org:kyiv", "count": 1}]


PLACES = st.sampled_from([(0, 4), (0, 5), (10, 14), (11, 14), (20, 27), (30, 34), (30, 41), (50, 55), (60, 66)])
FOUND = st.builds(
    lambda span, id_, type_: PredictedLink(*span, "x", id_, type_),
    PLACES,
    st.sampled_from(["place:kyiv", "org:un", "org:ki", "place:russia", "org:alpha"]),
    st.sampled_from(["PLACE", "ORG", ""]),
)


@given(st.lists(FOUND, max_size=8))
def test_every_gold_mention_is_in_one_cell_of_its_row(links):
    result = evaluate(gold(), {"a.txt": links})
    rows = {name: sum(row.values()) for name, row in result.confusion.items() if name != NO_GOLD}
    assert rows == {"PLACE": 1, "ORG": 2}
    wrong = sum(result.confused.values())
    assert sum(result.confusion.get(NO_GOLD, {}).values()) == result.total.extra - wrong
    assert sum(rows.values()) == result.total.found + result.total.missed


def test_kinds_of_spelling_are_told_where_the_gold_tells_none(run, gazetteer, tmp_path):
    text = "Graivoron Grayvoron @Suspilne Суспильне Lviv"
    kinds = {
        "Graivoron": ("place:grayvoron", None, "romanisation"),
        "Grayvoron": ("place:grayvoron", "name", "exact"),
        "@Suspilne": ("org:suspilne", "handle", "handle"),
        "Суспильне": ("org:suspilne", None, "other_script"),
        "Lviv": ("place:lviv", None, "name"),
    }
    rows = [
        {"doc": "t.txt", "start": at, "end": at + len(s), "text": s, "id": i, "type": "T", "kind": k}
        for s, (i, k, _) in kinds.items()
        for at in [text.index(s)]
    ]
    (tmp_path / "t.txt").write_text(text)
    path = tmp_path / "gold.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "none.jsonl").write_text('{"doc": "t.txt", "mentions": []}\n')
    args = ("evaluate", path, "--predictions", tmp_path / "none.jsonl", "-f", "json")
    assert json.loads(run(*args, "-g", gazetteer).out)["by_kind"].keys() == {kind for _, _, kind in kinds.values()}
    assert json.loads(run(*args).out)["by_kind"].keys() == {"name", "handle"}
    linked = json.loads(run("evaluate", path, "--texts", tmp_path, "-g", gazetteer, "-f", "json").out)
    assert linked["by_kind"].keys() - {NO_GOLD} == {kind for _, _, kind in kinds.values()}


@pytest.fixture
def corpus(tmp_path, text):
    (tmp_path / "gold").mkdir()
    (tmp_path / "article.txt").write_bytes(text.encode())
    rows = [
        {"doc": "article.txt", "start": text.index(name), "end": text.index(name) + len(name), "text": name, "id": id_,
         "type": type_, "kind": "name", "nested": False, "optional": False}
        for name, id_, type_ in [
            ("Vyacheslav Gladkov", "person:vyacheslav-gladkov", "PERSON"),
            ("Grayvoron", "place:grayvoron", "PLACE"),
            ("Suspilne", "org:suspilne", "ORG"),
            ("readers", "org:readers", "ORG"),
        ]
    ]  # fmt: skip
    path = tmp_path / "gold" / "mentions.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_command_reads_the_texts_above_the_gold(run, gazetteer, corpus):
    result = run("evaluate", corpus, "-g", gazetteer, "--errors")
    assert result.status == 0
    assert "documents 1/1  mentions 4  P 0.7500  R 0.7500  F1 0.7500" in result.out
    assert "missed article.txt" in result.out and "⟦readers⟧" in result.out
    assert "extra  article.txt" in result.out
    assert "gold \\ linked      ORG  PERSON  PLACE  (nothing)\n" in result.out
    assert "(no gold mention)    0       0      1          0\n" in result.out


def test_command_as_json_and_from_predictions(run, gazetteer, corpus, tmp_path):
    predictions = tmp_path / "links.jsonl"
    run("link", tmp_path / "article.txt", "-g", gazetteer, "-o", predictions)
    direct = json.loads(run("evaluate", corpus, "-g", gazetteer, "-f", "json").out)
    later = json.loads(run("evaluate", corpus, "--predictions", predictions, "-g", gazetteer, "-f", "json").out)
    assert direct == later
    assert direct["total"] == {"found": 3, "extra": 1, "missed": 1, "precision": 0.75, "recall": 0.75, "f1": 0.75}


def test_fail_under_decides_the_exit_status(run, gazetteer, corpus):
    for limit, status in (("0.7", 0), ("0.75", 0), ("0.76", 1), ("0.9", 1)):
        assert run("evaluate", corpus, "-g", gazetteer, "--fail-under", limit).status == status


def test_fail_under_fails_when_a_text_is_missing(run, corpus, tmp_path):
    (tmp_path / "none.jsonl").write_text("")
    result = run("evaluate", corpus, "--predictions", tmp_path / "none.jsonl", "--fail-under", "0")
    assert result.status == 1 and "missing" in result.err


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", "holds no gold mentions"),
        ("{}\n", "gold.jsonl:1: not a gold mention (no 'start')"),
        ("{]\n", "gold.jsonl:1: not JSON"),
        ("[]\n", "a JSON list"),
        ('{"doc": "a", "start": "x", "end": 1, "text": "", "id": "p:a"}\n', "not a gold mention"),
    ],
)
def test_bad_gold(run, tmp_path, content, expected):
    path = tmp_path / "gold.jsonl"
    path.write_text(content)
    assert expected in run("evaluate", path).complaint()


def test_missing_texts(run, corpus, tmp_path):
    assert "--texts" in run("evaluate", corpus, "--texts", tmp_path / "nowhere").complaint()
    (tmp_path / "article.txt").unlink()
    assert "article.txt" in run("evaluate", corpus).complaint()


def test_predictions_are_shown_in_context_where_the_texts_are(run, gazetteer, corpus, tmp_path):
    predictions = tmp_path / "links.jsonl"
    run("link", tmp_path / "article.txt", "-g", gazetteer, "-o", predictions)
    args = ("evaluate", corpus, "--predictions", predictions, "--errors")
    assert "⟦readers⟧" not in run(*args).out
    assert "⟦readers⟧" in run(*args, "--texts", tmp_path).out


def test_predictions_in_other_units_are_refused(run, gazetteer, corpus, tmp_path):
    predictions = tmp_path / "links.jsonl"
    run("link", tmp_path / "article.txt", "-g", gazetteer, "--offsets", "utf16", "-o", predictions)
    complaint = run("evaluate", corpus, "--predictions", predictions).complaint()
    assert "links.jsonl:1: offsets count utf16 units" in complaint and "--offsets codepoint" in complaint


@st.composite
def placed(draw):
    """A text, a place in or round it, and what is said to stand there."""
    text = draw(st.text("ab🔥\r\n", max_size=8))
    start, end = draw(st.integers(-2, 10)), draw(st.integers(-2, 10))
    said = draw(st.sampled_from([text[max(start, 0) : max(end, 0)], text[1:4], "ab", ""]))
    return text, start, end, said


@given(placed())
def test_what_does_not_fit_its_text_is_told(item):
    text, start, end, said = item
    fits = 0 <= start < end <= len(text) and said in ("", text[start:end])
    row = {"doc": "a", "start": start, "end": end, "text": said, "id": "x"}
    mentions = read_gold([(1, json.dumps(row))], "gold.jsonl")
    link = PredictedLink(start, end, said, "x")
    told = evaluate(mentions, {"a": [link]}, {"a": text}).misfits
    assert [m.what for m in told] == ([] if fits else ["gold", "link"])
    assert all("\n" not in str(m) and "\r" not in str(m) for m in told)
    blind = evaluate(mentions, {"a": [link]}).misfits
    assert bool(blind) == (not 0 <= start < end or (bool(said) and len(said) != end - start)), "without a text: lengths"


def test_an_alternative_place_that_is_none_is_told():
    told = evaluate(gold(), {}, {"a.txt": "Kyiv said @UN"}).misfits
    assert [(m.start, m.end) for m in told] == [(10, 14), (11, 14), (20, 27), (30, 34), (30, 41), (50, 55)]


def test_misfits_are_one_line_of_the_command(run, gazetteer, corpus, tmp_path):
    assert run("evaluate", corpus, "-g", gazetteer).err == ""
    rows = [json.loads(line) for line in corpus.read_text().splitlines()]
    rows[1]["start"] += 1
    rows[1]["end"] += 1
    rows[2]["end"] = 9999
    corpus.write_text("".join(json.dumps(row) + "\n" for row in rows))
    result = run("evaluate", corpus, "-g", gazetteer)
    assert (result.status, result.err.count("\n")) == (0, 1)
    assert result.err.startswith(
        "entitynorm: 2 of the mentions and links do not fit their texts, the first: "
        "gold article.txt 29:38 'Grayvoron', where the text has 'rayvoron '"
    )
    assert json.loads(run("evaluate", corpus, "-g", gazetteer, "-f", "json").out)["misfits"] == 2


def test_bad_predictions(run, corpus, tmp_path):
    path = tmp_path / "predictions.jsonl"
    path.write_text('{"doc": "a"}\n')
    assert "predictions.jsonl:1: not a linked document" in run("evaluate", corpus, "--predictions", path).complaint()
