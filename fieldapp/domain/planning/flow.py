"""The cheapest of the largest flows of a network, by several kinds of cost in a fixed order, and the proof.

The costs of an arc come as levels, the most important first; no gain on a later level ever outweighs a
loss on an earlier one. Each stage solves one level, or several as one integer, and hands to the next only
what all its optimal flows have in common: an arc whose reduced cost is not zero stays as it is. So the
order is exact however large the numbers are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from ortools.graph.python import min_cost_flow

from fieldapp.domain.planning.network import SINK, SOURCE, Network, combined_cost, parts_of, residual
from fieldapp.domain.planning.reaching import Flags, Integers, distinct, potentials, reached

Floats = npt.NDArray[np.float64]


class UnprovenError(Exception):
    """The solver's answer did not stand the check: a fault of the program, never of the input."""


@dataclass(frozen=True)
class Stage:
    """What proves that a flow is cheapest in ``levels`` among those that are so in all levels before.

    ``reduced`` is the cost of each arc less what its ends differ in price. On the arcs that the stages
    before left free it is never negative where an arc is not full, and never positive where it is not empty.
    """

    levels: range
    weights: tuple[int, ...]
    reduced: Integers


@dataclass(frozen=True)
class Flow:
    """An optimal flow; ``cut`` are the nodes on the source's side of a smallest cut."""

    network: Network
    units: Integers
    cut: Flags
    stages: tuple[Stage, ...]

    @property
    def value(self) -> int:
        return int(self.units[self.network.head == SINK].sum() - self.units[self.network.tail == SINK].sum())

    def prove(self) -> None:
        """Check the flow, the cut and the prices by themselves; raises `UnprovenError`."""
        network, units = self.network, self.units
        balance = np.zeros(network.nodes, np.int64)
        np.add.at(balance, network.head, units)
        np.subtract.at(balance, network.tail, units)
        if (units < 0).any() or (units > network.capacity).any() or balance[2:].any():
            raise UnprovenError("this is not a flow")
        across = self.cut[network.tail] & ~self.cut[network.head]
        if self.cut[SINK] or not self.cut[SOURCE] or int(network.capacity[across].sum()) != self.value:
            raise UnprovenError("the flow is not the largest")
        open_, full, empty = np.ones(len(units), np.bool_), units == network.capacity, units == 0
        for stage in self.stages:
            if (open_ & ((stage.reduced < 0) & ~full | (stage.reduced > 0) & ~empty)).any():
                raise UnprovenError("the flow is not the cheapest")
            open_ &= stage.reduced == 0

    @cached_property
    def prices(self) -> Floats:
        """The stages' reduced costs as one number an arc that orders changes of the flow as the levels do.

        Never negative for an arc that is not full, never positive for one that is not empty. The numbers
        are whole, and exact up to 2**53; what a change costs is always counted anew in the levels.
        """
        price = np.zeros(len(self.units))
        for stage in reversed(self.stages):
            weight = max(float(np.abs(price).max(initial=0.0)), float(self._below(stage))) + 1.0
            price += weight * stage.reduced
        return price

    def _below(self, stage: Stage) -> int:
        """How much the stages after one can differ by."""
        spreads = self.network.spreads
        return sum(
            weight * spreads[level]
            for later in self.stages
            if later.levels.start >= stage.levels.stop
            for weight, level in zip(later.weights, later.levels, strict=True)
        )


def cheapest_largest_flow(
    network: Network, *, likely: Integers | None = None, on_stage: Callable[[], None] = lambda: None
) -> Flow:
    """Solve and prove.

    ``likely`` is a flow that the cheapest one probably contains. Then only what it leaves open is solved,
    which is quick where it leaves little, and the whole is kept if the proof on the whole network holds.
    ``on_stage`` is called before each solve, and may raise in order to cancel.
    """
    flow = None
    if likely is not None and likely.any():
        on_stage()
        flow = _proven(network, _completed(network, likely))
    if flow is None:
        flow = _proven(network, _solved(network, on_stage))
    if flow is None:
        raise UnprovenError("the flow is not the largest or not the cheapest")
    flow.prove()
    return flow


