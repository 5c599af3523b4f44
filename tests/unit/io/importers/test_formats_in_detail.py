"""What the files in ``tests/data/importers`` do not show of the single formats."""

from __future__ import annotations

import json
from typing import Any

import pytest

from entitynorm.io.importers.columns import Columns, TableOptions, read_names_table
from entitynorm.io.importers.ftm import read_ftm
from entitynorm.io.importers.geonames import GeonamesOptions, read_geonames
from entitynorm.io.importers.opensanctions import read_opensanctions
from entitynorm.io.importers.report import Report
from entitynorm.io.importers.source import Source
from entitynorm.io.importers.spacy_patterns import read_spacy_patterns
from entitynorm.io.importers.tables import table
from entitynorm.io.importers.wikidata import WikidataOptions, read_wikidata
from entitynorm.model import ALIAS_KINDS


@pytest.fixture
def source(tmp_path):
    def write(*rows: Any, name: str = "rows") -> Source:
        path = tmp_path / name
        lines = (row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows)
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return Source(str(path))

    return write


def place(number: int, code: str, country: str = "ZZ", *admin: str, names: str = "", population: str = "0") -> str:
    codes = [*admin, *[""] * (4 - len(admin))]
    feature = code.partition(".")
    row = [str(number), f"Name {number}", "", names, "1", "2", feature[0], feature[2], country, "", *codes, population]
    return "\t".join([*row, "", "", "", ""])


def test_a_parent_is_the_lowest_division_that_comes_out(source):
    rows = [
        place(1, "A.PCLI", "ZZ", "00"),
        place(2, "A.ADM1", "ZZ", "01"),
        place(3, "A.ADM3", "ZZ", "01", "02", "03"),
        place(4, "P.PPL", "ZZ", "01", "02", "03", "04"),
        place(5, "P.PPL", "ZZ", "01", "99"),
        place(6, "P.PPL", "ZZ", "77"),
        place(7, "P.PPL", "YY", "01"),
        place(8, "P.PPLA", "ZZ", "01"),
        place(9, "A.ADM1", "ZZ", "01"),
    ]
    parents = {
        record["id"]: record["located_in"] for _, record in read_geonames(source(*rows), Report(), GeonamesOptions())
    }
    assert [parents[f"geonames:{n}"] for n in range(1, 10)] == [
        None, "geonames:1", "geonames:2", "geonames:3", "geonames:2", "geonames:1", None, "geonames:2",
        "geonames:1",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("features", "kept"),
    [({"P"}, {2, 3}), ({"P.PPLC"}, {3}), ({"PPLC"}, {3}), ({"A", "PPLC"}, {1, 3}), (set(), {1, 2, 3})],
)
def test_features_by_class_code_or_both(source, features, kept):
    rows = source(place(1, "A.ADM1"), place(2, "P.PPL"), place(3, "P.PPLC"))
    found = read_geonames(rows, Report(), GeonamesOptions(features=frozenset(features)))
    assert {int(record["refs"]["geonames"]) for _, record in found} == kept


def test_alternate_names_of_the_old_file_have_no_dates(source):
    names = source("1\t7\tru\tИмя\t1\t\t\t", "2\t7\ten\tOld\t\t\t\t1", name="names")
    options = GeonamesOptions(alternate_names=names.path)
    ((_, record),) = read_geonames(source(place(7, "P.PPL")), Report(), options)
    assert record["aliases"] == [{"text": "Имя", "lang": "ru"}, {"text": "Old", "lang": "en", "kind": "former"}]


def item(number: int, labels: dict[str, str], classes: tuple[str, ...] = ("Q5",)) -> dict[str, Any]:
    statements = [
        {"mainsnak": {"snaktype": "value", "datavalue": {"value": {"id": qid}}}, "rank": "normal"} for qid in classes
    ]
    texts = {code: {"language": code, "value": text} for code, text in labels.items()}
    return {"type": "item", "id": f"Q{number}", "labels": texts, "claims": {"P31": statements}}


@pytest.mark.parametrize(
    ("languages", "name"), [(("en", "ru"), "Name"), (("ru", "en"), "Имя"), (("pl",), "Mul"), (("uk", "en"), "Name")]
)
def test_the_first_language_with_a_label_names_the_item(source, languages, name):
    rows = source(item(1, {"en": "Name", "ru": "Имя", "mul": "Mul"}))
    ((_, record),) = read_wikidata(rows, Report(), WikidataOptions(languages=languages))
    assert record["name"] == name


def test_a_type_does_not_depend_on_the_order_of_classes(source):
    rows = source(item(1, {"en": "A"}, ("Q515", "Q198")), item(2, {"en": "B"}, ("Q198", "Q515")))
    assert {record["type"] for _, record in read_wikidata(rows, Report(), WikidataOptions())} == {"EVENT"}


