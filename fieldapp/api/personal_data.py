"""The personal data of one commissioner: given out whole, or erased."""

from __future__ import annotations

from flask import Blueprint, Response

from fieldapp.api.answers import context
from fieldapp.api.operations import Answer, Operation, describe
from fieldapp.api.requests import read_body, read_query
from fieldapp.api.schemas import Named, moment, record, text
from fieldapp.domain.errors import Fault, InvalidInputError
from fieldapp.domain.permissions import Action
from fieldapp.services.personal_data import erase_person, export_person
from fieldapp.web.rights import acting_person, needs
from geodata.errors import Message

blueprint = Blueprint("personal_data", __name__)
_ONE = "/commissioners/<commissioner_id>"
_PERSON = Named(
    "PersonalData",
    record("All that is kept about one person.", exported_at=moment(), commissioner={"type": "object"})
    | {"additionalProperties": True},
)


@blueprint.get(f"{_ONE}/personal-data")
@needs(Action.PERSON_EXPORT)
@describe(
    Operation(
        "Everything that is kept about one commissioner; that it was given out is kept.",
        {200: Answer("The record, and by kind whatever else is kept.", _PERSON)},
        problems={404: "There is no such commissioner."},
        description="A commissioner gets what is kept about himself or herself.",
    )
)
def personal_data(commissioner_id: str) -> Response:
    """A person's data."""
    read_query()
    content = export_person(context(), commissioner_id, by=acting_person())
    response = Response(content, mimetype="application/json")
    response.cache_control.no_store = True
    return response


@blueprint.post(f"{_ONE}/erase")
@needs(Action.PERSON_ERASE)
@describe(
    Operation(
        "Erase a commissioner's name, phone, home, notes and positions; what is counted stays.",
        {204: Answer("The person is erased.")},
        body=record(
            optional=("reason",),
            again=text("The id once more, so that it is no slip.", maxLength=30),
            reason=text(maxLength=500),
        ),
        problems={
            404: "There is no such commissioner.",
            409: "person.serving: a term is not over.",
        },
        description="This cannot be taken back.",
    )
)
def erase_personal_data(commissioner_id: str) -> Response:
    """Erase a person."""
    read_query()
    body = read_body()
    if body["again"] != commissioner_id:
        words = Message("The two numbers are not the same. Nothing was erased.")
        raise InvalidInputError(words, [Fault("/again", words)], code="person.again")
    erase_person(context(), commissioner_id, by=acting_person(), reason=body.get("reason", ""))
    return Response(status=204)
