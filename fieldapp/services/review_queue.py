"""The queue of visits that await review, for the officer in front of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fieldapp.domain.errors import NotFoundError
from fieldapp.domain.permissions import Person, visible
from fieldapp.domain.reviewing import ReviewStep
from fieldapp.domain.visits import EvidenceGrade, Review
from fieldapp.persistence import visit_pages
from fieldapp.persistence.visit_pages import VisitFilter
from fieldapp.services.context import Context
from fieldapp.services.show_visit import VisitPage, show_visit

AT_ONCE = 100  # of the queue; the next hundred follow when these are done


@dataclass(frozen=True)
class ReviewQueue:
    """What awaits review, first what was denied, then the oldest, and the visit that is open, if any."""

    rows: Sequence[Mapping[str, Any]]
    total: int
    counties: Mapping[str, str]
    current: VisitPage | None
    position: int | None  # of the open visit in the rows; none for one that is no longer of them
    previous: UUID | None
    next: UUID | None
    judged: VisitPage | None  # the visit that was judged a moment ago, where that can be taken back


def review_queue(
    context: Context,
    *,
    visit_id: UUID | None,
    judged_id: UUID | None = None,
    county: str = "",
    grade: EvidenceGrade | None = None,
    by: Person,
) -> ReviewQueue:
    """The queue with one visit open: the one asked for, else the first."""
    wanted = VisitFilter(review=Review.SUBMITTED, county=county, grade=grade)
    rows_of = visible(by, "visit")
    with context.reading() as connection:
        total = visit_pages.count(connection, rows_of, wanted)
        rows = visit_pages.page(connection, rows_of, wanted, sort="queue", descending=False, limit=AT_ONCE)
        counties = visit_pages.counties_with_visits(connection, rows_of)
    ids = [row["id"] for row in rows]
    opened = visit_id or (ids[0] if ids else None)
    position = ids.index(opened) if opened in ids else None
    return ReviewQueue(
        rows=rows,
        total=total,
        counties=counties,
        current=None if opened is None else show_visit(context, opened, by=by),
        position=position,
        previous=ids[position - 1] if position else None,
        next=_after(ids, position),
        judged=None if judged_id is None else _undoable(context, judged_id, by),
    )


def _undoable(context: Context, visit_id: UUID, by: Person) -> VisitPage | None:
    try:
        page = show_visit(context, visit_id, by=by)
    except NotFoundError:
        return None
    return page if ReviewStep.UNDO in page.steps else None


def _after(ids: Sequence[UUID], position: int | None) -> UUID | None:
    if position is None:
        return ids[0] if ids else None
    return ids[position + 1] if position + 1 < len(ids) else None
