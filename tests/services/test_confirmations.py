"""Recipients confirm a visit by a link or a printed code: once, until it expires, without an account."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from fieldapp.domain.confirmations import Answer, Denial, Denied
from fieldapp.domain.errors import ConflictError, FieldappError, ForbiddenError, NotFoundError, ThrottledError
from fieldapp.domain.permissions import Person, Role
from fieldapp.domain.reviewing import ReviewStep
from fieldapp.domain.visits import Review
from fieldapp.persistence import schema
from fieldapp.services.answer_confirmation import (
    answer_confirmation,
    deny_visit,
    open_confirmation,
    secret_of_code,
)
from fieldapp.services.answer_question import answer_question
from fieldapp.services.context import Context
from fieldapp.services.make_confirmation import (
    Slip,
    approve_confirmation,
    make_confirmation,
    revoke_confirmation,
    show_slip,
)
from fieldapp.services.measure_coverage import measure_coverage
from fieldapp.services.read_visits import read_visit
from fieldapp.services.review_queue import review_queue
from fieldapp.services.review_visit import review_visit
from fieldapp.services.show_visit import show_visit
from fieldapp.services.withdraw_visit import withdraw_visit
from tests.accounts import make_account
from tests.services.small_register import LALIN, fill, rows
from tests.services.visits import ONE, OTHER_PHOTO, commissioner, record

GOOD = Answer(5, "很及时")
TWO, THREE = (UUID(int=ONE.int + more) for more in (1, 2))


@pytest.fixture
def me(context: Context) -> Person:
    """The commissioner of 拉林满族镇, with one visit there of which no position is known."""
    fill(context)
    me = commissioner(context)
    record(context, me, photos=[], fix=None)
    return me


@pytest.fixture
def officer(context: Context, me: Person) -> Person:
    return make_account(context, Role.COUNTY_OFFICER, username="wuchang", county_codes=["230184"])


def made(context: Context, by: Person) -> Slip:
    make_confirmation(context, ONE, by=by)
    return show_slip(context, ONE, by=by)


def confirmation(context: Context, by: Person) -> object:
    return read_visit(context, ONE, by=by)["confirmation"]


def is_verified(context: Context) -> bool:
    (row,) = [row for row in measure_coverage(context).document()["townships"] if row["code"] == LALIN]
    return bool(row["rungs"]["verified"])


def refusal(context: Context, secret: str) -> str:
    with pytest.raises(NotFoundError) as refused:
        open_confirmation(context, secret)
    with pytest.raises(NotFoundError) as answered:
        answer_confirmation(context, secret, GOOD)
    assert str(answered.value) == str(refused.value)
    return str(refused.value)


def test_the_recipient_sees_the_visit_and_nothing_more(context: Context, me: Person) -> None:
    shown = open_confirmation(context, made(context, me).secret)
    assert (shown.township, shown.commissioner, shown.content) == (
        "拉林满族镇",
        "张三",
        "查看苗情，指导水肥管理。",
    )
    assert not hasattr(shown, "fix")


def test_an_answer_verifies_the_visit_once_an_officer_has_approved_it(
    context: Context, me: Person, officer: Person
) -> None:
    slip = made(context, me)
    assert confirmation(context, me) == {"state": "open", "rating": None}
    answer_confirmation(context, slip.secret, GOOD)
    assert confirmation(context, me) == {"state": "answered", "rating": 5}
    assert not is_verified(context)
    with pytest.raises(ForbiddenError):
        approve_confirmation(context, ONE, slip.confirmation_id, by=me)
    approve_confirmation(context, ONE, slip.confirmation_id, by=officer)
    assert confirmation(context, me) == {"state": "approved", "rating": 5}
    assert is_verified(context)
    with pytest.raises(ConflictError):
        approve_confirmation(context, ONE, slip.confirmation_id, by=officer)


def test_what_was_approved_counts_no_more_when_it_is_revoked(
    context: Context, me: Person, officer: Person
) -> None:
    slip = made(context, officer)
    answer_confirmation(context, slip.secret, GOOD)
    with pytest.raises(ForbiddenError):
        revoke_confirmation(context, ONE, slip.confirmation_id, by=me)
    approve_confirmation(context, ONE, slip.confirmation_id, by=officer)
    revoke_confirmation(context, ONE, slip.confirmation_id, by=officer)
    assert (confirmation(context, me), is_verified(context)) == (None, False)


def denied(context: Context, by: Person, denial: Denial = Denial.NOT_HAPPENED) -> Slip:
    slip = made(context, by)
    deny_visit(context, slip.secret, Denied(denial, "那天没有人来"))
    return slip


@pytest.mark.parametrize("denial", Denial)
def test_what_the_recipient_denies_confirms_nothing_and_is_a_reason_of_the_grade(
    context: Context, me: Person, officer: Person, denial: Denial
) -> None:
    grade, sentence = {
        Denial.NOT_HAPPENED: ("D", "The recipient says that the visit did not take place."),
        Denial.NOT_AS_DESCRIBED: ("C", "The recipient says that the visit was not as described."),
    }[denial]
    record(context, me, base_revision=1)  # a position in the township: it was verified by itself
    assert is_verified(context)
    slip = denied(context, officer, denial)
    document = read_visit(context, ONE, by=me)
    assert (document["grade"], str(document["grade_reasons"][0])) == (grade, sentence)
    assert document["confirmation"] == {"state": "denied", "rating": None}
    assert not is_verified(context)
    with pytest.raises(ConflictError):
        approve_confirmation(context, ONE, slip.confirmation_id, by=officer)
    revoke_confirmation(context, ONE, slip.confirmation_id, by=officer)
    assert sentence not in map(str, read_visit(context, ONE, by=me)["grade_reasons"])
    assert is_verified(context)


def test_an_approved_visit_that_is_denied_awaits_review_again(
    context: Context, me: Person, officer: Person
) -> None:
    review_visit(context, ONE, ReviewStep.APPROVE, revision=1, seen=Review.SUBMITTED, by=officer)
    later = {"started_at": "2026-11-21T09:10:00+08:00", "ended_at": "2026-11-21T11:40:00+08:00"}
    record(context, me, TWO, photos=[], fix=None, **later)
    old = {"started_at": "2026-11-18T09:10:00+08:00", "ended_at": "2026-11-18T11:40:00+08:00"}
    record(context, me, THREE, photos=[], fix=None, **old)
    with context.work(actor="test") as work:
        visits = schema.visits
        ago = context.now() - timedelta(days=2)
        work.connection.execute(visits.update().where(visits.c.id == THREE).values(received_at=ago))
        work.commit()
    denied(context, me)
    assert read_visit(context, ONE, by=me)["review"] == "submitted"
    queue = review_queue(context, visit_id=None, by=officer)
    # What was denied comes before what has waited longer.
    assert [(row["id"], row["denied"]) for row in queue.rows] == [(ONE, True), (THREE, False), (TWO, False)]
    (event,) = [row for row in rows(context, schema.audit_events) if row["action"] == "visit.denied"]
    assert event["actor"] == "recipient"
    assert (event["before"]["review"], event["after"]["review"]) == ("approved", "submitted")
    assert "那天没有人来" not in str(event)
    words = [str(each.words) for each in show_visit(context, ONE, by=officer).timeline]
    assert words[0] == "deny the visit as its recipient (The visit did not take place)"
    # Whoever looks at it again may approve it all the same.
    review_visit(context, ONE, ReviewStep.APPROVE, revision=1, seen=Review.SUBMITTED, by=officer)
    assert read_visit(context, ONE, by=me)["review"] == "approved"


def judge(context: Context, by: Person, step: ReviewStep, text: str) -> None:
    review_visit(context, ONE, step, text=text, revision=1, seen=Review.SUBMITTED, by=by)


def test_a_visit_with_an_open_question_that_is_denied_is_in_the_queue_at_once(
    context: Context, me: Person, officer: Person
) -> None:
    judge(context, officer, ReviewStep.QUESTION, "在哪一户？")
    assert review_queue(context, visit_id=None, by=officer).rows == []
    denied(context, me)
    queue = review_queue(context, visit_id=None, by=officer)
    assert [(row["id"], row["denied"]) for row in queue.rows] == [(ONE, True)]
    assert queue.current is not None
    assert [note["text"] for note in queue.current.notes] == ["在哪一户？"]
    (event,) = [row for row in rows(context, schema.audit_events) if row["action"] == "visit.denied"]
    assert (event["before"]["review"], event["after"]["review"]) == ("has_issues", "submitted")
    # An answer that was written meanwhile is kept, and the officer decides without waiting for it.
    answer_question(context, ONE, TWO, "村东头第二户。", by=me)
    judge(context, officer, ReviewStep.REJECT, "对方否认")
    page = show_visit(context, ONE, by=me)
    assert page.review is Review.REJECTED
    assert {"在哪一户？", "村东头第二户。"} <= {note["text"] for note in page.notes}


def test_a_question_asked_of_a_denied_visit_waits_for_its_answer(
    context: Context, me: Person, officer: Person
) -> None:
    denied(context, me)
    judge(context, officer, ReviewStep.QUESTION, "对方说没有来过")
    assert review_queue(context, visit_id=None, by=officer).rows == []
    answer_question(context, ONE, TWO, "有照片为证。", by=me)
    assert [row["id"] for row in review_queue(context, visit_id=None, by=officer).rows] == [ONE]


def test_a_rejected_visit_that_is_denied_stays_rejected(
    context: Context, me: Person, officer: Person
) -> None:
    slip = made(context, me)
    judge(context, officer, ReviewStep.REJECT, "重复")
    deny_visit(context, slip.secret, Denied(Denial.NOT_HAPPENED))
    assert read_visit(context, ONE, by=me)["review"] == "rejected"


def test_a_commissioner_can_neither_revoke_nor_outwrite_what_was_denied(
    context: Context, me: Person, officer: Person
) -> None:
    slip = denied(context, me)
    with pytest.raises(ForbiddenError):
        revoke_confirmation(context, ONE, slip.confirmation_id, by=me)
    changed = record(context, me, base_revision=1, content="换了一家合作社。", photos=[], fix=None)
    assert changed.document["confirmation"] == {"state": "denied", "rating": None}
    with pytest.raises(ConflictError):
        make_confirmation(context, ONE, by=me)


def test_a_denial_is_given_once_and_only_while_the_link_is_open(context: Context, me: Person) -> None:
    slip = denied(context, me)
    refusal(context, slip.secret)
    with pytest.raises(NotFoundError):
        deny_visit(context, slip.secret, Denied(Denial.NOT_HAPPENED))
    with pytest.raises(NotFoundError):
        deny_visit(context, "x" * 32, Denied(Denial.NOT_HAPPENED))


def test_an_expired_link_denies_nothing(context: Context, me: Person) -> None:
    slip = made(context, me)
    later = replace(context, now=lambda: context.now() + timedelta(days=31))
    with pytest.raises(NotFoundError):
        deny_visit(later, slip.secret, Denied(Denial.NOT_HAPPENED))
    assert read_visit(context, ONE, by=me)["grade"] != "D"


def test_a_visit_that_says_something_else_is_no_longer_confirmed(
    context: Context, me: Person, officer: Person
) -> None:
    slip = made(context, officer)
    answer_confirmation(context, slip.secret, GOOD)
    approve_confirmation(context, ONE, slip.confirmation_id, by=officer)
    record(context, me, base_revision=1, photos=[OTHER_PHOTO], fix=None)
    assert confirmation(context, me) == {
        "state": "approved",
        "rating": 5,
    }
    changed = record(context, me, base_revision=2, content="换了一家合作社。", photos=[], fix=None)
    assert changed.document["confirmation"] is None
    assert (confirmation(context, me), is_verified(context)) == (None, False)


def test_a_recipient_confirms_only_what_was_read(context: Context, me: Person) -> None:
    slip = made(context, me)
    open_confirmation(context, slip.secret)
    record(context, me, base_revision=1, service_days=1.0, photos=[], fix=None)
    refusal(context, slip.secret)


def test_a_link_is_used_once(context: Context, me: Person) -> None:
    slip = made(context, me)
    answer_confirmation(context, slip.secret, GOOD)
    refusal(context, slip.secret)
    (kept,) = rows(context, schema.confirmations)
    assert (kept["stars"], kept["comment"]) == (5, "很及时")
    with pytest.raises(ConflictError) as refused:
        make_confirmation(context, ONE, by=me)
    assert refused.value.code == "confirmation.answered"


def test_wrong_used_expired_and_revoked_links_are_answered_alike(context: Context, me: Person) -> None:
    slip = made(context, me)
    wrong = refusal(context, "x" * 32)
    later = replace(context, now=lambda: context.now() + timedelta(days=31))
    assert refusal(later, slip.secret) == wrong
    revoke_confirmation(context, ONE, slip.confirmation_id, by=me)
    assert refusal(context, slip.secret) == wrong
    assert refusal(context, "\x00'; drop table" * 50) == wrong


def test_a_new_slip_takes_the_old_one_out_of_the_world(context: Context, me: Person) -> None:
    old = made(context, me)
    new = made(context, me)
    assert old.secret != new.secret
    refusal(context, old.secret)
    assert open_confirmation(context, new.secret).commissioner == "张三"


def test_a_withdrawn_visit_is_confirmed_by_nobody(context: Context, me: Person) -> None:
    slip = made(context, me)
    withdraw_visit(context, ONE, base_revision=1, by=me)
    refusal(context, slip.secret)


def test_the_printed_code_leads_to_the_same_visit_however_it_is_typed(context: Context, me: Person) -> None:
    slip = made(context, me)
    typed = slip.code.lower().replace("-", " ")
    assert secret_of_code(context, typed, address="10.0.0.1") == slip.secret
    assert show_slip(context, ONE, by=me).code == slip.code  # it can be printed again


def test_who_guesses_codes_is_locked_out_and_others_are_not(context: Context, me: Person) -> None:
    slip = made(context, me)

    def guess(address: str, code: str) -> FieldappError:
        with pytest.raises(FieldappError) as refused:
            secret_of_code(context, code, address=address)
        return refused.value

    tried = [guess("10.0.0.1", "AAAA-AAAA-AAAA") for _ in range(30)]
    assert isinstance(tried[0], NotFoundError)
    assert isinstance(tried[-1], ThrottledError)
    assert isinstance(guess("10.0.0.1", slip.code), ThrottledError)  # even with a right one
    assert secret_of_code(context, slip.code, address="10.0.0.2") == slip.secret


def test_no_secret_is_kept_in_the_database(context: Context, me: Person) -> None:
    slip = made(context, me)
    told = str(rows(context, schema.confirmations)) + str(rows(context, schema.audit_events))
    assert slip.secret not in told
    assert slip.code not in told


def test_only_those_whom_the_visit_concerns_make_confirmations(context: Context, me: Person) -> None:
    assert made(context, me).visit["commissioner"] == "张三"
    for stranger in (
        commissioner(context, "C-0002"),
        make_account(context, Role.COUNTY_OFFICER, username="pingfang", county_codes=["230108"]),
    ):
        with pytest.raises(NotFoundError):
            make_confirmation(context, ONE, by=stranger)
    with pytest.raises(ForbiddenError):
        make_confirmation(context, ONE, by=make_account(context, Role.VIEWER))


def test_a_review_leaves_the_confirmation_as_it_is(context: Context, me: Person, officer: Person) -> None:
    slip = made(context, me)
    review_visit(context, ONE, ReviewStep.APPROVE, revision=1, seen=Review.SUBMITTED, by=officer)
    answer_confirmation(context, slip.secret, Answer(None, "盖章见照片"), stamp_sha256="c" * 64)
    assert confirmation(context, me) == {"state": "answered", "rating": None}
