"""The lexicon: its tables are sound, its look-ups answer, and its reader refuses what breaks the format."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from entitynorm.errors import DataError
from entitynorm.names.lexicon import FILES, fold_key, lexicon
from entitynorm.names.lexicon_reader import read_lexicon
from entitynorm.resources import data_dir
from entitynorm.text.folding import fold_text

LEAST = {"type": 230, "title": 150, "function": 35, "country": 210, "concept": 390, "given": 1200}
Make = Callable[..., Path]


@pytest.fixture
def table(tmp_path: Path) -> Make:
    """Write a table with the given lines; returns its path."""

    def make(*lines: str, slot: str = "concept", head: str | None = None) -> Path:
        path = tmp_path / "table.yaml"
        top = head if head is not None else f'schema: "lexicon-1"\nslot: "{slot}"\nsource: "test"'
        path.write_text("\n".join([top, "entries:", *lines]) + "\n", encoding="utf-8")
        return path

    return make


def line(**record: object) -> str:
    return "  - " + json.dumps(record, ensure_ascii=False)


# --- the tables


@pytest.mark.parametrize("name", FILES)
def test_tables_are_yaml_and_say_the_same_there(name: str) -> None:
    text = (data_dir() / "lexicon" / name).read_text(encoding="utf-8")
    document = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    lines = [json.loads(row[4:]) for row in text.splitlines() if row.startswith("  - ")]
    assert document["entries"] + document.get("compounds", []) == lines


@pytest.mark.parametrize(("slot", "least"), LEAST.items())
def test_tables_are_broad(slot: str, least: int) -> None:
    assert sum(s == slot for s, _ in lexicon().entries) >= least


def test_every_word_is_found_again() -> None:
    for (slot, ident), entry in lexicon().entries.items():
        for words in (w for languages in entry.forms.values() for w in languages.values()):
            for word in words:
                found = lexicon().lookup(tuple(fold_key(word).split(" ")))
                assert (slot, ident) in {(s.slot, s.id) for s in found}, word


def test_the_short_way_of_folding_gives_what_fold_gives() -> None:
    for entry in lexicon().entries.values():
        for words in (w for languages in entry.forms.values() for w in languages.values()):
            for word in words:
                folded = fold_text(word).replace("'", "").replace(".", "")
                assert fold_key(word) == folded.replace("-", " ").replace("/", " "), word


def test_countries_have_names_in_the_three_languages_and_codes_are_unique() -> None:
    countries = [e for (slot, _), e in lexicon().entries.items() if slot == "country"]
    assert all({"en", "ru", "uk"} <= e.forms["noun"].keys() for e in countries)
    codes = [e.iso for e in countries if e.iso]
    assert len(codes) == len(set(codes)) >= 195


# --- the look-ups


@pytest.mark.parametrize(
    ("text", "slot", "ident", "form"),
    [
        ("oblast", "type", "oblast", "word"),
        ("р-н", "type", "district", "abbreviation"),
        ("governorate", "type", "governorate", "word"),
        ("пункт пропуска", "concept", "checkpoint", "word"),
        ("телеграм-канал", "type", "telegram-channel", "word"),
        ("ЧВК", "type", "pmc", "word"),
        ("пресс-секретарь", "title", "spokesperson", "word"),
        ("président", "title", "president", "word"),
        ("of", "function", "of", "preposition"),
        ("und", "function", "and", "conjunction"),
        ("Российский", "country", "russia", "adjective"),
        ("Ukrainians", "country", "ukraine", "people"),
        ("U.S.", "country", "united-states", "noun"),
        ("Côte d'Ivoire", "country", "ivory-coast", "noun"),
        ("внутренних дел", "concept", "interior", "word"),
        ("internal affairs", "concept", "interior", "word"),
        ("oborony", "concept", "defence", "word"),
        ("свобода", "concept", "freedom", "word"),
        ("вооруженный", "concept", "armed", "word"),
        ("Volodymyr", "given", "vladimir", "word"),
        ("Вова", "given", "vladimir", "short"),
    ],
)
def test_lookup(text: str, slot: str, ident: str, form: str) -> None:
    assert (slot, ident, form) in {(s.slot, s.id, s.form) for s in lexicon().lookup(tuple(fold_key(text).split(" ")))}


def test_lookup_of_a_stranger_and_of_a_dotted_token() -> None:
    assert lexicon().lookup(("грайворон",)) == ()
    assert lexicon().lookup(("u.s.",)) == lexicon().lookup(("us",)) != ()


def test_capitals_are_remembered() -> None:
    assert all(s.caps for s in lexicon().lookup(("us",)) if s.slot == "country")
    assert not any(s.caps for s in lexicon().lookup(("ukraine",)))


def test_starts_gives_the_longest_phrase_first() -> None:
    phrases = lexicon().starts("prime")
    assert ("prime", "minister") in phrases
    assert [len(p) for p in phrases] == sorted((len(p) for p in phrases), reverse=True)
    assert lexicon().starts("грайворон") == ()


@pytest.mark.parametrize(
    "spellings",
    [
        ("Andrei", "Andriy", "Andrii", "Андрей", "Андрій", "Андрэй"),
        ("Yevgeny", "Yevhen", "Evgenii", "Євген", "Jewgeni"),
        ("Mykhailo", "Mikhail", "Михайло", "Міхаіл"),
        ("Muhammad", "Mohammed", "Mohamed", "Мухаммед"),
        ("Yusuf", "Youssef", "Yousef", "Юсуф"),
        ("Abd al-Rahman", "Abdurrahman", "Abdirahman", "Abderrahmane"),
        ("Salahuddin", "Salah al-Din", "Salaheddin", "Saladin"),
        ("Robert", "Bob", "Róbert"),
    ],
)
def test_given_names_meet(spellings: tuple[str, ...]) -> None:
    assert set.intersection(*(set(lexicon().given(s)) for s in spellings))


@pytest.mark.parametrize(
    ("slot", "ident", "words"),
    [
        ("type", "ltd", "Ltd|GmbH|SARL|S.r.l.|s.r.o.|d.o.o.|ООО|Sdn Bhd|Oy|şti|limitada"),
        ("type", "inc", "JSC|S.A.|S.p.A.|akciová společnost|ПАО|aktiebolag|anonim şirketi|OJSC"),
        ("type", "district", "rajon|okraj|ilçesi|shahrestan|kabupaten|околия|district"),
        ("type", "lake", "lake|jezero|gölü|lacul|езеро|danau"),
        ("concept", "army", "army|jaish|lashkar|sipah|artesh|ejército|armáda|vojska|ordu"),
        ("concept", "front", "front|jabhat|jebhe-ye|frente|cephesi|rintama|metopo"),
        ("concept", "party", "party|hizb|hezb-e|partido|strana|stranka|puolue|партия"),
        ("concept", "upper", "upper|Zgornja|Horní|Górna|Ulya|Yukarı|Gornji|Superior"),
        ("title", "duke", "duke|Herzog|hertig|herttua|duc|vévoda|Freiherr"),
        ("title", "prime-minister", "PM|statsminister|pääministeri|министър-председател|premiér|primer ministro"),
        ("country", "sweden", "Sweden|Schweden|Ruotsin|Sveriges|Švédsko|Швеция|svensk|szwedzka"),
    ],
)
def test_words_of_many_languages_meet(slot: str, ident: str, words: str) -> None:
    for word in words.split("|"):
        found = {(s.slot, s.id) for s in lexicon().lookup(tuple(fold_key(word).split(" ")))}
        assert (slot, ident) in found, word


@pytest.mark.parametrize(
    ("word", "slots"),
    [
        ("Island", {"type"}),  # Iceland in German and Swedish
        ("Lan", set()),  # a province in Swedish
        ("Shah", set()),  # a king, and millions of people
        ("Conte", set()),  # a count in Italian
        ("Polis", set()),  # a police in Turkish
        ("Ben", {"given"}),  # a mountain and a son
    ],
)
def test_names_and_common_words_take_no_other_role(word: str, slots: set[str]) -> None:
    found = {s.slot for s in lexicon().lookup((fold_key(word),))} & {"type", "title", "function", "country", "given"}
    assert found == slots


def test_given_names_that_do_not_meet() -> None:
    assert not set(lexicon().given("Andrei")) & set(lexicon().given("Anatoly"))
    assert lexicon().given("Грайворон") == ()
    assert len(lexicon().given("Саша")) == 2


def test_near_is_symmetric_and_bounded() -> None:
    lex = lexicon()
    assert lex.near("legion", "corps") == lex.near("corps", "legion") == 0.85
    assert lex.near("legion", "legion") == 1.0
    assert lex.near("legion", "bridge") == 0.0
    for (slot, ident), others in lex.nears.items():
        assert all(0 < value <= 1 and lex.nears[slot, other][ident] == value for other, value in others.items())


@pytest.mark.parametrize(
    ("first", "second"),
    [("brigade", "battalion"), ("airport", "bridge"), ("mosque", "church"), ("country", "settlement")],
)
def test_type_words_for_different_things_differ_in_their_usual_sense(first: str, second: str) -> None:
    assert lexicon().type_word(first).senses[0] != lexicon().type_word(second).senses[0]


@pytest.mark.parametrize(
    ("word", "concepts", "country"),
    [
        ("минобороны", ("ministry", "defence"), None),
        ("мвс", ("ministry", "interior"), None),
        ("всу", ("armed", "force"), "ukraine"),
        ("freiwilligenkorps", ("volunteer", "corps"), None),
        ("mod", ("ministry", "defence"), None),
    ],
)
def test_compounds(word: str, concepts: tuple[str, ...], country: str | None) -> None:
    assert lexicon().compound(word) == concepts
    assert lexicon().compound_country(word) == country


def test_no_compound_and_concept_weights() -> None:
    assert lexicon().compound("грайворон") is None
    assert lexicon().concept_weight({"ministry"}) < lexicon().concept_weight({"defence"}) < 1
    assert lexicon().concept_weight({"ministry", "defence"}) == lexicon().concept_weight({"defence"})


# --- the reader

GOOD = {"id": "peace", "words": {"en": ["peace"]}}


@pytest.mark.parametrize(
    ("slot", "lines", "complaint"),
    [
        ("concept", [line(**GOOD, colour="red")], r"table.yaml:5: peace: unknown key 'colour'"),
        ("concept", [line(**GOOD), line(id="peace", words={"en": ["calm"]})], r"table.yaml:6: peace: the id stands"),
        ("concept", [line(**GOOD), line(id="so", words={"en": ["Peace"]})], r"6: so: en: 'Peace' is already a word"),
        ("concept", [line(id="peace", words={"en": ["war-like", "war like"]})], r"'war like' is already a word"),
        ("concept", [line(id="Peace", words={"en": ["peace"]})], r"id 'Peace': expected lower-case"),
        ("concept", [line(id="peace", words={"en": [False]})], r"False; expected a string"),
        ("concept", [line(id="peace", words={"en": ["a  b"]})], r"needless spaces"),
        ("concept", [line(id="peace", words={"english": ["peace"]})], r"language 'english'"),
        ("concept", [line(id="peace", words={"en": []})], r"expected a list of words"),
        ("concept", [line(id="peace")], r"peace: no words"),
        ("concept", [line(**GOOD, near={"calm": 0.5})], r"near 'calm' is no other concept"),
        ("concept", [line(**GOOD, near={"calm": 2})], r"near calm is 2; expected a number"),
        ("concept", [line(**GOOD, weight=True)], r"weight is True"),
        ("concept", ["  - {id: peace}"], r"table.yaml:5: not JSON"),
        ("concept", ["  - peace"], r"expected an entry"),
        ("concept", [line(**GOOD) + " # note"], r"more than an entry"),
        ("concept", ['  - {"id": "a", "id": "b"}'], r"a key stands twice"),
        ("concept", ['  - {"id": "peace", "words": {"ru": ["и\u0306од"]}}'], r"not in Unicode form NFC"),
        ("concept", [line(**GOOD), "compounds:", line(word="x", lang="en", concepts=["y"])], r"7: x: no concept has"),
        ("type", [line(id="town", words={"en": ["town"]})], r"no key 'applies'"),
        ("type", [line(id="town", applies=["CITY"], sense=["settlement"], words={"en": ["town"]})], r"applies is"),
        ("type", [line(id="town", applies=["PLACE"], sense=["media"], words={"en": ["town"]})], r"sense \('media',\)"),
        ("function", [line(id="of", kind="verb", words={"en": ["of"]})], r"kind is 'verb'"),
        ("given", [line(id="ivan", gender="x", words={"en": ["Ivan"]})], r"gender is 'x'"),
        ("country", [line(id="chad", iso="Td", nouns={"en": ["Chad"]})], r"iso is 'Td'"),
        ("title", [line(id="king", words={"en": ["king"]}), "compounds:"], r"compounds belong in the concept table"),
        ("colour", [line(**GOOD)], r"unknown slot 'colour'"),
    ],
)
def test_reader_refuses(table: Make, slot: str, lines: list[str], complaint: str) -> None:
    with pytest.raises(DataError, match=complaint) as caught:
        read_lexicon([table(*lines, slot=slot)])
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("head", ['schema: "lexicon-2"\nslot: "concept"\nsource: "x"', 'slot: "concept"', "schema: 1"])
def test_reader_refuses_heads(table: Make, head: str) -> None:
    with pytest.raises(DataError, match=r"^table\.yaml:\d+: expected schema"):
        read_lexicon([table(line(**GOOD), head=head)])


def test_reader_refuses_what_is_no_table(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        read_lexicon([tmp_path / "absent.yaml"])
    empty = tmp_path / "empty.yaml"
    empty.write_text("", encoding="utf-8")
    with pytest.raises(DataError, match="no entries"):
        read_lexicon([empty])


def test_contradicting_nears_are_refused(table: Make) -> None:
    calm = line(id="calm", words={"en": ["calm"]}, near={"peace": 0.5})
    with pytest.raises(DataError, match=r"near calm is 0\.4 here but 0\.5 there"):
        read_lexicon([table(line(**GOOD, near={"calm": 0.4}), calm)])


def test_short_forms_and_adjectives_may_be_shared(table: Make) -> None:
    rows = [
        line(id="niger", nouns={"en": ["Niger"]}, adjectives={"en": ["Nigerian"]}),
        line(id="nigeria", nouns={"en": ["Nigeria"]}, adjectives={"en": ["Nigerian"]}),
    ]
    found = read_lexicon([table(*rows, slot="country")]).lookup(("nigerian",))
    assert [s.id for s in found] == ["niger", "nigeria"]
