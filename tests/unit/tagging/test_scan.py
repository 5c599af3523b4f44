"""Scanning: tokens of running text as arrays, what stands between them, and hashes of what they fold to."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from entitynorm.tagging.scan import SEPARATOR, STEM, Scan
from entitynorm.testing import texts
from entitynorm.text.tokens import Gap

TOKENS = [
    ("so farCHASIV YAR", ["so", "far", "CHASIV", "YAR"]),
    ("кои\u0306Baver и\u0306Phone", ["кои\u0306", "Baver", "и\u0306Phone"]),
    ("iPhone YouTube MoD GmbH", ["iPhone", "You", "Tube", "MoD", "GmbH"]),
    ("BTR82A T-72B3", ["BTR82A", "T", "72B3"]),
    ("Gora-Podol Al‐Shouha", ["Gora", "Podol", "Al", "Shouha"]),
    ("Russia’s Putin's PUTIN'S boss'", ["Russia", "Putin", "PUTIN", "boss"]),
    ("В'ячеслав Hul’aipole O'Neill", ["В'ячеслав", "Hul’aipole", "O'Neill"]),
    ("Komsomol’s’ke l'Ukraine", ["Komsomol", "ke", "l", "Ukraine"]),
    ("D.C. St. Louis", ["D", "C", "St", "Louis"]),
    ("see https://t.co/Kozinka or www.kozinka.org/a end", ["see", "or", "end"]),
    ("write to gladkov@belgorod.ru at once", ["write", "to", "at", "once"]),
    ("to a@b.ru's end, a@b.ru'x", ["to", "end", "x"]),
    ("pic.twitter.com/Belgorod said", ["said"]),
    ("@Gerashchenko_en #Belgorod", ["Gerashchenko", "en", "Belgorod"]),
    ("\u200fدمشق\u200f (\u202aDamascus\u202c)", ["دمشق", "Damascus"]),
    ("e\u0301te\u0301 Gray\u00advoron", ["e\u0301te\u0301", "Gray\u00advoron"]),
    (
        "訪問2020年。 서울 Xi西安",
        ["訪", "問", "2020", "年", "서", "울", "Xi", "西", "安"],
    ),  # no spaces part words there
    ("ที่ カナー", ["ที่", "カ", "ナ", "ー"]),
    ("दिल्ली में", ["दिल्ली", "में"]),
    ("\u0301a \x00b\ud800c", ["a", "b", "c"]),
    ("", []),
    ("☃ ... _ \u0301", []),
]
GAPS = [
    ("old Kyiv", Gap.JOIN),
    ("old\nKyiv", Gap.JOIN),
    ("old\u00a0Kyiv", Gap.JOIN),
    ("old-Kyiv", Gap.JOIN),
    ("old «Kyiv»", Gap.JOIN),
    ("oldKyiv", Gap.NONE),
    ("old, Kyiv", Gap.COMMA),
    ("old/Kyiv", Gap.COMMA),
    ("old. Kyiv", Gap.STOP),
    ("old.Kyiv", Gap.STOP),
    ("old (Kyiv", Gap.HARD),
    ("old; Kyiv", Gap.HARD),
    ("old – Kyiv", Gap.HARD),
    ("old\n \nKyiv", Gap.HARD),
    (f"old{SEPARATOR}Kyiv", Gap.HARD),
    ("old, and so on; " + "." * 100 + "; Kyiv", Gap.HARD),
]
SAME = [
    ("Al-Shouha", "AL SHOUHA"),
    ("Al-Shouha", "alshouha"),
    ("Hul’aipole", "hulaipole"),
    ("Łódź", "lodz"),
    ("Straße", "STRASSE"),
    ("Ｇｒａｙ ﬁnch", "gray finch"),
    ("Gray\u00advo\u200bron", "Grayvoron"),
    ("Е\u0308лка", "елка"),
    ("Ёлка", "Елка"),
    ("Ки\u0301ев", "Киев"),
    ("Их\u0306", "Их\u0306"),
    ("Й", "И\u0306"),
    ("Київ", "Киі\u0308в"),
    ("Ελλάδα", "ΕΛΛΑΔΑ"),
]
DIFFERENT = [
    ("Й", "И"),
    ("Київ", "Киів"),
    ("ab", "ba"),
    ("aab", "abb"),
    ("82", "28"),
    ("Kozinka", "Kozinko"),
    ("a", "aa"),
]


def words(text: str) -> list[str]:
    scan = Scan(text)
    return [text[a:b] for a, b in zip(scan.start.tolist(), scan.end.tolist(), strict=True)]


def hash_of(text: str) -> int:
    scan = Scan(text)
    return int(scan.hash(np.array([0]), np.array([len(scan) - 1]))[0])


@pytest.mark.parametrize(("text", "expected"), TOKENS)
def test_tokens(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(("text", "gap"), GAPS)
def test_what_stands_before_the_last_token(text: str, gap: int) -> None:
    scan = Scan(text)
    assert scan.gap[-1] == gap
    assert scan.gap[0] == Gap.HARD


@pytest.mark.parametrize(("one", "other"), SAME)
def test_spellings_that_fold_alike_share_a_hash(one: str, other: str) -> None:
    assert hash_of(one) == hash_of(other)
    assert hash_of(f"it is {one}") != hash_of(one)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_other_letters_have_another_hash(one: str, other: str) -> None:
    assert hash_of(one) != hash_of(other)


def test_a_run_has_its_hash_wherever_it_stands() -> None:
    text = "Kozinka, Gora-Podol and gora podol; GoraPodol"
    scan = Scan(text)
    place = [i for i in range(len(scan)) if text[scan.start[i] : scan.end[i]].lower() == "gora"]
    assert len(place) == 3
    first = np.array(place)
    assert len(set(scan.hash(first, first + 1).tolist())) == 1


def test_shapes() -> None:
    scan = Scan("FSB Kyiv kyiv T72 82 東 iPhone")
    assert scan.capitals(np.arange(7)).tolist() == [True, False, False, True, False, False, False]
    assert scan.capitals(np.array([3, 1])).tolist() == [True, False]
    assert scan.caseless.tolist() == [False, False, False, False, True, True, False]
    assert scan.digits.tolist() == [False, False, False, True, True, False, False]
    assert scan.upper.tolist() == [True, True, False, True, False, False, False]


def test_digits_of_a_web_address_are_no_tokens() -> None:
    assert Scan("Senda https://x.org/12 and BTR82").digits.tolist() == [False, False, True]


def test_a_text_that_declines_is_told_by_its_letters_and_not_by_its_neighbour() -> None:
    english, polish = "The minister spoke in Warsaw.", "Minister powiedział w Łodzi, że Śląsk…"
    scan = Scan(SEPARATOR.join((english, polish, english)))
    declines = [bool(d) for d in scan.declining]
    assert declines == [False] * 5 + [True] * 6 + [False] * 5


@given(texts())
@example("a" * 5_000 + "\u0301'")
@example("https://" + "x" * 1_000 + " Kozinka")
def test_tokens_are_words_in_order_apart(text: str) -> None:
    scan = Scan(text)
    assert len(scan.start) == len(scan.end) == len(scan.gap) == len(scan.upper) == len(scan)
    assert (scan.start < scan.end).all() and (scan.end[:-1] <= scan.start[1:]).all()
    for word in words(text):
        assert word[0].isalnum() and not any(c.isspace() for c in word)


@given(texts(max_size=20), texts(max_size=20))
def test_a_block_has_the_tokens_of_its_texts(one: str, other: str) -> None:
    assert words(one + SEPARATOR + other) == words(one) + words(other)


def arrays(text: str) -> list[list[int]]:
    scan = Scan(text)
    tokens = np.arange(len(scan))
    runs = scan.hash(tokens[: len(scan) - 1], tokens[1:])
    parts = (scan.start, scan.end, scan.letters, scan.gap, scan.upper, scan.hashes, scan.stems(tokens), runs)
    return [part.tolist() for part in parts]


_PARTS = st.sampled_from(
    ("New York", "Levi's", "https://a.b/c d", "е\u0308л", "東京", "U.S.", "\n\n", SEPARATOR, " ", "don’t")
)


@given(st.lists(_PARTS | texts(max_size=5), max_size=20).map("".join), st.integers(1, 30))
@example("a" * 40 + " b", 10)
def test_a_text_is_scanned_alike_in_pieces_of_any_size(text: str, size: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        whole = arrays(text)
        patch.setattr("entitynorm.tagging.scan._PIECE", size)
        assert arrays(text) == whole


def test_a_scan_keeps_its_arrays_when_another_text_is_scanned() -> None:
    first = Scan("Kozinka and Gora-Podol")
    kept = first.hashes.tolist(), first.start.tolist(), first.gap.tolist()
    Scan("Anything else that is as long as it")
    again = Scan("Kozinka and Gora-Podol")
    assert (again.hashes.tolist(), again.start.tolist(), again.gap.tolist()) == kept
    assert (first.hash(np.arange(4), np.arange(4)).tolist(), first.start.tolist(), first.gap.tolist()) == kept


@given(st.text("abcdeéßжйшєі\u0301", min_size=1, max_size=9).filter(lambda word: word[0].isalpha()))
def test_a_stem_is_the_hash_of_the_first_letters(word: str) -> None:
    scan = Scan(f"so {word}")
    assert scan.stems(np.array([1])).tolist() == [hash_of(word[:STEM])]


_LETTERS = st.sampled_from("abcdefghijklmnoprstuvwxyzßłøабвгдежзиклмнопрстуфхцчшщьюяіγλσω")
_BARE = st.text(_LETTERS, min_size=1, max_size=8)


@given(st.lists(_BARE, min_size=1, max_size=4), st.data())
def test_case_marks_apostrophes_and_hyphens_do_not_show(bare: list[str], data: st.DataObject) -> None:
    plain = " ".join(bare)
    written = []
    for word in bare:
        cased = data.draw(st.sampled_from((str.lower, str.upper, str.capitalize)))(word)
        marks = st.sampled_from(("", "", "\u0301", "\u0302", "\u00ad", "\u200d"))
        written.append("".join(letter + data.draw(marks) for letter in cased))
        if len(word) > 3:
            at = data.draw(st.sampled_from(("", "'", "’", "ʼ")))
            head, tail = written[-1][:2], written[-1][2:]
            written[-1] = head + at + tail if tail[:1].isalnum() and tail[1:2].isalnum() else head + tail
    other = data.draw(st.sampled_from((" ", "-", "‐", "\n", " «", "  "))).join(written)
    assert hash_of(other) == hash_of(plain)


def test_single_tokens_are_told_as_they_are_written() -> None:
    scan = Scan("so farCHASIV YAR’s men")
    assert [scan.word(n) for n in range(len(scan))] == scan.each(np.arange(len(scan)))
    assert scan.each(np.array([2, 3])) == ["CHASIV", "YAR"]
    assert scan.words(1, 3) == "farCHASIV YAR"
