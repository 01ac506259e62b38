"""The engine of either database, with transactions that mean what they say."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.exc import DBAPIError, DisconnectionError, OperationalError

from fieldapp.domain.errors import ConflictError, FieldappError, UnavailableError
from fieldapp.persistence.types import PostgisGeometry
from fieldapp.persistence.violations import remember_attempt
from geodata.errors import Message

_PATIENCE_S = 10  # how long a writer of SQLite waits for its turn
_LOOK_AGAIN_S = 0.002
_POOL = 17  # connections kept: one for each thread of a process, and one for what runs beside them
_NEED_NOT_ASK_S = 1.0
_RESTS_SINCE = "fieldapp_rests_since"


def make_engine(database_url: str) -> Engine:
    """An engine for SQLite or PostgreSQL; nothing is connected yet."""
    if database_url.startswith("sqlite"):
        engine = create_engine(database_url, connect_args={"timeout": _PATIENCE_S}, json_serializer=as_json)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        engine = create_engine(
            database_url,
            pool_size=_POOL,
            max_overflow=3,
            json_serializer=as_json,
            # Who has waited for a lock must see what it waited for, so no older snapshot is kept.
            isolation_level="READ COMMITTED",
        )
        if isinstance(engine.dialect, PGDialect):  # so that reflection knows the type
            engine.dialect.ischema_names = {**engine.dialect.ischema_names, "geometry": PostgisGeometry}
            # Several rows go in one statement instead of a pipeline of as many, which costs more here.
            engine.dialect.use_insertmanyvalues_wo_returning = True
        event.listen(engine, "checkout", _require_alive)
        event.listen(engine, "checkin", _note_rest)
    event.listen(engine, "handle_error", remember_attempt)
    return engine


def _require_alive(connection: Any, record: Any, _proxy: object) -> None:
    """Ask a connection that has rested whether its server is still there; the pool replaces a dead one.

    One that was used a moment ago is not asked: that would cost as much as what it is wanted for.
    """
    if time.monotonic() - record.info.get(_RESTS_SINCE, 0) < _NEED_NOT_ASK_S:
        return
    try:
        connection.autocommit = True
        connection.execute("SELECT 1")
        connection.autocommit = False
    except psycopg.Error as error:
        raise DisconnectionError from error


def _note_rest(_connection: object, record: Any) -> None:
    record.info[_RESTS_SINCE] = time.monotonic()


@contextmanager
def connected(engine: Engine, *, autocommit: bool = False) -> Iterator[Connection]:
    """A connection to read with; where the database fails this raises `UnavailableError`."""
    if autocommit and engine.dialect.name == "postgresql":  # SQLite begins for nothing
        engine = engine.execution_options(isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            yield connection
    except DBAPIError as error:
        raise (failure_of(error) or error) from error


def failure_of(error: DBAPIError) -> FieldappError | None:
    """What failed in the database itself, for people; None where the error is about what was asked."""
    said = str(error.orig).strip()
    state = getattr(error.orig, "sqlstate", None)
    if state in {"40P01", "40001"}:
        return ConflictError(
            Message(
                "Somebody else changed the same records at the same moment. Nothing was written; try again."
            ),
            code="concurrent",
        )
    if said == "database is locked" or state == "55P03":
        return UnavailableError(
            Message("The database is busy with another change. Nothing was written; try again."),
            code="database.busy",
        )
    if said == "database or disk is full" or state == "53100":
        return UnavailableError(
            Message("The disk of the database is full. Nothing was written; make room and try again."),
            code="database.full",
        )
    if _was_not_reached(error, said):
        return UnavailableError(
            Message(
                "The database cannot be reached: {reason} Check the setting {name} and that it runs.",
                reason=said,
                name="FIELDAPP_DATABASE_URL",
            ),
            code="database.unreachable",
        )
    return None


def _was_not_reached(error: DBAPIError, said: str) -> bool:
    if isinstance(error.orig, sqlite3.Error):
        return said.startswith("unable to open database file")
    # psycopg gives no state where no server answered; these classes say that it refused or went away.
    state = getattr(error.orig, "sqlstate", None)
    return isinstance(error, OperationalError) and (
        state is None or state[:2] in {"08", "28", "3D", "53", "57"}
    )


def as_json(value: object) -> str:
    """JSON in which days, instants, decimals and UUIDs are text."""
    return json.dumps(value, ensure_ascii=False, default=_plain)


def _plain(value: object) -> str:
    if isinstance(value, date):  # an instant is one, too
        return value.isoformat()
    if isinstance(value, Decimal | UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # The driver's own transaction handling lets rows survive a rolled-back savepoint: take it over.
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout = {_PATIENCE_S * 1000}",
        "foreign_keys = ON",
        "synchronous = FULL",  # an acknowledged write survives a power cut
    ):
        connection.execute(f"PRAGMA {pragma}").close()
    _keep_write_ahead_log(connection)


def _keep_write_ahead_log(connection: sqlite3.Connection) -> None:
    """Let readers read while somebody writes; the file remembers it, so only a new one is switched."""
    deadline = time.monotonic() + _PATIENCE_S
    while connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        try:
            connection.execute("PRAGMA journal_mode = WAL").close()
        except sqlite3.OperationalError:
            # Unlike other statements, the switch does not wait while another process makes it.
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def _begin_sqlite(connection: Connection) -> None:
    if not connection.get_execution_options().get("fieldapp_writes", False):
        connection.exec_driver_sql("BEGIN")
        return
    # A writer takes the lock at once, so that what it reads cannot change before it writes. Left to itself,
    # SQLite sleeps for ever longer between two looks at the lock, and who came first gets it last.
    deadline = time.monotonic() + _PATIENCE_S
    connection.exec_driver_sql("PRAGMA busy_timeout = 0")
    try:
        while not _has_locked_sqlite(connection, is_last=time.monotonic() > deadline):
            time.sleep(_LOOK_AGAIN_S)
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {_PATIENCE_S * 1000}")


def _has_locked_sqlite(connection: Connection, *, is_last: bool) -> bool:
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    except OperationalError as error:
        if is_last or str(error.orig) != "database is locked":
            raise
        return False
    return True
