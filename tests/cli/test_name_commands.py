"""``resolve``, ``search``, ``explain``, ``romanise`` and ``check``."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from entitynorm.resources import data_dir

TABLE = 'name,note\nGrayvoron,"a, b"\n,empty\nGrayvoron,again\nNobody Atall,?\n'
ANSWERS = ["place:grayvoron", "", "place:grayvoron", ""]


def test_resolve_names(run, gazetteer):
    records = [json.loads(line) for line in run("resolve", "Грайворон", "Nobody", "-g", gazetteer).out.splitlines()]
    assert [(r["surface"], r["id"]) for r in records] == [("Грайворон", "place:grayvoron"), ("Nobody", None)]
    assert records[1]["reason"] == "no_candidate"


def test_resolve_names_from_standard_input(run, gazetteer):
    out = run("resolve", "-", "Suspilne", "-g", gazetteer, "-f", "tsv", stdin="Грайворон\n\n".encode()).out
    assert [line.split("\t")[:2] for line in out.splitlines()] == [
        ["surface", "id"],
        ["Грайворон", "place:grayvoron"],
        ["Suspilne", "org:suspilne"],
    ]


def test_resolve_keeps_to_a_type(run, gazetteer):
    assert json.loads(run("resolve", "Grayvoron", "--type", "PERSON", "-g", gazetteer).out)["id"] is None


@pytest.mark.parametrize("type_", ["PLACE", "GPE", "gpe", "Armed group"])
def test_a_type_may_be_a_label_of_another_vocabulary(run, gazetteer, type_):
    assert run("resolve", "Grayvoron", "--type", type_, "-g", gazetteer).status == 0


def test_a_type_of_the_gazetteer_alone_is_known(run, tmp_path):
    path = tmp_path / "own.jsonl"
    path.write_text('{"id": "disease:measles", "type": "DISEASE", "name": "Measles"}\n')
    assert json.loads(run("resolve", "Measles", "--type", "DISEASE", "-g", path).out)["id"] == "disease:measles"
    assert 'did you mean "DISEASE"?' in run("resolve", "Measles", "--type", "disease", "-g", path).complaint()


@pytest.mark.parametrize(
    ("type_", "remedy"),
    [
        ("PLCE", 'did you mean "PLACE"?'),
        ("persn", 'did you mean "PERSON"?'),
        ("Zzyzx", "expected one of ORG, PERSON, PLACE"),
        ("", "expected one of ORG, PERSON, PLACE"),
    ],
)
def test_a_type_that_nobody_knows_is_refused(run, gazetteer, tmp_path, type_, remedy):
    table = tmp_path / "table.csv"
    table.write_text(TABLE)
    for words in (["resolve", "Grayvoron"], ["search", "Grayvoron"], ["resolve", "--table", table, "--column", "name"]):
        assert remedy in run(*words, "--type", type_, "-g", gazetteer).complaint()


def test_resolve_min_score(run, gazetteer):
    record = json.loads(run("resolve", "Graivoron", "--min-score", "1", "-g", gazetteer).out)
    assert record["id"] is None or record["score"] == 1.0


@pytest.mark.parametrize("column", ["name", "1"])
def test_resolve_csv_column(run, gazetteer, tmp_path, column):
    table = tmp_path / "table.csv"
    table.write_text(TABLE)
    result = run("resolve", "--table", table, "--column", column, "-g", gazetteer)
    rows = list(csv.DictReader(io.StringIO(result.out)))
    assert list(rows[0]) == ["name", "note", "name_id", "name_name", "name_score", "name_reason"]
    assert [row["name_id"] for row in rows] == ANSWERS
    assert [row["note"] for row in rows] == ["a, b", "empty", "again", "?"]
    assert rows[1]["name_reason"] == "" and rows[3]["name_reason"] == "no_candidate"


def test_resolve_table_on_standard_input(run, gazetteer):
    result = run("resolve", "--table", "-", "--column", "name", "-g", gazetteer, stdin=TABLE.encode())
    assert [row["name_id"] for row in csv.DictReader(io.StringIO(result.out))] == ANSWERS


def test_resolve_csv_into_tsv(run, gazetteer, tmp_path):
    table, target = tmp_path / "table.csv", tmp_path / "out.tsv"
    table.write_text(TABLE)
    assert run("resolve", "--table", table, "--column", "name", "-o", target, "-g", gazetteer).out == ""
    rows = list(csv.DictReader(target.open(), delimiter="\t"))
    assert [row["name_id"] for row in rows] == ANSWERS


@pytest.mark.parametrize("name", ["table.csv", "table.jsonl"])
def test_resolve_never_replaces_its_own_table(run, gazetteer, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    table = Path(name)
    content = TABLE if name.endswith(".csv") else '{"name": "Grayvoron"}\n'
    table.write_text(content)
    for target in (name, f"./{name}", tmp_path / name):
        result = run("resolve", "--table", name, "--column", "name", "-o", target, "-g", gazetteer)
        assert "is an input itself" in result.complaint()
    assert table.read_text() == content


def test_resolve_jsonl(run, gazetteer, tmp_path):
    table = tmp_path / "table.jsonl"
    table.write_text('{"who": "Грайворон", "n": 1.10}\n{"who": null}\n{"n": 2}\n{"who": 7}\n', encoding="utf-8")
    lines = run("resolve", "--table", table, "--column", "who", "-g", gazetteer).out.splitlines()
    assert lines[0].startswith('{"who": "Грайворон", "n": 1.10, "who_id": "place:grayvoron"')
    assert [json.loads(line)["who_id"] for line in lines] == ["place:grayvoron", None, None, None]


def test_resolve_parquet(run, gazetteer, tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    table, target = tmp_path / "table.parquet", tmp_path / "out.parquet"
    parquet.write_table(pyarrow.table({"n": [1, 2, 3], "who": ["Grayvoron", None, "Nobody Atall"]}), table)
    assert run("resolve", "--table", table, "--column", "who", "-o", target, "-g", gazetteer).status == 0
    rows = parquet.read_table(target).to_pylist()
    assert [row["who_id"] for row in rows] == ["place:grayvoron", None, None]
    assert [row["n"] for row in rows] == [1, 2, 3]
    assert rows[0]["who_score"] > 0.5 and rows[2]["who_reason"] == "no_candidate"


EVENTS = """\
place,country,kind,note
Kozinka,RU,PLACE,=1+1
Kozinka,Ukraine,place,-5.3
Kozinka,,ORG,+7
,RU,,
Kozinka,Ruritania,,
"""
NAMESAKES = """\
{"id": "place:russia", "type": "PLACE", "name": "Russia"}
{"id": "place:ukraine", "type": "PLACE", "name": "Ukraine"}
{"id": "place:kozinka-ru", "type": "PLACE", "name": "Kozinka", "located_in": "place:russia"}
{"id": "place:kozinka-ua", "type": "PLACE", "name": "Kozinka", "located_in": "place:ukraine"}
{"id": "org:kozinka", "type": "ORG", "name": "Kozinka"}
"""


@pytest.fixture
def events(tmp_path: Path) -> Path:
    path = tmp_path / "events.csv"
    path.write_text(EVENTS)
    return path


@pytest.fixture
def namesakes(tmp_path: Path) -> Path:
    path = tmp_path / "namesakes.jsonl"
    path.write_text(NAMESAKES)
    return path


@pytest.mark.parametrize("jobs", [1, 2])
def test_resolve_within_another_column(run, events, namesakes, jobs):
    result = run("resolve", "--table", events, "--column", "place", "--within", "country", "-g", namesakes, "-j", jobs)
    ids = [row["place_id"] for row in csv.DictReader(io.StringIO(result.out))]
    assert ids == ["place:kozinka-ru", "place:kozinka-ua", "", "", ""]
    assert result.err == (
        "entitynorm: --within country: no entity of the gazetteer is meant by 'Ruritania'; such rows have no link\n"
    )


def test_resolve_types_by_column(run, events, namesakes):
    result = run(
        *("resolve", "--table", events, "--column", "1", "--within", "2", "--type-column", "kind", "-g", namesakes)
    )
    ids = [row["place_id"] for row in csv.DictReader(io.StringIO(result.out))]
    assert ids == ["place:kozinka-ru", "place:kozinka-ua", "org:kozinka", "", ""]


def test_resolve_several_columns(run, events, namesakes):
    result = run("resolve", "--table", events, "--column", "place", "--column", "country", "-g", namesakes)
    rows = list(csv.DictReader(io.StringIO(result.out)))
    assert list(rows[0])[4:] == [f"{c}_{f}" for c in ("place", "country") for f in ("id", "name", "score", "reason")]
    assert [row["country_id"] for row in rows] == ["", "place:ukraine", "", "", ""]


def test_resolve_with_plain_columns(run, events, namesakes):
    result = run("resolve", "--table", events, "--column", "country", "--prefix", "", "-g", namesakes)
    assert result.out.splitlines()[0] == "place,country,kind,note,id,name,score,reason"


def test_resolve_safe_for_spreadsheets(run, events, namesakes):
    result = run("resolve", "--table", events, "--column", "place", "--excel-safe", "-g", namesakes)
    assert result.out.startswith("\ufeffplace,")
    assert [row["note"] for row in csv.DictReader(io.StringIO(result.out))][:3] == ["'=1+1", "-5.3", "'+7"]


def test_a_type_that_nobody_knows_stops_before_the_heading(run, events, namesakes):
    complaint = run(
        "resolve", "--table", events, "--column", "place", "--type-column", "note", "-g", namesakes
    ).complaint()
    assert complaint.startswith(f"{events}: column 'note': \"=1+1\" is the type of no entity")


def test_every_form_of_table_has_the_same_answers(run, events, namesakes, tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    rows = list(csv.DictReader(io.StringIO(EVENTS)))
    (tmp_path / "t.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "t.tsv").write_text(EVENTS.replace(",", "\t"))
    (tmp_path / "t.dat").write_text(EVENTS.replace(",", ";"))
    parquet.write_table(pyarrow.Table.from_pylist(rows), tmp_path / "t.parquet")
    answers = []
    for name, more in (("t.jsonl", ()), ("t.tsv", ()), ("t.dat", ("--delimiter", ";")), ("t.parquet", ())):
        target = tmp_path / f"out.{name.rsplit('.')[-1]}"
        asked = ("--column", "place", "--within", "country", "--type-column", "kind", "-g", namesakes, "-o", target)
        assert run("resolve", "--table", tmp_path / name, *asked, *more).status == 0
        if name == "t.parquet":
            found = parquet.read_table(target).to_pylist()
        elif name == "t.jsonl":
            found = [json.loads(line) for line in target.read_text().splitlines()]
        else:
            delimiter = "\t" if name == "t.tsv" else ";"
            found = list(csv.DictReader(io.StringIO(target.read_text()), delimiter=delimiter))
        cells = [[row[f"place_{field}"] for field in ("id", "name", "score", "reason")] for row in found]
        answers.append([[str(cell or "") if cell != 0 else "0.0" for cell in row] for row in cells])
    assert answers[0] == answers[1] == answers[2] == answers[3]


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (["Kozinka", "--within", "country"], "--within: only for a table; say --table FILE too"),
        (["Kozinka", "--prefix", "", "--excel-safe"], "--prefix, --excel-safe: only for a table"),
        (["--table", "t.csv", "--column", "a", "--column", "b", "--prefix", "x"], "--prefix goes with one --column"),
        (["--table", "t.csv", "--column", "a", "--type", "ORG", "--type-column", "b"], "give one of them"),
        (["--table", "t.csv", "--column", "a", "--within", "c"], "no column 'c', only 'a', 'b'"),
        (["--table", "t.jsonl", "--column", "a", "--excel-safe"], "only CSV and TSV are made safe"),
    ],
)
def test_options_that_do_not_go_together(run, namesakes, tmp_path, monkeypatch, args, expected):
    monkeypatch.chdir(tmp_path)
    Path("t.csv").write_text("a,b\n1,2\n")
    Path("t.jsonl").write_text('{"a": 1}\n')
    assert expected in run("resolve", *args, "-g", namesakes).complaint()


def test_search_lists_candidates(run, gazetteer):
    first = json.loads(run("search", "Graivoron", "-g", gazetteer).out.splitlines()[0])
    assert first["id"] == "place:grayvoron"
    assert "place:grayvoron" in run("search", "Graivoron", "-g", gazetteer, "-f", "text").out


def test_search_without_candidates_says_so_on_standard_error(run, gazetteer):
    result = run("search", "Zzyzx Qqq", "-g", gazetteer)
    assert (result.status, result.out) == (0, "")
    assert "Zzyzx Qqq" in result.err


def test_explain(run, gazetteer):
    assert "place:grayvoron" in run("explain", "Graivoron", "place:grayvoron", "-g", gazetteer).out
    record = json.loads(
        run("explain", "Graivoron", "place:grayvoron", "-g", gazetteer, "-f", "json").out, parse_constant=pytest.fail
    )
    assert record["id"] == "place:grayvoron" and record["evidence"]


def test_explain_of_a_mismatch_is_valid_json(run, gazetteer):
    out = run("explain", "Zzyzx", "place:grayvoron", "-g", gazetteer, "-f", "json").out
    assert json.loads(out, parse_constant=pytest.fail)["id"] == "place:grayvoron"


def test_romanise(run):
    lines = run("romanise", "Грайворон").out.splitlines()
    spellings = {line.split("\t")[0] for line in lines}
    assert {"Grayvoron", "Graivoron", "Hraivoron"} <= spellings
    lines = run("romanise", "Грайворон", "--lang", "uk", "-f", "jsonl").out.splitlines()
    records = [json.loads(line) for line in lines]
    assert {"name", "text", "schemes"} == set(records[0])
    assert "Hraivoron" in {r["text"] for r in records}
    assert not [r for r in records if any("-rus-" in scheme for scheme in r["schemes"])]


def test_check_a_clean_gazetteer(run, gazetteer):
    result = run("check", gazetteer)
    assert (result.status, result.out) == (0, "")


def test_check_lists_every_problem_with_its_place(run, tmp_path):
    path = tmp_path / "bad.yaml"
    path.write_text(
        'schema: 1\nentities:\n  - {id: "place:a", type: "PLACE", name: "A", colour: "red"}\n'
        '  - {id: "place:b", type: "PLACE", name: 5, lat: 500}\n  - {id: "place:c", type: "PLACE", name: ""}\n'
    )
    result = run("check", path)
    assert result.status == 1
    lines = result.out.splitlines()
    assert len(lines) >= 3 and all(line.startswith(f"{path}:") for line in lines)
    assert {line.removeprefix(f"{path}:").split(":")[0] for line in lines} >= {"3", "4", "5"}
    assert "colour" in result.out


def test_check_reports_what_loads_but_should_not_stay(run, tmp_path):
    path = tmp_path / "twice.yaml"
    path.write_text(
        'schema: 1\nentities:\n  - {id: "place:a", type: "PLACE", name: "Alpha", aliases: ["Alfa", "Alfa"]}\n'
    )
    result = run("check", "-g", path)
    assert result.status == 1 and "place:a" in result.out and "Alfa" in result.out


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("none.yaml", "schema: 1\nentities: []\n"),
        ("none.jsonl", ""),
        ("blank.jsonl", "\n \n"),
    ],
)
def test_check_reports_a_gazetteer_without_entities(run, tmp_path, name, content):
    path = tmp_path / name
    path.write_text(content)
    result = run("check", path)
    assert result.status == 1 and result.out.startswith(f"{path}: holds no entities; ")


@pytest.mark.parametrize("ending", ["jsonl", "yaml"])
def test_check_reports_an_id_that_stands_twice_beside_a_broken_record(run, tmp_path, ending):
    good = '{"id": "place:a", "type": "PLACE", "name": "Alpha"}'
    records = [good, good, '{"id": "place:b", "type": "PLACE", "name": "B", "lat": 500}']
    if ending == "yaml":
        records = ["schema: 1", "entities:", *(f"  - {record}" for record in records)]
    path = tmp_path / f"twice.{ending}"
    path.write_text("\n".join(records) + "\n")
    lines = run("check", path).out.splitlines()
    first = 3 if ending == "yaml" else 1
    assert lines[0].startswith(f"{path}:{first + 1}: place:a: the id stands twice (first at {path}:{first})")
    assert lines[1].startswith(f"{path}:{first + 2}: place:b: ")


def test_the_packaged_gazetteer_is_clean(run):
    result = run("check")
    assert (result.status, result.out) == (0, "")
    assert str(data_dir() / "aliases.yaml") in result.err


@pytest.mark.parametrize(
    ("name", "content", "args", "expected"),
    [
        ("t.csv", "", ["--column", "a"], "no heading"),
        ("t.csv", "a,b\n1\n", ["--column", "a"], "t.csv:2: 1 cells where the heading has 2"),
        ("t.csv", 'a,b\n"open,1\n2,3\n', ["--column", "a"], "not a proper table row"),
        ("t.csv", "name,b\n1,2\n", ["--column", "nmae"], "did you mean 'name'?"),
        ("t.csv", "name;b\n1;2\n", ["--column", "name"], "--delimiter ';'"),
        ("t.csv", "a,a\n1,2\n", ["--column", "a"], "2 columns are called 'a'"),
        ("t.csv", "a,a_id\n1,2\n", ["--column", "a"], "already has a column 'a_id'"),
        ("t.csv", "a\n\0\n", ["--column", "a"], "t.csv:2: NUL"),
        ("t.csv", "a\n1\n", ["--column", "9"], "no column '9'"),
        ("t.csv", "a\n1\n", ["--column", "a", "--delimiter", "ab"], "expected one character"),
        ("t.csv", "a\n1\n", ["--column", "a", "-o", "t.parquet"], ".csv or .tsv"),
        ("t.jsonl", "", ["--column", "a"], "no rows"),
        ("t.jsonl", "{]\n", ["--column", "a"], "t.jsonl:1: not JSON"),
        ("t.jsonl", '{"a": "x"}\n[1]\n', ["--column", "a"], "t.jsonl:2: a JSON list"),
        ("t.jsonl", "[" * 100_000, ["--column", "a"], "t.jsonl:1"),
        ("t.jsonl", '{"b": 1}\n', ["--column", "a"], "no column 'a'"),
        ("t.jsonl", '{"a": {"x": 1}}\n', ["--column", "a"], "a dict where a name was expected"),
        ("t.jsonl", '{"a": "x", "a_id": 1}\n', ["--column", "a"], "already has a column 'a_id'"),
        ("t.parquet", "no parquet", ["--column", "a"], "t.parquet"),
        ("t.xlsx", "PK", ["--column", "a"], "expected .csv, .tsv, .jsonl or .parquet"),
        ("t.csv", "a\n1\n", [], "--table needs --column"),
        ("t.csv", "a\n1\n", ["--column", "a", "Name"], "--table needs --column and no names"),
    ],
)
def test_bad_tables(run, gazetteer, tmp_path: Path, monkeypatch, name, content, args, expected):
    monkeypatch.chdir(tmp_path)
    Path(name).write_text(content)
    assert expected in run("resolve", "--table", name, *args, "-g", gazetteer).complaint()
