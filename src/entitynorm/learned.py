"""The learned scorer: weights for the features of `entitynorm.evidence`, fitted by ``learning/fit_scorer.py``.

The log-odds of a candidate are a sum over its features; each feature contributes a piecewise linear function of its
value, with slopes that may differ for people, places and the rest, for names of one word and across scripts. A
probability comes of competition: every candidate's odds against all others and against NIL (list-wise logistic
regression: Cao et al. 2007, with NIL as a candidate of log-odds 0).
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from entitynorm.errors import DataError
from entitynorm.evidence import FEATURES, INDEX
from entitynorm.names.types import entity_class
from entitynorm.resources import data_dir

_SIMILARITIES = (
    "covered", "fuller", "weakest", "letters", "order_letters", "latin_letters", "latin_order_letters", "whole",
    "nats", "doubt",
)  # fmt: skip
_KNOTS = (0.25, 0.5, 0.7, 0.8, 0.88, 0.94, 0.98)
_BY_CLASS = (
    "base", "covered", "fuller", "weakest", "extra", "missing", "both", "surplus", "lack", "one_word", "one_word_alias",
    "inverted", "acronym", "numbers", "bond", "translated", "letters", "initials", "slip", "length", "nats", "doubt",
    "whole", "kindred", "skeleton", "other_start", "lone_slip", "refused", "beside",
)  # fmt: skip
_ALONE = (
    "covered", "weakest", "letters", "latin_letters", "slip", "length", "inflected", "adjective", "nats", "doubt",
    "whole", "kindred", "skeleton", "other_start", "refused",
)  # fmt: skip
_CROSS = (
    "base", "covered", "weakest", "inflected", "adjective", "one_word", "length", "translated", "acronym", "nats",
    "doubt", "whole", "kindred", "skeleton", "other_start", "lone_slip", "refused",
)  # fmt: skip
_FEW = (
    "covered", "fuller", "weakest", "kindred", "skeleton", "other_start", "one_word", "both", "extra", "missing",
    "surplus", "lack", "doubt", "nats", "letters", "other_given", "length", "joined", "slip", "one_script", "acronym",
    "translated", "lone_slip", "beside", "generic", "other_surname", "other_place_type", "place_type_missing",
    "numbers", "concept_extra", "concept_clash", "inverted",
)  # fmt: skip
_CLASSES = ("PERSON", "PLACE")
SCHEMA = "scorer-2"

Basis = tuple[tuple[str, str], ...]


def basis() -> Basis:
    """Every term of the score: (feature, how it enters).

    It enters linear, over a knot, by class, alone, across scripts or with few names.
    """
    out: list[tuple[str, str]] = []
    for feature in FEATURES:
        out.append((feature, "linear"))
        if feature in _SIMILARITIES:
            out += [(feature, f"over {knot}") for knot in _KNOTS]
        if feature in _BY_CLASS:
            out += [(feature, kind) for kind in _CLASSES]
        if feature in _ALONE:
            out.append((feature, "alone"))
            if feature in ("covered", "weakest"):
                out += [(feature, f"alone over {knot}") for knot in _KNOTS]
        if feature in _FEW:
            out.append((feature, "few"))
        if feature in _CROSS:
            out.append((feature, "across"))
            if feature == "weakest":
                out += [(feature, f"across over {knot}") for knot in _KNOTS]
    return tuple(out)


def _entry(how: str) -> tuple[str, float]:
    """(condition, knot) of a way to enter."""
    condition, _, knot = how.rpartition("over ")
    if knot and how != knot:
        return condition.strip(), float(knot)
    return ("" if how == "linear" else how), 0.0


def expand(values: Sequence[float], kind: str) -> list[float]:
    """The terms of the score for one pair of names, in the order of `basis`; the fitting script's view."""
    holds = _conditions(values, kind)
    out = []
    for feature, condition, knot in _entries():
        value = values[feature]
        out.append(max(0.0, value - knot) if knot else value)
        if condition and condition not in holds:
            out[-1] = 0.0
    return out


@cache
def _entries() -> tuple[tuple[int, str, float], ...]:
    return tuple((INDEX[feature], *_entry(how)) for feature, how in basis())


_ONE_WORD, _ONE_SCRIPT, _FEW_NAMES = INDEX["one_word"], INDEX["one_script"], INDEX["few_names"]


def _conditions(values: Sequence[float], kind: str) -> frozenset[str]:
    holds = {kind}
    if values[_ONE_WORD]:
        holds.add("alone")
    if not values[_ONE_SCRIPT]:
        holds.add("across")
    if values[_FEW_NAMES]:
        holds.add("few")
    return frozenset(holds)


