"""A phone whose clock is wrong: it goes by the server's time, and says so."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import expect

from tests.browser.phones import Field, field_app, kept_demonstration
from tests.conftest import SHANGHAI

__all__ = ["field_app", "kept_demonstration"]

SLOW = timedelta(days=10)
# Only what the page takes for the time; its ticks go on as they do.
_WRONG_CLOCK = """(() => {
  const Real = Date;
  const slow = Number(localStorage.getItem("slow") ?? %d);
  globalThis.Date = class extends Real {
    constructor(...given) {
      if (given.length) super(...given);
      else super(Real.now() - slow);
    }
    static now() {
      return Real.now() - slow;
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


def test_a_slow_clock_that_was_put_right_while_the_app_was_closed_is_not_corrected_twice(
    field_app: Field,
) -> None:
    slow = timedelta(hours=3)
    phone = field_app.phone()
    phone.context.add_init_script(_WRONG_CLOCK % (slow // timedelta(milliseconds=1)))
    page = phone.ready_for_offline()
    phone.says("全部已发送")
    page.evaluate(_PUT_RIGHT)
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
