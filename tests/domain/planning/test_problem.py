from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from random import Random

import pytest
from hypothesis import given, settings

from fieldapp.domain.assignments import Assignment, AssignmentState
from fieldapp.domain.errors import InvalidInputError
from fieldapp.domain.planning import (
    ContradictionError,
    Pair,
    PlanningPolicy,
    PlanningProblem,
    Quota,
    QuotaOf,
    default_fit,
    explain_left_over,
    explain_pairs,
    explain_uncovered,
    find_shortages,
    plan_document,
    rank_fragility,
    solve_plan,
    state_problem,
    what_if,
)
from fieldapp.domain.suitability import Post, Recusal, Suitor
from tests.domain.planning.problems import ENDS, STARTS, made, problems

LALIN = Post("230184101", "拉林满族镇", "230184", "grain", "大米", 126.6, 45.3)
SHANHE = Post("230184103", "山河镇", "230184", "edible_fungi", "黑木耳", 127.3, 44.7)
WANG = Suitor("C-0001", "王芳", ("crops.rice",), 1, 126.6, 45.7)
LI = Suitor("C-0002", "李强", ("fungi",), 2, 127.5, 45.0)
HERE, THERE = Pair(LALIN.code, WANG.id), Pair(SHANHE.code, WANG.id)


def problem(**given: object) -> PlanningProblem:
    return replace(PlanningProblem((WANG, LI), (LALIN, SHANHE), STARTS, ENDS), **given)


def pairs(of: PlanningProblem) -> dict[str, str]:
    return {one.township.code: one.commissioner.id for one in solve_plan(of).pairs}


def test_each_goes_where_the_specialty_fits() -> None:
    assert pairs(problem()) == {LALIN.code: WANG.id, SHANHE.code: LI.id}


def test_what_is_active_is_kept_though_another_would_fit_better() -> None:
    held = Pair(LALIN.code, LI.id)
    plan = solve_plan(problem(current=frozenset({held})))
    assert plan.by_township[LALIN.code].pair == held
    assert plan.objective.kept == 1


def test_what_is_active_is_given_up_where_it_costs_coverage() -> None:
    only_lalin = [THERE]
    held = Pair(LALIN.code, LI.id)
    plan = solve_plan(
        problem(people=(WANG, replace(LI, capacity=1)), forbids=only_lalin, current=frozenset({held}))
    )
    assert (plan.objective.covered, plan.objective.kept) == (2, 0)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"pins": [HERE, Pair(LALIN.code, LI.id)]}, "is pinned to 2 commissioners"),
        ({"pins": [HERE, THERE]}, "can lead 1 in this plan"),
        ({"pins": [HERE], "forbids": [HERE]}, "both pinned to 拉林满族镇 and forbidden"),
        ({"pins": [HERE], "recusals": [Recusal(WANG.id, LALIN.code, "亲属在该镇任职")]}, "recused from it"),
        ({"pins": [HERE], "people": (replace(WANG, retired_on=ENDS), LI)}, "out of service from 2027-12-31"),
        ({"pins": [HERE], "people": (replace(WANG, capacity=0), LI)}, "can lead 0 in this plan"),
        ({"pins": [HERE], "busy": {WANG.id: 1}}, "can lead 0 in this plan"),
        ({"pins": [Pair("230184999", WANG.id)]}, "no township of this plan"),
        ({"pins": [Pair(LALIN.code, "C-9")]}, "no commissioner of this plan"),
    ],
)
def test_a_pin_that_cannot_be_is_named_and_nothing_is_solved(given: dict[str, object], says: str) -> None:
    with pytest.raises(ContradictionError, match=says) as refused:
        problem(**given)
    assert refused.value.faults[0].pointer == "/pins/0"
    assert refused.value.code == "plan.contradiction"


def test_a_term_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="before the first day"):
        problem(ends_on=date(2026, 1, 1))


