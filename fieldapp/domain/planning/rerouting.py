"""The cheapest ways through what can still change in a flow."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from fieldapp.domain.planning.flow import Floats
from fieldapp.domain.planning.network import Network
from fieldapp.domain.planning.reaching import Integers

_CELLS: Final = 4_000_000  # of one table of distances
_LOCAL: Final = 20_000  # nodes from which searches begin near by and widen
_NOWHERE: Final = -9999  # SciPy's mark for a node that was not reached


class Rerouting:
    """Ways along arcs that are not full, and backwards along arcs that are not empty.

    ``prices`` are the arcs' reduced costs, which are never negative in the directions that are open.
    An arc is named by its position, or by the complement of that where it is taken backwards.
    """

    def __init__(self, network: Network, units: Integers, prices: Floats) -> None:
        onward, backward = np.flatnonzero(units < network.capacity), np.flatnonzero(units > 0)
        tail = np.concatenate([network.tail[onward], network.head[backward]])
        head = np.concatenate([network.head[onward], network.tail[backward]])
        price = np.maximum(np.concatenate([prices[onward], -prices[backward]]), 0.0)
        arc = np.concatenate([onward, ~backward])
        order = np.lexsort((price, tail * network.nodes + head))
        tail, head = tail[order], head[order]
        # Of arcs side by side the cheapest is enough.
        first = np.ones(len(order), np.bool_)
        first[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
        self.arc = arc[order][first]
        starts = np.searchsorted(tail[first], np.arange(network.nodes + 1))
        self.graph = csr_array(
            (price[order][first], head[first], starts), shape=(network.nodes, network.nodes)
        )
        self._farthest = float(self.graph.data.sum())

    def without(self, node: int) -> Rerouting:
        """The same, but no way leads into a node."""
        closed = copy(self)
        data = np.where(self.graph.indices == node, np.inf, self.graph.data)
        closed.graph = csr_array((data, self.graph.indices, self.graph.indptr), shape=self.graph.shape)
        return closed

    def ways(self, sources: Integers, targets: Sequence[Integers]) -> list[list[list[int] | None]]:
        """From each source to each of its targets: the arcs of the cheapest way, None where there is none."""
        at_once = max(_CELLS // self.graph.shape[0], 1)
        found: list[list[list[int] | None]] = []
        for begin in range(0, len(sources), at_once):
            some, wanted = sources[begin : begin + at_once], targets[begin : begin + at_once]
            _, before = self.search(some, wanted)
            found.extend(
                [self.way(before[row], int(source), int(end)) for end in ends]
                for row, (source, ends) in enumerate(zip(some, wanted, strict=True))
            )
        return found

    def search(self, sources: Integers, targets: Sequence[Integers]) -> tuple[Floats, npt.NDArray[np.int32]]:
        """How dear each node is from each source, and the node before it on the cheapest way.

        In large networks no farther than the targets.
        """
        limit = np.inf
        if self.graph.shape[0] > _LOCAL:
            limit = float(np.median(self.graph.data)) + 1.0
        while True:
            price, before = dijkstra(self.graph, indices=sources, return_predecessors=True, limit=limit)
            unreached = any(np.isinf(price[row, ends]).any() for row, ends in enumerate(targets))
            if not unreached or limit > self._farthest:
                return price, before
            limit *= 64.0

    def way(self, before: npt.NDArray[np.int32], source: int, end: int) -> list[int] | None:
        """The arcs from the source to a node, None where it was not reached."""
        if source != end and before[end] == _NOWHERE:
            return None
        way, node = [], end
        while node != source:
            previous = int(before[node])
            begin, stop = self.graph.indptr[previous], self.graph.indptr[previous + 1]
            at = begin + int(np.searchsorted(self.graph.indices[begin:stop], node))
            way.append(int(self.arc[at]))
            node = previous
        return way[::-1]
