"""Failed attempts to log in, counted in the database so that every worker sees them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from fieldapp.persistence.schema import login_failures


def counted(connection: Connection, key: str, now: datetime, forget_after: timedelta) -> tuple[int, datetime]:
    """How many attempts of ``key`` failed of late, and until when it is blocked; others wait for this key."""
    if connection.dialect.name == "postgresql":  # a row that is not there yet cannot be locked
        connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(key))))
    row = connection.execute(select(login_failures).where(login_failures.c.key == key)).one_or_none()
    if row is None or row.last_at < now - forget_after:
        return 0, now
    return row.failures, row.blocked_until


def keep(connection: Connection, key: str, failures: int, now: datetime, blocked_until: datetime) -> None:
    """Put the count of a key in place."""
    values = {"failures": failures, "last_at": now, "blocked_until": blocked_until}
    if connection.dialect.name == "postgresql":
        connection.execute(
            postgresql.insert(login_failures)
            .values(key=key, **values)
            .on_conflict_do_update(index_elements=["key"], set_=values)
        )
    else:
        connection.execute(
            sqlite.insert(login_failures)
            .values(key=key, **values)
            .on_conflict_do_update(index_elements=["key"], set_=values)
        )


def give_back(connection: Connection, key: str, now: datetime, free: int) -> None:
    """Take one attempt off the count of a key, as it did not fail; others that did stay counted."""
    mine = login_failures.c.key == key
    connection.execute(delete(login_failures).where(mine, login_failures.c.failures <= 1))
    connection.execute(update(login_failures).where(mine).values(failures=login_failures.c.failures - 1))
    connection.execute(
        update(login_failures).where(mine, login_failures.c.failures <= free).values(blocked_until=now)
    )


def clear(connection: Connection, keys: Iterable[str]) -> None:
    connection.execute(delete(login_failures).where(login_failures.c.key.in_(list(keys))))


def forget(connection: Connection, before: datetime) -> None:
    """Drop what failed before an instant, so that made-up names do not pile up."""
    connection.execute(delete(login_failures).where(login_failures.c.last_at < before))
