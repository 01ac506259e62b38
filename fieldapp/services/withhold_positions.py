"""Rows as the person sees them: with where somebody was or lives, or without where that is not theirs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from fieldapp.domain.permissions import Person, sees_positions
from fieldapp.persistence.register import Values
from fieldapp.persistence.visits import StoredVisit
from fieldapp.services.columns import COLUMNS, ExportKind
from fieldapp.services.export_rows import SHAPE
from fieldapp.workbooks.columns import Column

_COLUMNS = ("fix_lon", "fix_lat", "fix_accuracy_m", "fix_captured_at", "fix_mocked", SHAPE)
_HOME_COLUMNS = ("home", "home_lon", "home_lat", SHAPE)


def shown_row(row: Values, by: Person) -> Values:
    """The row of a visit in a table, its position blank where ``by`` does not see positions."""
    return row if sees_positions(by) else row | dict.fromkeys(_COLUMNS)


def shown_columns(kind: ExportKind, by: Person) -> Sequence[Column]:
    """The columns of a table that ``by`` takes away.

    Those of the home base are left out where it is withheld: blank ones would clear it on the way back in.
    """
    if kind != "commissioners" or sees_positions(by):
        return COLUMNS[kind]
    return [column for column in COLUMNS[kind] if column.key not in _HOME_COLUMNS]


def shown_commissioner(row: Values, by: Person) -> Values:
    """The record of a commissioner, the home base blank where ``by`` does not see positions."""
    if sees_positions(by):
        return row
    return row | dict.fromkeys(name for name in _HOME_COLUMNS if name in row)


def shown_visit(stored: StoredVisit, by: Person) -> StoredVisit:
    """The visit, as if it had no position where ``by`` does not see positions."""
    return stored if sees_positions(by) else replace(stored, visit=replace(stored.visit, fix=None))


def shown_body(body: Mapping[str, Any] | None, by: Person) -> Mapping[str, Any] | None:
    """What a revision of a visit said, without its position where ``by`` does not see positions."""
    return body if body is None or sees_positions(by) else {**body, "fix": None}
