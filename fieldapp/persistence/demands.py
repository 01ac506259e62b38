"""Demands (需求): the technology needs that townships state, until they are met."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, insert, select, update

from fieldapp.domain.errors import NotFoundError
from fieldapp.persistence.register import Values
from fieldapp.persistence.schema_assigning import demands
from geodata.errors import Message


def of_township(connection: Connection, township_code: str) -> list[Values]:
    """The demands of a township: the open ones first, the latest first among each."""
    statement = (
        select(demands)
        .where(demands.c.township_code == township_code)
        .order_by(demands.c.met_on.is_not(None), demands.c.stated_on.desc(), demands.c.id.desc())
    )
    return [dict(row._mapping) for row in connection.execute(statement)]


def get(connection: Connection, demand_id: int) -> Values:
    """The demand with this id; `NotFoundError` when there is none."""
    row = connection.execute(select(demands).where(demands.c.id == demand_id)).one_or_none()
    if row is None:
        raise NotFoundError(Message("There is no demand with the id {id}.", id=demand_id))
    return dict(row._mapping)


def add(connection: Connection, values: Values) -> int:
    """Insert a demand; returns its id."""
    return int(connection.execute(insert(demands).values(**values).returning(demands.c.id)).scalar_one())


def meet(connection: Connection, demand_id: int, day: date | None, answer: str) -> None:
    """Note the day on which a demand was met and by what; None opens it again."""
    connection.execute(
        update(demands)
        .where(demands.c.id == demand_id)
        .values(met_on=day, answer=answer, revision=demands.c.revision + 1)
    )
