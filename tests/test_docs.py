"""What the documentation says, tried: every snippet, every command with its output, and the tables that repeat code.

A page is one session in a folder of its own, from top to bottom, with the articles in ``seeds/`` beside it:

- a ``code-block`` with a caption is a file of that name,
- a ``pycon`` or ``python`` block runs, doctests with their output, all in one namespace,
- in a ``console`` block each ``$ entitynorm …`` runs, its output on both streams as shown; ``...`` stands for anything.

``python tests/test_docs.py`` puts what comes out now in place of every output that differs. Read the difference before
you keep it: a page that changed may be a bug that showed itself.
"""

from __future__ import annotations

import ast
import contextlib
import dataclasses
import doctest
import importlib
import importlib.util
import inspect
import io
import os
import pkgutil
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import click
import pytest

import entitynorm
from entitynorm import comparing, context, mentions, resolver, scored, senses
from entitynorm.cli import cli, main
from entitynorm.io.writers import FORMATS
from entitynorm.kinds import SURFACE_KINDS
from entitynorm.model import ALIAS_KINDS, Alias, Entity
from entitynorm.resources import data_dir
from entitynorm.scoring import IDENTITY, VETO, WRITTEN

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PROGRAM = click.Context(cli)
PAGES = sorted(p for p in DOCS.rglob("*.md") if "_build" not in p.parts)
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE

FENCE = re.compile(r"^(?P<fence>`{3,})(?P<info>[^\n`]*)\n(?P<body>.*?)^(?P=fence)[ \t]*$", re.MULTILINE | re.DOTALL)
CAPTION = re.compile(r"\A(?::[\w-]+:[^\n]*\n)*?:caption: (?P<name>[^\n]+)\n(?::[\w-]+:[^\n]*\n)*\n?")

EXTRA = re.compile(r"^(?:>>> )?(?:import|from) (pandas|polars|pyarrow|duckdb|spacy)\b", re.MULTILINE)

needs_docs = pytest.mark.skipif(not DOCS.is_dir(), reason="no docs/ here: an installed copy")


def seeds_are_here() -> bool:
    """Whether the articles are: a source package has none, and a folder alone (with its README) is not enough."""
    return any((ROOT / "seeds").glob("*.txt"))


class Block(NamedTuple):
    """A fenced block of a page: its language, its text, and the line on which the text begins."""

    language: str
    body: str
    line: int


def blocks(page: Path) -> Iterator[Block]:
    """The fenced blocks of a page, top to bottom."""
    text = page.read_text(encoding="utf-8")
    for found in FENCE.finditer(text):
        info = found["info"].strip()
        yield Block(info, found["body"], text.count("\n", 0, found.start("body")) + 1)


def commands(block: Block) -> Iterator[tuple[str, str, int]]:
    """Each command of a console block with the output shown below it and its line."""
    for found in re.finditer(r"^\$ (.*(?:\\\n.*)*)\n((?:(?!\$ ).*\n)*)", block.body, re.MULTILINE):
        line = block.line + block.body.count("\n", 0, found.start())
        yield found[1].replace("\\\n", " "), found[2], line


def arguments(command: str) -> list[str] | None:
    """The arguments of an ``entitynorm`` command with its wildcards expanded; None for any other program."""
    if re.search(r"[|<>;&]", command):
        return None
    words = shlex.split(command)
    if words[:3] == ["python", "-m", "entitynorm"]:
        words[:3] = ["entitynorm"]
    if words[:1] != ["entitynorm"]:
        return None
    out: list[str] = []
    for word in words[1:]:
        out += sorted(str(path) for path in Path().glob(word)) if "*" in word else [word]
    return out


def output_of(argv: list[str]) -> str:
    """What a command prints, both streams in order."""
    stream = io.StringIO()
    with contextlib.redirect_stdout(stream), contextlib.redirect_stderr(stream):
        main(argv)
    return stream.getvalue()


