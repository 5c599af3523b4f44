"""OpenRefine itself, without a window, reconciles a column with the service and extends it.

OpenRefine is started as Debian's package starts it, on loopback and with a folder of its own, and told what to do by
the commands that its own pages send.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

PROGRAM = Path("/usr/share/openrefine/refine")
pytestmark = [
    pytest.mark.skipif(not PROGRAM.exists(), reason="needs OpenRefine: apt-get install openrefine"),
    pytest.mark.skipif(not shutil.which("java"), reason="needs a Java runtime: apt-get install default-jre-headless"),
]
SECONDS = 180
EVERYTHING = json.dumps({"facets": [], "mode": "row-based"})
SPELLINGS = {
    "Graivoron": "place:grayvoron",
    "Grivoron": "place:grayvoron",
    "Kozynka": "place:kozinka",
    "Gora Podol": "place:gora-podol",
    "Belgorod region": "place:belgorod-oblast",
    "Graivoronsky district": "place:grayvoron-district",
    "Grivoron region": "place:grayvoron-district",
    "Kozynka international checkpoint": "facility:kozinka-checkpoint",
    "Liberty Corps of Russia": "org:freedom-of-russia-legion",
    "Liberty of Russia Legion": "org:freedom-of-russia-legion",
    "Liberty Army of Russia": "org:freedom-of-russia-legion",
    "Legion of Liberty of Russia": "org:freedom-of-russia-legion",
    "Freedom Corps of Russia": "org:freedom-of-russia-legion",
    "LSR": "org:freedom-of-russia-legion",
    "RDK": "org:russian-volunteer-corps",
    "Russian Defense Ministry": "org:russian-ministry-of-defence",
    "Russia’s interior ministry": "org:russian-ministry-of-internal-affairs",
    "Russian army": "org:russian-armed-forces",
    "Andriy Yusov": "person:andrii-yusov",
    "Volodymyr Zelensky": "person:volodymyr-zelenskyy",
}
"""Twenty spellings of the articles in seeds/, with what they mean."""
OTHERS = {"Haivoron", "Kosinka", "Georgia Volunteer Corps"}
"""Names of other places and groups, which nothing in the gazetteer is."""


class OpenRefine:
    """A running OpenRefine."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        command = [str(PROGRAM), "-i", "127.0.0.1", "-p", str(port), "-d", str(folder), "-m", "512M"]
        self._log = (folder / "log.txt").open("wb")
        self._process = subprocess.Popen(
            [*command, "-x", "refine.headless=true"],
            cwd=PROGRAM.parent, stdout=self._log, stderr=self._log, start_new_session=True,
        )  # fmt: skip
        self._client = httpx.Client(base_url=f"http://127.0.0.1:{port}/command/core/", timeout=60)
        end = time.monotonic() + SECONDS
        while True:
            try:
                if self._client.get("get-version").status_code == 200:
                    break
            except httpx.TransportError:
                pass
            assert self._process.poll() is None, (folder / "log.txt").read_text(errors="replace")[-2000:]
            assert time.monotonic() < end, "OpenRefine does not answer"
            time.sleep(0.5)

    def stop(self) -> None:
        """End the program and the Java process that it started."""
        self._client.close()
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self._process.pid, number)
                self._process.wait(20)
                break
            except subprocess.TimeoutExpired:
                continue
            except ProcessLookupError:
                break
        self._log.close()

    def do(self, command: str, **fields: Any) -> Any:
        """A command that changes something."""
        token = self._client.get("get-csrf-token").json()["token"]
        answer = self._client.post(command, params={"csrf_token": token}, data=fields)
        assert answer.status_code == 200, answer.text
        found = answer.json()
        assert found.get("code") in ("ok", "pending"), found
        return found

    def project(self, column: str, cells: list[str]) -> str:
        """A project of one column; its number."""
        token = self._client.get("get-csrf-token").json()["token"]
        options = {"separator": "\t", "headerLines": 1, "encoding": "UTF-8", "processQuotes": False}
        answer = self._client.post(
            "create-project-from-upload",
            params={"csrf_token": token},
            data={"project-name": "names", "format": "text/line-based/*sv", "options": json.dumps(options)},
            files={"project-file": ("names.tsv", "\n".join([column, *cells]) + "\n", "text/tab-separated-values")},
        )
        assert answer.status_code == 302, answer.text
        return str(httpx.URL(answer.headers["location"]).params["project"])

    def wait(self, project: str) -> None:
        """Until nothing is running in a project any more."""
        end = time.monotonic() + SECONDS
        while self._client.get("get-processes", params={"project": project}).json()["processes"]:
            assert time.monotonic() < end, "OpenRefine is still working"
            time.sleep(0.2)

    def export(self, project: str, template: str) -> list[str]:
        """Every row, written by a template."""
        fields = {
            "project": project, "format": "template", "engine": EVERYTHING, "template": template,
            "prefix": "", "suffix": "", "separator": "\n",
        }  # fmt: skip
        answer = self._client.post("export-rows", data=fields)
        assert answer.status_code == 200, answer.text
        return answer.text.splitlines()


