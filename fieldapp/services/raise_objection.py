"""Note an objection to an assignment on public notice."""

from __future__ import annotations

from fieldapp.domain import notice
from fieldapp.domain.assignments import Assignment, AssignmentState
from fieldapp.domain.errors import ConflictError
from fieldapp.domain.notice import Notice
from fieldapp.domain.permissions import Action, Person
from fieldapp.persistence import assignments, objections
from fieldapp.services.context import Context
from fieldapp.services.steps import open_assignment, record, touched
from geodata.errors import Message


def raise_objection(
    context: Context, assignment_id: int, text: str, *, revision: int | None, by: Person
) -> Assignment:
    """Note what the public says against an assignment; it keeps it from activation until it is settled.

    Raises as every step does, and `InvalidInputError` outside the notice's days and without a text.
    """
    with context.work(actor=by.actor) as work:
        before = open_assignment(
            work.connection, assignment_id, revision=revision, by=by, action=Action.OBJECTION_WRITE
        )
        first, last = before.notice_starts_on, before.notice_ends_on
        if before.state is not AssignmentState.ON_NOTICE or first is None or last is None:
            raise ConflictError(
                Message(
                    "The assignment is {state}. Objections are taken only while it is on public notice.",
                    state=before.state.words,
                ),
                code="assignment.state",
            )
        objection = notice.raise_objection(Notice(first, last), text, today=context.today())
        objections.add(work.connection, assignment_id, objection)
        after = touched(before)
        assignments.save(work.connection, after)
        record(work, "assignment.objection_raised", before, after, reason=objection.text)
        work.commit()
    return after
