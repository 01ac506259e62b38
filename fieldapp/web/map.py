"""The map page."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, current_app, g, render_template

from fieldapp.services.context import Context
from fieldapp.services.draw_map import map_page
from fieldapp.web.asked_day import asked_day
from fieldapp.web.rights import public

blueprint = Blueprint("map", __name__)


@blueprint.get("/map")
@public
def show() -> str:
    """The coverage map; county, statuses and township of the address are read in the browser."""
    context = cast(Context, current_app.extensions["fieldapp"])
    page = map_page(context, as_of=asked_day(), locale=g.language)
    return render_template("map/map.html", page=page)