def test_no_class_stands_under_two_types():
    classes = [qid for group in table("wikidata")["types"].values() for qid in group]
    assert len(classes) == len(set(classes))


def test_every_kind_of_the_tables_is_a_kind_of_ours():
    said = [*table("geonames")["pseudo_languages"].values(), *table("ftm")["names"].values()]
    kinds = {entry["kind"] for entry in said if "kind" in entry} | set(table("wikidata")["names"].values())
    assert kinds - {"short"} <= set(ALIAS_KINDS)


def test_a_caption_that_is_no_name_names_the_entity_and_the_names_stay(source):
    row = {"id": "x", "schema": "Person", "caption": "R. V.", "properties": {"name": ["Rudolf V"]}}
    ((_, record),) = read_ftm(source(row), Report())
    assert (record["name"], record["aliases"]) == ("R. V.", ["Rudolf V"])


def test_who_calls_an_alias_weak_is_believed_unless_it_is_the_name(source):
    said = {"name": ["Central Committee", "CC"], "alias": ["CMC"], "abbreviation": ["CMC"], "weakAlias": ["cmc", "CC"]}
    ((_, record),) = read_ftm(source({"id": "x", "schema": "Organization", "properties": said}), Report())
    assert record["aliases"] == ["CC", {"text": "CMC", "kind": "acronym", "strength": "weak"}]


def test_patterns_of_one_id_may_stand_anywhere(source):
    rows = source(
        {"label": "ORG", "pattern": [{"LOWER": "six"}], "id": "o:1"},
        {"label": "ORG", "pattern": "Other", "id": "o:2"},
        {"label": "ORG", "pattern": "The Six", "id": "o:1"},
    )
    found = {record["id"]: record for _, record in read_spacy_patterns(rows, Report())}
    assert found["o:1"]["name"] == "The Six" and found["o:1"]["aliases"] == ["six"]


@pytest.mark.parametrize(
    ("heading", "used"),
    [
        ("ID;Label;Alt Names;Type;Latitude;Longitude", "Zenda"),
        ("identifier;canonical name;synonyms;class;lat;lng", "Zenda"),
        ("qid;name_en;name_ru;category;x;y", "Zenda"),
    ],
)
def test_columns_are_found_by_what_people_call_them(source, heading, used):
    ((_, record),) = read_names_table(source(heading, "p:1;Zenda;Senda;place;1;2"), Report(), TableOptions())
    assert (record["id"], record["type"], record["name"]) == ("p:1", "PLACE", used)
    assert [a if isinstance(a, str) else a["text"] for a in record["aliases"]] == ["Senda"]


def test_named_columns_win_over_headings(source):
    options = TableOptions(columns=Columns(name="local", aliases=("2",)), type="PLACE", alias_separator="/")
    ((_, record),) = read_names_table(source("id,name,local", "p:1,Zenda/Senda,Зенда"), Report(), options)
    assert (record["name"], record["aliases"]) == ("Зенда", ["Zenda", "Senda"])


def test_two_columns_of_one_name_are_chosen_by_number(source):
    from entitynorm.errors import InputError

    options = TableOptions(columns=Columns(name="n"), type="PLACE")
    with pytest.raises(InputError, match="choose by number: 2, 3"):
        list(read_names_table(source("id,n,n", "p:1,a,b"), Report(), options))


FTM = {"id": "x", "schema": "Person", "properties": {"name": ["Rudolf V"]}}


@pytest.mark.parametrize(
    ("read", "head", "row"),
    [
        (lambda s, r: read_geonames(s, r, GeonamesOptions(parents=False)), [], lambda n: place(n + 1, "P.PPL")),
        (lambda s, r: read_wikidata(s, r, WikidataOptions()), ["["], lambda n: item(n + 1, {"en": "Name"})),
        (lambda s, r: read_ftm(s, r), [], lambda n: FTM | {"id": f"x{n}"}),
        (lambda s, r: read_opensanctions(s, r), ["id,schema,name,aliases"], lambda n: f"x{n},Person,Name,"),
        (lambda s, r: read_names_table(s, r, TableOptions(type="PLACE")), ["id,name"], lambda n: f"x{n},Name"),
    ],
    ids=["geonames", "wikidata", "ftm", "opensanctions", "csv"],
)
def test_rows_stream(source, read, head, row):
    report = Report()
    found = read(source(*head, *(row(n) for n in range(50))), report)
    next(found)
    next(found)
    assert report.rows == 2, "rows were read before anybody asked for them"
    assert len(list(found)) == 48
