"""Every route has a rule, and every role meets it: found by walking the application, not by a list."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule as Route

from fieldapp.app import create_app
from fieldapp.domain.permissions import Person, Role, Scope, scope_of
from fieldapp.services.context import Context
from fieldapp.web.rights import rule_of
from tests.accounts import make_account, sign_in
from tests.services.small_register import fill

# What stands in an address where a row is named; nothing of the kind need exist.
_VALUES: dict[str, Any] = {
    "_StoredNumber": 1,
    "IntegerConverter": 1,
    "UnicodeConverter": "230184101",
    "PathConverter": "x",
    "UUIDConverter": UUID(int=1),
}


@pytest.fixture
def app(sqlite_context: Context) -> Flask:
    fill(sqlite_context)
    return create_app(context=sqlite_context)


def _routes(app: Flask) -> list[tuple[Route, str, str]]:
    """Each route with each of its methods, and an address of it."""
    found = []
    with app.test_request_context():
        adapter = app.create_url_adapter(None) or app.url_map.bind("localhost")
        for route in app.url_map.iter_rules():
            values: dict[str, Any] = {}
            for name, converter in route._converters.items():
                kind = type(converter).__name__
                values[name] = (
                    converter.regex.strip("(?:)").split("|")[0]
                    if kind == "AnyConverter"
                    else (_VALUES.get(kind, "x"))
                )
            address = adapter.build(route.endpoint, values, force_external=False)
            methods = sorted((route.methods or set()) - {"HEAD", "OPTIONS"})
            found.extend((route, method, address) for method in methods)
    return found


def _person(context: Context, role: Role) -> Person:
    if role is Role.COUNTY_OFFICER:
        return make_account(context, role, county_codes=["230184"])
    if role is Role.COMMISSIONER:
        return make_account(context, role, commissioner_id="C-0001")
    return make_account(context, role)


def _may_ever(app: Flask, person: Person, route: Route) -> bool:
    rule = rule_of(app.view_functions[route.endpoint])
    assert rule is not None
    return all(scope_of(person, action) is not Scope.NONE for action in rule.actions)


def _ask(client: FlaskClient, method: str, address: str) -> tuple[int, str, str]:
    answer = client.open(address, method=method, buffered=True)
    problem = answer.get_json(silent=True) if answer.mimetype == "application/problem+json" else None
    return (
        answer.status_code,
        (problem or {}).get("code", answer.get_data().decode("utf-8", "replace")),
        answer.location or "",
    )


def test_every_view_has_a_rule(app: Flask) -> None:
    without = [name for name, view in app.view_functions.items() if rule_of(view) is None]
    assert without == []


def test_a_view_without_a_rule_answers_nobody(app: Flask, sqlite_context: Context) -> None:
    app.add_url_rule("/forgotten", "forgotten", lambda: "open")
    client = app.test_client()
    sign_in(client, sqlite_context)
    answer = client.get("/forgotten")
    assert (answer.status_code, "forbidden.unruled" in answer.text) == (403, True)


def test_without_an_account_only_what_is_public_answers(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    for route, method, address in _routes(app):
        rule = rule_of(app.view_functions[route.endpoint])
        assert rule is not None
        if rule.public or rule.open_to_all:
            continue
        status, text, location = _ask(client, method, address)
        if status == 303:
            assert location.startswith("/login?next="), address
        else:
            assert status == 401, (method, address, text)


def test_a_closed_installation_asks_for_an_account_everywhere(app: Flask, sqlite_context: Context) -> None:
    closed = replace(sqlite_context, settings=replace(sqlite_context.settings, public=False))
    app = create_app(context=closed)
    client = app.test_client()
    assert client.get("/").location == "/login?next=/"
    assert client.get("/api/v1/coverage").status_code == 401
    assert client.get("/healthz").status_code == 200
    assert client.get("/login").status_code == 200
    for route, method, address in _routes(app):
        rule = rule_of(app.view_functions[route.endpoint])
        if rule is not None and rule.public:
            assert _ask(client, method, address)[0] in {303, 401}, address


@pytest.mark.parametrize("role", list(Role))
def test_each_role_meets_the_rule_of_each_route(app: Flask, sqlite_context: Context, role: Role) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    person = _person(sqlite_context, role)
    for route, method, address in _routes(app):
        client = app.test_client()
        sign_in(client, sqlite_context, person)
        status, text, _location = _ask(client, method, address)
        if _may_ever(app, person, route):
            assert status != 500, (method, address, text)
            assert "forbidden.role" not in text or status == 403, (method, address)
        else:
            assert status == 403, (method, address, status)
            assert "forbidden.role" in text, (method, address, text)


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.COMMISSIONER])
def test_a_form_without_its_secret_changes_nothing_on_any_route(
    app: Flask, sqlite_context: Context, role: Role
) -> None:
    person = _person(sqlite_context, role)
    for route, method, address in _routes(app):
        if method == "GET" or route.endpoint == "accounts.login":
            continue
        client = app.test_client()
        sign_in(client, sqlite_context, person)
        status, text, _location = _ask(client, method, address)
        # What the role may never do is refused for that, before anything of the request is read.
        refusal = "forbidden.form" if _may_ever(app, person, route) else "forbidden.role"
        assert (status, refusal in text) == (403, True), (method, address, status)
