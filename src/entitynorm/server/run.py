"""A service on a port: listening, stopping gracefully, reading the gazetteer again on SIGHUP."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from entitynorm.errors import InputError
from entitynorm.server.app import Service
from entitynorm.server.refusals import error_body

LOG = logging.getLogger("entitynorm.server")
_BACKLOG = 512
_SWITCH = 0.001
"""Seconds until a thread that computes lets the event loop have its turn."""


class _Protocol(H11Protocol):
    """HTTP/1.1 whose own refusals are JSON as well, and that does not wait for ever for a request to begin."""

    header_timeout = 10.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._waiting: asyncio.TimerHandle | None = self.loop.call_later(self.header_timeout, self._waited)

    def handle_events(self) -> None:
        cycle = self.cycle
        super().handle_events()
        if self.cycle is not cycle:
            self._stop_waiting()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def _stop_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _waited(self) -> None:
        """No request came: whoever sends headers letter by letter is told so."""
        self._waiting = None
        if self.transport.is_closing():
            return
        if self.conn.their_state is h11.IDLE and self.conn.our_state is h11.IDLE:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT, f"no request within {self.header_timeout:g} s; send it at once")
        else:
            self.transport.close()

    def send_400_response(self, msg: str) -> None:
        """What uvicorn answers to bytes that are no request."""
        error = sys.exception()
        hint = getattr(error, "error_status_hint", 400)
        if hint == HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE:
            self._refuse(hint, "the headers are too large; send a long query as the body of a POST")
        else:
            self._refuse(HTTPStatus.BAD_REQUEST, "this is no HTTP/1.1 request; see RFC 9112")

    def _refuse(self, status: int, message: str) -> None:
        body = error_body(status, message)
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
            (b"access-control-allow-origin", b"*"),
            (b"connection", b"close"),
        ]
        try:
            for event in (
                h11.Response(status_code=status, headers=headers, reason=HTTPStatus(status).phrase.encode()),
                h11.Data(data=body),
                h11.EndOfMessage(),
            ):
                self.transport.write(self.conn.send(event) or b"")
        except h11.LocalProtocolError:
            pass  # an answer is on its way already; all that is left is to close
        self.transport.close()


class _Server(uvicorn.Server):
    """A server that ends with status 0 when it is asked to stop, and reloads when it is asked to."""

    def __init__(self, config: uvicorn.Config, service: Service, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._service = service
        self._ready = ready
        self._tasks: set[asyncio.Task[bool]] = set()

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        loop = asyncio.get_running_loop()
        mine: dict[int, Callable[[], None]] = {signal.SIGTERM: self._stop, signal.SIGINT: self._stop}
        if hasattr(signal, "SIGHUP"):
            mine[signal.SIGHUP] = self._reload
        try:
            for number, handler in mine.items():
                loop.add_signal_handler(number, handler)
        except NotImplementedError:  # Windows: uvicorn's own way, and no reload
            with super().capture_signals():
                yield
            return
        try:
            yield
        finally:
            for number in mine:
                loop.remove_signal_handler(number)

    def _stop(self) -> None:
        self.force_exit = self.should_exit  # whoever asks twice does not want to wait
        self.should_exit = True

    def _reload(self) -> None:
        task = asyncio.get_running_loop().create_task(self._service.reload())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens; port 0 takes a free one. Raises InputError for an address that cannot be had."""
    try:
        family, kind, proto, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        found = socket.socket(family, kind, proto)
        try:
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            found.bind(address)
            found.listen(_BACKLOG)
        except OSError:
            found.close()
            raise
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(f"cannot listen on {host}:{port}: {reason}; choose another --host or --port") from error
    return found


def serve(service: Service, listening: socket.socket, *, ready: Callable[[], None] = lambda: None) -> None:
    """Answer requests until SIGTERM or SIGINT, then finish those that have begun.

    ``ready`` is called when the service answers. A second signal ends it at once.
    """
    settings = service.settings
    protocol: Any = type("Protocol", (_Protocol,), {"header_timeout": settings.body_timeout})
    config = uvicorn.Config(
        service.application,
        http=protocol,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=60,
        timeout_graceful_shutdown=int(settings.timeout) + 1,
    )
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)  # it quotes requests; the gate tells what happened
    before = sys.getswitchinterval()
    sys.setswitchinterval(_SWITCH)
    try:
        asyncio.run(_Server(config, service, ready).serve(sockets=[listening]))
    finally:
        sys.setswitchinterval(before)
        listening.close()
