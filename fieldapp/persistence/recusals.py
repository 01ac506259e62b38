"""Recusals (回避): pairs of a commissioner and a township that must not be."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, insert, select, update

from fieldapp.domain.errors import NotFoundError
from fieldapp.persistence.register import Values
from fieldapp.persistence.schema import commissioners
from fieldapp.persistence.schema_assigning import recusals
from geodata.errors import Message


def find_standing(connection: Connection, commissioner_id: str, township_code: str) -> Values | None:
    """The recusal that stands between the two."""
    row = connection.execute(
        select(recusals).where(
            recusals.c.commissioner_id == commissioner_id,
            recusals.c.township_code == township_code,
            recusals.c.lifted_on.is_(None),
        )
    ).one_or_none()
    return None if row is None else dict(row._mapping)


def of_township(connection: Connection, township_code: str) -> list[Values]:
    """The recusals that stand in a township, with the commissioner's name, the latest first."""
    statement = (
        select(recusals, commissioners.c.name.label("commissioner"))
        .join(commissioners, commissioners.c.id == recusals.c.commissioner_id)
        .where(recusals.c.township_code == township_code, recusals.c.lifted_on.is_(None))
        .order_by(recusals.c.recused_on.desc(), recusals.c.id.desc())
    )
    return [dict(row._mapping) for row in connection.execute(statement)]


def get(connection: Connection, recusal_id: int) -> Values:
    """The recusal with this id; `NotFoundError` when there is none."""
    row = connection.execute(select(recusals).where(recusals.c.id == recusal_id)).one_or_none()
    if row is None:
        raise NotFoundError(Message("There is no recusal with the id {id}.", id=recusal_id))
    return dict(row._mapping)


def add(connection: Connection, values: Values) -> int:
    """Insert a recusal; returns its id."""
    return int(connection.execute(insert(recusals).values(**values).returning(recusals.c.id)).scalar_one())


def lift(connection: Connection, recusal_id: int, day: date) -> None:
    """Let a recusal end with a day."""
    connection.execute(update(recusals).where(recusals.c.id == recusal_id).values(lifted_on=day))
