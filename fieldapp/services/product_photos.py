"""Photos of products: checked for what they are, kept by their content, shown without their metadata."""

from __future__ import annotations

import hashlib
import io
import secrets
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PIL import Image, ImageOps, UnidentifiedImageError

from fieldapp.domain.errors import ConflictError, Fault, InvalidInputError, NotFoundError
from fieldapp.domain.permissions import Action, Person, require
from fieldapp.persistence import product_photos, products
from fieldapp.persistence.register import lock_register
from fieldapp.services.context import Context
from fieldapp.services.product_values import row_of, subject_of
from geodata.errors import Message

MOST_PHOTOS = 6
LARGEST_PHOTO = 12 * 1024 * 1024  # bytes
MOST_PIXELS = 60_000_000

Size = Literal["thumbnail", "view"]
_EDGES: dict[Size, int] = {"thumbnail": 320, "view": 1600}  # pixels of the longer edge
# By what a file begins with; its name and what a browser says of it are only claims.
_MAGIC = ((b"\xff\xd8\xff", "JPEG"), (b"\x89PNG\r\n\x1a\n", "PNG"), (b"RIFF", "WEBP"))
_MEDIA_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}


@dataclass(frozen=True)
class _Picture:
    media_type: str
    width: int
    height: int
    shown: dict[Size, bytes]


def add_photo(
    context: Context, product_id: int, content: bytes, *, caption: str = "", by: Person, actor: str
) -> int:
    """Add a photo to a product and return its id.

    Raises `InvalidInputError` for what is not a JPEG, PNG or WebP picture of bearable size, and
    `ConflictError` where the product has six photos, or this one, already.
    """
    with context.reading() as connection:
        require(by, Action.PRODUCT_WRITE, row_of(products.by_id(connection, product_id)))
    picture = _read(content)
    digest = hashlib.sha256(content).hexdigest()
    with context.work(actor=actor) as work:
        lock_register(work.connection)
        product = products.by_id(work.connection, product_id)
        require(by, Action.PRODUCT_WRITE, row_of(product))
        present = product_photos.shown(work.connection, product_id)
        if len(present) >= MOST_PHOTOS:
            raise ConflictError(
                Message(
                    "{product} has {count} photos already. Remove one first.",
                    product=product["name"],
                    count=len(present),
                ),
                code="photo.too_many",
            )
        if any(photo["sha256"] == digest for photo in present):
            raise ConflictError(
                Message("{product} shows this photo already.", product=product["name"]), code="photo.exists"
            )
        # Before the row: a file without a row harms nobody, a row without a file shows a broken picture.
        _keep(context, digest, content, picture)
        values = {
            "product_id": product_id,
            "sha256": digest,
            "media_type": picture.media_type,
            "width": picture.width,
            "height": picture.height,
            "size_bytes": len(content),
            "caption": caption.strip()[:120],
        }
        new_id = product_photos.add(work.connection, values | {"added_at": context.now()})
        work.record("product.photo_added", *subject_of(product), after=values)
        work.commit()
    return new_id


def remove_photo(context: Context, product_id: int, photo_id: int, *, by: Person, actor: str) -> None:
    """Show a photo no longer; its file stays, for the log names it."""
    with context.work(actor=actor) as work:
        lock_register(work.connection)
        product = products.by_id(work.connection, product_id)
        require(by, Action.PRODUCT_WRITE, row_of(product))
        photo = product_photos.get(work.connection, product_id, photo_id)
        product_photos.remove(work.connection, photo_id, context.now())
        work.record("product.photo_removed", *subject_of(product), before={"sha256": photo["sha256"]})
        work.commit()


def photo_file(context: Context, product_id: int, photo_id: int, size: Size, *, by: Person) -> Path:
    """The re-encoded picture to show, a JPEG without metadata; `NotFoundError` where there is none."""
    with context.reading() as connection:
        require(by, Action.PRODUCT_READ, row_of(products.by_id(connection, product_id)))
        photo = product_photos.get(connection, product_id, photo_id)
    path = _path(context, photo["sha256"], size)
    if not path.exists():
        raise NotFoundError(
            Message("The file of this photo is missing. Restore it from a backup, or remove the photo."),
            code="photo.missing",
        )
    return path


def _read(content: bytes) -> _Picture:
    if len(content) > LARGEST_PHOTO:
        raise _unusable(
            Message(
                "The photo has {size} MB, more than {limit} MB. Save it smaller.",
                size=-(-len(content) // (1024 * 1024)),
                limit=LARGEST_PHOTO // (1024 * 1024),
            )
        )
    claimed = next((name for start, name in _MAGIC if content.startswith(start)), None)
    if claimed is None:
        raise _unusable(Message("The file is no photo. Choose a JPEG, PNG or WebP picture."))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=[claimed]) as image:
                return _Picture(_MEDIA_TYPES[claimed], image.width, image.height, _shown(image))
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise _too_many_pixels() from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, IndexError):
        raise _unusable(
            Message("The photo is damaged and cannot be opened. Save it anew, or choose another.")
        ) from None


def _shown(image: Image.Image) -> dict[Size, bytes]:
    """The picture upright at both sizes, as new JPEG files that carry nothing but pixels."""
    if image.width * image.height > MOST_PIXELS:
        raise _too_many_pixels()
    if image.format == "JPEG":
        image.draft("RGB", (_EDGES["view"], _EDGES["view"]))  # decodes a large one at a fraction of its size
    upright = ImageOps.exif_transpose(image)
    if upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info:
        layers = upright.convert("RGBA")
        flat = Image.new("RGB", layers.size, "white")
        flat.paste(layers, mask=layers.getchannel("A"))
    else:
        flat = upright.convert("RGB")
    files: dict[Size, bytes] = {}
    for size, edge in _EDGES.items():
        small = flat.copy()
        small.thumbnail((edge, edge), Image.Resampling.LANCZOS)
        small.info.clear()
        content = io.BytesIO()
        small.save(content, "JPEG", quality=82, optimize=True)
        files[size] = content.getvalue()
    return files


def _too_many_pixels() -> InvalidInputError:
    return _unusable(
        Message(
            "The photo has more than {limit} million pixels. Save it smaller.", limit=MOST_PIXELS // 1_000_000
        )
    )


def _unusable(message: Message) -> InvalidInputError:
    return InvalidInputError(message, [Fault("/photo", message)], code="photo.unusable")


def _keep(context: Context, digest: str, content: bytes, picture: _Picture) -> None:
    for size, file in picture.shown.items():
        _write(_path(context, digest, size), file)
    _write(_path(context, digest, None), content)


def _path(context: Context, digest: str, size: Size | None) -> Path:
    folder = context.settings.data_dir / "photos" / digest[:2]
    return folder / (f"{digest}.{size}.jpg" if size else digest)


def _write(path: Path, content: bytes) -> None:
    """A file that is there with its content or not at all; one of that name has this content already."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        draft.write_bytes(content)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
