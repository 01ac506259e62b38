"""Propose commissioners for townships: one, or many at once, looked at before they are written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from fieldapp.domain.assignments import Assignment
from fieldapp.domain.errors import ConflictError, Fault, FieldappError, InvalidInputError
from fieldapp.domain.permissions import Action, Person, require
from fieldapp.domain.suitability import peak_load
from fieldapp.domain.transitions import propose
from fieldapp.persistence import assignments, commissioners, recusals, townships
from fieldapp.persistence.register import lock_register
from fieldapp.persistence.unit_of_work import UnitOfWork
from fieldapp.services.context import Context
from fieldapp.services.steps import naming_who, row_of_pair, taken_meanwhile, write_proposal
from geodata.errors import Message

MOST_AT_ONCE = 500


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What is asked for: a commissioner for a township, for a term."""

    township_code: str
    commissioner_id: str
    starts_on: date
    ends_on: date
    note: str = ""


@dataclass(frozen=True)
class Preview:
    """One proposal, and what stands against it; None where it can be written."""

    proposal: Proposal
    refusal: FieldappError | None


def propose_assignment(context: Context, wanted: Proposal, *, by: Person) -> Assignment:
    """Propose a commissioner for a township.

    Raises `NotFoundError`, `ForbiddenError`, `InvalidInputError` for an impossible term, and
    `ConflictError` that names who or what is in the way.
    """
    return propose_assignments(context, [wanted], by=by)[0]


def propose_assignments(
    context: Context, wanted: Sequence[Proposal], *, by: Person
) -> tuple[Assignment, ...]:
    """Propose for many townships, all or nothing; raises as `propose_assignment`, with every fault."""
    _require_count(wanted)
    current: Assignment | None = None

    def remember(term: Assignment) -> None:
        nonlocal current
        current = term

    with naming_who(context, lambda: current), context.work(actor=by.actor) as work:
        lock_register(work.connection)
        written = write_proposals(work, wanted, by=by, before_each=remember)
        work.commit()
    return written


def write_proposals(
    work: UnitOfWork,
    wanted: Sequence[Proposal],
    *,
    by: Person,
    before_each: Callable[[Assignment], None] = lambda _: None,
) -> tuple[Assignment, ...]:
    """Judge all of them, then store and record them; not committed yet, and the register is locked."""
    refused = [
        (number, preview.refusal)
        for number, preview in enumerate(_previews(work.connection, wanted, by))
        if preview.refusal is not None
    ]
    if len(wanted) == 1 and refused:
        raise refused[0][1]
    if refused:
        raise InvalidInputError(
            Message(
                "Of {count} proposals {refused} cannot be written, so none was. Correct or remove those.",
                count=len(wanted),
                refused=len(refused),
            ),
            [Fault(f"/{number}", refusal.message) for number, refusal in refused],
            code="assignment.refused",
        )
    written = []
    for each in wanted:
        term = _proposed(each)
        before_each(term)
        written.append(write_proposal(work, term))
    return tuple(written)


def preview_proposals(context: Context, wanted: Sequence[Proposal], *, by: Person) -> tuple[Preview, ...]:
    """What writing these proposals would come to; nothing is written.

    Raises `ForbiddenError` where the person may not propose anywhere.
    """
    _require_count(wanted)
    with context.reading() as connection:
        return tuple(_previews(connection, wanted, by))


def _require_count(wanted: Sequence[Proposal]) -> None:
    if not 1 <= len(wanted) <= MOST_AT_ONCE:
        raise InvalidInputError(
            Message("Propose for 1 to {most} townships at a time. Choose fewer.", most=MOST_AT_ONCE),
            code="assignment.count",
        )


def _previews(connection: Connection, wanted: Sequence[Proposal], by: Person) -> list[Preview]:
    previews: list[Preview] = []
    taken: list[Assignment] = []
    for proposal in wanted:
        try:
            term = _proposed(proposal)
            _require_proposable(connection, term, by)
            _require_free(connection, term, taken)
        except FieldappError as refusal:
            previews.append(Preview(proposal, refusal))
        else:
            taken.append(term)
            previews.append(Preview(proposal, None))
    return previews


def _proposed(proposal: Proposal) -> Assignment:
    return propose(
        proposal.township_code,
        proposal.commissioner_id,
        starts_on=proposal.starts_on,
        ends_on=proposal.ends_on,
        note=proposal.note,
    )


def _require_proposable(connection: Connection, term: Assignment, by: Person) -> None:
    require(by, Action.ASSIGNMENT_PROPOSE, row_of_pair(connection, term.township_code, term.commissioner_id))
    require_suitable(connection, term)


def require_suitable(connection: Connection, term: Assignment) -> None:
    """Refuse a township that is no more, a commissioner out of service, and a recused one."""
    township = townships.get(connection, term.township_code)
    person = commissioners.get(connection, term.commissioner_id)
    if township["ends_on"] is not None and term.ends_on > township["ends_on"]:
        raise ConflictError(
            Message(
                "{township} existed until {day}. Choose its successor.",
                township=township["name"],
                day=township["ends_on"],
            ),
            code="assignment.township",
        )
    if person["retired_on"] is not None and term.ends_on >= person["retired_on"]:
        raise ConflictError(
            Message(
                "{name} is out of service from {day}. "
                "Let the term end before that day, or choose somebody else.",
                name=person["name"],
                day=person["retired_on"],
            ),
            code="assignment.retired",
        )
    recusal = recusals.find_standing(connection, term.commissioner_id, term.township_code)
    if recusal is not None:
        raise ConflictError(
            Message(
                "{name} is recused from {township}: {reason}. Choose somebody else.",
                name=person["name"],
                township=township["name"],
                reason=recusal["reason"],
            ),
            code="assignment.recused",
        )


def _require_free(connection: Connection, term: Assignment, taken: Sequence[Assignment]) -> None:
    """Refuse days that are taken, in the database or by another of the proposals; it is checked there too."""
    stored = assignments.in_the_way(connection, term)
    for other in (*stored, *taken):
        shares_days = other.starts_on <= term.last_day and term.starts_on <= other.last_day
        if other.township_code == term.township_code and shares_days:
            refused = ConflictError(
                Message("A township would have two commissioners on one day. Choose other days."),
                code="assignment.overlap",
            )
            raise taken_meanwhile(connection, term, refused)
    person = commissioners.get(connection, term.commissioner_id)
    theirs = [each for each in (*stored, *taken) if each.commissioner_id == term.commissioner_id]
    if peak_load(theirs, term.starts_on, term.ends_on) >= person["capacity"]:
        names = dict.fromkeys(townships.get(connection, each.township_code)["name"] for each in theirs)
        raise ConflictError(
            Message(
                "{commissioner} already leads {townships} on some of these days, and the capacity is "
                "{capacity}. End one of the terms first, or raise the capacity.",
                commissioner=person["name"],
                townships="、".join(names) or "–",
                capacity=person["capacity"],
            ),
            code="commissioner.capacity",
        )
