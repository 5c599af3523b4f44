"""What a record may be: each rule of `entitynorm.records`, from dictionaries as programs give them."""

import math
import pickle
from typing import Any

import pytest

from entitynorm.errors import GazetteerError
from entitynorm.model import Alias, Entity
from entitynorm.records import FIELDS, entity_from_record, read_record
from entitynorm.wording import describe, near_miss, one_line, quoted

BASE = {"id": "place:kozinka", "type": "PLACE", "name": "Kozinka"}
FULL = {
    **BASE,
    "description": "Village at the border",
    "refs": {"geonames": "560142"},
    "located_in": "place:grayvoron-district",
    "part_of": "place:belgorod-oblast",
    "lat": 50.5,
    "lon": 35.5,
    "weight": 900.0,
    "was": ["place:kosinka"],
    "aliases": ["Kosinka", {"text": "Козинка", "lang": "ru", "kind": "native", "strength": "weak", "source": "map"}],
    "blocked": ["Kazinka"],
}


def messages(record: Any, **options: Any) -> list[str]:
    with pytest.raises(GazetteerError) as caught:
        entity_from_record(record, **options)
    return [problem.message for problem in caught.value.problems]


def test_every_field_is_read_and_written_back() -> None:
    entity = entity_from_record(FULL)
    assert set(FULL) == set(FIELDS)
    assert entity.aliases == (Alias("Kosinka"), Alias("Козинка", "ru", "native", "weak", "map"))
    assert entity.to_dict() == FULL
    assert Entity.from_dict(entity.to_dict()) == entity


def test_the_least_record() -> None:
    assert entity_from_record(BASE) == Entity("place:kozinka", "PLACE", "Kozinka")


def test_entities_that_were_read_can_go_to_another_process() -> None:
    assert pickle.loads(pickle.dumps(entity_from_record(BASE))) == entity_from_record(BASE)


def test_the_input_is_left_alone_and_not_kept() -> None:
    record: dict[str, Any] = {**BASE, "refs": {"geonames": 1}, "aliases": [" Kosinka "]}
    entity = entity_from_record(record)
    assert record == {**BASE, "refs": {"geonames": 1}, "aliases": [" Kosinka "]}
    record["refs"]["geonames"] = 2
    assert entity.refs == {"geonames": "1"}


def test_what_cannot_be_seen_is_mended() -> None:
    entity = entity_from_record({**BASE, "name": " Bilohorivka\u0308\u00a0", "aliases": ["Гра\u0438\u0306ворон\t"]})
    assert entity.name == "Bilohorivk\u00e4"
    assert entity.aliases[0].text == "Гра\u0439ворон"


def test_absent_and_none_are_the_same() -> None:
    optional = [key for key in FIELDS if key not in BASE]
    nothing = {"text": "Kosinka", "lang": None, "kind": None, "strength": None, "source": None}
    assert entity_from_record({**BASE, **dict.fromkeys(optional)}) == entity_from_record(BASE)
    assert entity_from_record({**BASE, "aliases": [nothing]}).aliases == (Alias("Kosinka"),)


@pytest.mark.parametrize(
    "entity_id", ["place:kozinka", "Q42", "wdname:peng zhen", "PER-Veronika", "x:tyszyn\u0301ski", "a:b:c", "x:b\x1ac"]
)
def test_ids_of_other_worlds_are_kept_letter_for_letter(entity_id: str) -> None:
    assert entity_from_record({**BASE, "id": entity_id}).id == entity_id


@pytest.mark.parametrize("entity_id", ["Q42", "wdname:peng zhen", ":x", "x:", "x:tyszyn\u0301ski", "1:x"])
def test_strict_ids_are_curies(entity_id: str) -> None:
    [message] = messages({**BASE, "id": entity_id}, strict_ids=True)
    assert "is not of the form prefix:local" in message


