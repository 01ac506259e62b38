"""Drafting the public notice and the assignment table from the register."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
from sqlalchemy import insert

from fieldapp.domain.errors import ForbiddenError, InvalidInputError, NotFoundError
from fieldapp.domain.permissions import Person, Role
from fieldapp.persistence import schema
from fieldapp.services.context import Context
from fieldapp.services.draft_assignment_table import draft_assignment_table
from fieldapp.services.draft_notice import NoticeWish, draft_notice
from tests.reports.documents import W, part, text_of
from tests.services.small_register import LALIN, PINGFANG, SHAHE, SHANHE, fill

ADMINISTRATOR = Person(Role.ADMINISTRATOR)
WUCHANG = Person(Role.COUNTY_OFFICER, frozenset({"230184"}))
ZHANG_SAN = Person(Role.COMMISSIONER, commissioner_id="C-0001")
FIRST, LAST = date(2026, 11, 20), date(2026, 11, 26)


@pytest.fixture
def filled(context: Context) -> Context:
    fill(context)
    _store(
        context,
        (LALIN, "C-0001", "on_notice", FIRST, LAST),
        (PINGFANG, "C-0002", "on_notice", FIRST, LAST),
        (SHANHE, "C-0003", "proposed", None, None),
    )
    return context


def _store(context: Context, *rows: tuple[str, str, str, date | None, date | None]) -> None:
    with context.engine.execution_options(fieldapp_writes=True).begin() as connection:
        connection.execute(
            insert(schema.assignments),
            [
                {
                    "township_code": township,
                    "commissioner_id": commissioner,
                    "state": state,
                    "starts_on": date(2027, 1, 1) if state != "active" else date(2026, 1, 1),
                    "ends_on": date(2027, 12, 31) if state != "active" else date(2026, 11, 30),
                    "notice_starts_on": notice_starts_on,
                    "notice_ends_on": notice_ends_on,
                }
                for township, commissioner, state, notice_starts_on, notice_ends_on in rows
            ],
        )


def _rows(content: bytes) -> list[list[str]]:
    rows = part(content, "word/document.xml").iter(f"{W}tr")
    return [[text_of(cell) for cell in row.iter(f"{W}tc")] for row in rows][1:]


def _notice(context: Context, by: Person = ADMINISTRATOR, **wish: Any) -> list[list[str]]:
    target = io.BytesIO()
    draft_notice(context, target, "docx", NoticeWish(**wish), by=by)
    return _rows(target.getvalue())


def _table(context: Context, by: Person = ADMINISTRATOR, **asked: Any) -> list[list[str]]:
    target = io.BytesIO()
    draft_assignment_table(context, target, "docx", by=by, **asked)
    return _rows(target.getvalue())


def test_the_notice_lists_what_is_on_notice_by_county_and_township(filled: Context) -> None:
    assert [row[1:4] for row in _notice(filled)] == [
        ["平房区", "沙河镇", "李四"],
        ["五常市", "拉林满族镇", "张三"],
    ]


def test_the_notice_says_its_own_days(filled: Context) -> None:
    drafted = draft_notice(filled, io.BytesIO(), "xlsx", NoticeWish(), by=ADMINISTRATOR)
    assert (drafted.starts_on, drafted.ends_on, drafted.rows) == (FIRST, LAST, 2)


def test_proposals_are_drafted_for_the_working_days_that_a_notice_would_last(filled: Context) -> None:
    wish = NoticeWish(proposals=True, starts_on=date(2026, 11, 23))
    drafted = draft_notice(filled, io.BytesIO(), "docx", wish, by=ADMINISTRATOR)
    assert (drafted.ends_on, drafted.rows) == (date(2026, 11, 27), 1)


def test_a_notice_that_is_over_is_found_by_its_days(filled: Context) -> None:
    days = (date(2025, 12, 1), date(2025, 12, 5))
    _store(filled, (SHAHE, "C-0003", "active", *days))
    assert [row[2] for row in _notice(filled, starts_on=days[0])] == ["沙河镇"]
    assert len(_notice(filled)) == 2


def test_of_several_notices_one_must_be_chosen(filled: Context) -> None:
    _store(filled, (SHAHE, "C-0002", "on_notice", date(2026, 11, 23), date(2026, 11, 27)))
    with pytest.raises(InvalidInputError, match="2026-11-20 – 2026-11-26; 2026-11-23 – 2026-11-27"):
        _notice(filled)
    assert [row[2] for row in _notice(filled, starts_on=date(2026, 11, 23))] == ["沙河镇"]


@pytest.mark.parametrize(
    "wish", [{"county_code": "230108", "proposals": True}, {"starts_on": date(2026, 1, 1)}]
)
def test_an_empty_notice_is_refused(filled: Context, wish: dict[str, Any]) -> None:
    with pytest.raises(NotFoundError) as refused:
        _notice(filled, **wish)
    assert refused.value.code == "report.empty"


def test_days_that_cannot_be_meant_are_refused(filled: Context) -> None:
    with pytest.raises(InvalidInputError) as refused:
        _notice(filled, proposals=True, starts_on=FIRST, ends_on=date(2026, 11, 19))
    assert refused.value.code == "report.days"


def test_everybody_gets_only_what_is_theirs(filled: Context) -> None:
    assert [row[2] for row in _notice(filled, by=WUCHANG)] == ["拉林满族镇"]
    assert [row[3] for row in _notice(filled, by=ZHANG_SAN)] == ["张三"]
    with pytest.raises(ForbiddenError):
        _notice(filled, by=WUCHANG, county_code="230108")


def test_the_table_lists_who_serves_on_the_day(filled: Context) -> None:
    _store(filled, (SHAHE, "C-0003", "active", None, None))
    assert _table(filled) == [
        [
            "1",
            "五常市",
            "拉林满族镇",
            "张三",
            "东北农业大学",
            "水稻、土壤肥料",
            "拉林大米",
            "2026.01.01—2026.12.31",
        ],
        ["2", "五常市", "沙河镇", "王五", "哈尔滨市农业科学院", "—", "—", "2026.01.01—2026.11.30"],
    ]
    assert [row[3] for row in _table(filled, as_of=date(2026, 12, 1))] == ["张三"]


def test_an_empty_table_is_refused(filled: Context) -> None:
    with pytest.raises(NotFoundError) as refused:
        _table(filled, as_of=date(2028, 1, 1))
    assert refused.value.code == "report.empty"
    with pytest.raises(NotFoundError) as unknown:
        _table(filled, county_code="999999")
    assert unknown.value.code == "county.unknown"
