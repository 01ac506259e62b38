"""The pages to log in and to log out."""

from __future__ import annotations

import time
from typing import cast

from flask import Blueprint, current_app, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from fieldapp.domain.errors import (
    FieldappError,
    InvalidInputError,
    NotFoundError,
    ThrottledError,
    UnauthenticatedError,
)
from fieldapp.domain.permissions import Action
from fieldapp.services.context import Context
from fieldapp.services.log_in import log_in, log_out, open_session
from fieldapp.services.second_factor import finish_login
from fieldapp.services.set_password import check_code, link_owner, set_password_by_link, typed_secret
from fieldapp.web.accounts import admit, current_account, dismiss, landing, local_address
from fieldapp.web.rights import can, needs, open_to_all
from geodata.errors import Message

blueprint = Blueprint("accounts", __name__)

# What the signed cookie carries between two steps.
_PENDING, _LINK = "second_step", "welcome"
_PENDING_S = 300


@blueprint.get("/login")
@open_to_all
def show_login() -> ResponseReturnValue:
    """The form; whoever is logged in goes on at once."""
    if current_account() is not None:
        return redirect(landing(request.args.get("next")), 303)
    return _login_page()


@blueprint.post("/login")
@open_to_all
def login() -> ResponseReturnValue:
    """Check name and password, and go on to where the person wanted to be."""
    try:
        admission = log_in(
            _context(),
            name=request.form.get("name", ""),
            password=request.form.get("password", ""),
            address=request.remote_addr or "",
            user_agent=request.headers.get("User-Agent", ""),
        )
    except UnauthenticatedError as error:
        return _login_page(error), 401
    except ThrottledError as error:
        return _login_page(error), 429, {"Retry-After": str(error.seconds)}
    wanted = local_address(request.form.get("next"))
    if admission.token is None:
        session.clear()
        session[_PENDING] = {"user": admission.user_id, "until": time.time() + _PENDING_S}
        return redirect(url_for("accounts.show_second_step", next=wanted), 303)
    admit(admission.token)
    return redirect(landing(wanted), 303)


@blueprint.get("/login/code")
@open_to_all
def show_second_step() -> ResponseReturnValue:
    """The form for the second factor, after a right password."""
    if _pending() is None:
        return redirect(url_for("accounts.show_login", next=local_address(request.args.get("next"))), 303)
    return _second_step_page()


@blueprint.post("/login/code")
@open_to_all
def second_step() -> ResponseReturnValue:
    """Check the second factor and go on."""
    user_id = _pending()
    if user_id is None:
        return redirect(url_for("accounts.show_login"), 303)
    try:
        token = finish_login(
            _context(),
            user_id,
            request.form.get("code", ""),
            address=request.remote_addr or "",
            user_agent=request.headers.get("User-Agent", ""),
        )
    except UnauthenticatedError as error:
        return _second_step_page(error), 401
    except ThrottledError as error:
        return _second_step_page(error), 429, {"Retry-After": str(error.seconds)}
    admit(token)
    return redirect(landing(request.form.get("next")), 303)


@blueprint.get("/welcome")
@open_to_all
def ask_code() -> str:
    """Where a printed code is typed."""
    return render_template("accounts/code.html", error=None)


@blueprint.post("/welcome")
@open_to_all
def take_code() -> ResponseReturnValue:
    """Go on to the password by a printed code."""
    secret = typed_secret(request.form.get("code", ""))
    try:
        check_code(_context(), secret, address=request.remote_addr or "")
    except (NotFoundError, ThrottledError) as error:
        return render_template("accounts/code.html", error=error), 422
    session.clear()
    session[_LINK] = secret
    return redirect(url_for("accounts.show_welcome"), 303)


@blueprint.get("/welcome/<secret>")
@open_to_all
def take_link(secret: str) -> ResponseReturnValue:
    """A one-time link: its secret leaves the address at once, so that no log or history keeps it."""
    session[_LINK] = secret[:100]
    return redirect(url_for("accounts.show_welcome"), 303)


@blueprint.get("/welcome/password")
@open_to_all
def show_welcome() -> ResponseReturnValue:
    """The form for the first password, or a new one."""
    owner = link_owner(_context(), session.get(_LINK, ""))
    return render_template("accounts/welcome.html", owner=owner, error=None)


@blueprint.post("/welcome/password")
@open_to_all
def welcome() -> ResponseReturnValue:
    """Set the password and log in with it."""
    secret = session.get(_LINK, "")
    owner = link_owner(_context(), secret)
    password = request.form.get("password", "")
    address = request.remote_addr or ""
    try:
        if password != request.form.get("again"):
            raise InvalidInputError(Message("The two passwords are not the same. Type the new one twice."))
        user_id = set_password_by_link(_context(), secret, password, address=address)
    except InvalidInputError as error:
        return render_template("accounts/welcome.html", owner=owner, error=error), 422
    if owner["totp_confirmed_at"] is not None:
        session.clear()
        return redirect(url_for("accounts.show_login"), 303)
    agent = request.headers.get("User-Agent", "")
    admit(open_session(_context(), user_id, address=address, user_agent=agent))
    return redirect(landing(None), 303)


@blueprint.post("/logout")
@needs(Action.ACCOUNT_MANAGE)
def logout() -> ResponseReturnValue:
    """End the session, on the server as well; who logs visits may have some on this device, and is offered to
    remove what was sent.
    """
    account = current_account()
    logs_visits = can(Action.VISIT_WRITE)
    if account is not None and account.session_id is not None:
        log_out(_context(), account.id, account.session_id)
    dismiss()
    if logs_visits:
        return redirect(url_for("field.show", _anchor="/left"), 303)
    return redirect(url_for("accounts.show_login"), 303)


def _login_page(error: FieldappError | None = None) -> str:
    return render_template(
        "accounts/login.html",
        error=error,
        name=request.form.get("name", "")[:60],
        next=local_address(request.values.get("next")),
    )


def _second_step_page(error: FieldappError | None = None) -> str:
    wanted = local_address(request.values.get("next"))
    return render_template("accounts/second_step.html", error=error, next=wanted)


def _pending() -> int | None:
    """Whose password was right a moment ago in this browser."""
    kept = session.get(_PENDING)
    return int(kept["user"]) if kept and kept["until"] > time.time() else None


def _context() -> Context:
    return cast(Context, current_app.extensions["fieldapp"])
