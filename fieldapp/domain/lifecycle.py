"""The lifecycle of an assignment: one table of steps, and which of them are possible on a day.

`fieldapp.domain.transitions` carries them out.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from fieldapp.domain.assignments import AgreementState, Assignment, AssignmentState
from fieldapp.domain.errors import ConflictError
from geodata.errors import Message

_ANY_AGREEMENT = frozenset(AgreementState)


class Step(StrEnum):
    REVISE = "revise"
    PUT_ON_NOTICE = "put_on_notice"
    ACTIVATE = "activate"
    WITHDRAW = "withdraw"
    END = "end"
    SUBMIT_AGREEMENT = "submit_agreement"
    APPROVE_AGREEMENT = "approve_agreement"
    RETURN_AGREEMENT = "return_agreement"
    RENEW = "renew"
    HAND_OVER = "hand_over"

    @property
    def words(self) -> Message:
        return _STEP_WORDS[self]


_STEP_WORDS = {
    Step.REVISE: Message("change the proposal"),
    Step.PUT_ON_NOTICE: Message("put on public notice"),
    Step.ACTIVATE: Message("activate"),
    Step.WITHDRAW: Message("withdraw"),
    Step.END: Message("end the assignment"),
    Step.SUBMIT_AGREEMENT: Message("submit the agreement"),
    Step.APPROVE_AGREEMENT: Message("approve the agreement"),
    Step.RETURN_AGREEMENT: Message("return the agreement"),
    Step.RENEW: Message("renew"),
    Step.HAND_OVER: Message("hand over to a successor"),
}


class Transition(NamedTuple):
    """From which states a step is possible, what it makes of them (None: it stays), and else the cure."""

    states: frozenset[AssignmentState]
    becomes: AssignmentState | None
    otherwise: Message
    agreements: frozenset[AgreementState] = _ANY_AGREEMENT
    agreement_becomes: AgreementState | None = None
    undoable: bool = False


_P, _N, _A, _E = (
    AssignmentState.PROPOSED,
    AssignmentState.ON_NOTICE,
    AssignmentState.ACTIVE,
    AssignmentState.ENDED,
)
LIFECYCLE: MappingProxyType[Step, Transition] = MappingProxyType(
    {
        Step.REVISE: Transition(
            frozenset({_P}),
            None,
            Message("Only a proposal can be changed. Withdraw it and propose again."),
            undoable=True,
        ),
        # What the public was shown is not taken back silently: it is withdrawn.
        Step.PUT_ON_NOTICE: Transition(
            frozenset({_P}), _N, Message("Only a proposal can be put on public notice. Propose it again.")
        ),
        Step.ACTIVATE: Transition(
            frozenset({_N}),
            _A,
            Message("Only an assignment on public notice can be activated. Put a proposal on notice first."),
            undoable=True,
        ),
        Step.WITHDRAW: Transition(
            frozenset({_P, _N, _A}),
            AssignmentState.WITHDRAWN,
            Message("It can be withdrawn only before it is served. Reload the page to see what happened."),
            undoable=True,
        ),
        Step.END: Transition(
            frozenset({_A}),
            _E,
            Message("Only an active assignment can be ended. Withdraw one that is not active yet."),
            undoable=True,
        ),
        Step.SUBMIT_AGREEMENT: Transition(
            frozenset({_N, _A}),
            None,
            Message("An agreement can be submitted once the assignment is on public notice, until it ends."),
            frozenset({AgreementState.NONE, AgreementState.RETURNED, AgreementState.SUBMITTED}),
            AgreementState.SUBMITTED,
            undoable=True,
        ),
        Step.APPROVE_AGREEMENT: Transition(
            frozenset({_A}),
            None,
            Message("An agreement can be approved while the assignment is active. Activate it first."),
            frozenset({AgreementState.SUBMITTED}),
            AgreementState.APPROVED,
            undoable=True,
        ),
        Step.RETURN_AGREEMENT: Transition(
            frozenset({_N, _A}),
            None,
            Message("An agreement can be returned while the assignment is on public notice or active."),
            frozenset({AgreementState.SUBMITTED}),
            AgreementState.RETURNED,
            undoable=True,
        ),
        Step.RENEW: Transition(
            frozenset({_A}),
            None,
            Message("Only an active assignment can be renewed. Propose a new one instead."),
        ),
        Step.HAND_OVER: Transition(
            frozenset({_A}),
            _E,
            Message("Only an active assignment can be handed over. Propose a new one instead."),
        ),
    }
)


def next_states(state: AssignmentState) -> frozenset[AssignmentState]:
    """The states that can follow in one step."""
    return frozenset(
        step.becomes for step in LIFECYCLE.values() if state in step.states and step.becomes is not None
    )


def possible_steps(assignment: Assignment, today: date) -> tuple[Step, ...]:
    """The steps that state, agreement and day allow, in the order of the table: what a page offers.

    Whether an objection is open is not known here; `activate` asks.
    """
    return tuple(step for step in LIFECYCLE if hindrance(step, assignment, today) is None)


def hindrance(step: Step, assignment: Assignment, today: date) -> ConflictError | None:
    """What state, agreement and day have against a step; None where it is possible."""
    rule = LIFECYCLE[step]
    if assignment.state not in rule.states:
        return ConflictError(
            Message("The assignment is {state}. {cure}", state=assignment.state.words, cure=rule.otherwise),
            code="assignment.state",
        )
    if assignment.agreement_state not in rule.agreements:
        return ConflictError(
            Message(
                "The agreement's state is: {state}. {cure}",
                state=assignment.agreement_state.words,
                cure=_AGREEMENT_CURES[assignment.agreement_state],
            ),
            code="assignment.agreement",
        )
    return _hindered_by_day(step, assignment, today)


_AGREEMENT_CURES = {
    AgreementState.NONE: Message("Upload the agreement first."),
    AgreementState.SUBMITTED: Message("Approve it or return it."),
    AgreementState.RETURNED: Message("Upload a corrected agreement first."),
    AgreementState.APPROVED: Message("An approved agreement stays. Undo the approval first."),
}


def _hindered_by_day(step: Step, assignment: Assignment, today: date) -> ConflictError | None:
    not_active = assignment.state is not AssignmentState.ACTIVE
    if step in (Step.PUT_ON_NOTICE, Step.ACTIVATE) and today > assignment.ends_on:
        return ConflictError(
            Message(
                "The term ended on {day} already. Withdraw the assignment and propose another term.",
                day=assignment.ends_on,
            ),
            code="assignment.term",
        )
    notice_ends_on = assignment.notice_ends_on
    if step is Step.ACTIVATE and (notice_ends_on is None or today <= notice_ends_on):
        return ConflictError(
            Message(
                "The public notice lasts until {day}. Activate the assignment after that day.",
                day="?" if notice_ends_on is None else notice_ends_on,
            ),
            code="assignment.notice",
        )
    if step is Step.WITHDRAW and not (not_active or today < assignment.starts_on):
        return ConflictError(
            Message("The assignment has been served since {day}. End it instead.", day=assignment.starts_on),
            code="assignment.state",
        )
    return None
