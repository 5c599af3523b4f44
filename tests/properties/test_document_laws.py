"""Laws of running text: mentions, offsets, rewriting."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from entitynorm import Document, Entity, Gazetteer, Linker
from entitynorm.io.formats import strip_marked, to_marked
from entitynorm.rewriting import rewrite
from entitynorm.scoring import probability
from entitynorm.testing import GoldDocument, documents, entities, gazetteers, surface_forms, texts, typos
from entitynorm.testing.names import could_be_confused

NIL_REASONS = {"no_candidate", "below_threshold", "ambiguous", "blocked"}


@st.composite
def tasks(draw: st.DrawFn, **options: object) -> tuple[Gazetteer, GoldDocument]:
    """A gazetteer and a text with gold about it."""
    gazetteer = draw(gazetteers(**options))  # type: ignore[arg-type]
    return gazetteer, draw(documents(gazetteer))


@st.composite
def messy_tasks(draw: st.DrawFn, **options: object) -> tuple[Gazetteer, str]:
    """A gazetteer and a text in which spellings, slips, sentences and anything else are strung together."""
    gazetteer = draw(gazetteers(**options))  # type: ignore[arg-type]
    every = list(gazetteer)
    form = st.sampled_from(every).flatmap(surface_forms)
    slip = form.filter(lambda text: len(text) > 3).flatmap(typos)
    piece = form | slip | documents(gazetteer, max_mentions=1).map(lambda d: d.text) | texts(max_size=8)
    return gazetteer, draw(st.sampled_from(("", " ", "\n"))).join(draw(st.lists(piece, max_size=5)))


def links(document: Document) -> list[tuple[int, int, str | None]]:
    return [(m.start, m.end, m.id) for m in document.mentions if m.id is not None]


@given(tasks())
def test_every_strong_unambiguous_name_links_where_it_stands(task: tuple[Gazetteer, GoldDocument]) -> None:
    gazetteer, gold = task
    assert links(Linker(gazetteer).link(gold.text)) == [(m.start, m.end, m.id) for m in gold.mentions]


@given(messy_tasks(ambiguous=False))
def test_mentions_are_slices_in_order_apart(task: tuple[Gazetteer, str]) -> None:
    gazetteer, text = task
    document = Linker(gazetteer).link(text)
    assert document.text == text
    assert all(text[m.start : m.end] == m.surface for m in document.mentions)
    assert all(a.end <= b.start for a, b in pairwise(document.mentions))


@given(messy_tasks())
def test_mentions_are_scored_reasoned_and_replayable(task: tuple[Gazetteer, str]) -> None:
    gazetteer, text = task
    for mention in Linker(gazetteer).link(text).mentions:
        assert mention.candidates and mention.score == mention.candidates[0].score
        assert [c.score for c in mention.candidates] == sorted((c.score for c in mention.candidates), reverse=True)
        for candidate in mention.candidates:
            assert 0.0 <= candidate.score <= 1.0
            assert probability(candidate.evidence) == pytest.approx(candidate.score, abs=1e-9)
        if mention.id is None:
            assert mention.reason in NIL_REASONS and mention.name is mention.type is None
        else:
            assert gazetteer[mention.id].name == mention.name and gazetteer[mention.id].type == mention.type


@given(gazetteers(max_size=3), texts(max_size=40))
@example(Gazetteer(), "")
@example(Gazetteer([Entity("x:1", "ORG", "\x1a")]), "\x1a\ud800\x00")
def test_no_text_makes_anything_raise(gazetteer: Gazetteer, text: str) -> None:
    linker = Linker(gazetteer)
    linker.link(text)
    linker.link(text, context=False)
    linker.normalize(text)
    linker.resolve(text)
    linker.search(text)
    for entity in gazetteer:
        str(linker.explain(text, entity.id))


@given(texts(min_size=1, max_size=20), texts(max_size=40))
def test_no_name_makes_a_gazetteer_fail(name: str, text: str) -> None:
    entity = Entity("x:1", "PERSON", name, aliases=(), blocked=(name[::-1],))
    linker = Linker(Gazetteer([entity]))
    linker.link(text + name)
    linker.resolve(name)
    linker.normalize(name + text)


@given(messy_tasks(), st.randoms(use_true_random=False))
def test_order_of_entities_and_aliases_never_matters_in_text(task: tuple[Gazetteer, str], random: object) -> None:
    gazetteer, text = task
    shuffled = []
    for entity in gazetteer:
        aliases = [alias.to_dict() for alias in entity.aliases]
        random.shuffle(aliases)  # type: ignore[attr-defined]
        shuffled.append(Entity.from_dict({**entity.to_dict(), **({"aliases": aliases} if aliases else {})}))
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = Linker(gazetteer).link(text), Linker(Gazetteer(shuffled)).link(text)
    assert [(m.start, m.end, m.id, m.score) for m in one.mentions] == [
        (m.start, m.end, m.id, m.score) for m in other.mentions
    ]


@given(tasks(type="PLACE", max_size=4), entities(type="PLACE"))
def test_an_entity_that_sounds_like_none_changes_nothing(
    task: tuple[Gazetteer, GoldDocument], stranger: Entity
) -> None:
    gazetteer, gold = task
    assume(not any(could_be_confused(stranger, entity) for entity in gazetteer))
    assert Linker(gazetteer).link(gold.text) == Linker(Gazetteer([*gazetteer, stranger])).link(gold.text)


@given(tasks(min_size=2))
def test_an_entity_that_was_taken_out_is_never_found(task: tuple[Gazetteer, GoldDocument]) -> None:
    gazetteer, gold = task
    gone, *rest = gazetteer
    found = Linker(Gazetteer(rest)).link(gold.text)
    assert gone.id not in {m.id for m in found.mentions} | {c.id for m in found.mentions for c in m.candidates}


@given(messy_tasks(), st.lists(texts(max_size=20), max_size=3))
def test_many_texts_are_linked_as_one_by_one(task: tuple[Gazetteer, str], others: list[str]) -> None:
    gazetteer, text = task
    linker = Linker(gazetteer)
    batch = [text, *others, text]
    assert (
        list(linker.link_many(batch))
        == [linker.link(item) for item in batch]
        == [Linker(gazetteer).link(t) for t in batch]
    )


@given(tasks())
def test_composed_and_decomposed_text_link_alike(task: tuple[Gazetteer, GoldDocument]) -> None:
    gazetteer, gold = task
    linker = Linker(gazetteer)
    composed = unicodedata.normalize("NFC", gold.text)
    decomposed = unicodedata.normalize("NFD", composed)

    def moved(offset: int) -> int:
        return len(unicodedata.normalize("NFD", composed[:offset]))

    expected = [(moved(start), moved(end), entity_id) for start, end, entity_id in links(linker.link(composed))]
    assert links(linker.link(decomposed)) == expected


@given(tasks())
def test_normalizing_is_idempotent(task: tuple[Gazetteer, GoldDocument]) -> None:
    gazetteer, gold = task
    linker = Linker(gazetteer)
    once = linker.normalize(gold.text)
    assert linker.normalize(once) == once


@given(messy_tasks())
def test_normalizing_changes_nothing_outside_mentions(task: tuple[Gazetteer, str]) -> None:
    gazetteer, text = task
    linker = Linker(gazetteer)
    document = linker.link(text)
    assert linker.normalize(text) == rewrite(document)
    rest, at = linker.normalize(text), 0
    for start, end, entity_id in links(document):
        between = text[at:start]
        assert rest.startswith(between)
        rest = rest[len(between) :]
        name = gazetteer[entity_id].name if entity_id else ""
        written = next(n for n in (name, name[:1].upper() + name[1:], name.partition(" ")[2]) if rest.startswith(n))
        rest, at = rest[len(written) :], end
    assert rest == text[at:]


@given(gazetteers(max_size=3, scripts=("Latn",)), st.sampled_from(("'s", "’s")), st.data())
def test_normalizing_keeps_the_possessive(gazetteer: Gazetteer, possessive: str, data: st.DataObject) -> None:
    entity = data.draw(st.sampled_from(list(gazetteer)))
    form = data.draw(surface_forms(entity, kinds=("name", "alias")))
    text = f"They wrote about {form}{possessive} plans."
    if not form.endswith("2"):
        assert Linker(gazetteer).normalize(text) == f"They wrote about {entity.name}{possessive} plans."


@given(messy_tasks(), st.sampled_from(("Nobody answered.", "В ответ промолчали.", "Kozinka, Russia.", "(FSB)")))
def test_what_follows_a_blank_line_never_moves_what_stood_before(task: tuple[Gazetteer, str], more: str) -> None:
    gazetteer, text = task
    linker = Linker(gazetteer)
    before = linker.link(text, context=False).mentions
    assert linker.link(f"{text}\n\n{more}", context=False).mentions[: len(before)] == before


@given(tasks(), st.sampled_from(("Nobody answered.", "В ответ промолчали.", "\x00", "")))
def test_what_follows_and_names_nothing_never_changes_what_stood_before(
    task: tuple[Gazetteer, GoldDocument], more: str
) -> None:
    gazetteer, gold = task
    linker = Linker(gazetteer)
    text = gold.text.rstrip()
    assert linker.link(f"{text}\n\n{more}").mentions == linker.link(text).mentions


@given(gazetteers(max_size=3), st.sampled_from(("\n\n", "! ", " | ", "\f", "; ")), st.data())
def test_a_name_never_reaches_over_what_parts_sentences(
    gazetteer: Gazetteer, parting: str, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from([entity.name for entity in gazetteer]))
    text = f"Yesterday they spoke of {name.replace(' ', parting)}{parting}{name} at length."
    for mention in Linker(gazetteer).link(text).mentions:
        assert parting not in mention.surface


@given(messy_tasks())
def test_marked_output_gives_the_text_back(task: tuple[Gazetteer, str]) -> None:
    gazetteer, text = task
    assert strip_marked(to_marked(Linker(gazetteer).link(text))) == text


@given(messy_tasks(min_size=2, ambiguous=True))
def test_an_ambiguous_gazetteer_never_guesses(task: tuple[Gazetteer, str]) -> None:
    gazetteer, text = task
    linker = Linker(gazetteer)
    for mention in linker.link(text, context=False).mentions:
        if len(mention.candidates) > 1 and mention.candidates[1].score == mention.score >= linker.scorer.threshold:
            assert (mention.id, mention.reason) == (None, "ambiguous")
