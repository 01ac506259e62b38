"""Made-up planning problems, and plans found by other means to hold the solver's to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import product
from random import Random

import numpy as np
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from fieldapp.domain.planning import Pair, Plan, PlanningPolicy, PlanningProblem
from fieldapp.domain.planning.choices import Choices, Measured, find_choices
from fieldapp.domain.suitability import Post, Suitor

STARTS, ENDS = date(2027, 1, 1), date(2027, 12, 31)
SPECIALTIES = ("crops.rice", "crops.soybean", "fungi", "livestock.pigs", "processing")
CATEGORIES = ("grain", "soybean", "edible_fungi", "livestock", "processed_food", "other", None)


def made(seed: int, people: int, townships: int) -> PlanningProblem:
    """A problem of any shape: capacities of 0, unknown homes, equal distances, limits, pins."""
    random = Random(seed)

    def degrees() -> float:
        return random.randint(0, 6) * 0.1  # a coarse grid, so that ties are met

    suitors = [
        Suitor(
            f"C-{number:03}",
            f"员{number}",
            tuple(random.sample(SPECIALTIES, random.randint(0, 2))),
            random.choice((0, 1, 1, 1, 2, 3)),
            *random.choice(((None, None), (degrees(), degrees()), (degrees(), degrees()))),
        )
        for number in range(people)
    ]
    posts = [
        Post(
            f"2301841{number:02}",
            f"镇{number}",
            f"23018{number % 2}",
            category := random.choice(CATEGORIES),
            category,
            degrees(),
            degrees(),
        )
        for number in range(townships)
    ]
    every = [Pair(post.code, suitor.id) for post, suitor in product(posts, suitors)]

    def some(most: int) -> list[Pair]:
        return random.sample(every, random.randint(0, min(most, len(every))))

    forbids = some(people)
    pins: list[Pair] = []
    left = {suitor.id: suitor.capacity for suitor in suitors}
    for pair in some(2):
        taken = pair.township_code in {pin.township_code for pin in pins}
        if left[pair.commissioner_id] and pair not in forbids and not taken:
            left[pair.commissioner_id] -= 1
            pins.append(pair)
    return PlanningProblem(
        suitors,
        posts,
        STARTS,
        ENDS,
        current=frozenset({pair.township_code: pair for pair in some(townships)}.values()),
        pins=pins,
        forbids=forbids,
        policy=PlanningPolicy(
            least_fit=random.choice((0.0, 0.0, 0.5, 1.0)),
            max_km=random.choice((None, None, 30.0, 60.0)),
            all_pairs_up_to=random.choice((0, 1000)),
            nearest=random.choice((1, 3, 10)),
        ),
    )


def problems(*, people: int = 6, townships: int = 6) -> st.SearchStrategy[PlanningProblem]:
    """Thousands of problems: Hypothesis chooses the size and a seed, and makes a failing one smaller."""
    return st.builds(
        made,
        seed=st.integers(0, 2**32),
        people=st.integers(0, people),
        townships=st.integers(0, townships),
    )


@dataclass(frozen=True, order=True)
class Worth:
    """An objective as whole numbers, better ones greater: covered, kept, hundredths of fit, less tenths."""

    covered: int
    kept: int
    fit: int
    tenths: int


def worth(plan: Plan) -> Worth:
    """Counted anew from the pairs, not taken from the objective."""
    unknown = plan.problem.policy.unknown_km
    return Worth(
        len(plan.pairs),
        sum(one.pair in plan.problem.current for one in plan.pairs),
        sum(round(one.fit * 100) for one in plan.pairs),
        -sum(round((unknown if one.distance_km is None else one.distance_km) * 10) for one in plan.pairs),
    )


def worth_of_pins(problem: PlanningProblem) -> Worth:
    measured = Measured(problem)
    rows = np.array([measured.row[pin.commissioner_id] for pin in problem.pins], np.int64)
    columns = np.array([measured.column[pin.township_code] for pin in problem.pins], np.int64)
    km = np.nan_to_num(measured.km(rows, columns), nan=problem.policy.unknown_km)
    return Worth(
        len(problem.pins),
        len(set(problem.pins) & problem.current),
        int(measured.fit(rows, columns).sum()),
        -int(np.rint(km * 10).sum()),
    )


def best_by_trying(problem: PlanningProblem) -> Worth:
    """The best that any choice of pairs comes to: every one of them is tried."""
    choices, pinned = find_choices(Measured(problem)), worth_of_pins(problem)
    of = {
        column: [row for row in range(len(choices)) if choices.township[row] == column]
        for column in range(len(problem.townships))
    }
    left = choices.places.copy()

    def tried(column: int) -> Worth:
        if column == len(problem.townships):
            return pinned
        best = tried(column + 1)
        for row in of[column]:
            person = choices.person[row]
            if left[person] > 0:
                left[person] -= 1
                best = max(best, _with(tried(column + 1), choices, row))
                left[person] += 1
        return best

    return tried(0)


def _with(worth: Worth, choices: Choices, row: int) -> Worth:
    return Worth(
        worth.covered + 1,
        worth.kept + int(choices.kept[row]),
        worth.fit + int(choices.fit[row]),
        worth.tenths - int(choices.tenths[row]),
    )


def best_by_scipy(problem: PlanningProblem) -> Worth:
    """The best by SciPy's assignment: a column for each place, and one for leaving each township open."""
    choices, pinned = find_choices(Measured(problem)), worth_of_pins(problem)
    columns = np.flatnonzero(choices.open)
    if not len(columns):
        return pinned
    rows = {int(column): position for position, column in enumerate(columns)}
    places = np.minimum(choices.places, len(columns)).clip(0)
    first = np.concatenate([[0], np.cumsum(places)])
    # Weights that no sum of the lesser ones reaches; all numbers stay far below 2**53.
    travel = int(choices.tenths.max(initial=0)) * len(columns) + 1
    fit = (int(choices.fit.max(initial=0)) * len(columns) + 1) * travel
    kept = (len(columns) + 1) * fit
    value = kept + choices.kept * fit + choices.fit * travel - choices.tenths
    table = np.full((len(columns), first[-1] + len(columns)), -float(kept * 2 * len(columns)))
    table[:, first[-1] :] = 0.0
    at = np.full(table.shape, -1)
    for row in range(len(choices)):
        line, person = rows[int(choices.township[row])], int(choices.person[row])
        table[line, first[person] : first[person + 1]] = float(value[row])
        at[line, first[person] : first[person + 1]] = row
    assert np.abs(table).max(initial=0) * len(columns) < 2**53
    lines, taken = linear_sum_assignment(table, maximize=True)
    chosen = at[lines, taken]
    chosen = chosen[chosen >= 0]
    return Worth(
        pinned.covered + len(chosen),
        pinned.kept + int(choices.kept[chosen].sum()),
        pinned.fit + int(choices.fit[chosen].sum()),
        pinned.tenths - int(choices.tenths[chosen].sum()),
    )
