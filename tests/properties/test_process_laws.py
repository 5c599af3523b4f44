"""Laws across processes: neither the number of jobs nor the hash seed shows in a result."""

from __future__ import annotations

import itertools
import json
import multiprocessing
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from entitynorm import Entity, EntitynormError, Gazetteer, Linker
from entitynorm.testing import documents, gazetteers, surface_forms

# Each example starts processes, so there are few, whatever the profile.
FEW = settings(max_examples=3, phases=(Phase.explicit, Phase.generate), suppress_health_check=list(HealthCheck))
_PROGRAM = """
import json, sys
import entitynorm
records, names, text = json.load(sys.stdin)
linker = entitynorm.load(records)
print(json.dumps([[linker.resolve(n).to_dict() for n in names], linker.link(text).to_dict(), linker.normalize(text),
                  [str(linker.explain(n, r["id"])) for n in names for r in records]]))
"""


@FEW
@given(gazetteers(min_size=2, max_size=4), st.data())
def test_jobs_do_not_show(gazetteer: Gazetteer, data: st.DataObject) -> None:
    linker = Linker(gazetteer, block=data.draw(st.sampled_from((1, 500))))  # texts of several workers, or of one
    texts = [d.text for d in data.draw(st.lists(documents(gazetteer), min_size=1, max_size=4))] * 10
    names = [data.draw(surface_forms(entity)) for entity in gazetteer]
    assert list(linker.link_many(texts, jobs=2)) == list(Linker(gazetteer).link_many(texts))
    assert list(linker.resolve_many(names * 2, jobs=2)) == list(linker.resolve_many(names * 2))


def test_a_worker_that_dies_is_told_of() -> None:
    def texts() -> Iterator[str]:
        for n in itertools.count():
            if n == 100:
                multiprocessing.active_children()[0].kill()
            yield f"They went to Kozinka {n} times."

    linked = Linker(Gazetteer([Entity("p:1", "PLACE", "Kozinka")]), block=1).link_many(texts(), jobs=2)
    with pytest.raises(EntitynormError, match=r"a worker process died .*; run again with jobs=1"):
        list(itertools.islice(linked, 10_000))


@settings(FEW, max_examples=1)
@given(gazetteers(min_size=4, max_size=6), st.data())
def test_the_hash_seed_does_not_show(gazetteer: Gazetteer, data: st.DataObject) -> None:
    names = [data.draw(surface_forms(entity)) for entity in gazetteer]
    question = json.dumps(
        [[e.to_dict() for e in gazetteer], names, data.draw(documents(gazetteer, min_mentions=3)).text]
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", _PROGRAM],
            input=question,
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(told) == 1