def test_with_all_townships_pinned_the_plan_is_the_pins() -> None:
    pins = [Pair(LALIN.code, LI.id), Pair(SHANHE.code, LI.id)]
    plan = solve_plan(problem(pins=pins))
    assert [one.pair for one in plan.pairs] == pins
    assert all(one.pinned for one in plan.pairs)
    assert [str(words) for words in explain_pairs(plan).values()] == [
        "李强 was pinned to 拉林满族镇 by hand.",
        "李强 was pinned to 山河镇 by hand.",
    ]


def test_a_pin_goes_past_the_limits_of_the_policy() -> None:
    policy = PlanningPolicy(least_fit=1.0, max_km=1.0)
    assert pairs(problem(policy=policy)) == {}
    assert pairs(problem(policy=policy, pins=[THERE])) == {SHANHE.code: WANG.id}


def test_nothing_to_plan_is_a_plan_of_nothing() -> None:
    document = plan_document(solve_plan(problem(people=(), townships=())))
    assert document == {
        "optimal": True,
        "covered": 0,
        "objective": {"covered": 0, "kept": 0, "fit": 0.0, "distance_km": 0.0},
        "pairs": [],
        "uncovered": [],
        "shortages": [],
    }


def test_without_anybody_every_township_says_so() -> None:
    plan = solve_plan(problem(people=()))
    assert str(explain_uncovered(plan)[LALIN.code]) == "There is no commissioner to lead 拉林满族镇."
    assert [one.missing for one in find_shortages(plan)] == [1, 1]


def test_without_a_township_everybody_is_left_over() -> None:
    assert explain_left_over(solve_plan(problem(townships=()))).keys() == {WANG.id, LI.id}


def test_one_township_gets_the_best_of_those_who_can() -> None:
    plan = solve_plan(problem(townships=(LALIN,)))
    assert plan.by_township[LALIN.code].commissioner == WANG
    assert str(explain_pairs(plan)[LALIN.code]) == (
        "王芳 is chosen for 拉林满族镇: the best alternative, 李强, would make specialties fit worse by 1.0 "
        "in all."
    )
    assert str(explain_left_over(plan)[LI.id]) == (
        "李强 could lead 1 township, which needs no other: 拉林满族镇 goes to 王芳."
    )


def test_capacities_of_zero_leave_everything_open() -> None:
    nobody = (replace(WANG, capacity=0), replace(LI, capacity=0))
    plan = solve_plan(problem(people=nobody))
    assert plan.objective.covered == 0
    assert "2 have no place left in this term" in str(explain_uncovered(plan)[LALIN.code])
    assert "0 of 0 are taken up" in str(explain_left_over(plan)[WANG.id])


def test_why_nobody_can_lead_a_township_is_counted() -> None:
    people = (
        replace(WANG, id="C-1", capacity=0),
        replace(WANG, id="C-2"),
        replace(WANG, id="C-3", specialties=("livestock.pigs",)),
        replace(WANG, id="C-4", home_lon=120.0),
        replace(WANG, id="C-5", home_lon=None, home_lat=None),
    )
    plan = solve_plan(
        problem(
            people=people,
            townships=(LALIN,),
            recusals=[Recusal("C-2", LALIN.code, "亲属")],
            policy=PlanningPolicy(least_fit=0.5, max_km=100.0),
        )
    )
    assert str(explain_uncovered(plan)[LALIN.code]) == (
        "Nobody can lead 拉林满族镇. Of 5 commissioners, 1 have no place left in this term; 1 are recused or "
        "forbidden here; 1 lack the specialty; 2 live too far away, or it is not known where."
    )


