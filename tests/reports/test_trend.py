"""The trend line's drawing."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from fieldapp.reports.trend import TrendPoint, draw_trend

TODAY = date(2026, 11, 22)


def _point(days: int, full: int, roster: int = 168) -> TrendPoint:
    on = TODAY + timedelta(days=days)
    return TrendPoint(on, roster, full, roster, full, forecast=days > 0)


def test_one_day_makes_no_line() -> None:
    assert draw_trend([_point(0, 100)], TODAY) is None


def test_the_forecast_begins_where_the_known_line_ends() -> None:
    chart = draw_trend([_point(-30, 100), _point(0, 139), _point(90, 120)], TODAY)

    assert chart is not None
    full = next(line for line in chart.lines if line.key == "full")
    assert full.known.split()[-1] == full.forecast.split()[0]
    assert chart.forecast_from == chart.shown_at


def test_history_alone_has_no_forecast() -> None:
    chart = draw_trend([_point(-60, 100), _point(-30, 139)], TODAY - timedelta(days=30))

    assert chart is not None
    assert chart.forecast_from is None
    assert all(line.forecast == "" for line in chart.lines)


def test_a_day_in_the_future_has_a_forecast_alone() -> None:
    chart = draw_trend([_point(30, 100), _point(60, 90)], TODAY + timedelta(days=30))

    assert chart is not None
    assert all(line.known == "" and line.marks == () for line in chart.lines)
    assert all(line.forecast for line in chart.lines)


@given(
    st.lists(
        st.tuples(st.integers(-400, 100), st.integers(0, 168)), min_size=2, unique_by=lambda point: point[0]
    )
)
def test_every_point_lies_within_the_chart_and_more_is_higher(given: list[tuple[int, int]]) -> None:
    points = [_point(days, full) for days, full in sorted(given)]
    chart = draw_trend(points, TODAY)

    assert chart is not None
    for line in chart.lines:
        for pair in f"{line.known} {line.forecast}".split():
            x, y = map(float, pair.split(","))
            assert chart.left <= x <= chart.right
            assert 0 <= y <= chart.bottom
    full = next(line for line in chart.lines if line.key == "full")
    known = [point for point in points if not point.forecast]
    for (_, y), point in zip(full.marks, known, strict=True):
        assert (y == chart.bottom) == (point.full == 0)
