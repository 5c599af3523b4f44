"""The Reconciliation API: every answer against a model of versions 0.1 and 0.2, and what clients rely on beyond it.

The model below is ours, written after the specification of the W3C Entity Reconciliation Community Group: a shape is a
type, a list of one shape, or a dict of fields, where a name that ends in ``?`` may be absent and ``...`` allows others.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Number = (int, float)
TYPE: dict[Any, Any] = {"id": str, "name": str, "description?": str, "broader?": list}
SERVICE_PATH = {
    "service_url?": str, "service_path?": str, "flyout_service_url?": str,
    "flyout_service_path?": re.compile(r".*\$\{id\}.*"),
}  # fmt: skip
TEMPLATE = re.compile(r".*\{\{id\}\}.*")
SETTING = {"type": str, "name": str, "label": str, "default?": object, "help_text?": str, "choices?": list}
MANIFEST_01 = {
    "name": str, "identifierSpace": str, "schemaSpace": str, "view?": {"url": TEMPLATE},
    "defaultTypes?": [{"id": str, "name": str, ...: object}],
    "suggest?": {"entity?": SERVICE_PATH, "type?": SERVICE_PATH, "property?": SERVICE_PATH},
    "preview?": {"url": TEMPLATE, "width": int, "height": int},
    "extend?": {"propose_properties?": {"service_url?": str, "service_path?": str}, "property_settings?": [SETTING]},
    ...: object,
}  # fmt: skip
MANIFEST_02 = MANIFEST_01 | {
    "versions": [str], "documentation?": str, "serviceVersion?": str, "logo?": str, "batchSize?": int,
    "defaultTypes?": [TYPE],
}  # fmt: skip
CANDIDATE_01 = {
    "id": str, "name": str, "score": Number, "match?": bool, "type?": [{"id": str, "name?": str}], ...: object,
}  # fmt: skip
CANDIDATE_02 = CANDIDATE_01 | {"description?": str, "features?": [{"id": str, "value": (bool, int, float)}]}
SUGGESTED_ENTITY = {"id": str, "name": str, "description?": str, "notable?": [{"id": str, "name?": str}]}
PROPOSAL = {"type": str, "properties": [{"id": str, "name": str}], "limit?": int}
CELL = {"id": str, "name": str}, {"str": str}, {"float": Number}
PAGES = (
    "/", "/assets/page.js", "/healthz", "/metrics", "/reconcile", "/reconcile/preview?id=place:grayvoron",
    "/reconcile/suggest/entity?prefix=gra", "/reconcile/suggest/type?prefix=p", "/reconcile/suggest/property?prefix=a",
    "/reconcile/properties?type=PLACE", "/reconcile/flyout/entity?id=place:grayvoron", "/v1/search?q=gra",
    "/v1/entities/place:grayvoron",
)  # fmt: skip


def complaints(value: Any, shape: Any, where: str = "answer") -> list[str]:
    """Where a value is not of a shape."""
    if isinstance(shape, re.Pattern):
        return [] if isinstance(value, str) and shape.fullmatch(value) else [f"{where}: {value!r} is no such template"]
    if isinstance(shape, list):
        if not isinstance(value, list):
            return [f"{where}: no list"]
        return [c for n, item in enumerate(value) for c in complaints(item, shape[0], f"{where}[{n}]")]
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            return [f"{where}: no object"]
        fields = {str(key).rstrip("?"): (key, inner) for key, inner in shape.items() if key is not ...}
        found = [f"{where}: lacks {key}" for key in shape if key is not ... and key[-1] != "?" and key not in value]
        for key, item in value.items():
            if key in fields:
                found += complaints(item, fields[key][1], f"{where}.{key}")
            elif ... not in shape:
                found.append(f"{where}: {key} is unknown")
        return found
    wrong = (
        isinstance(value, bool)
        and shape is not object
        and bool not in (shape if isinstance(shape, tuple) else (shape,))
    )
    return [f"{where}: {value!r}"] if wrong or not isinstance(value, shape) else []


@pytest.mark.parametrize("shape", [MANIFEST_01, MANIFEST_02], ids=["0.1", "0.2"])
def test_one_manifest_is_valid_for_both_versions(service: Any, shape: Any) -> None:
    manifest = service.client.get("/reconcile").json()
    assert not complaints(manifest, shape)
    assert manifest["versions"] == ["0.1", "0.2"], "1.0 has another wire format"
    kinds = {s["type"] for s in manifest["extend"]["property_settings"]}
    assert kinds <= {"number", "text", "checkbox", "select"}


def test_the_model_can_fail(service: Any) -> None:
    manifest = service.client.get("/reconcile").json()
    del manifest["name"]
    manifest["preview"]["width"] = "400"
    manifest["view"]["url"] = "no template"
    assert len(complaints(manifest, MANIFEST_02)) == 3
    assert complaints({"id": "a", "name": "b", "score": True}, CANDIDATE_01)
    assert complaints({"id": "a", "name": "b", "more": 1}, SUGGESTED_ENTITY)


def test_every_url_of_the_manifest_answers(service: Any) -> None:
    manifest = service.client.get("/reconcile").json()
    places = [s["service_url"] + s["service_path"] + "?prefix=gra" for s in manifest["suggest"].values()]
    places.append(manifest["view"]["url"].replace("{{id}}", "place%3Agrayvoron"))
    places.append(manifest["preview"]["url"].replace("{{id}}", "place%3Agrayvoron"))
    places.append(manifest["documentation"])
    entity = manifest["suggest"]["entity"]
    places.append(entity["service_url"] + entity["flyout_service_path"].replace("${id}", "place%3Agrayvoron"))
    proposed = manifest["extend"]["propose_properties"]
    places.append(proposed["service_url"] + proposed["service_path"] + "?type=PLACE")
    for place in places:
        answer = service.client.get(place)
        assert (answer.status_code, str(answer.url)) == (200, place), place  # no redirection either


def test_candidates_are_of_the_shape_of_both_versions(service: Any) -> None:
    for found in service.reconcile("Graivoron", "Moscow", "Ministry of Defence", "nobody of this name at all"):
        assert not complaints(found, [CANDIDATE_01])
        assert not complaints(found, [CANDIDATE_02])
        assert [c["score"] for c in found] == sorted((c["score"] for c in found), reverse=True)
        features = [[f["id"] for f in c.get("features", [])] for c in found]
        assert all(len(ids) == len(set(ids)) for ids in features), "ids of features are unique in a candidate"


def test_a_batch_keeps_its_keys_and_answers_by_get_too(service: Any) -> None:
    queries = {"q0": {"query": "Kozynka"}, "äö": {"query": "Kozynka"}, "": {"query": "Moscow"}}
    posted = service.client.post("/reconcile", data={"queries": json.dumps(queries)}).json()
    got = service.client.get("/reconcile", params={"queries": json.dumps(queries)}).json()
    assert posted == got
    assert list(posted) == list(queries)
    assert posted["q0"] == posted["äö"]


@pytest.mark.parametrize("path", ["/reconcile", "/reconcile/"])
def test_a_slash_at_the_end_changes_nothing(service: Any, path: str) -> None:
    assert service.client.get(path).json()["name"] == "entitynorm"
    answer = service.client.post(path, data={"queries": '{"q": {"query": "Moscow"}}'})
    assert answer.status_code == 200
    assert answer.json()["q"]["result"][0]["id"] == "place:moscow"


@pytest.mark.parametrize("type_", ["PLACE", ["PLACE"], ["PERSON", "PLACE"], "", None, [], {"id": "PLACE"}, "place"])
def test_type_may_be_a_string_a_list_or_absent(service: Any, type_: Any) -> None:
    [found] = service.reconcile("Graivoron", type=type_)
    assert (found[0]["id"], found[0]["match"]) == ("place:grayvoron", True)


@pytest.mark.parametrize("limit", [0, None, 3, 3.0, 10_000])
def test_a_limit_of_nought_means_the_default(service: Any, limit: Any) -> None:
    [found] = service.reconcile("Graivoron", limit=limit)
    assert found
    assert len(found) <= (limit or 10)


def test_no_candidate_of_another_type(service: Any) -> None:
    [found] = service.reconcile("Graivoron", type="PERSON")
    assert [c for c in found if c["match"]] == []
    assert {t["id"] for c in found for t in c["type"]} <= {"PERSON"}
    [all_of] = service.reconcile("Graivoron", type=["PERSON", "PLACE"], type_strict="all")
    assert all_of == []


def test_a_type_that_nobody_knows_has_no_candidates(service: Any) -> None:
    """The specification names no error for it, and a batch must not fail for one of its queries."""
    for type_ in ("Q515", ["Q515"], {"id": "Q515", "name": "city"}):
        assert service.reconcile("Graivoron", "Kozinka", type=type_) == [[], []]
    [both] = service.reconcile("Graivoron", type=["Q515", "PLACE"])
    assert both[0]["id"] == "place:grayvoron"


def test_an_id_finds_its_entity(service: Any) -> None:
    [found] = service.reconcile("place:grayvoron")
    assert (found[0]["id"], found[0]["match"], found[0]["score"]) == ("place:grayvoron", True, 100)


def test_the_empty_query_with_a_property_finds_by_id(service: Any) -> None:
    queries = {"q": {"properties": [{"pid": "id", "v": "place:grayvoron"}]}, "blank": {"query": " "}}
    answer = service.client.post("/reconcile", data={"queries": json.dumps(queries)}).json()
    assert [c["id"] for c in answer["q"]["result"]] == ["place:grayvoron"]
    assert answer["blank"] == {"result": []}


# -- matches, which clients take blindly -----------------------------------------------------------------------------


def test_a_match_needs_the_score(start: Callable[..., Any]) -> None:
    [loose] = start("--match-score", 0.5).reconcile("Graivoronsky")
    [strict] = start("--match-score", 0.99).reconcile("Graivoronsky")
    assert [c["id"] for c in loose] == [c["id"] for c in strict]
    assert (loose[0]["match"], strict[0]["match"]) == (True, False)


def test_a_match_needs_the_margin(start: Callable[..., Any], gazetteer: Path) -> None:
    service = start("-g", gazetteer)
    [found] = service.reconcile("Anna Lindqvist")
    assert len(found) == 2
    assert not any(c["match"] for c in found), "namesakes are for people to tell apart"
    assert any(c.get("description") == "Another one" for c in found), "and they are told what tells them apart"


def test_a_match_needs_the_margin_of_the_service(start: Callable[..., Any]) -> None:
    [loose] = start("--match-score", 0.5, "--match-margin", 0.1).reconcile("Graivoronsky")
    [strict] = start("--match-score", 0.5, "--match-margin", 0.9).reconcile("Graivoronsky")
    assert (loose[0]["match"], strict[0]["match"]) == (True, False)


@pytest.mark.parametrize("value", ["Belgorod Oblast", "place:belgorod-oblast", {"id": "place:belgorod-oblast"}])
def test_a_property_that_agrees_keeps_a_match(service: Any, value: Any) -> None:
    [found] = service.reconcile("Graivoron", properties=[{"pid": "within", "v": value}])
    assert found[0]["match"] is True
    assert {"id": "property within", "value": True} in found[0]["features"]


@pytest.mark.parametrize("pid", ["within", "located_in", "description", "ref:geonames", "type"])
def test_a_property_that_contradicts_prevents_a_match(service: Any, pid: str) -> None:
    [found] = service.reconcile("Graivoron", properties=[{"pid": pid, "v": ["Something else", 7]}])
    assert found[0]["id"] == "place:grayvoron"
    assert found[0]["match"] is False


def test_a_property_that_nobody_knows_changes_nothing(service: Any) -> None:
    [plain] = service.reconcile("Graivoron")
    assert service.reconcile("Graivoron", properties=[{"pid": "P131", "v": "x"}, {"pid": "lat", "v": 3}]) == [plain]


def test_there_is_never_more_than_one_match(service: Any) -> None:
    names = ["Graivoron", "Moscow", "Russian army", "Ministry of Defence", "Kosinka", "RDK", "Legion", "Belgorod"]
    for found in service.reconcile(*names):
        assert [c["match"] for c in found[1:]] == [False] * len(found[1:])


# -- types -------------------------------------------------------------------------------------------------------------


def test_types_form_a_hierarchy(start: Callable[..., Any], gazetteer: Path) -> None:
    service = start("-g", gazetteer)
    types = {t["id"]: t for t in service.client.get("/reconcile").json()["defaultTypes"]}
    assert types["GPE"]["broader"] == [{"id": "PLACE", "name": "Place"}]
    assert "broader" not in types["PLACE"]
    for asked in ("GPE", "PLACE"):
        [found] = service.reconcile("Arborville", type=asked)
        assert (found[0]["id"], found[0]["match"]) == ("place:arborville", True)
        assert found[0]["type"] == [{"id": "GPE", "name": "Gpe"}, {"id": "PLACE", "name": "Place"}]
    assert [t["id"] for t in service.client.get("/reconcile/suggest/type?prefix=pl").json()["result"]] == ["PLACE"]


# -- suggestions -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("prefix", ["gray", "GRAYVORON", "Грайв", "place:grayvoron", "Hraivoron"])
def test_entities_are_suggested_by_beginning_id_and_other_spelling(service: Any, prefix: str) -> None:
    result = service.client.get("/reconcile/suggest/entity", params={"prefix": prefix}).json()["result"]
    assert not complaints(result, [SUGGESTED_ENTITY])
    assert result[0]["id"] == "place:grayvoron"


def test_a_later_word_is_a_beginning_too(service: Any) -> None:
    result = service.client.get("/reconcile/suggest/entity?prefix=gladk").json()["result"]
    assert result[0]["id"] == "person:vyacheslav-gladkov"


def test_the_cursor_skips_suggestions(service: Any) -> None:
    def ids(cursor: int) -> list[str]:
        found = service.client.get(f"/reconcile/suggest/entity?prefix=r&cursor={cursor}").json()["result"]
        return [item["id"] for item in found]

    assert len(ids(0)) > 3
    assert ids(2)[: len(ids(0)) - 2] == ids(0)[2:]
    assert ids(1000) == []


def test_types_and_properties_are_suggested(service: Any) -> None:
    types = service.client.get("/reconcile/suggest/type?prefix=").json()["result"]
    assert not complaints(types, [TYPE])
    assert {"PERSON", "PLACE", "ORG"} <= {t["id"] for t in types}
    properties = service.client.get("/reconcile/suggest/property?prefix=other").json()["result"]
    assert properties == [{"id": "alias", "name": "other names"}]


def test_properties_are_proposed(service: Any) -> None:
    places = service.client.get("/reconcile/properties?type=PLACE").json()
    people = service.client.get("/reconcile/properties?type=PERSON&limit=2").json()
    assert not complaints(places, PROPOSAL)
    assert not complaints(people, PROPOSAL)
    assert {"alias", "lat", "ref:geonames"} <= {p["id"] for p in places["properties"]}
    assert (people["limit"], len(people["properties"])) == (2, 2)


# -- data extension ----------------------------------------------------------------------------------------------------


def extend(service: Any, ids: list[str], *properties: Any) -> Any:
    wanted = [{"id": p} if isinstance(p, str) else p for p in properties]
    answer = service.client.post("/reconcile", data={"extend": json.dumps({"ids": ids, "properties": wanted})})
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert not complaints(found["meta"], [{"id": str, "name": str}])
    for row in found["rows"].values():
        for cells in row.values():
            assert all(any(not complaints(cell, shape) for shape in CELL) for cell in cells), cells
    return found


def test_aliases_extend_a_column(start: Callable[..., Any], gazetteer: Path) -> None:
    service = start("-g", gazetteer)
    russian = {"id": "alias", "settings": {"lang": "ru", "kind": "any", "limit": 0}}
    assert extend(service, ["place:upland"], russian)["rows"]["place:upland"] == {"alias": [{"str": "Нагорье"}]}
    all_of = extend(service, ["place:upland"], "alias")["rows"]["place:upland"]["alias"]
    assert [cell["str"] for cell in all_of] == ["Нагорье", "Upper Land", "Oberland"]
    two = extend(service, ["place:upland"], {"id": "alias", "settings": {"kind": "translation", "limit": 1}})
    assert two["rows"]["place:upland"]["alias"] == [{"str": "Upper Land"}]


def test_every_property_extends_a_column(start: Callable[..., Any], gazetteer: Path) -> None:
    service = start("-g", gazetteer)
    ids = ["place:arborville", "place:upland", "org:arborville", "place:old-arborville", "nobody"]
    wanted = ("name", "type", "description", "located_in", "part_of", "within", "lat", "lon", "weight", "ref:wikidata")
    rows = extend(service, ids, *wanted)["rows"]
    assert list(rows) == ids
    assert rows["place:arborville"]["located_in"] == [{"id": "place:upland", "name": "Upland"}]
    assert rows["place:old-arborville"]["name"] == [{"str": "Arborville"}], "an id that was renamed"
    assert rows["place:upland"]["lat"] == [{"float": 50.5}]
    assert rows["place:upland"]["ref:wikidata"] == [{"str": "Q1"}]
    assert rows["org:arborville"]["part_of"][0]["id"] == "org:holding"
    assert rows["nobody"] == {p: [] for p in wanted}


# -- browsers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [*PAGES, "/nothing/here", "/v1/link", "/reconcile?callback=jQuery123"])
def test_every_answer_may_be_read_from_anywhere(service: Any, path: str) -> None:
    answer = service.client.get(path, headers={"Origin": "https://example.org"})
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["x-content-type-options"] == "nosniff"
    asked = {"Origin": "https://example.org", "Access-Control-Request-Method": "POST"}
    preflight = service.client.request("OPTIONS", path, headers=asked)
    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-origin"] == "*"
    assert "POST" in preflight.headers["access-control-allow-methods"]
    assert "content-type" in preflight.headers["access-control-allow-headers"].lower()


def test_origins_can_be_limited(start: Callable[..., Any]) -> None:
    service = start("--allow-origin", "https://good.example")
    for origin, allowed in (("https://good.example", "https://good.example"), ("https://bad.example", None)):
        for method in ("GET", "OPTIONS"):
            answer = service.client.request(method, "/reconcile", headers={"Origin": origin})
            assert answer.headers.get("access-control-allow-origin") == allowed
            assert answer.headers["vary"] == "Origin"


def test_previews_escape_what_the_gazetteer_says(start: Callable[..., Any], gazetteer: Path) -> None:
    service = start("-g", gazetteer)
    page = service.client.get("/reconcile/preview?id=org%3Aholding")
    flyout = service.client.get("/reconcile/flyout/entity?id=org:holding").json()
    assert flyout["id"] == "org:holding"
    for html in (page.text, flyout["html"]):
        assert "Holding &amp; Sons &lt;b&gt;Ltd&lt;/b&gt;" in html
        assert "&lt;script&gt;" in html
        assert not re.search(r"<(script|img|b)\b", html)
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "frame-ancestors" not in page.headers["content-security-policy"], "it is made to be framed"
    assert "frame-ancestors 'none'" in service.client.get("/").headers["content-security-policy"]


def test_the_address_is_the_one_that_the_client_uses(service: Any) -> None:
    manifest = service.client.get("/reconcile", headers={"Host": "names.example:81"}).json()
    assert manifest["suggest"]["entity"]["service_url"] == "http://names.example:81"
    assert manifest["view"]["url"] == "http://names.example:81/?entity={{id}}"
    answer = service.client.get("/reconcile", headers={"Host": 'evil"><script>'})
    assert answer.status_code == 400


def test_the_address_can_be_given(start: Callable[..., Any]) -> None:
    service = start(
        "--public-url", "https://example.org/refine/", "--name", "Our names", "--identifier-space", "urn:x:"
    )
    manifest = service.client.get("/reconcile").json()
    assert manifest["name"] == "Our names"
    assert manifest["identifierSpace"] == "urn:x:"
    assert manifest["preview"]["url"] == "https://example.org/refine/reconcile/preview?id={{id}}"
    assert service.url not in json.dumps(manifest)
