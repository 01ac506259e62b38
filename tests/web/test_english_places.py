"""Readers of English find places in pinyin on the pages of visits and of the registers."""

from __future__ import annotations

import re
from datetime import date
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import insert

from fieldapp.app import create_app
from fieldapp.domain.permissions import Person, Role
from fieldapp.persistence import schema
from fieldapp.services.context import Context
from fieldapp.services.make_confirmation import make_confirmation, show_slip
from fieldapp.web.place_names import pinyin_words
from tests.accounts import make_account, sign_in
from tests.services.assigning import active
from tests.services.small_register import LALIN, SHAHE, SHANHE, TOWNSHIPS, fill
from tests.services.test_grade_visits import log
from tests.services.visits import ONE, commissioner, record
from tests.web.test_registers import PAGES as REGISTER_PAGES
from tests.web.test_registers import hidden
from tests.web.test_visits import PAGES as VISIT_PAGES

PLACES = {name for _, name, *_ in TOWNSHIPS} | {"五常市", "平房区"}
TWO = UUID(int=ONE.int + 1)
SLIP = f"/visits/{ONE}/confirmation"


@pytest.fixture
def me(sqlite_context: Context) -> Person:
    """The commissioner of 拉林满族镇, with visits there, and one elsewhere at the same time."""
    fill(sqlite_context)
    me = commissioner(sqlite_context)
    record(sqlite_context, me)
    log(sqlite_context, at=None, township=SHANHE)
    active(sqlite_context)
    make_confirmation(sqlite_context, ONE, by=me)
    return me


@pytest.fixture
def client(sqlite_context: Context, me: Person) -> FlaskClient:
    client = create_app(context=sqlite_context).test_client()
    sign_in(client, sqlite_context, make_account(sqlite_context, Role.BUREAU_OFFICER))
    client.get("/?lang=en")
    return client


def in_chinese_alone(page: str) -> list[str]:
    """The places that a page names without their pinyin."""
    text = re.sub(r"<script\b.*?</script>", "", page, flags=re.DOTALL)
    for name in PLACES:
        text = text.replace(f"{pinyin_words(name)} {name}", "")
    return [name for name in sorted(PLACES) if name in text]


@pytest.mark.parametrize("address", [*VISIT_PAGES, SLIP, f"/visits?county={SHANHE[:6]}", *REGISTER_PAGES])
def test_no_page_names_a_place_in_chinese_alone(client: FlaskClient, address: str) -> None:
    page = client.get(address)
    assert page.status_code == 200
    assert in_chinese_alone(page.text) == []


def test_the_page_of_a_township_is_called_by_both_names(client: FlaskClient) -> None:
    assert "<h1>Lalin Manzu Zhen 拉林满族镇 " in client.get(f"/townships/{LALIN}").text


def test_the_reader_of_chinese_finds_no_pinyin(client: FlaskClient) -> None:
    page = client.get(f"/townships/{LALIN}?lang=zh_CN").text
    assert "<h1>拉林满族镇 " in page
    assert "Lalin" not in page


def test_the_history_of_a_visit_names_the_townships_before_and_after(
    client: FlaskClient, sqlite_context: Context
) -> None:
    term = {"commissioner_id": "C-0002", "state": "active"}
    year = {"starts_on": date(2026, 1, 1), "ends_on": date(2026, 11, 30)}
    with sqlite_context.work(actor="test") as work:
        terms = [{"township_code": code, **term, **year} for code in (SHANHE, SHAHE)]
        work.connection.execute(insert(schema.assignments), terms)
        work.commit()
    visitor = commissioner(sqlite_context, "C-0002")
    record(sqlite_context, visitor, TWO, township_code=SHANHE)
    record(sqlite_context, visitor, TWO, township_code=SHAHE, base_revision=1)
    page = client.get(f"/visits/{TWO}").text
    assert "<del>Shanhe Zhen 山河镇</del> → <ins>Shahe Zhen 沙河镇</ins>" in page


def test_the_recipient_finds_the_place_in_pinyin_too(
    client: FlaskClient, sqlite_context: Context, me: Person
) -> None:
    secret = show_slip(sqlite_context, ONE, by=me).secret
    page = client.get(f"/confirm/{secret}").text
    assert in_chinese_alone(page) == []


def test_a_refusal_names_places_in_pinyin(client: FlaskClient) -> None:
    page = client.get("/commissioners/C-0001").text
    kept = {name: hidden(page, name) for name in ("csrf_token", "revision")}
    refused = client.post("/commissioners/C-0001/retire", data=kept | {"retired_on": "2026-11-22"})
    assert refused.status_code == 409
    assert "cannot retire" in refused.text
    assert in_chinese_alone(refused.text) == []
