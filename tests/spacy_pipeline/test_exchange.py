"""Docs that leave the process: bytes, DocBin, JSON, displaCy."""

from __future__ import annotations

import json
from typing import Any

import pytest

import entitynorm

spacy = pytest.importorskip("spacy", reason="needs the extra: pip install 'entitynorm[spacy]'")
from spacy import displacy  # noqa: E402
from spacy.tokens import Doc, DocBin  # noqa: E402

from entitynorm.spacy import from_json, to_displacy, to_json  # noqa: E402

TEXT = "The Liberty Corps of Russia entered Hraivoron; the U.S.-Russia talks failed. Kozynka is 😀 near."


@pytest.fixture(scope="module")
def nlp() -> Any:
    nlp = spacy.blank("en")
    nlp.add_pipe("entitynorm", config={"set_ent_id": True})
    return nlp


@pytest.fixture
def doc(nlp: Any) -> Any:
    return nlp(TEXT)


def shown(doc: Any) -> list[Any]:
    group = doc.spans["entitynorm"]
    return [
        [(e.start, e.end, e.label_, e.kb_id_) for e in doc.ents],
        [(s.start, s.end, s.label_, s.kb_id_) for s in group],
        dict(group.attrs),
    ]


def records(doc: Any) -> list[Any]:
    return [ent._.entitynorm for ent in doc.ents]


def test_bytes_keep_everything(nlp: Any, doc: Any) -> None:
    again = Doc(nlp.vocab).from_bytes(doc.to_bytes())
    assert shown(again) == shown(doc)
    assert again.user_data == doc.user_data
    assert records(again) == records(doc) and None not in records(doc)


def test_records_are_json(doc: Any) -> None:
    assert json.loads(json.dumps(doc.user_data["entitynorm"])) == doc.user_data["entitynorm"]


def test_docbin_keeps_ids_and_with_user_data_the_records(nlp: Any, doc: Any) -> None:
    for store in (False, True):
        kept = DocBin(store_user_data=store, docs=[doc]).to_bytes()
        (again,) = DocBin().from_bytes(kept).get_docs(spacy.blank("en").vocab)
        assert shown(again) == shown(doc)
        assert records(again) == (records(doc) if store else [None] * len(doc.ents))


def test_json_keeps_everything(doc: Any) -> None:
    data = json.loads(json.dumps(to_json(doc)))
    again = from_json(spacy.blank("en").vocab, data)
    assert shown(again) == shown(doc)
    assert [ent.ent_id_ for ent in again.ents] == [ent.ent_id_ for ent in doc.ents]
    assert again.user_data["entitynorm"] == doc.user_data["entitynorm"]
    assert to_json(again) == data


def test_spacy_itself_reads_our_json(nlp: Any, doc: Any) -> None:
    again = Doc(nlp.vocab).from_json(to_json(doc))
    assert [span.kb_id_ for span in again.spans["entitynorm"]] == [s.kb_id_ for s in doc.spans["entitynorm"]]


def test_json_of_spacy_is_read_and_docs_without_annotation_are_written(nlp: Any, doc: Any) -> None:
    assert [ent.kb_id_ for ent in from_json(nlp.vocab, doc.to_json()).ents] == [""] * len(doc.ents)
    plain = spacy.blank("en")(TEXT)
    assert to_json(plain) == plain.to_json()
    assert from_json(nlp.vocab, to_json(plain)).text == TEXT


@pytest.mark.parametrize("broken", [{}, {"text": "a b", "tokens": [{"id": 0, "start": 0, "end": 1}]}, []])
def test_broken_json_is_one_line(nlp: Any, broken: Any) -> None:
    with pytest.raises(entitynorm.InputError, match="not a Doc as to_json writes it") as raised:
        from_json(nlp.vocab, broken)
    assert "\n" not in str(raised.value)


def test_displacy_shows_ids(doc: Any) -> None:
    page = displacy.render(doc, style="ent", jupyter=False, options={"kb_url_template": "https://example.org/{}"})
    assert 'href="https://example.org/org:freedom-of-russia-legion"' in page and ">place:grayvoron</a>" in page
    spans = displacy.render(doc, style="span", jupyter=False, options={"spans_key": "entitynorm"})
    assert "org:freedom-of-russia-legion" in spans


def test_displacy_of_a_linked_text_needs_no_tokens() -> None:
    document = entitynorm.link(TEXT)
    data = to_displacy(document, url_template="https://example.org/{}")
    assert [TEXT[e["start"] : e["end"]] for e in data["ents"]] == [m.surface for m in document.mentions if m.id]
    page = displacy.render(data, style="ent", manual=True, jupyter=False)
    assert 'href="https://example.org/place:grayvoron"' in page and ">place:grayvoron</a>" in page
    assert 'href="#"' in displacy.render(to_displacy(document), style="ent", manual=True, jupyter=False)


def test_displacy_runs_nothing_from_a_gazetteer() -> None:
    evil = {"id": "x:<script>1</script>", "type": "PLACE", "name": "Zendaburg"}
    document = entitynorm.load([evil]).link("They left Zendaburg.")
    page = displacy.render(to_displacy(document, url_template="{}"), style="ent", manual=True, jupyter=False)
    assert "<script>" not in page and "x:&lt;script&gt;" in page
