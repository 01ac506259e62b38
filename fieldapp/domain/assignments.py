"""Assignments (选派): who leads which township for which term, and in what state.

A term is closed: ``starts_on`` and ``ends_on`` are both served. A term that was cut short keeps its
``ends_on`` as agreed and carries ``ended_on``, the last day served.
"""

from __future__ import annotations

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


class EndReason(StrEnum):
    TERM_OVER = "term_over"
    RESIGNED = "resigned"
    TRANSFERRED = "transferred"
    REMOVED = "removed"
