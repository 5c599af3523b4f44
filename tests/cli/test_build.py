"""``entitynorm build``: what it reads, and what becomes of files that are not as it wrote them."""

from __future__ import annotations

from pathlib import Path

import pytest

from entitynorm.io import compiled
from entitynorm.io.compiled import CompiledGazetteer

MORE = """\
schema: 1
entities:
  - {id: "place:grayvoron", type: "PLACE", name: "Greyborne"}
  - {id: "place:zenda", type: "PLACE", name: "Zenda"}
"""


@pytest.fixture
def more(tmp_path):
    path = tmp_path / "more.yaml"
    path.write_text(MORE, encoding="utf-8")
    return path


@pytest.fixture
def built(run, gazetteer, tmp_path):
    path = tmp_path / "built.enx"
    assert run("build", gazetteer, "-o", path).status == 0
    return path


def test_files_after_g_are_compiled_like_those_without(run, gazetteer, more, tmp_path):
    outputs = []
    for n, args in enumerate(([gazetteer, more], [gazetteer, "-g", more], ["-g", gazetteer, "-g", more])):
        path = tmp_path / f"out{n}.enx"
        result = run("build", *args, "-o", path)
        assert result.status == 0 and result.err == f"entitynorm: {path}: 4 entities, 4 names, 6 distinct words\n"
        outputs.append(path.read_bytes())
    assert outputs[0] == outputs[1] == outputs[2]
    names = {entity.id: entity.name for entity in CompiledGazetteer(tmp_path / "out0.enx")}
    assert names["place:grayvoron"] == "Greyborne" and "place:zenda" in names


def test_without_files_the_packaged_gazetteer_is_compiled(run, tmp_path):
    assert run("build", "-o", tmp_path / "own.enx").status == 0
    assert "place:kozinka" in CompiledGazetteer(tmp_path / "own.enx")


def test_a_compiled_file_answers_as_its_source(run, gazetteer, built):
    for name in ("Graivoron", "V. Gladkov", "Suspilna", "Nowhere"):
        asked = [run("search", name, "-g", path) for path in (gazetteer, built)]
        assert (asked[0].status, asked[0].out) == (asked[1].status, asked[1].out)
    assert run("check", built).status == 0


def test_a_compiled_file_can_be_compiled_again(run, built, more, tmp_path):
    assert run("build", built, more, "-o", tmp_path / "again.enx").status == 0
    assert CompiledGazetteer(tmp_path / "again.enx").get("place:grayvoron").name == "Greyborne"


@pytest.mark.parametrize("command", ["resolve", "check"])
@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.999])
def test_a_truncated_file_is_one_line(run, built, command, share):
    data = built.read_bytes()
    built.write_bytes(data[: int(len(data) * share)])
    args = [built] if command == "check" else ["Grayvoron", "-g", built]
    assert str(built) in run(command, *args).complaint()


@pytest.mark.parametrize("content", [b"PK\x03\x04" + b"\0" * 5000, b"schema: 1\nentities: []\n", b"\0" * 9000])
def test_a_foreign_file_is_one_line(run, built, content):
    built.write_bytes(content)
    assert str(built) in run("resolve", "Grayvoron", "-g", built).complaint()


@pytest.mark.parametrize("part", range(0, 100, 7))
def test_one_flipped_bit_is_one_line(run, built, part):
    data = bytearray(built.read_bytes())
    place = len(data) * part // 100
    data[place] ^= 1 << (part % 8)
    built.write_bytes(data)
    assert str(built) in run("resolve", "Grayvoron", "-g", built).complaint()


@pytest.mark.parametrize(("field", "said"), [("SCHEMA", "of schema"), ("tables_digest", "other sound and word tables")])
def test_a_file_of_another_version_says_how_to_make_it_again(run, built, monkeypatch, field, said):
    monkeypatch.setattr(compiled, field, 99 if field == "SCHEMA" else lambda: "others")
    complaint = run("resolve", "Grayvoron", "-g", built).complaint()
    assert said in complaint and f"`entitynorm build GAZETTEER -o {built}`" in complaint


def test_ids_that_stand_twice_leave_no_file(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("twice.jsonl").write_text('{"id": "a:b", "type": "ORG", "name": "Alpha"}\n' * 2)
    result = run("build", "twice.jsonl", "-o", "out.enx")
    assert result.status == 2 and "a:b" in result.err and "Traceback" not in result.err
    assert [path.name for path in tmp_path.iterdir()] == ["twice.jsonl"]


def test_an_interrupt_leaves_the_old_file(run, gazetteer, built, monkeypatch):
    before, names = built.read_bytes(), sorted(built.parent.iterdir())

    def interrupted(*args, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(compiled.IndexBuilder, "finish", interrupted)
    assert run("build", gazetteer, "-o", built).status == 130
    assert built.read_bytes() == before and sorted(built.parent.iterdir()) == names
