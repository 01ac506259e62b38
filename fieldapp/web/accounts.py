"""Who is logged in: sessions of browsers and tokens of programs, and the pages to log in and out."""

from __future__ import annotations

from typing import cast
from urllib.parse import urlsplit

from flask import Flask, Request, current_app, request, session
from flask.sessions import SecureCookieSessionInterface
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from fieldapp.domain.errors import UnauthenticatedError, UnavailableError
from fieldapp.domain.permissions import Action, Person, Role, Scope, scope_of
from fieldapp.services.context import ADDRESS, Context
from fieldapp.services.identify_person import Account, account_of_session, account_of_token
from geodata.errors import Message

SESSION_COOKIE = "fieldapp_session"
_BEARER = "Bearer "


class _LoggedIn(UserMixin):  # type: ignore[misc]  # flask-login has no types
    """What flask-login keeps of an account: the session's token stands for it, not its number."""

    def __init__(self, account: Account, token: str) -> None:
        self.account = account
        self.token = token

    def get_id(self) -> str:
        return self.token


class _SessionCookies(SecureCookieSessionInterface):
    """Cookies that are sent over TLS only, as soon as one came that way."""

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure


def current_account() -> Account | None:
    """The account of this request; None where nobody has shown who asks."""
    return current_user.account if current_user.is_authenticated else None


def current_person() -> Person | None:
    """The person of this request, as services and rights want it; None for the public."""
    account = current_account()
    return None if account is None else account.person


def by_token() -> bool:
    """Whether the request shows a token instead of a cookie, and so cannot be forged by another site."""
    return request.headers.get("Authorization", "").startswith(_BEARER)


def register(app: Flask) -> None:
    """Find out who asks."""
    app.session_interface = _SessionCookies()
    app.config.update(SESSION_COOKIE_NAME=SESSION_COOKIE)
    manager = LoginManager(app, add_context_processor=False)
    manager.session_protection = None  # a phone changes its address all day
    manager.user_loader(_load)
    manager.request_loader(_load_from_request)
    app.before_request(_keep_address)
    app.context_processor(_frame)


def admit(token: str) -> None:
    """Let this browser in under a new session; nothing of the one before is kept."""
    account = account_of_session(_context(), token)
    assert account is not None  # it was opened a moment ago
    session.clear()
    # A phone closes its browser all the time; how long the session is good for, the server decides.
    session.permanent = account.person.role is Role.COMMISSIONER
    login_user(_LoggedIn(account, token))


def landing(wanted: str | None) -> str:
    """Where somebody who has just logged in goes on: where they wanted to, or to the place of their work."""
    person = current_person()
    logs_visits = person is not None and scope_of(person, Action.VISIT_WRITE) is not Scope.NONE
    return local_address(wanted if wanted != "/" else None, "/field/" if logs_visits else "/")


def dismiss() -> None:
    """Forget who this browser belongs to."""
    logout_user()
    session.clear()


def local_address(wanted: str | None, default: str = "/") -> str:
    """``wanted`` where it is an address within this application; no other site is ever redirected to."""
    if not wanted or not wanted.startswith("/") or wanted.startswith(("//", "/\\")):
        return default
    parts = urlsplit(wanted)
    unfit = parts.scheme or parts.netloc or any(ord(each) < 0x20 or each == "\\" for each in wanted)
    return default if unfit else wanted


def _frame() -> dict[str, object]:
    """What the frame around every page says of the person; nothing where the database cannot be asked."""
    try:
        account = current_account()
    except UnavailableError:
        account = None
    return {"account": account, "person": None if account is None else account.person}


def _load(token: str) -> _LoggedIn | None:
    if by_token():
        return None
    account = account_of_session(_context(), token)
    return None if account is None else _LoggedIn(account, token)


def _load_from_request(asking: Request) -> _LoggedIn | None:
    header = asking.headers.get("Authorization", "")
    if not header.startswith(_BEARER):
        return None
    token = header.removeprefix(_BEARER).strip()
    account = account_of_token(_context(), token)
    if account is None:
        raise UnauthenticatedError(
            Message("This token is not known, has expired or was revoked. Make a new one."),
            code="token.invalid",
        )
    return _LoggedIn(account, token)


def _keep_address() -> None:
    ADDRESS.set((request.remote_addr or "")[:45])


def _context() -> Context:
    return cast(Context, current_app.extensions["fieldapp"])
