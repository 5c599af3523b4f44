"""``normalize``: styles, differences, files replaced in place with their backups, and fields of JSON lines."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

OLD = "Graivoron [1],\r\n  and Грайворон\n" + "calm\n" * 9 + "Suspilne, of Graivoron"
NEW = OLD.replace("Graivoron", "Grayvoron").replace("Грайворон", "Grayvoron")


@pytest.fixture
def note(tmp_path: Path) -> Path:
    path = tmp_path / "note.txt"
    path.write_bytes(OLD.encode())
    return path


def files(folder: Path) -> dict[str, str]:
    return {path.name: path.read_bytes().decode() for path in folder.iterdir() if path.name != "names.yaml"}


@pytest.mark.parametrize(
    ("style", "town"),
    [("name", "Grayvoron"), ("id", "place:grayvoron"), ("both", "Grayvoron [place:grayvoron]")],
)
def test_styles(run, gazetteer, note, style, town):
    out = run("normalize", note, "-g", gazetteer, "--style", style).out
    medium = {"name": "Suspilne", "id": "org:suspilne", "both": "Suspilne [org:suspilne]"}[style]
    assert out == NEW.replace("Grayvoron", town).replace("Suspilne", medium)


@pytest.mark.parametrize("style", ["name", "id", "both"])
def test_normalising_twice_changes_nothing_more(run, gazetteer, note, style):
    once = run("normalize", note, "-g", gazetteer, "--style", style).out
    assert run("normalize", "-", "-g", gazetteer, "--style", style, stdin=once.encode()).out == once


def test_a_threshold_leaves_names_alone(run, gazetteer, note):
    assert run("normalize", note, "-g", gazetteer, "--min-score", "1.0").out != NEW


def test_diff_prints_hunks_and_writes_nothing(run, gazetteer, note, tmp_path):
    result = run("normalize", note, "-g", gazetteer, "--diff")
    assert result.status == 0 and files(tmp_path) == {"note.txt": OLD}
    assert result.out == (
        f"--- {note}\n+++ {note}\n@@ -1,5 +1,5 @@\n"
        "-Graivoron [1],\r\n+Grayvoron [1],\r\n-  and Грайворон\n+  and Grayvoron\n"
        " calm\n calm\n calm\n@@ -9,4 +9,4 @@\n calm\n calm\n calm\n-Suspilne, of Graivoron\n"
        "\\ No newline at end of file\n+Suspilne, of Grayvoron\n\\ No newline at end of file\n"
    )


def test_patch_takes_the_diff(run, gazetteer, note, tmp_path):
    if shutil.which("patch") is None:
        pytest.skip("needs the program patch")
    diff = run("normalize", note, "-g", gazetteer, "--diff").out
    subprocess.run(["patch", "--binary", "-s", str(note)], input=diff.encode(), check=True, cwd=tmp_path)
    assert note.read_bytes().decode() == NEW


def test_nothing_to_change_is_no_diff(run, gazetteer, article):
    assert run("normalize", article, article, "-g", gazetteer, "--diff").out == ""


def test_in_place_replaces_and_keeps_nothing_else(run, gazetteer, note, article, tmp_path):
    before = article.stat()
    result = run("normalize", note, article, "-g", gazetteer, "--in-place")
    assert (result.status, result.out, result.err) == (0, "", "entitynorm: 1 of 2 files changed\n")
    assert files(tmp_path) == {"note.txt": NEW, "article.txt": article.read_bytes().decode()}
    assert (article.stat().st_mtime_ns, article.stat().st_ino) == (before.st_mtime_ns, before.st_ino)


@pytest.mark.parametrize(("option", "suffix"), [(("--backup",), ".bak"), (("--backup=.orig",), ".orig")])
def test_backup_keeps_the_old_text(run, gazetteer, note, article, tmp_path, option, suffix):
    note.chmod(0o640)
    assert run("normalize", note, article, "-g", gazetteer, "--in-place", *option).status == 0
    backup = tmp_path / f"note.txt{suffix}"
    assert set(files(tmp_path)) == {"note.txt", "article.txt", backup.name}
    assert (backup.read_bytes().decode(), note.read_bytes().decode()) == (OLD, NEW)
    assert note.stat().st_mode & 0o777 == backup.stat().st_mode & 0o777 == 0o640


def test_a_file_system_without_second_names_gets_a_copy(run, gazetteer, note, tmp_path, monkeypatch):
    def refuse(*args: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(os, "link", refuse)
    assert run("normalize", note, "-g", gazetteer, "--in-place", "--backup").status == 0
    assert files(tmp_path) == {"note.txt": NEW, "note.txt.bak": OLD}


def test_an_older_backup_is_never_overwritten(run, gazetteer, note, tmp_path):
    other = tmp_path / "other.txt"
    other.write_text("Graivoron\n")
    backup = tmp_path / "other.txt.bak"
    backup.write_text("old")
    complaint = run("normalize", note, other, "-g", gazetteer, "--in-place", "--backup").complaint()
    assert complaint.startswith(f"{backup}: exists") and "never overwritten" in complaint
    assert files(tmp_path) == {"note.txt": OLD, "other.txt": "Graivoron\n", "other.txt.bak": "old"}


def test_a_link_stays_one(run, gazetteer, note, tmp_path):
    alias = tmp_path / "alias.txt"
    alias.symlink_to(note)
    assert run("normalize", alias, "-g", gazetteer, "--in-place", "--backup").status == 0
    assert alias.is_symlink() and note.read_bytes().decode() == NEW
    assert (tmp_path / "alias.txt.bak").read_bytes().decode() == OLD


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--diff", "--in-place"], "give one of them"),
        (["--diff", "-o", "x"], "-o x came with --diff"),
        (["--in-place", "-o", "x"], "-o x came with --in-place"),
        (["--backup=.b"], "--backup came without --in-place"),
        (["--in-place", "--backup=b"], "'b' is no suffix"),
        (["--in-place", "--backup=./b"], "'./b' is no suffix"),
        (["--in-place", "--text-field", "t"], "--text-field came with --in-place"),
        (["--diff", "--text-field", "t"], "--text-field came with --diff"),
        (["--style", "ids"], "'ids' is not one of"),
    ],
)
def test_options_that_do_not_go_together(run, gazetteer, note, options, expected):
    assert expected in run("normalize", note, "-g", gazetteer, *options).complaint()
    assert note.read_bytes().decode() == OLD


def test_a_file_after_backup_is_not_taken_for_a_suffix(run, gazetteer, note, article):
    complaint = run("normalize", "-g", gazetteer, article, "--in-place", "--backup", note).complaint()
    assert "is no suffix" in complaint and "put --backup last" in complaint


def test_what_cannot_be_replaced_is_refused_before_anything_is(run, gazetteer, note, tmp_path):
    link = tmp_path / "same.txt"
    link.symlink_to(note)
    cases = {"-": "cannot be replaced", str(link): "came twice", str(gazetteer): "is an input itself"}
    if os.geteuid() != 0:  # root may write anything
        locked = tmp_path / "locked.txt"
        locked.write_text("Graivoron")
        locked.chmod(0o400)
        cases[str(locked)] = "read-only"
    for name, expected in cases.items():
        assert expected in run("normalize", note, name, "-g", gazetteer, "--in-place", stdin=b"x").complaint()
    assert note.read_bytes().decode() == OLD


def test_an_error_on_the_way_leaves_the_file(run, gazetteer, note, tmp_path, monkeypatch):
    def fail(*args: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("entitynorm.rewriting.rewrite", fail)
    assert "note.txt" in run("normalize", note, "-g", gazetteer, "--in-place", "--backup").complaint()
    assert files(tmp_path) == {"note.txt": OLD}


def test_fields_of_json_lines(run, gazetteer, tmp_path):
    lines = tmp_path / "lines.jsonl"
    lines.write_text('{"id": 1, "body": "Graivoron", "x": [1.0]}\n\n{"body": ""}\n')
    result = run("normalize", lines, "-", "-g", gazetteer, "--text-field", "body", stdin=b'{"body": "Suspilne"}')
    assert [json.loads(line) for line in result.out.splitlines()] == [
        {"id": 1, "body": "Grayvoron", "x": [1.0]},
        {"body": ""},
        {"body": "Suspilne"},
    ]


def test_jobs_do_not_change_the_result(run, gazetteer, note, article):
    args = ("normalize", note, article, note, "-g", gazetteer, "--diff")
    assert run(*args, "--jobs", 2).out == run(*args).out != ""
