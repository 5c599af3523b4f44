"""How results leave the program: streams that take any text, files written whole or not at all, a progress bar."""

from __future__ import annotations

import io
import os
import stat
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from entitynorm.errors import InputError

Write = Callable[[str], object]

LONG_WORK = 1_000_000
"""Input of at least so many characters earns a progress bar; less is done before anyone wonders."""


def prepare_streams() -> None:
    """Make the standard streams take any text, whatever the locale says.

    Under ``LANG=C`` or on Windows a Cyrillic name would otherwise end the program, and a lone surrogate would anywhere;
    it is written as an escape instead. Line ends are written as they are: offsets count on them.
    """
    if sys.stdout is None:
        raise InputError("standard output is closed; expected a terminal, a file or a pipe to write to")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace", newline="")
    if isinstance(sys.stderr, io.TextIOWrapper):
        sys.stderr.reconfigure(errors="backslashreplace")


def refuse_overwriting(output: str | None, inputs: Iterable[str]) -> None:
    """Raise where a result would take the place of a file it is made from, under whatever path, link or redirection.

    A source text exists once: offsets that were written earlier count on its letters, and nobody keeps a second copy.
    """
    if output is None or output == "-":
        return
    for name in inputs:
        if one_file(Path(output), name):
            raise click.UsageError(f"-o {output} is an input itself and would be overwritten; choose another place")


def one_file(target: Path, name: str) -> bool:
    """Whether an input lies where a result goes; devices may well be both."""
    try:
        there = target.stat()
        came = os.fstat(sys.stdin.fileno()) if name == "-" else Path(name).stat()
    except (OSError, ValueError, AttributeError):
        return False  # one of them is no file; reading or writing it says so
    # A device may well be both: a terminal, /dev/null.
    return stat.S_ISREG(there.st_mode) and os.path.samestat(there, came)


def places(names: Sequence[str], output: str | None, suffix: str | None) -> list[str | None]:
    """Where each text's result goes, decided before any work: one file or stream, or a folder with one file a text.

    In a folder, results have the texts' names, with another ``suffix`` where one is given. No result may overwrite
    another one, so equal file names from two folders are refused.
    """
    folder = None if output in (None, "-") else Path(str(output))
    if len(names) == 1 and (folder is None or not folder.is_dir()):
        return [output]
    if folder is None:
        raise click.UsageError(f"{len(names)} texts came for one stream; give one FILE, or a folder after -o")
    if folder.exists() and not folder.is_dir():
        raise click.UsageError(f"-o {folder} is a file; several texts need a folder after -o")
    targets = [folder / _result_name(name, suffix) for name in names]
    for number, target in enumerate(targets):
        if target in targets[:number]:
            raise click.UsageError(f"two texts would both become {target}; rename one or run them separately")
    return [str(target) for target in targets]


def _result_name(name: str, suffix: str | None) -> str:
    path = Path("stdin.txt" if name == "-" else name)
    return path.name if suffix is None else path.with_suffix(suffix).name


def spare_inputs(targets: Sequence[str | None], inputs: Sequence[str]) -> None:
    """Refuse results that would overwrite an input; where none does, make the folder they go to."""
    for target in targets:
        refuse_overwriting(target, inputs)
    if len(targets) > 1:
        Path(str(targets[0])).parent.mkdir(parents=True, exist_ok=True)


@contextmanager
def open_output(path: str | None) -> Iterator[Write]:
    """A function that writes text to a file, or to standard output where no path or ``-`` is given.

    The file appears when everything was written; after any error it is as it was before.
    """
    if path is None or path == "-":
        yield sys.stdout.write
        sys.stdout.flush()
        return
    from entitynorm.io.files import atomic_writer
    from entitynorm.io.formats import printable

    with atomic_writer(path) as stream:
        yield lambda text: stream.write(printable(text))


@contextmanager
def progress(label: str, total: int, *, streams_to: str | None = "file") -> Iterator[Callable[[int], object]]:
    """A function that moves a progress bar on; there is a bar only on a terminal, and only when the work is long.

    ``streams_to`` is where results go meanwhile: a bar on the terminal that shows them too would run through the text.
    """
    mixed = streams_to in (None, "-") and sys.stdout.isatty()
    if total < LONG_WORK or mixed or sys.stderr is None or not sys.stderr.isatty():
        yield lambda step: None
        return
    with click.progressbar(length=total, label=label, file=sys.stderr, show_pos=False) as bar:
        yield bar.update


def notice(message: str) -> None:
    """A message for the person at the terminal; never on standard output, where a program may be reading."""
    if sys.stderr is not None:
        click.echo(f"entitynorm: {message}", err=True)
