"""What a person may read, as conditions that queries put upon their rows."""

from __future__ import annotations

from sqlalchemy import ColumnElement, exists, false, or_, true

from fieldapp.domain.assignments import AssignmentState
from fieldapp.domain.permissions import RowFilter
from fieldapp.persistence.schema import assignments


def admitted(
    rows: RowFilter,
    *,
    county_code: ColumnElement[str] | None = None,
    commissioner_id: ColumnElement[str] | None = None,
    township_code: ColumnElement[str] | None = None,
) -> ColumnElement[bool]:
    """The condition that lets only the admitted rows through.

    A row that names no commissioner is about those to whom its ``township_code`` was given.
    """
    if rows.everything:
        return true()
    allowed: list[ColumnElement[bool]] = [false()]
    if rows.county_codes and county_code is not None:
        allowed.append(county_code.in_(sorted(rows.county_codes)))
    if rows.commissioner_id is not None:
        if commissioner_id is not None:
            allowed.append(commissioner_id == rows.commissioner_id)
        elif township_code is not None:
            allowed.append(
                exists().where(
                    assignments.c.township_code == township_code,
                    assignments.c.commissioner_id == rows.commissioner_id,
                    assignments.c.state != AssignmentState.WITHDRAWN.value,
                )
            )
    return or_(*allowed)
