"""Plans that take long: a process of their own solves them, tells where it is, and can be stopped."""

from __future__ import annotations

from multiprocessing import active_children

import pytest
from sqlalchemy import update

from fieldapp.domain.planning import Pair
from fieldapp.domain.planning.drafts import DraftState, Stage
from fieldapp.persistence import schema
from fieldapp.services import draft_plan as drafting
from fieldapp.services import solve_draft
from fieldapp.services.context import Context
from fieldapp.services.draft_plan import cancel_draft
from fieldapp.services.read_plans import read_draft
from fieldapp.services.solve_draft import solve_stored
from tests.services.assigning import OFFICER, add_users, later
from tests.services.planning import drafted, edited, leaders
from tests.services.small_register import fill


@pytest.fixture
def register(context: Context, monkeypatch: pytest.MonkeyPatch) -> Context:
    """The small register, where even that takes too long to wait for; nothing solves it by itself."""
    fill(context)
    add_users(context)
    monkeypatch.setattr(solve_draft, "AT_ONCE", 0)
    monkeypatch.setattr(drafting, "start_solver", lambda *_: None)
    return context


def test_a_process_of_its_own_solves_what_takes_long(
    register: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafting, "start_solver", solve_draft.start_solver)
    plan = drafted(register)
    assert plan.state.is_running
    for child in active_children():
        child.join(120)
    solved = read_draft(register, plan.id, by=OFFICER)
    assert (solved.state, solved.stage) == (DraftState.READY, None)
    assert None not in leaders(solved).values()


def test_it_tells_where_it_is_and_stores_nothing_once_it_is_cancelled(
    register: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = drafted(register)
    seen = []

    def look(stage: Stage) -> None:
        seen.append(read_draft(register, plan.id, by=OFFICER))
        if stage is Stage.REASONS:
            cancel_draft(register, plan.id, by=OFFICER)

    told = solve_draft._tell

    def tell(context: Context, draft_id: int, revision: int, stage: Stage) -> bool:
        is_wanted = told(context, draft_id, revision, stage)
        look(stage)
        return is_wanted

    monkeypatch.setattr(solve_draft, "_tell", tell)
    solve_stored(register, plan.id, 1)
    assert next(each.stage for each in seen if each.stage) is Stage.PAIRS
    assert {each.state for each in seen[:-1]} == {DraftState.SOLVING}
    shares = [each.share for each in seen if each.share is not None]
    assert shares == sorted(shares)
    stopped = read_draft(register, plan.id, by=OFFICER)
    assert (stopped.state, stopped.plan) == (DraftState.CANCELLED, None)
    monkeypatch.setattr(solve_draft, "_tell", told)
    again = edited(register, stopped)
    solve_stored(register, plan.id, again.revision)
    assert read_draft(register, plan.id, by=OFFICER).state is DraftState.READY


def test_a_solver_that_is_no_more_is_noticed(register: Context) -> None:
    plan = drafted(register)
    lost = read_draft(later(register, days=1), plan.id, by=OFFICER)
    assert (lost.state, str(lost.error)) == (
        DraftState.FAILED,
        "The solving was interrupted. Solve the plan again.",
    )
    solve_stored(register, plan.id, 1)  # it was not dead, only slow: its plan is no longer wanted
    assert read_draft(register, plan.id, by=OFFICER).state is DraftState.FAILED


def test_what_no_plan_can_meet_is_told(register: Context) -> None:
    plan = drafted(register, forbids=(Pair("230184101", "C-0001"),))
    with register.engine.execution_options(fieldapp_writes=True).begin() as connection:
        (row,) = connection.execute(schema.plan_drafts.select()).all()
        policy = row.input["policy"] | {"quotas": [{"of": "county", "key": "230108", "at_least": 2}]}
        connection.execute(update(schema.plan_drafts).values(input=row.input | {"policy": policy}))
    solve_stored(register, plan.id, 1)
    failed = read_draft(register, plan.id, by=OFFICER)
    assert failed.state is DraftState.FAILED
    assert "must have at least 2 pairs" in str(failed.error)


def test_a_fault_of_the_program_is_told_and_logged(
    register: Context, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    plan = drafted(register)

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("out of memory")

    monkeypatch.setattr(solve_draft, "solve_and_explain", broken)
    solve_stored(register, plan.id, 1)
    failed = read_draft(register, plan.id, by=OFFICER)
    assert (failed.state, "Tell the administrator" in str(failed.error)) == (DraftState.FAILED, True)
    assert "out of memory" in caplog.text
