from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pytest

from fieldapp.domain.planning import (
    ByRoad,
    GreatCircle,
    Places,
    PlanningProblem,
    TravelTable,
    solve_plan,
)
from fieldapp.domain.suitability import Post, Suitor, great_circle_km
from tests.domain.planning.problems import ENDS, STARTS, made, worth

NEAR = Suitor("C-1", "近", (), 1, 126.0, 45.0)
FAR = Suitor("C-2", "远", (), 1, 127.0, 45.0)
SEAT = Post("230184101", "拉林满族镇", "230184", None, None, 126.1, 45.0)
ONE = PlanningProblem((NEAR, FAR), (SEAT,), STARTS, ENDS)


def places(*points: tuple[str, float, float]) -> Places:
    return Places(
        np.array([id_ for id_, _, _ in points], np.str_),
        np.array([lon for _, lon, _ in points]),
        np.array([lat for _, _, lat in points]),
    )


@dataclass
class Roads:
    """A routing service that knows a bridge: it doubles what is west of 126.5, and has no way to the rest."""

    asked: list[tuple[int, int]] = field(default_factory=list)
    source: str = "osrm"

    def road_km(self, origins: Places, destinations: Places) -> npt.NDArray[np.float64]:
        self.asked.append((len(origins), len(destinations)))
        km = 2 * great_circle_km(
            origins.lon[:, None], origins.lat[:, None], destinations.lon, destinations.lat
        )
        km[origins.lon > 126.5] = np.nan
        return km


def test_a_great_circle_is_lengthened_by_the_detour_factor() -> None:
    home, seat = places(("C-1", 126.0, 45.0)), places(("T", 126.1, 45.0))
    straight = float(great_circle_km(126.0, 45.0, 126.1, 45.0))
    assert GreatCircle(1.5).travel_km(home, seat)[0] == pytest.approx(1.5 * straight)
    assert solve_plan(ONE).pairs[0].distance_km == round(1.3 * straight, 1)


def test_a_table_goes_before_the_great_circle_and_can_turn_the_choice() -> None:
    table = TravelTable({(NEAR.id, SEAT.code): 500.0}, GreatCircle())
    plan = solve_plan(replace(ONE, travel=table))
    assert plan.pairs[0].commissioner == FAR
    assert table.source == "table, great-circle*1.3"


def test_a_routing_service_answers_where_it_finds_a_way() -> None:
    roads = ByRoad(Roads(), GreatCircle())
    homes = places(("C-1", 126.0, 45.0), ("C-2", 127.0, 45.0), ("C-3", np.nan, np.nan))
    seats = places(*[("T", 126.1, 45.0)] * 3)
    km = roads.travel_km(homes, seats)
    straight = great_circle_km(homes.lon, homes.lat, seats.lon, seats.lat)
    assert km[0] == pytest.approx(2 * straight[0])
    assert km[1] == pytest.approx(1.3 * straight[1])
    assert np.isnan(km[2])
    assert roads.source == "osrm, great-circle*1.3"


def test_a_routing_service_is_asked_in_blocks_and_gives_what_it_would_give_one_by_one() -> None:
    service, random = Roads(), np.random.default_rng(1)
    homes = places(*[(f"C-{n % 250}", 125.5 + n % 250 / 200, 45.0) for n in range(3000)])
    towns = random.integers(0, 130, 3000)
    seats = places(*[(f"T-{n}", 126.0, 45.0 + n / 200) for n in towns])
    km = ByRoad(service, GreatCircle()).travel_km(homes, seats)
    alone = 2 * great_circle_km(homes.lon, homes.lat, seats.lon, seats.lat)
    alone[homes.lon > 126.5] *= 1.3 / 2
    assert np.allclose(km, alone)
    assert all(rows <= 100 and columns <= 100 for rows, columns in service.asked)
    assert len(service.asked) <= 6


def test_a_plan_by_road_is_the_plan_of_the_same_distances_in_a_table() -> None:
    of = made(11, 6, 6)
    roads = ByRoad(Roads(), GreatCircle())
    table = {}
    for person in of.people:
        for post in of.townships:
            if person.home_lon is not None and person.home_lat is not None:
                home = places((person.id, person.home_lon, person.home_lat))
                seat = places((post.code, post.seat_lon or 0.0, post.seat_lat or 0.0))
                table[person.id, post.code] = float(roads.travel_km(home, seat)[0])
    by_table = solve_plan(replace(of, travel=TravelTable(table, GreatCircle())))
    assert worth(solve_plan(replace(of, travel=roads))) == worth(by_table)
