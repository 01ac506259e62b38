from __future__ import annotations

from hypothesis import given, settings

from fieldapp.domain.planning import PlanningProblem, solve_plan
from tests.domain.planning.problems import best_by_scipy, best_by_trying, problems, worth


@settings(max_examples=1200, deadline=None)
@given(problems())
def test_no_other_choice_of_pairs_is_better_in_cover_then_keep_then_fit_then_travel(
    problem: PlanningProblem,
) -> None:
    plan = solve_plan(problem)

    assert plan.optimal
    assert worth(plan) == best_by_trying(problem)


@settings(max_examples=400, deadline=None)
@given(problems(people=25, townships=18))
def test_the_objective_is_that_of_an_independent_solver(problem: PlanningProblem) -> None:
    assert worth(solve_plan(problem)) == best_by_scipy(problem)
