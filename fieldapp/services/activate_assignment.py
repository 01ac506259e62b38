"""Put a commissioner in office once the public notice is over."""

from __future__ import annotations

from fieldapp.domain import transitions
from fieldapp.domain.assignments import Assignment
from fieldapp.domain.lifecycle import Step
from fieldapp.domain.permissions import Person
from fieldapp.persistence import objections
from fieldapp.services.context import Context
from fieldapp.services.steps import ACTIONS, open_assignment, write_step


def activate_assignment(
    context: Context, assignment_id: int, *, revision: int | None, by: Person
) -> Assignment:
    """Activate an assignment whose notice is over and against which no objection stands.

    Raises `NotFoundError`, `ForbiddenError`, and `ConflictError` where the state, the day or an objection
    forbids it, or somebody was faster.
    """
    with context.work(actor=by.actor) as work:
        before = open_assignment(
            work.connection, assignment_id, revision=revision, by=by, action=ACTIONS[Step.ACTIVATE]
        )
        raised = objections.of_assignments(work.connection, [assignment_id]).get(assignment_id, [])
        after = transitions.activate(
            before, today=context.today(), objections=[objection for _, objection in raised]
        )
        write_step(work, Step.ACTIVATE, before, after)
        work.commit()
    return after
