"""Lookup, redirects, merging, and every kind of problem that `check` reports."""

import pickle
from collections.abc import Sequence
from random import Random

import pytest

from entitynorm.errors import GazetteerError, UnknownEntityError
from entitynorm.gazetteer import Gazetteer, check, plain_fold
from entitynorm.model import Alias, Entity


def place(
    name: str,
    *aliases: str | Alias,
    located_in: str | None = None,
    part_of: str | None = None,
    was: Sequence[str] = (),
    blocked: Sequence[str] = (),
    key: str = "",
) -> Entity:
    """``place("Kozinka")`` has the id p:kozinka."""
    read = tuple(Alias(a) if isinstance(a, str) else a for a in aliases)
    return Entity(
        id=key or f"p:{name.lower()}",
        type="PLACE",
        name=name,
        aliases=read,
        refs={},
        located_in=located_in,
        part_of=part_of,
        was=tuple(was),
        blocked=tuple(blocked),
    )


def problems(*entities: Entity) -> list[str]:
    return [str(problem) for problem in check((entity, f"g.yaml:{n}") for n, entity in enumerate(entities, 1))]


def clash(*entities: Entity) -> list[str]:
    with pytest.raises(GazetteerError) as caught:
        Gazetteer(entities)
    return [str(problem) for problem in caught.value.problems]


def weak(text: str) -> Alias:
    return Alias(text, strength="weak")


A, B, C = place("A"), place("B"), place("C")


def test_lookup() -> None:
    gazetteer = Gazetteer([B, A])
    assert gazetteer.get("p:a") is A
    assert gazetteer["p:b"] is B
    assert gazetteer.get("p:x") is None
    assert len(gazetteer) == 2
    assert "p:a" in gazetteer
    assert "p:x" not in gazetteer
    assert 7 not in gazetteer
    assert not Gazetteer([])


def test_unknown_id_is_named_with_a_near_one() -> None:
    with pytest.raises(UnknownEntityError) as caught:
        Gazetteer([place("Kozinka")])["p:kosinka"]
    assert str(caught.value) == 'no entity has the id "p:kosinka"; did you mean "p:kozinka"?'
    assert isinstance(caught.value, KeyError)


def test_order_of_the_file_shows_only_in_entries() -> None:
    entities = [place(f"N{n}", was=[f"old:{n}"]) for n in range(30)]
    shuffled = Random(1).sample(entities, len(entities))
    assert list(Gazetteer(shuffled)) == list(Gazetteer(entities)) == sorted(entities, key=lambda e: e.id)
    assert list(Gazetteer(shuffled).redirects.items()) == list(Gazetteer(entities).redirects.items())
    assert [entity for entity, _ in Gazetteer(shuffled).entries()] == shuffled


def test_renamed_ids_still_find_their_entity() -> None:
    new = place("New", was=["p:old", "p:older"])
    gazetteer = Gazetteer([new])
    assert gazetteer.get("p:old") is gazetteer["p:older"] is new
    assert "p:old" in gazetteer
    assert dict(gazetteer.redirects) == {"p:old": "p:new", "p:older": "p:new"}
    assert [e.id for e in gazetteer] == ["p:new"]


def test_nothing_can_be_changed() -> None:
    gazetteer = Gazetteer([place("New", was=["p:old"])])
    with pytest.raises(AttributeError):
        gazetteer.redirects = {}  # type: ignore[misc]
    with pytest.raises(TypeError):
        gazetteer.redirects["x"] = "y"  # type: ignore[index]
    with pytest.raises(AttributeError):
        gazetteer.more = 1  # type: ignore[attr-defined]


def test_it_goes_to_another_process() -> None:
    gazetteer = Gazetteer([B, A], {"p:a": "g.yaml:3"})
    again = pickle.loads(pickle.dumps(gazetteer))
    assert list(again) == [A, B]
    assert again.place("p:a") == "g.yaml:3"


def test_places() -> None:
    gazetteer = Gazetteer([B, A], {"p:a": "g.yaml:3"})
    assert (gazetteer.place("p:a"), gazetteer.place("p:b")) == ("g.yaml:3", "entities[0]")


def test_an_id_twice() -> None:
    assert clash(A, B, A) == [
        "entities[2]: p:a: the id stands twice (first at entities[0]); give one of the two another id, or merge them"
    ]


def test_an_id_twice_is_found_where_places_are_alike() -> None:
    with pytest.raises(GazetteerError):
        Gazetteer.from_entries([(A, "x"), (A, "x")])


