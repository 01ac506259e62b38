"""Solve a planning problem: the network it is, its cheapest largest flow, and the plan that this says."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fieldapp.domain.errors import Fault, InvalidInputError
from fieldapp.domain.planning import amounts
from fieldapp.domain.planning.choices import Choices, Measured, find_choices
from fieldapp.domain.planning.flow import Flow, cheapest_largest_flow
from fieldapp.domain.planning.network import SINK, SOURCE, Network
from fieldapp.domain.planning.plan import Objective, Plan, PlannedPair
from fieldapp.domain.planning.policy import HUNDREDTHS, Quota, QuotaOf
from fieldapp.domain.planning.problem import Pair, PlanningProblem
from geodata.errors import Message

Integers = npt.NDArray[np.int64]


class QuotaError(InvalidInputError):
    """A quota asks for more than can be had."""

    code = "plan.quota"


@dataclass(frozen=True)
class Layout:
    """Where people, townships and groups with a quota stand among the nodes of the network.

    Its first arcs are the choices, in their order; then come one arc for each commissioner and one for
    each township, in the problem's order, and then those of the groups.
    """

    people: int
    townships: int
    groups: tuple[Quota, ...]

    @property
    def nodes(self) -> int:
        return 2 + self.people + self.townships + len(self.groups)

    def person(self, rows: Integers) -> Integers:
        return 2 + rows

    def township(self, columns: Integers) -> Integers:
        return 2 + self.people + columns

    def group(self, position: int) -> int:
        return 2 + self.people + self.townships + position


@dataclass(frozen=True)
class Solution:
    """The arrays behind a plan, for explaining it."""

    measured: Measured
    choices: Choices
    layout: Layout
    flow: Flow

    @property
    def chosen(self) -> Integers:
        """Which rows of the choices are in the plan."""
        return np.flatnonzero(self.flow.units[: len(self.choices)] > 0)


def solve_plan(problem: PlanningProblem, *, on_stage: Callable[[str], None] = lambda _: None) -> Plan:
    """The best plan, with the proof checked.

    ``on_stage`` is told what begins ("pairs", "solve", "plan"), and may raise in order to cancel. Raises
    `QuotaError` where a lower limit cannot be reached.
    """
    on_stage("pairs")
    measured = Measured(problem)
    choices = find_choices(measured)
    layout, network = lay_out(measured, choices)
    flow = cheapest_largest_flow(
        network, likely=_present(choices, layout, network, problem), on_stage=lambda: on_stage("solve")
    )
    on_stage("plan")
    solution = Solution(measured, choices, layout, flow)
    _require_quotas(solution)
    return _plan(solution)


def lay_out(measured: Measured, choices: Choices) -> tuple[Layout, Network]:
    """The network: source, (institution), commissioner, township, (county), sink.

    Groups stand in the way only where they have a quota. Places they owe come cheaper than the rest,
    before all other levels, so that a lower limit is met wherever it can be.
    """
    problem = measured.problem
    groups = problem.policy.quotas
    layout = Layout(len(problem.people), len(problem.townships), groups)
    people, townships = np.arange(layout.people), np.arange(layout.townships)
    before = np.full(layout.people, SOURCE, np.int64)
    after = np.full(layout.townships, SINK, np.int64)
    pinned = _pinned(measured)
    owing: list[tuple[int, int, int, bool]] = []  # tail, head, capacity, and whether it is owed
    for position, quota in enumerate(groups):
        node = layout.group(position)
        members = _members(problem, quota)
        held = pinned[quota]
        most = layout.townships if quota.at_most is None else quota.at_most
        least = max(min(quota.at_least, most) - held, 0)
        (before if quota.of is QuotaOf.INSTITUTION else after)[members] = node
        ends = (SOURCE, node) if quota.of is QuotaOf.INSTITUTION else (node, SINK)
        owing += [(*ends, least, True), (*ends, most - held - least, False)]
    limits = np.array(owing, np.int64).reshape(-1, 4)
    tail = [layout.person(choices.person), before, layout.township(townships), limits[:, 0]]
    head = [layout.township(choices.township), layout.person(people), after, limits[:, 1]]
    capacity = [
        np.ones(len(choices), np.int64),
        # Nobody leads more than there is, however much a capacity allows.
        np.minimum(choices.places, layout.townships),
        choices.open.astype(np.int64),
        limits[:, 2],
    ]
    ends_free = np.zeros(layout.people + layout.townships, np.int64)
    rest = np.zeros(len(ends_free) + len(limits), np.int64)
    costs = [np.concatenate([-level, rest]) for level in _levels(choices)]
    costs.append(np.concatenate([choices.tenths, rest]))
    if limits[:, 3].any():
        costs.insert(0, np.concatenate([np.zeros(len(choices), np.int64), ends_free, -limits[:, 3]]))
    network = Network(
        layout.nodes, np.concatenate(tail), np.concatenate(head), np.concatenate(capacity), tuple(costs)
    )
    return layout, network


def _levels(choices: Choices) -> tuple[Integers, Integers]:
    """What is kept, and the fit: in its largest unit, which keeps the numbers small."""
    unit = int(np.gcd.reduce(choices.fit)) if len(choices) else 1
    return choices.kept.astype(np.int64), choices.fit // max(unit, 1)


def _members(problem: PlanningProblem, quota: Quota) -> Integers:
    if quota.of is QuotaOf.COUNTY:
        found = [at for at, one in enumerate(problem.townships) if one.county_code == quota.key]
    else:
        found = [
            at for at, one in enumerate(problem.people) if problem.institutions.get(one.id, "") == quota.key
        ]
    return np.array(found, np.int64)


def _pinned(measured: Measured) -> dict[Quota, int]:
    """How many pinned pairs count towards each quota."""
    problem = measured.problem
    counties = [problem.township[pin.township_code].county_code for pin in problem.pins]
    institutions = [problem.institutions.get(pin.commissioner_id, "") for pin in problem.pins]
    return {
        quota: (counties if quota.of is QuotaOf.COUNTY else institutions).count(quota.key)
        for quota in problem.policy.quotas
    }


def _present(choices: Choices, layout: Layout, network: Network, problem: PlanningProblem) -> Integers | None:
    """The flow of the present pairs, if they all have room: the best plan probably contains it."""
    kept = np.flatnonzero(choices.kept)
    units = np.zeros(len(network.tail), np.int64)
    units[kept] = 1
    np.add.at(units, len(choices) + choices.person[kept], 1)
    np.add.at(units, len(choices) + layout.people + choices.township[kept], 1)
    if problem.policy.quotas or (units > network.capacity).any():
        return None
    return units


def _require_quotas(solution: Solution) -> None:
    """Refuse a plan in which a county or an institution has fewer than it must."""
    problem, chosen = solution.measured.problem, solution.chosen
    pinned = _pinned(solution.measured)
    faults = []
    for position, quota in enumerate(problem.policy.quotas):
        members = _members(problem, quota)
        column = solution.choices.township if quota.of is QuotaOf.COUNTY else solution.choices.person
        count = int(np.isin(column[chosen], members).sum()) + pinned[quota]
        if count < quota.at_least:
            faults.append(
                Fault(
                    f"/policy/quotas/{position}",
                    Message(
                        "{key} must have at least {at_least}, but no plan that meets the other limits "
                        "reaches more than {count}. Lower its quota.",
                        key=problem.county_name(quota.key),
                        at_least=amounts.pairs(quota.at_least),
                        count=count,
                    ),
                )
            )
    if faults:
        raise QuotaError(faults[0].message, faults)


def _plan(solution: Solution) -> Plan:
    measured, choices, chosen = solution.measured, solution.choices, solution.chosen
    problem = measured.problem
    rows = [measured.row[pin.commissioner_id] for pin in problem.pins]
    columns = [measured.column[pin.township_code] for pin in problem.pins]
    person = np.concatenate([choices.person[chosen], np.array(rows, np.int64)])
    township = np.concatenate([choices.township[chosen], np.array(columns, np.int64)])
    order = np.argsort(township, kind="stable")
    person, township = person[order], township[order]
    pinned = (order >= len(chosen)).tolist()
    fit, km = measured.fit(person, township).tolist(), measured.km(person, township).tolist()
    pairs = tuple(
        PlannedPair(
            problem.townships[column],
            problem.people[row],
            kept=Pair(problem.townships[column].code, problem.people[row].id) in problem.current,
            pinned=is_pinned,
            fit=score / HUNDREDTHS,
            distance_km=None if math.isnan(distance) else distance,
        )
        for row, column, score, distance, is_pinned in zip(
            person.tolist(), township.tolist(), fit, km, pinned, strict=True
        )
    )
    objective = Objective(
        covered=len(pairs),
        kept=sum(one.kept for one in pairs),
        fit=sum(fit) / HUNDREDTHS,
        distance_km=round(sum(one.distance_km or 0.0 for one in pairs), 1),
    )
    return Plan(problem, pairs, objective, optimal=True, graph=choices.words, solution=solution)
