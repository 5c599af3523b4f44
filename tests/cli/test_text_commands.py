"""``normalize`` and ``link``: every format, every way in and out."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from entitynorm.io.formats import parse_marked, strip_marked

EXPECTED = [
    ("Vyacheslav Gladkov", "person:vyacheslav-gladkov"),
    ("Grayvoron", "place:grayvoron"),
    ("Suspilne", "org:suspilne"),
    ("Grayvoron", "place:grayvoron"),
]


def test_jsonl_is_one_object_a_document_with_original_offsets(run, gazetteer, article, text):
    result = run("link", article, "-g", gazetteer)
    assert result.status == 0 and result.out.count("\n") == 1
    record = json.loads(result.out)
    assert record["doc"] == str(article)
    links = [m for m in record["mentions"] if m["id"]]
    assert [(m["surface"], m["id"]) for m in links] == EXPECTED
    for m in record["mentions"]:
        assert text[m["start"] : m["end"]] == m["surface"]
        assert set(m) == {"start", "end", "surface", "id", "name", "type", "score", "reason", "candidates"}


def test_documents_come_in_the_order_given(run, gazetteer, article, tmp_path):
    other = tmp_path / "another.txt"
    other.write_text("Nothing here.\n")
    lines = run("link", article, other, article, "-g", gazetteer).out.splitlines()
    assert [json.loads(line)["doc"] for line in lines] == [str(article), str(other), str(article)]


def test_standard_input_is_a_document(run, gazetteer, text):
    record = json.loads(run("link", "-", "-g", gazetteer, stdin=text.encode()).out)
    assert record["doc"] == "-"
    assert [m["id"] for m in record["mentions"] if m["id"]] == [id_ for _, id_ in EXPECTED]


def test_a_byte_order_mark_counts_as_a_character_of_the_text(run, gazetteer, text):
    record = json.loads(run("link", "-", "-g", gazetteer, stdin=b"\xef\xbb\xbf" + text.encode()).out)
    decoded = "\ufeff" + text
    assert record["mentions"]
    assert all(decoded[m["start"] : m["end"]] == m["surface"] for m in record["mentions"])


def test_csv_has_one_row_a_mention(run, gazetteer, article):
    rows = list(csv.DictReader(io.StringIO(run("link", article, "-g", gazetteer, "-f", "csv", "--links-only").out)))
    assert [(row["surface"], row["id"]) for row in rows] == EXPECTED
    assert list(rows[0]) == ["doc", "start", "end", "surface", "id", "name", "type", "score", "reason"]


def test_excel_safe_csv_begins_with_a_byte_order_mark(run, gazetteer, article):
    assert run("link", article, "-g", gazetteer, "-f", "csv", "--excel-safe").out.startswith("\ufeffdoc,")


def test_marked_text_gives_the_text_back(run, gazetteer, article, text):
    marked = run("link", article, "-g", gazetteer, "-f", "marked").out
    assert "[Vyacheslav Gladkov](person:vyacheslav-gladkov) spoke in [Grayvoron](place:grayvoron) \\[1\\]" in marked
    assert strip_marked(marked) == text
    assert [span.id for span in parse_marked(marked)[1]] == [id_ for _, id_ in EXPECTED]


def test_several_marked_texts_go_into_a_folder(run, gazetteer, article, tmp_path, text):
    other = tmp_path / "other.txt"
    other.write_text("Suspilne\n")
    folder = tmp_path / "marked"
    assert run("link", article, other, "-g", gazetteer, "-f", "marked", "-o", folder).status == 0
    assert sorted(path.name for path in folder.iterdir()) == ["article.md", "other.md"]
    assert strip_marked((folder / "article.md").read_bytes().decode()) == text
    assert (folder / "other.md").read_text() == "[Suspilne](org:suspilne)\n"


def test_html_page_is_written_whole(run, gazetteer, article, tmp_path):
    page = tmp_path / "report.html"
    result = run("link", article, "-g", gazetteer, "-f", "html", "-o", page, "--title", "A <title>")
    assert (result.status, result.out) == (0, "")
    written = page.read_text(encoding="utf-8")
    assert "<title>A &lt;title&gt;</title>" in written and written.rstrip().endswith("</html>")
    assert [path.name for path in tmp_path.iterdir() if path.name.endswith(".tmp")] == []


def test_min_score_turns_links_into_nil_and_keeps_candidates(run, gazetteer, tmp_path):
    text = tmp_path / "text.txt"
    text.write_text("Graivoron is calm, as Grayvoron is.\n")
    plain = json.loads(run("link", text, "-g", gazetteer).out)["mentions"]
    lowest = min(m["score"] for m in plain if m["id"])
    strict = json.loads(run("link", text, "-g", gazetteer, "--min-score", min(1.0, lowest + 0.0002)).out)["mentions"]
    changed = [m for m in strict if not m["id"]]
    assert len(strict) == len(plain)
    assert all(m["reason"] == "below_threshold" and m["candidates"] and m["name"] is None for m in changed)


def test_all_and_links_only(run, gazetteer, article):
    def ids(*options: str) -> list[str | None]:
        return [m["id"] for m in json.loads(run("link", article, "-g", gazetteer, *options).out)["mentions"]]

    assert None not in ids("--links-only", "--min-score", "1.0")
    assert len(ids("--min-score", "1.0")) == len(ids("--all")) == len(ids())


def test_eyes_see_links_and_programs_see_everything(run, gazetteer, article):
    args = ("link", article, "-g", gazetteer, "--min-score", "1.0")
    mentions = json.loads(run(*args).out)["mentions"]
    linked = sum(m["id"] is not None for m in mentions)
    assert len(mentions) >= len(EXPECTED)
    for options, count in (((), linked), (("--all",), len(mentions)), (("--links-only",), linked)):
        assert len(parse_marked(run(*args, "-f", "marked", *options).out)[1]) == count
        assert run(*args, "-f", "html", *options).out.count("<mark ") == count


def test_jobs_do_not_change_the_result(run, gazetteer, article, tmp_path):
    other = tmp_path / "other.txt"
    other.write_text("Suspilne\n")
    args = ("link", article, other, article, "-g", gazetteer)
    assert run(*args, "--jobs", 2).out == run(*args).out


def test_normalize_prints_canonical_names_and_touches_nothing_else(run, gazetteer, tmp_path):
    text = tmp_path / "text.txt"
    text.write_bytes("Graivoron [1],\r\n  and Грайворон \\o/\n".encode())
    assert run("normalize", text, "-g", gazetteer).out == "Grayvoron [1],\r\n  and Grayvoron \\o/\n"


def test_normalize_several_into_a_folder(run, gazetteer, article, tmp_path, text):
    other = tmp_path / "other.txt"
    other.write_text("Graivoron\n")
    folder = tmp_path / "new" / "folder"
    assert run("normalize", article, other, "-g", gazetteer, "-o", folder).status == 0
    assert (folder / "article.txt").read_bytes().decode() == text
    assert (folder / "other.txt").read_text() == "Grayvoron\n"


def test_normalize_one_text_into_a_file(run, gazetteer, article, tmp_path, text):
    target = tmp_path / "out.txt"
    assert run("normalize", article, "-g", gazetteer, "-o", target).out == ""
    assert target.read_bytes().decode() == text


def test_gazetteers_are_merged(run, gazetteer, tmp_path):
    more = tmp_path / "more.jsonl"
    more.write_text('{"id": "place:kozinka", "type": "PLACE", "name": "Kozinka"}\n')
    text = b"Kozinka and Grayvoron"
    record = json.loads(run("link", "-", "-g", gazetteer, "-g", more, stdin=text).out)
    assert [m["id"] for m in record["mentions"] if m["id"]] == ["place:kozinka", "place:grayvoron"]


def test_the_packaged_gazetteer_is_the_default(run):
    record = json.loads(run("link", "-", stdin=b"Fighting near Graivoron.").out)
    assert [m["id"] for m in record["mentions"]] == ["place:grayvoron"]


@pytest.mark.parametrize("command", ["link", "normalize"])
def test_nothing_is_written_when_a_later_input_is_bad(run, gazetteer, article, tmp_path, command):
    folder = tmp_path / "out"
    options = ["-f", "marked"] if command == "link" else []
    result = run(command, article, tmp_path / "missing.txt", "-g", gazetteer, "-o", folder, *options)
    assert "missing.txt" in result.complaint()
    assert not folder.exists()


def test_an_existing_output_survives_an_error(run, gazetteer, article, tmp_path):
    target = tmp_path / "result.jsonl"
    target.write_text("old")
    bad = Path(tmp_path / "bad.txt")
    bad.write_bytes(b"\xff\xfe\xfa")
    run("link", article, bad, "-g", gazetteer, "-o", target).complaint()
    assert target.read_text() == "old"
