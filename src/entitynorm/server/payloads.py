"""What arrives in requests, read within limits and checked: bodies, forms, query strings, JSON and its fields.

Everything here raises `Refusal` with what is wrong; whatever it returns is of the type it says and of a size that the
settings allow.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request

from entitynorm.server.refusals import Refusal, bad_request, too_large
from entitynorm.server.settings import Settings
from entitynorm.wording import near_miss, one_line, quoted

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
_MOST_FIELDS = 100
_DRAINED = 8
"""A body of up to so many times the limit is read to its end, so that its sender gets to see the refusal."""
_SHOWN = 60


async def read_body(request: Request, settings: Settings, content_type: str) -> bytes:
    """The body of a request that says what it is; raises Refusal (400, 408, 411, 413, 415)."""
    said = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if said != content_type:
        raise Refusal(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            f"the body is {shown(said) if said else 'of no stated type'}; send it with Content-Type: {content_type}",
        )
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise Refusal(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "the body is compressed; send it without Content-Encoding")
    body = bytearray()
    size = 0
    try:
        async with asyncio.timeout(settings.body_timeout):
            async for piece in request.stream():
                size += len(piece)
                if size <= settings.max_body:
                    body += piece
                elif size > _DRAINED * settings.max_body:
                    break
    except TimeoutError:
        raise Refusal(
            HTTPStatus.REQUEST_TIMEOUT,
            f"the body did not arrive within {settings.body_timeout:g} s; send it at once",
            headers={"Connection": "close"},
        ) from None
    except ClientDisconnect:
        raise bad_request("the connection was closed before the body was complete") from None
    if size > settings.max_body:
        raise Refusal(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            f"the body is larger than {settings.max_body} bytes; send it in parts",
            headers={"Connection": "close"},
        )
    return bytes(body)


def parse_form(raw: bytes | str, what: str) -> dict[str, str]:
    """The fields of a form or a query string, each once; raises Refusal for what is not URL-encoded UTF-8."""
    try:
        text = raw if isinstance(raw, str) else raw.decode("ascii")
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except UnicodeDecodeError:
        raise bad_request(f"{what} is not URL-encoded UTF-8; percent-encode its fields") from None
    except ValueError as error:
        raise bad_request(f"{what} cannot be read: {one_line(str(error))}") from None
    fields: dict[str, str] = {}
    for key, value in pairs:
        if key in fields:
            raise bad_request(f"{what} has the field {shown(key)} twice; send it once")
        fields[key] = value
    return fields


def query_fields(request: Request) -> dict[str, str]:
    """The fields of the query string."""
    return parse_form(request.scope["query_string"], "the query string")


def parse_json(raw: bytes | str, what: str) -> Any:
    """A JSON document; raises Refusal for anything else, for a key that stands twice, and for NaN."""
    try:
        text = raw if isinstance(raw, str) else raw.decode("utf-8")
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant)
    except UnicodeDecodeError:
        raise bad_request(f"{what} is not UTF-8; convert it") from None
    except json.JSONDecodeError as error:
        raise bad_request(f"{what} is not JSON: {error.msg} at character {error.pos}") from None
    except RecursionError:
        raise bad_request(f"{what} is nested too deeply; flatten it") from None
    except ValueError as error:
        raise bad_request(f"{what} cannot be read: {one_line(str(error))[:200]}") from None
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise ValueError(f"the key {shown(twice)} stands twice in one object")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")


def shown(value: Any) -> str:
    """A value as a message shows it: on one line, and not all of a long one."""
    text = quoted(value) if isinstance(value, str) else json.dumps(value, default=str)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def object_of(value: Any, what: str, known: Collection[str] = ()) -> Mapping[str, Any]:
    """An object, with no other keys than ``known`` where that is given."""
    if not isinstance(value, dict):
        raise bad_request(f"{what} is {kind_of(value)}; expected an object")
    for key in value if known else ():
        if key not in known:
            meant = near_miss(key, known)
            hint = f"did you mean {quoted(meant)}?" if meant else f"expected {', '.join(known)}"
            raise bad_request(f"{what} has no field {shown(key)}; {hint}")
    return value


def list_of(value: Any, what: str, most: int) -> list[Any]:
    """A list of no more than ``most`` items."""
    if not isinstance(value, list):
        raise bad_request(f"{what} is {kind_of(value)}; expected a list")
    if len(value) > most:
        raise too_large(f"{what} has {len(value)} items; at most {most} are taken at a time, send the rest later")
    return value


def text_of(value: Any, what: str, most: int | None = None) -> str:
    """A string of whole code points, no longer than ``most``."""
    if not isinstance(value, str):
        raise bad_request(f"{what} is {kind_of(value)}; expected a string")
    if most is not None and len(value) > most:
        raise too_large(f"{what} has {len(value)} characters; at most {most} make a name")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise bad_request(f"{what} holds half of a surrogate pair; send whole characters") from None
    return value


def choice_of(value: Any, what: str, choices: Collection[str]) -> str:
    """One of some strings."""
    if value not in choices if isinstance(value, str) else True:
        raise bad_request(f"{what} is {shown(value)}; expected {', '.join(choices)}")
    return str(value)


def count_of(value: Any, what: str, *, default: int, most: int) -> int:
    """A limit: a whole number, where 0, null and absence mean the default; more than ``most`` is ``most``.

    A number in a query string is a string of digits. Raises Refusal for negative numbers and other values.
    """
    if value is None:
        return default
    if isinstance(value, str):
        if not (value.isascii() and value.removeprefix("-").isdigit() and len(value) < 12):
            raise bad_request(f"{what} is {shown(value)}; expected a whole number")
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value or value < 0:
        raise bad_request(f"{what} is {shown(value)}; expected a whole number from 0, which means {default}")
    if value > most:
        return most
    if value != int(value):
        raise bad_request(f"{what} is {shown(value)}; expected a whole number")
    return int(value) or default


def flag_of(value: Any, what: str) -> bool:
    """True or false; absence is false."""
    if value is None or isinstance(value, bool):
        return bool(value)
    raise bad_request(f"{what} is {kind_of(value)}; expected true or false")


def kind_of(value: Any) -> str:
    """What a JSON value is, in words."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    kinds = {dict: "an object", list: "a list", str: "a string", int: "a number", float: "a number"}
    return kinds.get(type(value), "something else")