def test_an_old_id_in_use() -> None:
    assert clash(place("New", was=["p:a"]), A) == [
        'entities[0]: p:new: was names "p:a", but that id is in use (at entities[1]); ids are never used again: '
        "take it out of was, or rename the entity that has it"
    ]


def test_an_old_id_claimed_twice() -> None:
    assert clash(place("X", was=["p:old"]), place("Y", was=["p:old"])) == [
        'entities[1]: p:y: was names "p:old", and so does p:x; leave it with one of them'
    ]


def test_ancestors_come_nearest_first() -> None:
    gazetteer = Gazetteer(
        [
            place("Village", located_in="p:district", part_of="p:parish"),
            place("District", located_in="p:old-region"),
            place("Region", located_in="p:country", was=["p:old-region"]),
            place("Parish", part_of="p:church"),
        ]
    )
    assert gazetteer.ancestors("p:village") == ("p:district", "p:parish", "p:region", "p:church", "p:country")
    assert gazetteer.ancestors("p:old-region") == ("p:country",)
    with pytest.raises(UnknownEntityError):
        gazetteer.ancestors("p:country")


def test_ancestors_of_a_circle() -> None:
    gazetteer = Gazetteer([place("A", located_in="p:b"), place("B", located_in="p:c"), place("C", part_of="p:a")])
    assert gazetteer.ancestors("p:a") == ("p:b", "p:c")
    assert Gazetteer([place("A", located_in="p:a")]).ancestors("p:a") == ()


def test_merge_replaces_whole_entities() -> None:
    ours = Gazetteer([place("A", "Alpha"), B], {"p:a": "ours:1", "p:b": "ours:2"})
    theirs = Gazetteer([place("Aa", "Aah", key="p:a"), C], {"p:a": "theirs:1"})
    merged = Gazetteer.merge([ours, theirs])
    assert [e.id for e in merged] == ["p:a", "p:b", "p:c"]
    assert merged["p:a"] is theirs["p:a"]
    assert (merged.place("p:a"), merged.place("p:b")) == ("theirs:1", "ours:2")
    assert (len(ours), len(theirs)) == (2, 2)
    assert len(Gazetteer.merge([])) == 0


def test_merge_follows_a_later_renaming_and_refuses_an_earlier_one() -> None:
    old, renamed = Gazetteer([A]), Gazetteer([place("New", was=["p:a"])])
    assert [e.id for e in Gazetteer.merge([old, renamed])] == ["p:new"]
    assert Gazetteer.merge([old, renamed])["p:a"].name == "New"
    with pytest.raises(GazetteerError, match="that id is in use"):
        Gazetteer.merge([renamed, old])


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("“The  Legion”", "the legion"),
        ("ＦＲＬ", "frl"),
        ("Straße", "strasse"),
        ("…", "..."),
        ("Й", "й"),
        ("A-B", "a b"),
    ],
)
def test_plain_fold(text: str, folded: str) -> None:
    assert plain_fold(text) == folded
    assert plain_fold(folded) == folded


def test_a_clean_gazetteer_has_no_problems() -> None:
    legion = place("Legion", "Легион", weak("FRL"), located_in="p:a", blocked=["Legion of Honour"])
    assert problems(A, legion, place("Frontier League", weak("FRL"), key="p:league")) == []


