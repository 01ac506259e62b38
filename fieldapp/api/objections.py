"""Objections to assignments on public notice."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from fieldapp.api.answers import context, send_row
from fieldapp.api.assignments import ONE
from fieldapp.api.operations import TAG, Answer, Operation, describe
from fieldapp.api.requests import read_query
from fieldapp.api.schemas import REVISION, Named, day, many, nullable, one_of, record, text, whole
from fieldapp.api.steps import CHANGED, asked, step
from fieldapp.domain.notice import Settlement
from fieldapp.domain.permissions import Action
from fieldapp.services.raise_objection import raise_objection
from fieldapp.services.read_objections import read_objections
from fieldapp.services.settle_objection import settle_objection
from fieldapp.web.rights import acting_person, needs

blueprint = Blueprint("objections", __name__)
_WORDS = text(pattern=r"\S", maxLength=2000)
_OBJECTIONS = Named(
    "Objections",
    record(
        assignment_id=whole(),
        revision=whole("Of the assignment.", minimum=1),
        items=many(
            Named(
                "Objection",
                record(
                    id=whole(),
                    raised_on=day(),
                    text=text(),
                    settlement=nullable(one_of(Settlement, "Null where it is open.")),
                    settled_on=nullable(day()),
                    answer=text(),
                ),
            ),
            "The oldest first.",
        ),
    ),
)


@blueprint.get(f"{ONE}/objections")
@needs(Action.OBJECTION_READ)
@describe(
    Operation(
        "The objections to an assignment.",
        {200: Answer("All of them.", _OBJECTIONS, headers=TAG)},
        problems={404: "There is no such assignment."},
    )
)
def objections(assignment_id: int) -> Response:
    """The objections to one assignment."""
    read_query()
    return _send(read_objections(context(), assignment_id, by=acting_person()))


@blueprint.post(f"{ONE}/objections")
@needs(Action.OBJECTION_WRITE)
@step(
    "Note what the public says against an assignment; until it is settled it keeps it from activation.",
    answer=_OBJECTIONS,
    text=_WORDS,
)
def object_to(assignment_id: int) -> Response:
    """A new objection; answers all of the assignment's."""
    body, seen = asked()
    person = acting_person()
    raise_objection(context(), assignment_id, body["text"], revision=seen, by=person)
    return _send(read_objections(context(), assignment_id, by=person))


@blueprint.post("/objections/<int(max=9223372036854775807):objection_id>/settle")
@needs(Action.OBJECTION_WRITE)
@describe(
    Operation(
        "Dismiss or uphold an objection.",
        {200: Answer("It is settled.", _OBJECTIONS, headers=TAG)},
        body=record(optional=("revision",), settlement=one_of(Settlement), answer=_WORDS, revision=REVISION),
        problems=CHANGED,
        description="The revision is that of the assignment.",
        revised=True,
    )
)
def settle(objection_id: int) -> Response:
    """Settle an objection; answers all of the assignment's."""
    body, seen = asked()
    person = acting_person()
    after = settle_objection(
        context(),
        objection_id,
        Settlement(body["settlement"]),
        body["answer"],
        revision=seen,
        by=person,
    )
    assert after.id is not None
    return _send(read_objections(context(), after.id, by=person))


def _send(found: dict[str, Any]) -> Response:
    return send_row(found, _OBJECTIONS)
