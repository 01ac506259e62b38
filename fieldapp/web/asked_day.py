"""The day that a page is asked for: one form and one range for status, map and files."""

from __future__ import annotations

from datetime import date

from flask import request

from fieldapp.domain.errors import Fault, InvalidInputError
from fieldapp.services.measure_coverage import require_day_in_reach
from geodata.errors import Message


def asked_day() -> date | None:
    """The day in ``as_of`` of the address, None where none is given.

    Raises `InvalidInputError` for what is not a day as 2026-11-22, or not one that can be measured.
    """
    text = request.args.get("as_of", "").strip()
    if not text:
        return None
    try:
        if len(text) != len("2026-11-22"):
            raise ValueError  # Python reads other ISO forms too
        day = date.fromisoformat(text)
    except ValueError:
        fault = Message("{value} is not a day. Write it as 2026-11-22.", value=text[:20])
        raise InvalidInputError(fault, [Fault("/as_of", fault)], code="query.invalid") from None
    require_day_in_reach(day)
    return day
