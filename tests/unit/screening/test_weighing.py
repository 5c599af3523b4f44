"""Words of aliases weigh in arrays what they weigh in single names."""

from __future__ import annotations

import numpy as np
import pytest

import entitynorm
from entitynorm.features import COMMONEST, name_weights, surname_index
from entitynorm.names.structure import parse
from entitynorm.retrieval.roles import ROLES
from entitynorm.screening.likeness import align
from entitynorm.screening.listed import Listed
from entitynorm.screening.weighing import weigh
from entitynorm.screening.windows import Worded
from entitynorm.tagging.scan import Scan

_CLASSES = ("PERSON", "PLACE", "ORG")
_RARE = ("core", "given", "concept")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Vyacheslav Vladimirovich Gladkov", "PERSON"),
        ("Gladkov Vyacheslav Vladimirovich", "PERSON"),
        ("Gladkov Vyacheslav", "PERSON"),
        ("Emmanuel Sultani Makenga", "PERSON"),
        ("Denis J. Peters", "PERSON"),
        ("Ilya Klimovich", "PERSON"),
        ("Belgorod Oblast", "PLACE"),
        ("Belgorod Oblast", "ORG"),
        ("Grayvoron Border Detachment", "ORG"),
        ("New Gazette", "ORG"),
        ("Vladimirovich Gladkov", "PERSON"),
        ("Russia", "ORG"),
        ("Russian Guard", "ORG"),
        ("Gladkov Ilya Zvenislavovich", "PERSON"),
    ],
)
def test_words_weigh_as_in_names(name: str, kind: str) -> None:
    linker = entitynorm.load([entitynorm.Entity("x:1", kind, name)])
    listed = Listed(linker._resolver.layers[0].index)
    scan = Scan(name)
    words = Worded(scan, np.array([0]), np.array([len(scan) - 1]))
    aligned = align(listed, words, np.array([0]), np.array([0]))
    assert len(aligned.window) == 1
    found = weigh(listed, aligned, np.array([_CLASSES.index(kind)]), _CLASSES)
    units = parse(name).units
    expected = name_weights(units, kind, surname_index(units, name) if kind == "PERSON" else None)
    rarity = COMMONEST + (1 - COMMONEST) * listed.rarity.take(aligned.term)
    rare = [ROLES[role] in _RARE for role in listed.role.take(aligned.term).tolist()]
    assert found.tolist() == pytest.approx((np.array(expected) * np.where(rare, rarity, 1.0)).tolist())
