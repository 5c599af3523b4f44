"""``entitynorm suggest`` and ``apply``: the loop from texts to a longer gazetteer, and every misuse."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from entitynorm.io.yaml_patch import read_patch, read_patch_text

NEWS = "They shelled Hraivoron. Gladkov left Hraivoron, said Anna Hoffmann.\n"
PATCH = """\
schema: patch-1
aliases:
  - {entity: "place:grayvoron", text: "Grivoron", decision: accept, source: "a.txt", date: "2023-05-22"}
  - {entity: "place:grayvoron", text: "Grivoran", decision: open, source: "a.txt", date: "2023-05-22"}
"""


@pytest.fixture
def news(tmp_path: Path) -> Path:
    path = tmp_path / "news.txt"
    path.write_text(NEWS, encoding="utf-8")
    return path


@pytest.fixture
def patch(tmp_path: Path) -> Path:
    path = tmp_path / "patch.yaml"
    path.write_text(PATCH, encoding="utf-8")
    return path


def test_the_loop(run, gazetteer, news, tmp_path):
    out = tmp_path / "patch.yaml"
    result = run("suggest", news, "-g", gazetteer, "-o", out, "--date", "2023-05-22")
    assert (result.status, result.out) == (0, "")
    assert result.err == "entitynorm: 1 text: proposed 2 aliases, 1 new entity, 0 blocked forms\n"
    assert {(p.entity, p.alias.text) for p in read_patch(out).aliases} == {
        ("place:grayvoron", "Hraivoron"),
        ("person:vyacheslav-gladkov", "Gladkov"),
    }
    out.write_text(out.read_text("utf-8").replace("decision: open", "decision: accept"), encoding="utf-8")
    result = run("apply", out, "-g", gazetteer, "--in-place")
    assert (result.status, result.out) == (0, "")
    assert result.err == (
        f"entitynorm: {gazetteer}: 2 aliases, 0 blocked forms and 1 entity added; 0 there already, 0 open or rejected\n"
    )
    assert run("check", gazetteer).status == 0
    assert '"id": "person:anna-hoffmann"' in run("resolve", "Hoffmann, Anna", "-g", gazetteer).out
    result = run("suggest", news, "-g", gazetteer)
    assert "proposed 0 aliases, 0 new entities" in result.err


def test_a_folder_stands_for_its_texts(run, gazetteer, news):
    by_folder = run("suggest", news.parent, "-g", gazetteer, "--date", "2023-05-22")
    assert by_folder.out == run("suggest", news, "-g", gazetteer, "--date", "2023-05-22").out
    assert by_folder.status == 0


def test_standard_input_and_todays_date(run, gazetteer):
    result = run("suggest", "-", "-g", gazetteer, stdin=NEWS.encode())
    (first, *_) = read_patch_text(result.out).aliases
    assert first.note.source == "-"
    assert abs(datetime.date.today() - datetime.date.fromisoformat(first.note.date)).days <= 1


def test_unlinked_and_decided(run, gazetteer, news, tmp_path):
    full = run("suggest", news, "-g", gazetteer).out
    less = run("suggest", news, "-g", gazetteer, "--unlinked").out
    assert len(read_patch_text(less)) < len(read_patch_text(full))
    decided = tmp_path / "decided.yaml"
    decided.write_text(full.replace("decision: open", "decision: reject"), encoding="utf-8")
    assert len(read_patch_text(run("suggest", news, "-g", gazetteer, "--decided", decided).out)) == 0


def test_apply_prints_or_writes_elsewhere(run, gazetteer, patch, tmp_path):
    before = gazetteer.read_bytes()
    printed = run("apply", patch, "-g", gazetteer)
    assert '- {text: "Grivoron", source: "a.txt, 2023-05-22"}\n' in printed.out
    assert "1 alias, 0 blocked forms and 0 entities added; 0 there already, 1 open or rejected" in printed.err
    other = tmp_path / "other.yaml"
    assert run("apply", "-", "-g", gazetteer, "-o", other, stdin=patch.read_bytes()).status == 0
    assert other.read_text("utf-8") == printed.out
    assert gazetteer.read_bytes() == before


def test_backup_and_bytes(run, gazetteer, patch, tmp_path):
    marked = b"\xef\xbb\xbf" + gazetteer.read_bytes().replace(b"\n", b"\r\n")
    gazetteer.write_bytes(marked)
    backup = Path(f"{gazetteer}.bak")
    empty = tmp_path / "empty.yaml"
    empty.write_text("schema: patch-1\n", encoding="utf-8")
    assert run("apply", empty, "-g", gazetteer, "--in-place", "--backup").status == 0
    assert gazetteer.read_bytes() == marked and not backup.exists()
    assert run("apply", patch, "-g", gazetteer, "--in-place", "--backup").status == 0
    once = gazetteer.read_bytes()
    assert backup.read_bytes() == marked
    assert once.startswith(b"\xef\xbb\xbfschema")
    assert once.count(b"\r\n") == once.count(b"\n") == marked.count(b"\n") + 1
    assert run("apply", patch, "-g", gazetteer, "--in-place", "--backup").status == 0
    assert gazetteer.read_bytes() == once and backup.read_bytes() == marked


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--in-place", "-o", "x.yaml"], "--in-place and -o came together; give one of them"),
        (["--backup"], "--backup came without --in-place; it keeps what --in-place replaces"),
        (["-o", "{patch}"], "is an input itself and would be overwritten; choose another place"),
    ],
)
def test_options_that_do_not_go_together(run, gazetteer, patch, args, message):
    args = [arg.format(patch=patch) for arg in args]
    assert message in run("apply", patch, "-g", gazetteer, *args).complaint()


def test_misuse(run, gazetteer, patch, news, tmp_path):
    before = gazetteer.read_bytes()
    assert "is no YAML file" in run("apply", patch, "-g", tmp_path / "g.jsonl").complaint()
    assert "missing option '-g'" in run("apply", patch).complaint()
    assert 'schema is "1", expected patch-1' in run("apply", gazetteer, "-g", gazetteer, "--in-place").complaint()
    assert "no such file" in run("apply", tmp_path / "none.yaml", "-g", gazetteer).complaint()
    patch.write_text(PATCH.replace("place:grayvoron", "place:grayvorn"), encoding="utf-8")
    complaint = run("apply", patch, "-g", gazetteer, "--in-place").complaint()
    assert complaint == f'{patch}:3: no entity has the id "place:grayvorn"; did you mean "place:grayvoron"?'
    assert gazetteer.read_bytes() == before
    assert "is no day, expected one like" in run("suggest", news, "-g", gazetteer, "--date", "yesterday").complaint()
    (tmp_path / "empty").mkdir()
    assert "is a folder without .txt files" in run("suggest", tmp_path / "empty", "-g", gazetteer).complaint()
    assert "would be overwritten" in run("suggest", news, "-g", gazetteer, "-o", news).complaint()
