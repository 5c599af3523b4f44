"""brat, CoNLL columns, Label Studio and displaCy: what the files look like, and what they cannot hold."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from entitynorm.errors import InputError
from entitynorm.io.brat import read_brat
from entitynorm.io.conll import read_conll
from entitynorm.io.formats import LinkedDocument, Options, to_jsonl
from entitynorm.io.label_studio import read_label_studio
from entitynorm.io.writers import FORMATS
from entitynorm.model import Document, Mention


def document(text: str, *links: tuple[str, str | None, str | None]) -> Document:
    """A text with each surface linked where it first stands."""
    mentions = []
    for surface, id_, type_ in links:
        start = text.index(surface)
        name = "New York" if id_ else None
        mentions.append(Mention(start, start + len(surface), surface, id_, name, type_, 0.9, "below_threshold"))
    return Document(text, tuple(mentions))


def write(form: str, *documents: Document, **options: object) -> str:
    named = ((f"{n}.txt", [d]) for n, d in enumerate(documents))
    return "".join(FORMATS[form].write(named, Options(**options)))  # type: ignore[arg-type]


NEW_YORK = document("🔥 in New\r\nYork, #LSR", ("New\r\nYork", "place:ny", "BIG PLACE"), ("LSR", None, None))


def test_brat() -> None:
    assert write("brat", NEW_YORK) == (
        "T1\tBIG_PLACE 5 8;10 14\tNew York\n"
        "N1\tReference T1 entitynorm:place:ny\tNew York\n"
        "T2\tNIL 17 20\tLSR\n"
        "#2\tAnnotatorNotes T2\tbelow_threshold\n"
    )


@pytest.mark.parametrize(("unit", "places"), [("utf16", "6 9;11 15"), ("utf8", "8 11;13 17")])
def test_brat_names_a_unit_that_is_not_its_own(unit: str, places: str) -> None:
    out = write("brat", NEW_YORK, offsets=unit)
    assert out.startswith(f"T1\tBIG_PLACE {places}\tNew York\n")
    assert out.count("offsets") == 1 and f"#0\tAnnotatorNotes T1\toffsets = {unit}\n" in out
    assert [span.id for span in read_brat(out)] == ["place:ny", None]
    assert write("brat", document("Hi."), offsets=unit) == "", "nothing is counted where nothing is found"


@pytest.mark.parametrize(("form", "read"), [("brat", read_brat), ("conll", read_conll)])
def test_line_ends_of_other_systems(form: str, read: Callable[[str], object]) -> None:
    out = write(form, NEW_YORK)
    bare = out.replace("place:ny\tNew York", "place:ny")
    assert bare.count("\r") == 0 and read(bare) == read(out)
    for written in (out, bare):
        assert read(written.replace("\n", "\r\n")) == read(written)
        assert read(written.rstrip("\n")) == read(written)


def test_brat_reads_what_people_changed() -> None:
    """brat writes other kinds of annotation into the same file, and ids of other databases."""
    spans = read_brat(
        "T2\tORG 5 8;10 14\tNew York\nN1\tReference T2 Wikidata:Q60\tNYC\n\nR1\tIn Arg1:T2 Arg2:T3\nT3\tORG 1 2\tx"
    )
    assert [tuple(span) for span in spans] == [(5, 14, None), (1, 2, None)]


def test_conll() -> None:
    assert write("conll", NEW_YORK, document("Hi."), offsets="utf16") == (
        "# newdoc id = 0.txt\n# offsets = utf16\n# global.columns = FORM START END ID TAG\n"
        "🔥\t0\t2\t_\tO\nin\t3\t5\t_\tO\n"
        "New\t6\t9\tplace:ny\tB-BIG_PLACE\nYork\t11\t15\tplace:ny\tI-BIG_PLACE\n"
        ",\t15\t16\t_\tO\n#\t17\t18\t_\tO\nLSR\t18\t21\t_\tB-NIL\n\n"
        "# newdoc id = 1.txt\n# offsets = utf16\n# global.columns = FORM START END ID TAG\n"
        "Hi\t0\t2\t_\tO\n.\t2\t3\t_\tO\n\n"
    )


def test_conll_keeps_neighbours_apart_and_sentences() -> None:
    text = "KyivLviv here now. Then\n\n\nend"
    out = write("conll", document(text, ("Kyiv", "p:k", "PLACE"), ("Lviv", "p:l", "PLACE")))
    assert [tuple(s) for s in read_conll(out)["0.txt"]] == [(0, 4, "p:k"), (4, 8, "p:l")]
    assert out.count("\n\n") == 3 and "\n\n\n" not in out


def test_label_studio() -> None:
    tasks = json.loads(write("label-studio", NEW_YORK, document("Hi.")))
    assert [task["data"]["doc"] for task in tasks] == ["0.txt", "1.txt"]
    assert tasks[1]["predictions"][0]["result"] == []
    first, second = tasks[0]["predictions"][0]["result"]
    assert first == {
        "id": "m1", "from_name": "label", "to_name": "text", "type": "labels", "score": 0.9,
        "value": {"start": 5, "end": 14, "text": "New\r\nYork", "labels": ["BIG PLACE"]},
        "meta": {"text": ["place:ny"]},
    }  # fmt: skip
    assert (second["id"], second["value"]["labels"], second["meta"]) == ("m2", ["NIL"], {"text": []})


def test_the_annotation_changed_last_is_read() -> None:
    def annotation(when: str, end: int) -> dict[str, object]:
        region = {"type": "labels", "value": {"start": 0, "end": end, "labels": ["ORG"]}, "meta": {"text": ["org:x"]}}
        return {"updated_at": when, "result": [region, {"type": "choices", "value": {}}]}

    task = {
        "data": {"doc": "d"},
        "predictions": [],
        "annotations": [annotation("2024-02", 9), annotation("2024-01", 5)],
    }
    assert [tuple(span) for span in read_label_studio(json.dumps([task]))["d"]] == [(0, 9, "org:x")]


def test_displacy() -> None:
    record = json.loads(write("displacy", NEW_YORK))
    assert record["title"] == "0.txt"
    assert record["ents"] == [
        {"start": 5, "end": 14, "label": "BIG PLACE", "kb_id": "place:ny", "kb_url": "#"},
        {"start": 17, "end": 20, "label": "NIL", "kb_id": "", "kb_url": "#"},
    ]


def test_displacy_draws_it() -> None:
    displacy = pytest.importorskip("spacy.displacy", reason="needs the extra: pip install 'entitynorm[spacy]'")
    html = displacy.render(json.loads(write("displacy", NEW_YORK)), style="ent", manual=True, jupyter=False)
    assert "place:ny" in html and "BIG PLACE" in html


def test_units_stand_in_the_heading_of_csv() -> None:
    assert write("csv", offsets="utf8") == "doc,start_utf8,end_utf8,surface,id,name,type,score,reason\n"
    assert write("csv") == "doc,start,end,surface,id,name,type,score,reason\n"


def test_the_record_of_a_document_is_the_line_of_it() -> None:
    assert json.loads(to_jsonl(LinkedDocument("d", NEW_YORK))) == NEW_YORK.to_dict("d")
    assert NEW_YORK.to_dict("d")["offsets"] == "codepoint"


@pytest.mark.parametrize("form", ["brat", "conll"])
@pytest.mark.parametrize(
    ("text", "surface", "id_", "message"),
    [
        ("a\nb", "\nb", "p:x", "begins or ends with"),
        ("a\nb", "a\n", "p:x", "begins or ends with"),
        ("a \n b", "\n", "p:x", "begins or ends with"),
        ("a b", "b", "p:x y", "the id 'p:x y'"),
        ("a b", "b", "", "the id ''"),
    ],
)
def test_what_lines_cannot_hold_is_refused(form: str, text: str, surface: str, id_: str, message: str) -> None:
    with pytest.raises(InputError, match=f"^0.txt: .*{message}.*jsonl instead") as raised:
        write(form, document(text, (surface, id_, "PLACE")))
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("read", "content", "message"),
    [
        (read_brat, "N1\tx\nT1\tORG x 3\tKy\n", "line 2: .*text-bound"),
        (read_conll, "# newdoc id = a\nKyiv\tB-ORG\n", "line 2: .*FORM START END ID TAG"),
        (read_conll, "Kyiv\t0\tx\t_\tO\n", "line 1"),
        (read_label_studio, "{", "not Label Studio's tasks"),
        (read_label_studio, '[{"data": {}}]', "no 'doc'"),
        (read_label_studio, '[{"data": {"doc": "a"}, "predictions": []}]', "not Label Studio's tasks"),
    ],
)
def test_broken_files_are_refused(read: object, content: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read(content)  # type: ignore[operator]
