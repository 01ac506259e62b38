"""GET /api/v1/field: asked again and again by phones, so it is cheap when nothing has changed."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert

from fieldapp.app import create_app
from fieldapp.domain.permissions import Role
from fieldapp.persistence.schema import phones
from fieldapp.services.context import Context
from tests.accounts import make_account, sign_in
from tests.api.accounts import NOW, client_of, store_accounts
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


def test_the_desk_reminds_of_logs_that_wait_on_a_phone(phone: FlaskClient, sqlite_context: Context) -> None:
    before = phone.get("/api/v1/field")
    assert before.json["reminder"] is None
    user = before.json["user"]["id"]
    with sqlite_context.engine.execution_options(fieldapp_writes=True).begin() as connection:
        connection.execute(
            insert(phones).values(
                id=uuid4(),
                user_id=user,
                last_seen_at=NOW - timedelta(days=4),
                pending=1,
                oldest_pending_at=NOW - timedelta(days=5),
                persistent=True,
                clock_skew_s=0,
                app_version="1",
            )
        )
    headers = {"If-None-Match": before.headers["ETag"], "Accept-Language": "en"}
    reminded = phone.get("/api/v1/field", headers=headers)
    assert reminded.status_code == 200
    assert reminded.json["reminder"].startswith("A service log has been waiting on a phone for 5 days.")


def test_places_are_told_in_chinese_and_as_readers_of_english_know_them(phone: FlaskClient) -> None:
    (township,) = phone.get("/api/v1/field").json["townships"]
    assert (township["name"], township["pinyin"]) == ("拉林满族镇", "la lin man zu zhen")
    assert (township["county"], township["county_pinyin"]) == ("五常市", "wu chang shi")
