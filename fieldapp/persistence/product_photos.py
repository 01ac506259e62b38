"""Which photos a product shows; the pictures themselves lie in files."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from fieldapp.domain.errors import NotFoundError
from fieldapp.persistence.register import Values
from fieldapp.persistence.schema import product_photos
from geodata.errors import Message


def shown(connection: Connection, product_id: int) -> list[Values]:
    """The photos of a product that were not removed, in the order in which they were added."""
    statement = (
        select(product_photos)
        .where(product_photos.c.product_id == product_id, product_photos.c.removed_at.is_(None))
        .order_by(product_photos.c.id)
    )
    return [dict(row._mapping) for row in connection.execute(statement)]


def get(connection: Connection, product_id: int, photo_id: int) -> Values:
    """A photo that the product shows; `NotFoundError` when there is none."""
    for photo in shown(connection, product_id):
        if photo["id"] == photo_id:
            return photo
    raise NotFoundError(Message("The product has no such photo. It may have been removed."))


def add(connection: Connection, values: Values) -> int:
    """Store what is known of a photo and return its id."""
    stored = insert(product_photos).values(values).returning(product_photos.c.id)
    return int(connection.execute(stored).scalar_one())


def remove(connection: Connection, photo_id: int, at: datetime) -> None:
    """Show a photo no longer."""
    connection.execute(update(product_photos).where(product_photos.c.id == photo_id).values(removed_at=at))
