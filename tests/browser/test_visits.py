"""Visits in a real browser: the queue by keyboard, the slip on paper, the recipient's phone."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from fieldapp.domain.permissions import Role
from tests.browser.conftest import PHONE, Visit


def _open_queue(visit: Visit, address: str, **options: object) -> Page:
    return visit(f"{address}/visits/review", role=Role.BUREAU_OFFICER, **options)


def test_an_officer_reviews_by_keyboard_alone(workplace: str, visit: Visit) -> None:
    page = _open_queue(visit, workplace)
    title = page.locator("#visit-title a")
    first = title.get_attribute("href") or ""
    page.keyboard.press("j")
    expect(title).not_to_have_attribute("href", first)
    page.keyboard.press("k")
    expect(title).to_have_attribute("href", first)
    page.keyboard.press("a")
    expect(page.locator(".review-done")).to_be_visible()
    expect(title).not_to_have_attribute("href", first)
    page.keyboard.press("u")
    expect(title).to_have_attribute("href", first)


def test_a_question_is_typed_and_sent_without_the_mouse(workplace: str, visit: Visit) -> None:
    page = _open_queue(visit, workplace)
    first = page.locator("#visit-title").inner_text()
    page.keyboard.press("q")
    expect(page.locator("#question-text")).to_be_focused()
    page.keyboard.type("aqj 请补充 <img src=x onerror=alert(1)>")  # keys are letters here, not commands
    expect(page.locator("#visit-title")).to_have_text(first)
    page.keyboard.press("Escape")
    expect(page.locator("#question-text")).to_be_hidden()
    page.keyboard.press("q")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".review-done")).to_be_visible()
    page.locator(".review-done").wait_for()
    page.goto(f"{workplace}/visits?review=has_issues&sort=received&order=desc")
    page.locator(".visit-list tbody tr a").first.click()
    expect(page.locator(".visit-note-question").first).to_contain_text("请")


def test_the_keys_are_explained_and_the_help_closes(demonstration: str, visit: Visit) -> None:
    page = _open_queue(visit, demonstration)
    page.keyboard.press("?")
    expect(page.locator("#review-help")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#review-help")).to_be_hidden()


def test_the_map_shows_the_position_in_its_township(demonstration: str, visit: Visit) -> None:
    page = visit(f"{demonstration}/visits?grade=B", role=Role.BUREAU_OFFICER)
    page.locator(".visit-list tbody th a").first.click()
    expect(page.locator(".visit-map path.visit-fix")).to_be_attached()
    expect(page.locator(".visit-map path.visit-boundary")).to_be_attached()
    page.get_by_role("button", name=re.compile("定位附近")).click()
    expect(page.locator(".visit-map path.visit-accuracy")).to_be_attached()


def test_the_pages_are_accessible_and_fit_a_phone(
    demonstration: str, visit: Visit, axe: Callable[[Page], list[str]]
) -> None:
    for path in ("/visits", "/visits/review", "/visits/review/grade-a", "/visits/phones", "/confirm"):
        role = None if path == "/confirm" else Role.BUREAU_OFFICER
        page = visit(f"{demonstration}{path}", role=role, viewport=PHONE)
        assert axe(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_the_slip_fits_one_sheet_of_paper_and_leads_a_phone_to_its_answer(
    workplace: str, visit: Visit, axe: Callable[[Page], list[str]]
) -> None:
    page = visit(f"{workplace}/visits?grade=C", role=Role.BUREAU_OFFICER)
    page.locator(".visit-list tbody th a").first.click()
    page.get_by_role("button", name="生成服务确认书和链接").click()
    address = page.locator("[data-select]").input_value()
    assert page.pdf(format="A4").count(b"/Type /Page\n") == 1
    phone = visit(address, viewport=PHONE)
    assert axe(phone) == []
    phone.get_by_text("5 星", exact=False).last.click()
    phone.locator("#comment").fill("<b>很好</b>")
    phone.get_by_role("button", name="提交确认").click()
    expect(phone.get_by_role("heading", name="谢谢")).to_be_visible()
    page.go_back()
    page.reload()
    expect(page.locator("dd .long-text", has_text="<b>很好</b>")).to_be_visible()


def test_one_of_grade_a_is_left_out_by_keyboard_and_goes_on_waiting(workplace: str, visit: Visit) -> None:
    page = visit(f"{workplace}/visits/review/grade-a", role=Role.BUREAU_OFFICER, viewport=PHONE)
    ticks = page.locator("tbody input[type=checkbox]")
    count = ticks.count()
    button = page.get_by_role("button", name="批准勾选的日志")
    expect(button).to_contain_text(f"{count} / {count}")
    ticks.first.focus()
    page.keyboard.press("Space")
    expect(button).to_contain_text(f"{count - 1} / {count}")
    expect(page.get_by_label("全选")).not_to_be_checked()
    left_out = ticks.first.input_value()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text(str(count - 1))
    expect(ticks).to_have_count(1)
    expect(ticks.first).to_have_value(left_out)


def test_no_list_of_visits_is_cut_on_a_phone(demonstration: str, visit: Visit) -> None:
    for path in ("/visits", "/visits/review/grade-a", "/visits/phones"):
        page = visit(f"{demonstration}{path}", role=Role.BUREAU_OFFICER, viewport=PHONE)
        table = page.locator(".scroll-x")
        assert table.evaluate("each => each.scrollWidth <= each.clientWidth"), path


def test_on_paper_a_list_of_visits_is_as_wide_as_the_sheet_and_nothing_can_be_pressed(
    demonstration: str, visit: Visit
) -> None:
    sheet = {"width": 703, "height": 1031}  # A4 within its margins
    page = visit(f"{demonstration}/visits?lang=en", role=Role.BUREAU_OFFICER, viewport=sheet)
    one = page.locator(".visit-list tbody th a").first.get_attribute("href")
    for path in ("/visits", "/visits/review", "/visits/review/grade-a", "/visits/phones", one):
        page.goto(f"{demonstration}{path}")
        page.emulate_media(media="print")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        assert page.locator("button:visible, nav:visible, input:visible, select:visible").count() == 0, path


def test_a_long_text_shows_its_first_lines_until_all_of_it_is_asked_for(workplace: str, visit: Visit) -> None:
    page = _open_queue(visit, workplace)
    address = page.locator("#visit-title a").get_attribute("href")
    page.keyboard.press("q")
    page.keyboard.insert_text("请补充。" * 400)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".review-done")).to_be_visible()
    page.goto(f"{workplace}{address}")
    text = page.locator(".visit-note .clamp")
    cut = text.bounding_box()
    more = page.locator(".visit-note .clamp-way")
    more.focus()
    page.keyboard.press("Enter")
    expect(more).to_have_attribute("aria-expanded", "true")
    whole = text.bounding_box()
    assert cut is not None
    assert whole is not None
    assert cut["height"] * 2 < whole["height"]
    more.click()
    expect(more).to_have_text("显示全文")
    page.emulate_media(media="print")
    assert text.evaluate("each => each.scrollHeight <= each.clientHeight")
