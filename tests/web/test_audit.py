"""The page of the audit trail: in the reader's words, filtered by them, within the reader's counties."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

from fieldapp.app import create_app
from fieldapp.domain.permissions import Role
from fieldapp.resources import folder
from fieldapp.services.audit_fields import changes
from fieldapp.services.audit_words import ACTIONS, SUBJECTS
from fieldapp.services.change_product import add_product
from fieldapp.services.context import Context
from fieldapp.services.read_audit import AuditWish, read_audit
from fieldapp.services.who_did import who_did
from tests.accounts import make_account, sign_in
from tests.services.assigning import OFFICER, proposed
from tests.services.small_register import LALIN, PINGFANG, fill
from tests.services.visits import ONE, commissioner, record

PACKAGE = Path(folder("fieldapp"))


@pytest.fixture
def app(sqlite_context: Context) -> Flask:
    fill(sqlite_context)
    return create_app(context=sqlite_context)


def test_events_are_told_in_the_language_of_the_page(app: Flask, sqlite_context: Context) -> None:
    assignment = proposed(sqlite_context)
    client = app.test_client()
    sign_in(client, sqlite_context)
    page = client.get("/audit?action=assignment.proposed").text
    assert f"<td>拟选派</td><td>选派 {assignment.id}</td>" in page
    assert "<dt>服务期起</dt>" in page or "<dt>服务期开始</dt>" in page
    assert "assignment.proposed</" not in page
    english = client.get("/audit?action=assignment.proposed&lang=en").text
    assert f"<td>propose</td><td>assignment {assignment.id}</td>" in english


def test_what_it_was_done_to_is_found_by_its_word(app: Flask, sqlite_context: Context) -> None:
    assignment = proposed(sqlite_context)
    client = app.test_client()
    sign_in(client, sqlite_context)
    for typed in (f"选派 {assignment.id}", f"Assignment {assignment.id}", "选派"):
        assert f"选派 {assignment.id}</td>" in client.get("/audit", query_string={"subject": typed}).text


def test_the_export_speaks_as_the_page_does(app: Flask, sqlite_context: Context) -> None:
    assignment = proposed(sqlite_context)
    client = app.test_client()
    sign_in(client, sqlite_context)
    lines = client.get("/audit/export.csv?action=assignment.proposed").text.splitlines()
    assert f",拟选派,选派 {assignment.id}," in lines[1]


def test_a_county_reads_what_was_done_with_its_products_and_not_with_others(
    app: Flask, sqlite_context: Context
) -> None:
    values = {"name": "黑木耳", "category": "edible_fungi"}
    for code in (LALIN, PINGFANG):
        add_product(sqlite_context, code, values, by=OFFICER, actor="user:7")
    client = app.test_client()
    officer = make_account(sqlite_context, Role.COUNTY_OFFICER, county_codes=["230184"])
    sign_in(client, sqlite_context, officer)
    page = client.get("/audit").text
    assert (f"产品 {LALIN}/黑木耳</td>" in page, f"{PINGFANG}/" in page) == (True, False)


def test_a_county_reads_what_was_done_with_visits_to_its_townships_only(context: Context) -> None:
    fill(context)
    record(context, commissioner(context))

    def seen(county: str) -> list[str]:
        officer = make_account(context, Role.COUNTY_OFFICER, username=f"of {county}", county_codes=[county])
        return [event["subject_id"] for event in read_audit(context, AuditWish(), by=officer).events]

    assert str(ONE) in seen("230184")
    assert str(ONE) not in seen("230108")


def test_every_event_that_is_recorded_has_words() -> None:
    written = "\n".join(path.read_text("utf-8") for path in PACKAGE.rglob("*.py"))
    recorded = re.findall(r"\brecord\(\s*(?:work, )?\"([a-z_.]+)\",\s*(?:\"([a-z_]+)\")?", written)
    assert len(recorded) > 30
    assert {action for action, _subject in recorded} <= ACTIONS.keys()
    assert {subject for _action, subject in recorded if subject} <= SUBJECTS.keys()


@pytest.mark.parametrize("locale", ["zh_CN", "en"])
def test_names_and_values_are_told_in_words_and_not_as_they_are_stored(locale: str) -> None:
    words = {
        "zh_CN": [
            ("审核", "待审核", "已批准"),
            ("认定日期", None, "2026-11-22"),
            ("服务期起", None, "2026-12-01"),
            ("筛选条件", None, "区县代码：230184"),
            ("范围", None, "只读"),
            ("单位类型", None, "高校"),
        ],
        "en": [
            ("review", "awaiting review", "approved"),
            ("featured from", None, "2026-11-22"),
            ("term from", None, "2026-12-01"),
            ("filter", None, "county code: 230184"),
            ("scope", None, "read only"),
            ("kind of institution", None, "university"),
        ],
    }
    told = [
        *changes("visit", {"review": "submitted"}, {"review": "approved"}, locale),
        *changes("product", None, {"starts_on": "2026-11-22"}, locale),
        *changes("plan", None, {"starts_on": "2026-12-01"}, locale),
        *changes("table", None, {"asked": {"county_code": "230184"}}, locale),
        *changes("user", None, {"scope": "read"}, locale),
        *changes("institution", None, {"kind": "university"}, locale),
    ]
    assert told == words[locale]


def test_an_account_that_is_called_as_a_part_of_the_program_keeps_its_name() -> None:
    assert who_did({"actor": "user:7", "who": "system"}) == "system"
    assert str(who_did({"actor": "system", "who": "system"})) == "the program"
