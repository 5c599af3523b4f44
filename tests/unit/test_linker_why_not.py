import pytest

import entitynorm
from entitynorm.errors import UnknownEntityError

KOZINKA = {"id": "place:kozinka", "type": "PLACE", "name": "Kozinka", "blocked": ["Kosinka"]}


def test_a_linked_name_has_no_reason_against_it() -> None:
    assert entitynorm.load([KOZINKA]).why_not("Kozynka", "place:kozinka") == ()


def test_what_decides_comes_first() -> None:
    reasons = entitynorm.load([KOZINKA]).why_not("Kosinka", "place:kozinka")
    assert reasons[0].feature == "veto"
    assert "blocked" in reasons[0].detail


def test_an_unknown_id_is_an_error() -> None:
    with pytest.raises(UnknownEntityError):
        entitynorm.load([KOZINKA]).why_not("Kosinka", "place:kosinka")
