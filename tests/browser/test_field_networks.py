"""Photos over the networks that there are in villages, and from two phones of one person."""

from __future__ import annotations

from random import Random
from typing import Any

from playwright.sync_api import Page, Route, expect
from sqlalchemy import func, select

from fieldapp.persistence import schema
from tests.browser.phones import PATIENCE, Field, Phone, field_app, kept_demonstration, picture

__all__ = ["field_app", "kept_demonstration"]

# As GPRS has it at the edge of a village.
LATENCY_MS, DOWN, UP = 600, 30_000, 15_000  # bytes a second
SMALL = (640, 480)  # so that the test takes some pieces, not minutes


def slowed(phone: Phone) -> Any:
    """Let the phone's page have a slow network; what it returns ends that."""
    session = phone.context.new_cdp_session(phone.page)
    conditions = {
        "offline": False,
        "latency": LATENCY_MS,
        "downloadThroughput": DOWN,
        "uploadThroughput": UP,
        "connectionType": "cellular2g",
    }
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", conditions)
    return session


def write_with_photos(phone: Phone, content: str, seeds: list[int]) -> Page:
    page = phone.page
    page.goto(f"{phone.url}/field/#/record")
    expect(page.locator(".has-fix")).to_be_visible()
    for number, seed in enumerate(seeds, start=1):
        phone.take_photo(picture(seed, SMALL))
        expect(page.locator(".photos img")).to_have_count(number)
    page.locator("textarea").fill(content)
    page.locator("button.save").tap()
    expect(page.locator(".visits .card").first).to_contain_text(content)
    return page


def count_of(field_app: Field, table: Any) -> int:
    with field_app.context.reading() as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0


def test_a_visit_with_photos_arrives_once_over_a_slow_network_that_loses_things(field_app: Field) -> None:
    phone = field_app.phone()
    page = phone.ready_for_offline()
    photos_before = count_of(field_app, schema.photos)
    chance = Random(2)
    lost: list[str] = []

    def lossy(route: Route) -> None:
        method = route.request.method
        if method not in lost:
            lost.append(method)
            if method != "GET":
                route.fetch()  # it arrives, and its answer is lost
            route.abort("connectionreset")
        elif chance.random() < 0.2:
            route.abort("connectionreset")
        else:
            route.continue_()

    session = slowed(phone)
    phone.context.route("**/api/v1/**", lossy)
    write_with_photos(phone, "慢而不稳的网络", [31, 32])
    state, send = page.locator(".visits .state").first, page.locator(".bar button")
    for _ in range(40):
        expect(send).to_be_visible(timeout=PATIENCE)  # nothing is being sent
        if state.inner_text() == "已发送":
            break
        send.tap()
        expect(send.or_(page.locator(".sync-act[data-shown=none]"))).to_be_visible()
    expect(state).to_have_text("已发送")
    assert {"PUT", "POST", "PATCH"} <= set(lost)
    phone.context.unroute("**/api/v1/**")
    session.detach()

    (stored,) = field_app.visits("慢而不稳的网络")
    with field_app.context.reading() as connection:
        named = schema.visit_photos.c.visit_id == stored["id"]
        digests = set(connection.scalars(select(schema.visit_photos.c.sha256).where(named)))
        arrived = set(
            connection.scalars(select(schema.photos.c.sha256).where(schema.photos.c.sha256.in_(digests)))
        )
    assert len(digests) == 2
    assert arrived == digests
    assert count_of(field_app, schema.photos) == photos_before + 2
    assert count_of(field_app, schema.photo_uploads) == 2  # found again, whatever answer was lost


def test_the_other_phone_sees_the_visit_and_waits_for_the_photos_of_the_first(field_app: Field) -> None:
    first, second = field_app.phone(), field_app.phone()
    first.ready_for_offline()
    second.ready_for_offline()
    first.context.route("**/api/v1/photos**", lambda route: route.abort("connectionreset"))
    write_with_photos(first, "第一台手机拍照", [41])
    state = "已发送，待传照片 1 张"
    expect(first.page.locator(".visits .state").first).to_have_text(state, timeout=PATIENCE)

    page = second.page
    page.locator(".bar button").tap()
    page.goto(f"{field_app.url}/field/#/visits")
    expect(page.locator(".visits .card").first).to_contain_text("第一台手机拍照", timeout=PATIENCE)
    expect(page.locator(".visits .state").first).to_have_text(state)
    page.locator(".visits .card a").first.tap()
    page.get_by_role("link", name="修改").tap()
    page.locator("textarea").fill("第二台手机补充")
    page.locator("button.save").tap()
    expect(page.locator(".visit .state").first).to_have_text(state, timeout=PATIENCE)
    assert len(field_app.visits("第二台手机补充")) == 1

    first.context.unroute("**/api/v1/photos**")
    first.page.locator(".bar button").tap()
    expect(first.page.locator(".visits .card").first).to_contain_text("第二台手机补充", timeout=PATIENCE)
    expect(first.page.locator(".visits .state").first).to_have_text("已发送", timeout=PATIENCE)
    page.goto(f"{field_app.url}/field/#/visits")
    page.locator(".bar button").tap()
    expect(page.locator(".visits .state").first).to_have_text("已发送", timeout=PATIENCE)

    page.locator(".visits .card a").first.tap()
    page.get_by_role("button", name="删除", exact=True).tap()
    with second.context.expect_event("response", lambda answer: answer.request.method == "DELETE"):
        page.get_by_role("button", name="确认删除").tap()
    second.says("全部已发送")
    first.page.locator(".bar button").tap()
    expect(first.page.get_by_text("第二台手机补充")).to_have_count(0, timeout=PATIENCE)
    (stored,) = field_app.visits("第二台手机补充")
    assert stored["deleted_at"] is not None
