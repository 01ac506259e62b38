"""The rule of every route: who may ask for it at all. Services judge the rows.

A view without a rule answers nobody. Put the rule next to the function, below the route::

    @blueprint.get("/assign")
    @needs(Action.ASSIGNMENT_READ)
    def show() -> str: ...
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from flask import Flask, Response, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue

from fieldapp.domain.errors import ForbiddenError, UnauthenticatedError
from fieldapp.domain.permissions import Action, Person, Row, Scope, require, scope_of
from fieldapp.services.context import Context
from fieldapp.services.identify_person import Account
from fieldapp.web.accounts import current_account, current_person
from geodata.errors import Message

View = TypeVar("View", bound=Callable[..., object])


@dataclass(frozen=True)
class Rule:
    """Who may ask: everybody (``open_to_all``), the public where the installation lets it, or some roles."""

    actions: tuple[Action, ...] = ()
    public: bool = False
    open_to_all: bool = False


_RULE = "fieldapp_rule"


def needs(*actions: Action) -> Callable[[View], View]:
    """Only people whose role may do all the actions, to some rows at least."""
    return _ruled(Rule(actions=actions))


def public(view: View) -> View:
    """Everybody; with ``FIELDAPP_PUBLIC=off`` everybody who has an account."""
    return _ruled(Rule(public=True))(view)


def open_to_all(view: View) -> View:
    """Everybody, whatever the settings say: logging in, health checks, the description of the API."""
    return _ruled(Rule(open_to_all=True))(view)


def rule_of(view: Callable[..., object]) -> Rule | None:
    """The rule of a view; None where it has none."""
    return getattr(view, _RULE, None)


def can(action: Action) -> bool:
    """Whether the person of this request may do that to some rows: what shows or hides a menu entry."""
    person = current_person()
    return person is not None and scope_of(person, action) is not Scope.NONE


def acting_person() -> Person:
    """The person of this request, for views that `needs` guards."""
    person = current_person()
    if person is None:
        raise _login_required()
    return person


def register(app: Flask) -> None:
    """Hold every request to the rule of its view, before anything else of it is read."""
    app.before_request(_hold)
    app.after_request(_keep_out_of_caches)
    app.jinja_env.globals.update(can=can, Action=Action)


def _ruled(rule: Rule) -> Callable[[View], View]:
    def mark(view: View) -> View:
        setattr(view, _RULE, rule)
        return view

    return mark


def _hold() -> ResponseReturnValue | None:
    if request.endpoint is None:
        return None  # nothing at this address
    rule = rule_of(current_app.view_functions[request.endpoint])
    if rule is None:
        raise ForbiddenError(
            Message("This address has no rule that says who may use it. Tell the administrator."),
            code="forbidden.unruled",
        )
    context: Context = current_app.extensions["fieldapp"]
    if rule.open_to_all or (rule.public and context.settings.public):
        return None
    account = current_account()
    if account is None:
        return _ask_to_log_in()
    for action in rule.actions:
        _require_action(account, action)
    return _finish_account(account, rule)


def _keep_out_of_caches(response: Response) -> Response:
    """What is not for everybody is not kept by a browser that others use after logging out."""
    rule = None if request.endpoint is None else rule_of(current_app.view_functions[request.endpoint])
    if rule is None or not rule.public:
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def _require_action(account: Account, action: Action) -> None:
    if scope_of(account.person, action) is Scope.NONE:
        require(account.person, action, Row())  # says why
    if account.token_scope is not None and not account.token_scope.allows(action):
        raise ForbiddenError(
            Message(
                "This token is for: {scope}. Make one with a wider scope, or log in.",
                scope=account.token_scope.words,
            ),
            code="forbidden.token",
        )


def _finish_account(account: Account, rule: Rule) -> ResponseReturnValue | None:
    """Send a person whose account is not complete to where it is completed, and nowhere else."""
    if account.token_scope is not None or rule.actions == (Action.ACCOUNT_MANAGE,):
        return None
    if account.must_set_password:
        place, code = "me.show_password", "password.unset"
    elif account.must_set_second_factor:
        place, code = "me.show_second_factor", "second_factor.unset"
    else:
        return None
    if _is_page():
        return redirect(url_for(place), 303)
    raise ForbiddenError(
        Message("Your account is not complete yet. Open the pages in a browser and follow them."), code=code
    )


def _ask_to_log_in() -> ResponseReturnValue:
    if _is_page():
        wanted = request.full_path.rstrip("?")
        return redirect(url_for("accounts.show_login", next=wanted), 303)
    raise _login_required()


def _login_required() -> UnauthenticatedError:
    return UnauthenticatedError(Message("Log in to go on; this is not open to everybody."))


def _is_page() -> bool:
    return request.method == "GET" and not request.path.startswith("/api/")
