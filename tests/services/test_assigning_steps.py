"""An assignment's life as the services carry it out: by right, on what was seen, told in the audit log."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from fieldapp.domain.assignments import AssignmentState, EndReason
from fieldapp.domain.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from fieldapp.domain.notice import Settlement
from fieldapp.persistence import objections, schema
from fieldapp.services.activate_assignment import activate_assignment
from fieldapp.services.context import Context
from fieldapp.services.end_assignment import end_assignment, resign_assignment
from fieldapp.services.hand_over_assignment import hand_over_assignment
from fieldapp.services.measure_coverage import measure_coverage
from fieldapp.services.propose_assignment import preview_proposals, propose_assignment, propose_assignments
from fieldapp.services.put_on_notice import put_on_notice
from fieldapp.services.raise_objection import raise_objection
from fieldapp.services.renew_assignment import renew_assignment
from fieldapp.services.revise_proposal import revise_proposal
from fieldapp.services.set_recusal import lift_recusal, recuse_commissioner
from fieldapp.services.settle_objection import settle_objection
from fieldapp.services.undo_step import undo_step
from fieldapp.services.withdraw_assignment import withdraw_assignment
from tests.services.assigning import (
    DECEMBER,
    NEXT_NOVEMBER,
    OFFICER,
    PINGFANG_OFFICER,
    VIEWER,
    WUCHANG_OFFICER,
    active,
    add_users,
    later,
    on_notice,
    proposal,
    proposed,
)
from tests.services.small_register import LALIN, PINGFANG, SHAHE, SHANHE, audit_count, fill, rows

HELD = 1  # the assignment of the small register: 张三 in 拉林满族镇 until the end of 2026


@pytest.fixture
def register(context: Context) -> Context:
    fill(context)
    add_users(context)
    return context


def _events(context: Context) -> list[tuple[str, str, str]]:
    return [
        (row["action"], row["actor"], row["reason"])
        for row in rows(context, schema.audit_events, schema.audit_events.c.id)
        if row["subject_type"] == "assignment"
    ]


def test_a_proposal_goes_by_notice_into_office_and_covers_its_township(register: Context) -> None:
    standing = active(register)
    assert (standing.state, standing.revision) == (AssignmentState.ACTIVE, 3)
    assert (standing.notice_starts_on, standing.notice_ends_on) == (date(2026, 11, 22), date(2026, 11, 27))
    assert [event[:2] for event in _events(register)] == [
        ("assignment.proposed", "user:7"),
        ("assignment.put_on_notice", "user:7"),
        ("assignment.activate", "user:7"),
    ]
    table = measure_coverage(register, as_of=DECEMBER).table.set_index("code")
    assert bool(table.loc[SHANHE, "assigned"])


def test_the_audit_log_holds_what_was_before_and_after(register: Context) -> None:
    on_notice(register)
    told = rows(register, schema.audit_events, schema.audit_events.c.id)[-1]
    assert (told["before"]["state"], told["after"]["state"]) == ("proposed", "on_notice")
    assert told["after"]["notice_ends_on"] == "2026-11-27"


@pytest.mark.parametrize("who", [VIEWER, PINGFANG_OFFICER])
def test_who_has_no_right_there_changes_nothing(register: Context, who: object) -> None:
    before = audit_count(register)
    with pytest.raises(ForbiddenError):
        propose_assignment(register, proposal(), by=who)  # type: ignore[arg-type]
    with pytest.raises(ForbiddenError):
        end_assignment(
            register,
            HELD,
            EndReason.REMOVED,
            last_day=DECEMBER,
            revision=1,
            by=who,  # type: ignore[arg-type]
        )
    assert audit_count(register) == before


def test_a_county_officer_staffs_the_own_county_only(register: Context) -> None:
    assert propose_assignment(register, proposal(), by=WUCHANG_OFFICER).state is AssignmentState.PROPOSED
    with pytest.raises(ForbiddenError, match="own counties"):
        propose_assignment(register, proposal(PINGFANG, "C-0003"), by=WUCHANG_OFFICER)


def test_the_slower_of_two_officers_learns_what_the_other_did(register: Context) -> None:
    standing = proposed(register)
    put_on_notice(register, standing.id or 0, revision=1, by=WUCHANG_OFFICER)
    with pytest.raises(ConflictError) as refused:
        withdraw_assignment(register, standing.id or 0, revision=1, by=OFFICER)
    assert refused.value.code == "assignment.changed"
    said = str(refused.value)
    assert "五常钱" in said
    assert "put on public notice" in said
    assert "李四" in said


def test_who_proposes_second_learns_who_was_first(register: Context) -> None:
    propose_assignment(register, proposal(), by=WUCHANG_OFFICER)
    with pytest.raises(ConflictError) as refused:
        propose_assignment(register, proposal(SHANHE, "C-0003"), by=OFFICER)
    assert refused.value.code == "assignment.overlap"
    assert "五常钱" in str(refused.value)
    assert "李四" in str(refused.value)


def test_nobody_is_activated_while_the_notice_lasts_or_an_objection_is_open(register: Context) -> None:
    standing = on_notice(register)
    with pytest.raises(ConflictError, match="2026-11-27"):
        activate_assignment(register, standing.id or 0, revision=2, by=OFFICER)
    objected = raise_objection(register, standing.id or 0, "与村主任系亲属", revision=2, by=WUCHANG_OFFICER)
    after = later(register, days=7)
    with pytest.raises(ConflictError, match="not settled"):
        activate_assignment(after, standing.id or 0, revision=objected.revision, by=OFFICER)
    with register.reading() as connection:
        ((objection_id, _),) = objections.of_assignments(connection, [standing.id or 0])[standing.id or 0]
    settled = settle_objection(
        after, objection_id, Settlement.DISMISSED, "核实无此情况", revision=objected.revision, by=OFFICER
    )
    stands = activate_assignment(after, standing.id or 0, revision=settled.revision, by=OFFICER)
    assert stands.state is AssignmentState.ACTIVE


def test_an_upheld_objection_ends_in_a_withdrawal(register: Context) -> None:
    standing = on_notice(register)
    objected = raise_objection(register, standing.id or 0, "已兼任三处", revision=2, by=OFFICER)
    with register.reading() as connection:
        ((objection_id, _),) = objections.of_assignments(connection, [standing.id or 0])[standing.id or 0]
    upheld = settle_objection(
        register, objection_id, Settlement.UPHELD, "情况属实", revision=objected.revision, by=OFFICER
    )
    with pytest.raises(ConflictError, match="upheld"):
        activate_assignment(later(register, days=9), standing.id or 0, revision=upheld.revision, by=OFFICER)
    gone = withdraw_assignment(
        register, standing.id or 0, revision=upheld.revision, by=OFFICER, reason="异议成立"
    )
    assert gone.state is AssignmentState.WITHDRAWN
    assert _events(register)[-1] == ("assignment.withdraw", "user:7", "异议成立")


def test_a_recused_commissioner_cannot_be_proposed_until_it_is_lifted(register: Context) -> None:
    recusal = recuse_commissioner(register, "C-0002", SHANHE, "配偶在该镇任职", by=OFFICER)
    with pytest.raises(ConflictError, match="配偶在该镇任职"):
        propose_assignment(register, proposal(), by=OFFICER)
    with pytest.raises(ConflictError, match="already"):
        recuse_commissioner(register, "C-0002", SHANHE, "再次", by=OFFICER)
    lift_recusal(register, recusal, by=OFFICER)
    assert proposed(register).id is not None


def test_many_are_proposed_together_or_not_at_all(register: Context) -> None:
    wanted = [proposal(), proposal(SHAHE, "C-0003"), proposal(PINGFANG, "C-0003")]
    previews = preview_proposals(register, wanted, by=OFFICER)
    assert [preview.refusal is None for preview in previews] == [True, True, False]
    with pytest.raises(InvalidInputError) as refused:
        propose_assignments(register, wanted, by=OFFICER)
    assert [fault.pointer for fault in refused.value.faults] == ["/2"]
    assert len(rows(register, schema.assignments)) == 1
    written = propose_assignments(register, [*wanted[:2], proposal(PINGFANG, "C-0002")], by=OFFICER)
    assert [each.township_code for each in written] == [SHANHE, SHAHE, PINGFANG]


def test_a_proposal_can_be_revised_and_its_change_undone(register: Context) -> None:
    standing = proposed(register)
    revised = revise_proposal(
        register, standing.id or 0, revision=1, by=OFFICER, commissioner_id="C-0003", note="改派"
    )
    assert (revised.commissioner_id, revised.note, revised.ends_on) == ("C-0003", "改派", NEXT_NOVEMBER)
    undone = undo_step(register, standing.id or 0, revision=revised.revision, by=OFFICER)
    assert (undone.commissioner_id, undone.note) == ("C-0002", "")


def test_undoing_a_proposal_withdraws_it(register: Context) -> None:
    standing = proposed(register)
    assert undo_step(register, standing.id or 0, revision=1, by=OFFICER).state is AssignmentState.WITHDRAWN
    assert proposed(register).state is AssignmentState.PROPOSED  # the days are free again


def test_a_renewal_begins_on_the_day_after(register: Context) -> None:
    renewed = renew_assignment(register, HELD, ends_on=date(2027, 12, 31), revision=1, by=OFFICER)
    assert (renewed.commissioner_id, renewed.starts_on) == ("C-0001", date(2027, 1, 1))
    with pytest.raises(ConflictError, match="市局赵"):
        renew_assignment(register, HELD, ends_on=date(2027, 12, 31), revision=1, by=OFFICER)


def test_a_handover_leaves_no_gap_and_can_be_undone_as_a_whole(register: Context) -> None:
    handed = hand_over_assignment(
        register,
        HELD,
        "C-0002",
        EndReason.TRANSFERRED,
        last_day=date(2026, 12, 10),
        revision=1,
        by=OFFICER,
        reason="工作调动",
    )
    assert handed.ended.last_day + timedelta(days=1) == handed.successor.starts_on
    assert (handed.successor.ends_on, handed.successor.township_code) == (date(2026, 12, 31), LALIN)
    undone = undo_step(register, HELD, revision=handed.ended.revision, by=OFFICER)
    assert (undone.state, undone.ended_on) == (AssignmentState.ACTIVE, None)
    states = {row["id"]: row["state"] for row in rows(register, schema.assignments)}
    assert states == {HELD: "active", handed.successor.id: "withdrawn"}


def test_a_successor_without_capacity_leaves_the_term_as_it_was(register: Context) -> None:
    propose_assignment(register, proposal(SHANHE, "C-0003"), by=OFFICER)
    before = audit_count(register)
    with pytest.raises(ConflictError, match="市局赵") as refused:
        hand_over_assignment(
            register, HELD, "C-0003", EndReason.RESIGNED, last_day=date(2026, 12, 10), revision=1, by=OFFICER
        )
    assert refused.value.code == "commissioner.capacity"
    assert audit_count(register) == before


def test_a_resignation_offers_who_could_follow(register: Context) -> None:
    ended = resign_assignment(
        register, HELD, last_day=date(2026, 11, 30), revision=1, by=OFFICER, reason="本人申请"
    )
    assert ended.assignment.end_reason is EndReason.RESIGNED
    assert ended.replacements.starts_on == DECEMBER
    assert {each.commissioner_id for each in ended.replacements.candidates if each.possible} == {
        "C-0001",
        "C-0002",
        "C-0003",
    }


def test_what_took_effect_yesterday_is_history(register: Context) -> None:
    ended = end_assignment(
        register, HELD, EndReason.REMOVED, last_day=date(2026, 11, 22), revision=1, by=OFFICER
    )
    with pytest.raises(ConflictError, match="part of the history"):
        undo_step(later(register, days=2), HELD, revision=ended.revision, by=OFFICER)


def test_what_does_not_exist_is_said(register: Context) -> None:
    with pytest.raises(NotFoundError, match="404"):
        put_on_notice(register, 404, revision=1, by=OFFICER)
    with pytest.raises(NotFoundError):
        propose_assignment(register, proposal("999999999"), by=OFFICER)


def test_the_audit_log_goes_by_the_clock_of_the_installation(register: Context) -> None:
    proposed(register)
    told = rows(register, schema.audit_events, schema.audit_events.c.id)[-1]
    assert told["at"] == register.now()
