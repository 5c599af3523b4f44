"""What is malformed, oversized or hostile is refused with 4xx and one JSON error; nothing makes the service fail."""

from __future__ import annotations

import json
import time
from typing import Any
from urllib.parse import quote

import pytest

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json"}


def form(queries: str) -> bytes:
    return b"queries=" + quote(queries).encode()


def queries(**fields: Any) -> bytes:
    return form(json.dumps({"q": fields}))


def json_post(path: str, body: Any) -> tuple[Any, ...]:
    return ("POST", path, JSON, body if isinstance(body, bytes) else json.dumps(body).encode())


def reconcile(body: bytes) -> tuple[Any, ...]:
    return "POST", "/reconcile", FORM, body


def extend(value: Any) -> tuple[Any, ...]:
    return reconcile(b"extend=" + quote(value if isinstance(value, str) else json.dumps(value)).encode())


DEEP = "[" * 100_000 + "]" * 100_000
CASES: dict[str, tuple[int, tuple[Any, ...]]] = {
    # the form and what it holds
    "no body": (400, reconcile(b"")),
    "other field": (400, reconcile(b"query=Moscow")),
    "both fields": (400, reconcile(b"queries={}&extend={}")),
    "field twice": (400, reconcile(b"queries={}&queries={}")),
    "two hundred fields": (400, reconcile(b"&".join(b"f%d=1" % n for n in range(200)))),
    "bad percent code": (400, reconcile(b"queries=%FF%FE")),
    "bytes in a form": (400, reconcile("queries={\"q\":{\"query\":\"Козинка\"}}".encode())),
    "no JSON": (400, reconcile(form("Moscow"))),
    "JSON cut off": (400, reconcile(form('{"q": {"query": "Mos'))),
    "a list of queries": (400, reconcile(form('[{"query": "Moscow"}]'))),
    "a number of queries": (400, reconcile(form("7"))),
    "null": (400, reconcile(form("null"))),
    "a query that is text": (400, reconcile(form('{"q": "Moscow"}'))),
    "an empty query": (400, reconcile(form('{"q": {}}'))),
    "query is a number": (400, reconcile(queries(query=7))),
    "query is a list": (400, reconcile(queries(query=["Moscow"]))),
    "type is a number": (400, reconcile(queries(query="Moscow", type=5))),
    "type is a list of lists": (400, reconcile(queries(query="Moscow", type=[["PLACE"]]))),
    "thirty types": (413, reconcile(queries(query="Moscow", type=["a"] * 30))),
    "limit is text": (400, reconcile(queries(query="Moscow", limit="many"))),
    "limit is negative": (400, reconcile(queries(query="Moscow", limit=-1))),
    "limit is true": (400, reconcile(queries(query="Moscow", limit=True))),
    "limit is a half": (400, reconcile(queries(query="Moscow", limit=2.5))),
    "limit is NaN": (400, reconcile(form('{"q": {"query": "Moscow", "limit": NaN}}'))),
    "limit is minus infinity": (400, reconcile(form('{"q": {"query": "Moscow", "limit": -1e999}}'))),
    "a number of many digits": (400, reconcile(form('{"q": {"query": "Moscow", "limit": ' + "9" * 5000 + "}}"))),
    "type_strict is unknown": (400, reconcile(queries(query="Moscow", type_strict="perhaps"))),
    "type_strict is an object": (400, reconcile(queries(query="Moscow", type_strict={"any": 1}))),
    "properties is an object": (400, reconcile(queries(query="Moscow", properties={"pid": "a", "v": 1}))),
    "a property without v": (400, reconcile(queries(query="Moscow", properties=[{"pid": "a"}]))),
    "a value that is a list of lists": (400, reconcile(queries(query="a", properties=[{"pid": "a", "v": [[1]]}]))),
    "a value without id": (400, reconcile(queries(query="a", properties=[{"pid": "a", "v": {"name": "x"}}]))),
    "key twice": (400, reconcile(form('{"q": {"query": "a"}, "q": {"query": "b"}}'))),
    "half a surrogate pair": (400, reconcile(form('{"q": {"query": "a\\ud800b"}}'))),
    "half a surrogate pair as key": (400, reconcile(form('{"\\udfff": {"query": "a"}}'))),
    "nested too deeply": (400, reconcile(form(DEEP))),
    "a long name": (413, reconcile(queries(query="x" * 501))),
    "a batch too long": (413, reconcile(form(json.dumps({str(n): {"query": "a"} for n in range(1001)})))),
    "a large body": (413, reconcile(b"queries=" + b"x" * 1_100_000)),
    "a body of JSON": (415, ("POST", "/reconcile", JSON, b'{"q": {"query": "Moscow"}}')),
    "a body of nothing known": (415, ("POST", "/reconcile", {"Content-Type": "\u00e4/\u00f6"}, b"queries={}")),
    "a compressed body": (415, ("POST", "/reconcile", FORM | {"Content-Encoding": "gzip"}, b"queries={}")),
    "JSONP": (400, ("GET", "/reconcile?callback=alert(1)//", {}, b"")),
    "bad query string": (400, ("GET", "/reconcile?queries=%C3%28", {}, b"")),
    "queries that are no JSON": (400, ("GET", "/reconcile?queries=Moscow", {}, b"")),
    # data extension
    "extend a list": (400, extend([1])),
    "extend without ids": (400, extend({"properties": []})),
    "ids as text": (400, extend({"ids": "place:moscow", "properties": []})),
    "ids of numbers": (400, extend({"ids": [1], "properties": []})),
    "an unknown property": (400, extend({"ids": [], "properties": [{"id": "__class__"}]})),
    "a property without id": (400, extend({"ids": [], "properties": [{}]})),
    "settings as text": (400, extend({"ids": [], "properties": [{"id": "alias", "settings": "ru"}]})),
    "a setting of a bad kind": (400, extend({"ids": [], "properties": [{"id": "alias", "settings": {"kind": "x"}}]})),
    "a negative setting": (400, extend({"ids": [], "properties": [{"id": "alias", "settings": {"limit": -3}}]})),
    "too many ids": (413, extend({"ids": ["a"] * 1001, "properties": []})),
    # its other parts
    "suggest without prefix": (400, ("GET", "/reconcile/suggest/entity", {}, b"")),
    "suggest with a bad cursor": (400, ("GET", "/reconcile/suggest/entity?prefix=a&cursor=x", {}, b"")),
    "suggest with a negative cursor": (400, ("GET", "/reconcile/suggest/type?prefix=a&cursor=-1", {}, b"")),
    "suggest for a long prefix": (413, ("GET", "/reconcile/suggest/entity?prefix=" + "x" * 600, {}, b"")),
    "suggest for colours": (404, ("GET", "/reconcile/suggest/colour?prefix=a", {}, b"")),
    "preview of nobody": (404, ("GET", "/reconcile/preview?id=<script>", {}, b"")),
    "flyout of nobody": (404, ("GET", "/reconcile/flyout/entity", {}, b"")),
    "proposals with a bad limit": (400, ("GET", "/reconcile/properties?type=PLACE&limit=1e3", {}, b"")),
    # the JSON API
    "link: no JSON": (400, json_post("/v1/link", b"The text.")),
    "link: not UTF-8": (400, json_post("/v1/link", b'{"text": "\xff"}')),
    "link: a list": (400, json_post("/v1/link", ["The text."])),
    "link: no text": (400, json_post("/v1/link", {})),
    "link: text and texts": (400, json_post("/v1/link", {"text": "a", "texts": ["b"]})),
    "link: text is null": (400, json_post("/v1/link", {"text": None})),
    "link: texts is text": (400, json_post("/v1/link", {"texts": "a"})),
    "link: a text is a number": (400, json_post("/v1/link", {"texts": ["a", 1]})),
    "link: a misspelled field": (400, json_post("/v1/link", {"txt": "a"})),
    "link: another unit": (400, json_post("/v1/link", {"text": "a", "offsets": "inches"})),
    "link: evidence is text": (400, json_post("/v1/link", {"text": "a", "evidence": "yes"})),
    "link: lang is a list": (400, json_post("/v1/link", {"text": "a", "lang": ["en"]})),
    "link: half a surrogate pair": (400, json_post("/v1/link", b'{"text": "a\\ud800"}')),
    "link: nested too deeply": (400, json_post("/v1/link", DEEP.encode())),
    "link: too many texts": (413, json_post("/v1/link", {"texts": ["a"] * 1001})),
    "link: a large body": (413, json_post("/v1/link", {"text": "x" * 1_100_000})),
    "link: a form": (415, ("POST", "/v1/link", FORM, b"text=a")),
    "link: no type": (415, ("POST", "/v1/link", {}, b'{"text": "a"}')),
    "normalize: offsets": (400, json_post("/v1/normalize", {"text": "a", "offsets": "utf16"})),
    "resolve: text": (400, json_post("/v1/resolve", {"text": "a"})),
    "resolve: a long name": (413, json_post("/v1/resolve", {"names": ["x" * 501]})),
    "resolve: too many names": (413, json_post("/v1/resolve", {"names": ["a"] * 1001})),
    "resolve: type is a number": (400, json_post("/v1/resolve", {"name": "a", "type": 1})),
    "explain: no id": (400, json_post("/v1/explain", {"name": "a"})),
    "explain: nobody": (404, json_post("/v1/explain", {"name": "a", "id": "nobody"})),
    "search: no query": (400, ("GET", "/v1/search", {}, b"")),
    "search: a bad limit": (400, ("GET", "/v1/search?q=a&limit=-1", {}, b"")),
    "entity: nobody": (404, ("GET", "/v1/entities/nobody", {}, b"")),
    "entity: a path": (404, ("GET", "/v1/entities/../../etc/passwd", {}, b"")),
    "asset: a path": (404, ("GET", "/assets/..%2Faliases.yaml", {}, b"")),
    "asset: none": (404, ("GET", "/assets/", {}, b"")),
    "nothing there": (404, ("GET", "/wp-login.php", {}, b"")),
    # methods
    "GET of link": (405, ("GET", "/v1/link", {}, b"")),
    "PUT of reconcile": (405, ("PUT", "/reconcile", FORM, b"queries={}")),
    "DELETE of the page": (405, ("DELETE", "/", {}, b"")),
    "a method of its own": (405, ("BREW", "/healthz", {}, b"")),
}  # fmt: skip


