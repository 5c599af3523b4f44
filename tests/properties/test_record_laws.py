"""Laws of records and files: what is written is what is read."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import entitynorm
from entitynorm import Alias, Entity, Gazetteer
from entitynorm.io.formats import parse_marked, strip_marked, to_marked
from entitynorm.io.jsonl_gazetteer import read_jsonl_lines, write_jsonl
from entitynorm.io.yaml_gazetteer import read_yaml_text, write_yaml
from entitynorm.model import ALIAS_KINDS, Document, Mention
from entitynorm.records import read_record
from entitynorm.testing import SCRIPTS, entities, gazetteers, texts

NAMES = texts(min_size=1, max_size=12)
RECORDS = st.fixed_dictionaries(
    {"id": NAMES.map(lambda text: f"x:{text}"), "type": st.just("PLACE"), "name": NAMES},
    optional={
        "aliases": st.lists(
            NAMES
            | st.fixed_dictionaries({"text": NAMES}, optional={"kind": st.sampled_from(ALIAS_KINDS), "source": NAMES}),
            max_size=3,
        ),
        "description": NAMES,
        "blocked": st.lists(NAMES, max_size=2),
        "weight": st.floats(0, 1e12),
        "refs": st.dictionaries(NAMES, NAMES, max_size=2),
    },
)


@given(entities(scripts=SCRIPTS))
def test_records_carry_everything(entity: Entity) -> None:
    assert Entity.from_dict(entity.to_dict()) == entity
    assert Entity.from_dict(json.loads(json.dumps(entity.to_dict()))) == entity


@given(RECORDS)
def test_reading_a_record_settles_it(record: dict[str, object]) -> None:
    entity, complaints = read_record(record)
    assert (entity is None) == bool(complaints)
    if entity is not None:
        assert Entity.from_dict(entity.to_dict()) == entity


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | texts(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts(max_size=9), inner, max_size=3),
        max_leaves=6,
    )
)
def test_any_value_is_a_record_or_a_list_of_complaints(value: object) -> None:
    entity, complaints = read_record(value)
    assert entity is None
    assert complaints and all("\n" not in c.message for c in complaints)


@given(gazetteers(scripts=SCRIPTS, min_size=0))
def test_yaml_is_stable(gazetteer: Gazetteer) -> None:
    written = write_yaml(gazetteer)
    read = [entity for entity, _ in read_yaml_text(written)]
    assert read == list(gazetteer)
    assert write_yaml(read) == written


@given(RECORDS)
def test_yaml_writes_whatever_the_record_reader_takes(record: dict[str, object]) -> None:
    entity, _ = read_record(record, strict_ids=True)
    if entity is not None:
        written = write_yaml([entity])
        assert [e for e, _ in read_yaml_text(written)] == [entity]


@given(gazetteers(scripts=SCRIPTS, min_size=0))
def test_json_lines_are_stable(gazetteer: Gazetteer) -> None:
    lines = list(write_jsonl(gazetteer))
    assert [entity for entity, _ in read_jsonl_lines(enumerate(lines, 1))] == list(gazetteer)


@given(gazetteers(min_size=0))
def test_former_ids_find_the_entity(gazetteer: Gazetteer) -> None:
    for entity in gazetteer:
        for old in (entity.id, *entity.was):
            assert gazetteer.get(old) is entity is gazetteer[old]
            assert old in gazetteer
    assert gazetteer.get("nobody:has this") is None


@given(gazetteers(min_size=1))
def test_an_id_is_never_given_twice(gazetteer: Gazetteer) -> None:
    with pytest.raises(entitynorm.GazetteerError):
        Gazetteer([*gazetteer, next(iter(gazetteer))])


@given(
    texts() | st.text("ab[]()\\ \n"),
    st.lists(
        st.tuples(st.integers(0, 60), st.integers(1, 9), st.none() | st.text("x:()\\", min_size=1) | texts(min_size=1)),
        max_size=4,
    ),
)
def test_marked_text_gives_the_text_back(text: str, spans: list[tuple[int, int, str | None]]) -> None:
    mentions: list[Mention] = []
    last = 0
    for start, length, entity_id in sorted(spans, key=lambda s: s[:2]):
        if start >= last and start + length <= len(text):
            last = start + length
            mentions.append(Mention(start, last, text[start:last], entity_id, entity_id, None, 1.0, ""))
    marked = to_marked(Document(text, tuple(mentions)))
    assert strip_marked(marked) == text
    assert parse_marked(marked)[1] == tuple((m.start, m.end, m.id) for m in mentions)


@given(gazetteers(ambiguous=True, max_size=3))
def test_the_check_sees_a_name_that_two_entities_list(gazetteer: Gazetteer) -> None:
    from entitynorm.gazetteer import check

    assert any("is also a name of" in problem.message for problem in check(gazetteer))


def test_alias_is_hashable_and_frozen() -> None:
    assert len({Alias("Kozinka"), Alias("Kozinka")}) == 1
