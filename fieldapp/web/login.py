"""The pages to log in and to log out."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fieldapp.domain.errors import FieldappError, ThrottledError, UnauthenticatedError
from fieldapp.domain.permissions import Action
from fieldapp.services.context import Context
from fieldapp.services.log_in import log_in, log_out
from fieldapp.web.accounts import admit, current_account, dismiss, local_address
from fieldapp.web.rights import needs, open_to_all

blueprint = Blueprint("accounts", __name__)


@blueprint.get("/login")
@open_to_all
def show_login() -> ResponseReturnValue:
    """The form; whoever is logged in goes on at once."""
    if current_account() is not None:
        return redirect(local_address(request.args.get("next")), 303)
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
    assert admission.token is not None
    admit(admission.token)
    return redirect(local_address(request.form.get("next")), 303)


@blueprint.post("/logout")
@needs(Action.ACCOUNT_MANAGE)
def logout() -> ResponseReturnValue:
    """End the session, on the server as well."""
    account = current_account()
    if account is not None and account.session_id is not None:
        log_out(_context(), account.id, account.session_id)
    dismiss()
    return redirect(url_for("accounts.show_login"), 303)


def _login_page(error: FieldappError | None = None) -> str:
    return render_template(
        "accounts/login.html",
        error=error,
        name=request.form.get("name", "")[:60],
        next=local_address(request.values.get("next")),
    )


def _context() -> Context:
    return cast(Context, current_app.extensions["fieldapp"])
