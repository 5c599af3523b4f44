"""Namesakes: what each kind of evidence does for the places, people and institutions of one name."""

from __future__ import annotations

import pytest

from entitynorm import Entity, Gazetteer, Linker
from entitynorm.model import Alias, Candidate, Mention
from entitynorm.scoring import probability
from entitynorm.senses import distance_km


def place(
    name: str, region: str | None = None, point: tuple[float, float] | None = None, weight: float | None = None
) -> Entity:
    slug = f"{name}-{region or ''}".lower().replace(" ", "-").strip("-")
    lat, lon = point or (None, None)
    located = f"r:{region.lower()}" if region else None
    return Entity(f"p:{slug}", "PLACE", name, located_in=located, lat=lat, lon=lon, weight=weight)


REGIONS = [
    Entity("r:texas", "PLACE", "Texas", lat=31.0, lon=-99.0),
    Entity("r:kentucky", "PLACE", "Kentucky", lat=37.5, lon=-85.0),
    Entity("r:ontario", "PLACE", "Ontario", lat=50.0, lon=-85.0),
]
GAZETTEER = Gazetteer(
    [
        *REGIONS,
        # Equals in everything but where they lie.
        place("Corinth", "Texas", (33.1, -97.1)),
        place("Corinth", "Kentucky", (38.5, -84.6)),
        # Nothing is said of where they lie but what they lie in.
        place("Olney", "Texas"),
        place("Olney", "Kentucky"),
        # Nothing is said of what they lie in.
        place("Arden", None, (33.0, -97.0)),
        Entity("p:arden-north", "PLACE", "Arden", lat=49.0, lon=-86.0),
        # One is known to many more people than the others, or to as many.
        place("Milford", "Texas", (32.1, -96.9), 1_000.0),
        place("Milford", "Ontario", (43.9, -77.1), 1_000.0),
        place("Zenda", "Texas", (33.0, -97.2), 50_000.0),
        place("Zenda", "Ontario", (43.0, -81.0), 1_000.0),
        place("Zenda", "Kentucky", (37.0, -85.0)),
        # Places to be near to.
        place("Lewisville", "Texas", (33.05, -97.0)),
        place("Nipigon", "Ontario", (49.0, -88.3)),
        # Institutions of two countries under one name.
        Entity("o:guard-russia", "ORG", "National Guard of Russia", aliases=(Alias("Rosvardia Guard"),)),
        Entity("o:guard-ukraine", "ORG", "National Guard of Ukraine", aliases=(Alias("Rosvardia Guard"),)),
    ]
)
# (text, the name asked about, its id or None, a feature of the winner)
DECIDED = [
    ("He was born in Corinth, Texas.", "Corinth", "p:corinth-texas", "beside"),
    ("He was born in Corinth, Kentucky.", "Corinth", "p:corinth-kentucky", "beside"),
    ("He was born in Corinth (Texas).", "Corinth", "p:corinth-texas", "beside"),
    ("They met in Olney, Texas.", "Olney", "p:olney-texas", "beside"),
    ("In Kentucky it rained. They met in Olney at night.", "Olney", "p:olney-kentucky", "named"),
    ("They met in Olney at night.", "Olney", None, None),
    ("They met in Arden, Ontario.", "Arden", "p:arden-north", "beside"),
    ("They met in Arden, Texas.", "Arden", "p:arden", "beside"),
    ("In Texas it rained. They met in Corinth at night.", "Corinth", "p:corinth-texas", "named"),
    ("From Lewisville they walked to Arden at night.", "Arden", "p:arden", "near"),
    ("From Nipigon they walked to Arden at night.", "Arden", "p:arden-north", "near"),
    ("They met in Corinth, Kentucky. Later they left Corinth again.", "Corinth", "p:corinth-kentucky", "named"),
    ("They met in Zenda at night.", "Zenda", "p:zenda-texas", None),
    ("They met in Corinth at night.", "Corinth", None, None),
    ("They met in Arden at night.", "Arden", None, None),
    ("They met in Milford at night.", "Milford", None, None),
    ("They met in Zenda, Ontario.", "Zenda", "p:zenda-ontario", "beside"),
]


@pytest.fixture(scope="module")
def linker() -> Linker:
    return Linker(GAZETTEER)


