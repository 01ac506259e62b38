"""Who asks, and the tokens by which programs ask in their name."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify
from flask_wtf.csrf import generate_csrf

from fieldapp.api.answers import context, send_page, send_row
from fieldapp.api.operations import Answer, Operation, describe
from fieldapp.api.requests import read_body, read_query
from fieldapp.api.schemas import (
    COUNTY_CODE,
    Named,
    many,
    moment,
    nullable,
    one_of,
    page_of,
    record,
    text,
    whole,
)
from fieldapp.domain.accounts import TokenScope
from fieldapp.domain.permissions import PERMISSIONS, Action, Role, Scope
from fieldapp.services.keep_tokens import LONGEST_DAYS, create_token, list_tokens, revoke_token
from fieldapp.services.log_in import log_out
from fieldapp.services.page_register import Page
from fieldapp.web.accounts import current_account, dismiss
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
_SESSION = Named(
    "Session",
    record(
        csrf_token=text("The session's secret, for X-CSRFToken."),
        user=record(id=whole(), username=text(), name=text()),
    ),
)
_TOKEN = Named(
    "Token",
    record(
        id=whole(),
        name=text(),
        scope=one_of(TokenScope),
        created_at=moment(),
        expires_at=moment(),
        last_used_at=nullable(moment()),
    ),
)
_BY_PEOPLE = "People only, in a session: a token makes no other."


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


@blueprint.get("/me/session")
@needs(Action.ACCOUNT_MANAGE)
@describe(
    Operation(
        "Who is logged in in this browser, and the secret that changes are sent with.",
        {200: Answer("The session.", _SESSION)},
        description="For every role, also while the account is not complete: anybody can log out.",
    )
)
def own_session() -> Response:
    """The session that asks."""
    read_query()
    account = current_account()
    assert account is not None
    user = {"id": account.id, "username": account.username, "name": account.display_name}
    return send_row({"csrf_token": generate_csrf(), "user": user}, _SESSION)


@blueprint.delete("/me/session")
@needs(Action.ACCOUNT_MANAGE)
@describe(
    Operation(
        "Log out: end the session of this browser.",
        {204: Answer("It is over.")},
        description="A token is ended among the tokens.",
    )
)
def end_own_session() -> Response:
    """End the session that asks, on the server as well."""
    read_query()
    account = current_account()
    if account is not None and account.session_id is not None:
        log_out(context(), account.id, account.session_id)
    dismiss()
    return Response(status=204)


@blueprint.get("/me/tokens")
@needs(Action.ACCOUNT_MANAGE)
@describe(
    Operation(
        "Your tokens, newest first.", {200: Answer("All of them.", page_of(_TOKEN))}, description=_BY_PEOPLE
    )
)
def tokens() -> Response:
    """The tokens of the account, without their secrets."""
    read_query()
    return send_page(Page(list_tokens(context(), by=acting_person()), None), _TOKEN)


@blueprint.post("/me/tokens")
@needs(Action.ACCOUNT_MANAGE)
@describe(
    Operation(
        "Make a token; it is shown this once.",
        {201: Answer("The token.", record(token=text("Send it as Authorization: Bearer TOKEN.")))},
        body=record(
            name=text("What it is for.", minLength=1, maxLength=60),
            scope=one_of(TokenScope),
            days=whole("How long it is good for.", minimum=1, maximum=LONGEST_DAYS),
        ),
        description=_BY_PEOPLE,
    )
)
def make_token() -> Response:
    """A new token."""
    read_query()
    body, person = read_body(), acting_person()
    assert person.user_id is not None
    made = create_token(
        context(),
        person.user_id,
        name=body["name"],
        scope=TokenScope(body["scope"]),
        days=body["days"],
        by=person,
    )
    response = jsonify(token=made)
    response.status_code = 201
    response.cache_control.no_store = True
    return response


@blueprint.delete("/me/tokens/<int(max=9223372036854775807):token_id>")
@needs(Action.ACCOUNT_MANAGE)
@describe(
    Operation(
        "End a token; one that is none of yours stays.",
        {204: Answer("It is no more.")},
        description=_BY_PEOPLE,
    )
)
def end_token(token_id: int) -> Response:
    """Revoke a token."""
    read_query()
    revoke_token(context(), token_id, by=acting_person())
    return Response(status=204)
