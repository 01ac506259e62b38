"""The objections to an assignment."""

from __future__ import annotations

from dataclasses import asdict

from fieldapp.domain.permissions import Action, Person, require
from fieldapp.persistence import assignments, objections
from fieldapp.persistence.register import Values
from fieldapp.services.context import Context
from fieldapp.services.steps import row_of


def read_objections(context: Context, assignment_id: int, *, by: Person) -> Values:
    """The objections to an assignment, the oldest first, and the assignment's revision.

    Raises `NotFoundError` for an unknown assignment and `ForbiddenError` outside the person's counties.
    """
    with context.reading() as connection:
        assignment = assignments.load(connection, assignment_id)
        require(by, Action.OBJECTION_READ, row_of(connection, assignment))
        found = objections.of_assignments(connection, [assignment_id]).get(assignment_id, [])
    return {
        "assignment_id": assignment_id,
        "revision": assignment.revision,
        "items": [{"id": objection_id, **asdict(objection)} for objection_id, objection in found],
    }
