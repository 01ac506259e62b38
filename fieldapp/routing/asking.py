"""Questions to a routing server over HTTP, within limits of time and size, and tables out of its answers."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Collection
from time import monotonic
from typing import Any, Final

import numpy as np
import urllib3
from urllib3.exceptions import HTTPError, NewConnectionError
from urllib3.exceptions import TimeoutError as LateError

from fieldapp.domain.planning import Places, RoutingError
from fieldapp.domain.planning.travel import Floats
from fieldapp.domain.suitability import great_circle_km
from geodata.errors import Message

TIME_LIMIT_S: Final = 60.0  # for all the questions of one plan
_CONNECT_S: Final = 5.0
_ANSWER_S: Final = 20.0
_LARGEST: Final = 8 * 1024 * 1024  # bytes; an answer for 50 x 50 places has some hundred thousand
_LONGEST_KM: Final = 40_000.0
# A road is no shorter than a straight line, but servers move places to the nearest road first.
_SNAPPED_KM: Final = 20.0


class NoWayError(Exception):
    """The server refuses the whole table since some of its places or pairs have no way."""


class Line:
    """One server to ask; ``name`` is what people know it by."""

    def __init__(self, pool: urllib3.PoolManager, url: str, name: str, time_limit_s: float) -> None:
        self._pool, self._url, self.name = pool, url, name
        self._time_limit_s = time_limit_s
        self._deadline: float | None = None

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """The status and the JSON of an answer; raises `RoutingError`."""
        left = self._time_left()
        try:
            response = self._pool.request(
                method,
                self._url + path,
                body=None if body is None else json.dumps(body).encode(),
                headers={"Accept": "application/json", "Content-Type": "application/json"},
                timeout=urllib3.Timeout(connect=min(_CONNECT_S, left), read=min(_ANSWER_S, left)),
                retries=False,
                redirect=False,
                preload_content=False,
            )
            try:
                return response.status, json.loads(self._read(response))
            finally:
                response.close()
        except NewConnectionError as error:  # which urllib3 counts among those that are late
            raise self.fault(Message("does not answer")) from error
        except LateError as error:
            raise self.too_late() from error
        except (HTTPError, OSError) as error:
            raise self.fault(Message("does not answer")) from error
        except ValueError as error:
            raise self.nonsense() from error

    def _read(self, response: urllib3.BaseHTTPResponse) -> bytes:
        content = bytearray()
        for piece in response.stream(64 * 1024, decode_content=True):
            content += piece
            if len(content) > _LARGEST:
                raise self.nonsense()
            self._time_left()
        return bytes(content)

    def _time_left(self) -> float:
        """Seconds until everything has to be answered; the time runs from the first question."""
        now = monotonic()
        if self._deadline is None:
            self._deadline = now + self._time_limit_s
        if now >= self._deadline:
            raise self.too_late()
        return self._deadline - now

    def too_late(self) -> RoutingError:
        """It did not answer in time."""
        return self.fault(Message("takes too long to answer"))

    def refused(self, why: object) -> RoutingError:
        """It refuses the question, in its own words."""
        return self.fault(Message("refuses the question ({why})", why=str(why)[:200]))

    def nonsense(self) -> RoutingError:
        """It says something that is no table of distances."""
        return self.fault(Message("answers something that is no table of distances"))

    def fault(self, what: Message) -> RoutingError:
        return RoutingError(
            Message(
                "The routing server {server} {what}, so nothing was solved. Try again in a few minutes; if "
                "that does not help, the administrator can check {setting}, or unset it to measure straight "
                "lines.",
                server=self.name,
                what=what,
                setting="FIELDAPP_ROUTING_URL",
            )
        )

    def table(self, rows: Any, origins: Places, destinations: Places, *, metres: bool) -> Floats:
        """Rows of a JSON answer as km, NaN for null; raises `RoutingError` for what cannot be distances."""
        if not _is_list(rows, len(origins)) or not all(_is_list(row, len(destinations)) for row in rows):
            raise self.nonsense()
        if not all(cell is None or _is_number(cell) for row in rows for cell in row):
            raise self.nonsense()
        km = np.array([[math.nan if cell is None else cell for cell in row] for row in rows], np.float64)
        km = km.reshape(len(origins), len(destinations)) / (1000.0 if metres else 1.0)
        if (km < 0).any() or (km > _LONGEST_KM).any():
            raise self.nonsense()
        straight = great_circle_km(
            origins.lon[:, None], origins.lat[:, None], destinations.lon, destinations.lat
        )
        short = np.argwhere(km < straight / 2 - _SNAPPED_KM)
        if len(short):
            row, column = short[0].tolist()
            raise self.fault(
                Message(
                    "says {road} km for places {straight} km apart (its map seems to be of another area)",
                    road=round(float(km[row, column]), 1),
                    straight=round(float(straight[row, column]), 1),
                )
            )
        return km


def in_parts(ask: Callable[[Places, Places], Floats], origins: Places, destinations: Places) -> Floats:
    """The table that ``ask`` answers, in ever smaller parts where it is refused because of some pairs."""
    try:
        return ask(origins, destinations)
    except NoWayError:
        if len(origins) == len(destinations) == 1:
            return np.full((1, 1), np.nan)
    whole = np.arange(len(origins)), np.arange(len(destinations))
    if len(origins) >= len(destinations):
        halves = np.array_split(whole[0], 2)
        return np.concatenate([in_parts(ask, origins.at(half), destinations) for half in halves])
    halves = np.array_split(whole[1], 2)
    return np.concatenate([in_parts(ask, origins, destinations.at(half)) for half in halves], axis=1)


def _is_list(value: object, length: int) -> bool:
    return isinstance(value, list) and len(value) == length


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def points(places: Places) -> Collection[tuple[float, float]]:
    """Their ``lon, lat``, to about a metre."""
    return [
        (round(lon, 5), round(lat, 5))
        for lon, lat in zip(places.lon.tolist(), places.lat.tolist(), strict=True)
    ]
