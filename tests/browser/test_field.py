"""Visits logged on a phone in a field: by thumb, without a network, and never lost."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.phones import PATIENCE, Field, field_app, kept_demonstration, picture

__all__ = ["field_app", "kept_demonstration"]

MOST_TAPS = 5
HOSTILE = '<img src=x onerror="document.title=1">"\'&<script>'


def test_a_phone_on_which_nobody_has_logged_in_asks_for_it_once(field_app: Field) -> None:
    phone = field_app.phone(None)
    page = phone.open()
    expect(page.get_by_role("link", name="登录").first).to_have_attribute("href", "/login?next=/field/")
    phone.says("未登录")


def test_the_first_use_shows_the_townships_and_what_they_still_lack(field_app: Field) -> None:
    page = field_app.phone().open()
    card = page.locator(".card[data-township]").first
    expect(card).to_contain_text(field_app.township)
    expect(card).to_contain_text("尚缺")
    expect(card).to_contain_text("服务期")
    expect(page.locator(".sync-state")).to_contain_text("全部已发送")


def test_after_the_first_use_the_app_opens_without_a_network(field_app: Field) -> None:
    phone = field_app.phone()
    phone.ready_for_offline()
    phone.offline()
    phone.kill()
    page = phone.open()
    expect(page.locator(".card[data-township]").first).to_contain_text(field_app.township)
    phone.says("无网络")


def test_a_visit_with_photo_and_position_takes_five_taps_at_most_and_arrives_once(field_app: Field) -> None:
    phone = field_app.phone()
    phone.ready_for_offline()
    phone.offline()
    phone.kill()
    page = phone.open()
    phone.taps = 0
    phone.tap(".new-visit")
    expect(page.locator("select").first).to_have_value(re.compile(r"\d{9}"))
    phone.take_photo(picture())
    expect(page.locator(".photos img")).to_have_count(1)
    phone.tap("textarea")
    page.keyboard.type("查看苗情, 指导水肥管理")
    expect(page.locator(".has-fix")).to_contain_text("精度约 8 米")
    phone.tap("button.save")
    expect(page.locator(".visits .card").first).to_contain_text("查看苗情")
    assert phone.taps <= MOST_TAPS
    phone.says("无网络，1 条待发送")
    expect(page.locator(".visits .state").first).to_have_text("在本机")

    phone.offline(False)
    expect(page.locator(".visits .state").first).to_have_text("已发送", timeout=PATIENCE)
    phone.says("全部已发送")
    (stored,) = field_app.visits("查看苗情, 指导水肥管理")
    assert stored["commissioner_id"] == field_app.commissioner_id
    assert stored["fix_accuracy_m"] == 8


def test_a_tab_that_is_killed_in_the_middle_of_a_word_loses_nothing(field_app: Field) -> None:
    phone = field_app.phone()
    phone.ready_for_offline()
    phone.offline()
    page = phone.open("#/record")
    phone.take_photo(picture(2))
    expect(page.locator(".photos img")).to_have_count(1)
    page.locator("textarea").press_sequentially("正在写到一半")
    phone.waits_for_draft("正在写到一半")
    phone.kill()

    page = phone.open("#/record")
    expect(page.locator("textarea")).to_have_value("正在写到一半")
    expect(page.locator(".photos img")).to_have_count(1)
    expect(page.locator(".notice")).to_contain_text("已恢复")


def test_a_form_in_which_nothing_was_entered_leaves_no_draft(field_app: Field) -> None:
    phone = field_app.phone()
    page = phone.open("#/record")
    expect(page.locator(".has-fix")).to_be_visible()
    page.goto(f"{field_app.url}/field/#/visits")
    expect(page.locator("h1")).to_have_text("我的服务")
    expect(page.get_by_text("尚未保存")).to_have_count(0)


def test_what_is_wrong_is_said_beside_its_field(field_app: Field) -> None:
    phone = field_app.phone()
    page = phone.open("#/record")
    expect(page.locator(".has-fix")).to_be_visible()
    page.locator("button.save").tap()
    expect(page.locator("#fault-content")).to_have_text("请简要填写服务内容。")
    expect(page.locator("textarea")).to_be_focused()
    expect(page.locator(".save-problem")).to_contain_text("1 处")
    page.locator("textarea").fill("已填写")
    expect(page.locator("#fault-content")).to_be_hidden()


def test_without_permission_for_the_position_a_reason_is_ready_and_the_visit_can_be_saved(
    field_app: Field,
) -> None:
    phone = field_app.phone(permissions=[])
    page = phone.open("#/record")
    expect(page.locator(".position-now")).to_contain_text("未允许定位")
    expect(page.get_by_label("不附位置的原因")).to_have_value("本机未允许定位")
    page.locator("textarea").fill("没有定位权限")
    page.locator("button.save").tap()
    expect(page.locator(".visits .state").first).to_have_text("已发送")
    (stored,) = field_app.visits("没有定位权限")
    assert stored["fix_lon"] is None
    assert stored["no_fix_reason"] == "本机未允许定位"


def test_the_position_is_followed_only_while_the_form_is_open(field_app: Field) -> None:
    phone = field_app.phone()
    phone.context.add_init_script(
        """(() => {
          const { geolocation } = navigator;
          const [watch, clear] = [geolocation.watchPosition, geolocation.clearWatch];
          window.watching = new Set();
          geolocation.watchPosition = (...given) => {
            const id = watch.apply(geolocation, given);
            window.watching.add(id);
            return id;
          };
          geolocation.clearWatch = (id) => { window.watching.delete(id); clear.call(geolocation, id); };
        })();"""
    )
    phone.context.set_geolocation({"longitude": 127.0, "latitude": 45.0, "accuracy": 80})
    page = phone.open("#/record")
    expect(page.locator(".position-now")).to_contain_text("正在提高")
    assert page.evaluate("watching.size") == 1
    page.get_by_role("link", name="我的服务", exact=True).tap()
    expect(page.locator("h1")).to_have_text("我的服务")
    assert page.evaluate("watching.size") == 0


def test_the_township_follows_from_the_position_and_one_outside_is_told_how_far(field_app: Field) -> None:
    lon, lat = field_app.seat
    phone = field_app.phone(geolocation={"longitude": lon + 1, "latitude": lat, "accuracy": 9})
    page = phone.open("#/record")
    expect(page.locator(".field-position .hint")).to_contain_text("公里")
    phone.context.set_geolocation({"longitude": lon, "latitude": lat, "accuracy": 9})
    page.get_by_role("button", name="重新定位").tap()
    expect(page.locator(".field-township .hint")).to_have_text("由位置判定。")


def test_counted_results_by_stepper_and_a_copy_of_the_last_visit(field_app: Field) -> None:
    phone = field_app.phone()
    page = phone.open("#/record")
    expect(page.locator(".has-fix")).to_be_visible()
    page.locator("textarea").fill("举办培训")
    page.locator("details.field-results summary").tap()
    more = page.get_by_role("button", name="增加：举办培训次数")
    more.tap()
    more.tap()
    expect(page.locator("details.field-results summary")).to_contain_text("2")
    page.locator("button.save").tap()
    expect(page.locator(".visits .state").first).to_have_text("已发送")
    (stored,) = field_app.visits("举办培训")
    assert stored["training_sessions"] == 2

    page.goto(f"{field_app.url}/field/#/record")
    page.get_by_role("button", name="复制上次服务日志").tap()
    expect(page.locator("textarea")).to_have_value("举办培训")
    expect(page.locator("details.field-results summary")).to_contain_text("2")


def test_a_visit_is_changed_and_deleted_without_a_network(field_app: Field) -> None:
    phone = field_app.phone()
    page = phone.ready_for_offline()
    phone.log_visit("改之前")
    phone.says("全部已发送")
    phone.offline()
    page.locator(".visits .card a").first.tap()
    page.get_by_role("link", name="修改").tap()
    page.locator("textarea").fill("改之后")
    page.locator("button.save").tap()
    expect(page.locator(".visit .content")).to_have_text("改之后")
    phone.says("1 条待发送")
    phone.offline(False)
    phone.says("全部已发送")
    assert len(field_app.visits("改之后")) == 1

    phone.offline()
    page.get_by_role("button", name="删除", exact=True).tap()
    page.get_by_role("button", name="确认删除").tap()
    expect(page.locator(".visits")).not_to_contain_text("改之后")
    phone.offline(False)
    phone.says("全部已发送")
    (stored,) = field_app.visits("改之后")
    assert stored["deleted_at"] is not None


def test_a_position_is_written_with_its_latitude_first_as_in_the_office(field_app: Field) -> None:
    phone = field_app.phone()
    page = phone.open()
    phone.log_visit("纬度在前")
    page.locator(".visits .card a").first.tap()
    lon, lat = field_app.seat
    expect(page.locator(".facts")).to_contain_text(f"{lat:.5f}, {lon:.5f}")


def test_hostile_text_stays_text_on_every_screen(field_app: Field) -> None:
    phone = field_app.phone()
    page = phone.open()
    title = page.title()
    phone.log_visit(HOSTILE)
    phone.says("全部已发送")
    page.locator(".visits .card a").first.tap()
    expect(page.locator(".visit .content")).to_have_text(HOSTILE)
    assert page.title() == title
    assert page.locator("main img").count() == 0


def test_what_nobody_sees_is_left_out_on_saving_and_never_while_somebody_types(field_app: Field) -> None:
    phone = field_app.phone()
    page = phone.open("#/record")
    expect(page.locator(".has-fix")).to_be_visible()
    area = page.locator("textarea")
    area.fill("查看\u202e水稻\u200b👨\u200d👩\u200d👧")
    area.evaluate("(area) => area.setSelectionRange(2, 2)")
    area.press_sequentially("了")
    phone.waits_for_draft("查看了\u202e水稻\u200b👨\u200d👩\u200d👧")
    assert area.input_value() == "查看了\u202e水稻\u200b👨\u200d👩\u200d👧"
    assert area.evaluate("(area) => area.selectionStart") == 3
    page.locator("button.save").tap()
    expect(page.locator(".visits .card").first).to_contain_text("查看了水稻")
    phone.says("全部已发送")
    assert len(field_app.visits("查看了水稻👨\u200d👩\u200d👧")) == 1


def test_the_map_of_my_townships_and_where_i_am_need_no_network(field_app: Field) -> None:
    phone = field_app.phone()
    phone.ready_for_offline()
    phone.offline()
    page = phone.open("#/map")
    expect(page.locator("path.map-township")).not_to_have_count(0)
    expect(page.locator("path.map-me")).to_have_count(1)
    expect(page.locator(".map-here")).to_contain_text(field_app.township)


def test_the_language_changes_without_a_network_and_back(field_app: Field) -> None:
    phone = field_app.phone()
    phone.ready_for_offline()
    phone.offline()
    page = phone.open("#/phone")
    page.get_by_role("radio", name="English").tap()
    expect(page.locator("h1")).to_have_text("This phone")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("radio", name="中文").tap()
    expect(page.locator("h1")).to_have_text("本机")


def test_an_officers_login_on_this_phone_is_told_and_touches_nothing(field_app: Field) -> None:
    phone = field_app.phone()
    phone.ready_for_offline()
    phone.offline()
    phone.log_visit("属于特派员")
    field_app.log_in(phone, "officer")
    phone.offline(False)
    told = phone.page.locator(".notices")
    expect(told).to_contain_text("该账号不填写服务日志")
    expect(told).to_contain_text(re.compile("本机有.+（演示）的 1 条日志待发送"))
    expect(phone.page.locator(".visits .card").first).to_contain_text("属于特派员")
    assert field_app.visits("属于特派员") == []
    field_app.log_in(phone)
    phone.tap_text("立即发送")
    phone.says("全部已发送")
    assert len(field_app.visits("属于特派员")) == 1


def test_why_the_recipient_cannot_be_asked_is_said_and_the_link_is_passed_on(field_app: Field) -> None:
    phone = field_app.phone(permissions=["geolocation", "clipboard-read", "clipboard-write"])
    phone.context.add_init_script("navigator.share = async (given) => { globalThis.shared = given; };")
    page = phone.ready_for_offline()
    phone.offline()
    phone.log_visit("请对方确认")
    page.locator(".visits .card a").first.tap()
    ask = page.get_by_role("button", name="请服务对象确认")
    expect(ask).to_be_disabled()
    expect(page.locator(".visit")).to_contain_text("日志发送后，方可请服务对象确认。")
    phone.offline(False)
    phone.says("全部已发送")
    expect(page.get_by_role("link", name="请服务对象确认")).to_be_visible()
    phone.offline()
    expect(ask).to_be_disabled()
    expect(page.locator(".visit")).to_contain_text("请服务对象确认需要网络。")
    phone.offline(False)
    page.get_by_role("link", name="请服务对象确认").tap()
    page.get_by_role("button", name="生成服务确认书和链接").tap()
    link = page.locator("[data-select]").input_value()
    page.get_by_role("button", name="复制链接").tap()
    expect(page.locator(".slip-said")).to_have_text("链接已复制。")
    assert page.evaluate("navigator.clipboard.readText()") == link
    page.get_by_role("button", name="分享").tap()
    assert page.evaluate("globalThis.shared.url") == link


def test_where_nothing_can_share_only_copying_is_offered(field_app: Field) -> None:
    phone = field_app.phone()
    phone.context.add_init_script("delete Navigator.prototype.share;")
    page = phone.ready_for_offline()
    phone.log_visit("无分享")
    phone.says("全部已发送")
    page.locator(".visits .card a").first.tap()
    page.get_by_role("link", name="请服务对象确认").tap()
    page.get_by_role("button", name="生成服务确认书和链接").tap()
    expect(page.get_by_role("button", name="复制链接")).to_be_visible()
    expect(page.get_by_role("button", name="分享")).to_be_hidden()


@pytest.mark.parametrize("agent", ["MicroMessenger", "iPhone"])
def test_installing_is_explained_where_one_stands(field_app: Field, agent: str) -> None:
    system = "Linux; Android 14" if agent == "MicroMessenger" else "iPhone; CPU iPhone OS 17_0 like Mac OS X"
    phone = field_app.phone(user_agent=f"Mozilla/5.0 ({system}) AppleWebKit/605 {agent}/8.0 Safari")
    page = phone.open("#/phone")
    expected = "在浏览器打开" if agent == "MicroMessenger" else "添加到主屏幕"
    expect(page.locator("ol").first).to_contain_text(expected)


def test_a_visit_saved_at_once_is_kept_and_asked_about(field_app: Field) -> None:
    phone = field_app.phone()
    page = phone.open("#/record")
    expect(page.locator(".has-fix")).to_be_visible()
    expect(page.locator(".length.short")).to_contain_text("仅 0 分钟")
    page.get_by_role("button", name="修改时间").tap()
    expect(page.get_by_label("开始")).to_be_focused()
    page.locator("textarea").fill("马上保存")
    page.locator("button.save").tap()
    expect(page.locator(".toast")).to_contain_text("仅 0 分钟")
    assert len(field_app.visits("马上保存")) <= 1  # it is on the phone, whether it was sent by now or not
    expect(page.locator(".visits .card").first).to_contain_text("马上保存")


def test_who_came_earlier_says_so_with_one_tap(field_app: Field) -> None:
    phone = field_app.phone()
    page = phone.open("#/record")
    expect(page.locator(".has-fix")).to_be_visible()
    page.get_by_role("button", name="2 小时前").tap()
    expect(page.locator(".length")).to_contain_text("2 小时 0 分钟")
    expect(page.locator(".length.short")).to_have_count(0)
    page.locator("textarea").fill("两小时前开始")
    page.locator("button.save").tap()
    expect(page.locator(".toast")).not_to_contain_text("仅")
    expect(page.locator(".visits .state").first).to_have_text("已发送", timeout=PATIENCE)
    (stored,) = field_app.visits("两小时前开始")
    assert stored["ended_at"] - stored["started_at"] >= timedelta(hours=2)
