"""What words can be, as they stand and as case forms."""

from __future__ import annotations

import pytest

from entitynorm.names.meanings import meanings_of

# Adjectives of countries in Latin letters, whatever they agree with.
ADJECTIVES = [
    ("mali", "malien malienne maliens maliennes"),
    ("syria", "syrisch syrische syrischen syrischer syrisches syrischem"),
    ("mexico", "mexicano mexicana mexicanos mexicanas"),
    ("russia", "rosyjski rosyjska rosyjskie rosyjskiego rosyjskiej rosyjskim rosyjskich rosyjskimi"),
    ("poland", "polski polskie polskiego polskiej polskich"),
    ("germany", "tedesco tedesca tedeschi tedesche alemao alema alemaes duits duitse"),
    ("france", "francese francesi frances francesa franceses frans franse"),
    ("russia", "rusky ruska ruske ruskeho ruskych"),
    ("ukraine", "ukrajinski ukrajinska ukrajinske ukrajinskega ukrajinskih"),
]


@pytest.mark.parametrize(("country", "forms"), ADJECTIVES)
def test_adjectives_of_countries(country: str, forms: str) -> None:
    for form in forms.split():
        assert (country, "country") in {(s.id, s.slot) for s in meanings_of(form)}, form


@pytest.mark.parametrize("word", ["syr", "mexic", "rosja", "polskosc", "rusky-"])
def test_no_adjective_of_a_country(word: str) -> None:
    assert not any(s.slot == "country" and s.form == "adjective" for s in meanings_of(word))
