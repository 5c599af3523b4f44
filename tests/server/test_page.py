"""The page in a real browser: a text is linked, the gazetteer searched, an entity opened, all of it by keyboard too.

Chromium is driven through ChromeDriver by the W3C WebDriver protocol, which is JSON over HTTP.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

pytestmark = pytest.mark.skipif(
    not (shutil.which("chromedriver") and shutil.which("chromium")),
    reason="needs Chromium and its driver: apt-get install chromium chromium-driver",
)
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage",
    "--window-size=1400,900",
]  # fmt: skip
KEYS = {"Tab": "\ue004", "Enter": "\ue007", "Down": "\ue015", "Up": "\ue013", "Escape": "\ue00c", "Control": "\ue009"}
TEXT = "🔥 The Liberty Corps of Russia left Hraivoron 🔥 for Kozynka. Kosinka is <b>elsewhere</b>."


class Browser:
    """A session of the browser."""

    def __init__(self, driver: str, profile: Path, *, dark: bool = False) -> None:
        self._client = httpx.Client(base_url=driver, timeout=90)
        arguments = [*ARGUMENTS, f"--user-data-dir={profile}"]
        if dark:
            arguments.append("--blink-settings=preferredColorScheme=0")
        options = {"args": arguments, "binary": shutil.which("chromium")}
        wanted = {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
        made = self._call("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
        self._base = f"/session/{made['sessionId']}"

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        answer = self._client.request(method, path, json=body if method == "POST" else None).json()["value"]
        if isinstance(answer, dict) and "error" in answer:
            raise RuntimeError(answer["message"])
        return answer

    def open(self, url: str) -> None:
        self._call("POST", f"{self._base}/url", {"url": url})

    def run(self, script: str, *arguments: Any) -> Any:
        return self._call("POST", f"{self._base}/execute/sync", {"script": script, "args": list(arguments)})

    def wait(self, script: str, *arguments: Any) -> Any:
        """What a script returns as soon as that is true."""
        end = time.monotonic() + 60
        while not (found := self.run(f"return {script}", *arguments)):
            assert time.monotonic() < end, f"never true: {script}\n{self.run('return document.body.innerText')}"
            time.sleep(0.05)
        return found

    def press(self, *keys: str, hold: str | None = None) -> None:
        """Keys on the keyboard: names of KEYS, or text letter by letter."""
        steps: list[dict[str, str]] = []
        if hold:
            steps.append({"type": "keyDown", "value": KEYS[hold]})
        for key in keys:
            for letter in [KEYS[key]] if key in KEYS else key:
                steps += [{"type": "keyDown", "value": letter}, {"type": "keyUp", "value": letter}]
        if hold:
            steps.append({"type": "keyUp", "value": KEYS[hold]})
        self._call("POST", f"{self._base}/actions", {"actions": [{"type": "key", "id": "keys", "actions": steps}]})

    def type(self, selector: str, text: str) -> None:
        found = self._call("POST", f"{self._base}/element", {"using": "css selector", "value": selector})
        # ChromeDriver takes only the basic plane from a keyboard; the page gets the rest as if it were pasted.
        self.run("arguments[0].focus(); document.execCommand('insertText', false, arguments[1])", found, text)

    def click(self, selector: str) -> None:
        found = self._call("POST", f"{self._base}/element", {"using": "css selector", "value": selector})
        self._call("POST", f"{self._base}/element/{found[ELEMENT]}/click", {})

    def text(self, selector: str) -> str:
        return str(self.run("return document.querySelector(arguments[0]).innerText", selector))

    def resize(self, width: int, height: int) -> None:
        self._call("POST", f"{self._base}/window/rect", {"width": width, "height": height})

    def complaints(self) -> list[str]:
        """What the browser has logged: scripts that failed, policies that were broken."""
        return [e["message"] for e in self._call("POST", f"{self._base}/se/log", {"type": "browser"})]

    def close(self) -> None:
        self._call("DELETE", self._base)
        self._client.close()


@pytest.fixture(scope="module")
def driver() -> Iterator[str]:
    """ChromeDriver on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(["chromedriver", f"--port={port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        end = time.monotonic() + 60
        while True:
            try:
                if httpx.get(f"{url}/status", timeout=5).json()["value"]["ready"]:
                    break
            except httpx.TransportError:
                assert time.monotonic() < end, "ChromeDriver does not answer"
                time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture
def browse(driver: str, tmp_path: Path) -> Iterator[Callable[..., Browser]]:
    """Open browsers; they are closed at the end."""
    opened: list[Browser] = []

    def begin(**options: Any) -> Browser:
        opened.append(Browser(driver, tmp_path / f"profile{len(opened)}", **options))
        return opened[-1]

    yield begin
    for browser in opened:
        browser.close()


@pytest.fixture
def page(browse: Callable[..., Browser], service: Any) -> Browser:
    """The page of the packaged gazetteer."""
    browser = browse()
    browser.open(service.url)
    browser.wait("document.querySelector('#about').textContent.includes('entities')")
    return browser


def marks(page: Browser) -> list[list[str]]:
    found = page.run("return [...document.querySelectorAll('#marked mark')].map(m => [m.textContent, m.className])")
    return [list(map(str, item)) for item in found]


def link(page: Browser, text: str = TEXT) -> None:
    page.type("#text", text)
    page.press("Enter", hold="Control")
    page.wait("!document.querySelector('#linked').hidden")


def test_a_text_is_linked(page: Browser) -> None:
    link(page)
    assert page.run("return document.querySelector('#marked').textContent") == TEXT, "nothing of a text is lost"
    assert ["Liberty Corps of Russia", "t2"] in marks(page)
    assert ["Hraivoron", "t1"] in marks(page)
    assert "names of" in page.text("#text-state")
    assert page.run("return document.querySelector('#marked b')") is None
    page.click(".choice label:nth-of-type(2)")
    assert "Freedom of Russia Legion left Grayvoron" in page.text("#marked")
    assert not page.complaints()


def test_a_mention_opens_its_entity_with_all_names_and_the_evidence(page: Browser, service: Any) -> None:
    link(page)
    page.run("[...document.querySelectorAll('#marked mark')].find(m => m.textContent === 'Hraivoron').focus()")
    page.press("Enter")
    page.wait("document.querySelector('#entity-name')?.textContent === 'Grayvoron'")
    panel = page.text("#entity")
    entity = service.client.get("/v1/entities/place:grayvoron").json()["entity"]
    assert all(alias["text"] in panel for alias in entity["aliases"])
    assert all(form in panel for form in entity["blocked"])
    assert "Why “Hraivoron” is linked here" in panel
    assert page.run("return document.querySelectorAll('#why li').length") >= 2
    assert page.run("return document.activeElement.id") == "entity"
    assert [m[1] for m in marks(page) if m[0] == "Hraivoron"] == ["t1 chosen"]
    assert page.run("return location.search") == "?entity=place%3Agrayvoron"


def test_types_can_be_hidden(page: Browser) -> None:
    link(page)
    page.click("#legend input[value=PLACE]")
    assert {m[1] for m in marks(page) if m[0] == "Hraivoron"} == {"t1 off"}
    assert page.run("return document.querySelector('#marked mark.off').tabIndex") == -1


def test_the_gazetteer_is_searched_by_keyboard_alone(page: Browser) -> None:
    page.press("Tab")  # out of the address bar, into the page
    page.press("/")
    assert page.run("return document.activeElement.id") == "query"
    page.press("hraivoron")
    page.wait("document.querySelector('#results button .name')?.textContent === 'Grayvoron'")
    page.press("Down", "Enter")
    page.wait("document.querySelector('#entity-name')?.textContent === 'Grayvoron'")
    assert "as a name of this entity" in page.text("#why")
    page.press("Escape")
    page.wait("document.querySelector('#entity').hidden")
    assert page.run("return document.activeElement.id") == "query"
    assert not page.complaints()


def test_every_control_can_be_reached_with_tab_and_has_a_name(page: Browser) -> None:
    link(page)
    page.run("document.body.tabIndex = -1; document.body.focus()")
    reached = set()
    for _ in range(40):
        page.press("Tab")
        reached.add(page.run("const e = document.activeElement; return e.id || e.className || e.textContent"))
    assert {"text", "query", "clear", "copy", "t1", "t2", "main"} <= reached
    unnamed = page.run(
        "return [...document.querySelectorAll('input, textarea, button, [role=region]')].filter(e => "
        "!e.textContent.trim() && !e.labels?.length && !e.ariaLabel).map(e => e.outerHTML)"
    )
    assert not unnamed


def test_the_address_opens_an_entity_and_the_way_back_works(browse: Callable[..., Browser], service: Any) -> None:
    page = browse()
    page.open(f"{service.url}/?entity=place%3Agrayvoron")
    page.wait("document.querySelector('#entity-name')?.textContent === 'Grayvoron'")
    page.click("#entity p .plain")
    page.wait("document.querySelector('#entity-name')?.textContent === 'Grayvoronsky District'")
    page.run("history.back()")
    page.wait("document.querySelector('#entity-name')?.textContent === 'Grayvoron'")
    page.open(f"{service.url}/?entity=nobody")
    page.wait("document.querySelector('#entity-name')?.textContent.includes('no entity')")


def test_what_a_gazetteer_says_is_text(
    browse: Callable[..., Browser], start: Callable[..., Any], gazetteer: Path
) -> None:
    page = browse()
    page.open(f"{start('-g', gazetteer).url}/?entity=org%3Aholding")
    page.wait("document.querySelector('#entity-name')?.textContent === 'Holding & Sons <b>Ltd</b>'")
    assert "<script>alert(1)</script>" in page.text("#entity")
    assert page.run("return document.querySelectorAll('#entity script, #entity img, #entity b').length") == 0
    assert not page.complaints()


def test_errors_are_shown(page: Browser) -> None:
    page.run("document.querySelector('#text').value = 'x'.repeat(1100000)")
    page.click("#text-form .main")
    page.wait("document.querySelector('#text-state').classList.contains('error')")
    assert "larger than" in page.text("#text-state")


def test_nothing_is_fetched_from_elsewhere(page: Browser, service: Any) -> None:
    link(page)
    fetched = page.run("return performance.getEntriesByType('resource').map(e => e.name)")
    assert fetched
    assert all(name.startswith((service.url, "data:")) for name in fetched)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1400, 390])
