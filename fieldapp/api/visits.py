"""Visits from the field: put, read, withdrawn, and the feed of what has changed."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, jsonify, request, url_for

from fieldapp.api.answers import context, private
from fieldapp.api.errors import told
from fieldapp.api.operations import LIMIT, USUALLY_AT_ONCE, Answer, Operation, Parameter, describe
from fieldapp.api.requests import cursor_of, key_of, read_body, read_headers, read_query
from fieldapp.api.schemas import many, moment, record, text, whole
from fieldapp.api.visit_schemas import BODY, VISIT
from fieldapp.domain.permissions import Action
from fieldapp.domain.visits import visit_of
from fieldapp.services.read_visits import VisitDocument, read_feed, read_visit
from fieldapp.services.record_visit import SentVisit, record_visit
from fieldapp.services.withdraw_visit import withdraw_visit
from fieldapp.web.rights import acting_person, needs

blueprint = Blueprint("visits", __name__)

_LARGEST_BODY = 256 * 1024  # bytes
_CLOCK = Parameter(
    "Client-Clock",
    moment(),
    "What the visitor's clock shows at this moment: a wrong one is noticed, and part of the evidence.",
)
_CONFLICT = (
    "visit.changed: another revision than the one named is stored, and it says something else. "
    "visit.deleted: it was withdrawn. The member visit has what is stored."
)


@blueprint.put("/visits/<uuid:visit_id>")
@needs(Action.VISIT_WRITE)
@describe(
    Operation(
        "Log a visit, or change one; sent again, it changes nothing.",
        {
            200: Answer("It is stored, as a new revision or as it was already.", VISIT),
            201: Answer("It is new.", VISIT, headers={"Location": "The address of the visit."}),
        },
        body=BODY,
        headers=(_CLOCK,),
        problems={
            403: "visit.township: it is none of one's townships. forbidden.own: it is somebody else's visit.",
            409: _CONFLICT,
            422: "visit.term, visit.future, visit.period, ...: why it cannot be so; errors point at it.",
        },
        description="The id is made by the client. base_revision is the revision that the client knows, null "
        "for a new visit. The answer is sent after the visit is durably stored. A withdrawn visit comes back "
        "by a change that names its last revision.",
    )
)
def put_visit(visit_id: UUID) -> Response:
    """Record a visit."""
    request.max_content_length = _LARGEST_BODY
    read_query()
    body, headers = read_body(), read_headers()
    sent = SentVisit(
        id=visit_id,
        visit=visit_of(body),
        base_revision=body["base_revision"],
        by=acting_person(),
        client_clock=headers.get(_CLOCK.name),
    )
    recorded = record_visit(context(), sent)
    response = _shown(recorded.document)
    if recorded.created:
        response.status_code = 201
        response.location = url_for("api.visits.get_visit", visit_id=visit_id)
    return response


@blueprint.get("/visits/<uuid:visit_id>")
@needs(Action.VISIT_READ)
@describe(
    Operation(
        "One visit, also a withdrawn one.",
        {200: Answer("The visit.", VISIT)},
        problems={404: "There is none, or none you may see."},
    )
)
def get_visit(visit_id: UUID) -> Response:
    """One visit."""
    read_query()
    return _shown(read_visit(context(), visit_id, by=acting_person()))


@blueprint.delete("/visits/<uuid:visit_id>")
@needs(Action.VISIT_WRITE)
@describe(
    Operation(
        "Withdraw a visit; it stays as a tombstone. Sent again, it changes nothing.",
        {204: Answer("It is withdrawn.")},
        (Parameter("base_revision", whole(minimum=1), "The revision that the client knows.", required=True),),
        problems={404: "There is none.", 409: _CONFLICT},
    )
)
def delete_visit(visit_id: UUID) -> Response:
    """Withdraw a visit."""
    withdraw_visit(context(), visit_id, base_revision=read_query()["base_revision"], by=acting_person())
    return Response(status=204)


@blueprint.get("/visits")
@needs(Action.VISIT_READ)
@describe(
    Operation(
        "The visits that have changed, withdrawn ones too, in the order of their changes.",
        {
            200: Answer(
                "Some of them.",
                record(
                    visits=many(VISIT),
                    next=text("Ask with it as changed_since for what changes after these."),
                    more={"type": "boolean", "description": "Whether there is more at once."},
                ),
            )
        },
        (
            Parameter(
                "changed_since",
                text(minLength=1, maxLength=200),
                "next of the answer before; left out, the feed begins with the oldest change.",
            ),
            LIMIT,
        ),
        description="A review, a grade, a note or a photo that has arrived is a change, too.",
    )
)
def list_visits() -> Response:
    """The change feed."""
    query = read_query()
    since = query.get("changed_since")
    feed = read_feed(
        context(),
        since=None if since is None else str(key_of(since, str, name="changed_since")),
        limit=query.get("limit", USUALLY_AT_ONCE),
        by=acting_person(),
    )
    shown = [told(document) for document in feed.documents]
    return private(jsonify(visits=shown, next=cursor_of(feed.next), more=feed.more))


def _shown(document: VisitDocument) -> Response:
    return private(jsonify(told(document)))
