"""A problem that is kept is the problem that it was, and a plan becomes terms that can all be proposed."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from fieldapp.domain.assignments import Assignment, AssignmentState
from fieldapp.domain.planning import Pair, PlanningProblem, plan_document, solve_plan
from fieldapp.domain.planning.changes import what_changed
from fieldapp.domain.planning.distances import Distances, TravelKm, distances_of
from fieldapp.domain.planning.keeping import problem_of, problem_values
from fieldapp.domain.planning.terms import Terms, plan_terms
from fieldapp.domain.suitability import Post, Suitor, peak_load
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
    told = {one.township_code for one in terms.proposals} | terms.hindrances.keys() | terms.lapses.keys()
    lasting = {one.township_code for one in standing if one.ends_on >= ENDS}
    assert told == {
        one.township.code for one in plan.pairs if not one.kept or one.township.code not in lasting
    }
    assert terms.lapses.keys() <= {one.township.code for one in plan.pairs if one.kept}
    for term in terms.proposals:
        assert STARTS <= term.starts_on <= term.ends_on == ENDS
        here = [one for one in standing if one.township_code == term.township_code]
        assert all(one.last_day < term.starts_on for one in here)
        theirs = [one for one in (*standing, *terms.proposals) if one.commissioner_id == term.commissioner_id]
        capacity = problem.person[term.commissioner_id].capacity
        assert peak_load(theirs, term.starts_on, ENDS) <= capacity


ZHANG = Suitor("C-1", "张三", (), 1)
BOTH = {code: Post(code, name, "230184") for code, name in (("230184101", "拉林"), ("230184102", "山河"))}
JUNE = date(2027, 6, 30)


def _terms(*standing: Assignment) -> Terms:
    pair, people = Pair("230184101", "C-1"), {"C-1": ZHANG, "C-2": Suitor("C-2", "李四", (), 1)}
    return plan_terms([pair], standing, people=people, townships=BOTH, starts_on=STARTS, ends_on=ENDS)


def _standing(ends_on: date, state: AssignmentState = AssignmentState.ACTIVE, **other: Any) -> Assignment:
    given = {"township_code": "230184101", "commissioner_id": "C-1", "starts_on": date(2026, 1, 1)} | other
    return Assignment(**given, ends_on=ends_on, state=state)


def test_a_kept_term_that_ends_before_the_plan_is_renewed_from_the_day_after() -> None:
    terms = _terms(_standing(JUNE))
    (renewal,) = terms.proposals
    assert (renewal.township_code, renewal.commissioner_id) == ("230184101", "C-1")
    assert (renewal.starts_on, renewal.ends_on) == (JUNE + timedelta(days=1), ENDS)
    assert (terms.hindrances, terms.lapses) == ({}, {})


def test_a_kept_term_that_outlasts_the_plan_needs_nothing() -> None:
    assert _terms(_standing(ENDS)) == Terms((), {}, {})


def test_a_renewal_that_is_proposed_already_is_not_proposed_twice() -> None:
    further = _standing(ENDS, AssignmentState.PROPOSED, starts_on=JUNE + timedelta(days=1))
    assert _terms(_standing(JUNE), further) == Terms((), {}, {})


def test_whoever_was_chosen_to_follow_a_kept_term_follows_it() -> None:
    follower = _standing(
        ENDS, AssignmentState.ON_NOTICE, starts_on=JUNE + timedelta(days=1), commissioner_id="C-2"
    )
    assert _terms(_standing(JUNE), follower) == Terms((), {}, {})


def test_a_kept_term_that_cannot_be_renewed_is_said_to_lapse_and_hinders_nothing() -> None:
    elsewhere = _standing(ENDS, starts_on=JUNE + timedelta(days=1), township_code="230184102")
    terms = _terms(_standing(JUNE), elsewhere)
    assert (terms.proposals, terms.hindrances) == ((), {})
    assert str(terms.lapses["230184101"]).startswith(
        "The term of 张三 in 拉林 lapses on 2027-06-30 and cannot be renewed, as 山河 takes up the place"
    )


def test_a_kept_proposal_that_is_too_short_is_to_be_revised() -> None:
    terms = _terms(_standing(JUNE, AssignmentState.ON_NOTICE))
    assert terms.proposals == ()
    assert "Revise the last day" in str(terms.lapses["230184101"])
