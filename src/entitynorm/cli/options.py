"""What commands share: their common options, and the linker that those options describe."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from entitynorm.cli.app import OUTPUT, Choice

if TYPE_CHECKING:
    from entitynorm.linker import Linker

Function = TypeVar("Function", bound=Callable[..., Any])
Decorator = Callable[[Function], Function]


def gazetteer_option(function: Function) -> Function:
    """``-g FILE``, on every command; several are merged."""
    return click.option(
        "-g",
        "--gazetteer",
        "gazetteers",
        metavar="FILE",
        multiple=True,
        help="Gazetteer to use: .yaml, .jsonl or .enx; repeat it to put several on top of each other.  "
        "[default: the packaged one]",
    )(function)


def lang_option(function: Function) -> Function:
    """``--lang``: the language of the text or name."""
    return click.option(
        "--lang",
        metavar="CODE",
        help="Language of the input where it is known, such as en, pl or uk. It settles whether a text declines names "
        "in Latin letters (w Opolu), which its letters tell otherwise; the readings of all languages are tried anyway.",
    )(function)


def type_option(function: Function) -> Function:
    """``--type``: only entities of one type."""
    return click.option("--type", "type_", metavar="TYPE", help="Only entities of this type, such as PERSON or PLACE.")(
        function
    )


def jobs_option(function: Function) -> Function:
    """``-j``: how many processes share the work; it never changes a result."""
    return click.option(
        "-j", "--jobs", type=click.IntRange(min=1), default=1, show_default=True, help="Processes to use."
    )(function)


def min_score_option(function: Function) -> Function:
    """``--min-score``: a threshold above the linker's own."""
    return click.option(
        "--min-score",
        type=click.FloatRange(0.0, 1.0),
        default=0.0,
        metavar="P",
        help="Count links below this probability as not linked (below_threshold).",
    )(function)


def text_field_option(function: Function) -> Function:
    """``--text-field``: texts that come as JSON lines."""
    return click.option(
        "--text-field", metavar="KEY", help="Read each FILE as JSON lines; the texts stand in this field."
    )(function)


def output_option(help_text: str, *, metavar: str = "PATH", required: bool = False) -> Callable[[Function], Function]:
    """``-o``: where the result goes instead of standard output."""
    return click.option("-o", "--output", metavar=metavar, required=required, help=help_text, callback=_kept)


def _kept(context: click.Context, _: click.Parameter, output: str | None) -> str | None:
    """Keep in mind where the result goes, for what is said when the program is interrupted."""
    context.meta[OUTPUT] = output
    return output


def format_option(*formats: str) -> Callable[[Function], Function]:
    """``-f``: the form of the result; the first is the default."""
    return click.option(
        "-f",
        "--format",
        "format_",
        type=Choice(formats),
        default=formats[0],
        show_default=True,
        help="Form of the result.",
    )


def load_linker(gazetteers: tuple[str, ...]) -> Linker:
    """The linker for the files after ``-g``, or the packaged one."""
    from entitynorm.load import load  # slow: reads tables and the gazetteer

    return load(list(gazetteers)) if gazetteers else load()


def check_type(wanted: str | None, linker: Linker) -> None:
    """Refuse a type that nobody knows: it would filter every entity out, and a column of NIL looks like an answer.

    Known are the types of the gazetteer's entities and the labels of other vocabularies in ``data/entity_types.yaml``,
    which may well have no entity here.
    """
    if wanted is None:
        return
    from entitynorm.names.types import unknown_type
    from entitynorm.wording import quoted

    if complaint := unknown_type(wanted, linker.gazetteer.types):
        raise click.UsageError(f"--type {quoted(wanted)} {complaint}")
