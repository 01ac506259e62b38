"""Visits of grade A are approved together: what was ticked of what was shown, or nothing."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import update

from fieldapp.domain.errors import ConflictError, InvalidInputError
from fieldapp.domain.permissions import Person, Role
from fieldapp.domain.reviewing import ReviewStep
from fieldapp.domain.visits import Review
from fieldapp.persistence import schema
from fieldapp.services.approve_grade_a import approve_grade_a, preview_grade_a
from fieldapp.services.context import Context
from fieldapp.services.read_visits import read_feed
from fieldapp.services.review_visit import review_visit
from tests.accounts import make_account
from tests.services.small_register import LALIN, PINGFANG, SHAHE, SHANHE, fill, rows
from tests.services.test_grade_visits import log
from tests.services.visits import LATER, ONE, TWO, record


@pytest.fixture
def both(context: Context, me: Person, officer: Person) -> str:
    """The fingerprint of two visits of grade A that were shown."""
    record(context, me, TWO, photos=[], **LATER)
    grade(context, "A")
    return shown(context, officer)


def grade(context: Context, letter: str) -> None:
    with context.engine.execution_options(fieldapp_writes=True).begin() as connection:
        connection.execute(update(schema.visits).values(grade=letter))


def shown(context: Context, by: Person) -> str:
    return preview_grade_a(context, by=by).digest


def reviews(context: Context) -> dict[UUID, str]:
    return {row["id"]: row["review"] for row in rows(context, schema.visits)}


def reject(context: Context, visit_id: UUID, by: Person) -> None:
    review_visit(context, visit_id, ReviewStep.REJECT, revision=1, seen=Review.SUBMITTED, by=by, text="重复")


def test_grade_a_is_approved_together_exactly_as_it_was_shown(
    context: Context, me: Person, officer: Person
) -> None:
    grade(context, "A")
    seen = preview_grade_a(context, by=officer)
    assert [row["id"] for row in seen.rows] == [ONE]
    record(context, me, TWO, photos=[], **LATER)
    grade(context, "A")
    with pytest.raises(ConflictError):
        approve_grade_a(context, seen.digest, {ONE}, by=officer)
    assert approve_grade_a(context, shown(context, officer), {ONE, TWO}, by=officer) == 2
    assert set(reviews(context).values()) == {"approved"}
    with pytest.raises(ConflictError):
        approve_grade_a(context, shown(context, officer), {ONE, TWO}, by=officer)


def test_what_was_not_ticked_goes_on_waiting_and_the_feed_tells_nothing_of_it(
    context: Context, me: Person, officer: Person, both: str
) -> None:
    place = read_feed(context, since=None, limit=10, by=me).next
    assert approve_grade_a(context, both, {TWO}, by=officer) == 1
    assert reviews(context) == {ONE: "submitted", TWO: "approved"}
    assert [told["id"] for told in read_feed(context, since=place, limit=10, by=me).documents] == [str(TWO)]
    assert [row["id"] for row in preview_grade_a(context, by=officer).rows] == [ONE]


def test_where_one_that_was_left_out_has_changed_nothing_is_approved(
    context: Context, officer: Person, both: str
) -> None:
    reject(context, ONE, officer)
    with pytest.raises(ConflictError):
        approve_grade_a(context, both, {TWO}, by=officer)
    assert reviews(context) == {ONE: "rejected", TWO: "submitted"}


def test_nothing_ticked_or_one_ticked_that_was_not_shown_is_refused(
    context: Context, officer: Person
) -> None:
    grade(context, "A")
    with pytest.raises(InvalidInputError):
        approve_grade_a(context, shown(context, officer), set(), by=officer)
    with pytest.raises(ConflictError):
        approve_grade_a(context, shown(context, officer), {ONE, TWO}, by=officer)
    assert reviews(context) == {ONE: "submitted"}


def test_grade_a_is_shown_by_day_then_by_county_and_township_in_pinyin(context: Context) -> None:
    fill(context)
    for days, township in enumerate((LALIN, SHANHE, PINGFANG, SHAHE)):
        log(context, days=days / 12, township=township)
    log(context, days=-2, township=SHANHE)
    grade(context, "A")
    found = preview_grade_a(context, by=make_account(context, Role.BUREAU_OFFICER)).rows
    assert [(row["visited_on"].day, row["township_code"]) for row in found] == [
        (18, SHANHE),
        (20, PINGFANG),
        (20, LALIN),
        (20, SHAHE),
        (20, SHANHE),
    ]


def test_visits_of_one_commissioner_at_the_same_time_are_not_approved_by_the_rule(
    context: Context, me: Person, officer: Person
) -> None:
    record(context, me, TWO, photos=[])
    grade(context, "A")
    assert preview_grade_a(context, by=officer).rows == []
    reject(context, TWO, officer)
    grade(context, "A")
    assert [row["id"] for row in preview_grade_a(context, by=officer).rows] == [ONE]


@pytest.mark.parametrize("letter", ["B", "C", "D"])
def test_no_other_grade_is_approved_by_the_rule(context: Context, officer: Person, letter: str) -> None:
    grade(context, letter)
    assert preview_grade_a(context, by=officer).rows == []


def test_what_awaits_a_photo_is_not_approved_by_the_rule(
    context: Context, me: Person, officer: Person
) -> None:
    record(context, me, base_revision=1)
    grade(context, "A")
    assert preview_grade_a(context, county=LALIN[:6], by=officer).rows == []
