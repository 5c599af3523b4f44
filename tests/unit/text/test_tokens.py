import pytest

from entitynorm.text.tokens import Gap, script_of, tokenize

CASES = [
    ("so farCHASIV YAR", ["so", "far", "CHASIV", "YAR"]),
    ("кои\u0306Baver и\u0306Phone", ["кои\u0306", "Baver", "и\u0306Phone"]),
    ("Russia’s Putin's boss'", ["Russia", "Putin", "boss"]),
    ("В'ячеслав Hul’aipole", ["В'ячеслав", "Hul’aipole"]),
    ("Gora-Podol", ["Gora", "Podol"]),
    ("Washington, D.C.-based", ["Washington", "D.C.", "based"]),
    ("@Gerashchenko_en #Belgorod region", ["@Gerashchenko_en", "Belgorod", "region"]),
    ("see hromadske.ua now", ["see", "hromadske.ua", "now"]),
    ("pic.twitter.com/xsuv https://t.co/v8 a@b.org end", ["end"]),
    ("BTR82A", ["BTR82A"]),
    ("iPhone YouTube MoD GmbH", ["iPhone", "You", "Tube", "MoD", "GmbH"]),
    ("Козинк Козинке", ["Козинк", "Козинке"]),
    ("e\u0301te\u0301", ["e\u0301te\u0301"]),
    ("\x00\ud800!", []),
]


@pytest.mark.parametrize(("text", "words"), CASES)
def test_words(text: str, words: list[str]) -> None:
    tokens = tokenize(text)
    assert [t.text for t in tokens] == words
    for token in tokens:
        assert text[token.start : token.end].lstrip("#") == token.text


@pytest.mark.parametrize(
    ("text", "gap"),
    [
        ("a b", Gap.JOIN),
        ("a\nb", Gap.JOIN),
        ("a\n\nb", Gap.HARD),
        ("a «b»", Gap.JOIN),
        ("a, b", Gap.COMMA),
        ("a. b", Gap.STOP),
        ("a (b", Gap.HARD),
        ("aB", Gap.JOIN),
        ("farB", Gap.NONE),
    ],
)
def test_gap_before_the_last_token(text: str, gap: int) -> None:
    tokens = tokenize(text)
    if len(tokens) > 1:
        assert tokens[-1].gap == gap


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("Грайворон", "Cyrl"),
        ("Grayvoron", "Latn"),
        ("82", "Zyyy"),
        ("Αθήνα", "Grek"),
        ("دمشق", "Arab"),
        ("서울", "Hang"),
        ("Łódź", "Latn"),
    ],
)
def test_script(text: str, script: str) -> None:
    assert script_of(text) == script
