"""Commands about gazetteers themselves: ``check``."""

from __future__ import annotations

import click

from entitynorm.cli.options import gazetteer_option
from entitynorm.cli.output import notice, open_output
from entitynorm.errors import GazetteerError, Problem


@click.command(short_help="Report every problem of a gazetteer, with file and line.")
@click.argument("files", metavar="[FILE]...", nargs=-1)
@gazetteer_option
def check(files: tuple[str, ...], gazetteers: tuple[str, ...]) -> int:
    """Report every problem of gazetteer FILEs, one a line: place, entity, what is wrong and the remedy.

    Without FILE the gazetteers after -g are checked, or else the packaged one. Exit status 1 when there are problems.
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
    from entitynorm.load import read_gazetteer
    from entitynorm.records import one_line
    from entitynorm.text.folding import fold_text

    try:
        gazetteer = read_gazetteer(path)
    except GazetteerError as error:
        return list(error.problems)
    if not gazetteer:  # it loads, as a list that a program made empty may, but nobody asks to check nothing
        return [Problem(one_line(path), "", "holds no entities; add one; was the file written completely?")]
    return check_names(gazetteer, fold_text)
