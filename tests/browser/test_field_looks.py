"""How the phone app looks: accessible, within the screen, readable in the sun, in both languages."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import product

import pytest
from playwright.sync_api import Page, expect

from tests.browser.phones import Field, field_app, kept_demonstration, picture

__all__ = ["field_app", "kept_demonstration"]

SMALLEST_TEXT = 16
STRONG = 7  # to 1: readable in the sun (WCAG's enhanced contrast)
# Elements whose own text is smaller than 16 px, or stands out less than 7 to 1 from what is behind it.
_WEAK_TEXT = """(least) => {
  const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = channels(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] > 0.9) return colour;
    }
    return [255, 255, 255];
  };
  const weak = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!own || !element.checkVisibility() || element.closest("option, noscript, .map, .photo")) continue;
    const style = getComputedStyle(element);
    const [one, other] = [light(channels(style.color)), light(behind(element))].sort((a, b) => b - a);
    const contrast = (one + 0.05) / (other + 0.05);
    if (parseFloat(style.fontSize) < least.size) weak.push(`${style.fontSize}: ${element.textContent}`);
    // What is large or coloured for a reason stands out by that as well.
    const enough = element.closest(".bar, .state, .fault, button, .notice") ? 4.5 : least.contrast;
    if (contrast < enough) weak.push(`${contrast.toFixed(1)}: ${element.textContent}`);
  }
  return weak;
}"""


def _faults(page: Page, axe: Callable[[Page], list[str]]) -> list[str]:
    faults = axe(page)
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        faults.append("the page scrolls sideways")
    weak: list[str] = page.evaluate(_WEAK_TEXT, {"size": SMALLEST_TEXT, "contrast": STRONG})
    return faults + weak


@pytest.mark.parametrize(("scheme", "language"), list(product(("light", "dark"), ("zh_CN", "en"))))
def test_every_screen_is_accessible_within_the_screen_and_readable_in_the_sun(
    field_app: Field, axe: Callable[[Page], list[str]], scheme: str, language: str
) -> None:
    phone = field_app.phone(color_scheme=scheme)
    phone.context.add_cookies([{"name": "lang", "value": language, "url": field_app.url}])
    page = phone.ready_for_offline()
    found = {"home": _faults(page, axe)}
    page.goto(f"{field_app.url}/field/#/record")
    expect(page.locator(".has-fix")).to_be_visible()
    phone.take_photo(picture(3), label="拍照" if language == "zh_CN" else "Take a photo")
    expect(page.locator(".photos img")).to_have_count(1)
    page.locator("details.field-results summary").tap()
    page.locator("button.save").tap()
    expect(page.locator("#fault-content")).to_be_visible()
    found["form"] = _faults(page, axe)
    page.locator("textarea").fill("一" * 300)
    phone.offline()
    page.locator("button.save").tap()
    expect(page.locator(".visits .card").first).to_contain_text("一一一")
    expect(page.locator(".toast")).to_be_hidden(timeout=10_000)
    found["visits"] = _faults(page, axe)
    page.locator(".visits .card a").first.tap()
    expect(page.locator(".visit .content")).to_be_visible()
    found["visit"] = _faults(page, axe)
    for place in ("phone", "map", "remove", "logout"):
        page.goto(f"{field_app.url}/field/#/{place}")
        expect(page.locator("h1")).to_be_visible()
        found[place] = _faults(page, axe)
    assert {screen: faults for screen, faults in found.items() if faults} == {}


def test_thumbs_hit_every_button(field_app: Field) -> None:
    page = field_app.phone().open("#/record")
    expect(page.locator(".has-fix")).to_be_visible()
    small = page.evaluate(
        """() => [...document.querySelectorAll("button, a.button, nav a, select, label.button, summary")]
          .filter((element) => element.checkVisibility())
          .filter((element) => element.getBoundingClientRect().height < 44)
          .map((element) => element.textContent)"""
    )
    assert small == []


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_each_place_of_the_navigation_stands_on_one_line_within_the_screen(
    field_app: Field, language: str
) -> None:
    phone = field_app.phone(viewport={"width": 360, "height": 740})
    phone.context.add_cookies([{"name": "lang", "value": language, "url": field_app.url}])
    page = phone.open()
    found = page.evaluate(
        """() => [...document.querySelectorAll("nav.places a")].map((place) => {
          const text = document.createRange();
          text.selectNodeContents(place);
          const { left, right } = text.getBoundingClientRect();
          return [text.getClientRects().length, left >= 0 && right <= innerWidth];
        })"""
    )
    assert found == [[1, True]] * 3
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_readers_of_english_read_places_in_pinyin(field_app: Field) -> None:
    phone = field_app.phone()
    phone.context.add_cookies([{"name": "lang", "value": "en", "url": field_app.url}])
    page = phone.open()
    heading = page.locator(".card[data-township] h2").first
    expect(heading).to_have_text(re.compile(rf"^[A-Z][a-z]+( [A-Z][a-z]+)+ {field_app.township}$"))
    expect(page.locator(".card[data-township] .hint").first).to_have_text(re.compile(r"^[A-Z][A-Za-z ]+$"))
    page.goto(f"{field_app.url}/field/#/visits")
    expect(page.locator(".card-title").first).to_have_text(re.compile(r"^[A-Z][A-Za-z ]+$"))
    page.goto(f"{field_app.url}/field/#/record")
    expect(page.locator("select option").first).to_have_text(re.compile(r"^[A-Za-z ]+ \([A-Za-z ]+\)$"))
