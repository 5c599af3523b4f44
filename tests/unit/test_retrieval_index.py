"""The index over a small gazetteer: what leads where, and that a compiled file is the same index."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import entitynorm
from entitynorm import Entity, Gazetteer, GazetteerError, Linker
from entitynorm.io.compiled import CompiledGazetteer, build
from entitynorm.model import Alias, Fuzzy
from entitynorm.retrieval.build import aliases_of, name_key
from entitynorm.retrieval.index import NameIndex
from entitynorm.retrieval.search import search_terms
from entitynorm.scoring import probability
from entitynorm.text.terms import MOST_TERMS

ENTITIES = (
    Entity("place:zenda", "PLACE", "Zenda", aliases=(Alias("Зенда", lang="ru"),), weight=10.0, was=("place:senda",)),
    Entity("place:new-strelsau", "PLACE", "New Strelsau", blocked=("Old Strelsau", "Strelsau-on-Sea")),
    Entity("org:rnm", "ORG", "Ruritanian National Museum", aliases=(Alias("RNM Zenda", fuzzy="off"),)),
    Entity("person:rassendyll", "PERSON", "Rudolf Rassendyll", aliases=(Alias("Rassendyll", strength="weak"),)),
    Entity("person:hentzau", "PERSON", "Rupert of Hentzau", aliases=(Alias("RUPERT OF HENTZAU"), Alias("☃"))),
)
NAMES = [
    "Zenda", "zenda", "Зенды", "Senda", "Zendá", "New Strelsau", "Newstrelsau", "Old Strelsau", "RNM", "R.N.M.",
    "Rassendyll", "Rudolph Rassendil", "Ruprecht Hentzau", "hentzau", "Museum", "Ruritanian Museum", "☃",
    "", "!", "Xyz",
]  # fmt: skip


@pytest.fixture(scope="module")
def index() -> NameIndex:
    return NameIndex.of(ENTITIES)


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("compiled") / "ruritania.enx"
    build(ENTITIES, path)
    return path


def owners(index: NameIndex, table: str, text: str) -> list[str]:
    return [index.entity_id(index.entity_of(alias)) for alias in index.lookup(table, text)]


@pytest.mark.parametrize(
    ("table", "text", "expected"),
    [
        ("exact", "zenda", ["place:zenda"]),
        ("exact", "зенда", ["place:zenda"]),
        ("exact", "new strelsau", ["place:new-strelsau"]),
        ("exact", "strelsau", []),
        ("exact", "☃", ["person:hentzau"]),
        ("squeezed", "newstrelsau", ["place:new-strelsau"]),
        ("squeezed", "zenda", []),
        ("acronym", "rnm", ["org:rnm"]),
        ("acronym", "rr", []),  # people have no acronyms
    ],
)
def test_whole_names_lead_to_their_entities(index: NameIndex, table: str, text: str, expected: list[str]) -> None:
    assert owners(index, table, text) == expected


def test_ids_and_earlier_ids(index: NameIndex) -> None:
    for number, entity in enumerate(ENTITIES):
        assert index.find_entity(entity.id) == number
    assert index.find_entity("place:senda") == 0
    assert index.find_entity("place:strelsau") is None


def test_what_an_entity_says_of_itself(index: NameIndex) -> None:
    assert index.entities == len(ENTITIES)
    assert [index.entity_name(n) for n in range(5)] == [e.name for e in ENTITIES]
    assert [index.entity_type(n) for n in range(5)] == [e.type for e in ENTITIES]
    assert [index.weight(n) for n in range(5)] == [10.0, None, None, None, None]
    assert [index.blocks(n) for n in range(5)] == [False, True, False, False, False]


def test_aliases_stand_once_and_keep_their_flags(index: NameIndex) -> None:
    for number, entity in enumerate(ENTITIES):
        assert [index.alias_text(a) for a in index.aliases_of(number)] == [a.text for a, _ in aliases_of(entity)]
        assert index.is_canonical(index.aliases_of(number)[0])
    rows = {index.alias_text(a): (index.is_weak(a), index.policy(a)) for a in range(index.aliases)}
    assert rows["Rassendyll"] == (True, "edit") and rows["Rudolf Rassendyll"] == (False, "edit")
    assert rows["RNM Zenda"] == (False, "off")
    assert "RUPERT OF HENTZAU" not in rows  # only case differs


def test_terms_and_frequencies(index: NameIndex) -> None:
    assert index.frequencies(["zenda", "rassendyll", "strelsau", "nothing"]) == [2, 2, 1, 0]
    alias = index.lookup("exact", "rupert of hentzau")[0]
    assert [index.term_text(t) for t in index.alias_terms(alias)] == ["rupert", "of", "hentzau"]
    heavy = dict(zip(("rupert", "of"), index.arrays["term_weight"][index.alias_terms(alias)].tolist(), strict=False))
    assert heavy["of"] < heavy["rupert"]


@pytest.mark.parametrize("name", ["Old Strelsau", "old  STRELSAU", "Strelsau on Sea"])
def test_a_blocked_form_is_never_taken(compiled: Path, name: str) -> None:
    for linker in (entitynorm.load(ENTITIES), entitynorm.load(compiled)):
        link = linker.resolve(name)
        assert (link.id, link.reason) == (None, "blocked")
        assert "place:new-strelsau" not in {c.id for c in link.candidates}
        told = linker.explain(name, "place:new-strelsau")
        assert told.score == 0.0 and "is blocked for this entity" in str(told)


@pytest.mark.parametrize(
    ("a", "b"), [("Al-Zenda", "al zenda"), ("Zénda", "ZENDA"), ("O’Neill", "ONeill"), (" ☃ ", "☃"), ("A.B.", "a b")]
)
def test_spellings_of_one_key(a: str, b: str) -> None:
    assert name_key(a) == name_key(b)


def test_ids_that_stand_twice_are_refused(tmp_path: Path) -> None:
    twice = [*ENTITIES, Entity("place:zenda", "PLACE", "Another Zenda")]
    with pytest.raises(GazetteerError, match=r"place:zenda.*stands twice"):
        NameIndex.of(twice)
    with pytest.raises(GazetteerError, match="stands twice"):
        build(twice, tmp_path / "out.enx")
    assert not list(tmp_path.iterdir())


def test_a_compiled_file_holds_the_same_arrays(index: NameIndex, compiled: Path) -> None:
    opened = CompiledGazetteer(compiled)
    assert list(opened) == list(ENTITIES)
    assert sorted(opened.index.arrays) == sorted(index.arrays)
    for name, values in index.arrays.items():
        found = opened.index.arrays[name]
        assert found.dtype == values.dtype and np.array_equal(found, values, equal_nan=values.dtype.kind == "f"), name


def test_a_compiled_file_answers_as_entities_in_memory(compiled: Path) -> None:
    memory, file = entitynorm.load(ENTITIES), entitynorm.load(compiled)
    for name in NAMES:
        assert file.resolve(name) == memory.resolve(name)
        assert [(c.id, c.score, c.alias) for c in file.search(name)] == [
            (c.id, c.score, c.alias) for c in memory.search(name)
        ]
    for entity in ENTITIES:
        assert str(file.explain("Zenda Museum", entity.id)) == str(memory.explain("Zenda Museum", entity.id))


def test_the_same_entities_give_the_same_bytes(compiled: Path, tmp_path: Path) -> None:
    build(iter(ENTITIES), tmp_path / "again.enx")
    assert (tmp_path / "again.enx").read_bytes() == compiled.read_bytes()


@pytest.mark.parametrize("upper", ["memory", "file"])
def test_a_later_file_hides_what_an_entity_was_called_before(compiled: Path, tmp_path: Path, upper: str) -> None:
    later = [Entity("place:zenda", "PLACE", "Brod"), Entity("place:mirov", "PLACE", "Mirov")]
    path = tmp_path / ("later.enx" if upper == "file" else "later.jsonl")
    if upper == "file":
        build(later, path)
    else:
        path.write_text("".join(f'{{"id": "{e.id}", "type": "PLACE", "name": "{e.name}"}}\n' for e in later))
    linker = entitynorm.load([compiled, path])
    assert linker.resolve("Brod").id == "place:zenda" and linker.resolve("Mirov").id == "place:mirov"
    assert linker.resolve("Zenda").id is None
    assert all(c.alias == "Brod" for c in linker.search("Zenda") if c.id == "place:zenda")
    assert linker.resolve("New Strelsau").id == "place:new-strelsau"
    assert linker.gazetteer.get("place:zenda").name == "Brod"  # type: ignore[union-attr]
    assert sorted(e.id for e in linker.gazetteer) == sorted({e.id for e in (*ENTITIES, *later)})
    # The other way round the first file wins.
    assert entitynorm.load([path, compiled]).resolve("Zenda").id == "place:zenda"


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError, ValueError])
def test_an_interrupted_build_leaves_nothing(tmp_path: Path, error: type[BaseException]) -> None:
    def broken_off() -> Iterator[Entity]:
        yield from ENTITIES
        raise error

    with pytest.raises(error):
        build(broken_off(), tmp_path / "out.enx")
    assert not list(tmp_path.iterdir())


def test_a_weak_name_stays_weak_beside_a_more_prominent_one_and_its_evidence_replays() -> None:
    clubs = [
        Entity(f"org:{n}", "ORG", f"{town} Spartak", aliases=(Alias("Spartak", strength="weak"),), weight=weight)
        for n, (town, weight) in enumerate([("Strelsau", 10.0), ("Zenda", 100.0)])
    ]
    linker = Linker(Gazetteer(clubs))
    assert linker.resolve("Spartak").id is None
    found = linker.search("Spartak")
    assert [c.id for c in found] == ["org:1", "org:0"]
    assert [{e.feature for e in c.evidence} for c in found] == [
        {"weak", "rivals"},
        {"weak", "less_prominent", "rivals"},
    ]
    assert [c.score for c in found] == pytest.approx([probability(tuple(c.evidence)) for c in found])


@pytest.mark.parametrize("policy", ["key", "off", "edit"])
def test_what_an_alias_says_of_the_name_itself_holds_for_the_name(policy: Fuzzy) -> None:
    entity = Entity("place:zenda", "PLACE", "Zenda", aliases=(Alias("ZENDA", fuzzy=policy),))
    ((alias, _),) = aliases_of(entity)
    assert (alias.text, alias.fuzzy) == ("Zenda", policy)


def test_a_name_of_many_provinces_has_no_more_terms_than_are_counted() -> None:
    assert len(search_terms("Херсонщина " * 2)) == 4
    assert len(search_terms("Херсонщина " * MOST_TERMS)) == MOST_TERMS


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("name", ["Strelsau", "Strelsua", "Стрельзау"])
def test_the_most_prominent_of_many_namesakes_are_candidates(tmp_path: Path, name: str, turned: bool) -> None:
    towns = [Entity(f"place:strelsau-{n:02}", "PLACE", "Strelsau", weight=float(1 + n * 7 % 41)) for n in range(41)]
    build(reversed(towns) if turned else towns, tmp_path / "towns.enx")
    linker = entitynorm.load(tmp_path / "towns.enx")
    largest = {e.id for e in sorted(towns, key=lambda e: -(e.weight or 0))[:8]}
    if name == "Strelsau":
        assert linker.resolve(name).reason == "ambiguous"
    else:
        assert largest <= {c.id for c in linker.search(name)}


def test_no_entities_at_all(tmp_path: Path) -> None:
    build([], tmp_path / "empty.enx")
    for linker in (entitynorm.load([]), entitynorm.load(tmp_path / "empty.enx")):
        assert (linker.resolve("Zenda").reason, linker.search("Zenda")) == ("no_candidate", [])
        assert list(linker.resolve_many(["Zenda", ""])) == [linker.resolve("Zenda"), linker.resolve("")]
        assert linker.link("From Zenda.").mentions == ()
