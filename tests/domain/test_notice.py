from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldapp.domain.errors import InvalidInputError
from fieldapp.domain.notice import (
    NoticePolicy,
    Settlement,
    public_notice,
    raise_objection,
    settle_objection,
)
from fieldapp.domain.working_days import DayKind, SpecialDay, WorkingDays, read_special_days

NATIONAL_DAY_2026 = """\ufeffdate,kind,name
2026-01-01,holiday,元旦
2026-05-01,放假,劳动节
2026-09-20,补班,国庆节
2026-10-01,假日,国庆节
2026-10-02,假日,国庆节
2026-10-03,假日,国庆节
2026-10-05,假日,国庆节
2026-10-06,假日,国庆节
2026-10-07,假日,国庆节
2026-10-10,make_up,国庆节
"""
OFFICE = WorkingDays(read_special_days(NATIONAL_DAY_2026))
ANY_DAY = st.dates(date(2026, 1, 1), date(2026, 11, 1))


def test_a_week_of_five_working_days_ends_on_friday() -> None:
    notice = public_notice(date(2026, 11, 23), OFFICE)
    assert (notice.ends_on, notice.earliest_start) == (date(2026, 11, 27), date(2026, 11, 28))
    assert notice.caveat is None


def test_a_notice_leaves_out_the_holidays_and_counts_the_saturday_that_makes_up_for_them() -> None:
    # Wed 30 Sep, then the holidays, Thu 8, Fri 9, Sat 10 (worked), Mon 12.
    assert public_notice(date(2026, 9, 30), OFFICE).ends_on == date(2026, 10, 12)


def test_the_first_day_counts_or_not_as_the_office_chose() -> None:
    following = NoticePolicy(working_days=5, counts_first_day=False)
    assert public_notice(date(2026, 11, 23), OFFICE, following).ends_on == date(2026, 11, 30)
    assert public_notice(date(2026, 11, 23), OFFICE, NoticePolicy(7)).ends_on == date(2026, 12, 1)


def test_a_notice_published_on_a_sunday_starts_counting_on_monday() -> None:
    assert public_notice(date(2026, 11, 22), OFFICE).ends_on == date(2026, 11, 27)


def test_a_make_up_day_is_worked_and_a_holiday_is_not() -> None:
    assert OFFICE.is_working(date(2026, 10, 10))
    assert not OFFICE.is_working(date(2026, 10, 1))
    assert OFFICE.holiday(date(2026, 10, 1)) == "国庆节"
    assert OFFICE.holiday(date(2026, 10, 10)) is None


def test_a_year_that_is_not_announced_falls_back_to_weekends_and_says_so() -> None:
    notice = public_notice(date(2026, 12, 30), OFFICE)
    assert notice.ends_on == date(2027, 1, 5)
    assert "2027" in str(notice.caveat)
    assert "2026" not in str(notice.caveat)


def test_the_day_before_a_notice_lends_it_no_doubt() -> None:
    only_2026 = [one for one in read_special_days(NATIONAL_DAY_2026) if one.day != date(2026, 1, 1)]
    own = WorkingDays([*only_2026, SpecialDay(date(2026, 1, 1), DayKind.HOLIDAY, "元旦")])
    assert public_notice(date(2026, 1, 1), own).caveat is None


def test_one_entry_does_not_make_a_year_known() -> None:
    local = WorkingDays([SpecialDay(date(2027, 4, 9), DayKind.HOLIDAY, "三月三")])
    assert not local.is_announced(2027)
    assert not local.is_working(date(2027, 4, 9))
    assert OFFICE.is_announced(2026)


def test_the_own_table_overrides_the_announced_one() -> None:
    own = WorkingDays(
        [*read_special_days(NATIONAL_DAY_2026), SpecialDay(date(2026, 10, 10), DayKind.HOLIDAY, "")]
    )
    assert not own.is_working(date(2026, 10, 10))


@settings(deadline=None)
@given(ANY_DAY, st.integers(0, 30))
def test_exactly_so_many_working_days_lie_between(day: date, working_days: int) -> None:
    reached = OFFICE.add(day, working_days).day
    passed = [day + timedelta(days=n) for n in range(1, (reached - day).days + 1)]
    assert sum(map(OFFICE.is_working, passed)) == working_days
    assert not passed or OFFICE.is_working(reached)


