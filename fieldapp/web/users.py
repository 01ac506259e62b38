"""The pages by which an administrator keeps accounts."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fieldapp.domain.errors import FieldappError, InvalidInputError
from fieldapp.domain.permissions import Action, Role
from fieldapp.services.context import Context
from fieldapp.services.describe_counties import county_names
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
from fieldapp.services.personal_data import erase_person, export_person
from fieldapp.web.refusals import status_of
from fieldapp.web.rights import acting_person, needs
from fieldapp.web.site import words
from geodata.errors import Message

blueprint = Blueprint("users", __name__, url_prefix="/admin")
_FIELDS = ("username", "display_name", "role", "phone", "commissioner_id")


@blueprint.get("")
@needs(Action.USER_READ)
def index() -> ResponseReturnValue:
    return redirect(url_for("users.show"), 303)


@blueprint.get("/users")
@needs(Action.USER_READ)
def show() -> str:
    """The accounts, with search and filter."""
    wanted = request.args.get("q", "").strip().casefold()[:60]
    role = request.args.get("role", "")
    rows = [
        row
        for row in list_users(_context(), by=acting_person())
        if (not role or row["role"] == role)
        and (not wanted or any(wanted in str(row[name] or "").casefold() for name in _FIELDS))
    ]
    return render_template("users/list.html", rows=rows, q=wanted, role=role, **_choices())


@blueprint.get("/users/new")
@needs(Action.USER_MANAGE)
def show_new() -> str:
    return _form({"role": Role.VIEWER.value, "county_codes": ()})


@blueprint.post("/users/new")
@needs(Action.USER_MANAGE)
def add() -> ResponseReturnValue:
    """Add an account and show its one-time link."""
    try:
        user_id = add_user(_context(), _values(), by=acting_person())
    except FieldappError as error:
        return _form(_given(), error=error), status_of(error)
    return _with_link(user_id)


@blueprint.get("/users/<int:user_id>")
@needs(Action.USER_READ)
def show_one(user_id: int) -> str:
    return _form(find_user(_context(), user_id, by=acting_person()))


@blueprint.post("/users/<int:user_id>")
@needs(Action.USER_MANAGE)
def change(user_id: int) -> ResponseReturnValue:
    """Keep the changes; where somebody was first, show what was typed again with the reason."""
    stored = find_user(_context(), user_id, by=acting_person())
    revision = request.form.get("revision", default=0, type=int)
    try:
        change_user(_context(), user_id, _values(), by=acting_person(), revision=revision)
    except FieldappError as error:
        return _form(stored | _given(), error=error), status_of(error)
    flash(words(Message("The account was changed.")))
    return redirect(url_for("users.show"), 303)


@blueprint.post("/users/<int:user_id>/<any(disable, enable):state>")
@needs(Action.USER_MANAGE)
def set_state(user_id: int, state: str) -> ResponseReturnValue:
    set_disabled(_context(), user_id, by=acting_person(), disabled=state == "disable")
    return redirect(url_for("users.show_one", user_id=user_id), 303)


@blueprint.post("/users/<int:user_id>/link")
@needs(Action.USER_MANAGE)
def link(user_id: int) -> ResponseReturnValue:
    """Give a one-time link; it is shown once."""
    return _with_link(user_id)


@blueprint.get("/users/commissioners")
@needs(Action.USER_MANAGE)
def show_commissioners() -> str:
    return render_template("users/codes.html", codes=None)


@blueprint.post("/users/commissioners")
@needs(Action.USER_MANAGE)
def add_commissioners() -> str:
    """Make the accounts that are missing, and show their codes to be printed, once."""
    renew = "renew" in request.form
    codes = add_commissioner_accounts(_context(), by=acting_person(), renew=renew)
    return render_template("users/codes.html", codes=codes, address=request.host_url + "welcome")


@blueprint.get("/persons")
@needs(Action.PERSON_ERASE)
def show_persons() -> str:
    """Where one person's data is given out or erased."""
    return render_template("users/persons.html", error=None)


@blueprint.post("/persons/export")
@needs(Action.PERSON_EXPORT)
def give_out_person() -> ResponseReturnValue:
    """Everything that is kept about one commissioner, as a file."""
    wanted = request.form.get("commissioner_id", "").strip()
    content = export_person(_context(), wanted, by=acting_person())
    answer = current_app.response_class(content, mimetype="application/json")
    answer.headers["Content-Disposition"] = "attachment; filename=person.json"
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post("/persons/erase")
@needs(Action.PERSON_ERASE)
def erase() -> ResponseReturnValue:
    """Erase one person, named twice so that it is no slip."""
    wanted = request.form.get("commissioner_id", "").strip()
    try:
        if wanted != request.form.get("again", "").strip():
            raise InvalidInputError(Message("The two numbers are not the same. Nothing was erased."))
        reason = request.form.get("reason", "")
        erase_person(_context(), wanted, by=acting_person(), reason=reason)
    except FieldappError as error:
        return render_template("users/persons.html", error=error), status_of(error)
    flash(words(Message("The person {id} was erased.", id=wanted)))
    return redirect(url_for("users.show_persons"), 303)


def _with_link(user_id: int) -> ResponseReturnValue:
    secret = give_link(_context(), user_id, by=acting_person())
    address = url_for("accounts.take_link", secret=secret, _external=True)
    return _form(find_user(_context(), user_id, by=acting_person()), link=address)


def _form(user: object, *, error: FieldappError | None = None, link: str | None = None) -> str:
    return render_template("users/form.html", user=user, error=error, link=link, **_choices())


def _choices() -> dict[str, object]:
    return {
        "roles": list(Role),
        "role_words": {role.value: role.words for role in Role},
        "counties": county_names(_context()),
    }


def _given() -> dict[str, object]:
    given: dict[str, object] = {name: request.form.get(name, "") for name in _FIELDS}
    return given | {"county_codes": tuple(request.form.getlist("county_codes"))}


def _values() -> UserValues:
    role = request.form.get("role", "")
    if role not in list(Role):
        raise InvalidInputError(Message("Choose a role."), code="user.invalid")
    return UserValues(
        username=request.form.get("username", ""),
        display_name=request.form.get("display_name", ""),
        role=Role(role),
        phone=request.form.get("phone", "").strip() or None,
        county_codes=tuple(request.form.getlist("county_codes")),
        commissioner_id=request.form.get("commissioner_id", "").strip() or None,
    )


def _context() -> Context:
    return cast(Context, current_app.extensions["fieldapp"])
