"""Remove what nobody will ask for again, expired uploads and unused photos; look anew at photos in need."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from fieldapp.domain.errors import NotFoundError
from fieldapp.persistence import photo_uploads, photos
from fieldapp.services.begin_upload import KEPT
from fieldapp.services.context import Context
from fieldapp.services.keep_picture import forget_picture, kept_picture
from fieldapp.services.read_picture import looks_of_shown
from fieldapp.services.upload_pieces import forget, left_behind

# A phone may bring the visit long after its photos: it lay in a drawer over the winter, or was repaired.
UNUSED_FOR = timedelta(days=365)
_ACTOR = "system"
_AT_ONCE = 20


@dataclass(frozen=True)
class Tidied:
    """How many uploads and how many photos were removed."""

    uploads: int = 0
    photos: int = 0


def tidy_photos(context: Context) -> Tidied:
    """Remove expired uploads, and photos that came more than `UNUSED_FOR` ago and that no visit names.

    Photos whose hashes an update of the program has dropped are looked at anew; they count from the next
    grading of their visits on.
    The removal of each photo is an audit event. Raises `UnavailableError` where the database or the store of
    the photos cannot be used; what was removed by then is.
    """
    tidied = Tidied(uploads=_remove_uploads(context), photos=_remove_photos(context))
    _look_anew(context)
    return tidied


def _remove_uploads(context: Context) -> int:
    now, removed = context.now(), 0
    while _expired(context):
        with context.work(actor=_ACTOR) as work:
            expired = photo_uploads.expired(work.connection, now, limit=_AT_ONCE)
            for upload_id in expired:
                photo_uploads.remove(work.connection, upload_id)
            work.commit()
        for upload_id in expired:
            forget(context, upload_id)
        removed += len(expired)
    # Files that a server left when it ended between the database and the disk.
    strays = left_behind(context, now - KEPT)
    with context.reading() as connection:
        known = photo_uploads.known(connection, strays)
    for upload_id in set(strays) - known:
        forget(context, upload_id)
    return removed


def _expired(context: Context) -> bool:
    with context.reading() as connection:
        return bool(photo_uploads.expired(connection, context.now(), limit=1))


def _remove_photos(context: Context) -> int:
    removed = 0
    while found := _unused(context):
        for digest in found:
            removed += _remove_photo(context, digest)
    return removed


def _unused(context: Context) -> list[str]:
    with context.reading() as connection:
        return photos.unused(connection, context.now() - UNUSED_FOR, limit=_AT_ONCE)


def _look_anew(context: Context) -> None:
    while unseen := _unseen(context):
        # Pictures are read before the transaction: on SQLite nobody else can write while it lasts.
        found = {digest: _looks(context, digest) for digest in unseen}
        with context.work(actor=_ACTOR) as work:
            for digest, looks in found.items():
                photos.look_anew(work.connection, digest, looks)
            work.commit()


def _unseen(context: Context) -> list[str]:
    with context.reading() as connection:
        return photos.unseen(connection, limit=_AT_ONCE)


def _looks(context: Context, digest: str) -> str | None:
    try:
        return looks_of_shown(kept_picture(context.photo_store, digest, "thumbnail"))
    except (NotFoundError, OSError):  # a file that is lost or damaged looks like no other
        return None


def _remove_photo(context: Context, digest: str) -> bool:
    """Remove one photo, unless a visit has come to use it."""
    with context.work(actor=_ACTOR) as work:
        # Whoever brings this photo, or a visit that names it, waits until this is over. The files go before
        # the row does, so that nobody takes them for kept who brings it after that.
        photos.lock(work.connection, digest)
        if not photos.unused(work.connection, context.now() - UNUSED_FOR, limit=1, among=[digest]):
            return False
        known = photos.get(work.connection, digest)
        photos.remove(work.connection, digest)
        seen = {name: known[name] for name in ("sha256", "size_bytes", "received_at", "uploaded_by")}
        work.record("photo.removed", "photo", digest[:16], before=seen, topic=None)
        if not photos.shown_elsewhere(work.connection, digest):
            forget_picture(context.photo_store, digest)
        work.commit()
    return True