CHECKS = [
    ([place("A", "Alpha", "ALPHA")], ['g.yaml:1: p:a: alias "ALPHA" stands twice (as "Alpha"); keep one']),
    ([place("A", "Гра\u0438\u0306", "Гра\u0439")], None),
    ([place("A", "Alpha", weak("Alpha"))], ['g.yaml:1: p:a: alias "Alpha" stands twice; keep one']),
    ([place("A", Alias("Б", lang="ru"), Alias("Б", lang="uk"))], []),
    ([place("Alpha", "alpha")], ['g.yaml:1: p:alpha: alias "alpha" is the canonical name; take it out of the aliases']),
    ([place("Бахмут", Alias("Бахмут", lang="uk"))], []),
    ([place("Alpha", weak("Alpha"))], []),
    (
        [place("A", "Legion"), place("B", "“legion”")],
        [
            'g.yaml:2: p:b: alias "“legion”" is also a name of p:a (as "Legion"), at g.yaml:1; '
            'declare it ambiguous in one of the two: {text: "“legion”", strength: weak}'
        ],
    ),
    (
        [place("Legion", key="p:a"), place("Legion", key="p:b")],
        [
            'g.yaml:2: p:b: name "Legion" is also a name of p:a, at g.yaml:1; '
            'declare it ambiguous in one of the two: add the alias {text: "Legion", strength: weak}'
        ],
    ),
    ([place("Legion", key="p:a"), place("Legion", weak("Legion"), key="p:b")], []),
    ([place("A", weak("X")), place("B", weak("X"))], []),
    ([place("A", "X"), place("B", weak("X")), place("C", weak("X"))], []),
    ([place("A", weak("X")), place("B", "X"), place("C", "X")], ["g.yaml:3: p:c: "]),
    ([place("A", "X"), place("B", "X"), place("C", "X")], ["g.yaml:2: p:b: ", "g.yaml:3: p:c: "]),
    (
        [place("A", "Kazinka", blocked=["KAZINKA"])],
        ['g.yaml:1: p:a: blocked "KAZINKA" is also alias "Kazinka"; take it out of one of the two'],
    ),
    ([place("A", blocked=["a"])], ['g.yaml:1: p:a: blocked "a" is also the name "A"; take it out of one of the two']),
    ([place("A", blocked=["x", "x"])], ['g.yaml:1: p:a: blocked "x" stands 2 times; keep one']),
    (
        [place("A", located_in="p:belgrod"), place("Belgorod")],
        ['g.yaml:1: p:a: located_in "p:belgrod" is not in this gazetteer; did you mean "p:belgorod"?'],
    ),
    (
        [place("A", part_of="zz")],
        ['g.yaml:1: p:a: part_of "zz" is not in this gazetteer; add that entity, or take the field away'],
    ),
    (
        [place("A", located_in="p:old"), place("New", was=["p:old"])],
        ['g.yaml:1: p:a: located_in "p:old" was renamed; write "p:new"'],
    ),
    (
        [place("X", located_in="p:a"), place("A", located_in="p:b"), place("B", part_of="p:a")],
        ["g.yaml:2: p:a: located_in and part_of go round in a circle: p:a → p:b → p:a; take one of them away"],
    ),
    (
        [place("A", located_in="p:a", part_of="p:a")],
        ["g.yaml:1: p:a: located_in and part_of go round in a circle: p:a → p:a; take one of them away"],
    ),
    ([place("A", located_in="p:c"), place("B", located_in="p:c", part_of="p:a"), place("C")], []),
    (
        [place("X", was=["p:a"]), place("A")],
        [
            'g.yaml:1: p:x: was names "p:a", but that id is in use (at g.yaml:2); ids are never used again: '
            "take it out of was, or rename the entity that has it"
        ],
    ),
    ([place("A"), place("Z", key="p:a")], ["g.yaml:2: p:a: the id stands twice (first at g.yaml:1)"]),
]


@pytest.mark.parametrize(("entities", "expected"), CHECKS)
def test_check(entities: list[Entity], expected: list[str] | None) -> None:
    found = problems(*entities)
    if expected is None:  # the same text in NFC and NFD: repeated, whatever way the message prints it
        assert len(found) == 1 and "stands twice" in found[0]
        return
    assert len(found) == len(expected)
    for line, beginning in zip(found, expected, strict=True):
        assert line.startswith(beginning) if beginning.endswith((": ", ")")) else line == beginning


def test_check_reports_in_file_order_also_for_a_gazetteer() -> None:
    z, a = place("Z", "Zet", "Zet", located_in="p:q"), place("A", "Zet", part_of="p:q")
    found = check(Gazetteer.from_entries([(z, "g.yaml:1"), (a, "g.yaml:9")]))
    assert [problem.place for problem in found] == ["g.yaml:1", "g.yaml:1", "g.yaml:9", "g.yaml:9"]


def test_check_sees_with_the_fold_it_is_given() -> None:
    entities = [(place("Grayvoron"), "g:1"), (place("Graivoron"), "g:2")]
    assert check(entities) == []
    assert len(check(entities, lambda text: text.replace("y", "i"))) == 1


def test_long_chains_do_not_exhaust_the_stack() -> None:
    chain = [place(f"N{n}", located_in=f"p:n{n + 1}") for n in range(5000)]
    closed = [*chain, place("N5000", located_in="p:n0")]
    assert len(problems(*chain, place("N5000"))) == 0
    assert len(problems(*closed)) == 1
    assert len(Gazetteer(closed).ancestors("p:n0")) == 5000
