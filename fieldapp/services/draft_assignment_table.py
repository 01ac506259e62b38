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
    require_reach(by, county_code)
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
        document = AssignmentTable(day, listed(connection, rows, day), office or context.settings.office)
    if not rows:
        raise NotFoundError(
            Message("No commissioner serves on {day}, so there is nothing to list.", day=day),
            code="report.empty",
        )
    record_draft(context, "assignments", file_format, county_code, by=by)
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


def require_reach(by: Person, county_code: str | None) -> None:
    """Raise `ForbiddenError` where the person may take away no assignment, or none of the county."""
    for action in (Action.EXPORT_READ, Action.ASSIGNMENT_READ):
        if scope_of(by, action) is Scope.NONE:
            require(by, action, Row())
    if county_code is not None and scope_of(by, Action.ASSIGNMENT_READ) is Scope.COUNTIES:
        require(by, Action.ASSIGNMENT_READ, Row(county_codes=frozenset({county_code})))


def record_draft(
    context: Context, kind: str, file_format: str, county_code: str | None, *, by: Person
) -> None:
    """Keep that a person took a document away."""
    if by.user_id is not None:
        with context.work(actor=by.actor) as work:
            told = {"format": file_format, "county": county_code}
            work.record("report.drafted", "report", kind, after=told, topic=None)
            work.commit()
