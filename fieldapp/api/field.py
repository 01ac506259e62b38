"""What the phone of a commissioner needs for its home, and to write by."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import Any

from flask import Blueprint, Response, request, session
from flask_wtf.csrf import generate_csrf

from fieldapp.api.answers import context
from fieldapp.api.boundaries import BOUNDARY
from fieldapp.api.errors import told
from fieldapp.api.operations import Answer, Operation, describe
from fieldapp.api.requests import read_query
from fieldapp.api.schemas import (
    COUNTY_CODE,
    TOWNSHIP_CODE,
    Named,
    day,
    flag,
    many,
    moment,
    nullable,
    number,
    one_of,
    record,
    text,
    whole,
)
from fieldapp.domain.coverage import RUNGS, CoverageStatus
from fieldapp.domain.permissions import Action
from fieldapp.domain.townships import BoundaryQuality
from fieldapp.services.read_field_desk import read_field_desk
from fieldapp.web.accounts import by_token, current_account
from fieldapp.web.rights import acting_person, needs

blueprint = Blueprint("field_desk", __name__)

_TERM = record(starts_on=day(), ends_on=day("The last day served, or to be served."))
_TOWNSHIP = Named(
    "FieldTownship",
    record(
        code=TOWNSHIP_CODE,
        name=text(),
        pinyin=text("Its name as readers of English know it: syllables, a space between them."),
        county_code=COUNTY_CODE,
        county=text(),
        county_pinyin=text(),
        status=nullable(one_of(CoverageStatus, "Null where you are not in office today.")),
        rungs={
            "type": ["object", "null"],
            "properties": {rung: flag() for rung in RUNGS},
            "required": list(RUNGS),
            "additionalProperties": False,
        },
        starts_on=day("Of your present term, or else the next, or else the last."),
        ends_on=day("The last day served, or to be served."),
        terms=many(_TERM, "All of your terms that a visit can still belong to, in order."),
        last_visit_on=nullable(day()),
        featured_product=nullable(text()),
        seat={**record(lon=number(), lat=number()), "type": ["object", "null"]},
        boundary_quality=one_of(BoundaryQuality),
        tolerance_m=nullable(number("How far an approximate boundary may be off, in metres.")),
        boundary=BOUNDARY,
    ),
)
_DESK = Named(
    "FieldDesk",
    record(
        "Everything of yours that works without a network.",
        server_time=moment("The server's clock when it answered."),
        csrf_token=nullable(
            text("The session's secret, for X-CSRFToken; null for a token, which needs none.")
        ),
        user=record(id=whole(), username=text(), name=text()),
        commissioner=record(id=text(), name=text()),
        coverage_window_days=whole(minimum=1),
        reminder=nullable(
            text("What to remind the commissioner of, by what the phones last said; null where all is well.")
        ),
        townships=many(_TOWNSHIP),
    ),
)


@blueprint.get("/field")
@needs(Action.VISIT_WRITE)
@describe(
    Operation(
        "What a commissioner's phone keeps: the townships served, how they stand, where they lie.",
        {
            200: Answer("The desk.", _DESK, headers={"ETag": "Send it back in If-None-Match."}),
            304: Answer("Nothing has changed; the session's secret is still good."),
        },
    )
)
def field_desk() -> Response:
    """The desk of the commissioner who asks."""
    read_query()
    account = current_account()
    assert account is not None
    desk = read_field_desk(context(), by=acting_person())
    secret = None if by_token() else generate_csrf()
    content = {
        "user": {"id": account.id, "username": account.username, "name": account.display_name},
        "commissioner": {"id": desk.commissioner_id, "name": desk.commissioner},
        "coverage_window_days": desk.window_days,
        "reminder": told(desk.reminder),
        "townships": desk.townships,
    }
    head = {"server_time": context().now(), "csrf_token": secret}
    response = Response(_json(head | content), mimetype="application/json")
    # The clock is always another, and so is the signature around the session's secret.
    named = _json([content, None if secret is None else session["csrf_token"]])
    response.set_etag(hashlib.sha256(named.encode()).hexdigest()[:16], weak=True)
    response.cache_control.private = True
    response.cache_control.no_cache = True
    response.vary.update(("Authorization", "Cookie"))
    response.make_conditional(request)
    return response


def _iso(value: date) -> str:
    # By the value's own method: a moment is a day to Python, and a day's method would cut its time off.
    return value.isoformat()


def _json(content: Any) -> str:
    """Days and moments as ISO text."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), default=_iso)
