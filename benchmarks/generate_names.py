"""Synthetic gazetteers of any size, and queries with their right ids, the same bytes for the same seed.

usage: python benchmarks/generate_names.py SIZE -o FOLDER [--seed N] [--each N]

Writes FOLDER/gazetteer.jsonl (people, places and organisations of eleven name cultures, built from the pieces in
morphemes.yaml by Zipf's law) and FOLDER/queries.tsv (text, id, kind). Real lists of a million names are somebody's
property, stale or unlabelled; a made list has a known answer for every query. What it leaves alone: nicknames,
translations, exonyms, everything that has to be known rather than seen.

Kinds of queries: exact; folded (case, accents, punctuation); slip (one edit, never at the first letter of a word);
romanised (a scheme other than the listed one) and native (Cyrillic, listed in Latin only); order and initial (people);
absent (the same kinds of names, not listed: the answer is NIL). No query is within one edit of another entity's name.
"""

from __future__ import annotations

import argparse
import json
import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from name_maker import LATIN, SEED, STROKES, Dice, Listed, entities, key

from entitynorm.io.files import atomic_writer
from entitynorm.text.translit import romanisations

KINDS = ("exact", "folded", "slip", "romanised", "native", "order", "initial", "absent")
_CYRILLIC = "абвгдежзийклмнопрстуфхцчшщыьэюя"


@dataclass(frozen=True, slots=True)
class Query:
    """A spelling, the entity it means (None: no entity of the list) and how it was made."""

    text: str
    id: str | None
    kind: str


@dataclass(frozen=True, slots=True)
class Pair:
    """Two spellings, the type of what they name, and whether that is one entity."""

    first: str
    second: str
    type: str
    same: bool


def edits(text: str, alphabet: str) -> Iterator[str]:
    """Every text one deletion, insertion, replacement or swap of neighbours away, the text itself among them."""
    for n in range(len(text) + 1):
        head, tail = text[:n], text[n:]
        for letter in alphabet:
            yield head + letter + tail
            if tail:
                yield head + letter + tail[1:]
        if tail:
            yield head + tail[1:]
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]


def _alphabet(text: str) -> str:
    return _CYRILLIC if any("\u0400" <= c <= "\u04ff" for c in text) else LATIN


def slip(text: str, dice: Dice) -> str | None:
    """The text with one slip of the pen inside a word of five letters or more; None where it has no such word."""
    places = [
        n
        for n in range(1, len(text))
        if text[n].isalpha() and text[n - 1].isalpha() and len(_word_around(text, n)) >= 5
    ]
    if not places:
        return None
    n = dice.pick(places)
    letter = dice.pick(_alphabet(text))
    head, tail = text[:n], text[n:]
    if letter == tail[0].lower():
        return head + tail[1:]
    match dice.below(4):
        case 0:
            return head + tail[1:]
        case 1:
            return head + letter + tail
        case 2:
            return head + letter + tail[1:]
        case _:
            swapped = tail[1:2].isalpha() and tail[0] != tail[1]
            return head + tail[1] + tail[0] + tail[2:] if swapped else head + letter + tail


def _word_around(text: str, n: int) -> str:
    start, end = n, n
    while start and text[start - 1].isalpha():
        start -= 1
    while end < len(text) and text[end].isalpha():
        end += 1
    return text[start:end]


def folded(text: str, dice: Dice) -> str | None:
    """The text in another case, without its accents, or with other punctuation; None where nothing would change."""
    cyrillic = _alphabet(text) == _CYRILLIC
    plain = text if cyrillic else "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    changes: tuple[Callable[[], str], ...] = (
        text.lower,
        text.upper,
        lambda: plain.translate(STROKES),
        lambda: text.replace(".", "").replace("«", '"').replace("»", '"').replace(",", ""),
        lambda: text.replace("-", " ").replace("'", "’"),
        lambda: text.replace(" ", "  ").lower(),
    )
    made = changes[dice.below(len(changes))]()
    return made if made != text else None


def _romanised(one: Listed, dice: Dice) -> str | None:
    """The Latin spelling of another scheme; None where the listed spelling is the only one."""
    if one.native is None:
        return None
    known = {key(name) for name in one.names}
    found = [r.text for r in romanisations(one.native, one.lang, limit=4) if key(r.text) not in known]
    return dice.pick(found) if found else None


def _spelled(one: Listed, kind: str, dice: Dice) -> str | None:
    """A query of a kind for an entity; None where its name has none."""
    match kind:
        case "exact":
            return dice.pick(one.names)
        case "folded":
            return folded(dice.pick(one.names), dice)
        case "slip":
            return slip(dice.pick(one.names), dice)
        case "romanised":
            return _romanised(one, dice)
        case "native":
            return one.native if not one.native_listed else None
        case "order" if one.given and one.surname:
            comma = dice.pick((",", ""))
            turned = f"{one.surname}{comma} {one.given}"
            same_words = {one.given, one.surname} == set(one.name.split())
            return turned if same_words and key(turned) != key(one.name) else None
        case "initial" if one.given and one.surname and one.name == f"{one.given} {one.surname}":
            return f"{one.given[0]}. {one.surname}"
    return None


