"""Laws of patches: merging adds what was accepted, once, and changes nothing else, however the file is written."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

import entitynorm
from entitynorm.applying import apply_patch
from entitynorm.io.yaml_gazetteer import read_yaml_text
from entitynorm.io.yaml_nodes import quote_scalar
from entitynorm.io.yaml_patch import read_patch_text, write_patch
from entitynorm.model import Alias, Entity
from entitynorm.patches import DECISIONS, AliasProposal, BlockProposal, EntityProposal, Note, Patch
from entitynorm.testing import gazetteers

COMMENT = re.compile(r"# (?:comment \d+|the head|the end)")
DECIDED = st.sampled_from(("accept", *DECISIONS))
KINDS = st.sampled_from(("name", "native", "acronym", "misspelling"))


@st.composite
def written(draw: st.DrawFn, held: list[Entity]) -> str:
    """A gazetteer file of these entities, as different people would write it."""
    numbers = iter(range(10_000))
    indent = draw(st.sampled_from((0, 2)))
    newline = draw(st.sampled_from(("\n", "\r\n")))

    def comment() -> str:
        return f"  # comment {next(numbers)}" if draw(st.booleans()) else ""

    def listing(key: str, items: list[str], pad: str) -> list[str]:
        style = draw(st.sampled_from(("block", "indentless", "flow", "lines")))
        if style == "flow" or not items:
            return [f"{pad}{key}: [{', '.join(items)}]{comment()}"]
        if style == "lines":
            return [
                f"{pad}{key}: [{comment()}",
                *(f"{pad}    {item},{comment()}" for item in items),
                f"{pad}]{comment()}",
            ]
        dash = "- " if style == "indentless" else "  - "
        return [f"{pad}{key}:{comment()}", *(f"{pad}{dash}{item}{comment()}" for item in items)]

    lines = ["# the head", "schema: 1", f"entities:{comment()}"]
    pad = " " * (indent + 2)
    for entity in held:
        if draw(st.booleans()):
            lines += ["", f"{' ' * draw(st.integers(0, 6))}# comment {next(numbers)}"]
        aliases = [quote_scalar(alias.text) for alias in entity.aliases]
        blocked = [quote_scalar(form) for form in entity.blocked]
        fields = [[f"{pad}type: {entity.type}{comment()}"], [f"{pad}name: {quote_scalar(entity.name)}{comment()}"]]
        if aliases or draw(st.booleans()):
            fields.append(listing("aliases", aliases, pad))
        if blocked or draw(st.booleans()):
            fields.append(listing("blocked", blocked, pad))
        lines.append(f"{' ' * indent}- id: {quote_scalar(entity.id)}{comment()}")
        lines += (line for field in draw(st.permutations(fields)) for line in field)
    lines += draw(st.sampled_from(([""], [], ["# the end", ""])))
    return newline.join(lines)


@st.composite
def patched(draw: st.DrawFn) -> tuple[str, list[Entity], Patch]:
    """A file, its entities, and a patch that fits: all its names are new."""
    everyone = list(draw(gazetteers(min_size=2, max_size=5)))  # no name of one is a spelling of another's
    cut = draw(st.integers(1, len(everyone) - 1))
    held = [Entity(e.id, e.type, e.name, tuple(Alias(a.text) for a in e.aliases)) for e in everyone[:cut]]
    names = [e.name for e in everyone[cut:]]
    aliases, blocked, new = [], [], []
    for number, name in enumerate(names):
        note = Note(draw(DECIDED), "text #1: a.txt", "2023-05-22")
        target = draw(st.sampled_from(held)).id
        match draw(st.sampled_from(("alias", "alias", "blocked", "entity"))):
            case "alias":
                aliases.append(AliasProposal(target, Alias(name, kind=draw(KINDS)), note))
            case "blocked":
                blocked.append(BlockProposal(target, name, note))
            case _:
                kind = draw(st.sampled_from(("ORG", "PLACE", "VESSEL")))
                new.append(EntityProposal(Entity(f"new:{number}", kind, name), note))
    return draw(written(held)), held, Patch(tuple(aliases), tuple(blocked), tuple(new))


@given(patched())
def test_an_empty_patch_is_the_identity(case: tuple[str, list[Entity], Patch]) -> None:
    text, held, _ = case
    assert apply_patch(text, Patch()).text == text
    assert [entity for entity, _ in read_yaml_text(text)] == held


@given(patched())
def test_what_was_accepted_is_there_and_nothing_else_changed(case: tuple[str, list[Entity], Patch]) -> None:
    text, held, patch = case
    applied = apply_patch(text, patch)
    found = {entity.id: entity for entity, _ in read_yaml_text(applied.text)}
    for entity in held:
        aliases = [p.alias.text for p in patch.aliases if p.entity == entity.id and p.note.decision == "accept"]
        blocked = [p.text for p in patch.blocked if p.entity == entity.id and p.note.decision == "accept"]
        after = found.pop(entity.id)
        assert [a.text for a in after.aliases] == [*(a.text for a in entity.aliases), *aliases]
        assert list(after.blocked) == [*entity.blocked, *blocked]
        assert (after.type, after.name) == (entity.type, entity.name)
    assert sorted(found) == sorted(p.entity.id for p in patch.entities if p.note.decision == "accept")


@given(patched())
def test_nothing_that_stood_there_is_lost(case: tuple[str, list[Entity], Patch]) -> None:
    text, _, patch = case
    result = apply_patch(text, patch).text
    rest = iter(result)
    assert all(char in rest for char in text), "a character is gone, or moved"
    assert COMMENT.findall(result) == COMMENT.findall(text)


@given(patched())
def test_twice_is_once(case: tuple[str, list[Entity], Patch]) -> None:
    text, _, patch = case
    once = apply_patch(text, patch)
    twice = apply_patch(once.text, patch)
    assert twice.text == once.text and not twice.changed


@given(patched())
def test_a_patch_survives_its_file(case: tuple[str, list[Entity], Patch]) -> None:
    *_, patch = case
    assert read_patch_text(write_patch(patch)) == patch


@given(patched())
def test_accepted_aliases_resolve_to_their_entity(case: tuple[str, list[Entity], Patch]) -> None:
    text, _, patch = case
    linker = entitynorm.load([entity for entity, _ in read_yaml_text(apply_patch(text, patch).text)])
    for proposal in patch.aliases:
        if proposal.note.decision == "accept":
            assert linker.resolve(proposal.alias.text).id == proposal.entity
