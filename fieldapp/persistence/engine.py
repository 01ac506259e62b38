"""The engine of either database, with transactions that mean what they say."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event


def make_engine(database_url: str) -> Engine:
    """An engine for SQLite or PostgreSQL; nothing is connected yet."""
    if database_url.startswith("sqlite"):
        engine = create_engine(database_url, connect_args={"timeout": 10})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    return create_engine(database_url, pool_pre_ping=True)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver's own transaction handling lets rows survive a rolled-back savepoint: take it over.
    connection.isolation_level = None
    for pragma in (
        "foreign_keys = ON",
        "journal_mode = WAL",
        "synchronous = FULL",  # an acknowledged write survives a power cut
        "busy_timeout = 10000",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes the lock at once, so that what it reads cannot change before it writes.
    writes = connection.get_execution_options().get("fieldapp_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
