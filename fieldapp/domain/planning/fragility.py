"""On whom coverage hangs: whose leaving would uncover townships that nobody else can cover, and the repair.

Taking one commissioner out of an optimal plan opens his or her townships. Whether each can be covered
again is a search from the free places through what can still change: one search for all those who lead
one township, and a few for each of the others.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from fieldapp.domain.planning.alternatives import Change, change_of, difference_between
from fieldapp.domain.planning.plan import Plan
from fieldapp.domain.planning.problem import Pair
from fieldapp.domain.planning.rerouting import Rerouting
from fieldapp.domain.planning.solving import Solution, solve_plan
from fieldapp.domain.suitability import Post, Suitor


@dataclass(frozen=True)
class Fragility:
    """A commissioner whose leaving would cost coverage, or not.

    ``lost`` is how many townships fewer could be covered, ``exposed`` which of the plan's would stay open
    after the best repair; ``repair`` is the cheapest change of the plan that covers all the others again.
    """

    commissioner: Suitor
    lost: int
    exposed: tuple[Post, ...]
    repair: Change


def rank_fragility(plan: Plan, ids: Iterable[str] | None = None) -> tuple[Fragility, ...]:
    """For each commissioner who leads something in the plan (or some), those first who cannot be spared.

    After the number of townships lost come the repairs, the hardest first: by what they end, then by fit,
    then by distance.
    """
    solution = plan.solution
    wanted = plan.by_commissioner.keys() if ids is None else plan.by_commissioner.keys() & set(ids)
    leading = [one for one in plan.problem.people if one.id in wanted]
    led: dict[int, list[int]] = {}
    for row in solution.chosen.tolist():
        led.setdefault(int(solution.choices.person[row]), []).append(row)
    flow = solution.flow
    shared = Rerouting(flow.network, flow.units, flow.prices)
    found = [_fragility(plan, shared, one, led.get(solution.measured.row[one.id], [])) for one in leading]
    return tuple(
        sorted(
            found,
            key=lambda one: (
                -one.lost,
                -one.repair.kept,
                -one.repair.fit,
                -one.repair.km,
                one.commissioner.id,
            ),
        )
    )


def _fragility(plan: Plan, shared: Rerouting, person: Suitor, rows: list[int]) -> Fragility:
    solution = plan.solution
    if any(one.pinned for one in plan.by_commissioner[person.id]):
        return _solved_again(plan, person)
    position = len(solution.choices) + solution.measured.row[person.id]  # of the arc to the commissioner
    network = solution.flow.network
    idle = solution.flow.units[position] < network.capacity[position]
    # Who is at full use and leads one township is met by no way to it.
    graph = shared.without(int(network.head[position])) if idle or len(rows) > 1 else shared
    arcs, exposed = _repaired(solution, position, rows, graph)
    choices = solution.choices
    return Fragility(
        person,
        len(exposed),
        tuple(plan.problem.townships[int(choices.township[row])] for row in exposed),
        change_of(solution, [*(~row for row in rows), *arcs]),
    )


def _repaired(
    solution: Solution, position: int, rows: list[int], graph: Rerouting
) -> tuple[list[int], list[int]]:
    """The arcs that cover a commissioner's townships again, and the rows that nothing covers.

    Each way is added to the flow, and the prices follow it, before the next is sought.
    """
    network, choices = solution.flow.network, solution.choices
    source, person = int(network.tail[position]), int(network.head[position])
    units, prices = solution.flow.units.copy(), solution.flow.prices
    units[rows] = 0
    arcs: list[int] = []
    exposed: list[int] = []
    for at, row in enumerate(rows):
        end = int(solution.layout.township(choices.township[row]))
        price, before = graph.search(np.array([source]), [np.array([end])])
        way = graph.way(before[0], source, end)
        if way is None:
            exposed.append(row)
            continue
        arcs.extend(way)
        if at + 1 < len(rows):
            nearer = np.minimum(price[0], price[0, end])
            prices = prices + nearer[network.tail] - nearer[network.head]
            for arc in way:
                units[arc if arc >= 0 else ~arc] += 1 if arc >= 0 else -1
            graph = Rerouting(network, units, prices).without(person)
    return arcs, exposed


def _solved_again(plan: Plan, person: Suitor) -> Fragility:
    """A pin binds its township to one commissioner, so without that one the problem is another."""
    solved = solve_plan(
        replace(
            plan.problem,
            pins=[pin for pin in plan.problem.pins if pin.commissioner_id != person.id],
            forbids=[*plan.problem.forbids, *(Pair(one.code, person.id) for one in plan.problem.townships)],
        )
    )
    return Fragility(
        person,
        plan.objective.covered - solved.objective.covered,
        tuple(one.township for one in plan.pairs if one.township.code not in solved.by_township),
        difference_between(plan, solved),
    )
