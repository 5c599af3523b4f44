"""Matchers of single names under one protocol: entitynorm and its peers.

Every import of a peer stands where it is used: the file runs in the environment of the package and in that of the
peers. What a matcher is measured by stands in measure_matcher.py.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

TOP = 10


@dataclass(frozen=True, slots=True)
class Answer:
    """Entities for one query, best first, each once; ``decided``: the id of a matcher that decides itself, or NIL."""

    ranked: list[tuple[str, float]]
    decided: str | None = None


class Matcher(Protocol):
    """What is measured."""

    package: str
    batch: int
    decides: bool
    """Whether it answers NIL by itself; for others the best threshold is looked for."""

    def build(self, folder: Path) -> None:
        """Make the index of FOLDER/gazetteer.jsonl."""

    def find(self, texts: Sequence[str]) -> list[Answer]:
        """At most `TOP` entities for each text."""

    def index_bytes(self) -> int | None:
        """The size of the index where it can be told."""


def spellings(folder: Path) -> Iterator[tuple[str, str]]:
    """(text, id) of every listed name."""
    with (folder / "gazetteer.jsonl").open(encoding="utf-8") as stream:
        for line in stream:
            record = json.loads(line)
            yield record["name"], record["id"]
            for alias in record.get("aliases", ()):
                yield alias["text"], record["id"]


def _distinct(found: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
    best: dict[str, float] = {}
    for entity, score in found:
        best.setdefault(entity, score)
    return list(best.items())[:TOP]


# -------------------------------------------------------------------------------------------------- entitynorm


class Entitynorm:
    """The package, over JSON lines in memory."""

    package = "entitynorm"
    batch = 256
    decides = True

    def build(self, folder: Path) -> None:
        import entitynorm

        self.linker = entitynorm.load(self.source(folder))
        self.linker.resolve("-")  # makes what is made at the first question

    def source(self, folder: Path) -> Path:
        """The gazetteer that is loaded."""
        return folder / "gazetteer.jsonl"

    def find(self, texts: Sequence[str]) -> list[Answer]:
        links = self.linker.resolve_many(texts)
        return [Answer([(c.id, c.score) for c in link.candidates[:TOP]], link.id) for link in links]

    def index_bytes(self) -> int | None:
        return None


class Compiled(Entitynorm):
    """The package, over a compiled gazetteer: ``build`` is the opening alone."""

    def source(self, folder: Path) -> Path:
        self.path = folder / "gazetteer.enx"
        return self.path

    def index_bytes(self) -> int | None:
        return self.path.stat().st_size


def compile_gazetteer(folder: Path) -> dict[str, float]:
    """Compile FOLDER/gazetteer.jsonl as the command line does; CPU seconds and peak megabytes."""
    command = [sys.executable, "-m", "entitynorm", "build", str(folder / "gazetteer.jsonl")]
    subprocess.run([*command, "-o", str(folder / "gazetteer.enx")], check=True, stderr=subprocess.DEVNULL)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {"compile_seconds": used.ru_utime + used.ru_stime, "compile_mb": used.ru_maxrss / 1024}


# ------------------------------------------------------------------------------------------------------- peers


class Rapidfuzz:
    """A scorer of rapidfuzz against every name, over lower-case unidecode."""

    package = "rapidfuzz"
    batch = 1
    decides = False

    def __init__(self, scorer: str) -> None:
        self.scorer = scorer

    def build(self, folder: Path) -> None:
        from unidecode import unidecode

        fuzz, distance = import_module("rapidfuzz.fuzz"), import_module("rapidfuzz.distance")
        self._score: Any = getattr(fuzz, self.scorer, None) or getattr(distance, self.scorer).similarity
        self._plain = unidecode
        self._ids: list[str] = []
        self._texts: list[str] = []
        for text, entity in spellings(folder):
            self._texts.append(unidecode(text).lower())
            self._ids.append(entity)

    def find(self, texts: Sequence[str]) -> list[Answer]:
        from rapidfuzz import process

        return [
            Answer(_distinct([(self._ids[n], score) for _, score, n in found]))
            for text in texts
            for found in [process.extract(self._plain(text).lower(), self._texts, scorer=self._score, limit=2 * TOP)]
        ]

    def index_bytes(self) -> int | None:
        return None


class SymSpell:
    """symspellpy: whole names within two edits, over lower-case unidecode."""

    package = "symspellpy"
    batch = 1
    decides = False

    def build(self, folder: Path) -> None:
        from unidecode import unidecode

        symspellpy: Any = import_module("symspellpy")
        self._dictionary, self._closest = symspellpy.SymSpell(2, 7), symspellpy.Verbosity.CLOSEST
        self._plain = unidecode
        self._ids: dict[str, list[str]] = {}
        for text, entity in spellings(folder):
            plain = unidecode(text).lower()
            if plain not in self._ids:
                self._dictionary.create_dictionary_entry(plain, 1)
            self._ids.setdefault(plain, []).append(entity)

    def find(self, texts: Sequence[str]) -> list[Answer]:
        out = []
        for text in texts:
            found = self._dictionary.lookup(self._plain(text).lower(), self._closest, 2)
            out.append(Answer(_distinct([(e, -float(one.distance)) for one in found for e in self._ids[one.term]])))
        return out

    def index_bytes(self) -> int | None:
        return None


class TfIdf:
    """scikit-learn: cosine of TF-IDF weighted character 3-grams, sparse, over lower-case unidecode."""

    package = "scikit-learn"
    batch = 32
    decides = False

    def build(self, folder: Path) -> None:
        from unidecode import unidecode

        text_features: Any = import_module("sklearn.feature_extraction.text")
        self._plain = unidecode
        rows = list(spellings(folder))
        self._ids = [entity for _, entity in rows]
        self._vectors = text_features.TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 3), lowercase=False)
        self._names = self._vectors.fit_transform([unidecode(text).lower() for text, _ in rows]).T.tocsr()

    def find(self, texts: Sequence[str]) -> list[Answer]:
        import numpy as np

        found = self._vectors.transform([self._plain(text).lower() for text in texts]) @ self._names
        out = []
        for n in range(len(texts)):
            start, end = found.indptr[n], found.indptr[n + 1]
            columns, scores = found.indices[start:end], found.data[start:end]
            best = np.argsort(-scores, kind="stable")[: 2 * TOP] if len(scores) < 100 else _largest(scores, 2 * TOP)
            out.append(Answer(_distinct([(self._ids[columns[k]], float(scores[k])) for k in best])))
        return out

    def index_bytes(self) -> int | None:
        return int(self._names.data.nbytes + self._names.indices.nbytes + self._names.indptr.nbytes)


def _largest(scores: Any, most: int) -> Any:
    import numpy as np

    some = np.argpartition(-scores, most)[:most]
    return some[np.argsort(-scores[some], kind="stable")]


class Gilda:
    """gilda: look-up of normalised spellings."""

    package = "gilda"
    batch = 1
    decides = False

    def build(self, folder: Path) -> None:
        grounder: Any = import_module("gilda.grounder")
        term: Any = import_module("gilda.term").Term
        normalize: Any = import_module("gilda.process").normalize
        self._grounder = grounder.Grounder(
            [term(normalize(text), text, "made", entity, text, "name", "made") for text, entity in spellings(folder)]
        )

    def find(self, texts: Sequence[str]) -> list[Answer]:
        return [Answer(_distinct([(m.term.id, m.score) for m in self._grounder.ground(text)])) for text in texts]

    def index_bytes(self) -> int | None:
        return None


MATCHERS: dict[str, Callable[[], Matcher]] = {
    "entitynorm": Entitynorm,
    "entitynorm, compiled": Compiled,
    "rapidfuzz WRatio": lambda: Rapidfuzz("WRatio"),
    "rapidfuzz JaroWinkler": lambda: Rapidfuzz("JaroWinkler"),
    "rapidfuzz token_sort_ratio": lambda: Rapidfuzz("token_sort_ratio"),
    "symspellpy, 2 edits": SymSpell,
    "TF-IDF 3-grams": TfIdf,
    "gilda": Gilda,
}
