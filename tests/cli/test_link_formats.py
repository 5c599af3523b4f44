"""``link``: the forms of other programs, units of offsets, texts from JSON lines, and texts of any size."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
from collections.abc import Iterator
from functools import partial
from itertools import count, islice
from pathlib import Path

import pytest

import entitynorm
from entitynorm.cli.linking import linked_texts
from entitynorm.io import documents
from entitynorm.io.brat import read_brat
from entitynorm.io.conll import read_conll
from entitynorm.io.documents import Record, open_documents, open_records
from entitynorm.io.formats import parse_marked, strip_marked
from entitynorm.io.label_studio import read_label_studio
from entitynorm.io.pieces import pieces

TEXT = "🔥 Graivoron, \r\nas Suspilne told of Вячеслав Гладков"
SPANS = [(2, 11, "place:grayvoron"), (18, 26, "org:suspilne"), (35, 51, "person:vyacheslav-gladkov")]


@pytest.fixture
def note(tmp_path: Path) -> Path:
    path = tmp_path / "note.txt"
    path.write_bytes(TEXT.encode())
    return path


@pytest.fixture
def names(tmp_path: Path, gazetteer: Path) -> Path:
    path = tmp_path / "more.yaml"
    path.write_text(
        gazetteer.read_text().replace(
            'name: "Vyacheslav Gladkov"', 'name: "Vyacheslav Gladkov"\n    aliases: ["Вячеслав Гладков"]'
        )
    )
    return path


def test_other_programs_read_the_same(run, names, note):
    def out(form: str) -> str:
        return run("link", note, "-g", names, "-f", form).out

    assert [tuple(span) for span in read_brat(out("brat"))] == SPANS
    assert [tuple(span) for span in read_conll(out("conll"))[str(note)]] == SPANS
    assert [tuple(span) for span in read_label_studio(out("label-studio"))[str(note)]] == SPANS
    ents = json.loads(out("displacy"))["ents"]
    assert [(ent["start"], ent["end"], ent["kb_id"]) for ent in ents] == SPANS


@pytest.mark.parametrize(("unit", "codec", "size"), [("utf16", "utf-16-le", 2), ("utf8", "utf-8", 1)])
def test_units(run, names, note, unit, codec, size):
    data = TEXT.encode(codec)
    record = json.loads(run("link", note, "-g", names, "--offsets", unit).out)
    assert record["offsets"] == unit
    for m in record["mentions"]:
        assert data[m["start"] * size : m["end"] * size].decode(codec) == m["surface"]
    rows = csv.DictReader(io.StringIO(run("link", note, "-g", names, "--offsets", unit, "-f", "csv").out))
    for row in rows:
        assert data[int(row[f"start_{unit}"]) * size : int(row[f"end_{unit}"]) * size].decode(codec) == row["surface"]


def test_brat_in_a_folder_has_the_texts_beside_it(run, names, note, article, tmp_path, text):
    folder = tmp_path / "brat"
    assert run("link", note, article, "-g", names, "-f", "brat", "-o", folder).status == 0
    assert sorted(path.name for path in folder.iterdir()) == ["article.ann", "article.txt", "note.ann", "note.txt"]
    assert (folder / "article.txt").read_bytes().decode() == text
    for name in ("note", "article"):
        own = (folder / f"{name}.txt").read_bytes().decode()
        spans = read_brat((folder / f"{name}.ann").read_text())
        assert spans and all(own[span.start : span.end].strip() for span in spans)


def test_brat_beside_the_texts_leaves_them_alone(run, names, note, article, tmp_path):
    before = note.stat()
    assert run("link", note, article, "-g", names, "-f", "brat", "-o", tmp_path).status == 0
    assert (tmp_path / "note.ann").exists() and note.stat().st_mtime_ns == before.st_mtime_ns


def test_nil_is_for_programs_unless_asked(run, names, note):
    args = ("link", note, "-g", names, "--min-score", "1.0")
    for form, label in (
        ("brat", "T1\tNIL 2 11"),
        ("conll", "_\tB-NIL"),
        ("displacy", '"NIL"'),
        ("label-studio", '"NIL"'),
    ):
        assert label not in run(*args, "-f", form).out
        assert label in run(*args, "-f", form, "--all").out


def test_texts_may_be_screened_only(run, names, note, tmp_path):
    path = tmp_path / "texts.jsonl"
    path.write_text("".join(json.dumps({"t": text}) + "\n" for text in ("Nothing.", "Hraivoron was calm.")))
    out = run("link", path, "--screen", "--text-field", "t", "-f", "csv").out.splitlines()
    assert len(out) == 2 and out[1].startswith(f"{path}:2,0,9,Hraivoron,place:grayvoron,Grayvoron,PLACE,")
    assert out[1].endswith("sounds like a listed name")
    assert "spelled as it is listed" in run("link", note, "-g", names, "--screen", "-f", "csv").out


def test_json_lines_are_texts(run, names, tmp_path):
    path = tmp_path / "texts.jsonl"
    path.write_text("".join(json.dumps({"n": n, "t": TEXT * n}) + "\n" for n in range(3)))
    args = ("link", path, "-g", names, "--text-field", "t")
    records = [json.loads(line) for line in run(*args).out.splitlines()]
    assert [(r["doc"], len(r["mentions"])) for r in records] == [(f"{path}:{n + 1}", 3 * n) for n in range(3)]
    named = run(*args, "--doc-field", "n", "-f", "conll").out
    assert {name: len(spans) for name, spans in read_conll(named).items()} == {"0": 0, "1": 3, "2": 6}
    page = run(*args, "-f", "html")
    assert page.status == 0 and page.out.count("<article") == 3


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["-f", "marked", "--offsets", "utf16"], "holds no offsets"),
        (["-f", "html", "--offsets", "utf8"], "holds no offsets"),
        (["--offsets", "utf-16"], "'utf-16' is not one of"),
        (["-f", "brat", "--text-field", "t"], "a file for each text"),
        (["--text-field", "t"], "not JSON"),
        (["--doc-field", "t"], "--doc-field came without --text-field"),
    ],
)
def test_options_that_do_not_go_together(run, names, note, options, expected):
    assert expected in run("link", note, "-g", names, *options).complaint()


# --- any size -------------------------------------------------------------------------------------------------

PARAGRAPHS = "".join(f"{n} Graivoron 🔥\nand Suspilne.\n\n" for n in range(40))


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "pieces", partial(pieces, size=100))


@pytest.mark.usefixtures("small_pieces")
@pytest.mark.parametrize("jobs", [1, 2])
def test_pieces_of_a_text_come_out_as_one(run, names, tmp_path, jobs):
    path = tmp_path / "long.txt"
    path.write_text(PARAGRAPHS)
    args = ("link", path, path, "-g", names, "--jobs", jobs)
    for line in run(*args).out.splitlines():
        mentions = json.loads(line)["mentions"]
        assert len(mentions) == 80
        assert all(PARAGRAPHS[m["start"] : m["end"]] == m["surface"] for m in mentions)
    data = PARAGRAPHS.encode()
    rows = list(csv.DictReader(io.StringIO(run(*args, "-f", "csv", "--offsets", "utf8").out)))
    assert [data[int(row["start_utf8"]) : int(row["end_utf8"])].decode() for row in rows] == [
        "Graivoron",
        "Suspilne",
    ] * 80
    for form, read in (("conll", read_conll), ("label-studio", read_label_studio)):
        spans = read(run(*args, "-f", form).out)[str(path)]
        assert {PARAGRAPHS[s.start : s.end] for s in spans} == {"Graivoron", "Suspilne"}


@pytest.mark.usefixtures("small_pieces")
def test_pieces_of_a_text_are_marked_normalised_and_shown(run, names, tmp_path):
    path = tmp_path / "long.txt"
    path.write_text(PARAGRAPHS)
    marked = run("link", path, "-g", names, "-f", "marked").out
    assert strip_marked(marked) == PARAGRAPHS and len(parse_marked(marked)[1]) == 80
    new = PARAGRAPHS.replace("Graivoron", "Grayvoron")
    assert run("normalize", path, "-g", names).out == new
    assert run("normalize", path, "-g", names, "--diff").out.count("\n+") == 41  # with the heading
    assert run("link", path, "-g", names, "-f", "html").out.count("<mark ") == 80
    assert run("normalize", path, "-g", names, "--in-place", "--backup").status == 0
    assert (path.read_text(), (tmp_path / "long.txt.bak").read_text()) == (new, PARAGRAPHS)


@pytest.mark.parametrize("jobs", [1, 2])
def test_texts_without_an_end_are_linked_as_they_come(jobs):
    linker = entitynorm.load([{"id": "p:kyiv", "type": "PLACE", "name": "Kyiv"}])
    taken = count()

    def endless() -> Iterator[Record]:
        for n in taken:
            yield Record(str(n), {}, "In Kyiv." + "\n" * 100_000, 100_008)

    linked = linked_texts(linker, endless(), 0, label="", lang=None, jobs=jobs, streams_to=None)
    found = [(text.name, [m.id for piece in parts for m in piece.mentions]) for text, parts in islice(linked, 5)]
    assert found == [(str(n), ["p:kyiv"]) for n in range(5)]
    assert next(taken) < 200


def peak_of(work: Iterator[object]) -> int:
    tracemalloc.start()
    try:
        for _ in work:
            pass
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_reading_holds_a_piece_and_not_the_text(tmp_path):
    path = tmp_path / "long.txt"
    path.write_text(PARAGRAPHS * 20_000)  # 24 MB
    lines = tmp_path / "lines.jsonl"
    lines.write_text((json.dumps({"t": PARAGRAPHS}) + "\n") * 10_000)
    assert min(path.stat().st_size, lines.stat().st_size) > 14 << 20
    assert peak_of(piece for source in open_documents([str(path)]) for piece in source.pieces()) < 10 << 20
    assert peak_of(text for file in open_records([str(lines)], "t") for text in file.texts()) < 1 << 20