@pytest.mark.parametrize("kind", ["PLACE", "ARMED_GROUP", "LOC", "EVENT2"])
def test_the_vocabulary_of_types_is_open(kind: str) -> None:
    assert entity_from_record({**BASE, "type": kind}).type == kind


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("id", None, "id is missing; every entity has id, type and name"),
        ("id", "", "id is empty; give an entity id"),
        ("id", 7, "id is the number 7, expected one entity id as text"),
        (
            "id",
            "a:\ud83d",
            'id "a:\\ud83d" has blanks at its ends, or NUL, a line break or a lone surrogate inside; take them out',
        ),
        ("type", "armed group", 'type "armed group" is not an upper-case word; write ARMED_GROUP'),
        ("type", 7, "type is the number 7, expected an upper-case word such as PLACE"),
        ("name", " \u00a0", "name is empty; write it, or take it away"),
        ("name", 7, "name is the number 7, expected text; put quotes round it"),
        ("name", False, "name is the yes/no value false, expected text; put quotes round it"),
        ("name", b"Kozinka", "name is a value of type bytes, expected text; write one text in quotes"),
        ("name", "Koz\0", 'name "Koz\\u0000" holds a NUL character; take it out'),
        ("name", "\ud83d", 'name "\\ud83d" holds the lone surrogate U+D83D; repair the program that wrote it'),
        ("name", "a\u2028b", 'name "a\\u2028b" holds a line break; write it on one line'),
        (
            "name",
            "\u0301\u0302",
            'name "\u0301\u0302" holds nothing but marks and invisible characters; write the name',
        ),
        (
            "description",
            "\ud83d",
            'description "\\ud83d" holds the lone surrogate U+D83D; repair the program that wrote it',
        ),
        ("located_in", ["a"], "located_in is a list, expected one entity id as text"),
        (
            "part_of",
            " x:y",
            'part_of " x:y" has blanks at its ends, or NUL, a line break or a lone surrogate inside; take them out',
        ),
        ("weight", -1, "weight is the number -1, expected a finite number of at least 0"),
        ("weight", math.nan, "weight is the number nan, expected a finite number of at least 0"),
        ("weight", 10**400, "weight is the number of more than 15 digits, expected a finite number of at least 0"),
        (
            "weight",
            True,
            "weight is the yes/no value true, expected a number of at least 0; write it in plain digits, unquoted",
        ),
        ("weight", "9", 'weight is the text "9", expected a number of at least 0; write it in plain digits, unquoted'),
        ("lat", 5.5, "lat stands alone; add lon, or take lat away"),
        ("lon", 5.5, "lon stands alone; add lat, or take lon away"),
        ("was", "a:b", 'was is the text "a:b", expected a list; write was: ["place:…"]'),
        ("was", [None], "was holds nothing in place of an id; take it out"),
        (
            "was",
            ["place:kozinka"],
            'was names the entity\'s own id "place:kozinka"; only earlier ids belong there, take it out',
        ),
        ("was", ["a:b", "a:b"], 'was names "a:b" twice; keep one'),
        ("blocked", {"a": 1}, 'blocked is a mapping, expected a list; write blocked: ["…"]'),
        ("blocked", [None], "blocked: item 1 is nothing, expected a surface form; take it out"),
        ("refs", ["Q1"], 'refs is a list, expected a mapping; write refs: {wikidata: "Q…"}'),
        ("refs", {"wikidata": True}, "refs: wikidata is the yes/no value true, expected text; put quotes round it"),
        ("refs", {"wikidata": None}, "refs: wikidata is nothing, expected an identifier; take the key away"),
        ("refs", {1: "x"}, "refs: the key is the number 1, expected the name of a register"),
        ("aliases", "x", 'aliases is the text "x", expected a list; write aliases: ["…"]'),
        ("aliases", [7], "alias 1 is the number 7, expected text or a mapping; put quotes round it"),
        ("aliases", [None], 'alias 1 is nothing, expected text or a mapping; write "…" or {text: "…"}'),
        ("aliases", [{"lang": "ru"}], "alias 1 has no text; write {text: …}"),
        ("aliases", [{"text": ""}], "alias 1: text is empty; write it, or take it away"),
        ("aliases", [{"text": "x", "lang": "EN"}], 'alias "x": lang is the text "EN"; write "en"'),
        (
            "aliases",
            [{"text": "x", "kind": "acronim"}],
            'alias "x": kind is the text "acronim"; did you mean "acronym"?',
        ),
        (
            "aliases",
            [{"text": "x", "strength": 1}],
            'alias "x": strength is the number 1; expected one of strong, weak',
        ),
        ("aliases", [{"text": "x", "type": "y"}], 'alias "x": unknown key "type"; did you mean "kind"?'),
        ("nmae", "x", 'unknown key "nmae"; did you mean "name"?'),
        ("latitude", 1, 'unknown key "latitude"; did you mean "lat"?'),
        (7, 1, f"the key is the number 7, expected text; the keys are {', '.join(FIELDS)}"),
    ],
)
def test_one_complaint_for_one_mistake(field: Any, value: object, expected: str) -> None:
    assert messages({**BASE, field: value}) == [expected]


@pytest.mark.parametrize(("field", "bad"), [("lat", 90.1), ("lat", -91), ("lon", 180.5), ("lon", -181)])
def test_coordinates_stay_on_the_globe(field: str, bad: float) -> None:
    [message] = messages({**BASE, "lat": 0, "lon": 0, field: bad})
    assert message.startswith(f"{field} is the number {bad}, expected a finite number between -")
    assert entity_from_record({**BASE, "lat": 90, "lon": -180}).lat == 90.0


@pytest.mark.parametrize("record", [None, 7, "Kozinka", ["place:kozinka"]])
def test_what_is_no_record(record: Any) -> None:
    assert messages(record) == [f"found {describe(record)}, expected a record with id, type and name"]


def test_all_complaints_come_at_once_with_place_and_entity() -> None:
    with pytest.raises(GazetteerError) as caught:
        entity_from_record({"id": "a:b", "names": [], "lat": 100, "aliases": [1]}, "entities[3]")
    assert len(caught.value.problems) == 6
    assert {(p.place, p.entity) for p in caught.value.problems} == {("entities[3]", "a:b")}
    assert str(caught.value) == (
        'entities[3]: a:b: unknown key "names"; did you mean "aliases"? (and 5 more; `entitynorm check` lists all)'
    )


def test_complaints_name_the_field() -> None:
    entity, complaints = read_record({**BASE, "aliases": ["x", {"text": "y", "lang": 5}], "lat": "x", "lon": 1})
    assert entity is None
    assert [c.path for c in complaints] == [("aliases", 1, "lang"), ("lat",)]


@pytest.mark.parametrize("text", ["a\nb", "\ud83d", "\x7f", "\x85\u2028", "\u200b", "x" * 1000, '"\\'])
def test_messages_are_one_printable_line(text: str) -> None:
    for shown in (one_line(text), quoted(text)):
        assert shown.isprintable()
        assert shown.encode("utf-8")
    assert len(quoted(text)) < 70


def test_a_word_far_from_all_is_no_near_miss() -> None:
    assert near_miss("zzz", FIELDS) is None
