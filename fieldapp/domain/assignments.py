"""Assignments (选派): who leads which township for which term, and in what state.

A term is closed: ``starts_on`` and ``ends_on`` are both served. A term that was cut short keeps its
``ends_on`` as agreed and carries ``ended_on``, the last day served.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from geodata.errors import Message


class AssignmentState(StrEnum):
    PROPOSED = "proposed"
    ON_NOTICE = "on_notice"
    ACTIVE = "active"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"

    @property
    def words(self) -> Message:
        return _STATE_WORDS[self]


_STATE_WORDS = {
    AssignmentState.PROPOSED: Message("proposed"),
    AssignmentState.ON_NOTICE: Message("on public notice"),
    AssignmentState.ACTIVE: Message("active"),
    AssignmentState.ENDED: Message("ended"),
    AssignmentState.WITHDRAWN: Message("withdrawn"),
}

# An assignment that is active, or was until it ended, makes its township assigned on the days it served.
SERVING_STATES = (AssignmentState.ACTIVE, AssignmentState.ENDED)


class AgreementState(StrEnum):
    NONE = "none"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"

    @property
    def words(self) -> Message:
        return _AGREEMENT_WORDS[self]


_AGREEMENT_WORDS = {
    AgreementState.NONE: Message("none yet"),
    AgreementState.SUBMITTED: Message("submitted"),
    AgreementState.RETURNED: Message("returned"),
    AgreementState.APPROVED: Message("approved"),
}


class EndReason(StrEnum):
    TERM_OVER = "term_over"
    RESIGNED = "resigned"
    TRANSFERRED = "transferred"
    REMOVED = "removed"

    @property
    def words(self) -> Message:
        return _REASON_WORDS[self]


_REASON_WORDS = {
    EndReason.TERM_OVER: Message("term over"),
    EndReason.RESIGNED: Message("resigned"),
    EndReason.TRANSFERRED: Message("transferred"),
    EndReason.REMOVED: Message("removed"),
}


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """One row of the assignments, as it stands; `fieldapp.domain.lifecycle` makes the next one of it.

    ``id`` is None until it is stored; ``revision`` grows by one with each step, so that who edits an
    outdated one is noticed.
    """

    township_code: str
    commissioner_id: str
    starts_on: date
    ends_on: date
    state: AssignmentState = AssignmentState.PROPOSED
    ended_on: date | None = None
    end_reason: EndReason | None = None
    notice_starts_on: date | None = None
    notice_ends_on: date | None = None
    agreement_state: AgreementState = AgreementState.NONE
    agreement_approved_on: date | None = None
    note: str = ""
    demonstration: bool = False
    revision: int = 1
    id: int | None = None

    @property
    def last_day(self) -> date:
        """The last day served, or to be served."""
        return self.ended_on or self.ends_on


def day_after(day: date) -> date:
    """The day after; the calendar's last day stays where it is."""
    return day if day == date.max else day + timedelta(days=1)


def is_serving(assignment: Assignment, day: date) -> bool:
    """Whether the commissioner is in office on the day; a term that ran out is ended by the date."""
    return assignment.state in SERVING_STATES and assignment.starts_on <= day <= assignment.last_day


def takes_up(assignment: Assignment, starts_on: date, ends_on: date) -> bool:
    """Whether the assignment, proposed or more, takes up a day of a period, for township and commissioner."""
    return (
        assignment.state != AssignmentState.WITHDRAWN
        and assignment.starts_on <= ends_on
        and starts_on <= assignment.last_day
    )


def state_on(assignment: Assignment, day: date) -> AssignmentState:
    """The state to show on a day: an active term that has run out is ended, whether or not it was noted."""
    if assignment.state == AssignmentState.ACTIVE and day > assignment.last_day:
        return AssignmentState.ENDED
    return assignment.state
