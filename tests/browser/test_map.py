"""The map as people meet it: by mouse, by keyboard, on a phone, on paper, and without a network."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from fieldapp.maps.page import single_file
from tests.browser.conftest import DESKTOP, PHONE, Visit
from tests.conftest import NOW

SIZES = {"desktop": DESKTOP, "phone": PHONE}
LALIN = "230184101"


def _drawn(page: Page) -> Page:
    page.wait_for_selector("[data-drawn]")
    return page


def _read(address: str) -> dict[str, Any]:
    with urlopen(address) as answer:
        document: dict[str, Any] = json.load(answer)
    return document


def _coverage(address: str, query: str = "") -> dict[str, Any]:
    return _read(f"{address}/api/v1/coverage?{query}")


def _single_file(address: str, file: Path, name: str | None = None) -> Path:
    """The map of the demonstration as one file; with every name in it replaced by ``name``."""
    townships, counties = (_read(f"{address}/api/v1/{layer}.geojson") for layer in ("townships", "counties"))
    coverage = _coverage(address)
    if name is not None:
        for feature in townships["features"] + counties["features"]:
            feature["properties"] |= {"name": name, "pinyin": name, "county": name}
        for county in coverage["counties"]:
            county["name"] = name
        for row in coverage["townships"]:
            row |= {"name": name, "commissioner": name, "institution": name, "featured_product": name}
    document = single_file(
        townships=townships,
        counties=counties,
        coverage=coverage,
        as_of=NOW.date(),
        today=NOW.date(),
        locale="zh_CN",
    )
    file.write_text(document, "utf-8")
    return file


@pytest.mark.parametrize(
    ("size", "look"), list(product(SIZES, (("light", "zh_CN"), ("dark", "zh_CN"), ("light", "en"))))
)
def test_the_map_is_accessible_with_everything_open(
    visit: Visit, demonstration: str, axe: Callable[[Page], list[str]], size: str, look: tuple[str, str]
) -> None:
    scheme, language = look
    page = _drawn(visit(f"{demonstration}/map?lang={language}", viewport=SIZES[size], color_scheme=scheme))
    assert axe(page) == []
    if size == "phone":
        page.click("#map-side-button")
        assert axe(page) == []
        page.click("#map-side-close")
    page.click("#map-sheet-handle")
    assert axe(page) == []
    page.click(f"[data-row='{LALIN}'] a")
    expect(page.locator("#map-panel")).to_be_visible()
    # A row half under the sticky header would count as too small to hit.
    page.evaluate("document.querySelector('.map-table-scroll').scrollTop = 0")
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"


def test_every_township_shows_the_status_that_the_document_gives_it(visit: Visit, demonstration: str) -> None:
    page = _drawn(visit(f"{demonstration}/map"))
    shown = page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll(".township")].map((shape) => [
          shape.dataset.code,
          [...shape.classList].find((name) => name.startsWith("status-")).slice(7).replace("-", "_"),
        ]))"""
    )
    document = _coverage(demonstration)
    assert shown == {row["code"]: row["status"] for row in document["townships"]}
    assert len(shown) == 168
    counts = page.locator(".legend-count").all_text_contents()
    assert [int(count) for count in counts] == list(document["status"].values())


def test_the_legend_filters_map_and_table_alike_and_the_back_button_undoes_it(
    visit: Visit, demonstration: str
) -> None:
    page = _drawn(visit(f"{demonstration}/map"))
    uncovered = int(_coverage(demonstration)["status"]["uncovered"])
    entry = page.get_by_role("button", name="无员")
    page.click("#map-sheet-handle")
    entry.first.click()
    expect(entry.first).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".township:not(.is-dimmed)")).to_have_count(uncovered)
    expect(page.locator("#map-table tbody tr")).to_have_count(uncovered)
    assert page.url.endswith("?status=uncovered")
    page.go_back()
    expect(page.locator("#map-table tbody tr")).to_have_count(168)
    expect(page.locator(".township.is-dimmed")).to_have_count(0)


def test_a_county_is_shown_near_with_its_own_figures(visit: Visit, demonstration: str) -> None:
    page = _drawn(visit(f"{demonstration}/map"))
    page.select_option("#map-county", "230184")
    expect(page.locator("#map-roster")).to_have_text("24")
    expect(page.locator(".township:not(.is-dimmed)")).to_have_count(24)
    assert page.url.endswith("?county=230184")


