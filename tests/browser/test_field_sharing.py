"""Phones that are shared, lent, given away or lost: what was sent goes from them, and nothing else."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from fieldapp.persistence import schema
from tests.browser.phones import PATIENCE, Field, Phone, field_app, kept_demonstration

__all__ = ["field_app", "kept_demonstration"]


@pytest.fixture
def phone(field_app: Field) -> Phone:
    """A phone with one visit that was sent, and one that was logged without a network."""
    phone = field_app.phone()
    page = phone.ready_for_offline()
    phone.log_visit("已发送的一次")
    expect(page.locator(".visits .state").first).to_have_text("已发送", timeout=PATIENCE)
    phone.offline()
    phone.log_visit("未发送的一次")
    return phone


def _kept(page: Page) -> list[str]:
    page.goto(page.url.partition("#")[0] + "#/visits")
    expect(page.locator(".visits .card")).not_to_have_count(0)
    return page.locator(".visits .card .excerpt").all_inner_texts()


def _choose(page: Page, name: str) -> None:
    page.get_by_role("link", name=name, exact=True).tap()


def test_removing_names_what_stays_and_asks_first(phone: Phone, field_app: Field) -> None:
    page = phone.page
    before = _kept(page)
    total = len(field_app.visits_of(field_app.commissioner_id))
    page.goto(f"{field_app.url}/field/#/phone")
    _choose(page, "移除已发送内容")
    expect(page.locator(".leaving")).to_contain_text(f"{total} 条已发送")
    stays = page.locator(".leaving .notice-warn li")
    expect(stays).to_have_count(1)
    expect(stays).to_contain_text(field_app.township)
    expect(stays).to_contain_text("在本机")
    page.get_by_role("link", name="全部保留").tap()
    assert _kept(page) == before

    page.goto(f"{field_app.url}/field/#/remove")
    page.get_by_role("button", name="确认移除").tap()
    expect(page.locator(".toast")).to_contain_text(f"{total} 条")
    assert _kept(page) == ["未发送的一次"]

    # On the server nothing is gone; it comes back to the phone when it is asked for.
    phone.offline(False)
    expect(page.locator(".visits .state").first).to_have_text("已发送", timeout=PATIENCE)
    page.goto(f"{field_app.url}/field/#/phone")
    page.get_by_role("button", name="重新取回").tap()
    expect(page.get_by_role("button", name="重新取回")).to_have_count(0)
    page.goto(f"{field_app.url}/field/#/visits")
    expect(page.locator(".visits .card")).to_have_count(len(before), timeout=PATIENCE)
    page.goto(f"{field_app.url}/field/#/remove")
    expect(page.locator(".leaving")).to_contain_text(f"{total + 1} 条已发送")


def test_a_list_from_which_all_was_removed_says_so(field_app: Field) -> None:
    page = field_app.phone().ready_for_offline()
    page.goto(f"{field_app.url}/field/#/remove")
    page.get_by_role("button", name="确认移除").tap()
    expect(page.get_by_role("button", name="重新取回")).to_be_visible()
    page.goto(f"{field_app.url}/field/#/visits")
    expect(page.locator(".visits .empty")).to_contain_text("服务器上仍有")
    page.get_by_role("link", name="重新取回").tap()
    page.get_by_role("button", name="重新取回").tap()
    page.goto(f"{field_app.url}/field/#/visits")
    expect(page.locator(".visits .card")).not_to_have_count(0)


def test_logging_out_offers_to_remove_what_was_sent(phone: Phone, field_app: Field) -> None:
    page = phone.page
    page.goto(f"{field_app.url}/field/#/logout")
    page.get_by_role("button", name="退出登录，并移除已发送内容").tap()
    expect(page.locator("[role=alert]")).to_contain_text("退出登录需要网络")
    phone.offline(False)
    phone.says("全部已发送")
    page.get_by_role("button", name="退出登录，并移除已发送内容").tap()
    expect(page.get_by_role("heading", name="用本机填写服务日志")).to_be_visible(timeout=PATIENCE)
    assert page.request.get(f"{field_app.url}/api/v1/me").status == 401
    assert page.evaluate("indexedDB.databases().then((all) => all.length)") == 1
    expect(page.locator("body")).not_to_contain_text(field_app.township)

    field_app.log_in(phone)
    page.reload()
    expect(page.locator(".card[data-township]").first).to_contain_text(field_app.township)
    assert "已发送的一次" in _kept(page)


def test_whoever_is_logged_in_is_named_and_logged_out_and_the_owner_is_asked_for(
    phone: Phone, field_app: Field
) -> None:
    field_app.log_in(phone, "officer")
    phone.offline(False)
    page = phone.page
    told = page.locator(".notices .notice", has_text="1 条日志待发送")
    expect(told).to_contain_text("该账号不填写服务日志")
    owner = page.evaluate(
        """() => new Promise((done) => {
          indexedDB.open("fieldapp").onsuccess = ({ target: { result: database } }) => {
            database.transaction("meta").objectStore("meta").get("user").onsuccess = ({ target }) => {
              database.close();
              done(target.result.value.name);
            };
          };
        })"""
    )
    expect(told).to_contain_text(f"请以{owner}的账号登录后发送")
    phone.says(f"需{owner}登录")
    page.goto(f"{field_app.url}/field/#/logout")
    page.get_by_role("button", name="退出登录，保留在本机").tap()
    phone.says("需登录后发送")
    assert page.request.get(f"{field_app.url}/api/v1/me").status == 401
    expect(told).to_have_count(0)
    assert _kept(page).count("未发送的一次") == 1

    field_app.log_in(phone, "officer")
    page.reload()
    told.get_by_role("button", name="换账号登录").tap()
    expect(page.locator("input[name=password]")).to_be_visible()
    field_app.log_in(phone)
    phone.kill()
    phone.open("#/visits")
    phone.says("全部已发送")
    assert len(field_app.visits("未发送的一次")) == 1


def test_the_next_commissioner_on_a_shared_phone_is_told_whose_visits_wait(
    phone: Phone, field_app: Field
) -> None:
    with field_app.context.engine.execution_options(fieldapp_writes=True).begin() as connection:
        colleague = connection.scalar(
            select(schema.commissioners.c.id).where(schema.commissioners.c.id != field_app.commissioner_id)
        )
        connection.execute(
            schema.users.insert().values(
                username="colleague",
                display_name="吴芳",
                role="commissioner",
                commissioner_id=colleague,
                created_at=field_app.context.now(),
            )
        )
    field_app.log_in(phone, "colleague")
    phone.offline(False)
    page = phone.page
    told = page.locator(".notices .notice", has_text="1 条日志待发送")
    expect(told).to_contain_text("当前登录账号为吴芳。", timeout=PATIENCE)
    told.get_by_role("button", name="退出登录").tap()
    phone.says("未登录")
    assert page.request.get(f"{field_app.url}/api/v1/me").status == 401
    assert field_app.visits("未发送的一次") == []


def test_what_was_not_sent_outlives_logging_out_on_a_page_of_the_site(phone: Phone, field_app: Field) -> None:
    page = phone.page
    page.route("**/api/v1/visits/*", lambda route: route.abort())
    phone.offline(False)
    page.goto(f"{field_app.url}/me")
    page.locator(".user-menu summary").tap()
    page.get_by_role("button", name="退出登录").tap()
    expect(page.locator("h1")).to_have_text("已退出登录")
    expect(page.locator(".leaving .notice-warn li")).to_have_count(1)
    page.get_by_role("button", name="确认移除").tap()
    expect(page.locator(".toast")).to_be_visible()
    assert _kept(page) == ["未发送的一次"]

    page.unroute("**/api/v1/visits/*")
    field_app.log_in(phone)
    page.reload()
    expect(page.locator(".visits .state").first).to_have_text("已发送", timeout=PATIENCE)
    assert len(field_app.visits("未发送的一次")) == 1


def test_logging_out_where_no_visit_was_ever_logged_asks_for_a_login(field_app: Field) -> None:
    phone = field_app.phone()
    page = phone.context.new_page()
    phone.pages.append(page)
    page.goto(f"{field_app.url}/me")
    page.locator(".user-menu summary").tap()
    page.get_by_role("button", name="退出登录").tap()
    expect(page.locator("input[name=password]")).to_be_visible()
