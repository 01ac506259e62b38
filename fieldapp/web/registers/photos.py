"""The photos of a product: adding, removing and showing them."""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, Response, request, send_file
from werkzeug.wrappers import Response as AnyResponse

from fieldapp.domain.permissions import Action
from fieldapp.services.product_photos import LARGEST_PHOTO, add_photo, photo_file, remove_photo
from fieldapp.services.read_picture import Size
from fieldapp.web.registers.asking import actor, the_context
from fieldapp.web.registers.products import done_or_refused
from fieldapp.web.rights import acting_person, needs

blueprint = Blueprint("photos", __name__)


@blueprint.post("/products/<int:product_id>/photos")
@needs(Action.PRODUCT_WRITE)
def add(product_id: int) -> AnyResponse | tuple[str, int]:
    """Add one photo."""
    file = request.files.get("photo")
    # One byte more than is allowed is enough to refuse it.
    content = file.stream.read(LARGEST_PHOTO + 1) if file is not None else b""
    return done_or_refused(
        product_id,
        lambda: add_photo(
            the_context(),
            product_id,
            content,
            caption=request.form.get("caption", ""),
            by=acting_person(),
            actor=actor(),
        ),
        "photo_added",
    )


@blueprint.post("/products/<int:product_id>/photos/<int:photo_id>/remove")
@needs(Action.PRODUCT_WRITE)
def remove(product_id: int, photo_id: int) -> AnyResponse | tuple[str, int]:
    """Show a photo no longer."""
    return done_or_refused(
        product_id,
        lambda: remove_photo(the_context(), product_id, photo_id, by=acting_person(), actor=actor()),
        "photo_removed",
    )


@blueprint.get("/products/<int:product_id>/photos/<int:photo_id>/<any(thumbnail, view):size>.jpg")
@needs(Action.PRODUCT_READ)
def show(product_id: int, photo_id: int, size: Size) -> Response:
    """The picture as it is shown: encoded anew, without metadata."""
    content = photo_file(the_context(), product_id, photo_id, size, by=acting_person())
    answer = send_file(BytesIO(content), mimetype="image/jpeg", etag=f"{photo_id}.{size}")
    answer.headers["Cache-Control"] = "private, max-age=86400"
    return answer
