"""Begin to receive a photo: what it will be, whose it is, and until when it can go on."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import PureWindowsPath
from uuid import uuid4

from fieldapp.domain.errors import ConflictError, Fault, InvalidInputError, TooLargeError
from fieldapp.domain.permissions import Person
from fieldapp.persistence import photo_uploads
from fieldapp.services.context import Context
from fieldapp.services.receive_photo import Upload, uploader
from fieldapp.services.upload_pieces import forget, length_of
from geodata.errors import Message

KEPT = timedelta(days=7)
MOST_OPEN = 100  # uploads of one person
_SWEPT_AT_ONCE = 20
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)


def begin_upload(context: Context, *, size: int, sha256: str | None, file_name: str, by: Person) -> Upload:
    """Begin an upload of ``size`` bytes, or find the one of this photo that the person has begun before.

    Raises `TooLargeError` beyond what the installation takes, `InvalidInputError` for what cannot be a photo,
    and `ConflictError` for somebody who has too many begun.
    """
    user_id = uploader(by)
    _require_possible(context, size, sha256)
    now = context.now()
    expires_at = now + KEPT
    with context.work(actor=by.actor) as work:
        swept = photo_uploads.expired(work.connection, now, limit=_SWEPT_AT_ONCE)
        for each in swept:
            photo_uploads.remove(work.connection, each)
        # The answer that told its address was lost, or another phone of the person sends the same.
        begun = sha256 and photo_uploads.find_open(work.connection, user_id, sha256, size)
        if begun:
            photo_uploads.keep_until(work.connection, begun, expires_at)
            work.commit()
            return Upload(begun, length_of(context, begun), size, sha256, expires_at, is_complete=False)
        if photo_uploads.count_open(work.connection, user_id) >= MOST_OPEN:
            raise ConflictError(
                Message(
                    "{count} photos have been begun and not finished. Finish some first.", count=MOST_OPEN
                ),
                code="upload.too_many",
            )
        upload_id = uuid4()
        photo_uploads.add(
            work.connection,
            {
                "id": upload_id,
                "user_id": user_id,
                "size_bytes": size,
                "sha256": sha256,
                "file_name": PureWindowsPath(file_name).name[-120:],
                "expires_at": expires_at,
            },
        )
        work.commit()
    for each in swept:
        forget(context, each)
    return Upload(upload_id, 0, size, sha256, expires_at, is_complete=False)


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
