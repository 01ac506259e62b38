"""Plans as services keep them: drafted, edited, published and undone, on both engines."""

from __future__ import annotations

from datetime import date
from threading import Barrier, Thread

import pytest
from sqlalchemy import update

from fieldapp.domain.errors import (
    ConflictError,
    FieldappError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
)
from fieldapp.domain.permissions import SYSTEM
from fieldapp.domain.planning import ContradictionError, Pair, plan_document, solve_plan
from fieldapp.domain.planning.drafts import DraftState
from fieldapp.domain.planning.keeping import problem_of
from fieldapp.persistence import schema
from fieldapp.services.ask_what_if import ask_what_if
from fieldapp.services.context import Context
from fieldapp.services.draft_plan import cancel_draft, discard_draft, draft_plan, read_wish, rename_draft
from fieldapp.services.planning_input import Wish
from fieldapp.services.planning_policy import change_policy
from fieldapp.services.publish_plan import PlanRefusedError, publish_plan, undo_plan
from fieldapp.services.put_on_notice import put_on_notice
from fieldapp.services.read_fragility import read_fragility
from fieldapp.services.read_plans import list_drafts, read_draft
from fieldapp.services.set_recusal import recuse_commissioner
from tests.services.assigning import (
    DECEMBER,
    NEXT_NOVEMBER,
    OFFICER,
    PINGFANG_OFFICER,
    VIEWER,
    WUCHANG,
    WUCHANG_OFFICER,
    add_users,
    proposed,
)
from tests.services.planning import drafted, edited, leaders
from tests.services.small_register import LALIN, PINGFANG, SHAHE, SHANHE, fill, rows


@pytest.fixture
def register(context: Context) -> Context:
    fill(context)
    add_users(context)
    return context


def test_a_draft_covers_what_can_be_covered_and_says_why(register: Context) -> None:
    plan = drafted(register)
    assert plan.state is DraftState.READY
    assert leaders(plan)[LALIN] == "C-0001"
    assert None not in leaders(plan).values()
    changes = {row["township"]: row["change"] for row in plan.difference}
    assert changes == {LALIN: "kept", SHANHE: "new", SHAHE: "new", PINGFANG: "new"}
    assert all(str(row["reason"]) for row in plan.difference)
    assert plan.plan is not None
    assert (plan.plan["covered"], plan.plan["optimal"]) == (4, True)
    assert [(one["code"], one["before"], one["after"]) for one in plan.counties] == [
        ("230108", 0, 1),
        (WUCHANG, 1, 3),
    ]
    assert (plan.outdated, plan.hindrances, len(plan.proposals)) == ((), (), 4)
    assert plan.created_by_name == "市局赵"


def test_edits_are_solved_around(register: Context) -> None:
    plan = drafted(register)
    again = edited(register, plan, pins=(Pair(SHAHE, "C-0003"),), forbids=(Pair(LALIN, "C-0001"),))
    assert again.revision == 2
    assert leaders(again)[SHAHE] == "C-0003"
    assert leaders(again)[LALIN] != "C-0001"
    assert read_wish(register, plan.id, by=OFFICER).pins == (Pair(SHAHE, "C-0003"),)
    with pytest.raises(ConflictError, match="changed the plan"):
        edited(register, plan)


def test_pins_that_cannot_be_met_are_refused_and_leave_the_draft_as_it_was(register: Context) -> None:
    plan = drafted(register)
    with pytest.raises(ContradictionError, match="pinned to 2"):
        edited(register, plan, pins=(Pair(SHAHE, "C-0003"), Pair(SHAHE, "C-0002")))
    assert read_draft(register, plan.id, by=OFFICER) == plan


