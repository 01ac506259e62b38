"""The blueprint of assigning, and how what it is given is read."""

from __future__ import annotations

from datetime import date
from typing import cast

from flask import Blueprint, Response, current_app, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from fieldapp.domain.errors import Fault, InvalidInputError
from fieldapp.domain.wording import plain_text
from fieldapp.services.context import Context
from fieldapp.web.site import FRAGMENT
from geodata.errors import Message

blueprint = Blueprint("assign", __name__, url_prefix="/assign")
_PARTS = {f"assign.{part}" for part in ("queue", "township", "people", "commissioner", "compare", "several")}


def current_context() -> Context:
    return cast(Context, current_app.extensions["fieldapp"])


@blueprint.before_request
def lead_to_the_page() -> BaseResponse | None:
    """Open what is a part of the page within it, where somebody comes straight to its address."""
    if request.endpoint not in _PARTS or FRAGMENT in request.headers:
        return None
    given = request.view_args or {}
    chosen = {"township": given.get("code"), "commissioner": given.get("commissioner_id")}
    return redirect(url_for("assign.show", **{key: each for key, each in chosen.items() if each}), 303)


@blueprint.after_request
def keep_private(response: Response) -> Response:
    """What officers see is nobody else's: it is asked for anew each time."""
    response.headers.setdefault("Cache-Control", "private, no-cache")
    response.vary.add(FRAGMENT)
    return response


def given_day(name: str, default: date | None = None) -> date:
    """A day that was given, or the default; `InvalidInputError` where there is neither."""
    text = plain_text(request.values.get(name, ""))
    if not text and default is not None:
        return default
    try:
        if len(text) != len("2026-11-22"):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        message = Message("{value} is not a day. Write it as 2026-11-22.", value=text or "–")
        raise InvalidInputError(message, [Fault(f"/{name}", message)], code="query.invalid") from None


def given_number(name: str) -> int | None:
    """A whole number of the form; None where it is not given or none."""
    text = plain_text(request.values.get(name, ""))
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else None


def given_text(name: str, most: int = 2000) -> str:
    """A text of the form; `InvalidInputError` where it is longer than fits."""
    text = plain_text(request.values.get(name, ""))
    if len(text) > most:
        message = Message("The text is longer than {most} characters. Shorten it.", most=most)
        raise InvalidInputError(message, [Fault(f"/{name}", message)], code="query.invalid")
    return text
