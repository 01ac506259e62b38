"""A request that names the account it is for is never answered to another."""

from __future__ import annotations

from flask.testing import FlaskClient

from fieldapp.api.for_whom import FOR_USER
from fieldapp.services.context import Context
from tests.accounts import make_account, sign_in


def test_whoever_is_logged_in_is_answered_what_was_asked_for_them(
    client: FlaskClient, sqlite_context: Context
) -> None:
    person = sign_in(client, sqlite_context, make_account(sqlite_context))
    answer = client.get("/api/v1/me", headers={FOR_USER: str(person.user_id)})
    assert answer.status_code == 200


def test_what_was_asked_for_somebody_else_is_refused(client: FlaskClient, sqlite_context: Context) -> None:
    sign_in(client, sqlite_context, make_account(sqlite_context))
    answer = client.get("/api/v1/me", headers={FOR_USER: "999"})
    assert (answer.status_code, answer.get_json()["code"]) == (403, "login.other")


def test_nobody_is_asked_to_log_in_rather_than_refused(client: FlaskClient) -> None:
    answer = client.get("/api/v1/me", headers={FOR_USER: "999"})
    assert (answer.status_code, answer.get_json()["code"]) == (401, "login.required")
