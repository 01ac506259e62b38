"""The page of imports and exports in a real browser: usable by keyboard, on a phone, in the dark."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from fieldapp.domain.permissions import Role
from tests.browser.conftest import DESKTOP, PHONE, Visit

SIZES = {"desktop": DESKTOP, "phone": PHONE}
SOUND = "编号,姓名,派出单位,可服务乡镇数\nC-0001,换了名字,东北农业大学,2\n,新来的,<b>新单位</b>,1\n"
FAULTY = "乡镇,产品,产品类别\n拉林镇,香瓜,水果\n太平镇,大米,什么\n"


def choose(page: Page, kind: str, folder: Path, text: str) -> None:
    file = folder / "list.csv"
    file.write_text(text, "utf-8")
    page.locator("#kind").select_option(kind)
    page.locator("#file").set_input_files(file)
    page.locator("#file").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # on the button after the folded choices
    page.wait_for_url("**/import/preview?**")


@pytest.mark.parametrize("shown", ["desktop light zh_CN", "phone dark en", "phone light zh_CN"])
def test_the_pages_are_accessible_and_never_scroll_sideways(
    visit: Visit, demonstration: str, axe: Callable[[Page], list[str]], tmp_path: Path, shown: str
) -> None:
    size, scheme, language = shown.split()
    page = visit(
        f"{demonstration}/import?lang={language}",
        role=Role.BUREAU_OFFICER,
        viewport=SIZES[size],
        color_scheme=scheme,
    )
    page.locator("summary").first.click()
    assert axe(page) == []
    for kind, text in (("commissioners", SOUND), ("products", FAULTY)):
        page.goto(f"{demonstration}/import?lang={language}")
        choose(page, kind, tmp_path, text)
        assert axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_preview_shows_what_would_change_and_asks_to_confirm(
    visit: Visit, demonstration: str, tmp_path: Path
) -> None:
    page = visit(f"{demonstration}/import?lang=zh_CN", role=Role.BUREAU_OFFICER)
    choose(page, "commissioners", tmp_path, SOUND)
    expect(page.locator("del").first).to_be_visible()
    expect(page.get_by_text("<b>新单位</b>").first).to_be_visible()
    expect(page.locator("form[action='/import/confirm'] button")).to_be_visible()


def test_a_preview_with_faults_names_them_and_cannot_be_confirmed(
    visit: Visit, demonstration: str, tmp_path: Path
) -> None:
    page = visit(f"{demonstration}/import?lang=zh_CN", role=Role.BUREAU_OFFICER)
    choose(page, "products", tmp_path, FAULTY)
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_text("拉林满族镇").first).to_be_visible()
    expect(page.locator("form[action='/import/confirm']")).to_have_count(0)
