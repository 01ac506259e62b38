"""Logging in, in a real browser: by keyboard, with what was wanted before, and out again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from fieldapp.domain.permissions import SYSTEM, Role
from fieldapp.services.keep_users import UserValues, add_user
from tests.browser.conftest import PHONE, Visit, served

PASSWORD = "seven green tractors"


def test_one_logs_in_by_keyboard_goes_on_and_logs_out(visit: Visit, demonstration: str) -> None:
    context = served(demonstration).extensions["fieldapp"]
    add_user(context, UserValues("keyboard", "键盘", Role.VIEWER), by=SYSTEM, password=PASSWORD)
    page = visit(f"{demonstration}/import?lang=zh_CN")
    expect(page).to_have_url(f"{demonstration}/login?next=/import?lang%3Dzh_CN")
    page.keyboard.type("keyboard")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{demonstration}/import?lang=zh_CN")
    page.locator(".user-menu summary").click()
    page.locator(".user-menu button").click()
    expect(page.locator("#password")).to_be_visible()
    page.goto(f"{demonstration}/me")
    expect(page.locator("#password")).to_be_visible()


@pytest.mark.parametrize(
    "path",
    [
        "/me",
        "/me/password",
        "/me/second-factor",
        "/admin/users",
        "/admin/users/new",
        "/admin/persons",
        "/audit",
    ],
)
def test_the_pages_are_accessible_and_never_scroll_sideways(
    visit: Visit, demonstration: str, axe: Callable[[Page], list[str]], path: str
) -> None:
    page = visit(f"{demonstration}{path}?lang=zh_CN", role=Role.ADMINISTRATOR, viewport=PHONE)
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
