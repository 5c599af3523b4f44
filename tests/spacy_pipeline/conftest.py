"""The trained entity recogniser is made once, from sentences of our own."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest

PLACES = ("Graivoron", "Kozynka", "Belgorod", "Shebekino", "Kharkiv", "Moscow", "Lviv", "Odesa")
PEOPLE = ("Vyacheslav Gladkov", "Andriy Yusov", "Anna Nowak", "Peter Stone")
PATTERNS = (
    "Fighting near {place} went on at night.",
    "{person} came to {place} on Monday.",
    "Shelling of {place} was reported by {person}.",
    "In {place} nothing happened, said {person}.",
    "The road from {place} is closed.",
)


@pytest.fixture(scope="session")
def recogniser() -> bytes:
    """The weights of a small entity recogniser that knows GPE and PERSON; three seconds of training."""
    import spacy  # here and below: the tests skip themselves where it is missing, a conftest cannot
    from spacy.training import Example

    spacy.util.fix_random_seed(7)
    nlp = spacy.blank("en")
    nlp.add_pipe("ner")
    examples = []
    for pattern, place, person in product(PATTERNS, PLACES, PEOPLE):
        text = pattern.format(place=place, person=person)
        found = [(text.index(place), len(place), "GPE")]
        if person in text:
            found.append((text.index(person), len(person), "PERSON"))
        entities = [(start, start + length, label) for start, length, label in found]
        examples.append(Example.from_dict(nlp.make_doc(text), {"entities": entities}))
    nlp.initialize(lambda: examples)
    order = random.Random(7)
    for _ in range(6):
        order.shuffle(examples)
        for start in range(0, len(examples), 16):
            nlp.update(examples[start : start + 16])
    return bytes(nlp.get_pipe("ner").to_bytes())


@pytest.fixture
def trained(recogniser: bytes) -> Callable[..., Any]:
    """Makes a pipeline with that recogniser, and with entitynorm where settings for it are given."""

    import spacy

    def make(settings: dict[str, Any] | None = None, *, first: bool = False) -> Any:
        nlp = spacy.blank("en")
        nlp.add_pipe("ner").from_bytes(recogniser)
        if settings is not None:
            nlp.add_pipe("entitynorm", config=settings, first=first or None)
        return nlp

    return make
