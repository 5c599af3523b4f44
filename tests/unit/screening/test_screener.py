"""What is screened for: names as they are listed, and names that sound like one."""

from __future__ import annotations

import json
from itertools import pairwise, product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import entitynorm
from entitynorm import Entity, Gazetteer, Linker
from entitynorm.io.compiled import build
from entitynorm.io.formats import parse_marked
from entitynorm.model import Alias
from entitynorm.retrieval.build import FEW
from entitynorm.screening.screener import settled

FILLING = [Entity(f"x:{n}", "PERSON", f"Имя{n} Ковалёв") for n in range(FEW)]
LISTED = [
    Entity("p:grayvoron", "PLACE", "Grayvoron", aliases=(Alias("Грайворон"),)),
    Entity("p:fasher", "PLACE", "El Fasher"),
    Entity("p:gaza", "PLACE", "Gaza"),
    Entity("p:huliaipole", "PLACE", "Huliaipole", blocked=("Huliaypole",)),
    Entity("p:ottawa", "PLACE", "Ottawa, Ontario"),
    Entity("p:exact", "PLACE", "Kremenchuk", aliases=(Alias("Kremenchuk", fuzzy="off"),)),
    Entity("p:sound", "PLACE", "Novovolynsk", aliases=(Alias("Novovolynsk", fuzzy="key"),)),
    Entity("h:gladkov", "PERSON", "Vyacheslav Gladkov"),
    Entity("h:shmyhal", "PERSON", "Denys Shmyhal"),
    Entity("o:nour", "ORG", "Harakat al-Nour"),
    Entity("o:weak", "ORG", "Azov Regiment", aliases=(Alias("Azov", strength="weak"),)),
    Entity("p:loose", "PLACE", "Odesa", aliases=(Alias("Odesa", fuzzy="edit"),)),
    Entity("p:more", "PLACE", "More"),
    Entity("p:north", "PLACE", "Lesnoye"),
    Entity("p:south", "PLACE", "Lesnoye"),
    Entity("p:big", "PLACE", "Springfield", weight=100_000),
    Entity("p:small", "PLACE", "Springfield", weight=900),
]
# Marked is what is found; an unmarked name must stay unfound. "?" is the id of what several have.
SHORT = {
    "as listed": "In [Grayvoron](p:grayvoron), [GRAYVORON](p:grayvoron) and [Грайворон](p:grayvoron).",
    "by its sound": "[Hraivoron](p:grayvoron) and [Viacheslav Hladkov](h:gladkov), or [Denis Shmygal](h:shmyhal).",
    "with small words or without": "The [Haraqat Al Nour](o:nour) left [El-Fashir](p:fasher). In [Gaza](p:gaza).",
    "no small word behind": "[GRAYVORON](p:grayvoron) IN FLAMES. [Viacheslav Hladkov](h:gladkov) The Mayor.",
    "not where it is blocked": "Huliaypole, and [Huliaypol](p:huliaipole).",
    "only to the letter": "[Kremenchuk](p:exact), not Kremenchug.",
    "only by its sound": "[Novovolinsk](p:sound), not Novovolmsk.",
    "no weak alias": "Azov. The [Azow Regiment](o:weak).",
    "namesakes": "[Lesnoye](?) and [Springfield](p:big), also [Springfeld](p:big).",
    "no name over a comma that has none": "Denys, Shmyhal. [Ottawa, Ontario](p:ottawa).",
    "not over a blank line": "Denys\n\nShmyhal, [Denys\nShmyhal](h:shmyhal).",
}
LONG = {
    "a single word to the letter": "In [Grayvoron](p:grayvoron), not in Hraivoron; [Viacheslav Hladkov](h:gladkov).",
    "but for a name that may slip": "In [Odeza](p:loose).",
    "no ordinary word": "More said that [Gaza](p:gaza) is quiet. Hope for more.",
}


def found(linker: Linker, text: str) -> list[tuple[int, int, str]]:
    (screened,) = linker.screen([text])
    return list(zip(screened.start.tolist(), screened.end.tolist(), [one or "?" for one in screened.ids], strict=True))


def check(linker: Linker, marked: str) -> None:
    text, spans = parse_marked(marked)
    assert found(linker, text) == [(s.start, s.end, s.id) for s in spans]


@pytest.fixture(scope="module")
def short() -> Linker:
    return Linker(Gazetteer(LISTED))


@pytest.fixture(scope="module")
def long() -> Linker:
    return Linker(Gazetteer([*LISTED, *FILLING]))


@pytest.mark.parametrize("marked", SHORT.values(), ids=SHORT)
def test_among_few_names(short: Linker, marked: str) -> None:
    check(short, marked)


@pytest.mark.parametrize("marked", LONG.values(), ids=LONG)
def test_among_many_names(long: Linker, marked: str) -> None:
    check(long, marked)


def test_a_later_layer_hides_an_earlier_entity(tmp_path: Path) -> None:
    build([Entity("p:a", "PLACE", "Zelenivka"), Entity("p:b", "PLACE", "Mostyshche")], tmp_path / "below.enx")
    above = tmp_path / "above.jsonl"
    above.write_text(json.dumps(Entity("p:a", "PLACE", "Kalynivka").to_dict()), encoding="utf-8")
    linker = entitynorm.load([tmp_path / "below.enx", above])
    assert found(linker, "Zelenivka, Mostyshche, Kalinivka") == [(11, 21, "p:b"), (23, 32, "p:a")]


