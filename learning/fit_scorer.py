"""Fit the weights of the learned scorer (``data/scorer.json``) by list-wise logistic regression with NIL.

    python learning/fit_scorer.py SETDIR... [--names QUERIES.tsv GAZETTEER.jsonl] [--pairs PAIRS.tsv] \\
        -o data/scorer.json
    python learning/fit_scorer.py ... --leave-one-out        # fit without each set in turn, and score it

A set is a folder with ``gazetteer.jsonl`` ({id, type, canonical, names: [{text}]}) and ``queries.jsonl`` ({query, id or
null}). Every query is learned from as it is and, for a share of them chosen by a hash, once more with its right entity
taken away, so that "none of these" is learned as well as "this one". ``--names`` are names with hard negatives, and
``--pairs`` labelled pairs of names (a list of one candidate each); both count by ``--names-weight`` and
``--pairs-weight``. No string of a set is kept, only some hundred weights.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import time
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize

from entitynorm.comparing import Layer
from entitynorm.comparison import sides
from entitynorm.evidence import FEATURES, compare_names
from entitynorm.learned import SCHEMA, LearnedScorer, basis, expand
from entitynorm.load import read_gazetteer
from entitynorm.model import Alias, Entity
from entitynorm.names.structure import parse
from entitynorm.records import entity_from_record
from entitynorm.retrieval.build import name_key
from entitynorm.retrieval.index import NameIndex
from entitynorm.testing.spellings import KINDS, MAKERS

WRITTEN = {"weak": -14.0, "less_prominent": -4.0}
"""A weak alias does not decide alone; the less prominent of two namesakes gives way."""
VETOES = {"other_given": -4.0, "other_gender": -4.0, "other_country": -2.0, "concept_missing": -1.1, "few_names": -0.3}
"""Added where names are few: the sets are of big lists, and a curated one has to keep a person's brother apart."""
PLACE_LOOK_ALIKES = (
    "{} Raion", "{} district", "{} River", "Lake {}", "New {}", "Upper {}", "{} Oblast", "Mount {}",
    "{}, Texas", "{} Khan",
)  # fmt: skip
OTHER_COUNTRIES = ("Polish", "Belarusian", "Norwegian", "Egyptian")
UNFITTED = LearnedScorer("unfitted", 0.5, 0.0, tuple(() for _ in FEATURES))
PAIR_TYPES = {"person": "PERSON", "place": "PLACE", "address": "PLACE"}


@dataclass
class Lists:
    """Candidate lists of one set: rows of terms, which list each belongs to, which is right."""

    name: str
    rows: list[Any] = field(default_factory=list)
    group: list[int] = field(default_factory=list)
    right: list[bool] = field(default_factory=list)
    entity: list[int] = field(default_factory=list)
    """Which entity each row's alias names."""
    truth: list[bool] = field(default_factory=list)
    """For each list, whether there is a right entity in the gazetteer at all."""
    weight: float = 1.0
    groups: int = 0
    stress: list[bool] = field(default_factory=list)
    """For each list, whether its right entity was taken away."""

    def add(self, candidates: Iterable[tuple[list[float], bool, int]], *, exists: bool, stress: bool = False) -> None:
        for row, right, entity in candidates:
            self.rows.append(row)
            self.entity.append(entity)
            self.group.append(self.groups)
            self.right.append(right)
        self.truth.append(exists)
        self.stress.append(stress)
        self.groups += 1

    def take(self, other: Lists) -> None:
        """Put the lists of another set behind these."""
        self.rows += other.rows
        self.group += [group + self.groups for group in other.group]
        self.right += other.right
        self.entity += other.entity
        self.truth += other.truth
        self.stress += other.stress
        self.groups += other.groups


def entities(path: Path) -> list[Entity]:
    out = []
    for line in path.open(encoding="utf-8"):
        r = json.loads(line)
        name = r.get("canonical") or r["name"]
        names = r["names"] if "names" in r else r.get("aliases", [])
        texts = [n["text"] if isinstance(n, dict) else n for n in names]
        record: dict[str, Any] = {"id": r["id"], "type": r["type"], "name": name}
        record["aliases"] = [t for t in dict.fromkeys(texts) if t != name]
        if r.get("population"):
            record["weight"] = r["population"]
        out.append(entity_from_record(record, path.name))
    return out


def lists_of(name: str, gazetteer: Path, queries: list[tuple[str, str | None]], *, removed: int) -> Lists:
    return lists_from(entities(gazetteer), queries, removed=removed, name=name)


