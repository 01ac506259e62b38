"""A phone whose clock is wrong: it goes by the server's time, and says so."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import expect

from tests.browser.phones import Field, field_app, kept_demonstration

__all__ = ["field_app", "kept_demonstration"]

SLOW = timedelta(days=10)
# Only what the page takes for the time; its ticks go on as they do.
_WRONG_CLOCK = """(() => {
  const Real = Date;
  globalThis.Date = class extends Real {
    constructor(...given) {
      if (given.length) super(...given);
      else super(Real.now() - %d);
    }
    static now() {
      return Real.now() - %d;
    }
  };
})()"""


def test_a_phone_ten_days_slow_logs_the_true_day_with_and_without_a_network(field_app: Field) -> None:
    phone = field_app.phone()
    milliseconds = SLOW // timedelta(milliseconds=1)
    phone.context.add_init_script(_WRONG_CLOCK % (milliseconds, milliseconds))
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