def test_published_plans_are_proposals_and_undone_they_are_withdrawn(register: Context) -> None:
    plan = drafted(register)
    written = publish_plan(register, plan.id, revision=1, by=OFFICER)
    assert {one.township_code: one.commissioner_id for one in written} == leaders(plan)
    # Who leads Lalin already is renewed from the day after the present term.
    begins = dict.fromkeys(leaders(plan), DECEMBER) | {LALIN: date(2027, 1, 1)}
    assert {one.township_code: one.starts_on for one in written} == begins
    assert {(one.state, one.ends_on, one.note) for one in written} == {
        ("proposed", NEXT_NOVEMBER, f"方案 {plan.id}")
    }
    published = read_draft(register, plan.id, by=OFFICER)
    assert (published.state, published.revision) == (DraftState.PUBLISHED, 2)
    assert published.assignment_ids == tuple(one.id for one in written)
    with pytest.raises(ConflictError, match="state: published"):
        edited(register, published)
    with pytest.raises(ConflictError, match="state: published"):
        discard_draft(register, plan.id, by=OFFICER)
    undo_plan(register, plan.id, revision=2, by=OFFICER)
    states = {row["id"]: row["state"] for row in rows(register, schema.assignments)}
    assert {states[one.id] for one in written} == {"withdrawn"}
    assert read_draft(register, plan.id, by=OFFICER).state is DraftState.UNDONE
    told = [row["action"] for row in rows(register, schema.audit_events, schema.audit_events.c.id)]
    assert told == (
        ["plan.drafted"]
        + ["assignment.proposed"] * 4
        + ["plan.published"]
        + ["assignment.withdraw"] * 4
        + ["plan.undone"]
    )


def test_a_refused_publishing_names_all_that_changed_and_writes_nothing(register: Context) -> None:
    plan = drafted(register)
    proposed(register, SHANHE, "C-0003")
    recuse_commissioner(register, "C-0003", SHAHE, "亲属在该镇任职", by=OFFICER)
    before = rows(register, schema.assignments, schema.assignments.c.id)
    with pytest.raises(PlanRefusedError) as refused:
        publish_plan(register, plan.id, revision=1, by=OFFICER)
    assert refused.value.code == "plan.outdated"
    told = [str(fault.message) for fault in refused.value.faults]
    assert told == [
        "山河镇 has a commissioner now: 王五.",
        "王五 is recused from 沙河镇 now.",
    ]
    assert rows(register, schema.assignments, schema.assignments.c.id) == before
    seen = read_draft(register, plan.id, by=OFFICER)
    assert [str(each) for each in seen.outdated] == told
    again = edited(register, seen)
    assert again.outdated == ()
    publish_plan(register, again.id, revision=again.revision, by=OFFICER)


def test_a_term_that_runs_on_is_ended_by_hand_before_another_takes_its_place(register: Context) -> None:
    with register.engine.execution_options(fieldapp_writes=True).begin() as connection:
        connection.execute(update(schema.assignments).values(ends_on=date(2027, 12, 31)))
    plan = drafted(register, forbids=(Pair(LALIN, "C-0001"),))
    assert leaders(plan)[LALIN] not in (None, "C-0001")
    assert any("拉林满族镇 is to go to" in str(each) for each in plan.hindrances)
    with pytest.raises(PlanRefusedError) as refused:
        publish_plan(register, plan.id, revision=1, by=OFFICER)
    assert refused.value.code == "plan.hindered"


def test_a_successor_begins_on_the_day_after_the_term_that_runs(register: Context) -> None:
    plan = drafted(register, forbids=(Pair(LALIN, "C-0001"),))
    written = publish_plan(register, plan.id, revision=1, by=OFFICER)
    begins = {one.township_code: one.starts_on for one in written}
    assert begins[LALIN] == date(2027, 1, 1)
    moved = next(one for one in written if one.commissioner_id == "C-0001")
    assert moved.starts_on == date(2027, 1, 1)  # the capacity is 1 until then


