"""The phone app in a real Chromium as a phone whose processor is four times slower than this one.

Opening: from the first request of a tab to the townships on the screen, without a network. Saving: from the
thumb on the button to the visit in the phone's durable storage, and to the list that shows it.
"""

from __future__ import annotations

import statistics

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, expect, sync_playwright

from benchmarks.figures import Figure
from benchmarks.map_page import CHROMIUM
from benchmarks.server import Served

RUNS = 5
SLOWER = 4
_PHONE = {
    "viewport": {"width": 360, "height": 740},
    "has_touch": True,
    "is_mobile": True,
    "permissions": ["geolocation"],
    "geolocation": {"longitude": 127.35, "latitude": 45.02, "accuracy": 8},
}
_OPENED = "() => performance.getEntriesByName('fieldapp:open').at(0)?.startTime ?? null"
# Milliseconds from the tap to the storage's answer, and to the list on the screen.
_SAVED = """() => {
  const tapped = performance.getEntriesByName('fieldapp:tapped').at(-1).startTime;
  return ['fieldapp:saved', 'fieldapp:listed'].map(
    (name) => performance.getEntriesByName(name).at(-1).startTime - tapped);
}"""
_MARKS = """
addEventListener("pointerdown", (event) => {
  if (event.target.closest?.(".save")) performance.mark("fieldapp:tapped");
}, true);
new MutationObserver(() => {
  if (document.querySelector(".visits .card")) performance.mark("fieldapp:listed");
}).observe(document, { childList: true, subtree: true });
"""


def opened_and_saved(served: Served) -> list[Figure]:
    """The medians of some openings and savings, without a network."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**CHROMIUM)
        context = _used_once(browser, served)
        context.set_offline(True)
        opened, saved, listed = [], [], []
        for run in range(RUNS):
            page, processor = _slow_tab(context)
            page.goto(f"{served.url}/field/")
            expect(page.locator(".card[data-township]").first).to_be_visible()
            opened.append(page.evaluate(_OPENED))
            kept, shown = _save(page, f"{served.url}/field/", f"第 {run} 次服务")
            saved.append(kept)
            listed.append(shown)
            processor.detach()
            page.close()
        browser.close()
    return [
        Figure("opened without a network, townships on the screen", statistics.median(opened), "ms", 3000),
        Figure("the slowest opening", max(opened), "ms"),
        Figure("saved, from the tap to durable storage", statistics.median(saved), "ms", 300),
        Figure("the slowest saving", max(saved), "ms"),
        Figure("saved, from the tap to the list that shows it", statistics.median(listed), "ms"),
    ]


def _used_once(browser: Browser, served: Served) -> BrowserContext:
    """A phone that was logged in and opened once with a network."""
    context = browser.new_context(**_PHONE)
    context.add_init_script(_MARKS)
    page = context.new_page()
    page.goto(f"{served.url}/login")
    page.fill("input[name=name]", "commissioner")
    page.fill("input[name=password]", served.passwords["commissioner"])
    page.locator("form button[type=submit]").last.click()
    page.wait_for_url(f"{served.url}/field/")
    expect(page.locator(".card[data-township]").first).to_be_visible()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    expect(page.locator(".sync-state")).to_be_visible()
    page.close()
    return context


def _slow_tab(context: BrowserContext) -> tuple[Page, CDPSession]:
    page = context.new_page()
    processor = context.new_cdp_session(page)
    processor.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    return page, processor


def _save(page: Page, address: str, content: str) -> tuple[float, float]:
    page.goto(f"{address}#/record")
    expect(page.locator(".has-fix")).to_be_visible()
    page.locator("textarea").fill(content)
    page.locator("button.save").tap()
    expect(page.locator(".visits .card").first).to_contain_text(content)
    kept, shown = page.evaluate(_SAVED)
    return kept, shown
