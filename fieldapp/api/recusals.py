"""Recusals: who must not be the commissioner of a township."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, url_for

from fieldapp.api.answers import context, private, send_new, send_row, shown
from fieldapp.api.assignments import COMMISSIONER_ID
from fieldapp.api.operations import Answer, Operation, describe, gives
from fieldapp.api.requests import read_body, read_query
from fieldapp.api.schemas import TOWNSHIP_CODE, Named, day, many, nullable, record, text, whole
from fieldapp.domain.permissions import Action
from fieldapp.services.set_recusal import lift_recusal, read_recusal, read_recusals, recuse_commissioner
from fieldapp.web.rights import acting_person, needs

blueprint = Blueprint("recusals", __name__)
_ONE = "/recusals/<int(max=9223372036854775807):recusal_id>"
_RECUSAL = Named(
    "Recusal",
    record(
        id=whole(),
        township_code=TOWNSHIP_CODE,
        commissioner_id=text(),
        commissioner=text("Name."),
        reason=text(),
        recused_on=day(),
        lifted_on=nullable(day("Null where it stands.")),
    ),
)


@blueprint.get("/townships/<code>/recusals")
@needs(Action.RECUSAL_READ)
@describe(
    Operation(
        "Who is recused from a township, the latest first.",
        {200: Answer("All recusals that stand.", record(items=many(_RECUSAL)))},
        problems={404: "There is no such township."},
    )
)
def recusals(code: str) -> Response:
    """The recusals that stand in one township."""
    read_query()
    found = read_recusals(context(), code, by=acting_person())
    return private(jsonify(items=[shown(each, _RECUSAL) for each in found]))


@blueprint.post("/townships/<code>/recusals")
@needs(Action.RECUSAL_WRITE)
@describe(
    Operation(
        "Keep a commissioner from a township.",
        {201: Answer("The recusal stands.", _RECUSAL, headers={"Location": "Where it is."})},
        body=record(commissioner_id=COMMISSIONER_ID, reason=text(pattern=r"\S", maxLength=2000)),
        problems={
            404: "There is no such township or commissioner.",
            409: "recusal.standing: the commissioner is recused already.",
        },
    )
)
def recuse(code: str) -> Response:
    """A new recusal."""
    read_query()
    body, person = read_body(), acting_person()
    recusal_id = recuse_commissioner(context(), body["commissioner_id"], code, body["reason"], by=person)
    address = url_for("api.recusals.recusal", recusal_id=recusal_id)
    return send_new(read_recusal(context(), recusal_id, by=person), _RECUSAL, address)


@blueprint.get(_ONE)
@needs(Action.RECUSAL_READ)
@gives("One recusal.", _RECUSAL, missing="There is no such recusal.")
def recusal(recusal_id: int) -> Response:
    """One recusal, standing or lifted."""
    read_query()
    return send_row(read_recusal(context(), recusal_id, by=acting_person()), _RECUSAL)


@blueprint.post(f"{_ONE}/lift")
@needs(Action.RECUSAL_WRITE)
@describe(
    Operation(
        "Let a recusal end today.",
        {200: Answer("It has ended.", _RECUSAL)},
        problems={404: "There is no such recusal.", 409: "recusal.lifted: it has ended already."},
    )
)
def lift_standing(recusal_id: int) -> Response:
    """End a recusal."""
    read_query()
    lift_recusal(context(), recusal_id, by=acting_person())
    return send_row(read_recusal(context(), recusal_id, by=acting_person()), _RECUSAL)
