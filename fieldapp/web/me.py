"""The own account: password, second factor, sessions and tokens."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from fieldapp.domain.accounts import TokenScope
from fieldapp.domain.errors import FieldappError, InvalidInputError
from fieldapp.domain.permissions import Action
from fieldapp.services.context import Context
from fieldapp.services.keep_tokens import LONGEST_DAYS, create_token, list_tokens, revoke_token
from fieldapp.services.own_account import list_sessions, revoke_session
from fieldapp.services.personal_data import export_person
from fieldapp.services.second_factor import (
    begin_enrolment,
    confirm_enrolment,
    recovery_codes_left,
    remove_second_factor,
)
from fieldapp.services.set_password import change_password
from fieldapp.web.accounts import current_account
from fieldapp.web.rights import acting_person, needs
from fieldapp.web.site import words
from geodata.errors import Message

blueprint = Blueprint("me", __name__, url_prefix="/me")


@blueprint.get("")
@needs(Action.ACCOUNT_MANAGE)
def show() -> str:
    """The account, where it is logged in, and its tokens."""
    return _page()


@blueprint.get("/data.json")
@needs(Action.PERSON_EXPORT)
def give_out() -> ResponseReturnValue:
    """Everything that is kept about the commissioner whose account this is."""
    person = acting_person()
    content = export_person(_context(), person.commissioner_id or "", by=person)
    answer = current_app.response_class(content, mimetype="application/json")
    answer.headers["Content-Disposition"] = "attachment; filename=my-data.json"
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/password")
@needs(Action.ACCOUNT_MANAGE)
def show_password() -> str:
    return render_template("accounts/password.html", error=None)


@blueprint.post("/password")
@needs(Action.ACCOUNT_MANAGE)
def set_password() -> ResponseReturnValue:
    """Set a new password; other sessions end."""
    account = current_account()
    try:
        if request.form.get("password") != request.form.get("again"):
            raise InvalidInputError(Message("The two passwords are not the same. Type the new one twice."))
        change_password(
            _context(),
            current=request.form.get("current", ""),
            password=request.form.get("password", ""),
            by=acting_person(),
            session_id=None if account is None else account.session_id,
        )
    except InvalidInputError as error:
        return render_template("accounts/password.html", error=error), 422
    flash(words(Message("The password was changed. Everywhere else you are logged out.")))
    return redirect(url_for("me.show"), 303)


@blueprint.get("/second-factor")
@needs(Action.ACCOUNT_MANAGE)
def show_second_factor() -> ResponseReturnValue:
    """The picture to scan."""
    return _second_factor_page()


@blueprint.post("/second-factor")
@needs(Action.ACCOUNT_MANAGE)
def set_second_factor() -> ResponseReturnValue:
    """Take it into use and show the recovery codes, once."""
    try:
        codes = confirm_enrolment(_context(), request.form.get("code", ""), by=acting_person())
    except FieldappError as error:
        return _second_factor_page(error), 422
    return render_template("accounts/recovery_codes.html", codes=codes)


@blueprint.post("/second-factor/remove")
@needs(Action.ACCOUNT_MANAGE)
def take_second_factor_off() -> ResponseReturnValue:
    remove_second_factor(_context(), password=request.form.get("password", ""), by=acting_person())
    flash(words(Message("The second factor was taken off.")))
    return redirect(url_for("me.show"), 303)


@blueprint.post("/sessions/<int:session_id>/end")
@needs(Action.ACCOUNT_MANAGE)
def end_session(session_id: int) -> ResponseReturnValue:
    revoke_session(_context(), session_id, by=acting_person())
    return redirect(url_for("me.show"), 303)


@blueprint.post("/sessions/end-others")
@needs(Action.ACCOUNT_MANAGE)
def end_other_sessions() -> ResponseReturnValue:
    account = current_account()
    revoke_session(_context(), None, by=acting_person(), keep=None if account is None else account.session_id)
    flash(words(Message("Everywhere else you are logged out.")))
    return redirect(url_for("me.show"), 303)


@blueprint.post("/tokens")
@needs(Action.ACCOUNT_MANAGE)
def make_token() -> ResponseReturnValue:
    """Make a token and show it, once."""
    person, scope = acting_person(), request.form.get("scope", "")
    if scope not in list(TokenScope) or person.user_id is None:
        raise InvalidInputError(Message("Choose what the token may be used for."), code="token.scope")
    token = create_token(
        _context(),
        person.user_id,
        name=request.form.get("name", ""),
        scope=TokenScope(scope),
        days=request.form.get("days", default=0, type=int),
        by=person,
    )
    return _page(token)


@blueprint.post("/tokens/<int:token_id>/end")
@needs(Action.ACCOUNT_MANAGE)
def end_token(token_id: int) -> ResponseReturnValue:
    revoke_token(_context(), token_id, by=acting_person())
    return redirect(url_for("me.show"), 303)


def _page(token: str | None = None) -> str:
    person = acting_person()
    return render_template(
        "accounts/me.html",
        sessions=list_sessions(_context(), by=person),
        tokens=list_tokens(_context(), by=person),
        scopes=list(TokenScope),
        scope_words={scope.value: scope.words for scope in TokenScope},
        longest_days=LONGEST_DAYS,
        codes_left=recovery_codes_left(_context(), by=person),
        token=token,
        now=_context().now(),
    )


def _second_factor_page(error: FieldappError | None = None) -> str:
    enrolment = begin_enrolment(_context(), by=acting_person())
    # Drawn by our own code out of letters and digits of ours.
    picture = Markup(enrolment.svg)  # noqa: S704
    return render_template(
        "accounts/second_factor.html", secret=enrolment.secret, picture=picture, error=error
    )


def _context() -> Context:
    return cast(Context, current_app.extensions["fieldapp"])
