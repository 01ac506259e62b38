"""What the database refused, said in the words of the domain.

The constraints and triggers of the migrations carry the stable codes used here. A sentence that names
what is in the way is looked up after the rollback, from what the refused statement had tried.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Date, Select, Table, func, literal, select
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.engine.interfaces import Compiled
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql import ColumnElement, Insert, Update, operators, visitors
from sqlalchemy.sql.elements import BinaryExpression, BindParameter

from fieldapp.domain.assignments import AssignmentState
from fieldapp.domain.errors import ConflictError
from fieldapp.persistence.schema import (
    assignments,
    commissioners,
    featured_products,
    products,
    roster_memberships,
    townships,
)
from geodata.errors import Message

_ATTEMPT = "fieldapp_attempt"
_LAST_DAY: Final = date(9999, 12, 31)

# What is said where it cannot be found out any more what stood in the way.
_SENTENCES: Final[Mapping[str, Message]] = {
    "assignment.overlap": Message(
        "A township would have two commissioners on one day. End the term that is there first, "
        "or choose other days."
    ),
    "commissioner.capacity": Message(
        "A commissioner would lead more townships at a time than the capacity allows. "
        "End one of the terms first, or raise the capacity."
    ),
    "featured_product.overlap": Message(
        "A township would have two featured products on one day. End the one that is there first, "
        "or choose other days."
    ),
    "roster.overlap": Message(
        "A township would be on the roster twice on one day. End the membership that is there first, "
        "or choose other days."
    ),
    "history.kept": Message(
        "What was recorded is kept. End this record and begin another, instead of deleting or overwriting it."
    ),
}


@dataclass(frozen=True)
class Attempt:
    """The rows that a refused statement would have written; an update carries the ``id`` of its row."""

    table: Table
    rows: Sequence[Mapping[str, Any]]


def remember_attempt(context: ExceptionContext) -> None:
    """Keep with an error what its statement tried; the driver's own parameters have lost their names."""
    error, execution = context.sqlalchemy_exception, context.execution_context
    compiled = None if execution is None else execution.compiled
    if error is None or execution is None or compiled is None:
        return
    statement = compiled.statement
    if isinstance(statement, Insert | Update) and isinstance(statement.table, Table):
        rows = [
            {**parameters, **_row_meant(statement, compiled, parameters)}
            for parameters in getattr(execution, "compiled_parameters", ())
        ]
        vars(error)[_ATTEMPT] = Attempt(statement.table, rows)


def _row_meant(
    statement: Insert | Update, compiled: Compiled, parameters: Mapping[str, Any]
) -> dict[str, Any]:
    """The ``id`` that an update compares with, under that name."""
    if isinstance(statement, Insert) or statement.whereclause is None:
        return {}
    names: Mapping[BindParameter[Any], str] = getattr(compiled, "bind_names", {})
    for part in visitors.iterate(statement.whereclause):
        if (
            isinstance(part, BinaryExpression)
            and part.operator is operators.eq
            and part.left is statement.table.c.get("id")
            and isinstance(part.right, BindParameter)
            and names.get(part.right) in parameters
        ):
            return {"id": parameters[names[part.right]]}
    return {}


def code_of(error: IntegrityError) -> str | None:
    """The stable code of the rule that was broken; None for a rule that only a defect can break."""
    said = str(error.orig)
    if isinstance(error.orig, sqlite3.Error):
        if said.startswith("UNIQUE constraint failed"):
            return "already_exists"
        if said.startswith("FOREIGN KEY constraint failed"):
            return "reference"
        return said if said in _SENTENCES else None
    constraint = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
    if constraint in _SENTENCES:
        return str(constraint)
    return {"23505": "already_exists", "23503": "reference"}.get(str(getattr(error.orig, "sqlstate", "")))


def conflict_of(error: IntegrityError, connection: Connection) -> ConflictError | None:
    """The conflict for people, with who or what is in the way; ``connection`` has been rolled back."""
    code = code_of(error)
    if code is None:
        return None
    attempt: Attempt | None = vars(error).get(_ATTEMPT)
    if code == "already_exists":
        return ConflictError(
            Message("A record like this is stored already. Change that one instead."), code=code
        )
    if code == "reference":
        return ConflictError(
            Message(
                "The record refers to one that is not stored, or others still refer to it. "
                "Add or change those first."
            ),
            code=code,
        )
    explain = _EXPLANATIONS.get(code)
    if attempt is not None and explain is not None:
        for row in attempt.rows:
            found = explain(connection, attempt.table, _completed(connection, attempt.table, row))
            if found is not None:
                return ConflictError(found, code=code)
    return ConflictError(_SENTENCES[code], code=code)


def _completed(connection: Connection, table: Table, row: Mapping[str, Any]) -> Mapping[str, Any]:
    """The row as it would have been: an update gives only some of its columns."""
    if row.get("id") is None:
        return row
    stored = connection.execute(select(table).where(table.c.id == row["id"])).mappings().one_or_none()
    return row if stored is None else {**stored, **row}


def _period(starts_on: date, ends_on: date | None) -> Message:
    if ends_on is None:
        return Message("from {starts_on} on", starts_on=starts_on)
    return Message("from {starts_on} to {ends_on}", starts_on=starts_on, ends_on=ends_on)


