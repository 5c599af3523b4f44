"""The component in pipelines without a model: where ids go, and what tokenisers do to them."""

from __future__ import annotations

import importlib
import inspect
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import entitynorm
from entitynorm.errors import InputError
from entitynorm.model import Document
from entitynorm.testing import documents, texts

spacy = pytest.importorskip("spacy", reason="needs the extra: pip install 'entitynorm[spacy]'")
import entitynorm.spacy  # noqa: E402
from entitynorm.spacy.annotation import MODES, Settings  # noqa: E402
from entitynorm.spacy.component import DEFAULTS, make_component  # noqa: E402

TEXT = "The Liberty Corps of Russia entered Hraivoron, said Vyacheslav Gladkov of Belgorod region."
IDS = ["org:freedom-of-russia-legion", "place:grayvoron", "person:vyacheslav-gladkov", "place:belgorod-oblast"]


def pipeline(lang: str = "en", **config: Any) -> Any:
    nlp = spacy.blank(lang)
    nlp.add_pipe("entitynorm", config=config)
    return nlp


def python(code: str, *arguments: str) -> str:
    """What a fresh interpreter prints, in which nothing of ours is imported."""
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


# -- how it is found -------------------------------------------------------------------------------------------------


def test_spacy_finds_the_component_without_an_import() -> None:
    code = "import spacy; n = spacy.blank('en'); n.add_pipe('entitynorm'); print(n('In Hraivoron.').ents[0].kb_id_)"
    assert python(code) == "place:grayvoron\n"


def test_the_library_does_not_import_spacy() -> None:
    code = "import sys, entitynorm; entitynorm.link('Hraivoron'); print([m for m in sys.modules if 'spacy' in m])"
    assert python(code) == "[]\n"


def test_without_spacy_the_message_says_what_to_install() -> None:
    code = (
        "import importlib.util, sys\n"
        "find = importlib.util.find_spec\n"
        "importlib.util.find_spec = lambda name, *rest: None if name == 'spacy' else find(name, *rest)\n"
        "try:\n    import entitynorm.spacy\nexcept ImportError as error:\n    print(error)"
    )
    assert python(code).rstrip().endswith("run: pip install 'entitynorm[spacy]'")


def test_defaults_stand_in_one_place() -> None:
    arguments = list(inspect.signature(make_component).parameters)[2:]
    assert arguments == list(DEFAULTS)
    meta = spacy.blank("en").create_pipe("entitynorm")
    assert meta.settings == Settings() and meta.path is DEFAULTS["path"]
    assert json.loads(json.dumps(DEFAULTS)) == DEFAULTS


def test_what_it_writes_is_declared() -> None:
    analysis = pipeline().analyze_pipes()
    assert set(analysis["attrs"]) >= {"doc.ents", "doc.spans", "span._.entitynorm", "token.ent_kb_id"}


def test_importing_again_does_not_register_the_extension_again() -> None:
    importlib.reload(entitynorm.spacy)
    pipeline()
    pipeline("ru")


def test_an_unknown_mode_is_one_line() -> None:
    with pytest.raises(InputError, match=r"mode is 'overwrite', expected one of link, add, link\+add, replace$"):
        pipeline(mode="overwrite")


# -- what it writes --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["en", "ru", "uk", "xx", "pl", "de"])
def test_blank_pipelines_give_ids(lang: str) -> None:
    nlp = pipeline(lang)
    assert [ent.kb_id_ for ent in nlp(TEXT).ents] == IDS
    assert [ent.kb_id_ for ent in nlp("Бои у Грайворона и в Козинке.").ents] == ["place:grayvoron", "place:kozinka"]


def test_ids_labels_and_the_record() -> None:
    doc = pipeline()(TEXT)
    legion = doc.ents[0]
    assert (legion.text, legion.label_, legion.kb_id_, legion.ent_id_) == ("Liberty Corps of Russia", "ORG", IDS[0], "")
    record = legion._.entitynorm
    mention = entitynorm.link(TEXT).mentions[0]
    assert record == {**mention.to_dict(), "alignment": "strict", "aligned": [mention.start, mention.end]}
    assert record is doc.user_data["entitynorm"][0]
    assert doc[0:1]._.entitynorm is None
    assert doc[legion.start]._.has("entitynorm") is False


def test_the_id_of_rulers_is_an_option() -> None:
    assert [ent.ent_id_ for ent in pipeline(set_ent_id=True)(TEXT).ents] == IDS


def test_labels_can_be_those_of_another_scheme() -> None:
    doc = pipeline(labels={"PLACE": "GPE"}, spans_key="names")(TEXT)
    assert [ent.label_ for ent in doc.ents] == ["ORG", "GPE", "PERSON", "GPE"]
    assert [span.label_ for span in doc.spans["names"]] == ["ORG", "GPE", "PERSON", "GPE"]


