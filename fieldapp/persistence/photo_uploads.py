"""Uploads of photos: whose they are, and how large they will be."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, delete, func, insert, select, update

from fieldapp.persistence.register import Values
from fieldapp.persistence.schema import photo_uploads


def find(connection: Connection, upload_id: UUID, user_id: int) -> Values | None:
    """The upload with this id, where it is that person's."""
    row = connection.execute(
        select(photo_uploads).where(photo_uploads.c.id == upload_id, photo_uploads.c.user_id == user_id)
    ).one_or_none()
    return None if row is None else dict(row._mapping)


def count_open(connection: Connection, user_id: int, now: datetime) -> int:
    """How many uploads of a person are not complete and can still go on."""
    chosen = select(func.count()).where(
        photo_uploads.c.user_id == user_id,
        photo_uploads.c.completed_at.is_(None),
        photo_uploads.c.expires_at > now,
    )
    return connection.scalar(chosen) or 0


def find_open(connection: Connection, user_id: int, sha256: str, size: int) -> UUID | None:
    """The upload of a photo that a person has begun and not finished, the one that lasts longest."""
    chosen = (
        select(photo_uploads.c.id)
        .where(
            photo_uploads.c.user_id == user_id,
            photo_uploads.c.sha256 == sha256,
            photo_uploads.c.size_bytes == size,
            photo_uploads.c.completed_at.is_(None),
        )
        .order_by(photo_uploads.c.expires_at.desc(), photo_uploads.c.id)
        .limit(1)
    )
    return connection.scalar(chosen)


def keep_until(connection: Connection, upload_id: UUID, expires_at: datetime) -> None:
    connection.execute(
        update(photo_uploads).where(photo_uploads.c.id == upload_id).values(expires_at=expires_at)
    )


def known(connection: Connection, upload_ids: Collection[UUID]) -> frozenset[UUID]:
    """Those of the uploads that there are."""
    return frozenset(connection.scalars(select(photo_uploads.c.id).where(photo_uploads.c.id.in_(upload_ids))))


def add(connection: Connection, values: Values) -> None:
    connection.execute(insert(photo_uploads).values(values))


def complete(connection: Connection, upload_id: UUID, sha256: str, at: datetime) -> None:
    connection.execute(
        update(photo_uploads).where(photo_uploads.c.id == upload_id).values(sha256=sha256, completed_at=at)
    )


def remove(connection: Connection, upload_id: UUID) -> None:
    connection.execute(delete(photo_uploads).where(photo_uploads.c.id == upload_id))


def expired(connection: Connection, now: datetime, *, limit: int) -> list[UUID]:
    """Some uploads whose time is over, the oldest first."""
    chosen = (
        select(photo_uploads.c.id)
        .where(photo_uploads.c.expires_at <= now)
        .order_by(photo_uploads.c.expires_at)
        .limit(limit)
    )
    return list(connection.scalars(chosen))
