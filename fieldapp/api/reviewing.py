"""The review of visits by officers, and the answers of commissioners."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, jsonify

from fieldapp.api.answers import context, private
from fieldapp.api.errors import told
from fieldapp.api.operations import Answer, Operation, describe
from fieldapp.api.requests import read_body, read_query, seen_revision
from fieldapp.api.schemas import one_of, record, text, whole
from fieldapp.api.visit_schemas import VISIT
from fieldapp.domain.permissions import Action
from fieldapp.domain.reviewing import LONGEST_NOTE, OFFICERS_STEPS, ReviewStep
from fieldapp.domain.visits import Review
from fieldapp.services.answer_question import answer_question
from fieldapp.services.read_visits import read_visit
from fieldapp.services.review_visit import review_visit
from fieldapp.web.rights import acting_person, needs

blueprint = Blueprint("reviewing", __name__)
_UUID = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"


@blueprint.post("/visits/<uuid:visit_id>/review")
@needs(Action.VISIT_REVIEW)
@describe(
    Operation(
        "Approve a visit, return it with a question, reject it with a reason, or take that back.",
        {200: Answer("The visit as it is now.", VISIT)},
        body=record(
            "",
            optional=("text", "revision"),
            step=one_of(OFFICERS_STEPS),
            seen=one_of(Review, "The review that was seen: whoever was faster is not overruled unseen."),
            text=text("The question, or the reason; needed where the step has one.", maxLength=LONGEST_NOTE),
            revision=whole(
                "The revision that was seen, where If-Match does not say it.", minimum=1, maximum=999_999_999
            ),
        ),
        problems={
            404: "There is none, or none you may see.",
            409: "visit.changed: another revision or review than the one seen is stored; title says who did "
            "what. visit.review: the state does not allow the step. visit.deleted: it was withdrawn.",
        },
        description="A review leaves the revision as it is and is a change for the feed.",
        revised=True,
    )
)
def review(visit_id: UUID) -> Response:
    """Take a step of the review."""
    read_query()
    body = read_body()
    seen = seen_revision(body)
    review_visit(
        context(),
        visit_id,
        ReviewStep(body["step"]),
        text=body.get("text", ""),
        revision=seen,
        seen=Review(body["seen"]),
        by=acting_person(),
    )
    return private(jsonify(told(read_visit(context(), visit_id, by=acting_person()))))


@blueprint.post("/visits/<uuid:visit_id>/notes")
@needs(Action.VISIT_WRITE)
@describe(
    Operation(
        "Answer the question with which a visit was returned; sent again, it changes nothing.",
        {200: Answer("The visit as it is now.", VISIT)},
        body=record(
            "",
            id=text("Made by the client, in lower case.", pattern=_UUID),
            text=text("The answer.", minLength=1, maxLength=LONGEST_NOTE),
        ),
        problems={
            403: "It is somebody else's visit.",
            404: "There is none, or none you may see.",
            409: "note.exists: the id has another text. visit.deleted: the visit was withdrawn.",
        },
        description="Where an officer has gone on meanwhile the text is kept as a remark.",
    )
)
def add_note(visit_id: UUID) -> Response:
    """Answer a question."""
    read_query()
    body = read_body()
    document = answer_question(context(), visit_id, UUID(body["id"]), body["text"], by=acting_person())
    return private(jsonify(told(document)))
