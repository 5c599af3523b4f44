"""Whatever comes in: one line, exit 2, no traceback, nothing half written."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from entitynorm.cli import cli, main
from entitynorm.cli.app import describe_error

PROGRAM = click.Context(cli)
COMMANDS = cli.list_commands(PROGRAM)
SUBCOMMANDS = [
    (name, *sub)
    for name in COMMANDS
    for group in [cli.get_command(PROGRAM, name)]
    for sub in (([s] for s in sorted(group.commands)) if isinstance(group, click.Group) else [[]])
]


def program(*args: object, **options: object) -> subprocess.CompletedProcess[bytes]:
    options.setdefault("stderr", subprocess.PIPE)
    options.setdefault("stdout", subprocess.PIPE)
    return subprocess.run([sys.executable, "-m", "entitynorm", *map(str, args)], timeout=60, **options)  # type: ignore[call-overload,no-any-return]


def one_line(stderr: bytes) -> str:
    text = stderr.decode()
    assert text.startswith("entitynorm: ") and text.count("\n") == 1, text
    return text


@pytest.mark.parametrize("command", SUBCOMMANDS, ids=" ".join)
def test_every_command_has_help_and_takes_a_gazetteer(run, command):
    result = run(*command, "--help")
    assert (result.status, result.err) == (0, "")
    assert "-g, --gazetteer" in result.out
    assert cli.get_command(PROGRAM, command[0]).short_help  # type: ignore[union-attr]


def test_help_version_and_no_command(run):
    assert run("--version").out.startswith("entitynorm ")
    bare, asked = run(), run("--help")
    assert bare.status == asked.status == 0 and bare.out == asked.out
    assert all(command in asked.out for command in COMMANDS)


def test_the_click_group_works_under_clicks_own_runner():
    assert CliRunner().invoke(cli, ["--version"]).exit_code == 0


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (["lnik", "x"], "no command 'lnik'; did you mean 'link'?"),
        (["frobnicate"], "expected one of apply, build, check, evaluate"),
        (["link"], "link: missing argument 'FILE...'"),
        (["link", "x", "--fromat", "csv"], "'--format'"),
        (["link", "x", "--format", "jsnol"], "did you mean 'jsonl'?"),
        (["link", "x", "--min-score", "7"], "--min-score"),
        (["link", "x", "--jobs", "0"], "--jobs"),
        (["link", "x", "--screen", "--lang", "pl"], "--lang came with --screen"),
        (["link", "x", "--excel-safe"], "--format csv"),
        (["link", "x", "--title", "T"], "--format html"),
        (["link", "-", "-"], "standard input (-) came twice"),
        (["resolve"], "no name came"),
        (["resolve", "x", "--column", "a"], "--table FILE"),
        (["explain", "x"], "explain: missing argument 'ENTITY_ID'"),
        (["romanise", "Kyiv"], "Cyrillic"),
        (["search", "x", "-g", "none.yaml"], "none.yaml: no such file"),
        (["check", "none.yaml"], "none.yaml: no such file"),
        (["check", "names.txt"], "names.txt"),
        (["build", "none.yaml"], "missing option '-o' / '--output'"),
        (["build", "none.yaml", "-o", "out.enx"], "none.yaml: no such file"),
        (["build", "-g", "none.yaml", "-o", "out.enx"], "none.yaml: no such file"),
        (["build", "none.yaml", "-o", "out.jsonl"], "does not end in .enx"),
        (["build", "-g", "none.enx", "-o", "none.enx"], "is also read"),
        (["--frob"], "no such option"),
    ],
)
def test_bad_usage(run, tmp_path, monkeypatch, args, expected):
    monkeypatch.chdir(tmp_path)
    assert expected in run(*args).complaint()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "is empty"),
        ("Грайворон и Белгород, как пишут".encode("windows-1251"), "windows-1251"),
        ("Grayvoron".encode("utf-16"), "UTF-16"),
        (b"Gray\0voron", "NUL byte at offset 4"),
        (b"caf\xe9", "not UTF-8: byte 0xE9 at offset 3"),
        (b"\xed\xa0\x80 lone surrogate", "not UTF-8"),
    ],
)
@pytest.mark.parametrize("command", ["link", "normalize"])
def test_bad_texts(run, tmp_path, monkeypatch, command, content, expected):
    monkeypatch.chdir(tmp_path)
    Path("text.txt").write_bytes(content)
    complaint = run(command, "text.txt").complaint()
    assert complaint.startswith("text.txt: ") and expected in complaint
    assert expected in run(command, "-", stdin=content).complaint()


def test_a_folder_and_a_missing_text(run, tmp_path):
    assert "is a directory" in run("link", tmp_path).complaint()
    assert "no such file" in run("link", tmp_path / "none.txt").complaint()


def test_a_file_name_with_a_line_break_stays_on_one_line(run, tmp_path):
    assert "no such file" in run("link", tmp_path / "a\nb\x1b[31m.txt").complaint()


def test_a_gigabyte_in_one_line_is_refused_before_it_is_read(run, tmp_path, gazetteer):
    path = tmp_path / "huge.txt"
    with path.open("wb") as stream:
        stream.truncate(1 << 30)  # sparse: no disk is used
    began = time.monotonic()
    for format_ in ("html", "label-studio", "displacy"):
        assert "larger than 64 MiB" in run("link", path, "-g", gazetteer, "-f", format_).complaint()
    assert "NUL byte at offset 0, expected UTF-8 text; is it a binary file" in run("link", path).complaint()
    assert time.monotonic() - began < 5
    assert "64 MiB" in run("resolve", "--table", path.rename(tmp_path / "huge.csv"), "--column", "a").complaint()


def test_endless_input_is_refused(run):
    if not Path("/dev/zero").exists():
        pytest.skip("needs /dev/zero")
    assert "NUL byte at offset 0" in run("link", "/dev/zero").complaint()


@pytest.mark.parametrize("content", ["", "entities: [", "schema: 1\nentities:\n  - 5\n", "\0", "\ufeff"])
def test_broken_gazetteers(run, tmp_path, article, content):
    path = tmp_path / "broken.yaml"
    path.write_text(content)
    assert str(path) in run("link", article, "-g", path).complaint()


def test_unwritable_targets(run, gazetteer, article, tmp_path):
    assert "does not exist" in run("link", article, "-g", gazetteer, "-o", tmp_path / "no" / "x.jsonl").complaint()
    assert "is a directory" in run("link", article, "-g", gazetteer, "-o", tmp_path).complaint()


def test_outputs_that_would_overwrite(run, gazetteer, article, tmp_path):
    (tmp_path / "sub").mkdir()
    twin = tmp_path / "sub" / article.name
    twin.write_bytes(article.read_bytes())
    assert "two texts would both become" in run("normalize", article, twin, "-o", tmp_path / "out").complaint()
    assert "is an input itself" in run("normalize", article, "-o", tmp_path, "-g", gazetteer).complaint()
    assert "need a folder" in run("normalize", article, article, "-o", article).complaint()
    assert "a folder after -o" in run("normalize", article, article).complaint()


@pytest.mark.parametrize("command", [["normalize"], ["link"], ["link", "-f", "marked"], ["link", "-f", "html"]])
def test_an_input_is_never_overwritten(run, gazetteer, article, text, tmp_path, monkeypatch, command):
    monkeypatch.chdir(tmp_path)
    linked = tmp_path / "linked.txt"
    linked.symlink_to(article)
    for target in (article, article.name, f"./{article.name}", linked):
        assert "is an input itself" in run(*command, article.name, "-g", gazetteer, "-o", target).complaint()
    assert article.read_bytes() == text.encode()


def test_one_of_several_inputs_is_not_overwritten_either(run, gazetteer, article, text, tmp_path):
    other = tmp_path / "other.txt"
    other.write_text("Suspilne\n")
    assert "is an input itself" in run("link", other, article, "-g", gazetteer, "-o", article).complaint()
    folder = tmp_path / "folder"
    folder.mkdir()
    page = folder / "other.md"
    page.write_text("Grayvoron\n")
    complaint = run("link", other, page, "-f", "marked", "-o", folder).complaint()
    assert "other.md" in complaint
    assert article.read_bytes() == text.encode() and page.read_text() == "Grayvoron\n"


@pytest.mark.parametrize(
    "words", [["normalize", "-"], ["link", "-"], ["resolve", "-"], ["resolve", "--table", "-", "--column", "1"]]
)
def test_neither_a_gazetteer_nor_redirected_input_is_overwritten(run, gazetteer, article, text, words):
    assert "is an input itself" in run(*words, "-g", gazetteer, "-o", gazetteer, stdin=b"x\n").complaint()
    with article.open("rb") as stream:
        result = program(*words, "-g", gazetteer, "-o", article, stdin=stream)
    assert result.returncode == 2 and "is an input itself" in one_line(result.stderr)
    assert article.read_bytes() == text.encode()


def test_parquet_needs_a_file_to_go_to(run, gazetteer, tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    parquet.write_table(pyarrow.table({"a": ["x"]}), tmp_path / "t.parquet")
    assert "-o FILE.parquet" in run("resolve", "--table", tmp_path / "t.parquet", "--column", "a").complaint()


def test_an_unknown_entity(run, gazetteer):
    assert "place:nowhere" in run("explain", "Grayvoron", "place:nowhere", "-g", gazetteer).complaint()


def test_lone_surrogates_come_out_escaped(gazetteer, tmp_path):
    result = program("resolve", os.fsdecode(b"Grayvoron \xff"), "-g", gazetteer)
    assert result.returncode == 0, result.stderr
    assert b"Grayvoron \\udcff" in result.stdout
    table = tmp_path / "t.jsonl"
    table.write_text('{"a": "Gray\\ud83dvoron"}\n')
    result = program("resolve", "--table", table, "--column", "a", "-g", gazetteer)
    assert result.returncode == 0 and result.stdout.startswith(b'{"a": "Gray\\ud83dvoron", "a_id"')


def test_cyrillic_comes_out_under_the_c_locale(gazetteer):
    environment = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": ""}
    result = program("resolve", "-", "-g", gazetteer, input="Грайворон\n".encode(), env=environment)
    assert result.returncode == 0 and "Грайворон".encode() in result.stdout


def test_a_reader_that_leaves_early_is_no_error(article, gazetteer):
    files = [article] * 300
    with subprocess.Popen(
        [sys.executable, "-m", "entitynorm", "link", *files, "-g", gazetteer],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.read(10)
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(timeout=60) == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk(article, gazetteer):
    with Path("/dev/full").open("wb") as full:
        result = program("link", article, "-g", gazetteer, stdout=full)
    assert result.returncode == 2 and "no space left" in one_line(result.stderr)


@pytest.mark.skipif(os.name != "posix", reason="shell redirection")
def test_closed_standard_streams(article, gazetteer):
    base = f"{sys.executable} -m entitynorm link {article} -g {gazetteer}"
    closed = subprocess.run(["sh", "-c", f"{base} >&-"], capture_output=True, timeout=60)
    assert closed.returncode == 2 and "standard output is closed" in one_line(closed.stderr)
    silent = subprocess.run(["sh", "-c", f"{base} 2>&-"], capture_output=True, timeout=60)
    assert silent.returncode == 0 and silent.stdout.startswith(b'{"doc"')
    reading = f"{sys.executable} -m entitynorm link - <&-"
    no_input = subprocess.run(["sh", "-c", reading], capture_output=True, timeout=60)
    assert no_input.returncode == 2
    one_line(no_input.stderr)


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize(
    ("output", "said"),
    [
        ((), "entitynorm: interrupted\n"),
        (("-o", "-"), "entitynorm: interrupted\n"),
        (("-o", "old.jsonl"), "entitynorm: interrupted; old.jsonl was left as it was\n"),
        (("-o", "folder"), "entitynorm: interrupted; the files in folder are whole\n"),
    ],
)
def test_an_interrupt_is_one_line_and_130(gazetteer, tmp_path, output, said):
    (tmp_path / "old.jsonl").write_text("as it was")
    (tmp_path / "folder").mkdir()
    with subprocess.Popen(
        [sys.executable, "-m", "entitynorm", "link", "-", "-g", gazetteer, *output],
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        time.sleep(2)  # long enough to be waiting for the text
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130 and out == b""
    assert err.decode() == said
    assert (tmp_path / "old.jsonl").read_text() == "as it was"


def test_a_fault_of_ours_is_one_line_too(run, article, gazetteer, monkeypatch):
    def broken(gazetteers: object) -> object:
        raise ZeroDivisionError("no\nway")

    monkeypatch.setattr("entitynorm.cli.text_commands.load_linker", broken)
    monkeypatch.delenv("ENTITYNORM_DEBUG", raising=False)
    complaint = run("link", article).complaint()
    assert "ZeroDivisionError" in complaint and "test_errors" in complaint and "ENTITYNORM_DEBUG" in complaint
    monkeypatch.setenv("ENTITYNORM_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        main(["link", str(article)])


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (MemoryError(), "out of memory"),
        (RecursionError(), "nested too deeply"),
        (PermissionError(13, "Permission denied", "/secret"), "/secret: permission denied"),
        (OSError(5, "Input/output error", "x"), "x: Input/output error"),
        (OSError("odd"), "odd"),
        (UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed"), "expected UTF-8"),
        (click.UsageError("Bad thing."), "bad thing"),
    ],
)
def test_every_kind_of_error_has_its_line(error, expected):
    line = describe_error(error)
    assert expected in line and "\n" not in line


def test_the_command_line_starts_light():
    heavy = ("pyarrow", "entitynorm.io.html", "entitynorm.io.tables", "spacy", "http")
    code = f"import sys, entitynorm.cli; print([name for name in {heavy} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60).stdout == b"[]\n"