def lists_from(known: list[Entity], queries: list[tuple[str, str | None]], *, removed: int, name: str) -> Lists:
    index = NameIndex.of(known)
    layer = Layer(index, lambda n: known[n], UNFITTED)
    out = Lists(name)
    for k in range(0, len(queries), 256):
        block = queries[k : k + 256]
        for (query, wanted), scored in zip(block, layer.examine([q for q, _ in block]), strict=True):
            rows = [
                (expand(s.compared.values, s.target.kind), index.entity_id(s.entity) == wanted, s.entity)
                for s in scored
            ]
            out.add(rows, exists=wanted is not None)
            if zlib.crc32(query.encode()) % 100 < removed:
                out.add([row for row in rows if not row[1]], exists=False, stress=True)
    return out


def labelled(table: Path) -> list[tuple[str, str | None]]:
    """(query, id or None) of a table of names: columns query, expected (an id or NIL), or query, entity_id, same."""
    with table.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t"))
    if "expected" in rows[0]:
        return [(r["query"], None if r["expected"] == "NIL" else r["expected"]) for r in rows]
    return [(r["query"], r["entity_id"] if r["same"] == "1" else None) for r in rows]


def warm_lists(gazetteer: Path, queries: list[tuple[str, str | None]]) -> Lists:
    """The names once more, with every other spelling of an entity listed as its alias."""
    known = entities(gazetteer)
    spellings: dict[str, list[str]] = {}
    for query, wanted in queries:
        if wanted is not None:
            spellings.setdefault(wanted, []).append(query)
    out = Lists("names listed")
    for query, wanted in queries:
        own = query.casefold()
        fuller = [with_aliases(e, [s for s in spellings.get(e.id, ()) if s.casefold() != own]) for e in known]
        one = lists_from(fuller, [(query, wanted)], removed=0, name="")
        out.take(one)
    return out


def with_aliases(entity: Entity, texts: list[str]) -> Entity:
    listed = {entity.name, *(a.text for a in entity.aliases)}
    return replace(entity, aliases=(*entity.aliases, *(Alias(t) for t in dict.fromkeys(texts) if t not in listed)))


def generated_lists(paths: list[Path]) -> Lists:
    """Spellings that rules make of the names of gazetteers: romanisations, case forms, titles, acronyms, odd encodings.

    For a third of them the entity is taken away as well, so that a made spelling is no proof by itself.
    """
    out = Lists("generated")
    for path in paths:
        known = [entity for entity, _ in read_gazetteer(path).entries()]
        queries: list[tuple[str, str | None]] = []
        for entity in known:
            for kind in KINDS:
                made = sorted(dict.fromkeys(MAKERS[kind](entity)), key=lambda form: zlib.crc32(form.encode()))
                queries += [(form, entity.id) for form in made[:3]]
        queries += [(form, None) for form in look_alikes(known)]
        one = lists_from(known, queries, removed=33, name="")
        out.take(one)
    return out


def look_alikes(known: list[Entity]) -> list[str]:
    """Names that look like listed ones and are others: another first name, another kind of place, another country."""
    listed = {name_key(a.text) for e in known for a in (Alias(e.name), *e.aliases)}
    people = [e.name.split() for e in known if e.type == "PERSON" and len(e.name.split()) == 2]
    out: list[str] = []
    for k, (given, surname) in enumerate(people):
        for step in (1, 3, 7):
            other = people[(k + step) % len(people)][0]
            if parse(other).units[0].given.isdisjoint(parse(given).units[0].given):
                out += [f"{other} {surname}"]
    for entity in known:
        plain = parse(entity.name).units
        if entity.type == "PLACE" and not any(u.types for u in plain) and plain:
            out += [form.format(entity.name) for form in PLACE_LOOK_ALIKES]
        countries = [u for u in plain if u.countries]
        if entity.type == "ORG" and len(countries) == 1 and len(plain) > 1:
            out += [entity.name.replace(countries[0].words[0].text, other) for other in OTHER_COUNTRIES]
    return [name for name in dict.fromkeys(out) if name_key(name) not in listed]


def pair_lists(path: Path) -> Lists:
    out = Lists("pairs")
    with path.open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE):
            if row["same"] not in ("0", "1"):
                continue
            kind = PAIR_TYPES.get(row["type"], "ORG")
            query, alias = sides(parse(row["name_a"]), parse(row["name_b"]), kind)
            values = compare_names(query, alias).values
            out.add([(expand(values, kind), row["same"] == "1", 0)], exists=row["same"] == "1")
    return out