@pytest.mark.parametrize("text", ["拉林", "lalin", "la lin man zu", "llmz", LALIN])
def test_a_township_is_found_by_name_pinyin_initials_and_code(
    visit: Visit, demonstration: str, text: str
) -> None:
    page = _drawn(visit(f"{demonstration}/map"))
    page.fill("#map-search", text)
    expect(page.locator("#map-search")).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Enter")
    expect(page.locator("#map-panel-title")).to_have_text("拉林满族镇")
    expect(page.locator("#map-panel-title")).to_be_focused()
    assert f"township={LALIN}" in page.url


def test_a_search_in_vain_says_so(visit: Visit, demonstration: str) -> None:
    page = _drawn(visit(f"{demonstration}/map"))
    page.fill("#map-search", "上海")
    expect(page.locator("#map-search-status")).to_contain_text("上海")
    expect(page.locator("#map-search-list")).to_be_hidden()


def test_the_keyboard_alone_reaches_a_township_and_comes_back(visit: Visit, demonstration: str) -> None:
    page = _drawn(visit(f"{demonstration}/map"))
    page.focus(".folium-map")
    page.keyboard.press("Tab")
    first = page.locator(":focus").get_attribute("data-code")
    for key in ("ArrowRight", "ArrowDown"):
        page.keyboard.press(key)
    code = page.locator(":focus").get_attribute("data-code")
    assert code not in (None, first)
    page.keyboard.press("Enter")
    expect(page.locator("#map-panel-title")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#map-panel")).to_be_hidden()
    expect(page.locator(f"[data-code='{code}']")).to_be_focused()


def test_arrow_keys_reach_every_township(visit: Visit, demonstration: str) -> None:
    page = _drawn(visit(f"{demonstration}/map"))
    reached = page.evaluate(
        """() => {
          const codes = [...document.querySelectorAll(".township")].map((shape) => shape.dataset.code);
          const reached = new Set([codes[0]]);
          const open = [codes[0]];
          while (open.length) {
            const shape = document.querySelector(`[data-code="${open.pop()}"]`);
            for (const key of ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"]) {
              shape.focus({ preventScroll: true });
              shape.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
              const { code } = document.activeElement.dataset;
              if (!reached.has(code)) { reached.add(code); open.push(code); }
            }
          }
          return reached.size;
        }"""
    )
    assert reached == 168


def test_a_future_day_says_that_it_is_a_forecast_and_agrees_with_the_document(
    visit: Visit, demonstration: str
) -> None:
    page = _drawn(visit(f"{demonstration}/map"))
    page.click("[data-days='90']")
    expect(page.locator("#map-date-note")).to_contain_text("预测")
    expect(page.locator("#map-day")).to_have_text("2027年2月20日")
    document = _coverage(demonstration, "as_of=2027-02-20")
    counts = page.locator(".legend-count").all_text_contents()
    assert [int(count) for count in counts] == list(document["status"].values())
    assert page.url.endswith("?as_of=2027-02-20")
    page.go_back()
    expect(page.locator("#map-day")).to_have_text("2026年11月22日")
    expect(page.locator("#map-date-note")).to_be_hidden()


def test_a_link_opens_exactly_what_it_describes(visit: Visit, demonstration: str) -> None:
    page = _drawn(visit(f"{demonstration}/map?as_of=2026-10-01&county=230184&township={LALIN}&lang=en"))
    expect(page.locator("#map-panel-title")).to_have_text("Lalin Manzu Zhen 拉林满族镇")
    expect(page.locator("#map-day")).to_have_text("1 Oct 2026")
    expect(page.locator("#map-county")).to_have_value("230184")
    expect(page.locator("#map-date-note")).to_contain_text("History")
    assert page.locator(".neighbours a").count() >= 2


def test_a_link_to_a_township_that_does_not_exist_says_so(visit: Visit, demonstration: str) -> None:
    page = _drawn(visit(f"{demonstration}/map?township=999999999"))
    expect(page.locator("#map-notice")).to_contain_text("999999999")


def test_the_table_sorts_by_pinyin_and_exports_exactly_what_it_shows(
    visit: Visit, demonstration: str
) -> None:
    page = _drawn(visit(f"{demonstration}/map?county=230184"))
    page.click("#map-sheet-handle")
    page.get_by_role("button", name="乡镇", exact=True).click()
    expect(page.locator("th.column-township")).to_have_attribute("aria-sort", "ascending")
    names = page.locator("#map-table tbody th").all_text_contents()
    assert len(names) == 24
    assert names.index("安家镇") < names.index("拉林满族镇") < names.index("五常镇") < names.index("志广乡")
    with page.expect_download() as download:
        page.click("#map-export")
    text = Path(download.value.path()).read_text("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert [row[0] for row in rows[1:]] == names
    assert download.value.suggested_filename.endswith("-2026-11-22.csv")


def test_labels_never_lie_over_each_other(visit: Visit, demonstration: str) -> None:
    page = _drawn(visit(f"{demonstration}/map?county=230113"))
    boxes = page.evaluate(
        """() => [...document.querySelectorAll(".map-labels text")].map((text) => {
          const box = text.getBBox();
          return [box.x, box.y + box.height * 0.2, box.x + box.width, box.y + box.height * 0.8];
        })"""
    )
    assert len(boxes) > 10
    for index, one in enumerate(boxes):
        for other in boxes[index + 1 :]:
            assert one[0] >= other[2] or other[0] >= one[2] or one[1] >= other[3] or other[1] >= one[3]


def test_an_empty_installation_says_what_to_do(visit: Visit, bare: str) -> None:
    page = _drawn(visit(f"{bare}/map"))
    expect(page.locator("#map-notice")).to_contain_text("尚无乡镇")
    expect(page.locator("#map-notice a")).to_have_attribute("href", "/import")


def test_a_server_that_fails_is_named_and_asked_again(chromium: Browser, demonstration: str) -> None:
    page = chromium.new_page(viewport=DESKTOP)
    refuse = [True]

    def answer(route: Route) -> None:
        if refuse[0]:
            route.fulfill(status=503, body="{}")
        else:
            route.continue_()

    page.route("**/api/v1/coverage*", answer)
    page.goto(f"{demonstration}/map")
    expect(page.locator("#map-notice")).to_contain_text("503")
    refuse[0] = False
    page.get_by_role("button", name="重试").click()
    _drawn(page)
    expect(page.locator("#map-notice")).to_be_hidden()
    page.close()


def test_a_lost_connection_keeps_the_picture_and_is_said(chromium: Browser, demonstration: str) -> None:
    context = chromium.new_context(viewport=DESKTOP)
    page = context.new_page()
    page.goto(f"{demonstration}/map")
    _drawn(page)
    context.set_offline(True)
    expect(page.locator("#map-notice")).to_have_class(re.compile("is-offline"))
    expect(page.locator(".township")).to_have_count(168)
    context.set_offline(False)
    expect(page.locator("#map-notice")).to_be_hidden()
    context.close()


def test_a_day_that_cannot_be_loaded_leaves_the_day_that_is_shown(
    chromium: Browser, demonstration: str
) -> None:
    context = chromium.new_context(viewport=DESKTOP)
    page = context.new_page()
    page.goto(f"{demonstration}/map?lang=zh_CN")
    _drawn(page)
    context.set_offline(True)
    page.fill("#map-date", "2026-06-01")
    expect(page.locator("#map-notice")).to_contain_text("2026年11月22日")
    expect(page.locator("#map-date")).to_have_value("2026-11-22")
    expect(page.locator("#map-date-note")).to_be_hidden()
    assert "as_of" not in page.url
    expect(page.locator("#map-day")).to_have_text("2026年11月22日")
    context.set_offline(False)
    expect(page.locator("#map-notice")).to_be_hidden()
    page.fill("#map-date", "2026-06-01")
    expect(page.locator("#map-day")).to_have_text("2026年6月1日")
    assert page.url.endswith("as_of=2026-06-01")
    context.close()


def test_a_status_that_does_not_exist_is_named(visit: Visit, demonstration: str) -> None:
    page = _drawn(visit(f"{demonstration}/map?status=foo"))
    expect(page.locator("#map-notice")).to_contain_text("foo")
    page.locator(".legend-entry").first.click()
    expect(page.locator("#map-notice")).to_be_hidden()


def test_readers_of_english_find_the_names_in_pinyin(visit: Visit, demonstration: str) -> None:
    page = _drawn(
        visit(f"{demonstration}/map?lang=en&township={LALIN}", viewport={"width": 1440, "height": 900})
    )
    expect(page.locator("#map-panel-title")).to_have_text("Lalin Manzu Zhen 拉林满族镇")
    expect(page.locator("#map-panel-county")).to_have_text("Wuchang Shi 五常市")
    expect(page.locator(".map-labels .is-chosen")).to_have_text("Lalin Manzu Zhen")
    page.click("#map-panel-close")
    page.click("#map-sheet-handle")
    expect(page.locator(f"[data-row='{LALIN}'] a")).to_have_text("Lalin Manzu Zhen 拉林满族镇")
    box = page.locator(".map-table-scroll")
    assert box.evaluate("(table) => table.scrollWidth <= table.clientWidth"), "the table is cut"
    page.fill("#map-search", "拉林满族镇")
    page.keyboard.press("Enter")
    expect(page.locator("#map-panel-title")).to_contain_text("Lalin Manzu Zhen")


def test_long_names_are_cut_and_leave_room_for_the_others(
    chromium: Browser, demonstration: str, tmp_path: Path
) -> None:
    file = _single_file(demonstration, tmp_path / "map.html", "长" * 40)
    page = chromium.new_page(viewport={"width": 1440, "height": 900})
    page.goto(file.as_uri())
    _drawn(page)
    expect(page.locator(".map-labels text").first).to_have_text(re.compile("^长{2,14}…$"))
    page.click("#map-sheet-handle")
    lapses = page.locator("#map-table tbody .column-lapses").first.bounding_box()
    assert lapses is not None
    assert lapses["x"] + lapses["width"] <= 1440
    expect(page.locator("#map-table tbody a").first).to_have_attribute("title", "长" * 40)
    page.close()


def test_every_sheet_of_paper_names_the_columns(
    chromium: Browser, demonstration: str, tmp_path: Path
) -> None:
    page = chromium.new_page(viewport=DESKTOP)
    page.goto(f"{demonstration}/map")
    _drawn(page)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    # Chromium paints a button on the first sheet alone: only a heading's own text is repeated.
    heading = page.locator("#map-table thead th").first
    expect(heading.locator("button")).to_be_hidden()
    assert heading.evaluate("(cell) => getComputedStyle(cell, '::before').content") == '"乡镇"'
    ground = page.locator(".map-stage").evaluate("(stage) => getComputedStyle(stage).backgroundColor")
    assert ground == "rgba(0, 0, 0, 0)", "the ground of the map runs on below it"
    page.close()


def test_paper_carries_the_map_and_the_whole_table(visit: Visit, demonstration: str) -> None:
    page = _drawn(visit(f"{demonstration}/map", color_scheme="dark"))
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    expect(page.locator("#map-table tbody tr")).to_have_count(168)
    expect(page.locator("#map-table tbody tr").last).to_be_visible()
    expect(page.locator(".map-search")).to_be_hidden()
    assert page.locator("html").get_attribute("data-bs-theme") == "light"
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"


def test_the_single_file_opens_from_a_disk_without_a_network(
    chromium: Browser, demonstration: str, tmp_path: Path
) -> None:
    file = _single_file(demonstration, tmp_path / "map.html")
    context = chromium.new_context(viewport=DESKTOP, offline=True)
    faults: list[str] = []
    requested: list[str] = []
    page = context.new_page()
    page.on("console", lambda message: faults.append(message.text))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("request", lambda request: requested.append(request.url))
    page.goto(file.as_uri())
    _drawn(page)
    expect(page.locator(".township")).to_have_count(168)
    page.fill("#map-search", "llmz")
    page.keyboard.press("Enter")
    expect(page.locator("#map-panel-title")).to_have_text("拉林满族镇")
    page.click("#map-sheet-handle")
    expect(page.locator("#map-table tbody tr")).to_have_count(168)
    assert faults == []
    assert requested == [file.as_uri()]
    context.close()


def test_hostile_text_in_every_field_stays_text(
    chromium: Browser, demonstration: str, tmp_path: Path
) -> None:
    file = _single_file(demonstration, tmp_path / "map.html", "<b>x</b></script><img src=x onerror=alert(1)>")
    context = chromium.new_context(viewport=DESKTOP)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("dialog", lambda dialog: (faults.append(dialog.message), dialog.dismiss()))
    page.goto(file.as_uri())
    _drawn(page)
    page.click("#map-sheet-handle")
    page.click("#map-table tbody tr a")
    page.fill("#map-search", "img")
    page.hover(".township")
    expect(page.locator("#map-panel-title")).to_contain_text("<img src=x onerror=alert(1)>")
    assert page.locator("#map-page img, #map-page script, #map-page b").count() == 0
    assert faults == []
    context.close()


def test_before_there_was_a_roster_nothing_is_missing(visit: Visit, demonstration: str) -> None:
    page = visit(f"{demonstration}/map?as_of=2010-01-01&lang=en")
    expect(page.locator("#map-sentence")).to_contain_text("0")
    expect(page.locator("#map-roster")).to_have_text("0")
    expect(page.locator("#map-gap")).to_be_empty()
