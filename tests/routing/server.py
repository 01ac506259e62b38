"""A small routing server on loopback that speaks OSRM's and Valhalla's protocols, and can be made to fail."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from fieldapp.domain.suitability import great_circle_km

Point = tuple[float, float]
DETOUR = 1.5
BEYOND = 127.9  # east of this there is no way


class RoutingServer(ThreadingHTTPServer):
    """Roads are half as long again as straight lines; nothing leads to places east of `BEYOND`.

    ``answer`` takes the place of what would be answered: a status and a body. As with the real ones,
    OSRM takes 100 places in a question and Valhalla 2500 pairs, and ``refuses_pairs`` has them refuse a
    table of which any pair has no way, rather than answer null.
    """

    daemon_threads = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.questions: list[str] = []
        self.answer: Callable[[], tuple[int, bytes]] | None = None
        self.refuses_pairs = False
        self.speaks_long = False  # Valhalla before it had a short form
        self.release = Event()

    def address(self, kind: str) -> str:
        return f"{kind}+http://127.0.0.1:{self.server_port}"

    def hang(self) -> tuple[int, bytes]:
        """Answer only when the test is over."""
        self.release.wait(30)
        return 200, b"{}"


@contextmanager
def routing_server() -> Iterator[RoutingServer]:
    server = RoutingServer()
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.release.set()
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: RoutingServer

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        parts = address.path.split("/")
        self.server.questions.append(self.path)
        if self.server.answer is not None:
            return self._send(*self.server.answer())
        if parts[1:4] != ["table", "v1", "driving"]:
            return self._say(400, {"code": "InvalidUrl", "message": "URL string malformed"})
        points = [_point(*each.split(",")) for each in parts[4].split(";")]
        asked = parse_qs(address.query)
        if len(points) > 100:
            return self._say(400, {"code": "TooBig", "message": "Too many table coordinates"})
        if asked["annotations"] != ["distance"]:
            return self._say(400, {"code": "InvalidOptions", "message": "only distances here"})
        sides = [
            [points[int(at)] for at in asked[name][0].split(";")] for name in ("sources", "destinations")
        ]
        rows = _table(*sides, metres=True)
        if self.server.refuses_pairs and any(None in row for row in rows):
            return self._say(400, {"code": "NoSegment", "message": "Could not find a matching segment"})
        return self._say(200, {"code": "Ok", "distances": rows, "sources": [], "destinations": []})

    def do_POST(self) -> None:
        self.server.questions.append(self.path)
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.server.answer is not None:
            return self._send(*self.server.answer())
        if self.path != "/sources_to_targets":
            return self._say(404, {"error_code": 106, "error": "Try any of: /sources_to_targets"})
        sides = [[(each["lon"], each["lat"]) for each in asked[name]] for name in ("sources", "targets")]
        if len(sides[0]) * len(sides[1]) > 2500:
            return self._say(400, {"error_code": 150, "error": "Exceeded max locations: 2500"})
        rows = _table(*sides, metres=False)
        if self.server.refuses_pairs and any(None in row for row in rows):
            return self._say(400, {"error_code": 442, "error": "No path could be found for input"})
        if self.server.speaks_long or asked.get("verbose", True):
            long = [
                [
                    {"distance": km, "time": None if km is None else 60, "from_index": i, "to_index": j}
                    for j, km in enumerate(row)
                ]
                for i, row in enumerate(rows)
            ]
            return self._say(200, {"sources_to_targets": long, "units": "kilometers"})
        short = {"distances": rows, "durations": [[60] * len(row) for row in rows]}
        return self._say(200, {"sources_to_targets": short, "units": "kilometers", "algorithm": "costmatrix"})

    def _say(self, status: int, document: dict[str, Any]) -> None:
        self._send(status, json.dumps(document).encode())

    def _send(self, status: int, body: bytes) -> None:
        try:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # whoever asked waits no longer

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing."""


def _point(lon: str, lat: str) -> Point:
    return float(lon), float(lat)


def _table(origins: list[Point], destinations: list[Point], *, metres: bool) -> list[list[float | None]]:
    return [[_way(one, other, 1000 if metres else 1) for other in destinations] for one in origins]


def _way(one: Point, other: Point, unit: int) -> float | None:
    if max(one[0], other[0]) > BEYOND:
        return None
    return round(DETOUR * float(great_circle_km(*one, *other)) * unit, 3)
