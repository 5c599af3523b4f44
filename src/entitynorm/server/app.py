"""The application: what answers where.

| path | answers |
| --- | --- |
| ``/`` | the page for people |
| ``/reconcile`` | the Reconciliation API: manifest, queries, data extension |
| ``/reconcile/suggest/…``, ``/preview``, ``/flyout/entity``, ``/properties`` | its parts, under ``/reconcile`` too |
| ``/v1/link``, ``/v1/normalize``, ``/v1/resolve``, ``/v1/explain`` | JSON in (POST), JSON out |
| ``/v1/search``, ``/v1/entities/ID`` | the gazetteer, looked round in (GET) |
| ``/healthz``, ``/metrics`` | whether it lives, and how |
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp

from entitynorm._version import __version__
from entitynorm.errors import EntitynormError, InputError
from entitynorm.resources import data_dir
from entitynorm.server import api, preview, reconciliation
from entitynorm.server.answers import Answer
from entitynorm.server.gate import Gate
from entitynorm.server.lookup import Load
from entitynorm.server.metrics import CONTENT_TYPE, Metrics
from entitynorm.server.payloads import FORM, JSON, count_of, parse_form, parse_json, query_fields, read_body, text_of
from entitynorm.server.refusals import Refusal, bad_request, to_json
from entitynorm.server.settings import Settings
from entitynorm.server.snapshot import Snapshot
from entitynorm.server.work import Workers

LOG = logging.getLogger("entitynorm.server")
_HOST = re.compile(r"(?:[A-Za-z0-9.\-_]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?")
_ENTITIES = "/v1/entities/"
_ASSETS = {"palette.css": "text/css", "page.css": "text/css", "page.js": "text/javascript"}
_PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_PREVIEW_POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'"
_SUGGESTIONS_KEPT = 1_000


class Service:
    """A gazetteer behind HTTP. `application` is what a server runs; `reload` reads the gazetteer again."""

    def __init__(self, load: Load, settings: Settings | None = None, *, source: str = "the gazetteer") -> None:
        """Load the gazetteer now; raises what that raises. ``source`` is what messages call it."""
        self._source = source
        self.settings = settings or Settings()
        self.metrics = Metrics()
        self._load = load
        self._snapshot = self._fresh()
        self._workers = Workers(self.metrics)
        self._reloading: asyncio.Lock | None = None
        routes = self._routes()
        paths = frozenset(route.path for route in routes if "{" not in route.path)
        router = Router(routes, redirect_slashes=False, lifespan=self._lifespan)
        self.application: ASGIApp = Gate(router, self.settings, self.metrics, paths, (_ENTITIES, "/assets/"))

    def _fresh(self) -> Snapshot:
        return Snapshot(self._load, cache=self.settings.cache, jobs=self.settings.jobs)

    def _routes(self) -> Sequence[Route]:
        return (
            Route("/", self._page),
            Route("/assets/{name}", self._asset),
            Route("/healthz", self._health),
            Route("/metrics", self._figures),
            Route("/reconcile", self._endpoint, methods=["GET", "POST"]),
            Route("/reconcile/preview", self._preview),
            Route("/reconcile/flyout/entity", self._flyout),
            Route("/reconcile/suggest/entity", self._suggest_entity),
            Route("/reconcile/suggest/type", self._suggest(reconciliation.suggest_types)),
            Route("/reconcile/suggest/property", self._suggest(reconciliation.suggest_properties)),
            Route("/reconcile/properties", self._propose),
            Route("/v1/link", self._link, methods=["POST"]),
            Route("/v1/normalize", self._normalize, methods=["POST"]),
            Route("/v1/resolve", self._resolve, methods=["POST"]),
            Route("/v1/explain", self._explain, methods=["POST"]),
            Route("/v1/search", self._search),
            Route(_ENTITIES + "{id:path}", self._entity),
        )

    @asynccontextmanager
    async def _lifespan(self, _: Any) -> AsyncIterator[None]:
        yield
        self._workers.close()
        self._snapshot.lookup.close()

    async def reload(self) -> bool:
        """Read the gazetteer again, beside the one in use; whether that went well. Requests never wait for it.

        A gazetteer that cannot be read changes nothing: the log says why, and the old one goes on answering.
        """
        if self._reloading is None:
            self._reloading = asyncio.Lock()
        async with self._reloading:
            started = time.perf_counter()
            try:
                fresh = await asyncio.to_thread(self._fresh)
                if not fresh.catalogue.size and self._snapshot.catalogue.size:
                    raise InputError(f"it holds no entities; was {self._source} written completely?")
            except (EntitynormError, OSError, MemoryError) as error:
                self.metrics.reload("failed")
                LOG.error("the gazetteer was not read again, the old one goes on answering: %s", error)
                return False
            self._snapshot = fresh
            self.metrics.reload("done")
            LOG.info("read %d entities again in %.1f s", fresh.catalogue.size, time.perf_counter() - started)
            return True

    # -- people -------------------------------------------------------------------------------------------------

    async def _page(self, request: Request) -> Response:
        text = (data_dir() / "templates" / "page.html").read_text(encoding="utf-8")
        return HTMLResponse(text, headers={"Content-Security-Policy": _PAGE_POLICY, "Cache-Control": "no-cache"})

    async def _asset(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in _ASSETS:
            raise Refusal(404, f"no such file; there are {', '.join(_ASSETS)}")
        body = (data_dir() / "templates" / name).read_bytes()
        return Response(body, media_type=_ASSETS[name], headers={"Cache-Control": "no-cache"})

    async def _health(self, _: Request) -> Response:
        snapshot = self._snapshot
        return _json({"status": "ok", "version": __version__, "name": self.settings.name} | _about(snapshot))

    async def _figures(self, _: Request) -> Response:
        snapshot = self._snapshot
        size, loaded = snapshot.catalogue.size, snapshot.loaded_at
        text = self.metrics.render(entities=size, loaded_at=loaded, kept=len(snapshot))
        return Response(text, headers={"Content-Type": CONTENT_TYPE})

    # -- the Reconciliation API -----------------------------------------------------------------------------------

    async def _endpoint(self, request: Request) -> Response:
        if request.method == "POST":
            form = parse_form(await read_body(request, self.settings, FORM), "the form")
            return await self._reconcile(request, form)
        fields = query_fields(request)
        if "callback" in fields:
            raise bad_request("JSONP is not offered; CORS is: ask for JSON, without callback")
        if "queries" in fields or "extend" in fields:
            return await self._reconcile(request, fields)
        return _json(reconciliation.manifest(self._snapshot, self.settings, self._base(request)))

    async def _reconcile(self, request: Request, fields: dict[str, str]) -> Response:
        if ("queries" in fields) == ("extend" in fields):
            raise bad_request("the form needs either queries or extend; send one of them")
        snapshot = self._snapshot
        if "extend" in fields:
            extended = reconciliation.extend(parse_json(fields["extend"], "extend"), snapshot, self.settings)
            _counted(request, rows=len(extended["rows"]))
            return _json(extended)
        queries = reconciliation.read_queries(parse_json(fields["queries"], "queries"), self.settings)
        found = await self._answers(queries, snapshot)
        _counted(request, names=len(queries))
        results = {}
        for key, query in queries.items():
            listed = reconciliation.candidates(query, found[key], snapshot, self.settings)
            self.metrics.name("matched" if listed and listed[0]["match"] else "candidates" if listed else "nothing")
            results[key] = {"result": listed}
        return _json(results)

    async def _answers(self, queries: dict[str, reconciliation.Query], snapshot: Snapshot) -> dict[str, list[Answer]]:
        """The answers to every query, one for each of its types."""
        by_type: dict[str | None, list[str]] = {}
        for query in queries.values():
            for type_ in reconciliation.asked_types(query) if query.text else ():
                by_type.setdefault(type_, []).append(query.text)
        found = {type_: await self._workers.resolve(snapshot, names, type_) for type_, names in by_type.items()}
        return {
            key: [found[t][query.text] for t in reconciliation.asked_types(query)] if query.text else []
            for key, query in queries.items()
        }

    async def _preview(self, request: Request) -> Response:
        snapshot, entity_id = self._snapshot, query_fields(request).get("id", "")
        entity = snapshot.linker.gazetteer.get(entity_id)
        if entity is None:
            raise Refusal(404, "no entity of this id in the gazetteer; send id=ID")
        return HTMLResponse(preview.page(entity, snapshot), headers={"Content-Security-Policy": _PREVIEW_POLICY})

    async def _flyout(self, request: Request) -> Response:
        snapshot, entity_id = self._snapshot, query_fields(request).get("id", "")
        entity = snapshot.linker.gazetteer.get(entity_id)
        if entity is None:
            raise Refusal(404, "no entity of this id in the gazetteer; send id=ID")
        return _json({"id": entity_id, "html": preview.fragment(entity, snapshot)})

    async def _suggest_entity(self, request: Request) -> Response:
        prefix, skip = self._prefix(request)
        snapshot = self._snapshot
        found = (await self._workers.resolve(snapshot, [prefix], None))[prefix] if prefix else None
        return _json(reconciliation.suggest_entities(prefix, skip, found, snapshot))

    def _suggest(self, records: Callable[[str, int, Snapshot], dict[str, Any]]) -> Callable[[Request], Any]:
        async def suggest(request: Request) -> Response:
            return _json(records(*self._prefix(request), self._snapshot))

        return suggest

    def _prefix(self, request: Request) -> tuple[str, int]:
        fields = query_fields(request)
        if "prefix" not in fields:
            raise bad_request("the query string lacks prefix; send ?prefix=WHAT-IS-BEING-TYPED")
        skip = count_of(fields.get("cursor"), "cursor", default=0, most=_SUGGESTIONS_KEPT)
        return text_of(fields["prefix"], "prefix", self.settings.max_name).strip(), skip

    async def _propose(self, request: Request) -> Response:
        fields = query_fields(request)
        limit = count_of(fields["limit"], "limit", default=100, most=1_000) if "limit" in fields else None
        return _json(reconciliation.propose_properties(fields.get("type", ""), limit, self._snapshot))

    def _base(self, request: Request) -> str:
        """The URL that a client reaches the service by: as the operator says, or as the request does."""
        if self.settings.public_url is not None:
            return self.settings.public_url.rstrip("/")
        host = request.headers.get("host", "")
        if not _HOST.fullmatch(host):
            raise bad_request("the header Host names no host; send one, or start the service with --public-url")
        return f"{request.scope['scheme']}://{host}"

    # -- the JSON API -----------------------------------------------------------------------------------------------

    async def _body(self, request: Request) -> Any:
        return parse_json(await read_body(request, self.settings, JSON), "the body")

    async def _link(self, request: Request) -> Response:
        asked = api.read_texts(await self._body(request), self.settings, linking=True)
        done = await self._workers.texts(api.linking(self._snapshot.linker, asked), asked.texts)
        self._count_texts(request, asked, done)
        return _json(done[0][0] if asked.single else {"documents": [record for record, _ in done]})

    async def _normalize(self, request: Request) -> Response:
        asked = api.read_texts(await self._body(request), self.settings, linking=False)
        done = await self._workers.texts(api.normalizing(self._snapshot.linker, asked), asked.texts)
        self._count_texts(request, asked, done)
        return _json({"text": done[0][0]} if asked.single else {"texts": [text for text, _ in done]})

    def _count_texts(self, request: Request, asked: api.Texts, done: Sequence[tuple[Any, dict[str, int]]]) -> None:
        for text, (_, outcomes) in zip(asked.texts, done, strict=True):
            self.metrics.text(len(text), outcomes)
        _counted(request, texts=len(asked.texts), characters=sum(map(len, asked.texts)))

    async def _resolve(self, request: Request) -> Response:
        body, snapshot = await self._body(request), self._snapshot
        asked = api.read_names(body, snapshot, self.settings)
        found = await self._workers.resolve(snapshot, asked.names, asked.type)
        links = [found[name].link for name in asked.names]
        for link in links:
            self.metrics.name("linked" if link.id is not None else link.reason)
        _counted(request, names=len(links))
        records = [link.to_dict() for link in links]
        return _json(records[0] if asked.single else {"links": records})

    async def _explain(self, request: Request) -> Response:
        explain = api.explanation_record(await self._body(request), self._snapshot, self.settings)
        return _json(await self._workers.text(explain, ""))

    async def _search(self, request: Request) -> Response:
        snapshot = self._snapshot
        text, type_, _ = asked = api.read_search(query_fields(request), snapshot, self.settings)
        found = (await self._workers.resolve(snapshot, [text], type_))[text] if text else None
        return _json(api.search_record(asked, found, snapshot))

    async def _entity(self, request: Request) -> Response:
        return _json(api.entity_record(request.path_params["id"], self._snapshot))


def _about(snapshot: Snapshot) -> dict[str, Any]:
    types = [reconciliation.type_record(t) for t in snapshot.catalogue.types]
    return {"entities": snapshot.catalogue.size, "types": types, "loaded": round(snapshot.loaded_at)}


def _counted(request: Request, **counts: int) -> None:
    """What the log line of a request tells of its size."""
    request.scope.setdefault("state", {})["counted"] = counts


def _json(value: Any) -> Response:
    return Response(to_json(value), media_type="application/json")
