"""Whether this process is alive, and whether it can serve."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, Response, current_app, jsonify

from fieldapp.api.operations import Answer, Operation, describe
from fieldapp.api.schemas import Named, one_of, record
from fieldapp.services.check_readiness import check_readiness
from fieldapp.services.context import Context
from fieldapp.web.rights import open_to_all

blueprint = Blueprint("health", __name__)
_HEALTH = Named("Health", record(status=one_of(("alive", "ready"))))


@blueprint.get("/healthz")
@open_to_all
@describe(Operation("The process answers.", {200: Answer("It does.", _HEALTH)}))
def alive() -> Response:
    """The process answers; nothing else is looked at."""
    return _told("alive")


@blueprint.get("/readyz")
@open_to_all
@describe(Operation("The database is reachable and migrated.", {200: Answer("It is.", _HEALTH)}))
def ready() -> Response:
    """The database is reachable and at the revision of this program; else 503 with the reason."""
    check_readiness(cast(Context, current_app.extensions["fieldapp"]))
    return _told("ready")


def _told(status: str) -> Response:
    response = jsonify(status=status)
    response.cache_control.no_store = True
    return response
