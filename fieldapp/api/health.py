"""Whether this process is alive, and whether it can serve."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, Response, current_app, jsonify

from fieldapp.services.check_readiness import check_readiness
from fieldapp.services.context import Context
from fieldapp.web.rights import open_to_all

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@open_to_all
def alive() -> Response:
    """The process answers; nothing else is looked at."""
    return _told("alive")


@blueprint.get("/readyz")
@open_to_all
def ready() -> Response:
    """The database is reachable and at the revision of this program; else 503 with the reason."""
    check_readiness(cast(Context, current_app.extensions["fieldapp"]))
    return _told("ready")


def _told(status: str) -> Response:
    response = jsonify(status=status)
    response.cache_control.no_store = True
    return response
