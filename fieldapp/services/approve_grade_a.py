"""Approve together, by rule, what has the best evidence; shown first, and written only as it was shown.

Whoever approves may leave some of them out; what is written is what was chosen of what was shown.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fieldapp.domain.errors import ConflictError, Fault, InvalidInputError
from fieldapp.domain.permissions import Action, Person, may, visible
from fieldapp.domain.permissions import Row as Belongs
from fieldapp.domain.reviewing import ReviewStep, approves_itself
from fieldapp.domain.visits import EvidenceGrade, Review
from fieldapp.persistence import meanwhile, visit_pages, visits
from fieldapp.persistence.visit_pages import VisitFilter
from fieldapp.services.context import Context
from fieldapp.services.review_visit import write_step
from geodata.errors import Message
from geodata.tables.pinyin import place_pinyin

AT_ONCE = 200


@dataclass(frozen=True)
class GradeA:
    """The visits that the rule would approve, by day and place, and a fingerprint of just these.

    Where there are more than `AT_ONCE`, they are those that have waited longest.
    """

    rows: Sequence[Mapping[str, Any]]
    total: int
    digest: str


def preview_grade_a(context: Context, *, county: str = "", by: Person) -> GradeA:
    """What would be approved, as much as is approved at once."""
    with context.reading() as connection:
        return _found(connection, county, by)


def approve_grade_a(
    context: Context, digest: str, chosen: Collection[UUID], *, county: str = "", by: Person
) -> int:
    """Approve the chosen ones of the visits whose fingerprint was shown, and return how many.

    `InvalidInputError` where none is chosen; `ConflictError` where those that were shown are no longer the
    same (somebody was faster, or more have arrived), or where one is chosen that was not shown.
    """
    if not chosen:
        raise InvalidInputError(
            Message("No visit is ticked. Tick those that are to be approved."),
            [Fault("/visit", Message("This must be filled in."))],
        )
    with context.work(actor=by.actor) as work:
        shown = [row["id"] for row in _found(work.connection, county, by).rows]
        if shown:
            work.hold_visits(*shown)
        found = _found(work.connection, county, by)
        if found.digest != digest or not {row["id"] for row in found.rows}.issuperset(chosen):
            raise ConflictError(
                Message(
                    "The visits of grade A are no longer those that were shown: somebody was faster, "
                    "or more have arrived. Look at them again, then approve."
                ),
                code="visit.changed",
            )
        ids = [row["id"] for row in found.rows if row["id"] in chosen]
        work.touch_visits(*ids, are_held=True)
        for visit_id in ids:
            stored = visits.find(work.connection, visit_id)
            assert stored is not None  # held above
            write_step(context, work, stored, ReviewStep.APPROVE, note="", by=by)
        work.commit()
    return len(ids)


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
    rows.sort(key=_by_day_and_place)
    told = "\n".join(f"{row['id']} {row['revision']}" for row in rows)
    return GradeA(rows, total, hashlib.sha256(told.encode()).hexdigest())


def _by_day_and_place(row: Mapping[str, Any]) -> tuple[Any, ...]:
    places = place_pinyin(row["county"]), place_pinyin(row["township"])
    return row["visited_on"], *places, row["started_at"], row["id"]
