import math

import pytest

from entitynorm.names import background
from entitynorm.resources import data_dir
from entitynorm.text.folding import fold_text

LINES = (data_dir() / "name_frequencies.tsv").read_text(encoding="utf-8").splitlines()
ROWS = [line.split("\t") for line in LINES if not line.startswith("#")]
COUNTS = {word: float(value) for word, value in ROWS}
PEOPLE = next(int(line.removeprefix("# names: ")) for line in LINES if line.startswith("# names: "))


def test_every_word_is_folded_and_stands_once() -> None:
    assert len(COUNTS) == len(ROWS) == 6_000
    assert all(fold_text(word) == word and "'" not in word for word in COUNTS)


def test_the_commonest_come_first_and_belong_to_fewer_than_all() -> None:
    values = [*COUNTS.values()]
    assert values == sorted(values, reverse=True)
    assert values[0] < math.log(PEOPLE)


@pytest.mark.parametrize("word", ["john", "maria", "muhammad", "ivan", "kim", "de", "oconnor"])
def test_common_words_are_common(word: str) -> None:
    assert COUNTS[word] > 4.5


@pytest.mark.parametrize("word", ["gladkov", "podolyak", "zelensky", "grayvoron"])
def test_rare_surnames_are_absent(word: str) -> None:
    assert word not in COUNTS


def test_all_counts_can_be_read_at_once() -> None:
    """Who looks up very many words gets all of them: every row has to be one of a word."""
    counts, total = background._counts()
    assert total == PEOPLE
    assert dict(counts) == pytest.approx({word: math.exp(value) for word, value in COUNTS.items()})
