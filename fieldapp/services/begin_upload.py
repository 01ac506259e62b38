"""Begin to receive a photo: what it will be, whose it is, and until when it can go on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import PureWindowsPath
from uuid import UUID, uuid4

from fieldapp.domain.errors import ConflictError, Fault, InvalidInputError, TooLargeError
from fieldapp.domain.permissions import Person
from fieldapp.persistence import photo_uploads
from fieldapp.persistence.register import Values
from fieldapp.persistence.unit_of_work import UnitOfWork
from fieldapp.services.context import Context
from fieldapp.services.receive_photo import Upload, uploader
from fieldapp.services.upload_pieces import forget, length_of
from geodata.errors import Message

KEPT = timedelta(days=7)
MOST_OPEN = 100  # uploads of one person
_SWEPT_AT_ONCE = 20
_Begun = tuple[UUID, list[UUID]]
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)


def begin_upload(context: Context, *, size: int, sha256: str | None, file_name: str, by: Person) -> Upload:
    """Begin an upload of ``size`` bytes, or find the one of this photo that the person has begun before.

    Raises `TooLargeError` beyond what the installation takes, `InvalidInputError` for what cannot be a photo,
    and `ConflictError` for somebody who has too many begun.
    """
    user_id = uploader(by)
    _require_possible(context, size, sha256)
    expires_at = context.now() + KEPT
    wanted: Values = {
        "id": uuid4(),
        "user_id": user_id,
        "size_bytes": size,
        "sha256": sha256,
        "file_name": PureWindowsPath(file_name).name[-120:],
        "expires_at": expires_at,
    }
    # On SQLite writers wait for each other: who begins while others log visits is committed with them.
    upload_id, swept = context.work_together(
        lambda work: _begin(work, wanted, context.now()), _as_they_are, actor=by.actor
    )
    for each in swept:
        forget(context, each)
    offset = length_of(context, upload_id) if upload_id != wanted["id"] else 0
    return Upload(upload_id, offset, size, sha256, expires_at, is_complete=False)


def _begin(work: UnitOfWork, wanted: Values, now: datetime) -> _Begun:
    """The id of the upload, and of those that were removed because their time is over."""
    connection, user_id = work.connection, wanted["user_id"]
    # The answer that told its address was lost, or another phone of the person sends the same.
    begun = wanted["sha256"] and photo_uploads.find_open(
        connection, user_id, wanted["sha256"], wanted["size_bytes"]
    )
    if begun:
        photo_uploads.keep_until(connection, begun, wanted["expires_at"])
        return begun, []
    if photo_uploads.count_open(connection, user_id, now) >= MOST_OPEN:
        raise ConflictError(
            Message("{count} photos have been begun and not finished. Finish some first.", count=MOST_OPEN),
            code="upload.too_many",
        )
    swept = photo_uploads.expired(connection, now, limit=_SWEPT_AT_ONCE)
    for each in swept:
        photo_uploads.remove(connection, each)
    photo_uploads.add(connection, wanted)
    upload_id: UUID = wanted["id"]
    return upload_id, swept


def _as_they_are(
    _work: UnitOfWork, begun: Sequence[tuple[UUID, list[UUID]]]
) -> Sequence[tuple[UUID, list[UUID]]]:
    return begun


def _require_possible(context: Context, size: int, sha256: str | None) -> None:
    largest = context.settings.largest_photo
    if size > largest:
        raise TooLargeError(
            Message(
                "The photo has {size} MB, more than {limit} MB. Save it smaller.",
                size=-(-size // (1024 * 1024)),
                limit=largest // (1024 * 1024),
            ),
            code="photo.too_large",
        )
    if size <= 0:
        message = Message("The photo is empty. Choose another.")
        raise InvalidInputError(message, [Fault("/Upload-Length", message)], code="photo.empty")
    if sha256 is not None and not _DIGEST.fullmatch(sha256):
        message = Message("sha256 is not a SHA-256 digest: write it as 64 small hexadecimal digits.")
        raise InvalidInputError(message, [Fault("/Upload-Metadata", message)], code="photo.digest")
