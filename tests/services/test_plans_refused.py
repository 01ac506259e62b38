"""What is no plan: prohibitions of what is not there, and terms that nobody means; on both engines."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import update

from fieldapp.domain.errors import InvalidInputError
from fieldapp.domain.planning import ContradictionError, Pair
from fieldapp.domain.planning.drafts import DraftState
from fieldapp.persistence import schema
from fieldapp.services.context import Context
from fieldapp.services.publish_plan import publish_plan
from fieldapp.services.read_plans import list_drafts
from tests.services.assigning import OFFICER, WUCHANG, add_users
from tests.services.planning import drafted, edited
from tests.services.small_register import PINGFANG, SHAHE, fill, rows


@pytest.fixture
def register(context: Context) -> Context:
    fill(context)
    add_users(context)
    return context


@pytest.mark.parametrize(
    ("forbid", "says"),
    [
        (Pair(SHAHE, "C-9"), "C-9 is forbidden but is no commissioner"),
        (Pair("999", "C-0003"), "999 is forbidden but is no township of this plan"),
    ],
)
def test_to_forbid_what_is_not_there_is_pointed_at(register: Context, forbid: Pair, says: str) -> None:
    with pytest.raises(ContradictionError, match=says) as refused:
        drafted(register, forbids=(Pair(SHAHE, "C-0001"), forbid))
    assert [fault.pointer for fault in refused.value.faults] == ["/forbids/1"]
    assert list_drafts(register, by=OFFICER) == ()


def test_a_plan_of_one_county_forbids_nothing_in_another(register: Context) -> None:
    with pytest.raises(ContradictionError, match="no township of this plan"):
        drafted(register, county_codes=(WUCHANG,), forbids=(Pair(PINGFANG, "C-0001"),))


def test_who_is_forbidden_and_goes_out_of_service_hinders_nothing(register: Context) -> None:
    plan = drafted(register, forbids=(Pair(SHAHE, "C-0003"),))
    with register.engine.execution_options(fieldapp_writes=True).begin() as connection:
        gone = update(schema.commissioners).where(schema.commissioners.c.id == "C-0003")
        connection.execute(gone.values(retired_on=date(2026, 1, 1)))
    again = edited(register, plan, forbids=plan.forbids)
    assert (again.state, again.outdated) == (DraftState.READY, ())


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "says"),
    [
        (date(2025, 11, 21), date(2027, 11, 20), "more than a year ago"),
        (date(2025, 11, 22), date(2026, 11, 21), "has passed"),
        (date(2026, 12, 1), date(2201, 1, 1), "cannot reach 2201-01-01"),
    ],
)
def test_a_term_that_nobody_can_mean_is_refused(
    register: Context, starts_on: date, ends_on: date, says: str
) -> None:
    with pytest.raises(InvalidInputError, match=says) as refused:
        drafted(register, starts_on=starts_on, ends_on=ends_on)
    assert refused.value.code == "plan.term"
    assert list_drafts(register, by=OFFICER) == ()


def test_a_term_that_still_runs_can_be_planned(register: Context) -> None:
    plan = drafted(register, starts_on=date(2025, 11, 22), ends_on=date(2026, 11, 22))
    assert plan.state is DraftState.READY


def test_a_draft_whose_term_has_passed_is_not_published(register: Context) -> None:
    plan = drafted(register)
    moment = register.now() + timedelta(days=374)
    before = rows(register, schema.assignments)
    with pytest.raises(InvalidInputError, match="has passed"):
        publish_plan(replace(register, now=lambda: moment), plan.id, revision=1, by=OFFICER)
    assert rows(register, schema.assignments) == before
