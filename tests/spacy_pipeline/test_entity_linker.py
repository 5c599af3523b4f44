"""spaCy's own EntityLinker with our candidates: spellings that its knowledge base does not list."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest

import entitynorm

spacy = pytest.importorskip("spacy", reason="needs the extra: pip install 'entitynorm[spacy]'")
from spacy.kb import InMemoryLookupKB  # noqa: E402
from spacy.training import Example  # noqa: E402

from entitynorm.spacy import CandidateSearch, make_batch_candidates, make_candidates  # noqa: E402

KNOWN = ("place:grayvoron", "place:kozinka", "place:grayvoron-district")


def knowledge_base(vocab: Any) -> Any:
    kb = InMemoryLookupKB(vocab, entity_vector_length=3)
    for entity_id in KNOWN:
        kb.add_entity(entity=entity_id, freq=1, entity_vector=[0.0, 0.0, 0.0])
    return kb


def pipeline(size: int = 1, **settings: Any) -> Any:
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    words = ("Graivoron", "Kozynka", "Haivoron", "Moscow")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "GPE", "pattern": word} for word in words])
    config = {
        "incl_context": False,
        "candidates_batch_size": size,
        "get_candidates": {"@misc": "entitynorm.candidates.v1", **settings},
        "get_candidates_batch": {"@misc": "entitynorm.candidates_batch.v1", **settings},
    }
    nlp.add_pipe("entity_linker", config=config)
    example = Example.from_dict(nlp.make_doc("Graivoron."), {"entities": [(0, 9, "GPE")]})
    nlp.get_pipe("entity_linker").initialize(lambda: [example], nlp=nlp, kb_loader=knowledge_base)
    return nlp


@pytest.mark.parametrize("size", [1, 3])
def test_it_links_spellings_that_its_base_does_not_hold(size: int) -> None:
    doc = pipeline(size)("From Graivoron to Kozynka, and from Moscow.")
    assert [(ent.text, ent.kb_id_) for ent in doc.ents] == [
        ("Graivoron", "place:grayvoron"),
        ("Kozynka", "place:kozinka"),
        ("Moscow", "NIL"),  # in the gazetteer, not in this base
    ]


def test_another_town_is_no_candidate() -> None:
    doc = pipeline()("They left Haivoron.")
    assert [(ent.text, ent.kb_id_) for ent in doc.ents] == [("Haivoron", "NIL")]


def test_candidates_carry_the_score_as_prior() -> None:
    vocab = spacy.blank("en").vocab
    kb = knowledge_base(vocab)
    mentions = [spacy.blank("en").make_doc(name)[:] for name in ("Graivoron", "Kozynka", "Qwertyuiop")]
    one = make_candidates()
    found = [list(one(kb, mention)) for mention in mentions]
    assert found[0][0].entity_ == "place:grayvoron" and found[0][0].alias_ == "Graivoron"
    assert found[0][0].prior_prob == pytest.approx(entitynorm.load().search("Graivoron")[0].score, abs=1e-6)
    assert {candidate.entity_ for some in found for candidate in some} <= set(KNOWN)
    assert found[2] == []
    together = make_batch_candidates()(kb, mentions)
    assert [[c.entity_ for c in some] for some in together] == [[c.entity_ for c in some] for some in found]


def test_own_gazetteer_and_saved_pipeline(tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_text('{"id": "place:kozinka", "type": "PLACE", "name": "Haivoron"}\n', encoding="utf-8")
    nlp = pipeline(path=str(path))
    assert [ent.kb_id_ for ent in nlp("Haivoron, Graivoron.").ents] == ["place:kozinka", "NIL"]
    nlp.to_disk(tmp_path / "saved")
    again = spacy.load(tmp_path / "saved")
    assert again("Haivoron.").ents[0].kb_id_ == "place:kozinka"
    path.unlink()
    with pytest.raises(entitynorm.InputError, match=r"mine\.jsonl"):
        spacy.load(tmp_path / "saved")("Haivoron.")


def test_a_search_is_pickled_by_its_path() -> None:
    search = CandidateSearch("mine.yaml", limit=3, min_score=0.5)
    again = pickle.loads(pickle.dumps(search))
    assert (again.path, again.limit, again.min_score) == ("mine.yaml", 3, 0.5)
