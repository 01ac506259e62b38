from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldapp.domain.assignments import (
    AgreementState,
    Assignment,
    AssignmentState,
    EndReason,
    is_serving,
    state_on,
    takes_up,
)
from fieldapp.domain.errors import ConflictError, FieldappError, InvalidInputError
from fieldapp.domain.lifecycle import LIFECYCLE, Step, next_states, possible_steps
from fieldapp.domain.notice import Notice, Objection, Settlement
from fieldapp.domain.transitions import (
    activate,
    approve_agreement,
    end,
    hand_over,
    propose,
    put_on_notice,
    renew,
    require_revision,
    return_agreement,
    revise,
    submit_agreement,
    withdraw,
)
from fieldapp.domain.undoing import Done, undo

TODAY = date(2026, 11, 23)
NOTICE = Notice(date(2026, 11, 23), date(2026, 11, 27))
NOTICED = date(2026, 11, 28)
STARTS, ENDS = date(2026, 12, 1), date(2027, 11, 30)
SERVING = date(2027, 3, 1)


def proposed() -> Assignment:
    return propose("230184101", "C-0001", starts_on=STARTS, ends_on=ENDS, note=" 由局里提名 ")


def on_notice() -> Assignment:
    return put_on_notice(proposed(), NOTICE, today=TODAY)


def active() -> Assignment:
    return activate(on_notice(), today=NOTICED)


def signed() -> Assignment:
    return approve_agreement(submit_agreement(active(), today=NOTICED), today=STARTS)


def ended() -> Assignment:
    return end(active(), EndReason.RESIGNED, last_day=SERVING, today=SERVING)


def withdrawn() -> Assignment:
    return withdraw(proposed(), today=TODAY)


def refused(step: Callable[[], object], kind: type[FieldappError] = ConflictError) -> tuple[str, str]:
    with pytest.raises(kind) as caught:
        step()
    return caught.value.code, str(caught.value)


def test_an_assignment_goes_from_proposal_over_notice_to_office() -> None:
    states = [one.state for one in (proposed(), on_notice(), active(), ended())]
    assert states == ["proposed", "on_notice", "active", "ended"]
    assert [one.revision for one in (proposed(), on_notice(), active(), ended())] == [1, 2, 3, 4]
    assert (on_notice().notice_starts_on, on_notice().notice_ends_on) == (NOTICE.starts_on, NOTICE.ends_on)
    assert proposed().note == "由局里提名"


def test_the_term_is_served_on_both_its_days_and_no_other() -> None:
    assert [is_serving(active(), STARTS + timedelta(days=n)) for n in (-1, 0)] == [False, True]
    assert [is_serving(active(), ENDS + timedelta(days=n)) for n in (0, 1)] == [True, False]


def test_a_term_that_ran_out_is_ended_by_the_date() -> None:
    assert state_on(active(), ENDS) is AssignmentState.ACTIVE
    assert state_on(active(), ENDS + timedelta(days=1)) is AssignmentState.ENDED
    assert state_on(proposed(), ENDS + timedelta(days=1)) is AssignmentState.PROPOSED


@pytest.mark.parametrize("make", [proposed, on_notice, withdrawn])
def test_nobody_serves_before_being_active(make: Callable[[], Assignment]) -> None:
    assert not is_serving(make(), SERVING)


def test_a_withdrawn_assignment_takes_up_no_day() -> None:
    assert takes_up(proposed(), STARTS, STARTS)
    assert not takes_up(withdrawn(), STARTS, STARTS)
    assert not takes_up(ended(), SERVING + timedelta(days=1), ENDS)


def test_a_term_that_ends_before_it_begins_is_refused() -> None:
    code, said = refused(
        lambda: propose("230184101", "C-0001", starts_on=ENDS, ends_on=STARTS), InvalidInputError
    )
    assert code == "assignment.term"
    assert "2027-11-30" in said


