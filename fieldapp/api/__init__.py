"""The JSON under ``/api/v1``, and whether the process is well: thin blueprints over services."""

from __future__ import annotations

from flask import Blueprint, Flask

from fieldapp.api import coverage, description, health, townships


def register(app: Flask) -> None:
    """Put the API and the health checks on the application."""
    api = Blueprint("api", __name__, url_prefix="/api/v1")
    for part in (coverage, townships, description):
        api.register_blueprint(part.blueprint)
    app.register_blueprint(api)
    app.register_blueprint(health.blueprint)