def error_of(text: str | bytes) -> dict[str, Any]:
    error = json.loads(text)["error"]
    assert set(error) == {"status", "title", "message"}
    assert error["message"]
    assert "\n" not in error["message"]
    assert len(error["message"]) < 400
    return error


@pytest.mark.parametrize("case", CASES)
def test_it_is_refused_in_json(service: Any, case: str) -> None:
    status, (method, path, headers, body) = CASES[case]
    headers = {key: value.encode() for key, value in headers.items()}
    answer = service.client.request(method, path, headers=headers, content=body)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    assert error_of(answer.text)["status"] == status


def test_the_list_is_long_enough_and_the_service_still_well(service: Any) -> None:
    assert len(CASES) >= 40
    assert service.client.get("/healthz").json()["status"] == "ok"


HOST = b"Host: 127.0.0.1\r\n"
RAW = {
    "noise": (400, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 hello\r\n\r\n"),
    "no version": (400, b"GET /\r\n\r\n"),
    "no host": (400, b"GET /healthz HTTP/1.1\r\n\r\n"),
    "two hosts": (400, b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
    "a line break in a header": (400, b"GET /healthz HTTP/1.1\r\n" + HOST + b"X: a\n b\r\x00\r\n\r\n"),
    "two lengths": (400, b"POST /v1/link HTTP/1.1\r\n" + HOST + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc"),
    "a negative length": (400, b"POST /v1/link HTTP/1.1\r\n" + HOST + b"Content-Length: -1\r\n\r\n"),
    "a bad chunk": (400, b"POST /nothing HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: rot13\r\n\r\n"),
    "headers too large": (431, b"GET /healthz HTTP/1.1\r\n" + HOST + b"X-Long: " + b"x" * 100_000 + b"\r\n\r\n"),
    "a query string too large": (431, b"GET /v1/search?q=" + b"x" * 100_000),
    "a Unicode path": (400, "GET /ж HTTP/1.1\r\nHost: a\r\n\r\n".encode()),
}  # fmt: skip


@pytest.mark.parametrize("case", RAW)
def test_what_is_no_http_is_refused_in_json_too(service: Any, case: str) -> None:
    status, data = RAW[case]
    answer = service.raw(data, wait=20)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d " % status), answer
    assert b"application/json" in head
    assert error_of(body)["status"] == status


def test_a_websocket_is_answered_as_an_ordinary_request(service: Any) -> None:
    upgrade = b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAA\r\n"
    assert service.raw(b"GET /nothing HTTP/1.1\r\n" + HOST + upgrade + b"\r\n", wait=2).startswith(b"HTTP/1.1 404")


def test_a_length_that_is_never_sent_is_no_request_for_ever(service: Any) -> None:
    head = b"POST /reconcile HTTP/1.1\r\n" + HOST + b"Content-Type: application/x-www-form-urlencoded\r\n"
    answer = service.raw(head + b"Content-Length: 50\r\n\r\nqueries=", wait=30)
    assert answer.startswith(b"HTTP/1.1 408 ")
    error_of(answer.partition(b"\r\n\r\n")[2])


def test_headers_that_drip_in_are_cut_off(service: Any) -> None:
    started = time.monotonic()
    answer = service.raw(b"GET /healthz HTTP/1.1\r\nX-Drip: ", wait=30)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert time.monotonic() - started < 25


def test_a_client_that_goes_away_harms_nobody(service: Any) -> None:
    head = b"POST /v1/link HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\nContent-Length: 500\r\n\r\n"
    for data in (b"", b"GET", head, head + b'{"text": "'):
        service.raw(data, wait=1, close=True)
    assert service.client.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    "text", ["\0\x01\x02", "\u202egnirts\u202c", "a\u0301" * 4000, "🔥" * 3000, "İ" * 500 + "Kozinka", ""]
)
def test_odd_texts_are_texts(service: Any, text: str) -> None:
    answer = service.client.post("/v1/link", json={"text": text})
    assert answer.status_code == 200
    names = service.client.post("/v1/resolve", json={"names": [text[:400], "\0", "'; DROP TABLE names; --", "🔥"]})
    assert names.status_code == 200
    assert {link["id"] for link in names.json()["links"]} == {None}


def test_no_request_so_far_was_answered_with_a_fault(service: Any) -> None:
    figures = service.client.get("/metrics").text
    assert 'status="400"' in figures
    assert 'status="5' not in figures
