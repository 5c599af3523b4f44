"""Names behind the prefixes of Arabic and Hebrew."""

from __future__ import annotations

import pytest

from entitynorm import Entity, Gazetteer, Linker
from entitynorm.io.formats import parse_marked, to_marked
from entitynorm.model import Alias
from entitynorm.tagging.proclitics import behind_prefixes

NAMES = ("موسكو", "الخرطوم", "نوفا كاخوفكا", "לבנון", "חרקיב", "בנון")
TEXTS = [
    ("وموسكو وبموسكو", ["موسكو", "موسكو"]),
    ("والخرطوم", ["الخرطوم"]),
    ("وبنوفا كاخوفكا", ["نوفا كاخوفكا"]),
    ("موسكو", []),
    ("زموسكو", []),
    ("ובחרקיב", ["חרקיב"]),
    ("לבנון", []),
    ("in Moscow", []),
]


@pytest.mark.parametrize(("text", "expected"), TEXTS)
def test_stretches_behind_prefixes(text: str, expected: list[str]) -> None:
    found = behind_prefixes(text, lambda some: [one in NAMES for one in some])
    assert [text[a:b] for a, b in found] == expected


@pytest.mark.parametrize(
    "marked",
    [
        "في [موسكو](p:moscow) وب[موسكو](p:moscow).",
        "التقى ب[فلاديمير بوتين](h:putin) هناك.",
        "הוא הגיע ל[מוסקבה](p:moscow).",
    ],
)
def test_the_prefix_stays_outside(marked: str) -> None:
    entities = [
        Entity("p:moscow", "PLACE", "Moscow", aliases=(Alias("موسكو", "ar"), Alias("מוסקבה", "he"))),
        Entity("h:putin", "PERSON", "Vladimir Putin", aliases=(Alias("فلاديمير بوتين", "ar"),)),
    ]
    text, _ = parse_marked(marked)
    assert to_marked(Linker(Gazetteer(entities)).link(text)) == marked
