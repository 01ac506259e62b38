"""Take the last step of an assignment back, as the audit log remembers it."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Connection

from fieldapp.domain import transitions, undoing
from fieldapp.domain.assignments import Assignment, AssignmentState
from fieldapp.domain.errors import ConflictError
from fieldapp.domain.lifecycle import Step
from fieldapp.domain.permissions import Action, Person, require
from fieldapp.domain.undoing import Done
from fieldapp.persistence import agreements, assigning_history, assignments
from fieldapp.persistence.unit_of_work import UnitOfWork
from fieldapp.services.context import Context
from fieldapp.services.steps import ACTIONS, PROPOSED, UNDONE, open_assignment, record, row_of, write_step
from geodata.errors import Message

_STEPS = {f"assignment.{step.value}": step for step in Step}


def undo_step(context: Context, assignment_id: int, *, revision: int | None, by: Person) -> Assignment:
    """Take back what was done with an assignment last; whoever may do a step may undo it.

    A proposal is withdrawn. Of a handover the successor's proposal is withdrawn with it. Raises as every
    step does, and `ConflictError` where the step is part of the history already.
    """
    today = context.today()
    with context.work(actor=by.actor) as work:
        standing = open_assignment(
            work.connection, assignment_id, revision=revision, by=by, action=Action.ASSIGNMENT_READ
        )
        event = assigning_history.last_event(work.connection, assignment_id)
        if event is not None and event["action"] == PROPOSED:
            require(by, ACTIONS[Step.WITHDRAW], row_of(work.connection, standing))
            after = transitions.withdraw(standing, today=today)
            write_step(work, Step.WITHDRAW, standing, after)
        else:
            done = _done(event, context)
            require(by, ACTIONS[done.step], row_of(work.connection, standing))
            after = undoing.undo(standing, done, today=today)
            # A successor gives the days up before they are taken back.
            _withdraw_successor(work, event or {}, by=by, today=today)
            _take_back_verdict(work.connection, done)
            assignments.save(work.connection, after)
            record(work, UNDONE, standing, after)
        work.commit()
    return after


def _done(event: dict[str, Any] | None, context: Context) -> Done:
    step = None if event is None else _STEPS.get(event["action"])
    if event is None or step is None or event["before"] is None:
        raise ConflictError(
            Message("What was done last cannot be undone. Change the assignment by a further step instead."),
            code="assignment.undo",
        )
    return Done(
        Step.END if step is Step.HAND_OVER else step,
        assignments.assignment_of(event["before"]),
        assignments.assignment_of(event["after"]),
        event["at"].astimezone(context.settings.timezone).date(),
    )


def _withdraw_successor(work: UnitOfWork, event: dict[str, Any], *, by: Person, today: date) -> None:
    successor_id = event["after"].get("successor_id")
    if successor_id is None:
        return
    successor = assignments.load(work.connection, successor_id)
    if successor.state is AssignmentState.WITHDRAWN:
        return
    require(by, ACTIONS[Step.WITHDRAW], row_of(work.connection, successor))
    write_step(work, Step.WITHDRAW, successor, transitions.withdraw(successor, today=today))


def _take_back_verdict(connection: Connection, done: Done) -> None:
    if done.step in (Step.APPROVE_AGREEMENT, Step.RETURN_AGREEMENT) and done.before.id is not None:
        agreements.judge_latest(connection, done.before.id, None, "")
