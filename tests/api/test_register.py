"""The lists of the register: stable pages, filters, and only what is theirs to whom."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from fieldapp.app import create_app
from fieldapp.domain.permissions import Role
from fieldapp.services.context import Context
from tests.api.accounts import client_of, store_accounts
from tests.services.small_register import LALIN, PINGFANG, SHAHE, SHANHE, fill

API = "/api/v1"


@pytest.fixture
def asked(context: Context) -> Flask:
    """The application on a small register, on each engine in turn."""
    fill(context)
    store_accounts(context)
    return create_app(context=context)


@pytest.fixture
def officer(asked: Flask) -> FlaskClient:
    return client_of(asked, Role.BUREAU_OFFICER)


def _items(client: FlaskClient, path: str) -> list[dict[str, Any]]:
    answer = client.get(f"{API}/{path}")
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.get_json()["items"]
    return items


@pytest.mark.parametrize(
    ("kind", "key", "many"),
    [
        ("counties", "code", 2),
        ("townships", "code", 4),
        ("institutions", "id", 2),
        ("commissioners", "id", 3),
        ("products", "id", 1),
        ("featured-products", "id", 1),
        ("assignments", "id", 1),
    ],
)
def test_a_list_is_read_to_its_end_page_by_page(officer: FlaskClient, kind: str, key: str, many: int) -> None:
    whole = [item[key] for item in _items(officer, kind)]
    assert len(whole) == many
    assert whole == sorted(whole)
    read, cursor = [], ""
    while cursor is not None:
        page = officer.get(f"{API}/{kind}", query_string={"limit": 1, "cursor": cursor}).get_json()
        read += [item[key] for item in page["items"]]
        cursor = page["next"]
    assert read == whole


@pytest.mark.parametrize("kind", ["townships", "commissioners", "assignments"])
@pytest.mark.parametrize(
    "cursor", ["x", "bnVsbA", "MS41", "Ilx1MDAwMCI", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5", "W10"]
)
def test_a_cursor_that_was_never_given_is_pointed_at(officer: FlaskClient, kind: str, cursor: str) -> None:
    answer = officer.get(f"{API}/{kind}", query_string={"cursor": cursor})
    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.get_json()["errors"]] == ["/cursor"]


@pytest.mark.parametrize("limit", ["0", "501", "-1", "many", "1e2"])
def test_a_limit_out_of_reach_is_pointed_at(officer: FlaskClient, limit: str) -> None:
    answer = officer.get(f"{API}/townships", query_string={"limit": limit})
    assert (answer.status_code, answer.get_json()["errors"][0]["pointer"]) == (422, "/limit")


def test_lists_are_filtered(officer: FlaskClient) -> None:
    assert [item["code"] for item in _items(officer, "townships?county=230108")] == [PINGFANG]
    assert _items(officer, "townships?on_roster=true&as_of=2023-01-01") == []
    assert [item["id"] for item in _items(officer, "commissioners?specialty=crops.rice")] == ["C-0001"]
    assert [item["id"] for item in _items(officer, "commissioners?county=230184")] == ["C-0001"]
    assert [item["name"] for item in _items(officer, "institutions?kind=university")] == ["东北农业大学"]
    assert [item["name"] for item in _items(officer, f"products?township={LALIN}&category=grain")] == [
        "拉林大米"
    ]
    assert _items(officer, "featured-products?as_of=2023-12-31") == []
    assert _items(officer, f"assignments?township={SHAHE}") == []
    assert _items(officer, "assignments?serving_on=2027-01-01") == []


def test_a_term_that_has_run_out_is_ended_by_the_date(context: Context, officer: FlaskClient) -> None:
    assert [item["state"] for item in _items(officer, "assignments?state=active")] == ["active"]
    assert _items(officer, "assignments?state=ended") == []


def test_one_thing_is_found_by_its_key(officer: FlaskClient) -> None:
    township = officer.get(f"{API}/townships/{LALIN}").get_json()
    assert (township["name"], township["county"], township["seat"]) == ("拉林满族镇", "五常市", [127.0, 45.2])
    assert officer.get(f"{API}/counties/230184").get_json()["roster"] == 3
    person = officer.get(f"{API}/commissioners/C-0001")
    assert person.get_json()["townships"] == [LALIN]
    assert person.get_etag()[0] == "1"


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("townships/1", "township.unknown"),
        ("counties/1", "county.unknown"),
        ("commissioners/none", "commissioner.unknown"),
        ("institutions/99", "institution.unknown"),
        ("products/99", "product.unknown"),
        ("assignments/99", "assignment.unknown"),
        ("products/99999999999999999999", "not_found"),
        ("commissioners/a%00b", "not_found"),
    ],
)
def test_what_is_not_there_is_not_found(officer: FlaskClient, path: str, code: str) -> None:
    answer = officer.get(f"{API}/{path}")
    assert (answer.status_code, answer.get_json()["code"]) == (404, code)


@pytest.mark.parametrize("role", Role)
def test_phones_are_masked_in_lists_for_everybody(asked: Flask, role: Role) -> None:
    phones = {item["phone"] for item in _items(client_of(asked, role), "commissioners")}
    assert phones
    assert all("****" in phone for phone in phones)


def test_everybody_sees_what_is_theirs(asked: Flask) -> None:
    county, own = client_of(asked, Role.COUNTY_OFFICER), client_of(asked, Role.COMMISSIONER)
    assert len(_items(county, "assignments")) == 1
    assert [item["id"] for item in _items(own, "commissioners")] == ["C-0001"]
    assert [item["township_code"] for item in _items(own, "products")] == [LALIN]
    assert own.get(f"{API}/commissioners/C-0002").status_code == 404


def test_nobody_is_asked_for_a_token(asked: Flask) -> None:
    answer = asked.test_client().get(f"{API}/townships")
    assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_me_is_who_asks(asked: Flask) -> None:
    me = client_of(asked, Role.COUNTY_OFFICER, "read").get(f"{API}/me").get_json()
    assert (me["role"], me["county_codes"], me["token_scope"]) == ("county_officer", ["230184"], "read")
    assert "assignment.propose" in me["rights"]
    assert "user.manage" not in me["rights"]


def test_candidates_come_with_reasons_in_the_language_asked_for(officer: FlaskClient) -> None:
    ranking = officer.get(f"{API}/townships/{SHANHE}/candidates?starts_on=2027-01-01").get_json()
    assert ranking["ends_on"] == "2027-12-31"
    assert ranking["total"] == len(ranking["items"]) == 3
    assert all(item["possible"] for item in ranking["items"])
    assert {reason["about"] for reason in ranking["items"][0]["reasons"]} >= {"specialty", "home"}
    places = officer.get(f"{API}/commissioners/C-0001/candidates?possible=true&limit=1").get_json()["items"]
    assert places == []  # the only capacity is taken