def _completed(network: Network, likely: Integers) -> Integers:
    """A flow that contains the likely one, and is the cheapest of the largest among those that do."""
    room = network.capacity - likely
    onward = np.zeros(network.nodes, np.bool_)
    onward[network.tail[room > 0]] = True
    onward[SINK] = True
    arcs = np.flatnonzero((room > 0) & onward[network.head])
    open_ = Network(
        network.nodes,
        network.tail[arcs],
        network.head[arcs],
        room[arcs],
        tuple(cost[arcs] for cost in network.costs),
    )
    units = likely.copy()
    units[arcs] += _solved(open_, lambda: None)
    return units


def _solved(network: Network, on_stage: Callable[[], None]) -> Integers:
    """The units of the cheapest of the largest flows, as the solver says; stage by stage."""
    units = np.zeros(len(network.tail), np.int64)
    free = np.ones(len(network.tail), np.bool_)
    parts = parts_of(network)
    for at, levels in enumerate(parts):
        on_stage()
        cost, _ = combined_cost(network, levels)
        _solve(network, cost, units, free, first=at == 0)
        if at + 1 < len(parts):
            reduced = _reduced(network, cost, units, free)
            if reduced is None:
                raise UnprovenError("the flow is not the cheapest")
            free &= reduced == 0
    return units


def _proven(network: Network, units: Integers) -> Flow | None:
    """The flow with its proof, or None where it is not the largest or not the cheapest."""
    free = np.ones(len(network.tail), np.bool_)
    tail, head, _ = residual(network, units, free, units)
    cut = reached(network.nodes, tail, head, [SOURCE])
    if cut[SINK]:
        return None
    stages = []
    for levels in parts_of(network):
        cost, weights = combined_cost(network, levels)
        reduced = _reduced(network, cost, units, free)
        if reduced is None:
            return None
        stages.append(Stage(levels, weights, reduced))
        free &= reduced == 0
    return Flow(network, units, cut, tuple(stages))


def _reduced(network: Network, cost: Integers, units: Integers, free: Flags) -> Integers | None:
    price = potentials(network.nodes, *residual(network, units, free, cost))
    return None if price is None else cost + price[network.tail] - price[network.head]


def _solve(network: Network, cost: Integers, units: Integers, free: Flags, *, first: bool) -> None:
    """Solve the free arcs for one cost, into ``units``: first for the largest flow, then for one as large."""
    arcs = np.flatnonzero(free)
    supply = np.zeros(network.nodes, np.int64)
    if first:
        most = int(network.capacity[network.head == SINK].sum())
        supply[SOURCE], supply[SINK] = most, -most
    else:
        np.add.at(supply, network.tail[arcs], units[arcs])
        np.subtract.at(supply, network.head[arcs], units[arcs])
    if not supply.any():
        return
    if first:
        # What leads nowhere carries nothing.
        onward = np.zeros(network.nodes, np.bool_)
        onward[network.tail[arcs]] = True
        onward[SINK] = True
        arcs = arcs[onward[network.head[arcs]]]
    tail, head = network.tail[arcs], network.head[arcs]
    nodes = distinct(np.concatenate([tail, head, np.flatnonzero(supply)]), network.nodes)
    number = np.zeros(network.nodes, np.int32)
    number[nodes] = np.arange(len(nodes), dtype=np.int32)
    solver = min_cost_flow.SimpleMinCostFlow()
    solver.add_arcs_with_capacity_and_unit_cost(
        number[tail], number[head], network.capacity[arcs], cost[arcs]
    )
    solver.set_nodes_supplies(number[nodes], supply[nodes])
    status = solver.solve_max_flow_with_min_cost() if first else solver.solve()
    if status != solver.OPTIMAL:
        raise UnprovenError(f"the flow solver says {status}")
    units[arcs] = solver.flows(np.arange(len(arcs), dtype=np.int32))
