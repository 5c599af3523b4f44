"""The JSON API says what the library says, one by one and in batches, and tells how it goes."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import entitynorm
from entitynorm.io.compiled import build

KNOWN = sorted({entity.type for entity in entitynorm.load().gazetteer})
TEXT = "🔥 The Liberty Corps of Russia left Hraivoron 🔥 for Kozynka; Haivoron is elsewhere."


def post(service: Any, path: str, **body: Any) -> Any:
    answer = service.client.post(path, json=body)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    return answer.json()


def test_link_is_the_library(service: Any) -> None:
    wanted = entitynorm.link(TEXT).to_dict()["mentions"]
    assert post(service, "/v1/link", text=TEXT) == {"offsets": "codepoint", "mentions": wanted}
    assert len(wanted) >= 3
    both = post(service, "/v1/link", texts=[TEXT, "", TEXT])["documents"]
    assert [document["mentions"] for document in both] == [wanted, [], wanted]


def test_offsets_come_in_the_unit_that_was_asked_for(service: Any) -> None:
    for unit, encoding, width in (("codepoint", "utf-32-le", 4), ("utf16", "utf-16-le", 2), ("utf8", "utf-8", 1)):
        encoded = TEXT.encode(encoding)
        found = post(service, "/v1/link", text=TEXT, offsets=unit)
        assert found["offsets"] == unit
        for mention in found["mentions"]:
            piece = encoded[width * mention["start"] : width * mention["end"]]
            assert piece.decode(encoding) == mention["surface"]


def test_evidence_comes_where_it_is_asked_for(service: Any) -> None:
    plain = post(service, "/v1/link", text=TEXT)["mentions"][0]["candidates"][0]
    told = post(service, "/v1/link", text=TEXT, evidence=True)["mentions"][0]["candidates"][0]
    assert "evidence" not in plain
    assert {"feature", "value", "weight", "detail"} <= set(told["evidence"][0])


def test_normalize_is_the_library(service: Any) -> None:
    assert post(service, "/v1/normalize", text=TEXT) == {"text": entitynorm.normalize(TEXT)}
    assert post(service, "/v1/normalize", texts=[TEXT, "x"])["texts"] == [entitynorm.normalize(TEXT), "x"]


def test_resolve_is_the_library(service: Any) -> None:
    names = ["Graivoron", "Kosinka", "", "Минобороны России", "Graivoron", "Legion"]
    wanted = [entitynorm.resolve(name).to_dict() for name in names]
    assert post(service, "/v1/resolve", names=names)["links"] == wanted
    assert post(service, "/v1/resolve", names=names)["links"] == wanted, "answers that were kept are the same"
    assert post(service, "/v1/resolve", name="Graivoron") == wanted[0]
    typed = entitynorm.resolve("Graivoron", type="PERSON").to_dict()
    assert post(service, "/v1/resolve", name="Graivoron", type="PERSON") == typed
    assert typed["id"] is None


def test_a_type_that_nobody_knows_is_refused(service: Any) -> None:
    asked = [
        service.client.post("/v1/resolve", json={"name": "Graivoron", "type": "PLCE"}),
        service.client.post("/v1/resolve", json={"names": ["Graivoron"], "type": "PLCE"}),
        service.client.get("/v1/search", params={"q": "Graivoron", "type": "PLCE"}),
    ]
    for answer in asked:
        assert answer.status_code == 400
        said = answer.json()["error"]["message"]
        assert said.startswith('type "PLCE" is the type of no entity')
        assert 'did you mean "PLACE"?' in said and said.endswith("expected one of " + ", ".join(KNOWN)), said
    for known in ("PLACE", "place", "GPE", "", None):  # labels of other vocabularies, and no type at all
        assert post(service, "/v1/resolve", name="Graivoron", type=known)["id"] == "place:grayvoron"


def test_a_type_of_one_gazetteer_is_known_there(start: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "names.jsonl").write_text('{"id": "v:anna", "type": "FERRY", "name": "Anna Maria"}\n', encoding="utf-8")
    build(entitynorm.load(tmp_path / "names.jsonl").gazetteer, tmp_path / "names.enx")
    for paths in (["names.jsonl"], ["names.enx"]):
        service = start(*(word for path in paths for word in ("-g", tmp_path / path)))
        assert post(service, "/v1/resolve", name="Anna Maria", type="FERRY")["id"] == "v:anna"
        refused = service.client.post("/v1/resolve", json={"name": "Anna Maria", "type": "Bridge_"})
        assert refused.status_code == 400 and refused.json()["error"]["message"].endswith("expected one of FERRY")


def test_explain_is_the_library(service: Any) -> None:
    found = post(service, "/v1/explain", name="Hraivoron", id="place:grayvoron")
    assert found == entitynorm.load().explain("Hraivoron", "place:grayvoron").to_dict()
    blocked = post(service, "/v1/explain", name="Haivoron", id="place:grayvoron")
    assert [(e["weight"], e["veto"]) for e in blocked["evidence"] if e["feature"] == "veto"] == [(None, True)]


def test_search_takes_spellings_beginnings_and_ids(service: Any) -> None:
    for query in ("Hraivoron", "grayv", "place:grayvoron", "Грайв"):
        results = service.client.get("/v1/search", params={"q": query}).json()["results"]
        assert results[0]["id"] == "place:grayvoron", query
    limited = service.client.get("/v1/search", params={"q": "r", "limit": 2, "type": "ORG"}).json()["results"]
    assert [r["type"] for r in limited] == ["ORG", "ORG"]
    assert service.client.get("/v1/search?q=").json()["results"] == []


def test_an_entity_comes_with_all_its_names(start: Callable[..., Any], gazetteer: Path) -> None:
    service = start("-g", gazetteer)
    found = service.client.get("/v1/entities/place:old-arborville").json()
    assert found["entity"]["id"] == "place:arborville"
    assert found["within"] == [{"id": "place:upland", "name": "Upland"}]
    upland = service.client.get("/v1/entities/place%3Aupland").json()["entity"]
    assert [alias["text"] for alias in upland["aliases"]] == ["Нагорье", "Upper Land", "Oberland"]


def test_figures_count_what_happened(start: Callable[..., Any], gazetteer: Path) -> None:
    service = start("-g", gazetteer)
    post(service, "/v1/resolve", names=["Upland", "Upland", "Nowhere at all"])
    post(service, "/v1/resolve", name="Upland")
    post(service, "/v1/link", text="Oberland is Upland.")
    service.client.get("/no/such/path/with/a/secret")
    text = service.client.get("/metrics").text
    figures = dict(re.findall(r"^(entitynorm_\S+) (\S+)$", text, re.MULTILINE))
    assert figures['entitynorm_requests_total{route="/v1/resolve",method="POST",status="200"}'] == "2"
    assert figures['entitynorm_requests_total{route="other",method="GET",status="404"}'] == "1"
    assert figures['entitynorm_request_seconds_count{route="/v1/link"}'] == "1"
    assert figures['entitynorm_request_seconds_bucket{route="/v1/link",le="+Inf"}'] == "1"
    assert figures['entitynorm_names_total{outcome="linked"}'] == "3"
    assert figures['entitynorm_answers_total{cache="hit"}'] == "1"
    assert figures["entitynorm_entities"] == "6"
    assert figures["entitynorm_text_characters_total"] == "19"
    assert figures['entitynorm_mentions_total{outcome="linked"}'] == "2"
    kinds = re.findall(r"^# TYPE (\S+) (\S+)$", text, re.MULTILINE)
    names = {name for name, _ in kinds}
    rest = (line for line in text.splitlines() if not line.startswith("#"))
    assert all(
        re.match(r"[a-z_]+", line)[0].removesuffix("_bucket").removesuffix("_sum").removesuffix("_count") in names
        for line in rest
    )
    assert "secret" not in text


def test_health_says_what_is_served(service: Any) -> None:
    about = service.client.get("/healthz").json()
    assert (about["status"], about["version"]) == ("ok", entitynorm.__version__)
    assert about["entities"] == len(entitynorm.load().gazetteer)
    assert service.client.head("/healthz").status_code == 200
