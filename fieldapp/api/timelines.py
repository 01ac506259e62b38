"""The timelines of townships and commissioners: the terms, and what was done with them by whom."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from fieldapp.api.answers import context, private
from fieldapp.api.errors import told
from fieldapp.api.operations import Answer, Operation, describe
from fieldapp.api.requests import read_query
from fieldapp.api.schemas import (
    TOWNSHIP_CODE,
    Named,
    day,
    many,
    moment,
    nullable,
    one_of,
    record,
    text,
    whole,
)
from fieldapp.domain.assignments import AssignmentState
from fieldapp.domain.permissions import Action
from fieldapp.services.read_timeline import Timeline, read_timeline
from fieldapp.web.rights import acting_person, needs

blueprint = Blueprint("timelines", __name__)
_TERM = record(
    assignment_id=whole(),
    township_code=TOWNSHIP_CODE,
    township=text("Name."),
    commissioner_id=text(),
    commissioner=text("Name."),
    state=one_of(AssignmentState, "On the present day."),
    starts_on=day(),
    ends_on=day("The last day served, or to be served."),
)
_EVENT = record(
    at=moment(),
    who=text("Who did it."),
    did=text("What was done, in the language of the request."),
    assignment_id=whole(),
    township=text("Name."),
    commissioner=text("Name."),
    state=nullable(one_of(AssignmentState, "The state that it left.")),
    reason=text(),
    undo_revision=nullable(whole("The revision on which you may take this back; null where you may not.")),
)
_TIMELINE = Named(
    "Timeline",
    record("As far as you may see assignments, the latest first.", terms=many(_TERM), events=many(_EVENT)),
)


@blueprint.get("/townships/<code>/timeline")
@needs(Action.ASSIGNMENT_READ)
@describe(
    Operation(
        "The timeline of a township.",
        {200: Answer("All of it.", _TIMELINE)},
        problems={404: "There is no such township."},
    )
)
def township_timeline(code: str) -> Response:
    """The timeline of one township."""
    read_query()
    return _send(read_timeline(context(), by=acting_person(), township_code=code))


@blueprint.get("/commissioners/<commissioner_id>/timeline")
@needs(Action.ASSIGNMENT_READ)
@describe(
    Operation(
        "The timeline of a commissioner.",
        {200: Answer("All of it.", _TIMELINE)},
        problems={404: "There is no such commissioner."},
    )
)
def commissioner_timeline(commissioner_id: str) -> Response:
    """The timeline of one commissioner."""
    read_query()
    return _send(read_timeline(context(), by=acting_person(), commissioner_id=commissioner_id))


def _send(timeline: Timeline) -> Response:
    terms = [
        {
            "assignment_id": term.assignment.id,
            "township_code": term.assignment.township_code,
            "township": term.township,
            "commissioner_id": term.assignment.commissioner_id,
            "commissioner": term.commissioner,
            "state": term.state,
            "starts_on": term.assignment.starts_on.isoformat(),
            "ends_on": term.assignment.last_day.isoformat(),
        }
        for term in timeline.terms
    ]
    events = [
        {
            "at": event.at.isoformat(),
            "who": told(event.who),
            "did": told(event.words),
            "assignment_id": event.assignment_id,
            "township": event.township,
            "commissioner": event.commissioner,
            "state": event.state,
            "reason": event.reason,
            "undo_revision": event.undo_revision,
        }
        for event in timeline.events
    ]
    return private(jsonify(terms=terms, events=events))
