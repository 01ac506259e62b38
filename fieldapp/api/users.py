"""Accounts as an administrator keeps them: listed, added, changed, disabled, let in for the first time."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, url_for

from fieldapp.api.answers import context, private, send_new, send_row, shown
from fieldapp.api.operations import NEW, TAG, Answer, Operation, Parameter, describe, gives
from fieldapp.api.requests import read_body, read_query, seen_revision
from fieldapp.api.schemas import (
    COUNTY_CODE,
    Named,
    change_of,
    flag,
    many,
    moment,
    new_of,
    nullable,
    one_of,
    record,
    text,
    whole,
)
from fieldapp.domain.permissions import Action, Role
from fieldapp.services.keep_users import (
    UserValues,
    add_commissioner_accounts,
    add_user,
    change_user,
    find_user,
    give_link,
    list_users,
    set_disabled,
)
from fieldapp.web.rights import acting_person, needs

blueprint = Blueprint("users_of_the_api", __name__)
_ONE = "/users/<int(max=9223372036854775807):user_id>"
_BY_PEOPLE = "People only, in a session: a token manages no accounts."
_MISSING = "There is no such account."
_USER = Named(
    "User",
    record(
        id=whole(),
        username=text(),
        display_name=text(),
        role=one_of(Role),
        phone=nullable(text()),
        county_codes=many(COUNTY_CODE, "Of a county officer."),
        commissioner_id=nullable(text("Of a commissioner.")),
        created_at=moment(),
        last_login_at=nullable(moment()),
        disabled_at=nullable(moment("Null where the account is open.")),
        erased_at=nullable(moment("An erased account stays closed.")),
        must_set_password=flag("The next login sets a password."),
        demonstration=flag("Made up, for the demonstration."),
        revision=whole(minimum=1),
    ),
)
_FIELDS = {
    "username": text("2 to 60 letters, digits, dots and hyphens.", minLength=2, maxLength=60),
    "display_name": text(pattern=r"\S", maxLength=60),
    "role": one_of(Role),
    "phone": nullable(text("Can be logged in with.", maxLength=40)),
    "county_codes": many(COUNTY_CODE, "Of a county officer, who needs one or more."),
    "commissioner_id": nullable(text("Of a commissioner, who needs one.", maxLength=30)),
}
_REQUIRED = ("username", "display_name", "role")
_CODE = Named(
    "FirstCode",
    record(
        user_id=whole(),
        username=text(),
        display_name=text(),
        institution=text("Name."),
        code=text("Shown this once; it lets the commissioner set a password."),
        expires_at=moment(),
    ),
)


@blueprint.get("/users")
@needs(Action.USER_READ)
@describe(
    Operation(
        "The accounts, by user name.",
        {200: Answer("All of them.", record(items=many(_USER)))},
        (Parameter("role", one_of(Role), "Only of this role."),),
        description=_BY_PEOPLE,
    )
)
def users() -> Response:
    """Every account."""
    role = read_query().get("role")
    found = list_users(context(), by=acting_person())
    return private(jsonify(items=[shown(each, _USER) for each in found if role in (None, each["role"])]))


@blueprint.post("/users")
@needs(Action.USER_MANAGE)
@describe(
    Operation(
        "Add an account; it begins with a one-time link.",
        {201: Answer("It is added.", _USER, headers=NEW)},
        body=new_of(_FIELDS, _REQUIRED),
        description=_BY_PEOPLE,
    )
)
def add_account() -> Response:
    """A new account."""
    read_query()
    user_id = add_user(context(), _values(read_body()), by=acting_person())
    address = url_for("api.users_of_the_api.user", user_id=user_id)
    return send_new(find_user(context(), user_id, by=acting_person()), _USER, address)


@blueprint.get(_ONE)
@needs(Action.USER_READ)
@gives("One account.", _USER, missing=_MISSING)
def user(user_id: int) -> Response:
    """One account."""
    read_query()
    return _send(user_id)


@blueprint.patch(_ONE)
@needs(Action.USER_MANAGE)
@describe(
    Operation(
        "Change an account; what is left out stays. Other rights end its sessions.",
        {200: Answer("It is changed.", _USER, headers=TAG)},
        body=change_of(_FIELDS),
        problems={
            404: _MISSING,
            409: "Somebody was faster. user.last_administrator: nobody else could manage accounts.",
        },
        description=_BY_PEOPLE,
        revised=True,
    )
)
def change_account(user_id: int) -> Response:
    """Change an account."""
    read_query()
    body, person = read_body(), acting_person()
    seen = seen_revision(body)
    stored = find_user(context(), user_id, by=person)
    kept = {name: stored[name] for name in _FIELDS}
    change_user(context(), user_id, _values(kept | body), by=person, revision=seen)
    return _send(user_id)


@blueprint.post(f"{_ONE}/disable")
@needs(Action.USER_MANAGE)
@describe(
    Operation(
        "Close an account, with every session, token and link of it.",
        {200: Answer("It is closed.", _USER, headers=TAG)},
        problems={404: _MISSING, 409: "user.last_administrator: nobody else could manage accounts."},
        description=_BY_PEOPLE,
    )
)
def disable_account(user_id: int) -> Response:
    """Close an account."""
    return _set_disabled(user_id, disabled=True)


@blueprint.post(f"{_ONE}/enable")
@needs(Action.USER_MANAGE)
@describe(
    Operation(
        "Open an account again.",
        {200: Answer("It is open.", _USER, headers=TAG)},
        problems={404: _MISSING, 409: "user.erased: it was erased and stays closed."},
        description=_BY_PEOPLE,
    )
)
def enable_account(user_id: int) -> Response:
    """Open an account."""
    return _set_disabled(user_id, disabled=False)


@blueprint.post(f"{_ONE}/link")
@needs(Action.USER_MANAGE)
@describe(
    Operation(
        "Give a one-time link by which the person sets a new password; it is shown this once.",
        {201: Answer("The link.", record(link=text("The whole address.")))},
        problems={404: _MISSING, 409: "user.disabled: the account is disabled."},
        description=f"{_BY_PEOPLE} Older links are void, the sessions end and a second factor is taken off.",
    )
)
def give_one_time_link(user_id: int) -> Response:
    """A one-time link."""
    read_query()
    secret = give_link(context(), user_id, by=acting_person())
    return _secret({"link": url_for("accounts.take_link", secret=secret, _external=True)})


@blueprint.post("/users/commissioners")
@needs(Action.USER_MANAGE)
@describe(
    Operation(
        "Give commissioners accounts and codes to begin with; the codes are shown this once.",
        {201: Answer("The codes that were made.", record(items=many(_CODE)))},
        body=record(
            optional=("renew", "only"),
            renew=flag("New codes too for those who have an account and never set a password."),
            only=many(text(minLength=1, maxLength=30), "Only these, by id; all where it is left out."),
        ),
        problems={409: "user.name_taken: another account has the user name."},
        description=_BY_PEOPLE,
    )
)
def add_commissioners_accounts() -> Response:
    """Accounts for the commissioners who have none."""
    read_query()
    body = read_body()
    codes = add_commissioner_accounts(
        context(), by=acting_person(), renew=body.get("renew", False), only=body.get("only")
    )
    return _secret({"items": [shown(vars(code), _CODE) for code in codes]})


def _set_disabled(user_id: int, *, disabled: bool) -> Response:
    read_query()
    set_disabled(context(), user_id, by=acting_person(), disabled=disabled)
    return _send(user_id)


def _values(given: dict[str, Any]) -> UserValues:
    return UserValues(
        username=given["username"],
        display_name=given["display_name"],
        role=Role(given["role"]),
        phone=given.get("phone") or None,
        county_codes=tuple(given.get("county_codes", ())),
        commissioner_id=given.get("commissioner_id") or None,
    )


def _send(user_id: int) -> Response:
    return send_row(find_user(context(), user_id, by=acting_person()), _USER)


def _secret(content: dict[str, Any]) -> Response:
    """What is shown once, and kept by nobody on the way."""
    response = jsonify(content)
    response.status_code = 201
    response.cache_control.no_store = True
    return response
