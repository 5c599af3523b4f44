"""What the component adds to a spaCy pipeline, beside the tokeniser alone and beside spaCy's fuzzy SpanRuler.

usage: python benchmarks/spacy_pipe.py [--documents N] [--names N] [--seconds N] [--write]

Documents are made up: sentences of common and of coined words by Zipf's law, with dates, figures, listed names in
several spellings and other people's names, about as many as a news agency prints. Each pipeline runs in a process of
its own and reads all documents twice: the first pass is what somebody waits for who has a folder of articles, the
second shows what is left when every word was seen before. Times are CPU seconds, the best of two rounds in which the
pipelines take turns; read them as ratios. ``--write`` rewrites the section in RESULTS.md.
Needs ``pip install 'entitynorm[spacy]'``.
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any

import spacy
from name_maker import SEED, Dice, entities
from results_page import put_section, table

import entitynorm
from entitynorm.spacy.annotation import annotate

ROUNDS = 2
BATCH = 256
SENTENCES = (9, 25)
FRAMES = (
    "On {day} {w} {w} said that the {w} {w} of {name} had {w} the {w}.",
    "{other} told reporters in {name} that {figure} people were {w} by the {w} and the {w}.",
    "The {w} {w} is {w} {w}, but the {w} of the {w} was {w} to {w} it before {day}.",
    "According to the {w}, about {figure} {w} had been {w} since {day}, and there was no {w} of {w} {w}.",
    '"We have {w} the {w} and will {w} it," the {w} added, without giving {w} or {w}.',
    "{other}, who leads the {w} {w}, did not {w} the {w} when asked about {w} in the {w}.",
    "Officials from {name} and {other} are expected to {w} {w} {w} later this {w}.",
    "It was the {w} {w} in {figure} years, and {w} {w} have {w} since then.",
    "The {w} came after a {w} of {w} {w} near {name}, where {figure} {w} were {w}.",
    "Neither {other} nor the {w} of {w} {w} could be {w} for {w} on {day}.",
)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "May 22", "June 1, 2023")
COMMON = (
    "government army report city people morning official attack road border school power water group support week "
    "minister house fire drone air night statement region district building war plan talks money market price oil bank "
    "company court law party election vote leader country world year month number part side area home family child "
    "taken made seen found given held called reported killed wounded damaged destroyed evacuated closed opened moved"
)
ONSETS = "b br c ch cl d dr f fl g gr h j l m n p pl pr r s sh st str t th tr v w"
RIMES = "ack ade ain ale all amp and ane ark ash ate ear eed ell end ent ess ice ide ight ill ine ing ion ish ive old"
SUFFIXES = ("", "", "", "s", "ed", "ing", "er", "ly", "ment", "tion")
COINED = 30_000


def _coined(number: int) -> str:
    """A word that looks English, the same for the same number."""
    dice = Dice(number)
    stem = "".join(dice.pick(ONSETS.split()) + dice.pick(RIMES.split()) for _ in range(1 + dice.below(2)))
    return stem + dice.pick(SUFFIXES)


@cache
def vocabulary() -> tuple[str, ...]:
    """Ordinary words, the frequent ones first."""
    return (*COMMON.split(), *(_coined(number) for number in range(COINED)))


def documents(size: int, seed: int = SEED) -> Iterator[str]:
    """So many texts, the same for the same seed."""
    dice = Dice(seed)
    names = [(one.name, *(alias.text for alias in one.aliases)) for one in entitynorm.load().gazetteer]
    listed = [[name for name in some if name.isascii()] for some in names]  # as an English article writes them
    others = [one.name for one in entities(5_000, seed + 1)]
    words = vocabulary()
    octaves = (0, len(words).bit_length() - 1)

    def word() -> str:
        return words[min(dice.rank(octaves), len(words) - 1)]

    def filled(frame: str) -> Iterator[str]:
        for piece in frame.split("{"):
            slot, closed, rest = piece.partition("}")
            if not closed:
                yield piece
            else:
                yield {
                    "w": word,
                    "day": lambda: dice.pick(DAYS),
                    "figure": lambda: f"{1 + dice.below(2_000):,}",
                    "name": lambda: dice.pick(dice.pick(listed)),
                    "other": lambda: dice.pick(others),
                }[slot]()
                yield rest

    for _ in range(size):
        count = SENTENCES[0] + dice.below(SENTENCES[1] - SENTENCES[0])
        sentences = ["".join(filled(dice.pick(FRAMES))) for _ in range(count)]
        yield "\n\n".join(" ".join(sentences[n : n + 3]) for n in range(0, count, 3))


def tokeniser(names: int) -> Any:
    """A blank English pipeline."""
    return spacy.blank("en")


def packaged(names: int) -> Any:
    """With the component over the packaged gazetteer."""
    nlp = spacy.blank("en")
    nlp.add_pipe("entitynorm").linker.warm_up()
    return nlp


def own(names: int) -> Any:
    """With the component over made names."""
    nlp = spacy.blank("en")
    linker = entitynorm.load(one.record() for one in entities(names))
    linker.warm_up()
    nlp.add_pipe("entitynorm").initialize(gazetteer=linker)
    return nlp


def fuzzy_ruler(names: int) -> Any:
    """With a SpanRuler for the same names that allows one edit in each word."""
    nlp = spacy.blank("en")
    docs = nlp.pipe(one.name for one in entities(names))
    patterns = [{"label": "NAME", "pattern": [{"LOWER": {"FUZZY1": token.lower_}} for token in doc]} for doc in docs]
    nlp.add_pipe("span_ruler").add_patterns(patterns)
    return nlp


PIPELINES: dict[str, Callable[[int], Any]] = {
    "tokeniser alone": tokeniser,
    "with entitynorm, packaged gazetteer": packaged,
    "with entitynorm, the made names": own,
    "with SpanRuler FUZZY1, the made names": fuzzy_ruler,
}


def passed(nlp: Any, texts: Iterable[str], seconds: float) -> tuple[int, int, float]:
    """Documents, characters and CPU seconds of one pass, which ends early where time is up."""
    count = characters = 0
    start = time.process_time()
    for doc in nlp.pipe(texts, batch_size=BATCH if "span_ruler" not in nlp.pipe_names else 1):
        count += 1
        characters += len(doc.text)
        if time.process_time() - start > seconds:
            break
    return count, characters, time.process_time() - start


def annotation_seconds(nlp: Any, texts: list[str]) -> tuple[int, float]:
    """How many mentions the component wrote, and its CPU seconds without the linking."""
    component = nlp.get_pipe("entitynorm")
    mentions, seconds = 0, 0.0
    for first in range(0, len(texts), BATCH):
        some = texts[first : first + BATCH]
        docs, linked = [nlp.make_doc(text) for text in some], list(component.linker.link_many(some))
        mentions += sum(len(document.mentions) for document in linked)
        start = time.process_time()
        for doc, document in zip(docs, linked, strict=True):
            annotate(doc, document, component.settings, component.linker.resolve)
        seconds += time.process_time() - start
    return mentions, seconds


def measure(name: str, size: int, names: int, seconds: float) -> dict[str, Any]:
    """The figures of one pipeline, in this process."""
    nlp = PIPELINES[name](names)
    texts = list(documents(size))
    out: dict[str, Any] = {}
    for label in ("first", "again"):
        out["documents"], characters, used = passed(nlp, texts, seconds)
        out[label] = 1e6 * used / characters
    out["characters"] = characters
    if name == "with entitynorm, packaged gazetteer":
        out["mentions"], used = annotation_seconds(nlp, texts[: out["documents"]])
        out["annotation"] = 1e6 * used / out["mentions"]
        out["annotation_share"] = 1e6 * used / characters
    return out


def in_a_process(name: str, options: argparse.Namespace) -> dict[str, Any]:
    """`measure` in a process of its own."""
    command = [sys.executable, __file__, "--pipeline", name]
    for option in ("documents", "names", "seconds"):
        command += [f"--{option}", str(getattr(options, option))]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def report(options: argparse.Namespace) -> str:
    """Measure all pipelines and put the figures into words."""
    rounds = [{name: in_a_process(name, options) for name in PIPELINES} for _ in range(ROUNDS)]
    best = {name: {key: min(some[name][key] for some in rounds) for key in rounds[0][name]} for name in PIPELINES}
    alone, packaged_, own_, ruler = best.values()
    rows = [
        [
            name,
            str(found["documents"]),
            *(cell for key in ("first", "again") for cell in (f"{found[key]:.3f}", f"{found[key] / alone[key]:.2f}")),
        ]
        for name, found in best.items()
    ]
    head = ("pipeline", "documents", "first pass", "tokeniser = 1", "second pass", "tokeniser = 1")
    size, mentions = packaged_["documents"], packaged_["mentions"]
    assert mentions > size, f"{mentions} mentions in {size} documents: the texts do not name what they should"
    versions = f"python {platform.python_version()}, entitynorm {entitynorm.__version__}, spacy {spacy.__version__}"
    length, density = packaged_["characters"] / size, mentions / size
    cost, share = packaged_["annotation"], packaged_["annotation_share"] / alone["first"]
    times = [ruler["first"] / some["first"] for some in (packaged_, own_)]
    return f"""## spaCy

