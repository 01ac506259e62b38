"""Draft the assignment table (选派一览表): who serves which township on a day, as an office prints it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import BinaryIO, Literal

from sqlalchemy import Connection

from fieldapp.domain.errors import NotFoundError
from fieldapp.domain.permissions import Action, Person, Row, Scope, require, scope_of, visible
from fieldapp.persistence import townships
from fieldapp.persistence.assignment_list import AssignmentFilter, featured_on, list_assignments
from fieldapp.persistence.register import Values
from fieldapp.reports.assignment_list import AssignmentTable, ListedAssignment
from fieldapp.services.context import Context
from geodata.errors import Message


def draft_assignment_table(
    context: Context,
    target: BinaryIO,
    file_format: Literal["docx", "xlsx"],
    *,
    as_of: date | None = None,
    county_code: str | None = None,
    office: str = "",
    by: Person,
) -> int:
    """Write the assignments served on a day (default: today) that the person may see; returns how many.

    Raises `NotFoundError` where there is none.
    """
    require_reach(by, Action.ASSIGNMENT_READ, county_code)
    day = as_of or context.today()
    with context.reading() as connection:
        if county_code is not None and county_code not in townships.county_names(connection):
            raise NotFoundError(
                Message("There is no county with the code {code}.", code=county_code), code="county.unknown"
            )
        rows = list_assignments(
            connection,
            AssignmentFilter(county_code=county_code, serving_on=day),
            visible(by, "assignment"),
            by_place=True,
        )
        document = AssignmentTable(day, listed(connection, rows, day), office)
    if not rows:
        raise NotFoundError(
            Message("No commissioner serves on {day}, so there is nothing to list.", day=day),
            code="report.empty",
        )
    if file_format == "docx":
        document.write_docx(target)
    else:
        document.write_xlsx(target)
    return len(rows)


def listed(connection: Connection, rows: Sequence[Values], day: date) -> list[ListedAssignment]:
    """The rows as documents list them, with the products that are featured on a day."""
    products = featured_on(connection, day)
    return [
        ListedAssignment(
            county=row["county"],
            township=row["township"],
            commissioner=row["commissioner"],
            institution=row["institution"],
            specialties=row["specialties"],
            product=products.get(row["township_code"]),
            starts_on=row["starts_on"],
            ends_on=row["ended_on"] or row["ends_on"],
        )
        for row in rows
    ]


def require_reach(by: Person, action: Action, county_code: str | None) -> None:
    """Raise `ForbiddenError` where the person sees no row of the kind, or none of the county asked for."""
    if scope_of(by, Action.EXPORT_READ) is Scope.NONE or scope_of(by, action) is Scope.NONE:
        require(by, Action.EXPORT_READ, Row())
        require(by, action, Row())
    if county_code is not None and scope_of(by, action) is Scope.COUNTIES:
        require(by, action, Row(county_codes=frozenset({county_code})))
