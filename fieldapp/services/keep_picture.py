"""Keep a picture by its content: the original, and the smaller ones of it that are shown."""

from __future__ import annotations

from datetime import datetime

from fieldapp.domain.errors import NotFoundError
from fieldapp.persistence.file_store import FileStore
from fieldapp.persistence.register import Values
from fieldapp.services.read_picture import EDGES, Picture, Size
from geodata.errors import Message


def keep_picture(store: FileStore, digest: str, content: bytes, picture: Picture) -> None:
    """Keep it durably; call it before the row is committed, for a file without a row harms nobody."""
    for size, file in picture.shown.items():
        store.put(_name(digest, size), file)
    store.put(_name(digest), content)  # last: where the original is, the others are


def photo_row(
    digest: str, content: bytes, picture: Picture, *, received_at: datetime, uploaded_by: int | None
) -> Values:
    """What is known of a photo of a visit, as its row keeps it."""
    lon, lat = picture.place or (None, None)
    return {
        "sha256": digest,
        "size_bytes": len(content),
        "media_type": picture.media_type,
        "width": picture.width,
        "height": picture.height,
        "taken_at": picture.taken_at,
        "lon": lon,
        "lat": lat,
        "perceptual_hash": picture.perceptual_hash,
        "received_at": received_at,
        "uploaded_by": uploaded_by,
    }


def kept_picture(store: FileStore, digest: str, size: Size | None = None) -> bytes:
    """The original, or the picture of a size; `NotFoundError` where the store has lost it."""
    content = store.find(_name(digest, size))
    if content is None:
        raise NotFoundError(
            Message("The file of this photo is missing. Restore it from a backup, or remove the photo."),
            code="photo.missing",
        )
    return content


def is_kept(store: FileStore, digest: str) -> bool:
    """Whether the store has the original."""
    return store.has(_name(digest))


def forget_picture(store: FileStore, digest: str) -> None:
    """Drop the original, which says the most, and then the pictures of it."""
    store.remove(_name(digest))
    for size in EDGES:
        store.remove(_name(digest, size))


def _name(digest: str, size: Size | None = None) -> str:
    return f"{digest[:2]}/{digest}.{size}.jpg" if size else f"{digest[:2]}/{digest}"
