"""Visits: stored exactly once by their id, changed one revision at a time, read by what changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Uuid,
    bindparam,
    delete,
    insert,
    literal,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from fieldapp.domain.permissions import RowFilter
from fieldapp.domain.visits import (
    INCOME,
    RESULTS,
    Fix,
    Visit,
    VisitFilter,
    VisitMode,
    tells_recipients_the_same,
)
from fieldapp.persistence import confirmations, register
from fieldapp.persistence.register import Values
from fieldapp.persistence.schema import (
    commissioners,
    counties,
    townships,
    visit_photos,
    visit_revisions,
    visits,
)
from fieldapp.persistence.scopes import admitted

# Prepared once: putting a statement together costs more than the database takes to carry it out.
_BY_ID = select(visits).where(visits.c.id == bindparam("visit_id"))
_PHOTOS = (
    select(visit_photos)
    .where(visit_photos.c.visit_id.in_(bindparam("visit_ids", expanding=True)))
    .order_by(visit_photos.c.visit_id, visit_photos.c.position)
)
_ADD_PHOTOS = insert(visit_photos)
_FIRST = ("confirmation_approved", "review", "demonstration", "revision", "changed")  # as the database says
# Whether a visit, or a revision of one, is there already is decided by its primary key and not by a look.
_ADD = {
    dialect.__name__.rpartition(".")[2]: dialect.insert(visits)
    .on_conflict_do_nothing(index_elements=[visits.c.id])
    .returning(*(visits.c[name] for name in _FIRST))
    for dialect in (postgresql, sqlite)
}
_KEEP_REVISION = {
    dialect.__name__.rpartition(".")[2]: dialect.insert(visit_revisions)
    .on_conflict_do_nothing()
    .returning(visit_revisions.c.revision)
    for dialect in (postgresql, sqlite)
}


@dataclass(frozen=True)
class StoredVisit:
    """A visit as it is kept: what its log says, and the columns beside it."""

    visit: Visit
    row: Values

    @property
    def id(self) -> UUID:
        found: UUID = self.row["id"]
        return found

    @property
    def revision(self) -> int:
        return int(self.row["revision"])

    @property
    def commissioner_id(self) -> str:
        return str(self.row["commissioner_id"])

    @property
    def is_withdrawn(self) -> bool:
        return self.row["deleted_at"] is not None


def find(connection: Connection, visit_id: UUID) -> StoredVisit | None:
    """The visit with this id, withdrawn or not."""
    found = connection.execute(_BY_ID, {"visit_id": visit_id}).one_or_none()
    return None if found is None else _stored(connection, [dict(found._mapping)])[0]


def all_stored(connection: Connection) -> list[StoredVisit]:
    """Every visit, withdrawn ones too, as an import compares with."""
    rows = [dict(row._mapping) for row in connection.execute(select(visits))]
    photos: dict[UUID, list[str]] = defaultdict(list)
    for row in connection.execute(
        select(visit_photos).order_by(visit_photos.c.visit_id, visit_photos.c.position)
    ):
        photos[row.visit_id].append(row.sha256)
    return [StoredVisit(visit_of_row(row, photos.get(row["id"], ())), row) for row in rows]


def township_codes(connection: Connection) -> dict[UUID, str]:
    """The township of every visit."""
    return {
        row.id: row.township_code for row in connection.execute(select(visits.c.id, visits.c.township_code))
    }


def readable(connection: Connection, visit_id: UUID, rows: RowFilter) -> StoredVisit | None:
    """The same, where it is among the rows that somebody may read."""
    found = connection.execute(_readable(rows).where(visits.c.id == visit_id)).one_or_none()
    return None if found is None else _stored(connection, [dict(found._mapping)])[0]


def readable_among(connection: Connection, visit_ids: Collection[UUID], rows: RowFilter) -> frozenset[UUID]:
    """Those of the visits that are among the rows that somebody may read."""
    if not visit_ids:
        return frozenset()
    statement = _readable(rows).with_only_columns(visits.c.id).where(visits.c.id.in_(list(visit_ids)))
    return frozenset(connection.scalars(statement))


def changed_since(
    connection: Connection, rows: RowFilter, *, after: tuple[int, UUID], limit: int
) -> list[StoredVisit]:
    """Up to ``limit`` visits that changed after a place of the feed, in the order of their last change.

    No change is ever missed: the counter that numbers them is held until a change is committed, so none
    with a smaller number can still appear.
    """
    at = tuple_(visits.c.changed, visits.c.id)
    statement = (
        _readable(rows)
        .where(at > tuple_(literal(after[0]), literal(after[1], Uuid)))
        .order_by(visits.c.changed, visits.c.id)
        .limit(limit)
    )
    return _stored(connection, [dict(row._mapping) for row in connection.execute(statement)])


def add(connection: Connection, visit_id: UUID, visit: Visit, values: Values) -> StoredVisit | None:
    """Insert a visit; None where one with this id was faster, however close the race was."""
    row = {"id": visit_id, **columns_of(visit), **values}
    added = connection.execute(_ADD[connection.dialect.name], row).one_or_none()
    if added is None:
        return None
    _add_photos(connection, visit_id, visit.photos)
    return StoredVisit(visit, dict.fromkeys(visits.c.keys()) | row | dict(added._mapping))


def revise(
    connection: Connection,
    stored: StoredVisit,
    visit: Visit,
    values: Values,
    *,
    said: Mapping[str, Any],
    now: datetime,
    by: int | None,
) -> StoredVisit | None:
    """Put the next revision in the place of the stored one, of which is kept what it ``said``.

    A confirmation of what the visit said before is no confirmation of what it says now: it is revoked.
    None where somebody else has replaced that revision meanwhile.
    """
    history = {"visit_id": stored.id, "revision": stored.revision, "body": said}
    history |= {"changed_at": now, "changed_by": by}
    if connection.execute(_KEEP_REVISION[connection.dialect.name], history).one_or_none() is None:
        return None
    unconfirmed: Values = {}
    if not tells_recipients_the_same(stored.visit, visit):
        confirmations.revoke_standing(connection, stored.id, now=now, by=by)
        unconfirmed = {"confirmation_approved": False}
    revised = connection.execute(
        update(visits)
        .where(visits.c.id == stored.id)
        .values(columns_of(visit) | values | unconfirmed | {"revision": stored.revision + 1})
        .returning(*visits.c)
    ).one()
    if visit.photos != stored.visit.photos:
        connection.execute(delete(visit_photos).where(visit_photos.c.visit_id == stored.id))
        _add_photos(connection, stored.id, visit.photos)
    return StoredVisit(visit, dict(revised._mapping))


def _add_photos(connection: Connection, visit_id: UUID, photos: Sequence[str]) -> None:
    if photos:
        rows = [
            {"visit_id": visit_id, "position": position, "sha256": digest}
            for position, digest in enumerate(photos)
        ]
        connection.execute(_ADD_PHOTOS, rows)


def columns_of(visit: Visit) -> Values:
    """The columns that keep what a log says; its photos have a table of their own."""
    fix = visit.fix
    return {
        "township_code": visit.township_code,
        "started_at": visit.started_at,
        "ended_at": visit.ended_at,
        "mode": visit.mode.value,
        "content": visit.content,
        "service_days": visit.service_days,
        **visit.results,
        "fix_lon": fix and fix.lon,
        "fix_lat": fix and fix.lat,
        "fix_accuracy_m": fix and fix.accuracy_m,
        "fix_captured_at": fix and fix.captured_at,
        "fix_mocked": None if fix is None else fix.mocked,
        "no_fix_reason": visit.no_fix_reason,
        "recorded_at": visit.recorded_at,
    }


def visit_of_row(row: Mapping[str, Any], photos: Sequence[str]) -> Visit:
    """What a stored row says."""
    captured_at: datetime | None = row["fix_captured_at"]
    has_fix = row["fix_lon"] is not None and row["fix_lat"] is not None
    return Visit(
        township_code=row["township_code"],
        started_at=row["started_at"],
        ended_at=row["ended_at"],
        mode=VisitMode(row["mode"]),
        content=row["content"],
        service_days=Decimal(row["service_days"]).normalize(),
        results={
            name: Decimal(row[name]).normalize() if name == INCOME else int(row[name]) for name in RESULTS
        },
        fix=Fix(
            lon=row["fix_lon"],
            lat=row["fix_lat"],
            accuracy_m=row["fix_accuracy_m"] or 0.0,
            captured_at=(captured_at or row["started_at"]).astimezone(UTC),
            mocked=bool(row["fix_mocked"]),
        )
        if has_fix
        else None,
        no_fix_reason=row["no_fix_reason"],
        photos=tuple(photos),
        recorded_at=row["recorded_at"],
    )


def photos_of(connection: Connection, visit_ids: Collection[UUID]) -> dict[UUID, list[str]]:
    """The digests of the photos of each visit, in its order."""
    found: dict[UUID, list[str]] = defaultdict(list)
    for row in connection.execute(_PHOTOS, {"visit_ids": list(visit_ids)}):
        found[row.visit_id].append(row.sha256)
    return found


def _stored(connection: Connection, rows: Sequence[Values]) -> list[StoredVisit]:
    photos = photos_of(connection, [row["id"] for row in rows]) if rows else {}
    return [StoredVisit(visit_of_row(row, photos.get(row["id"], ())), row) for row in rows]


def _readable(rows: RowFilter) -> Select[Any]:
    statement = select(visits)
    if rows.county_codes:
        statement = statement.join(townships, townships.c.code == visits.c.township_code)
    return statement.where(readable_by(rows))


def readable_by(rows: RowFilter) -> ColumnElement[bool]:
    """The condition on visits, joined with their townships, that lets only the admitted ones through.

    One's own are also those of the duplicates that were merged into one's record.
    """
    allowed = admitted(rows, county_code=townships.c.county_code, commissioner_id=visits.c.commissioner_id)
    if rows.commissioner_id is None:
        return allowed
    merged = select(commissioners.c.id).where(commissioners.c.merged_into == rows.commissioner_id)
    return or_(allowed, visits.c.commissioner_id.in_(merged))


def _meeting(wanted: VisitFilter) -> list[ColumnElement[bool]]:
    """What is wanted, as conditions on visits joined with their townships."""
    conditions = (
        None if wanted.county_code is None else townships.c.county_code == wanted.county_code,
        None if wanted.township_code is None else visits.c.township_code == wanted.township_code,
        None if wanted.commissioner_id is None else visits.c.commissioner_id == wanted.commissioner_id,
        None if wanted.first_day is None else visits.c.visited_on >= wanted.first_day,
        None if wanted.last_day is None else visits.c.visited_on <= wanted.last_day,
    )
    return [each for each in conditions if each is not None]


_EVERY_ROW = RowFilter(everything=True)


def stream(
    connection: Connection, wanted: VisitFilter | None = None, rows: RowFilter = _EVERY_ROW
) -> Iterator[Values]:
    """The wanted visits among the rows that were not withdrawn, with their names, by their beginning."""
    statement = (
        select(
            visits,
            townships.c.name.label("township"),
            townships.c.county_code,
            counties.c.name.label("county"),
            commissioners.c.name.label("commissioner"),
        )
        .join(townships, townships.c.code == visits.c.township_code)
        .join(counties, counties.c.code == townships.c.county_code)
        .join(commissioners, commissioners.c.id == visits.c.commissioner_id)
        .where(visits.c.deleted_at.is_(None), readable_by(rows), *_meeting(wanted or VisitFilter()))
        .order_by(visits.c.started_at, visits.c.id)
    )
    return register.stream_rows(connection, statement)
