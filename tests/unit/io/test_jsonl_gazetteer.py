"""The JSON lines form: the rules of records, a place for each line, and what JSON itself would let through."""

import json
import os
import threading
import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entitynorm.errors import GazetteerError, InputError
from entitynorm.gazetteer import Entry, Gazetteer
from entitynorm.io.jsonl_gazetteer import (
    MAX_PROBLEMS,
    read_jsonl,
    read_jsonl_lines,
    read_whole_jsonl,
    stream_jsonl,
    write_jsonl,
)
from entitynorm.model import Alias, Entity

GOOD = '{"id": "place:kozinka", "type": "PLACE", "name": "Kozinka", "refs": {"geonames": 560142}}'


def problems(*lines: str) -> list[str]:
    with pytest.raises(GazetteerError) as caught:
        list(read_jsonl_lines(enumerate(lines, 1), "g.jsonl"))
    return [str(problem) for problem in caught.value.problems]


def test_reads_with_places_and_skips_blank_lines(tmp_path: Path) -> None:
    path = tmp_path / "g.jsonl"
    path.write_bytes(b"\xef\xbb\xbf\n" + GOOD.encode() + b"\r\n  \n" + GOOD.replace("place:kozinka", "Q42").encode())
    [(first, place), (second, second_place)] = read_jsonl(path)
    assert (first.id, first.refs, place) == ("place:kozinka", {"geonames": "560142"}, f"{path}:2")
    assert (second.id, second_place) == ("Q42", f"{path}:4")


def test_what_was_written_reads_back() -> None:
    entities = [
        Entity("a:b", "PLACE", "Козинка", (Alias("x", lang="ru"), Alias("y")), refs={"a": "b"}, weight=3.0),
        Entity("Q42", "ORG", "Й"),
    ]
    lines = list(write_jsonl(entities))
    assert all(line.count("\n") == 1 for line in lines)
    assert [entity for entity, _ in read_jsonl_lines(enumerate(lines, 1))] == entities


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "{",
            "g.jsonl:1: not JSON: expecting property name enclosed in double quotes at column 2; "
            "an array or an indented file must be turned into one object a line, e.g. with: jq -c '.[]'",
        ),
        ('{"id": "a:b",}', "g.jsonl:1: not JSON: "),
        ("Kozinka", "g.jsonl:1: not JSON: expecting value at column 1; write one whole object on each line"),
        ('["a"]', "g.jsonl:1: found a list, expected a record with id, type and name"),
        ("null", "g.jsonl:1: found nothing, expected a record with id, type and name"),
        ('{"id": "a:b", "id": "a:c"}', 'g.jsonl:1: the key "id" stands twice in one object; keep one'),
        (
            GOOD.replace('"refs"', '"aliases": [{"text": "x", "text": "y"}], "refs"'),
            'g.jsonl:1: the key "text" stands twice in one object; keep one',
        ),
        (
            GOOD.replace("560142", "NaN"),
            "g.jsonl:1: NaN is not a JSON number; write a finite number, or take the key away",
        ),
        (
            GOOD.replace("560142", "9" * 5000),
            "g.jsonl:1: not a record: a number has too many digits; write it shorter, or as text",
        ),
        ("[" * 100_000, "g.jsonl:1: not a record: nested too deeply; write one whole object on each line"),
        (
            GOOD.replace("Kozinka", "\\ud83d"),
            'g.jsonl:1: place:kozinka: name "\\ud83d" holds the lone surrogate U+D83D; '
            "repair the program that wrote it",
        ),
        (GOOD.replace('"name"', '"nmae"'), 'g.jsonl:1: place:kozinka: unknown key "nmae"; did you mean "name"?'),
        (
            GOOD.replace("{", '{"weight": 1e999, ', 1),
            "g.jsonl:1: place:kozinka: weight is the number inf, expected a finite number of at least 0",
        ),
    ],
)
def test_bad_line(line: str, expected: str) -> None:
    found = problems(line)
    assert found[0].startswith(expected) if expected.endswith(": ") else found[0] == expected
    assert all("\n" not in problem for problem in found)


