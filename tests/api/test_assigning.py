"""What stands beside the steps of an assignment over the API: several, objections, agreements, recusals."""

from __future__ import annotations

import io
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

API = "/api/v1"
TERM = {"starts_on": "2027-01-01", "ends_on": "2027-12-31"}
PDF = b"%PDF-1.7\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"


@pytest.fixture
def asked(context: Context) -> Flask:
    """The application on a small register, on each engine in turn."""
    fill(context)
    store_accounts(context)
    return create_app(context=context)


@pytest.fixture
def officer(asked: Flask) -> FlaskClient:
    return client_of(asked, Role.BUREAU_OFFICER)


@pytest.fixture
def county(asked: Flask) -> FlaskClient:
    return client_of(asked, Role.COUNTY_OFFICER)


def _wanted(*pairs: tuple[str, str]) -> dict[str, Any]:
    return {"items": [{"township_code": code, "commissioner_id": who, **TERM} for code, who in pairs]}


def _proposed(client: FlaskClient, code: str = SHANHE, who: str = "C-0002") -> dict[str, Any]:
    made = client.post(f"{API}/assignments", json=_wanted((code, who))["items"][0])
    assert made.status_code == 201
    return dict(made.get_json())


def _on_notice(client: FlaskClient, code: str = SHANHE) -> dict[str, Any]:
    one = _proposed(client, code)
    shown = client.post(f"{API}/assignments/{one['id']}/notice", json={"revision": one["revision"]})
    assert shown.status_code == 200
    return dict(shown.get_json())


def _upload(client: FlaskClient, one: dict[str, Any], content: bytes = PDF, **more: Any) -> TestResponse:
    form = {"file": (io.BytesIO(content), "协议.pdf"), "revision": str(one["revision"])} | more
    return client.post(f"{API}/assignments/{one['id']}/agreement", data=form)


def _codes(answer: TestResponse) -> tuple[int, str]:
    return answer.status_code, answer.get_json().get("code", "")


def test_several_are_looked_at_and_then_proposed(officer: FlaskClient) -> None:
    wanted = _wanted((SHANHE, "C-0002"), (SHAHE, "C-0003"), (PINGFANG, "C-0003"))
    seen = officer.post(f"{API}/assignments/several/preview", json=wanted).get_json()
    assert seen["ready"] == 2
    assert [each["refusal"] and each["refusal"]["code"] for each in seen["items"]] == [
        None,
        None,
        "commissioner.capacity",
    ]
    assert officer.get(f"{API}/assignments", query_string={"state": "proposed"}).get_json()["items"] == []
    refused = officer.post(f"{API}/assignments/several", json=wanted)
    assert _codes(refused) == (422, "assignment.refused")
    assert [fault["pointer"] for fault in refused.get_json()["errors"]] == ["/items/2"]
    wanted["items"].pop()
    written = officer.post(f"{API}/assignments/several", json=wanted)
    assert written.status_code == 201
    assert [each["township_code"] for each in written.get_json()["items"]] == [SHANHE, SHAHE]


def test_a_county_proposes_several_only_at_home(county: FlaskClient) -> None:
    wanted = _wanted((SHANHE, "C-0002"), (PINGFANG, "C-0003"))
    seen = county.post(f"{API}/assignments/several/preview", json=wanted).get_json()
    assert seen["items"][1]["refusal"]["code"] == "forbidden.county"
    assert _codes(county.post(f"{API}/assignments/several", json=wanted)) == (422, "assignment.refused")


def test_a_day_in_a_list_is_checked_where_it_stands(officer: FlaskClient) -> None:
    wanted = _wanted((SHANHE, "C-0002"))
    wanted["items"][0]["starts_on"] = "2027-02-30"
    refused = officer.post(f"{API}/assignments/several", json=wanted)
    assert refused.get_json()["errors"][0]["pointer"] == "/items/0/starts_on"


def test_a_proposal_is_revised_on_what_was_seen(officer: FlaskClient, county: FlaskClient) -> None:
    one = _proposed(officer)
    address = f"{API}/assignments/{one['id']}/revise"
    changed = officer.post(address, json={"revision": 1, "ends_on": "2027-06-30", "note": "半年"}).get_json()
    assert (changed["ends_on"], changed["note"], changed["starts_on"]) == (
        "2027-06-30",
        "半年",
        TERM["starts_on"],
    )
    assert _codes(officer.post(address, json={"revision": 1, "note": "x"})) == (409, "assignment.changed")
    elsewhere = _proposed(officer, PINGFANG, "C-0003")
    foreign = county.post(f"{API}/assignments/{elsewhere['id']}/revise", json={"revision": 1})
    assert _codes(foreign) == (403, "forbidden.county")


def test_an_objection_is_noted_settled_and_listed(officer: FlaskClient) -> None:
    one = _on_notice(officer)
    address = f"{API}/assignments/{one['id']}/objections"
    noted = officer.post(address, json={"revision": one["revision"], "text": "亲属关系"})
    (objection,) = noted.get_json()["items"]
    assert (objection["text"], objection["settlement"]) == ("亲属关系", None)
    settle = f"{API}/objections/{objection['id']}/settle"
    stale = officer.post(settle, json={"revision": 1, "settlement": "dismissed", "answer": "不属实"})
    assert _codes(stale) == (409, "assignment.changed")
    settled = officer.post(
        settle,
        json={"settlement": "dismissed", "answer": "不属实"},
        headers={"If-Match": noted.headers["ETag"]},
    ).get_json()
    assert settled == officer.get(address).get_json()
    assert settled["items"][0]["settled_on"] == settled["items"][0]["raised_on"]


