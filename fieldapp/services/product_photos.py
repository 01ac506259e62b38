"""Photos of products: checked for what they are, kept by their content, shown without their metadata."""

from __future__ import annotations

import hashlib

from fieldapp.domain.errors import ConflictError, Fault, InvalidInputError
from fieldapp.domain.permissions import Action, Person, require
from fieldapp.domain.wording import one_line
from fieldapp.persistence import product_photos, products
from fieldapp.persistence.register import lock_register
from fieldapp.services.context import Context
from fieldapp.services.keep_picture import keep_picture, kept_picture
from fieldapp.services.product_values import row_of, subject_of
from fieldapp.services.read_picture import Picture, Size, read_picture
from geodata.errors import Message

MOST_PHOTOS = 6
LARGEST_PHOTO = 12 * 1024 * 1024  # bytes


def add_photo(
    context: Context, product_id: int, content: bytes, *, caption: str = "", by: Person, actor: str
) -> int:
    """Add a photo to a product and return its id.

    Raises `InvalidInputError` for what is not a JPEG, PNG or WebP picture of bearable size, and
    `ConflictError` where the product has six photos, or this one, already.
    """
    with context.reading() as connection:
        require(by, Action.PRODUCT_WRITE, row_of(products.by_id(connection, product_id)))
    picture = _read(context, content)
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
        keep_picture(context.photo_store, digest, content, picture)
        values = {
            "product_id": product_id,
            "sha256": digest,
            "media_type": picture.media_type,
            "width": picture.width,
            "height": picture.height,
            "size_bytes": len(content),
            "caption": one_line(caption)[:120],
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


def photo_file(context: Context, product_id: int, photo_id: int, size: Size, *, by: Person) -> bytes:
    """The re-encoded picture to show, a JPEG without metadata; `NotFoundError` where there is none."""
    with context.reading() as connection:
        require(by, Action.PRODUCT_READ, row_of(products.by_id(connection, product_id)))
        photo = product_photos.get(connection, product_id, photo_id)
    return kept_picture(context.photo_store, photo["sha256"], size)


def _read(context: Context, content: bytes) -> Picture:
    if len(content) > LARGEST_PHOTO:
        raise _unusable(
            Message(
                "The photo has {size} MB, more than {limit} MB. Save it smaller.",
                size=-(-len(content) // (1024 * 1024)),
                limit=LARGEST_PHOTO // (1024 * 1024),
            )
        )
    return read_picture(
        content, local=context.settings.timezone, refused=lambda message, _code: _unusable(message)
    )


def _unusable(message: Message) -> InvalidInputError:
    return InvalidInputError(message, [Fault("/photo", message)], code="photo.unusable")