@dataclass(frozen=True, slots=True)
class LearnedScorer:
    """Fitted weights with the threshold of a link and the margin over the next entity."""

    name: str
    threshold: float
    margin: float
    terms: tuple[tuple[tuple[str, float, float], ...], ...]
    """For each feature its (condition, knot, weight) terms."""
    thresholds: tuple[tuple[str, float], ...] = ()
    """(class of entity type, threshold) where a class has its own."""

    def threshold_of(self, entity_type: str) -> float:
        """The least score of a link to an entity of a type."""
        return dict(self.thresholds).get(entity_class(entity_type), self.threshold)

    def contributions(self, values: Sequence[float], kind: str) -> list[float]:
        """What each feature adds to the log-odds, in the order of `FEATURES`."""
        holds = _conditions(values, kind)
        out = []
        for value, terms in zip(values, self.terms, strict=True):
            total = 0.0
            if value:
                for condition, knot, weight in terms:
                    if value > knot and (not condition or condition in holds):
                        total += weight * (value - knot)
            out.append(total)
        return out

    def log_odds_many(self, values: Sequence[Sequence[float]], kinds: Sequence[str]) -> list[float]:
        """`log_odds` of many pairs of names."""
        if not values:
            return []
        matrix = np.array(values)
        columns, knots, weights, conditions = _flat(self)
        held = np.zeros((len(values), len(_CONDITIONS)), bool)
        held[:, 0] = True
        names = np.array(kinds)
        for n, condition in enumerate(_CONDITIONS[1 : 1 + len(_CLASSES)], 1):
            held[:, n] = names == condition
        held[:, _CONDITIONS.index("alone")] = matrix[:, _ONE_WORD] > 0
        held[:, _CONDITIONS.index("across")] = matrix[:, _ONE_SCRIPT] == 0
        held[:, _CONDITIONS.index("few")] = matrix[:, _FEW_NAMES] > 0
        terms = np.maximum(matrix[:, columns] - knots, 0.0) * held[:, conditions]
        # Row by row, not as a matrix product: that rounds differently with the number of rows.
        found: list[float] = np.ascontiguousarray(terms * weights).sum(axis=1).tolist()
        return found

    def log_odds_by_column(
        self, columns: Mapping[str, NDArray[np.float64]], kinds: Mapping[str, NDArray[np.bool_]]
    ) -> NDArray[np.float64]:
        """`log_odds` of thousands of pairs of names, told feature by feature; what is not told is 0 for all.

        ``kinds``: for each class (PERSON, PLACE) which pairs are of it. Sums may differ from `log_odds` in their last
        digits, but never with what else is asked about.
        """
        held = {
            **kinds,
            "alone": columns["one_word"] > 0,
            "across": columns["one_script"] == 0,
            "few": columns["few_names"] > 0,
        }
        out = np.zeros(len(columns["one_word"]))
        for feature, condition, knots, worth in _curves(self):
            values = columns.get(feature)
            if values is not None:
                added = np.interp(values, knots, worth)
                out += np.where(held[condition], added, 0.0) if condition else added
        return out

    def log_odds(self, values: Sequence[float], kind: str) -> float:
        """The log-odds of one candidate against NIL, before others compete."""
        return sum(self.contributions(values, kind))


_CONDITIONS = ("", *_CLASSES, "alone", "across", "few")


@cache
def _flat(
    scorer: LearnedScorer,
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """All terms of a scorer side by side: feature, knot, weight, condition."""
    terms = [
        (feature, knot, weight, _CONDITIONS.index(condition))
        for feature, some in enumerate(scorer.terms)
        for condition, knot, weight in some
    ]
    columns, knots, weights, conditions = zip(*terms, strict=True) if terms else ((), (), (), ())
    return np.array(columns, np.int64), np.array(knots), np.array(weights), np.array(conditions, np.int64)


@cache
def _curves(
    scorer: LearnedScorer,
) -> tuple[tuple[str, str, NDArray[np.float64], NDArray[np.float64]], ...]:
    """What each feature adds under each condition: (feature, condition, values, what these are worth)."""
    out = []
    for feature, terms in zip(FEATURES, scorer.terms, strict=True):
        for condition in dict.fromkeys(condition for condition, _, _ in terms):
            own = [(knot, weight) for c, knot, weight in terms if c == condition]
            knots = sorted({0.0, 1.0, *(knot for knot, _ in own)})
            worth = [sum(weight * max(0.0, at - knot) for knot, weight in own) for at in knots]
            out.append((feature, condition, np.array(knots), np.array(worth)))
    return tuple(out)


def read_scorer(path: Path) -> LearnedScorer:
    """A scorer from its file; raises DataError where it is not one."""
    try:
        raw: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if raw["schema"] != SCHEMA:
            raise DataError(
                f"{path}: schema is {raw['schema']!r}, expected {SCHEMA!r}; is the file of another version?"
            )
        weights: Mapping[str, Mapping[str, float]] = raw["weights"]
        unknown = sorted(weights.keys() - FEATURES.keys())
        if unknown:
            raise DataError(f"{path}: no feature is called {unknown[0]!r}; fit the scorer again")
        terms = tuple(
            tuple((*_entry(how), float(weight)) for how, weight in weights.get(feature, {}).items())
            for feature in FEATURES
        )
        own = tuple((kind, float(value)) for kind, value in sorted(raw.get("thresholds", {}).items()))
        return LearnedScorer(raw["name"], float(raw["threshold"]), float(raw["margin"]), terms, own)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(f"{path}: not a readable scorer ({error!r}); reinstall entitynorm") from error


@cache
def learned_scorer() -> LearnedScorer:
    """The packaged scorer."""
    return read_scorer(data_dir() / "scorer.json")


def compete(log_odds: Sequence[float]) -> list[float]:
    """For each candidate the logarithm of what stands against it: NIL and all other candidates."""
    if not log_odds:
        return []
    top = max(0.0, *log_odds)
    shares = [math.exp(z - top) for z in log_odds]
    nil = math.exp(-top)
    # Summed afresh for each, since a difference of the whole sum and one share would lose the small ones.
    others = (sum(shares[:n]) + sum(shares[n + 1 :]) + nil for n in range(len(shares)))
    return [math.log(max(other, 1e-300)) + top for other in others]


def chance(log_odds: float) -> float:
    """The probability of log-odds; below 1, which identical spellings alone score."""
    return min(0.999, 1 / (1 + math.exp(-log_odds))) if log_odds > -700 else 0.0
