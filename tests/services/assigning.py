"""Who acts in the tests of assigning, and shorthand for the steps of an assignment's life."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import insert

from fieldapp.domain.assignments import Assignment
from fieldapp.domain.permissions import Person, Role
from fieldapp.persistence import schema
from fieldapp.services.activate_assignment import activate_assignment
from fieldapp.services.context import Context
from fieldapp.services.propose_assignment import Proposal, propose_assignment
from fieldapp.services.put_on_notice import put_on_notice
from tests.conftest import NOW
from tests.services.small_register import SHANHE

WUCHANG, PINGFANG_DISTRICT = "230184", "230108"
OFFICER = Person(Role.BUREAU_OFFICER, user_id=7)
WUCHANG_OFFICER = Person(Role.COUNTY_OFFICER, county_codes=frozenset({WUCHANG}), user_id=8)
PINGFANG_OFFICER = Person(Role.COUNTY_OFFICER, county_codes=frozenset({PINGFANG_DISTRICT}), user_id=9)
VIEWER = Person(Role.VIEWER, user_id=10)
DECEMBER, NEXT_NOVEMBER = date(2026, 12, 1), date(2027, 11, 30)


def add_users(context: Context) -> None:
    """The accounts that act, so that a conflict can name them."""
    with context.engine.execution_options(fieldapp_writes=True).begin() as connection:
        connection.execute(
            insert(schema.users),
            [
                {
                    "id": person.user_id,
                    "username": f"user{person.user_id}",
                    "display_name": name,
                    "role": person.role.value,
                    "created_at": NOW,
                }
                for person, name in ((OFFICER, "市局赵"), (WUCHANG_OFFICER, "五常钱"), (VIEWER, "领导孙"))
            ],
        )


def proposal(township: str = SHANHE, commissioner: str = "C-0002", **changed: Any) -> Proposal:
    """A commissioner for a township, for the year from December on."""
    wanted = Proposal(
        township_code=township, commissioner_id=commissioner, starts_on=DECEMBER, ends_on=NEXT_NOVEMBER
    )
    return replace(wanted, **changed)


def proposed(context: Context, *args: str, **changed: Any) -> Assignment:
    return propose_assignment(context, proposal(*args, **changed), by=OFFICER)


def on_notice(context: Context, *args: str, **changed: Any) -> Assignment:
    standing = proposed(context, *args, **changed)
    return put_on_notice(context, standing.id or 0, revision=standing.revision, by=OFFICER)


def active(context: Context, *args: str, **changed: Any) -> Assignment:
    """An assignment that was activated on the day after its notice."""
    standing = on_notice(context, *args, **changed)
    return activate_assignment(
        later(context, days=7), standing.id or 0, revision=standing.revision, by=OFFICER
    )


def later(context: Context, *, days: int) -> Context:
    """The same installation some days on."""
    now: datetime = context.now() + timedelta(days=days)
    return replace(context, now=lambda: now)
