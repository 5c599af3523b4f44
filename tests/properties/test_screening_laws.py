"""Laws of screening: any text, any company, any way to write the same letters."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from entitynorm import Gazetteer, Linker
from entitynorm.retrieval.heard import Heard
from entitynorm.retrieval.phones import encode
from entitynorm.screening.screened import Screened
from entitynorm.testing import GoldDocument, documents, gazetteers, surface_forms, texts
from entitynorm.text.sounds import wide_readings

Rows = list[tuple[int, int, float, str | None]]


def about(gazetteer: Gazetteer) -> st.SearchStrategy[tuple[Gazetteer, GoldDocument]]:
    """A gazetteer with a text about it."""
    return st.tuples(st.just(gazetteer), documents(gazetteer))


def messy(gazetteer: Gazetteer) -> st.SearchStrategy[tuple[Gazetteer, str]]:
    """A gazetteer with spellings, sentences and anything else strung together."""
    form = st.sampled_from(list(gazetteer)).flatmap(surface_forms)
    piece = form | documents(gazetteer, max_mentions=1).map(lambda made: made.text) | texts(max_size=8)
    mess = st.tuples(st.sampled_from(("", " ", "\n")), st.lists(piece, max_size=5)).map(lambda m: m[0].join(m[1]))
    return st.tuples(st.just(gazetteer), mess)


TASKS, MESSY = gazetteers().flatmap(about), gazetteers().flatmap(messy)


def rows(screened: Screened) -> Rows:
    columns = screened.start.tolist(), screened.end.tolist(), screened.score.tolist(), screened.ids
    return list(zip(*columns, strict=True))


def screened(linker: Linker, *several: str) -> list[Rows]:
    return [rows(one) for one in linker.screen(several)]


@given(gazetteers(), st.lists(texts(), max_size=3))
def test_no_text_breaks_it(gazetteer: Gazetteer, some: list[str]) -> None:
    for text, found in zip(some, screened(Linker(gazetteer), *some), strict=True):
        assert all(0 <= start < end <= len(text) and 0 < score <= 1 for start, end, score, _ in found)
        assert all(a[1] <= b[0] for a, b in pairwise(found))


@given(MESSY, MESSY)
def test_other_texts_have_no_say(task: tuple[Gazetteer, str], other: tuple[Gazetteer, str]) -> None:
    gazetteer, text = task
    linker = Linker(gazetteer)
    alone, together = screened(linker, text), screened(linker, other[1], text, text)
    assert together[1:] == [*alone, *alone]


@given(MESSY)
def test_nothing_behind_a_paragraph_moves_what_stands_before(task: tuple[Gazetteer, str]) -> None:
    gazetteer, text = task
    linker = Linker(gazetteer)
    (alone,), (longer,) = screened(linker, text), screened(linker, f"{text}\n\n{text}")
    assert longer[: len(alone)] == alone


@given(TASKS)
def test_strong_unambiguous_names_are_found_where_they_stand(task: tuple[Gazetteer, GoldDocument]) -> None:
    gazetteer, gold = task
    names = {a.text for e in gazetteer for a in e.aliases} | {e.name for e in gazetteer}
    (found,) = screened(Linker(gazetteer), gold.text)
    listed = [(m.start, m.end, m.id) for m in gold.mentions if m.surface in names]
    assert set(listed) <= {(start, end, entity) for start, end, _, entity in found}


@given(MESSY)
def test_composed_and_decomposed_letters_name_the_same(task: tuple[Gazetteer, str]) -> None:
    gazetteer, text = task
    linker = Linker(gazetteer)
    forms = [unicodedata.normalize(form, text) for form in ("NFC", "NFD")]
    one, two = ([entity for *_, entity in found] for found in screened(linker, *forms))
    assert one == two


@given(st.lists(st.text("abcdefghijklmnopqrstuvwxyzàéšłñü'", max_size=24), max_size=6))
def test_a_word_is_heard_as_one_of_its_readings(words: list[str]) -> None:
    heard, lengths = Heard.of_words(words).rows(np.arange(len(words)))
    for word, row, length in zip(words, heard.tolist(), lengths.tolist(), strict=True):
        rows, _ = encode([reading.phones for reading in wide_readings([word])[0]])
        assert row in rows.tolist() if length else not len(rows)
