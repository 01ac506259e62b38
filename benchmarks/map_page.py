"""The map page in a real Chromium: bytes on the wire and the moment all townships are drawn.

Baselines in the same run: a plain ``folium.GeoJson`` page rendered for each request, once with the
polygons at the detail of their source and once with the simplified polygons that the map page draws.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.figures import Figure
from benchmarks.server import Served, free_port

RUNS = 7
CHROMIUM = {
    "executable_path": "/usr/bin/chromium",
    "args": [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
    ],
}

# Says when every township is in the page; the map page says it itself.
_ALL_DRAWN = """
(() => {
  const look = () => {
    const paths = document.querySelectorAll('path.leaflet-interactive').length;
    if (paths >= 168) performance.mark('fieldapp:drawn'); else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})();
"""

# Asked through the debugger: the page's content policy forbids evaluating strings in it.
_WHEN_DRAWN = """
() => new Promise((answer) => {
  const look = () => {
    const [mark] = performance.getEntriesByName('fieldapp:drawn');
    if (mark) answer(mark.startTime); else requestAnimationFrame(look);
  };
  look();
})
"""


@dataclass(frozen=True)
class Visit:
    """``drawn_ms`` from the navigation's start, ``wire_bytes`` as received, headers included."""

    drawn_ms: float
    wire_bytes: float


def compared(served: Served) -> list[Figure]:
    """First visits with an empty cache, and later ones in the same tab, beside plain Folium."""
    with sync_playwright() as playwright, _plain_folium() as plain:
        browser = playwright.chromium.launch(**CHROMIUM)
        first, later = _visits(browser, f"{served.url}/map")
        plain_first, _ = _visits(browser, f"{plain}/simplified", observed=True)
        detailed_first, _ = _visits(browser, f"{plain}/detailed", observed=True)
        browser.close()
    return [
        Figure("first visit, on the wire", first.wire_bytes / 1000, "kB", 350),
        Figure("first visit, drawn", first.drawn_ms, "ms", 1000),
        Figure("later visit, on the wire", later.wire_bytes / 1000, "kB", 30),
        Figure("later visit, drawn", later.drawn_ms, "ms"),
        Figure("later visit / first visit, drawn", later.drawn_ms / first.drawn_ms, "x", 0.6),
        Figure(
            "baseline: plain Folium, polygons at source detail, on the wire",
            detailed_first.wire_bytes / 1000,
            "kB",
        ),
        Figure("baseline: plain Folium, polygons at source detail, drawn", detailed_first.drawn_ms, "ms"),
        Figure(
            "baseline: plain Folium, the same simplified polygons, on the wire",
            plain_first.wire_bytes / 1000,
            "kB",
        ),
        Figure("baseline: plain Folium, the same simplified polygons, drawn", plain_first.drawn_ms, "ms"),
        Figure(
            "source detail / map page, on the wire",
            detailed_first.wire_bytes / first.wire_bytes,
            "x",
            3,
            at_most=False,
        ),
        Figure(
            "source detail / map page, drawn", detailed_first.drawn_ms / first.drawn_ms, "x", 2, at_most=False
        ),
        Figure("simplified / map page, drawn", plain_first.drawn_ms / first.drawn_ms, "x", 1, at_most=False),
    ]


def _visits(browser: Browser, url: str, *, observed: bool = False) -> tuple[Visit, Visit]:
    urllib.request.urlopen(url).read()  # a warm server
    pairs = []
    for _ in range(RUNS):
        context = browser.new_context(viewport={"width": 1366, "height": 768})
        if observed:
            context.add_init_script(_ALL_DRAWN)
        page = context.new_page()
        pairs.append((_visit(page, url), _visit(page, url)))
        context.close()
    first, later = zip(*pairs, strict=True)
    return _median(first), _median(later)


def _visit(page: Page, url: str) -> Visit:
    received = []
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    page.goto(url)
    drawn = page.evaluate(_WHEN_DRAWN)
    page.wait_for_load_state("networkidle")
    session.detach()
    return Visit(drawn_ms=drawn, wire_bytes=sum(received))


def _median(visits: tuple[Visit, ...]) -> Visit:
    return Visit(
        statistics.median(visit.drawn_ms for visit in visits),
        statistics.median(visit.wire_bytes for visit in visits),
    )


@contextmanager
def _plain_folium() -> Iterator[str]:
    port = free_port()
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "gunicorn",
            "--bind",
            f"127.0.0.1:{port}",
            "benchmarks.plain_folium:make_app()",
        ],
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(f"http://127.0.0.1:{port}/simplified", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(url).read()
        except OSError:
            if process.poll() is not None:
                raise
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"{url} did not answer within 30 s")
