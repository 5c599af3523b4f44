"""Requests that are turned down: an exception that carries its status, and the JSON that every error becomes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any


class Refusal(Exception):
    """A request that cannot be answered as it is; ``message`` says what came, what was expected and what to do."""

    def __init__(self, status: int, message: str, *, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = dict(headers or {})


def too_large(message: str) -> Refusal:
    """More than the service takes at a time."""
    return Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, message)


def bad_request(message: str) -> Refusal:
    """A request that says nothing sensible."""
    return Refusal(HTTPStatus.BAD_REQUEST, message)


def error_body(status: int, message: str) -> bytes:
    """The body of an error: ``{"error": {"status", "title", "message"}}``."""
    return to_json({"error": {"status": status, "title": HTTPStatus(status).phrase, "message": message}})


def to_json(value: Any) -> bytes:
    """A JSON document in UTF-8. A lone surrogate, which a gazetteer may hold but UTF-8 cannot, becomes an escape."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":"), allow_nan=False).encode("ascii")