def test_only_a_proposal_can_be_revised() -> None:
    changed = revise(proposed(), today=TODAY, commissioner_id="C-0002", ends_on=SERVING)
    assert (changed.commissioner_id, changed.starts_on, changed.ends_on) == ("C-0002", STARTS, SERVING)
    assert changed.note == "由局里提名"
    assert refused(lambda: revise(on_notice(), today=TODAY, note="x"))[0] == "assignment.state"


def test_a_notice_cannot_start_in_the_past() -> None:
    late = TODAY + timedelta(days=1)
    code, _ = refused(lambda: put_on_notice(proposed(), NOTICE, today=late), InvalidInputError)
    assert code == "assignment.notice"


@pytest.mark.parametrize("today", [NOTICE.starts_on, NOTICE.ends_on])
def test_nobody_is_activated_while_the_notice_lasts(today: date) -> None:
    code, said = refused(lambda: activate(on_notice(), today=today))
    assert code == "assignment.notice"
    assert "until 2026-11-27" in said


def test_an_objection_keeps_from_activation_until_it_is_dismissed() -> None:
    objection = Objection(date(2026, 11, 25), "…")
    code, said = refused(lambda: activate(on_notice(), today=NOTICED, objections=[objection]))
    assert code == "assignment.objection"
    assert "2026-11-25" in said
    upheld = replace(objection, settlement=Settlement.UPHELD)
    assert "upheld" in refused(lambda: activate(on_notice(), today=NOTICED, objections=[upheld]))[1]
    dismissed = replace(objection, settlement=Settlement.DISMISSED)
    assert activate(on_notice(), today=NOTICED, objections=[dismissed]).state is AssignmentState.ACTIVE


def test_an_assignment_is_not_activated_after_its_term() -> None:
    assert refused(lambda: activate(on_notice(), today=ENDS + timedelta(days=1)))[0] == "assignment.term"


def test_an_assignment_is_withdrawn_only_before_it_is_served() -> None:
    for one in (proposed(), on_notice(), active()):
        assert withdraw(one, today=NOTICED).state is AssignmentState.WITHDRAWN
    code, said = refused(lambda: withdraw(active(), today=STARTS))
    assert code == "assignment.state"
    assert "End it instead" in said


def test_a_full_term_carries_no_earlier_last_day() -> None:
    over = end(active(), EndReason.TERM_OVER, last_day=ENDS, today=ENDS)
    assert (over.ended_on, over.end_reason, over.last_day) == (None, "term_over", ENDS)
    early = refused(
        lambda: end(active(), EndReason.TERM_OVER, last_day=SERVING, today=SERVING), InvalidInputError
    )
    assert early[0] == "assignment.reason"


def test_a_resignation_may_lie_ahead_and_keeps_the_term_as_agreed() -> None:
    ahead = end(active(), EndReason.RESIGNED, last_day=SERVING, today=STARTS)
    assert (ahead.ended_on, ahead.ends_on) == (SERVING, ENDS)
    assert is_serving(ahead, SERVING)
    assert not is_serving(ahead, SERVING + timedelta(days=1))


@pytest.mark.parametrize("last_day", [STARTS - timedelta(days=1), ENDS + timedelta(days=1)])
def test_the_last_day_lies_within_the_term(last_day: date) -> None:
    code, _ = refused(
        lambda: end(active(), EndReason.REMOVED, last_day=last_day, today=SERVING), InvalidInputError
    )
    assert code == "assignment.term"


def test_a_renewal_begins_the_day_after_as_a_proposal() -> None:
    again = renew(active(), ends_on=date(2028, 11, 30), today=SERVING)
    assert again.starts_on == ENDS + timedelta(days=1)
    assert (again.commissioner_id, again.state, again.revision) == ("C-0001", "proposed", 1)


