"""Distances by road: asked once, in blocks, for what a plan may choose from, and kept with it."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from fieldapp.domain.planning import Pair, Places, PlanningPolicy, PlanningProblem, ask_roads, solve_plan
from fieldapp.domain.planning.distances import Distances, TravelKm, distances_in_words, distances_of
from fieldapp.domain.planning.keeping import problem_of, problem_values
from fieldapp.domain.planning.roads import Roads, still_known
from fieldapp.domain.suitability import Post, Suitor, great_circle_km
from tests.domain.planning.problems import ENDS, STARTS

TODAY = date(2026, 11, 22)


@dataclass
class Bridges:
    """A routing service that doubles every straight line, and finds no way from homes east of 127.4."""

    asked: list[tuple[int, int]] = field(default_factory=list)
    source: str = "OSRM routing.example"

    def road_km(self, origins: Places, destinations: Places) -> npt.NDArray[np.float64]:
        self.asked.append((len(origins), len(destinations)))
        km = 2 * great_circle_km(
            origins.lon[:, None], origins.lat[:, None], destinations.lon, destinations.lat
        )
        km[origins.lon > 127.4] = np.nan
        return km


def problem(people: int = 3, townships: int = 2, policy: PlanningPolicy | None = None) -> PlanningProblem:
    """People from west to east, 0.01 degrees from one to the next, and townships north of the first."""
    return PlanningProblem(
        [Suitor(f"C-{n:04}", f"员{n}", (), 1, 126 + n / 100, 45.0) for n in range(people)],
        [
            Post(f"2301841{n:02}", f"乡{n}", "230184", None, None, 126.0, 45.1 + n / 100)
            for n in range(townships)
        ],
        STARTS,
        ENDS,
        policy=policy or PlanningPolicy(),
    )


def straight(of: PlanningProblem, person: str, code: str) -> float:
    home, seat = of.person[person], of.township[code]
    return float(
        great_circle_km(home.home_lon or 0, home.home_lat or 0, seat.seat_lon or 0, seat.seat_lat or 0)
    )


def test_every_pair_is_asked_in_blocks_that_servers_take() -> None:
    of, service = problem(120, 70), Bridges()
    roads = ask_roads(of, service, today=TODAY)
    assert len(roads.km) == 120 * 70
    assert all(km == round(2 * straight(of, *pair), 1) for pair, km in roads.km.items())
    assert sorted(service.asked) == sorted([(50, 50), (50, 50), (20, 50), (50, 20), (50, 20), (20, 20)])
    assert (roads.source, roads.asked_on) == ("OSRM routing.example", TODAY)


def test_who_lives_nowhere_known_is_not_asked_for() -> None:
    of = problem()
    nomad = Suitor("C-9999", "游", (), 1, None, None)
    roads = ask_roads(replace(of, people=[*of.people, nomad]), Bridges(), today=TODAY)
    assert {person for person, _ in roads.km} == {"C-0000", "C-0001", "C-0002"}


def test_a_pair_without_a_way_is_kept_as_that_and_counts_as_unknown() -> None:
    of = problem(145, 1)
    roads = ask_roads(of, Bridges(), today=TODAY)
    assert math.isnan(roads.km["C-0144", "230184100"])
    measured = replace(of, people=of.people[141:], travel=Distances(roads=roads).measure(of.policy))
    assert solve_plan(measured).pairs[0].distance_km is None


def test_an_imported_pair_goes_before_the_roads_and_is_not_asked_for() -> None:
    of, service = problem(1, 1), Bridges()
    pair = ("C-0000", "230184100")
    imported = TravelKm("里程表.xlsx", {pair: 3.5})
    roads = ask_roads(of, service, today=TODAY, without=imported.km)
    assert service.asked == []
    measure = Distances(imported, replace(roads, km={pair: 99.0})).measure(of.policy)
    assert solve_plan(replace(of, travel=measure)).pairs[0].distance_km == 3.5


def test_a_large_plan_asks_for_what_it_can_choose_from_and_what_is_pinned() -> None:
    few = PlanningPolicy(all_pairs_up_to=10, nearest=2)
    of, service = problem(140, 2, few), Bridges()
    far = Pair("230184100", "C-0130")
    roads = ask_roads(replace(of, pins=(far,)), service, today=TODAY)
    assert roads.km.keys() == {("C-0130", "230184100"), ("C-0000", "230184101"), ("C-0001", "230184101")}


def test_a_limit_holds_for_the_road_and_not_for_the_straight_line() -> None:
    of = problem(2, 1)
    limited = PlanningPolicy(max_km=15.0, all_pairs_up_to=0, nearest=2)
    roads = ask_roads(replace(of, policy=limited), Bridges(), today=TODAY)
    assert roads.km["C-0000", "230184100"] > 15  # 11 km as the crow flies
    measured = replace(of, policy=limited, travel=Distances(roads=roads).measure(limited))
    assert solve_plan(measured).pairs == ()


def test_what_was_answered_is_kept_with_the_plan_and_read_back() -> None:
    of = problem(145, 2)
    distances = Distances(
        TravelKm("里程表.xlsx", {("C-0000", "230184100"): 3.5}), ask_roads(of, Bridges(), today=TODAY)
    )
    kept = json.loads(json.dumps(problem_values(of, distances)))
    again = distances_of(kept)
    assert again.imported == distances.imported
    assert again.roads is not None
    assert distances.roads is not None
    assert (again.roads.source, again.roads.asked_on) == (distances.roads.source, TODAY)
    assert repr(dict(sorted(again.roads.km.items()))) == repr(dict(sorted(distances.roads.km.items())))
    solved = solve_plan(replace(of, travel=distances.measure(of.policy)))
    assert solve_plan(problem_of(kept)).pairs == solved.pairs
    assert str(distances_in_words(kept)) == (
        "Distances: imported from 里程表.xlsx; for other pairs by road, as OSRM routing.example said on "
        "2026-11-22."
    )


def test_a_draft_kept_before_there_were_roads_is_measured_as_it_was() -> None:
    kept = problem_values(problem())
    del kept["roads"]
    assert distances_of(kept) == Distances()
    assert str(distances_in_words(kept)) == "Distances: straight lines times 1.3."


def test_only_what_moved_or_is_new_is_asked_again() -> None:
    before, service = problem(3, 2), Bridges()
    roads = ask_roads(before, service, today=TODAY)
    first, *others = before.people
    now = replace(
        before, people=[replace(first, home_lon=126.5), *others, Suitor("C-0009", "新", (), 1, 126.2, 45.0)]
    )
    later = TODAY + timedelta(days=20)
    known = still_known(roads, before, now, source=service.source, today=later)
    assert known is not None
    assert {person for person, _ in known.km} == {"C-0001", "C-0002"}
    service.asked.clear()
    again = ask_roads(now, service, today=later, known=known)
    assert service.asked == [(2, 2)]
    assert again.asked_on == TODAY
    assert len(again.km) == 8


def test_another_server_or_an_old_answer_is_asked_anew() -> None:
    of = problem()
    roads = Roads("OSRM routing.example", TODAY, {})
    asked = {"source": "OSRM routing.example", "today": TODAY}
    assert still_known(roads, of, of, **asked) is not None  # type: ignore[arg-type]
    assert still_known(roads, of, of, source="Valhalla elsewhere", today=TODAY) is None
    assert still_known(roads, of, of, source=roads.source, today=TODAY + timedelta(days=31)) is None
    assert still_known(None, of, of, source=roads.source, today=TODAY) is None
