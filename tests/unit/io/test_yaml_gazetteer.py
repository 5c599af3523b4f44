"""The YAML form: what is read, what is refused (a case file each), and that writing is stable."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from entitynorm.errors import GazetteerError, InputError
from entitynorm.io.yaml_gazetteer import read_yaml, read_yaml_text, write_yaml
from entitynorm.model import ALIAS_KINDS, Alias, Entity

CASES = Path(__file__).parents[2] / "cases" / "bad_gazetteers"
NAMES = sorted(path.stem for path in CASES.glob("*.yaml"))

FULL = """\
schema: 1
entities:
  - id: "place:kozinka"
    type: PLACE
    name: "Kozinka"
    description: "Village, \\"at\\" the border"
    refs: {wikidata: "Q1", "no": "2"}
    located_in: "place:grayvoron"
    part_of: "place:russia"
    lat: 50.5
    lon: -35
    weight: 900
    was: ["place:kosinka"]
    aliases:
      - "Kosinka"
      - {text: "Козинка", lang: ru, kind: native, strength: weak, source: "map, 2010"}
      - {text: "NO", lang: "no"}
    blocked: ["Kazinka", "Козинка\\xA0II"]
  - id: "place:b"
    type: PLACE
    name: "B"
"""


@pytest.mark.parametrize("name", NAMES)
def test_bad_file(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each .yaml is refused with exactly the lines of its .expected: place, entity, message and remedy."""
    monkeypatch.chdir(CASES)
    if name.startswith("syntax") and not yaml.__with_libyaml__:
        pytest.skip("the words of syntax errors are those of the C parser")
    with pytest.raises(GazetteerError) as caught:
        read_yaml(f"{name}.yaml")
    assert [str(p) for p in caught.value.problems] == Path(f"{name}.expected").read_text("utf-8").splitlines()


def test_the_cases_are_there() -> None:
    assert len(NAMES) >= 30
    assert sorted(path.stem for path in CASES.glob("*.expected")) == NAMES


def test_everything_is_read() -> None:
    [(entity, place), (second, second_place)] = read_yaml_text(FULL, "g.yaml")
    assert entity == Entity(
        id="place:kozinka",
        type="PLACE",
        name="Kozinka",
        aliases=(
            Alias("Kosinka"),
            Alias("Козинка", "ru", "native", "weak", "map, 2010"),
            Alias("NO", lang="no"),
        ),
        description='Village, "at" the border',
        refs={"wikidata": "Q1", "no": "2"},
        located_in="place:grayvoron",
        part_of="place:russia",
        lat=50.5,
        lon=-35.0,
        weight=900.0,
        was=("place:kosinka",),
        blocked=("Kazinka", "Козинка\u00a0II"),
    )
    assert (place, second, second_place) == ("g.yaml:3", Entity("place:b", "PLACE", "B"), "g.yaml:19")


def test_writing_what_was_read_gives_the_same_text() -> None:
    assert write_yaml(entity for entity, _ in read_yaml_text(FULL)) == FULL
    assert write_yaml([]) == "schema: 1\nentities: []\n"
    assert read_yaml_text(write_yaml([])) == []


OTHER_WAYS = {
    "flow": "schema: 1\nentities: [{id: a:b, type: PLACE, name: Kozinka, weight: 1e3, lat: -0.5, lon: +1}]",
    "CRLF": "schema: 1\r\nentities:\r\n- id: a:b\r\n  type: PLACE\r\n  name: Kozinka\r\n  weight: 1000.\r\n",
    "directive, single quotes": "# R & D *\n%YAML 1.1\n---\nschema: '1'\nentities:\n- {id: 'a:b', type: 'PLACE', "
    "name: 'Kozinka', weight: 1000.0}\n...\n",
    "block scalar": "schema: 1\nentities:\n- id: a:b\n  type: PLACE\n  name: |\n    Kozinka\n  weight: 1.0E+3\n",
    "explicit tag": "schema: 1\nentities: [{id: a:b, type: PLACE, name: !!str Kozinka, weight: 1000}]",
}


@pytest.mark.parametrize("way", OTHER_WAYS)
def test_other_ways_to_write_yaml(way: str) -> None:
    [(entity, _)] = read_yaml_text(OTHER_WAYS[way])
    assert (entity.id, entity.type, entity.name, entity.weight) == ("a:b", "PLACE", "Kozinka", 1000.0)


def test_long_lists_are_written_an_item_a_line() -> None:
    entity = Entity("a:b", "PLACE", "A", blocked=("Kazinka " * 8 + "x", "Kosinka " * 8 + "x"), refs={})
    text = write_yaml([entity])
    assert max(map(len, text.splitlines())) < 120
    assert read_yaml_text(text)[0][0] == entity


