"""Working days: public holidays (法定节假日), and the weekend days worked to make up for them (调休).

The State Council announces them each autumn for the year to come. A year that the table does not know
falls back to weekends, and every answer that leaned on one says so.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from fieldapp.domain.errors import Fault, InvalidInputError
from geodata.errors import Counted, Message

_SATURDAY = 5
_ONE_DAY = timedelta(days=1)
MAX_WORKING_DAYS = 366
# Holidays by law in every year. A table in which one of them is worked does not hold that year's holidays.
_FIXED_BY_LAW = ((1, 1), (5, 1), (10, 1), (10, 2), (10, 3))


class DayKind(StrEnum):
    HOLIDAY = "holiday"
    MAKE_UP = "make_up"  # a weekend day that is worked


@dataclass(frozen=True)
class SpecialDay:
    day: date
    kind: DayKind
    name: str = ""


@dataclass(frozen=True)
class Reckoned:
    """A day that was counted out, and the years for which only the weekends were known."""

    day: date
    unannounced_years: tuple[int, ...] = ()

    @property
    def caveat(self) -> Message | None:
        """What to tell whoever relies on the day; None where it is certain."""
        if not self.unannounced_years:
            return None
        return Message(
            "The public holidays of {years} are not known here yet, so only weekends were left out. "
            "Enter them when they are announced, and check the day again.",
            years=", ".join(map(str, self.unannounced_years)),
        )


def require_countable(day: date) -> None:
    """Raise `InvalidInputError` for a day from which counting would leave the calendar: a slip of the pen."""
    if not 1900 <= day.year <= 2200:
        raise InvalidInputError(
            Message("The day {day} cannot be meant. Give one from 1900 to 2200.", day=day),
            code="notice.day",
        )


class WorkingDays:
    """The working days under a table of special days; of two entries for one day the later counts.

    An installation's own entries therefore come after the announced ones.
    """

    def __init__(self, special_days: Iterable[SpecialDay]) -> None:
        self._special: Mapping[date, SpecialDay] = {special.day: special for special in special_days}
        years = {day.year for day in self._special}
        self._announced = frozenset(
            year
            for year in years
            if not any(self.is_working(date(year, month, day)) for month, day in _FIXED_BY_LAW)
        )

    def is_working(self, day: date) -> bool:
        """Whether offices work on the day."""
        special = self._special.get(day)
        return day.weekday() < _SATURDAY if special is None else special.kind is DayKind.MAKE_UP

    def is_announced(self, year: int) -> bool:
        """Whether the table holds the holidays of the year."""
        return year in self._announced

    def holiday(self, day: date) -> str | None:
        """The name of the holiday that the day is, or None."""
        special = self._special.get(day)
        return special.name if special is not None and special.kind is DayKind.HOLIDAY else None

    def add(self, day: date, working_days: int) -> Reckoned:
        """The ``working_days``-th working day after a day; with 0 the day itself, worked or not."""
        if not 0 <= working_days <= MAX_WORKING_DAYS:
            raise InvalidInputError(
                Message(
                    "The number of working days is from {least} to {most}. Correct it.",
                    least=0,
                    most=MAX_WORKING_DAYS,
                ),
                code="notice.working_days",
            )
        require_countable(day)
        reached, left = day, working_days
        while left:
            reached += _ONE_DAY
            left -= self.is_working(reached)
        crossed = range(day.year, reached.year + 1)
        return Reckoned(reached, tuple(year for year in crossed if not self.is_announced(year)))


_KINDS = {
    "holiday": DayKind.HOLIDAY,
    "假日": DayKind.HOLIDAY,
    "放假": DayKind.HOLIDAY,
    "make_up": DayKind.MAKE_UP,
    "补班": DayKind.MAKE_UP,
    "上班": DayKind.MAKE_UP,
}


def read_special_days(text: str) -> tuple[SpecialDay, ...]:
    """An installation's own table, CSV with the columns ``date, kind, name``.

    ``kind`` is ``holiday`` (假日, 放假) or ``make_up`` (补班, 上班). Raises `InvalidInputError` with every
    fault, by the row that a spreadsheet shows.
    """
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), skipinitialspace=True)
    lacking = [name for name in ("date", "kind", "name") if name not in (reader.fieldnames or ())]
    if lacking:
        raise InvalidInputError(
            Message(
                "The table of holidays lacks columns: {columns}. Its first row is date,kind,name.",
                columns=", ".join(lacking),
            ),
            code="holidays.columns",
        )
    try:
        rows = [(reader.line_num, row) for row in reader]
    except csv.Error:
        raise InvalidInputError(
            Message(
                "The table of holidays is not CSV after row {row}. Save it as CSV again.", row=reader.line_num
            ),
            code="holidays.columns",
        ) from None
    special_days, faults = {}, []
    for number, row in rows:
        written = (row["date"] or "").strip()
        kind = _KINDS.get((row["kind"] or "").strip())
        try:
            day = date.fromisoformat(written)
        except ValueError:
            faults.append(
                _fault(
                    number,
                    "date",
                    Message(
                        "Row {row}: {value} is not a day. Write it like 2026-10-01.",
                        row=number,
                        value=written,
                    ),
                )
            )
            continue
        if kind is None:
            faults.append(
                _fault(
                    number,
                    "kind",
                    Message(
                        "Row {row}: {value} is not a kind of day. Write holiday or make_up.",
                        row=number,
                        value=row["kind"] or "",
                    ),
                )
            )
        elif day in special_days:
            faults.append(
                _fault(
                    number,
                    "date",
                    Message(
                        "Row {row}: {day} is in the table twice. Keep one of the rows.", row=number, day=day
                    ),
                )
            )
        else:
            special_days[day] = SpecialDay(day, kind, (row["name"] or "").strip())
    if faults:
        raise InvalidInputError(
            Counted(
                "The table of holidays has {count} fault; nothing of it was taken.",
                "The table of holidays has {count} faults; nothing of it was taken.",
                count=len(faults),
            ),
            faults,
            code="holidays.rows",
        )
    return tuple(special_days.values())


def _fault(row: int, column: str, message: Message) -> Fault:
    return Fault(f"/{row}/{column}", message)
