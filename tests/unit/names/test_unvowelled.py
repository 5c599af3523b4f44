"""Words in letters that leave out vowels."""

import pytest

from entitynorm.names.similarity import without_vowels, word_similarity
from entitynorm.names.structure import parse
from entitynorm.names.words import ROMANISATION, word


@pytest.mark.parametrize(("arabic", "latin"), [("حماس", "Hamas"), ("جنين", "Jenin"), ("نابلس", "Nablus")])
def test_vowels_may_be_wanting(arabic: str, latin: str) -> None:
    found = word_similarity(word(arabic), word(latin))
    assert (found.kind, found.level) == (ROMANISATION, 2)


@pytest.mark.parametrize(("arabic", "latin"), [("رفح", "Rafah"), ("حماس", "Hammurabi"), ("نابلس", "Nasser")])
def test_short_words_and_other_consonants_are_no_name(arabic: str, latin: str) -> None:
    assert word_similarity(word(arabic), word(latin)).level < 2


def test_the_first_sound_is_no_vowel_too_many() -> None:
    assert not without_vowels("hmas", "ahmas")


def test_the_article_of_arabic_hides_no_meaning() -> None:
    army, israeli = parse("الجيش الإسرائيلي").units
    assert army.concepts == {"army"}
    assert israeli.countries == {"israel"}
