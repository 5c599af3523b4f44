"""The click group, and how every error becomes one line that says what came, what was expected and what to do."""

from __future__ import annotations

import difflib
import errno
import os
import sys
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Any, TextIO

import click

from entitynorm._version import __version__

OUTPUT = "entitynorm.output"
"""The key in a context's ``meta`` under which the value of ``-o`` stands."""
_REMEDIES = {
    errno.ENOENT: "no such file or folder; check the path",
    errno.EISDIR: "is a folder; expected a file",
    errno.ENOTDIR: "a part of the path is a file, not a folder; check the path",
    errno.EACCES: "permission denied; check who may read or write it",
    errno.EPERM: "operation not permitted; check who may read or write it",
    errno.EROFS: "the file system is read-only; write somewhere else with -o",
    errno.ENOSPC: "no space left on the device; make room or write somewhere else",
    errno.ENAMETOOLONG: "the file name is too long; choose a shorter one",
}


def nearest(word: str, choices: Iterable[str]) -> str:
    """A did-you-mean clause for a mistyped word, or nothing where no choice comes near.

    >>> nearest("jsnol", ["jsonl", "csv"])
    "; did you mean 'jsonl'?"
    """
    close = difflib.get_close_matches(word, list(choices), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


class Commands(click.Group):
    """The program's commands; a mistyped one gets a suggestion, and signals leave by the front door."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self._later: dict[str, tuple[str, str]] = {}

    def add_later(self, module: str, **commands: str) -> None:
        """Commands by name that a module holds under another one; it is imported when one of them is asked for."""
        self._later |= {name: (module, attribute) for name, attribute in commands.items()}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands, in alphabetical order."""
        return sorted({*self.commands, *self._later})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A command by its name; None where there is none."""
        if cmd_name not in self.commands and cmd_name in self._later:
            module, attribute = self._later[cmd_name]
            self.add_command(getattr(import_module(module), attribute), cmd_name)
        return super().get_command(ctx, cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if not name.startswith("-") and self.get_command(ctx, name) is None:
            known = self.list_commands(ctx)
            hint = nearest(name, known) or f"; expected one of {', '.join(known)}"
            raise click.UsageError(f"no command {name!r}{hint}", ctx=ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command. Click would turn a closed pipe into exit 1 and print an empty line on an interrupt."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            silence(sys.stdout)
            raise click.exceptions.Exit(0) from None
        except KeyboardInterrupt:
            raise click.Abort(_left(ctx.meta.get(OUTPUT))) from None


def _left(output: str | None) -> str:
    """What an interrupt left behind where results go: files are written whole or not at all."""
    if output in (None, "-"):
        return ""
    return f"the files in {output} are whole" if Path(output).is_dir() else f"{output} was left as it was"


@click.group(
    cls=Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, "-V", "--version", prog_name="entitynorm", message="%(prog)s %(version)s")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Turn the many spellings of a name into one stable entity id, in texts and in tables.

    FILE may be - for standard input. Results go to standard output, or to the file after -o, which is written whole or
    not at all; messages go to standard error. Exit status: 0 fine, 1 problems found, 2 bad usage or input.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


class Choice(click.Choice):  # type: ignore[type-arg,unused-ignore]  # generic only in newer releases of click
    """A choice that suggests the nearest of its values."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            choices = [str(choice) for choice in self.choices]
            hint = nearest(str(value), choices)
            self.fail(f"{value!r} is not one of {', '.join(choices)}{hint}", param, ctx)


def describe_error(error: BaseException) -> str:
    """One line for an error of any kind that input, arguments or the machine can cause."""
    if isinstance(error, click.ClickException):
        return _one_line(_usage(error))
    if isinstance(error, OSError) and error.strerror:
        place = f"{os.fsdecode(error.filename)}: " if error.filename is not None else ""
        return _one_line(place + _REMEDIES.get(error.errno or 0, f"{error.strerror}; check the path and the disk"))
    if isinstance(error, UnicodeError):
        return _one_line(
            f"text that cannot be read or written: {error}; expected UTF-8, convert it first (iconv -t utf-8)"
        )
    if isinstance(error, MemoryError):
        return "out of memory; give fewer or smaller inputs at a time"
    if isinstance(error, RecursionError):
        return "the input is nested too deeply to be read; flatten it"
    return _one_line(str(error) or type(error).__name__)


def describe_bug(error: Exception) -> str:
    """One line for an error that nobody foresaw: ours, not the user's, with the place that a report needs."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = "" if trace is None else f" at {trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}"
    message = f"a fault of the program, not of your input: {type(error).__name__}{place}: {error}"
    return _one_line(f"{message}; please report it with what ENTITYNORM_DEBUG=1 prints")


def _usage(error: click.ClickException) -> str:
    message = error.format_message().strip().rstrip(".")
    context = getattr(error, "ctx", None)
    if context is None:
        return _lower_first(message)
    command = context.command_path.partition(" ")[2]
    help_path = f"entitynorm {command}".strip()
    where = f"{command}: " if command else ""
    return f"{where}{_lower_first(message)} (`{help_path} --help` tells more)"


def _lower_first(message: str) -> str:
    return message[:1].lower() + message[1:]


def _one_line(message: str) -> str:
    """Line breaks and other control characters of a file name or a text must not make two lines of one."""
    return "".join(char if char.isprintable() else " " if char.isspace() else ascii(char)[1:-1] for char in message)


def silence(stream: TextIO | None) -> None:
    """Point a stream that broke at nowhere, so that the interpreter's own last flush has nothing to complain about."""
    try:
        if stream is not None:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    except (OSError, ValueError):
        pass  # no file behind it (a test's buffer): nothing can break
