"""Withdraw a visit: it counts no more and leaves a tombstone, so that every phone hears of it."""

from __future__ import annotations

from uuid import UUID

from fieldapp.domain.errors import NotFoundError
from fieldapp.domain.permissions import Person
from fieldapp.domain.visits import body_of
from fieldapp.persistence import visits
from fieldapp.persistence.unit_of_work import VISITS
from fieldapp.services.context import Context
from fieldapp.services.grade_visits import regrade
from fieldapp.services.record_visit import outdated, require_own
from geodata.errors import Message


def withdraw_visit(context: Context, visit_id: UUID, *, base_revision: int, by: Person) -> None:
    """Withdraw a visit that the visitor knew at ``base_revision``; doing it again changes nothing.

    Raises `NotFoundError` for none, `ForbiddenError` for another's, and `OutdatedError` (``visit.changed``)
    with the stored visit where somebody changed it meanwhile.
    """
    with context.work(actor=by.actor) as work:
        work.touch_visits(visit_id)
        stored = visits.find(work.connection, visit_id)
        if stored is None:
            raise NotFoundError(
                Message("There is no visit with the id {id}.", id=visit_id), code="visit.unknown"
            )
        require_own(work.connection, stored, by)
        if stored.is_withdrawn:
            return
        if base_revision != stored.revision:
            raise outdated(context, work.connection, stored)
        now = context.now()
        said = body_of(stored.visit, context.settings.timezone)
        withdrawn = visits.revise(
            work.connection, stored, stored.visit, {"deleted_at": now}, said=said, now=now, by=by.user_id
        )
        assert withdrawn is not None  # held above
        regrade(work, [visit_id])  # what it spoke against
        before = {
            "township_code": stored.visit.township_code,
            "visited_on": stored.row["visited_on"],
            "review": stored.row["review"],
        }
        work.record("visit.withdrawn", "visit", visit_id, before=before, topic=VISITS)
        work.commit()
