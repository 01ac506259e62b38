"""GET /api/v1/field: asked again and again by phones, so it is cheap when nothing has changed."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from fieldapp.app import create_app
from fieldapp.domain.permissions import Role
from fieldapp.services.context import Context
from tests.accounts import make_account, sign_in
from tests.api.accounts import client_of, store_accounts
from tests.services.small_register import LALIN, fill


@pytest.fixture
def app(sqlite_context: Context) -> Flask:
    fill(sqlite_context)
    return create_app(context=sqlite_context)


@pytest.fixture
def phone(app: Flask, sqlite_context: Context) -> FlaskClient:
    client = app.test_client()
    sign_in(client, sqlite_context, make_account(sqlite_context, Role.COMMISSIONER, commissioner_id="C-0001"))
    return client


def test_a_phone_learns_its_townships_and_the_secret_to_write_with(phone: FlaskClient) -> None:
    answer = phone.get("/api/v1/field")

    assert answer.status_code == 200
    assert answer.json["commissioner"] == {"id": "C-0001", "name": "张三"}
    assert [township["code"] for township in answer.json["townships"]] == [LALIN]
    assert answer.json["csrf_token"]
    assert answer.headers["Cache-Control"] == "private, no-cache"


def test_nothing_new_costs_nothing(phone: FlaskClient) -> None:
    first = phone.get("/api/v1/field")
    again = phone.get("/api/v1/field", headers={"If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.data) == (304, b"")


def test_another_session_gets_another_secret_whatever_the_phone_remembers(
    app: Flask, phone: FlaskClient, sqlite_context: Context
) -> None:
    first = phone.get("/api/v1/field")
    later = app.test_client()
    sign_in(later, sqlite_context, make_account(sqlite_context, Role.COMMISSIONER))

    answer = later.get("/api/v1/field", headers={"If-None-Match": first.headers["ETag"]})

    assert answer.status_code == 200


def test_a_token_needs_no_secret(app: Flask, sqlite_context: Context) -> None:
    store_accounts(sqlite_context)

    assert client_of(app, Role.COMMISSIONER, "write").get("/api/v1/field").json["csrf_token"] is None


def test_an_officer_is_told_that_it_is_not_for_officers(app: Flask, sqlite_context: Context) -> None:
    store_accounts(sqlite_context)
    answer = client_of(app, Role.BUREAU_OFFICER).get("/api/v1/field")

    assert (answer.status_code, answer.json["code"]) == (403, "forbidden.role")
