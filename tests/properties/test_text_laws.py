"""Laws of the lowest floor: folding, tokens, readings, romanisation, inflection."""

from __future__ import annotations

import re
import unicodedata
from itertools import groupby, pairwise

from hypothesis import assume, given
from hypothesis import strategies as st

from entitynorm import Entity
from entitynorm.names.inflection import forms, lemmas
from entitynorm.testing import entities, romanisations, texts
from entitynorm.text.folding import fold, fold_text
from entitynorm.text.sounds import VOWELS, distance, key, phone_key, readings, wide_readings
from entitynorm.text.tokens import Gap, tokenize
from entitynorm.text.translit import latinise, scheme_names, transliterate
from entitynorm.text.translit import romanisations as all_romanisations
from entitynorm.text.translit import scheme as load_scheme

PHONES = st.text("aeioubpdtgkhfvzsZScCJmnlr", max_size=9)
PLACES = entities(type="PLACE", scripts=("Cyrl",))
ENGLISH_SCHEMES = ("alalc", "bgnpcgn", "icao", "iso9", "kmu", "press")
PEOPLE = entities(type="PERSON", scripts=("Latn", "Cyrl"))


@given(texts())
def test_fold_is_idempotent(text: str) -> None:
    once = fold_text(text)
    assert fold_text(once) == once


@given(texts())
def test_fold_with_and_without_offsets_agree(text: str) -> None:
    assert fold(text).text == fold_text(text)


@given(texts(min_size=1))
def test_offsets_survive_folding(text: str) -> None:
    folded = fold(text)
    assert len(folded.starts) == len(folded.ends) == len(folded.text)
    last = 0
    for (start, end), run in groupby(range(len(folded.text)), key=lambda k: folded.original_span(k, k + 1)):
        # Each stretch of the original is named once, in order, and gives by itself just the letters named for it.
        assert last <= start < end <= len(text)
        assert fold_text(text[start:end]) == "".join(folded.text[k] for k in run)
        last = end


@given(texts(min_size=1))
def test_what_folding_maps_back_covers_all_that_was_kept(text: str) -> None:
    folded = fold(text)
    assume(folded.text)
    start, end = folded.original_span(0, len(folded.text))
    assert fold_text(text[:start]) == fold_text(text[end:]) == ""
    assert fold_text(text[start:end]) == folded.text


@given(texts())
def test_folding_does_not_see_normal_forms(text: str) -> None:
    assert fold_text(unicodedata.normalize("NFD", text)) == fold_text(unicodedata.normalize("NFC", text))


@given(texts())
def test_tokens_are_slices_in_order(text: str) -> None:
    tokens = tokenize(text)
    assert all(text[t.start : t.end] == t.text and t.start < t.end for t in tokens)
    assert all(a.end <= b.start for a, b in pairwise(tokens))
    assert all((b.gap == Gap.NONE) == (a.end == b.start) for a, b in pairwise(tokens) if b.gap != Gap.HARD)
    assert not tokens or tokens[0].gap == Gap.HARD


@given(st.lists(texts(max_size=20), min_size=1, max_size=3))
def test_paragraphs_are_tokenised_apart(paragraphs: list[str]) -> None:
    plain = [p.replace("http", "").replace("www", "").strip() for p in paragraphs]
    together = [(t.text, t.gap) for t in tokenize("\n\n".join(plain))]
    assert together == [(t.text, t.gap) for p in plain for t in tokenize(p)]


@given(texts())
def test_readings_are_few_ranked_and_pure_phones(word: str) -> None:
    found = readings(word)
    assert len(found) <= 8
    assert [r.cost for r in found] == sorted(r.cost for r in found)
    assert len({r.phones for r in found}) == len(found)
    assert all(r.phones and set(r.phones) <= set("aeioubpdtgkhfvzsZScCJmnlr") for r in found)
    readings.cache_clear()
    assert readings(word) == found


@given(PHONES, PHONES)
def test_distance_is_symmetric_and_zero_only_on_identity(a: str, b: str) -> None:
    # The triangle inequality is not claimed: a swap costs less than the two slips that make it up.
    assert distance(a, b) == distance(b, a) >= 0
    assert (distance(a, b) == 0) == (a == b)


@given(PHONES)
def test_phone_keys_are_stable_and_keep_vowels(phones: str) -> None:
    once = phone_key(phones)
    assert phone_key(once) == once
    assert {c for c in once if c in VOWELS} == {c for c in phones if c in VOWELS}


@given(texts())
def test_latinise_gives_ascii_and_leaves_ascii_alone(text: str) -> None:
    plain = latinise(text)
    assert plain.isascii()
    assert latinise(plain) == plain


@given(PLACES, st.sampled_from(scheme_names()), st.data())
def test_a_scheme_writes_one_of_the_romanisations(place: Entity, scheme: str, data: st.DataObject) -> None:
    lang = load_scheme(scheme).lang
    assume(lang in ("ru", "uk", "be"))
    every = {item.text: item.schemes for item in all_romanisations(place.name, lang)}
    assert scheme in every[transliterate(place.name, scheme)]
    assert scheme in every[data.draw(romanisations(place.name, lang=lang, schemes=(scheme,)))]


@given(PLACES | PEOPLE, st.data())
def test_romanisations_for_readers_of_english_share_one_key(entity: Entity, data: st.DataObject) -> None:
    # Assumed: a scheme that writes ж, х, ч and ш as readers of English say them. The German, French and Polish press,
    # scientific transliteration (х is ch) and GOST 7.79 B (х is x) do not, and no string could be the key of both.
    name, lang = native_name(entity)
    schemes = [s for s in scheme_names() if load_scheme(s).lang == lang and s.split("-")[0] in ENGLISH_SCHEMES]
    spelling = data.draw(romanisations(name, lang=lang, schemes=schemes))
    assert key(spelling) == key(name)


@given(PLACES, st.data())
def test_scholarly_romanisations_share_a_reading(place: Entity, data: st.DataObject) -> None:
    # Looser than the key: some reading of the spelling sounds like some reading of the native name.
    name, lang = native_name(place)
    schemes = [s for s in scheme_names() if load_scheme(s).lang == lang and not s.startswith("press")]
    spelling = data.draw(romanisations(name, lang=lang, schemes=schemes))
    assume(not re.search("[Xx]", spelling))  # GOST 7.79 B writes х as x, which everybody else reads as ks
    assert {phone_key(r.phones) for r in readings(spelling)} & {phone_key(r.phones) for r in readings(name)}


def native_name(entity: Entity) -> tuple[str, str]:
    native = next((a for a in entity.aliases if a.kind == "native"), None)
    return (native.text, native.lang or "ru") if native else (entity.name, "ru")


@given(PLACES, st.sampled_from(("ru", "uk")))
def test_every_case_form_leads_back_to_the_dictionary_form(place: Entity, lang: str) -> None:
    word = place.name
    for kind in (None, "place", "person"):
        for found in forms(word, lang, kind=kind).values():  # type: ignore[arg-type]
            for form in found:
                assert word.casefold() in {lemma.text for lemma in lemmas(form, lang)}, form


@given(st.lists(st.text(max_size=12), max_size=6))
def test_words_are_read_alike_alone_and_in_a_batch(words: list[str]) -> None:
    together = wide_readings([word.lower() for word in words])
    assert together == [wide_readings([word.lower()])[0] for word in words]
