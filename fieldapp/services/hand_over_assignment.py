"""Hand a township over to a successor without a day's gap."""

from __future__ import annotations

from datetime import date

from fieldapp.domain import transitions
from fieldapp.domain.assignments import Assignment, EndReason
from fieldapp.domain.lifecycle import Step
from fieldapp.domain.permissions import Action, Person, require
from fieldapp.domain.transitions import Handover
from fieldapp.persistence import assignments
from fieldapp.services.context import Context
from fieldapp.services.propose_assignment import require_suitable
from fieldapp.services.steps import (
    ACTIONS,
    PROPOSED,
    naming_who,
    open_assignment,
    record,
    row_of,
)


def hand_over_assignment(
    context: Context,
    assignment_id: int,
    successor_id: str,
    end_reason: EndReason,
    *,
    last_day: date,
    revision: int | None,
    by: Person,
    ends_on: date | None = None,
    reason: str = "",
) -> Handover:
    """End the term with ``last_day`` and propose the successor from the day after on, both or neither.

    Raises as every step does, and `ConflictError` where the successor has no capacity then.
    """
    successor: Assignment | None = None
    with naming_who(context, lambda: successor), context.work(actor=by.actor) as work:
        before = open_assignment(
            work.connection, assignment_id, revision=revision, by=by, action=ACTIONS[Step.HAND_OVER]
        )
        handover = transitions.hand_over(
            before,
            successor_id,
            end_reason,
            last_day=last_day,
            today=context.today(),
            ends_on=ends_on,
            note=reason,
        )
        successor = handover.successor
        require_suitable(work.connection, successor)
        require(by, Action.ASSIGNMENT_PROPOSE, row_of(work.connection, successor))
        # The days are given up before the successor takes them.
        assignments.save(work.connection, handover.ended)
        stored = assignments.add(work.connection, successor)
        record(
            work,
            f"assignment.{Step.HAND_OVER.value}",
            before,
            handover.ended,
            reason=reason,
            successor_id=stored.id,
        )
        record(work, PROPOSED, None, stored, reason=reason)
        work.commit()
    return Handover(handover.ended, stored)
