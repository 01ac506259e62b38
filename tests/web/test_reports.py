"""The documents to take away, from the page of documents."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from fieldapp.app import create_app
from fieldapp.domain.permissions import Role
from fieldapp.persistence import schema
from fieldapp.services.context import Context
from tests.api.accounts import client_of, store_accounts
from tests.reports.documents import part, text_of
from tests.services.small_register import fill


@pytest.fixture
def app(sqlite_context: Context) -> Flask:
    fill(sqlite_context)
    store_accounts(sqlite_context)
    return create_app(context=sqlite_context)


def test_the_page_offers_both_documents_in_both_forms(app: Flask) -> None:
    page = client_of(app, Role.VIEWER).get("/reports?lang=en")
    assert page.status_code == 200
    for address in ("notice.docx", "notice.xlsx", "assignments.docx", "assignments.xlsx"):
        assert f'formaction="/reports/{address}"' in page.text


def test_a_county_officer_is_offered_the_own_counties(app: Flask) -> None:
    page = client_of(app, Role.COUNTY_OFFICER).get("/reports")
    assert "五常市" in page.text
    assert "平房区" not in page.text


def test_the_table_is_a_document_under_its_chinese_name_and_kept_nowhere(app: Flask) -> None:
    answer = client_of(app, Role.BUREAU_OFFICER).get("/reports/assignments.docx?office=市科技局")
    assert answer.mimetype.endswith("wordprocessingml.document")
    assert "%E7%A7%91%E6%8A%80" in answer.headers["Content-Disposition"]
    assert answer.cache_control.no_store
    assert "填报单位：市科技局" in text_of(part(answer.data, "word/document.xml"))


def test_that_somebody_took_a_document_is_kept(app: Flask, sqlite_context: Context) -> None:
    client_of(app, Role.VIEWER).get("/reports/assignments.xlsx")
    with sqlite_context.reading() as connection:
        event = connection.execute(
            select(schema.audit_events).where(schema.audit_events.c.action == "report.drafted")
        ).one()
    assert (event.subject_id, event.after) == ("assignments", {"county": None, "format": "xlsx"})


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("notice.docx", 404),
        ("assignments.docx?as_of=soon", 422),
        ("assignments.docx?as_of=20261122", 422),
        ("assignments.docx?county=999999", 404),
        ("assignments.pdf", 404),
    ],
)
def test_what_cannot_be_made_is_explained(app: Flask, address: str, status: int) -> None:
    answer = client_of(app, Role.ADMINISTRATOR).get(f"/reports/{address}")
    assert (answer.status_code, answer.mimetype) == (status, "text/html")


def test_another_county_is_refused_and_nobody_is_asked_to_log_in(app: Flask) -> None:
    assert (
        client_of(app, Role.COUNTY_OFFICER).get("/reports/assignments.docx?county=230108").status_code == 403
    )
    assert app.test_client().get("/reports").status_code == 303