NAMESAKES = [
    {"id": "place:a", "type": "PLACE", "name": "Zenda", "aliases": ["Zendaberg"]},
    {"id": "place:b", "type": "PLACE", "name": "Zendaburg", "aliases": [{"text": "Zenda", "strength": "strong"}]},
]


def test_a_mention_that_is_not_decided_keeps_its_candidates() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("entitynorm").initialize(gazetteer=NAMESAKES)
    doc = nlp("They left Zenda at noon.")
    assert doc.ents == ()
    group = doc.spans["entitynorm"]
    assert [span.text for span in group] == ["Zenda"] * 3
    assert group[0].kb_id_ == "" and {span.kb_id_ for span in group} == {"", "place:a", "place:b"}
    assert group.attrs["ranks"] == [0, 1, 2] and len(group.attrs["scores"]) == 3
    assert all(span._.entitynorm["reason"] == "ambiguous" for span in group)


# -- tokens ----------------------------------------------------------------------------------------------------------

TOGETHER = [
    ("en", "The U.S.-Russia talks failed.", "Russia", "U.S.-Russia", "place:russia"),
    ("en", "The text was on @RVC.", "RVC", None, "org:russian-volunteer-corps"),
    ("en", "Thus spoke the RDK.It was late.", "RDK", "RDK.It", "org:russian-volunteer-corps"),
    ("en", "They left Gray\u00advoron at noon.", "Gray\u00advoron", None, "place:grayvoron"),
    ("en", "They left \u200bHraivoron at noon.", "Hraivoron", None, "place:grayvoron"),
    ("ru", "Колонна шла Грайворон/Козинка ночью.", "Грайворон", None, "place:grayvoron"),
]


@pytest.mark.parametrize(("lang", "text", "surface", "token", "wanted"), TOGETHER)
def test_a_name_inside_a_token_is_not_lost(lang: str, text: str, surface: str, token: str | None, wanted: str) -> None:
    doc = pipeline(lang)(text)
    record = next(r for r in doc.user_data["entitynorm"] if surface in r["surface"])
    assert record["id"] == wanted
    assert text[record["start"] : record["end"]] == record["surface"]
    ent = next(ent for ent in doc.ents if ent.kb_id_ == wanted)
    assert [ent.start_char, ent.end_char] == record["aligned"]
    strict = doc.char_span(record["start"], record["end"]) is not None
    assert record["alignment"] == ("strict" if strict else "expanded")
    assert ent._.entitynorm is record
    if token is not None:
        assert (ent.text, record["alignment"]) == (token, "expanded")


def test_two_names_in_one_token_are_both_kept() -> None:
    nlp = pipeline()
    nlp.tokenizer = spacy.tokenizer.Tokenizer(nlp.vocab)  # splits at blanks only
    text = "Shelling in Hraivoron/Kozynka, again."
    doc = nlp(text)
    assert [ent.text for ent in doc.ents] == ["Hraivoron/Kozynka,"]
    assert [r["id"] for r in doc.user_data["entitynorm"]] == ["place:grayvoron", "place:kozinka"]
    group = doc.spans["entitynorm"]
    decided = [span for span, rank in zip(group, group.attrs["ranks"], strict=True) if not rank]
    assert [span.kb_id_ for span in decided] == ["place:grayvoron", "place:kozinka"]
    assert [span._.entitynorm["surface"] for span in decided] == ["Hraivoron", "Kozynka"]


LINKER = entitynorm.load()
BLANK = {lang: pipeline(lang) for lang in ("en", "ru", "uk", "xx")}


@given(documents(LINKER.gazetteer), st.sampled_from(sorted(BLANK)))
def test_no_mention_disappears(gold: Any, lang: str) -> None:
    doc = BLANK[lang](gold.text)
    expected = LINKER.link(gold.text)
    records = doc.user_data["entitynorm"]
    assert [{k: r[k] for k in r if k not in ("alignment", "aligned")} for r in records] == [
        m.to_dict() for m in expected.mentions
    ]
    group = doc.spans["entitynorm"]
    chosen = [span for span, rank in zip(group, group.attrs["ranks"], strict=True) if not rank]
    assert [span.kb_id_ for span in chosen] == [m.id or "" for m in expected.mentions]
    wanted = [[m.id or "", *(c.id for c in m.candidates if c.id != m.id)] for m in expected.mentions]
    assert [span.kb_id_ for span in group] == [kb_id for some in wanted for kb_id in some]
    held = {i for ent in doc.ents for i in range(ent.start, ent.end)}
    for span, record in zip(chosen, records, strict=True):
        assert span.start_char <= record["start"] < record["end"] <= span.end_char
        assert span._.entitynorm["id"] == record["id"]
        if record["id"] is not None:  # no linked mention is out of doc.ents unless another holds its tokens
            assert held & set(range(span.start, span.end))
        if record["alignment"] == "strict":
            assert span.text == record["surface"]


@given(texts())
def test_any_text_is_annotated(text: str) -> None:
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        return  # spaCy's tokeniser takes no lone surrogates
    doc = BLANK["xx"](text)
    assert len(doc.user_data["entitynorm"]) == len(LINKER.link(text).mentions)


