"""Change a proposal that the public has not seen."""

from __future__ import annotations

from datetime import date

from fieldapp.domain import transitions
from fieldapp.domain.assignments import Assignment
from fieldapp.domain.lifecycle import Step
from fieldapp.domain.permissions import Action, Person, require
from fieldapp.services.context import Context
from fieldapp.services.propose_assignment import require_suitable
from fieldapp.services.steps import ACTIONS, naming_who, open_assignment, row_of, write_step


def revise_proposal(
    context: Context,
    assignment_id: int,
    *,
    revision: int | None,
    by: Person,
    commissioner_id: str | None = None,
    starts_on: date | None = None,
    ends_on: date | None = None,
    note: str | None = None,
) -> Assignment:
    """Change commissioner, term or note of a proposal; what is not given stays. Raises as every step does."""
    after: Assignment | None = None
    with naming_who(context, lambda: after), context.work(actor=by.actor) as work:
        before = open_assignment(
            work.connection, assignment_id, revision=revision, by=by, action=ACTIONS[Step.REVISE]
        )
        after = transitions.revise(
            before,
            today=context.today(),
            commissioner_id=commissioner_id,
            starts_on=starts_on,
            ends_on=ends_on,
            note=note,
        )
        require(by, Action.ASSIGNMENT_PROPOSE, row_of(work.connection, after))
        require_suitable(work.connection, after)
        write_step(work, Step.REVISE, before, after)
        work.commit()
    return after
