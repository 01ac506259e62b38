"""Reviews, answers and phones over the API."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from fieldapp.app import create_app
from fieldapp.domain.permissions import Role
from fieldapp.services.context import Context
from tests.api.accounts import client_of, store_accounts
from tests.services.small_register import fill
from tests.services.visits import ONE, body

VISIT = f"/api/v1/visits/{ONE}"
PHONE = "/api/v1/field/phones/0197a0b0-0000-7000-8000-0000000000ff"


@pytest.fixture
def asked(context: Context) -> Flask:
    """The application with one visit, on each engine in turn."""
    fill(context)
    store_accounts(context)
    app = create_app(context=context)
    assert client_of(app, Role.COMMISSIONER).put(VISIT, json=body()).status_code == 201
    return app


@pytest.fixture
def officer(asked: Flask) -> FlaskClient:
    return client_of(asked, Role.COUNTY_OFFICER)


def judge(client: FlaskClient, step: str, seen: str = "submitted", **more: Any) -> TestResponse:
    return client.post(f"{VISIT}/review", json={"step": step, "seen": seen, "revision": 1, **more})


def test_a_question_goes_out_and_its_answer_comes_back(asked: Flask, officer: FlaskClient) -> None:
    asked_back = judge(officer, "question", text="人数？").get_json()
    assert (asked_back["review"], asked_back["revision"]) == ("has_issues", 1)
    phone = client_of(asked, Role.COMMISSIONER)
    answer = {"id": str(uuid4()), "text": "12 人"}
    for _ in range(2):  # sent twice, kept once
        document = phone.post(f"{VISIT}/notes", json=answer).get_json()
        assert (document["review"], len(document["notes"])) == ("submitted", 2)
    other = phone.post(f"{VISIT}/notes", json=answer | {"text": "13 人"})
    assert (other.status_code, other.get_json()["code"]) == (409, "note.exists")


def test_who_was_faster_is_named_to_programs_too(asked: Flask, officer: FlaskClient) -> None:
    assert judge(officer, "approve").status_code == 200
    second = judge(client_of(asked, Role.BUREAU_OFFICER), "reject", text="不符")
    assert (second.status_code, second.get_json()["code"]) == (409, "visit.changed")
    assert "演示county_officer" in second.get_json()["title"]
    assert judge(officer, "undo", "approved").get_json()["review"] == "submitted"


@pytest.mark.parametrize(
    ("sent", "pointer"),
    [
        ({"step": "dance", "seen": "submitted", "revision": 1}, "/step"),
        ({"step": "answer", "seen": "submitted", "revision": 1}, "/step"),
        ({"step": "approve", "seen": "submitted"}, "/revision"),
        ({"step": "approve", "revision": 1}, "/seen"),
        ({"step": "reject", "seen": "submitted", "revision": 1}, "/text"),
    ],
)
def test_every_fault_of_a_review_is_pointed_at(
    officer: FlaskClient, sent: dict[str, Any], pointer: str
) -> None:
    refused = officer.post(f"{VISIT}/review", json=sent)
    assert refused.status_code == 422
    assert [fault["pointer"] for fault in refused.get_json()["errors"]] == [pointer]


def test_rights_hold(asked: Flask, officer: FlaskClient) -> None:
    assert judge(client_of(asked, Role.VIEWER), "approve").get_json()["code"] == "forbidden.role"
    assert judge(client_of(asked, Role.COMMISSIONER), "approve").status_code == 403
    assert judge(client_of(asked, Role.COUNTY_OFFICER, "read"), "approve").status_code == 403
    note = {"id": str(uuid4()), "text": "代答"}
    assert officer.post(f"{VISIT}/notes", json=note).status_code == 403


def test_a_phone_says_how_it_stands_and_hears_what_to_do(asked: Flask) -> None:
    phone = client_of(asked, Role.COMMISSIONER)
    said = {
        "pending": 0,
        "oldest_pending_at": None,
        "app_version": "2026.11",
        "persistent": True,
        "clock": "2026-11-22T09:00:00+08:00",
    }
    assert phone.put(PHONE, json=said).get_json() == {"reminder": None}
    waits = said | {"pending": 3, "oldest_pending_at": "2026-11-15T09:00:00+08:00"}
    assert "3 service logs" in phone.put(PHONE, json=waits).get_json()["reminder"]
    wrong = phone.put(PHONE, json=said | {"pending": 3})
    assert (wrong.status_code, wrong.get_json()["errors"][0]["pointer"]) == (422, "/oldest_pending_at")
    slow = phone.put(PHONE, json=said | {"clock": "2026-11-22T07:00:00+08:00"})
    assert "2 h slow" in slow.get_json()["reminder"]
    assert client_of(asked, Role.VIEWER).put(PHONE, json=said).status_code == 403
