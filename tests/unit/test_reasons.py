"""The sentence that says why a link is right."""

import math

import pytest

import entitynorm
from entitynorm.model import Candidate, Evidence
from entitynorm.reasons import reason_of


def candidate(*evidence: Evidence) -> Candidate:
    return Candidate("place:zenda", "Zenda", "PLACE", 0.8, "Zenda", evidence)


def test_a_fitted_weight_below_zero_hides_no_finding() -> None:
    found = candidate(Evidence("base", 1.0, -3.0, "compared"), Evidence("covered", 0.9, -0.2, "inflection zende~zenda"))
    assert reason_of(found) == "inflection zende~zenda"


def test_what_a_rule_says_against_a_link_is_no_reason_for_it() -> None:
    found = candidate(
        Evidence("covered", 1.0, 2.0, "same zenda"),
        Evidence("short_form", 1.0, -6.0, "part of a name"),
        Evidence("context_support", 1.0, 8.0, "full name: it stands elsewhere in the text"),
    )
    assert reason_of(found) == "same zenda; full name: it stands elsewhere in the text"


def test_a_listed_spelling_is_the_reason() -> None:
    found = Candidate("place:zenda", "Zenda", "PLACE", 1.0, "Zenda", (Evidence("identical", 1.0, math.inf, "…"),))
    assert reason_of(found) == "spelled like the alias 'Zenda'"


@pytest.mark.parametrize("name", ["Гладковым", "Hraivoron", "Козинке"])
def test_a_name_that_had_to_be_read_says_how(name: str) -> None:
    assert "~" in entitynorm.resolve(name).reason
