"""The JSON under ``/api/v1``, and whether the process is well: thin blueprints over services."""

from __future__ import annotations

from flask import Blueprint, Flask, abort, request

from fieldapp.api import (
    account,
    agreements,
    assignments,
    audit,
    boundaries,
    candidates,
    coverage,
    demands,
    description,
    field,
    health,
    objections,
    people,
    personal_data,
    phones,
    photo_uploads,
    photos,
    places,
    plan_questions,
    planning_policy,
    plans,
    product_photos,
    products,
    proposals,
    recusals,
    register_people,
    register_products,
    reviewing,
    steps,
    timelines,
    users,
    visit_lists,
    visits,
)
from fieldapp.api.for_whom import refuse_mistaken

_PARTS = (
    coverage,
    boundaries,
    places,
    people,
    register_people,
    products,
    register_products,
    product_photos,
    assignments,
    proposals,
    steps,
    objections,
    agreements,
    recusals,
    timelines,
    candidates,
    demands,
    plans,
    plan_questions,
    planning_policy,
    visits,
    visit_lists,
    reviewing,
    phones,
    account,
    users,
    audit,
    personal_data,
    field,
    photos,
    photo_uploads,
    description,
)


def register(app: Flask) -> None:
    """Put the API and the health checks on the application."""
    api = Blueprint("api", __name__, url_prefix="/api/v1")
    api.before_request(_refuse_unkept)
    api.before_request(refuse_mistaken)
    for part in _PARTS:
        api.register_blueprint(part.blueprint)
    app.register_blueprint(api)
    app.register_blueprint(health.blueprint)


def _refuse_unkept() -> None:
    """Nothing stands at an address with a character that no database can hold."""
    if "\0" in request.path:
        abort(404)
