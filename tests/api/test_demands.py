"""What townships need, over the API: each change on the revision that was seen."""

from __future__ import annotations

import pytest
from flask import Flask

from fieldapp.app import create_app
from fieldapp.domain.permissions import Role
from fieldapp.services.context import Context
from tests.api.accounts import client_of, store_accounts
from tests.services.small_register import LALIN, fill

API = "/api/v1"


@pytest.fixture
def asked(sqlite_context: Context) -> Flask:
    fill(sqlite_context)
    store_accounts(sqlite_context)
    return create_app(context=sqlite_context)


def test_a_need_is_noted_met_and_opened_again(asked: Flask) -> None:
    officer = client_of(asked, Role.BUREAU_OFFICER)
    made = officer.post(f"{API}/townships/{LALIN}/demands", json={"text": "大棚控温"})
    assert (made.status_code, made.get_json()["revision"], made.get_etag()[0]) == (201, 1, "1")
    one = made.headers["Location"]
    assert officer.get(one).get_json() == made.get_json()
    met = officer.post(f"{one}/meet", json={"answer": "已派专家"}, headers={"If-Match": '"1"'})
    assert (met.status_code, met.get_json()["met_on"]) == (200, "2026-11-22")
    late = officer.post(f"{one}/meet", json={"answer": "已派专家", "revision": 1})
    assert (late.status_code, late.get_json()["code"]) == (409, "demand.changed")
    assert officer.post(f"{one}/reopen", json={"revision": 2}).get_json()["met_on"] is None
    (listed,) = officer.get(f"{API}/townships/{LALIN}/demands").get_json()["items"]
    assert (listed["text"], listed["revision"]) == ("大棚控温", 3)


def test_a_viewer_reads_needs_and_notes_none(asked: Flask) -> None:
    viewer = client_of(asked, Role.VIEWER)
    address = f"{API}/townships/{LALIN}/demands"
    assert viewer.get(address).get_json() == {"items": []}
    assert viewer.post(address, json={"text": "大棚控温"}).status_code == 403
