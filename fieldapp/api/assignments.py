"""Assignments: lists, one of them, and a new proposal."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, url_for

from fieldapp.api.answers import context, send_page, send_row
from fieldapp.api.operations import NEW, Answer, Operation, Parameter, describe, gives, lists
from fieldapp.api.places import COUNTY
from fieldapp.api.products import TOWNSHIP
from fieldapp.api.requests import read_body, read_place, read_query
from fieldapp.api.schemas import (
    COUNTY_CODE,
    TOWNSHIP_CODE,
    Named,
    day,
    flag,
    many,
    nullable,
    one_of,
    page_of,
    record,
    text,
    whole,
)
from fieldapp.domain.assignments import AgreementState, Assignment, AssignmentState, EndReason
from fieldapp.domain.lifecycle import Step
from fieldapp.domain.permissions import Action
from fieldapp.services.page_assignments import page_assignments, read_assignment
from fieldapp.services.propose_assignment import Proposal, propose_assignment
from fieldapp.web.rights import acting_person, needs

blueprint = Blueprint("assignments", __name__)
ONE = "/assignments/<int(max=9223372036854775807):assignment_id>"
NOTE = text("For colleagues.", maxLength=2000)
COMMISSIONER_ID = text(minLength=1, maxLength=30)


ASSIGNMENT = Named(
    "Assignment",
    record(
        id=whole(),
        township_code=TOWNSHIP_CODE,
        township=text("Name."),
        county_code=COUNTY_CODE,
        county=text("Name."),
        commissioner_id=text(),
        commissioner=text("Name."),
        institution=text("Name."),
        state=one_of(AssignmentState, "On the present day: a term that has run out is ended."),
        starts_on=day("The first day of the term."),
        ends_on=day("The last day of the term, as agreed."),
        ended_on=nullable(day("The last day served, where the term was cut short.")),
        end_reason=nullable(one_of(EndReason)),
        notice_starts_on=nullable(day("The first day of the public notice.")),
        notice_ends_on=nullable(day("The last day of the public notice.")),
        agreement_state=one_of(AgreementState),
        agreement_approved_on=nullable(day()),
        note=text(),
        steps=many(one_of(Step), "What state and day allow now; rights and objections are judged besides."),
        demonstration=flag("Made up, for the demonstration."),
        revision=whole("Grows with each step.", minimum=1),
    ),
)


@blueprint.get("/assignments")
@needs(Action.ASSIGNMENT_READ)
@lists(
    "The assignments, by id.",
    page_of(ASSIGNMENT),
    COUNTY,
    TOWNSHIP,
    Parameter("commissioner", text(maxLength=30), "Only of this commissioner, by id."),
    Parameter("state", one_of(AssignmentState), "Only those that are in this state today."),
    Parameter("serving_on", day(), "Only those that are served on this day, as far as is known."),
)
def assignments() -> Response:
    """The assignments that the person may see."""
    query = read_query()
    page = page_assignments(
        context(),
        read_place(query, numbered=True),
        by=acting_person(),
        county_code=query.get("county"),
        township_code=query.get("township"),
        commissioner_id=query.get("commissioner"),
        states=[query["state"]] if "state" in query else None,
        serving_on=query.get("serving_on"),
    )
    return send_page(page, ASSIGNMENT)


@blueprint.get(ONE)
@needs(Action.ASSIGNMENT_READ)
@gives("One assignment.", ASSIGNMENT, missing="There is none, or none you may see.")
def assignment(assignment_id: int) -> Response:
    """One assignment."""
    read_query()
    return send_row(read_assignment(context(), assignment_id, by=acting_person()), ASSIGNMENT)


@blueprint.post("/assignments")
@needs(Action.ASSIGNMENT_PROPOSE)
@describe(
    Operation(
        "Propose a commissioner for a township.",
        {201: Answer("It is proposed.", ASSIGNMENT, headers=NEW)},
        body=record(
            optional=("note",),
            township_code=TOWNSHIP_CODE,
            commissioner_id=COMMISSIONER_ID,
            starts_on=day(),
            ends_on=day("The last day."),
            note=NOTE,
        ),
        problems={
            404: "There is no such township or commissioner.",
            409: "Somebody or something is in the way: title says who and what.",
        },
    )
)
def propose() -> Response:
    """A new proposal."""
    read_query()
    return send_assignment(propose_assignment(context(), Proposal(**read_body()), by=acting_person()), 201)


def read_again(assignment: Assignment) -> dict[str, Any]:
    """The assignment as it stands after a step."""
    assert assignment.id is not None
    return read_assignment(context(), assignment.id, by=acting_person())


def send_assignment(assignment: Assignment, status: int = 200) -> Response:
    """The assignment that a step left, or the new one that it made."""
    response = send_row(read_again(assignment), ASSIGNMENT, status)
    if status == 201:
        response.headers["Location"] = address_of(assignment)
    return response


def address_of(assignment: Assignment) -> str:
    """Where an assignment is."""
    return url_for("api.assignments.assignment", assignment_id=assignment.id)
