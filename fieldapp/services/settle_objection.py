"""Settle an objection: dismiss it, or uphold it, with an answer."""

from __future__ import annotations

from fieldapp.domain import notice
from fieldapp.domain.assignments import Assignment
from fieldapp.domain.notice import Settlement
from fieldapp.domain.permissions import Action, Person
from fieldapp.persistence import assignments, objections
from fieldapp.services.context import Context
from fieldapp.services.steps import open_assignment, record, touched


def settle_objection(
    context: Context,
    objection_id: int,
    settlement: Settlement,
    answer: str,
    *,
    revision: int | None,
    by: Person,
) -> Assignment:
    """Dismiss or uphold an objection; returns the assignment it was raised against.

    Raises as every step does, and `InvalidInputError` without an answer or where it is settled already.
    """
    with context.work(actor=by.actor) as work:
        assignment_id, _ = objections.get(work.connection, objection_id)
        before = open_assignment(
            work.connection, assignment_id, revision=revision, by=by, action=Action.OBJECTION_WRITE
        )
        _, objection = objections.get(work.connection, objection_id)  # as it is under the lock
        settled = notice.settle_objection(objection, settlement, answer, today=context.today())
        objections.save(work.connection, objection_id, settled)
        after = touched(before)
        assignments.save(work.connection, after)
        record(work, "assignment.objection_settled", before, after, reason=settled.answer)
        work.commit()
    return after
