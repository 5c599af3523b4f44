"""Commands on single names and table columns: ``resolve``, ``search``, ``explain`` and ``romanise``."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from entitynorm.cli.options import (
    check_type,
    format_option,
    gazetteer_option,
    jobs_option,
    lang_option,
    load_linker,
    min_score_option,
    output_option,
    type_option,
)
from entitynorm.cli.output import notice, open_output, progress, refuse_overwriting
from entitynorm.errors import InputError

if TYPE_CHECKING:
    from entitynorm.model import Link

_LINK_COLUMNS = ("surface", "id", "name", "type", "score", "reason")


@click.command(short_help="Tell which entity each name is: arguments, or a column of a table.")
@click.argument("names", metavar="[NAME]...", nargs=-1)
@gazetteer_option
@click.option(
    "--table", metavar="FILE", help="Table to resolve: .csv, .tsv, .jsonl or .parquet; - for CSV on standard input."
)
@click.option(
    "--column",
    "columns",
    metavar="NAME",
    multiple=True,
    help="Column that holds the names: its heading, or its number from 1; repeat it for several.",
)
@click.option(
    "--delimiter",
    metavar="CHAR",
    help="What separates the cells of a CSV table, tab for a tab.  [default: , or tab by extension]",
)
@click.option(
    "--within",
    metavar="COLUMN",
    help="Column that says where each row's entity lies, such as its country: an id, a name or a two-letter code.",
)
@click.option("--type-column", metavar="COLUMN", help="Column that says of which type each row's entity is.")
@click.option(
    "--prefix",
    metavar="TEXT",
    help="What the added columns begin with; '' for plain id, name, score, reason.  [default: the column's name]",
)
@click.option("--excel-safe", is_flag=True, help="CSV for spreadsheets: byte order mark, no cell can run as a formula.")
@type_option
@lang_option
@min_score_option
@format_option("jsonl", "csv", "tsv")
@jobs_option
@output_option("File to write.  [default: standard output]")
def resolve(
    names: tuple[str, ...],
    gazetteers: tuple[str, ...],
    table: str | None,
    columns: tuple[str, ...],
    delimiter: str | None,
    within: str | None,
    type_column: str | None,
    prefix: str | None,
    excel_safe: bool,
    type_: str | None,
    lang: str | None,
    min_score: float,
    format_: str,
    jobs: int,
    output: str | None,
) -> int:
    """Tell which entity each NAME is; - reads names from standard input, one a line.

    With --table, the table comes out as it went in, row by row, with four columns after the others: COLUMN_id,
    COLUMN_name, COLUMN_score and COLUMN_reason. A cell without a name stays without an answer. --type, --within and
    --type-column hold for every --column.
    """
    from entitynorm.io import formats

    described = {
        "--column": columns,
        "--delimiter": delimiter,
        "--within": within,
        "--type-column": type_column,
        "--prefix": prefix,
        "--excel-safe": excel_safe,
    }
    if table is not None:
        if names or not columns:
            raise click.UsageError("--table needs --column and no names; say --table FILE --column NAME")
        if prefix is not None and len(columns) > 1:
            raise click.UsageError(f"--prefix goes with one --column, not with {len(columns)}; leave it out")
        if type_ is not None and type_column is not None:
            raise click.UsageError("--type is for all rows, --type-column for each; give one of them")
        request = (tuple(columns), prefix, type_, type_column, within)
        return _resolve_table(table, request, delimiter, excel_safe, gazetteers, lang, min_score, jobs, output)
    if unused := [option for option, given in described.items() if given not in (None, (), False)]:
        raise click.UsageError(f"{', '.join(unused)}: only for a table; say --table FILE too")
    if not names:
        raise click.UsageError("no name came; give names, - for names on standard input, or --table FILE --column NAME")
    refuse_overwriting(output, [*gazetteers, *(name for name in names if name == "-")])
    wanted = list(_expand(names))
    linker = load_linker(gazetteers)
    check_type(type_, linker)
    links = linker.resolve_many(wanted, type=type_, lang=lang, jobs=jobs)
    with open_output(output) as write:
        delimiter = "\t" if format_ == "tsv" else ","
        if format_ != "jsonl":
            write(formats.csv_text([_LINK_COLUMNS], delimiter=delimiter))
        for link in links:
            record = raise_threshold(link, min_score).to_dict()
            if format_ == "jsonl":
                write(formats.json_line(record))
            else:
                write(formats.csv_text([[record[name] for name in _LINK_COLUMNS]], delimiter=delimiter))
    return 0


def raise_threshold(link: Link, min_score: float) -> Link:
    """A link below a reader's threshold becomes NIL, as if the linker had had that threshold."""
    from dataclasses import replace

    if link.id is None or link.score >= min_score:
        return link
    return replace(link, id=None, name=None, type=None, reason="below_threshold")


