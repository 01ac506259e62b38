"""Approve a submitted agreement, or return it with a reason."""

from __future__ import annotations

from fieldapp.domain import transitions
from fieldapp.domain.assignments import Assignment
from fieldapp.domain.lifecycle import Step
from fieldapp.domain.permissions import Person
from fieldapp.persistence import agreements
from fieldapp.persistence.schema_assigning import Verdict
from fieldapp.services.context import Context
from fieldapp.services.steps import ACTIONS, open_assignment, write_step


def approve_agreement(
    context: Context, assignment_id: int, *, revision: int | None, by: Person
) -> Assignment:
    """Approve the agreement submitted last; it counts from today on. Raises as every step does."""
    with context.work(actor=by.actor) as work:
        before = open_assignment(
            work.connection, assignment_id, revision=revision, by=by, action=ACTIONS[Step.APPROVE_AGREEMENT]
        )
        after = transitions.approve_agreement(before, today=context.today())
        agreements.judge_latest(work.connection, assignment_id, Verdict.APPROVED, "")
        write_step(work, Step.APPROVE_AGREEMENT, before, after)
        work.commit()
    return after


def return_agreement(
    context: Context, assignment_id: int, reason: str, *, revision: int | None, by: Person
) -> Assignment:
    """Return the agreement submitted last, for a reason; raises as every step does, and without a reason."""
    with context.work(actor=by.actor) as work:
        before = open_assignment(
            work.connection, assignment_id, revision=revision, by=by, action=ACTIONS[Step.RETURN_AGREEMENT]
        )
        after = transitions.return_agreement(before, reason, today=context.today())
        agreements.judge_latest(work.connection, assignment_id, Verdict.RETURNED, reason.strip())
        write_step(work, Step.RETURN_AGREEMENT, before, after, reason=reason)
        work.commit()
    return after
