"""Assigning in a real browser: by mouse, by keyboard alone, by two officers at once, on a phone."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from fieldapp.domain.permissions import Role
from tests.browser.conftest import PHONE, SESSION_COOKIE, Visit, session_of

SECONDS_ALLOWED = 30  # from having logged in to the township having somebody
WIDE = {"width": 1440, "height": 900}
TOAST = "#assign-toast:not([hidden])"


@pytest.fixture
def officer(visit: Visit, workplace: str) -> Iterator[Page]:
    page = visit(f"{workplace}/assign", role=Role.BUREAU_OFFICER)
    expect(page.locator("[data-drawn]")).to_be_visible()
    yield page
    # What is still on its way when the page is closed would count as failed.
    expect(page.locator("#map-page:not([aria-busy])")).to_be_visible()


@pytest.fixture
def quarrelling(chromium: Browser, workplace: str) -> Iterator[Callable[[], Page]]:
    """Pages of officers one of whom is refused, which Chromium writes on its console."""
    contexts = []

    def open_page() -> Page:
        context = chromium.new_context(viewport=WIDE, locale="zh-CN")
        contexts.append(context)
        value = session_of(workplace, Role.BUREAU_OFFICER)
        context.add_cookies([{"name": SESSION_COOKIE, "value": value, "url": workplace}])
        page = context.new_page()
        page.goto(f"{workplace}/assign")
        expect(page.locator("[data-drawn]")).to_be_visible()
        return page

    yield open_page
    for context in contexts:
        context.close()


def _uncovered(page: Page) -> str:
    code = page.locator("li[data-work=uncovered]").first.get_attribute("data-code")
    assert code is not None
    return code


def _queue_item(page: Page, code: str) -> str:
    assert page.locator(f"li[data-code='{code}']").count() == 1
    return f"li[data-code='{code}'] .queue-item"


def test_a_new_officer_fills_an_uncovered_township_by_mouse(officer: Page) -> None:
    began = time.monotonic()
    code = _uncovered(officer)
    officer.click(_queue_item(officer, code))
    officer.click("#desk-propose")
    expect(officer.locator(TOAST)).to_be_visible()
    expect(officer.locator(".assignment-card.state-proposed")).to_have_count(1)
    expect(officer.locator(f"li[data-code='{code}']")).to_have_attribute("data-work", "proposed")
    assert time.monotonic() - began <= SECONDS_ALLOWED


def test_and_by_keyboard_alone(officer: Page) -> None:
    began = time.monotonic()
    code = _uncovered(officer)
    expect(officer.locator(_queue_item(officer, code))).to_be_focused()
    officer.keyboard.press("Enter")
    expect(officer.locator(".candidates input:checked")).to_be_focused()
    officer.keyboard.press("Enter")
    expect(officer.locator(TOAST)).to_be_visible()
    expect(officer.locator(f"li[data-code='{code}']")).to_have_attribute("data-work", "proposed")
    assert time.monotonic() - began <= SECONDS_ALLOWED
    officer.keyboard.press("Escape")
    expect(officer.locator("#assign-queue :focus")).to_have_count(1)


def test_what_was_done_is_undone_within_ten_seconds(officer: Page) -> None:
    code = _uncovered(officer)
    officer.click(_queue_item(officer, code))
    officer.click("#desk-propose")
    officer.click(".is-undo")
    expect(officer.locator(f"li[data-code='{code}']")).to_have_attribute("data-work", "uncovered")
    expect(officer.locator(".assignment-card")).to_have_count(0)


def test_a_proposal_goes_on_notice_and_its_timeline_tells_who_did_it(officer: Page) -> None:
    officer.click(_queue_item(officer, _uncovered(officer)))
    officer.click("#desk-propose")
    officer.click("form[action$=put_on_notice] button")
    expect(officer.locator(".assignment-card.state-on_notice")).to_have_count(1)
    officer.click(".desk-timeline > summary")
    expect(officer.locator(".timeline-events li")).to_have_count(2)


def test_a_chip_opens_into_a_sentence_and_two_candidates_are_compared(officer: Page) -> None:
    officer.click(_queue_item(officer, _uncovered(officer)))
    officer.locator(".chip summary").first.click()
    expect(officer.locator(".chip p").first).to_be_visible()
    for position in (0, 1):
        officer.locator(".candidate-compare").nth(position).check()
    officer.click("[data-compare]")
    expect(officer.locator(".compare thead th")).to_have_count(2)


def test_several_are_looked_at_before_they_are_written_and_undone_together(officer: Page) -> None:
    before = officer.locator("li[data-work=uncovered]").count()
    officer.click("#assign-several")
    for position in range(3):
        officer.locator(".queue-pick").nth(position).check()
    officer.click("#assign-propose-several")
    expect(officer.locator(".several tbody tr")).to_have_count(3)
    expect(officer.locator("li[data-work=uncovered]")).to_have_count(before)
    officer.click("[data-several-form] button[type=submit]")
    expect(officer.locator("li[data-work=uncovered]")).to_have_count(before - 3)
    officer.click(".is-undo")
    expect(officer.locator("li[data-work=uncovered]")).to_have_count(before)


def test_a_box_on_the_map_chooses_the_townships_in_it(officer: Page) -> None:
    officer.click("#assign-several")
    officer.click("#assign-box")
    area = officer.locator(".folium-map").bounding_box()
    assert area is not None
    officer.mouse.move(area["x"] + 20, area["y"] + 20)
    officer.mouse.down()
    officer.mouse.move(area["x"] + area["width"] - 20, area["y"] + area["height"] - 20, steps=4)
    officer.mouse.up()
    expect(officer.locator(".township.is-picked")).to_have_count(168)


def test_one_can_start_from_a_commissioner(officer: Page) -> None:
    officer.click("#assign-by-person")
    officer.locator("#assign-people .queue-item").first.click()
    expect(officer.locator(".candidates input:checked")).to_have_count(1)
    officer.click("#desk-propose")
    expect(officer.locator(TOAST)).to_be_visible()


def test_the_slower_of_two_officers_is_told_and_keeps_what_was_typed(
    quarrelling: Callable[[], Page],
) -> None:
    first, second = quarrelling(), quarrelling()
    code = _uncovered(first)
    for page in (first, second):
        page.click(_queue_item(page, code))
        expect(page.locator("#desk-propose")).to_be_enabled()
    second.fill(".note-field input", "请优先考虑")
    first.click("#desk-propose")
    expect(first.locator(TOAST)).to_be_visible()
    second.click("#desk-propose")
    expect(second.locator("#assign-conflict")).to_be_visible()
    expect(second.locator("#assign-conflict-text")).to_contain_text("拟选派")
    second.click("#assign-conflict-look")
    expect(second.locator(".assignment-card.state-proposed")).to_have_count(1)
    expect(second.locator(".note-field input")).to_have_value("请优先考虑")


def test_an_open_page_shows_within_five_seconds_what_somebody_else_did(
    quarrelling: Callable[[], Page],
) -> None:
    first, second = quarrelling(), quarrelling()
    code = _uncovered(first)
    first.click(_queue_item(first, code))
    first.click("#desk-propose")
    expect(first.locator(TOAST)).to_be_visible()
    expect(second.locator(f"li[data-code='{code}']")).to_have_attribute("data-work", "proposed", timeout=5000)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_meets_wcag_in_both_themes(
    visit: Visit, demonstration: str, axe: Callable[[Page], list[str]], scheme: str
) -> None:
    page = visit(f"{demonstration}/assign", role=Role.BUREAU_OFFICER, viewport=WIDE, color_scheme=scheme)
    expect(page.locator("[data-drawn]")).to_be_visible()
    assert axe(page) == []
    page.click(_queue_item(page, _uncovered(page)))
    expect(page.locator(".candidates")).to_be_visible()
    assert axe(page) == []


def test_on_a_phone_the_desk_lies_over_the_queue_and_nothing_scrolls_sideways(
    visit: Visit, demonstration: str
) -> None:
    page = visit(f"{demonstration}/assign", role=Role.BUREAU_OFFICER, viewport=PHONE)
    expect(page.locator("[data-drawn]")).to_be_visible()
    page.locator(".queue-item").first.click()
    expect(page.locator(".desk")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.click("[data-close]")
    expect(page.locator(".queue-item").first).to_be_visible()


def test_who_may_not_assign_is_told_so(visit: Visit, demonstration: str) -> None:
    page = visit(f"{demonstration}/", role=Role.VIEWER)
    expect(page.locator("a[href='/assign']")).to_have_count(0)
    answer = page.request.get(f"{demonstration}/assign")
    assert answer.status == 403
