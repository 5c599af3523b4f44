"""The command ``import``: gazetteers of other formats as ours, one subcommand a format.

A subcommand turns its options into a function from a source to records; `run_import` does the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from entitynorm.cli.app import Commands
from entitynorm.cli.import_run import Job, common_options, run_import

Function = TypeVar("Function", bound=Callable[..., Any])


@click.group(
    "import",
    cls=Commands,
    short_help="Turn a gazetteer of another format into entity records.",
    subcommand_metavar="FORMAT [OPTIONS] FILE",
    invoke_without_command=True,
)
@click.pass_context
def import_(ctx: click.Context) -> None:
    """Turn a gazetteer of another format into entity records, one a line: entitynorm import FORMAT FILE -o OUT.jsonl.

    FILE may be packed with gzip, bzip2 or xz. Rows that cannot be used are reported with file, line and reason, and
    counted at the end. `entitynorm import FORMAT --help` lists the options of a format.
    """
    if ctx.invoked_subcommand is None:
        formats = ", ".join(import_.list_commands(ctx))
        raise click.UsageError(f"no format came; expected one of {formats}", ctx=ctx)


def _language_option(help_text: str) -> Callable[[Function], Function]:
    return click.option("--language", "languages", metavar="CODE", multiple=True, help=help_text)


def _languages(codes: tuple[str, ...]) -> tuple[str, ...]:
    from entitynorm.io.importers.entities import language_tag

    for code in codes:
        if language_tag(code) is None:
            raise click.UsageError(f"--language {code!r} is no language code; write it like ru or uk")
    return tuple(tag for code in codes if (tag := language_tag(code)))


_delimiter_option = click.option(
    "--delimiter", metavar="SIGN", help="What separates the cells: one sign, or tab.  [default: told by the heading]"
)
_class_option = click.option(
    "--class", "classes", metavar="QID=TYPE", multiple=True, help="Type of a Wikidata class, as Q532=PLACE; repeatable."
)


def _table_options(function: Function) -> Function:
    """The column map of a table."""
    columns = [
        click.option("--id-column", metavar="NAME", help="Column of the ids. Columns may be given by number, too."),
        click.option("--name-column", metavar="NAME", help="Column of the canonical names."),
        click.option(
            "--alias-column",
            "alias_columns",
            metavar="NAME",
            multiple=True,
            help="Column of other names; repeatable.  [default: those called alias, name_ru, label:uk and the like]",
        ),
        click.option(
            "--alias-separator",
            metavar="TEXT",
            default=";",
            show_default=True,
            help="Between the names in a cell; '' where a cell is one name.",
        ),
        click.option("--type-column", metavar="NAME", help="Column of the types."),
        click.option("--type", "type_", metavar="TYPE", help="Type of rows that have none of their own."),
        click.option("--lang-column", metavar="NAME", help="Column of the languages of the names."),
        click.option("--lang", metavar="CODE", help="Language of the names of rows that have none of their own."),
        click.option("--lat-column", metavar="NAME", help="Column of latitudes."),
        click.option("--lon-column", metavar="NAME", help="Column of longitudes."),
        click.option("--weight-column", metavar="NAME", help="Column of weights (population, page views)."),
        click.option("--description-column", metavar="NAME", help="Column of descriptions."),
        click.option("--located-in-column", metavar="NAME", help="Column of the ids of what entities lie in."),
        click.option("--part-of-column", metavar="NAME", help="Column of the ids of what entities belong to."),
        click.option(
            "--ref-column",
            "ref_columns",
            metavar="KEY=NAME",
            multiple=True,
            help="Column of ids in another register, as wikidata=qid; repeatable.",
        ),
        click.option("--merge", is_flag=True, help="Rows with one id are one entity; all of them are held in memory."),
    ]
    for option in reversed(columns):
        function = option(function)
    return function


@import_.command("csv", short_help="A table with a heading; which column is what is told by headings or options.")
@common_options(None)
@_table_options
@_delimiter_option
def csv_command(job: Job, **options: Any) -> int:
    """Import a CSV table, a row an entity. Columns are found by their headings (id, name, aliases, type, lat, …)."""
    return _import_table(job, **options)


@import_.command("tsv", short_help="The same with tabs between the cells.")
@common_options(None)
@_table_options
def tsv_command(job: Job, **options: Any) -> int:
    """Import a table with tabs between the cells, a row an entity; otherwise like csv."""
    return _import_table(job, delimiter="\t", **options)


def _import_table(
    job: Job,
    *,
    prefix: str | None,
    delimiter: str | None,
    alias_columns: tuple[str, ...],
    alias_separator: str,
    type_: str | None,
    lang: str | None,
    ref_columns: tuple[str, ...],
    merge: bool,
    **named: str | None,
) -> int:
    from entitynorm.io.importers.columns import Columns, TableOptions, read_names_table

    refs = []
    for text in ref_columns:
        key, equals, name = text.partition("=")
        if not (key.strip() and equals and name):
            raise click.UsageError(f"--ref-column {text!r} is not of the form KEY=NAME; write it like wikidata=qid")
        refs.append((key.strip(), name))
    columns = {key.removesuffix("_column"): value for key, value in named.items()}
    options = TableOptions(
        columns=Columns(**columns, aliases=alias_columns, refs=tuple(refs)),
        delimiter=delimiter,
        alias_separator=alias_separator,
        type=type_,
        lang=lang,
        prefix=prefix,
        merge=merge,
    )
    return run_import(job, lambda source, report: read_names_table(source, report, options))


@import_.command("geonames", short_help="A dump of GeoNames: allCountries.txt, cities15000.txt, UA.txt.")
@common_options("geonames")
@click.option(
    "--alternate-names",
    metavar="FILE",
    help="alternateNamesV2.txt: names with languages and marks, such as historic.",
)
@click.option("--country", "countries", metavar="CC", multiple=True, help="Only this country, as UA; repeatable.")
@click.option(
    "--feature", "features", metavar="CODE", multiple=True, help="Only this feature, as P, PPLC or P.PPL; repeatable."
)
@_language_option("Only alternate names of this language, and of none; repeatable.  [default: all]")
@click.option(
    "--parents/--no-parents", default=True, show_default=True, help="Say which division of the dump a place lies in."
)
def geonames_command(
    job: Job,
    prefix: str | None,
    alternate_names: str | None,
    countries: tuple[str, ...],
    features: tuple[str, ...],
    languages: tuple[str, ...],
    parents: bool,
) -> int:
    """Import a GeoNames dump. Population becomes the weight; historic names become former ones.

    The dump is read twice, for parents and alternate names. Alternate names of the chosen places are held in memory:
    for the whole world choose countries, features or languages.
    """
    from entitynorm.io.importers.geonames import GeonamesOptions, check_feature, read_geonames

    for country in countries:
        if not (len(country) == 2 and country.isascii() and country.isalpha()):
            raise click.UsageError(f"--country {country!r} is no code of two letters; write it like UA")
    if languages and alternate_names is None:
        raise click.UsageError("--language needs --alternate-names FILE; the names in a dump have no language")
    if alternate_names == "-":
        raise click.UsageError("--alternate-names cannot be standard input; give a file")
    options = GeonamesOptions(
        prefix=prefix,
        countries=frozenset(country.upper() for country in countries),
        features=frozenset(map(check_feature, features)),
        languages=frozenset(_languages(languages)),
        alternate_names=alternate_names,
        parents=parents,
    )
    more = (alternate_names,) if alternate_names is not None else ()
    return run_import(job, lambda source, report: read_geonames(source, report, options), more)


@import_.command("wikidata", short_help="A JSON dump of Wikidata, or a part of one.")
@common_options("wikidata")
@_language_option("Labels and aliases to take; the first that has a label names the entity; repeatable.  [default: en]")
@_class_option
@click.option("--located-in", is_flag=True, help="Take over P131, or P17, whether or not that item comes out too.")
def wikidata_command(
    job: Job, prefix: str | None, languages: tuple[str, ...], classes: tuple[str, ...], located_in: bool
) -> int:
    """Import a Wikidata JSON dump, one entity a line, packed or not. The weight is the number of sitelinks.

    Items of classes that have no type are left out; the most frequent ones are named at the end.
    """
    from entitynorm.io.importers.wikidata import WikidataOptions, check_class, read_wikidata

    options = WikidataOptions(
        prefix=prefix,
        languages=_languages(languages) or ("en",),
        classes=dict(map(check_class, classes)),
        located_in=located_in,
    )
    return run_import(job, lambda source, report: read_wikidata(source, report, options))


@import_.command("wikidata-csv", short_help="A result of Wikidata's query service as CSV.")
@common_options("wikidata")
@click.option("--id-column", metavar="NAME", help="Column of the items.  [default: the X that has an XLabel]")
@click.option(
    "--alias-column",
    "alias_columns",
    metavar="NAME",
    multiple=True,
    help="Another column of names, such as name_ru; repeatable.",
)
@click.option(
    "--alias-separator", metavar="TEXT", help="Between names in a cell.  [default: ', ' in XAltLabel, none elsewhere]"
)
@click.option("--lang", metavar="CODE", help="Language of the labels of the query, given to the names in XAltLabel.")
@click.option("--type", "type_", metavar="TYPE", help="Type of all items, where the query asks for no class.")
@_class_option
@_delimiter_option
def wikidata_csv_command(
    job: Job,
    prefix: str | None,
    id_column: str | None,
    alias_columns: tuple[str, ...],
    alias_separator: str | None,
    lang: str | None,
    type_: str | None,
    classes: tuple[str, ...],
    delimiter: str | None,
) -> int:
    """Import a query result (item, itemLabel, itemAltLabel, …). All rows of an item are put together, in memory."""
    from entitynorm.io.importers.entities import type_word
    from entitynorm.io.importers.wikidata import check_class
    from entitynorm.io.importers.wikidata_csv import WikidataCsvOptions, read_wikidata_csv

    options = WikidataCsvOptions(
        prefix=prefix,
        id_column=id_column,
        alias_columns=alias_columns,
        alias_separator=alias_separator,
        lang=_languages((lang,))[0] if lang is not None else None,
        type=type_word(type_) if type_ is not None else None,
        classes=dict(map(check_class, classes)),
        delimiter=delimiter,
    )
    return run_import(job, lambda source, report: read_wikidata_csv(source, report, options))


@import_.command("ftm", short_help="FollowTheMoney entities as JSON lines.")
@common_options(None)
def ftm_command(job: Job, prefix: str | None) -> int:
    """Import FollowTheMoney entities, one a line: people, organisations, vessels, events. Weak aliases stay weak."""
    from entitynorm.io.importers.ftm import read_ftm

    return run_import(job, lambda source, report: read_ftm(source, report, prefix=prefix))


@import_.command("opensanctions", short_help="targets.simple.csv of OpenSanctions.")
@common_options(None)
def opensanctions_command(job: Job, prefix: str | None) -> int:
    """Import targets.simple.csv of OpenSanctions. Mind the licence of the data."""
    from entitynorm.io.importers.opensanctions import read_opensanctions

    return run_import(job, lambda source, report: read_opensanctions(source, report, prefix=prefix))


@import_.command("spacy", short_help="Patterns of spaCy's EntityRuler as JSON lines.")
@common_options(None)
def spacy_command(job: Job, prefix: str | None) -> int:
    """Import EntityRuler patterns, one a line: texts, and lists of tokens that ask for literal words."""
    from entitynorm.io.importers.spacy_patterns import read_spacy_patterns

    return run_import(job, lambda source, report: read_spacy_patterns(source, report, prefix=prefix))


@import_.command("skos", short_help="A SKOS thesaurus: Turtle, RDF/XML, N-Triples.")
@common_options(None)
@click.option("--type", "type_", metavar="TYPE", required=True, help="Type of the concepts, as ORG.")
@_language_option("Labels to take; the first that has a prefLabel names the entity; repeatable.  [default: en]")
def skos_command(job: Job, prefix: str | None, type_: str, languages: tuple[str, ...]) -> int:
    """Import a SKOS thesaurus with rdflib (pip install 'entitynorm[rdf]'); it is held in memory."""
    from entitynorm.io.importers.skos import read_skos

    chosen = _languages(languages) or ("en",)
    return run_import(
        job, lambda source, report: read_skos(source, report, type=type_, languages=chosen, prefix=prefix)
    )
