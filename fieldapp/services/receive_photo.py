"""Receive photos of visits in resumable pieces; once whole, they are checked, kept and count as evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import BinaryIO
from uuid import UUID

from fieldapp.domain.errors import (
    ChecksumError,
    ConflictError,
    InvalidInputError,
    NotFoundError,
    TooLargeError,
)
from fieldapp.domain.permissions import Action, Person, Row, require
from fieldapp.persistence import photo_uploads, photos
from fieldapp.persistence.register import Values
from fieldapp.persistence.unit_of_work import UnitOfWork
from fieldapp.services.context import Context
from fieldapp.services.grade_visits import regrade
from fieldapp.services.keep_picture import is_kept, keep_picture, photo_row
from fieldapp.services.read_picture import read_picture
from fieldapp.services.upload_pieces import Pieces, forget, held, length_of
from geodata.errors import Message


@dataclass(frozen=True)
class Upload:
    """An upload and how far it is; ``sha256`` is what it is said to have, then what it has."""

    id: UUID
    offset: int
    size: int
    sha256: str | None
    expires_at: datetime
    is_complete: bool


@dataclass(frozen=True)
class Checksum:
    """The digest that the bytes of one request should have."""

    algorithm: str
    digest: bytes


def uploader(by: Person) -> int:
    """The id of an account that may send photos of its own visits."""
    own = frozenset({by.commissioner_id} if by.commissioner_id else ())
    require(by, Action.PHOTO_WRITE, Row(commissioner_ids=own))
    assert by.user_id is not None  # commissioners have accounts
    return by.user_id


def find_upload(context: Context, upload_id: UUID, *, by: Person) -> Upload:
    """How far an upload is; one that was whole when the server stopped is finished now.

    Raises `NotFoundError` for one that is not the person's or has expired, and as `continue_upload`.
    """
    upload = _upload(context, upload_id, by)
    if upload.is_complete or upload.offset < upload.size:
        return upload
    with held(context, upload_id) as pieces:
        return _finished(context, _upload(context, upload_id, by), pieces, by)


def continue_upload(
    context: Context,
    upload_id: UUID,
    stream: BinaryIO,
    *,
    offset: int,
    length: int | None,
    checksum: Checksum | None,
    by: Person,
) -> Upload:
    """Append what comes to an upload; when it is whole, the photo is checked and kept.

    ``offset`` is where the client thinks it is, ``length`` how much it says comes. What arrives before the
    connection breaks is kept. Raises `LockedError` while another request does the same, `ConflictError` at
    another offset, `TooLargeError` for more than was announced, `ChecksumError` where ``checksum`` differs
    (nothing of it is kept), `StorageFullError` where the disk is full, and `InvalidInputError` for a whole
    file that is not the photo it should be; then the upload is gone.
    """
    _upload(context, upload_id, by)
    with held(context, upload_id) as pieces:
        upload = _upload(context, upload_id, by)  # as whoever held it before has left it
        if offset != upload.offset:
            raise ConflictError(
                Message("{offset} bytes of this photo have arrived. Go on from there.", offset=upload.offset),
                code="upload.offset",
            )
        if upload.is_complete:
            return upload
        rest = upload.size - offset
        if length is not None and length > rest:
            raise _more_than_announced(upload)
        if checksum is None:
            pieces.append(stream, rest)
        else:
            _append_checked(pieces, stream, rest, offset, checksum)
        upload = replace(upload, offset=pieces.length)
        if upload.offset == upload.size:
            if length is None and stream.read(1):
                raise _more_than_announced(upload)
            upload = _finished(context, upload, pieces, by)
    return upload


def end_upload(context: Context, upload_id: UUID, *, by: Person) -> None:
    """Give an upload up; a photo that is kept already stays."""
    _upload(context, upload_id, by)
    with held(context, upload_id):
        with context.work(actor=by.actor) as work:
            photo_uploads.remove(work.connection, upload_id)
            work.commit()
        forget(context, upload_id)


def _upload(context: Context, upload_id: UUID, by: Person) -> Upload:
    user_id = uploader(by)
    with context.reading() as connection:
        row = photo_uploads.find(connection, upload_id, user_id)
    if row is None or row["expires_at"] <= context.now():
        raise NotFoundError(
            Message("This upload is not here, or no longer. Begin it again."), code="upload.unknown"
        )
    complete = row["completed_at"] is not None
    offset = row["size_bytes"] if complete else length_of(context, upload_id)
    return Upload(row["id"], offset, row["size_bytes"], row["sha256"], row["expires_at"], complete)


def _append_checked(pieces: Pieces, stream: BinaryIO, most: int, offset: int, checksum: Checksum) -> None:
    arrived = False
    try:
        pieces.append(stream, most)
        arrived = pieces.digest(checksum.algorithm, offset) == checksum.digest
    finally:
        if not arrived:
            pieces.cut(offset)
    if not arrived:
        raise ChecksumError(
            Message("What arrived is not what was sent. Send this piece again."), code="upload.checksum"
        )


def _finished(context: Context, upload: Upload, pieces: Pieces, by: Person) -> Upload:
    """Check and keep a photo that is whole; where it cannot be kept, the upload is gone."""
    if upload.is_complete:
        return upload
    digest = pieces.digest("sha256").hex()
    try:
        if upload.sha256 not in (None, digest):
            raise _refused(
                Message("The photo that arrived is not the one that was announced. Send it again."), "digest"
            )
        values = _kept(context, digest, pieces, by)
    except InvalidInputError:
        with context.work(actor=by.actor) as work:
            photo_uploads.remove(work.connection, upload.id)
            work.commit()
        forget(context, upload.id)
        raise
    # All that takes long has been done: whoever writes meanwhile waits for a few statements only, and on
    # SQLite photos and visits that end together are committed together.
    whole = _Whole(upload.id, digest, values, context.now())
    context.work_together(lambda work: _note(work, whole), _grade_together, actor=by.actor)
    forget(context, upload.id)
    return replace(upload, sha256=digest, is_complete=True)


@dataclass(frozen=True)
class _Whole:
    """A photo that is kept; ``values`` are what is known of it, None where it was known before."""

    upload_id: UUID
    sha256: str
    values: Values | None
    at: datetime


def _note(work: UnitOfWork, whole: _Whole) -> list[UUID]:
    """Write down a photo that is kept, and tell the visits that name it."""
    connection, digest = work.connection, whole.sha256
    # First the visits, then the photo: in the order in which those who change a visit take them.
    _touch(work, photos.visits_naming(connection, digest))
    photos.lock(connection, digest)
    if whole.values is not None and photos.add(connection, whole.values):
        known = {name: whole.values[name] for name in ("sha256", "size_bytes", "media_type")}
        work.record("photo.received", "upload", whole.upload_id, after=known, topic=None)
    naming = photos.visits_naming(connection, digest)
    _touch(work, naming)
    photo_uploads.complete(connection, whole.upload_id, digest, whole.at)
    return naming


def _grade_together(work: UnitOfWork, named: Sequence[list[UUID]]) -> Sequence[list[UUID]]:
    regrade(work, [visit_id for visit_ids in named for visit_id in visit_ids])
    return named


def _kept(context: Context, digest: str, pieces: Pieces, by: Person) -> Values | None:
    """Keep the file of a photo and tell what is to be known of it; None where it is here already."""
    store = context.photo_store
    with context.reading() as connection:
        known = photos.find(connection, digest) is not None
    if known and is_kept(store, digest):
        return None
    content = pieces.read()
    picture = read_picture(content, local=context.settings.timezone, refused=_refused)
    keep_picture(store, digest, content, picture)
    return photo_row(digest, content, picture, received_at=context.now(), uploaded_by=by.user_id)


def _touch(work: UnitOfWork, visit_ids: list[UUID]) -> None:
    if visit_ids:
        work.touch_visits(*visit_ids)


def _refused(message: Message, code: str) -> InvalidInputError:
    return InvalidInputError(message, code=f"photo.{code}")


def _more_than_announced(upload: Upload) -> TooLargeError:
    return TooLargeError(
        Message("More was sent than the {size} bytes that were announced.", size=upload.size),
        code="upload.too_large",
    )
