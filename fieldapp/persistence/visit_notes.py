"""What officers and commissioners write to each other beside a visit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, insert, select

from fieldapp.persistence.register import Values
from fieldapp.persistence.schema import users, visit_notes


def of_visits(connection: Connection, visit_ids: Collection[UUID]) -> dict[UUID, list[Values]]:
    """The notes beside each visit, the oldest first; ``by_name`` is a name that people know."""
    found: dict[UUID, list[Values]] = defaultdict(list)
    statement = _notes().where(visit_notes.c.visit_id.in_(visit_ids))
    for row in connection.execute(statement.order_by(visit_notes.c.at, visit_notes.c.id)):
        found[row.visit_id].append(dict(row._mapping))
    return dict(found)


def find(connection: Connection, note_id: UUID) -> Values | None:
    """The note with this id."""
    row = connection.execute(_notes().where(visit_notes.c.id == note_id)).one_or_none()
    return None if row is None else dict(row._mapping)


def add(connection: Connection, values: Values) -> None:
    """Write a note beside a visit."""
    connection.execute(insert(visit_notes).values(**values))


def _notes() -> Select[Any]:
    return select(visit_notes, users.c.display_name.label("by_name")).outerjoin(
        users, users.c.id == visit_notes.c.by_id
    )
