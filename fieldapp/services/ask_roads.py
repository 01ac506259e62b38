"""Ask the routing server of the installation, where there is one, for what a plan is measured by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fieldapp.domain.planning import PlanningProblem, ask_roads
from fieldapp.domain.planning.distances import Distances, distances_of
from fieldapp.domain.planning.keeping import problem_of
from fieldapp.domain.planning.roads import still_known
from fieldapp.routing import name_of_server, open_routing
from fieldapp.services.context import Context
from fieldapp.services.planning_input import PlanningInput


def has_routing(context: Context) -> bool:
    """Whether plans are measured by road here."""
    return context.settings.routing_url is not None


def carry_roads(context: Context, found: PlanningInput, kept: Mapping[str, Any]) -> PlanningInput:
    """The input with what a routing server answered for the draft before and still holds; asks nothing."""
    address, roads = context.settings.routing_url, distances_of(kept).roads
    if address is None or roads is None:
        return found
    known = still_known(
        roads,
        problem_of(kept, measured=False),
        found.problem,
        source=name_of_server(address),
        today=context.today(),
    )
    return found.measured_by(replace(found.distances, roads=known))


def measure_by_road(context: Context, problem: PlanningProblem, distances: Distances) -> Distances:
    """The distances with those by road that are still lacking; without a routing server as they are.

    No database is held meanwhile. Raises `RoutingError` where the server does not answer.
    """
    address = context.settings.routing_url
    if address is None:
        return distances
    with open_routing(address) as service:
        roads = ask_roads(
            problem,
            service,
            today=context.today(),
            known=distances.roads,
            without=() if distances.imported is None else distances.imported.km.keys(),
        )
    return replace(distances, roads=roads)
