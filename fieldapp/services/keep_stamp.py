"""Keep the photo of a stamped confirmation, checked as every photo is, and show it to whom it concerns."""

from __future__ import annotations

import hashlib
from typing import IO
from uuid import UUID

from fieldapp.domain.errors import Fault, InvalidInputError, NotFoundError
from fieldapp.domain.permissions import Action, Person, require
from fieldapp.persistence import confirmations
from fieldapp.services.context import Context
from fieldapp.services.keep_picture import keep_picture, kept_picture
from fieldapp.services.read_picture import Size, read_picture
from fieldapp.services.review_visit import readable_visit, row_of
from geodata.errors import Message

LARGEST_STAMP = 12 * 1024 * 1024  # bytes


def keep_stamp(context: Context, stream: IO[bytes]) -> str:
    """Keep a recipient's photo under its digest, which is returned.

    Raises `InvalidInputError` for what is no picture of bearable size.
    """
    content = stream.read(LARGEST_STAMP + 1)
    if len(content) > LARGEST_STAMP:
        raise _unusable(
            Message(
                "The photo is larger than {limit} MB. Take it smaller.", limit=LARGEST_STAMP // 1024 // 1024
            )
        )
    picture = read_picture(
        content, local=context.settings.timezone, refused=lambda message, _code: _unusable(message)
    )
    digest = hashlib.sha256(content).hexdigest()
    keep_picture(context.photo_store, digest, content, picture)
    return digest


def show_stamp(context: Context, visit_id: UUID, confirmation_id: int, size: Size, *, by: Person) -> bytes:
    """The re-encoded photo of a stamped confirmation, without metadata; `NotFoundError` for none."""
    with context.reading() as connection:
        stored = readable_visit(connection, visit_id, by)
        require(by, Action.VISIT_CONFIRM, row_of(connection, stored, by))
        row = confirmations.get(connection, confirmation_id)
    if row["visit_id"] != visit_id or row["stamp_sha256"] is None:
        raise NotFoundError(Message("This confirmation has no photo."), code="photo.unknown")
    return kept_picture(context.photo_store, row["stamp_sha256"], size)


def _unusable(message: Message) -> InvalidInputError:
    return InvalidInputError(message, [Fault("/photo", message)], code="photo.unusable")