@settings(deadline=None)
@given(st.integers(0, (ENDS - STARTS).days - 1))
def test_a_handover_leaves_no_day_without_a_commissioner_and_none_with_two(served_days: int) -> None:
    last_day = STARTS + timedelta(days=served_days)
    change = hand_over(active(), "C-0002", EndReason.TRANSFERRED, last_day=last_day, today=STARTS)
    successor = replace(change.successor, state=AssignmentState.ACTIVE)
    assert (change.ended.commissioner_id, successor.commissioner_id) == ("C-0001", "C-0002")
    for day in (STARTS, last_day, last_day + timedelta(days=1), ENDS):
        assert is_serving(change.ended, day) != is_serving(successor, day)


def test_an_open_ended_term_can_be_ended_and_undone_too() -> None:
    forever = replace(active(), ends_on=date.max)
    over = end(forever, EndReason.TERM_OVER, last_day=date.max, today=SERVING)
    assert undo(over, Done(Step.END, forever, over, SERVING), today=SERVING).state is AssignmentState.ACTIVE
    assert renew(forever, ends_on=date.max, today=SERVING).starts_on == date.max


def test_nobody_hands_over_to_himself() -> None:
    code, _ = refused(
        lambda: hand_over(active(), "C-0001", EndReason.RESIGNED, last_day=SERVING, today=SERVING),
        InvalidInputError,
    )
    assert code == "assignment.successor"


def test_an_agreement_is_submitted_returned_corrected_and_approved() -> None:
    submitted = submit_agreement(active(), today=NOTICED)
    returned = return_agreement(submitted, "缺少乡镇盖章", today=NOTICED)
    assert returned.agreement_state is AgreementState.RETURNED
    assert refused(lambda: approve_agreement(returned, today=NOTICED))[0] == "assignment.agreement"
    approved = approve_agreement(submit_agreement(returned, today=NOTICED), today=STARTS)
    assert (approved.agreement_state, approved.agreement_approved_on) == ("approved", STARTS)
    assert refused(lambda: submit_agreement(approved, today=STARTS))[0] == "assignment.agreement"


def test_an_agreement_is_not_returned_without_a_reason() -> None:
    submitted = submit_agreement(active(), today=NOTICED)
    code, _ = refused(lambda: return_agreement(submitted, "  ", today=NOTICED), InvalidInputError)
    assert code == "assignment.reason"


def test_an_agreement_is_approved_only_of_who_is_in_office() -> None:
    submitted = submit_agreement(on_notice(), today=TODAY)
    assert refused(lambda: approve_agreement(submitted, today=TODAY))[0] == "assignment.state"


def test_an_outdated_revision_is_noticed() -> None:
    require_revision(active(), 3)
    code, said = refused(lambda: require_revision(active(), 2))
    assert code == "assignment.changed"
    assert "active" in said


def test_an_activation_is_undone_before_the_term_begins_and_not_after() -> None:
    done = Done(Step.ACTIVATE, on_notice(), active(), NOTICED)
    back = undo(active(), done, today=STARTS - timedelta(days=1))
    assert (back.state, back.revision) == ("on_notice", 4)
    assert refused(lambda: undo(active(), done, today=STARTS))[0] == "assignment.undo"


def test_a_late_activation_is_undone_on_its_own_day_only() -> None:
    late = activate(on_notice(), today=SERVING)
    done = Done(Step.ACTIVATE, on_notice(), late, SERVING)
    assert undo(late, done, today=SERVING).state is AssignmentState.ON_NOTICE
    assert refused(lambda: undo(late, done, today=SERVING + timedelta(days=1)))[0] == "assignment.undo"


def test_an_end_that_lies_ahead_is_undone() -> None:
    ahead = end(active(), EndReason.RESIGNED, last_day=SERVING, today=STARTS)
    done = Done(Step.END, active(), ahead, STARTS)
    back = undo(ahead, done, today=SERVING)
    assert (back.state, back.ended_on, back.end_reason) == ("active", None, None)
    assert refused(lambda: undo(ahead, done, today=SERVING + timedelta(days=1)))[0] == "assignment.undo"


