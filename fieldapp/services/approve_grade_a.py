"""Approve together, by rule, what has the best evidence; shown first, and written only as it was shown."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fieldapp.domain.errors import ConflictError
from fieldapp.domain.permissions import Action, Person, may, visible
from fieldapp.domain.permissions import Row as Belongs
from fieldapp.domain.reviewing import ReviewStep, approves_itself
from fieldapp.domain.visits import EvidenceGrade, Review
from fieldapp.persistence import meanwhile, visit_pages, visits
from fieldapp.persistence.visit_pages import VisitFilter
from fieldapp.services.context import Context
from fieldapp.services.review_visit import write_step
from geodata.errors import Message

AT_ONCE = 200


@dataclass(frozen=True)
class GradeA:
    """The visits that the rule would approve, the oldest first, and a fingerprint of just these."""

    rows: Sequence[Mapping[str, Any]]
    total: int
    digest: str


def preview_grade_a(context: Context, *, county: str = "", by: Person) -> GradeA:
    """What would be approved, as much as is approved at once."""
    with context.reading() as connection:
        return _found(connection, county, by)


def approve_grade_a(context: Context, digest: str, *, county: str = "", by: Person) -> int:
    """Approve exactly the visits whose fingerprint was shown, and return how many.

    `ConflictError` where they are no longer the same: somebody was faster, or more have arrived.
    """
    with context.work(actor=by.actor) as work:
        found = _found(work.connection, county, by)
        ids = [row["id"] for row in found.rows]
        if ids:
            work.touch_visits(*ids)
            found = _found(work.connection, county, by)
        if found.digest != digest or not found.rows:
            raise ConflictError(
                Message(
                    "The visits of grade A are no longer those that were shown: somebody was faster, "
                    "or more have arrived. Look at them again, then approve."
                ),
                code="visit.changed",
            )
        for row in found.rows:
            stored = visits.find(work.connection, row["id"])
            assert stored is not None  # held above
            write_step(context, work, stored, ReviewStep.APPROVE, note="", by=by)
        work.commit()
    return len(found.rows)


def _found(connection: Any, county: str, by: Person) -> GradeA:
    wanted = VisitFilter(review=Review.SUBMITTED, grade=EvidenceGrade.A, county=county)
    reach = visible(by, "visit")
    total = visit_pages.count(connection, reach, wanted)
    first = visit_pages.page(connection, reach, wanted, sort="received", descending=False, limit=AT_ONCE)
    overlapping = meanwhile.contradicted(connection, {row["id"]: row["started_at"] for row in first})
    rows = [
        row
        for row in first
        if approves_itself(
            Review(row["review"]),
            EvidenceGrade(row["grade"]),
            awaits_photos=row["awaits_photos"],
            overlaps=row["id"] in overlapping,
        )
        and may(by, Action.VISIT_REVIEW, Belongs(frozenset({row["county_code"]})))
    ]
    told = "\n".join(f"{row['id']} {row['revision']}" for row in rows)
    return GradeA(rows, total, hashlib.sha256(told.encode()).hexdigest())
