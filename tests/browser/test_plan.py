"""Planning in a real browser: make, look, pin, solve again, publish and undo; by keyboard; on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from fieldapp.domain.permissions import Role
from tests.browser.conftest import PHONE, Visit

WIDE = {"width": 1440, "height": 900}
SOLVED = ".assign-toast:not([hidden])"
SIZES = pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["1440", "360"])
HOSTILE = "<img src=x onerror=alert(1)>\"'{{7*7}}"


@pytest.fixture
def officer(visit: Visit, workplace: str) -> Iterator[Page]:
    page = visit(f"{workplace}/plan", role=Role.BUREAU_OFFICER, viewport=WIDE)
    _make(page)
    yield page
    # What is still on its way when the page is closed would count as failed.
    page.wait_for_load_state("networkidle")


def _make(page: Page, name: str = "全市方案") -> None:
    page.fill("#name", name)
    page.click(".plan-new button[type=submit]")
    expect(page.locator("[data-drawn]")).to_be_visible()


def _pinned(page: Page, code: str) -> None:
    expect(page.locator(f"#plan-table [data-code='{code}']")).to_have_attribute("data-pinned", "true")


def test_a_plan_is_made_looked_at_edited_published_and_undone(officer: Page) -> None:
    expect(officer.locator(".plan-sentence")).to_contain_text("168")
    officer.click("[data-change-filter=new]")
    row = officer.locator("#plan-table tbody tr:not([hidden])").first
    code = row.get_attribute("data-code")
    assert code is not None
    row.locator(".plan-open").click()
    officer.locator(".plan-options input:not(:disabled)").first.check()
    officer.click(".plan-choose [type=submit]")
    expect(officer.locator(SOLVED)).to_be_visible()
    _pinned(officer, code)
    officer.click("a[href$='/publish']")
    rows = officer.locator("tbody tr").count()
    assert rows > 0
    officer.click("form[action$='/publish'] button")
    expect(officer.locator(".plan-state.is-published")).to_be_visible()
    expect(officer.locator(".plan-notices")).to_contain_text(str(rows))
    expect(officer.locator("#plan-solve")).to_have_count(0)
    officer.click(".plan-undo summary")
    officer.click("form[action$='/undo'] button")
    expect(officer.locator(".plan-state.is-undone")).to_be_visible()


def test_a_pair_is_pinned_forbidden_and_freed_by_keyboard_alone(officer: Page) -> None:
    link = officer.locator("#plan-table tbody tr:not([hidden]) .plan-open").first
    link.focus()
    officer.keyboard.press("ArrowDown")
    focused = officer.locator("#plan-table .plan-open:focus")
    code = focused.evaluate("link => link.closest('tr').dataset.code")
    officer.keyboard.press("p")
    _pinned(officer, code)
    expect(officer.locator(f"[data-code='{code}'] .plan-open")).to_be_focused()
    officer.keyboard.press("r")
    expect(officer.locator("[data-pinned=true]")).to_have_count(0)
    before = officer.locator(f"#plan-table [data-code='{code}']").get_attribute("data-commissioner")
    officer.keyboard.press("x")
    expect(officer.locator(f"#plan-table [data-code='{code}']")).not_to_have_attribute(
        "data-commissioner", str(before)
    )
    officer.keyboard.press("Enter")
    expect(officer.locator("#plan-card-title")).to_be_focused()
    officer.keyboard.press("Escape")
    expect(officer.locator(f"[data-code='{code}'] .plan-open")).to_be_focused()


def test_what_one_filters_and_sorts_by_stays_when_the_plan_is_solved_again(officer: Page) -> None:
    officer.click("[data-change-filter=new]")
    officer.click("#plan-table thead th:nth-child(6) button")
    shown = officer.locator("#plan-table tbody tr:not([hidden])")
    count = shown.count()
    officer.click("#plan-solve")
    expect(officer.locator(SOLVED)).to_be_visible()
    expect(officer.locator("[data-change-filter=new]")).to_have_attribute("aria-pressed", "true")
    expect(officer.locator("#plan-table [aria-sort]")).to_have_count(1)
    expect(shown).to_have_count(count)


def test_the_map_is_coloured_by_what_changes_and_opens_a_township(officer: Page) -> None:
    for change in ("new", "kept", "uncovered"):
        rows = officer.locator(f"#plan-table [data-change={change}]").count()
        expect(officer.locator(f".township.status-{change}")).to_have_count(rows)
    officer.locator(".township.status-uncovered").first.dispatch_event("click")
    expect(officer.locator("#plan-card")).to_be_visible()
    expect(officer.locator("#plan-table tr.is-chosen")).to_have_attribute("data-change", "uncovered")


def test_the_address_of_a_township_opens_it_and_a_long_name_leaves_the_reasons_in_view(officer: Page) -> None:
    link = officer.locator("#plan-table .plan-open").nth(3)
    code = link.evaluate("link => link.closest('tr').dataset.code")
    officer.goto(link.evaluate("link => link.href"))
    expect(officer.locator("#plan-card-title")).to_be_visible()
    expect(officer.locator("#plan-table tr.is-chosen")).to_have_attribute("data-code", code)
    officer.set_viewport_size({"width": 1440, "height": 900})
    who = officer.locator("#plan-table td.plan-who").first
    who.evaluate("cell => { cell.textContent = 'W'.repeat(40); }")
    edge = officer.locator("#plan-table td.plan-reason").first.evaluate(
        "cell => cell.getBoundingClientRect().right"
    )
    assert edge <= 1440


def test_a_shortage_is_shown_on_the_map_and_closed_by_one_more(officer: Page) -> None:
    officer.click("#plan-shortages-tab")
    officer.locator("[data-mark]").first.click()
    expect(officer.locator(".township.is-picked").first).to_be_attached()
    officer.locator("[data-what-if]").first.click()
    expect(officer.locator("#plan-answer .notice strong")).to_be_visible()


@SIZES
@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_every_page_of_planning_is_accessible_and_fits(
    visit: Visit,
    workplace: str,
    axe: Callable[[Page], list[str]],
    viewport: dict[str, int],
    language: str,
) -> None:
    page = visit(f"{workplace}/plan?lang={language}", role=Role.BUREAU_OFFICER, viewport=viewport)
    assert axe(page) == []
    _make(page, HOSTILE)
    address = page.url.split("?")[0]
    page.locator("#plan-table .plan-open").first.click()
    expect(page.locator(".plan-options")).to_be_visible()
    assert axe(page) == []
    assert page.locator("img[src=x]").count() == 0
    for part in ("counties", "shortages", "fragility", "leftover", "what-if", "edits"):
        page.click(f"#plan-{part}-tab")
        expect(page.locator(f"#plan-{part}")).to_be_visible()
    expect(page.locator("#plan-fragility table").first).to_be_attached()
    expect(page.locator("#plan-fragility-tab [data-count]")).to_have_text(re.compile(r"\d"))
    assert axe(page) == []
    for other in (f"{address}/publish", f"{workplace}/plan/policy", f"{workplace}/plan"):
        page.goto(other)
        assert axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.locator("img[src=x]").count() == 0


def test_an_empty_roster_is_told(visit: Visit, bare: str) -> None:
    page = visit(f"{bare}/plan?lang=en", role=Role.BUREAU_OFFICER, viewport=WIDE)
    page.click(".plan-new button[type=submit]")
    expect(page.locator(".plan-sentence")).to_have_text(re.compile("the roster is empty"))


def test_on_paper_every_part_of_a_plan_follows_the_other(officer: Page) -> None:
    expect(officer.locator("#plan-counties")).to_be_hidden()
    officer.emulate_media(media="print")
    for part in ("townships", "counties", "shortages", "fragility", "leftover"):
        expect(officer.locator(f"#plan-{part}")).to_be_visible()
    expect(officer.locator("#plan-what-if")).to_be_hidden()
