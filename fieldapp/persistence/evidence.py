"""What a visit's evidence is read from, and where its grade is kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, Connection, Row, Select, bindparam, exists, select, union_all, update

from fieldapp.persistence.photos import alike
from fieldapp.persistence.register import Values
from fieldapp.persistence.schema import (
    change_counters,
    confirmations,
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
    "visited_on",
    "received_at",
    "client_clock",
    "recorded_at",
    "mode",
    "fix_lon",
    "fix_lat",
    "fix_accuracy_m",
    "fix_captured_at",
    "fix_mocked",
    "grade",
    "grade_reasons",
    "review",
    "revision",
    "deleted_at",
)

_BESIDE = ("id", "visited_on", "fix_lon", "fix_lat", "fix_accuracy_m", "fix_captured_at", "grade_reasons")

# Put together once: every visit that is recorded is asked about with them.
_IDS: BindParameter[Any] = bindparam("visit_ids", expanding=True)
_VERSION = select(change_counters.c.version).where(change_counters.c.topic == REGISTER).scalar_subquery()
_NAMES_PHOTOS = exists().where(visit_photos.c.visit_id == visits.c.id)
_DENIAL = (
    select(confirmations.c.denial)
    .where(confirmations.c.visit_id == visits.c.id, confirmations.c.revoked_at.is_(None))
    .scalar_subquery()
)
_SAID_AT = (
    select(visit_revisions.c.changed_at)
    .where(visit_revisions.c.visit_id == visits.c.id, visit_revisions.c.revision == visits.c.revision - 1)
    .scalar_subquery()
)
_FIND = select(
    *(visits.c[name] for name in _READ),
    _SAID_AT.label("said_at"),
    _VERSION.label("version"),
    _NAMES_PHOTOS.label("names_photos"),
    _DENIAL.label("denial"),
).where(visits.c.id.in_(_IDS))


def _neighbours() -> Select[Any]:
    asked, other = visits.alias("asked"), visits.alias("other")
    at = other.c.fix_captured_at
    others = (
        select(other.c.id)
        .where(
            other.c.commissioner_id == asked.c.commissioner_id,
            other.c.id != asked.c.id,
            other.c.deleted_at.is_(None),
            other.c.fix_mocked.is_not(True),
            other.c.fix_lon.is_not(None),
        )
        .limit(1)
        .correlate(asked)
    )
    before = others.where(at <= asked.c.fix_captured_at).order_by(at.desc(), other.c.id)
    after = others.where(at > asked.c.fix_captured_at).order_by(at, other.c.id)
    beside = union_all(
        *(
            select(asked.c.id.label("of"), near.scalar_subquery().label("id")).where(asked.c.id.in_(_IDS))
            for near in (before, after)
        )
    ).subquery()
    return select(beside.c.of, *(visits.c[name] for name in _BESIDE)).join(visits, visits.c.id == beside.c.id)


_NEIGHBOURS = _neighbours()
_PHOTOS = (
    select(
        visit_photos.c.visit_id,
        visit_photos.c.sha256,
        photos.c.size_bytes,
        photos.c.taken_at,
        photos.c.lon,
        photos.c.lat,
        photos.c.perceptual_hash,
    )
    .outerjoin(photos, photos.c.sha256 == visit_photos.c.sha256)
    .where(visit_photos.c.visit_id.in_(_IDS))
    .order_by(visit_photos.c.visit_id, visit_photos.c.position)
)
_USES = (
    select(
        visit_photos.c.sha256,
        visits.c.id,
        visits.c.visited_on,
        visits.c.received_at,
        visits.c.grade_reasons,
    )
    .join(visits, visits.c.id == visit_photos.c.visit_id)
    .where(visit_photos.c.sha256.in_(bindparam("digests", expanding=True)), visits.c.deleted_at.is_(None))
)
_KEEP = (
    update(visits)
    .where(visits.c.id == bindparam("visit_id"))
    .values(grade=bindparam("found"), grade_reasons=bindparam("reasons"))
)


@dataclass(frozen=True)
class Use:
    """Another visit that names the photo ``sha256``, or one that looks like it; ``told`` are its reasons."""

    sha256: str
    similar: bool
    visit_id: UUID
    visited_on: date
    received_at: datetime
    told: Sequence[Values] = ()


def find(connection: Connection, visit_ids: Sequence[UUID]) -> list[Row[Any]]:
    """What grading asks of the visits, whether they name photos, what their recipients deny, and the
    ``version`` of the register; ``said_at`` is when the present revision came, null for the first one.
    """
    return list(connection.execute(_FIND, {"visit_ids": visit_ids}))


def boundary(connection: Connection, township_code: str) -> Row[Any]:
    """A township's boundary and how far it may err."""
    columns = [townships.c.boundary, townships.c.boundary_tolerance_m]
    return connection.execute(select(*columns).where(townships.c.code == township_code)).one()


def neighbours(connection: Connection, visit_ids: Sequence[UUID]) -> dict[UUID, list[Row[Any]]]:
    """For each visit the positions of its commissioner next before and next after its own."""
    return _grouped(connection.execute(_NEIGHBOURS, {"visit_ids": visit_ids}), "of")


def photos_of(connection: Connection, visit_ids: Sequence[UUID]) -> dict[UUID, list[Row[Any]]]:
    """The photos that each visit names, in its order; ``size_bytes`` is null for one that is awaited."""
    return _grouped(connection.execute(_PHOTOS, {"visit_ids": visit_ids}), "visit_id")


def uses(connection: Connection, named: Mapping[UUID, Sequence[Row[Any]]]) -> dict[UUID, list[Use]]:
    """For each visit, given with its photos, the others that name the same ones or some that look alike."""
    every = {row.sha256: row.perceptual_hash for rows in named.values() for row in rows}
    like = alike(connection, {digest: found for digest, found in every.items() if found})
    digests = {*every, *(other for others in like.values() for other in others)}
    using: dict[Any, list[Row[Any]]] = {}
    if digests:
        using = _grouped(connection.execute(_USES, {"digests": sorted(digests)}), "sha256")
    return {
        visit_id: [
            Use(own, digest != own, row.id, row.visited_on, row.received_at, row.grade_reasons or ())
            for digest, own in _looked_for([row.sha256 for row in rows], like).items()
            for row in using.get(digest, ())
            if row.id != visit_id
        ]
        for visit_id, rows in named.items()
    }


def _looked_for(own: Sequence[str], like: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """The photos of a visit and those that look like one of them, each with the one of its own."""
    return {other: each for each in own for other in like.get(each, ())} | {each: each for each in own}


def _grouped(rows: Iterable[Row[Any]], column: str) -> dict[Any, list[Row[Any]]]:
    found: dict[Any, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        found[row._mapping[column]].append(row)
    return found


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
            photos.c.sha256.in_(dropped), photos.c.perceptual_hash != ""
        )
    )
    like = alike(connection, {row.sha256: row.perceptual_hash for row in hashes})
    looked_for = dropped.union(*like.values())
    return list(
        connection.scalars(
            select(visit_photos.c.visit_id)
            .where(visit_photos.c.sha256.in_(looked_for), visit_photos.c.visit_id != visit.id)
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


def keep_grades(connection: Connection, grades: Mapping[UUID, Values]) -> None:
    """Keep the grade of each visit with its reasons."""
    connection.execute(
        _KEEP,
        [
            {"visit_id": visit_id, "found": kept["grade"], "reasons": kept["grade_reasons"]}
            for visit_id, kept in sorted(grades.items())  # in the same order as others
        ],
    )
