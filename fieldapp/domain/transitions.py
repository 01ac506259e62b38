"""The steps of an assignment's life, each a pure function from the assignment as it stands to the next one.

What the state or the day forbids raises `ConflictError`, what was given wrongly `InvalidInputError`.
Reasons that have no column, such as why an agreement was returned, belong into the audit event of the step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from fieldapp.domain.assignments import Assignment, EndReason, day_after
from fieldapp.domain.errors import ConflictError, Fault, InvalidInputError
from fieldapp.domain.lifecycle import LIFECYCLE, Step, hindrance
from fieldapp.domain.notice import Notice, Objection, Settlement
from geodata.errors import Message


@dataclass(frozen=True)
class Handover:
    """The assignment that ends and the one that begins on the day after."""

    ended: Assignment
    successor: Assignment


def require_revision(assignment: Assignment, revision: int) -> None:
    """Raise `ConflictError` where somebody has changed the assignment since ``revision`` was read."""
    if assignment.revision != revision:
        raise ConflictError(
            Message(
                "Somebody else has changed this assignment, which is {state} now. "
                "Look at the change, then decide again.",
                state=assignment.state.words,
            ),
            code="assignment.changed",
        )


def propose(
    township_code: str, commissioner_id: str, *, starts_on: date, ends_on: date, note: str = ""
) -> Assignment:
    """A new proposal; it may still be revised, and takes up its days until it is withdrawn."""
    _require_term(starts_on, ends_on)
    return Assignment(
        township_code=township_code,
        commissioner_id=commissioner_id,
        starts_on=starts_on,
        ends_on=ends_on,
        note=note.strip(),
    )


def revise(
    assignment: Assignment,
    *,
    today: date,
    commissioner_id: str | None = None,
    starts_on: date | None = None,
    ends_on: date | None = None,
    note: str | None = None,
) -> Assignment:
    """Change a proposal that the public has not seen; what is not given stays."""
    _require_possible(Step.REVISE, assignment, today)
    revised = replace(
        assignment,
        commissioner_id=assignment.commissioner_id if commissioner_id is None else commissioner_id,
        starts_on=starts_on or assignment.starts_on,
        ends_on=ends_on or assignment.ends_on,
        note=assignment.note if note is None else note.strip(),
        revision=assignment.revision + 1,
    )
    _require_term(revised.starts_on, revised.ends_on)
    return revised


def put_on_notice(assignment: Assignment, notice: Notice, *, today: date) -> Assignment:
    """Show the proposal to the public from the notice's first day to its last."""
    _require_possible(Step.PUT_ON_NOTICE, assignment, today)
    if notice.starts_on < today:
        raise _invalid(
            "notice_starts_on",
            Message(
                "A public notice cannot start in the past, on {day}. Let it start today or later.",
                day=notice.starts_on,
            ),
            "assignment.notice",
        )
    return _stepped(
        Step.PUT_ON_NOTICE, assignment, notice_starts_on=notice.starts_on, notice_ends_on=notice.ends_on
    )


def activate(assignment: Assignment, *, today: date, objections: Sequence[Objection] = ()) -> Assignment:
    """Put the commissioner in office, once the notice is over and no objection stands against it."""
    _require_possible(Step.ACTIVATE, assignment, today)
    standing = [one for one in objections if one.settlement is not Settlement.DISMISSED]
    if any(one.settlement is Settlement.UPHELD for one in standing):
        raise ConflictError(
            Message("An objection was upheld. Withdraw the assignment and propose somebody else."),
            code="assignment.objection",
        )
    if standing:
        raise ConflictError(
            Message(
                "The objection of {day} is not settled yet. Dismiss it with a reason, or uphold it.",
                day=min(one.raised_on for one in standing),
            ),
            code="assignment.objection",
        )
    return _stepped(Step.ACTIVATE, assignment)


def withdraw(assignment: Assignment, *, today: date) -> Assignment:
    """Take an assignment back before its first day is served; its days are free again."""
    _require_possible(Step.WITHDRAW, assignment, today)
    return _stepped(Step.WITHDRAW, assignment)


