"""Propose the commissioner in office for a further term."""

from __future__ import annotations

from datetime import date

from fieldapp.domain import transitions
from fieldapp.domain.assignments import Assignment
from fieldapp.domain.lifecycle import Step
from fieldapp.domain.permissions import Person
from fieldapp.services.context import Context
from fieldapp.services.propose_assignment import require_suitable
from fieldapp.services.steps import ACTIONS, naming_who, open_assignment, write_proposal


def renew_assignment(
    context: Context,
    assignment_id: int,
    *,
    ends_on: date,
    revision: int | None,
    by: Person,
    note: str = "",
) -> Assignment:
    """Propose a further term from the day after this one to ``ends_on``; returns the proposal.

    Raises as every step does, and `ConflictError` where somebody else has the township by then.
    """
    proposal: Assignment | None = None
    with naming_who(context, lambda: proposal), context.work(actor=by.actor) as work:
        standing = open_assignment(
            work.connection, assignment_id, revision=revision, by=by, action=ACTIONS[Step.RENEW]
        )
        proposal = transitions.renew(standing, ends_on=ends_on, today=context.today(), note=note)
        require_suitable(work.connection, proposal)
        written = write_proposal(work, proposal)
        work.commit()
    return written
