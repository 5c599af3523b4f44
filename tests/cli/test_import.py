"""``entitynorm import``: every format against what it should become, and everything that can be wrong with a file."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import os
import shlex
import shutil
import sys
from pathlib import Path

import click
import pytest

from entitynorm.cli import cli
from entitynorm.io.compiled import CompiledGazetteer, sources_digest
from entitynorm.load import read_gazetteer

DATA = Path(__file__).resolve().parent.parent / "data" / "importers"
CASES = sorted(path.name for path in DATA.iterdir())
TOWNS = "id,name,type,alias\nplace:zenda,Zenda,PLACE,Зенда\nplace:hentzau,Hentzau,PLACE,\n"


@pytest.fixture
def towns(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = Path("towns.csv")
    path.write_text(TOWNS, encoding="utf-8")
    return path


def arguments(case: str) -> list[str]:
    return shlex.split((DATA / case / "args").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES)
def test_a_file_becomes_what_stands_beside_it(run, tmp_path, monkeypatch, case):
    args = arguments(case)
    if args[0] == "skos":
        pytest.importorskip("rdflib", reason="needs the extra: pip install 'entitynorm[rdf]'")
    monkeypatch.chdir(DATA / case)
    shown = run("import", *args)
    expected = Path("expected.jsonl").read_text(encoding="utf-8")
    assert shown.out == expected
    assert shown.err == Path("expected.err").read_text(encoding="utf-8")
    assert shown.status == 0
    target = tmp_path / "out.jsonl"
    assert run("import", *args, "-o", target).out == ""
    assert target.read_text(encoding="utf-8") == expected
    assert len(read_gazetteer(target)) == expected.count("\n")


@pytest.mark.parametrize("case", CASES)
def test_counts_add_up(case):
    lines = (DATA / case / "expected.err").read_text(encoding="utf-8").splitlines()
    rows = next(line for line in lines if "rows read" in line)
    read, written = (int(word) for word in rows.replace(",", " ").split() if word.isdecimal())
    gone = sum(int(line.split()[1]) for line in lines if " skipped: " in line or " left out: " in line)
    merged = arguments(case)[0] in ("wikidata-csv", "spacy") or "--merge" in arguments(case)
    assert read >= written + gone if merged else read == written + gone


def test_every_format_has_a_case():
    formats = cli.get_command(click.Context(cli), "import").commands  # type: ignore[union-attr]
    assert {arguments(case)[0] for case in CASES} == set(formats)


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ([], "no format came; expected one of csv"),
        (["geonmaes", "x"], "did you mean 'geonames'?"),
        (["csv"], "missing argument 'FILE'"),
        (["csv", "none.csv", "--type", "A"], "none.csv: no such file"),
        (["csv", ".", "--type", "A"], "is a directory"),
        (["csv", "towns.csv", "-o", "out.txt"], "written as .jsonl or .enx, not .txt"),
        (["csv", "towns.csv", "-o", "out"], "not a file without ending"),
        (["csv", "towns.csv", "-o", "none/out.jsonl"], "does not exist"),
        (["csv", "towns.csv", "-o", "towns.csv"], "is an input itself"),
        (["csv", "towns.csv", "--on-error", "ignore"], "skip, stop"),
        (["csv", "towns.csv", "--prefix", "a b"], "not made of letters"),
        (["csv", "towns.csv", "--name-column", "nme"], 'did you mean "name"?'),
        (["csv", "towns.csv", "--name-column", "9"], 'no column "9"'),
        (["csv", "towns.csv", "--delimiter", "::"], "not one character"),
        (["csv", "towns.csv", "--delimiter", ";"], "no column for the id"),
        (["csv", "towns.csv", "--lat-column", "id"], "one of lat and lon only"),
        (["csv", "towns.csv", "--ref-column", "iso"], "KEY=NAME"),
        (["geonames", "towns.csv", "--country", "UKR"], "two letters"),
        (["geonames", "towns.csv", "--feature", "populated"], "no class or code"),
        (["geonames", "towns.csv", "--language", "ru"], "needs --alternate-names"),
        (["geonames", "towns.csv", "--alternate-names", "none.txt"], "none.txt: no such file"),
        (["geonames", "-"], "--no-parents"),
        (["wikidata", "towns.csv", "--class", "Q5"], "QID=TYPE"),
        (["wikidata", "towns.csv", "--language", "russian"], "no language code"),
        (["wikidata-csv", "towns.csv"], "--id-column"),
        (["opensanctions", "towns.csv"], 'no column "schema"'),
        (["skos", "towns.csv"], "--type"),
    ],
)
def test_bad_usage(run, towns, args, expected):
    assert expected in run("import", *args).complaint()
    assert sorted(path.name for path in Path().iterdir()) == ["towns.csv"]


def test_no_type_is_a_complaint_with_a_remedy(run, towns):
    towns.write_text("id,name\na,Zenda\n")
    assert "--type for all rows" in run("import", "csv", towns).complaint()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf", "no heading"),
        (b"\n,,\n \n", "no heading"),
        ('id,name,type\na,"Зенда и Штрельзау",PLACE\n'.encode("windows-1251"), "windows-1251"),
        ("id,name,type\na,Зенда,PLACE\n".encode("utf-16"), "UTF-16"),
        ("id,name,type\na,Zenda,PLACE\n".encode("utf-16-le"), "UTF-16"),
        (b"PK\x03\x04\x14\0", "ZIP"),
        (gzip.compress(TOWNS.encode() * 100)[:-40], "cannot be read on"),
        (b'id,"name,type\n', "the heading is no proper row"),
    ],
)
def test_files_that_cannot_be_read(run, tmp_path, monkeypatch, content, expected):
    monkeypatch.chdir(tmp_path)
    Path("towns.csv").write_bytes(content)
    complaint = run("import", "csv", "towns.csv", "-o", "out.jsonl").complaint()
    assert complaint.startswith("towns.csv") and expected in complaint
    assert not Path("out.jsonl").exists()


@pytest.mark.parametrize(("pack", "name"), [(gzip.compress, "t.gz"), (bz2.compress, "t"), (lzma.compress, "t.csv")])
def test_packed_files_are_told_by_their_content(run, towns, pack, name):
    plain = run("import", "csv", towns).out
    Path(name).write_bytes(pack(TOWNS.encode()))
    assert plain and run("import", "csv", name).out == plain
    assert run("import", "csv", "-", stdin=pack(TOWNS.encode())).out == plain


def test_line_ends_and_a_byte_order_mark_change_nothing(run, towns):
    plain = run("import", "csv", towns).out
    towns.write_bytes(b"\xef\xbb\xbf" + TOWNS.replace("\n", "\r\n").encode())
    assert run("import", "csv", towns).out == plain
    towns.write_bytes(TOWNS.rstrip("\n").encode())
    assert run("import", "csv", towns).out == plain


def test_stop_leaves_the_old_file_and_names_the_row(run, towns):
    towns.write_text(TOWNS + "place:zenda,Zenda,PLACE,\n", encoding="utf-8")
    target = Path("out.jsonl")
    target.write_text("old")
    complaint = run("import", "csv", towns, "-o", target, "--on-error", "stop").complaint()
    assert complaint.startswith('towns.csv:4: the id "place:zenda" stood in an earlier row')
    assert target.read_text() == "old" and len(list(Path().iterdir())) == 2


def test_nothing_that_comes_out_is_an_error_after_the_summary(run, towns):
    towns.write_text("id,name,type\n,Zenda,PLACE\n")
    result = run("import", "csv", towns, "-o", "out.jsonl")
    assert result.status == 2 and not Path("out.jsonl").exists()
    assert "1 row skipped: no id" in result.err and "no entity came out of it" in result.err.splitlines()[-1]


def test_twenty_complaints_are_shown_and_all_are_counted(run, towns):
    towns.write_text(TOWNS + ",x,PLACE,\n" * 50, encoding="utf-8")
    err = run("import", "csv", towns).err
    assert err.count("(row skipped)") == 20
    assert "20 complaints shown" in err and "50 rows skipped: no id" in err


def test_entities_of_a_gazetteer_are_left_out_by_id_and_by_reference(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copy(DATA / "geonames" / "ZZ.txt", "ZZ.txt")
    known = [
        {"id": "geonames:900011", "type": "PLACE", "name": "Zenda"},
        {"id": "place:strelsau", "type": "PLACE", "name": "Strelsau", "refs": {"geonames": 900010}},
    ]
    Path("mine.jsonl").write_text("".join(json.dumps(record) + "\n" for record in known))
    result = run("import", "geonames", "ZZ.txt", "-g", "mine.jsonl")
    ids = {json.loads(line)["id"] for line in result.out.splitlines()}
    assert "geonames:900012" in ids and not ids & {"geonames:900010", "geonames:900011"}
    assert "2 rows left out: already in the gazetteer after -g" in result.err
    assert "no such file" in run("import", "geonames", "ZZ.txt", "-g", "none.jsonl").complaint()


def test_an_import_may_be_compiled_at_once(run, towns):
    assert "written as .jsonl or .enx" in run("import", "csv", towns, "-o", "out.yaml").complaint()
    assert run("import", "csv", towns, "-o", "out.enx").status == 0
    compiled = CompiledGazetteer("out.enx")
    assert [entity.id for entity in compiled] == ["place:zenda", "place:hentzau"]
    assert compiled.meta["sources"] == sources_digest(["towns.csv"])
    # Names of a bulk list are each other's slips, so the index meets them by sound only.
    assert compiled.meta["fuzzy"] == "key"


def test_skos_without_rdflib_says_what_to_install(run, towns, monkeypatch):
    monkeypatch.setitem(sys.modules, "rdflib", None)
    complaint = run("import", "skos", towns, "--type", "PLACE").complaint()
    assert complaint.endswith("run: pip install 'entitynorm[rdf]'")


def test_broken_rdf_is_one_line(run, towns):
    pytest.importorskip("rdflib")
    assert "not readable as turtle" in run("import", "skos", towns, "--type", "PLACE").complaint()


def test_a_terminal_gets_a_counter_that_goes_away(run, tmp_path, monkeypatch):
    from entitynorm.cli import import_run

    monkeypatch.chdir(tmp_path)
    Path("big.csv").write_text("id,name,type\n" + "".join(f"p:{n},Town {n},PLACE\n" for n in range(5000)))
    monkeypatch.setattr(import_run, "_SECONDS_BETWEEN", 0.0)
    assert "\r" not in run("import", "csv", "big.csv", "-o", "out.jsonl").err
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    err = run("import", "csv", "big.csv", "-o", "out.jsonl").err
    if "\r" not in err:  # the runner's own stream stands in for standard error
        pytest.skip("standard error of the test cannot play a terminal")
    assert "2,000 lines read" in err and err.rsplit("\r", 1)[1].startswith("entitynorm: big.csv: 5,000 rows read")


@pytest.mark.skipif(not Path("/dev/null").exists(), reason="needs /dev/null")
def test_a_device_may_be_the_target_only_with_an_ending(run, towns):
    assert "not a file without ending" in run("import", "csv", towns, "-o", os.devnull).complaint()