def run_python(block: Block, page: Path, names: dict[str, Any]) -> None:
    """Run one block in the page's namespace; doctests show their first failure, plain code raises."""
    if ">>>" not in block.body:
        before = set(names)
        exec(compile("\n" * (block.line - 1) + block.body, str(page), "exec"), names)
        for name in names.keys() - before:  # a test that a page teaches has to pass
            if name.startswith("test_") and not inspect.signature(names[name]).parameters:
                names[name]()
        return
    test = doctest.DocTestParser().get_doctest(block.body, names, page.name, str(page), block.line - 1)
    report = io.StringIO()
    runner = doctest.DocTestRunner(optionflags=FLAGS, verbose=False)
    runner.run(test, out=report.write, clear_globs=False)
    names.update(test.globs)
    assert runner.failures == 0, report.getvalue()


def run_console(block: Block, page: Path) -> None:
    """Run the commands of one block and compare what they print."""
    for command, wanted, line in commands(block):
        argv = arguments(command)
        if argv is None:
            continue
        got = output_of(argv)
        if not doctest.OutputChecker().check_output(wanted, got, doctest.ELLIPSIS):
            shown = f"the page shows\n{wanted}\nthe command prints\n{got}"
            pytest.fail(f"{page}:{line}: $ {command}\n{shown}", pytrace=False)


@needs_docs
@pytest.mark.parametrize("page", [*PAGES, ROOT / "README.md"], ids=lambda page: str(page.relative_to(ROOT)))
def test_page_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = page.read_text(encoding="utf-8")
    if "seeds/" in text:
        if not seeds_are_here():
            pytest.skip("the articles in seeds/ are not part of this copy")
        shutil.copytree(ROOT / "seeds", tmp_path / "seeds")
    for module in sorted(set(EXTRA.findall(text))):
        pytest.importorskip(module, reason="the page shows it at work: pip install 'entitynorm[test]'")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"__name__": page.stem}
    for block in blocks(page):
        if block.language.startswith("{code-block}") and (caption := CAPTION.match(block.body)):
            Path(caption["name"]).write_text(block.body[caption.end() :], encoding="utf-8")
        elif block.language in ("pycon", "python"):
            run_python(block, page, names)
        elif block.language == "console":
            run_console(block, page)


@needs_docs
def test_the_readme_shows_lines_that_the_first_command_prints(capsys: pytest.CaptureFixture[str]) -> None:
    if not seeds_are_here():
        pytest.skip("the articles in seeds/ are not part of this copy")
    shown = next(b.body for b in blocks(ROOT / "README.md") if b.language == "text" and b.body.startswith("doc,start,"))
    assert main(["link", *map(str, sorted((ROOT / "seeds").glob("*.txt"))), "--format", "csv"]) == 0
    printed = capsys.readouterr().out.splitlines()
    for line in shown.splitlines():
        pattern = re.compile(".*".join(map(re.escape, line.split("…"))))
        assert any(map(pattern.fullmatch, printed)), line


def modules() -> list[str]:
    """Every module of the package; importing `__main__` would start the program."""
    found = pkgutil.walk_packages(entitynorm.__path__, "entitynorm.")
    return ["entitynorm", *(module.name for module in found if not module.name.endswith("__main__"))]


@pytest.mark.parametrize("name", modules())
def test_docstrings_run(name: str) -> None:
    extra = name.split(".")[1:2]
    if extra and extra[0] in ("pandas", "polars", "spacy"):
        pytest.importorskip(extra[0], reason=f"needs the extra of {name}")
    module = importlib.import_module(name)
    report = io.StringIO()
    runner = doctest.DocTestRunner(optionflags=FLAGS, verbose=False)
    for test in doctest.DocTestFinder(exclude_empty=True).find(module, name):
        runner.run(test, out=report.write)
    assert runner.failures == 0, report.getvalue()


# --- what pages repeat of the code ------------------------------------------------------------------------------


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def first_cells(text: str) -> dict[str, str]:
    """Rows of a page's tables whose first cell is code: that code, and the second cell."""
    return {row[1]: row[2].strip() for row in re.finditer(r"^\| `([^`|]+)` \| ([^|]*) \|", text, re.MULTILINE)}


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate_cli_reference", DOCS / "generate_cli_reference.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@needs_docs
def test_cli_reference_is_current() -> None:
    assert page("reference/cli.md") == generator().render(), "run: python docs/generate_cli_reference.py"


