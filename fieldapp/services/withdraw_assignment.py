"""Take back an assignment that is not served yet."""

from __future__ import annotations

from fieldapp.domain import transitions
from fieldapp.domain.assignments import Assignment
from fieldapp.domain.lifecycle import Step
from fieldapp.domain.permissions import Person
from fieldapp.services.context import Context
from fieldapp.services.steps import ACTIONS, open_assignment, write_step


def withdraw_assignment(
    context: Context, assignment_id: int, *, revision: int | None, by: Person, reason: str = ""
) -> Assignment:
    """Withdraw an assignment before its first day is served; raises as every step does."""
    with context.work(actor=by.actor) as work:
        before = open_assignment(
            work.connection, assignment_id, revision=revision, by=by, action=ACTIONS[Step.WITHDRAW]
        )
        after = transitions.withdraw(before, today=context.today())
        write_step(work, Step.WITHDRAW, before, after, reason=reason)
        work.commit()
    return after
