"""The command ``normalize``: texts with canonical names, printed, compared, or put in the place of the files."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from entitynorm.cli.linking import linked_texts
from entitynorm.cli.options import (
    gazetteer_option,
    jobs_option,
    lang_option,
    load_linker,
    min_score_option,
    output_option,
    text_field_option,
)
from entitynorm.cli.output import notice, open_output, places, refuse_overwriting, spare_inputs
from entitynorm.errors import InputError
from entitynorm.rewriting import STYLES

if TYPE_CHECKING:
    from entitynorm.io.documents import Record, Text
    from entitynorm.model import Document
    from entitynorm.rewriting import Style

_SUFFIX_START = (".", "~", "_", "-")


@click.command(short_help="Print texts with every linked name replaced by its canonical name.")
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@gazetteer_option
@lang_option
@min_score_option
@click.option(
    "--style",
    type=click.Choice(STYLES),
    default="name",
    show_default=True,
    help="What stands in place of a name: the canonical name, the entity's id, or the name with [id] after it.",
)
@click.option("--diff", is_flag=True, help="Print what would change as a unified diff, and write nothing.")
@click.option("--in-place", is_flag=True, help="Replace each FILE by its result, in one step.")
@click.option(
    "--backup",
    metavar="SUFFIX",
    is_flag=False,
    flag_value=".bak",
    help="With --in-place: keep each changed FILE as it was under its name and this suffix, .bak where none is given; "
    "a file of that name is never overwritten.",
)
@text_field_option
@jobs_option
@output_option("File for one text, folder for several (files keep their names).  [default: standard output]")
def normalize(
    files: tuple[str, ...],
    gazetteers: tuple[str, ...],
    lang: str | None,
    min_score: float,
    style: str,
    diff: bool,
    in_place: bool,
    backup: str | None,
    text_field: str | None,
    jobs: int,
    output: str | None,
) -> int:
    """Print texts with every linked name replaced by its canonical name; nothing else changes.

    One FILE goes to standard output or to the file after -o; several need a folder after -o. With --text-field, each
    FILE is JSON lines: the lines come out with that field normalised, those of all FILEs in one stream.
    """
    from entitynorm.io.documents import open_documents, open_records
    from entitynorm.io.formats import select

    _check_options(diff, in_place, backup, text_field, output)
    texts: Iterable[Text]
    targets: list[str | None] = [output]
    if text_field is not None:
        records = open_records(files, text_field)
        texts, total = chain.from_iterable(file.texts() for file in records), sum(file.size for file in records)
        spare_inputs(targets, files + gazetteers)
    else:
        texts = sources = open_documents(files)
        total = sum(source.size for source in sources)
        if in_place:
            _check_files(files, gazetteers, backup)
        elif not diff:
            targets = places(files, output, None)
            spare_inputs(targets, files + gazetteers)
    linked = linked_texts(
        load_linker(gazetteers),
        texts,
        total,
        label="normalizing",
        lang=lang,
        jobs=jobs,
        streams_to="file" if in_place else output,
        keep=lambda document: select(document, nil=False, min_score=min_score),
    )
    chosen = cast("Style", style)
    if text_field is not None:
        _write_records(linked, text_field, chosen, output)
    elif diff:
        _write_diff(linked, chosen)
    elif in_place:
        changed = sum(_replace(text.name, pieces, chosen, backup) for text, pieces in linked)
        notice(f"{changed} of {len(files)} {'file' if len(files) == 1 else 'files'} changed")
    else:
        _write_texts(linked, chosen, targets)
    return 0


def _check_options(diff: bool, in_place: bool, backup: str | None, text_field: str | None, output: str | None) -> None:
    if diff and in_place:
        raise click.UsageError("--diff writes nothing and --in-place writes the files; give one of them")
    for option, given in (("--diff", diff), ("--in-place", in_place)):
        if given and output is not None:
            raise click.UsageError(f"-o {output} came with {option}, which writes no other file; leave one of them out")
        if given and text_field is not None:
            raise click.UsageError(f"--text-field came with {option}, which is for texts; leave one of them out")
    if backup is None:
        return
    if not in_place:
        raise click.UsageError("--backup came without --in-place; nothing is replaced, leave it out")
    if not backup.startswith(_SUFFIX_START) or Path(backup).name != backup:
        raise click.UsageError(
            f"--backup {backup!r} is no suffix, expected one such as .bak; write --backup=.bak, or put --backup last"
        )


def _check_files(files: Sequence[str], gazetteers: Sequence[str], backup: str | None) -> None:
    """Look for what would stop the work half way: a stream, a file twice, a gazetteer, a read-only file, a backup."""
    from entitynorm.io.files import backup_exists

    seen: dict[Path, str] = {}
    for name in files:
        if name == "-" or not stat.S_ISREG(Path(name).stat().st_mode):
            shown = "standard input (-)" if name == "-" else name
            raise click.UsageError(f"{shown} came with --in-place and cannot be replaced; give files only")
        if (first := seen.setdefault(Path(name).resolve(), name)) is not name:
            raise click.UsageError(f"{first} came twice, the second time as {name}; give each file once")
        refuse_overwriting(name, gazetteers)
        if not os.access(name, os.W_OK):
            raise InputError(f"{name}: cannot be written, the file is read-only; use -o to write elsewhere")
        if backup is not None and os.path.lexists(name + backup):
            raise backup_exists(name + backup)


def _write_texts(
    linked: Iterator[tuple[Text, Iterator[Document]]], style: Style, targets: Sequence[str | None]
) -> None:
    from entitynorm.rewriting import rewrite

    for (_, pieces), target in zip(linked, targets, strict=True):
        with open_output(target) as write:
            for piece in pieces:
                write(rewrite(piece, style))


def _write_records(
    linked: Iterator[tuple[Text, Iterator[Document]]], text_field: str, style: Style, output: str | None
) -> None:
    from entitynorm.io.formats import json_line
    from entitynorm.rewriting import rewrite

    with open_output(output) as write:
        for text, pieces in linked:
            row = cast("Record", text).row
            write(json_line(row | {text_field: "".join(rewrite(piece, style) for piece in pieces)}))


def _write_diff(linked: Iterator[tuple[Text, Iterator[Document]]], style: Style) -> None:
    from entitynorm.io.diff import unified_diff

    with open_output(None) as write:
        for text, pieces in linked:
            for hunk in unified_diff(text.name, pieces, style):
                write(hunk)


class _Unchanged(Exception):
    """Leaves the writer of a file without replacing it."""


def _replace(name: str, pieces: Iterator[Document], style: Style, backup: str | None) -> bool:
    """Put the result in a file's place, unless nothing changes; whether something did."""
    from entitynorm.io.files import atomic_writer, keep_backup
    from entitynorm.rewriting import rewrite

    changed = False
    try:
        with atomic_writer(name) as stream:
            for piece in pieces:
                text = rewrite(piece, style)
                changed = changed or text != piece.text
                stream.write(text)
            if not changed:
                raise _Unchanged
            stream.flush()  # a full disk must show itself before there is a backup
            if backup is not None:
                keep_backup(name, name + backup)
    except _Unchanged:
        pass
    return changed