@needs_docs
@pytest.mark.parametrize("name", cli.list_commands(PROGRAM))
def test_every_command_is_documented(name: str) -> None:
    command = cli.get_command(PROGRAM, name)
    assert command is not None and command.help, "a command without help"
    assert f"\n## {name}\n" in page("reference/cli.md")
    elsewhere = [p for p in PAGES if p.name != "cli.md" and f"entitynorm {name}" in p.read_text(encoding="utf-8")]
    assert elsewhere, "no page shows the command at work"


@needs_docs
@pytest.mark.parametrize("name", cli.list_commands(PROGRAM))
def test_every_option_has_help(name: str) -> None:
    command = cli.get_command(PROGRAM, name)
    assert command is not None
    below = command.commands.values() if isinstance(command, click.Group) else ()
    params = [p for c in (command, *below) for p in c.params]
    mute = [p.name for p in params if p.param_type_name == "option" and not getattr(p, "help", None)]
    assert not mute


@needs_docs
@pytest.mark.parametrize("name", entitynorm.__all__)
def test_every_public_name_is_in_the_api_reference(name: str) -> None:
    assert f":: entitynorm.{name}\n" in page("reference/api.md") or name == "__version__"


@needs_docs
def test_data_dictionary_is_complete() -> None:
    fields, _, aliases = page("reference/entity-record.md").partition("\n## Aliases")
    assert {f.name for f in dataclasses.fields(Entity)} <= first_cells(fields).keys()
    kinds = aliases.partition("\n### Kinds")[2]
    assert {f.name for f in dataclasses.fields(Alias)} <= first_cells(aliases).keys()
    assert tuple(first_cells(kinds)) == ALIAS_KINDS


WEIGHTS = {
    "identical": (IDENTITY,),
    "veto": (VETO,),
    "weak": (comparing._DECLARED,),
    "abbreviation": (comparing._STANDS_FOR,),
    "less_prominent": (resolver._OVERSHADOWED.weight,),
    "short_form": (scored.SHORT_FORM,),
    "declined": (mentions._DECLINED,),
    "ordinary": (mentions._ORDINARY,),
    "context_support": (context._WEIGHT,),
    "context_against": (-context._WEIGHT,),
    "named": (senses._NAMED, senses._WITHIN),
    "beside": (senses._BESIDE,),
    "near": (senses._NEAR,),
    "country": (senses._COUNTRY, -senses._COUNTRY),
    "prominence": (4 * senses._TENTH, 1.5 * senses._TENTH),
}
"""The weights of written evidence; what is not here is worked out for each name."""


def shown_weight(feature: str) -> str:
    deciding = {IDENTITY: "decides (1.0)", VETO: "decides (0.0)"}
    weights = WEIGHTS.get(feature, ())
    return " or ".join(deciding.get(w, f"{w:+g}".replace("-", "−")) for w in weights) or "worked out"


def shown_row(feature: str) -> str:
    return f"| `{feature}` | {shown_weight(feature)} | {WRITTEN[feature]} |\n"


@needs_docs
def test_table_of_written_evidence_is_the_code() -> None:
    rows = re.findall(r"^\| `[^`|]+` \| (?:decides|worked|[+−])[^\n]*\n", page("explanation/decision.md"), re.MULTILINE)
    assert rows == list(map(shown_row, WRITTEN)), "run: python tests/test_docs.py"


def test_no_evidence_is_unheard_of() -> None:
    """Every name of evidence that stands in the code is in one of the two tables, and all that are listed are given."""
    given = set()
    for path in Path(entitynorm.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("Evidence", "Said"):
                given |= {a.value for a in node.args[:1] if isinstance(a, ast.Constant)}
    assert given - {"base"} == WRITTEN.keys()


@needs_docs
def test_kinds_of_surface_are_defined() -> None:
    shown = first_cells(page("how-to/evaluate.md"))
    assert {kind: shown[kind] for kind in shown} == dict(SURFACE_KINDS)
    assert list(shown) == list(SURFACE_KINDS), "in the order of precedence"


@needs_docs
def test_every_form_is_described() -> None:
    text = page("reference/output-formats.md")
    assert not [form for form in (*FORMATS, "html") if f"\n## {form}\n" not in text]


@needs_docs
def test_lexicon_page_names_every_file() -> None:
    text = page("reference/lexicon.md")
    files = {p.name for folder in ("lexicon", "inflection") for p in (data_dir() / folder).glob("*.yaml")}
    assert not [name for name in sorted(files) if f"`{name}`" not in text]


@needs_docs
def test_tables_page_names_every_table() -> None:
    text = page("reference/tables.md")
    tables = {f"{p.name}/" if p.is_dir() else p.name for p in data_dir().iterdir() if not p.name.startswith(".")}
    assert not [name for name in sorted(tables) if f"`{name}`" not in text]


@needs_docs
def test_licences_page_names_every_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *(d for extra in project["optional-dependencies"].values() for d in extra)]
    names = {re.split(r"[^\w-]", requirement)[0] for requirement in wanted}
    assert not sorted(names - first_cells(page("explanation/licences.md")).keys())


