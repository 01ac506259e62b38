"""What was done with visits, as the audit log tells it, and what they said before."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, select, update

from fieldapp.domain.reviewing import ReviewStep
from fieldapp.domain.visits import Review
from fieldapp.persistence.named_events import named_events
from fieldapp.persistence.register import Values
from fieldapp.persistence.schema import audit_events, visit_revisions, visits

SUBJECT = "visit"
DECISIONS = tuple(
    f"{SUBJECT}.{step.value}" for step in (ReviewStep.APPROVE, ReviewStep.QUESTION, ReviewStep.REJECT)
)


def events_of(connection: Connection, visit_id: UUID) -> list[Values]:
    """What was done with a visit, the latest first; ``who`` is a name that people know."""
    statement = _events(visit_id).order_by(audit_events.c.id.desc())
    return [dict(row._mapping) for row in connection.execute(statement)]


def last_event(connection: Connection, visit_id: UUID) -> Values | None:
    """What was done with a visit last."""
    row = connection.execute(_events(visit_id).order_by(audit_events.c.id.desc()).limit(1)).one_or_none()
    return None if row is None else dict(row._mapping)


def review_before(connection: Connection, visit_id: UUID, review: Review) -> Review | None:
    """What a visit was before the decision that made it what it is; None where none is recorded."""
    statement = (
        _events(visit_id)
        .where(audit_events.c.action.in_(DECISIONS))
        .order_by(audit_events.c.id.desc())
        .limit(20)
    )
    for row in connection.execute(statement):
        if (row.after or {}).get("review") == review:
            return Review(row.before["review"])
    return None


def last_approved(connection: Connection, visit_ids: Collection[UUID]) -> frozenset[UUID]:
    """Those of the visits of which the last decision of an officer, taken back or not, left them approved."""
    statement = (
        select(audit_events.c.subject_id, audit_events.c.after)
        .where(
            audit_events.c.subject_type == SUBJECT,
            audit_events.c.subject_id.in_([str(each) for each in visit_ids]),
            audit_events.c.action.in_((*DECISIONS, f"{SUBJECT}.{ReviewStep.UNDO.value}")),
        )
        .order_by(audit_events.c.id)
    )
    left = {row.subject_id: (row.after or {}).get("review") for row in connection.execute(statement)}
    return frozenset(UUID(each) for each, review in left.items() if review == Review.APPROVED)


def set_review(connection: Connection, visit_id: UUID, review: Review) -> None:
    """Put a visit into a state of its review."""
    connection.execute(update(visits).where(visits.c.id == visit_id).values(review=review.value))


def set_confirmed(connection: Connection, visit_id: UUID, *, approved: bool) -> None:
    """Say whether an approved confirmation verifies the visit."""
    connection.execute(update(visits).where(visits.c.id == visit_id).values(confirmation_approved=approved))


def revisions_of(connection: Connection, visit_id: UUID) -> list[Values]:
    """What each revision said until another took its place, the oldest first."""
    statement = (
        select(visit_revisions)
        .where(visit_revisions.c.visit_id == visit_id)
        .order_by(visit_revisions.c.revision)
    )
    return [dict(row._mapping) for row in connection.execute(statement)]


def removed_photos(connection: Connection, digests: Collection[str]) -> frozenset[str]:
    """Those of the digests whose photos were removed, as no visit used them any more."""
    statement = select(audit_events.c.before).where(
        audit_events.c.action == "photo.removed",
        audit_events.c.subject_type == "photo",
        audit_events.c.subject_id.in_({digest[:16] for digest in digests}),
    )
    return frozenset(seen["sha256"] for seen in connection.scalars(statement)) & frozenset(digests)


def _events(visit_id: UUID) -> Select[Any]:
    return named_events(
        audit_events.c.id,
        audit_events.c.at,
        audit_events.c.action,
        audit_events.c.before,
        audit_events.c.after,
        audit_events.c.reason,
    ).where(audit_events.c.subject_type == SUBJECT, audit_events.c.subject_id == str(visit_id))
