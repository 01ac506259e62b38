"""Put a proposed assignment on public notice."""

from __future__ import annotations

from datetime import date

from fieldapp.domain import transitions
from fieldapp.domain.assignments import Assignment
from fieldapp.domain.lifecycle import Step
from fieldapp.domain.permissions import Person
from fieldapp.services.context import Context
from fieldapp.services.public_notice import notice_from
from fieldapp.services.steps import ACTIONS, open_assignment, write_step


def put_on_notice(
    context: Context,
    assignment_id: int,
    *,
    revision: int | None,
    by: Person,
    starts_on: date | None = None,
) -> Assignment:
    """Show the proposal to the public from ``starts_on`` (default: today) for the working days set.

    Raises `NotFoundError`, `ForbiddenError`, `ConflictError` where the state forbids it or somebody was
    faster, and `InvalidInputError` for a day in the past.
    """
    today = context.today()
    with context.work(actor=by.actor) as work:
        before = open_assignment(
            work.connection, assignment_id, revision=revision, by=by, action=ACTIONS[Step.PUT_ON_NOTICE]
        )
        notice = notice_from(context, starts_on or today)
        after = transitions.put_on_notice(before, notice, today=today)
        write_step(work, Step.PUT_ON_NOTICE, before, after)
        work.commit()
    return after