@pytest.fixture(scope="module")
def refine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenRefine]:
    program = OpenRefine(tmp_path_factory.mktemp("refine"))
    try:
        yield program
    finally:
        program.stop()


@pytest.fixture(scope="module")
def reconciled(refine: OpenRefine, service: Any) -> str:
    """A project whose column was reconciled."""
    manifest = service.client.get("/reconcile").json()
    project = refine.project("name", [*SPELLINGS, *OTHERS])
    config = {
        "mode": "standard-service",
        "service": f"{service.url}/reconcile",
        "identifierSpace": manifest["identifierSpace"],
        "schemaSpace": manifest["schemaSpace"],
        "type": None,
        "autoMatch": True,
        "columnDetails": [],
        "limit": 0,
    }
    refine.do("reconcile", project=project, columnName="name", config=json.dumps(config), engine=EVERYTHING)
    refine.wait(project)
    return project


def test_a_column_is_reconciled(refine: OpenRefine, reconciled: str) -> None:
    template = '{{cells["name"].value}}\t{{if(cells["name"].recon.matched, cells["name"].recon.match.id, "")}}'
    found = dict(line.split("\t") for line in refine.export(reconciled, template))
    assert set(found) == set(SPELLINGS) | OTHERS
    right = [name for name, entity in SPELLINGS.items() if found[name] == entity]
    wrong = {name: found[name] for name in found if found[name] not in ("", SPELLINGS.get(name))}
    assert not wrong
    assert len(right) >= 18, sorted(set(SPELLINGS) - set(right))


def test_types_are_told(refine: OpenRefine, reconciled: str) -> None:
    template = '{{cells["name"].value}}\t{{if(cells["name"].recon.matched, cells["name"].recon.match.type[0], "")}}'
    found = dict(line.split("\t") for line in refine.export(reconciled, template))
    assert found["Kozynka"] == "PLACE"
    assert found["Andriy Yusov"] == "PERSON"


def test_the_column_is_extended(refine: OpenRefine, reconciled: str, service: Any) -> None:
    operation = {
        "op": "core/extend-reconciled-data",
        "engineConfig": json.loads(EVERYTHING),
        "baseColumnName": "name",
        "endpoint": f"{service.url}/reconcile",
        "identifierSpace": service.client.get("/reconcile").json()["identifierSpace"],
        "schemaSpace": service.client.get("/reconcile").json()["schemaSpace"],
        "extension": {
            "properties": [
                {"id": "alias", "name": "other names", "settings": {"lang": "", "kind": "any", "limit": 2}},
                {"id": "located_in", "name": "located in"},
            ]
        },
        "columnInsertIndex": 1,
    }
    refine.do("apply-operations", project=reconciled, operations=json.dumps([operation]))
    refine.wait(reconciled)
    cells = [f'{{{{if(isNull(cells["{c}"]), "", cells["{c}"].value)}}}}' for c in ("name", "other names", "located in")]
    rows = [line.split("\t") for line in refine.export(reconciled, "\t".join(cells))]
    first = rows.index(["Graivoron", "Грайворон", "Grayvoronsky District"])
    assert rows[first + 1][:2] == ["", "Grivoron"], "more values of a cell are more rows of its record"
    assert len(rows) > len(SPELLINGS) + len(OTHERS)
