"""A phone whose clock is wrong: it goes by the server's time, and says so."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import expect

from tests.browser.phones import Field, Phone, field_app, kept_demonstration
from tests.conftest import SHANGHAI

__all__ = ["field_app", "kept_demonstration"]

SLOW = timedelta(days=10)
# Only what the page takes for the time; its ticks go on as they do.
_WRONG_CLOCK = """(() => {
  const Real = Date;
  const kept = Number(localStorage.getItem("slow") ?? %d);
  const slow = () => globalThis.slowBy ?? kept;
  globalThis.Date = class extends Real {
    constructor(...given) {
      if (given.length) super(...given);
      else super(Real.now() - slow());
    }
    static now() {
      return Real.now() - slow();
    }
  };
})()"""
_PUT_RIGHT = "localStorage.setItem('slow', '0')"


def test_a_phone_ten_days_slow_logs_the_true_day_with_and_without_a_network(field_app: Field) -> None:
    phone = field_app.phone()
    phone.context.add_init_script(_WRONG_CLOCK % (SLOW // timedelta(milliseconds=1)))
    phone.ready_for_offline()
    phone.says("全部已发送")
    expect(phone.page.locator(".notices")).to_contain_text("手机时钟慢了 10 天")
    expect(phone.page.locator(".notices").get_by_role("link", name="存为文件")).to_have_count(0)
    phone.kill()
    phone.offline()
    phone.open()
    phone.log_visit("时钟慢十天")
    phone.offline(False)
    phone.says("全部已发送")
    (stored,) = field_app.visits("时钟慢十天")
    now = field_app.context.now()
    for moment in (stored["started_at"], stored["ended_at"], stored["recorded_at"]):
        assert abs(moment - now) < timedelta(minutes=5)
    assert abs(stored["fix_captured_at"] - now) < timedelta(minutes=5)
    assert abs(stored["client_clock"] + SLOW - now) < timedelta(minutes=5)


def _slow_phone(field_app: Field, slow: timedelta) -> Phone:
    """A phone that has heard from the server how slow it is."""
    phone = field_app.phone()
    phone.context.add_init_script(_WRONG_CLOCK % (slow // timedelta(milliseconds=1)))
    phone.ready_for_offline()
    phone.says("全部已发送")
    return phone


def test_a_slow_clock_that_was_put_right_while_the_app_was_closed_is_not_corrected_twice(
    field_app: Field,
) -> None:
    slow = timedelta(hours=3)
    phone = _slow_phone(field_app, slow)
    phone.page.evaluate(_PUT_RIGHT)
    phone.kill()
    phone.offline()
    page = phone.open("#/record")
    expect(page.locator("h1")).to_have_text("现在是什么时间？")
    choices = page.locator(".clock .buttons button")
    expect(choices).to_have_count(2)
    now = field_app.context.now().astimezone(SHANGHAI)
    assert choices.all_inner_texts() in (
        [f"{moment:%Y-%m-%d %H:%M}", f"{moment + slow:%Y-%m-%d %H:%M}"]
        for moment in (now - timedelta(minutes=1), now)
    )
    choices.first.tap()
    expect(page.locator("textarea")).to_be_visible()
    expect(page.locator(".notices")).not_to_contain_text("现在是什么时间")
    phone.log_visit("时钟已调准")
    phone.offline(False)
    phone.says("全部已发送")
    (stored,) = field_app.visits("时钟已调准")
    for name in ("started_at", "ended_at", "recorded_at", "fix_captured_at"):
        assert abs(stored[name] - field_app.context.now()) < timedelta(minutes=5)


def test_a_wrong_answer_is_told_once_the_server_is_reached(field_app: Field) -> None:
    phone = _slow_phone(field_app, timedelta(hours=3))
    phone.page.evaluate(_PUT_RIGHT)
    phone.kill()
    phone.offline()
    page = phone.open()
    page.locator(".notices .buttons button").nth(1).tap()
    expect(page.locator(".notices")).not_to_contain_text("现在是什么时间")
    phone.offline(False)
    told = page.locator(".notices .notice", has_text="选定的时间差了 3 小时")
    expect(told).to_be_visible()
    told.get_by_role("button", name="我已核对").tap()
    expect(told).to_have_count(0)
    page.reload()
    phone.says("全部已发送")
    expect(told).to_have_count(0)


def test_a_visit_is_not_saved_before_the_time_is_told_where_the_phone_slept_over_a_doubt(
    field_app: Field,
) -> None:
    phone = _slow_phone(field_app, timedelta(hours=3))
    phone.offline()
    page = phone.page
    page.goto(f"{field_app.url}/field/#/record")
    expect(page.locator(".has-fix")).to_be_visible()
    page.locator("textarea").fill("手机睡过之后")
    # Five hours on by the clock, of which the page saw nothing: slept through, or slept two and put right.
    page.evaluate("globalThis.slowBy = -2 * 3600000")
    page.locator("button.save").tap()
    asked = page.locator(".save-problem .buttons button")
    expect(asked).to_have_count(2)
    asked.first.tap()
    expect(page.locator(".visits .card").first).to_contain_text("手机睡过之后")
