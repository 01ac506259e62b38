"""The visit routes as a phone meets them: put, read, withdrawn, and the feed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from fieldapp.domain.permissions import Role
from fieldapp.services.context import Context
from tests.accounts import make_account, sign_in
from tests.api.accounts import client_of
from tests.api.phones import app, phone
from tests.services.small_register import SHANHE
from tests.services.visits import ONE, PHOTO, body

ADDRESS = f"/api/v1/visits/{ONE}"


__all__ = ["app", "phone"]


def _without(said: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in said.items() if name not in names}


def test_a_new_visit_is_created_once_and_answered_whole(phone: FlaskClient) -> None:
    made = phone.put(ADDRESS, json=body())
    assert (made.status_code, made.location) == (201, ADDRESS)
    document = made.get_json()
    assert (document["id"], document["revision"], document["deleted"]) == (str(ONE), 1, False)
    assert _without(body(), "base_revision").items() <= document.items()
    assert document["photos_awaited"] == [PHOTO]
    again = phone.put(ADDRESS, json=body())
    assert (again.status_code, again.get_json()) == (200, document)
    assert phone.get(ADDRESS).get_json() == document


def test_a_change_on_a_stale_base_is_answered_with_the_stored_visit(phone: FlaskClient) -> None:
    phone.put(ADDRESS, json=body())
    changed = phone.put(ADDRESS, json=body(base_revision=1, content="改过"))
    assert (changed.status_code, changed.get_json()["revision"]) == (200, 2)
    refused = phone.put(ADDRESS, json=body(base_revision=1, content="另一部手机"))
    problem = refused.get_json()
    assert (refused.status_code, refused.mimetype) == (409, "application/problem+json")
    assert (problem["code"], problem["visit"]) == ("visit.changed", changed.get_json())


def test_withdrawing_leaves_a_tombstone_in_the_feed(phone: FlaskClient) -> None:
    phone.put(ADDRESS, json=body())
    assert phone.delete(f"{ADDRESS}?base_revision=2").get_json()["code"] == "visit.changed"
    for _ in range(2):
        gone = phone.delete(f"{ADDRESS}?base_revision=1")
        assert (gone.status_code, gone.data) == (204, b"")
    late = phone.put(ADDRESS, json=body())
    assert (late.status_code, late.get_json()["code"]) == (409, "visit.deleted")
    feed = phone.get("/api/v1/visits").get_json()
    assert [(each["id"], each["deleted"]) for each in feed["visits"]] == [(str(ONE), True)]
    after = phone.get(f"/api/v1/visits?changed_since={feed['next']}").get_json()
    assert (after["visits"], after["next"], after["more"]) == ([], feed["next"], False)


def test_the_feed_pages_through_changes(phone: FlaskClient) -> None:
    for number in range(1, 6):
        phone.put(f"/api/v1/visits/{UUID(int=number)}", json=body())
    seen, cursor = [], ""
    while True:
        page = phone.get(f"/api/v1/visits?limit=2&changed_since={cursor}").get_json()
        seen += [each["id"] for each in page["visits"]]
        cursor = page["next"]
        if not page["more"]:
            break
    assert seen == [str(UUID(int=number)) for number in range(1, 6)]
    refused = phone.get("/api/v1/visits?changed_since=nonsense")
    assert (refused.status_code, refused.get_json()["errors"][0]["pointer"]) == (422, "/changed_since")


@pytest.mark.parametrize(
    ("change", "status", "code", "pointer"),
    [
        ({"township_code": SHANHE}, 403, "visit.township", None),
        (
            {"started_at": "2027-01-05T09:00:00+08:00", "ended_at": "2027-01-05T10:00:00+08:00"},
            422,
            "visit.future",
            "/started_at",
        ),
        (
            {"started_at": "2025-12-31T09:00:00+08:00", "ended_at": "2025-12-31T10:00:00+08:00"},
            422,
            "visit.term",
            "/started_at",
        ),
        ({"ended_at": "2026-11-20T09:00:00+08:00"}, 422, "visit.period", "/ended_at"),
        ({"service_days": 0.7}, 422, "visit.service_days", "/service_days"),
        ({"started_at": "2026-11-20 09:10"}, 422, "body.invalid", "/started_at"),
        ({"started_at": "2026-11-20T09:10:00"}, 422, "body.invalid", "/started_at"),
        ({"started_at": "0001-01-01T00:00:00+08:00"}, 422, "body.invalid", "/started_at"),
        ({"photos": ["x"]}, 422, "body.invalid", "/photos/0"),
        ({"photos": [PHOTO, PHOTO]}, 422, "body.invalid", "/photos"),
        ({"results": {"cows": 3}}, 422, "body.invalid", "/results/cows"),
        ({"surprise": 1}, 422, "body.invalid", "/surprise"),
        ({"content": "字" * 10_001}, 422, "body.invalid", "/content"),
        ({"content": "\0"}, 422, "body.invalid", "/content"),
        ({"no_fix_reason": "没有信号"}, 422, "visit.no_fix_reason", "/no_fix_reason"),
    ],
)
def test_what_cannot_be_kept_is_told_and_nothing_is_stored(
    phone: FlaskClient, change: dict[str, Any], status: int, code: str, pointer: str | None
) -> None:
    refused = phone.put(ADDRESS, json=body(**change))
    problem = refused.get_json()
    assert (refused.status_code, problem["code"]) == (status, code)
    assert pointer is None or problem["errors"][0]["pointer"] == pointer
    assert phone.get(ADDRESS).status_code == 404


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
@pytest.mark.parametrize(("said", "pointer"), [("45.2", "/fix/lat"), ("0.5", "/service_days")])
def test_a_number_that_is_none_is_refused_by_its_name(
    phone: FlaskClient, number: str, said: str, pointer: str
) -> None:
    text = phone.application.json.dumps(body()).replace(said, number)
    refused = phone.put(ADDRESS, data=text, content_type="application/json")
    assert (refused.status_code, refused.get_json()["code"]) == (422, "body.invalid")
    assert [fault["pointer"] for fault in refused.get_json()["errors"]] == [pointer]
    assert phone.get(ADDRESS).status_code == 404


def test_the_refusal_is_in_the_language_of_who_asks(phone: FlaskClient) -> None:
    refused = phone.put(
        ADDRESS, json=body(township_code=SHANHE), headers={"Accept-Language": "zh-CN"}
    ).get_json()
    assert refused["title"].startswith("山河镇不是")


def test_a_phone_that_says_its_clock_is_told_when_it_is_wrong(phone: FlaskClient) -> None:
    times = {"started_at": "2026-11-22T19:00:00+08:00", "ended_at": "2026-11-22T20:00:00+08:00"}
    clock = {"Client-Clock": "2026-11-22T20:01:00+08:00"}
    refused = phone.put(ADDRESS, json=body(**times), headers=clock).get_json()
    assert refused["code"] == "visit.future"
    assert "your phone shows 2026-11-22 20:01" in refused["title"]
    assert phone.put(ADDRESS, json=body(), headers={"Client-Clock": "noon"}).status_code == 422


def test_a_browsers_session_shows_its_secret_and_a_token_need_not(app: Flask, context: Context) -> None:
    client = app.test_client()
    person = make_account(context, Role.COMMISSIONER, commissioner_id="C-0001")
    sign_in(client, context, person)
    refused = client.put(ADDRESS, json=body())
    assert (refused.status_code, refused.get_json()["code"]) == (403, "forbidden.form")
    nobody = app.test_client().put(ADDRESS, json=body())
    assert (nobody.status_code, nobody.get_json()["code"]) == (401, "login.required")


def test_a_token_for_reading_logs_no_visit(app: Flask) -> None:
    reader = client_of(app, Role.COMMISSIONER, "read")
    assert reader.put(ADDRESS, json=body()).get_json()["code"] == "forbidden.token"
    assert reader.get("/api/v1/visits").status_code == 200


def test_an_officer_reads_and_does_not_write(app: Flask, phone: FlaskClient) -> None:
    phone.put(ADDRESS, json=body())
    officer = client_of(app, Role.BUREAU_OFFICER)
    assert officer.get(ADDRESS).get_json()["content"] == body()["content"]
    assert officer.put(ADDRESS, json=body(base_revision=1)).get_json()["code"] == "forbidden.role"


def test_a_body_of_absurd_size_is_refused(phone: FlaskClient) -> None:
    refused = phone.put(ADDRESS, data=b" " * 300_000, content_type="application/json")
    assert refused.status_code == 413
