"""How well every commissioner suits every township for a term, as arrays: what ranking candidates rests on.

All arrays have one row a commissioner and one column a township. Distances are great circles on a sphere
of the mean earth radius, in kilometres, within 0.5 % of the ellipsoid's: finer than the seats are known.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from enum import IntEnum, StrEnum

import numpy as np
import numpy.typing as npt

from fieldapp.domain.assignments import SERVING_STATES, Assignment, takes_up
from fieldapp.domain.errors import InvalidInputError
from fieldapp.domain.specialties import FITTING, PRODUCT_CATEGORIES, SPECIALTIES
from geodata.errors import Message

EARTH_RADIUS_KM = 6371.0088
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


class AssessmentGrade(StrEnum):
    EXCELLENT = "excellent"
    GOOD = "good"
    QUALIFIED = "qualified"
    UNQUALIFIED = "unqualified"

    @property
    def words(self) -> Message:
        return _GRADE_WORDS[self]


_GRADE_WORDS = {
    AssessmentGrade.EXCELLENT: Message("excellent"),
    AssessmentGrade.GOOD: Message("good"),
    AssessmentGrade.QUALIFIED: Message("qualified"),
    AssessmentGrade.UNQUALIFIED: Message("unqualified"),
}
# Nobody is held back for not having been assessed yet: it counts like qualified.
_GRADE_PARTS = {
    AssessmentGrade.EXCELLENT: 1.0,
    AssessmentGrade.GOOD: 0.75,
    AssessmentGrade.QUALIFIED: 0.5,
    AssessmentGrade.UNQUALIFIED: 0.0,
    None: 0.5,
}


class Fit(IntEnum):
    """How a commissioner's specialties answer a product category."""

    NONE = 0
    NEAR = 1  # another specialty of the same branch of the tree
    DIRECT = 2


@dataclass(frozen=True)
class Weights:
    """What each part counts in the score, and the two measures behind the parts; no part may be negative."""

    specialty: float = 45.0
    home: float = 20.0
    served: float = 10.0
    capacity: float = 10.0
    grade: float = 5.0
    continuity: float = 10.0
    near_fit: float = 0.5  # what a near specialty is worth, a direct one being 1
    half_distance_km: float = 60.0  # the distance that halves a part

    def __post_init__(self) -> None:
        given = [getattr(self, field.name) for field in fields(self)]
        usable = all(np.isfinite(value) and value >= 0 for value in given)
        if not usable or not self.total or self.half_distance_km == 0 or self.near_fit > 1:
            raise InvalidInputError(
                Message(
                    "The weights cannot be used. Give numbers from 0 up, not all of them 0, "
                    "a distance above 0 and a near fit of at most 1."
                ),
                code="weights",
            )

    @property
    def total(self) -> float:
        return float(sum(getattr(self, part) for part in PARTS))


PARTS = ("specialty", "home", "served", "capacity", "grade", "continuity")


@dataclass(frozen=True)
class Suitor:
    """A commissioner as candidates are weighed; ``home_lon, home_lat`` in EPSG:4326, None if unknown."""

    id: str
    name: str
    specialties: tuple[str, ...] = ()
    capacity: int = 1
    home_lon: float | None = None
    home_lat: float | None = None
    retired_on: date | None = None
    last_grade: AssessmentGrade | None = None


@dataclass(frozen=True)
class Post:
    """A township to be staffed; ``category`` and ``product`` are those of its featured product, if any."""

    code: str
    name: str
    county_code: str
    category: str | None = None
    product: str | None = None
    seat_lon: float | None = None
    seat_lat: float | None = None


@dataclass(frozen=True)
class Recusal:
    """A pair that must not be, for a reason that is shown to officers."""

    commissioner_id: str
    township_code: str
    reason: str


@dataclass(frozen=True)
class Suitability:
    """The parts (each 0 to 1, shaped commissioners x townships) and what they were made of.

    ``home_km`` and ``served_km`` are NaN where a place is unknown or nothing is served; ``free`` is the
    capacity left over the whole term, one value a commissioner; ``score`` is 0 to 100.
    """

    parts: Mapping[str, Floats]
    score: Floats
    fit: npt.NDArray[np.int64]
    home_km: Floats
    served_km: Floats
    free: npt.NDArray[np.int64]


def great_circle_km(
    lon_a: npt.ArrayLike, lat_a: npt.ArrayLike, lon_b: npt.ArrayLike, lat_b: npt.ArrayLike
) -> Floats:
    """Great-circle distances between points in degrees (EPSG:4326), broadcast like NumPy; NaN stays NaN."""
    east_a, north_a, east_b, north_b = (
        np.radians(np.asarray(degrees, np.float64)) for degrees in (lon_a, lat_a, lon_b, lat_b)
    )
    chord = (
        np.sin((north_b - north_a) / 2) ** 2
        + np.cos(north_a) * np.cos(north_b) * np.sin((east_b - east_a) / 2) ** 2
    )
    distances: Floats = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(chord, 0, 1)))
    return distances


