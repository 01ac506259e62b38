"""Recuse a commissioner from a township, read who is recused, and lift a recusal."""

from __future__ import annotations

from fieldapp.domain.errors import ConflictError, InvalidInputError
from fieldapp.domain.permissions import Action, Person, require
from fieldapp.domain.wording import one_line
from fieldapp.persistence import commissioners, recusals
from fieldapp.persistence.register import Values, lock_register
from fieldapp.services.context import Context
from fieldapp.services.steps import row_of_pair
from geodata.errors import Message


def read_recusals(context: Context, township_code: str, *, by: Person) -> list[Values]:
    """The recusals that stand in a township, the latest first; `NotFoundError` and `ForbiddenError`."""
    with context.reading() as connection:
        require(by, Action.RECUSAL_READ, row_of_pair(connection, township_code))
        return recusals.of_township(connection, township_code)


def read_recusal(context: Context, recusal_id: int, *, by: Person) -> Values:
    """One recusal, standing or lifted; `NotFoundError` and `ForbiddenError`."""
    with context.reading() as connection:
        found = recusals.get(connection, recusal_id)
        row = row_of_pair(connection, found["township_code"], found["commissioner_id"])
        require(by, Action.RECUSAL_READ, row)
        person = commissioners.get(connection, found["commissioner_id"])
    return found | {"commissioner": person["name"]}


def recuse_commissioner(
    context: Context, commissioner_id: str, township_code: str, reason: str, *, by: Person
) -> int:
    """Keep a commissioner from a township for a reason; returns the recusal's id.

    Raises `NotFoundError`, `ForbiddenError`, `InvalidInputError` without a reason, and `ConflictError`
    where the pair is recused already.
    """
    reason = one_line(reason)
    if not reason:
        raise InvalidInputError(
            Message("Say why the commissioner is recused; officers see the reason."), code="recusal.reason"
        )
    with context.work(actor=by.actor) as work:
        lock_register(work.connection)
        person = commissioners.get(work.connection, commissioner_id)
        require(by, Action.RECUSAL_WRITE, row_of_pair(work.connection, township_code, commissioner_id))
        if recusals.find_standing(work.connection, commissioner_id, township_code) is not None:
            raise ConflictError(
                Message("{name} is recused from this township already.", name=person["name"]),
                code="recusal.standing",
            )
        values = {
            "commissioner_id": commissioner_id,
            "township_code": township_code,
            "reason": reason,
            "recused_on": context.today(),
        }
        recusal_id = recusals.add(work.connection, values)
        work.record("recusal.added", "recusal", recusal_id, after=values, reason=reason)
        work.commit()
    return recusal_id


def lift_recusal(context: Context, recusal_id: int, *, by: Person) -> None:
    """Let a recusal end today; raises `NotFoundError`, `ForbiddenError`, and where it has ended already."""
    with context.work(actor=by.actor) as work:
        lock_register(work.connection)
        before = recusals.get(work.connection, recusal_id)
        row = row_of_pair(work.connection, before["township_code"], before["commissioner_id"])
        require(by, Action.RECUSAL_WRITE, row)
        if before["lifted_on"] is not None:
            raise ConflictError(
                Message("The recusal was lifted on {day}.", day=before["lifted_on"]), code="recusal.lifted"
            )
        recusals.lift(work.connection, recusal_id, context.today())
        after = before | {"lifted_on": context.today()}
        work.record("recusal.lifted", "recusal", recusal_id, before=before, after=after)
        work.commit()