def test_only_the_last_step_is_undone() -> None:
    done = Done(Step.ACTIVATE, on_notice(), active(), NOTICED)
    later = submit_agreement(active(), today=NOTICED)
    assert refused(lambda: undo(later, done, today=NOTICED))[0] == "assignment.changed"


def test_what_the_public_was_shown_is_not_undone_but_withdrawn() -> None:
    done = Done(Step.PUT_ON_NOTICE, proposed(), on_notice(), TODAY)
    assert refused(lambda: undo(on_notice(), done, today=TODAY))[0] == "assignment.undo"


def test_a_withdrawal_is_undone_only_from_the_notice_on() -> None:
    gone = withdraw(on_notice(), today=TODAY)
    assert undo(gone, Done(Step.WITHDRAW, on_notice(), gone, TODAY), today=TODAY).state == "on_notice"
    gone = withdrawn()
    assert (
        "Propose it again"
        in refused(lambda: undo(gone, Done(Step.WITHDRAW, proposed(), gone, TODAY), today=TODAY))[1]
    )


_STEPS: dict[Step, Callable[[Assignment, date], Any]] = {
    Step.REVISE: lambda one, day: revise(one, today=day, note="x"),
    Step.PUT_ON_NOTICE: lambda one, day: put_on_notice(one, Notice(day, day + timedelta(days=4)), today=day),
    Step.ACTIVATE: lambda one, day: activate(one, today=day),
    Step.WITHDRAW: lambda one, day: withdraw(one, today=day),
    Step.END: lambda one, day: end(one, EndReason.RESIGNED, last_day=STARTS, today=day),
    Step.SUBMIT_AGREEMENT: lambda one, day: submit_agreement(one, today=day),
    Step.APPROVE_AGREEMENT: lambda one, day: approve_agreement(one, today=day),
    Step.RETURN_AGREEMENT: lambda one, day: return_agreement(one, "x", today=day),
    Step.RENEW: lambda one, day: renew(one, ends_on=date(2029, 1, 1), today=day),
    Step.HAND_OVER: lambda one, day: (
        hand_over(one, "C-0009", EndReason.RESIGNED, last_day=STARTS, today=day).ended
    ),
}


def test_every_step_has_a_rule() -> None:
    assert set(LIFECYCLE) == set(Step) == set(_STEPS)


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(Step), st.integers(0, 90)), max_size=12),
    st.sampled_from([proposed, on_notice, active, signed]),
)
def test_any_sequence_of_steps_keeps_to_the_table_and_to_the_invariants(
    steps: list[tuple[Step, int]], make: Callable[[], Assignment]
) -> None:
    one, day = make(), STARTS if make is signed else TODAY
    for step, later in steps:
        day += timedelta(days=later)
        offered = step in possible_steps(one, day)
        if not offered:
            with pytest.raises(ConflictError):
                _STEPS[step](one, day)
            continue
        after = _STEPS[step](one, day)
        if step is Step.RENEW:
            assert after.starts_on == one.last_day + timedelta(days=1)
            continue
        assert after.state in {one.state, *next_states(one.state)}
        assert after.revision == one.revision + 1
        assert (after.state == AssignmentState.ENDED) == (after.end_reason is not None)
        assert after.ended_on is None or after.starts_on <= after.ended_on <= after.ends_on
        assert (after.agreement_state == AgreementState.APPROVED) == (after.agreement_approved_on is not None)
        if one.state != AssignmentState.PROPOSED:
            kept = ("township_code", "commissioner_id", "starts_on")
            assert all(getattr(one, name) == getattr(after, name) for name in kept)
        one = after


def test_an_end_and_a_withdrawal_are_final_but_for_their_undoing() -> None:
    assert next_states(AssignmentState.ENDED) == next_states(AssignmentState.WITHDRAWN) == frozenset()
