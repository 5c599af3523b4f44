"""The strategies themselves: they give what they say, and refuse what cannot be."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument
from rapidfuzz.distance import OSA

from entitynorm import Entity, Gazetteer
from entitynorm.gazetteer import check
from entitynorm.testing import (
    ENTITY_TYPES,
    SCRIPTS,
    documents,
    entities,
    gazetteers,
    romanisations,
    surface_forms,
    texts,
    typos,
)
from entitynorm.text.tokens import script_of

TOWN = Entity("place:kozinka", "PLACE", "Kozinka", blocked=("Kazinka",))


@given(st.sampled_from(ENTITY_TYPES), st.sets(st.sampled_from(SCRIPTS), min_size=1), st.data())
def test_entities_have_the_type_and_scripts_asked_for(entity_type: str, scripts: set[str], data: st.DataObject) -> None:
    entity = data.draw(entities(type=entity_type, scripts=scripts))
    assert entity.type == entity_type
    written = {script_of(name) for name in (entity.name, *(a.text for a in entity.aliases))}
    assert written == scripts


@given(gazetteers(min_size=1, max_size=4))
def test_gazetteers_have_the_size_asked_for_and_pass_the_check(gazetteer: Gazetteer) -> None:
    assert 1 <= len(gazetteer) <= 4
    assert check(gazetteer) == []


@given(
    entities().flatmap(lambda e: surface_forms(e).filter(lambda f: len(f) > 6)),
    st.integers(0, 2),
    st.integers(2, 3),
    st.data(),
)
def test_typos_keep_their_distance(name: str, least: int, most: int, data: st.DataObject) -> None:
    assert least <= OSA.distance(name, data.draw(typos(name, min_edits=least, max_edits=most))) <= most


@given(gazetteers(max_size=3), st.data())
def test_gold_lies_where_it_says(gazetteer: Gazetteer, data: st.DataObject) -> None:
    gold = data.draw(documents(gazetteer, min_mentions=1, max_mentions=3))
    assert 1 <= len(gold.mentions) <= 3
    assert all(gold.text[m.start : m.end] == m.surface and m.id in gazetteer for m in gold.mentions)
    assert all(a.end < b.start for a, b in pairwise(gold.mentions))


@given(st.integers(0, 20), st.integers(0, 20), st.data())
def test_texts_have_the_size_asked_for(least: int, more: int, data: st.DataObject) -> None:
    assume(least + more > 0)
    assert least <= len(data.draw(texts(min_size=least, max_size=least + more))) <= least + more


@given(st.data())
def test_blocked_forms_are_not_promised(data: st.DataObject) -> None:
    town = Entity("place:kozinka", "PLACE", "Козинка", blocked=("КОЗИНКА",))
    with pytest.raises(InvalidArgument):
        surface_forms(town, kinds=("name", "case"))
    assert data.draw(surface_forms(TOWN)).casefold() != "kazinka"


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: entities(type="place"), "PLACE"),
        (lambda: entities(scripts=("Cyrillic",)), "Cyrl"),
        (lambda: entities(scripts="Cyrl"), "('Cyrl',)"),
        (lambda: entities(scripts=()), "at least one"),
        (lambda: gazetteers(min_size=-1), "min_size=-1"),
        (lambda: gazetteers(min_size=4, max_size=3), "max_size=3"),
        (lambda: gazetteers(max_size=1, ambiguous=True), "max_size=1"),
        (lambda: gazetteers(max_size=1000), "at most 50"),
        (lambda: surface_forms(TOWN, kinds=("nickname",)), "romanisation"),
        (lambda: surface_forms(TOWN, kinds=("acronym",)), "place:kozinka"),
        (lambda: romanisations("Kozinka"), "no Cyrillic letter"),
        (lambda: romanisations("Козинка", lang="de"), "ru, uk or be"),
        (lambda: romanisations("Козинка", schemes=("iso9",)), "iso9-rus-Cyrl-Latn-1995"),
        (lambda: romanisations("Козинка", lang="uk", schemes=("iso9-rus-Cyrl-Latn-1995",)), "'uk'"),
        (lambda: typos("Kozinka", min_edits=2), "min_edits=2"),
        (lambda: typos("K"), "too short"),
        (lambda: documents([TOWN], langs=("de",)), "langs"),
        (lambda: documents([], min_mentions=1), "no unambiguous strong name"),
        (lambda: documents([TOWN], langs=("ru",), min_mentions=1), "no unambiguous strong name"),
        (lambda: texts(min_size=3, max_size=2), "max_size=2"),
    ],
)
def test_the_impossible_is_refused_at_the_call(call: Callable[[], object], said: str) -> None:
    with pytest.raises(InvalidArgument) as refused:
        call()
    assert said in str(refused.value) and "\n" not in str(refused.value)


def test_absent_hypothesis_is_named_with_its_remedy() -> None:
    program = "import sys; sys.modules['hypothesis'] = None; import entitynorm.testing"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert run.stderr.splitlines()[-1].endswith("pip install 'entitynorm[test]'")
