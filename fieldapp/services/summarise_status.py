"""The status page's content: coverage now, where it came from, where it goes, and what to do next."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from threading import Lock
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

import pandas as pd
from sqlalchemy import Engine

from fieldapp.domain.coverage import RUNGS, CoverageStatus
from fieldapp.maps.sketch import Sketch, draw_sketch
from fieldapp.persistence.unit_of_work import REGISTER, change_versions
from fieldapp.reports.trend import TrendChart, TrendPoint, draw_trend
from fieldapp.services.context import Context
from fieldapp.services.measure_coverage import (
    EARLIEST,
    LATEST,
    Coverage,
    coverage_version,
    measure_coverage,
)
from geodata.errors import Message
from geodata.tables.pinyin import place_pinyin

T = TypeVar("T")

SOON_DAYS = 30
LATER_DAYS = 90
_MONTHS_BACK = 12
_FORECAST_STEP = timedelta(days=7)
_MOST_KEPT = 64

_TERM = Message("term of service")
_PRODUCT = Message("featured product")

_RUNG_WORDS = {
    "assigned": Message("has a commissioner"),
    "product": Message("has a featured product"),
    "signed": Message("agreement signed"),
    "visited": Message("visited"),
    "verified": Message("visit verified"),
}


@dataclass(frozen=True)
class Rung:
    """How many townships of the roster stand on one rung."""

    key: str
    words: Message
    count: int


@dataclass(frozen=True)
class CountyRow:
    """One county: its roster, its counts by rung and status, and how many are not fully covered."""

    code: str
    name: str
    pinyin: str
    roster: int
    counts: dict[str, int]
    status: dict[str, int]

    @property
    def gap(self) -> int:
        return self.roster - self.counts["full"]


@dataclass(frozen=True)
class Lapse:
    """A township that has a commissioner and, on the day ``on``, loses its commissioner or its product."""

    code: str
    name: str
    county: str
    commissioner: str
    what: Message
    on: date
    days_left: int


@dataclass(frozen=True)
class StatusSummary:
    """Everything that the status page shows of one day; every figure is of `measure_coverage`."""

    as_of: date
    forecast: bool
    window_days: int
    target: int | None
    roster: int
    counts: dict[str, int]
    status: dict[CoverageStatus, int]
    rungs: tuple[Rung, ...]
    counties: tuple[CountyRow, ...]  # worst first
    lapses: tuple[Lapse, ...]  # within LATER_DAYS, soonest first
    trend: tuple[TrendPoint, ...]
    chart: TrendChart | None
    sketch: Sketch | None

    @property
    def gap(self) -> int:
        return self.roster - self.counts["full"]

    @property
    def full_coverage(self) -> bool:
        """Whether every township of the roster has a commissioner and a product; an empty roster has not."""
        return self.roster > 0 and self.gap == 0

    @property
    def soon(self) -> tuple[Lapse, ...]:
        return tuple(lapse for lapse in self.lapses if lapse.days_left <= SOON_DAYS)


@dataclass(frozen=True)
class _Outlook:
    """What takes many days to measure, and changes with the register only, never with a visit."""

    trend: tuple[TrendPoint, ...]
    chart: TrendChart | None
    lapses: tuple[Lapse, ...]


class _Kept(Generic[T]):
    """What was made of each engine's data, by version and days; bounded."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._made: WeakKeyDictionary[Engine, OrderedDict[Hashable, T]] = WeakKeyDictionary()

    def get(self, engine: Engine, key: Hashable, make: Callable[[], T]) -> T:
        with self._lock:
            made = self._made.setdefault(engine, OrderedDict())
            if key in made:
                return made[key]
        result = make()
        with self._lock:
            made[key] = result
            if len(made) > _MOST_KEPT:
                made.popitem(last=False)
        return result


_summaries: _Kept[StatusSummary] = _Kept()
_outlooks: _Kept[_Outlook] = _Kept()


def summarise_status(context: Context, *, as_of: date | None = None) -> StatusSummary:
    """Summarise one day (today where none is given); made once a change and kept."""
    today = context.today()
    as_of = as_of or today
    key = (coverage_version(context), as_of, today)
    return _summaries.get(context.engine, key, lambda: _summarise(context, as_of, today))


