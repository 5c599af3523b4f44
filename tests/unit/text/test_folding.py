import pytest

from entitynorm.text.folding import fold, fold_text

CASES = [
    ("GRAYVORON’S", "grayvoron's"),
    ("straße", "strasse"),
    ("İstanbul", "istanbul"),
    ("ﬁre", "fire"),
    ("Йод ёж їжак ў", "йод ёж їжак ў"),
    ("а́", "а"),
    ("Łódź", "lodz"),
    ("«Свобода»", '"свобода"'),
    ("Gora\u2011Podol", "gora-podol"),
    ("Kozin\u00adka", "kozinka"),
    ("a\u00a0b\tc\nd", "a b c d"),
    ("Ｇｒａｙ", "gray"),
    ("", ""),
]


@pytest.mark.parametrize(("text", "folded"), CASES)
def test_fold(text: str, folded: str) -> None:
    assert fold_text(text) == folded
    assert fold(text).text == folded


@pytest.mark.parametrize(("text", "folded"), CASES)
def test_composed_and_decomposed_fold_alike(text: str, folded: str) -> None:
    import unicodedata

    assert fold_text(unicodedata.normalize("NFD", text)) == folded


def test_offsets_lead_back_to_the_original() -> None:
    text = "İ love Straße"
    folded = fold(text)
    at = folded.text.index("strasse")
    start, end = folded.original_span(at, at + len("strasse"))
    assert text[start:end] == "Straße"


def test_a_span_outside_is_refused() -> None:
    with pytest.raises(IndexError, match="lies outside"):
        fold("abc").original_span(1, 9)