def test_names_come_out_in_nfc() -> None:
    [(entity, _)] = read_yaml_text('schema: 1\nentities: [{id: "a:b", type: PLACE, name: "Гра\u0438\u0306ворон"}]')
    assert entity.name == "Гра\u0439ворон"
    assert "Гра\u0439ворон" in write_yaml([Entity("a:b", "PLACE", "Гра\u0438\u0306ворон")])


def test_writing_refuses_what_reading_would() -> None:
    with pytest.raises(GazetteerError) as caught:
        write_yaml([Entity("Q42", "PLACE", "A"), Entity("a:b", "PLACE", " ")])
    assert [p.place for p in caught.value.problems] == ["entities[0]", "entities[1]"]


NAME = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1).filter(
    lambda text: any(c.isalnum() for c in text) and len(text.splitlines()) == 1 and text.strip() == text.strip("\n\r")
)
ALIAS = st.builds(
    Alias,
    text=NAME,
    lang=st.sampled_from([None, "ru", "no", "uk-Latn"]),
    kind=st.sampled_from(ALIAS_KINDS),
    strength=st.sampled_from(["strong", "weak"]),
    source=st.none() | NAME,
)
ENTITY = st.builds(
    Entity,
    id=st.from_regex(r"[a-z]+:[a-z0-9-]+", fullmatch=True),
    type=st.sampled_from(["PLACE", "ORG", "NO", "Y"]),
    name=NAME,
    aliases=st.lists(ALIAS, max_size=3).map(tuple),
    description=st.none() | NAME,
    refs=st.dictionaries(st.sampled_from(["wikidata", "no", "1", "a b"]), NAME, max_size=2),
    weight=st.none() | st.floats(0, allow_infinity=False),
    blocked=st.lists(NAME, max_size=2).map(tuple),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(ENTITY, max_size=3, unique_by=lambda entity: entity.id))
def test_written_entities_read_back(entities: list[Entity]) -> None:
    text = write_yaml(entities)
    read = [entity for entity, _ in read_yaml_text(text)]
    assert read == [Entity.from_dict(entity.to_dict()) for entity in entities]
    assert write_yaml(read) == text
    assert yaml.safe_load(text)["schema"] == 1


REFUSED_FILES = {
    "empty": (b"", "{}: is empty, expected a YAML gazetteer; was it written completely?"),
    "blank": (b"\n \n", "{}: is empty, expected a YAML gazetteer; was it written completely?"),
    "bom alone": (b"\xef\xbb\xbf", "{}: is empty, expected a YAML gazetteer; was it written completely?"),
    "nul": (
        b"schema: 1\n\0",
        "{}: NUL byte at offset 10, expected UTF-8 text; is it a binary file, or was it damaged?",
    ),
    "windows-1251": (
        'schema: 1\nname: "Грайворон"'.encode("windows-1251"),
        "{}: not UTF-8: byte 0xC3 at offset 17; looks like windows-1251; "
        "convert with: iconv -f WINDOWS-1251 -t UTF-8 FILE > NEW",
    ),
    "utf-16": (
        "schema: 1".encode("utf-16"),
        "{}: not UTF-8: byte 0xFF at offset 0; looks like utf-16; convert with: iconv -f UTF-16 -t UTF-8 FILE > NEW",
    ),
}


@pytest.mark.parametrize("name", REFUSED_FILES)
def test_files_that_are_no_text(name: str, tmp_path: Path) -> None:
    data, expected = REFUSED_FILES[name]
    path = tmp_path / "g.yaml"
    path.write_bytes(data)
    with pytest.raises(InputError) as caught:
        read_yaml(path)
    assert str(caught.value) == expected.format(path)


def test_a_byte_order_mark_is_accepted(tmp_path: Path) -> None:
    (tmp_path / "g.yaml").write_bytes(b"\xef\xbb\xbf" + FULL.encode())
    assert [place for _, place in read_yaml(tmp_path / "g.yaml")] == [f"{tmp_path}/g.yaml:3", f"{tmp_path}/g.yaml:19"]


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
def test_nesting_that_would_overrun_the_parser(opening: str) -> None:
    with pytest.raises(GazetteerError, match="<text>:3: nested too deeply"):
        read_yaml_text("schema: 1\nentities:\n  " + opening * 100_000)


def test_a_name_with_an_ampersand_is_no_anchor() -> None:
    [(entity, _)] = read_yaml_text("schema: 1\nentities: [{id: 'a:b', type: ORG, name: R&D, aliases: ['*A', '&B']}]")
    assert (entity.name, [a.text for a in entity.aliases]) == ("R&D", ["*A", "&B"])
