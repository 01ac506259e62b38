"""Approved visits that their commissioners have deleted: they counted, and officers are told of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Connection

from fieldapp.domain.permissions import Action, Person, Scope, scope_of, visible
from fieldapp.domain.visits import Review
from fieldapp.persistence import visit_history, visit_pages
from fieldapp.services.context import Context

# For as long as a visit keeps a township covered.
TOLD_DAYS = 90


def approved_then_deleted(
    context: Context, connection: Connection, *, township: str = "", by: Person
) -> list[dict[str, Any]]:
    """Those of the last `TOLD_DAYS`, the latest deleted first, as lists show visits; none but to officers.

    The last decision of an officer tells, so that changing a visit before deleting it hides nothing.
    """
    if scope_of(by, Action.VISIT_REVIEW) is Scope.NONE:
        return []
    since = context.now() - timedelta(days=TOLD_DAYS)
    deleted = visit_pages.deleted_since(connection, visible(by, "visit"), since, township=township)
    approved = visit_history.last_approved(connection, [row["id"] for row in deleted])
    return [row for row in deleted if row["review"] == Review.APPROVED or row["id"] in approved]