def test_the_shortage_names_the_group_and_who_would_close_it_and_then_does() -> None:
    plan = solve_plan(problem(people=(WANG,)))
    (shortage,) = find_shortages(plan)
    assert {post.code for post in shortage.group.townships} == {LALIN.code, SHANHE.code}
    assert [person.id for person in shortage.group.commissioners] == [WANG.id]
    assert (shortage.missing, shortage.specialty) == (1, "fungi")
    assert str(shortage.reason) == (
        "2 townships (拉林满族镇、山河镇) share 1 place of 1 commissioner (王芳). "
        "1 more commissioner would close the gap: 1 with the specialty edible fungi near 山河镇."
    )
    asked = what_if(plan, specialty="fungi", lon=127.3, lat=44.7)
    assert (asked.gained, asked.newly_covered) == (1, (SHANHE,))
    with pytest.raises(InvalidInputError, match="no specialty astrology"):
        what_if(plan, specialty="astrology", lon=None, lat=None)


def test_who_cannot_be_spared_comes_first_with_what_would_stay_open() -> None:
    plan = solve_plan(problem(people=(WANG, replace(LI, capacity=1))))
    first = rank_fragility(plan)[0]
    assert first.lost == 1
    assert len(first.exposed) == 1
    spared = rank_fragility(solve_plan(problem()))
    repair = next(one.repair for one in spared if one.commissioner == WANG)
    assert repair.comes == (Pair(LALIN.code, LI.id),)


def test_an_unknown_distance_is_shown_as_unknown_and_counts_as_the_policy_says() -> None:
    lost = replace(LI, home_lon=None, home_lat=None)
    plan = solve_plan(problem(people=(lost,), townships=(SHANHE,)))
    assert plan.pairs[0].distance_km is None
    assert plan_document(plan)["pairs"][0]["distance_km"] is None
    assert pairs(problem(people=(lost,), townships=(SHANHE,), policy=PlanningPolicy(max_km=500.0))) == {}


@settings(max_examples=100, deadline=None)
@given(problems())
def test_equal_problems_give_equal_plans_in_whatever_order_they_were_read(of: PlanningProblem) -> None:
    random = Random(1)
    parts = {
        name: random.sample(getattr(of, name), len(getattr(of, name)))
        for name in ("people", "townships", "pins", "forbids")
    }
    plan, again = solve_plan(of), solve_plan(replace(of, **parts))
    assert plan == again
    document = plan_document(plan)
    assert plan_document(again) == document
    assert json.loads(json.dumps(document)) == document
    assert document["covered"] == len(document["pairs"])
    assert len(document["pairs"]) + len(document["uncovered"]) == len(of.townships)
    assert all(one["reason"] for part in ("pairs", "uncovered", "shortages") for one in document[part])


def test_a_long_solve_tells_where_it_is_and_can_be_cancelled() -> None:
    told: list[str] = []
    solve_plan(problem(), on_stage=told.append)
    assert told == ["pairs", "solve", "plan"]

    def cancel(stage: str) -> None:
        if stage == "solve":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        solve_plan(problem(), on_stage=cancel)


def assignment(township: Post, person: Suitor, first: date, last: date, state: str = "active") -> Assignment:
    return Assignment(
        township_code=township.code,
        commissioner_id=person.id,
        starts_on=first,
        ends_on=last,
        state=AssignmentState(state),
    )


def stated(*assignments: Assignment, townships: tuple[Post, ...] = (LALIN, SHANHE)) -> PlanningProblem:
    return state_problem(
        (WANG, LI), townships, assignments, as_of=date(2026, 11, 22), starts_on=STARTS, ends_on=ENDS
    )


def test_who_leads_today_is_to_be_kept_next_year() -> None:
    this_year = assignment(LALIN, WANG, date(2026, 1, 1), date(2026, 12, 31))
    assert stated(this_year).current == {HERE}


def test_who_is_already_proposed_for_the_term_goes_before_who_leads_today() -> None:
    this_year = assignment(LALIN, WANG, date(2026, 1, 1), date(2026, 12, 31))
    next_year = assignment(LALIN, LI, STARTS, ENDS, "proposed")
    assert stated(this_year, next_year).current == {Pair(LALIN.code, LI.id)}


