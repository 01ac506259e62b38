"""Visits as the person sees them: with where the visitor was, or without where that is not theirs to know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fieldapp.domain.permissions import Person, sees_positions
from fieldapp.persistence.register import Values
from fieldapp.persistence.visits import StoredVisit
from fieldapp.services.export_rows import SHAPE

_COLUMNS = ("fix_lon", "fix_lat", "fix_accuracy_m", "fix_captured_at", "fix_mocked", SHAPE)


def shown_row(row: Values, by: Person) -> Values:
    """The row of a visit in a table, its position blank where ``by`` does not see positions."""
    return row if sees_positions(by) else row | dict.fromkeys(_COLUMNS)


def shown_visit(stored: StoredVisit, by: Person) -> StoredVisit:
    """The visit, as if it had no position where ``by`` does not see positions."""
    return stored if sees_positions(by) else replace(stored, visit=replace(stored.visit, fix=None))


def shown_body(body: Mapping[str, Any] | None, by: Person) -> Mapping[str, Any] | None:
    """What a revision of a visit said, without its position where ``by`` does not see positions."""
    return body if body is None or sees_positions(by) else {**body, "fix": None}