def _summarise(context: Context, as_of: date, today: date) -> StatusSummary:
    with context.reading() as connection:
        version = change_versions(connection)[REGISTER]
    coverage = measure_coverage(context, as_of=as_of, geometry=True)
    outlook = _outlooks.get(
        context.engine, (version, as_of, today), lambda: _outlook(context, coverage, today)
    )
    document = coverage.document()
    counts: dict[str, int] = document["counts"]
    counties = map(_county, document["counties"])
    return StatusSummary(
        as_of=as_of,
        forecast=as_of > today,
        window_days=coverage.policy.window_days,
        target=coverage.target,
        roster=document["roster"],
        counts=counts,
        status={CoverageStatus(name): count for name, count in document["status"].items()},
        rungs=tuple(Rung(rung, _RUNG_WORDS[rung], counts[rung]) for rung in RUNGS),
        counties=tuple(sorted(counties, key=lambda county: (-county.gap, county.pinyin))),
        lapses=outlook.lapses,
        trend=outlook.trend,
        chart=outlook.chart,
        sketch=draw_sketch(coverage.table),
    )


def _outlook(context: Context, coverage: Coverage, today: date) -> _Outlook:
    trend = tuple(_trend(context, coverage.as_of, today))
    return _Outlook(trend, draw_trend(trend, coverage.as_of), _lapses(context, coverage))


def _county(document: dict[str, object]) -> CountyRow:
    values = {name: document[name] for name in ("code", "name", "roster", "counts", "status")}
    return CountyRow(pinyin=place_pinyin(str(document["name"])), **values)  # type: ignore[arg-type]


def _lapses(context: Context, coverage: Coverage) -> tuple[Lapse, ...]:
    table = coverage.table
    last = min(pd.Timestamp(coverage.as_of) + pd.Timedelta(days=LATER_DAYS), pd.Timestamp(LATEST))
    lapses = []
    for row in table[table["lapses_on"] <= last].drop(columns="geometry").to_dict("records"):
        on: date = row["lapses_on"].date()
        lapses.append(
            Lapse(
                code=row["code"],
                name=row["name"],
                county=coverage.county_names[row["county_code"]],
                commissioner=row["commissioner"],
                what=_what_lapses(context, row["code"], row["ends_on"].date(), on),
                on=on,
                days_left=(on - coverage.as_of).days,
            )
        )
    return tuple(sorted(lapses, key=lambda lapse: (lapse.on, place_pinyin(lapse.name))))


def _what_lapses(context: Context, code: str, term_ends_on: date, lapses_on: date) -> Message:
    """Whether it is the term of the one in office that ends first, or the product's."""
    last_day = lapses_on - timedelta(days=1)
    if term_ends_on == last_day:
        return _TERM
    if term_ends_on > last_day:
        return _PRODUCT
    # Successors follow without a gap: ask the day itself.
    then = measure_coverage(context, as_of=lapses_on).table.set_index("code")
    return _PRODUCT if bool(then.loc[code, "assigned"]) else _TERM


def _trend(context: Context, as_of: date, today: date) -> Iterable[TrendPoint]:
    for on in _trend_days(as_of):
        coverage = measure_coverage(context, as_of=on)
        counts, roster = coverage.counts.counts, coverage.counts.roster
        if roster:  # before the roster begins there is nothing to count
            yield TrendPoint(on, roster, counts["assigned"], counts["product"], counts["full"], on > today)


def _trend_days(as_of: date) -> list[date]:
    """The same day of the twelve months before, then every week of the forecast and its last day."""
    months = [(pd.Timestamp(as_of) - pd.DateOffset(months=n)).date() for n in range(_MONTHS_BACK, -1, -1)]
    last = as_of + timedelta(days=LATER_DAYS)
    weeks = [as_of + n * _FORECAST_STEP for n in range(1, LATER_DAYS // _FORECAST_STEP.days + 1)]
    return [day for day in (*months, *weeks, last) if EARLIEST <= day <= LATEST]
