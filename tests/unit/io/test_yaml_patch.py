"""Patches as files: what is read, what is refused and with which words, and that writing is stable."""

from __future__ import annotations

import pytest

from entitynorm.errors import GazetteerError
from entitynorm.io.yaml_patch import read_patch_text, write_patch
from entitynorm.model import Alias, Entity
from entitynorm.patches import AliasProposal, BlockProposal, EntityProposal, Note, Patch

WHEN = 'source: "a", date: "2023-05-22"'
NOTE = 'decision: accept, source: "a.txt", date: "2023-05-22"'

FULL = Patch(
    aliases=(
        AliasProposal(
            "place:kozinka",
            Alias("Козинка", lang="ru", kind="native", strength="weak", fuzzy="key"),
            Note(
                "block",
                "a: b.txt",
                "2023-05-22",
                why='near "Kozinka"',
                score=0.25,
                count=3,
                documents=2,
                contexts=("…in [Козинка] # there…", "yes"),
                nearest={"place:kosinka": 0.1, "place:no": 0.0},
            ),
        ),
    ),
    blocked=(BlockProposal("place:kozinka", "Kazinka", Note("reject", "a.txt", "2023-05-23")),),
    entities=(
        EntityProposal(
            Entity("place:no", "PLACE", "NO", (Alias("Nó"), Alias("Но", kind="native")), lat=1.5, lon=-2.0),
            Note("open", "b.txt", "2024-02-29"),
        ),
    ),
)


def test_what_is_written_is_what_is_read() -> None:
    text = write_patch(FULL, head="Look through it.\n\nThen apply it.")
    assert text.startswith("# Look through it.\n#\n# Then apply it.\nschema:")
    assert read_patch_text(text) == FULL
    assert write_patch(read_patch_text(text)) == write_patch(FULL)
    assert [p.note.place for p in read_patch_text(text, "p.yaml").aliases] == ["p.yaml:6"]


def test_an_empty_patch() -> None:
    assert read_patch_text("schema: patch-1\n") == Patch()
    assert read_patch_text(write_patch(Patch())) == Patch()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "p.yaml:1: the patch is empty, expected schema: patch-1 at the top"),
        ("- a", "p.yaml:1: the patch is a list, expected schema: patch-1 at the top"),
        (
            "schema: 1\nentities: []",
            'p.yaml:1: schema is "1", expected patch-1; is it a gazetteer, or a patch of another version?',
        ),
        ("aliases: []", "p.yaml:1: schema is missing; write schema: patch-1 at the top"),
        ("schema: patch-1\nalias: []", 'p.yaml:2: unknown key "alias"; did you mean "aliases"?'),
        (
            "schema: patch-1\naliases: no",
            'p.yaml:2: aliases is the text "no", expected a list; write aliases: [] where there is none',
        ),
        (
            "schema: patch-1\naliases:\n  - Kozinka",
            'p.yaml:3: found the text "Kozinka", expected a proposal with its decision',
        ),
        (
            f'schema: patch-1\naliases:\n  - {{entity: "p:a", {NOTE}}}',
            "p.yaml:3: text is missing; a proposal says entity and text",
        ),
        (
            'schema: patch-1\nblocked:\n  - entity: "p:a"\n    text: "Kazinka"',
            "p.yaml:3: Kazinka: without decision, source, date; every proposal has decision, source, date",
        ),
        (
            f'schema: patch-1\naliases:\n  - {{entity: "p:a", text: NO, {NOTE}}}',
            'p.yaml:3: NO: text "NO" was read as the YAML boolean false. Put quotes round it: text: "NO"',
        ),
        (
            f'schema: patch-1\naliases:\n  - {{entity: "p:a", text: "A", decision: acept, {WHEN}}}',
            'p.yaml:3: A: decision is "acept"; did you mean "accept"?',
        ),
        (
            f'schema: patch-1\nblocked:\n  - {{entity: "p:a", text: "A", decision: block, {WHEN}}}',
            'p.yaml:3: A: decision is "block"; write one of accept, open, reject',
        ),
        (
            'schema: patch-1\nblocked:\n  - {entity: "p:a", text: A, decision: open, source: "a", date: "2023-02-30"}',
            'p.yaml:3: A: date is "2023-02-30", expected a day like 2023-05-22',
        ),
        (
            f'schema: patch-1\naliases:\n  - {{entity: "p:a", text: "A", kind: nativ, {NOTE}}}',
            'p.yaml:3: A: alias "A": kind is the text "nativ"; did you mean "native"?',
        ),
        (
            f'schema: patch-1\naliases:\n  - {{entity: "p:a", text: "A", kinds: native, {NOTE}}}',
            'p.yaml:3: A: unknown key "kinds"; did you mean "kind"?',
        ),
        (
            f'schema: patch-1\naliases:\n  - {{entity: "p:a", text: "A", score: "much", {NOTE}}}',
            'p.yaml:3: A: score is the text "much", expected a plain number',
        ),
        (
            f'schema: patch-1\nentities:\n  - {{id: "a", type: PLACE, name: "A", {NOTE}}}',
            'p.yaml:3: a: id "a" is not of the form prefix:local',
        ),
        (
            f'schema: patch-1\nentities:\n  - {{id: "p:a", type: PLACE, {NOTE}}}',
            "p.yaml:3: p:a: name is missing; every entity has id, type and name",
        ),
    ],
)
def test_what_is_refused(text: str, problem: str) -> None:
    with pytest.raises(GazetteerError) as caught:
        read_patch_text(text, "p.yaml")
    assert len(caught.value.problems) == 1
    assert str(caught.value.problems[0]).startswith(problem)
