"""Which part of one name answers which part of another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entitynorm.names import pairing
from entitynorm.names.pairing import Pairing, pair_names, unit_similarity, whole_word, word_pairs
from entitynorm.names.structure import parse

# Surface form, alias, type, pairs as "ours=theirs" with their kind, what is extra, what is missing.
CASES = [
    ("Vyacheslav Gladkov", "Гладков Вячеслав", "PERSON",
     {"vyacheslav=вячеслав": "romanisation", "gladkov=гладков": "romanisation"}, "", ""),
    ("V. Gladkov", "Vyacheslav Gladkov", "PERSON", {"v=vyacheslav": "initial", "gladkov=gladkov": "same"}, "", ""),
    ("V. Gladkov", "Vyacheslav Gladkov", "ORG", {"gladkov=gladkov": "same"}, "v", "vyacheslav"),
    ("Abd al-Rahman", "Abdurrahman", "PERSON", {"abd al rahman=abdurrahman": "joined"}, "", ""),
    ("Abdurrahman", "Abd al-Rahman", "PERSON", {"abdurrahman=abd al rahman": "joined"}, "", ""),
    ("San Francisco", "Sanfrancisco", "PLACE", {"san francisco=sanfrancisco": "joined"}, "", ""),
    ("Ministry of Defence", "Министерство обороны", "ORG",
     {"ministry=министерство": "translation", "defence=обороны": "translation"}, "", ""),
    ("5th Brigade", "Fifth Brigade", "ORG", {"5=fifth": "number", "brigade=brigade": "same"}, "", ""),
    ("5th Brigade", "7th Brigade", "ORG", {"brigade=brigade": "same"}, "5", "7"),
    ("Zenda", "Zenda Castle", "PLACE", {"zenda=zenda": "same"}, "", "castle"),
    ("Zenda Zenda", "Zenda", "PLACE", {"zenda=zenda": "same"}, "zenda", ""),
    ("Bank of Ruritania", "Ruritania Bank", "ORG", {"bank=bank": "same", "ruritania=ruritania": "same"}, "", ""),
    ("of the", "of the", "ORG", {"of=of": "same", "the=the": "same"}, "", ""),
    ("", "Zenda", "PLACE", {}, "", "zenda"),
    ("Zenda", "Strelsau", "PLACE", {}, "zenda", "strelsau"),
]  # fmt: skip
NAMES = sorted({name for case in CASES for name in case[:2]})


def paired(query: str, alias: str, kind: str) -> Pairing:
    ours, theirs = parse(query).units, parse(alias).units
    return pair_names(ours, theirs, [1.0] * len(ours), [1.0] * len(theirs), kind)


@pytest.mark.parametrize(("query", "alias", "kind", "matches", "extra", "missing"), CASES)
def test_pairs(query: str, alias: str, kind: str, matches: dict[str, str], extra: str, missing: str) -> None:
    ours, theirs = [[u.phrase for u in parse(name).units] for name in (query, alias)]
    found = paired(query, alias, kind)
    assert {
        f"{' '.join(ours[i] for i in m.ours)}={' '.join(theirs[j] for j in m.theirs)}": m.similarity.kind
        for m in found.matches
    } == matches
    assert " ".join(ours[i] for i in found.extra) == extra
    assert " ".join(theirs[j] for j in found.missing) == missing


@given(st.sampled_from(NAMES), st.sampled_from(NAMES), st.sampled_from(["PERSON", "PLACE", "ORG"]))
def test_every_part_is_answered_once_or_left_over(query: str, alias: str, kind: str) -> None:
    found = paired(query, alias, kind)
    ours = [i for m in found.matches for i in m.ours] + list(found.extra)
    theirs = [j for m in found.matches for j in m.theirs] + list(found.missing)
    assert len(ours) == len(set(ours)) and len(theirs) == len(set(theirs))
    for units, seen in ((parse(query).units, ours), (parse(alias).units, theirs)):
        bearing = {n for n, unit in enumerate(units) if unit.role != "function"} or set(range(len(units)))
        assert bearing <= set(seen) <= set(range(len(units)))
    assert list(found.matches) == sorted(found.matches, key=lambda m: m.ours)


@given(st.sampled_from(NAMES), st.sampled_from(NAMES), st.sampled_from(["PERSON", "PLACE", "ORG"]), st.booleans())
def test_units_are_alike_both_ways(one: str, other: str, kind: str, translate: bool) -> None:
    for a in parse(one).units:
        for b in parse(other).units:
            there, back = unit_similarity(a, b, kind, translate), unit_similarity(b, a, kind, translate)
            assert there.value == pytest.approx(back.value, abs=1e-9)


def test_words_to_compare_are_those_that_sound_and_have_no_answer_to_the_letter() -> None:
    query, alias = parse("Bank of Zenda 5").units, parse("Zendas Bank").units

    def compared(ours: list[float], theirs: list[float]) -> set[tuple[str, str]]:
        return {(a.fold, b.fold) for a, b in word_pairs(query, alias, ours, theirs)}

    assert compared([1.0] * 4, [1.0] * 2) == {("zenda", "zendas")}
    light = compared([0.2, 0.0, 1.0, 1.0], [1.0, 0.2])  # a heavy word may take the answer of a light one
    assert light == {("bank", "zendas"), ("zenda", "zendas"), ("zenda", "bank")}


NAMED = ["Ivan", "Ivanov", "Iwanow", "Bank", "Banka", "Zenda", "Zendas", "of", "5", "V"]
PHRASES = st.lists(st.sampled_from(NAMED), min_size=1, max_size=4)
WEIGHTS = st.lists(st.sampled_from([0.0, 0.05, 0.2, 0.5, 0.97, 1.0]), min_size=4, max_size=4)


@given(PHRASES, PHRASES, WEIGHTS, WEIGHTS, st.sampled_from(["PERSON", "PLACE", "ORG"]))
def test_comparing_fewer_units_changes_no_pairing(
    one: list[str], other: list[str], ours: list[float], theirs: list[float], kind: str
) -> None:
    query, alias = parse(" ".join(one)).units, parse(" ".join(other)).units
    weighed = query, alias, ours[: len(query)], theirs[: len(alias)], kind
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pairing, "_settled", lambda *_: {})
        everything = pair_names(*weighed)
    assert pair_names(*weighed) == everything


@pytest.mark.parametrize(
    ("name", "expected"),
    [("San Francisco", "sanfrancisco"), ("Zenda", "zenda"), ("Zenda 5", None), ("A Bb Cc Dd Ee", None), ("", None)],
)
def test_a_short_name_as_one_word(name: str, expected: str | None) -> None:
    found = whole_word(parse(name).units)
    assert (found.fold if found is not None else None) == expected
