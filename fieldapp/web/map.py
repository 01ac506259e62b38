"""The map page."""

from __future__ import annotations

from datetime import date
from typing import cast

from flask import Blueprint, current_app, g, render_template, request

from fieldapp.domain.errors import InvalidInputError
from fieldapp.services.context import Context
from fieldapp.services.draw_map import map_page
from fieldapp.web.rights import public
from geodata.errors import Message

blueprint = Blueprint("map", __name__)


@blueprint.get("/map")
@public
def show() -> str:
    """The coverage map; county, statuses and township of the address are read in the browser."""
    context = cast(Context, current_app.extensions["fieldapp"])
    page = map_page(context, as_of=_day(request.args.get("as_of")), locale=g.language)
    return render_template("map/map.html", page=page)


def _day(text: str | None) -> date | None:
    if not text:
        return None
    try:
        if len(text) != len("2026-11-22"):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInputError(
            Message("{value} is not a day. Write it as 2026-11-22.", value=text), code="query.invalid"
        ) from None
