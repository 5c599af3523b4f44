"""The command ``link``: names in running text, in every format."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from entitynorm.cli.linking import linked_texts
from entitynorm.cli.options import (
    format_option,
    gazetteer_option,
    jobs_option,
    lang_option,
    load_linker,
    min_score_option,
    output_option,
    text_field_option,
)
from entitynorm.cli.output import one_file, open_output, places, spare_inputs
from entitynorm.io.offsets import OFFSET_UNITS

if TYPE_CHECKING:
    from entitynorm.io.documents import RecordFile, Source, Text
    from entitynorm.io.formats import Options
    from entitynorm.io.offsets import OffsetUnit
    from entitynorm.io.writers import Format
    from entitynorm.model import Document

_FORMATS = ("jsonl", "csv", "marked", "html", "brat", "conll", "label-studio", "displacy")
Linked = Iterable[tuple["Text", Iterator["Document"]]]


@click.command(short_help="Find the names in texts and tell which entity each one is.")
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@gazetteer_option
@format_option(*_FORMATS)
@click.option(
    "--offsets",
    type=click.Choice(OFFSET_UNITS),
    help="What start and end count: code points (Python), UTF-16 units (JavaScript, Java) or UTF-8 bytes.  "
    "[default: codepoint]",
)
@lang_option
@click.option(
    "--screen",
    is_flag=True,
    help="Only what is spelled or sounds like a listed name, without reading what stands around it: ten times as fast "
    "and more, for archives of which few texts matter.",
)
@min_score_option
@click.option(
    "--all/--links-only",
    "all_mentions",
    default=None,
    help="With or without names that were not linked.  [default: all in jsonl and csv, links in the others]",
)
@click.option(
    "--excel-safe", is_flag=True, help="CSV for spreadsheets: byte order mark, and no cell can run as a formula."
)
@click.option("--title", metavar="TEXT", help="Title of the HTML page.")
@text_field_option
@click.option(
    "--doc-field", metavar="KEY", help="With --text-field: the field that names the text.  [default: file and line]"
)
@jobs_option
@output_option("File to write; for several texts as marked or brat a folder.  [default: standard output]")
def link(
    files: tuple[str, ...],
    gazetteers: tuple[str, ...],
    format_: str,
    offsets: str | None,
    lang: str | None,
    screen: bool,
    min_score: float,
    all_mentions: bool | None,
    excel_safe: bool,
    title: str | None,
    text_field: str | None,
    doc_field: str | None,
    jobs: int,
    output: str | None,
) -> int:
    """Find the names in texts and tell which entity each one is, where, how sure and why.

    Texts may be of any size: long ones are worked on in pieces of some 40,000 words, cut between paragraphs. With
    --text-field, each FILE is JSON lines, and each line is a text.

    \b
    jsonl         one JSON object a text: {"doc", "offsets", "mentions": [{"start", "end",
                  "surface", "id", "name", "type", "score", "reason", "candidates"}]}
    csv           one row a mention: doc,start,end,surface,id,name,type,score,reason
    marked        the text itself: …assault on [Grayvoron](place:grayvoron) town…
                  (its own brackets and backslashes get a backslash before them)
    html          one self-contained page: coloured texts, evidence, who writes what
    brat          standoff annotations with ids as normalisations; in a folder, the texts too
    conll         one token a line: FORM START END ID TAG, tags in BIO
    label-studio  tasks with the links as predictions, ids in each region's meta
    displacy      one dict a text for displacy.render(…, manual=True)
    """
    from entitynorm.io.formats import Options, select
    from entitynorm.io.writers import FORMATS

    form = FORMATS.get(format_)
    _refuse_unused(format_, form, excel_safe, title, offsets, text_field)
    if doc_field is not None and text_field is None:
        raise click.UsageError("--doc-field came without --text-field; it names the texts of JSON lines, leave it out")
    if screen and lang is not None:
        raise click.UsageError("--lang came with --screen, which declines no names; leave one of them out")
    nil = (form is not None and form.nil) if all_mentions is None else all_mentions
    sources = _open(files, text_field, doc_field, whole=form is None or form.whole)
    apart = form is not None and form.suffix is not None
    targets = places(files, output, form.suffix) if apart and form is not None else [output]
    spare_inputs(targets, files + gazetteers)
    texts: Iterable[Text] = chain.from_iterable(source.texts() for source in sources)
    linked = linked_texts(
        load_linker(gazetteers),
        texts,
        sum(source.size for source in sources),
        label="linking",
        lang=lang,
        jobs=jobs,
        streams_to=output,
        screen=screen,
        keep=lambda document: select(document, nil=nil, min_score=min_score),
    )
    options = Options(cast("OffsetUnit", offsets or "codepoint"), excel_safe)
    if form is None:
        _write_page(linked, title, output)
    elif apart:
        _write_apart(linked, form, options, targets, output)
    else:
        with open_output(output) as write:
            for part in form.write(((text.name, pieces) for text, pieces in linked), options):
                write(part)
    return 0


def _refuse_unused(
    format_: str, form: Format | None, excel_safe: bool, title: str | None, offsets: str | None, text_field: str | None
) -> None:
    if excel_safe and format_ != "csv":
        raise click.UsageError(f"--excel-safe came with --format {format_}; it belongs to --format csv")
    if title is not None and format_ != "html":
        raise click.UsageError(f"--title came with --format {format_}; it belongs to --format html")
    if offsets is not None and (form is None or not form.offsets):
        raise click.UsageError(f"--offsets came with --format {format_}, which holds no offsets; leave it out")
    if text_field is not None and form is not None and form.suffix is not None:
        raise click.UsageError(
            f"--text-field came with --format {format_}, which writes a file for each text; choose another format"
        )


def _open(
    files: Sequence[str], text_field: str | None, doc_field: str | None, *, whole: bool
) -> Sequence[Source | RecordFile]:
    from entitynorm.io.documents import open_documents, open_records

    if text_field is not None:
        return open_records(files, text_field, doc_field)
    return open_documents(files, whole=whole)


def _write_page(linked: Linked, title: str | None, output: str | None) -> None:
    from entitynorm.io.formats import LinkedDocument
    from entitynorm.io.html import to_html
    from entitynorm.model import joined

    with open_output(output) as write:
        write(to_html([LinkedDocument(text.name, joined(pieces)) for text, pieces in linked], title=title))


def _write_apart(
    linked: Linked, form: Format, options: Options, targets: Sequence[str | None], output: str | None
) -> None:
    """A file for each text; in a folder of a form that needs the texts, a copy of each text beside its file."""
    for (text, pieces), target in zip(linked, targets, strict=True):
        with open_output(target) as write:
            for part in form.write([(text.name, pieces)], options):
                write(part)
        if form.copies_text and target is not None and target != output:
            copy = Path(target).with_suffix(".txt")
            if not one_file(copy, text.name):
                with open_output(str(copy)) as write:
                    for piece in text.pieces():
                        write(piece.text)