def layered(folder: Path, *layers: list[Entity]) -> Linker:
    folder.mkdir(exist_ok=True)
    paths = [folder / f"{n}.enx" for n in range(len(layers))]
    for entities, path in zip(layers, paths, strict=True):
        build(entities, path)
    return entitynorm.load(paths)


def test_namesakes_of_two_layers_are_several(tmp_path: Path) -> None:
    one, two = [Entity("p:one", "PLACE", "Zelenivka")], [Entity("p:two", "PLACE", "Zelenivka")]
    for n, layers in enumerate(((one, two), (two, one))):
        assert found(layered(tmp_path / str(n), *layers), "Zelenivka, Zelenyvka") == [(0, 9, "?"), (11, 20, "?")]


def test_the_most_prominent_of_two_layers_wins(tmp_path: Path) -> None:
    small, big = (Entity(f"p:{size}", "PLACE", "Zelenivka", weight=size) for size in (10, 1_000))
    assert found(layered(tmp_path, [big], [small]), "Zelenivka") == [(0, 9, "p:1000")]


def test_what_is_hidden_or_blocked_has_no_say(tmp_path: Path) -> None:
    below = [
        Entity("p:one", "PLACE", "Lesnoye"),
        Entity("p:two", "PLACE", "Lesnoye"),
        Entity("h:one", "PERSON", "Viacheslav Hladkov", blocked=("Vyacheslav Gladkow",)),
        Entity("h:two", "PERSON", "Viacheslav Hladkov"),
    ]
    linker = layered(tmp_path, below, [Entity("p:one", "PLACE", "Kalynivka")])
    assert found(linker, "Lesnoye, Lesnoie") == [(0, 7, "p:two"), (9, 16, "p:two")]
    assert found(linker, "Vyacheslav Gladkow") == [(0, 18, "h:two")]


def test_a_crowd_of_namesakes_hides_nobody_else() -> None:
    crowd = [Entity(f"p:{n}", "PLACE", "Lesnoye") for n in range(70)]
    others = [Entity(f"o:{a}{b}", "PLACE", f"Pokuf{a}{b}ri") for a, b in product("bdgkmnprstvz", "aeou")]
    linker = Linker(Gazetteer([*crowd, *others]))
    for entity in others:
        near = found(linker, entity.name[:-1] + "y")
        assert near and near == found(Linker(Gazetteer(others)), entity.name[:-1] + "y")


def test_one_entity_of_many_spellings_is_no_crowd() -> None:
    aliases = tuple(Alias("Gladkov" + "v" * n) for n in range(1, 90))
    linker = Linker(Gazetteer([Entity("h:one", "PERSON", "Gladkov", aliases=aliases)]))
    assert found(linker, "Hladkov") == [(0, 7, "h:one")]


def test_a_gazetteer_to_the_letter_has_nothing_heard() -> None:
    linker = Linker(Gazetteer([Entity("p:a", "PLACE", "Zelenivka", aliases=(Alias("Zelenivka", fuzzy="off"),))]))
    assert found(linker, "Zelenivka and Zelenyvka") == [(0, 9, "p:a")]


def test_no_gazetteer_names_anything() -> None:
    assert [len(one) for one in Linker(Gazetteer([])).screen(["Hello World", ""])] == [0, 0]


def test_one_string_is_no_texts(short: Linker) -> None:
    with pytest.raises(TypeError, match="put it in a list"):
        list(short.screen("Grayvoron"))


def test_a_document_of_what_was_screened(short: Linker) -> None:
    text = "Hraivoron, Grayvoron, Lesnoye"
    (screened,) = short.screen([text])
    document = screened.document(text, short.gazetteer)
    assert [(m.surface, m.id, m.type, m.reason) for m in document.mentions] == [
        ("Hraivoron", "p:grayvoron", "PLACE", "sounds like a listed name"),
        ("Grayvoron", "p:grayvoron", "PLACE", "spelled as it is listed"),
        ("Lesnoye", None, None, "ambiguous"),
    ]


def test_processes_give_the_same() -> None:
    texts = [parse_marked(marked)[0] for marked in SHORT.values()]
    linker = Linker(Gazetteer(LISTED), block=64)
    one, two = (list(linker.screen(texts, jobs=jobs)) for jobs in (1, 2))
    assert [(a.start.tolist(), a.score.tolist(), a.ids) for a in one] == [
        (b.start.tolist(), b.score.tolist(), b.ids) for b in two
    ]


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 9), st.sampled_from((0.25, 0.5, 1.0))), max_size=12))
def test_settled_spans_are_the_likeliest_that_do_not_overlap(spans: list[tuple[int, int, float]]) -> None:
    start = np.array([first for first, _, _ in spans], np.int64)
    end = start + np.array([length for _, length, _ in spans], np.int64)
    score = np.array([score for _, _, score in spans], np.float64)
    kept = settled(start, end, score).tolist()
    assert all(end[a] <= start[b] for a, b in pairwise(kept))
    best = {n: score[n] * (end[n] - start[n]) for n in range(len(spans))}
    for n in set(best) - set(kept):  # every other one gave way to one at least as likely
        assert any(start[k] < end[n] and start[n] < end[k] and best[k] >= best[n] for k in kept)
