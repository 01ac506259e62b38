"""Who asks."""

from __future__ import annotations

from flask import Blueprint, Response

from fieldapp.api.answers import send_row
from fieldapp.api.operations import Answer, Operation, describe
from fieldapp.api.requests import read_query
from fieldapp.api.schemas import COUNTY_CODE, Named, many, nullable, one_of, record, text
from fieldapp.domain.accounts import TokenScope
from fieldapp.domain.permissions import PERMISSIONS, Role, Scope
from fieldapp.web.accounts import current_account
from fieldapp.web.rights import acting_person, needs

blueprint = Blueprint("account", __name__)

_ME = Named(
    "Me",
    record(
        username=text(),
        display_name=text(),
        role=one_of(Role),
        county_codes=many(COUNTY_CODE, "Of a county officer."),
        commissioner_id=nullable(text("Of a commissioner.")),
        token_scope=nullable(one_of(TokenScope, "What the token may be used for; null in a browser.")),
        rights=many(text(), "What the role may do, to some rows at least."),
    ),
)


@blueprint.get("/me")
@needs()
@describe(Operation("Who you are, and what you may do.", {200: Answer("You.", _ME)}))
def me() -> Response:
    """The account of this request."""
    read_query()
    person, account = acting_person(), current_account()
    assert account is not None
    row = {
        "username": account.username,
        "display_name": account.display_name,
        "role": person.role,
        "county_codes": sorted(person.county_codes),
        "commissioner_id": person.commissioner_id,
        "token_scope": account.token_scope,
        "rights": [
            action.value for action, scopes in PERMISSIONS.items() if scopes[person.role] is not Scope.NONE
        ],
    }
    return send_row(row, _ME)
