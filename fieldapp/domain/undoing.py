"""Taking the last step of an assignment back, where the state allows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from fieldapp.domain.assignments import Assignment, AssignmentState, day_after
from fieldapp.domain.errors import ConflictError
from fieldapp.domain.lifecycle import LIFECYCLE, Step
from geodata.errors import Message


@dataclass(frozen=True)
class Done:
    """A step that was done: what it found, what it left, and on which day."""

    step: Step
    before: Assignment
    after: Assignment
    on: date


def undo(assignment: Assignment, done: Done, *, today: date) -> Assignment:
    """Take the last step back.

    Possible on the day of the step, and as long as what it changed lies ahead: who served on a past day is
    history. A public notice is not undone but withdrawn. Of a handover, undo the ``END`` of the one and
    withdraw the other, in one transaction.
    """
    if assignment != done.after:
        raise ConflictError(
            Message(
                "The assignment was changed after this step, and is {state} now. Undo the later step first.",
                state=assignment.state.words,
            ),
            code="assignment.changed",
        )
    if not LIFECYCLE[done.step].undoable:
        raise ConflictError(
            Message(
                "This step cannot be undone: {step}. Withdraw or end the assignment instead.",
                step=done.step.words,
            ),
            code="assignment.undo",
        )
    if done.after.state is AssignmentState.WITHDRAWN and done.before.state is AssignmentState.PROPOSED:
        raise ConflictError(
            Message("A proposal that was withdrawn does not come back. Propose it again."),
            code="assignment.undo",
        )
    effective_on = _effective_on(done)
    if today > done.on and today >= effective_on:
        raise ConflictError(
            Message(
                "This step has taken effect on {day} and is part of the history. "
                "Change the assignment by a further step instead.",
                day=effective_on,
            ),
            code="assignment.undo",
        )
    return replace(done.before, revision=assignment.revision + 1)


def _effective_on(done: Done) -> date:
    """The first day on which a step changes who serves, or what is signed."""
    if done.step is Step.END:
        return day_after(done.after.last_day)
    if done.step is Step.ACTIVATE or done.after.state is AssignmentState.WITHDRAWN:
        return done.after.starts_on
    return done.on if done.after.state is AssignmentState.ACTIVE else date.max
