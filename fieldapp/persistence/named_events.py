"""Events of the audit log with the names of the accounts that did them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, String, cast, func, literal, select

from fieldapp.persistence.schema import audit_events, users


def named_events(*columns: ColumnElement[Any]) -> Select[Any]:
    """Of each event these columns, its ``actor``, and as ``who`` the display name or what stands for one."""
    return select(
        *columns,
        audit_events.c.actor,
        func.coalesce(users.c.display_name, audit_events.c.actor).label("who"),
    ).outerjoin(users, literal("user:") + cast(users.c.id, String) == audit_events.c.actor)
