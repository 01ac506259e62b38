"""The boundaries of townships and counties."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, Response, current_app

from fieldapp.api.documents import send_document
from fieldapp.api.queries import read_query
from fieldapp.services.context import Context
from fieldapp.services.townships_layer import counties_layer, townships_layer
from fieldapp.web.rights import public

blueprint = Blueprint("townships", __name__)
_MEDIA_TYPE = "application/geo+json"


@blueprint.get("/townships.geojson")
@public
def townships() -> Response:
    """Every township there is or was."""
    version = read_query("v").get("v")
    return send_document(townships_layer(_context()), _MEDIA_TYPE, version=version)


@blueprint.get("/counties.geojson")
@public
def counties() -> Response:
    """The counties and districts."""
    version = read_query("v").get("v")
    return send_document(counties_layer(_context()), _MEDIA_TYPE, version=version)


def _context() -> Context:
    return cast(Context, current_app.extensions["fieldapp"])
