"""Walks over the arcs of a network, given as arrays: what can be reached, and the prices of its nodes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


def reached(nodes: int, tail: Integers, head: Integers, start: Sequence[int] | Integers) -> Flags:
    """Which nodes can be reached along arcs."""
    first, order = _by_tail(nodes, tail)
    heads = head[order]
    seen = np.zeros(nodes, np.bool_)
    front = np.asarray(start, np.int64)
    seen[front] = True
    while len(front):
        found = heads[_out_of(first, front)]
        front = distinct(found[~seen[found]], nodes)
        seen[front] = True
    return seen


def potentials(nodes: int, tail: Integers, head: Integers, cost: Integers) -> Integers | None:
    """A price for each node such that ``cost + price[tail] - price[head]`` is nowhere negative.

    None where a cycle costs less than nothing: then there is none.
    """
    first, order = _by_tail(nodes, tail)
    heads, costs = head[order], cost[order]
    price = np.zeros(nodes, np.int64)
    front = np.arange(nodes)
    for _ in range(nodes + 1):
        arcs = _out_of(first, front)
        offers = np.repeat(price[front], first[front + 1] - first[front]) + costs[arcs]
        better = offers < price[heads[arcs]]
        if not better.any():
            return price
        targets, offers = heads[arcs[better]], offers[better]
        np.minimum.at(price, targets, offers)
        front = distinct(targets, nodes)
    return None


def distinct(positions: Integers, count: int) -> Integers:
    """Each position once, in order; all are below ``count``."""
    if len(positions) * 8 < count:
        ordered = np.sort(positions)
        once: Integers = ordered[np.diff(ordered, prepend=-1) != 0]
        return once
    among = np.zeros(count, np.bool_)
    among[positions] = True
    found: Integers = np.flatnonzero(among)
    return found


def _by_tail(nodes: int, tail: Integers) -> tuple[Integers, Integers]:
    """Where each node's arcs begin in the order of tails, and that order."""
    order = np.argsort(tail, kind="stable")
    first: Integers = np.searchsorted(tail[order], np.arange(nodes + 1))
    return first, order


def _out_of(first: Integers, nodes: Integers) -> Integers:
    begins, counts = first[nodes], first[nodes + 1] - first[nodes]
    skipped = np.cumsum(counts) - counts
    arcs: Integers = np.arange(int(counts.sum())) + np.repeat(begins - skipped, counts)
    return arcs
