"""Work that takes processor time, done beside the event loop: names in small mixed batches, texts one by one.

Names of all requests wait in one place. A round takes a few of each request in turn, so that a column of a thousand
names does not keep a single one waiting, and asks the linker for all of them at once, which costs it far less than one
by one. How many a round takes follows from how long the last took. Texts have a thread of their own, names what
`lookup` gives them.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar

from entitynorm.server.answers import Answer
from entitynorm.server.metrics import Metrics
from entitynorm.server.snapshot import Key, Snapshot

_SHARE = 8
"""Names that one request may put into a round before the others had theirs."""
_FEWEST, _MOST = 8, 256
_ROUND = 0.025
"""Seconds that a round should take."""

Result = TypeVar("Result")


@dataclass(slots=True, eq=False)
class _Ask:
    """One name that somebody waits for."""

    key: Key
    answer: asyncio.Future[Answer]
    waiting: int = 0


@dataclass(slots=True, eq=False)
class _Request:
    """The names of one request that are still to be looked up, under one snapshot."""

    snapshot: Snapshot
    asks: deque[_Ask] = field(default_factory=deque)


class Workers:
    """What waits to be looked up or linked; belongs to one event loop."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._texts = ThreadPoolExecutor(1, thread_name_prefix="texts")
        self._queue: deque[_Request] = deque()
        self._pending: dict[tuple[int, Key], _Ask] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._size = 32

    # -- names ----------------------------------------------------------------------------------------------------

    async def resolve(self, snapshot: Snapshot, names: Iterable[str], type_: str | None) -> dict[str, Answer]:
        """The answer for every name, equal ones once. Whoever stops waiting no longer costs anything."""
        out: dict[str, Answer] = {}
        asks: dict[str, _Ask] = {}
        request = _Request(snapshot)
        loop = asyncio.get_running_loop()
        for name in dict.fromkeys(names):
            key = (type_, name)
            known = snapshot.known(key)
            if known is not None:
                out[name] = known
                continue
            ask = self._pending.get((id(snapshot), key))
            if ask is None:
                ask = self._pending[id(snapshot), key] = _Ask(key, loop.create_future())
                request.asks.append(ask)
            ask.waiting += 1
            asks[name] = ask
        self._metrics.cache(hits=len(out), misses=len(asks))
        if request.asks:
            self._queue.append(request)
            loop.call_soon(self._fill)  # soon: what other requests ask in the meantime joins the round
        try:
            for name, ask in asks.items():
                out[name] = await asyncio.shield(ask.answer)
        finally:
            for ask in asks.values():
                ask.waiting -= 1
        return out

    def _fill(self) -> None:
        """Begin as many rounds as may run at a time."""
        while self._queue and len(self._running) < self._queue[0].snapshot.lookup.width:
            snapshot, type_, asks = self._round()
            if asks:
                task = asyncio.get_running_loop().create_task(self._look_up(snapshot, type_, asks))
                self._running.add(task)
                task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._fill()

    async def _look_up(self, snapshot: Snapshot, type_: str | None, asks: Sequence[_Ask]) -> None:
        names = [ask.key[1] for ask in asks]
        started = time.perf_counter()
        try:
            found = await snapshot.lookup.ask(names, type_)
        except Exception as error:
            for ask in asks:
                self._pending.pop((id(snapshot), ask.key), None)
                ask.answer.set_exception(error)
                ask.answer.exception()  # seen: nobody may be waiting any more
            return
        for ask, answer in zip(asks, found, strict=True):
            self._pending.pop((id(snapshot), ask.key), None)
            snapshot.remember(ask.key, answer)
            ask.answer.set_result(answer)
        self._adapt(len(asks), time.perf_counter() - started)

    def _round(self) -> tuple[Snapshot, str | None, list[_Ask]]:
        """The names to look up next: of one snapshot and one type, some of each request in turn."""
        first = self._queue[0]
        snapshot, type_ = first.snapshot, first.asks[0].key[0]
        asks: list[_Ask] = []
        waiting = sum(len(request.asks) for request in self._queue)
        size = min(self._size, max(_FEWEST, -(-waiting // snapshot.lookup.width)))
        for _ in range(len(self._queue)):
            request = self._queue.popleft()
            taken = 0
            while request.asks and taken < _SHARE and len(asks) < size:
                if request.snapshot is not snapshot or request.asks[0].key[0] != type_:
                    break
                ask = request.asks.popleft()
                if ask.waiting > 0:
                    asks.append(ask)
                    taken += 1
                else:
                    self._pending.pop((id(snapshot), ask.key), None)
            if request.asks:
                self._queue.append(request)
        # A request alone fills the round: there is nobody to be fair to.
        while len(self._queue) == 1 and self._queue[0].asks and len(asks) < size:
            if self._queue[0].snapshot is not snapshot or self._queue[0].asks[0].key[0] != type_:
                break
            ask = self._queue[0].asks.popleft()
            if ask.waiting > 0:
                asks.append(ask)
            else:
                self._pending.pop((id(snapshot), ask.key), None)
        if self._queue and not self._queue[0].asks:
            self._queue.popleft()
        return snapshot, type_, asks

    def _adapt(self, count: int, seconds: float) -> None:
        if seconds > 1.5 * _ROUND:
            self._size = max(_FEWEST, min(self._size, count) // 2)
        elif seconds < 0.5 * _ROUND and count >= self._size:
            self._size = min(_MOST, self._size * 2)

    # -- texts ----------------------------------------------------------------------------------------------------

    async def text(self, call: Callable[[str], Result], text: str) -> Result:
        """What a call makes of one text. A call that has begun is finished even if nobody waits for it any more."""
        return await asyncio.get_running_loop().run_in_executor(self._texts, call, text)

    async def texts(self, call: Callable[[str], Result], texts: Sequence[str]) -> list[Result]:
        """`text` for some texts, those of other requests in between."""
        return [await self.text(call, text) for text in texts]

    def close(self) -> None:
        """Let the threads end; what waits is dropped."""
        self._texts.shutdown(wait=False, cancel_futures=True)
