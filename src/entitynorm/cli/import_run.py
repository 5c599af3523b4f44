"""One import, whatever the format: what every subcommand takes, and reading, checking, writing and telling."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

import click

from entitynorm.cli.app import Choice
from entitynorm.cli.options import output_option
from entitynorm.cli.output import notice, open_output, refuse_overwriting
from entitynorm.errors import InputError

if TYPE_CHECKING:
    from entitynorm.io.importers.report import Report
    from entitynorm.io.importers.source import Found, Source
    from entitynorm.model import Entity

Read = Callable[["Source", "Report"], Iterator["Found"]]
Function = TypeVar("Function", bound=Callable[..., Any])

_SECONDS_BETWEEN = 0.2


@dataclass(frozen=True, slots=True)
class Job:
    """What every format has: the file, where its entities go, and what a broken row does."""

    file: str
    output: str | None
    gazetteers: tuple[str, ...]
    on_error: str
    more_inputs: tuple[str, ...] = ()


def common_options(default_prefix: str | None) -> Callable[[Function], Function]:
    """FILE and the options of every format, handed to the command as one job."""
    shown = f"default: {default_prefix}; '' for none" if default_prefix else "default: none, ids as they are"

    def decorate(function: Function) -> Function:
        @click.argument("file", metavar="FILE")
        @output_option("File to write: .jsonl, or .enx for a compiled gazetteer.  [default: standard output]")
        @click.option("--prefix", metavar="WORD", default=default_prefix, help=f"Prefix of the ids.  [{shown}]")
        @click.option(
            "--on-error",
            type=Choice(("skip", "stop")),
            default="skip",
            show_default=True,
            help="What a row that cannot be used does: it is reported and skipped, or stops the import.",
        )
        @click.option(
            "-g",
            "--gazetteer",
            "gazetteers",
            metavar="FILE",
            multiple=True,
            help="Leave out entities that this gazetteer has, by id or by Wikidata or GeoNames id; repeatable.",
        )
        @wraps(function)
        def command(file: str, output: str | None, on_error: str, gazetteers: tuple[str, ...], **options: Any) -> int:
            from entitynorm.io.importers.entities import check_prefix

            check_prefix(options["prefix"])
            return function(Job(file, output, gazetteers, on_error), **options)  # type: ignore[no-any-return]

        return command  # type: ignore[return-value]

    return decorate


def run_import(job: Job, read: Read, more_inputs: tuple[str, ...] = ()) -> int:
    """Read, check, write and tell; the same for every format."""
    from entitynorm.io.importers.entities import Taken, entities
    from entitynorm.io.importers.report import Report
    from entitynorm.io.importers.sinks import sink_for
    from entitynorm.io.importers.source import Source

    refuse_overwriting(job.output, (job.file, *more_inputs, *job.gazetteers))
    counter = _Counter(job.output)
    report = Report(stop=job.on_error == "stop", say=counter.say, tick=counter.show)
    taken = None
    if job.gazetteers:
        from entitynorm.load import load

        taken = Taken(load(list(job.gazetteers)).gazetteer)
    source = Source(job.file)

    def tell() -> None:
        counter.clear()
        for number, line in enumerate(report.summary()):
            notice(f"{source.shown}: {line}" if number == 0 else f"  {line}")

    try:
        with open_output(None) as write:
            sink = sink_for(job.output, write, (job.file, *more_inputs))
            sink(_some(entities(read(source, report), report, taken=taken), source.shown, report, tell))
    finally:
        counter.clear()
    tell()
    return 0


def _some(found: Iterable[Entity], shown: str, report: Report, tell: Callable[[], None]) -> Iterator[Entity]:
    """The entities; none at all is an error, for an empty gazetteer would be found out much later."""
    yield from found
    if not report.written:
        tell()
        raise InputError(f"{shown}: no entity came out of it; nothing was written; is it of this format?")


class _Counter:
    """A line on the terminal that counts while the work goes on; nothing where standard error is no terminal."""

    def __init__(self, output: str | None) -> None:
        mixed = output in (None, "-") and sys.stdout.isatty()
        self._on = sys.stderr is not None and sys.stderr.isatty() and not mixed
        self._shown = 0
        self._last = 0.0

    def show(self, text: str) -> None:
        now = time.monotonic()
        if self._on and now - self._last >= _SECONDS_BETWEEN:
            self._last = now
            click.echo(f"\r{text:<{self._shown}}", nl=False, err=True)
            self._shown = len(text)

    def clear(self) -> None:
        if self._shown:
            click.echo(f"\r{' ' * self._shown}\r", nl=False, err=True)
            self._shown = 0

    def say(self, text: str) -> None:
        self.clear()
        notice(text)
