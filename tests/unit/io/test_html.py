"""The page: complete, self-contained, safe against its own content."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest

from entitynorm.io.formats import LinkedDocument
from entitynorm.io.html import MATRIX_DOCUMENTS, to_html
from entitynorm.model import Candidate, Document, Evidence, Mention

VOID = {"meta", "input", "br", "link"}


class Page(HTMLParser):
    """Checks that elements nest, and collects the text inside ``div.text`` and the marks."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.texts: list[str] = []
        self.marks: list[dict[str, str | None]] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._depth: int | None = None
        self.feed(source)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), f"repeated attribute in <{tag}>"
        self.tags.append((tag, dict(attrs)))
        if tag == "mark":
            self.marks.append(dict(attrs))
        if dict(attrs).get("class") == "text":
            self.texts.append("")
            self._depth = len(self.open)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        if self._depth == len(self.open):
            self._depth = None

    def handle_data(self, data: str) -> None:
        if self._depth is not None:
            self.texts[-1] += data


def linked(name: str, text: str, *names: tuple[str, str, str]) -> LinkedDocument:
    mentions = []
    for surface, id_, type_ in names:
        start = text.index(surface)
        evidence = (
            Evidence("words", 1.0, 3.0, "same"),
            Evidence("type", 1.0, float("-inf"), "clash"),
            Evidence("identical", 1.0, float("inf")),
        )
        candidates = (
            Candidate(id_ or "x:y", "Canonical <i>", type_, 0.9, surface, evidence),
            Candidate("place:other", "Other", "PLACE", 0.2, surface),
        )
        answer = (id_, "Canonical <i>", type_) if id_ else (None, None, None)
        mentions.append(Mention(start, start + len(surface), surface, *answer, 0.9, "because & so", candidates))
    return LinkedDocument(name, Document(text, tuple(mentions)))


EVIL = '<script>alert(1)</script> Kyiv & "Kiev" {{data}} </div>\nKyjiw\n'


@pytest.fixture
def page() -> str:
    return to_html(
        [
            linked("a/one.txt", EVIL, ("Kyiv", "place:kyiv", "PLACE"), ("Kyjiw", "place:kyiv", "PLACE")),
            linked("b/two.txt", "Kiev, Alpha", ("Kiev", "place:kyiv", "PLACE"), ("Alpha", "", "ORG")),
        ]
    )


def data_of(page: str) -> dict:
    return json.loads(re.search(r'<script id="report-data" type="application/json">(.*?)</script>', page, re.S)[1])


def test_texts_come_through_unchanged(page: str) -> None:
    parsed = Page(page)
    assert parsed.texts == [EVIL, "Kiev, Alpha"]
    assert [mark["data-e"] for mark in parsed.marks] == ["0", "0", "0", ""]


def test_nothing_is_fetched(page: str) -> None:
    parsed = Page(page)
    assert not [tag for tag, attrs in parsed.tags if attrs.get("src") or tag in ("link", "img", "iframe")]
    assert all((attrs.get("href") or "#").startswith("#") for _, attrs in parsed.tags)
    assert "http" not in re.sub(r"http-equiv", "", page)
    assert "default-src 'none'" in page


def test_the_content_cannot_end_a_script(page: str) -> None:
    parsed = Page(page)
    assert [tag for tag, _ in parsed.tags].count("script") == 2
    assert "alert(1)</script>" not in page


def test_the_data_tells_evidence_and_the_alternatives(page: str) -> None:
    mention = data_of(page)["mentions"][0]
    assert mention["evidence"] == [["+3.00", "words", "same"], ["veto", "type", "clash"], ["decides", "identical", ""]]
    assert mention["others"] == ["Other (0.20)"]


def test_who_writes_what(page: str) -> None:
    data = data_of(page)
    assert data["documents"] == ["one.txt", "two.txt"]
    assert data["entities"][0]["spellings"] == ["Kiev", "Kyiv", "Kyjiw"]
    assert data["counts"] == [[[1, 1]], [[0, 1]], [[0, 1]]]
    assert "<dt>not linked</dt><dd>1</dd>" in page


def test_many_documents_are_listed_instead_of_given_columns() -> None:
    count = MATRIX_DOCUMENTS + 1
    page = to_html([linked(f"{n}.txt", "Kyiv", ("Kyiv", "place:kyiv", "PLACE")) for n in range(count)])
    assert [tag for tag, _ in Page(page).tags].count("th") == 5
    assert f"0.txt, 1.txt, 2.txt, 3.txt and {count - 4} more" in page and f"{count - 1}.txt" in page


def test_equal_file_names_keep_their_folders() -> None:
    page = to_html([linked("a/x.txt", "Kyiv"), linked("b/x.txt", "Kyiv")])
    assert data_of(page)["documents"] == ["a/x.txt", "b/x.txt"]


def test_types_of_others_get_colours_and_order_does_not_depend_on_chance() -> None:
    text = "Volvo Bach"
    document = linked("d", text, ("Volvo", "car:volvo", "CAR"), ("Bach", "art:bach", "ART"))
    page = to_html([document])
    assert page == to_html([document])
    assert {entity["type"]: entity["class"] for entity in data_of(page)["entities"]} == {"ART": "t6", "CAR": "t7"}


def test_a_page_without_names() -> None:
    Page(to_html([LinkedDocument("empty.txt", Document("Nothing here."))]))


def test_a_line_break_inside_a_name_is_no_other_spelling() -> None:
    document = linked("d", "New\nYork", ("New\nYork", "place:ny", "PLACE"))
    assert data_of(to_html([document]))["entities"][0]["spellings"] == ["New York"]