@settings(deadline=None)
@given(ANY_DAY, st.integers(0, 15), st.integers(0, 15))
def test_counting_on_is_counting_at_once(day: date, first: int, then: int) -> None:
    assert OFFICE.add(OFFICE.add(day, first).day, then).day == OFFICE.add(day, first + then).day


@settings(deadline=None)
@given(ANY_DAY, st.integers(1, 20))
def test_a_notice_lasts_exactly_its_working_days(day: date, working_days: int) -> None:
    notice = public_notice(day, OFFICE, NoticePolicy(working_days))
    shown = [day + timedelta(days=n) for n in range((notice.ends_on - day).days + 1)]
    assert sum(map(OFFICE.is_working, shown)) == working_days


@pytest.mark.parametrize("days", [-1, 367])
def test_a_number_of_working_days_out_of_reason_is_refused(days: int) -> None:
    with pytest.raises(InvalidInputError, match="from 0 to 366"):
        OFFICE.add(date(2026, 1, 1), days)
    with pytest.raises(InvalidInputError, match="from 1 to 366"):
        NoticePolicy(days)


@pytest.mark.parametrize("day", [date.min, date.max])
def test_a_day_at_the_edge_of_the_calendar_is_refused(day: date) -> None:
    with pytest.raises(InvalidInputError, match="cannot be meant"):
        public_notice(day, OFFICE)
    with pytest.raises(InvalidInputError, match="cannot be meant"):
        OFFICE.add(day, 1)


def test_a_table_of_holidays_names_every_faulty_row() -> None:
    rows = ("2026-13-01,holiday,x", "2026-01-01,party,x", "2026-01-02,holiday,x", "2026-01-02,holiday,x")
    text = "\n".join(("date,kind,name", *rows))
    with pytest.raises(InvalidInputError) as caught:
        read_special_days(text)
    assert [fault.pointer for fault in caught.value.faults] == ["/2/date", "/3/kind", "/5/date"]
    assert all(
        f"Row {n}" in str(fault.message) for n, fault in zip((2, 3, 5), caught.value.faults, strict=True)
    )


def test_a_table_without_its_columns_is_refused() -> None:
    for text in ("", "day,kind\n", "date;kind;name\n2026-01-01;holiday;x\n"):
        with pytest.raises(InvalidInputError) as caught:
            read_special_days(text)
        assert caught.value.code == "holidays.columns"


def test_a_row_that_is_too_short_is_a_fault_and_not_a_crash() -> None:
    with pytest.raises(InvalidInputError) as caught:
        read_special_days("date,kind,name\n2026-01-01\n")
    assert [fault.pointer for fault in caught.value.faults] == ["/2/kind"]


def test_what_is_not_csv_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="not CSV after row 2"):
        read_special_days("date,kind,name\n2026-01-01,holiday,x\n2026-01-02,holiday," + "x" * 200_000)


def test_objections_are_taken_during_the_notice_only() -> None:
    notice = public_notice(date(2026, 11, 23), OFFICE)
    assert raise_objection(notice, " 与该乡镇有利害关系 ", today=notice.ends_on).text == "与该乡镇有利害关系"
    for outside in (date(2026, 11, 22), date(2026, 11, 28)):
        with pytest.raises(InvalidInputError, match="from 2026-11-23 to 2026-11-27"):
            raise_objection(notice, "x", today=outside)
    with pytest.raises(InvalidInputError, match="needs a text"):
        raise_objection(notice, " ", today=notice.starts_on)


def test_an_objection_is_settled_once_and_with_an_answer() -> None:
    objection = raise_objection(public_notice(date(2026, 11, 23), OFFICE), "x", today=date(2026, 11, 24))
    settled = settle_objection(objection, Settlement.DISMISSED, "经核查不属实", today=date(2026, 11, 26))
    assert (settled.settlement, settled.settled_on, settled.text) == ("dismissed", date(2026, 11, 26), "x")
    with pytest.raises(InvalidInputError, match="dismissed already"):
        settle_objection(settled, Settlement.UPHELD, "y", today=date(2026, 11, 27))
    with pytest.raises(InvalidInputError, match="Say why"):
        settle_objection(objection, Settlement.UPHELD, "", today=date(2026, 11, 27))
