"""Laws of reading many texts together: blocks, what is found verbatim, what stands alone, and namesakes."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from entitynorm import Entity, Gazetteer, Linker
from entitynorm.layers import InMemory
from entitynorm.scoring import probability
from entitynorm.tagging.scan import SEPARATOR, Scan
from entitynorm.tagging.trie import Trie
from entitynorm.testing import documents, entities, gazetteers, surface_forms, texts
from entitynorm.text.tokens import tokenize

_WORDS = ("they", "left", "quickly", "вчера", "молча", "потом")
_MORE = (
    "Nobody answered.",
    "В ответ промолчали.",
    "Minister powiedział, że źdźbło gęś łąka śćżń",
    "Kozinka, Russia.",
    "(FSB)",
    "https://t.co/",
)


@st.composite
def many_texts(draw: st.DrawFn) -> tuple[Gazetteer, list[str]]:
    """A gazetteer and texts about it, prose and noise, some holding the sign that parts texts in a block."""
    gazetteer = draw(gazetteers(max_size=4))
    some = documents(gazetteer, max_mentions=2).map(lambda d: d.text)
    parted = st.tuples(some, st.sampled_from((SEPARATOR, "\n\n", " ")), some).map("".join)
    return gazetteer, draw(st.lists(some | parted | texts(max_size=12) | st.sampled_from(_MORE), max_size=6))


@given(many_texts(), st.integers(1, 200))
def test_texts_are_linked_alike_in_blocks_of_any_size(task: tuple[Gazetteer, list[str]], block: int) -> None:
    gazetteer, many = task
    one_by_one = Linker(gazetteer)
    assert list(Linker(gazetteer, block=block).link_many(many)) == [one_by_one.link(text) for text in many]


@given(gazetteers(max_size=4), st.data())
def test_every_alias_is_found_where_it_stands(gazetteer: Gazetteer, data: st.DataObject) -> None:
    entity = data.draw(st.sampled_from(list(gazetteer)))
    alias = data.draw(surface_forms(entity, kinds=("name", "alias")))
    before, after = (data.draw(st.sampled_from(_WORDS)) for _ in range(2))
    text = f"{before} {alias} {after}"
    start, end = len(before) + 1, len(before) + 1 + len(alias)
    scan = Scan(text)
    hits = Trie(InMemory(gazetteer).index.arrays).hits(scan)
    last = hits.first + hits.count - 1
    tokens = tokenize(alias)
    spelled = start + tokens[0].start, start + tokens[-1].end
    assert spelled in set(zip(scan.start[hits.first].tolist(), scan.end[last].tolist(), strict=True))
    found = Linker(gazetteer).link(text, context=False).mentions
    # An article at its beginning is no part of a mention, and quotation marks at its end go with their partners.
    inside = [m for m in found if start <= m.start and m.end in (end, spelled[1])]
    assert inside and (inside[0].id == entity.id or inside[0].reason == "ambiguous")


@given(gazetteers(max_size=4), st.data())
def test_without_context_the_rest_of_the_text_does_not_matter(gazetteer: Gazetteer, data: st.DataObject) -> None:
    linker = Linker(gazetteer)
    text = data.draw(documents(gazetteer, min_mentions=1)).text.rstrip()
    other = data.draw(documents(gazetteer).map(lambda d: d.text.strip()) | st.sampled_from(_MORE[:2]))
    surname = data.draw(st.sampled_from(list(gazetteer))).name.split()[-1]
    person = data.draw(st.sampled_from(("", f"Anna {surname} was there.")))
    alone = linker.link(text, context=False).mentions
    between = "\n\n"
    joined = linker.link(between.join((text, other, person)), context=False).mentions
    assert joined[: len(alone)] == alone
    behind = linker.link(between.join((person, other, text)), context=False).mentions
    shift = len(between.join((person, other, "")))
    moved = [(m.start - shift, m.end - shift, m.id, m.score) for m in behind if m.start >= shift]
    assert moved == [(m.start, m.end, m.id, m.score) for m in alone]


_DEGREES = st.integers(-60, 60).map(float)
_WEIGHTS = st.none() | st.sampled_from((0.0, 1.0, 50.0, 1e4, 1e7))


@st.composite
def namesakes(draw: st.DrawFn) -> tuple[Gazetteer, str]:
    """Places of one name in regions of their own, and a text that speaks of them and of some of the regions."""
    first, *regions = draw(gazetteers(type="PLACE", min_size=3, max_size=4, scripts=("Latn",)))
    listed = [Entity(r.id, "PLACE", r.name, lat=draw(_DEGREES), lon=draw(_DEGREES)) for r in regions]
    located = st.none() | st.sampled_from([r.id for r in regions])
    same = [
        Entity(
            f"place:same-{n}",
            "PLACE",
            first.name,
            lat=draw(_DEGREES),
            lon=draw(_DEGREES),
            weight=draw(_WEIGHTS),
            located_in=draw(located),
        )
        for n in range(draw(st.integers(2, 4)))
    ]
    gazetteer = Gazetteer([*listed, *same])
    named = st.sampled_from([first.name, *(r.name for r in regions), f"{first.name}, {regions[0].name}"])
    pieces = draw(st.lists(named, min_size=1, max_size=5))
    return gazetteer, " ".join(f"They went to {first.name if not n else piece}." for n, piece in enumerate(pieces))


@given(namesakes())
def test_namesakes_share_one_probability_and_replay(task: tuple[Gazetteer, str]) -> None:
    gazetteer, text = task
    mentions = Linker(gazetteer).link(text).mentions
    assert mentions and all(a.end <= b.start for a, b in pairwise(mentions))
    for mention in mentions:
        assert mention.score == mention.candidates[0].score
        for candidate in mention.candidates:
            assert probability(candidate.evidence) == pytest.approx(candidate.score, abs=1e-9)
        if any(e.feature == "rivals" and "namesakes" in e.detail for c in mention.candidates for e in c.evidence):
            assert sum(c.score for c in mention.candidates if c.evidence[0].feature == "spelled") <= 1 + 1e-6


@given(namesakes(), st.randoms(use_true_random=False))
def test_the_order_of_namesakes_does_not_matter(task: tuple[Gazetteer, str], random: object) -> None:
    gazetteer, text = task
    shuffled = list(gazetteer)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = Linker(gazetteer).link(text).mentions, Linker(Gazetteer(shuffled)).link(text).mentions
    assert [(m.start, m.end, m.id) for m in one] == [(m.start, m.end, m.id) for m in other]
    assert [m.score for m in one] == pytest.approx([m.score for m in other])


@given(gazetteers(min_size=2, max_size=4), entities(), texts(max_size=10))
def test_a_text_is_no_ones_neighbour_in_a_block(gazetteer: Gazetteer, stranger: Entity, noise: str) -> None:
    assume(noise)
    first, second = list(gazetteer)[:2]
    # Nothing of the text before may be taken for a first name, a title or the beginning of a longer name.
    many = [f"{stranger.name}", first.name, second.name, noise]
    linker = Linker(gazetteer)
    assert list(linker.link_many(many)) == [linker.link(text) for text in many]


@given(st.text("aBЙйёЁéÉш1\u0306", max_size=9))
def test_words_are_cut_alike_in_both_normal_forms(word: str) -> None:
    forms = [unicodedata.normalize(form, word) for form in ("NFC", "NFD")]
    cuts = [[token.text for token in tokenize(form)] for form in forms]
    for form, scan in zip(forms, map(Scan, forms), strict=True):
        cuts.append([form[a:b] for a, b in zip(scan.start.tolist(), scan.end.tolist(), strict=True)])
    assert len({tuple(unicodedata.normalize("NFC", token) for token in cut) for cut in cuts}) == 1