def test_a_plan_is_not_undone_once_something_was_done_with_its_proposals(register: Context) -> None:
    plan = drafted(register)
    first, *_ = publish_plan(register, plan.id, revision=1, by=OFFICER)
    assert first.id is not None
    put_on_notice(register, first.id, revision=1, by=OFFICER)
    with pytest.raises(PlanRefusedError) as refused:
        undo_plan(register, plan.id, revision=None, by=OFFICER)
    assert [fault.pointer for fault in refused.value.faults] == [f"/assignments/{first.id}"]
    assert str(refused.value.faults[0].message) == (
        "市局赵 has done this meanwhile: put on public notice. 王五 in 沙河镇 is on public notice now."
    )
    assert read_draft(register, plan.id, by=OFFICER).state is DraftState.PUBLISHED


def test_of_two_officers_who_publish_at_once_one_is_told(register: Context) -> None:
    plans = [drafted(register, name="甲"), drafted(register, name="乙")]
    together, refusals, written = Barrier(2), [], []

    def publish(draft_id: int) -> None:
        together.wait()
        try:
            written.append(publish_plan(register, draft_id, revision=1, by=OFFICER))
        except FieldappError as refusal:
            refusals.append(refusal)

    threads = [Thread(target=publish, args=(plan.id,)) for plan in plans]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(written), [refusal.code for refusal in refusals]) == (1, ["plan.outdated"])
    states = sorted(each.state for each in list_drafts(register, by=OFFICER))
    assert states == [DraftState.PUBLISHED, DraftState.READY]


def test_a_county_plans_for_itself_alone(register: Context) -> None:
    city = drafted(register)
    own = drafted(register, by=WUCHANG_OFFICER, name="五常方案")
    assert own.county_codes == (WUCHANG,)
    assert set(leaders(own)) == {LALIN, SHANHE, SHAHE}
    assert [each.id for each in list_drafts(register, by=WUCHANG_OFFICER)] == [own.id]
    assert list_drafts(register, by=PINGFANG_OFFICER) == ()
    with pytest.raises(NotFoundError):
        read_draft(register, city.id, by=WUCHANG_OFFICER)
    with pytest.raises(ForbiddenError):
        publish_plan(register, city.id, revision=1, by=WUCHANG_OFFICER)
    with pytest.raises(ForbiddenError):
        drafted(register, by=WUCHANG_OFFICER, county_codes=(WUCHANG, "230108"))
    with pytest.raises(ForbiddenError):
        drafted(register, by=VIEWER)
    with pytest.raises(ForbiddenError):
        list_drafts(register, by=VIEWER)
    written = publish_plan(register, own.id, revision=1, by=WUCHANG_OFFICER)
    assert {one.township_code for one in written} == {LALIN, SHANHE, SHAHE}


def test_what_others_lead_elsewhere_takes_their_places_in_a_county_s_plan(register: Context) -> None:
    proposed(register, PINGFANG, "C-0003")
    own = drafted(register, county_codes=(WUCHANG,))
    assert "C-0003" not in leaders(own).values()
    assert [one["commissioner"] for one in own.leftover] == ["C-0003"]


def test_drafts_are_renamed_and_discarded_and_nothing_runs_that_could_be_cancelled(register: Context) -> None:
    plan = drafted(register)
    rename_draft(register, plan.id, " 二稿 ", by=OFFICER)
    assert read_draft(register, plan.id, by=OFFICER).name == "二稿"
    with pytest.raises(ConflictError, match="state: ready"):
        cancel_draft(register, plan.id, by=OFFICER)
    discard_draft(register, plan.id, by=OFFICER)
    with pytest.raises(NotFoundError):
        read_draft(register, plan.id, by=OFFICER)


def test_a_plan_without_a_name_or_with_its_days_in_disorder_is_none(register: Context) -> None:
    with pytest.raises(InvalidInputError, match="name"):
        drafted(register, name=" ")
    with pytest.raises(InvalidInputError, match="before the first day"):
        drafted(register, ends_on=date(2026, 1, 1))
    with pytest.raises(InvalidInputError, match="no county"):
        drafted(register, county_codes=("999999",))


