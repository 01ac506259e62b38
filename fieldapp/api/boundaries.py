"""The boundaries of townships and counties, as GeoJSON."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, Response, current_app

from fieldapp.api.documents import send_document
from fieldapp.api.operations import Answer, Operation, Parameter, describe
from fieldapp.api.requests import read_query
from fieldapp.api.schemas import (
    COUNTY_CODE,
    POSITION,
    TOWNSHIP_CODE,
    Named,
    Schema,
    day,
    many,
    nullable,
    number,
    one_of,
    record,
    text,
)
from fieldapp.domain.townships import BoundaryQuality, TownshipKind
from fieldapp.services.context import Context
from fieldapp.services.townships_layer import counties_layer, townships_layer
from fieldapp.web.rights import public

blueprint = Blueprint("boundaries", __name__)
_MEDIA_TYPE = "application/geo+json"

BOUNDARY = Named(
    "Boundary",
    {
        "description": "GeoJSON in WGS 84 longitude and latitude; null where none is known.",
        "type": ["object", "null"],
        "required": ["type", "coordinates"],
        "properties": {
            "type": {"type": "string", "enum": ["Polygon", "MultiPolygon"]},
            "coordinates": {"type": "array"},
        },
        "additionalProperties": False,
    },
)


def _collection(**properties: Schema) -> Schema:
    feature = record(type={"const": "Feature"}, properties=record(**properties), geometry=BOUNDARY)
    return record(type={"const": "FeatureCollection"}, features=many(feature))


_TOWNSHIPS = Named(
    "TownshipCollection",
    _collection(
        code=TOWNSHIP_CODE,
        name=text(),
        pinyin=text(),
        initials=text("The first letters of the pinyin."),
        county_code=COUNTY_CODE,
        county=text(),
        kind=one_of(TownshipKind),
        seat=POSITION,
        boundary_quality=one_of(BoundaryQuality),
        boundary_tolerance_m=nullable(number("How far an approximate boundary may be off, in metres.")),
        neighbours=many(TOWNSHIP_CODE),
        starts_on=nullable(day()),
        ends_on=nullable(day()),
    ),
)
_COUNTIES = Named(
    "CountyCollection",
    _collection(code=COUNTY_CODE, name=text(), pinyin=text(), label=POSITION),
)


def _layer(summary: str, schema: Schema) -> Operation:
    return Operation(
        summary,
        {
            200: Answer("The layer.", schema, _MEDIA_TYPE, {"ETag": "Send it back in If-None-Match."}),
            304: Answer("The content that the client's ETag names has not changed."),
        },
        (Parameter("v", text(), "The content's own name (the ETag): such an answer may be kept for ever."),),
    )


@blueprint.get("/townships.geojson")
@public
@describe(_layer("Every township there is or was, with its boundary.", _TOWNSHIPS))
def township_boundaries() -> Response:
    """Every township there is or was."""
    version = read_query().get("v")
    return send_document(townships_layer(_context()), _MEDIA_TYPE, version=version)


@blueprint.get("/counties.geojson")
@public
@describe(_layer("The counties and districts, with their boundaries.", _COUNTIES))
def county_boundaries() -> Response:
    """The counties and districts."""
    version = read_query().get("v")
    return send_document(counties_layer(_context()), _MEDIA_TYPE, version=version)


def _context() -> Context:
    return cast(Context, current_app.extensions["fieldapp"])
