"""State a township's technology need, and note when and how it was met."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from fieldapp.domain.errors import ConflictError, Fault, InvalidInputError, NotFoundError
from fieldapp.domain.permissions import Action, Person, Row, may, require
from fieldapp.persistence import assignments, demands
from fieldapp.persistence.register import Values, lock_register
from fieldapp.services.context import Context
from fieldapp.services.steps import row_of_pair
from geodata.errors import Message

LONGEST = 500  # characters


def read_demands(context: Context, township_code: str, *, by: Person) -> list[Values]:
    """The demands of a township, the open ones first.

    Raises `NotFoundError` for an unknown township, and `ForbiddenError`.
    """
    with context.reading() as connection:
        require(by, Action.DEMAND_READ, _row(connection, township_code))
        return demands.of_township(connection, township_code)


def read_demand(context: Context, demand_id: int, *, by: Person) -> Values:
    """One demand; `NotFoundError` where there is none, or none that the person may see."""
    with context.reading() as connection:
        found = demands.get(connection, demand_id)
        if not may(by, Action.DEMAND_READ, _row(connection, found["township_code"])):
            raise NotFoundError(Message("There is no demand with the id {id}.", id=demand_id))
        return found


def state_demand(context: Context, township_code: str, text: str, *, by: Person) -> int:
    """Note what a township needs; returns the demand's id.

    Raises `NotFoundError`, `ForbiddenError`, `InvalidInputError` without words or with too many, and
    `ConflictError` where the same need is open already.
    """
    words = _checked(text, "/text", Message("Say what the township needs."))
    with context.work(actor=by.actor) as work:
        lock_register(work.connection)
        require(by, Action.DEMAND_WRITE, row_of_pair(work.connection, township_code))
        for other in demands.of_township(work.connection, township_code):
            if other["met_on"] is None and other["text"] == words:
                raise ConflictError(Message("This need is noted already."), code="demand.exists")
        values = {"township_code": township_code, "text": words, "stated_on": context.today()}
        demand_id = demands.add(work.connection, values)
        work.record("demand.stated", "demand", demand_id, after=values)
        work.commit()
    return demand_id


def meet_demand(context: Context, demand_id: int, answer: str, *, revision: int, by: Person) -> None:
    """Note that a need was met today, and by what; raises as `state_demand` does."""
    words = _checked(answer, "/answer", Message("Say how the need was met."))
    with context.work(actor=by.actor) as work:
        before = _opened(work.connection, demand_id, revision, by)
        if before["met_on"] is not None:
            raise ConflictError(
                Message("This need was met on {day}.", day=before["met_on"]), code="demand.met"
            )
        demands.meet(work.connection, demand_id, context.today(), words)
        after = before | {"met_on": context.today(), "answer": words, "revision": revision + 1}
        work.record("demand.met", "demand", demand_id, before=before, after=after)
        work.commit()


def reopen_demand(context: Context, demand_id: int, *, revision: int, by: Person) -> None:
    """Take back that a need was met; raises as `meet_demand` does."""
    with context.work(actor=by.actor) as work:
        before = _opened(work.connection, demand_id, revision, by)
        if before["met_on"] is None:
            raise ConflictError(Message("This need is open."), code="demand.open")
        demands.meet(work.connection, demand_id, None, "")
        after = before | {"met_on": None, "answer": "", "revision": revision + 1}
        work.record("demand.reopened", "demand", demand_id, before=before, after=after)
        work.commit()


def _row(connection: Connection, township_code: str) -> Row:
    """What the demands of a township belong to: its county, and those who serve or served there."""
    serving = {each.commissioner_id for each in assignments.of_township(connection, township_code)}
    return replace(row_of_pair(connection, township_code), commissioner_ids=frozenset(serving))


def _opened(connection: Connection, demand_id: int, revision: int, by: Person) -> Values:
    """The demand as it stands, held until the transaction ends; by right, and as it was last seen."""
    lock_register(connection)
    standing = demands.get(connection, demand_id)
    require(by, Action.DEMAND_WRITE, row_of_pair(connection, standing["township_code"]))
    if standing["revision"] != revision:
        raise ConflictError(
            Message("Somebody else changed this need meanwhile. Look at it again, then decide."),
            code="demand.changed",
        )
    return standing


def _checked(text: str, pointer: str, missing: Message) -> str:
    words = " ".join(text.split())
    if not words:
        raise InvalidInputError(missing, [Fault(pointer, missing)], code="demand.text")
    if len(words) > LONGEST:
        message = Message(
            "The text has {length} characters, more than the {limit} that are kept. Shorten it.",
            length=len(words),
            limit=LONGEST,
        )
        raise InvalidInputError(message, [Fault(pointer, message)], code="demand.text")
    return words
