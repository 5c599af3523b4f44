"""Merging patches: what goes in, what is refused, and that nothing else changes."""

from __future__ import annotations

from dataclasses import replace

import pytest

import entitynorm
from entitynorm.applying import apply_patch
from entitynorm.errors import GazetteerError, InputError
from entitynorm.io.yaml_gazetteer import read_yaml_text
from entitynorm.model import Alias, Entity
from entitynorm.patches import AliasProposal, BlockProposal, EntityProposal, Note, Patch

GAZETTEER = """\
# Ours.
schema: 1
entities:
  - id: "place:kozinka"  # the border village
    type: PLACE
    name: "Kozinka"
    was: ["place:kosinka"]
    blocked: ["Kazinka"]

  # Two people of one surname.
  - id: "person:dmitry-peskov"
    type: PERSON
    name: "Dmitry Peskov"
"""

NOTE = Note("accept", "a.txt", "2023-05-22", place="p.yaml:4")


def alias(text: str, entity: str = "place:kozinka", **fields: str) -> AliasProposal:
    note = replace(NOTE, decision=fields.pop("decision", "accept"))  # type: ignore[arg-type]
    return AliasProposal(entity, Alias(text, **fields), note)  # type: ignore[arg-type]


def test_each_decision_does_what_it_says() -> None:
    patch = Patch(
        (
            alias("Kozynka"),
            alias("Козынка", decision="open"),
            alias("Kosynka", decision="reject"),
            alias("Kasinka", decision="block"),
            alias("Peskow", "person:dmitry-peskov", kind="surname"),
        ),
        (BlockProposal("person:dmitry-peskov", "Igor Peskov", NOTE),),
        (EntityProposal(Entity("person:igor-peskov", "PERSON", "Igor Peskov", (Alias("И. Песков"),)), NOTE),),
    )
    applied = apply_patch(GAZETTEER, patch)
    assert (applied.aliases, applied.blocked, applied.entities, applied.present, applied.left) == (2, 2, 1, 0, 2)
    entities = {entity.id: entity for entity, _ in read_yaml_text(applied.text)}
    origin = "a.txt, 2023-05-22"
    assert entities["place:kozinka"].aliases == (Alias("Kozynka", source=origin),)
    assert entities["place:kozinka"].blocked == ("Kazinka", "Kasinka")
    assert entities["person:dmitry-peskov"].aliases == (Alias("Peskow", kind="surname", source=origin),)
    assert entities["person:dmitry-peskov"].blocked == ("Igor Peskov",)
    assert entities["person:igor-peskov"].aliases == (Alias("И. Песков", source=origin),)
    assert all(line in applied.text.splitlines() for line in GAZETTEER.splitlines() if "#" in line)
    again = apply_patch(applied.text, patch)
    assert again.text == applied.text and not again.changed and again.present == 5


def test_an_old_id_finds_its_entity() -> None:
    applied = apply_patch(GAZETTEER, Patch((alias("Kozynka", "place:kosinka"),)))
    assert read_yaml_text(applied.text)[0][0].aliases[0].text == "Kozynka"


def test_an_alias_for_a_new_entity_goes_into_it() -> None:
    new = EntityProposal(Entity("place:sudzha", "PLACE", "Sudzha"), NOTE)
    patch = Patch((alias("Суджа", "place:sudzha"),), (), (new,))
    applied = apply_patch(GAZETTEER, patch)
    assert applied.entities == 1
    found = next(entity for entity, _ in read_yaml_text(applied.text) if entity.id == "place:sudzha")
    assert [a.text for a in found.aliases] == ["Суджа"]
    assert apply_patch(applied.text, patch).text == applied.text


def test_names_that_are_there_in_other_capitals_are_left_out() -> None:
    applied = apply_patch(GAZETTEER, Patch((alias("KOZINKA"), alias("Kozynka"), alias("kozynka"))))
    assert (applied.aliases, applied.present) == (1, 2)


@pytest.mark.parametrize(
    ("patch", "message"),
    [
        (
            Patch((alias("Kozynka", "place:kozinko"),)),
            'p.yaml:4: no entity has the id "place:kozinko"; did you mean "place:kozinka"?',
        ),
        (
            Patch((alias("Kazinka"),)),
            'place:kozinka: blocked "Kazinka" is also alias "Kazinka"; take it out of one of the two '
            "(`entitynorm check` would say so after this patch; change or reject the proposal)",
        ),
        (
            Patch((alias("Dmitry Peskov"),)),
            'person:dmitry-peskov: name "Dmitry Peskov" is also a name of place:kozinka, at place:kozinka; '
            'declare it ambiguous in one of the two: add the alias {text: "Dmitry Peskov", strength: weak} '
            "(`entitynorm check` would say so after this patch; change or reject the proposal)",
        ),
        (
            Patch((), (), (EntityProposal(Entity("place:kozinka", "PLACE", "Kosinka"), NOTE),)),
            'p.yaml:4: the id "place:kozinka" is "Kozinka" already; give it another id',
        ),
    ],
)
def test_what_does_not_fit_is_refused(patch: Patch, message: str) -> None:
    with pytest.raises(InputError) as caught:
        apply_patch(GAZETTEER, patch, "g.yaml")
    assert str(caught.value) == message


def test_old_problems_of_a_gazetteer_do_not_stand_in_the_way() -> None:
    flawed = GAZETTEER + '    aliases: ["Dmitry Peskov"]\n'
    assert apply_patch(flawed, Patch((alias("Kozynka"),))).aliases == 1


def test_what_is_no_gazetteer_is_refused() -> None:
    with pytest.raises(GazetteerError):
        apply_patch("schema: 1\n", Patch((alias("Kozynka"),)))


def test_accepted_names_resolve() -> None:
    patch = Patch((alias("Tsilkom Insha"), alias("Prezydentskyi Rechnyk", "person:dmitry-peskov")))
    text = apply_patch(GAZETTEER, patch).text
    linker = entitynorm.load([entity for entity, _ in read_yaml_text(text)])
    for proposal in patch.aliases:
        assert linker.resolve(proposal.alias.text).id == proposal.entity
