"""The registers in a real browser: found by keyboard, readable on a phone, and accessible."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from fieldapp.domain.permissions import Role
from tests.browser.conftest import DESKTOP, PHONE, Visit

PAGES = ("/townships", "/townships/230102101", "/commissioners", "/commissioners/C-0072", "/institutions/1",
         "/commissioners/C-0072/edit", "/products", "/products/1")  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(("viewport", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")])
def test_every_page_is_accessible_and_fits_its_screen(  # noqa: PLR0917
    visit: Visit,
    axe: Callable[[Page], list[str]],
    demonstration: str,
    path: str,
    viewport: dict[str, int],
    scheme: str,
) -> None:
    page = visit(demonstration + path, role=Role.BUREAU_OFFICER, viewport=viewport, color_scheme=scheme)
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


def test_on_a_phone_the_navigation_shows_where_the_page_is(visit: Visit, demonstration: str) -> None:
    page = visit(demonstration + "/products/1", role=Role.BUREAU_OFFICER, viewport=PHONE)
    expect(page.locator(".site-nav [aria-current]")).to_have_text("产品")
    expect(page.locator(".site-nav [aria-current]")).to_be_in_viewport(ratio=1)


def test_a_commissioner_is_found_by_initials_with_the_keyboard_alone(
    visit: Visit, demonstration: str
) -> None:
    page = visit(demonstration + "/commissioners", role=Role.VIEWER)
    page.get_by_role("searchbox").focus()
    page.keyboard.type("hzq")
    page.keyboard.press("Enter")
    page.wait_for_url("**search=hzq**")
    expect(page.locator("tbody tr").first).to_contain_text("胡志强")
    page.locator("thead a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**order=desc**")
    expect(page.locator("th[aria-sort=descending]")).to_have_count(1)
    page.locator("tbody a").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("C-")
    expect(page.get_by_text("139****")).to_be_visible()
