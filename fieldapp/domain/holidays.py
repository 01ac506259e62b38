"""The announced public holidays and make-up working days, from the package chinesecalendar.

It carries the State Council's yearly announcements from 2004 on and never guesses a year; a new one comes
with a new version, or earlier by an installation's own table.
"""

from __future__ import annotations

from functools import cache

from chinese_calendar import constants

from fieldapp.domain.working_days import DayKind, SpecialDay


@cache
def announced_days() -> tuple[SpecialDay, ...]:
    """Every special day that was announced, by day, under its Chinese name."""
    names = {holiday.value: holiday.chinese for holiday in constants.Holiday}
    days = [
        SpecialDay(day, kind, names[name])
        for kind, table in ((DayKind.HOLIDAY, constants.holidays), (DayKind.MAKE_UP, constants.workdays))
        for day, name in table.items()
    ]
    return tuple(sorted(days, key=lambda special: special.day))
