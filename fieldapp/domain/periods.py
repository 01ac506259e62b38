"""Closed periods in tables: which one holds on a day, and until when they hold without a gap.

Inside, a day is its number since 1970-01-01, so that whole columns can be compared and an open end is
simply a very late day.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from fieldapp.domain.errors import InvalidInputError
from geodata.errors import Message

_EPOCH = date(1970, 1, 1)
FIRST_DAY = (date.min - _EPOCH).days
LAST_DAY = (date.max - _EPOCH).days  # an open end; nothing is known to stop on it


def day_number(day: date) -> int:
    """The number of a day."""
    return (day - _EPOCH).days


def day_numbers(values: pd.Series[Any], missing: int) -> npt.NDArray[np.int64]:
    """The numbers of a column of days (``date``, ``datetime64``, ISO text), ``missing`` where there is none.

    Raises `InvalidInputError` where a value is not a day.
    """
    days = values.to_numpy()
    try:
        if days.dtype.kind != "M":
            days = values.to_numpy(object, copy=True)
            days[pd.isna(days)] = None
        days = days.astype("datetime64[D]")
    except (TypeError, ValueError):
        raise InvalidInputError(
            Message("The column {column} holds something that is not a day.", column=values.name)
        ) from None
    return np.where(np.isnat(days), missing, days.astype(np.int64))


def days(numbers: npt.ArrayLike) -> npt.NDArray[np.datetime64]:
    """The days of their numbers (datetime64[s]); one that is open, or NaN, is missing."""
    given = np.asarray(numbers, dtype=float)
    known = (given > FIRST_DAY) & (given < LAST_DAY)
    found = np.where(known, given, 0).astype(np.int64).astype("datetime64[D]").astype("datetime64[s]")
    found[~known] = np.datetime64("NaT")
    return found


def require_columns(table: pd.DataFrame, name: str, columns: Iterable[str]) -> None:
    """Raise `InvalidInputError` unless the table has the columns."""
    lacking = [column for column in columns if column not in table.columns]
    if lacking:
        raise InvalidInputError(
            Message("The table {table} lacks columns: {columns}.", table=name, columns=", ".join(lacking))
        )


def periods_of(table: pd.DataFrame, name: str, columns: Iterable[str]) -> pd.DataFrame:
    """Columns of a table, and its ``starts_on`` and ``ends_on`` as the numbers ``starts`` and ``ends``."""
    require_columns(table, name, (*columns, "starts_on", "ends_on"))
    periods = table[list(columns)].reset_index(drop=True)
    periods["starts"] = day_numbers(table["starts_on"], FIRST_DAY)
    periods["ends"] = day_numbers(table["ends_on"], LAST_DAY)
    return periods


def holding(periods: pd.DataFrame, day: int) -> pd.DataFrame:
    """The period of each township that covers the day, by ``township_code``; of several the last begun."""
    covering = periods[(periods["starts"] <= day) & (day <= periods["ends"])]
    ordered = covering.sort_values("starts", kind="stable")
    return ordered.drop_duplicates("township_code", keep="last").set_index("township_code")


def held_until(periods: pd.DataFrame, day: int) -> pd.Series[Any]:
    """The last day up to which a township's periods cover every day from ``day`` on, by ``township_code``.

    A township without a period on ``day`` is not in the answer.
    """
    ahead = periods.loc[
        (periods["ends"] >= day) & (periods["ends"] >= periods["starts"]), ["township_code", "starts", "ends"]
    ].sort_values(["township_code", "starts"], kind="stable")
    reached = ahead.groupby("township_code", sort=False)["ends"].cummax()
    # What the earlier periods of the same township reach; the first one has to reach the day itself.
    before = reached.groupby(ahead["township_code"], sort=False).shift(fill_value=day - 1)
    broken = (ahead["starts"] > before + 1).groupby(ahead["township_code"], sort=False).cummax()
    return reached[~broken].groupby(ahead["township_code"], sort=True).max()
