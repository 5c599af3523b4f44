"""Additions to a gazetteer as text, in every way that people write lists."""

from __future__ import annotations

import textwrap

import pytest

from entitynorm.io.yaml_edit import Additions, add_to_yaml, neighbour
from entitynorm.io.yaml_gazetteer import read_yaml_text
from entitynorm.model import Alias, Entity

MORE = Additions((Alias("Hraivoron"), Alias("Грайворон", kind="native")), (("Kazinka", "a.txt, 2023-05-22"),))

CASES = {
    "no lists": (
        """
        schema: 1
        entities:
          - id: "p:a"   # the town
            type: PLACE
            name: "A"   # not the river
          # Below the border.
          - id: "p:b"
            type: PLACE
            name: "B"
        """,
        """
        schema: 1
        entities:
          - id: "p:a"   # the town
            type: PLACE
            name: "A"   # not the river
            aliases:
              - "Hraivoron"
              - {text: "Грайворон", kind: native}
            blocked:
              - "Kazinka"  # a.txt, 2023-05-22
          # Below the border.
          - id: "p:b"
            type: PLACE
            name: "B"
        """,
    ),
    "block lists with comments": (
        """
        schema: 1
        entities:
        - id: "p:a"
          type: PLACE
          aliases:
          - "Aa"  # the old name
          # - "Ab" was never used
          # Somewhere else altogether:
          blocked:
              # first
              - 'Ax'
              - Ay # last
          name: "A"
        """,
        """
        schema: 1
        entities:
        - id: "p:a"
          type: PLACE
          aliases:
          - "Aa"  # the old name
          - "Hraivoron"
          - {text: "Грайворон", kind: native}
          # - "Ab" was never used
          # Somewhere else altogether:
          blocked:
              # first
              - 'Ax'
              - Ay # last
              - "Kazinka"  # a.txt, 2023-05-22
          name: "A"
        """,
    ),
    "flow lists": (
        """
        schema: 1
        entities:
          - id: "p:a"
            type: PLACE
            name: "A"
            blocked: [
              "Ax", # why not
              Ay,   # and this
            ]       # closed
            aliases: ["Aa", {text: "Ab, Ac"} ]  # both seen
        """,
        """
        schema: 1
        entities:
          - id: "p:a"
            type: PLACE
            name: "A"
            blocked: [
              "Ax", # why not
              Ay, "Kazinka",   # and this
            ]       # closed
            aliases: ["Aa", {text: "Ab, Ac"}, "Hraivoron", {text: "Грайворон", kind: native} ]  # both seen
        """,
    ),
    "empty lists": (
        """
        schema: 1
        entities:
          - {id: "p:a", type: PLACE, name: "A", aliases: [ # none yet
              ], blocked: []}
        """,
        """
        schema: 1
        entities:
          - {id: "p:a", type: PLACE, name: "A", aliases: ["Hraivoron", {text: "Грайворон", kind: native} # none yet
              ], blocked: ["Kazinka"]}
        """,
    ),
    "flow entity": (
        """
        schema: 1
        entities: [{id: "p:a", type: PLACE, name: "A" }]
        """,
        """
        schema: 1
        entities: [{id: "p:a", type: PLACE, name: "A", aliases: ["Hraivoron", {text: "Грайворон", kind: native}], """
        """blocked: ["Kazinka"] }]
        """,
    ),
    "several lines of text before": (
        """
        schema: 1
        entities:
          - id: "p:a"
            type: PLACE
            name: "A"
            description: |
              Two lines,
              # and this is the second.

            # A comment behind it.
        """,
        """
        schema: 1
        entities:
          - id: "p:a"
            type: PLACE
            name: "A"
            description: |
              Two lines,
              # and this is the second.
            aliases:
              - "Hraivoron"
              - {text: "Грайворон", kind: native}
            blocked:
              - "Kazinka"  # a.txt, 2023-05-22

            # A comment behind it.
        """,
    ),
}


def _text(block: str) -> str:
    return textwrap.dedent(block).lstrip("\n")


@pytest.mark.parametrize("name", CASES)
def test_additions(name: str) -> None:
    before, after = map(_text, CASES[name])
    result = add_to_yaml(before, "g.yaml", {"p:a": MORE})
    assert result == after
    entity = read_yaml_text(result)[0][0]
    assert entity.aliases[-2:] == MORE.aliases
    assert entity.blocked[-1] == "Kazinka"


@pytest.mark.parametrize("name", CASES)
def test_line_ends_and_the_end_of_the_file(name: str) -> None:
    before, after = map(_text, CASES[name])
    windows = add_to_yaml(before.replace("\n", "\r\n"), "g.yaml", {"p:a": MORE})
    assert windows == after.replace("\n", "\r\n")
    unended = add_to_yaml(before.rstrip("\n"), "g.yaml", {"p:a": MORE})
    assert unended == after.rstrip("\n")


