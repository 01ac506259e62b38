"""A plan to take away: the same rows in every form, for those who may, and kept in the log."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import select

from fieldapp.domain.errors import ConflictError, ForbiddenError, NotFoundError
from fieldapp.domain.planning import Pair
from fieldapp.persistence import schema
from fieldapp.services.context import Context
from fieldapp.services.draft_plan import draft_plan
from fieldapp.services.export_plan import COLUMNS, PLAN_FORMATS, PlanFormat, export_plan
from fieldapp.services.planning_input import Wish
from fieldapp.services.read_options import read_options
from geodata.formats.reading import read_layer
from tests.reports.documents import part, text_of
from tests.services.assigning import (
    DECEMBER,
    NEXT_NOVEMBER,
    OFFICER,
    PINGFANG_OFFICER,
    VIEWER,
    WUCHANG,
    WUCHANG_OFFICER,
    add_users,
)
from tests.services.planning import drafted, edited, leaders
from tests.services.small_register import LALIN, PINGFANG, SHANHE, fill


@pytest.fixture
def register(context: Context) -> Context:
    fill(context)
    add_users(context)
    return context


def _exported(context: Context, draft_id: int, file_format: PlanFormat, locale: str = "zh_CN") -> bytes:
    target = io.BytesIO()
    export_plan(context, draft_id, target, file_format, locale=locale, by=OFFICER)
    return target.getvalue()


def test_the_workbook_says_of_each_township_what_the_plan_makes_of_it(register: Context) -> None:
    plan = drafted(register)
    book = openpyxl.load_workbook(io.BytesIO(_exported(register, plan.id, "xlsx", "en")))
    head, *rows = book.worksheets[0].iter_rows(values_only=True)
    assert head == tuple(column.header("en") for column in COLUMNS)
    planned = {row[0]: row[8] for row in rows}
    assert planned == leaders(plan)


def test_the_document_carries_the_table_as_its_annex(register: Context) -> None:
    plan = drafted(register, name="甲 =HYPERLINK(1) <b>方案</b>")
    text = text_of(part(_exported(register, plan.id, "docx"), "word/document.xml"))
    assert "科技特派员选派方案明细表" in text
    assert "甲 =HYPERLINK(1) <b>方案</b>" in text
    for row in plan.difference:
        assert row["name"] in text


def test_the_layer_has_every_township_and_its_change(register: Context, tmp_path: Path) -> None:
    plan = drafted(register)
    file = tmp_path / "plan.gpkg"
    file.write_bytes(_exported(register, plan.id, "gpkg"))
    layer = read_layer(file).frame
    assert dict(zip(layer["township_code"], layer["change"], strict=True)) == {
        row["township"]: row["change"] for row in plan.difference
    }


@pytest.mark.parametrize("file_format", PLAN_FORMATS)
def test_that_somebody_took_it_is_kept(register: Context, file_format: PlanFormat) -> None:
    plan = drafted(register)
    _exported(register, plan.id, file_format)
    with register.reading() as connection:
        event = connection.execute(
            select(schema.audit_events).where(schema.audit_events.c.action == "plan.exported")
        ).one()
    assert (event.subject_id, event.after["format"]) == (str(plan.id), file_format)


def test_another_county_s_plan_is_nobody_s_to_take_and_a_viewer_plans_nothing(register: Context) -> None:
    plan = drafted(register, by=WUCHANG_OFFICER, county_codes=(WUCHANG,))
    with pytest.raises(NotFoundError):
        export_plan(register, plan.id, io.BytesIO(), "xlsx", locale="en", by=PINGFANG_OFFICER)
    with pytest.raises(ForbiddenError):
        export_plan(register, plan.id, io.BytesIO(), "xlsx", locale="en", by=VIEWER)


def test_what_is_not_solved_cannot_be_exported(register: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fieldapp.services.draft_plan.is_small", lambda _: False)
    monkeypatch.setattr("fieldapp.services.draft_plan.start_solver", lambda *_: None)
    draft_id = draft_plan(register, "大方案", Wish(DECEMBER, NEXT_NOVEMBER), by=OFFICER)
    with pytest.raises(ConflictError):
        export_plan(register, draft_id, io.BytesIO(), "xlsx", locale="en", by=OFFICER)


def test_who_could_lead_a_township_instead_is_listed_with_what_stands_against_it(register: Context) -> None:
    plan = drafted(register)
    found = read_options(register, plan.id, LALIN, by=OFFICER)
    assert found.township.code == LALIN
    assert {one.commissioner.id: [post.code for post in one.leads] for one in found.options if one.leads} == {
        person: sorted(code for code, each in leaders(plan).items() if each == person)
        for person in set(leaders(plan).values())
    }
    able = [one.obstacle is None for one in found.options]
    assert able == sorted(able, reverse=True)
    pinned = leaders(plan)[SHANHE]
    assert pinned is not None
    again = edited(register, plan, pins=(Pair(PINGFANG, pinned),))
    places = {one.commissioner.id: one.places for one in found.options}
    options = read_options(register, again.id, LALIN, by=OFFICER).options
    obstacles = {one.commissioner.id: one.obstacle for one in options}
    assert (obstacles[pinned] is not None) == (places[pinned] == 1)


def test_a_township_that_is_not_planned_has_no_options(register: Context) -> None:
    plan = drafted(register, county_codes=(WUCHANG,))
    with pytest.raises(NotFoundError):
        read_options(register, plan.id, PINGFANG, by=OFFICER)