@pytest.mark.parametrize("state", ["ended", "withdrawn"])
def test_what_has_ended_or_was_withdrawn_is_not_kept(state: str) -> None:
    past = date(2026, 6, 30)
    assert not stated(assignment(LALIN, WANG, date(2026, 1, 1), past, state)).current
    assert not stated(assignment(LALIN, WANG, STARTS, ENDS, state)).current


def test_what_is_led_among_townships_that_are_not_planned_takes_up_places() -> None:
    there = assignment(SHANHE, LI, STARTS, ENDS)
    of = stated(there, townships=(LALIN,))
    assert of.places(LI) == 1
    assert not of.current


def test_a_policy_is_stored_and_read_back_as_it_was() -> None:
    policy = PlanningPolicy(
        version="2027.1",
        fit={"grain": {"crops.rice": 0.85}},
        max_km=80.0,
        quotas=(Quota(QuotaOf.INSTITUTION, "农科院", 1, 9),),
    )
    assert PlanningPolicy.from_json(json.loads(json.dumps(policy.to_json()))) == policy
    assert PlanningPolicy.from_json({}) == PlanningPolicy()
    assert PlanningPolicy().fit == default_fit()


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        ({"fit": {"grain": {"crops.rice": 1.5}}}, "/fit/grain/crops.rice"),
        ({"fit": {"grain": {"crops.rice": 0.333}}}, "/fit/grain/crops.rice"),
        ({"fit": {"gold": {"crops.rice": 1}}}, "/fit/gold/crops.rice"),
        ({"detour_factor": 0.5}, "/detour_factor"),
        ({"max_km": float("nan")}, "/max_km"),
        ({"nearest": 0}, "/nearest"),
        ({"version": " "}, "/version"),
        ({"quotas": (Quota(QuotaOf.COUNTY, "230184", 3, 2),)}, "/quotas/0"),
    ],
)
def test_a_policy_that_cannot_be_used_says_where(given: dict[str, object], pointer: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        PlanningPolicy(**given)
    assert [fault.pointer for fault in refused.value.faults] == [pointer]


@pytest.mark.parametrize(
    "plain", [{"fit": 3}, {"quotas": [{}]}, {"cover": 2}, {"max_km": "far"}, {"fit": {"grain": []}}]
)
def test_a_policy_that_cannot_be_read_is_refused(plain: dict[str, object]) -> None:
    with pytest.raises(InvalidInputError, match="cannot be read"):
        PlanningPolicy.from_json(plain)


def test_the_policy_gives_a_specialty_the_worth_that_the_officer_says() -> None:
    rice_only = PlanningPolicy(fit={"edible_fungi": {"crops.rice": 0.9, "fungi": 0.2}})
    assert pairs(problem(townships=(SHANHE,), policy=rice_only)) == {SHANHE.code: WANG.id}


def test_nearest_pairs_and_all_pairs_say_which_they_are() -> None:
    of = made(7, 6, 6)
    all_pairs = replace(of.policy, all_pairs_up_to=1000)
    assert str(solve_plan(replace(of, policy=all_pairs)).graph).startswith("All pairs were considered: ")
    nearest = replace(of.policy, all_pairs_up_to=0, nearest=2)
    assert "the 2 nearest commissioners" in str(solve_plan(replace(of, policy=nearest)).graph)


def test_a_shortage_of_the_whole_plan_is_one_sentence_however_many_specialties_it_lacks() -> None:
    kinds = ("grain", "edible_fungi", None)
    posts = [
        Post(f"2301841{n:02}", f"第{n}镇", "230184", kinds[n % 3], None, 127 + n / 100, 45.0)
        for n in range(18)
    ]
    shortages = find_shortages(solve_plan(problem(people=(WANG,), townships=tuple(posts))))
    assert len(shortages) > 1
    assert sum(one.missing for one in shortages) == 17
    (told,) = {str(one.reason) for one in shortages}
    assert told.startswith(
        "All 18 townships of the plan share 1 place of 1 commissioner. "
        "17 more commissioners would close the gaps: "
    )
    assert told.count(" with ") == len(shortages)