def mentions(linker: Linker, text: str, name: str) -> list[Mention]:
    return [m for m in linker.link(text).mentions if m.surface == name]


def features(candidate: Candidate) -> dict[str, float]:
    return {e.feature: e.value * e.weight for e in candidate.evidence}


@pytest.mark.parametrize(("text", "name", "expected", "feature"), DECIDED)
def test_who_is_meant(linker: Linker, text: str, name: str, expected: str | None, feature: str | None) -> None:
    found = mentions(linker, text, name)
    assert found and {m.id for m in found} == {expected}
    if expected is None:
        assert {m.reason for m in found} == {"ambiguous"}
    if feature is not None:
        assert any(feature in features(c) for c in found[-1].candidates[:2])
    for mention in found:
        for candidate in mention.candidates:
            assert probability(candidate.evidence) == pytest.approx(candidate.score, abs=1e-9)


def test_without_context_nobody_is_meant(linker: Linker) -> None:
    text = "He was born in Corinth, Texas."
    (mention,) = (m for m in linker.link(text, context=False).mentions if m.surface == "Corinth")
    assert (mention.id, mention.reason) == (None, "ambiguous")


def test_shares_add_up_to_one(linker: Linker) -> None:
    (mention,) = mentions(linker, "From Lewisville they walked to Corinth at night.", "Corinth")
    assert sum(c.score for c in mention.candidates) == pytest.approx(1.0, abs=0.01)


def test_evidence_says_where_and_how_far(linker: Linker) -> None:
    (mention,) = mentions(linker, "From Lewisville they walked to Arden at night.", "Arden")
    details = {c.id: next(e.detail for e in c.evidence if e.feature == "near") for c in mention.candidates}
    assert details["p:arden"] == "Lewisville is 6 km away"
    assert details["p:arden-north"] == "Lewisville is 1994 km away"


def test_the_more_prominent_is_ahead_by_the_powers_of_ten() -> None:
    large, small = place("Milford", "Texas", None, 4_000.0), place("Milford", "Ontario", None, 1_000.0)
    unknown = place("Milford", "Kentucky")
    (mention,) = Linker(Gazetteer([*REGIONS, large, small, unknown])).link("They met in Milford at night.").mentions
    behind = {c.id: features(c).get("prominence") for c in mention.candidates}
    assert mention.id == large.id
    assert behind[large.id] is None
    assert behind[small.id] == pytest.approx(-0.602, abs=0.001)
    assert behind[unknown.id] == pytest.approx(-1.5)


@pytest.mark.parametrize(("weight", "expected"), [(1_000.0, None), (1_200.0, None), (2_000.0, "p:milford-texas")])
def test_a_little_more_prominence_decides_nothing(weight: float, expected: str | None) -> None:
    rivals = place("Milford", "Texas", None, weight), place("Milford", "Ontario", None, 1_000.0)
    (mention,) = Linker(Gazetteer([*REGIONS, *rivals])).link("They met in Milford at night.").mentions
    assert mention.id == expected


def test_beside_what_it_lies_in_weighs_more_than_prominence(linker: Linker) -> None:
    (mention,) = mentions(linker, "They met in Milford, Ontario.", "Milford")
    assert mention.id == "p:milford-ontario"


def test_the_country_of_the_text_tells_institutions_apart(linker: Linker) -> None:
    for country, expected in (("Russia", "o:guard-russia"), ("Ukraine", "o:guard-ukraine")):
        (mention,) = mentions(linker, f"In {country} the Rosvardia Guard was silent.", "Rosvardia Guard")
        assert mention.id == expected
        assert features(mention.candidates[0])["country"] > 0 > features(mention.candidates[1])["country"]


@pytest.mark.parametrize(
    ("a", "b", "km"),
    [
        ((50.47, 35.72), (50.60, 36.60), 64),
        ((0.0, 0.0), (0.0, 0.0), 0),
        ((0.0, 0.0), (0.0, 180.0), 20015),
        ((0.0, -179.5), (0.0, 179.5), 111),
        ((90.0, 0.0), (90.0, 77.0), 0),
    ],
)
def test_kilometres(a: tuple[float, float], b: tuple[float, float], km: int) -> None:
    assert round(distance_km(*a, *b)) == km
