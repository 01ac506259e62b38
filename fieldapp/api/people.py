"""Commissioners and the institutions that send them."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from fieldapp.api.answers import context, send_page, send_row
from fieldapp.api.operations import Parameter, gives, lists
from fieldapp.api.places import COUNTY
from fieldapp.api.requests import read_place, read_query
from fieldapp.api.schemas import (
    TOWNSHIP_CODE,
    Named,
    count,
    day,
    flag,
    many,
    nullable,
    number,
    one_of,
    page_of,
    record,
    text,
    whole,
)
from fieldapp.domain.commissioners import CommissionerKind, InstitutionKind
from fieldapp.domain.permissions import Action
from fieldapp.domain.specialties import SPECIALTIES
from fieldapp.services.page_register import (
    page_commissioners,
    page_institutions,
    read_commissioner,
    read_institution,
)
from fieldapp.services.view_phone import view_phone
from fieldapp.web.rights import acting_person, needs

blueprint = Blueprint("people", __name__)
_ID = whole(minimum=0, maximum=2**63 - 1)
_DEGREES = (
    "Of the home base, in degrees of WGS 84; null where it is not known, "
    "and for whoever does not see positions: viewers."
)

INSTITUTION = Named(
    "Institution",
    record(
        id=_ID,
        name=text(),
        kind=one_of(InstitutionKind),
        commissioners=count("Commissioners that it sends or has sent."),
        merged_into=nullable(whole("The institution that remained of duplicates.")),
        demonstration=flag("Made up, for the demonstration."),
        revision=whole(minimum=1),
    ),
)
COMMISSIONER = Named(
    "Commissioner",
    record(
        id=text(),
        name=text(),
        pinyin=text(),
        kind=one_of(CommissionerKind),
        institution_id=_ID,
        institution=text("Name."),
        specialties=many(one_of(SPECIALTIES)),
        capacity=count("How many townships at a time."),
        phone=nullable(text("Masked.")),
        home_lon=nullable(number(_DEGREES)),
        home_lat=nullable(number(_DEGREES)),
        note=text("For colleagues."),
        townships=many(TOWNSHIP_CODE, "Of the terms that run or are to come, proposed ones too."),
        retired_on=nullable(day("The first day out of service.")),
        merged_into=nullable(text("The id that remained of duplicates.")),
        demonstration=flag("Made up, for the demonstration."),
        revision=whole(minimum=1),
    ),
)


@blueprint.get("/institutions")
@needs(Action.INSTITUTION_READ)
@lists(
    "The institutions, by id.",
    page_of(INSTITUTION),
    Parameter("kind", one_of(InstitutionKind), "Only of this kind."),
)
def institutions() -> Response:
    """The institutions."""
    query = read_query()
    place = read_place(query, numbered=True)
    return send_page(page_institutions(context(), place, by=acting_person(), **query), INSTITUTION)


@blueprint.get("/institutions/<int(max=9223372036854775807):institution_id>")
@needs(Action.INSTITUTION_READ)
@gives("One institution.", INSTITUTION, missing="There is no such institution.")
def institution(institution_id: int) -> Response:
    """One institution."""
    read_query()
    return send_row(read_institution(context(), institution_id, by=acting_person()), INSTITUTION)


@blueprint.get("/commissioners")
@needs(Action.COMMISSIONER_READ)
@lists(
    "The commissioners, by id, their phones masked.",
    page_of(COMMISSIONER),
    Parameter("county", COUNTY.schema, "Only those with a running or coming term in this county."),
    Parameter("institution_id", _ID, "Only those of this institution."),
    Parameter("specialty", one_of(SPECIALTIES), "Only those who have this specialty."),
    Parameter("kind", one_of(CommissionerKind), "Only of this kind."),
)
def commissioners() -> Response:
    """The commissioners whom the person may see."""
    query = read_query()
    place = read_place(query)
    page = page_commissioners(
        context(), place, by=acting_person(), county_code=query.pop("county", None), **query
    )
    return send_page(page, COMMISSIONER)


@blueprint.get("/commissioners/<commissioner_id>")
@needs(Action.COMMISSIONER_READ)
@gives("One commissioner, the phone masked.", COMMISSIONER, missing="There is none, or none you may see.")
def commissioner(commissioner_id: str) -> Response:
    """One commissioner."""
    read_query()
    return send_row(read_commissioner(context(), commissioner_id, by=acting_person()), COMMISSIONER)


@blueprint.get("/commissioners/<commissioner_id>/phone")
@needs(Action.COMMISSIONER_READ, Action.PHONE_READ)
@gives(
    "The whole phone of a commissioner whom you must call; that you saw it is kept.",
    record(phone=nullable(text())),
    missing="There is no such commissioner.",
)
def phone(commissioner_id: str) -> Response:
    """The whole phone."""
    read_query()
    person = acting_person()
    shown = view_phone(context(), commissioner_id, by=person, actor=person.actor)
    response = jsonify(phone=shown)
    response.cache_control.no_store = True
    return response
