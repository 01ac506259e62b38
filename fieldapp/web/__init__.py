"""The pages: thin blueprints, and what every page shares."""

from __future__ import annotations

from flask import Flask

from fieldapp.web import (
    assigning,
    audit,
    field,
    imports,
    login,
    me,
    planning,
    registers,
    reports,
    site,
    status,
    users,
    visits,
)
from fieldapp.web import map as map_page


def register(app: Flask) -> None:
    """Put the pages and what they share on the application."""
    site.register(app)
    for accounts in (login, me, users, audit):
        app.register_blueprint(accounts.blueprint)
    app.register_blueprint(status.blueprint)
    app.register_blueprint(map_page.blueprint)
    app.register_blueprint(assigning.blueprint)
    app.register_blueprint(planning.blueprint)
    app.register_blueprint(field.blueprint)
    app.register_blueprint(reports.blueprint)
    app.register_blueprint(imports.blueprint)
    registers.register(app)
    visits.register(app)
