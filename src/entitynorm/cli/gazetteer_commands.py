"""Commands about gazetteers themselves: ``check`` and ``build``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

import click

from entitynorm.cli.app import Choice
from entitynorm.cli.options import gazetteer_option, output_option
from entitynorm.cli.output import notice, open_output
from entitynorm.errors import GazetteerError, Problem

if TYPE_CHECKING:
    from entitynorm.model import Entity


@click.command(short_help="Report every problem of a gazetteer, with file and line.")
@click.argument("files", metavar="[FILE]...", nargs=-1)
@gazetteer_option
def check(files: tuple[str, ...], gazetteers: tuple[str, ...]) -> int:
    """Report every problem of gazetteer FILEs, one a line: place, entity, what is wrong and the remedy.

    Of a compiled gazetteer (.enx) every byte is checked, and the first damage is an error. Without FILE the gazetteers
    after -g are checked, or else the packaged one. Exit status 1 when there are problems.
    """
    from entitynorm.resources import data_dir

    paths = list(dict.fromkeys(files + gazetteers)) or [str(data_dir() / "aliases.yaml")]
    problems = [problem for path in paths for problem in problems_of(path)]
    with open_output(None) as write:
        for problem in problems:
            write(f"{problem}\n")
    if not problems:
        notice(f"{', '.join(paths)}: no problems")
        return 0
    notice(f"{len(problems)} problem{'s' * (len(problems) > 1)} found")
    return 1


def problems_of(path: str) -> list[Problem]:
    """Every problem of one file: those that keep it from loading, or else those that make its answers worse."""
    from entitynorm.gazetteer import check as check_names
    from entitynorm.load import COMPILED, open_compiled, read_gazetteer
    from entitynorm.text.folding import fold_text
    from entitynorm.wording import one_line

    if PurePath(path).suffix.lower() == COMPILED:
        open_compiled(path).verify()  # what it was made from has been checked; here every byte is
        return []
    try:
        gazetteer = read_gazetteer(path)
    except GazetteerError as error:
        return list(error.problems)
    if not gazetteer:  # it loads, as a list that a program made empty may, but nobody asks to check nothing
        return [Problem(one_line(path), "", "holds no entities; add one; was the file written completely?")]
    return check_names(gazetteer, fold_text)


@click.command(short_help="Compile a gazetteer into one file that opens at once.")
@click.argument("files", metavar="[FILE]...", nargs=-1)
@gazetteer_option
@output_option("Where the compiled gazetteer goes.", metavar="OUT.enx", required=True)
@click.option(
    "--fuzzy",
    type=Choice(("edit", "key", "off")),
    help="How freely names may be met that do not say it themselves: with slips, by sound only (for lists of millions; "
    "short single words then letter by letter), or letter by letter. Left out: with slips, but for names of one word "
    "in running text where the gazetteer has a thousand names or more.",
)
def build(files: tuple[str, ...], gazetteers: tuple[str, ...], output: str, fuzzy: str | None) -> int:
    """Compile gazetteer FILEs (.yaml, .jsonl, .enx) into OUT.enx, to be given to -g.

    Files after -g are FILEs as well, and come after the others. Without any the packaged gazetteer is compiled.
    An entity of a later FILE replaces one of the same id; for that the ids of several files are held in memory, while
    one file of JSON lines is read entity by entity. The result appears whole or not at all, and the same FILEs give the
    same bytes.
    """
    from entitynorm.io.compiled import build as compile_gazetteer
    from entitynorm.load import COMPILED
    from entitynorm.resources import data_dir

    files = tuple(dict.fromkeys(files + gazetteers)) or (str(data_dir() / "aliases.yaml"),)
    if PurePath(output).suffix.lower() != COMPILED:
        raise click.UsageError(f"{output!r} does not end in .enx; a compiled gazetteer does, give it that name")
    if any(Path(file).resolve() == Path(output).resolve() for file in files):
        raise click.UsageError(f"{output!r} is also read; give the output another name")
    header = compile_gazetteer(
        merged(files),
        output,
        sources=[file for file in files if file != "-"],
        fuzzy=fuzzy,  # type: ignore[arg-type]  # click's choice is one of the three
        progress=progress_bar(),
    )
    notice(f"{output}: {header['entities']} entities, {header['aliases']} names, {header['terms']} distinct words")
    return 0


def merged(files: Sequence[str]) -> Iterator[Entity]:
    """The entities of files on top of each other; of one file, as they are read."""
    from entitynorm.load import stream_entities

    if len(files) == 1:
        yield from (entity for entity, _ in stream_entities(files[0]))
        return
    level: dict[str, int] = {}
    for number, file in enumerate(files):
        for entity, _ in stream_entities(file):
            level[entity.id] = number
            for old in entity.was:
                level.setdefault(old, number)
    for number, file in enumerate(files):
        yield from (entity for entity, _ in stream_entities(file) if level[entity.id] == number)


def progress_bar() -> Callable[[str, int, int], None] | None:
    """A line on standard error that tells how far a build is; nothing where that is no terminal."""
    if not sys.stderr.isatty():
        return None
    last = [""]

    def tell(stage: str, done: int, total: int) -> None:
        share = f" {done * 100 // total:3d} %" if total else f" {done:,}"
        line = f"\r{stage}{share}"
        if line != last[0]:
            last[0] = line
            sys.stderr.write(line.ljust(40))
            sys.stderr.flush()

    return tell
