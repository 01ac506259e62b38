from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fieldapp.domain.planning.choices import Measured, find_choices
from fieldapp.domain.planning.flow import Flow, UnprovenError, cheapest_largest_flow
from fieldapp.domain.planning.network import Network
from fieldapp.domain.planning.solving import lay_out, solve_plan
from tests.domain.planning.problems import made


def network_of(seed: int, scale: int = 1) -> Network:
    measured = Measured(made(seed, 12, 10))
    _, network = lay_out(measured, find_choices(measured))
    return replace(network, costs=tuple(cost * scale for cost in network.costs))


def cost(flow: Flow) -> list[int]:
    return [int((level * flow.units).sum()) for level in flow.network.costs]


@pytest.mark.parametrize("seed", range(40))
def test_numbers_too_large_for_one_solve_are_solved_level_by_level_to_the_same_end(seed: int) -> None:
    scale = 10**12
    small, large = cheapest_largest_flow(network_of(seed)), cheapest_largest_flow(network_of(seed, scale))
    assert [one * scale for one in cost(small)] == cost(large)
    if len(small.network.tail) > 40 and min(small.network.spreads) > 1:
        assert len(large.stages) > len(small.stages) == 1


@pytest.mark.parametrize("seed", range(40))
def test_beginning_from_a_likely_flow_changes_nothing_even_if_it_is_wrong(seed: int) -> None:
    network = network_of(seed)
    flow = cheapest_largest_flow(network)
    likely = np.zeros_like(flow.units)
    # One unit along the first way from source to sink: rarely a part of the best.
    for arc in np.flatnonzero(network.capacity[: len(network.tail)] > 0).tolist():
        before = np.flatnonzero(
            (network.tail == 0) & (network.head == network.tail[arc]) & (network.capacity > 0)
        )
        after = np.flatnonzero(
            (network.head == 1) & (network.tail == network.head[arc]) & (network.capacity > 0)
        )
        if len(before) and len(after):
            likely[[before[0], arc, after[0]]] = 1
            break
    assert cost(cheapest_largest_flow(network, likely=likely)) == cost(flow)


def some_flow() -> Flow:
    return next(
        flow for seed in range(100) if (flow := solve_plan(made(seed, 12, 10)).solution.flow).value > 4
    )


def test_the_proof_fails_for_a_smaller_flow_and_for_a_dearer_one() -> None:
    flow = some_flow()
    flow.prove()
    with pytest.raises(UnprovenError, match="largest"):
        replace(flow, units=np.zeros_like(flow.units)).prove()
    with pytest.raises(UnprovenError, match="not a flow"):
        replace(flow, units=flow.units + 1).prove()
    dearer = replace(flow.stages[0], reduced=-flow.stages[0].reduced)
    with pytest.raises(UnprovenError, match="cheapest"):
        replace(flow, stages=(dearer,)).prove()
