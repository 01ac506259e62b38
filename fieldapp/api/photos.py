"""Photos of visits: whether one is here, and its pictures."""

from __future__ import annotations

from flask import Blueprint, Response, request

from fieldapp.api.answers import context, send_row
from fieldapp.api.operations import Answer, Operation, describe, gives
from fieldapp.api.requests import read_query
from fieldapp.api.schemas import Named, moment, record, text, whole
from fieldapp.domain.permissions import Action
from fieldapp.domain.photos import MEDIA_TYPES
from fieldapp.services.read_picture import Size
from fieldapp.services.show_photo import describe_photo, photo_original, photo_picture
from fieldapp.web.rights import acting_person, needs

blueprint = Blueprint("photos", __name__)

_A_YEAR = 365 * 24 * 3600
_MISSING = "It is not here; it may not have arrived yet."
_PHOTO = Named(
    "Photo",
    record(
        sha256=text("Of the file, hexadecimal.", pattern="^[0-9a-f]{64}$"),
        size_bytes=whole(minimum=1),
        media_type=text(),
        width=whole("In pixels, as the file has it.", minimum=1),
        height=whole(minimum=1),
        received_at=moment(),
    ),
)
_KEPT = {"ETag": "Names the content.", "Cache-Control": "It never changes: private, immutable."}


@blueprint.get("/photos/<sha256>")
@needs(Action.PHOTO_READ)
@gives("Whether a photo is here; HEAD answers the same without a body.", _PHOTO, missing=_MISSING)
def photo(sha256: str) -> Response:
    """What anybody may know of a photo."""
    read_query()
    return send_row(describe_photo(context(), sha256), _PHOTO)


def _pictured(summary: str) -> Operation:
    return Operation(
        summary,
        {
            200: Answer("The picture.", text(), "image/jpeg", _KEPT),
            304: Answer("As the client has it."),
        },
        problems={404: _MISSING},
        description="Encoded anew, upright and without anything that the photo tells of its time or place.",
    )


@blueprint.get("/photos/<sha256>/thumbnail")
@needs(Action.PHOTO_READ)
@describe(_pictured("The photo at 320 pixels."))
def photo_thumbnail(sha256: str) -> Response:
    """A small picture."""
    return _picture(sha256, "thumbnail")


@blueprint.get("/photos/<sha256>/picture")
@needs(Action.PHOTO_READ)
@describe(_pictured("The photo at 1600 pixels."))
def photo_view(sha256: str) -> Response:
    """A picture to look at."""
    return _picture(sha256, "view")


@blueprint.get("/photos/<sha256>/original")
@needs(Action.ORIGINAL_READ)
@describe(
    Operation(
        "The photo as it was sent, for whoever sent it and for whose visit it shows.",
        {
            200: Answer("The file.", text(), "image/*", _KEPT),
            304: Answer("As the client has it."),
        },
        problems={404: _MISSING},
        description="It tells when and where it was taken, which nobody else is shown.",
    )
)
def original_photo(sha256: str) -> Response:
    """The file itself."""
    read_query()
    content, media_type = photo_original(context(), sha256, by=acting_person())
    response = _send(content, media_type, sha256)
    ending = next(kind for kind, known in MEDIA_TYPES.items() if known == media_type).lower()
    response.headers["Content-Disposition"] = f'attachment; filename="{sha256[:16]}.{ending}"'
    return response


def _picture(sha256: str, size: Size) -> Response:
    read_query()
    content = photo_picture(context(), sha256, size, by=acting_person())
    return _send(content, "image/jpeg", f"{sha256}.{size}")


def _send(content: bytes, media_type: str, tag: str) -> Response:
    response = Response(content, mimetype=media_type)
    response.set_etag(tag)
    response.cache_control.private = True
    response.cache_control.max_age = _A_YEAR
    response.cache_control.immutable = True
    response.vary.update(("Authorization", "Cookie"))
    response.make_conditional(request)
    return response