def test_it_fits_and_can_be_read(browse: Callable[..., Browser], service: Any, dark: bool, width: int) -> None:
    """Nothing sticks out sideways, and text stands out from what is behind it (WCAG 2, contrast of 4.5)."""
    page = browse(dark=dark)
    page.resize(width, 900)
    page.open(f"{service.url}/?entity=place%3Agrayvoron")
    page.wait("document.querySelector('#entity-name')")
    link(page)
    assert page.run("return document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    pale = page.run(CONTRASTS)
    assert not pale, pale
    background = page.run("return getComputedStyle(document.body).backgroundColor")
    assert (background == "rgb(20, 23, 27)") is dark
    folder = os.environ.get("PAGE_SHOTS")  # for people who want to look at it
    if folder:
        import base64

        shot = page._call("GET", f"{page._base}/screenshot")
        Path(folder, f"page-{width}-{'dark' if dark else 'light'}.png").write_bytes(base64.b64decode(shot))


CONTRASTS = """
const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
const light = (colour) => {
  const linear = (c) => (c <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4);
  const [r, g, b] = numbers(colour).map((c) => linear(c / 255));
  return .2126 * r + .7152 * g + .0722 * b;
};
const behind = (element) => {
  for (let e = element; e; e = e.parentElement) {
    const c = numbers(getComputedStyle(e).backgroundColor);
    if (c.length === 3 || c[3] > 0) return getComputedStyle(e).backgroundColor;
  }
  return "rgb(255, 255, 255)";
};
return [...document.querySelectorAll("body *")].filter((e) => e.offsetParent && [...e.childNodes].some((n) =>
  n.nodeType === 3 && n.textContent.trim())).map((e) => {
    const [a, b] = [light(getComputedStyle(e).color), light(behind(e))].sort((x, y) => y - x);
    return [e.outerHTML.slice(0, 80), (a + .05) / (b + .05)];
  }).filter(([, ratio]) => ratio < 4.5);
"""
