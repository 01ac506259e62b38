"""Confirmations of visits by those who were served; of their secrets only digests are kept."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, insert, select, update

from fieldapp.domain.confirmations import Confirmation, Denial
from fieldapp.domain.errors import NotFoundError
from fieldapp.persistence.register import Values
from fieldapp.persistence.schema import confirmations, users
from geodata.errors import Message


def confirmation_of(row: Values) -> Confirmation:
    """The stored row as the domain knows it."""
    return Confirmation(
        expires_at=row["expires_at"],
        answered_at=row["answered_at"],
        approved_at=row["approved_at"],
        revoked_at=row["revoked_at"],
        denial=Denial(row["denial"]) if row["denial"] else None,
    )


def standing(connection: Connection, visit_ids: Collection[UUID]) -> dict[UUID, Values]:
    """The confirmation of each visit that was not revoked."""
    statement = _rows().where(confirmations.c.visit_id.in_(visit_ids), confirmations.c.revoked_at.is_(None))
    return {row.visit_id: dict(row._mapping) for row in connection.execute(statement)}


def of_visit(connection: Connection, visit_id: UUID) -> list[Values]:
    """Every confirmation of a visit, the latest first."""
    statement = _rows().where(confirmations.c.visit_id == visit_id).order_by(confirmations.c.id.desc())
    return [dict(row._mapping) for row in connection.execute(statement)]


def get(connection: Connection, confirmation_id: int, *, held: bool = False) -> Values:
    """One confirmation, ``held`` until the transaction ends; `NotFoundError` when there is none."""
    statement = _rows().where(confirmations.c.id == confirmation_id)
    if held:
        statement = statement.with_for_update(of=confirmations)
    row = connection.execute(statement).one_or_none()
    if row is None:
        raise NotFoundError(Message("There is no confirmation with the id {id}.", id=confirmation_id))
    return dict(row._mapping)


def find_by_link(connection: Connection, link_hash: str) -> Values | None:
    """The confirmation to which a link leads."""
    return _found(connection, _rows().where(confirmations.c.link_hash == link_hash))


def find_by_code(connection: Connection, code_hash: str) -> Values | None:
    """The confirmation to which a printed code leads."""
    return _found(connection, _rows().where(confirmations.c.code_hash == code_hash))


def add(connection: Connection, values: Values) -> int:
    """Store a confirmation and return its id."""
    stored = insert(confirmations).values(**values).returning(confirmations.c.id)
    return int(connection.execute(stored).scalar_one())


def change(connection: Connection, confirmation_id: int, values: Values) -> None:
    """Change what is known of a confirmation."""
    connection.execute(update(confirmations).where(confirmations.c.id == confirmation_id).values(**values))


def revoke_standing(connection: Connection, visit_id: UUID, *, now: datetime, by: int | None) -> None:
    """Revoke what confirms a visit, or awaits its recipient, if there is anything.

    What the recipient denied stands until an officer has looked at it: a change of the log does not undo it.
    """
    connection.execute(
        update(confirmations)
        .where(
            confirmations.c.visit_id == visit_id,
            confirmations.c.revoked_at.is_(None),
            confirmations.c.denial.is_(None),
        )
        .values(revoked_at=now, revoked_by=by)
    )


def answer(connection: Connection, confirmation_id: int, values: Values, now: datetime) -> bool:
    """Keep the recipient's answer; False where there is one, or it came too late."""
    taken = connection.execute(
        update(confirmations)
        .where(
            confirmations.c.id == confirmation_id,
            confirmations.c.answered_at.is_(None),
            confirmations.c.revoked_at.is_(None),
            confirmations.c.expires_at > now,
        )
        .values(**values, answered_at=now)
    )
    return taken.rowcount == 1


def _found(connection: Connection, statement: Select[Any]) -> Values | None:
    row = connection.execute(statement).one_or_none()
    return None if row is None else dict(row._mapping)


def _rows() -> Select[Any]:
    return select(confirmations, users.c.display_name.label("made_by_name")).outerjoin(
        users, users.c.id == confirmations.c.made_by
    )