def _expand(names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        if name != "-":
            yield name
            continue
        from entitynorm.io.documents import numbered_lines

        yield from (line.strip() for _, line in numbered_lines("-") if line.strip())


def _resolve_table(
    table: str,
    asked: tuple[tuple[str, ...], str | None, str | None, str | None, str | None],
    delimiter: str | None,
    excel_safe: bool,
    gazetteers: tuple[str, ...],
    lang: str | None,
    min_score: float,
    jobs: int,
    output: str | None,
) -> int:
    from entitynorm.column import ColumnResolver
    from entitynorm.io import tables

    refuse_overwriting(output, [table, *gazetteers])
    request = tables.Request(*asked)
    reader = tables.open_table(table, request, delimiter=delimiter, output=output, excel_safe=excel_safe)
    if isinstance(reader, tables.ParquetTable) and output in (None, "-"):
        raise click.UsageError("a Parquet table is binary and needs a file to go to; say -o FILE.parquet")
    linker = load_linker(gazetteers)
    check_type(request.type, linker)
    # What is loaded stays to the end. The collector, which millions of short-lived rows call again and again, need not
    # look through it every time.
    gc.freeze()
    with ColumnResolver(linker, lang=lang, min_score=min_score, jobs=jobs) as resolver:
        if isinstance(reader, tables.ParquetTable):
            with progress("resolving", reader.size) as advance:
                for step in reader.resolve_to(str(output), resolver):
                    advance(step)
        else:
            if output in (None, "-"):
                reader.validate(resolver)
            with open_output(output) as write, progress("resolving", reader.size, streams_to=output) as advance:
                for text, step in reader.resolve(resolver):
                    write(text)
                    advance(step)
        _warn_of_areas(resolver.unknown_areas, request.within)
    return 0


def _warn_of_areas(unknown: list[str], column: str | None) -> None:
    """A column of NIL looks like an answer; here it may be a country that the gazetteer does not have."""
    if unknown:
        shown = ", ".join(map(repr, unknown[:5])) + (f" and {len(unknown) - 5} more" if len(unknown) > 5 else "")
        notice(f"--within {column}: no entity of the gazetteer is meant by {shown}; such rows have no link")


@click.command(short_help="List the entities that a name could mean, without deciding.")
@click.argument("name")
@gazetteer_option
@type_option
@lang_option
@click.option("--limit", type=click.IntRange(min=1), default=10, show_default=True, help="Candidates to list at most.")
@format_option("jsonl", "text")
def search(
    name: str, gazetteers: tuple[str, ...], type_: str | None, lang: str | None, limit: int, format_: str
) -> int:
    """List the entities that NAME could mean, the likeliest first, without deciding."""
    from entitynorm.io import formats

    linker = load_linker(gazetteers)
    check_type(type_, linker)
    candidates = list(linker.search(name, limit=limit, type=type_, lang=lang))
    with open_output(None) as write:
        for candidate in candidates:
            if format_ == "jsonl":
                write(formats.json_line(candidate.to_dict()))
            else:
                alias = "" if candidate.alias == candidate.name else f"  as {candidate.alias}"
                write(f"{candidate.score:.3f}  {candidate.id}  {candidate.name}  ({candidate.type}){alias}\n")
    if not candidates:
        notice(f"{name!r} resembles no name in the gazetteer")
    return 0


@click.command(short_help="Show why a name scores as it does for one entity.")
@click.argument("name")
@click.argument("entity_id")
@gazetteer_option
@format_option("text", "json")
def explain(name: str, entity_id: str, gazetteers: tuple[str, ...], format_: str) -> int:
    """Show why NAME scores as it does for ENTITY_ID: the nearest alias, how both were read, what each feature adds."""
    from entitynorm.io import formats

    explanation = load_linker(gazetteers).explain(name, entity_id)
    with open_output(None) as write:
        write(f"{explanation}\n" if format_ == "text" else formats.json_line(explanation.to_dict()))
    return 0


@click.command(short_help="List the Latin spellings of a Cyrillic name, with their schemes.")
@click.argument("names", metavar="NAME...", nargs=-1, required=True)
@gazetteer_option
@click.option(
    "--lang", metavar="CODE", help="Language to read the name in: ru, uk or be.  [default: what its letters allow]"
)
@format_option("text", "jsonl")
def romanise(names: tuple[str, ...], gazetteers: tuple[str, ...], lang: str | None, format_: str) -> int:
    """List the Latin spellings of a Cyrillic NAME, each with the schemes that write it so.

    Spellings that most schemes share come first. Schemes do not depend on a gazetteer; -g changes nothing here.
    """
    from entitynorm.io import formats
    from entitynorm.text.translit import romanisations

    found = [(name, romanisations(name, lang)) for name in names]
    for name, spellings in found:
        if not spellings:
            raise InputError(f"{name!r} has no romanisation; expected a name in Cyrillic letters, such as Грайворон")
    with open_output(None) as write:
        for name, spellings in found:
            for spelling in spellings:
                if format_ == "jsonl":
                    record = {"name": name, "text": spelling.text, "schemes": list(spelling.schemes)}
                    write(formats.json_line(record))
                else:
                    write(f"{spelling.text}\t{', '.join(spelling.schemes)}\n")
    return 0
