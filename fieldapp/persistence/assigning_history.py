"""What was done with assignments, as the audit log tells it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Select

from fieldapp.persistence.named_events import named_events
from fieldapp.persistence.register import Values
from fieldapp.persistence.schema import audit_events

SUBJECT = "assignment"


def events_of(connection: Connection, assignment_ids: Collection[int]) -> list[Values]:
    """The events of these assignments, the latest first; ``who`` is a name that people know."""
    statement = _events(assignment_ids).order_by(audit_events.c.id.desc())
    return [dict(row._mapping) for row in connection.execute(statement)]


def last_event(connection: Connection, assignment_id: int) -> Values | None:
    """What was done with the assignment last."""
    statement = _events([assignment_id]).order_by(audit_events.c.id.desc()).limit(1)
    row = connection.execute(statement).one_or_none()
    return None if row is None else dict(row._mapping)


def _events(assignment_ids: Collection[int]) -> Select[Any]:
    return named_events(
        audit_events.c.id,
        audit_events.c.at,
        audit_events.c.action,
        audit_events.c.subject_id,
        audit_events.c.before,
        audit_events.c.after,
        audit_events.c.reason,
    ).where(
        audit_events.c.subject_type == SUBJECT,
        audit_events.c.subject_id.in_([str(each) for each in assignment_ids]),
    )
