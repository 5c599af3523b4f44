"""The command ``evaluate``: links against gold."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from entitynorm.cli.options import format_option, gazetteer_option, jobs_option, lang_option, load_linker
from entitynorm.cli.output import notice, open_output, progress
from entitynorm.errors import InputError

if TYPE_CHECKING:
    from entitynorm.evaluation import Counts, Evaluation, PredictedLink
    from entitynorm.linker import Linker

_MOST_CONFUSED = 20
"""Pairs of entities that the report lists; JSON has all."""


@click.command(short_help="Score links against gold: precision, recall, F1, by type and kind.")
@click.argument("gold", metavar="GOLD.jsonl")
@gazetteer_option
@click.option("--texts", metavar="FOLDER", help="Where the texts are.  [default: the folder above that of GOLD]")
@click.option("--predictions", metavar="FILE", help="Score what `entitynorm link` printed instead of linking now.")
@click.option("--errors", "show_errors", is_flag=True, help="List every extra and missed mention in its context.")
@click.option(
    "--fail-under",
    type=click.FloatRange(0, 1),
    metavar="X",
    help="Exit status 1 when F1 is below X or a text is missing.",
)
@lang_option
@jobs_option
@format_option("text", "json")
def evaluate(
    gold: str,
    gazetteers: tuple[str, ...],
    texts: str | None,
    predictions: str | None,
    show_errors: bool,
    fail_under: float | None,
    lang: str | None,
    jobs: int,
    format_: str,
) -> int:
    """Link the texts that GOLD annotates and score the links: precision, recall and F1, over all, by document, type
    and kind, and a table of what was taken for what.

    GOLD has one JSON object a mention: doc, start, end, text, id, type, kind, and optionally nested, optional,
    alt_spans, alt_ids, sense_id. Nested, optional and demonym mentions are neither rewarded nor punished. Where GOLD
    tells no kind, or only "name", it is that of the spelling: exact, acronym, other_script, translation, typo,
    inflection, romanisation, spelling, part, arrangement, other.

    With --predictions nothing is linked: give -g to have kinds of spelling told, and --texts to see errors in context.
    How many mentions do not fit their texts, and the first of them, is told on standard error.
    """
    from entitynorm import evaluation
    from entitynorm.io.documents import numbered_lines

    mentions = evaluation.read_gold(numbered_lines(gold), gold)
    text_of: Mapping[str, str]
    if predictions is not None:
        predicted = evaluation.read_predictions(numbered_lines(predictions), predictions)
        names = {mention.doc for mention in mentions} & predicted.keys()
        text_of = _texts(sorted(names), Path(texts)) if texts is not None else {}
        linker = load_linker(gazetteers) if gazetteers else None
    else:
        folder = Path(texts) if texts is not None else evaluation.gold_text_folder(gold)
        text_of = _texts(sorted({mention.doc for mention in mentions}), folder)
        linker = load_linker(gazetteers)
        predicted = _link(text_of, linker, lang, jobs)
    if linker is not None:
        mentions = evaluation.with_surface_kinds(mentions, linker)
    result = evaluation.evaluate(mentions, predicted, text_of)
    with open_output(None) as write:
        if format_ == "json":
            record = result.to_dict() | ({"errors": [vars_of(e) for e in result.errors]} if show_errors else {})
            write(json.dumps(record, ensure_ascii=False, indent=2) + "\n")
        else:
            write(_report(result, show_errors))
    if result.misfits:
        notice(
            f"{len(result.misfits)} of the mentions and links do not fit their texts, the first: {result.misfits[0]}; "
            "offsets count code points of the file as it is"
        )
    short = len(result.by_document) < result.gold_documents
    if fail_under is not None and (result.total.f1 < fail_under or short):
        reason = "texts are missing" if short else f"F1 {result.total.f1:.4f} is below {fail_under}"
        notice(f"{reason}; --errors lists what went wrong")
        return 1
    return 0


def vars_of(error: object) -> dict[str, object]:
    """The fields of one error as a record."""
    from dataclasses import asdict

    return asdict(error)  # type: ignore[call-overload,no-any-return]


def _texts(names: list[str], folder: Path) -> dict[str, str]:
    from entitynorm.io.documents import open_documents

    if not folder.is_dir():
        raise InputError(
            f"{folder}: no such folder; expected the texts that the gold annotates, say where with --texts"
        )
    return {
        name: source.text()
        for name, source in zip(names, open_documents([str(folder / name) for name in names], whole=True), strict=True)
    }


def _link(text_of: Mapping[str, str], linker: Linker, lang: str | None, jobs: int) -> dict[str, list[PredictedLink]]:
    from entitynorm.evaluation import PredictedLink

    predicted: dict[str, list[PredictedLink]] = {}
    with progress("linking", sum(map(len, text_of.values()))) as advance:
        documents = linker.link_many(list(text_of.values()), lang=lang, jobs=jobs)
        for (name, text), document in zip(text_of.items(), documents, strict=True):
            predicted[name] = [
                PredictedLink(m.start, m.end, m.surface, m.id, m.type or "")
                for m in document.mentions
                if m.id is not None
            ]
            advance(len(text))
    return predicted


def _report(result: Evaluation, show_errors: bool) -> str:
    lines: list[str] = []
    if show_errors:
        lines += [str(error) for error in result.errors]
        lines += [""] if result.errors else []
    for title, table in (("document", result.by_document), ("type", result.by_type), ("kind", result.by_kind)):
        width = max([len(title), *map(len, table)])
        lines.append(f"{title:{width}}  found  extra  missed  precision  recall      F1")
        lines += [f"{name or '(none)':{width}}  {_figures(counts)}" for name, counts in table.items()]
        lines.append("")
    lines += _confusion(result)
    total = result.total
    lines.append(
        f"documents {len(result.by_document)}/{result.gold_documents}  mentions {total.found + total.missed}  "
        f"P {total.precision:.4f}  R {total.recall:.4f}  F1 {total.f1:.4f}"
    )
    return "\n".join(lines) + "\n"


def _confusion(result: Evaluation) -> list[str]:
    """The table of types, gold in rows and linked in columns, and the entities that were taken for one another."""
    from entitynorm.evaluation import NOTHING

    columns = sorted(
        {name for row in result.confusion.values() for name in row}, key=lambda name: (name == NOTHING, name)
    )
    if not columns:
        return []
    title = "gold \\ linked"
    width = max(len(title), *map(len, result.confusion))
    heads = [name or "(none)" for name in columns]
    lines = ["  ".join([f"{title:{width}}", *heads])]
    for gold, row in result.confusion.items():
        cells = (f"{row.get(name, 0):{len(head)}d}" for name, head in zip(columns, heads, strict=True))
        lines.append("  ".join([f"{gold or '(none)':{width}}", *cells]))
    lines.append("")
    if result.confused:
        lines.append("expected -> linked")
        lines += [f"{times:4d}  {a} -> {b}" for (a, b), times in islice(result.confused.items(), _MOST_CONFUSED)]
        lines.append("")
    return lines


def _figures(counts: Counts) -> str:
    figures = f"{counts.precision:9.4f}  {counts.recall:6.4f}  {counts.f1:6.4f}"
    return f"{counts.found:5d}  {counts.extra:5d}  {counts.missed:6d}  {figures}"
