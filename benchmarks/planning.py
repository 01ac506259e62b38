"""Plans of a city, of a province and of the nation: how long a proven optimum takes, and how much memory."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.spatial import cKDTree

from benchmarks.figures import Figure, median_seconds
from fieldapp.domain.planning import (
    Pair,
    Plan,
    PlanningProblem,
    explain_pairs,
    plan_document,
    rank_fragility,
    solve_plan,
)
from fieldapp.domain.specialties import PRODUCT_CATEGORIES, SPECIALTIES
from fieldapp.domain.suitability import Post, Suitor

STARTS, ENDS = date(2027, 1, 1), date(2027, 12, 31)
CITY, PROVINCE, NATION = (168, 300), (2_000, 5_000), (40_000, 300_000)
_A_COUNTY = 14  # townships


def plans() -> list[Figure]:
    """The city against SciPy's assignment on the same costs; the larger ones in processes of their own."""
    problem = made_up(*CITY)
    plan = solve_plan(problem)
    table = _costs(plan)
    least = int(table[linear_sum_assignment(table)].sum())
    pair = plan.pairs[0].pair
    edited = replace(problem, forbids=[pair], pins=[plan.pairs[1].pair])
    return [
        _timed("168 x 300, all pairs", lambda: solve_plan(problem), 9, 0.2),
        _timed("  the same with every reason", lambda: explain_pairs(solve_plan(problem)), 5),
        _timed("  solved again around a pin and a prohibition", lambda: solve_plan(edited), 5, 1.0),
        _timed("  its document", lambda: plan_document(plan), 3),
        _timed("  who cannot be spared, with repairs", lambda: rank_fragility(plan), 3),
        Figure("  away from the objective of SciPy's assignment", abs(_cost(plan) - least), "", 0),
        _timed("  baseline: SciPy's assignment alone", lambda: linear_sum_assignment(table), 9),
        *_apart("2 000 x 5 000, nearest pairs", PROVINCE, None, None),
        *_apart("40 000 x 300 000, nearest pairs", NATION, 15.0, 6.0),
    ]


def _timed(what: str, work: Callable[[], object], runs: int, must: float | None = None) -> Figure:
    return Figure(what, median_seconds(work, runs=runs), "s", must)


def made_up(townships: int, people: int, seed: int = 1) -> PlanningProblem:
    """Townships and homes around county towns; most townships are led by one of the nearest commissioners."""
    random = np.random.default_rng(seed)
    counties = max(townships // _A_COUNTY, 3)
    half = min(2.0 * (townships / 168) ** 0.5, 12.0) / 2
    centres = random.uniform([112 - half, 34 - half], [112 + half, 34 + half], (counties, 2))
    seats = centres[random.integers(0, counties, townships)] + random.normal(0, 0.3, (townships, 2))
    homes = centres[random.integers(0, counties, people)] + random.normal(0, 0.15, (people, 2))
    specialties = list(SPECIALTIES)
    had = random.integers(0, len(specialties), (people, 2)).tolist()
    wanted = random.choice(list(PRODUCT_CATEGORIES), townships).tolist()
    capacity = random.choice([1, 1, 1, 2, 3], people).tolist()
    suitors = [
        Suitor(f"C-{n:06}", f"员{n}", (specialties[a], specialties[b]), places, lon, lat)
        for n, ((a, b), places, (lon, lat)) in enumerate(zip(had, capacity, homes.tolist(), strict=True))
    ]
    posts = [
        Post(f"{100_000_000 + n}", f"镇{n}", f"{100_000 + n // _A_COUNTY}", category, "大米", lon, lat)
        for n, (category, (lon, lat)) in enumerate(zip(wanted, seats.tolist(), strict=True))
    ]
    nearest = cKDTree(homes).query(seats, min(30, people))[1]
    left = dict(enumerate(capacity))
    current = set()
    for n in random.permutation(townships)[: int(townships * 0.85)].tolist():
        person = int(nearest[n, random.integers(0, nearest.shape[1])])
        if left[person]:
            left[person] -= 1
            current.add(Pair(posts[n].code, suitors[person].id))
    return PlanningProblem(suitors, posts, STARTS, ENDS, current=frozenset(current))


def _costs(plan: Plan) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """One number a pair, in the order of what counts, and a column for each place; all below 2**53."""
    choices = plan.solution.choices
    townships = len(plan.problem.townships)
    places = np.minimum(choices.places, townships)
    table = np.zeros((townships, len(places)))
    table[choices.township, choices.person] = _weighed(plan)
    return np.repeat(table, places, axis=1)


def _weighed(plan: Plan) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    choices, townships = plan.solution.choices, len(plan.problem.townships)
    fit = int(choices.tenths.max()) * townships + 1
    kept = 100 * townships * fit + fit
    weighed: np.ndarray[tuple[int], np.dtype[np.int64]] = (
        choices.tenths - fit * choices.fit - kept * choices.kept
    )
    return weighed


def _cost(plan: Plan) -> int:
    return int(_weighed(plan)[plan.solution.chosen].sum())


def _apart(what: str, size: tuple[int, int], seconds: float | None, gib: float | None) -> list[Figure]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.planning", *map(str, size)],
        check=True,
        capture_output=True,
        text=True,
    )
    measured = json.loads(done.stdout)
    return [
        Figure(f"{what}: {measured['pairs']}", measured["seconds"], "s", seconds),
        Figure("  of processor time", measured["processor_seconds"], "s"),
        Figure("  memory at its peak", measured["gib"], "GiB", gib),
        Figure("  covered", measured["covered"], ""),
        Figure("  proven optimal on these pairs", float(measured["optimal"]), "", 1, at_most=False),
    ]


def main() -> None:
    """Solve once, and print what it took: for a process of its own, whose memory is that of the plan."""
    problem = made_up(*map(int, sys.argv[1:3]))
    begun, used = time.perf_counter(), time.process_time()
    plan = solve_plan(problem)
    print(
        json.dumps(
            {
                "seconds": time.perf_counter() - begun,
                "processor_seconds": time.process_time() - used,
                "gib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
                "pairs": len(plan.solution.choices),
                "covered": plan.objective.covered,
                "optimal": plan.optimal,
            }
        )
    )


if __name__ == "__main__":
    main()
