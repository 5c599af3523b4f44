"""The same call over many inputs, in input order, in this process or in several."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from typing import TYPE_CHECKING, Any

from entitynorm.errors import EntitynormError

if TYPE_CHECKING:
    from entitynorm.linker import Linker

_CHUNK = 16
_CHUNK_LETTERS = 1 << 18
"""Inputs that go to a worker together, and letters of text after which no more are added: some texts are books."""
_worker: Linker | None = None


def _start(linker: Linker) -> None:
    global _worker
    _worker = linker


def _run(verb: str, options: dict[str, Any], items: list[Any]) -> list[Any]:
    call = partial(getattr(_worker, verb), **options)
    return [call(item) for item in items]


def _take_chunk(source: Iterator[Any]) -> list[Any]:
    chunk: list[Any] = []
    letters = 0
    while len(chunk) < _CHUNK and letters < _CHUNK_LETTERS:
        try:
            item = next(source)
        except StopIteration:
            break
        chunk.append(item)
        letters += _letters(item)
    return chunk


def _letters(item: Any) -> int:
    return len(item) if isinstance(item, str) else sum(map(_letters, item))


def ordered_map(linker: Linker, verb: str, items: Iterable[Any], options: dict[str, Any], jobs: int) -> Iterator[Any]:
    """``getattr(linker, verb)(item, **options)`` for every item, lazily, in order.

    With ``jobs`` > 1 the items are read ahead by a bounded number of chunks. Raises EntitynormError when a worker dies.
    """
    if jobs < 1:
        raise ValueError(f"jobs must be at least 1, not {jobs}")
    if jobs == 1:
        call = partial(getattr(linker, verb), **options)
        for item in items:
            yield call(item)
        return
    methods = multiprocessing.get_all_start_methods()
    # A forked worker shares the pages of the index; elsewhere each worker builds its own from the records.
    context = multiprocessing.get_context("fork" if "fork" in methods else "spawn")
    linker.warm_up()
    source = iter(items)
    with ProcessPoolExecutor(jobs, mp_context=context, initializer=_start, initargs=(linker,)) as pool:
        waiting: list[Future[list[Any]]] = []
        try:
            while True:
                while len(waiting) < 2 * jobs and (chunk := _take_chunk(source)):
                    waiting.append(pool.submit(_run, verb, options, chunk))
                if not waiting:
                    return
                yield from waiting.pop(0).result()
        except BrokenProcessPool as error:
            raise EntitynormError(
                "a worker process died (out of memory?); run again with jobs=1 or fewer jobs"
            ) from error
        finally:
            for future in waiting:
                future.cancel()
