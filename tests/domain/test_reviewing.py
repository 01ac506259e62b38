from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.domain.errors import ConflictError, InvalidInputError
from fieldapp.domain.reviewing import (
    LONGEST_NOTE,
    STEPS,
    ReviewStep,
    approves_itself,
    possible_steps,
    required_note,
    stepped,
)
from fieldapp.domain.visits import EvidenceGrade, Review

reviews = st.sampled_from(list(Review))
steps = st.sampled_from(list(ReviewStep))


@pytest.mark.parametrize(
    ("step", "leaves"),
    [
        (ReviewStep.APPROVE, Review.APPROVED),
        (ReviewStep.QUESTION, Review.HAS_ISSUES),
        (ReviewStep.REJECT, Review.REJECTED),
    ],
)
def test_an_undecided_visit_is_approved_returned_or_rejected(step: ReviewStep, leaves: Review) -> None:
    assert stepped(Review.SUBMITTED, step) is leaves
    assert stepped(Review.HAS_ISSUES, step) is leaves


@pytest.mark.parametrize("decided", [Review.APPROVED, Review.REJECTED])
def test_what_was_decided_is_not_decided_again_but_taken_back_first(decided: Review) -> None:
    assert possible_steps(decided) == (ReviewStep.UNDO,)
    for step in (ReviewStep.APPROVE, ReviewStep.QUESTION, ReviewStep.REJECT):
        with pytest.raises(ConflictError):
            stepped(decided, step)


def test_an_answer_brings_a_visit_back_into_the_queue() -> None:
    assert stepped(Review.HAS_ISSUES, ReviewStep.ANSWER) is Review.SUBMITTED
    with pytest.raises(ConflictError):
        stepped(Review.SUBMITTED, ReviewStep.ANSWER)


@given(reviews)
def test_a_new_revision_from_the_field_is_judged_anew(review: Review) -> None:
    assert stepped(review, ReviewStep.REVISE) is Review.SUBMITTED


@given(reviews, steps)
def test_an_undo_leads_back_to_what_was_before_any_decision(before: Review, step: ReviewStep) -> None:
    if before not in STEPS[step].states or step is ReviewStep.UNDO:
        return
    after = stepped(before, step)
    if ReviewStep.UNDO in possible_steps(after):
        assert stepped(after, ReviewStep.UNDO, before=before) is before
    else:
        with pytest.raises(ConflictError):
            stepped(after, ReviewStep.UNDO, before=before)


def test_where_no_decision_is_recorded_an_undo_leads_back_into_the_queue() -> None:
    assert stepped(Review.APPROVED, ReviewStep.UNDO) is Review.SUBMITTED


@pytest.mark.parametrize("step", [ReviewStep.QUESTION, ReviewStep.REJECT, ReviewStep.ANSWER])
def test_whoever_has_to_know_is_told_why(step: ReviewStep) -> None:
    with pytest.raises(InvalidInputError) as refused:
        required_note(step, " \n ")
    assert [fault.pointer for fault in refused.value.faults] == ["/text"]
    with pytest.raises(InvalidInputError):
        required_note(step, "字" * (LONGEST_NOTE + 1))
    assert required_note(step, " 请补充照片。\r\n谢谢 ") == "请补充照片。\n谢谢"


def test_an_approval_needs_no_words() -> None:
    assert required_note(ReviewStep.APPROVE, "") == ""


@given(reviews, st.sampled_from([None, *EvidenceGrade]), st.booleans(), st.booleans())
def test_only_undecided_visits_of_grade_a_with_all_photos_are_approved_together(
    review: Review, grade: EvidenceGrade | None, awaits: bool, overlaps: bool
) -> None:
    assert approves_itself(review, grade, awaits_photos=awaits, overlaps=overlaps) is (
        review is Review.SUBMITTED and grade is EvidenceGrade.A and not awaits and not overlaps
    )
