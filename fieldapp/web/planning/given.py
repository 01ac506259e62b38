"""How what the forms of planning are given is read."""

from __future__ import annotations

import math
from datetime import date

from flask import request

from fieldapp.domain.errors import Fault, InvalidInputError
from geodata.errors import Message


def given_day(name: str) -> date:
    """A day of a form; `InvalidInputError` for what is none."""
    text = request.form.get(name, "").strip()
    try:
        if len(text) != len("2026-11-22"):
            raise ValueError  # Python reads other ISO forms too
        return date.fromisoformat(text)
    except ValueError:
        message = Message("{value} is not a day. Write it as 2026-11-22.", value=text[:20] or "–")
        raise InvalidInputError(message, [Fault(f"/{name}", message)], code="query.invalid") from None


def given_revision() -> int:
    """The revision that a form was filled in upon."""
    text = request.form.get("revision", "").strip()
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise InvalidInputError(
            Message("The form does not say which state it was filled in upon. Reload the page."),
            code="revision.missing",
        )
    return int(text)


def given_number(name: str, *, least: int, most: int) -> int:
    """A whole number of the address, the least one where none is given."""
    text = request.args.get(name, "").strip() or str(least)
    if text.isascii() and text.isdigit() and len(text) < 10 and least <= int(text) <= most:
        return int(text)
    message = Message(
        "{value} cannot be used. Give a whole number from {least} to {most}.",
        value=text[:20],
        least=least,
        most=most,
    )
    raise InvalidInputError(message, [Fault(f"/{name}", message)], code="query.invalid")


def given_place() -> tuple[float | None, float | None]:
    """A longitude and a latitude of the address; None for both where none is given."""
    texts = [request.args.get(name, "").strip() for name in ("lon", "lat")]
    if not any(texts):
        return None, None
    try:
        lon, lat = float(texts[0]), float(texts[1])
        if not (math.isfinite(lon) and math.isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 90):
            raise ValueError
    except ValueError:
        message = Message("This is no place on earth. Choose it on the map.")
        raise InvalidInputError(message, [Fault("/lon", message)], code="query.invalid") from None
    return lon, lat
