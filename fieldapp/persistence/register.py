"""The register as a whole: one writer at a time may compare it with a file and change it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Column, Connection, Select, Table, bindparam, insert, select, update

from fieldapp.persistence.schema import change_counters
from fieldapp.persistence.unit_of_work import REGISTER

Values = dict[str, Any]


def lock_register(connection: Connection) -> None:
    """Make others who lock the register wait until this transaction ends.

    On SQLite a unit of work holds the only write lock from its beginning.
    """
    connection.execute(
        select(change_counters.c.version).where(change_counters.c.topic == REGISTER).with_for_update()
    )


def insert_many(connection: Connection, table: Table, rows: Sequence[Values]) -> None:
    """Insert rows that all name the same columns."""
    if rows:
        connection.execute(insert(table), list(rows))


def update_many(connection: Connection, key: Column[Any], rows: Sequence[Values]) -> None:
    """Update the rows of ``key``'s table that have these keys; all name the same columns."""
    if not rows:
        return
    statement = update(key.table).where(key == bindparam("_key"))
    changes = [
        {"_key": row[key.name]} | {name: value for name, value in row.items() if name != key.name}
        for row in rows
    ]
    connection.execute(statement, changes)


def all_rows(connection: Connection, table: Table) -> list[Values]:
    """Every row of a table, in the order of its primary key."""
    return [
        dict(row._mapping) for row in connection.execute(select(table).order_by(*table.primary_key.columns))
    ]


def stream_rows(connection: Connection, statement: Select[Any]) -> Iterator[Values]:
    """The rows of a query, a thousand in memory at a time."""
    # On the statement: on the connection it would hold for everything that is asked of it later.
    result = connection.execute(statement, execution_options={"yield_per": 1000})
    names = tuple(result.keys())
    for row in result:
        yield dict(zip(names, row, strict=True))
