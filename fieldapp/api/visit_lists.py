"""Visits as one list, for maps and spreadsheets; sent while it is read, however long it is."""

from __future__ import annotations

from flask import Blueprint, Response

from fieldapp.api.answers import context, send_table
from fieldapp.api.operations import Answer, Operation, Parameter, describe
from fieldapp.api.places import COUNTY
from fieldapp.api.products import TOWNSHIP
from fieldapp.api.requests import read_query
from fieldapp.api.schemas import Schema, day, many, number, one_of, record, text
from fieldapp.domain.permissions import Action
from fieldapp.domain.visits import VisitFilter
from fieldapp.services.columns.visits import VISITS
from fieldapp.services.export_visits import VisitFormat, export_visits
from fieldapp.web.rights import acting_person, needs

blueprint = Blueprint("visit_lists", __name__)

_QUERY = (
    COUNTY,
    TOWNSHIP,
    Parameter("commissioner", text(minLength=1, maxLength=30), "Only of this commissioner, by id."),
    Parameter("from", day(), "The first day on which they took place."),
    Parameter("to", day(), "The last day on which they took place."),
)
_POINT: Schema = {
    "description": "GeoJSON in WGS 84 longitude and latitude; null where the visit has no position, "
    "and for whoever does not see positions: viewers.",
    "anyOf": [
        record(
            type=one_of(("Point",)),
            coordinates=many(number(), minItems=2, maxItems=2),
        ),
        {"type": "null"},
    ],
}
_COLLECTION = record(
    type=one_of(("FeatureCollection",)),
    name=text(),
    features=many(
        record(
            type=one_of(("Feature",)),
            properties=record(**{column.key: {} for column in VISITS}),
            geometry=_POINT,
        )
    ),
)
_WHAT = "Those that were withdrawn are left out; the columns are those of the export on the command line."


@blueprint.get("/visits.geojson")
@needs(Action.VISIT_READ, Action.EXPORT_READ)
@describe(
    Operation(
        "Visits with their positions, by their beginning.",
        {200: Answer("All of them.", _COLLECTION, "application/geo+json")},
        _QUERY,
        description=_WHAT,
    )
)
def visits_geojson() -> Response:
    """Visits as GeoJSON."""
    return _list("geojson", "application/geo+json")


@blueprint.get("/visits.csv")
@needs(Action.VISIT_READ, Action.EXPORT_READ)
@describe(
    Operation(
        "Visits as a table, by their beginning.",
        {200: Answer("All of them, in UTF-8.", text(), "text/csv")},
        _QUERY,
        description=_WHAT,
    )
)
def visits_csv() -> Response:
    """Visits as CSV."""
    return _list("csv", "text/csv")


def _list(file_format: VisitFormat, media_type: str) -> Response:
    query = read_query()
    wanted = VisitFilter(
        county_code=query.get("county"),
        township_code=query.get("township"),
        commissioner_id=query.get("commissioner"),
        first_day=query.get("from"),
        last_day=query.get("to"),
    )
    parts = export_visits(context(), wanted, file_format, by=acting_person())
    return send_table(parts, f"visits.{file_format}", media_type)
