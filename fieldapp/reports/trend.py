"""The trend line: coverage over a year back and the forecast ahead, as the paths of an SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

_WIDTH, _HEIGHT = 440, 150
_LEFT, _RIGHT, _TOP, _BOTTOM = 30, 8, 10, 20
_SERIES = ("product", "assigned", "full")  # drawn in this order: the one that decides lies on top
_TICK_MONTHS = 4


@dataclass(frozen=True)
class TrendPoint:
    """The counts of one day; a day after today is a forecast."""

    on: date
    roster: int
    assigned: int
    product: int
    full: int
    forecast: bool


@dataclass(frozen=True)
class TrendLine:
    """One series: the line through what was, the line through the forecast, and its points."""

    key: str
    known: str
    forecast: str
    marks: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class TrendChart:
    """A chart of ``width`` x ``height`` units; ``ticks`` are (x, day), ``grid`` (y, count)."""

    width: int
    height: int
    left: int
    right: int
    bottom: float
    lines: tuple[TrendLine, ...]
    ticks: tuple[tuple[float, date], ...]
    grid: tuple[tuple[float, int], ...]
    forecast_from: float | None
    shown_at: float | None


def draw_trend(points: Sequence[TrendPoint], as_of: date) -> TrendChart | None:
    """Draw the points, which are in the order of their days; None where fewer than two are known."""
    if len(points) < 2:
        return None
    first, last = points[0].on, points[-1].on
    top = max(1, *(point.roster for point in points))
    span = (last - first).days

    def x(on: date) -> float:
        return round(_LEFT + (_WIDTH - _LEFT - _RIGHT) * (on - first).days / span, 1)

    def y(count: int) -> float:
        return round(_HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * count / top, 1)

    known = [point for point in points if not point.forecast]
    # The forecast begins where what is known ends, so that the line does not break.
    ahead = [*known[-1:], *(point for point in points if point.forecast)]

    def line(key: str) -> TrendLine:
        def path(some: Sequence[TrendPoint]) -> str:
            return " ".join(f"{x(point.on)},{y(getattr(point, key))}" for point in some)

        marks = tuple((x(point.on), y(getattr(point, key))) for point in known)
        return TrendLine(key, path(known), path(ahead) if len(ahead) > 1 else "", marks)

    return TrendChart(
        width=_WIDTH,
        height=_HEIGHT,
        left=_LEFT,
        right=_WIDTH - _RIGHT,
        bottom=_HEIGHT - _BOTTOM,
        lines=tuple(line(key) for key in _SERIES),
        ticks=tuple((x(on), on) for on in _month_starts(first, last)),
        grid=tuple((y(count), count) for count in sorted({0, top // 2, top})),
        forecast_from=x(ahead[0].on) if len(ahead) > 1 else None,
        shown_at=x(as_of) if first <= as_of <= last else None,
    )


def _month_starts(first: date, last: date) -> list[date]:
    """The first days of every fourth month between two days."""
    months = range(first.year * 12 + first.month, last.year * 12 + last.month)
    starts = [date(month // 12, month % 12 + 1, 1) for month in months]
    return starts[::_TICK_MONTHS]
