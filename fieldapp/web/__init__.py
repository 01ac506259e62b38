"""The pages: thin blueprints, and what every page shares."""

from __future__ import annotations

from flask import Flask

from fieldapp.web import imports, login, registers, site, status
from fieldapp.web import map as map_page


def register(app: Flask) -> None:
    """Put the pages and what they share on the application."""
    site.register(app)
    app.register_blueprint(login.blueprint)
    app.register_blueprint(status.blueprint)
    app.register_blueprint(map_page.blueprint)
    app.register_blueprint(imports.blueprint)
    registers.register(app)
