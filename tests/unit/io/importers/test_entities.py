"""Names without repeats, ids once, records checked: laws and the cases that the laws do not reach."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from entitynorm.gazetteer import Gazetteer, check
from entitynorm.io.importers.entities import Names, entities, merged
from entitynorm.io.importers.idset import IdSet
from entitynorm.io.importers.report import Report
from entitynorm.records import entity_from_record

TEXTS = st.sampled_from(["Zenda", "ZENDA", "Зенда", "Senda", " Senda ", "", "Old Zenda"])
ALIASES = st.lists(st.tuples(TEXTS, st.sampled_from([None, "en", "ru"]), st.sampled_from(["strong", "weak"])))


@given(TEXTS.filter(str.strip), ALIASES)
def test_gathered_names_pass_the_check_of_a_gazetteer(name, aliases):
    names = Names(name)
    for text, lang, strength in aliases:
        names.add(text, lang=lang, strength=strength)
    entity = entity_from_record({"id": "p:1", "type": "PLACE", "name": name, "aliases": names.records()})
    assert check(Gazetteer([entity])) == []
    said = {(text.strip().casefold(), lang) for text, lang, _ in aliases if text.strip()}
    assert {(a.text.casefold(), a.lang) for a in entity.aliases} <= said
    weak = {a.text.casefold() for a in entity.aliases if a.strength == "weak"}
    strong = {a.text.casefold() for a in entity.aliases if a.strength == "strong"} | {name.strip().casefold()}
    assert not weak & strong, "a weak name would weaken the strong one of the same spelling"


@given(st.lists(st.from_regex(r"\A(?:[a-z]{0,2}:?Q?)[0-9]{0,4}\Z") | st.integers(0, 10**13).map(str), max_size=60))
def test_an_id_set_is_a_set(items):
    ids, plain = IdSet(), set()
    for item in items:
        assert (item in ids) == (item in plain)
        assert ids.add(item) == (item not in plain)
        plain.add(item)
    assert all(item in ids for item in items)


def record(number: int, **more: object) -> dict[str, object]:
    return {"id": f"p:{number}", "type": "PLACE", "name": f"Town {number}", **more}


def test_an_alias_that_cannot_be_one_costs_itself():
    report = Report()
    found = [("t:1", record(1, aliases=["Good", "\u0301", {"text": "two\nlines"}, "Fine"]))]
    (entity,) = entities(found, report)
    assert [alias.text for alias in entity.aliases] == ["Good", "Fine"]
    assert report.dropped == {"unusable alias": 2} and not report.skipped


def test_a_record_with_more_wrong_than_an_alias_is_skipped():
    report = Report()
    assert not list(entities([("t:1", record(1, aliases=["\u0301"], lat=100))], report))
    assert report.skipped.total() == 1 and not report.dropped


def test_merging_takes_names_and_fills_gaps_wherever_rows_stand():
    rows = [
        ("t:1", record(1, weight=5, aliases=["A"])),
        ("t:2", record(2)),
        ("t:3", record(1, name="B", weight=7, lat=1, lon=2, description="d", refs={"iso": "X"}, aliases=["A", "C"])),
    ]
    (place, one), (_, two) = merged(rows, Report())
    assert (place, one["name"], one["aliases"], one["weight"]) == ("t:1", "Town 1", ["A", "B", "C"], 7)
    assert (one["lat"], one["lon"], one["description"], one["refs"]) == (1, 2, "d", {"iso": "X"})
    assert two["id"] == "p:2"


def test_the_summary_is_short_whatever_came():
    report = Report()
    for number in range(100):
        report.left_out[f"schema {number}"] += number + 1
    line = report.summary()[1]
    assert line.startswith("5,050 rows left out: schema 99 (100), schema 98 (99)") and line.count("(") == 9