def test_a_doc_cut_out_of_another_does_not_answer_for_lost_words() -> None:
    doc = pipeline()(TEXT)
    whole = doc[:].as_doc(copy_user_data=True)
    assert whole.ents[0]._.entitynorm["id"] == IDS[0]
    doc = pipeline()("Kozinka or Kozynka.")
    part = doc[2:].as_doc(copy_user_data=True)
    assert part.ents[0].start_char == doc.ents[0].start_char and part.ents[0].kb_id_ == doc.ents[0].kb_id_
    assert part.ents[0]._.entitynorm is None


def test_of_two_mentions_in_one_token_the_id_tells_which() -> None:
    doc = spacy.blank("en").make_doc("Zenda/Zendaburg")
    assert len(doc) > 1
    common = {"start": 0, "end": 5, "surface": "Zenda", "aligned": [0, 15]}
    both = [{"id": "place:a"}, {"id": "place:b"}]
    doc.user_data["entitynorm"] = [
        {**common, "id": "place:a", "candidates": both},
        {**common, "id": "place:b", "candidates": both},
        {**common, "id": None, "candidates": both},
    ]
    for kb_id, record in zip(("place:a", "place:b", ""), doc.user_data["entitynorm"], strict=True):
        assert doc.char_span(0, 15, "PLACE", kb_id)._.entitynorm is record


# -- many texts ------------------------------------------------------------------------------------------------------


class Counting(entitynorm.Linker):
    """A linker that notes how it is asked, and cannot stand one word."""

    asked: list[int]

    def link(self, text: str, *, lang: str | None = None, context: bool = True) -> Document:
        if "unspeakable" in text:
            raise RuntimeError("no")
        return super().link(text, lang=lang, context=context)

    def link_many(self, texts: Iterable[str], *, lang: str | None = None, jobs: int = 1) -> Iterator[Document]:
        some = list(texts)
        self.asked.append(len(some))
        if any("unspeakable" in text for text in some):
            raise RuntimeError("no")
        return super().link_many(some, lang=lang, jobs=jobs)


def counting() -> tuple[Any, Counting]:
    nlp = spacy.blank("en")
    linker = Counting(LINKER.gazetteer)  # type: ignore[arg-type]
    linker.asked = []
    nlp.add_pipe("entitynorm").initialize(gazetteer=linker)
    return nlp, linker


def test_a_batch_is_linked_in_one_call() -> None:
    nlp, linker = counting()
    docs = list(nlp.pipe([f"{n}: in Hraivoron." for n in range(25)], batch_size=10))
    assert linker.asked == [10, 10, 5]
    assert [doc.text.split(":")[0] for doc in docs] == [str(n) for n in range(25)]
    assert all(doc.ents[0].kb_id_ == "place:grayvoron" for doc in docs)


def test_a_failing_text_does_not_take_its_batch_with_it() -> None:
    nlp, _ = counting()
    failed: list[str] = []
    nlp.set_error_handler(lambda name, proc, docs, error: failed.append(f"{name}: {docs[0].text}: {error}"))
    docs = list(nlp.pipe(["In Hraivoron.", "unspeakable", "In Kozynka."]))
    assert [doc.ents[0].kb_id_ for doc in docs] == ["place:grayvoron", "place:kozinka"]
    assert failed == ["entitynorm: unspeakable: no"]


def test_without_a_handler_the_error_is_raised() -> None:
    nlp, _ = counting()
    with pytest.raises(RuntimeError, match="no"):
        list(nlp.pipe(["unspeakable"]))


def test_texts_keep_their_companions() -> None:
    pairs = [("In Hraivoron.", 1), ("In Kozynka.", 2)]
    out = [(doc.ents[0].kb_id_, number) for doc, number in pipeline().pipe(pairs, as_tuples=True)]
    assert out == [("place:grayvoron", 1), ("place:kozinka", 2)]


def test_processes_give_the_same_docs() -> None:
    some = [TEXT, "In Kozynka.", "nothing", "The U.S.-Russia talks."] * 3
    nlp = pipeline()
    for alone, shared in zip(nlp.pipe(some), nlp.pipe(some, n_process=2, batch_size=4), strict=True):
        assert [(e.text, e.kb_id_) for e in alone.ents] == [(e.text, e.kb_id_) for e in shared.ents]
        assert alone.user_data == shared.user_data
        assert [s.kb_id_ for s in alone.spans["entitynorm"]] == [s.kb_id_ for s in shared.spans["entitynorm"]]
        assert alone.spans["entitynorm"].attrs == shared.spans["entitynorm"].attrs


@pytest.mark.parametrize("mode", MODES)
def test_every_mode_stands_an_empty_text(mode: str) -> None:
    doc = pipeline(mode=mode)("")
    assert (doc.ents, doc.user_data["entitynorm"], len(doc.spans["entitynorm"])) == ((), [], 0)
