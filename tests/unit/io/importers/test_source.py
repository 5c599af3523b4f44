"""Lines of files, packed or not: numbers, damage, encodings."""

from __future__ import annotations

import gzip

import pytest

from entitynorm.errors import InputError
from entitynorm.io.importers.report import Report, RowError
from entitynorm.io.importers.source import Source, json_object


@pytest.fixture
def source(tmp_path):
    def write(data: bytes) -> Source:
        path = tmp_path / "rows.txt"
        path.write_bytes(data)
        return Source(str(path))

    return write


def test_only_line_feeds_end_a_line(source):
    data = "\ufeffone\r\ntwo\u2028three\n\nfour\rfive".encode()
    assert list(source(data).lines()) == [(1, "one"), (2, "two\u2028three"), (3, ""), (4, "four\rfive")]


def test_one_damaged_line_among_good_ones_is_a_broken_row(source):
    report, said = Report(), []
    report.say = said.append
    lines = source("Зенда\n".encode() + b"dam\xe9ged\n" + "Хенцау\n".encode()).lines(report)
    assert [line for _, line in lines] == ["Зенда", "Хенцау"]
    assert report.skipped == {"not UTF-8": 1} and report.rows == 1
    assert said == [f"{said[0].partition(':')[0]}:2: not UTF-8: byte 0xE9 in column 4; mend the line (row skipped)"]


def test_a_file_whose_first_letters_are_wrong_is_in_another_encoding(source):
    data = b"plain\n" + "Зенда и Штрельзау\nХенцау\n".encode("koi8-u")
    with pytest.raises(InputError, match=r"rows.txt:2: .*looks like koi8-u"):
        list(source(data).lines(Report()))


def test_damage_is_fatal_where_nobody_takes_reports(source):
    with pytest.raises(InputError, match="0xE9"):
        list(source("Зенда\n".encode() + b"dam\xe9ged\n").lines())


def test_packed_data_that_break_off_name_the_line(source):
    packed = gzip.compress(b"".join(b"row %d\n" % (n * n) for n in range(5000)))
    with pytest.raises(InputError, match=r"rows.txt:\d+: cannot be read on"):
        list(source(packed[: len(packed) // 2]).lines())


def test_several_packed_parts_are_read_one_after_the_other(source):
    assert [line for _, line in source(gzip.compress(b"a\n") + gzip.compress(b"b\n")).lines()] == ["a", "b"]


def test_a_source_can_be_read_again(source):
    opened = source(b"a\nb\n")
    assert list(opened.lines()) == list(opened.lines())


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "not JSON"),
        ("[]", "not an object"),
        ('"x"', "not an object"),
        ("[" * 100_000, "not JSON"),
        ('{"a": ' + "9" * 5000 + "}", "not JSON"),
    ],
)
def test_what_is_no_object_is_told_apart(line, reason):
    with pytest.raises(RowError) as caught:
        json_object(line)
    assert caught.value.reason == reason
    assert "\n" not in caught.value.message
