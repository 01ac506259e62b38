"""A plan says what it does not cover on its first day, and what publishing it would propose."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest

from fieldapp.domain.planning import Pair
from fieldapp.services.context import Context
from fieldapp.services.export_plan import export_plan
from fieldapp.services.publish_plan import publish_plan, undo_plan
from fieldapp.services.read_plans import DraftView, read_draft
from tests.reports.documents import part, text_of
from tests.services.assigning import DECEMBER, OFFICER, add_users
from tests.services.planning import drafted
from tests.services.small_register import LALIN, fill

FREE = date(2027, 1, 1)  # the day after the running term of C-0001


@pytest.fixture
def register(context: Context) -> Context:
    fill(context)
    add_users(context)
    return context


def _waiting(plan: DraftView) -> dict[str, date | None]:
    return {row["township"]: row["begins_on"] for row in plan.difference if row["waits"]}


def test_who_is_taken_up_until_later_covers_from_that_day_only(register: Context) -> None:
    plan = drafted(register, forbids=(Pair(LALIN, "C-0001"),))
    moved = next(row for row in plan.difference if row["commissioner"] == "C-0001")
    assert _waiting(plan) == {moved["township"]: FREE}
    # The old township is led by C-0001 until then, so it is covered on the first day.
    lalin = next(row for row in plan.difference if row["township"] == LALIN)
    assert (lalin["begins_on"], lalin["waits"]) == (FREE, False)
    assert [str(each) for each in plan.first_days] == [
        (
            "On the first day 3 are covered; 1 more follows on 2027-01-01, when the term of its "
            "commissioner can begin."
        ),
        "In 1 township the new commissioner takes over later, when the present term has ended.",
    ]
    assert sum(one["after"] for one in plan.counties) == 3
    assert sum(one["later"] for one in plan.counties) == 1


def test_a_published_and_an_undone_plan_keep_their_first_days(register: Context) -> None:
    plan = drafted(register, forbids=(Pair(LALIN, "C-0001"),))
    publish_plan(register, plan.id, revision=1, by=OFFICER)
    assert _waiting(read_draft(register, plan.id, by=OFFICER)) == _waiting(plan)
    undo_plan(register, plan.id, revision=None, by=OFFICER)
    assert _waiting(read_draft(register, plan.id, by=OFFICER)) == _waiting(plan)


def test_a_plan_whose_pairs_all_begin_at_once_says_nothing_of_it(register: Context) -> None:
    plan = drafted(register)
    assert (plan.first_days, _waiting(plan)) == ((), {})
    assert {row["begins_on"] for row in plan.difference} == {DECEMBER}


def test_renewals_are_told_before_the_plan_is_published(register: Context) -> None:
    plan = drafted(register)
    assert str(plan.writes) == (
        "Publishing would propose 4 assignments: 3 new, 1 further terms of kept pairs."
    )


def test_documents_say_the_first_day_and_the_reason_of_each_pair(register: Context) -> None:
    plan = drafted(register, forbids=(Pair(LALIN, "C-0001"),))
    book, paper = io.BytesIO(), io.BytesIO()
    export_plan(register, plan.id, book, "xlsx", locale="en", by=OFFICER)
    export_plan(register, plan.id, paper, "docx", locale="en", by=OFFICER)
    workbook = openpyxl.load_workbook(book)
    head, *rows = workbook.worksheets[0].iter_rows(values_only=True)
    at = head.index("first day")
    assert {str(row[0]): row[at].date() for row in rows}[LALIN] == FREE
    assert any("1 more follows on" in str(cell.value) for row in workbook.worksheets[1] for cell in row)
    text = text_of(part(paper.getvalue(), "word/document.xml"))
    assert "2027-01-01" in text
    assert "选派理由" in text
    assert "服务期首日有员 3 个" in text
