"""Townships and counties."""

from __future__ import annotations

from flask import Blueprint, Response

from fieldapp.api.answers import context, send_page, send_row
from fieldapp.api.operations import AS_OF, Parameter, gives, lists
from fieldapp.api.requests import read_place, read_query
from fieldapp.api.schemas import (
    COUNTY_CODE,
    POSITION,
    TOWNSHIP_CODE,
    Named,
    count,
    day,
    flag,
    nullable,
    number,
    one_of,
    page_of,
    record,
    text,
)
from fieldapp.domain.permissions import Action
from fieldapp.domain.townships import BoundaryQuality, TownshipKind
from fieldapp.services.page_register import page_counties, page_townships, read_county, read_township
from fieldapp.web.rights import acting_person, needs

blueprint = Blueprint("places", __name__)
COUNTY = Parameter("county", COUNTY_CODE, "Only this county.")

_COUNTY = Named(
    "County",
    record(code=COUNTY_CODE, name=text(), pinyin=text(), roster=count("Townships on the roster of today.")),
)
_TOWNSHIP = Named(
    "Township",
    record(
        code=TOWNSHIP_CODE,
        name=text(),
        pinyin=text(),
        county_code=COUNTY_CODE,
        county=text("Name."),
        kind=one_of(TownshipKind),
        seat=POSITION,
        boundary_quality=one_of(BoundaryQuality),
        boundary_tolerance_m=nullable(number("How far an approximate boundary may be off, in metres.")),
        on_roster=flag("Whether it is on the roster of the day asked for."),
        starts_on=nullable(day("Null: since before the records begin.")),
        ends_on=nullable(day("The last day it existed.")),
    ),
)


@blueprint.get("/counties")
@needs(Action.TOWNSHIP_READ)
@lists("The counties and districts, by code.", page_of(_COUNTY))
def counties() -> Response:
    """The counties and districts."""
    place = read_place(read_query())
    return send_page(page_counties(context(), place, by=acting_person()), _COUNTY)


@blueprint.get("/counties/<code>")
@needs(Action.TOWNSHIP_READ)
@gives("One county.", _COUNTY, missing="There is no such county.")
def county(code: str) -> Response:
    """One county."""
    read_query()
    return send_row(read_county(context(), code, by=acting_person()), _COUNTY)


@blueprint.get("/townships")
@needs(Action.TOWNSHIP_READ)
@lists(
    "The townships there are or were, by code.",
    page_of(_TOWNSHIP),
    COUNTY,
    Parameter("on_roster", flag(), "Only those that are, or are not, on the roster of as_of."),
    AS_OF,
)
def townships() -> Response:
    """The townships."""
    query = read_query()
    page = page_townships(
        context(),
        read_place(query),
        by=acting_person(),
        as_of=query.get("as_of"),
        county_code=query.get("county"),
        on_roster=query.get("on_roster"),
    )
    return send_page(page, _TOWNSHIP)


@blueprint.get("/townships/<code>")
@needs(Action.TOWNSHIP_READ)
@gives("One township.", _TOWNSHIP, AS_OF, missing="There is no such township.")
def township(code: str) -> Response:
    """One township."""
    as_of = read_query().get("as_of")
    return send_row(read_township(context(), code, by=acting_person(), as_of=as_of), _TOWNSHIP)