AGAINST = frozenset(
    {
        "extra",
        "missing",
        "both",
        "surplus",
        "lack",
        "doubt",
        "inverted",
        "numbers",
        "other_start",
        "lone_slip",
        "other_surname",
        "other_given",
        "other_father",
        "other_gender",
        "other_country",
        "other_place_type",
        "place_type_missing",
        "concept_extra",
        "concept_missing",
        "concept_clash",
        "generic",
        "country_missing",
        "country_extra",
        "surname_alone",
        "slip",
        "word_count",
        "refused",
        "beside",
    }
)
"""Features that may only speak against a candidate, whatever a handful of lists would have them say."""
FOR = frozenset(
    {
        "covered",
        "fuller",
        "weakest",
        "bond",
        "nats",
        "letters",
        "order_letters",
        "latin_letters",
        "latin_order_letters",
        "whole",
        "kindred",
        "skeleton",
        "squeezed",
        "acronym",
        "acronym_sole",
        "titled",
    }
)
"""Features that may, taken by themselves, only speak for one."""


def bounds() -> list[tuple[float | None, float | None]]:
    """The sign of every term: (least, most)."""
    out: list[tuple[float | None, float | None]] = []
    for feature, how in basis():
        if feature in AGAINST:
            out.append((None, 0.0))
        elif feature in FOR and how == "linear":
            out.append((0.0, None))
        else:
            out.append((None, None))
    return out


def fit(sets: list[Lists], ridge: float) -> tuple[np.ndarray, np.ndarray]:
    matrix = np.concatenate([np.array(s.rows, np.float32) for s in sets])
    right = np.concatenate([np.array(s.right) for s in sets])
    weight = np.concatenate([np.full(s.groups, s.weight / s.groups) for s in sets])
    offset = np.cumsum([0] + [s.groups for s in sets])
    group = np.concatenate([np.array(s.group) + o for s, o in zip(sets, offset, strict=False)])
    count = int(offset[-1])
    weight /= weight.sum()
    found = np.zeros(count, bool)
    np.logical_or.at(found, group, right)
    # Rare terms are held back as well: a handful of lists must not earn a weight that decides alone.
    scale = np.maximum(np.sqrt((matrix**2).mean(0)), 0.15)
    scaled = matrix / scale

    def loss(w: np.ndarray) -> tuple[float, np.ndarray]:
        z = scaled @ w
        top = np.zeros(count)
        np.maximum.at(top, group, z)
        share = np.exp(z - top[group])
        total = np.bincount(group, share, count) + np.exp(-top)
        p = share / total[group]
        good = np.where(found, np.bincount(group, share * right, count), np.exp(-top))
        target = np.where(right, share / np.maximum(np.bincount(group, share * right, count), 1e-30)[group], 0)
        gradient = scaled.T @ ((p - target) * weight[group])
        return float(-(np.log(good / total) * weight).sum() + ridge * (w**2).sum()), gradient + 2 * ridge * w

    start = np.zeros(matrix.shape[1])
    best = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds(), options={"maxiter": 300})
    return best.x / scale, scale


def answers(lists: Lists, weights: np.ndarray) -> list[tuple[float, bool, bool]]:
    """(score of the best entity, whether it is right, whether there is a right one) for each list."""
    out = [(0.0, False, exists) for exists in lists.truth]
    z = np.array(lists.rows, np.float64) @ weights if len(lists.rows) else np.zeros(0)
    best: list[dict[int, tuple[float, bool]]] = [{} for _ in out]
    for group, entity, odds, right in zip(lists.group, lists.entity, z.tolist(), lists.right, strict=True):
        if entity not in best[group] or odds > best[group][entity][0]:
            best[group][entity] = (odds, right)
    for n, some in enumerate(best):
        if some:
            odds = np.array([o for o, _ in some.values()])
            top = max(0.0, float(odds.max()))
            share = np.exp(odds - top)
            k = int(share.argmax())
            out[n] = (float(share[k] / (share.sum() + np.exp(-top))), list(some.values())[k][1], lists.truth[n])
    return out


def f1(found: list[tuple[float, bool, bool]], threshold: float) -> float:
    given = [right for score, right, _ in found if score >= threshold]
    return 2 * sum(given) / max(1, len(given) + sum(exists for *_, exists in found))


