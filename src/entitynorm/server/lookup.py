"""Where names are looked up: on a thread of the service, or in processes beside it, each with its own linker.

A thread shares the gazetteer and the one core that a Python process has; processes use others, cost their own memory,
and leave the service free to answer what it knows. Both give the same answers.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING

from entitynorm.errors import EntitynormError
from entitynorm.server.answers import Answer, answers

if TYPE_CHECKING:
    from entitynorm.linker import Linker

Load = Callable[[], "Linker"]
_ORPHANED = 2.0
"""Seconds between two looks at whether the service is still there."""
_linker: Linker | None = None


class Lookup:
    """Answers to names under one gazetteer; ends when nobody holds it any more."""

    def __init__(self, linker: Linker, load: Load, *, jobs: int) -> None:
        """``jobs`` processes, which load the gazetteer now, or a thread where that is 0.

        Raises EntitynormError where a process does not start.
        """
        self.width = max(1, jobs)
        """How many rounds of names may be looked up at a time."""
        self._linker = linker
        self._load = load
        self._jobs = jobs
        self._executor = self._start()
        self._replacing = asyncio.Lock()

    def _start(self) -> Executor:
        if not self._jobs:
            return ThreadPoolExecutor(1, thread_name_prefix="names")
        # Spawned, not forked: the service has threads, whose locks a fork would copy as they happen to be.
        context = multiprocessing.get_context("spawn")
        pool = ProcessPoolExecutor(self._jobs, context, initializer=_begin, initargs=(self._load, os.getpid()))
        try:
            for ready in [pool.submit(_ready) for _ in range(self._jobs)]:
                ready.result()
        except BrokenProcessPool as error:
            raise EntitynormError("a process that looks names up did not start; try fewer with --jobs") from error
        return pool

    async def ask(self, names: Sequence[str], type_: str | None) -> list[Answer]:
        """The answers to names that are all asked for with one type.

        Where a process was killed (out of memory?), others are started and the names are asked once more.
        """
        executor = self._executor
        try:
            return await self._submit(executor, names, type_)
        except BrokenProcessPool:
            return await self._submit(await self._replaced(executor), names, type_)

    async def _submit(self, executor: Executor, names: Sequence[str], type_: str | None) -> list[Answer]:
        if isinstance(executor, ThreadPoolExecutor):
            return await asyncio.wrap_future(executor.submit(answers, self._linker, names, type_))
        return await asyncio.wrap_future(executor.submit(_answers, names, type_))

    async def _replaced(self, broken: Executor) -> Executor:
        """Processes in place of broken ones, started once for all who wait, while the event loop goes on."""
        async with self._replacing:
            if self._executor is broken:
                self._executor = await asyncio.to_thread(self._start)
            return self._executor

    def close(self) -> None:
        """End; what waits is dropped."""
        self._executor.shutdown(wait=False, cancel_futures=True)


# -- in a process of its own ------------------------------------------------------------------------------------------


def _begin(load: Load, service: int) -> None:
    global _linker
    for name in ("SIGINT", "SIGHUP"):  # a terminal sends these to the whole group; the service decides what they mean
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    threading.Thread(target=_watch, args=(service,), daemon=True).start()
    _linker = load()
    answers(_linker, ["Warm up"], None)


def _watch(service: int) -> None:
    """End with the service, even where that was killed and could not say so."""
    while os.getppid() == service:
        time.sleep(_ORPHANED)
    os._exit(0)


def _ready() -> None:
    time.sleep(0.05)  # so that one process does not take all of these


def _answers(names: Sequence[str], type_: str | None) -> list[Answer]:
    assert _linker is not None
    return answers(_linker, names, type_)
