"""The photos of products: listed, added, shown, removed."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, url_for

from fieldapp.api.answers import context, private, shown
from fieldapp.api.operations import Answer, Operation, Parameter, describe
from fieldapp.api.register_products import ONE_PRODUCT
from fieldapp.api.requests import read_form, read_query
from fieldapp.api.schemas import Named, file, many, moment, one_of, record, text, whole
from fieldapp.domain.permissions import Action
from fieldapp.services.list_products import show_product
from fieldapp.services.product_photos import (
    LARGEST_PHOTO,
    MOST_PHOTOS,
    add_photo,
    photo_file,
    remove_photo,
)
from fieldapp.services.read_picture import SIZES
from fieldapp.web.rights import acting_person, needs

blueprint = Blueprint("product_photos", __name__)
_ONE = f"{ONE_PRODUCT}/photos/<int(max=9223372036854775807):photo_id>"
_PHOTO = Named(
    "ProductPhoto",
    record(
        id=whole(),
        caption=text(),
        width=whole("In pixels, as it was uploaded.", minimum=1),
        height=whole("In pixels, as it was uploaded.", minimum=1),
        added_at=moment(),
        address=text("Where the picture is."),
    ),
)
_PHOTOS = record(items=many(_PHOTO, maxItems=MOST_PHOTOS))


@blueprint.get(f"{ONE_PRODUCT}/photos")
@needs(Action.PRODUCT_READ)
@describe(
    Operation(
        "The photos of a product, in the order in which they were added.",
        {200: Answer("All of them.", _PHOTOS)},
        problems={404: "There is no such product."},
    )
)
def photos(product_id: int) -> Response:
    """The photos of one product."""
    read_query()
    return _send(product_id)


@blueprint.post(f"{ONE_PRODUCT}/photos")
@needs(Action.PRODUCT_WRITE)
@describe(
    Operation(
        "Add a photo to a product.",
        {201: Answer("All of the product's.", _PHOTOS, headers={"Location": "Where the new picture is."})},
        form=record(
            optional=("caption",),
            photo=file(f"JPEG, PNG or WebP of up to {LARGEST_PHOTO // 1024 // 1024} MB."),
            caption=text(maxLength=120),
        ),
        problems={
            404: "There is no such product.",
            409: f"photo.too_many: it has {MOST_PHOTOS} already. photo.exists: it shows this one already.",
            422: "photo.unusable: it is no photo, is damaged, or is too large.",
        },
    )
)
def add_product_photo(product_id: int) -> Response:
    """One photo more."""
    read_query()
    form, person = read_form(), acting_person()
    new_id = add_photo(
        context(),
        product_id,
        form["photo"].stream.read(LARGEST_PHOTO + 1),  # one byte too many is enough to refuse it
        caption=form.get("caption", ""),
        by=person,
        actor=person.actor,
    )
    response = _send(product_id)
    response.status_code = 201
    response.headers["Location"] = _address(product_id, new_id)
    return response


@blueprint.get(_ONE)
@needs(Action.PRODUCT_READ)
@describe(
    Operation(
        "A photo as it is shown: encoded anew, without metadata.",
        {200: Answer("The picture.", file(), "image/jpeg")},
        (Parameter("size", one_of(SIZES), "view where it is left out."),),
        problems={404: "There is no such product or photo."},
    )
)
def product_photo(product_id: int, photo_id: int) -> Response:
    """The picture of one photo."""
    size = read_query().get("size", "view")
    picture = photo_file(context(), product_id, photo_id, size, by=acting_person())
    return private(Response(picture, mimetype="image/jpeg"))


@blueprint.delete(_ONE)
@needs(Action.PRODUCT_WRITE)
@describe(
    Operation(
        "Show a photo no longer.",
        {204: Answer("It is shown no longer.")},
        problems={404: "There is no such product or photo."},
    )
)
def remove_product_photo(product_id: int, photo_id: int) -> Response:
    """Remove a photo."""
    read_query()
    person = acting_person()
    remove_photo(context(), product_id, photo_id, by=person, actor=person.actor)
    return Response(status=204)


def _send(product_id: int) -> Response:
    found: list[dict[str, Any]] = [
        photo | {"address": _address(product_id, photo["id"])}
        for photo in show_product(context(), product_id, by=acting_person()).photos
    ]
    return private(jsonify(items=[shown(each, _PHOTO) for each in found]))


def _address(product_id: int, photo_id: int) -> str:
    return url_for("api.product_photos.product_photo", product_id=product_id, photo_id=photo_id)
