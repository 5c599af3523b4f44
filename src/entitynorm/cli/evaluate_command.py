"""The command ``evaluate``: links against gold."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from entitynorm.cli.options import format_option, gazetteer_option, jobs_option, lang_option, load_linker
from entitynorm.cli.output import notice, open_output, progress
from entitynorm.errors import InputError

if TYPE_CHECKING:
    from entitynorm.evaluation import Counts, Evaluation, PredictedLink


@click.command(short_help="Score links against gold: precision, recall, F1, by type and kind.")
@click.argument("gold", metavar="GOLD.jsonl")
@gazetteer_option
@click.option("--texts", metavar="FOLDER", help="Where the texts are.  [default: the folder above that of GOLD]")
@click.option("--predictions", metavar="FILE", help="Score what `entitynorm link` printed instead of linking now.")
@click.option("--errors", "show_errors", is_flag=True, help="List every extra and missed mention in its context.")
@click.option(
    "--min-f1", type=click.FloatRange(0, 1), metavar="X", help="Exit status 1 when F1 is below X or a text is missing."
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
    min_f1: float | None,
    lang: str | None,
    jobs: int,
    format_: str,
) -> int:
    """Link the texts that GOLD annotates and score the links: precision, recall and F1, over all, by type and by kind.

    GOLD has one JSON object a mention: doc, start, end, text, id, type, kind, and optionally nested, optional,
    alt_spans, alt_ids, sense_id. Nested, optional and demonym mentions are neither rewarded nor punished.
    """
    from entitynorm import evaluation
    from entitynorm.io.documents import numbered_lines

    mentions = evaluation.read_gold(numbered_lines(gold), gold)
    text_of: Mapping[str, str]
    if predictions is not None:
        predicted = evaluation.read_predictions(numbered_lines(predictions), predictions)
        text_of = {}
    else:
        folder = Path(texts) if texts is not None else evaluation.gold_text_folder(gold)
        text_of = _texts(sorted({mention.doc for mention in mentions}), folder)
        predicted = _link(text_of, gazetteers, lang, jobs)
    result = evaluation.evaluate(mentions, predicted, text_of)
    with open_output(None) as write:
        if format_ == "json":
            record = result.to_dict() | ({"errors": [vars_of(e) for e in result.errors]} if show_errors else {})
            write(json.dumps(record, ensure_ascii=False, indent=2) + "\n")
        else:
            write(_report(result, show_errors))
    short = len(result.by_document) < result.gold_documents
    if min_f1 is not None and (result.total.f1 < min_f1 or short):
        reason = "texts are missing" if short else f"F1 {result.total.f1:.4f} is below {min_f1}"
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
        for name, source in zip(names, open_documents([str(folder / name) for name in names]), strict=True)
    }


def _link(
    text_of: Mapping[str, str], gazetteers: tuple[str, ...], lang: str | None, jobs: int
) -> dict[str, list[PredictedLink]]:
    from entitynorm.evaluation import PredictedLink

    linker = load_linker(gazetteers)
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
    total = result.total
    lines.append(
        f"documents {len(result.by_document)}/{result.gold_documents}  mentions {total.found + total.missed}  "
        f"P {total.precision:.4f}  R {total.recall:.4f}  F1 {total.f1:.4f}"
    )
    return "\n".join(lines) + "\n"


def _figures(counts: Counts) -> str:
    figures = f"{counts.precision:9.4f}  {counts.recall:6.4f}  {counts.f1:6.4f}"
    return f"{counts.found:5d}  {counts.extra:5d}  {counts.missed:6d}  {figures}"
