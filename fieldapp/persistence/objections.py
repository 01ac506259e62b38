"""Objections to assignments on public notice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, insert, select, update

from fieldapp.domain.errors import NotFoundError
from fieldapp.domain.notice import Objection, Settlement
from fieldapp.persistence.schema_assigning import objections
from geodata.errors import Message


def of_assignments(
    connection: Connection, assignment_ids: Collection[int]
) -> dict[int, list[tuple[int, Objection]]]:
    """The objections to each assignment with their ids, oldest first."""
    found: dict[int, list[tuple[int, Objection]]] = defaultdict(list)
    statement = select(objections).where(objections.c.assignment_id.in_(assignment_ids))
    for row in connection.execute(statement.order_by(objections.c.id)):
        found[row.assignment_id].append((row.id, _objection(row)))
    return dict(found)


def get(connection: Connection, objection_id: int) -> tuple[int, Objection]:
    """The id of the assignment and the objection with this id; `NotFoundError` when there is none."""
    row = connection.execute(select(objections).where(objections.c.id == objection_id)).one_or_none()
    if row is None:
        raise NotFoundError(Message("There is no objection with the id {id}.", id=objection_id))
    return row.assignment_id, _objection(row)


def add(connection: Connection, assignment_id: int, objection: Objection) -> int:
    """Insert an objection; returns its id."""
    values = asdict(objection) | {"assignment_id": assignment_id}
    return int(
        connection.execute(insert(objections).values(**values).returning(objections.c.id)).scalar_one()
    )


def save(connection: Connection, objection_id: int, objection: Objection) -> None:
    """Put a settled objection in place of the open one."""
    connection.execute(update(objections).where(objections.c.id == objection_id).values(**asdict(objection)))


def _objection(row: Any) -> Objection:
    settlement = None if row.settlement is None else Settlement(row.settlement)
    return Objection(row.raised_on, row.text, settlement, row.settled_on, row.answer)
