"""The best plan without a pair: what it would give up, and who would lead instead.

Taking a pair out of an optimal plan leaves a commissioner and a township to be joined again. The cheapest
way from the one to the other through what can still change is the best plan without that pair: one search
a pair, not one solve.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fieldapp.domain.planning.choices import TENTHS
from fieldapp.domain.planning.plan import Plan
from fieldapp.domain.planning.policy import HUNDREDTHS
from fieldapp.domain.planning.problem import Pair
from fieldapp.domain.planning.rerouting import Rerouting
from fieldapp.domain.planning.solving import Solution
from fieldapp.domain.suitability import Post, Suitor

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Change:
    """How a plan changes: pairs that leave it and come into it, and what that adds up to.

    ``kept`` and ``fit`` are lost, ``km`` is travelled more, all over the whole plan; an unknown distance
    counts in ``km`` as the policy says, and ``is_known`` tells whether there is none. ``owed`` is how many
    pairs a quota's lower limit would then lack.
    """

    leaves: tuple[Pair, ...]
    comes: tuple[Pair, ...]
    owed: int
    kept: int
    fit: float
    km: float
    is_known: bool


@dataclass(frozen=True)
class Alternative:
    """The best plan without a pair that covers as much.

    ``commissioner`` then leads the township; None where it would be left uncovered for ``instead``.
    """

    commissioner: Suitor | None
    instead: Post | None
    change: Change


def find_alternatives(plan: Plan, codes: Iterable[str] | None = None) -> dict[str, Alternative | None]:
    """By township of the plan (or of some): the best plan without its pair, None if that covers less.

    Pinned pairs have none, and are left out.
    """
    solution = plan.solution
    choices, layout = solution.choices, solution.layout
    wanted = None if codes is None else {solution.measured.column[code] for code in codes}
    rows = [row for row in solution.chosen.tolist() if wanted is None or int(choices.township[row]) in wanted]
    people = np.unique(choices.person[rows])
    led: dict[int, list[int]] = {int(person): [] for person in people}
    for row in rows:
        led[int(choices.person[row])].append(row)
    flow = solution.flow
    rerouting = Rerouting(flow.network, flow.units, flow.prices)
    ways = rerouting.ways(
        layout.person(people), [layout.township(choices.township[led[int(person)]]) for person in people]
    )
    found = {}
    for person, ends in zip(people, ways, strict=True):
        for row, way in zip(led[int(person)], ends, strict=True):
            post = plan.problem.townships[int(choices.township[row])]
            found[post.code] = None if way is None else _alternative(solution, row, way)
    return found


def change_of(solution: Solution, arcs: Sequence[int]) -> Change:
    """What arcs taken onward, or backward where they are complements, change in the plan."""
    choices, problem = solution.choices, solution.measured.problem
    network, count = solution.flow.network, len(choices)
    # A later way may take back what an earlier one brought.
    net = Counter(arc for arc in arcs if arc >= 0)
    net.subtract(~arc for arc in arcs if arc < 0)
    taken = [arc for arc in net if arc < count and net[arc] > 0]
    left = [arc for arc in net if arc < count and net[arc] < 0]

    def pairs(rows: list[int]) -> tuple[Pair, ...]:
        columns, people = choices.township[rows].tolist(), choices.person[rows].tolist()
        return tuple(
            Pair(problem.townships[column].code, problem.people[person].id)
            for column, person in zip(columns, people, strict=True)
        )

    def lost(of: npt.NDArray[np.int64] | npt.NDArray[np.bool_]) -> int:
        return int(of[left].sum()) - int(of[taken].sum())

    owes = network.costs[0] if len(network.costs) > 3 else np.zeros(len(network.tail), np.int64)
    return Change(
        leaves=pairs(left),
        comes=pairs(taken),
        owed=sum(int(owes[arc]) * units for arc, units in net.items()),
        kept=lost(choices.kept),
        fit=lost(choices.fit) / HUNDREDTHS,
        km=-lost(choices.tenths) / TENTHS,
        is_known=not np.isnan(choices.km[taken + left]).any(),
    )


def _alternative(solution: Solution, row: int, way: list[int]) -> Alternative:
    choices, problem = solution.choices, solution.measured.problem
    change = change_of(solution, [*way, ~row])
    last = way[-1]
    if 0 <= last < len(choices):
        return Alternative(problem.people[int(choices.person[last])], None, change)
    covered = {pair.township_code for pair in change.comes} - {pair.township_code for pair in change.leaves}
    return Alternative(None, problem.township[min(covered)], change)


def difference_between(plan: Plan, other: Plan) -> Change:
    """How one plan differs from another."""
    before, after = {one.pair: one for one in plan.pairs}, {one.pair: one for one in other.pairs}
    unknown = plan.problem.policy.unknown_km
    return Change(
        leaves=tuple(sorted(before.keys() - after.keys())),
        comes=tuple(sorted(after.keys() - before.keys())),
        owed=0,
        kept=plan.objective.kept - other.objective.kept,
        fit=round(plan.objective.fit - other.objective.fit, 2),
        km=round(_travelled(other, unknown) - _travelled(plan, unknown), 1),
        is_known=all(
            one.distance_km is not None
            for pair, one in (before | after).items()
            if pair not in before or pair not in after
        ),
    )


def _travelled(plan: Plan, unknown_km: float) -> float:
    return sum(unknown_km if one.distance_km is None else one.distance_km for one in plan.pairs)