def report(lists: Lists, weights: np.ndarray, threshold: float) -> str:
    found = [a for a, stress in zip(answers(lists, weights), lists.stress, strict=True) if not stress]
    best = max((f1(found, t / 100), t / 100) for t in range(5, 100, 5))
    scores = np.array([s for s, *_ in found])
    right = np.array([r for _, r, _ in found], float)
    bins = np.minimum((scores * 10).astype(int), 9)
    held = [bins == b for b in set(bins.tolist())]
    error = sum(abs(scores[some].mean() - right[some].mean()) * some.mean() for some in held)
    reached = f"F1 {f1(found, threshold):.3f}  best {best[0]:.3f} at {best[1]:.2f}"
    return f"{lists.name:20s} {reached}  calibration error {error:.3f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="*", type=Path)
    parser.add_argument("--names", nargs=2, type=Path, action="append", default=[], metavar=("QUERIES", "GAZETTEER"))
    parser.add_argument("--pairs", type=Path)
    parser.add_argument("--gazetteers", nargs="*", type=Path, help="gazetteers to make spellings of names from")
    parser.add_argument("--most", type=int, default=2200, help="queries of a set")
    parser.add_argument("--removed", type=int, default=12, help="per cent of queries learned from without their entity")
    parser.add_argument("--names-weight", type=float, default=2.0)
    parser.add_argument("--pairs-weight", type=float, default=3.0)
    parser.add_argument("--ridge", type=float, default=3e-6)
    parser.add_argument("--threshold", type=float, default=0.33)
    parser.add_argument("--leave-one-out", action="store_true")
    parser.add_argument("--cache", type=Path, help="where to keep the lists between runs")
    parser.add_argument("-o", "--output", type=Path)
    args = parser.parse_args()
    sets = gather(args)
    for one in sets:
        if one.name.startswith("names"):
            one.weight = args.names_weight
        if one.name == "pairs":
            one.weight = args.pairs_weight
    weights, _ = fit(sets, args.ridge)
    for one in sets:
        print(report(one, weights, args.threshold))
    if args.leave_one_out:
        for one in sets:
            rest, _ = fit([s for s in sets if s is not one], args.ridge)
            print("left out:", report(one, rest, args.threshold))
    if args.output:
        write(args.output, weights, args.threshold)


def gather(args: argparse.Namespace) -> list[Lists]:
    sets = []
    for folder in args.sets:
        rows = [json.loads(line) for line in (folder / "queries.jsonl").open(encoding="utf-8")]
        rows.sort(key=lambda r: zlib.crc32(r["query"].encode()))
        queries = [(r["query"], r["id"]) for r in rows[: args.most]]
        started = time.process_time()
        kept = args.cache / f"{folder.name}.npz" if args.cache else None
        if kept is not None and kept.exists():
            sets.append(load_lists(kept))
        else:
            sets.append(lists_of(folder.name, folder / "gazetteer.jsonl", queries, removed=args.removed))
            if kept is not None:
                save_lists(sets[-1], kept)
        print(f"{folder.name}: {len(sets[-1].rows)} rows in {time.process_time() - started:.0f} s", file=sys.stderr)
    for table, gazetteer in args.names:
        queries = labelled(table)
        sets.append(lists_of("names", gazetteer, queries, removed=0))
        sets.append(warm_lists(gazetteer, queries))
    if args.gazetteers:
        sets.append(generated_lists(args.gazetteers))
    if args.pairs:
        sets.append(pair_lists(args.pairs))
    return sets


def save_lists(lists: Lists, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        path,
        rows=np.array(lists.rows, np.float32),
        group=lists.group,
        right=lists.right,
        entity=lists.entity,
        truth=lists.truth,
        stress=lists.stress,
        name=lists.name,
    )


def load_lists(path: Path) -> Lists:
    with np.load(path) as kept:
        columns = [kept[column].tolist() for column in ("group", "right", "truth")]
        out = Lists(str(kept["name"]), list(kept["rows"]), *columns)
        out.stress, out.entity = kept["stress"].tolist(), kept["entity"].tolist()
    out.groups = len(out.truth)
    return out


def write(path: Path, weights: np.ndarray, threshold: float) -> None:
    """The scorer's file; what no set can teach, since none declares it, is written by hand (`WRITTEN`)."""
    table: dict[str, dict[str, float]] = {}
    for (feature, how), weight in zip(basis(), weights.tolist(), strict=True):
        if abs(weight) >= 5e-4:
            table.setdefault(feature, {})[how] = round(weight, 3)
    table.update({feature: {"linear": weight} for feature, weight in WRITTEN.items()})
    for feature, weight in VETOES.items():
        terms = table.setdefault(feature, {})
        terms["few"] = round(terms.get("few", 0.0) + weight, 3)
    record = {
        "schema": SCHEMA,
        "name": "v2",
        "about": "Weights of entitynorm.evidence.FEATURES, fitted by learning/fit_scorer.py; "
        "log-odds per unit of the value.",
        "threshold": threshold,
        "margin": 0.02,
        "weights": table,
    }
    path.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
