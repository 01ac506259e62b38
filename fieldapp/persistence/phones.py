"""What phones said of themselves when they last synced."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, and_, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from fieldapp.domain.assignments import AssignmentState
from fieldapp.domain.permissions import RowFilter
from fieldapp.domain.syncing import Phone
from fieldapp.persistence.register import Values
from fieldapp.persistence.schema import (
    assignments,
    commissioners,
    counties,
    institutions,
    phones,
    townships,
    users,
)
from fieldapp.persistence.scopes import admitted


def phone_of(row: Values) -> Phone:
    """The stored row as the domain knows it."""
    return Phone(
        last_seen_at=row["last_seen_at"],
        pending=row["pending"],
        oldest_pending_at=row["oldest_pending_at"],
        clock_skew_s=row["clock_skew_s"],
        persistent=row["persistent"],
        reminded_at=row["reminded_at"],
    )


def of_user(connection: Connection, user_id: int) -> list[Values]:
    """The phones of one person, the one seen last first."""
    return _all(
        connection,
        select(phones).where(phones.c.user_id == user_id).order_by(phones.c.last_seen_at.desc(), phones.c.id),
    )


def keep(connection: Connection, phone_id: UUID, user_id: int, values: Values) -> None:
    """Put what a phone says of itself in place of what it said before.

    One that has nothing left to send has done what it was reminded of.
    """
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(phones).values(id=phone_id, user_id=user_id, **values)
    cleared = {"reminded_at": None, "reminded_by": None} if values["pending"] == 0 else {}
    connection.execute(
        statement.on_conflict_do_update(index_elements=["id", "user_id"], set_=values | cleared)
    )


def remind(connection: Connection, user_id: int, by: int | None, now: datetime) -> int:
    """Ask the person to sync, on each phone that has something to send or has been silent; how many."""
    asked = connection.execute(
        update(phones).where(phones.c.user_id == user_id).values(reminded_at=now, reminded_by=by)
    )
    return asked.rowcount


def serving(connection: Connection, rows: RowFilter, today: date) -> list[Values]:
    """Each person who serves on a day in a place that may be read, with account and places.

    A row is one term; a commissioner with several has several.
    """
    last_day = func.coalesce(assignments.c.ended_on, assignments.c.ends_on)
    statement = (
        select(
            commissioners.c.id.label("commissioner_id"),
            commissioners.c.name.label("commissioner"),
            commissioners.c.pinyin,
            commissioners.c.phone,
            institutions.c.name.label("institution"),
            users.c.id.label("user_id"),
            townships.c.code.label("township_code"),
            townships.c.name.label("township"),
            townships.c.county_code,
            counties.c.name.label("county"),
        )
        .join_from(assignments, townships, townships.c.code == assignments.c.township_code)
        .join(counties, counties.c.code == townships.c.county_code)
        .join(commissioners, commissioners.c.id == assignments.c.commissioner_id)
        .join(institutions, institutions.c.id == commissioners.c.institution_id)
        .outerjoin(users, and_(users.c.commissioner_id == commissioners.c.id, users.c.disabled_at.is_(None)))
        .where(
            assignments.c.state == AssignmentState.ACTIVE.value,
            assignments.c.starts_on <= today,
            last_day >= today,
            admitted(rows, county_code=townships.c.county_code, commissioner_id=commissioners.c.id),
        )
        .order_by(commissioners.c.id, townships.c.code)
    )
    return _all(connection, statement)


def of_users(connection: Connection, user_ids: list[int]) -> list[Values]:
    """The phones of several people."""
    return _all(connection, select(phones).where(phones.c.user_id.in_(user_ids)))


def _all(connection: Connection, statement: Select[Any]) -> list[Values]:
    return [dict(row._mapping) for row in connection.execute(statement)]