@pytest.mark.parametrize("name", CASES)
def test_nothing_added_is_nothing_changed(name: str) -> None:
    before = _text(CASES[name][0])
    assert add_to_yaml(before, "g.yaml", {}) == before
    assert add_to_yaml(before, "g.yaml", {"p:a": Additions(), "p:unknown": MORE}) == before


def test_long_lists_go_on_below() -> None:
    blocked = ", ".join(f'"Name number {n}"' for n in range(6))
    before = f'schema: 1\nentities:\n  - id: "p:a"\n    type: PLACE\n    name: "A"\n    blocked: [{blocked}]\n'
    forms = Additions((), tuple((f"Another name, number {n}", "a") for n in range(4)))
    result = add_to_yaml(before, "g.yaml", {"p:a": forms})
    assert max(map(len, result.splitlines())) <= 120
    assert len(read_yaml_text(result)[0][0].blocked) == 10


SECTIONS = """\
schema: 1
entities:

  # ---- ORG

  # The old one.
  - id: "o:b"
    type: "ORG"
    name: "B"

  - id: "o:d"
    type: "ORG"
    name: "D"
    blocked: ["Dd"]
    # Not yet: "De".

  # ---- PLACE

  - id: "p:b"
    type: "PLACE"
    name: "B"
"""


@pytest.mark.parametrize(
    ("new", "before", "after"),
    [
        ("o:a", "  # ---- ORG\n\n", '\n  # The old one.\n  - id: "o:b"'),
        ("o:c", '    name: "B"\n\n', '\n  - id: "o:d"'),
        ("o:e", '    # Not yet: "De".\n\n', "\n  # ---- PLACE\n"),
        ("p:a", "  # ---- PLACE\n\n", '\n  - id: "p:b"'),
        ("p:c", '    name: "B"\n\n', ""),
        ("x:a", '    name: "B"\n\n', ""),
    ],
)
def test_entities_go_to_their_neighbours(new: str, before: str, after: str) -> None:
    kind = {"o": "ORG", "p": "PLACE", "x": "EVENT"}[new[0]]
    entity = Entity(new, kind, "New", (Alias("Newer", source="a"),))
    result = add_to_yaml(SECTIONS, "g.yaml", {}, [(entity, "a.txt, 2023-05-22")])
    lines = f'  # a.txt, 2023-05-22\n  - id: "{new}"\n    type: {kind}\n    name: "New"\n'
    lines += '    aliases:\n      - {text: "Newer", source: "a"}\n'
    assert before + lines + after in result
    assert result.replace(lines, "", 1).replace("\n\n\n", "\n\n").rstrip("\n") == SECTIONS.rstrip("\n")
    assert entity in [found for found, _ in read_yaml_text(result)]


def test_entities_for_an_empty_list() -> None:
    new = [(Entity("p:b", "PLACE", "B"), "a"), (Entity("p:a", "PLACE", "A", (Alias("Aa"),)), "a")]
    for empty in ("entities: []", "entities: [  # none\n  ]"):
        result = add_to_yaml(f"schema: 1\n{empty}\n", "g.yaml", {}, new)
        assert [entity.id for entity, _ in read_yaml_text(result)] == ["p:a", "p:b"]


def test_entities_in_a_flow_list() -> None:
    first, second = '{id: "p:b", type: PLACE, name: "B"}', '{id: "p:d", type: PLACE, name: "D"}'
    before = f"schema: 1\nentities: [{first}, # the first\n  {second} ]\n"
    new = [(Entity(f"p:{letter}", "PLACE", letter.upper()), "a") for letter in "ace"]
    result = add_to_yaml(before, "g.yaml", {}, new)
    assert [entity.id for entity, _ in read_yaml_text(result)] == ["p:a", "p:b", "p:c", "p:d", "p:e"]
    assert "# the first\n" in result


def test_lines_may_be_long() -> None:
    aliases = ", ".join(f'"Name {n}"' for n in range(3000))
    before = f'schema: 1\nentities:\n- {{id: "p:b", type: PLACE, name: "B", aliases: [{aliases}]}}\n'
    result = add_to_yaml(before, "g.yaml", {"p:b": MORE}, [(Entity("p:a", "PLACE", "A"), "a")])
    first, second = (entity for entity, _ in read_yaml_text(result))
    assert (first.id, second.aliases[-2:], second.blocked) == ("p:a", MORE.aliases, ("Kazinka",))


def test_neighbours_of_an_unsorted_type_stand_at_its_end() -> None:
    assert neighbour([("ORG", "o:z"), ("ORG", "o:a"), ("PLACE", "p:a")], ("ORG", "o:b")) == 2
    assert neighbour([], ("ORG", "o:b")) == 0
