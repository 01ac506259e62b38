from __future__ import annotations

from hypothesis import given, settings

from fieldapp.domain.planning import Plan, PlanningProblem, solve_plan
from tests.domain.planning.problems import Worth, best_by_scipy, best_by_trying, problems


def worth(plan: Plan) -> Worth:
    """Counted anew from the pairs, not taken from the objective."""
    unknown = plan.problem.policy.unknown_km
    return Worth(
        len(plan.pairs),
        sum(one.pair in plan.problem.current for one in plan.pairs),
        sum(round(one.fit * 100) for one in plan.pairs),
        -sum(round((unknown if one.distance_km is None else one.distance_km) * 10) for one in plan.pairs),
    )


@settings(max_examples=300, deadline=None)
@given(problems())
def test_no_other_choice_of_pairs_is_better_in_cover_then_keep_then_fit_then_travel(
    problem: PlanningProblem,
) -> None:
    plan = solve_plan(problem)

    assert plan.optimal
    assert worth(plan) == best_by_trying(problem)


@settings(max_examples=150, deadline=None)
@given(problems(people=25, townships=18))
def test_the_objective_is_that_of_an_independent_solver(problem: PlanningProblem) -> None:
    assert worth(solve_plan(problem)) == best_by_scipy(problem)
