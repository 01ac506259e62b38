"""End an assignment: its term is over, or it was cut short; after a resignation, with who could follow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from fieldapp.domain import transitions
from fieldapp.domain.assignments import Assignment, EndReason, day_after
from fieldapp.domain.lifecycle import Step
from fieldapp.domain.permissions import Person
from fieldapp.services.context import Context
from fieldapp.services.public_notice import usual_term
from fieldapp.services.rank_candidates import Ranking, rank_candidates
from fieldapp.services.steps import ACTIONS, open_assignment, write_step


@dataclass(frozen=True)
class Ended:
    """The assignment that ended, and who could take the township from the day after on."""

    assignment: Assignment
    replacements: Ranking


def end_assignment(
    context: Context,
    assignment_id: int,
    end_reason: EndReason,
    *,
    last_day: date,
    revision: int | None,
    by: Person,
    reason: str = "",
) -> Assignment:
    """End a term with ``last_day``; raises as every step does."""
    with context.work(actor=by.actor) as work:
        before = open_assignment(
            work.connection, assignment_id, revision=revision, by=by, action=ACTIONS[Step.END]
        )
        after = transitions.end(before, end_reason, last_day=last_day, today=context.today())
        write_step(work, Step.END, before, after, reason=reason)
        work.commit()
    return after


def resign_assignment(
    context: Context,
    assignment_id: int,
    *,
    last_day: date,
    revision: int | None,
    by: Person,
    reason: str = "",
) -> Ended:
    """End a term because its commissioner resigned, and rank at once who could follow without a gap."""
    ended = end_assignment(
        context,
        assignment_id,
        EndReason.RESIGNED,
        last_day=last_day,
        revision=revision,
        by=by,
        reason=reason,
    )
    starts_on = day_after(last_day)
    replacements = rank_candidates(
        context, ended.township_code, by=by, starts_on=starts_on, ends_on=usual_term(starts_on)
    )
    return Ended(ended, replacements)
