from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from fieldapp.domain.syncing import CLOCK_OFF, WAITS_LONG, Phone, clock_off, reminder_of

NOW = datetime(2026, 11, 26, 4, 0, tzinfo=UTC)
DAY = timedelta(days=1)
CLEAR = Phone(last_seen_at=NOW, pending=0)


def said(*phones: Phone) -> str:
    return str(reminder_of(phones, NOW) or "")


def test_who_has_sent_everything_is_not_reminded() -> None:
    assert said() == said(CLEAR) == said(replace(CLEAR, last_seen_at=NOW - 40 * DAY)) == ""


def test_logs_that_wait_for_days_are_reminded_of_from_any_phone() -> None:
    other = Phone(last_seen_at=NOW - 5 * DAY, pending=2, oldest_pending_at=NOW - 6 * DAY)
    assert "2 service logs" in said(CLEAR, other)
    assert "6 days" in said(CLEAR, other)
    fresh = replace(other, oldest_pending_at=NOW - WAITS_LONG + timedelta(minutes=1))
    assert said(CLEAR, fresh) == ""


def test_an_officers_request_stands_behind_what_has_waited_long() -> None:
    asked = Phone(last_seen_at=NOW - DAY, pending=1, oldest_pending_at=NOW - DAY, reminded_at=NOW)
    assert "asks you" in said(asked)
    assert "waiting" in said(replace(asked, oldest_pending_at=NOW - 9 * DAY))


def test_a_wrong_clock_and_a_forgetful_browser_are_told_of_the_phone_in_use() -> None:
    off = replace(CLEAR, clock_skew_s=-2 * CLOCK_OFF.total_seconds())
    assert "10 min slow" in said(off)
    assert "3 h fast" in said(replace(CLEAR, clock_skew_s=3 * 3600))
    assert "365 days slow" in said(replace(CLEAR, clock_skew_s=-365 * DAY.total_seconds()))
    for skew in (-3600, 3600):
        told = said(replace(CLEAR, clock_skew_s=skew))
        assert "more than 10 min gets only evidence grade D" in told
        assert "automatically" in told
    assert said(replace(off, last_seen_at=NOW - DAY), CLEAR) == ""
    assert "delete" in said(replace(CLEAR, pending=1, oldest_pending_at=NOW, persistent=False))


@pytest.mark.parametrize(
    ("skew_s", "words"),
    [
        (4320 * 60, "clock 3 days fast"),
        (-4320 * 60, "clock 3 days slow"),
        (-3 * 3600, "clock 3 h slow"),
        (10 * 60, "clock 10 min fast"),
        (60, "None"),
    ],
)
def test_a_list_tells_how_wrong_a_clock_is_in_units_that_people_use(skew_s: float, words: str) -> None:
    assert str(clock_off(skew_s)) == words
