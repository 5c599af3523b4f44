"""Suggestions against gold: how much of what people wrote down comes back from canonical names alone.

Every alias is taken out of a gazetteer, and `suggest` has to find the spellings of its texts again. Spellings that
differ from a canonical name in capitals and punctuation only need no proposal.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import entitynorm
from entitynorm.applying import apply_patch
from entitynorm.io.yaml_gazetteer import read_yaml, read_yaml_text, write_yaml
from entitynorm.load import read_gazetteer
from entitynorm.names.structure import parse
from entitynorm.patches import Patch
from entitynorm.suggesting.proposing import suggest
from entitynorm.suggesting.spellings import Text

ROOT = Path(__file__).parent.parent.parent


def _key(text: str) -> str:
    return text.lower() if text.startswith("@") else parse(text.lstrip("#")).exact


def _ids(mention: dict[str, Any]) -> set[str]:
    return {mention["id"], *mention.get("alt_ids", ())} - {None}


@pytest.mark.parametrize(
    ("folder", "gold", "gazetteer", "least_found", "most_wrong"),
    [
        ("seeds", "gold/mentions.jsonl", "../data/aliases.yaml", 0.90, 0.05),
        ("tests/golden/own", "mentions.jsonl", "gazetteer.jsonl", 0.80, 0.06),
        ("tests/golden/abroad", "mentions.jsonl", "gazetteer.jsonl", 0.70, 0.15),
    ],
)
def test_spellings_come_back(folder: str, gold: str, gazetteer: str, least_found: float, most_wrong: float) -> None:
    place = ROOT / folder
    if not (place / gold).exists():
        pytest.skip("no gold here: an installed copy")
    mentions = [json.loads(line) for line in (place / gold).read_text(encoding="utf-8").splitlines()]
    full = read_gazetteer(place / gazetteer)
    linker = entitynorm.load([replace(entity, aliases=()) for entity in full])
    paths = [place / name for name in sorted({mention["doc"] for mention in mentions})]
    texts = [Text(path.name, lambda path=path: path.read_bytes().decode()) for path in paths]  # type: ignore[misc]
    patch = suggest(linker, texts, date="2023-05-22")

    listed = {(entity.id, _key(entity.name)) for entity in linker.gazetteer}
    proposed = {(p.entity, _key(p.alias.text)) for p in patch.aliases}
    wanted = {
        (mention["text"], frozenset(_ids(mention)))
        for mention in mentions
        if not mention.get("nested") and not mention.get("optional") and any(i in full for i in _ids(mention))
    }
    wanted = {(text, ids) for text, ids in wanted if not any((i, _key(text)) in listed for i in ids)}
    missed = sorted(text for text, ids in wanted if not any((i, _key(text)) in proposed for i in ids))
    assert 1 - len(missed) / len(wanted) >= least_found, missed

    right: dict[str, set[str]] = defaultdict(set)
    for mention in mentions:
        right[_key(mention["text"])] |= _ids(mention)
    for entity in full:
        for alias in entity.aliases:
            right[_key(alias.text)].add(entity.id)
    wrong = sorted((text, entity) for entity, text in proposed if entity not in right[text])
    assert len(wrong) <= most_wrong * len(proposed), wrong


def test_the_loop_closes_on_the_seeds() -> None:
    """All proposals accepted: names that decide alone resolve, the others link in their texts, and no more is asked."""
    place = ROOT / "seeds"
    paths = sorted(place.glob("*.txt"))
    if not paths:
        pytest.skip("no seeds here: an installed copy")
    source = ROOT / "data" / "aliases.yaml"
    before = write_yaml(replace(entity, aliases=()) for entity, _ in read_yaml(source))
    texts = [Text(path.name, lambda path=path: path.read_bytes().decode()) for path in paths]  # type: ignore[misc]

    def ask(text: str) -> Patch:
        linker = entitynorm.load([entity for entity, _ in read_yaml_text(text)])
        return suggest(linker, texts, date="2023-05-22")

    found = ask(before).aliases
    accepted = Patch(tuple(replace(p, note=replace(p.note, decision="accept")) for p in found))
    applied = apply_patch(before, accepted)
    assert applied.aliases == len(found) > 30
    assert ask(applied.text).aliases == ()

    linker = entitynorm.load([entity for entity, _ in read_yaml_text(applied.text)])
    linked = {(m.surface, m.id) for text in texts for m in linker.link(text.read()).mentions}
    for proposal in found:
        if proposal.alias.strength == "strong":
            assert linker.resolve(proposal.alias.text).id == proposal.entity, proposal
        assert (proposal.alias.text, proposal.entity) in linked, proposal
