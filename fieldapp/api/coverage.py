"""The coverage document."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, Response, current_app

from fieldapp.api.documents import send_document
from fieldapp.api.operations import AS_OF, Answer, Operation, Parameter, describe
from fieldapp.api.requests import read_query
from fieldapp.api.schemas import (
    COUNTY_CODE,
    TOWNSHIP_CODE,
    Named,
    count,
    day,
    flag,
    many,
    nullable,
    one_of,
    record,
    text,
    whole,
)
from fieldapp.domain.coverage import CoverageStatus
from fieldapp.services.context import Context
from fieldapp.services.measure_coverage import measure_coverage
from fieldapp.web.rights import public

blueprint = Blueprint("coverage", __name__)

_COUNTS = Named(
    "Counts",
    record(
        "Townships that hold each rung; each is counted by itself.",
        assigned=count("A commissioner serves on the day."),
        product=count("It has the featured product on the day."),
        full=count("Assigned and product."),
        signed=count("The agreement of that assignment is approved."),
        visited=count("Visited by that commissioner in the window."),
        verified=count("Such a visit is verified by its evidence or confirmation."),
    ),
)
_STATUS_COUNTS = Named(
    "StatusCounts",
    record(
        "Townships by the lowest rung that they lack; the sum is the roster.",
        **{status.value: count() for status in CoverageStatus},
    ),
)
_TOWNSHIP = Named(
    "TownshipCoverage",
    record(
        code=TOWNSHIP_CODE,
        name=text("The name on the day."),
        county_code=COUNTY_CODE,
        status=one_of(CoverageStatus),
        rungs=record(assigned=flag(), product=flag(), signed=flag(), visited=flag(), verified=flag()),
        full=flag(),
        assignment_id=nullable(whole()),
        commissioner_id=nullable(text()),
        commissioner=nullable(text("Name.")),
        institution=nullable(text("Name.")),
        starts_on=nullable(day("First day of the term.")),
        ends_on=nullable(day("Last day of the term, as served.")),
        featured_product=nullable(text()),
        last_visit_on=nullable(day("By the commissioner in office.")),
        lapses_on=nullable(day("The first day without commissioner or product, as far as is known.")),
    ),
)
_COVERAGE = Named(
    "Coverage",
    record(
        as_of=day("The day the figures are for."),
        policy=record(
            window_days=whole("A visit counts on its own day and for this many days in all.", minimum=1)
        ),
        county=nullable(
            text("The county asked for; null for the whole roster.", pattern=COUNTY_CODE["pattern"])
        ),
        target=nullable(count("The plan's figure for the roster on that day.")),
        roster=count("Townships on the roster on that day."),
        counts=_COUNTS,
        status=_STATUS_COUNTS,
        counties=many(
            record(code=COUNTY_CODE, name=text(), roster=count(), counts=_COUNTS, status=_STATUS_COUNTS),
            "By code.",
        ),
        townships=many(_TOWNSHIP, "By code."),
    ),
)


@blueprint.get("/coverage")
@public
@describe(
    Operation(
        "Coverage on a day, of the whole roster or of one county.",
        {
            200: Answer("The figures.", _COVERAGE, headers={"ETag": "Send it back in If-None-Match."}),
            304: Answer("The content that the client's ETag names has not changed."),
        },
        (AS_OF, Parameter("county", text(), "Only the townships of this county, by its code of six digits.")),
        problems={404: "There is no such county."},
    )
)
def coverage() -> Response:
    """Coverage on a day, of the whole roster or of one county."""
    query = read_query()
    measured = measure_coverage(
        cast(Context, current_app.extensions["fieldapp"]),
        as_of=query.get("as_of"),
        county=query.get("county"),
    )
    return send_document(measured.encoded, "application/json")