def _bearer(one: Listed) -> tuple[str, str] | None:
    """What an initial and a surname leave of a person."""
    return (key(one.given)[:1], key(one.surname)) if one.given and one.surname else None


def _apart(text: str, own: set[str], seen: set[str]) -> bool:
    """Whether no name of the list but ``own`` is within one edit."""
    return all(near in own or near not in seen for near in edits(key(text), _alphabet(text)))


def queries(size: int, each: int, seed: int = SEED) -> Iterator[Query]:
    """``each`` queries of every kind (fewer where a small list has not so many) for the list of that size and seed."""
    dice = Dice(seed + 1)
    seen: set[str] = set()
    bearers: Counter[tuple[str, str]] = Counter()
    wanted = min(size, 40 * each * len(KINDS))
    chance = wanted / size
    sample: list[Listed] = []
    for one in entities(size, seed, seen=seen):
        if (bearer := _bearer(one)) is not None:
            bearers[bearer] += 1
        if dice.random() < chance:
            sample.append(one)
    for kind in KINDS[:-1]:
        yield from _of_kind(kind, sample, each, dice, seen, bearers)
    strangers = entities(sys.maxsize, seed + 2, seen=set(seen))
    found = 0
    while found < each:
        name = next(strangers)
        text = dice.pick((name.name, name.name, name.native or name.name))
        if _apart(text, set(), seen) and bearers[_bearer(name) or ("", "")] == 0:
            found += 1
            yield Query(text, None, "absent")


def _of_kind(
    kind: str, sample: Sequence[Listed], each: int, dice: Dice, seen: set[str], bearers: Counter[tuple[str, str]]
) -> Iterator[Query]:
    found = 0
    start = dice.below(len(sample)) if sample else 0
    for one in (*sample[start:], *sample[:start]):
        if found == each:
            return
        text = _spelled(one, kind, dice)
        if text is None or (kind == "initial" and bearers[_bearer(one) or ("", "")] != 1):
            continue
        own = {key(name) for name in (one.name, one.native or one.name)}
        if _apart(text, own, seen):
            found += 1
            yield Query(text, one.id, kind)


def _kinship(a: str, b: str) -> int:
    """How many letters the words of two names begin alike with."""
    return sum(max(_alike(word, other) for other in b.split()) for word in a.split())


def _alike(a: str, b: str) -> int:
    return next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


def pairs(size: int, count: int, seed: int = SEED) -> Iterator[Pair]:
    """``count`` pairs of spellings: of one entity by the kinds of queries, and of two that have a word in common."""
    listed = {one.id: one for one in entities(size, seed)}
    sharing: dict[tuple[str, str], list[Listed]] = defaultdict(list)
    for one in listed.values():
        for word in one.name.split():
            sharing[one.type, word].append(one)
    dice = Dice(seed + 3)
    asked = [q for q in queries(size, count, seed) if q.id is not None and q.kind not in ("exact", "folded")]
    for number in range(count if asked else 0):
        query = dice.pick(asked)
        one = listed[query.id or ""]
        others = [o for word in one.name.split() for o in sharing[one.type, word] if o is not one]
        if number % 2 and others:
            rival = max((dice.pick(others) for _ in range(12)), key=lambda other: _kinship(one.name, other.name))
            yield Pair(query.text, rival.name, one.type, False)
        else:
            yield Pair(query.text, one.name, one.type, True)


# ---------------------------------------------------------------------------------------------------- the files


def write_list(folder: Path, size: int, each: int, seed: int = SEED) -> tuple[Path, Path]:
    """Write gazetteer.jsonl and queries.tsv; give their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    gazetteer, asked = folder / "gazetteer.jsonl", folder / "queries.tsv"
    with atomic_writer(gazetteer) as stream:
        for one in entities(size, seed):
            stream.write(json.dumps(one.record(), ensure_ascii=False) + "\n")
    with atomic_writer(asked) as stream:
        stream.write("text\tid\tkind\n")
        for query in queries(size, each, seed):
            stream.write(f"{query.text}\t{query.id or 'NIL'}\t{query.kind}\n")
    return gazetteer, asked


def main(arguments: Sequence[str] | None = None) -> None:
    """Parse, generate, say what was written."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("size", type=int, help="number of entities")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FOLDER", help="where to write the files")
    parser.add_argument("--seed", type=int, default=SEED, help="another seed, another list (default: %(default)s)")
    parser.add_argument("--each", type=int, default=500, help="queries of each kind (default: %(default)s)")
    options = parser.parse_args(arguments)
    if options.size < 1 or options.each < 0:
        parser.error("SIZE has to be 1 or more, --each 0 or more")
    for path in write_list(options.output, options.size, options.each, options.seed):
        print(path)


if __name__ == "__main__":
    main()
