"""Laws of single names: resolve, search, explain, compare."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, reject
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from entitynorm import Entity, Gazetteer, Linker, compare
from entitynorm.model import Link
from entitynorm.names.structure import parse
from entitynorm.scoring import probability
from entitynorm.testing import ENTITY_TYPES, KINDS, entities, gazetteers, surface_forms, texts, typos

NIL_REASONS = {"no_candidate", "below_threshold", "ambiguous", "blocked"}
TYPES = st.none() | st.sampled_from(ENTITY_TYPES)


@st.composite
def questions(draw: st.DrawFn, **options: object) -> tuple[Gazetteer, str]:
    """A gazetteer and a name that one might ask it for: a spelling, a slip of one, or anything."""
    gazetteer = draw(gazetteers(**options))  # type: ignore[arg-type]
    form = draw(surface_forms(draw(st.sampled_from(list(gazetteer)))))
    name = draw(st.just(form) | (typos(form, max_edits=2) if len(form) > 3 else st.just(form)) | texts(max_size=20))
    return gazetteer, name


# Kinds of spellings that only some types of entities have.
BEARERS = {
    "romanisation": ("PLACE", "PERSON"),
    "inflected": ("PLACE", "PERSON"),
    "title": ("PERSON",),
    "acronym": ("ORG",),
}


@pytest.mark.parametrize("kind", KINDS)
@given(st.data())
def test_every_promised_spelling_resolves(kind: str, data: st.DataObject) -> None:
    entity_type = data.draw(st.sampled_from(BEARERS.get(kind, ENTITY_TYPES)))
    gazetteer = data.draw(gazetteers(max_size=3, type=entity_type))
    entity = data.draw(st.sampled_from(list(gazetteer)))
    try:
        forms = surface_forms(entity, kinds=(kind,))
    except (
        InvalidArgument
    ):  # a product written alike in both scripts has no alias, a word of no declension no case forms
        reject()
    form = data.draw(forms)
    if kind == "acronym":  # two names of a gazetteer may share their initials; then the answer is NIL
        gazetteer = Gazetteer([entity])
    link = Linker(gazetteer).resolve(form)
    assert link.id == entity.id, f"{form!r}: {link.reason}, {link.score:.3f}"


@given(gazetteers(max_size=4), st.data())
def test_listed_names_score_one(gazetteer: Gazetteer, data: st.DataObject) -> None:
    entity = data.draw(st.sampled_from(list(gazetteer)))
    form = data.draw(surface_forms(entity, kinds=("name", "alias", "case", "punctuation")))
    if not form.endswith("s"):
        assert Linker(gazetteer).resolve(form).score == 1.0


@given(questions(), TYPES)
def test_answers_are_scored_ranked_and_reasoned(question: tuple[Gazetteer, str], entity_type: str | None) -> None:
    gazetteer, name = question
    linker = Linker(gazetteer)
    link = linker.resolve(name, type=entity_type)
    assert 0.0 <= link.score <= 1.0
    assert all(0.0 < c.score <= 1.0 for c in link.candidates)
    assert [c.score for c in link.candidates] == sorted((c.score for c in link.candidates), reverse=True)
    assert len({c.id for c in link.candidates}) == len(link.candidates)
    assert all(gazetteer[c.id].name == c.name and gazetteer[c.id].type == c.type for c in link.candidates)
    if link.id is None:
        assert (link.name, link.type) == (None, None)
        assert link.reason in NIL_REASONS
        assert (link.reason == "no_candidate") <= (not link.candidates)
    else:
        assert link.score >= linker.scorer.threshold
        assert (link.id, link.name, link.type) == (
            link.candidates[0].id,
            link.candidates[0].name,
            link.candidates[0].type,
        )
        assert link.reason and "\n" not in link.reason


@given(questions(), TYPES)
def test_evidence_replays_to_the_score(question: tuple[Gazetteer, str], entity_type: str | None) -> None:
    gazetteer, name = question
    linker = Linker(gazetteer)
    for candidate in (*linker.resolve(name, type=entity_type).candidates, *linker.search(name, limit=3)):
        # Evidence stores a contribution as value times weight, which moves the last binary digits.
        assert probability(candidate.evidence) == pytest.approx(candidate.score, abs=1e-9)
        assert all(0.0 <= e.value <= 1.0 for e in candidate.evidence)
    for entity in gazetteer:
        told = linker.explain(name, entity.id)
        assert probability(told.evidence) == pytest.approx(told.score, abs=1e-9) or not told.evidence
        assert str(told)


@given(questions())
def test_explain_tells_the_score_that_search_gives(question: tuple[Gazetteer, str]) -> None:
    gazetteer, name = question
    linker = Linker(gazetteer)
    found = {c.id: c.score for c in linker.search(name)}
    for entity in gazetteer:
        if entity.id in found:
            assert linker.explain(name, entity.id).score == found[entity.id]
    link = linker.resolve(name)
    decisions = {linker.explain(name, entity.id).decision for entity in gazetteer}
    assert decisions == {link.id if link.id is not None else f"NIL ({link.reason})"}


@given(questions())
def test_search_is_the_candidates_of_resolve(question: tuple[Gazetteer, str]) -> None:
    gazetteer, name = question
    linker = Linker(gazetteer)
    assert tuple(linker.search(name)) == linker.resolve(name).candidates
    assert linker.search(name, limit=1) == linker.search(name)[:1]


@given(questions(), st.sampled_from(ENTITY_TYPES))
def test_a_type_filter_returns_that_type_only(question: tuple[Gazetteer, str], entity_type: str) -> None:
    gazetteer, name = question
    linker = Linker(gazetteer)
    link = linker.resolve(name, type=entity_type)
    assert {c.type for c in link.candidates} <= {entity_type}
    assert link.type in (None, entity_type)
    # The scores may differ: entities of other types are no rivals where they are not asked for.
    assert {c.id for c in link.candidates} <= {c.id for c in linker.search(name)}


@given(questions())
def test_resolving_twice_gives_one_answer(question: tuple[Gazetteer, str]) -> None:
    gazetteer, name = question
    linker = Linker(gazetteer)
    assert linker.resolve(name) == linker.resolve(name) == Linker(gazetteer).resolve(name)


@given(questions(), st.randoms(use_true_random=False))
def test_order_of_entities_and_aliases_never_matters(question: tuple[Gazetteer, str], random: object) -> None:
    gazetteer, name = question
    shuffled = []
    for entity in gazetteer:
        aliases = [alias.to_dict() for alias in entity.aliases]
        random.shuffle(aliases)  # type: ignore[attr-defined]
        shuffled.append(Entity.from_dict({**entity.to_dict(), **({"aliases": aliases} if aliases else {})}))
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert _answer(Linker(gazetteer).resolve(name)) == _answer(Linker(Gazetteer(shuffled)).resolve(name))


def _answer(link: Link) -> object:
    return link.id, link.score, link.reason if link.id is None else "", [(c.id, c.score) for c in link.candidates]


@given(questions(min_size=2))
def test_an_entity_that_was_taken_out_is_never_returned(question: tuple[Gazetteer, str]) -> None:
    gazetteer, name = question
    gone, *rest = gazetteer
    linker = Linker(Gazetteer(rest))
    assert gone.id not in {c.id for c in linker.resolve(name).candidates} | {linker.resolve(name).id}


@given(gazetteers(max_size=3, type="PLACE"), st.data())
def test_a_blocked_form_never_means_the_entity(gazetteer: Gazetteer, data: st.DataObject) -> None:
    first, *rest = gazetteer
    listed = {parse(name).exact for name in (first.name, *(a.text for a in first.aliases))}
    # In its usual case: a capital inside a word would make it two words.
    form = data.draw(typos(data.draw(st.sampled_from([first.name, *(a.text for a in first.aliases)])))).capitalize()
    assume(form.strip() and parse(form).exact not in listed and form.isalpha())
    blocking = Entity.from_dict({**first.to_dict(), "blocked": [form]})
    linker = Linker(Gazetteer([blocking, *rest]))
    for spelling in (form, form.upper(), f"«{form}»"):
        link = linker.resolve(spelling)
        assert link.id != first.id
        assert first.id not in {c.id for c in link.candidates}
        assert link.id is not None or link.reason in NIL_REASONS
    assert first.id not in {m.id for m in linker.link(f"Yesterday they spoke of {form} at length.").mentions}


@given(gazetteers(ambiguous=True, max_size=4))
def test_a_name_that_two_entities_list_is_ambiguous(gazetteer: Gazetteer) -> None:
    names = [{alias.text for alias in entity.aliases} for entity in gazetteer]
    shared = next(iter({n for a in range(len(names)) for b in range(a) for n in names[a] & names[b]}))
    link = Linker(gazetteer).resolve(shared)
    assert (link.id, link.reason) == (None, "ambiguous")
    assert len([c for c in link.candidates if c.score == 1.0]) >= 2


@given(gazetteers(max_size=4), st.lists(texts(max_size=12), max_size=4), st.data())
def test_resolve_many_is_resolve_one_by_one(gazetteer: Gazetteer, names: list[str], data: st.DataObject) -> None:
    linker = Linker(gazetteer)
    entity = data.draw(st.sampled_from(list(gazetteer)))
    asked = [*names, data.draw(surface_forms(entity)), *names]
    assert list(linker.resolve_many(asked)) == [linker.resolve(name) for name in asked]


@st.composite
def pairs(draw: st.DrawFn) -> tuple[str, str]:
    """Two names: two spellings of one entity, spellings of two, or anything."""
    names = entities().flatmap(surface_forms) | texts(max_size=16)
    entity = draw(entities())
    alike = st.tuples(surface_forms(entity), surface_forms(entity))
    one, other = draw(alike | st.tuples(names, names))
    return one, other


@given(pairs(), TYPES)
def test_comparing_is_symmetric_bounded_and_replayable(pair: tuple[str, str], entity_type: str | None) -> None:
    a, b = pair
    one, other = compare(a, b, type=entity_type), compare(b, a, type=entity_type)
    assert (one.score, one.same) == (other.score, other.same)
    assert 0.0 <= one.score <= 1.0
    assert one.evidence and probability(one.evidence) == pytest.approx(one.score, abs=1e-9)


@given(texts(), TYPES)
def test_a_name_is_itself(name: str, entity_type: str | None) -> None:
    found = compare(name, name, type=entity_type)
    assert (found.score, found.same) == (1.0, True)


@given(entities(), TYPES, st.data())
def test_spellings_that_carry_no_identity_compare_as_one(
    entity: Entity, entity_type: str | None, data: st.DataObject
) -> None:
    name = entity.name
    dressed = data.draw(surface_forms(Entity("x:1", "ORG", name), kinds=("name", "case", "punctuation", "unicode")))
    if not dressed.endswith("s"):
        assert compare(name, dressed, type=entity_type).score == 1.0
