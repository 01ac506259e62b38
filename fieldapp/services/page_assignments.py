"""Page through the assignments, and read one, as far as the person may see."""

from __future__ import annotations

from typing import Any

from fieldapp.domain.assignments import state_on
from fieldapp.domain.errors import NotFoundError
from fieldapp.domain.lifecycle import possible_steps
from fieldapp.domain.permissions import Person, visible
from fieldapp.persistence.assignment_list import AssignmentFilter, list_assignments
from fieldapp.persistence.assignments import assignment_of
from fieldapp.persistence.register import Values
from fieldapp.services.context import Context
from fieldapp.services.page_register import Page, Place, cut
from geodata.errors import Message


def page_assignments(context: Context, place: Place, *, by: Person, **wanted: Any) -> Page:
    """Assignments by id; ``state`` is the one to show today, ``steps`` those that state and day allow.

    ``wanted`` as `AssignmentFilter` takes it.
    """
    asked = AssignmentFilter(today=context.today(), **wanted)
    after = place.after if isinstance(place.after, int) else None
    with context.reading() as connection:
        rows = list_assignments(
            connection, asked, visible(by, "assignment"), after=after, limit=place.limit + 1
        )
    page = cut(rows, place.limit, "id")
    return Page([_shown(context, row) for row in page.items], page.next_key)


def read_assignment(context: Context, assignment_id: int, *, by: Person) -> Values:
    """One assignment; `NotFoundError` where the person may see none of that id."""
    page = page_assignments(context, Place(1), by=by, id=assignment_id)
    if not page.items:
        raise NotFoundError(
            Message("There is no assignment with the id {id}.", id=assignment_id), code="assignment.unknown"
        )
    return page.items[0]


def _shown(context: Context, row: Values) -> Values:
    assignment, today = assignment_of(row), context.today()
    return row | {
        "state": state_on(assignment, today),
        "steps": [step.value for step in possible_steps(assignment, today)],
    }
