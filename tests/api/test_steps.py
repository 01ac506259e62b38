"""The steps of an assignment over the API: each on the revision that was seen."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from fieldapp.app import create_app
from fieldapp.domain.permissions import Role
from fieldapp.services.context import Context
from tests.api.accounts import client_of, store_accounts
from tests.services.small_register import LALIN, PINGFANG, SHAHE, SHANHE, fill

API = "/api/v1/assignments"
TERM = {"starts_on": "2027-01-01", "ends_on": "2027-12-31"}


@pytest.fixture
def asked(context: Context) -> Flask:
    """The application on a small register, on each engine in turn."""
    fill(context)
    store_accounts(context)
    return create_app(context=context)


@pytest.fixture
def officer(asked: Flask) -> FlaskClient:
    return client_of(asked, Role.BUREAU_OFFICER)


def _propose(client: FlaskClient, township: str = SHANHE, commissioner: str = "C-0002") -> TestResponse:
    return client.post(API, json={"township_code": township, "commissioner_id": commissioner, **TERM})


def _step(client: FlaskClient, one: dict[str, Any], step: str, **body: Any) -> TestResponse:
    return client.post(f"{API}/{one['id']}/{step}", json={"revision": one["revision"], **body})


def _active(client: FlaskClient) -> dict[str, Any]:
    (one,) = client.get(API, query_string={"township": LALIN}).get_json()["items"]
    assert isinstance(one, dict)
    return one


def test_a_proposal_is_made_shown_to_the_public_and_withdrawn(officer: FlaskClient) -> None:
    made = _propose(officer)
    assert (made.status_code, made.get_json()["state"]) == (201, "proposed")
    assert officer.get(made.headers["Location"]).get_json() == made.get_json()
    shown = _step(officer, made.get_json(), "notice", notice_starts_on="2026-11-23")
    assert shown.get_json()["notice_ends_on"] == "2026-11-27"
    assert shown.get_etag()[0] == str(shown.get_json()["revision"]) == "2"
    early = _step(officer, shown.get_json(), "activate")
    assert (early.status_code, early.get_json()["code"]) == (409, "assignment.notice")
    gone = _step(officer, shown.get_json(), "withdraw", reason="改派")
    assert gone.get_json()["state"] == "withdrawn"


def test_who_comes_second_is_told_what_the_other_one_did(asked: Flask, officer: FlaskClient) -> None:
    seen = _propose(officer).get_json()
    assert _step(officer, seen, "notice").status_code == 200
    second = _step(client_of(asked, Role.ADMINISTRATOR), seen, "withdraw")
    assert (second.status_code, second.get_json()["code"]) == (409, "assignment.changed")
    assert "put on public notice" in second.get_json()["title"]


def test_the_revision_may_stand_in_if_match(officer: FlaskClient) -> None:
    made = _propose(officer)
    address = f"{made.headers['Location']}/withdraw"
    stale = officer.post(address, headers={"If-Match": '"7"'})
    assert (stale.status_code, stale.get_json()["code"]) == (409, "assignment.changed")
    none = officer.post(address)
    assert (none.status_code, none.get_json()["errors"][0]["pointer"]) == (422, "/revision")
    assert officer.post(address, headers={"If-Match": made.headers["ETag"]}).status_code == 200


def test_a_term_is_renewed_and_that_is_undone(officer: FlaskClient) -> None:
    further = _step(officer, _active(officer), "renew", ends_on="2027-12-31")
    assert (further.status_code, further.get_json()["starts_on"]) == (201, "2027-01-01")
    undone = _step(officer, further.get_json(), "undo")
    assert undone.get_json()["state"] == "withdrawn"


def test_a_township_is_handed_over_without_a_gap(officer: FlaskClient) -> None:
    handed = _step(
        officer,
        _active(officer),
        "hand-over",
        commissioner_id="C-0003",
        end_reason="transferred",
        ended_on="2026-11-30",
    )
    both = handed.get_json()
    assert (handed.status_code, both["ended"]["ended_on"]) == (201, "2026-11-30")
    assert (both["successor"]["starts_on"], both["successor"]["ends_on"]) == ("2026-12-01", "2026-12-31")
    assert handed.headers["Location"].endswith(f"/{both['successor']['id']}")
    back = _step(officer, both["ended"], "undo").get_json()
    assert (back["state"], back["ended_on"]) == ("active", None)


def test_a_term_is_ended_early_for_a_reason(officer: FlaskClient) -> None:
    wrong = _step(officer, _active(officer), "end", end_reason="term_over", ended_on="2026-11-30")
    assert (wrong.status_code, wrong.get_json()["errors"][0]["pointer"]) == (422, "/end_reason")
    ended = _step(officer, _active(officer), "end", end_reason="resigned", ended_on="2026-11-30").get_json()
    assert (ended["state"], ended["end_reason"], ended["ends_on"]) == ("ended", "resigned", "2026-12-31")


def test_an_agreement_that_was_not_submitted_is_neither_approved_nor_returned(officer: FlaskClient) -> None:
    for step, body in (("agreement/approve", {}), ("agreement/return", {"reason": "缺公章"})):
        refused = _step(officer, _active(officer), step, **body)
        assert (refused.status_code, refused.get_json()["code"]) == (409, "assignment.agreement")


def test_what_is_in_the_way_is_named(officer: FlaskClient) -> None:
    assert _propose(officer).status_code == 201
    taken = _propose(officer, SHANHE, "C-0003")
    assert (taken.status_code, taken.get_json()["code"]) == (409, "assignment.overlap")
    assert "李四" in taken.get_json()["title"]
    assert _propose(officer, "999999999").status_code == 404


def test_rights_hold_for_programs_too(asked: Flask, officer: FlaskClient) -> None:
    county = client_of(asked, Role.COUNTY_OFFICER)
    assert _propose(county, PINGFANG).get_json()["code"] == "forbidden.county"
    assert _propose(county, SHAHE).status_code == 201
    assert _propose(client_of(asked, Role.VIEWER)).get_json()["code"] == "forbidden.role"
    assert _propose(client_of(asked, Role.BUREAU_OFFICER, "read")).get_json()["code"] == "forbidden.token"


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, ["/commissioner_id", "/ends_on", "/starts_on", "/township_code"]),
        ({"township_code": "1", "commissioner_id": "C", **TERM}, ["/township_code"]),
        ({"township_code": SHANHE, "commissioner_id": 7, **TERM}, ["/commissioner_id"]),
        ({"township_code": SHANHE, "commissioner_id": "C", **TERM, "stray": 1}, ["/stray"]),
        ({"township_code": SHANHE, "commissioner_id": "a\0", **TERM}, ["/commissioner_id"]),
        (
            {"township_code": SHANHE, "commissioner_id": "C", **TERM, "starts_on": "2027-02-30"},
            ["/starts_on"],
        ),
        ([], [""]),
    ],
)
def test_every_fault_of_a_body_is_pointed_at(officer: FlaskClient, body: Any, pointers: list[str]) -> None:
    answer = officer.post(API, json=body)
    assert (answer.status_code, answer.get_json()["code"]) == (422, "body.invalid")
    assert [fault["pointer"] for fault in answer.get_json()["errors"]] == pointers


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"a=1", "application/x-www-form-urlencoded", 415),
        (b"", "text/plain", 415),
    ],
)
def test_what_is_no_json_is_refused(officer: FlaskClient, content: bytes, kind: str, status: int) -> None:
    answer = officer.post(API, data=content, content_type=kind)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
