"""What finds names in running text, under one protocol: entitynorm and its peers.

Every import of a peer stands where it is used. What a tagger is measured by stands in measure_taggers.py.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from entitynorm.text.folding import fold_text
from entitynorm.text.ordinary import is_ordinary

Found = tuple[int, int, str]
"""Start, end, id."""
MOST_TOKENS = 5
"""Words of the longest window that symspellpy is asked for."""
BLOCK = 400_000


class Tagger(Protocol):
    """What is measured."""

    package: str
    fuzzy: bool
    remembers: bool
    """Whether a second look at the same texts is faster than the first."""

    def build(self, folder: Path) -> None:
        """Make the index of FOLDER/gazetteer.jsonl."""

    def tag(self, texts: Sequence[str]) -> Sequence[Any]:
        """An answer for each text, in whatever form comes cheapest; this is what is timed."""

    def found(self, text: str, answer: Any) -> list[Found]:
        """What was found in a text."""


def names(folder: Path) -> Iterator[tuple[str, str]]:
    """(name, id) of every entity."""
    with (folder / "gazetteer.jsonl").open(encoding="utf-8") as stream:
        for line in stream:
            record = json.loads(line)
            yield record["name"], record["id"]


def longest(found: Sequence[Found]) -> list[Found]:
    """Of those that overlap the longest, then the first."""
    out: list[Found] = []
    taken: set[int] = set()
    for start, end, entity in sorted(found, key=lambda f: (f[0] - f[1], f[0])):
        if taken.isdisjoint(range(start, end)):
            taken.update(range(start, end))
            out.append((start, end, entity))
    return sorted(out)


# -------------------------------------------------------------------------------------------------- entitynorm


class Linking:
    """`Linker.link_many` over a compiled gazetteer; ``fuzzy`` off: letter by letter, but for case and accents."""

    package = "entitynorm"
    remembers = True

    def __init__(self, *, fuzzy: bool) -> None:
        self.fuzzy = fuzzy

    def build(self, folder: Path) -> None:
        import entitynorm

        self.linker = entitynorm.load(folder / ("gazetteer.enx" if self.fuzzy else "exact.enx"))
        self.linker.link("-")  # makes what is made at the first question

    def tag(self, texts: Sequence[str]) -> Sequence[Any]:
        return list(self.linker.link_many(texts))

    def found(self, text: str, answer: Any) -> list[Found]:
        return [(m.start, m.end, m.id) for m in answer.mentions if m.id is not None]


class Screening:
    """`Linker.screen` over a compiled gazetteer: names as listed and names that sound like one, as arrays."""

    package = "entitynorm"
    remembers = False
    fuzzy = True

    def build(self, folder: Path) -> None:
        import entitynorm

        self.linker = entitynorm.load(folder / "gazetteer.enx")
        list(self.linker.screen(["-"]))  # makes what is made at the first question

    def tag(self, texts: Sequence[str]) -> Sequence[Any]:
        return list(self.linker.screen(texts))

    def found(self, text: str, answer: Any) -> list[Found]:
        rows = zip(answer.start.tolist(), answer.end.tolist(), answer.ids, strict=True)
        return [(start, end, entity) for start, end, entity in rows if entity is not None]


class ExactArrays:
    """The trie under it: everything spelled like a name, as arrays of code points; overlaps are sorted out outside the
    clock, as for spaCy."""

    package = "entitynorm"
    remembers = False
    fuzzy = False

    def build(self, folder: Path) -> None:
        from entitynorm.io.compiled import CompiledGazetteer
        from entitynorm.tagging.scan import SEPARATOR, Scan
        from entitynorm.tagging.trie import Trie

        self._gazetteer = CompiledGazetteer(folder / "exact.enx")
        self._trie = Trie(self._gazetteer.index.arrays)
        self._scan, self._separator = Scan, SEPARATOR

    def tag(self, texts: Sequence[str]) -> Sequence[Any]:
        out: list[Any] = []
        for some in _blocks(texts):
            scan = self._scan(self._separator.join(some))
            hits = self._trie.hits(scan)
            starts, ends = scan.start[hits.first], scan.end[hits.first + hits.count - 1]
            offsets = np.fromiter(accumulate((len(text) + 1 for text in some), initial=0), np.int64)
            bounds = starts.searchsorted(offsets)
            shift = offsets[:-1].repeat(np.diff(bounds))
            rows = np.stack((starts - shift, ends - shift, hits.key), axis=1)
            out += [rows[a:b] for a, b in pairwise(bounds.tolist())]
        return out

    def found(self, text: str, answer: Any) -> list[Found]:
        return longest([(start, end, self._id(key)) for start, end, key in answer.tolist()])

    def _id(self, key: int) -> str:
        entity = self._gazetteer.index.arrays["alias_entity"][self._trie.spelled(key)[0]]
        return self._gazetteer.entity_at(int(entity)).id


def _blocks(texts: Sequence[str]) -> Iterator[list[str]]:
    """Texts in lists of about `BLOCK` code points together."""
    block: list[str] = []
    size = 0
    for text in texts:
        block.append(text)
        size += len(text)
        if size >= BLOCK:
            yield block
            block, size = [], 0
    if block:
        yield block


# ------------------------------------------------------------------------------------------------------- peers


class Flashtext:
    """flashtext: the names as they stand."""

    package = "flashtext"
    remembers = False
    fuzzy = False

    def build(self, folder: Path) -> None:
        self._processor = import_module("flashtext").KeywordProcessor(case_sensitive=True)
        for name, entity in names(folder):
            self._processor.add_keyword(name, entity)

    def tag(self, texts: Sequence[str]) -> Sequence[Any]:
        return [self._processor.extract_keywords(text, span_info=True) for text in texts]

    def found(self, text: str, answer: Any) -> list[Found]:
        return [(start, end, entity) for entity, start, end in answer]


class AhoCorasick:
    """ahocorasick_rs: the names as they stand, word borders or not (they are looked at outside the clock)."""

    package = "ahocorasick_rs"
    remembers = False
    fuzzy = False

    def build(self, folder: Path) -> None:
        module = import_module("ahocorasick_rs")
        listed = list(names(folder))
        self._ids = [entity for _, entity in listed]
        self._automaton = module.AhoCorasick([name for name, _ in listed], matchkind=module.MatchKind.LeftmostLongest)

    def tag(self, texts: Sequence[str]) -> Sequence[Any]:
        return [self._automaton.find_matches_as_indexes(text) for text in texts]

    def found(self, text: str, answer: Any) -> list[Found]:
        return [
            (start, end, self._ids[index])
            for index, start, end in answer
            if not text[start - 1 : start].isalnum() and not text[end : end + 1].isalnum()
        ]


class SpacyLower:
    """spaCy: the phrase matcher over lower-case tokens."""

    package = "spacy"
    remembers = False
    fuzzy = False

    def build(self, folder: Path) -> None:
        self._pipeline = import_module("spacy").blank("en")
        self._matcher = import_module("spacy.matcher").PhraseMatcher(self._pipeline.vocab, attr="LOWER")
        for name, entity in names(folder):
            self._matcher.add(entity, [self._pipeline.make_doc(name)])

    def tag(self, texts: Sequence[str]) -> Sequence[Any]:
        strings = self._pipeline.vocab.strings
        out = []
        for document in self._pipeline.pipe(texts):
            spans = ((document[start:end], key) for key, start, end in self._matcher(document))
            out.append([(span.start_char, span.end_char, strings[key]) for span, key in spans])
        return out

    def found(self, text: str, answer: Any) -> list[Found]:
        return longest(answer)


class SymSpell:
    """symspellpy: every window of up to five words that begins and ends with a capital, within two edits.

    It is given what it lacks: the package's folding, its ordinary words, and one edit only for up to six letters.
    """

    package = "symspellpy"
    remembers = False
    fuzzy = True
    _RUN = re.compile(r"[^\W\d_][\w'’]*(?:[ -][^\W\d_][\w'’]*)*")
    _WORD = re.compile(r"[^\W\d_](?:\w|['’](?!s\b))*")

    def build(self, folder: Path) -> None:
        symspellpy: Any = import_module("symspellpy")
        self._dictionary, self._closest = symspellpy.SymSpell(2, 7), symspellpy.Verbosity.TOP
        self._ids: dict[str, str] = {}
        for name, entity in names(folder):
            folded = _plain(name)
            if self._ids.setdefault(folded, entity) == entity:
                self._dictionary.create_dictionary_entry(folded, 1)

    def tag(self, texts: Sequence[str]) -> Sequence[Any]:
        return [self._tagged(text) for text in texts]

    def _tagged(self, text: str) -> list[tuple[int, int, int, str]]:
        out = []
        for run in self._RUN.finditer(text):
            words = [(m.start(), m.end()) for m in self._WORD.finditer(text, *run.span())]
            for i, (start, _) in enumerate(words):
                if not text[start].isupper():
                    continue
                for j in range(i, min(i + MOST_TOKENS, len(words))):
                    if not text[words[j][0]].isupper():
                        continue
                    end = words[j][1]
                    plain = _plain(text[start:end])
                    if len(plain) < 4 or (i == j and is_ordinary(plain, "Latn")):
                        continue
                    for one in self._dictionary.lookup(plain, self._closest, 1 if len(plain) <= 6 else 2):
                        out.append((one.distance, start, end, self._ids[one.term]))
        return out

    def found(self, text: str, answer: Any) -> list[Found]:
        out: list[Found] = []
        taken: set[int] = set()
        for _, start, end, entity in sorted(answer, key=lambda f: (2 * f[0] - (f[2] - f[1]), f[1])):
            if taken.isdisjoint(range(start, end)):
                taken.update(range(start, end))
                out.append((start, end, entity))
        return sorted(out)


def _plain(name: str) -> str:
    return fold_text(name).replace("-", " ").replace("'", "")


TAGGERS: dict[str, Callable[[], Tagger]] = {
    "entitynorm, exact": lambda: Linking(fuzzy=False),
    "entitynorm, exact, arrays": ExactArrays,
    "entitynorm": lambda: Linking(fuzzy=True),
    "entitynorm, screening": Screening,
    "flashtext": Flashtext,
    "ahocorasick_rs": AhoCorasick,
    "spaCy PhraseMatcher(LOWER)": SpacyLower,
    "symspellpy, 2 edits": SymSpell,
}
