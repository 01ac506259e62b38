"""The status page and the frame around every page, as people meet them in a browser."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from fieldapp.domain.permissions import Role
from tests.browser.conftest import DESKTOP, PHONE, Visit

SIZES = {"desktop": DESKTOP, "phone": PHONE}


@pytest.mark.parametrize(
    "shown", ["desktop light zh_CN", "desktop dark en", "phone dark zh_CN", "phone light en"]
)
def test_the_status_page_is_accessible(
    visit: Visit, demonstration: str, axe: Callable[[Page], list[str]], shown: str
) -> None:
    size, scheme, language = shown.split()
    page = visit(f"{demonstration}/?lang={language}", viewport=SIZES[size], color_scheme=scheme)

    assert page.locator("html").get_attribute("data-bs-theme") == scheme
    page.get_by_text(re.compile("^(另有|[0-9]+ more)")).click()  # with all that can be folded out

    page.evaluate("scrollTo(0, 0)")  # a sticky header lies over the rows that scroll below it

    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_an_officer_finds_every_entry_of_the_menu_in_one_line(
    visit: Visit, demonstration: str, language: str
) -> None:
    page = visit(f"{demonstration}/?lang={language}", role=Role.BUREAU_OFFICER)
    tops = {entry.bounding_box()["y"] for entry in page.locator(".site-nav a").all()}  # type: ignore[index]
    assert len(tops) == 1
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(page.locator(".panel-next li").last).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_the_whole_status_page_fits_a_small_screen(visit: Visit, demonstration: str, language: str) -> None:
    page = visit(f"{demonstration}/?lang={language}")

    assert page.evaluate("document.documentElement.scrollHeight") <= DESKTOP["height"]
    parts = ("h1", "rungs", "next", "map", "trend", "counties", "lapses")
    for part in (part if part == "h1" else f".panel-{part}" for part in parts):
        box = page.locator(part).bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= DESKTOP["height"], part
    for shown in ("svg.trend", ".legend", ".panel-lapses tbody tr:nth-child(3)"):
        box = page.locator(shown).first.bounding_box()
        assert box is not None
        assert box["height"] > 20, shown
        assert box["y"] + box["height"] <= DESKTOP["height"], shown


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_every_county_is_seen_at_once_on_a_larger_screen(
    visit: Visit, demonstration: str, language: str
) -> None:
    page = visit(f"{demonstration}/?lang={language}", viewport={"width": 1440, "height": 900})
    counties = page.locator(".panel-counties tbody tr")
    expect(counties).to_have_count(18)
    expect(counties.last).to_be_in_viewport(ratio=1)


def test_what_lapses_is_read_whole_on_a_phone(visit: Visit, demonstration: str) -> None:
    page = visit(demonstration, viewport=PHONE)

    for cell in page.locator(".panel-lapses tbody tr").first.locator("th, td").all():
        box = cell.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= PHONE["width"]
        assert box["width"] > 100, "a character wide each"


def test_the_counties_that_find_no_room_are_reached_in_their_own_box(
    visit: Visit, demonstration: str
) -> None:
    page = visit(demonstration)
    last = page.locator(".panel-counties tbody tr").last

    last.scroll_into_view_if_needed()
    expect(last).to_be_in_viewport()
    assert page.evaluate("scrollY") == 0


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_the_status_page_prints_on_one_sheet(visit: Visit, demonstration: str, language: str) -> None:
    page = visit(f"{demonstration}/?lang={language}", color_scheme="dark")

    sheets = page.pdf(prefer_css_page_size=True, print_background=True)

    assert len(re.findall(rb"/Type\s*/Page\b", sheets)) == 1
    page.emulate_media(media="print")
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper == "rgb(255, 255, 255)"


def test_the_keyboard_reaches_the_content_and_every_action(visit: Visit, demonstration: str) -> None:
    page = visit(demonstration)

    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("跳到正文")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()

    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.closest('section, form')?.className ?? ''"))
    for part in ("day-form no-print", "panel panel-next", "panel panel-map", "panel panel-counties"):
        assert part in reached
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    assert outline == "3px"


def test_the_language_is_kept_with_the_page_and_its_query(visit: Visit, demonstration: str) -> None:
    page = visit(f"{demonstration}/?as_of=2026-10-01")

    expect(page.get_by_role("heading", level=1)).to_contain_text("个涉农乡镇")
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("agricultural townships")
    assert "as_of=2026-10-01" in page.url
    page.goto(demonstration)
    expect(page.get_by_role("heading", level=1)).to_contain_text("agricultural townships")
    assert page.locator("html").get_attribute("lang") == "en"


def test_the_appearance_is_kept(visit: Visit, demonstration: str) -> None:
    page = visit(demonstration, color_scheme="light")
    document = page.locator("html")

    page.get_by_role("button", name="深色").click()
    expect(document).to_have_attribute("data-bs-theme", "dark")
    page.reload()
    expect(document).to_have_attribute("data-bs-theme", "dark")
    expect(page.get_by_role("button", name="深色")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="自动").click()
    expect(document).to_have_attribute("data-bs-theme", "light")
    page.emulate_media(color_scheme="dark")
    expect(document).to_have_attribute("data-bs-theme", "dark")


def test_counties_stand_worst_first_and_sort_by_pinyin(visit: Visit, demonstration: str) -> None:
    page = visit(demonstration)
    names = page.locator(".panel-counties tbody th")
    gaps = page.locator(".panel-counties tbody td:last-child")

    stated = [int(gap) for gap in gaps.all_text_contents()]
    assert stated == sorted(stated, reverse=True)
    page.get_by_role("button", name="区县").click()
    assert names.all_text_contents()[:3] == ["阿城区", "巴彦县", "宾县"]
    page.get_by_role("button", name="区县").click()
    assert names.all_text_contents()[-1] == "阿城区"


def test_another_day_is_asked_for_with_the_form(visit: Visit, demonstration: str) -> None:
    page = visit(demonstration)

    page.get_by_label("日期").fill("2027-02-01")
    page.get_by_role("button", name="查看").click()

    expect(page.locator(".verdict-line")).to_contain_text("2027年2月1日预测")
    for link in page.locator(".steps a[href^='/map']").all():
        assert "as_of=2027-02-01" in str(link.get_attribute("href"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_empty_installation_says_how_to_begin(
    visit: Visit, bare: str, axe: Callable[[Page], list[str]], scheme: str
) -> None:
    page = visit(bare, viewport=PHONE, color_scheme=scheme)

    expect(page.get_by_role("heading", level=1)).to_have_text("尚无乡镇")
    expect(page.locator(".commands")).to_contain_text("fieldapp import townships")
    expect(page.locator("main").get_by_role("link", name="导入")).to_have_attribute("href", "/import")
    assert axe(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_error_page_is_accessible_and_leads_on(
    visit: Visit, demonstration: str, axe: Callable[[Page], list[str]], scheme: str
) -> None:
    page = visit(demonstration, color_scheme=scheme)
    answer = page.request.get(f"{demonstration}/nowhere")
    # The console reports every answer of 404, so the page is looked at in a page that got 200.
    page.route(
        "**/shown", lambda route: route.fulfill(status=200, body=answer.text(), headers=answer.headers)
    )
    page.goto(f"{demonstration}/shown")

    assert answer.status == 404
    assert axe(page) == []
    page.get_by_role("link", name="前往现状页").click()
    expect(page).to_have_url(f"{demonstration}/")


def test_an_administrator_sees_every_entry_of_the_navigation_on_a_desk_in_english(
    visit: Visit, demonstration: str
) -> None:
    page = visit(
        demonstration + "/?lang=en", role=Role.ADMINISTRATOR, viewport={"width": 1366, "height": 768}
    )
    hidden = page.evaluate(
        """() => {
          const nav = document.querySelector(".site-nav");
          const box = nav.getBoundingClientRect();
          return [...nav.children].filter((a) => a.getBoundingClientRect().right > box.right + 1)
            .map((a) => a.textContent);
        }"""
    )
    assert hidden == []


def test_the_counties_fit_a_phone_in_english(visit: Visit, demonstration: str) -> None:
    page = visit(demonstration + "/?lang=en", viewport=PHONE)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
