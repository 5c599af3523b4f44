"""The same call over many inputs, in input order, in this process or in several."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any

from entitynorm.errors import EntitynormError

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

    from entitynorm.linker import Linker

ALLOCATIONS = 200_000
"""New objects after which garbage is looked for; words and evidence lie in no circles, so hardly any is ever found."""
_CHUNK = 16
_CHUNK_LETTERS = 1 << 18
"""Inputs that go to a worker together, and letters of text after which no more are added: some texts are books."""
_worker: Linker | None = None

Call = Callable[["Linker", Any], Any]
"""What is done with each item; a function of a module, since other processes have to find it."""


def _start(linker: Linker) -> None:
    global _worker
    _worker = linker
    gc.freeze()
    gc.set_threshold(ALLOCATIONS, 10, 10)  # the process is ours alone


def _run(call: Call, items: list[Any]) -> list[Any]:
    assert _worker is not None
    return [call(_worker, item) for item in items]


def _method(verb: str, options: dict[str, Any], linker: Linker, item: Any) -> Any:
    return getattr(linker, verb)(item, **options)


def _take_chunk(source: Iterator[Any], most: int) -> list[Any]:
    chunk: list[Any] = []
    letters = 0
    while len(chunk) < most and letters < _CHUNK_LETTERS:
        try:
            item = next(source)
        except StopIteration:
            break
        chunk.append(item)
        letters += _letters(item) if most > 1 else 0
    return chunk


def _letters(item: Any) -> int:
    return len(item) if isinstance(item, str) else sum(map(_letters, item))


class Workers:
    """Processes that share one linker, for several maps one after the other; with one job it is this process.

    Processes start at the first map and end with the ``with`` block.
    """

    def __init__(self, linker: Linker, jobs: int) -> None:
        if jobs < 1:
            raise ValueError(f"jobs must be at least 1, not {jobs}")
        self._linker = linker
        self._jobs = jobs
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Workers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None

    def _started(self) -> ProcessPoolExecutor:
        import multiprocessing  # with pools a tenth of what linking an article imports, and one process needs neither
        from concurrent.futures import ProcessPoolExecutor

        if self._pool is None:
            methods = multiprocessing.get_all_start_methods()
            # A forked worker shares the pages of the index; elsewhere each worker builds its own from the records.
            context = multiprocessing.get_context("fork" if "fork" in methods else "spawn")
            self._linker.warm_up()
            self._pool = ProcessPoolExecutor(self._jobs, context, initializer=_start, initargs=(self._linker,))
        return self._pool

    def map(self, call: Call, items: Iterable[Any], *, chunk: int = _CHUNK) -> Iterator[Any]:
        """``call(linker, item)`` for every item, lazily, in order; at most ``chunk`` items go to a process at a time.

        With several jobs the items are read ahead by a bounded number of chunks. Raises EntitynormError when a worker
        dies.
        """
        if self._jobs == 1:
            for item in items:
                yield call(self._linker, item)
            return
        from concurrent.futures.process import BrokenProcessPool

        pool = self._started()
        source = iter(items)
        waiting: list[Future[list[Any]]] = []
        try:
            while True:
                while len(waiting) < 2 * self._jobs and (some := _take_chunk(source, chunk)):
                    waiting.append(pool.submit(_run, call, some))
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


def ordered_map(
    linker: Linker, verb: str, items: Iterable[Any], options: dict[str, Any], jobs: int, *, chunk: int = _CHUNK
) -> Iterator[Any]:
    """``getattr(linker, verb)(item, **options)`` for every item, lazily, in order, with processes of its own."""
    with Workers(linker, jobs) as workers:
        yield from workers.map(partial(_method, verb, options), items, chunk=chunk)
