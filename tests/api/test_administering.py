"""Accounts, the audit log and personal data over the API."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from fieldapp.app import create_app
from fieldapp.domain.permissions import Role
from fieldapp.services.context import Context
from tests.accounts import sign_in
from tests.api.accounts import client_of, store_accounts
from tests.services.small_register import fill

API = "/api/v1"


@pytest.fixture
def asked(context: Context) -> Flask:
    """The application on a small register, on each engine in turn."""
    fill(context)
    store_accounts(context)
    app = create_app(context=context)
    app.config["WTF_CSRF_ENABLED"] = False
    return app


@pytest.fixture
def chief(asked: Flask, context: Context) -> FlaskClient:
    """An administrator at a desk: a token manages no accounts."""
    client = asked.test_client()
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    sign_in(client, context)
    return client


def _codes(answer: TestResponse) -> tuple[int, str]:
    return answer.status_code, answer.get_json().get("code", "")


def test_an_account_is_added_changed_closed_and_let_in(chief: FlaskClient) -> None:
    body = {"username": "wu.chang", "display_name": "五常专员", "role": "county_officer"}
    lacking = chief.post(f"{API}/users", json=body)
    assert lacking.get_json()["errors"][0]["pointer"] == "/county_codes"
    made = chief.post(f"{API}/users", json=body | {"county_codes": ["230184"]})
    assert (made.status_code, made.get_json()["must_set_password"]) == (201, True)
    address = made.headers["Location"]
    changed = chief.patch(
        address, json={"display_name": "五常"}, headers={"If-Match": made.headers["ETag"]}
    ).get_json()
    assert (changed["display_name"], changed["county_codes"]) == ("五常", ["230184"])
    assert chief.patch(address, json={"display_name": "x", "revision": 1}).status_code == 409
    link = chief.post(f"{address}/link")
    assert (link.status_code, link.headers["Cache-Control"]) == (201, "no-store")
    assert chief.get(link.get_json()["link"]).status_code in {200, 303}
    assert chief.post(f"{address}/disable").get_json()["disabled_at"] is not None
    assert _codes(chief.post(f"{address}/link")) == (409, "user.disabled")
    assert chief.post(f"{address}/enable").get_json()["disabled_at"] is None
    listed = chief.get(f"{API}/users", query_string={"role": "county_officer"}).get_json()["items"]
    assert [each["username"] for each in listed] == ["county_officer", "wu.chang"]
    assert not {"password_hash", "totp_secret"} & listed[0].keys()


def test_accounts_are_kept_by_administrators_at_a_desk(asked: Flask) -> None:
    for role, code in ((Role.ADMINISTRATOR, "forbidden.token"), (Role.BUREAU_OFFICER, "forbidden.role")):
        assert _codes(client_of(asked, role).get(f"{API}/users")) == (403, code)


def test_the_last_administrator_stays(chief: FlaskClient) -> None:
    own = next(
        each for each in chief.get(f"{API}/users").get_json()["items"] if each["username"] == "administrator"
    )
    assert _codes(chief.post(f"{API}/users/{own['id']}/disable")) == (409, "user.last_administrator")


def test_commissioners_get_codes_in_bulk(chief: FlaskClient) -> None:
    made = chief.post(f"{API}/users/commissioners", json={"only": ["C-0001", "C-0002"]})
    assert [each["username"] for each in made.get_json()["items"]] == ["c-0002"]
    assert chief.post(f"{API}/users/commissioners", json={"only": ["C-0002"]}).get_json() == {"items": []}
    again = chief.post(f"{API}/users/commissioners", json={"renew": True, "only": ["C-0002"]})
    assert len(again.get_json()["items"]) == 1


def test_the_log_is_filtered_and_shows_a_county_its_own(asked: Flask, chief: FlaskClient) -> None:
    officer = client_of(asked, Role.BUREAU_OFFICER)
    officer.patch(f"{API}/commissioners/C-0002", json={"capacity": 5, "revision": 1})
    (event,) = officer.get(f"{API}/audit", query_string={"action": "commissioner.changed"}).get_json()[
        "items"
    ]
    assert (event["subject_id"], event["after"], event["who"]) == (
        "C-0002",
        {"capacity": 5},
        "bureau_officer",
    )
    table = officer.get(f"{API}/audit.csv", query_string={"action": "commissioner.changed"})
    assert (table.mimetype, "C-0002" in table.text, len(table.text.splitlines())) == ("text/csv", True, 2)
    assert _codes(client_of(asked, Role.COMMISSIONER).get(f"{API}/audit.csv")) == (403, "forbidden.role")
    none = officer.get(f"{API}/audit", query_string={"until": "2020-01-01"}).get_json()
    assert none == {"items": [], "next": None}
    assert officer.get(f"{API}/audit", query_string={"since": "0001-01-01"}).status_code == 422
    county = client_of(asked, Role.COUNTY_OFFICER).get(f"{API}/audit").get_json()["items"]
    assert "commissioner.changed" not in {each["action"] for each in county}
    assert _codes(client_of(asked, Role.VIEWER).get(f"{API}/audit")) == (403, "forbidden.role")


def test_a_person_is_given_out_and_erased(asked: Flask) -> None:
    chief = client_of(asked, Role.ADMINISTRATOR)
    own = client_of(asked, Role.COMMISSIONER)
    assert own.get(f"{API}/commissioners/C-0001/personal-data").get_json()["commissioner"]["name"] == "张三"
    assert _codes(own.get(f"{API}/commissioners/C-0002/personal-data")) == (403, "forbidden.own")
    slip = chief.post(f"{API}/commissioners/C-0002/erase", json={"again": "C-0003"})
    assert _codes(slip) == (422, "person.again")
    serving = chief.post(f"{API}/commissioners/C-0001/erase", json={"again": "C-0001"})
    assert _codes(serving) == (409, "person.serving")
    assert chief.post(f"{API}/commissioners/C-0002/erase", json={"again": "C-0002"}).status_code == 204
    assert chief.get(f"{API}/commissioners/C-0002").get_json()["name"] != "李四"
