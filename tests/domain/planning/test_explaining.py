"""What the sentences claim is recounted: by solving the changed problem, or by counting pairs."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings

from fieldapp.domain.planning import (
    Change,
    Move,
    Pair,
    Plan,
    PlanningPolicy,
    PlanningProblem,
    compare_with_today,
    explain_displaced,
    explain_left_over,
    explain_pairs,
    explain_uncovered,
    find_alternatives,
    find_displaced,
    find_groups,
    find_shortages,
    plan_document,
    rank_fragility,
    solve_plan,
)
from fieldapp.domain.suitability import Post, Recusal, Suitor
from tests.domain.planning.problems import ENDS, STARTS, Worth, problems, worth


def less(plan: Plan, change: Change) -> Worth:
    """What the plan comes to after a change that keeps its coverage."""
    before = worth(plan)
    return Worth(
        before.covered,
        before.kept - change.kept,
        before.fit - round(change.fit * 100),
        before.tenths - round(change.km * 10),
    )


@settings(max_examples=150, deadline=None)
@given(problems())
def test_forbidding_a_pair_costs_what_its_reason_says(problem: PlanningProblem) -> None:
    plan = solve_plan(problem)
    reasons = explain_pairs(plan)
    assert list(reasons) == [one.township.code for one in plan.pairs]

    for code, alternative in find_alternatives(plan).items():
        pair = plan.by_township[code].pair
        # The pairs that may be chosen stay the same, so that the nearest ones do too.
        other = solve_plan(replace(problem, forbids=[*problem.forbids, pair]))
        if alternative is None:
            assert other.objective.covered == plan.objective.covered - 1
            assert "one township less" in str(reasons[code])
        else:
            assert worth(other) == less(plan, alternative.change)
            after = {one.pair for one in plan.pairs} - set(alternative.change.leaves)
            after |= set(alternative.change.comes)
            leads = {pair.township_code: pair.commissioner_id for pair in after}
            assert leads.get(code) == (alternative.commissioner and alternative.commissioner.id)
            assert len(leads) == plan.objective.covered


@settings(max_examples=300, deadline=None)
@given(problems(people=8, townships=8))
def test_what_it_would_cost_to_let_the_present_one_stay_is_what_is_said(problem: PlanningProblem) -> None:
    problem = replace(problem, policy=replace(problem.policy, all_pairs_up_to=1000))
    plan = solve_plan(problem)
    displaced, told = find_displaced(plan), explain_displaced(plan)
    planned = {one.pair for one in plan.pairs}
    gone = {pair.township_code: pair.commissioner_id for pair in problem.current - planned}
    assert {code: one.commissioner.id for code, one in displaced.items()} == gone
    for code, one in displaced.items():
        assert [post.code for post in one.leads] == [
            each.township.code for each in plan.pairs if each.commissioner == one.commissioner
        ]
        pins = [pin for pin in problem.pins if pin.township_code != code]
        pin = Pair(code, one.commissioner.id)
        if one.obstacle is not None:
            assert "staying is ruled out" in str(told[code])
            taken = sum(each.commissioner_id == pin.commissioner_id for each in pins)
            assert (
                pins != list(problem.pins)
                or pin in problem.ruled_out
                or taken >= problem.places(one.commissioner)
            )
            continue
        other = solve_plan(replace(problem, pins=[*pins, pin]))
        if one.change is None:
            assert other.objective.covered == plan.objective.covered - 1
            assert "one township less" in str(told[code])
        else:
            assert worth(other) == less(plan, one.change)


@settings(max_examples=150, deadline=None)
@given(problems(people=9, townships=9))
def test_who_leaves_uncovers_as_many_as_is_said_and_the_repair_is_the_best(problem: PlanningProblem) -> None:
    plan = solve_plan(problem)
    ranked = rank_fragility(plan)
    assert {one.commissioner.id for one in ranked} == plan.by_commissioner.keys()
    assert [one.lost for one in ranked] == sorted((one.lost for one in ranked), reverse=True)

    for one in ranked:
        without = solve_plan(
            replace(
                problem,
                # Not taken out, so that the nearest of the others stay the same.
                forbids=[
                    *problem.forbids,
                    *(Pair(post.code, one.commissioner.id) for post in problem.townships),
                ],
                pins=[pin for pin in problem.pins if pin.commissioner_id != one.commissioner.id],
            )
        )
        assert one.lost == plan.objective.covered - without.objective.covered
        assert not {post.code for post in one.exposed} & {pair.township_code for pair in one.repair.comes}
        led = {pair.pair for pair in plan.pairs}
        assert set(one.repair.leaves) <= led
        repaired = led - set(one.repair.leaves) | set(one.repair.comes)
        assert len(repaired) == without.objective.covered
        assert not {pair for pair in repaired if pair.commissioner_id == one.commissioner.id}
        if not one.lost:
            assert worth(without) == less(plan, one.repair)


@settings(max_examples=300, deadline=None)
@given(problems())
def test_a_group_has_fewer_places_than_townships_and_nobody_else_could_lead_one(
    problem: PlanningProblem,
) -> None:
    plan = solve_plan(problem)
    groups = find_groups(plan)
    choices = plan.solution.choices
    could: dict[str, set[str]] = {post.code: set() for post in problem.townships}
    for row in range(len(choices)):
        could[problem.townships[choices.township[row]].code].add(problem.people[choices.person[row]].id)

    open_ = [post.code for group in groups for post in group.uncovered]
    assert sorted(open_) == [post.code for post in plan.uncovered]
    assert explain_uncovered(plan).keys() == set(open_)
    for group in groups:
        people = {person.id for person in group.commissioners}
        assert people == set().union(*(could[post.code] for post in group.townships))
        pinned = [pin for pin in problem.pins if pin.commissioner_id in people]
        places = sum(problem.places(person) for person in group.commissioners) - len(pinned)
        assert places == group.places == len(group.townships) - len(group.uncovered)


@settings(max_examples=150, deadline=None)
@given(problems())
def test_the_people_who_are_said_to_be_missing_close_the_gap(problem: PlanningProblem) -> None:
    plan = solve_plan(problem)
    shortages = find_shortages(plan)
    assert sum(one.missing for one in shortages) == len(plan.uncovered)

    more = [
        Suitor(f"+{one.specialty}{post.code}", "+", (one.specialty,) if one.specialty else (), 1, *seat)
        for one in shortages
        for post in one.near
        if (seat := (post.seat_lon, post.seat_lat))
    ]
    wider = replace(problem.policy, all_pairs_up_to=10_000)
    helped = solve_plan(replace(problem, people=[*problem.people, *more], policy=wider))
    assert not helped.uncovered


@settings(max_examples=100, deadline=None)
@given(problems())
def test_whoever_is_left_over_could_lead_as_many_as_is_said(problem: PlanningProblem) -> None:
    plan = solve_plan(problem)
    explained = explain_left_over(plan)
    assert explained.keys() == {person.id for person in problem.people} - plan.by_commissioner.keys()
    for id_, words in explained.items():
        if "count" in words.values:
            choices = plan.solution.choices
            row = next(at for at, person in enumerate(problem.people) if person.id == id_)
            could = choices.township[choices.person == row]
            assert words.values["count"] == len(could) > 0
            assert {problem.townships[at].code for at in could} <= plan.by_township.keys()


@settings(max_examples=100, deadline=None)
@given(problems())
def test_the_difference_tells_every_township_that_has_somebody_today_or_in_the_plan(
    problem: PlanningProblem,
) -> None:
    plan = solve_plan(problem)
    difference = compare_with_today(plan)
    today = {pair.township_code: pair.commissioner_id for pair in problem.current}
    planned = {one.township.code: one.commissioner.id for one in plan.pairs}
    counts = difference.counts()

    assert [step.township.code for step in difference.steps] == sorted(today.keys() | planned.keys())
    assert counts[Move.KEPT] == plan.objective.kept == len(today.items() & planned.items())
    assert counts[Move.NEW] == len(planned.keys() - today.keys())
    assert counts[Move.ENDED] == len(today.keys() - planned.keys())
    assert sum(one.before for one in difference.counties) == len(today)
    assert sum(one.after for one in difference.counties) == len(planned)


def test_the_reason_of_a_pair_that_ends_another_says_what_that_one_does_and_what_it_buys() -> None:
    rice, fungi = "230184101", "230184102"
    problem = PlanningProblem(
        [
            Suitor("C-1", "萧红霞", ("crops.rice", "fungi"), 1, 126.0, 45.0),
            Suitor("C-2", "冯丽华", ("crops.rice",), 1, 126.0, 45.0),
        ],
        [
            Post(rice, "青山镇", "230184", "grain", "稻", 126.0, 45.0),
            Post(fungi, "黑山镇", "230184", "edible_fungi", "菇", 126.0, 45.0),
        ],
        STARTS,
        ENDS,
        current=frozenset({Pair(rice, "C-1")}),
        policy=PlanningPolicy(least_fit=0.5),
    )

    def said(stated: PlanningProblem) -> str:
        pairs = plan_document(solve_plan(stated))["pairs"]
        return next(str(one["reason"]) for one in pairs if one["township"] == rice)

    assert said(problem).endswith(
        "萧红霞, who leads it today, goes to 黑山镇; if that pair stayed, one township less could be covered."
    )
    forbidden = replace(problem, forbids=[Pair(rice, "C-1")])
    assert said(forbidden).endswith("goes to 黑山镇; staying is ruled out: forbidden here by hand.")
    recused = replace(problem, recusals=[Recusal("C-1", rice, "亲属在该镇任职")])
    assert said(recused).endswith("staying is ruled out: recused from it.")
