"""What a photo says of itself: when and where it was taken. Only ever evidence, never shown to others."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any

# Numbers of EXIF's tags.
ORIENTATION, EXIF_FOLDER, GPS_FOLDER = 0x0112, 0x8769, 0x8825
_TAKEN, _TAKEN_OFFSET, _CHANGED, _CHANGED_OFFSET = 0x9003, 0x9011, 0x0132, 0x9010
_LAT_REF, _LAT, _LON_REF, _LON, _TIME, _DAY = 1, 2, 3, 4, 7, 29
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)  # a camera without a battery begins before


def taken_at(
    main: Mapping[int, Any], exif: Mapping[int, Any], gps: Mapping[int, Any], *, local: tzinfo
) -> datetime | None:
    """When a photo was taken by its tags, in UTC; None where they do not say it, or say nonsense.

    ``main``, ``exif`` and ``gps`` are the tags of the three folders by number. The camera's time counts with
    its own offset; without one the satellites' time does, which is UTC; else the camera's as ``local`` time.
    """
    camera = _moment(exif.get(_TAKEN)) or _moment(main.get(_CHANGED))
    offset = _offset(exif.get(_TAKEN_OFFSET)) or _offset(exif.get(_CHANGED_OFFSET))
    satellites = _satellite_time(gps)
    if camera is not None and offset is not None:
        found = camera.replace(tzinfo=offset)
    elif satellites is not None:
        found = satellites
    elif camera is not None:
        found = camera.replace(tzinfo=local)
    else:
        return None
    try:
        found = found.astimezone(UTC)
    except (OverflowError, ValueError):
        return None
    return found if found >= _EARLIEST else None


def position(gps: Mapping[int, Any]) -> tuple[float, float] | None:
    """Longitude and latitude (WGS 84) by the tags of the GPS folder; None where they name no place."""
    lon = _degrees(gps.get(_LON), gps.get(_LON_REF), "EW", 180)
    lat = _degrees(gps.get(_LAT), gps.get(_LAT_REF), "NS", 90)
    # Programs that take a position out leave two zeros.
    return None if lon is None or lat is None or lon == lat == 0 else (lon, lat)


def _moment(value: object) -> datetime | None:
    try:
        return datetime.strptime(_text(value)[:19], "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007  # given its zone above
    except ValueError:
        return None


def _offset(value: object) -> timezone | None:
    try:
        sign, hours, minutes = _text(value)[0], int(_text(value)[1:3]), int(_text(value)[4:6])
        away = timedelta(hours=hours, minutes=minutes)
        return timezone(-away if sign == "-" else away) if sign in "+-" else None
    except (ValueError, IndexError):
        return None


def _satellite_time(gps: Mapping[int, Any]) -> datetime | None:
    numbers = _numbers(gps.get(_TIME))
    try:
        day = datetime.strptime(_text(gps.get(_DAY))[:10], "%Y:%m:%d").replace(tzinfo=UTC)
        return None if numbers is None else day + timedelta(seconds=_sexagesimal(numbers) * 3600)
    except (ValueError, OverflowError):
        return None


def _degrees(value: object, reference: object, letters: str, most: int) -> float | None:
    numbers, letter = _numbers(value), _text(reference)[:1].upper()
    if numbers is None or not letter or letter not in letters:
        return None
    degrees = _sexagesimal(numbers)
    if not 0 <= degrees <= most:
        return None
    return degrees if letter == letters[0] else -degrees


def _sexagesimal(numbers: tuple[float, float, float]) -> float:
    return numbers[0] + numbers[1] / 60 + numbers[2] / 3600


def _numbers(value: object) -> tuple[float, float, float] | None:
    """Three finite numbers out of a tag of three fractions."""
    if not isinstance(value, tuple | list) or len(value) != 3:
        return None
    try:
        first, second, third = (float(each) for each in value)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    return (first, second, third) if all(map(math.isfinite, (first, second, third))) else None


def _text(value: object) -> str:
    text = value.decode("ascii", "replace") if isinstance(value, bytes) else value
    return text.strip("\0 ") if isinstance(text, str) else ""
