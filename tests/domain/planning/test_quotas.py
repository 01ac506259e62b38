from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import product
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldapp.domain.planning import (
    ContradictionError,
    Pair,
    PlanningPolicy,
    PlanningProblem,
    Quota,
    QuotaError,
    QuotaOf,
    explain_left_over,
    explain_uncovered,
    find_alternatives,
    find_shortages,
    rank_fragility,
    solve_plan,
)
from fieldapp.domain.planning.choices import Measured, find_choices
from tests.domain.planning.problems import Worth, made, worth

COUNTIES, INSTITUTIONS = ("230180", "230181"), ("农科院", "农大")


def with_quotas(seed: int, people: int, townships: int) -> PlanningProblem:
    problem = made(seed, people, townships)
    random = Random(seed)
    quotas = []
    for of, keys in ((QuotaOf.COUNTY, COUNTIES), (QuotaOf.INSTITUTION, INSTITUTIONS)):
        for key in keys:
            most = random.choice((None, 0, 1, 2, 3))
            least = random.choice((0, 0, 1, 2))
            if random.random() < 0.7:
                quotas.append(Quota(of, key, min(least, 9 if most is None else most), most))
    institutions = {person.id: random.choice((*INSTITUTIONS, "")) for person in problem.people}
    policy = replace(problem.policy, quotas=tuple(quotas), all_pairs_up_to=1000)
    return replace(problem, institutions=institutions, policy=policy, pins=())


def counted(problem: PlanningProblem, pairs: list[Pair]) -> Counter[tuple[QuotaOf, str]]:
    return Counter(
        key
        for pair in pairs
        for key in (
            (QuotaOf.COUNTY, problem.township[pair.township_code].county_code),
            (QuotaOf.INSTITUTION, problem.institutions[pair.commissioner_id]),
        )
    )


def best_within_quotas(problem: PlanningProblem) -> Worth | None:
    """The best of all choices within capacities and quotas, None where there is none."""
    choices = find_choices(Measured(problem))
    of = [
        [None, *np.flatnonzero(choices.township == column).tolist()]
        for column in range(len(problem.townships))
    ]
    best = None
    for taken in product(*of):
        rows = [row for row in taken if row is not None]
        led = np.bincount(choices.person[rows], minlength=len(problem.people))
        pairs = [
            Pair(problem.townships[choices.township[row]].code, problem.people[choices.person[row]].id)
            for row in rows
        ]
        counts = counted(problem, pairs)
        within = all(
            quota.at_least <= counts[quota.of, quota.key]
            and (quota.at_most is None or counts[quota.of, quota.key] <= quota.at_most)
            for quota in problem.policy.quotas
        )
        if within and (led <= choices.places).all():
            found = Worth(
                len(rows),
                int(choices.kept[rows].sum()),
                int(choices.fit[rows].sum()),
                -int(choices.tenths[rows].sum()),
            )
            best = found if best is None else max(best, found)
    return best


some_quotas = st.builds(
    with_quotas, seed=st.integers(0, 2**32), people=st.integers(0, 4), townships=st.integers(0, 4)
)


@settings(max_examples=400, deadline=None)
@given(some_quotas)
def test_the_plan_is_the_best_within_the_quotas_or_says_that_there_is_none(problem: PlanningProblem) -> None:
    best = best_within_quotas(problem)
    if best is None:
        with pytest.raises(QuotaError) as refused:
            solve_plan(problem)
        assert all(fault.pointer.startswith("/policy/quotas/") for fault in refused.value.faults)
        return
    plan = solve_plan(problem)
    assert worth(plan) == best
    assert explain_uncovered(plan).keys() == {post.code for post in plan.uncovered}
    assert explain_left_over(plan).keys() == {person.id for person in plan.left_over}
    assert sum(one.missing for one in find_shortages(plan)) == len(plan.uncovered)


@settings(max_examples=100, deadline=None)
@given(some_quotas)
def test_reasons_and_fragility_hold_within_quotas(problem: PlanningProblem) -> None:
    if best_within_quotas(problem) is None:
        return
    plan = solve_plan(problem)
    for code, alternative in find_alternatives(plan).items():
        other = best_within_quotas(replace(problem, forbids=[*problem.forbids, plan.by_township[code].pair]))
        if alternative is None:
            assert other is None or other.covered < plan.objective.covered
        elif alternative.change.owed:
            assert other is None
        else:
            change, now = alternative.change, worth(plan)
            assert other == Worth(
                now.covered,
                now.kept - change.kept,
                now.fit - round(change.fit * 100),
                now.tenths - round(change.km * 10),
            )
    for one in rank_fragility(plan):
        other = best_within_quotas(
            replace(
                problem,
                forbids=[*problem.forbids, *(Pair(code, one.commissioner.id) for code in problem.township)],
            )
        )
        if one.repair.owed:
            assert other is None
        elif other is not None:
            assert one.lost == plan.objective.covered - other.covered


def test_more_pins_than_a_quota_allows_contradict_it() -> None:
    problem = replace(made(1, 0, 0), townships=made(3, 3, 3).townships, people=made(3, 3, 3).people)
    people = [replace(person, capacity=3) for person in problem.people]
    pins = [Pair(post.code, people[0].id) for post in problem.townships if post.county_code == "230180"]
    with pytest.raises(ContradictionError, match="its quota is 1"):
        replace(
            problem,
            people=people,
            pins=pins,
            policy=PlanningPolicy(quotas=(Quota(QuotaOf.COUNTY, "230180", at_most=1),)),
        )