def end(assignment: Assignment, reason: EndReason, *, last_day: date, today: date) -> Assignment:
    """End the term with ``last_day``, which may lie ahead; a full term is ended as ``TERM_OVER``."""
    _require_possible(Step.END, assignment, today)
    _require_last_day(assignment, last_day)
    if reason is EndReason.TERM_OVER:
        if last_day != assignment.ends_on:
            raise _invalid(
                "end_reason",
                Message(
                    "The term is over on {ends_on}, not on {day}. Give the reason why it ends early.",
                    ends_on=assignment.ends_on,
                    day=last_day,
                ),
                "assignment.reason",
            )
        return _stepped(Step.END, assignment, end_reason=reason)
    return _stepped(Step.END, assignment, ended_on=last_day, end_reason=reason)


def renew(assignment: Assignment, *, ends_on: date, today: date, note: str = "") -> Assignment:
    """Propose the same commissioner for a further term, which begins on the day after this one."""
    _require_possible(Step.RENEW, assignment, today)
    return _successor(assignment, assignment.commissioner_id, assignment.last_day, ends_on, note)


def hand_over(
    assignment: Assignment,
    successor_id: str,
    reason: EndReason,
    *,
    last_day: date,
    today: date,
    ends_on: date | None = None,
    note: str = "",
) -> Handover:
    """End the term and propose a successor from the day after on, until ``ends_on`` or the old term's end."""
    _require_possible(Step.HAND_OVER, assignment, today)
    if successor_id == assignment.commissioner_id:
        raise _invalid(
            "commissioner_id",
            Message("The successor is the commissioner in office. Choose another one, or renew the term."),
            "assignment.successor",
        )
    ended = end(assignment, reason, last_day=last_day, today=today)
    return Handover(
        ended, _successor(assignment, successor_id, last_day, ends_on or assignment.ends_on, note)
    )


def submit_agreement(assignment: Assignment, *, today: date) -> Assignment:
    """An agreement was uploaded, or another in the place of one that was not approved yet."""
    _require_possible(Step.SUBMIT_AGREEMENT, assignment, today)
    return _stepped(Step.SUBMIT_AGREEMENT, assignment)


def approve_agreement(assignment: Assignment, *, today: date) -> Assignment:
    """The uploaded agreement is what it should be; it counts from today on."""
    _require_possible(Step.APPROVE_AGREEMENT, assignment, today)
    return _stepped(Step.APPROVE_AGREEMENT, assignment, agreement_approved_on=today)


def return_agreement(assignment: Assignment, reason: str, *, today: date) -> Assignment:
    """The uploaded agreement has to be made good, for a reason that is told."""
    _require_possible(Step.RETURN_AGREEMENT, assignment, today)
    if not reason.strip():
        raise _invalid(
            "reason",
            Message("Say why the agreement is returned, so that it can be made good."),
            "assignment.reason",
        )
    return _stepped(Step.RETURN_AGREEMENT, assignment)


def _require_possible(step: Step, assignment: Assignment, today: date) -> None:
    hindered = hindrance(step, assignment, today)
    if hindered is not None:
        raise hindered


def _require_term(starts_on: date, ends_on: date) -> None:
    if ends_on < starts_on:
        raise _invalid(
            "ends_on",
            Message(
                "The last day {ends_on} is before the first day {starts_on}. Correct one of the two.",
                starts_on=starts_on,
                ends_on=ends_on,
            ),
            "assignment.term",
        )


def _require_last_day(assignment: Assignment, last_day: date) -> None:
    if not assignment.starts_on <= last_day <= assignment.ends_on:
        raise _invalid(
            "ended_on",
            Message(
                "The last day served, {ended_on}, is not within the term from {starts_on} to {ends_on}. "
                "Correct one of them.",
                ended_on=last_day,
                starts_on=assignment.starts_on,
                ends_on=assignment.ends_on,
            ),
            "assignment.term",
        )


def _successor(
    assignment: Assignment, commissioner_id: str, last_day: date, ends_on: date, note: str
) -> Assignment:
    return propose(
        assignment.township_code,
        commissioner_id,
        starts_on=day_after(last_day),
        ends_on=ends_on,
        note=note,
    )


def _stepped(step: Step, assignment: Assignment, **columns: Any) -> Assignment:
    """The assignment after a step: what the table says it becomes, and the columns that the step fills."""
    rule = LIFECYCLE[step]
    return replace(
        assignment,
        state=rule.becomes or assignment.state,
        agreement_state=rule.agreement_becomes or assignment.agreement_state,
        revision=assignment.revision + 1,
        **columns,
    )


def _invalid(field: str, message: Message, code: str) -> InvalidInputError:
    return InvalidInputError(message, [Fault(f"/{field}", message)], code=code)
