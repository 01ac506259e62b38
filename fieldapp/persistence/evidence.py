"""What a visit's evidence is read from, and where its grade is kept."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Row,
    bindparam,
    exists,
    select,
    union_all,
    update,
)

from fieldapp.persistence.photos import alike
from fieldapp.persistence.register import Values
from fieldapp.persistence.schema import (
    change_counters,
    photos,
    townships,
    visit_photos,
    visit_revisions,
    visits,
)
from fieldapp.persistence.unit_of_work import REGISTER

_READ = (
    "id",
    "township_code",
    "commissioner_id",
    "started_at",
    "ended_at",
    "received_at",
    "client_clock",
    "mode",
    "fix_lon",
    "fix_lat",
    "fix_accuracy_m",
    "fix_captured_at",
    "fix_mocked",
    "grade",
    "grade_reasons",
    "revision",
    "deleted_at",
)

_BESIDE = ("id", "visited_on", "fix_lon", "fix_lat", "fix_accuracy_m", "fix_captured_at", "grade_reasons")

# Put together once: every visit that is recorded is asked about with them.
_VERSION = select(change_counters.c.version).where(change_counters.c.topic == REGISTER).scalar_subquery()
_ASKED: list[ColumnElement[Any]] = [
    *(visits.c[name] for name in _READ),
    _VERSION.label("version"),
    exists().where(visit_photos.c.visit_id == visits.c.id).label("names_photos"),
]
_FIND = select(*_ASKED).where(visits.c.id == bindparam("visit_id"))


def _neighbours() -> CompoundSelect[Any]:
    at = visits.c.fix_captured_at
    others = select(*(visits.c[name] for name in _BESIDE)).where(
        visits.c.commissioner_id == bindparam("commissioner_id"),
        visits.c.id != bindparam("visit_id"),
        visits.c.deleted_at.is_(None),
        visits.c.fix_mocked.is_not(True),
        visits.c.fix_lon.is_not(None),
    )
    before = others.where(at <= bindparam("at")).order_by(at.desc(), visits.c.id).limit(1).subquery()
    after = others.where(at > bindparam("at")).order_by(at, visits.c.id).limit(1).subquery()
    return union_all(select(before), select(after))


_NEIGHBOURS = _neighbours()
_PHOTOS = (
    select(
        visit_photos.c.sha256,
        photos.c.size_bytes,
        photos.c.taken_at,
        photos.c.lon,
        photos.c.lat,
        photos.c.perceptual_hash,
    )
    .outerjoin(photos, photos.c.sha256 == visit_photos.c.sha256)
    .where(visit_photos.c.visit_id == bindparam("visit_id"))
    .order_by(visit_photos.c.position)
)


@dataclass(frozen=True)
class Use:
    """Another visit that names the photo ``sha256``, or one that looks like it."""

    sha256: str
    similar: bool
    visit_id: UUID
    visited_on: date
    received_at: datetime


def find(connection: Connection, visit_id: UUID) -> Row[Any] | None:
    """What grading asks of a visit itself, whether it names photos, and the ``version`` of the register."""
    return connection.execute(_FIND, {"visit_id": visit_id}).one_or_none()


def boundary(connection: Connection, township_code: str) -> Row[Any]:
    """A township's boundary and how far it may err."""
    columns = [townships.c.boundary, townships.c.boundary_tolerance_m]
    return connection.execute(select(*columns).where(townships.c.code == township_code)).one()


def neighbours(connection: Connection, visit: Row[Any]) -> list[Row[Any]]:
    """The commissioner's positions next before and next after that of a visit."""
    asked = {"commissioner_id": visit.commissioner_id, "visit_id": visit.id, "at": visit.fix_captured_at}
    return list(connection.execute(_NEIGHBOURS, asked))


def photos_of(connection: Connection, visit_id: UUID) -> list[Row[Any]]:
    """The photos that a visit names, in its order; ``size_bytes`` is null for one that is awaited."""
    return list(connection.execute(_PHOTOS, {"visit_id": visit_id}))


def uses(connection: Connection, visit_id: UUID, named: Collection[Row[Any]]) -> list[Use]:
    """The other visits that name the same photos, or photos that look like them."""
    own = {row.sha256: row.sha256 for row in named}
    similar = alike(
        connection, {row.sha256: row.perceptual_hash for row in named if row.perceptual_hash is not None}
    )
    found = connection.execute(
        select(visit_photos.c.sha256, visits.c.id, visits.c.visited_on, visits.c.received_at)
        .join(visits, visits.c.id == visit_photos.c.visit_id)
        .where(
            visit_photos.c.sha256.in_([*own, *similar]),
            visits.c.id != visit_id,
            visits.c.deleted_at.is_(None),
        )
    )
    return [
        Use(
            own.get(row.sha256) or similar[row.sha256],
            row.sha256 not in own,
            row.id,
            row.visited_on,
            row.received_at,
        )
        for row in found
    ]


def once_named_with(connection: Connection, visit: Row[Any], named: Collection[Row[Any]]) -> list[UUID]:
    """The other visits that name a photo which this one named in the revision before, and no longer does."""
    said = connection.scalar(
        select(visit_revisions.c.body).where(
            visit_revisions.c.visit_id == visit.id, visit_revisions.c.revision == visit.revision - 1
        )
    )
    dropped = {*(said or {}).get("photos", ())} - {row.sha256 for row in named}
    if not dropped:
        return []
    hashes = connection.execute(
        select(photos.c.sha256, photos.c.perceptual_hash).where(
            photos.c.sha256.in_(dropped), photos.c.perceptual_hash.is_not(None)
        )
    )
    similar = alike(connection, {row.sha256: row.perceptual_hash for row in hashes})
    return list(
        connection.scalars(
            select(visit_photos.c.visit_id)
            .where(visit_photos.c.sha256.in_([*dropped, *similar]), visit_photos.c.visit_id != visit.id)
            .distinct()
        )
    )


def impossible_of(connection: Connection, commissioner_id: str) -> list[UUID]:
    """The visits of a commissioner whose positions were found too far from one another."""
    rows = connection.execute(
        select(visits.c.id, visits.c.grade_reasons).where(
            visits.c.commissioner_id == commissioner_id, visits.c.grade == "D"
        )
    )
    return [row.id for row in rows if has_reason(row.grade_reasons, "fix.impossible")]


def has_reason(stored: list[Values] | None, code: str) -> bool:
    """Whether a reason is among those that are kept with a visit."""
    return any(reason["code"] == code for reason in stored or ())


def keep_grade(connection: Connection, visit_id: UUID, values: Values) -> None:
    """Keep a grade with its reasons."""
    connection.execute(update(visits).where(visits.c.id == visit_id).values(values))
