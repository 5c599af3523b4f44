"""Laws of what is written: offsets in every unit slice the surface, pieces make the whole, and files read back."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from entitynorm.io.brat import read_brat
from entitynorm.io.conll import COLUMNS, read_conll
from entitynorm.io.diff import unified_diff
from entitynorm.io.formats import Options, parse_marked
from entitynorm.io.label_studio import read_label_studio
from entitynorm.io.offsets import OFFSET_UNITS, OffsetCounter, OffsetUnit, width
from entitynorm.io.pieces import pieces
from entitynorm.io.writers import FORMATS
from entitynorm.model import Document, Mention, joined
from entitynorm.rewriting import STYLES, Style, rewrite
from entitynorm.testing import texts

UNITS = st.sampled_from(OFFSET_UNITS)
PROSE = st.lists(
    st.sampled_from(
        ("Kyiv", "Київ", "Кии\u0306в", "🔥", "𝔘", "\ud83d", "#", "#x", "’s", "\t", " ", "  ", "\n", "\r\n", "\n\n",
         "\u2028", "\x85", "\f", "end. ", "Fin.\n", "\u200b", "\ufeff", "[1]", "\\", ";", "_", "T1")
    ),
    max_size=30,
).map("".join)  # fmt: skip
TEXTS = PROSE | texts()
IDS = st.none() | st.from_regex(r"[a-zé]+:[^\s\ud800-\udfff]+", fullmatch=True)
TYPES = st.sampled_from(("PLACE", "ORG", "Café bar", "X-1"))


def mention(text: str, start: int, end: int, id_: str | None, type_: str, name: str) -> Mention:
    linked = (id_, name, type_) if id_ is not None else (None, None, None)
    return Mention(start, end, text[start:end], *linked, 0.5, "because")


@st.composite
def linked_pieces(draw: st.DrawFn, alphabet: st.SearchStrategy[str] = TEXTS) -> list[Document]:
    """A text in pieces, with mentions anywhere in them."""
    found: list[Document] = []
    for text in draw(st.lists(alphabet, min_size=1, max_size=3)):
        cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=8)))
        spans = [span for span in pairwise(cuts) if draw(st.booleans())]
        found.append(
            Document(
                text,
                tuple(
                    mention(text, *span, draw(IDS), draw(TYPES), draw(st.sampled_from(("Kyiv", "Two\nLines", "🔥"))))
                    for span in spans
                ),
            )
        )
    return found


def trimmed(documents: list[Document]) -> list[Document]:
    """The same without mentions that begin or end with white space, which lines and columns cannot hold."""
    return [Document(d.text, tuple(m for m in d.mentions if m.surface == m.surface.strip())) for d in documents]


def encoded(text: str, unit: OffsetUnit) -> tuple[bytes, int]:
    """A text as a program sees it that counts in a unit, and how many bytes one of them has."""
    codec, size = {"codepoint": ("utf-32-le", 4), "utf16": ("utf-16-le", 2), "utf8": ("utf-8", 1)}[unit]
    return text.encode(codec, "surrogatepass"), size


def cut(text: str, start: int, end: int, unit: OffsetUnit) -> bytes:
    data, size = encoded(text, unit)
    return data[start * size : end * size]


def written(form: str, documents: list[Document], unit: OffsetUnit = "codepoint") -> str:
    return "".join(FORMATS[form].write([("doc", iter(documents))], Options(unit)))


@given(TEXTS, UNITS)
def test_width_is_what_a_program_counts(text: str, unit: OffsetUnit) -> None:
    data, size = encoded(text, unit)
    assert width(text, unit) * size == len(data)


@given(linked_pieces(), UNITS)
def test_offsets_slice_the_surface_in_every_unit(documents: list[Document], unit: OffsetUnit) -> None:
    text = joined(documents).text
    counter = OffsetCounter(unit)
    for item in (item for document in documents for item in counter.place(document)):
        assert cut(text, item.start, item.end, unit) == encoded(item.mention.surface, unit)[0]
    assert counter.at == width(text, unit)


def places_in(form: str, documents: list[Document], unit: OffsetUnit) -> Iterator[tuple[int, int]]:
    """Where a file of a form says that the mentions are."""
    out = written(form, documents, unit)
    match form:
        case "jsonl":
            record = json.loads(out)
            assert record["offsets"] == unit
            yield from ((m["start"], m["end"]) for m in record["mentions"])
        case "csv":
            suffix = "" if unit == "codepoint" else f"_{unit}"
            for row in csv.DictReader(io.StringIO(out, newline="")):
                yield int(row[f"start{suffix}"]), int(row[f"end{suffix}"])
        case "displacy":
            record = json.loads(out)
            assert (record["offsets"], record["text"]) == (unit, joined(documents).text)
            yield from ((e["start"], e["end"]) for e in record["ents"])
        case "label-studio":
            (task,) = json.loads(out)
            assert (task["data"]["offsets"], task["data"]["text"]) == (unit, joined(documents).text)
            yield from ((s.start, s.end) for s in read_label_studio(out)["doc"])
        case "brat":
            yield from ((s.start, s.end) for s in read_brat(out))
        case "conll":
            assert f"# offsets = {unit}\n" in out
            yield from ((s.start, s.end) for s in read_conll(out)["doc"])


@given(linked_pieces(), UNITS)
def test_every_form_with_offsets_slices_in_its_unit(documents: list[Document], unit: OffsetUnit) -> None:
    documents = trimmed(documents)
    whole = joined(documents)
    surfaces = [encoded(m.surface, unit)[0] for m in whole.mentions]
    for form, about in FORMATS.items():
        if about.offsets:
            assert [cut(whole.text, *place, unit) for place in places_in(form, documents, unit)] == surfaces, form


@given(linked_pieces())
def test_files_read_back_give_the_same_spans_and_ids(documents: list[Document]) -> None:
    documents = trimmed(documents)
    expected = [(m.start, m.end, m.id) for m in joined(documents).mentions]
    assert [tuple(span) for span in read_brat(written("brat", documents))] == expected
    assert [tuple(span) for span in read_conll(written("conll", documents))["doc"]] == expected
    assert [tuple(span) for span in read_label_studio(written("label-studio", documents))["doc"]] == expected


@given(linked_pieces(st.text(st.characters(codec="utf-8"))))
def test_marked_pieces_are_the_marked_text(documents: list[Document]) -> None:
    whole = joined(documents)
    text, spans = parse_marked(written("marked", documents))
    assert text == whole.text
    assert [tuple(span) for span in spans] == [(m.start, m.end, m.id) for m in whole.mentions]


@given(linked_pieces(), UNITS)
def test_a_text_in_pieces_is_written_as_the_whole_text_is(documents: list[Document], unit: OffsetUnit) -> None:
    whole = [joined(documents)]
    for form in ("jsonl", "csv", "marked", "label-studio", "displacy"):
        assert written(form, documents, unit) == written(form, whole, unit), form


@given(linked_pieces())
def test_columns_hold_every_letter_once(documents: list[Document]) -> None:
    documents = trimmed(documents)
    text = joined(documents).text
    rows = [line.split("\t") for line in written("conll", documents).split("\n") if line and not line.startswith("# ")]
    assert all(len(row) == len(COLUMNS) for row in rows)
    places = [(int(row[1]), int(row[2])) for row in rows]
    assert all(a[1] <= b[0] for a, b in pairwise(places))
    assert "".join(text[a:b] for a, b in places) == "".join(text.split())


# --- pieces ---------------------------------------------------------------------------------------------------

SHEETS = st.lists(
    st.sampled_from(("a", "bc", " ", "\n", "\n\n", "\n \t\n", "\r\n", ".", "\f", "e\u0301")), max_size=40
).map("".join)
PARAGRAPH_END = re.compile(r"(?:\n[ \t\r]*\n|[\f\u2028\u2029])\Z")


@given(SHEETS | TEXTS, st.integers(2, 12), st.data())
def test_pieces_joined_are_the_text_however_it_comes(text: str, size: int, data: st.DataObject) -> None:
    cuts = [0, *sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=5))), len(text)]
    found = list(pieces((text[a:b] for a, b in pairwise(cuts)), size=size))
    assert "".join(piece.text for piece in found) == text
    assert [piece.start for piece in found] == [sum(len(p.text) for p in found[:n]) for n in range(len(found))]
    assert all(0 < len(piece.text) <= size for piece in found) or text == ""
    assert found == list(pieces([text], size=size))


@given(SHEETS, st.integers(2, 12))
@example("a\n\nb\n\nc and more", 8)
def test_a_text_is_cut_between_paragraphs_where_one_ends_in_reach(text: str, size: int) -> None:
    for piece in list(pieces([text], size=size))[:-1]:
        reach = text[piece.start : piece.start + size]
        ends = [n for n in range(1, len(reach) + 1) if PARAGRAPH_END.search(reach[:n])]
        assert not ends or len(piece.text) == ends[-1]


@given(SHEETS, st.integers(2, 12))
@example("ab\r\n", 3)
def test_a_line_end_is_never_cut_in_two(text: str, size: int) -> None:
    found = [piece.text for piece in pieces([text], size=size)]
    assert not any(a.endswith("\r") and b.startswith("\n") for a, b in pairwise(found))


# --- rewriting ------------------------------------------------------------------------------------------------


def patched(text: str, diff: str) -> str:
    """A text with a unified diff applied, by the book: contexts and removed lines have to be there."""
    lines = re.findall(r"[^\n]*\n|[^\n]+\Z", text)
    rows = diff.split("\n")[:-1]
    out: list[str] = []
    at = 0
    for n, row in enumerate(rows):
        if n < 2:
            continue
        if (heading := re.fullmatch(r"@@ -(\d+)(?:,(\d+))? \+\d+(?:,\d+)? @@", row)) is not None:
            start = int(heading[1]) - (heading[2] != "0")
            assert start >= at
            out += lines[at:start]
            at = start
            continue
        if row.startswith("\\"):
            continue
        bare = n + 1 < len(rows) and rows[n + 1].startswith("\\")
        line = row[1:] + ("" if bare else "\n")
        if row[0] in " -":
            assert lines[at] == line
            at += 1
        if row[0] in " +":
            out.append(line)
    return "".join(out + lines[at:])


@given(linked_pieces(), st.sampled_from(STYLES))
def test_a_diff_applied_gives_the_rewriting(documents: list[Document], style: Style) -> None:
    whole = joined(documents).text
    new = "".join(rewrite(document, style) for document in documents)
    diff = "".join(unified_diff("doc", documents, style))
    assert (diff == "") == (new == whole)
    assert patched(whole, diff) == new


@given(st.lists(st.integers(0, 9), min_size=1, max_size=6))
def test_a_diff_shows_three_lines_around_a_change(gaps: list[int]) -> None:
    text = "".join("a\n" * gap + "Kiev\n" for gap in gaps) + "a\n" * gaps[0]
    mentions = tuple(mention(text, m.start(), m.end(), "p:kyiv", "PLACE", "Kyiv") for m in re.finditer("Kiev", text))
    diff = "".join(unified_diff("doc", [Document(text, mentions)]))
    shown = {int(n) for h in re.finditer(r"^@@ -(\d+)(?:,(\d+))?", diff, re.MULTILINE)
             for n in range(int(h[1]), int(h[1]) + int(h[2] or 1))}  # fmt: skip
    changed = {text.count("\n", 0, m.start) + 1 for m in mentions}
    assert patched(text, diff) == text.replace("Kiev", "Kyiv")
    assert shown == {n for c in changed for n in range(c - 3, c + 4) if 1 <= n <= text.count("\n")}
