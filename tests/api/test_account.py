"""One's own tokens over the API: made by people, used by programs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, select

from fieldapp.app import create_app
from fieldapp.domain.permissions import Role
from fieldapp.persistence import schema
from fieldapp.services.context import Context
from fieldapp.services.identify_person import digest
from tests.api.accounts import NOW, client_of, store_accounts
from tests.services.small_register import fill

API = "/api/v1"


@pytest.fixture
def app(sqlite_context: Context) -> Flask:
    fill(sqlite_context)
    store_accounts(sqlite_context)
    return create_app(context=sqlite_context)


def _logged_in(
    app: Flask, context: Context, role: Role = Role.BUREAU_OFFICER, *, complete: bool = True
) -> FlaskClient:
    """A browser in which somebody of a role is logged in; not ``complete``: a password is still to be set."""
    with context.engine.execution_options(fieldapp_writes=True).begin() as connection:
        user = connection.scalar(select(schema.users.c.id).where(schema.users.c.username == role.value))
        if not complete:
            connection.execute(
                schema.users.update().where(schema.users.c.id == user).values(must_set_password=True)
            )
        connection.execute(
            insert(schema.sessions).values(
                token_hash=digest("session"),
                user_id=user,
                created_at=NOW,
                last_seen_at=NOW,
                expires_at=NOW + timedelta(hours=1),
            )
        )
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = "session"
    return client


@pytest.fixture
def person(app: Flask, sqlite_context: Context) -> FlaskClient:
    """A bureau officer who is logged in, and need not send the session's secret."""
    app.config["WTF_CSRF_ENABLED"] = False
    return _logged_in(app, sqlite_context)


def test_a_token_is_made_used_listed_and_ended(app: Flask, person: FlaskClient) -> None:
    made = person.post(f"{API}/me/tokens", json={"name": "月报", "scope": "read", "days": 30})
    assert (made.status_code, made.cache_control.no_store) == (201, True)
    headers = {"Authorization": f"Bearer {made.get_json()['token']}"}
    program = app.test_client()
    assert program.get(f"{API}/me", headers=headers).get_json()["token_scope"] == "read"
    newest = person.get(f"{API}/me/tokens").get_json()["items"][0]
    assert (newest["name"], newest["scope"]) == ("月报", "read")
    assert person.delete(f"{API}/me/tokens/{newest['id']}").status_code == 204
    assert program.get(f"{API}/me", headers=headers).status_code == 401


def test_a_token_makes_no_other(app: Flask) -> None:
    program = client_of(app, Role.ADMINISTRATOR)
    refused = program.post(f"{API}/me/tokens", json={"name": "x", "scope": "write", "days": 1})
    assert (refused.status_code, refused.get_json()["code"]) == (403, "forbidden.token")


def test_a_browser_shows_the_secret_of_its_session(app: Flask, person: FlaskClient) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    refused = person.post(f"{API}/me/tokens", json={"name": "x", "scope": "read", "days": 1})
    assert (refused.status_code, refused.get_json()["code"]) == (403, "forbidden.form")


def test_a_phone_is_shown_to_who_must_call_and_that_is_kept(app: Flask, sqlite_context: Context) -> None:
    shown = client_of(app, Role.COUNTY_OFFICER).get(f"{API}/commissioners/C-0001/phone")
    assert shown.get_json() == {"phone": "13800000001"}
    assert client_of(app, Role.COUNTY_OFFICER).get(f"{API}/commissioners/C-0002/phone").status_code == 403
    assert client_of(app, Role.VIEWER).get(f"{API}/commissioners/C-0001/phone").status_code == 403
    with sqlite_context.reading() as connection:
        seen = connection.scalars(
            select(schema.audit_events.c.subject_id).where(schema.audit_events.c.action == "phone.viewed")
        )
        assert list(seen) == ["C-0001"]


def test_logging_out_over_the_api_ends_the_session_on_the_server(
    app: Flask, person: FlaskClient, sqlite_context: Context
) -> None:
    assert person.get(f"{API}/me").status_code == 200
    assert person.delete(f"{API}/me/session").status_code == 204
    assert person.get(f"{API}/me").status_code == 401
    with sqlite_context.reading() as connection:
        assert connection.scalar(select(schema.sessions.c.revoked_at)) == NOW


@pytest.mark.parametrize("role", list(Role))
def test_whoever_is_logged_in_is_told_who_and_can_log_out_even_before_the_account_is_complete(
    app: Flask, sqlite_context: Context, role: Role
) -> None:
    browser = _logged_in(app, sqlite_context, role, complete=False)
    assert browser.get(f"{API}/me").status_code == 403
    told = browser.get(f"{API}/me/session").get_json()
    assert told["user"]["name"] == f"演示{role.value}"
    assert browser.delete(f"{API}/me/session").status_code == 403
    secret = {"X-CSRFToken": told["csrf_token"]}
    assert browser.delete(f"{API}/me/session", headers=secret).status_code == 204
    assert browser.get(f"{API}/me/session").status_code == 401


def test_a_token_is_no_session_to_end(app: Flask) -> None:
    refused = client_of(app, Role.COMMISSIONER).delete(f"{API}/me/session")
    assert (refused.status_code, refused.get_json()["code"]) == (403, "forbidden.token")
