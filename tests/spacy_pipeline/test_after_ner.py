"""Beside a trained entity recogniser: whose bounds, whose labels, whose ids."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import entitynorm

spacy = pytest.importorskip("spacy", reason="needs the extra: pip install 'entitynorm[spacy]'")

TEXTS = [
    "Shelling of Kozynka was reported by Vyacheslav Gladkov.",
    "In Graivoron nothing happened, said Peter Stone.",
    "Shelling hit the Liberty Corps of Russia near Graivoron.",
    "The road from Belgorod is closed.",
    "Vyacheslav Gladkov came to Moscow on Monday.",
]
Bounds = tuple[int, int, str]


def bounds(doc: Any) -> list[Bounds]:
    return [(ent.start, ent.end, ent.label_) for ent in doc.ents]


def with_entities(text: str, *found: tuple[str, str], mode: str = "link+add", **ids: str) -> Any:
    """A Doc in which another component has found these words, annotated."""
    nlp = spacy.blank("en")
    nlp.add_pipe("entitynorm", config={"mode": mode})
    doc = nlp.make_doc(text)
    doc.ents = [doc.char_span(text.index(w), text.index(w) + len(w), label, **ids) for w, label in found]
    return nlp.get_pipe("entitynorm")(doc)


def test_the_recogniser_finds_something(trained: Callable[..., Any]) -> None:
    assert [label for _, _, label in bounds(trained()(TEXTS[0]))] == ["GPE", "PERSON"]


@pytest.mark.parametrize("mode", ["link", "link+add", "add"])
@pytest.mark.parametrize("text", TEXTS)
def test_found_entities_stay_where_they_are(trained: Callable[..., Any], mode: str, text: str) -> None:
    before, after = bounds(trained()(text)), bounds(trained({"mode": mode})(text))
    assert set(before) <= set(after)
    if mode == "link":
        assert before == after


@pytest.mark.parametrize("mode", ["link", "link+add"])
def test_found_entities_get_their_ids(trained: Callable[..., Any], mode: str) -> None:
    doc = trained({"mode": mode})(TEXTS[0])
    assert [(ent.text, ent.label_, ent.kb_id_) for ent in doc.ents] == [
        ("Kozynka", "GPE", "place:kozinka"),
        ("Vyacheslav Gladkov", "PERSON", "person:vyacheslav-gladkov"),
    ]
    assert doc.ents[0]._.entitynorm["id"] == "place:kozinka"


@pytest.mark.parametrize("text", TEXTS)
def test_what_the_recogniser_imagines_gets_no_id(trained: Callable[..., Any], text: str) -> None:
    known = {mention.id for mention in entitynorm.link(text).mentions} | {""}
    assert {ent.kb_id_ for ent in trained({})(text).ents} <= known


@pytest.mark.parametrize("mode", ["add", "link+add"])
def test_gaps_are_filled(mode: str) -> None:
    text = "On Monday the Liberty Corps of Russia left Hraivoron."
    doc = with_entities(text, ("Monday", "DATE"), ("Hraivoron", "GPE"), mode=mode)
    assert [(ent.text, ent.label_, ent.kb_id_) for ent in doc.ents] == [
        ("Monday", "DATE", ""),
        ("Liberty Corps of Russia", "ORG", "org:freedom-of-russia-legion"),
        ("Hraivoron", "GPE", "place:grayvoron" if mode == "link+add" else ""),
    ]


@pytest.mark.parametrize("text", TEXTS)
def test_no_linked_name_is_missing_without_an_entity_in_its_place(trained: Callable[..., Any], text: str) -> None:
    doc = trained({})(text)
    held = {i for ent in doc.ents for i in range(ent.start, ent.end)}
    for record in doc.user_data["entitynorm"]:
        span = doc.char_span(*record["aligned"])
        assert held & set(range(span.start, span.end)) or record["id"] is None


def test_add_leaves_the_others_without_ids(trained: Callable[..., Any]) -> None:
    doc = trained({"mode": "add"})(TEXTS[0])
    assert [ent.kb_id_ for ent in doc.ents] == ["", ""]
    assert doc.spans["entitynorm"][0].kb_id_ == "place:kozinka"


def test_in_front_of_the_recogniser_ours_come_first(trained: Callable[..., Any]) -> None:
    doc = trained({}, first=True)(TEXTS[0])
    assert ("place:kozinka", "PLACE") in [(ent.kb_id_, ent.label_) for ent in doc.ents]


def test_replace_takes_the_place_of_what_it_overlaps_and_of_nothing_else() -> None:
    text = "On Monday the Liberty Corps of Russia left Hraivoron."
    doc = with_entities(text, ("Monday", "DATE"), ("Corps of Russia", "ORG"), mode="replace")
    assert [(ent.text, ent.label_, ent.kb_id_) for ent in doc.ents] == [
        ("Monday", "DATE", ""),
        ("Liberty Corps of Russia", "ORG", "org:freedom-of-russia-legion"),
        ("Hraivoron", "PLACE", "place:grayvoron"),
    ]


def test_an_article_in_the_entity_does_not_matter() -> None:
    doc = with_entities("They saw the Liberty Corps of Russia.", ("the Liberty Corps of Russia", "ORG"))
    assert [(ent.text, ent.kb_id_) for ent in doc.ents] == [
        ("the Liberty Corps of Russia", "org:freedom-of-russia-legion")
    ]
    assert doc.ents[0]._.entitynorm["surface"] == "Liberty Corps of Russia"


def test_an_entity_that_only_contains_a_name_does_not_get_its_id() -> None:
    doc = with_entities("The Russia Today Foundation closed.", ("Russia Today Foundation", "ORG"))
    assert [(ent.text, ent.kb_id_) for ent in doc.ents] == [("Russia Today Foundation", "")]


def test_an_entity_whose_token_only_contains_a_name_does_not_get_its_id() -> None:
    doc = with_entities("The U.S.-Russia talks failed.", ("U.S.-Russia", "EVENT"))
    assert [(ent.text, ent.kb_id_) for ent in doc.ents] == [("U.S.-Russia", "")]
    assert [(r["id"], r["alignment"]) for r in doc.user_data["entitynorm"]] == [("place:russia", "expanded")]


def test_a_piece_of_a_name_does_not_get_the_id_of_the_whole() -> None:
    doc = with_entities("They saw the Liberty Corps of Russia.", ("Russia", "GPE"))
    assert [(ent.text, ent.kb_id_) for ent in doc.ents] == [("Russia", "")]
    assert doc.user_data["entitynorm"][0]["id"] == "org:freedom-of-russia-legion"


def test_ids_of_other_components_stay_but_nil_does_not() -> None:
    text = "They left Hraivoron."
    assert with_entities(text, ("Hraivoron", "GPE"), kb_id="Q1").ents[0].kb_id_ == "Q1"
    assert with_entities(text, ("Hraivoron", "GPE"), kb_id="NIL").ents[0].kb_id_ == "place:grayvoron"
    kept = with_entities(text, ("Hraivoron", "GPE"), span_id="rule-1").ents[0]
    assert (kept.ent_id_, kept.kb_id_) == ("rule-1", "place:grayvoron")


def test_link_does_not_say_that_there_are_no_entities() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("entitynorm", config={"mode": "link"})
    assert not nlp("They left Hraivoron.").has_annotation("ENT_IOB")


@pytest.mark.parametrize("mode", ["add", "link+add", "replace"])
@pytest.mark.parametrize("text", ["They left Hraivoron.", "Nothing happened."])
def test_whoever_adds_says_where_nothing_is(mode: str, text: str) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("entitynorm", config={"mode": mode})
    found = ["B" if token.text == "Hraivoron" else "O" for token in nlp.make_doc(text)]
    assert [token.ent_iob_ for token in nlp(text)] == found


def test_what_others_said_of_tokens_stays() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("entitynorm")
    doc = nlp.make_doc("Yesterday they left Hraivoron.")
    doc.set_ents([], blocked=[doc[0:1]], outside=[doc[1:2]], default="missing")
    assert [token.ent_iob for token in nlp.get_pipe("entitynorm")(doc)] == [3, 2, 0, 3, 0]


def test_after_a_ruler_both_ids_are_there() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "TOWN", "pattern": "Hraivoron", "id": "rule-7"}])
    nlp.add_pipe("entitynorm")
    ent = nlp("They left Hraivoron.").ents[0]
    assert (ent.label_, ent.ent_id_, ent.kb_id_) == ("TOWN", "rule-7", "place:grayvoron")
