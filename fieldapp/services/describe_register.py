"""Where the roster and its boundaries came from, and when the data last changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.exc import SQLAlchemyError

from fieldapp.domain.errors import UnavailableError
from fieldapp.domain.townships import BoundaryQuality
from fieldapp.persistence.schema import audit_events, roster_memberships, roster_targets, townships
from fieldapp.services.context import Context

# How the tables that the product carries begin their basis; whatever else is there, somebody imported.
_STATISTICS_BUREAU = "NBS"
_INFERRED = "inferred"


@dataclass(frozen=True)
class RegisterFacts:
    """The origin of today's roster, by number of townships, and of what stands beside it."""

    townships: int  # all that are known, on the roster or not
    listed: int  # in the statistics bureau's list of divisions
    inferred: tuple[str, ...]  # names of those that an inference added
    imported: int
    target: int | None
    approximate: int  # townships whose boundary is not an official one
    changed_at: datetime | None


def describe_register(context: Context) -> RegisterFacts | None:
    """The facts, or None where the database cannot be asked: a footer must not cost the page."""
    try:
        return _read(context)
    except (SQLAlchemyError, UnavailableError):
        return None


def _read(context: Context) -> RegisterFacts:
    today = context.today()
    on_roster = (
        select(roster_memberships.c.basis, townships.c.name, townships.c.boundary_quality)
        .join(townships, townships.c.code == roster_memberships.c.township_code)
        .where(
            roster_memberships.c.starts_on <= today,
            or_(roster_memberships.c.ends_on.is_(None), roster_memberships.c.ends_on >= today),
        )
        .order_by(townships.c.code)
    )
    target = (
        select(roster_targets.c.target)
        .where(roster_targets.c.starts_on <= today)
        .order_by(roster_targets.c.starts_on.desc())
        .limit(1)
    )
    with context.reading() as connection:
        rows = connection.execute(on_roster).all()
        inferred = tuple(row.name for row in rows if row.basis.startswith(_INFERRED))
        listed = sum(row.basis.startswith(_STATISTICS_BUREAU) for row in rows)
        return RegisterFacts(
            townships=connection.scalar(select(func.count()).select_from(townships)) or 0,
            listed=listed,
            inferred=inferred,
            imported=len(rows) - listed - len(inferred),
            target=connection.scalar(target),
            approximate=sum(row.boundary_quality == BoundaryQuality.APPROXIMATE for row in rows),
            changed_at=connection.scalar(select(func.max(audit_events.c.at))),
        )
