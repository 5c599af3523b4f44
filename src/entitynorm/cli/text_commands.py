"""Commands on running text: ``normalize`` and ``link``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from entitynorm.cli.options import (
    format_option,
    gazetteer_option,
    jobs_option,
    lang_option,
    load_linker,
    min_score_option,
    output_option,
)
from entitynorm.cli.output import open_output, progress, refuse_overwriting

if TYPE_CHECKING:
    from entitynorm.io.documents import Source
    from entitynorm.io.formats import LinkedDocument

_MENTION_FORMATS = ("jsonl", "csv")
"""Formats for programs: they carry NIL mentions too unless told otherwise; those for eyes show links."""


@click.command(short_help="Print texts with every linked name replaced by its canonical name.")
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@gazetteer_option
@lang_option
@output_option("File for one text, folder for several (files keep their names).  [default: standard output]")
def normalize(files: tuple[str, ...], gazetteers: tuple[str, ...], lang: str | None, output: str | None) -> int:
    """Print texts with every linked name replaced by its canonical name; nothing else changes.

    One FILE goes to standard output or to the file after -o; several need a folder after -o.
    """
    from entitynorm.io.documents import open_documents

    sources = open_documents(files)
    targets = _targets(sources, output, suffix=None)
    _spare_inputs(targets, files + gazetteers)
    linker = load_linker(gazetteers)
    with progress("normalizing", sum(source.size for source in sources), streams_to=output) as advance:
        for source, target in zip(sources, targets, strict=True):
            text = linker.normalize(source.text(), lang=lang)
            with open_output(target) as write:
                write(text)
            advance(source.size)
    return 0


@click.command(short_help="Find the names in texts and tell which entity each one is.")
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@gazetteer_option
@format_option("jsonl", "csv", "marked", "html")
@lang_option
@min_score_option
@click.option(
    "--all/--links-only",
    "all_mentions",
    default=None,
    help="With or without names that were not linked.  [default: all in jsonl and csv, links in marked and html]",
)
@click.option(
    "--excel-safe", is_flag=True, help="CSV for spreadsheets: byte order mark, and no cell can run as a formula."
)
@click.option("--title", metavar="TEXT", help="Title of the HTML page.")
@jobs_option
@output_option("File to write; for several texts as marked a folder.  [default: standard output]")
def link(
    files: tuple[str, ...],
    gazetteers: tuple[str, ...],
    format_: str,
    lang: str | None,
    min_score: float,
    all_mentions: bool | None,
    excel_safe: bool,
    title: str | None,
    jobs: int,
    output: str | None,
) -> int:
    """Find the names in texts and tell which entity each one is, where, how sure and why.

    \b
    jsonl   one JSON object a text: {"doc", "mentions": [{"start", "end", "surface",
            "id", "name", "type", "score", "reason", "candidates"}]}
    csv     one row a mention: doc,start,end,surface,id,name,type,score,reason
    marked  the text itself: …assault on [Grayvoron](place:grayvoron) town…
            (its own brackets and backslashes get a backslash before them)
    html    one self-contained page: coloured texts, evidence, who writes what
    """
    from entitynorm.io import formats
    from entitynorm.io.documents import open_documents

    _refuse_unused(format_, excel_safe, title)
    nil = format_ in _MENTION_FORMATS if all_mentions is None else all_mentions
    sources = open_documents(files)
    targets = _targets(sources, output, suffix=".md") if format_ == "marked" else [output]
    _spare_inputs(targets, files + gazetteers)
    linker = load_linker(gazetteers)

    def linked() -> Iterator[LinkedDocument]:
        documents = linker.link_many((source.text() for source in sources), lang=lang, jobs=jobs)
        with progress("linking", sum(source.size for source in sources), streams_to=output) as advance:
            for source, document in zip(sources, documents, strict=True):
                yield formats.LinkedDocument(source.name, formats.select(document, nil=nil, min_score=min_score))
                advance(source.size)

    if format_ == "marked":
        for item, target in zip(linked(), targets, strict=True):
            with open_output(target) as write:
                write(formats.to_marked(item.document))
        return 0
    with open_output(output) as write:
        if format_ == "html":
            from entitynorm.io.html import to_html

            write(to_html(list(linked()), title=title))
        elif format_ == "csv":
            write(formats.csv_heading(excel_safe=excel_safe))
            for item in linked():
                write(formats.to_csv(item, excel_safe=excel_safe))
        else:
            for item in linked():
                write(formats.to_jsonl(item))
    return 0


def _refuse_unused(format_: str, excel_safe: bool, title: str | None) -> None:
    if excel_safe and format_ != "csv":
        raise click.UsageError(f"--excel-safe came with --format {format_}; it belongs to --format csv")
    if title is not None and format_ != "html":
        raise click.UsageError(f"--title came with --format {format_}; it belongs to --format html")


def _targets(sources: Sequence[Source], output: str | None, suffix: str | None) -> list[str | None]:
    """Where each text's result goes, decided before any work: one file or stream, or a folder with one file a text.

    No result may overwrite another one, so equal file names from two folders are refused.
    """
    folder = None if output in (None, "-") else Path(str(output))
    if len(sources) == 1 and (folder is None or not folder.is_dir()):
        return [output]
    if folder is None:
        raise click.UsageError(f"{len(sources)} texts came for one stream; give one FILE, or a folder after -o")
    if folder.exists() and not folder.is_dir():
        raise click.UsageError(f"-o {folder} is a file; several texts need a folder after -o")
    names = [_result_name(source.name, suffix) for source in sources]
    for number, name in enumerate(names):
        if name in names[:number]:
            raise click.UsageError(f"two texts would both become {folder / name}; rename one or run them separately")
    return [str(folder / name) for name in names]


def _spare_inputs(targets: Sequence[str | None], inputs: Sequence[str]) -> None:
    """Refuse results that would overwrite an input; where none does, make the folder they go to."""
    for target in targets:
        refuse_overwriting(target, inputs)
    if len(targets) > 1:
        Path(str(targets[0])).parent.mkdir(parents=True, exist_ok=True)


def _result_name(name: str, suffix: str | None) -> str:
    path = Path("stdin.txt" if name == "-" else name)
    return path.name if suffix is None else path.with_suffix(suffix).name
