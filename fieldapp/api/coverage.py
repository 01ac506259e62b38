"""The coverage document."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, Response, current_app

from fieldapp.api.documents import send_document
from fieldapp.api.queries import read_day, read_query
from fieldapp.services.context import Context
from fieldapp.services.measure_coverage import measure_coverage
from fieldapp.web.rights import public

blueprint = Blueprint("coverage", __name__)


@blueprint.get("/coverage")
@public
def coverage() -> Response:
    """Coverage on a day, of the whole roster or of one county."""
    query = read_query("as_of", "county")
    measured = measure_coverage(
        cast(Context, current_app.extensions["fieldapp"]),
        as_of=read_day(query["as_of"], "as_of") if "as_of" in query else None,
        county=query.get("county"),
    )
    return send_document(measured.encoded, "application/json")
