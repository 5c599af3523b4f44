"""Write ``reference/cli.md`` from what the program's own ``--help`` prints.

Run it after every change of a command; with ``--check`` nothing is written, and the exit status is 1 where the page is
behind. The suite runs the same comparison.
"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from entitynorm.cli import cli

PAGE = Path(__file__).parent / "reference" / "cli.md"
WIDTH = 100

HEADING = """\
# Command line

`python -m entitynorm` is the same program as `entitynorm`. Every command takes `-g FILE` for a gazetteer of your own,
several times if need be (see [](../how-to/own-gazetteer.md)). What the commands write is described in
[](output-formats.md).

Exit status: 0 fine, 1 problems found (`check`, and `evaluate --fail-under`), 2 bad usage or input, 130 interrupted. An
error is one line on standard error that says what came, what was expected and what to do. `ENTITYNORM_DEBUG=1` in the
environment prints the traceback of a fault of the program itself. The first run of all takes a second longer than later
ones, which find [what it made of the packaged tables](tables.md); `ENTITYNORM_CACHE` says where, or `off`.

This page is written by `docs/generate_cli_reference.py`.
"""


def help_text(command: click.Command, path: str, parent: click.Context | None = None) -> str:
    """What ``path --help`` prints in a window of `WIDTH` columns, without blanks at line ends."""
    # The width is given, so that the page does not depend on the terminal of whoever writes it.
    settings = {**command.context_settings, "terminal_width": WIDTH, "max_content_width": WIDTH}
    context = click.Context(command, info_name=path, parent=parent, **settings)
    return "\n".join(line.rstrip() for line in command.get_help(context).splitlines())


def render() -> str:
    """The whole page, the commands in alphabetical order, as ``--help`` lists them."""
    parts = [HEADING, _block("entitynorm", help_text(cli, "entitynorm"))]
    parent = click.Context(cli, info_name="entitynorm", **cli.context_settings)
    for name in cli.list_commands(parent):
        command = cli.get_command(parent, name)
        if command is not None and not command.hidden:
            parts.append(_block(name, help_text(command, name, parent)))
            parts += _subcommands(command, name, parent)
    return "\n".join(parts)


def _subcommands(command: click.Command, name: str, parent: click.Context) -> list[str]:
    """The commands below a command, a heading further down."""
    if not isinstance(command, click.Group):
        return []
    context = click.Context(command, info_name=name, parent=parent)
    return [
        _block(f"{name} {sub}", help_text(command.commands[sub], sub, context), level=3)
        for sub in command.list_commands(context)
    ]


def _block(heading: str, text: str, level: int = 2) -> str:
    return f"{'#' * level} {heading}\n\n```text\n{text}\n```\n"


def main(argv: list[str]) -> int:
    """Write the page, or compare it."""
    page = render()
    if "--check" not in argv:
        PAGE.write_text(page, encoding="utf-8")
        return 0
    if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == page:
        return 0
    print(f"{PAGE}: differs from what --help prints; run: python docs/generate_cli_reference.py", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
