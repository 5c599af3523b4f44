"""The texts of the benchmark of pipelines, and its figures at the smallest size."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

import pytest

import entitynorm

pytest.importorskip("spacy", reason="needs the extra: pip install 'entitynorm[spacy]'")
FOLDER = Path(__file__).parents[2] / "benchmarks"
if not FOLDER.exists():  # a source distribution has the tests only
    pytest.skip("the benchmarks are not here", allow_module_level=True)

sys.path.insert(0, str(FOLDER))  # they are scripts beside each other, no package
benchmark = import_module("spacy_pipe")


def test_the_same_seed_gives_the_same_texts() -> None:
    first, again, other = (list(benchmark.documents(3, seed)) for seed in (1, 1, 2))
    assert first == again and first != other
    assert list(benchmark.documents(2, 1)) == first[:2]


def test_texts_are_news_length_and_name_what_is_listed() -> None:
    texts = list(benchmark.documents(20))
    assert 1_000 < sum(map(len, texts)) / len(texts) < 4_000
    mentions = sum(len(document.mentions) for document in entitynorm.load().link_many(texts))
    assert 2 < mentions / len(texts) < 12


@pytest.mark.parametrize("name", list(benchmark.PIPELINES))
def test_every_pipeline_is_measured(name: str) -> None:
    found = benchmark.measure(name, 3, 20, 5.0)
    assert found["documents"] == 3 and found["first"] > 0 < found["again"]
    assert (found.get("mentions", 0) > 0) == ("packaged" in name)