@needs_docs
def test_html_builds_without_a_warning(tmp_path: Path) -> None:
    for module in ("sphinx", "myst_parser", "furo"):
        pytest.importorskip(module, reason="needs the extra: pip install 'entitynorm[docs]'")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html", "-d", str(tmp_path / "trees")]
    command += [str(DOCS), str(tmp_path / "html")]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PYTHONUTF8": "1"}, timeout=300)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "html" / "index.html").is_file()


# --- putting the outputs right ----------------------------------------------------------------------------------


def refreshed_python(body: str, names: dict[str, Any]) -> str:
    """A block of doctests with the outputs that its examples give now, where they differ."""
    out: list[str] = []
    checker = doctest.OutputChecker()
    for piece in doctest.DocTestParser().parse(body):
        if isinstance(piece, str):
            out.append(piece)
            continue
        stream = io.StringIO()
        with contextlib.redirect_stdout(stream):
            try:
                exec(compile(piece.source, "<page>", "single"), names)
            except Exception as error:
                print(f"Traceback (most recent call last):\n    ...\n{type(error).__name__}: {error}")
        keep = piece.exc_msg is not None or checker.check_output(piece.want, stream.getvalue(), FLAGS)
        lines = piece.source.splitlines()
        out += [f"{'>>>' if n == 0 else '...'} {line}".rstrip() + "\n" for n, line in enumerate(lines)]
        out.append(piece.want if keep else stream.getvalue())
    return "".join(out)


def refreshed_console(block: Block) -> str:
    """A console block with what its commands print now, where that differs."""
    body = block.body
    for command, wanted, _ in commands(block):
        argv = arguments(command)
        got = wanted if argv is None else output_of(argv)
        if not doctest.OutputChecker().check_output(wanted, got, doctest.ELLIPSIS):
            body = body.replace(f"{command}\n{wanted}", f"{command}\n{got}", 1)
    return body


def refresh(path: Path) -> str:
    """The page as it should be; the current folder is where its session runs."""
    names: dict[str, Any] = {"__name__": path.stem}
    text = path.read_text(encoding="utf-8")
    for block in blocks(path):
        body = block.body
        if block.language.startswith("{code-block}") and (caption := CAPTION.match(body)):
            Path(caption["name"]).write_text(body[caption.end() :], encoding="utf-8")
        elif block.language == "pycon":
            text = text.replace(body, refreshed_python(body, names), 1)
        elif block.language == "python":
            exec(body, names)
        elif block.language == "console":
            text = text.replace(body, refreshed_console(block), 1)
    if path.name == "decision.md":
        for feature in WRITTEN:
            row = re.compile(rf"^\| `{feature}` \| [^\n]*\n", re.MULTILINE)
            text = row.sub(shown_row(feature), text)
    return text


def refresh_all() -> None:
    """Rewrite the pages whose outputs changed, and the command reference; pages that need what is not here stay."""
    here = [
        path
        for path in PAGES
        if path.name != "property-tests.md"
        and all(map(importlib.util.find_spec, EXTRA.findall(path.read_text(encoding="utf-8"))))
    ]
    pages = [(path, refresh_in_a_folder(path)) for path in here]
    for path, text in [*pages, (DOCS / "reference" / "cli.md", generator().render())]:
        if text != path.read_text(encoding="utf-8"):
            path.write_text(text, encoding="utf-8")
            print(f"{path.relative_to(ROOT)}: changed")


def refresh_in_a_folder(path: Path) -> str:
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        if seeds_are_here():
            shutil.copytree(ROOT / "seeds", Path(folder) / "seeds")
        return refresh(path)


if __name__ == "__main__":
    refresh_all()