def _last_day(table: Table) -> ColumnElement[date]:
    if table is assignments:
        return func.coalesce(table.c.ended_on, table.c.ends_on, type_=Date)
    return func.coalesce(table.c.ends_on, literal(_LAST_DAY, Date), type_=Date)


def _sharing_a_day(table: Table, row: Mapping[str, Any], rows: Select[Any]) -> Select[Any]:
    """``rows`` of ``table`` on the days of ``row``, without itself."""
    ends_on = row.get("ended_on") or row.get("ends_on") or _LAST_DAY
    rows = rows.where(table.c.starts_on <= ends_on, _last_day(table) >= row["starts_on"])
    if row.get("id") is not None:
        rows = rows.where(table.c.id != row["id"])
    return rows.order_by(table.c.starts_on)


_COUNTS = assignments.c.state != AssignmentState.WITHDRAWN.value


def _overlapping_assignment(connection: Connection, table: Table, row: Mapping[str, Any]) -> Message | None:
    if table is not assignments or not {"township_code", "starts_on", "ends_on"} <= row.keys():
        return None
    holder = (
        select(
            townships.c.name.label("township"),
            commissioners.c.name.label("commissioner"),
            assignments.c.starts_on,
            _last_day(assignments).label("ends_on"),
        )
        .join_from(assignments, townships)
        .join(commissioners)
        .where(assignments.c.township_code == row["township_code"], _COUNTS)
    )
    found = connection.execute(_sharing_a_day(assignments, row, holder)).first()
    return (
        None
        if found is None
        else Message(
            "{township} is led by {commissioner} {period}. End that term first, or choose other days.",
            township=found.township,
            commissioner=found.commissioner,
            period=_period(found.starts_on, found.ends_on),
        )
    )


def _exceeded_capacity(connection: Connection, table: Table, row: Mapping[str, Any]) -> Message | None:
    led = (
        select(townships.c.name)
        .join_from(assignments, townships)
        .where(assignments.c.commissioner_id == row.get("commissioner_id", row.get("id")), _COUNTS)
    )
    person = select(commissioners.c.name, commissioners.c.capacity)
    if table is commissioners and row.keys() >= {"id", "capacity", "name"}:
        ahead = led.where(_last_day(assignments) >= datetime.now(UTC).date()).order_by(
            assignments.c.starts_on
        )
        return Message(
            "{commissioner} leads {townships}. The capacity cannot be lowered to {capacity} "
            "before enough of these terms have ended.",
            commissioner=row["name"],
            townships="、".join(dict.fromkeys(connection.scalars(ahead))),
            capacity=row["capacity"],
        )
    if table is not assignments or not {"commissioner_id", "starts_on", "ends_on"} <= row.keys():
        return None
    found = connection.execute(person.where(commissioners.c.id == row["commissioner_id"])).first()
    names = list(dict.fromkeys(connection.scalars(_sharing_a_day(assignments, row, led))))
    if found is None or len(names) < found.capacity or (not names and found.capacity > 0):
        return None
    if not names:
        return Message(
            "{commissioner} has the capacity 0 and cannot lead a township. Raise the capacity first.",
            commissioner=found.name,
        )
    return Message(
        "{commissioner} already leads {townships} on some of these days, and the capacity is {capacity}. "
        "End one of the terms first, or raise the capacity.",
        commissioner=found.name,
        townships="、".join(names),
        capacity=found.capacity,
    )


def _overlapping_product(connection: Connection, table: Table, row: Mapping[str, Any]) -> Message | None:
    if table is not featured_products or not {"township_code", "starts_on"} <= row.keys():
        return None
    holder = (
        select(
            townships.c.name.label("township"),
            products.c.name.label("product"),
            featured_products.c.starts_on,
            featured_products.c.ends_on,
        )
        .join_from(featured_products, townships, featured_products.c.township_code == townships.c.code)
        .join(products, products.c.id == featured_products.c.product_id)
        .where(featured_products.c.township_code == row["township_code"])
    )
    found = connection.execute(_sharing_a_day(featured_products, row, holder)).first()
    return (
        None
        if found is None
        else Message(
            "{township} has the featured product {product} {period}. End it first, or choose other days.",
            township=found.township,
            product=found.product,
            period=_period(found.starts_on, found.ends_on),
        )
    )


def _overlapping_membership(connection: Connection, table: Table, row: Mapping[str, Any]) -> Message | None:
    if table is not roster_memberships or not {"township_code", "starts_on"} <= row.keys():
        return None
    holder = (
        select(
            townships.c.name.label("township"), roster_memberships.c.starts_on, roster_memberships.c.ends_on
        )
        .join_from(roster_memberships, townships)
        .where(roster_memberships.c.township_code == row["township_code"])
    )
    found = connection.execute(_sharing_a_day(roster_memberships, row, holder)).first()
    return (
        None
        if found is None
        else Message(
            "{township} is on the roster {period}. End that membership first, or choose other days.",
            township=found.township,
            period=_period(found.starts_on, found.ends_on),
        )
    )


_EXPLANATIONS: Final[Mapping[str, Callable[[Connection, Table, Mapping[str, Any]], Message | None]]] = {
    "assignment.overlap": _overlapping_assignment,
    "commissioner.capacity": _exceeded_capacity,
    "featured_product.overlap": _overlapping_product,
    "roster.overlap": _overlapping_membership,
}
