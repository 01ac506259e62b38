"""Closed periods in tables: which one holds on a day, and until when they hold without a gap.

Inside, a day is its number since 1970-01-01, so that whole columns can be compared and an open end is
simply a very late day; a place is its position in the table of places.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from fieldapp.domain.errors import InvalidInputError
from geodata.errors import Message

Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_EPOCH = date(1970, 1, 1)
FIRST_DAY = (date.min - _EPOCH).days
LAST_DAY = (date.max - _EPOCH).days  # an open end; nothing is known to stop on it
# More than any two day numbers lie apart: keeps the places of one sorted column from each other.
_APART = 2 * (LAST_DAY - FIRST_DAY)


def day_number(day: date) -> int:
    """The number of a day."""
    return (day - _EPOCH).days


def day_numbers(values: pd.Series[Any], missing: int) -> Numbers:
    """The numbers of a column of days (``date``, ``datetime64``, ISO text), ``missing`` where there is none.

    Raises `InvalidInputError` where a value is not a day.
    """
    # A column of days holds few different ones: only those are converted.
    codes, uniques = pd.factorize(values.to_numpy())
    try:
        known = np.asarray(uniques).astype("datetime64[D]").astype(np.int64)
    except (TypeError, ValueError):
        raise InvalidInputError(
            Message("The column {column} holds something that is not a day.", column=values.name)
        ) from None
    return np.append(known, missing)[codes]  # what is missing has the code -1


def days(numbers: npt.NDArray[Any]) -> npt.NDArray[np.datetime64]:
    """The days of their numbers (datetime64[s]); one that is open is missing."""
    known = (numbers > FIRST_DAY) & (numbers < LAST_DAY)
    found = np.where(known, numbers, 0).astype("datetime64[D]").astype("datetime64[s]")
    found[~known] = np.datetime64("NaT")
    return found


def require_columns(table: pd.DataFrame, name: str, columns: Iterable[str]) -> None:
    """Raise `InvalidInputError` unless the table has the columns."""
    lacking = [column for column in columns if column not in table.columns]
    if lacking:
        raise InvalidInputError(
            Message("The table {table} lacks columns: {columns}.", table=name, columns=", ".join(lacking))
        )


@dataclass(frozen=True)
class Periods:
    """Periods of places, as columns: the place, the first and the last day of each row."""

    place: Numbers
    starts: Numbers
    ends: Numbers

    def only(self, rows: Flags) -> Periods:
        """Those of the rows that are flagged."""
        return Periods(self.place[rows], self.starts[rows], self.ends[rows])


def periods_of(table: pd.DataFrame, name: str, places: pd.Index[Any], key: str = "township_code") -> Periods:
    """The periods from ``starts_on`` to ``ends_on`` of a table; a place that is not in ``places`` is -1."""
    require_columns(table, name, (key, "starts_on", "ends_on"))
    return Periods(
        place=places.get_indexer(pd.Index(table[key])).astype(np.int64),
        starts=day_numbers(table["starts_on"], FIRST_DAY),
        ends=day_numbers(table["ends_on"], LAST_DAY),
    )


def holding(periods: Periods, day: int, places: int) -> Numbers:
    """For each place the row of the period that covers the day, or -1; of several the last begun."""
    rows = np.flatnonzero((periods.place >= 0) & (periods.starts <= day) & (day <= periods.ends))
    rows = rows[np.argsort(periods.starts[rows], kind="stable")]
    found = np.full(places, -1)
    found[periods.place[rows]] = rows  # of a place that is written twice the last row stays
    return found


def held_until(periods: Periods, day: int, places: int) -> Numbers:
    """For each place the last day up to which its periods cover every day from ``day`` on.

    It is ``day - 1`` for a place without a period on ``day``.
    """
    ahead = periods.only((periods.place >= 0) & (periods.ends >= np.maximum(periods.starts, day)))
    order = np.lexsort((ahead.starts, ahead.place))
    place, starts, ends = ahead.place[order], ahead.starts[order], ahead.ends[order]
    first = np.append(True, place[1:] != place[:-1])[: len(place)]
    # Sorted by place, with the places kept apart, one running maximum serves them all.
    reached = np.maximum.accumulate(ends + place * _APART) - place * _APART
    # What the earlier periods of the same place reach; the first one has to reach the day itself.
    before = np.where(first, day - 1, np.roll(reached, 1))
    broken = np.maximum.accumulate((starts > before + 1) + place * 2) - place * 2 == 1
    found = np.full(places, day - 1)
    found[place[~broken]] = reached[~broken]
    return found
