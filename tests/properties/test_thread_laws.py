"""Laws across threads: a linker that several threads use at once says what it says to one."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import entitynorm
from entitynorm import Linker
from entitynorm.io.compiled import build
from entitynorm.io.jsonl_gazetteer import write_jsonl

TEXTS = (
    "The Liberty Corps of Russia (LCR) left Graivoronsky district. LCR fighters went to Kozynka, Yusov said.",
    "Yusov told Suspilne that Hraivoron was calm. Belgorod Oblast Governor Vyacheslav Gladkov disagreed; Gladkov left.",
    "Губернатор Белгородской области Вячеслав Гладков приехал в Грайворон, а затем в Козинку.",
    "У Козинці та Грайвороні були бійці Легіону «Свобода Росії», казав Андрій Юсов.",
    "Nothing at all happened near Kosinka or in Haivoron.",
)
NAMES = ("Graivoron", "Козинкой", "Kosinka", "Минобороны России", "Legion", "V. Gladkov", "Liberty Corps of Russia")
THREADS = 3
ROUNDS = 2


def ask(linker: Linker, turn: int) -> list[Any]:
    """What a thread asks; each begins elsewhere, and all ask the same."""
    questions: list[Callable[[], Any]] = [
        lambda: [linker.link(text) for text in TEXTS],
        lambda: list(linker.link_many([*TEXTS, *TEXTS[::-1]])),
        lambda: [linker.resolve(name) for name in NAMES],
        lambda: list(linker.resolve_many([*NAMES, *NAMES[::-1]])),
        lambda: [linker.normalize(text) for text in TEXTS],
        lambda: [str(linker.explain(name, "place:grayvoron")) for name in NAMES],
    ]
    order = [(turn + n) % len(questions) for n in range(len(questions))]
    told = {n: questions[n]() for n in order}
    return [told[n] for n in range(len(questions))]


@pytest.fixture
def eager_threads() -> Iterator[None]:
    """Threads that give way after a few instructions, so that one is stopped in the middle of everything."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.fixture(params=["in memory", "compiled", "layers"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Linker]:
    """Makes a linker that has not been asked anything."""
    packaged = list(entitynorm.load().gazetteer)
    if request.param == "in memory":
        return lambda: entitynorm.load(packaged)
    build(packaged[::2] if request.param == "layers" else packaged, tmp_path / "names.enx")
    if request.param == "compiled":
        return lambda: entitynorm.load(tmp_path / "names.enx")
    (tmp_path / "above.jsonl").write_text("".join(write_jsonl(packaged[1::2])), encoding="utf-8")
    return lambda: entitynorm.load([tmp_path / "names.enx", tmp_path / "above.jsonl"])


@pytest.fixture
def short_memories(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is remembered is given up every moment, and by one thread while another one reads it."""
    monkeypatch.setattr("entitynorm.mentions._READINGS_KEPT", 5)
    monkeypatch.setattr("entitynorm.retrieval.term_search._CACHED_TERMS", 5)


@pytest.mark.usefixtures("eager_threads", "short_memories")
def test_threads_do_not_show(make: Callable[[], Linker]) -> None:
    wanted = ask(make(), 0)
    assert any(document.mentions for document in wanted[0])
    for _ in range(ROUNDS):
        linker = make()
        together = threading.Barrier(THREADS)

        def asked(turn: int, linker: Linker = linker, together: threading.Barrier = together) -> list[Any]:
            together.wait(60)
            return ask(linker, turn)

        with ThreadPoolExecutor(THREADS) as pool:
            for told in pool.map(asked, range(THREADS)):
                assert told == wanted
