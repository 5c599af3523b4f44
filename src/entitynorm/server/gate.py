"""What every request passes on its way in and every answer on its way out.

In: the number of requests at a time and their time are limited, a slash at the end of a path says nothing. Out: every
error is JSON, other origins may read what they are allowed to, the request is counted and logged. A log line tells the
route, never the path or the query string, because people's texts may stand there.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from entitynorm.server.metrics import Metrics
from entitynorm.server.refusals import Refusal, error_body
from entitynorm.server.settings import Settings

LOG = logging.getLogger("entitynorm.server")
UNLIMITED = frozenset({"/healthz", "/metrics"})
"""Answered even by a service that is busy: whoever watches it has to tell busy from dead."""
_MOST_HEADERS = 65_536
"""Bytes of names and values; a parser stops earlier only where they do not come in one piece."""
_ALLOWED = (b"access-control-allow-methods", b"GET, HEAD, POST, OPTIONS")
_HEADERS = (b"access-control-allow-headers", b"Content-Type, Accept, X-Requested-With")

Handler = Callable[[], Awaitable[None]]


class Gate:
    """The outermost layer of the application."""

    def __init__(
        self, inner: ASGIApp, settings: Settings, metrics: Metrics, routes: frozenset[str], prefixes: tuple[str, ...]
    ) -> None:
        """``routes`` are the paths that the log and the figures name; ``prefixes`` those that go on with an id."""
        self._inner = inner
        self._settings = settings
        self._metrics = metrics
        self._routes = routes
        self._prefixes = prefixes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        path = scope["path"].rstrip("/") or "/"
        exchange = _Exchange(scope, send, self._origin_headers(scope))
        started = time.perf_counter()
        self._metrics.in_flight += 1
        try:
            await self._answer({**scope, "path": path, "app": self}, receive, exchange, path)
        finally:
            self._metrics.in_flight -= 1
            seconds = time.perf_counter() - started
            route = self._route(path)
            self._metrics.request(route, scope["method"], exchange.status, seconds)
            if self._settings.log:
                _log(route, scope, exchange, seconds)

    async def _answer(self, scope: Scope, receive: Receive, exchange: _Exchange, path: str) -> None:
        try:
            if sum(len(key) + len(value) for key, value in scope["headers"]) > _MOST_HEADERS:
                raise Refusal(
                    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, f"the headers are larger than {_MOST_HEADERS} bytes"
                )
            if scope["method"] == "OPTIONS":
                await exchange.preflight()
                return
            if self._metrics.in_flight > self._settings.max_requests and path not in UNLIMITED:
                raise Refusal(
                    HTTPStatus.SERVICE_UNAVAILABLE,
                    f"{self._settings.max_requests} requests are being answered already; try again in a second",
                    headers={"Retry-After": "1"},
                )
            async with asyncio.timeout(self._settings.timeout):
                await self._inner(scope, receive, exchange.send)
        except Refusal as refusal:
            await exchange.refuse(refusal.status, refusal.message, refusal.headers)
        except HTTPException as error:
            message = _ROUTING.get(error.status_code, str(error.detail))
            await exchange.refuse(error.status_code, message, dict(error.headers or {}))
        except TimeoutError:
            await exchange.refuse(
                HTTPStatus.SERVICE_UNAVAILABLE,
                f"no answer within {self._settings.timeout:g} s; send less at a time, or try again later",
                {"Retry-After": "5"},
            )
        except Exception as error:
            LOG.error("%s", _fault(error))
            await exchange.refuse(
                HTTPStatus.INTERNAL_SERVER_ERROR, "a fault of the service, not of the request; its log tells more", {}
            )

    def _origin_headers(self, scope: Scope) -> list[tuple[bytes, bytes]]:
        """Which other origin may read the answer."""
        allowed = self._settings.allow_origins
        if "*" in allowed:
            return [(b"access-control-allow-origin", b"*")]
        origin = next((value for key, value in scope["headers"] if key == b"origin"), b"")
        vary = (b"vary", b"Origin")
        if origin.decode("latin-1") in allowed:
            return [(b"access-control-allow-origin", origin), vary]
        return [vary]

    def _route(self, path: str) -> str:
        if path in self._routes:
            return path
        return next((f"{prefix}ID" for prefix in self._prefixes if path.startswith(prefix)), "other")


_ROUTING = {
    404: "nothing answers here; / is the page, /reconcile the Reconciliation API, /v1/ the JSON API",
    405: "this path takes other methods; the header Allow lists them",
}


class _Exchange:
    """The answer to one request: its headers completed, its status and size remembered."""

    def __init__(self, scope: Scope, send: Send, headers: list[tuple[bytes, bytes]]) -> None:
        self._scope = scope
        self._send = send
        self._headers = headers
        self.status = 499
        """What was answered; 499 (a convention of servers' logs) where the client went away before."""
        self.size = 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            own = [(b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"no-referrer")]
            message = {**message, "headers": [*message.get("headers", ()), *self._headers, *own]}
        elif message["type"] == "http.response.body":
            self.size += len(message.get("body", b""))
        await self._send(message)

    async def _respond(self, response: Response) -> None:
        if self.status == 499:  # otherwise a part of another answer is on its way already
            await response(self._scope, _nothing, self.send)

    async def refuse(self, status: int, message: str, headers: dict[str, str]) -> None:
        """Answer with an error."""
        body = error_body(status, message)
        await self._respond(Response(body, status, headers=headers, media_type="application/json"))

    async def preflight(self) -> None:
        """Answer what a browser asks before it lets a page of another origin send a request."""
        response = Response(status_code=HTTPStatus.NO_CONTENT, headers={"Access-Control-Max-Age": "3600"})
        response.raw_headers += [_ALLOWED, _HEADERS]
        await self._respond(response)


async def _nothing() -> Message:
    return {"type": "http.disconnect"}


def _fault(error: Exception) -> str:
    """Where a fault happened; not what it says, since that may quote somebody's text."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = "" if trace is None else f" at {trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}"
    return f"a fault of the program: {type(error).__name__}{place}"


def _log(route: str, scope: Scope, exchange: _Exchange, seconds: float) -> None:
    count: dict[str, Any] = scope.get("state", {}).get("counted", {})
    counted = "".join(f" {key}={value}" for key, value in count.items())
    method = scope["method"] if scope["method"].isalpha() and len(scope["method"]) < 12 else "?"
    LOG.info("%s %s %d %.1f ms out=%d%s", method, route, exchange.status, 1000 * seconds, exchange.size, counted)