Written by `python benchmarks/spacy_pipe.py --write` ({versions}).
CPU microseconds a character, a process for each line; ratios are comparable within a run only.

{table(head, rows)}

{size:,} made documents of {length:,.0f} characters with {density:.1f} mentions each; {options.names:,} made names.
Of the component, all but the linking (tokens, spans, records) takes {cost:.1f} microseconds a mention, which is
{share:.2f} of the tokeniser's first pass. The pipeline with the SpanRuler takes {times[0]:.0f} times as long as the one
with the packaged gazetteer, and {times[1]:.0f} times as long as the one with the same names (first passes).
"""


def main() -> None:
    """Measure, print, and put the section where it belongs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=2_000, help="(default: %(default)s)")
    parser.add_argument("--names", type=int, default=2_000, help="made names (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=60.0, help="most CPU seconds a pass (default: %(default)s)")
    parser.add_argument("--write", action="store_true", help="rewrite the section in RESULTS.md")
    parser.add_argument("--pipeline", choices=PIPELINES, help="measure this one here and print JSON")
    options = parser.parse_args()
    if options.pipeline is not None:
        print(json.dumps(measure(options.pipeline, options.documents, options.names, options.seconds)))
        return
    page = report(options)
    print(page)
    if options.write:
        put_section("spacy", page)


if __name__ == "__main__":
    main()