def test_objections_are_read_by_those_who_settle_them(asked: Flask, county: FlaskClient) -> None:
    one = _on_notice(client_of(asked, Role.BUREAU_OFFICER), PINGFANG)
    address = f"{API}/assignments/{one['id']}/objections"
    assert _codes(county.get(address)) == (403, "forbidden.county")
    assert _codes(client_of(asked, Role.VIEWER).get(address)) == (403, "forbidden.role")
    assert county.get(f"{API}/assignments/999/objections").status_code == 404


def test_an_agreement_is_submitted_listed_and_downloaded(asked: Flask, officer: FlaskClient) -> None:
    one = _on_notice(officer)
    sent = _upload(officer, one)
    assert (sent.status_code, sent.get_json()["agreement_state"]) == (200, "submitted")
    (file,) = officer.get(f"{API}/assignments/{one['id']}/agreements").get_json()["items"]
    assert (file["file_name"], file["media_type"], file["verdict"]) == ("协议.pdf", "application/pdf", None)
    got = officer.get(f"{API}/agreements/{file['id']}/file", buffered=True)
    assert (got.data, got.mimetype) == (PDF, "application/pdf")
    assert got.headers["Content-Disposition"].startswith("attachment")
    other = client_of(asked, Role.COMMISSIONER)
    for address in (f"agreements/{file['id']}/file", f"assignments/{one['id']}/agreements"):
        assert _codes(other.get(f"{API}/{address}")) == (403, "forbidden.own")


def test_what_is_no_agreement_is_refused_with_its_reason(officer: FlaskClient) -> None:
    one = _proposed(officer)
    assert _codes(_upload(officer, one, b"hello")) == (422, "agreement.file")
    address = f"{API}/assignments/{one['id']}/agreement"
    assert officer.post(address, json={"revision": 1}).status_code == 415
    for form, pointer in (
        ({"revision": "1"}, "/file"),
        ({"file": "text", "revision": "1"}, "/file"),
        ({"file": (io.BytesIO(PDF), "a.pdf"), "revision": "x"}, "/revision"),
        ({"file": (io.BytesIO(PDF), "a.pdf")}, "/revision"),
        ({"file": (io.BytesIO(PDF), "a.pdf"), "stray": "1", "revision": "1"}, "/stray"),
        ({"file": (io.BytesIO(PDF), "a.pdf"), "revision": ["1", "1"]}, "/revision"),
    ):
        refused = officer.post(address, data=form, content_type="multipart/form-data")
        assert refused.status_code == 422, form
        assert [fault["pointer"] for fault in refused.get_json()["errors"]] == [pointer]
    assert _codes(_upload(officer, one | {"revision": 9})) == (409, "assignment.changed")


def test_a_recusal_is_set_listed_and_lifted(officer: FlaskClient, county: FlaskClient) -> None:
    body = {"commissioner_id": "C-0002", "reason": "配偶在该镇经营"}
    made = officer.post(f"{API}/townships/{SHANHE}/recusals", json=body)
    assert (made.status_code, made.get_json()["commissioner"]) == (201, "李四")
    assert county.get(made.headers["Location"]).get_json() == made.get_json()
    assert county.get(f"{API}/townships/{SHANHE}/recusals").get_json()["items"] == [made.get_json()]
    again = officer.post(f"{API}/townships/{SHANHE}/recusals", json=body)
    assert _codes(again) == (409, "recusal.standing")
    lifted = county.post(f"{made.headers['Location']}/lift").get_json()
    assert lifted["lifted_on"] == lifted["recused_on"]
    assert _codes(county.post(f"{made.headers['Location']}/lift")) == (409, "recusal.lifted")
    assert county.get(f"{API}/townships/{SHANHE}/recusals").get_json()["items"] == []
    assert _codes(county.get(f"{API}/townships/{PINGFANG}/recusals")) == (403, "forbidden.county")
    foreign = county.post(f"{API}/townships/{PINGFANG}/recusals", json=body)
    assert _codes(foreign) == (403, "forbidden.county")


def test_timelines_tell_what_was_done_as_far_as_one_sees(
    asked: Flask, officer: FlaskClient, county: FlaskClient
) -> None:
    _proposed(officer, PINGFANG, "C-0003")
    told = officer.get(f"{API}/townships/{PINGFANG}/timeline").get_json()
    assert [(term["commissioner"], term["state"]) for term in told["terms"]] == [("王五", "proposed")]
    assert [(event["did"], event["who"]) for event in told["events"]] == [("propose", "演示bureau_officer")]
    assert officer.get(f"{API}/commissioners/C-0003/timeline").get_json() == told
    hidden = county.get(f"{API}/commissioners/C-0003/timeline").get_json()
    assert hidden == {"terms": [], "events": []}
    own = client_of(asked, Role.COMMISSIONER).get(f"{API}/townships/{LALIN}/timeline").get_json()
    assert [term["commissioner_id"] for term in own["terms"]] == ["C-0001"]
    for missing in ("townships/999999999", "commissioners/C-9"):
        assert officer.get(f"{API}/{missing}/timeline").status_code == 404
