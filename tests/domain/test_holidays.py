from __future__ import annotations

from datetime import date

from fieldapp.domain.holidays import announced_days
from fieldapp.domain.notice import public_notice
from fieldapp.domain.working_days import WorkingDays


def test_the_holidays_and_make_up_days_of_2026_are_known() -> None:
    office = WorkingDays(announced_days())
    assert all(office.is_announced(year) for year in range(2020, 2027))
    assert office.holiday(date(2026, 2, 17)) == "春节"
    assert not office.is_working(date(2026, 9, 25))
    worked = (date(2026, 1, 4), date(2026, 2, 14), date(2026, 2, 28), date(2026, 5, 9), date(2026, 9, 20))
    assert all(office.is_working(day) for day in (*worked, date(2026, 10, 10)))


def test_a_notice_over_spring_festival_waits_for_the_offices_to_open() -> None:
    notice = public_notice(date(2026, 2, 12), WorkingDays(announced_days()))
    assert notice.ends_on == date(2026, 2, 25)  # Thu 12, Fri 13, Sat 14 (worked), Tue 24, Wed 25
    assert notice.caveat is None


def test_a_year_far_ahead_is_never_claimed_to_be_known() -> None:
    assert not WorkingDays(announced_days()).is_announced(2099)
