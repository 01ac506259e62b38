"""Visits are reviewed by the officers of their counties, on what was seen, and answered from the field."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from fieldapp.domain.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from fieldapp.domain.permissions import SYSTEM, Person, Role
from fieldapp.domain.reviewing import ReviewStep
from fieldapp.domain.visits import Review
from fieldapp.persistence import schema
from fieldapp.services.answer_question import answer_question
from fieldapp.services.context import Context
from fieldapp.services.make_confirmation import make_confirmation
from fieldapp.services.measure_coverage import measure_coverage
from fieldapp.services.note_phone import PhoneState, note_phone
from fieldapp.services.personal_data import erase_person, export_person
from fieldapp.services.read_visits import read_feed, read_visit
from fieldapp.services.review_queue import review_queue
from fieldapp.services.review_visit import review_visit
from fieldapp.services.show_visit import show_visit
from tests.accounts import make_account
from tests.services.small_register import rows
from tests.services.visits import ONE, TWO, commissioner, record


def judge(
    context: Context,
    by: Person,
    step: ReviewStep,
    *,
    seen: Review = Review.SUBMITTED,
    text: str = "",
    revision: int = 1,
) -> Review:
    return review_visit(context, ONE, step, text=text, revision=revision, seen=seen, by=by)


def review_of(context: Context) -> str:
    (visit,) = rows(context, schema.visits)
    return str(visit["review"])


def test_an_approval_is_kept_told_to_the_feed_and_taken_back(
    context: Context, me: Person, officer: Person
) -> None:
    place = read_feed(context, since=None, limit=10, by=me).next
    assert judge(context, officer, ReviewStep.APPROVE) is Review.APPROVED
    (told,) = read_feed(context, since=place, limit=10, by=me).documents
    assert (told["review"], told["revision"]) == ("approved", 1)
    assert judge(context, officer, ReviewStep.UNDO, seen=Review.APPROVED) is Review.SUBMITTED
    assert review_of(context) == "submitted"


def test_a_question_reaches_the_commissioner_and_the_answer_comes_back_once(
    context: Context, me: Person, officer: Person
) -> None:
    judge(context, officer, ReviewStep.QUESTION, text=" 请补充参加培训的人数。 ")
    asked = read_visit(context, ONE, by=me)
    assert asked["review"] == "has_issues"
    assert [(note["kind"], note["text"], note["by_name"]) for note in asked["notes"]] == [
        ("question", "请补充参加培训的人数。", "wuchang")
    ]
    note_id = uuid4()
    first = answer_question(context, ONE, note_id, "共 12 人。", by=me)
    again = answer_question(context, ONE, note_id, "共 12 人。", by=me)
    assert first["review"] == again["review"] == "submitted"
    assert sorted(note["kind"] for note in again["notes"]) == ["answer", "question"]
    with pytest.raises(ConflictError) as refused:
        answer_question(context, ONE, note_id, "共 13 人。", by=me)
    assert refused.value.code == "note.exists"


def test_an_answer_that_comes_too_late_is_kept_as_a_remark(
    context: Context, me: Person, officer: Person
) -> None:
    judge(context, officer, ReviewStep.QUESTION, text="人数？")
    judge(context, officer, ReviewStep.APPROVE, seen=Review.HAS_ISSUES)
    late = answer_question(context, ONE, uuid4(), "共 12 人。", by=me)
    assert (late["review"], {note["kind"] for note in late["notes"]}) == ("approved", {"question", "remark"})


def test_an_undo_goes_back_to_what_was_before_that_decision(context: Context, officer: Person) -> None:
    judge(context, officer, ReviewStep.QUESTION, text="人数？")
    judge(context, officer, ReviewStep.APPROVE, seen=Review.HAS_ISSUES)
    assert judge(context, officer, ReviewStep.UNDO, seen=Review.APPROVED) is Review.HAS_ISSUES
    assert judge(context, officer, ReviewStep.UNDO, seen=Review.HAS_ISSUES) is Review.SUBMITTED


def test_who_comes_second_is_told_who_decided_what(context: Context, officer: Person) -> None:
    other = make_account(context, Role.BUREAU_OFFICER, username="bureau", display_name="王科长")
    judge(context, other, ReviewStep.APPROVE)
    with pytest.raises(ConflictError) as refused:
        judge(context, officer, ReviewStep.REJECT, text="照片不清")
    assert refused.value.code == "visit.changed"
    told = str(refused.value.message)
    assert "王科长" in told
    assert "approve" in told
    assert review_of(context) == "approved"
    assert rows(context, schema.visit_notes) == []


def test_a_visit_that_was_changed_meanwhile_is_looked_at_again(
    context: Context, me: Person, officer: Person
) -> None:
    record(context, me, photos=[], content="补充了内容。", base_revision=1)
    with pytest.raises(ConflictError) as refused:
        judge(context, officer, ReviewStep.APPROVE)
    assert refused.value.code == "visit.changed"
    assert judge(context, officer, ReviewStep.APPROVE, revision=2) is Review.APPROVED


def test_a_new_revision_from_the_field_is_reviewed_anew(
    context: Context, me: Person, officer: Person
) -> None:
    judge(context, officer, ReviewStep.APPROVE)
    record(context, me, photos=[], content="改正。", base_revision=1)
    assert review_of(context) == "submitted"


def test_a_rejected_visit_counts_for_no_coverage(context: Context, me: Person, officer: Person) -> None:
    def visited() -> int:
        return sum(row["rungs"]["visited"] for row in measure_coverage(context).document()["townships"])

    assert visited() == 1
    judge(context, officer, ReviewStep.REJECT, text="与事实不符")
    assert visited() == 0
    assert read_visit(context, ONE, by=me)["notes"][0]["kind"] == "rejection"


def test_rights_hold_in_every_county(context: Context, me: Person, officer: Person) -> None:
    neighbour = make_account(context, Role.COUNTY_OFFICER, username="pingfang", county_codes=["230108"])
    with pytest.raises(NotFoundError):
        judge(context, neighbour, ReviewStep.APPROVE)
    with pytest.raises(ForbiddenError):
        judge(context, me, ReviewStep.APPROVE)
    with pytest.raises(ForbiddenError):
        answer_question(context, ONE, uuid4(), "代答", by=officer)
    with pytest.raises(NotFoundError):
        answer_question(context, ONE, uuid4(), "代答", by=commissioner(context, "C-0002"))


def test_a_step_without_its_words_changes_nothing(context: Context, officer: Person) -> None:
    with pytest.raises(InvalidInputError):
        judge(context, officer, ReviewStep.REJECT)
    assert review_of(context) == "submitted"


def test_the_queue_holds_what_awaits_review_oldest_first(
    context: Context, me: Person, officer: Person
) -> None:
    record(context, me, TWO, photos=[])
    queue = review_queue(context, visit_id=None, by=officer)
    assert (queue.total, queue.position, queue.previous) == (2, 0, None)
    first = queue.rows[0]["id"]
    review_visit(context, first, ReviewStep.APPROVE, revision=1, seen=Review.SUBMITTED, by=officer)
    after = review_queue(context, visit_id=queue.next, judged_id=first, by=officer)
    assert (after.total, after.next) == (1, None)
    assert after.judged is not None
    assert after.judged.row["id"] == first


def test_the_history_tells_revisions_decisions_and_words(
    context: Context, me: Person, officer: Person
) -> None:
    record(context, me, photos=[], content="改正。", service_days=1, base_revision=1)
    judge(context, officer, ReviewStep.QUESTION, text="人数？", revision=2)
    answer_question(context, ONE, uuid4(), "12 人", by=me)
    page = show_visit(context, ONE, by=officer)
    told = [(each.who, str(each.words), each.text) for each in page.timeline]
    assert ("wuchang", "return with a question", "人数？") in told
    assert ("account-c-0001", "answer the question", "12 人") in told
    changes = [each.differences for each in page.timeline if each.differences]
    assert [str(words) for words, _, _ in changes[0]] == ["content", "service days"]


def test_an_erased_person_leaves_the_counts_and_no_words(
    context: Context, me: Person, officer: Person
) -> None:
    judge(context, officer, ReviewStep.QUESTION, text="请张三说明人数。")
    answer_question(context, ONE, uuid4(), "本人手机 13800000001", by=me)
    note_phone(context, ONE, PhoneState(1, context.now(), "1", True, context.now()), by=me)
    make_confirmation(context, ONE, by=officer)
    given = export_person(context, "C-0001", by=SYSTEM).decode()
    assert "13800000001" in given
    assert "link_hash" not in given
    assert all(f'"{name}"' in given for name in ("visit_notes", "confirmations", "phones"))
    ahead = replace(context, now=lambda: context.now() + timedelta(days=60))
    erase_person(ahead, "C-0001", by=SYSTEM, reason="应本人要求")
    assert {row["text"] for row in rows(context, schema.visit_notes)} == {""}
    assert rows(context, schema.phones) == []
    (kept,) = rows(context, schema.confirmations)
    assert kept["revoked_at"] is not None
    (visit,) = rows(context, schema.visits)
    assert (visit["content"], visit["farmers_trained"]) == ("", 12)
