"""The network that a plan is a flow through, its costs by level, and which levels integers hold together.

The costs of an arc come as levels, the most important first; no gain on a later level ever outweighs a
loss on an earlier one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from fieldapp.domain.planning.reaching import Flags, Integers

SOURCE: Final = 0
SINK: Final = 1
_LARGEST: Final = 2**61  # of int64, with room for sums


@dataclass(frozen=True)
class Network:
    """Arcs by their ends and capacities, with one cost an arc and level; nodes are numbered from 0."""

    nodes: int
    tail: Integers
    head: Integers
    capacity: Integers
    costs: tuple[Integers, ...]

    @cached_property
    def spreads(self) -> tuple[int, ...]:
        """No two flows differ by more than this in the cost of each level.

        What a node takes in is bounded by what it can pass on, so it adds at most that much of its
        dearest arc, and at least that much of its cheapest.
        """
        taken, passed = np.zeros(self.nodes, np.int64), np.zeros(self.nodes, np.int64)
        np.add.at(taken, self.head, self.capacity)
        np.add.at(passed, self.tail, self.capacity)
        passed[SINK] = taken[SINK]
        through = np.minimum(taken, passed)
        return tuple(self._spread(through, cost) for cost in self.costs)

    def _spread(self, through: Integers, cost: Integers) -> int:
        dearest, cheapest = np.zeros(self.nodes, np.int64), np.zeros(self.nodes, np.int64)
        np.maximum.at(dearest, self.head, cost)
        np.minimum.at(cheapest, self.head, cost)
        nodes = np.flatnonzero(dearest != cheapest)
        # Python's integers, because this is where an overflow would go unseen.
        units, ranges = through[nodes].tolist(), (dearest - cheapest)[nodes].tolist()
        return sum(map(int.__mul__, units, ranges))


def residual(
    network: Network, units: Integers, free: Flags, cost: Integers
) -> tuple[Integers, Integers, Integers]:
    """What can change in a flow: tails, heads, costs of arcs not full, then of those not empty, backwards."""
    onward = np.flatnonzero(free & (units < network.capacity))
    backward = np.flatnonzero(free & (units > 0))
    return (
        np.concatenate([network.tail[onward], network.head[backward]]),
        np.concatenate([network.head[onward], network.tail[backward]]),
        np.concatenate([cost[onward], -cost[backward]]),
    )


def weights_of(spreads: Sequence[int]) -> tuple[int, ...]:
    """Weights with which the sum of levels orders flows as the levels in turn do.

    The weight of a level is one more than all that the levels after it can differ by.
    """
    weights: list[int] = []
    below = 0
    for spread in reversed(spreads):
        weights.append(below + 1)
        below += weights[-1] * spread
    return tuple(reversed(weights))


def parts_of(network: Network) -> list[range]:
    """Which levels to solve together: as many as integers hold."""
    last, parts, at = len(network.costs), list[range](), 0
    while at < last:
        end = at + 1
        while end < last and _fits(network, range(at, end + 1)):
            end += 1
        parts.append(range(at, end))
        at = end
    return parts


def _fits(network: Network, levels: range) -> bool:
    """Whether integers hold some levels together: the solver multiplies by nodes, and prices are sums."""
    spreads = [network.spreads[level] for level in levels]
    weights = weights_of(spreads)
    dearest = sum(
        weight * int(np.abs(network.costs[level]).max(initial=0))
        for weight, level in zip(weights, levels, strict=True)
    )
    total = sum(map(int.__mul__, weights, spreads))
    return dearest * (network.nodes + 2) < _LARGEST and 4 * (total + dearest) < _LARGEST


def combined_cost(network: Network, levels: range) -> tuple[Integers, tuple[int, ...]]:
    """One cost an arc that orders flows as some levels in turn do, and the weight of each level in it."""
    weights = weights_of([network.spreads[level] for level in levels])
    cost = np.zeros(len(network.tail), np.int64)
    for weight, level in zip(weights, levels, strict=True):
        cost += weight * network.costs[level]
    return cost, weights