def test_one_more_commissioner_is_worth_what_he_or_she_would_cover(register: Context) -> None:
    plan = drafted(register, forbids=tuple(Pair(PINGFANG, f"C-000{number}") for number in (1, 2, 3)))
    assert leaders(plan)[PINGFANG] is None
    answer = ask_what_if(register, plan.id, specialty="crops.rice", lon=126.7, lat=45.6, by=OFFICER)
    assert (answer.covered, answer.gained, answer.townships) == (4, 1, (PINGFANG,))
    with pytest.raises(InvalidInputError, match="no specialty"):
        ask_what_if(register, plan.id, specialty="magic", lon=None, lat=None, by=OFFICER)


def test_a_plan_with_nothing_new_is_not_published(register: Context) -> None:
    first = drafted(register)
    publish_plan(register, first.id, revision=1, by=OFFICER)
    second = drafted(register)
    assert {row["change"] for row in second.difference} == {"kept"}
    with pytest.raises(ConflictError, match="nothing to publish"):
        publish_plan(register, second.id, revision=1, by=OFFICER)


def test_the_input_is_kept_whole(register: Context) -> None:
    plan = drafted(register)
    (row,) = rows(register, schema.plan_drafts)
    solved = plan_document(solve_plan(problem_of(row["input"])), say=lambda words: words)
    assert solved == plan.plan


def test_nobody_at_all_is_a_plan_that_says_so(context: Context) -> None:
    draft_id = draft_plan(context, "空", Wish(DECEMBER, NEXT_NOVEMBER), by=SYSTEM)
    plan = read_draft(context, draft_id, by=SYSTEM)
    assert (plan.state, plan.difference, plan.counties) == (DraftState.READY, [], [])


def test_who_cannot_be_spared_is_found_out_when_somebody_looks_and_kept(register: Context) -> None:
    plan = drafted(register, forbids=tuple(Pair(PINGFANG, f"C-000{number}") for number in (1, 3)))
    assert plan.fragility is None
    found = read_fragility(register, plan.id, by=OFFICER)
    assert {row["commissioner"]: row["townships"] for row in found}["C-0002"][0] == PINGFANG
    kept = read_draft(register, plan.id, by=OFFICER)
    assert kept.fragility == found
    assert (kept.revision, kept.difference) == (plan.revision, plan.difference)
    assert read_fragility(register, plan.id, by=OFFICER) == found
    again = edited(register, kept)
    assert again.fragility is None


def test_who_cannot_be_spared_is_not_known_of_a_plan_that_is_not_solved_or_not_theirs(
    register: Context,
) -> None:
    plan = drafted(register)
    with pytest.raises(NotFoundError):
        read_fragility(register, plan.id, by=WUCHANG_OFFICER)
    with register.engine.execution_options(fieldapp_writes=True).begin() as connection:
        connection.execute(update(schema.plan_drafts).values(state="failed"))
    with pytest.raises(ConflictError):
        read_fragility(register, plan.id, by=OFFICER)


def test_another_version_of_the_policy_makes_a_plan_outdated_until_it_is_solved_again(
    register: Context,
) -> None:
    plan = drafted(register)
    change_policy(register, {"max_km": 250.0}, seen=1, by=SYSTEM)
    outdated = read_draft(register, plan.id, by=OFFICER)
    sentence = "Version 2 of the planning policy holds now; this plan was made under version 1."
    assert [str(change) for change in outdated.outdated] == [sentence]
    with pytest.raises(PlanRefusedError) as refused:
        publish_plan(register, plan.id, revision=1, by=OFFICER)
    assert [str(fault.message) for fault in refused.value.faults] == [sentence]
    again = edited(register, outdated)
    assert (again.policy_version, again.outdated) == (2, ())
    assert publish_plan(register, plan.id, revision=again.revision, by=OFFICER)
