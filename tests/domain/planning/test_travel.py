from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fieldapp.domain.planning import (
    GreatCircle,
    Places,
    PlanningProblem,
    TravelTable,
    solve_plan,
)
from fieldapp.domain.suitability import Post, Suitor, great_circle_km
from tests.domain.planning.problems import ENDS, STARTS

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


def test_a_way_that_is_known_not_to_be_stays_unknown() -> None:
    table = TravelTable({(NEAR.id, SEAT.code): np.nan}, GreatCircle())
    assert solve_plan(replace(ONE, people=(NEAR,), travel=table)).pairs[0].distance_km is None
    # It counts as far as the policy says, so the one who has a way is chosen.
    assert solve_plan(replace(ONE, travel=table)).pairs[0].commissioner == FAR