def fit_of(specialties: Iterable[str], category: str | None) -> Fit:
    """How specialties answer a product category; a category that no specialty answers fits none."""
    had = frozenset(specialties)
    direct, near = _ANSWERS.get(category or "", (frozenset(), frozenset()))
    if not had.isdisjoint(direct):
        return Fit.DIRECT
    return Fit.NONE if had.isdisjoint(near) else Fit.NEAR


def _answers(category: str) -> tuple[frozenset[str], frozenset[str]]:
    direct = frozenset(FITTING[category])
    branches = {specialty.partition(".")[0] for specialty in direct}
    return direct, frozenset(one for one in SPECIALTIES if one.partition(".")[0] in branches) - direct


_ANSWERS = {category: _answers(category) for category in PRODUCT_CATEGORIES}


def peak_load(held: Iterable[Assignment], starts_on: date, ends_on: date) -> int:
    """The most townships that the assignments of one commissioner take up on any one day of a period."""
    within = [one for one in held if takes_up(one, starts_on, ends_on)]
    # A load can only grow on a day on which a term begins.
    days = {max(one.starts_on, starts_on) for one in within}
    return max((sum(takes_up(one, day, day) for one in within) for day in days), default=0)


def by_commissioner(assignments: Iterable[Assignment]) -> dict[str, list[Assignment]]:
    """The assignments of each commissioner."""
    held: dict[str, list[Assignment]] = defaultdict(list)
    for assignment in assignments:
        held[assignment.commissioner_id].append(assignment)
    return dict(held)


def has_served(assignment: Assignment, before: date) -> bool:
    """Whether it was served at all before a day: what continuity rests on."""
    return assignment.state in SERVING_STATES and assignment.starts_on < before


def measure_suitability(
    suitors: Sequence[Suitor],
    posts: Sequence[Post],
    *,
    starts_on: date,
    ends_on: date,
    held: Mapping[str, Sequence[Assignment]],
    weights: Weights,
) -> Suitability:
    """Weigh every commissioner against every township for the term; ``held`` is from `by_commissioner`."""
    shape = (len(suitors), len(posts))
    home_lon, home_lat = _coordinates((one.home_lon, one.home_lat) for one in suitors)
    seat_lon, seat_lat = _coordinates((one.seat_lon, one.seat_lat) for one in posts)
    home_km = great_circle_km(home_lon[:, None], home_lat[:, None], seat_lon, seat_lat)
    between_km = great_circle_km(seat_lon[:, None], seat_lat[:, None], seat_lon, seat_lat)

    column = {post.code: position for position, post in enumerate(posts)}
    free = np.zeros(len(suitors), np.int64)
    served_km = np.full(shape, np.nan)
    served_before = np.zeros(shape, np.bool_)
    for row, suitor in enumerate(suitors):
        theirs = held.get(suitor.id, ())
        free[row] = max(suitor.capacity - peak_load(theirs, starts_on, ends_on), 0)
        now = [one.township_code for one in theirs if takes_up(one, starts_on, ends_on)]
        places = [column[code] for code in now if code in column]
        if places:
            served_km[row] = np.fmin.reduce(between_km[places], axis=0)
        served_before[
            row,
            [column[one.township_code] for one in theirs
             if one.township_code in column and has_served(one, starts_on)],
        ] = True  # fmt: skip

    fit = _fit(suitors, posts)
    worth = np.array([0.0, weights.near_fit, 1.0])
    near_home = _nearness(home_km, weights.half_distance_km)
    near_served = _nearness(served_km, weights.half_distance_km)
    capacity = np.array([free[row] / max(one.capacity, 1) for row, one in enumerate(suitors)])
    grade = np.array([_GRADE_PARTS[one.last_grade] for one in suitors])
    parts = {
        "specialty": worth[fit],
        "home": near_home,
        # Who serves nothing yet is measured from home alone.
        "served": np.where(np.isnan(served_km), near_home, near_served),
        "capacity": np.broadcast_to(capacity[:, None], shape),
        "grade": np.broadcast_to(grade[:, None], shape),
        "continuity": served_before.astype(float),
    }
    weighed = sum((getattr(weights, name) * part for name, part in parts.items()), np.zeros(shape))
    score = np.round(100 * weighed / weights.total, 6)  # rounded, so that ties are ties everywhere
    return Suitability(parts, score, fit, home_km, served_km, free)


def _coordinates(points: Iterable[tuple[float | None, float | None]]) -> tuple[Floats, Floats]:
    known = np.array(list(points), float).reshape(-1, 2)  # None becomes NaN
    return known[:, 0], known[:, 1]


def _fit(suitors: Sequence[Suitor], posts: Sequence[Post]) -> npt.NDArray[np.int64]:
    categories = sorted({post.category or "" for post in posts})
    by_category = np.array(
        [[fit_of(suitor.specialties, category) for category in categories] for suitor in suitors], np.int64
    ).reshape(len(suitors), len(categories))
    columns = np.array([categories.index(post.category or "") for post in posts], np.int64)
    return by_category[:, columns]


def _nearness(distance_km: Floats, half_distance_km: float) -> Floats:
    """1 at no distance, halved with each half distance, 0 where it is unknown."""
    return np.nan_to_num(np.exp2(-distance_km / half_distance_km), nan=0.0)
