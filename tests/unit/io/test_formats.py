"""The forms of a linked document: what is written can be read back."""

from __future__ import annotations

import csv
import io
import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entitynorm.errors import InputError
from entitynorm.io import formats
from entitynorm.io.formats import LinkedDocument, parse_marked, select, strip_marked, to_csv, to_jsonl, to_marked
from entitynorm.model import Candidate, Document, Mention

NASTY = st.text(alphabet=st.sampled_from("ab \\[]()\r\n\u2028\"',=Ґ𝔘"), max_size=40)
IDS = st.one_of(st.none(), st.text(alphabet=st.sampled_from("a:-\\()[]é"), min_size=1, max_size=8))


def mention(text: str, start: int, end: int, id_: str | None, score: float = 0.9) -> Mention:
    name, type_ = (None, None) if id_ is None else ("Name", "PLACE")
    return Mention(start, end, text[start:end], id_, name, type_, score, "because")


@st.composite
def documents(draw: st.DrawFn) -> Document:
    text = draw(NASTY)
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=8)))
    spans = [span for span in pairwise(cuts) if draw(st.booleans())]
    return Document(text, tuple(mention(text, start, end, draw(IDS)) for start, end in spans))


@given(documents())
def test_marked_text_holds_text_and_mentions(document: Document) -> None:
    text, spans = parse_marked(to_marked(document))
    assert text == strip_marked(to_marked(document)) == document.text
    assert [tuple(span) for span in spans] == [(m.start, m.end, m.id) for m in document.mentions]


@given(documents(), NASTY)
def test_csv_reads_back(document: Document, name: str) -> None:
    rows = list(csv.reader(io.StringIO(to_csv(LinkedDocument(name, document)), newline="")))
    assert [(row[0], row[3], row[4]) for row in rows] == [(name, m.surface, m.id or "") for m in document.mentions]


@given(documents())
def test_jsonl_is_one_line_and_reads_back(document: Document) -> None:
    line = to_jsonl(LinkedDocument("d", document))
    assert line.count("\n") == 1 and line.endswith("\n")
    assert json.loads(line) == json.loads(json.dumps(document.to_dict("d")))


@given(documents(), st.floats(0, 1))
def test_select_keeps_candidates_and_order(document: Document, min_score: float) -> None:
    kept = select(document, min_score=min_score)
    assert [(m.start, m.end, m.candidates) for m in kept.mentions] == [
        (m.start, m.end, m.candidates) for m in document.mentions
    ]
    assert all(m.id is None or m.score >= min_score for m in kept.mentions)
    assert all(m.id is not None for m in select(document, nil=False, min_score=min_score).mentions)


def test_a_marked_text_is_readable() -> None:
    text = "assault on Grayvoron town[1], then Alpha"
    document = Document(text, (mention(text, 11, 20, "place:grayvoron"), mention(text, 35, 40, None)))
    assert to_marked(document) == "assault on [Grayvoron](place:grayvoron) town\\[1\\], then [Alpha]()"


@pytest.mark.parametrize("marked", ["a [b", "a ]", "told[1]", "[](x:y)", "[a](x", "x\n[a] (b)", "ends in \\"])
def test_broken_mark_up_is_refused(marked: str) -> None:
    with pytest.raises(InputError, match=r"^line \d: .*\[text\]\(id\)"):
        parse_marked(marked)


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("@Suspilne", "'@Suspilne"),
        ("+7", "'+7"),
        ("-x", "'-x"),
        ("\tx", "'\tx"),
        ("Kyiv", "Kyiv"),
        ("a=b", "a=b"),
        ("", ""),
        (-5, -5),
        (None, None),
    ],
)
def test_excel_cells(cell: object, written: object) -> None:
    assert formats.excel_cell(cell) == written


def test_json_line_keeps_letters_and_survives_surrogates() -> None:
    assert formats.json_line({"a": "Ґ"}) == '{"a": "Ґ"}\n'
    assert json.loads(formats.json_line({"a": "x\udcff"}).encode()) == {"a": "x\udcff"}


def test_select_lowers_nothing_without_a_threshold() -> None:
    text = "Kyiv"
    candidate = Candidate("place:kyiv", "Kyiv", "PLACE", 0.0, "Kyiv")
    document = Document(text, (Mention(0, 4, text, "place:kyiv", "Kyiv", "PLACE", 0.0, "r", (candidate,)),))
    assert select(document) == document
