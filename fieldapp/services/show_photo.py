"""Show the photos of visits: small and without what they tell of themselves, or as they were taken."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from fieldapp.domain.permissions import Action, Person, Row, require
from fieldapp.persistence import photos
from fieldapp.persistence.register import Values
from fieldapp.services.context import Context
from fieldapp.services.keep_picture import kept_picture
from fieldapp.services.read_picture import Size

_SAID = ("sha256", "size_bytes", "media_type", "width", "height", "received_at")


def describe_photo(context: Context, sha256: str) -> dict[str, Any]:
    """That the photo is here, and what anybody may know of it; `NotFoundError` where it is not."""
    with context.reading() as connection:
        photo = photos.get(connection, sha256)
    return {name: photo[name] for name in _SAID}


def photo_picture(context: Context, sha256: str, size: Size, *, by: Person) -> bytes:
    """The re-encoded picture, a JPEG without metadata, for those who may see a visit that names it."""
    with context.reading() as connection:
        photo = photos.get(connection, sha256)
        if photo["uploaded_by"] != by.user_id or by.user_id is None:
            require(by, Action.PHOTO_READ, _row(connection, photo))
    return kept_picture(context.photo_store, sha256, size)


def photo_original(context: Context, sha256: str, *, by: Person) -> tuple[bytes, str]:
    """The photo as it was sent and its media type, for whoever sent it and for whose visit it shows."""
    with context.reading() as connection:
        photo = photos.get(connection, sha256)
        if photo["uploaded_by"] != by.user_id or by.user_id is None:
            require(by, Action.ORIGINAL_READ, _row(connection, photo))
    return kept_picture(context.photo_store, sha256), str(photo["media_type"])


def _row(connection: Connection, photo: Values) -> Row:
    county_codes, commissioner_ids = photos.owners(connection, photo["sha256"])
    return Row(county_codes=county_codes, commissioner_ids=commissioner_ids)
