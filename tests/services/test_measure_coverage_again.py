"""Coverage measured once more, from what changed, is what it would be measured from everything."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from uuid import UUID

import pytest
from pandas.testing import assert_frame_equal
from sqlalchemy import event, insert, update

from fieldapp.domain.permissions import Person, Role
from fieldapp.domain.reviewing import ReviewStep
from fieldapp.domain.visits import Review
from fieldapp.persistence import schema
from fieldapp.persistence.engine import make_engine
from fieldapp.services.context import Context
from fieldapp.services.measure_coverage import measure_coverage
from fieldapp.services.read_visits import read_visit
from fieldapp.services.review_visit import review_visit
from fieldapp.services.withdraw_visit import withdraw_visit
from tests.accounts import make_account
from tests.services.small_register import LALIN, SHAHE, SHANHE, fill
from tests.services.visits import ONE, commissioner, record

SERVED = {LALIN: "C-0001", SHANHE: "C-0002", SHAHE: "C-0002"}
GONE: dict[str, object] = {"state": "ended", "end_reason": "resigned", "ended_on": date(2026, 11, 20)}
BACK: dict[str, object] = {"state": "active", "end_reason": None, "ended_on": None}


@pytest.fixture
def people(context: Context) -> dict[str, Person]:
    """The commissioners in office, two of three townships by the second of them."""
    fill(context)
    with context.engine.execution_options(fieldapp_writes=True).begin() as connection:
        connection.execute(
            insert(schema.assignments),
            [
                {
                    "township_code": code,
                    "commissioner_id": "C-0002",
                    "state": "active",
                    "starts_on": date(2026, 1, 1),
                    "ends_on": date(2026, 12, 31),
                }
                for code in (SHANHE, SHAHE)
            ],
        )
    return {each: commissioner(context, each) for each in ("C-0001", "C-0002")}


def _assert_as_from_everything(context: Context) -> None:
    """Beside a reader that has never read before."""
    fresh = replace(context, engine=make_engine(context.engine.url.render_as_string(hide_password=False)))
    try:
        assert_frame_equal(measure_coverage(context).table, measure_coverage(fresh).table)
    finally:
        fresh.engine.dispose()


@contextmanager
def _statements(context: Context) -> Iterator[list[str]]:
    told: list[str] = []

    def note(*given: object) -> None:
        told.append(str(given[2]))

    event.listen(context.engine, "before_cursor_execute", note)
    try:
        yield told
    finally:
        event.remove(context.engine, "before_cursor_execute", note)


def _put(context: Context, code: str, state: dict[str, object]) -> None:
    with context.work(actor="test") as work:
        work.connection.execute(
            update(schema.assignments).where(schema.assignments.c.township_code == code).values(**state)
        )
        work.record("test.changed", "assignment", code)
        work.commit()


def _enlist(context: Context, code: str, ends_on: date | None) -> None:
    members = schema.roster_memberships
    with context.work(actor="test") as work:
        work.connection.execute(
            update(members).where(members.c.township_code == code).values(ends_on=ends_on)
        )
        work.record("test.changed", "roster", code)
        work.commit()


def _log(context: Context, by: Person, visit_id: UUID, place: tuple[str, date], revision: int | None) -> None:
    code, day = place
    at = f"{day}T09:10:00+08:00", f"{day}T11:40:00+08:00"
    record(
        context,
        by,
        visit_id,
        township_code=code,
        started_at=at[0],
        ended_at=at[1],
        fix=None,
        no_fix_reason="no_signal",
        photos=[],
        base_revision=revision,
    )


@pytest.mark.parametrize("seed", range(6))
def test_whatever_happened_in_between(context: Context, people: dict[str, Person], seed: int) -> None:
    chance = Random(seed)
    officer = make_account(context, Role.BUREAU_OFFICER)
    logged: dict[UUID, str] = {}  # visit -> its commissioner
    _assert_as_from_everything(context)
    for turn in range(30):
        code = chance.choice(list(SERVED))
        day = date(2026, 11, 19) - timedelta(days=chance.randrange(150))
        kind = chance.choice(["log", "log", "move", "withdraw", "reject", "leave", "return", "enlist"])
        if kind == "log":
            visit_id = UUID(int=ONE.int + turn)
            logged[visit_id] = SERVED[code]
            _log(context, people[SERVED[code]], visit_id, (code, day), None)
        elif kind in ("leave", "return"):
            _put(context, code, GONE if kind == "leave" else BACK)
        elif kind == "enlist":
            _enlist(context, code, chance.choice([None, date(2026, 11, 1)]))
        elif logged:
            visit_id = chance.choice(sorted(logged))
            by = people[logged[visit_id]]
            document = read_visit(context, visit_id, by=by)
            if kind == "withdraw":
                withdraw_visit(context, visit_id, base_revision=document["revision"], by=by)
                del logged[visit_id]
            elif kind == "move":
                own = [each for each, serving in SERVED.items() if serving == logged[visit_id]]
                _log(context, by, visit_id, (chance.choice(own), day), document["revision"])
            elif document["review"] == "pending":
                review_visit(
                    context,
                    visit_id,
                    ReviewStep.REJECT,
                    text="Not there.",
                    revision=document["revision"],
                    seen=Review(document["review"]),
                    by=officer,
                )
        if chance.random() < 0.6:  # several changes may lie between two measurings
            _assert_as_from_everything(context)
    _assert_as_from_everything(context)


def test_after_a_visit_only_visits_are_read(context: Context, people: dict[str, Person]) -> None:
    measure_coverage(context)
    _log(context, people["C-0002"], ONE, (SHANHE, date(2026, 11, 20)), None)
    with _statements(context) as told:
        table = measure_coverage(context).table
    assert not [statement for statement in told if "roster_memberships" in statement]
    assert table.set_index("code").loc[SHANHE, "visited"]


def test_after_an_assignment_the_places_are_not_read(context: Context, people: dict[str, Person]) -> None:
    measure_coverage(context)
    _put(context, SHANHE, GONE)
    with _statements(context) as told:
        table = measure_coverage(context).table
    assert not [statement for statement in told if "roster_memberships" in statement]
    assert table.set_index("code").loc[SHANHE, "status"] == "uncovered"


def test_after_a_backup_was_restored_everything_is_read(context: Context, people: dict[str, Person]) -> None:
    _log(context, people["C-0002"], ONE, (SHANHE, date(2026, 11, 20)), None)
    measure_coverage(context)
    with context.engine.execution_options(fieldapp_writes=True).begin() as connection:
        connection.execute(update(schema.visits).values(review="rejected"))
        connection.execute(update(schema.change_counters).values(version=0))
    assert not measure_coverage(context).table["visited"].any()
