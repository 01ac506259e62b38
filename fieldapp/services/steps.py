"""How every step of an assignment is carried out: under the lock, by right, on what was seen, and told.

A service opens the assignment with `open_assignment`, lets the domain make the next one of it, and hands
both to `write_step`. Whoever comes second finds the revision moved on, and is told who moved it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from fieldapp.domain.assignments import Assignment
from fieldapp.domain.errors import ConflictError
from fieldapp.domain.lifecycle import Step
from fieldapp.domain.permissions import Action, Person, Row, require
from fieldapp.domain.transitions import require_revision
from fieldapp.domain.wording import plain_text
from fieldapp.persistence import assigning_history, assignments, commissioners, townships
from fieldapp.persistence.register import lock_register
from fieldapp.persistence.unit_of_work import UnitOfWork
from fieldapp.services.context import Context
from fieldapp.services.who_did import who_did
from geodata.errors import Message

# What may be done by whoever has the right to the step; a renewal and a successor are proposals.
ACTIONS: dict[Step, Action] = {
    Step.REVISE: Action.ASSIGNMENT_PROPOSE,
    Step.PUT_ON_NOTICE: Action.ASSIGNMENT_PUBLISH,
    Step.ACTIVATE: Action.ASSIGNMENT_ACTIVATE,
    Step.WITHDRAW: Action.ASSIGNMENT_WITHDRAW,
    Step.END: Action.ASSIGNMENT_END,
    Step.SUBMIT_AGREEMENT: Action.AGREEMENT_SUBMIT,
    Step.APPROVE_AGREEMENT: Action.AGREEMENT_APPROVE,
    Step.RETURN_AGREEMENT: Action.AGREEMENT_APPROVE,
    Step.RENEW: Action.ASSIGNMENT_PROPOSE,
    Step.HAND_OVER: Action.ASSIGNMENT_END,
}
PROPOSED = "assignment.proposed"
UNDONE = "assignment.undone"
ASSIGNMENT_EVENTS = {f"assignment.{step.value}": step.words for step in Step} | {
    PROPOSED: Message("propose"),
    UNDONE: Message("undo the last step"),
    "assignment.imported": Message("import"),
    "assignment.changed": Message("import"),
    "assignment.objection_raised": Message("note an objection"),
    "assignment.objection_settled": Message("settle an objection"),
}


def event_words(action: str) -> Message | str:
    """What an audit event of an assignment did, for people."""
    return ASSIGNMENT_EVENTS.get(action, action)


def row_of(connection: Connection, assignment: Assignment) -> Row:
    """What the assignment belongs to, as far as permissions ask."""
    return row_of_pair(connection, assignment.township_code, assignment.commissioner_id)


def row_of_pair(connection: Connection, township_code: str, commissioner_id: str | None = None) -> Row:
    """What a township, and a commissioner in it, belong to; `NotFoundError` for an unknown township."""
    county = townships.get(connection, township_code)["county_code"]
    people = frozenset() if commissioner_id is None else frozenset({commissioner_id})
    return Row(county_codes=frozenset({county}), commissioner_ids=people)


def open_assignment(
    connection: Connection, assignment_id: int, *, revision: int | None, by: Person, action: Action
) -> Assignment:
    """The assignment as it stands, held until the transaction ends; by right, and as it was last seen.

    Raises `NotFoundError`, `ForbiddenError`, and `ConflictError` that names what somebody else did since.
    """
    lock_register(connection)
    standing = assignments.load(connection, assignment_id)
    require(by, action, row_of(connection, standing))
    if revision is not None and standing.revision != revision:
        raise changed_meanwhile(connection, standing, revision)
    return standing


def changed_meanwhile(connection: Connection, standing: Assignment, revision: int) -> ConflictError:
    """The conflict that tells who changed the assignment, and how, since ``revision`` was read."""
    last = assigning_history.last_event(connection, standing.id or 0)
    if last is None:
        try:
            require_revision(standing, revision)
        except ConflictError as conflict:
            return conflict
    assert last is not None
    return ConflictError(
        Message(
            "{who} has done this meanwhile: {step}. {commissioner} in {township} is {state} now. "
            "Look at the change, then decide again; what you entered is still here.",
            who=who_did(last),
            step=event_words(last["action"]),
            commissioner=_name(connection, standing.commissioner_id),
            township=townships.get(connection, standing.township_code)["name"],
            state=standing.state.words,
        ),
        code="assignment.changed",
    )


def done_since(connection: Connection, standing: Assignment) -> Message:
    """What was done last with an assignment, and by whom, for somebody who entered nothing."""
    last = assigning_history.last_event(connection, standing.id or 0)
    facts = {
        "commissioner": _name(connection, standing.commissioner_id),
        "township": townships.get(connection, standing.township_code)["name"],
        "state": standing.state.words,
    }
    if last is None:
        return Message("{commissioner} in {township} is {state} now.", **facts)
    return Message(
        "{who} has done this meanwhile: {step}. {commissioner} in {township} is {state} now.",
        who=who_did(last),
        step=event_words(last["action"]),
        **facts,
    )


def taken_meanwhile(connection: Connection, wanted: Assignment, refused: ConflictError) -> ConflictError:
    """The refusal of a term, with who put in the way what is in the way, where that is known."""
    for other in assignments.in_the_way(connection, wanted):
        if refused.code == "assignment.overlap":
            concerns = other.township_code == wanted.township_code
        else:
            concerns = other.commissioner_id == wanted.commissioner_id
        if not concerns:
            continue
        last = assigning_history.last_event(connection, other.id or 0)
        if last is None:
            continue
        return ConflictError(
            Message(
                "{who} has done this: {step}. {commissioner} has {township} from {starts_on} to {ends_on} "
                "({state}). Choose other days or somebody else; what you entered is still here.",
                who=who_did(last),
                step=event_words(last["action"]),
                commissioner=_name(connection, other.commissioner_id),
                township=townships.get(connection, other.township_code)["name"],
                starts_on=other.starts_on,
                ends_on=other.last_day,
                state=other.state.words,
            ),
            code=refused.code,
        )
    return refused


@contextmanager
def naming_who(context: Context, wanted: Callable[[], Assignment | None]) -> Iterator[None]:
    """Let a refused term name who was first; ``wanted`` gives the term once it is known."""
    try:
        yield
    except ConflictError as refused:
        term = wanted()
        if term is None or refused.code not in {"assignment.overlap", "commissioner.capacity"}:
            raise
        with context.reading() as connection:
            raise taken_meanwhile(connection, term, refused) from refused


def write_step(
    work: UnitOfWork,
    step: Step,
    before: Assignment,
    after: Assignment,
    *,
    reason: str = "",
    action: str | None = None,
    successor_id: int | None = None,
) -> Assignment:
    """Store what a step made, and record it; not committed yet."""
    assignments.save(work.connection, after)
    record(
        work, action or f"assignment.{step.value}", before, after, reason=reason, successor_id=successor_id
    )
    return after


def write_proposal(work: UnitOfWork, proposal: Assignment, *, reason: str = "") -> Assignment:
    """Store a new proposal, and record it; not committed yet."""
    stored = assignments.add(work.connection, proposal)
    record(work, PROPOSED, None, stored, reason=reason or proposal.note)
    return stored


def record(
    work: UnitOfWork,
    action: str,
    before: Assignment | None,
    after: Assignment,
    *,
    reason: str = "",
    successor_id: int | None = None,
) -> None:
    """Note a change of an assignment in the audit log, whole, so that it can be undone."""
    told: dict[str, Any] = assignments.values_of(after)
    if successor_id is not None:
        told["successor_id"] = successor_id
    work.record(
        action,
        assigning_history.SUBJECT,
        after.id,
        before=None if before is None else assignments.values_of(before),
        after=told,
        reason=plain_text(reason),
    )


def touched(assignment: Assignment) -> Assignment:
    """The same assignment one revision on: something beside it, such as an objection, has changed."""
    return replace(assignment, revision=assignment.revision + 1)


def _name(connection: Connection, commissioner_id: str) -> str:
    found = commissioners.find(connection, commissioner_id)
    return commissioner_id if found is None else str(found["name"])
