"""The routing service behind an address."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import urllib3

from fieldapp.domain.planning import RoadService
from fieldapp.routing.asking import TIME_LIMIT_S, Line
from fieldapp.routing.osrm import Osrm
from fieldapp.routing.valhalla import Valhalla

_KINDS: dict[str, tuple[Callable[[Line], RoadService], str]] = {
    "osrm": (Osrm, "OSRM"),
    "valhalla": (Valhalla, "Valhalla"),
}


def name_of_server(address: str) -> str:
    """What the service at an address is called in plans: its kind and its host."""
    kind, _, url = address.partition("+")
    return f"{_KINDS[kind][1]} {urlsplit(url).netloc}"


@contextmanager
def open_routing(address: str, *, time_limit_s: float = TIME_LIMIT_S) -> Iterator[RoadService]:
    """The service at an address; all its answers have to come within the limit. Nothing is asked yet."""
    kind, _, url = address.partition("+")
    with urllib3.PoolManager() as pool:
        yield _KINDS[kind][0](Line(pool, url.rstrip("/"), name_of_server(address), time_limit_s))
