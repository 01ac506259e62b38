"""Days and times in the notations that people and spreadsheets use; only what means one instant is taken."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta, timezone

from fieldapp.workbooks.errors import CellError
from geodata.errors import Message

# Days that a bare number can stand for, as Excel counts: 1954 to 2119. Smaller ones are ages and amounts.
_SERIAL_DAYS = range(20_000, 80_000)
_WEEKDAYS = "一二三四五六日"
_PARTS = {"整": 0, "半": 30, "一刻": 15, "1刻": 15, "三刻": 45, "3刻": 45}


def _on_either_clock(hours: Iterable[int]) -> dict[int, int]:
    """The hours of the day, by themselves and as a clock with twelve hours shows them."""
    return {shown: hour for hour in hours for shown in (hour, hour % 12 or 12)}


_MORNING = {hour: hour for hour in range(12)}
# Which hour of the day an hour means beside a word. What is missing means two, or none: nobody knows whether
# twelve in the night belongs to this day or to the next.
_HOURS: Mapping[str, Mapping[int, int]] = {
    "凌晨": {hour: hour for hour in range(7)},
    "清晨": _MORNING,
    "早晨": _MORNING,
    "早上": _MORNING,
    "上午": _MORNING,
    "中午": _on_either_clock(range(11, 15)),
    "下午": _on_either_clock(range(12, 24)),
    "傍晚": _on_either_clock(range(16, 20)),
    "晚上": _on_either_clock(range(17, 24)),
    "am": _MORNING,
    "pm": _on_either_clock(range(12, 24)),
}

_DAY = r"(?P<year>\d{4})\s*[-/.年]\s*(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})\s*[日号]?"
_WEEKDAY = rf"(?:\s*\(?(?:星期|周|礼拜)(?P<weekday>[{_WEEKDAYS}天])\)?)?"
_GAP = r"(?:[T\s]+|(?<=\D))"  # without one nobody knows where 2026-1-110:30 is to be cut
_PERIOD = rf"(?:(?P<period>{'|'.join(word for word in _HOURS if not word.isascii())})\s*)?"
_SECOND = r"(?P<second>\d{1,2})(?:\.(?P<fraction>\d{1,6}))?"
_CLOCK = rf"(?P<hour>\d{{1,2}}):(?P<minute>\d{{1,2}})(?::{_SECOND})?"
_SPOKEN = (
    r"(?P<spoken_hour>\d{1,2})\s*(?P<unit>[点时])\s*"
    rf"(?:(?P<part>{'|'.join(_PARTS)})|(?P<spoken_minute>\d{{1,2}})(?:分(?:(?P<spoken_second>\d{{1,2}})秒?)?)?)?"
)
_HALF = r"(?:\s*(?P<half>[ap])\.?m\.?)?"
_ZONE = r"(?:\s*(?P<zone>Z|[+-]\d{2}:?\d{2}))?"
_LOCAL_TIME = rf"{_PERIOD}(?:{_CLOCK}|{_SPOKEN}){_HALF}"
_TIME = rf"{_LOCAL_TIME}{_ZONE}"
_MOMENT = re.compile(rf"{_DAY}{_WEEKDAY}(?:(?:{_GAP}|(?=\D)){_TIME})?", re.IGNORECASE)
_TIME_OF_DAY = re.compile(_LOCAL_TIME, re.IGNORECASE)
# A month and a day, or a year of two digits, and perhaps a time.
_YEARLESS = re.compile(
    r"(?:\d{2}\s*年\s*)?\d{1,2}\s*月\s*\d{1,2}\s*[日号]?(?:\D.*)?|\d{1,2}[-/.]\d{1,2}(?:\s.*)?", re.DOTALL
)


@dataclass(frozen=True)
class Written:
    """What a text says.

    ``moment`` is aware only where the text names an offset, and midnight where it is not ``timed``.
    """

    moment: datetime
    timed: bool


def read_moment(text: str, *, dates_from_1904: bool) -> Written | None:
    """The moment that a text without full-width signs names; None where it is no date at all.

    Raises `CellError` where it is one, but lacks the year or can be understood in two ways.
    """
    try:
        if match := _MOMENT.fullmatch(text):
            return _moment_of(text, match.groupdict())
        if re.fullmatch(r"(19|20|21)\d{6}", text):
            return Written(datetime(int(text[:4]), int(text[4:6]), int(text[6:])), timed=False)  # noqa: DTZ001
    except ValueError:
        return None
    if re.fullmatch(r"\d{5}(\.\d+)?", text) and int(float(text)) in _SERIAL_DAYS:
        epoch = datetime(1904, 1, 1) if dates_from_1904 else datetime(1899, 12, 30)  # noqa: DTZ001
        return Written(epoch + timedelta(seconds=round(float(text) * 86400)), timed=True)
    if _YEARLESS.fullmatch(text):
        raise CellError(
            Message(
                "{value} does not say the year. Write it with all four digits of the year: {example}.",
                value=text,
                example="2026-01-05 09:30",
            )
        )
    return None


def read_time(text: str) -> time | None:
    """The time of day that a text without full-width signs names; None where it is none, or names a day too.

    Raises `CellError` where it can be understood in two ways.
    """
    match = _TIME_OF_DAY.fullmatch(text)
    if match is None:
        return None
    try:
        return _clock(text, match.groupdict(), "15:30")
    except ValueError:
        return None


def time_within(since_midnight: timedelta) -> time | None:
    """The time of day so long after midnight; None where that is another day."""
    if not timedelta() <= since_midnight < timedelta(days=1):
        return None
    return (datetime(1970, 1, 1) + since_midnight).time()  # noqa: DTZ001 - of no zone


def _moment_of(text: str, said: Mapping[str, str | None]) -> Written:
    day = datetime(int(said["year"] or 0), int(said["month"] or 0), int(said["day"] or 0))  # noqa: DTZ001
    weekday = (said["weekday"] or "").replace("天", "日")
    if weekday and _WEEKDAYS.index(weekday) != day.weekday():
        raise CellError(
            Message("{value}: the day of the week is not that of the date. Correct one of them.", value=text)
        )
    if said["hour"] is None and said["spoken_hour"] is None:
        return Written(day, timed=False)
    clock = _clock(text, said, "2026-01-05 15:30")
    zone = _offset(said["zone"]) if said["zone"] else None
    return Written(datetime.combine(day, clock, zone), timed=True)


def _clock(text: str, said: Mapping[str, str | None], example: str) -> time:
    part = said["part"]
    return time(
        hour=_hour_of(text, said, example),
        minute=_PARTS[part] if part else int(said["minute"] or said["spoken_minute"] or 0),
        second=int(said["second"] or said["spoken_second"] or 0),
        microsecond=int((said["fraction"] or "").ljust(6, "0")),
    )


def _hour_of(text: str, said: Mapping[str, str | None], example: str) -> int:
    shown = said["hour"] or said["spoken_hour"] or ""
    words = [word for word in (said["period"], said["half"] and f"{said['half'].lower()}m") if word]
    # 3点 alone is as likely of the afternoon; 03点 and 3时 are hours of the day's 24.
    if not words and not (said["unit"] == "点" and re.fullmatch("[1-6]", shown)):
        return int(shown)
    meant = {_HOURS[word].get(int(shown)) for word in words}
    if len(meant) == 1 and (hour := meant.pop()) is not None:
        return hour
    raise CellError(
        Message(
            "{value} can be understood in more than one way. Write the hour from 0 to 23: {example}.",
            value=text,
            example=example,
        )
    )


def _offset(zone: str) -> timezone:
    if zone.upper() == "Z":
        return timezone.utc  # noqa: UP017
    hours, minutes = int(zone[1:3]), int(zone[-2:])
    return timezone((1 if zone[0] == "+" else -1) * timedelta(hours=hours, minutes=minutes))
