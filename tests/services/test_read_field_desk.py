"""What a commissioner's phone keeps: the person's own townships, how they stand, and where they lie."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from shapely.geometry import shape
from sqlalchemy import insert

from fieldapp.domain.errors import ForbiddenError
from fieldapp.domain.permissions import Person, Role
from fieldapp.persistence import schema
from fieldapp.services.context import Context
from fieldapp.services.read_field_desk import FieldDesk, read_field_desk
from tests.conftest import NOW
from tests.services.small_register import LALIN, PINGFANG, SHAHE, SHANHE, fill

TODAY = NOW.date()
LI = Person(Role.COMMISSIONER, commissioner_id="C-0002", user_id=1)


def _days(count: int) -> timedelta:
    return timedelta(days=count)


def _assign(context: Context, township: str, starts_on: date, ends_on: date, **more: Any) -> None:
    row = {"township_code": township, "commissioner_id": "C-0002", "state": "active"}
    with context.engine.execution_options(fieldapp_writes=True).begin() as connection:
        connection.execute(
            insert(schema.assignments).values(row | {"starts_on": starts_on, "ends_on": ends_on} | more)
        )


def _codes(desk: FieldDesk) -> list[str]:
    return [line["code"] for line in desk.townships]


def test_a_commissioner_finds_the_townships_of_the_terms_served_now_lately_and_next(context: Context) -> None:
    fill(context)
    _assign(context, SHANHE, TODAY - _days(100), TODAY + _days(200))
    _assign(context, PINGFANG, TODAY - _days(400), TODAY - _days(60), state="ended", end_reason="term_over")
    _assign(context, SHAHE, TODAY + _days(201), TODAY + _days(500))
    _assign(context, LALIN, TODAY - _days(800), TODAY - _days(501), state="ended", end_reason="term_over")

    desk = read_field_desk(context, by=LI)

    assert desk.commissioner == "李四"
    assert _codes(desk) == [SHANHE, PINGFANG, SHAHE]
    present, past, coming = desk.townships
    assert present["ends_on"] == TODAY + _days(200)
    assert present["rungs"]["assigned"] is True
    assert present["seat"] == {"lon": 127.3, "lat": 44.7}
    assert shape(present["boundary"]).area == pytest.approx(0.04)
    # A visit can still be on its way to a township that is served no more; its status is another's matter.
    assert (past["status"], past["ends_on"]) == (None, TODAY - _days(60))
    assert (coming["status"], coming["starts_on"]) == (None, TODAY + _days(201))


def test_two_terms_in_one_township_make_one_line_with_both(context: Context) -> None:
    fill(context)
    _assign(context, SHANHE, TODAY - _days(300), TODAY - _days(1), state="ended", end_reason="term_over")
    _assign(context, SHANHE, TODAY, TODAY + _days(364))

    (line,) = read_field_desk(context, by=LI).townships

    assert [term["starts_on"] for term in line["terms"]] == [TODAY - _days(300), TODAY]
    assert line["starts_on"] == TODAY


def test_a_proposal_is_no_office(context: Context) -> None:
    fill(context)
    _assign(context, SHANHE, TODAY, TODAY + _days(364), state="proposed")

    assert read_field_desk(context, by=LI).townships == []


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.BUREAU_OFFICER, Role.COUNTY_OFFICER, Role.VIEWER])
def test_whoever_logs_no_visits_is_refused(sqlite_context: Context, role: Role) -> None:
    with pytest.raises(ForbiddenError) as refused:
        read_field_desk(sqlite_context, by=Person(role, user_id=2))
    assert refused.value.code == "forbidden.role"


def test_an_account_that_is_no_commissioners_yet_is_refused(sqlite_context: Context) -> None:
    with pytest.raises(ForbiddenError):
        read_field_desk(sqlite_context, by=Person(Role.COMMISSIONER, user_id=2))
