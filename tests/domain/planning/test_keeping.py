"""A problem that is kept is the problem that it was, and a plan becomes terms that can all be proposed."""

from __future__ import annotations

import json
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from fieldapp.domain.assignments import Assignment, AssignmentState
from fieldapp.domain.planning import PlanningProblem, plan_document, solve_plan
from fieldapp.domain.planning.changes import what_changed
from fieldapp.domain.planning.distances import Distances, TravelKm, distances_of
from fieldapp.domain.planning.keeping import problem_of, problem_values
from fieldapp.domain.planning.terms import plan_terms
from fieldapp.domain.suitability import peak_load
from tests.domain.planning.problems import ENDS, STARTS, problems


@settings(deadline=None, max_examples=60)
@given(problems())
def test_a_kept_problem_gives_the_same_plan(problem: PlanningProblem) -> None:
    again = problem_of(json.loads(json.dumps(problem_values(problem))))
    assert what_changed(problem, again) == ()
    assert plan_document(solve_plan(again)) == plan_document(solve_plan(problem))


def test_imported_distances_are_kept_with_the_problem() -> None:
    travel = TravelKm("里程表.csv", {("C-1", "230184101"): 12.5})
    problem = PlanningProblem((), (), STARTS, ENDS)
    kept = json.loads(json.dumps(problem_values(problem, Distances(travel))))
    assert distances_of(kept) == Distances(travel)
    assert problem_of(kept).measure.source == "里程表.csv, great-circle*1.3"


@settings(deadline=None, max_examples=100)
@given(problems(), st.data())
def test_the_terms_of_a_plan_share_no_day_and_exceed_no_capacity(
    problem: PlanningProblem, data: st.DataObject
) -> None:
    standing = [
        Assignment(
            township_code=pair.township_code,
            commissioner_id=pair.commissioner_id,
            starts_on=STARTS - timedelta(days=100),
            ends_on=data.draw(st.sampled_from((STARTS + timedelta(days=30), ENDS, ENDS + timedelta(days=9)))),
            state=AssignmentState.ACTIVE,
        )
        for pair in sorted(problem.current)
    ]
    plan = solve_plan(problem)
    terms = plan_terms(
        [one.pair for one in plan.pairs],
        standing,
        people=problem.person,
        townships=problem.township,
        starts_on=STARTS,
        ends_on=ENDS,
    )
    told = {one.township_code for one in terms.proposals} | terms.hindrances.keys()
    assert told == {one.township.code for one in plan.pairs if not one.kept}
    for term in terms.proposals:
        assert STARTS <= term.starts_on <= term.ends_on == ENDS
        here = [one for one in standing if one.township_code == term.township_code]
        assert all(one.last_day < term.starts_on for one in here)
        theirs = [one for one in (*standing, *terms.proposals) if one.commissioner_id == term.commissioner_id]
        capacity = problem.person[term.commissioner_id].capacity
        assert peak_load(theirs, term.starts_on, ENDS) <= capacity