def test_all_bad_lines_are_reported_and_good_ones_still_come_out() -> None:
    found = []
    with pytest.raises(GazetteerError) as caught:
        for entity, place in read_jsonl_lines(enumerate(["x", GOOD, '{"id": "a:b"}'], 1), "g"):
            found.append((entity.id, place))
    assert found == [("place:kozinka", "g:2")]
    assert [p.place for p in caught.value.problems] == ["g:1", "g:3", "g:3"]


def test_reading_stops_after_so_many_problems() -> None:
    def endless() -> Iterator[tuple[int, str]]:
        number = 0
        while True:
            number += 1
            yield number, "x"

    with pytest.raises(GazetteerError) as caught:
        list(read_jsonl_lines(endless()))
    assert len(caught.value.problems) == MAX_PROBLEMS


def test_a_line_is_read_before_the_next(tmp_path: Path) -> None:
    path = tmp_path / "g.jsonl"
    path.write_text(GOOD + "\n" + "x\n", encoding="utf-8")
    entries = read_jsonl(path)
    assert next(entries)[0].name == "Kozinka"
    with pytest.raises(GazetteerError):
        next(entries)


def test_wrong_encoding_names_line_and_offset(tmp_path: Path) -> None:
    path = tmp_path / "g.jsonl"
    path.write_bytes(GOOD.encode() + b"\n" + json.dumps({"name": "Козинка"}, ensure_ascii=False).encode("koi8-u"))
    with pytest.raises(InputError) as caught:
        list(read_jsonl(path))
    assert str(caught.value).startswith(
        f"{path}:2: not UTF-8: byte 0xEB at offset {len(GOOD) + 11}; looks like koi8-u;"
    )


few_ids = st.sampled_from([f"a:{letter}" for letter in "bcdefghijk"])
record_lines = st.lists(
    st.one_of(
        st.builds(
            lambda own, was: json.dumps({"id": own, "type": "ORG", "name": "x", "was": was}),
            few_ids,
            st.lists(few_ids, max_size=2),
        ),
        st.sampled_from(["", "x", '{"id": "a:b"}']),
    ),
    max_size=8,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("laws")


@given(lines=record_lines)
def test_the_stream_says_what_the_whole_says(folder: Path, lines: list[str]) -> None:
    path = folder / "g.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")

    def outcome(read: Callable[[], Iterable[Entry]]) -> object:
        try:
            return list(read())
        except GazetteerError as error:
            return sorted(map(str, error.problems))

    whole = outcome(lambda: Gazetteer.from_entries(read_whole_jsonl(path)).entries())
    assert outcome(lambda: stream_jsonl(path)) == whole


def test_the_stream_tells_ids_that_stand_twice_at_its_end(tmp_path: Path) -> None:
    path = tmp_path / "g.jsonl"
    path.write_text(f"{GOOD}\nx\n{GOOD.replace('place:kozinka', 'a:b')}\n{GOOD}\n", encoding="utf-8")
    read = []
    with pytest.raises(GazetteerError) as caught:
        read += (place for _, place in stream_jsonl(path))
    assert [str(problem) for problem in caught.value.problems] == [
        f"{path}:2: not JSON: expecting value at column 1; write one whole object on each line",
        f"{path}:4: place:kozinka: the id stands twice (first at {path}:1); "
        "give one of the two another id, or merge them",
    ]


def test_the_stream_keeps_no_entities(tmp_path: Path) -> None:
    path = tmp_path / "g.jsonl"
    with path.open("w", encoding="utf-8") as stream:
        for number in range(5_000):
            stream.write(GOOD.replace("place:kozinka", f"a:{number}").replace("Kozinka", "x" * 2_000) + "\n")
    tracemalloc.start()
    try:
        assert sum(1 for _ in stream_jsonl(path)) == 5_000
        assert tracemalloc.get_traced_memory()[1] < 3 * 2**20  # the names alone are 10
    finally:
        tracemalloc.stop()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_the_stream_does_not_wait_for_a_pipe_twice(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_text, args=(f"{GOOD}\n\n{GOOD}\n",))
    writer.start()
    with pytest.raises(GazetteerError) as caught:
        list(stream_jsonl(path))
    writer.join()
    assert [str(problem) for problem in caught.value.problems] == [
        f"{path}:{line}: its id, or one of was, seems to stand in another line too; "
        "write the lines to a file and check that"
        for line in (1, 3)
    ]
