"""Between phone and server: bad networks, ended sessions, two phones, full phones, new versions."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Route, expect

from fieldapp.persistence import accounts, schema
from fieldapp.web import field as field_pages
from tests.browser.phones import Field, Phone, field_app, kept_demonstration, picture

__all__ = ["field_app", "kept_demonstration"]


def _open_first(phone: Phone) -> None:
    phone.page.locator(".visits .card a").first.tap()


def test_a_session_that_ended_asks_for_a_login_and_keeps_everything(field_app: Field) -> None:
    phone = field_app.phone()
    phone.ready_for_offline()
    field_app.end_sessions()
    phone.tap_text("立即发送")
    phone.says("未登录")
    phone.page.goto(f"{field_app.url}/field/#/record")
    # Long enough that its length is no question.
    phone.page.get_by_role("button", name="修改时间").tap()
    phone.page.get_by_role("button", name="2 小时前").tap()
    phone.log_visit("会话已结束")
    expect(phone.page.locator(".toast")).to_have_text("已存到本机，登录后即发送。")
    phone.says("需登录后发送")
    phone.kill()
    page = phone.open("#/visits")
    expect(page.locator(".visits .card").first).to_contain_text("会话已结束")
    expect(page.locator(".bar").get_by_role("link", name="登录")).to_be_visible()

    field_app.log_in(phone)
    page.reload()
    phone.says("全部已发送")
    assert len(field_app.visits("会话已结束")) == 1


def _two_phones_with(field_app: Field, content: str) -> tuple[Phone, Phone]:
    """Two phones of one person that both show a visit with this content, sent from the first."""
    first, second = field_app.phone(), field_app.phone()
    first.ready_for_offline()
    first.log_visit(content)
    first.says("全部已发送")
    second.ready_for_offline()
    second.page.goto(f"{field_app.url}/field/#/visits")
    return first, second


def test_two_phones_of_one_person_make_a_choice_of_both_versions(field_app: Field) -> None:
    first, second = _two_phones_with(field_app, "共同的开头")
    for phone, text in ((second, "第二台手机的内容"), (first, "第一台手机的内容")):
        phone.offline()
        _open_first(phone)
        phone.page.get_by_role("link", name="修改").tap()
        phone.page.locator("textarea").fill(text)
        phone.page.locator("button.save").tap()
        expect(phone.page.locator(".visit .content")).to_have_text(text)
    second.offline(False)
    second.says("全部已发送")
    first.offline(False)
    first.says("需处理")
    sides = first.page.locator(".compared .side-value")
    expect(sides).to_have_text(["第一台手机的内容", "第二台手机的内容"])
    first.page.locator(".compared input[value=theirs]").tap()
    first.page.get_by_role("button", name="按所选合并").tap()
    expect(first.page.locator(".visit .content")).to_have_text("第二台手机的内容")
    first.says("全部已发送")
    assert len(field_app.visits("第二台手机的内容")) == 1
    assert field_app.visits("第一台手机的内容") == []


def test_who_deleted_what_another_phone_changed_chooses_with_both_in_sight(field_app: Field) -> None:
    first, second = _two_phones_with(field_app, "删除前的内容")
    first.offline()
    _open_first(first)
    first.page.get_by_role("button", name="删除").tap()
    first.page.get_by_role("button", name="确认删除").tap()
    first.says("1 条待发送")
    second.offline()
    _open_first(second)
    second.page.get_by_role("link", name="修改").tap()
    second.page.locator("textarea").fill("另一台改后的内容")
    second.page.locator("button.save").tap()
    second.says("1 条待发送")
    second.offline(False)
    second.says("全部已发送")
    first.offline(False)
    # The one visit is counted once: as one that needs attention.
    first.says("需处理")
    expect(first.page.locator(".sync-state")).not_to_contain_text("条待发送")
    _open_first(first)
    sides = first.page.locator(".compared .side")
    expect(sides).to_have_count(2)
    expect(sides.nth(0)).to_have_text("本机已删除删除前的内容")
    expect(sides.nth(1)).to_have_text("服务器另一台改后的内容")
    expect(first.page.locator(".visit .content")).to_have_text("另一台改后的内容")
    first.page.get_by_role("button", name="全部用服务器的").tap()
    first.says("全部已发送")
    expect(first.page.locator(".visit .content")).to_have_text("另一台改后的内容")
    assert len(field_app.visits("另一台改后的内容")) == 1


def test_a_slow_and_lossy_network_delivers_exactly_once(field_app: Field) -> None:
    phone = field_app.phone()
    phone.ready_for_offline()
    asked = count()

    def lossy(route: Route) -> None:
        turn = next(asked)
        if turn % 3 == 0:
            route.abort("connectionreset")
        elif turn % 3 == 1 and route.request.method != "GET":
            route.fetch()  # it arrives, and its answer is lost
            route.abort("connectionreset")
        else:
            route.continue_()

    phone.context.route("**/api/v1/**", lossy)
    phone.log_visit("网络时断时续")
    for _ in range(40):
        if "全部已发送" in phone.page.locator(".sync-state").inner_text():
            break
        button = phone.page.locator(".bar button")
        if button.count():
            button.first.tap()
        expect(phone.page.locator(".sync-state")).not_to_contain_text("正在发送")
    phone.context.unroute("**/api/v1/**")
    phone.says("全部已发送")
    assert len(field_app.visits("网络时断时续")) == 1


def test_a_portal_that_answers_in_the_servers_place_is_named(field_app: Field) -> None:
    phone = field_app.phone()
    phone.ready_for_offline()
    phone.context.route(
        "**/api/v1/**",
        lambda route: route.fulfill(status=200, content_type="text/html", body="<h1>Wi-Fi</h1>"),
    )
    phone.log_visit("酒店无线网")
    phone.says("此网络需先认证，1 条待发送")
    phone.context.unroute("**/api/v1/**")
    phone.tap_text("立即发送")
    phone.says("全部已发送")


def test_a_phone_without_room_says_so_and_keeps_what_it_had(field_app: Field) -> None:
    phone = field_app.phone()
    phone.context.add_init_script(
        """(() => {
          const { put } = IDBObjectStore.prototype;
          IDBObjectStore.prototype.put = function (...given) {
            if (window.full) throw new DOMException("no room", "QuotaExceededError");
            return put.apply(this, given);
          };
        })();"""
    )
    page = phone.ready_for_offline()
    phone.log_visit("存满之前")
    page.goto(f"{field_app.url}/field/#/record")
    expect(page.locator(".has-fix")).to_be_visible()
    page.evaluate("window.full = true")
    page.locator("textarea").fill("存满之后")
    page.locator("button.save").tap()
    expect(page.locator(".save-problem")).to_contain_text("空间已满")
    expect(page.locator("textarea")).to_have_value("存满之后")
    page.evaluate("window.full = false")
    page.locator("button.save").tap()
    expect(page.locator(".visits .card").first).to_contain_text("存满之后")
    expect(page.locator(".visits .card").nth(1)).to_contain_text("存满之前")


def test_a_browser_that_keeps_nothing_says_so_before_anything_is_written(field_app: Field) -> None:
    phone = field_app.phone()
    phone.context.add_init_script("Object.defineProperty(window, 'indexedDB', { value: undefined })")
    page = phone.open()
    expect(page.locator("h1")).to_have_text("此浏览器不能保存数据")
    expect(page.locator("textarea")).to_have_count(0)
    expect(page.locator(".bar button")).to_have_count(0)  # there is nothing to send


def test_a_new_version_waits_for_consent_and_loses_no_draft_and_no_queue(
    field_app: Field, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = field_app.phone()
    phone.ready_for_offline()
    phone.offline()
    phone.log_visit("旧版本的队列")
    page = phone.open("#/record")
    page.locator("textarea").press_sequentially("更新时写到一半")
    phone.offline(False)
    kept = field_pages._precached

    def newer() -> list[dict[str, Any]]:
        return [each | {"revision": "newer"} if each["revision"] else each for each in kept()]

    with field_app.app.app_context():
        monkeypatch.setattr(field_pages, "_precached", newer)
    page.evaluate(
        "navigator.serviceWorker.getRegistration().then((found) => found.update()).then(() => true)"
    )
    expect(page.locator(".notices")).to_contain_text("新版本已就绪")
    expect(page.locator("textarea")).to_have_value("更新时写到一半")
    with page.expect_navigation():
        page.get_by_role("button", name="立即使用").tap()
    expect(page.locator("textarea")).to_have_value("更新时写到一半")
    phone.says("全部已发送")
    assert len(field_app.visits("旧版本的队列")) == 1


def test_what_cannot_be_sent_goes_by_file_to_another_device_and_arrives_once(
    field_app: Field, tmp_path: Path
) -> None:
    broken, helper = field_app.phone(), field_app.phone()
    broken.ready_for_offline()
    broken.offline()
    broken.page.goto(f"{field_app.url}/field/#/record")
    broken.take_photo(picture(5))
    expect(broken.page.locator(".photos img")).to_have_count(1)
    broken.log_visit("用文件转交")
    broken.page.goto(f"{field_app.url}/field/#/phone")
    with broken.page.expect_download() as download:
        broken.page.get_by_role("button", name="存为文件").tap()
    file = tmp_path / "queue.json"
    download.value.save_as(file)

    helper.ready_for_offline()
    helper.page.goto(f"{field_app.url}/field/#/phone")
    helper.offline()
    with helper.page.expect_file_chooser() as chooser:
        helper.page.locator("label.button", has_text="打开文件").tap()
    chooser.value.set_files(file)
    expect(helper.page.locator("main")).to_contain_text("收入 1 条")
    # It was not sent yet when it was counted first; the screen counts on.
    waiting = helper.page.locator(".phone .facts div", has_text="待发送").locator("dd")
    expect(waiting).to_have_text("1")
    helper.offline(False)
    helper.says("全部已发送")
    expect(waiting).to_have_text("0")
    broken.offline(False)
    broken.says("全部已发送")
    assert len(field_app.visits("用文件转交")) == 1


def test_an_account_that_is_not_complete_is_told_what_is_missing(field_app: Field) -> None:
    with field_app.context.engine.execution_options(fieldapp_writes=True).begin() as connection:
        connection.execute(
            schema.users.update()
            .where(schema.users.c.username == "commissioner")
            .values(must_set_password=True)
        )
    page = field_app.phone().open()
    expect(page.locator(".notices").get_by_role("link", name="我的账号")).to_be_visible()


def test_what_the_server_reminds_of_is_shown_without_a_network_too(field_app: Field) -> None:
    phone = field_app.phone()
    with field_app.context.reading() as connection:
        user = accounts.find_by_name(connection, "commissioner")
    assert user is not None
    long_ago = field_app.context.now() - timedelta(days=6)
    forgotten = {"last_seen_at": long_ago, "oldest_pending_at": long_ago, "pending": 1, "persistent": True}
    with field_app.context.engine.execution_options(fieldapp_writes=True).begin() as connection:
        connection.execute(schema.phones.insert().values(id=uuid4(), user_id=user["id"], **forgotten))
    phone.ready_for_offline()
    reminder = phone.page.locator(".notices .notice-warn").first
    expect(reminder).to_contain_text("1 条服务日志已 6 天未发送")
    phone.offline()
    phone.kill()
    page = phone.open()
    phone.says("无网络")
    expect(page.locator(".notices .notice-warn").first).to_contain_text("1 条服务日志已 6 天未发送")
