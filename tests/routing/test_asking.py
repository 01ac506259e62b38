"""OSRM and Valhalla, asked over real HTTP: what they answer, refuse, garble, and never answer."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator

import numpy as np
import pytest

from fieldapp.domain.planning import Places, RoutingError
from fieldapp.domain.suitability import great_circle_km
from fieldapp.routing import name_of_server, open_routing
from tests.routing.server import DETOUR, RoutingServer, routing_server

BOTH = pytest.mark.parametrize("kind", ["osrm", "valhalla"])


@pytest.fixture
def server() -> Iterator[RoutingServer]:
    with routing_server() as server:
        yield server


def places(name: str, *points: tuple[float, float]) -> Places:
    lon, lat = np.array(points, np.float64).reshape(-1, 2).T
    return Places(np.array([f"{name}-{n}" for n in range(len(points))], np.str_), lon, lat)


HOMES = places("C", (126.53, 45.80), (127.10, 45.20), (128.30, 45.00))
SEATS = places("T", (126.60, 45.70), (127.20, 44.90))


def straight(homes: Places = HOMES, seats: Places = SEATS) -> np.ndarray:
    return great_circle_km(homes.lon[:, None], homes.lat[:, None], seats.lon, seats.lat)


def asked(server: RoutingServer, kind: str, homes: Places = HOMES, seats: Places = SEATS) -> np.ndarray:
    with open_routing(server.address(kind), time_limit_s=5) as service:
        return service.road_km(homes, seats)


def refusal(server: RoutingServer, kind: str) -> str:
    with pytest.raises(RoutingError) as caught:
        asked(server, kind)
    assert caught.value.code == "routing.unavailable"
    return str(caught.value.message)


@BOTH
def test_distances_come_in_kilometres_from_every_home_to_every_seat(server: RoutingServer, kind: str) -> None:
    km = asked(server, kind)
    assert km.shape == (3, 2)
    assert km[:2] == pytest.approx(DETOUR * straight()[:2], abs=0.01)
    assert len(server.questions) == 1


@BOTH
def test_where_there_is_no_way_there_is_no_distance(server: RoutingServer, kind: str) -> None:
    assert np.isnan(asked(server, kind)).tolist() == [[False, False], [False, False], [True, True]]


@BOTH
def test_a_refused_table_is_asked_in_parts_until_only_what_has_no_way_is_left(
    server: RoutingServer, kind: str
) -> None:
    server.refuses_pairs = True
    km = asked(server, kind)
    assert np.isnan(km).tolist() == [[False, False], [False, False], [True, True]]
    assert km[:2] == pytest.approx(DETOUR * straight()[:2], abs=0.01)


@BOTH
def test_a_whole_block_is_one_question(server: RoutingServer, kind: str) -> None:
    random = np.random.default_rng(1)
    homes = places("C", *random.uniform((125.7, 44.5), (127.5, 46.0), (50, 2)))
    seats = places("T", *random.uniform((125.7, 44.5), (127.5, 46.0), (50, 2)))
    assert asked(server, kind, homes, seats) == pytest.approx(DETOUR * straight(homes, seats), abs=0.02)
    assert len(server.questions) == 1
    assert len(server.questions[0]) < 4000  # bytes of an address that servers and proxies take


def test_a_valhalla_that_knows_no_short_form_is_understood(server: RoutingServer) -> None:
    server.speaks_long = True
    assert asked(server, "valhalla")[:2] == pytest.approx(DETOUR * straight()[:2], abs=0.01)


@BOTH
def test_a_server_in_a_folder_of_another_is_asked_there(server: RoutingServer, kind: str) -> None:
    with (
        open_routing(server.address(kind) + "/routing/", time_limit_s=5) as service,
        pytest.raises(RoutingError),
    ):
        service.road_km(HOMES, SEATS)
    assert server.questions[0].startswith(("/routing/table/v1/", "/routing/sources_to_targets"))


@BOTH
def test_a_server_that_refuses_is_quoted(server: RoutingServer, kind: str) -> None:
    body = {"code": "TooBig", "message": "Too many table coordinates", "error": "Too many table coordinates"}
    server.answer = lambda: (400, json.dumps(body).encode())
    name = f"{'OSRM' if kind == 'osrm' else 'Valhalla'} 127.0.0.1:{server.server_port}"
    told = refusal(server, kind)
    assert told.startswith(f"The routing server {name} refuses the question (Too many table coordinates)")
    assert "FIELDAPP_ROUTING_URL" in told


@BOTH
@pytest.mark.parametrize(
    "body",
    [
        b"<html>It works</html>",
        b"",
        b"[]",
        b"\xff\xfe",
        b'{"code": "Ok"}',
        b'{"code": "Ok", "distances": [[1, 2]], "sources_to_targets": {"distances": [[1, 2]]}}',
        *(
            json.dumps({"code": "Ok", "distances": rows, "sources_to_targets": {"distances": rows}}).encode()
            for rows in (
                [["1", 2], [1, 2], [1, 2]],
                [[-1, 2], [1, 2], [1, 2]],
                [[True, 2], [1, 2], [1, 2]],
                [[float("nan"), 2], [1, 2], [1, 2]],
                [[1e12, 2], [1, 2], [1, 2]],
                [1, 2, 3],
                "no",
                7,
            )
        ),
    ],
)
def test_nonsense_is_no_table_of_distances(server: RoutingServer, kind: str, body: bytes) -> None:
    server.answer = lambda: (200, body)
    assert "answers something that is no table of distances" in refusal(server, kind)


def test_miles_are_no_kilometres(server: RoutingServer) -> None:
    server.answer = lambda: (200, b'{"sources_to_targets": [[90, 90], [90, 90], [90, 90]], "units": "miles"}')
    assert "no table of distances" in refusal(server, "valhalla")


@BOTH
def test_the_map_of_another_area_is_found_out(server: RoutingServer, kind: str) -> None:
    far = places("T", (126.60, 45.70), (127.20, 43.00))
    rows = [[0, 0]] * 3
    body = json.dumps({"code": "Ok", "distances": rows, "sources_to_targets": {"distances": rows}})
    server.answer = lambda: (200, body.encode())
    with pytest.raises(RoutingError, match="seems to be of another area"):
        asked(server, kind, HOMES, far)


@BOTH
def test_an_answer_without_end_is_not_read_to_the_end(server: RoutingServer, kind: str) -> None:
    server.answer = lambda: (200, b" " * (9 * 1024 * 1024))
    assert "no table of distances" in refusal(server, kind)


@BOTH
def test_a_server_that_does_not_answer_in_time_is_left(server: RoutingServer, kind: str) -> None:
    server.answer = server.hang
    with (
        open_routing(server.address(kind), time_limit_s=0.2) as service,
        pytest.raises(RoutingError, match="takes too long to answer"),
    ):
        service.road_km(HOMES, SEATS)


def test_when_the_time_for_all_questions_is_over_no_more_is_asked(server: RoutingServer) -> None:
    with (
        open_routing(server.address("osrm"), time_limit_s=0.0) as service,
        pytest.raises(RoutingError, match="takes too long"),
    ):
        service.road_km(HOMES, SEATS)
    assert server.questions == []


@BOTH
def test_where_nobody_listens_that_is_said(kind: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, but nobody listens
        address = f"{kind}+http://127.0.0.1:{taken.getsockname()[1]}"
        with (
            open_routing(address, time_limit_s=5) as service,
            pytest.raises(RoutingError, match="does not answer, so nothing was solved"),
        ):
            service.road_km(HOMES, SEATS)


def test_a_server_goes_by_its_kind_and_host() -> None:
    assert name_of_server("osrm+https://routing.example/osrm") == "OSRM routing.example"
    assert name_of_server("valhalla+http://10.0.0.5:8002") == "Valhalla 10.0.0.5:8002"
